"""The port of the Ledger."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.employee import EmployeeId
from domain.ledger import (
    DeliveryFailure,
    Erasure,
    Event,
    Filing,
    Folder,
    LedgerEntry,
    MessageKey,
    Recorded,
    Recording,
    Rerecording,
)


class LedgerStore(Protocol):
    """The Ledger: attempts before reading, one Recording after it, and what must still be filed away."""

    def begin(self, key: MessageKey, now: datetime) -> int:
        """Count and commit one more try to read this message, before reading it; the number of this try."""
        ...

    def record(self, recording: Recording) -> Recorded:
        """Write a Recording in one transaction. A message that is known already changes nothing but its own filing."""
        ...

    def begin_many(self, keys: Sequence[MessageKey], now: datetime) -> Mapping[MessageKey, int]:
        """The same as `begin` for each of these, in one commit; the number of each one's try."""
        ...

    def begun(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> Mapping[int, int]:
        """Which of these somebody began to read and did not record, and how often."""
        ...

    def record_many(self, recordings: Sequence[Recording]) -> tuple[Recorded, ...]:
        """Write Recordings in as few transactions as may be, each wholly or not at all; what `record` would have said.

        Where one fails, that failure is raised and of the others some may be written: `record` them one by one.
        """
        ...

    def record_again(self, again: Rerecording) -> bool:
        """Put a new Recording in the place of an earlier one, in one transaction. False where another already has."""
        ...

    def history(self, key: MessageKey) -> tuple[LedgerEntry, ...]:
        """All that was ever decided of the message at this place, the newest first."""
        ...

    def erase(self, key: MessageKey, event: Event) -> Erasure:
        """Take away all that came of a message, whatever it is called here, and leave of its entries what proves that.

        Its Prompt stands as if it had never come. Idempotent.
        """
        ...

    def scrub(self) -> str:
        """Make the database forget the bytes of what was deleted; what was done, in words."""
        ...

    def unfiled(self, mailbox: str, *, limit: int = 1000) -> tuple[Filing, ...]: ...

    def mark_filed(self, keys: Sequence[MessageKey], now: datetime) -> None: ...

    def recorded(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Which of these are recorded."""
        ...

    def cursor(self, mailbox: str) -> tuple[int, int] | None:
        """The UIDVALIDITY and highest UID that were handled, or None before the first connect."""
        ...

    def set_cursor(self, mailbox: str, uidvalidity: int, uid: int, now: datetime) -> None: ...

    def last_poll(self, mailbox: str) -> datetime | None: ...

    def entries(
        self,
        *,
        limit: int = 50,
        decision: str | None = None,
        filing: Folder | None = None,
        message_id: str | None = None,
        since: datetime | None = None,
        before: int | None = None,
    ) -> tuple[LedgerEntry, ...]:
        """What holds now, newest first: arrived at `since` or later, with a number below `before`."""
        ...

    def failures(self, *, limit: int = 1000) -> tuple[DeliveryFailure, ...]:
        """Newest first."""
        ...

    def dead_addresses(self, ids: Sequence[EmployeeId], *, rounds: int) -> frozenset[EmployeeId]:
        """Who of these was not there, at the address they have now, in the last `rounds` Rounds that wrote to them.

        Nobody from whom anything came after that.
        """
        ...

    def write_event(self, event: Event) -> None: ...

    def events(self, *, limit: int = 50) -> tuple[Event, ...]: ...
