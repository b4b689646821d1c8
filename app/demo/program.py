"""The program as the demo runs it: the very parts of `bulletin run`, moved on by hand instead of by a loop."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app import logs
from app.config import load
from app.daemon import make_poller, send_once
from app.demo.place import ROSTER
from app.exits import FoundWrongError
from app.importing import Plan, import_roster
from app.schedule import Scheduler
from app.sheet import open_roster
from app.wiring import House, build
from domain.roster import RosterFault
from ingest.poller import Poller
from store.engine import open_store

BEGIN: Final = datetime(2025, 11, 24, 14, 0, tzinfo=UTC)
"""Monday of 2025-W48, nine o'clock on the campaign's clocks. A fixed week, so that every showing is the same; a past
one, because IMAP servers take no mail from the future."""


@dataclass(slots=True)
class WeekClock:
    """A Clock that stands still until the week goes on (domain.ports.Clock)."""

    at: datetime = BEGIN

    def now(self) -> datetime:
        """The moment of the week."""
        return self.at

    def monotonic(self) -> float:
        """Real seconds: the servers are real."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait really."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A House at work."""

    house: House
    clock: WeekClock
    scheduler: Scheduler
    poller: Poller

    def look_at_the_calendar(self) -> None:
        """What the daemon does every few seconds: is anything due?"""
        if self.scheduler.tick():
            send_once(self.house)

    def look_into_the_mailbox(self) -> None:
        """What the daemon does when mail comes in: read it, and send the answers."""
        self.poller.poll_once()
        send_once(self.house)

    def take_in_roster(self) -> int:
        """Import the sample roster; how many people."""
        done = import_roster(
            self.house.store, open_roster(ROSTER), Plan(), who="demo", now=self.clock.now(), report=_complain
        )
        return done.rows


@contextmanager
def running(config: Path, clock: WeekClock) -> Iterator[Program]:
    """The program of this configuration, with a new database, until the block ends. The environment is left aside."""
    settings = load(config, {}).settings
    logs.set_up(style=settings.log.format.value, level=settings.log.level.value)
    store = open_store(settings.store.url.get_secret_value(), create=True)
    house = build(settings, store, clock)
    reader = house.reader()
    poller = make_poller(house, settings.mailboxes[0], reader)
    try:
        yield Program(house=house, clock=clock, scheduler=Scheduler(house=house, may_go_on=lambda: True), poller=poller)
    finally:
        poller.close()
        reader.close()
        store.close()


def _complain(fault: RosterFault) -> None:
    raise FoundWrongError(f"The sample roster is wrong in line {fault.line}: {fault.field}: {fault.reason}.")
