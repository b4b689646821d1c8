"""Filing away what is recorded: flag, move, then say so. Never the other way round, and any number of times."""

from collections.abc import Callable, Iterable
from itertools import groupby

import structlog

from domain.errors import MailboxError
from domain.ledger import WITHHELD_FLAG, Event, Filing, Folder, MessageKey
from domain.ports import Clock, LedgerStore, Mailbox
from ingest.whereabouts import Search

AT_ONCE = 2_000

log = structlog.get_logger()


class FilingClerk:
    """Files the messages of one mailbox.

    A folder that refuses (quota, permissions) leaves its messages recorded and unfiled, is told of once, and is tried
    again at each sweep.
    """

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        name: str,
        store: LedgerStore,
        clock: Clock,
        at: Callable[[str], None],
        hash_secret: bytes = b"",
    ) -> None:
        """`at` is told the name of each step, for those who want to die there."""
        self._mailbox = mailbox
        self._search = Search(mailbox=mailbox, hash_secret=hash_secret)
        self._name = name
        self._store = store
        self._clock = clock
        self._at = at
        self._refused: set[Folder] = set()

    def file(self, filings: Iterable[Filing]) -> None:
        """File these away, all of the present UIDVALIDITY."""
        in_order = sorted(filings, key=lambda one: (one.folder, one.flag or "", one.key.uid))
        for (folder, flag), group in groupby(in_order, key=lambda one: (one.folder, one.flag)):
            self._file_group(folder, flag, [one.key for one in group])

    def reconcile(self, uidvalidity: int) -> None:
        """File what was recorded and not filed, by whoever died. What lay under another UIDVALIDITY is gone."""
        unfiled = self._store.unfiled(self._name)
        while unfiled:
            elsewhere = [one for one in unfiled if one.sought is not None]
            stale = [one.key for one in unfiled if one.key.uidvalidity != uidvalidity and one.sought is None]
            if stale:
                self._store.mark_filed(stale, self._clock.now())
            self.file(one for one in unfiled if one.key.uidvalidity == uidvalidity and one.sought is None)
            self.refile(elsewhere)
            before, unfiled = unfiled, self._store.unfiled(self._name)
            if unfiled[:1] == before[:1]:
                break

    def refile(self, filings: Iterable[Filing]) -> None:
        """File what was read again where it had been filed before. Ends with INBOX selected."""
        moved = False
        for one in filings:
            moved = True
            assert one.sought is not None
            try:
                found = self._search.first(one.sought, likely=(one.lies_in, one.folder))
                if found is not None:
                    self._mailbox.flag(found.uids, one.flag or WITHHELD_FLAG, on=one.flag is not None)
                    if found.folder is not one.folder:
                        self._mailbox.file(found.uids, one.folder)
            except MailboxError as refusal:
                self._tell(one.folder, refusal, 1)
                continue
            self._at("filed")
            self._store.mark_filed([one.key], self._clock.now())
            self._at("marked")
        if moved:
            self._mailbox.select(Folder.INBOX)

    def settle(self, keys: Iterable[MessageKey]) -> None:
        """File these as the Store says, where it knew them before under whatever key."""
        wanted = frozenset(keys)
        if wanted:
            unfiled = [one for one in self._store.unfiled(self._name) if one.key in wanted]
            self.file(one for one in unfiled if one.sought is None)
            self.refile(one for one in unfiled if one.sought is not None)

    def _file_group(self, folder: Folder, flag: str | None, keys: list[MessageKey]) -> None:
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            uids = [key.uid for key in some]
            try:
                if flag is not None:
                    self._mailbox.flag(uids, flag)
                if folder is not Folder.INBOX:
                    self._mailbox.file(uids, folder)
            except MailboxError as refusal:
                self._tell(folder, refusal, len(keys) - start)
                return
            self._at("filed")
            self._store.mark_filed(some, self._clock.now())
            self._at("marked")
        self._refused.discard(folder)

    def _tell(self, folder: Folder, refusal: MailboxError, count: int) -> None:
        log.warning("not_filed", mailbox=self._name, folder=folder.value, unfiled=count)
        if folder not in self._refused:
            self._refused.add(folder)
            event = Event(
                at=self._clock.now(),
                who="poller",
                what="cannot file",
                subject=f"{self._name}/{folder.value}",
                reason=str(refusal),
            )
            self._store.write_event(event)
