"""The port of a mailbox on an IMAP server, and what it says of itself and of a message before that is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.ledger import Folder
from domain.message import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxState:
    """An IMAP folder when it is selected."""

    uidvalidity: int
    uidnext: int
    exists: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What is known of a message before its body is fetched. `parts` come from BODYSTRUCTURE, sizes still encoded."""

    uid: int
    size: int
    arrived_at: datetime
    header: bytes
    provider_id: str | None = None
    flags: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """STORAGE quota of a mailbox in KiB (RFC 9208)."""

    used: int
    limit: int


class Mailbox(Protocol):
    """One IMAP mailbox. Not for sharing between threads. Every failure of the server is a MailboxError."""

    def open(self) -> MailboxState:
        """Connect, log in, find or make the folders, select INBOX. Safe to call again after a failure."""
        ...

    def uids(self, after: int, *, since: datetime | None = None) -> tuple[int, ...]:
        """UIDs above `after`, ascending; where `since` is given, without what arrived two days or more before it."""
        ...

    def peek(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Headers and structure, without setting a flag. A message that is gone is left out."""
        ...

    def fetch(self, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Whole messages by BODY.PEEK[], large files in them cut short. What is gone or incomplete is left out."""
        ...

    def file(self, uids: Sequence[int], folder: Folder) -> None:
        """Move to `folder`. A message that is gone is no error."""
        ...

    def flag(self, uids: Sequence[int], keyword: str, *, on: bool = True) -> None:
        """Set an IMAP keyword, or take it away."""
        ...

    def select(self, folder: Folder) -> MailboxState:
        """Turn to another folder: all that names UIDs is about this one, until `open` turns back to INBOX."""
        ...

    def with_provider_id(self, provider_id: str) -> tuple[int, ...] | None:
        """UIDs in the selected folder that have this id; None where this server gives no ids of that sort."""
        ...

    def message_ids(self, *, around: datetime) -> Iterator[tuple[int, str]]:
        """UID and Message-ID of what arrived within two days of `around`, in the selected folder."""
        ...

    def erase(self, uids: Sequence[int]) -> bool:
        """Remove from the selected folder for good. False where the server can only mark them as deleted."""
        ...

    def wait(self, timeout: timedelta) -> bool:
        """Wait by IDLE for something new. False after `timeout`; raises MailboxError when the link is gone."""
        ...

    def quota(self) -> Quota | None:
        """None where the server does not say."""
        ...

    def close(self) -> None: ...
