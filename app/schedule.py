"""The scheduler: asks the calendar what is due and does it. The database decides, so that any number may look.

The law: a step is begun under the lease only, and each may be begun again after a death in the middle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app import logs
from app.rounds import RoundKeeper
from app.wiring import House
from domain.campaign import Campaign
from domain.errors import LeaseLostError
from domain.ledger import Event
from domain.round import CampaignId, Phase, Round, RoundId
from outbound.calendar import Deed, Due, Occurrence, due, occurrence

WHO: Final = "scheduler"

RECENT: Final = 60
"""Rounds looked at: a year's and those opened by hand."""

FIRST_EVER: Final = timedelta(hours=1)
"""A campaign that never asked begins in its hour or a week later: starting a daemon must not mail a million people."""

log = logs.get("schedule")


@dataclass(slots=True, kw_only=True)
class Scheduler:
    """Does what is due. For one thread. `may_go_on` says whether the lease is still ours."""

    house: House
    may_go_on: Callable[[], bool]
    keeper: RoundKeeper = field(init=False)
    campaigns: Mapping[CampaignId, Campaign] = field(init=False)
    reminded: dict[tuple[CampaignId, RoundId], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make a keeper of our own."""
        self.keeper = self.house.keeper()
        self.campaigns = self.house.campaigns

    def tick(self) -> tuple[Due, ...]:
        """One look.

        1. Stop where another process holds the lease.
        2. Ask the calendar what is due of each campaign, from its Rounds in the database.
        3. Do it, oldest first; the lease is renewed between pages of people.
        """
        if not self.may_go_on():
            return ()
        done: list[Due] = []
        now = self.house.clock.now()
        for campaign in self.campaigns.values():
            rounds = self.house.store.rounds(campaign.id, limit=RECENT)
            reminded = {one.id: self.reminded.get((campaign.id, one.id), 0) for one in rounds}
            for step in due(campaign, rounds, now, since=_since(rounds, now), reminded=reminded):
                self._do(campaign, step)
                done.append(step)
        return tuple(done)

    def _do(self, campaign: Campaign, step: Due) -> None:
        asked = self.house.store.round(campaign.id, step.round_id) or self._new(campaign, step)
        if asked is None:
            return
        match step.deed:
            case Deed.SKIP:
                self._skip(asked, step)
            case Deed.OPEN:
                self.keeper.open(campaign, asked, who=WHO, progress=self._go_on)
                log.info("round_opened", campaign=campaign.id, round=asked.id)
            case Deed.REMIND:
                queued = self.keeper.remind(campaign, asked, step.number)
                # Once a process: the mails' keys keep a second walk from sending anything twice.
                self.reminded[campaign.id, asked.id] = step.number
                log.info("reminders_queued", campaign=campaign.id, round=asked.id, queued=queued)
            case Deed.CLOSE:
                queued = self.keeper.close(campaign, asked, who=WHO, progress=self._go_on)
                log.info("round_closed", campaign=campaign.id, round=asked.id, queued=queued)
            case Deed.FINAL:
                queued = self.keeper.finish(campaign, asked, who=WHO, progress=self._go_on)
                log.info("round_final", campaign=campaign.id, round=asked.id, queued=queued)

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

    def _skip(self, asked: Round, step: Due) -> None:
        """A Round that nobody was asked in: written down, so that it is told of once."""
        store = self.house.store
        made = store.ensure_round(asked)
        if store.advance(made.campaign_id, made.id, Phase.OPENING, Phase.SKIPPED):
            subject = f"{made.campaign_id}/{made.id}"
            now = self.house.clock.now()
            store.write_event(Event(at=now, who=WHO, what="round skipped", subject=subject, reason=step.reason))
            write = log.error if step.alarm else log.info
            write("round_skipped", campaign=made.campaign_id, round=made.id)

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
        code=keeper.code(campaign.id, turn.round_id),
    )


def _since(rounds: Sequence[Round], now: datetime) -> datetime:
    return min((one.opens_at for one in rounds), default=now - FIRST_EVER)
