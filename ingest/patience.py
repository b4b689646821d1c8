"""Patience: which messages are left alone for now, each longer after every failure. In memory: a restart tries again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

FIRST_PAUSE = 30.0
LONGEST_PAUSE = 3600.0


@dataclass(slots=True)
class _Failed:
    times: int
    due_at: float


class Patience:
    """For one UIDVALIDITY of one mailbox."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """`monotonic` gives seconds."""
        self._monotonic = monotonic
        self._failed: dict[int, _Failed] = {}
        self._passed: set[int] = set()

    def put_off(self, uid: int) -> int:
        """Leave it for a while after one more failure; how many there were."""
        times = self._failed[uid].times + 1 if uid in self._failed else 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(times - 1, 20))
        self._failed[uid] = _Failed(times=times, due_at=self._monotonic() + pause)
        return times

    def pass_over(self, uid: int) -> None:
        """Leave it for ever: it is older than the first Round."""
        self._passed.add(uid)

    def forget(self, uid: int) -> None:
        """It is dealt with."""
        self._failed.pop(uid, None)

    def clear(self) -> None:
        """These UIDs mean nothing any more."""
        self._failed.clear()
        self._passed.clear()

    def due(self) -> list[int]:
        """What failed and may be tried again now, in order."""
        now = self._monotonic()
        return sorted(uid for uid, failed in self._failed.items() if failed.due_at <= now)

    def next_in(self) -> float:
        """Seconds until something is due."""
        times = [failed.due_at for failed in self._failed.values()]
        return max(0.0, min(times) - self._monotonic()) if times else LONGEST_PAUSE

    def open_to(self, uids: Iterable[int]) -> list[int]:
        """Those of `uids` that nothing speaks against."""
        now = self._monotonic()
        return [
            uid
            for uid in uids
            if uid not in self._passed and (uid not in self._failed or self._failed[uid].due_at <= now)
        ]
