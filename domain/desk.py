"""The desk: who a message is from, before it is read, and what follows from what it turned out to be."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.employee import Employee
from domain.identity import Identity
from domain.ledger import Arrival, Recording
from domain.message import Message
from domain.origin import Evidence, Origin
from domain.outcome import Known, Outcome
from domain.ports import Fetched
from domain.round import Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What header and structure tell of a message.

    `named` are the Prompts of ours that its tokens name, whoever writes. `outcome` is set where nothing more need be
    read: then the message is not downloaded. `read` says whether it is to be downloaded and read at all.
    """

    header: Message
    identity: Identity
    origin: Origin
    evidence: tuple[Evidence, ...] = ()
    named: tuple[tuple[Prompt, Employee], ...] = ()
    known: Known = field(default_factory=Known)
    read: bool = False
    outcome: Outcome | None = None


class Desk(Protocol):
    """What the poller asks. Only `recognise` and `decide` may ask the Store; neither writes."""

    def together(self) -> AbstractContextManager[None]:
        """For one batch: within it, what changes rarely may be taken as it was at its beginning."""
        ...

    def expect(self, headers: Sequence[Message] = ()) -> None:
        """The messages with these headers come next, or without any: those that were read are decided next.

        What they need is asked of the Store together, and what must not be remembered for long is asked anew.
        """
        ...

    def baseline(self) -> datetime | None:
        """Mail that arrived before this is left alone where it lies; None while nobody was ever asked."""
        ...

    def recognise(self, fetched: Fetched, header: Message) -> Recognised:
        """Whom a message is from, and whether it is to be read."""
        ...

    def turn_away(self, arrival: Arrival, recognised: Recognised) -> Recording:
        """The Recording of a message that is not read."""
        ...

    def decide(self, arrival: Arrival, recognised: Recognised, outcome: Outcome) -> Recording:
        """The Recording of a message that was read, or could not be (Shunted)."""
        ...
