"""The system clock: the one place of the program that may ask what time it is."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """The Clock of this machine (domain.ports.Clock)."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment, for durations only."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait without holding up anybody else."""
        await asyncio.sleep(seconds)
