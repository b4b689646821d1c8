"""The registrar: records what was decided, many in one transaction, and keeps each message's failure its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from domain.desk import Desk
from domain.errors import BulletinError, StoreError
from domain.ledger import Filing, MessageKey, Recorded, Recording
from domain.outcome import Shunted
from domain.ports import LedgerStore
from ingest.cases import Fresh, Taken
from ingest.patience import Patience

STORE_FAILURES: Final = 3
"""After as many messages in a row that could not be recorded it is the Store, not the messages."""

TOGETHER: Final = 50
"""Messages that are looked at, begun and recorded at once. A process that dies leaves two such at most to be read again."""

log = structlog.get_logger()


class Registrar:
    """See the module. For one mailbox and one thread."""

    def __init__(
        self,
        *,
        name: str,
        store: LedgerStore,
        desk: Desk,
        patience: Patience,
        most_tries: int,
        at: Callable[[str], None],
    ) -> None:
        """`name` is the mailbox's."""
        self._name = name
        self._store = store
        self._desk = desk
        self._patience = patience
        self._most_tries = most_tries
        self._at = at
        self._store_failures = 0

    def shunt(self, case: Fresh, why: str, taken: Taken) -> None:
        """Decided: it cannot be read."""
        self.decided(case, self._desk.decide(case.arrival, case.recognised, Shunted(reason=why)), taken)

    def decided(self, case: Fresh, recording: Recording, taken: Taken) -> None:
        """To be recorded with those beside it."""
        taken.decided.append((case, recording))
        if len(taken.decided) >= TOGETHER:
            self.record(taken)

    def record(self, taken: Taken) -> None:
        """One transaction. Only after it may messages be filed away. Where it fails, each by itself shows whose fault."""
        decided, taken.decided = taken.decided, []
        for _ in decided:
            self._at("recording")
        try:
            results = self._store.record_many([recording for _, recording in decided]) if decided else ()
        # Some of them may be written; that is no harm, they are known then.
        except Exception:  # noqa: BLE001 - raised again one by one, where it is dealt with
            for case, recording in decided:
                with self.alone(case, taken):
                    self._note(recording, self._store.record(recording), taken)
            return
        for (_, recording), result in zip(decided, results, strict=True):
            self._note(recording, result, taken)

    def _note(self, recording: Recording, result: Recorded, taken: Taken) -> None:
        self._at("committed")
        self._store_failures = 0
        entry = recording.entry
        self._patience.forget(entry.arrival.key.uid)
        if result is Recorded.NEW:
            taken.new += 1
            taken.filings.append(Filing(key=entry.arrival.key, folder=entry.filing, flag=entry.flag))
        else:
            # Known before, perhaps decided otherwise: the Store says where it goes.
            taken.known.append(entry.arrival.key)

    def is_recorded(self, key: MessageKey) -> bool:
        """Whether somebody has recorded it by now."""
        return bool(self._store.recorded(key.mailbox, key.uidvalidity, [key.uid]))

    @contextmanager
    def alone(self, case: Fresh, taken: Taken) -> Iterator[None]:
        """Work on one message so that its failure is its own."""
        uid = case.fetched.uid
        try:
            yield
        except StoreError:
            self._store_failures += 1
            self._patience.put_off(uid)
            log.warning("not_recorded", mailbox=self._name, uid=uid)
            if self._store_failures >= STORE_FAILURES:
                raise
        except BulletinError:
            raise
        # The loop over messages: a mistake of ours that one message brings to light must not hide the others.
        except Exception as mistake:  # noqa: BLE001 - see above
            log.error("message_failed", mailbox=self._name, uid=uid, error=type(mistake).__name__)  # noqa: TRY400 - a traceback may quote mail
            if self._patience.put_off(uid) == self._most_tries:
                self._set_aside(case, type(mistake).__name__, taken)

    def _set_aside(self, case: Fresh, error: str, taken: Taken) -> None:
        """Shunt what our own code cannot take; where even that fails it stays, and is tried ever more rarely."""
        try:
            why = Shunted(reason=f"could not be decided ({error})")
            recording = self._desk.decide(case.arrival, case.recognised, why)
            self._at("recording")
            self._note(recording, self._store.record(recording), taken)
        except StoreError:
            raise
        except Exception as mistake:  # noqa: BLE001 - as in alone
            log.error("message_stays", mailbox=self._name, uid=case.fetched.uid, error=type(mistake).__name__)  # noqa: TRY400 - as in alone
