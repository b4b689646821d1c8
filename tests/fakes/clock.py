"""A clock that stands still until it is moved, and one that runs."""

import asyncio
import datetime as dt
import time

START = dt.datetime(2026, 11, 20, 14, 0, tzinfo=dt.UTC)


class FakeClock:
    """Time is what the test says. Sleeping moves it at once and lets others run."""

    def __init__(self, start: dt.datetime = START) -> None:
        self._now = start
        self._monotonic = 0.0
        self.slept: list[float] = []

    def now(self) -> dt.datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def move(self, by: dt.timedelta) -> None:
        self._now += by
        self._monotonic += by.total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(dt.timedelta(seconds=seconds))
        await asyncio.sleep(0)


class RunningClock:
    """The real one."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
