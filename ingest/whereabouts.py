"""Where a recorded message lies now: it was filed away, perhaps moved by hand, perhaps copied."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.ledger import Folder, Sought
from domain.ports import Mailbox
from domain.token import keyed_hash

EVERYWHERE: Final = tuple(Folder)
A_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """UIDs of a message in one folder."""

    folder: Folder
    uids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Looks for messages in an open mailbox. It leaves the folder selected in which it found one, else any."""

    mailbox: Mailbox
    hash_secret: bytes

    def first(self, sought: Sought, *, likely: Iterable[Folder] = ()) -> Whereabouts | None:
        """One place of the message, the likely folders first.

        The server's own id names it beyond doubt; so does its UID in INBOX under the same UIDVALIDITY. Only where
        neither helps, its Message-ID does, together with its arrival: a Message-ID alone proves nothing.
        """
        order = tuple(dict.fromkeys((*likely, *EVERYWHERE)))
        for ways in ((self._by_provider_id, self._by_uid), (self._by_message_id_and_arrival,)):
            for folder in order:
                found = self._in(folder, sought, ways)
                if found:
                    return Whereabouts(folder=folder, uids=found[:1])
        return None

    def every(self, sought: Sought) -> tuple[Whereabouts, ...]:
        """Every place, copies with the same Message-ID included."""
        ways = (self._by_provider_id, self._by_uid, self._by_message_id)
        places = (Whereabouts(folder=folder, uids=self._in(folder, sought, ways)) for folder in EVERYWHERE)
        return tuple(place for place in places if place.uids)

    def _in(
        self, folder: Folder, sought: Sought, ways: Iterable[Callable[[Folder, Sought, int], Iterable[int]]]
    ) -> tuple[int, ...]:
        uidvalidity = self.mailbox.select(folder).uidvalidity
        return tuple(sorted({uid for way in ways for uid in way(folder, sought, uidvalidity)}))

    def _by_provider_id(self, _folder: Folder, sought: Sought, _uidvalidity: int) -> Iterable[int]:
        if sought.provider_id is None:
            return ()
        return self.mailbox.with_provider_id(sought.provider_id) or ()

    def _by_uid(self, folder: Folder, sought: Sought, uidvalidity: int) -> Iterable[int]:
        key = sought.key
        if folder is not Folder.INBOX or key.uidvalidity != uidvalidity:
            return ()
        return (uid for uid in self.mailbox.uids(key.uid - 1) if uid == key.uid)

    def _by_message_id_and_arrival(self, folder: Folder, sought: Sought, uidvalidity: int) -> Iterable[int]:
        named = tuple(self._by_message_id(folder, sought, uidvalidity))
        return (one.uid for one in self.mailbox.peek(named) if abs(one.arrived_at - sought.arrived_at) <= A_SECOND)

    def _by_message_id(self, _folder: Folder, sought: Sought, _uidvalidity: int) -> Iterable[int]:
        if sought.message_hash is None:
            return ()
        named = self.mailbox.message_ids(around=sought.arrived_at)
        return (
            uid
            for uid, message_id in named
            if keyed_hash(self.hash_secret, message_id.encode("utf-8", "replace")) == sought.message_hash
        )
