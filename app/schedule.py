"""The scheduler: asks the calendar what is due and does it. The database decides, so that any number may look.

The law: a step is begun under the lease only, and each may be begun again after a death in the middle.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app import logs
from app.campaigns import UNTOLD, end_stray, strays
from app.codes import tell_codes
from app.midway import hold_by_policy, leave_begins, returns
from app.retention import Daily
from app.rounds import RoundKeeper
from app.wiring import House
from domain.campaign import Campaign, KeptCampaign
from domain.errors import LeaseLostError
from domain.ledger import Event
from domain.round import GOING_ON, CampaignId, Phase, Round, RoundId
from outbound.alert import missed
from outbound.calendar import Deed, Due, Occurrence, due, occurrence

WHO: Final = "scheduler"

RECENT: Final = 60
"""Rounds looked at: a year's and those opened by hand."""

FIRST_EVER: Final = timedelta(hours=1)
"""A campaign that never asked begins in its hour or a week later: starting a daemon must not mail a million people."""

REMIND_EVERY: Final = timedelta(minutes=15)
"""How often is looked for people whose Windows are their own."""

SHARE: Final = timedelta(seconds=5)
"""How long a look may take away what has expired, before the calendar is asked again."""

log = logs.get("schedule")


@dataclass(slots=True, kw_only=True)
class Scheduler:
    """Does what is due. For one thread. `may_go_on` says whether the lease is still ours."""

    house: House
    may_go_on: Callable[[], bool]
    keeper: RoundKeeper = field(init=False)
    daily: Daily = field(init=False)
    followed: object = None
    told: set[tuple[CampaignId, RoundId]] = field(default_factory=set)
    left: set[tuple[CampaignId, RoundId]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make a keeper and a walk of our own."""
        self.keeper = self.house.keeper()
        self.daily = Daily(purger=self.house.purger(), who=WHO, share=SHARE)

    def tick(self) -> tuple[Due, ...]:
        """One look.

        1. Stop where another process holds the lease.
        2. Stop the mail of Units that were paused since the last look.
        3. See who went away and who is back.
        4. Ask the calendar what is due of each Campaign, from its Rounds in the database, and do it, oldest first; the
           lease is renewed between pages of people.
        5. Queue the reminders that came due by the Windows of single people.
        6. End the Rounds whose Campaign was taken out of the configuration, when their time is over.
        7. Go on with the walk of the day that takes away what has expired.
        """
        if not self.may_go_on():
            self.daily.stop()
            return ()
        house, now = self.house, self.house.clock.now()
        campaigns = house.campaigns
        kept = campaigns.kept(now)
        left = strays(house.store, campaigns)
        self._follow_policies(
            frozenset({each.id for each in kept if _has_ended(each, now)} | {one.campaign_id for one in left})
        )
        leave_begins(house.store, campaigns, now, WHO)
        returns(self.keeper.asker, campaigns, now)
        done: list[Due] = []
        for each in kept:
            done += self._look_at(campaigns[each.id], each, now)
        self._end_strays(left, now)
        self._purge(now)
        return tuple(done)

    def _purge(self, now: datetime) -> None:
        gone = self.daily.go_on(now, self.may_go_on)
        if gone:
            log.info("purged", count=gone)

    def stop(self) -> None:
        """Leave off, so that another may go on."""
        self.daily.stop()

    def _look_at(self, campaign: Campaign, kept: KeptCampaign, now: datetime) -> Iterator[Due]:
        store = self.house.store
        rounds = store.rounds(campaign.id, limit=RECENT)
        # A clock that was ahead when the Campaign was first seen must not keep it from asking now.
        since = min(kept.since, now) - FIRST_EVER
        known = {one.id for one in rounds}
        for step in due(
            campaign, rounds, now, since=since, reminded={one.id: _reminded(campaign, one) for one in rounds}
        ):
            if _has_ended(kept, now) and step.round_id not in known:
                continue
            self._do(campaign, step)
            yield step
        for one in store.rounds(campaign.id, limit=RECENT):
            waited = now - (one.reminded_upto or one.opens_at)
            if one.phase not in {Phase.OPEN, Phase.CLOSED} or waited < REMIND_EVERY or _has_ended(kept, now):
                continue
            if self.keeper.remind(campaign, one, progress=self._go_on):
                yield Due(deed=Deed.REMIND, round_id=one.id, at=now)

    def _end_strays(self, left: Iterable[Round], now: datetime) -> None:
        """Until the last late answer the Campaign may be put back, and its Digests are written after all."""
        for one in left:
            at = (one.campaign_id, one.id)
            if at not in self.left:
                self.left.add(at)
                log.error("round_without_campaign", campaign=one.campaign_id, round=one.id)
            subject = f"{one.campaign_id}/{one.id}"
            event = Event(at=now, who=WHO, what="round final", subject=subject, reason=UNTOLD)
            if one.final_at <= now and end_stray(self.house.store, one, event):
                log.info("round_final", campaign=one.campaign_id, round=one.id, queued=0)

    def _follow_policies(self, ended: frozenset[CampaignId]) -> None:
        """Hold and let go queued mail, where a Policy, a pause or the end of a Campaign says so since the last look."""
        store, policies = self.house.store, self.keeper.asker.book.now()
        rounds = store.rounds(phases=GOING_ON, limit=RECENT)
        state = (policies.changes, tuple((one.campaign_id, one.id, one.phase) for one in rounds), ended)
        if state != self.followed:
            hold_by_policy(store, policies, rounds, ended)
            self.followed = state

    def _do(self, campaign: Campaign, step: Due) -> None:
        asked = self.house.store.round(campaign.id, step.round_id) or self._new(campaign, step)
        if asked is None:
            return
        match step.deed:
            case Deed.SKIP:
                self._skip(campaign, asked, step)
            case Deed.CODE:
                self._tell_code(campaign, asked)
            case Deed.OPEN:
                if asked.code:
                    # Whoever was not told the day before, because nobody ran.
                    self._tell_code(campaign, asked)
                self.keeper.open(campaign, asked, who=WHO, progress=self._go_on)
                log.info("round_opened", campaign=campaign.id, round=asked.id)
            case Deed.REMIND:
                queued = self.keeper.remind(campaign, asked, progress=self._go_on)
                log.info("reminders_queued", campaign=campaign.id, round=asked.id, queued=queued)
            case Deed.CLOSE:
                queued = self.keeper.close(campaign, asked, who=WHO, progress=self._go_on)
                log.info("round_closed", campaign=campaign.id, round=asked.id, queued=queued)
            case Deed.FINAL:
                queued = self.keeper.finish(campaign, asked, who=WHO, progress=self._go_on)
                log.info("round_final", campaign=campaign.id, round=asked.id, queued=queued)

    def _tell_code(self, campaign: Campaign, coming: Round) -> None:
        """Once a process and Round: the mails' keys keep a second walk from sending anything twice."""
        if (coming.campaign_id, coming.id) not in self.told:
            queued = tell_codes(self.keeper.asker, campaign, coming, self._go_on)
            self.told.add((coming.campaign_id, coming.id))
            log.info("codes_queued", campaign=campaign.id, round=coming.id, queued=queued)

    def _new(self, campaign: Campaign, step: Due) -> Round | None:
        """The Round of a week that has none yet, about to open or to be skipped."""
        match step.occurrence or occurrence(campaign, step.round_id):
            case Occurrence() as turn:
                return new_round(self.keeper, campaign, turn)
            case _:
                # A holiday: the week has no instants but that of its asking.
                return Round(
                    campaign_id=campaign.id,
                    id=step.round_id,
                    phase=Phase.OPENING,
                    opens_at=step.at,
                    closes_at=step.at,
                    final_at=step.at,
                    code="",
                )

    def _skip(self, campaign: Campaign, asked: Round, step: Due) -> None:
        """A Round that nobody was asked in: written down, so that it is told of once."""
        store = self.house.store
        made = store.ensure_round(asked)
        if store.advance(made.campaign_id, made.id, Phase.OPENING, Phase.SKIPPED):
            subject = f"{made.campaign_id}/{made.id}"
            now = self.house.clock.now()
            store.write_event(Event(at=now, who=WHO, what="round skipped", subject=subject, reason=step.reason))
            write = log.error if step.alarm else log.info
            write("round_skipped", campaign=made.campaign_id, round=made.id)
            if step.alarm:
                contact = self.house.settings.security.contact
                press = self.keeper.press
                told = missed(press, made, contact=contact, campaign=campaign, now=now, reason=step.reason)
                store.enqueue((told,))

    def _go_on(self, _done: int) -> None:
        if not self.may_go_on():
            raise LeaseLostError("another scheduler took over")


def new_round(keeper: RoundKeeper, campaign: Campaign, turn: Occurrence) -> Round:
    """The Round of an occurrence, about to open."""
    return Round(
        campaign_id=campaign.id,
        id=turn.round_id,
        phase=Phase.OPENING,
        opens_at=turn.opens_at,
        closes_at=turn.closes_at,
        final_at=turn.final_at,
        code=keeper.code(campaign.id, turn.round_id) if campaign.code_before is not None else "",
    )


def _has_ended(kept: KeptCampaign, now: datetime) -> bool:
    return kept.ended_at is not None and kept.ended_at <= now


def _reminded(campaign: Campaign, asked: Round) -> int:
    """How many of a Round's reminders are done, for those whose Window is everybody's."""
    upto = asked.reminded_upto or asked.opens_at
    return sum(asked.closes_at - offset <= upto for offset in campaign.reminders)
