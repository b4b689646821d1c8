"""The breaker: stops our answers where they go out faster than people could have caused them, and tells somebody once.

The law: what came in is recorded all the same; only mail that answers mail is held back, alerts and prompts never.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from app import logs
from domain.ledger import Event, Recording
from domain.outbox import ANSWERING, OutboundMail
from domain.ports import Clock, Store
from domain.round import GOING_ON, Round

WITHIN: Final = timedelta(hours=1)
LEAST: Final = 100
"""Answers in an hour that are never too many, so that a small organisation may answer all of its people at once."""

RECOUNT_AFTER: Final = 20
RECENT: Final = 8
HELD_BACK: Final = "; the answer to it was held back"

log = logs.get("breaker")


class Alarming(Protocol):
    """Who writes the alert."""

    def flood(self, *, count: int, limit: int, now: datetime) -> OutboundMail: ...


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Counts answers by what is in the Outbox, so that any number of processes see the same. One serves one thread.

    `per_hour` is the operator's own limit, None for none. Beside it, no more than one answer in an hour for each person
    who was asked is in proportion.
    """

    store: Store
    clock: Clock
    alarming: Alarming
    per_hour: int | None = None
    counted: int = 0
    since_count: int = RECOUNT_AFTER
    limit: int = LEAST
    open: bool = field(default=False, init=False)
    _together: bool = field(default=False, init=False)
    _at_least: int = field(default=0, init=False)
    """Answers that were passed on in a batch beside those before it: the Store may not know all of them yet."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """For one batch, whose answers are recorded some at a time: until it ends, the Store knows too few."""
        self._together, self.since_count = True, RECOUNT_AFTER
        try:
            yield
        finally:
            self._together, self._at_least = False, 0

    def pass_on(self, recording: Recording) -> Recording:
        """The Recording as it is, or without its answers while there are too many."""
        answers = sum(mail.kind in ANSWERING for mail in recording.mails)
        if not answers:
            return recording
        if self.since_count >= RECOUNT_AFTER or self.counted + answers > self.limit:
            self._count()
        if self.counted + answers <= self.limit:
            self.counted += answers
            self._at_least = self.counted if self._together else 0
            self.since_count += answers
            return self._again(recording)
        return self._hold_back(recording)

    def _count(self) -> None:
        going_on = self.store.rounds(phases=GOING_ON, limit=RECENT)
        in_proportion = max(LEAST, sum(self._asked(one) for one in going_on))
        self.limit = in_proportion if self.per_hour is None else min(self.per_hour, in_proportion)
        known = self.store.answers_since(self.clock.now() - WITHIN, at_most=self.limit + 1)
        self.counted = max(known, self._at_least)
        self.since_count = 0

    def _asked(self, one: Round) -> int:
        return sum(each.count for each in self.store.counts(one.campaign_id, one.id))

    def _hold_back(self, recording: Recording) -> Recording:
        kept = tuple(mail for mail in recording.mails if mail.kind not in ANSWERING)
        entry = replace(recording.entry, reason=f"{recording.entry.reason}{HELD_BACK}".removeprefix("; "))
        held = replace(recording, mails=kept, entry=entry)
        if self.open:
            return held
        self.open = True
        log.error("answers_held_back", count=self.counted, limit=self.limit)
        event = self._event("answers are held back", f"{self.counted} in an hour, {self.limit} are in proportion")
        alert = self.alarming.flood(count=self.counted, limit=self.limit, now=self.clock.now())
        return replace(held, mails=(*kept, alert), events=(*held.events, event))

    def _again(self, recording: Recording) -> Recording:
        if not self.open:
            return recording
        self.open = False
        log.info("answers_go_out_again", count=self.counted, limit=self.limit)
        return replace(recording, events=(*recording.events, self._event("answers go out again", "")))

    def _event(self, what: str, why: str) -> Event:
        return Event(at=self.clock.now(), who="bulletin", what=what, subject="breaker", reason=why)
