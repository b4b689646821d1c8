"""A mailbox in memory that passes the contract suite of ImapMailbox; several mailboxes may share one server."""

import email
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import Message as Tree

from domain.errors import MailboxError
from domain.ledger import Folder
from domain.message import Part
from domain.ports import Fetched, MailboxState, Quota
from ingest.bodystructure import SMALL, STUB
from ingest.message import read_header


@dataclass
class Kept:
    """A message in a folder."""

    raw: bytes
    arrived_at: datetime
    guid: str
    flags: set[str] = field(default_factory=set)


@dataclass
class MemoryServer:
    """The folders, and the switches that make the server misbehave."""

    folders: dict[Folder, dict[int, Kept]] = field(default_factory=lambda: {folder: {} for folder in Folder})
    uidvalidity: int = 1000
    uidnext: int = 1
    guids: int = 0
    news: threading.Condition = field(default_factory=threading.Condition)
    links: int = 0
    refuses: set[Folder] = field(default_factory=set)
    hangs_up_at: set[int] = field(default_factory=set)
    hides: set[int] = field(default_factory=set)
    hides_header: set[int] = field(default_factory=set)
    down: bool = False

    def deliver(self, raw: bytes, at: datetime | None = None) -> int:
        with self.news:
            self.guids += 1
            uid = self.uidnext
            self.folders[Folder.INBOX][uid] = Kept(raw, at or datetime.now(UTC), f"x-guid:{self.guids}")
            self.uidnext += 1
            self.news.notify_all()
        return uid

    def drop_links(self) -> None:
        with self.news:
            self.links += 1
            self.news.notify_all()

    def change_uidvalidity(self) -> None:
        """All messages get new UIDs."""
        self.drop_links()
        self.uidvalidity += 1
        kept = list(self.folders[Folder.INBOX].values())
        self.folders[Folder.INBOX] = dict(enumerate(kept, 1))
        self.uidnext = len(kept) + 1

    def contents(self, folder: Folder = Folder.INBOX) -> list[bytes]:
        return [one.raw for _, one in sorted(self.folders[folder].items())]


class MemoryMailbox:
    """domain.ports.Mailbox in memory."""

    def __init__(self, server: MemoryServer, *, most_bytes: int = 10_000_000) -> None:
        self.server = server
        self.most_bytes = most_bytes
        self._link: int | None = None
        self._selected = Folder.INBOX
        self._seen = 0
        self.fetched: list[int] = []

    def open(self) -> MailboxState:
        if self.server.down:
            raise MailboxError("connect: connection refused")
        if self._link is not None:
            self._check()
        self._link = self.server.links
        return self.select(Folder.INBOX)

    def select(self, folder: Folder) -> MailboxState:
        self._check()
        self._selected = folder
        self._seen = self.server.uidnext
        there = self.server.folders[folder]
        return MailboxState(
            uidvalidity=self.server.uidvalidity,
            uidnext=self.server.uidnext if folder is Folder.INBOX else max(there, default=0) + 1,
            exists=len(there),
        )

    def with_provider_id(self, provider_id: str) -> tuple[int, ...] | None:
        if not provider_id.startswith("x-guid:"):
            return None
        return tuple(uid for uid, one in sorted(self._there().items()) if one.guid == provider_id)

    def message_ids(self, *, around: datetime) -> Iterator[tuple[int, str]]:
        for uid, one in sorted(self._there().items()):
            named = read_header(one.raw).message_id
            if named and abs(one.arrived_at - around) <= timedelta(days=2):
                yield uid, named

    def erase(self, uids: Sequence[int]) -> bool:
        inbox = self._there()
        for uid in uids:
            inbox.pop(uid, None)
        return True

    def uids(self, after: int, *, since: datetime | None = None) -> tuple[int, ...]:
        oldest = since - timedelta(days=1) if since else None
        self._seen = self.server.uidnext
        return tuple(
            uid
            for uid, one in sorted(self._there().items())
            if uid > after and (oldest is None or one.arrived_at.date() >= oldest.date())
        )

    def peek(self, uids: Sequence[int]) -> Iterator[Fetched]:
        inbox = self._there()
        for uid in uids:
            self._trip(uid)
            if uid in inbox and uid not in self.server.hides:
                one = _fetched(uid, inbox[uid])
                yield replace(one, header=b"") if uid in self.server.hides_header else one

    def fetch(self, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        inbox = self._there()
        for uid in uids:
            self._trip(uid)
            if uid in inbox and uid not in self.server.hides:
                raw = _without_files(inbox[uid].raw)
                if len(raw) <= self.most_bytes:
                    self.fetched.append(uid)
                    yield uid, raw

    def file(self, uids: Sequence[int], folder: Folder) -> None:
        inbox = self._there()
        if folder in self.server.refuses:
            raise MailboxError("move: refused [OVERQUOTA]")
        for uid in uids:
            if uid in inbox and folder is not Folder.INBOX:
                target = self.server.folders[folder]
                target[max(target, default=0) + 1] = inbox.pop(uid)

    def flag(self, uids: Sequence[int], keyword: str, *, on: bool = True) -> None:
        inbox = self._there()
        for uid in uids:
            if uid in inbox:
                inbox[uid].flags.add(keyword) if on else inbox[uid].flags.discard(keyword)

    def wait(self, timeout: timedelta) -> bool:
        self._check()
        with self.server.news:
            happened = self.server.news.wait_for(
                lambda: self.server.uidnext > self._seen or self.server.links != self._link, timeout.total_seconds()
            )
        self._check()
        self._seen = self.server.uidnext
        return happened

    def quota(self) -> Quota | None:
        self._check()
        return Quota(used=sum(len(one) for one in self.server.contents()) // 1024, limit=10_000)

    def close(self) -> None:
        self._link = None

    def _there(self) -> dict[int, Kept]:
        self._check()
        return self.server.folders[self._selected]

    def _check(self) -> None:
        if self._link is None:
            raise MailboxError("not connected")
        if self._link != self.server.links or self.server.down:
            self._link = None
            raise MailboxError("connection lost")

    def _trip(self, uid: int) -> None:
        if uid in self.server.hangs_up_at:
            self.server.drop_links()
        self._check()


def _fetched(uid: int, one: Kept) -> Fetched:
    header, _, _ = one.raw.partition(b"\r\n\r\n")
    return Fetched(
        uid=uid,
        size=len(one.raw),
        arrived_at=one.arrived_at,
        header=header + b"\r\n\r\n",
        provider_id=one.guid,
        flags=tuple(one.flags),
        parts=tuple(_part(leaf) for leaf in _leaves(one.raw) if not _is_text(leaf)),
    )


def _leaves(raw: bytes) -> list[Tree]:
    return [leaf for leaf in email.message_from_bytes(raw).walk() if not leaf.is_multipart()]


def _is_text(leaf: Tree) -> bool:
    return leaf.get_content_maintype() == "text" and not leaf.get_filename()


def _part(leaf: Tree) -> Part:
    return Part(
        content_type=leaf.get_content_type(),
        disposition=leaf.get_content_disposition(),
        filename=leaf.get_filename(),
        size=len(str(leaf.get_payload())),
    )


def _without_files(raw: bytes) -> bytes:
    for leaf in _leaves(raw):
        payload = str(leaf.get_payload()).encode("ascii", "surrogateescape")
        if len(payload) > SMALL and not _is_text(leaf):
            raw = raw.replace(payload, payload[:STUB])
    return raw
