"""A desk that decides by the sender's name and the subject, and leaves one mail for every effect."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from domain.desk import Recognised
from domain.identity import Held, Stranger
from domain.ledger import Arrival, Folder, LedgerEntry, Recording
from domain.message import Message
from domain.origin import Origin
from domain.outbox import MailKind, OutboundMail
from domain.outcome import Outcome, Shunted
from domain.ports import Clock, Fetched
from domain.verdict import Decision

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class FakeDesk:
    """Known is who is not called `stranger` or `held`. A subject with `withheld` is flagged in place.

    `breaks` holds subjects at which deciding raises, as a mistake of ours would.
    """

    def __init__(self, clock: Clock, baseline: datetime | None = LONG_AGO, breaks: tuple[str, ...] = ()) -> None:
        self.clock = clock
        self.since = baseline
        self.breaks = breaks

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def expect(self, headers: Sequence[Message] = ()) -> None:
        pass

    def baseline(self) -> datetime | None:
        return self.since

    def recognise(self, fetched: Fetched, header: Message) -> Recognised:
        sender = header.senders[0].address if header.senders else ""
        if header.subject in self.breaks:
            raise KeyError(header.subject)
        match sender.partition("@")[0]:
            case "stranger" | "":
                identity: Stranger | Held = Stranger(reason="nobody we know")
            case "held":
                identity = Held(reason="somebody must look")
            case _:
                return Recognised(header=header, identity=Stranger(reason="known"), origin=Origin.PERSON, read=True)
        return Recognised(header=header, identity=identity, origin=Origin.PERSON)

    def turn_away(self, arrival: Arrival, recognised: Recognised) -> Recording:
        folder = Folder.HELD if isinstance(recognised.identity, Held) else Folder.STRANGERS
        return Recording(entry=self._entry(arrival, recognised, folder, "turned away"))

    def decide(self, arrival: Arrival, recognised: Recognised, outcome: Outcome) -> Recording:
        if isinstance(outcome, Shunted):
            return Recording(entry=self._entry(arrival, recognised, Folder.SHUNTED, outcome.reason))
        if "withheld" in (recognised.header.subject or ""):
            entry = self._entry(arrival, recognised, Folder.INBOX, "", decision=Decision.WITHHELD, flag="$Withheld")
            return Recording(entry=entry)
        entry = self._entry(arrival, recognised, Folder.PROCESSED, "", decision=Decision.ACCEPTED)
        return Recording(entry=entry, mails=(self._receipt(arrival, recognised),))

    def _entry(
        self, arrival: Arrival, recognised: Recognised, folder: Folder, reason: str, **rest: object
    ) -> LedgerEntry:
        return LedgerEntry(
            arrival=arrival,
            decided_at=self.clock.now(),
            origin=Origin.PERSON,
            message_id=recognised.header.message_id,
            filing=folder,
            reason=reason,
            **rest,
        )

    def _receipt(self, arrival: Arrival, recognised: Recognised) -> OutboundMail:
        key = arrival.key
        return OutboundMail(
            key=f"receipt/{key.mailbox}/{key.uidvalidity}/{key.uid}",
            kind=MailKind.RECEIPT,
            recipient="jane@agency.example",
            sender="",
            message_id=f"<receipt.{key.uid}@bulletin.example>",
            content=(recognised.header.message_id or "none").encode(),
            not_before=self.clock.now(),
        )
