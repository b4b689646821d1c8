"""The port of time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is. Only app/clock.py and fakes in tests know."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds, for durations only."""
        ...

    async def sleep(self, seconds: float) -> None: ...
