"""Retention: what was kept for as long as the Policies say goes, class by class and a few hundred rows at a time.

The law: every step may be interrupted and begun again by any process, and no step keeps another writer waiting.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.policies import PolicyBook
from domain.errors import BulletinError
from domain.ledger import Event
from domain.ports import Clock, Store
from domain.retention import Expired, Kept, Key, Terms, terms
from domain.round import CampaignId, RoundId

PAGE: Final = 500
"""So many rows are looked at, and at most so many taken away, at once."""

EVERY: Final = timedelta(days=1)
"""How often the daemon looks for what has expired."""

Class = tuple[Kept, CampaignId | None, RoundId | None]
"""What is counted: how many of what, of which Round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purger:
    """Takes away what has expired. `records` is for how long what officers and operators did is known."""

    store: Store
    book: PolicyBook
    clock: Clock
    records: timedelta

    def counts(self, seen: Callable[[int], None] | None = None) -> Counter[Class]:
        """How many would go now, by class and Round; of people, those whom no Prompt names even before."""
        counted: Counter[Class] = Counter()
        limits = self._terms()
        for what in Kept:
            for page in self._pages(what, limits):
                counted.update(_class(what, each) for each in page)
                if seen is not None:
                    seen(counted.total())
        return counted

    def walk(self, who: str) -> Generator[int]:
        """Purge page by page; how many went with each. What went is told in the Ledger, even if it ends before its time."""
        gone: Counter[Class] = Counter()
        limits = self._terms()
        try:
            for what in Kept:
                for page in self._pages(what, limits):
                    count = self.store.purge(what, page) if page else 0
                    gone += _shared_out(what, page, count)
                    yield count
        finally:
            for event in _told(gone, who, self.clock.now()):
                self.store.write_event(event)
        if gone:
            self.store.scrub()

    def _terms(self) -> Terms:
        policies = self.book.now()
        return terms(policies.changes, self.clock.now(), records=self.records, base=policies.base)

    def _pages(self, what: Kept, limits: Terms) -> Iterator[tuple[Expired, ...]]:
        after: Key | None = None
        while True:
            look = self.store.expired(what, limits, after=after, limit=PAGE)
            yield look.expired
            if look.upto is None:
                return
            after = look.upto


def _class(what: Kept, one: Expired) -> Class:
    return what, one.campaign_id, one.round_id


def _shared_out(what: Kept, page: tuple[Expired, ...], count: int) -> Counter[Class]:
    """What went of a page, by Round: all of it, but for the rare row that had to stay since the look."""
    return Counter(_class(what, each) for each in page[:count])


def _told(gone: Counter[Class], who: str, now: datetime) -> Iterator[Event]:
    """One Event for each Round, and one for what belongs to none."""
    by_round: dict[str, list[str]] = {}
    for (what, campaign, week), count in gone.items():
        subject = "" if campaign is None else f"{campaign}/{week}"
        by_round.setdefault(subject, []).append(f"{count} {what.value}")
    for subject, words in sorted(by_round.items()):
        yield Event(at=now, who=who, what="purged", subject=subject, reason=", ".join(words))


@dataclass(slots=True, kw_only=True)
class Daily:
    """The walk of each day, a little at a time, so that nothing else of the scheduler waits for it."""

    purger: Purger
    who: str
    share: timedelta
    begun: datetime | None = None
    walk: Generator[int] | None = field(default=None, repr=False)

    def go_on(self, now: datetime, may_go_on: Callable[[], bool]) -> int | None:
        """Begin when a day is over, or go on for a while; how many went, or None where there was nothing to do."""
        if self.walk is None:
            if self.begun is not None and now - self.begun < EVERY:
                return None
            self.begun, self.walk = now, self.purger.walk(self.who)
        until, gone = self.purger.clock.monotonic() + self.share.total_seconds(), 0
        try:
            for count in self.walk:
                gone += count
                if not may_go_on():
                    self.stop()
                    return gone
                if self.purger.clock.monotonic() >= until:
                    return gone
        except BulletinError:
            self.begun = self.walk = None
            raise
        self.walk = None
        return gone

    def stop(self) -> None:
        """Leave off where it is: what went so far is told, and whoever comes next begins anew."""
        if self.walk is not None:
            self.walk.close()
        self.begun = self.walk = None
