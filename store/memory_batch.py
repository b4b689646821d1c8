"""Several messages at once, in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.ledger import MessageKey, Recorded, Recording
from store.memory_ledger import MemoryLedger
from store.memory_state import alone


class MemoryBatch(MemoryLedger):
    """See `domain.ports.LedgerStore`."""

    @alone
    def begun(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> Mapping[int, int]:
        """Which of these somebody began to read and did not record, and how often."""
        keys = {uid: MessageKey(mailbox=mailbox, uidvalidity=uidvalidity, uid=uid) for uid in uids}
        return {uid: self.readings[key] for uid, key in keys.items() if key in self.readings}

    @alone
    def begin_many(self, keys: Sequence[MessageKey], now: datetime) -> Mapping[MessageKey, int]:
        """Count one more try for each of these."""
        return {key: self.begin(key, now) for key in dict.fromkeys(keys)}

    @alone
    def record_many(self, recordings: Sequence[Recording]) -> tuple[Recorded, ...]:
        """Write them one after the other."""
        return tuple(self.record(recording) for recording in recordings)
