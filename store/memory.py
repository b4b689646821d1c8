"""The store in memory: for tests, and a second opinion on what the SQL one does."""

from datetime import timedelta

from domain.ledger import Event
from domain.policy import PolicyChange
from store.memory_again import MemoryAgain
from store.memory_arrangements import MemoryArrangements
from store.memory_batch import MemoryBatch
from store.memory_outbox import MemoryOutbox
from store.memory_retention import MemoryRetention
from store.memory_roster import MemoryRoster
from store.memory_rounds import MemoryRounds
from store.memory_state import KeptLease, alone
from store.memory_tallies import MemoryTallies


class MemoryStore(
    MemoryRoster,
    MemoryRounds,
    MemoryOutbox,
    MemoryBatch,
    MemoryAgain,
    MemoryArrangements,
    MemoryTallies,
    MemoryRetention,
):
    """See `domain.ports.Store`."""

    @alone
    def acquire(self, name: str, owner: str, ttl: timedelta) -> int | None:
        """Take or renew."""
        until = self.seconds() + ttl.total_seconds()
        lease = self.leases.setdefault(name, KeptLease("", 0, 0.0))
        if lease.owner == owner:
            lease.until = until
        elif lease.owner and lease.until > self.seconds():
            return None
        else:
            lease.owner, lease.epoch, lease.until = owner, lease.epoch + 1, until
        return lease.epoch

    @alone
    def release(self, name: str, owner: str) -> None:
        """Let go of a lease that is ours."""
        lease = self.leases.get(name)
        if lease is not None and lease.owner == owner:
            lease.owner, lease.until = "", 0.0

    @alone
    def policies(self) -> tuple[PolicyChange, ...]:
        """By Unit."""
        return tuple(self.changes[unit] for unit in sorted(self.changes))

    @alone
    def set_policy(self, change: PolicyChange, event: Event) -> None:
        """Replace what the Unit sets for itself; no fields means that all come from further up."""
        self.changes.pop(change.unit, None)
        if change.fields:
            self.changes[change.unit] = change
        self.kept_events.append(event)
