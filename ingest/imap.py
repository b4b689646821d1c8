"""`ImapMailbox`: one mailbox on an IMAP server, by UID only, never setting a flag by looking.

Its law: nothing is expunged but what this program moved itself or an officer erases, by UID; and one unreadable
message never hides another.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from domain.errors import MailboxError
from domain.ledger import Folder
from domain.ports import Fetched, MailboxState, Quota
from ingest import bodystructure
from ingest.folders import find_folders
from ingest.link import Client, FolderRefusedError, LinkSettings, connect, hang_up, is_news, speaking
from ingest.message import read_header
from ingest.uidsets import uid_sets

HEADER_BYTES: Final = 262_144
"""Of a header, this much is looked at."""

BATCH_BYTES: Final = 8_000_000
MOVE_AT_ONCE: Final = 500
UID_WINDOW: Final = 50_000
"""UIDs asked for in one SEARCH: its answer is one line, and imaplib refuses a line of a million bytes."""

MOST_WINDOWS: Final = 100

_FALLBACK_FLAG: Final = rb"\Flagged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSettings:
    r"""The mailbox behind a link.

    `folders` maps each Folder to its name on the server, or to a special-use attribute such as `\\Archive` (RFC 6154).
    `most_bytes` is the largest download of one message, `batch` the most messages in one command. IDLE is renewed
    after `idle_for`.
    """

    link: LinkSettings
    folders: Mapping[Folder, str] = field(default_factory=lambda: MappingProxyType({}))
    batch: int = 50
    most_bytes: int = 10_000_000
    idle: bool = True
    idle_for: timedelta = timedelta(minutes=8)


class ImapMailbox:
    """domain.ports.Mailbox over imapclient. For one thread."""

    def __init__(self, settings: ImapSettings, monotonic: Callable[[], float]) -> None:
        """`monotonic` gives seconds; a Clock's will do."""
        self._settings = settings
        self._monotonic = monotonic
        self._client: Client | None = None
        self._idling_since: float | None = None
        self._capabilities: frozenset[bytes] = frozenset()
        self._identifier: str | None = None
        self._names: dict[Folder, str] = {}
        self._keywords: frozenset[bytes] = frozenset()
        self._uidnext = 1
        self._sizes: dict[int, int] = {}

    def open(self) -> MailboxState:
        """Connect where that is needed, and select INBOX anew."""
        if self._client is None:
            self._client = connect(self._settings.link)
            with self._exchange("folders") as client:
                self._capabilities = frozenset(client.capabilities())
                self._identifier = _identifier(client, self._capabilities)
                self._names = find_folders(client, self._settings.folders, self._capabilities)
        return self.select(Folder.INBOX)

    def select(self, folder: Folder) -> MailboxState:
        """Select a folder anew."""
        with self._exchange("select") as client:
            found = client.select_folder(self._names.get(folder, "INBOX"))
            self._keywords = frozenset(found.get(b"PERMANENTFLAGS", ()))
            self._sizes.clear()
            state = MailboxState(
                uidvalidity=int(found[b"UIDVALIDITY"]),
                uidnext=int(found.get(b"UIDNEXT", 0)),
                exists=int(found.get(b"EXISTS", 0)),
            )
            self._uidnext = state.uidnext
        return state

    def uids(self, after: int, *, since: datetime | None = None) -> tuple[int, ...]:
        """UIDs above `after`, ascending; where `since` is given, not those that arrived a day or more before it."""
        # SINCE compares dates in the server's own zone (RFC 9051 section 6.4.4): a day of slack covers them all.
        rest: list[object] = ["SINCE", (since - timedelta(days=1)).date()] if since else []
        found: set[int] = set()
        with self._exchange("search") as client:
            client.noop()  # a search finds what the server has announced, and it announces here
            step = max(UID_WINDOW, (self._uidnext - after) // MOST_WINDOWS)
            low = after + 1
            while low + step < self._uidnext:
                found.update(client.search(["UID", f"{low}:{low + step - 1}", *rest]))
                low += step
            found.update(client.search(["UID", f"{low}:*", *rest]))
        # `n:*` names the last message even where its UID is below n.
        return tuple(sorted(uid for uid in found if uid > after))

    def peek(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Headers and structure. Where the server or its answer fails on one message, less is asked of that one."""
        for start in range(0, len(uids), self._settings.batch):
            yield from self._peek_all(list(uids[start : start + self._settings.batch]))

    def fetch(self, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Whole messages; of one with large files, all but those. What is gone, cut short or too large is left out."""
        self._learn_sizes([uid for uid in uids if uid not in self._sizes])
        for batch in self._batches(uids):
            if self._sizes[batch[0]] <= bodystructure.SMALL:
                yield from self._fetch_all(batch)
            elif (raw := self._fetch_large(batch[0])) is not None:
                yield batch[0], raw

    def file(self, uids: Sequence[int], folder: Folder) -> None:
        """Move. Where the server has no MOVE: copy, mark and expunge just these."""
        if folder is Folder.INBOX:
            return
        for chunk in uid_sets(uids):
            with self._exchange("move") as client:
                if b"MOVE" in self._capabilities:
                    client.move(chunk, self._names[folder])
                    continue
                client.copy(chunk, self._names[folder])
                client.add_flags(chunk, [rb"\Deleted"], silent=True)
                if b"UIDPLUS" in self._capabilities:
                    # Without UIDPLUS they stay, marked: a plain EXPUNGE would remove what others marked.
                    client.uid_expunge(chunk)

    def flag(self, uids: Sequence[int], keyword: str, *, on: bool = True) -> None:
        r"""Set the keyword or take it away, or `\Flagged` where the server keeps no keywords of ours."""
        wanted = keyword.encode("ascii")
        kept = rb"\*" in self._keywords or wanted.lower() in {known.lower() for known in self._keywords}
        for some in uid_sets(uids):
            with self._exchange("flag") as client:
                change = client.add_flags if on else client.remove_flags
                change(some, [wanted if kept else _FALLBACK_FLAG], silent=True)

    def with_provider_id(self, provider_id: str) -> tuple[int, ...] | None:
        """By SEARCH; a Dovecot that does not search for its X-GUID is asked for that of every message."""
        kind, _, value = provider_id.partition(":")
        if self._identifier is None or kind != self._identifier.lower():
            return None
        try:
            with self._exchange("search") as client:
                return tuple(sorted(client.search([self._identifier, value])))
        except FolderRefusedError:
            if self._identifier != "X-GUID":
                raise
        found: list[int] = []
        for some in self._in_pages(self.uids(0)):
            data = self._bisect(some, [self._identifier])
            found += [uid for uid in some if _provider_id(self._identifier, data.get(uid, {})) == provider_id]
        return tuple(found)

    def message_ids(self, *, around: datetime) -> Iterator[tuple[int, str]]:
        """By arrival, which a move keeps (RFC 9051 section 6.4.7)."""
        day = timedelta(days=1)
        # SINCE and BEFORE compare dates in the server's own zone, as in `uids`.
        dates = ["SINCE", (around - 2 * day).date(), "BEFORE", (around + 3 * day).date()]
        with self._exchange("search") as client:
            uids = sorted(client.search(dates))
        item = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.2000>"
        for some in self._in_pages(uids):
            for uid, data in self._bisect(some, [item]).items():
                header = next((value for key, value in data.items() if key.startswith(b"BODY[HEADER")), b"")
                if isinstance(header, bytes) and (named := read_header(header).message_id):
                    yield uid, named

    def erase(self, uids: Sequence[int]) -> bool:
        """Mark and expunge just these (RFC 4315). Without UIDPLUS an EXPUNGE would remove what others marked, too."""
        able = b"UIDPLUS" in self._capabilities
        if uids:
            with self._exchange("erase") as client:
                client.add_flags(list(uids), [rb"\Deleted"], silent=True)
                if able:
                    client.uid_expunge(list(uids))
        return able

    def wait(self, timeout: timedelta) -> bool:
        """Wait for something new. IDLE goes on from call to call, so short timeouts cost nothing."""
        seconds = timeout.total_seconds()
        if not (self._settings.idle and b"IDLE" in self._capabilities):
            with self._exchange("wait", idling=True) as client:
                if client.hears(seconds):
                    client.hear()
                    return True
            return False
        with self._exchange("idle", idling=True) as client:
            if self._idles_too_long():
                self._idling_since = None
                if client.leave_idle():
                    return True
            if self._idling_since is None:
                self._idling_since = self._monotonic()
                if client.enter_idle():
                    return True
            return self._hear_news(client, seconds)

    def quota(self) -> Quota | None:
        """STORAGE of the quota root of INBOX."""
        if b"QUOTA" not in self._capabilities:
            return None
        with self._exchange("quota") as client:
            _, found = client.get_quota_root("INBOX")
        storage = next((each for each in found if each.resource.upper() == "STORAGE"), None)
        return Quota(used=int(storage.usage), limit=int(storage.limit)) if storage else None

    def close(self) -> None:
        """Hang up, whatever the state."""
        client, self._client = self._client, None
        self._idling_since = None
        if client is not None:
            hang_up(client)

    def _hear_news(self, client: Client, seconds: float) -> bool:
        until = self._monotonic() + seconds
        while (left := until - self._monotonic()) >= 0:
            if not client.hears(left):
                return False
            # Flag changes, expunges and "Still here" are heard and forgotten.
            if is_news(client.hear()):
                return True
        return False

    def _idles_too_long(self) -> bool:
        since = self._idling_since
        return since is not None and self._monotonic() - since > self._settings.idle_for.total_seconds()

    def _live(self) -> Client:
        if self._client is None:
            raise MailboxError("not connected")
        return self._client

    @contextmanager
    def _exchange(self, step: str, *, idling: bool = False) -> Iterator[Client]:
        """One exchange: ends IDLE first, names the failing step, and hangs up where the link is no longer good."""
        client = self._live()
        try:
            with speaking(step):
                if not idling and self._idling_since is not None:
                    self._idling_since = None
                    client.leave_idle()
                yield client
        except FolderRefusedError:
            raise
        except MailboxError:
            self.close()
            raise

    @staticmethod
    def _in_pages(uids: Sequence[int]) -> Iterator[list[int]]:
        yield from (list(uids[start : start + MOVE_AT_ONCE]) for start in range(0, len(uids), MOVE_AT_ONCE))

    def _learn_sizes(self, uids: Sequence[int]) -> None:
        for start in range(0, len(uids), MOVE_AT_ONCE):
            with self._exchange("fetch") as client:
                found = client.fetch(list(uids[start : start + MOVE_AT_ONCE]), ["RFC822.SIZE"])
                self._sizes.update({uid: int(data[b"RFC822.SIZE"]) for uid, data in found.items()})

    def _batches(self, uids: Sequence[int]) -> Iterator[list[int]]:
        """Small messages together, up to a number and a sum of bytes; large ones by themselves."""
        batch: list[int] = []
        total = 0
        for uid in uids:
            size = self._sizes.get(uid)
            if size is None:
                continue
            large = size > bodystructure.SMALL
            if batch and (large or len(batch) >= self._settings.batch or total + size > BATCH_BYTES):
                yield batch
                batch, total = [], 0
            if large:
                yield [uid]
                continue
            batch.append(uid)
            total += size
        if batch:
            yield batch

    def _peek_all(self, uids: list[int]) -> list[Fetched]:
        items = ["RFC822.SIZE", "INTERNALDATE", "FLAGS", "BODYSTRUCTURE", f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>"]
        if self._identifier:
            items.append(self._identifier)
        found = self._bisect(uids, items)
        for poorer in (items[:3] + items[4:], items[:2]):
            found |= self._bisect([uid for uid in uids if uid not in found], poorer)
        peeked = [each for uid in uids if uid in found and (each := self._fetched(uid, found[uid])) is not None]
        self._sizes.update({each.uid: each.size for each in peeked})
        return peeked

    def _fetched(self, uid: int, data: dict[bytes, Any]) -> Fetched | None:
        size, arrived = data.get(b"RFC822.SIZE"), data.get(b"INTERNALDATE")
        if not isinstance(size, int) or not isinstance(arrived, datetime):
            return None
        try:
            root = bodystructure.tree(data[b"BODYSTRUCTURE"]) if b"BODYSTRUCTURE" in data else None
        except (ValueError, RecursionError):
            root = None
        header = next((value for key, value in data.items() if key.startswith(b"BODY[HEADER]")), b"")
        return Fetched(
            uid=uid,
            size=size,
            arrived_at=arrived.astimezone(UTC),
            header=header if isinstance(header, bytes) else b"",
            provider_id=_provider_id(self._identifier, data),
            flags=tuple(flag.decode("ascii", "replace") for flag in data.get(b"FLAGS", ())),
            parts=bodystructure.parts(root) if root else (),
        )

    def _fetch_all(self, uids: list[int]) -> Iterator[tuple[int, bytes]]:
        found = self._bisect(uids, ["BODY.PEEK[]"])
        for uid in uids:
            raw = found.get(uid, {}).get(b"BODY[]")
            if isinstance(raw, bytes) and raw:
                yield uid, raw

    def _fetch_large(self, uid: int) -> bytes | None:
        """A message without the files in it. One whose structure cannot be read is fetched whole, within the cap."""
        found = self._bisect([uid], ["BODYSTRUCTURE"])
        try:
            root = bodystructure.tree(found.get(uid, {}).get(b"BODYSTRUCTURE"))
        except (ValueError, RecursionError):
            root = None
        if root is None or bodystructure.to_fetch(root) == sum(each.size for each in bodystructure.leaves(root)):
            whole = self._sizes[uid] <= self._settings.most_bytes
            return next((raw for _, raw in self._fetch_all([uid])), None) if whole else None
        if bodystructure.to_fetch(root) > self._settings.most_bytes:
            return None
        names = bodystructure.sections(root)
        items = [f"BODY.PEEK[{name}" if "]" in name else f"BODY.PEEK[{name}]" for name in names]
        data = self._bisect([uid], items).get(uid)
        if not data:
            return None
        got = {_section(key): value for key, value in data.items() if isinstance(value, bytes)}
        return bodystructure.assemble(root, got)

    def _bisect(self, uids: list[int], items: list[str]) -> dict[int, dict[bytes, Any]]:
        """FETCH; where an answer cannot be used, in halves, down to the one message that is left out."""
        if not uids:
            return {}
        try:
            with self._exchange("fetch") as client:
                return dict(client.fetch(uids, items))
        except FolderRefusedError:
            if len(uids) == 1:
                return {}
        middle = len(uids) // 2
        return self._bisect(uids[:middle], items) | self._bisect(uids[middle:], items)


def _identifier(client: Client, capabilities: frozenset[bytes]) -> str | None:
    """The FETCH item that names a message for ever, whatever folder it is in, where the server has one."""
    if b"OBJECTID" in capabilities:
        return "EMAILID"
    if b"X-GM-EXT-1" in capabilities:
        return "X-GM-MSGID"
    if b"ID" in capabilities:
        # Dovecot answers X-GUID without announcing it; others would refuse the whole FETCH.
        fields = client.id_({"name": "bulletin"})
        values = fields[0] if fields and isinstance(fields[0], tuple) else ()
        if any(isinstance(value, bytes) and value.lower() == b"dovecot" for value in values):
            return "X-GUID"
    return None


def _provider_id(identifier: str | None, data: Mapping[bytes, Any]) -> str | None:
    if identifier is None:
        return None
    value = data.get(identifier.encode())
    if isinstance(value, tuple):
        value = value[0] if value else None
    if value is None:
        return None
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    return f"{identifier.lower()}:{text}"


def _section(key: bytes) -> str:
    """`2<0>` of `BODY[2]<0>`."""
    return key.decode("ascii", "replace").removeprefix("BODY[").replace("]", "")
