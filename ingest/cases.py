"""A message on its way in, from its place on the server to what was decided; and what a batch of them came to."""

from dataclasses import dataclass, field

from domain.desk import Recognised
from domain.ledger import Arrival, Filing, MessageKey, Recording
from domain.outcome import Outcome
from domain.ports import Fetched
from ingest.child import ToRead
from ingest.shares import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings:
    """`most_bytes` is the largest download of one message, without the files in it.

    A message is given up after `most_tries`; where several pollers may read one mailbox at once, `rivals` says how
    many, because each counts its tries of the same message.
    """

    hash_secret: bytes = field(repr=False)
    most_bytes: int = 10_000_000
    most_tries: int = 3
    rivals: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A message that is to be read."""

    fetched: Fetched
    recognised: Recognised
    arrival: Arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand(Fresh):
    """A message whose reading has begun. `weight` is its bytes."""

    tries: int
    weight: int
    outcome: Answer[Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(Fresh):
    """A message of which a try is counted and that is to be read now."""

    tries: int
    letter: ToRead


@dataclass(slots=True)
class Taken:
    """What a batch came to. `decided` is not recorded yet."""

    filings: list[Filing] = field(default_factory=list)
    known: list[MessageKey] = field(default_factory=list)
    new: int = 0
    gone: int = 0
    decided: list[tuple[Fresh, Recording]] = field(default_factory=list)
