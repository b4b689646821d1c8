"""A Lease in use: renewed in good time, given up before the database would take it away."""

from datetime import timedelta
from typing import Final

from domain.errors import StoreError
from domain.ports import Clock, LeaseStore

TTL: Final = timedelta(minutes=2)


class Lease:
    """One named piece of work that only one process does at a time. Not for sharing between threads."""

    def __init__(self, store: LeaseStore, name: str, owner: str, clock: Clock, ttl: timedelta = TTL) -> None:
        self._store = store
        self._name = name
        self._owner = owner
        self._clock = clock
        self._ttl = ttl
        self._renewed: float | None = None

    def held(self) -> bool:
        """Whether the work is ours now. Asks the database when a third of the time is over."""
        seconds = self._ttl.total_seconds()
        now = self._clock.monotonic()
        if self._renewed is not None and now - self._renewed < seconds / 3:
            return True
        try:
            mine = self._store.acquire(self._name, self._owner, self._ttl) is not None
        except StoreError:
            # Measured by our own clock we hold it still, for two thirds of its time at most.
            return self._renewed is not None and now - self._renewed < seconds * 2 / 3
        self._renewed = now if mine else None
        return mine

    def release(self) -> None:
        """Let somebody else have it at once."""
        if self._renewed is not None:
            self._renewed = None
            self._store.release(self._name, self._owner)
