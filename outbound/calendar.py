"""The calendar: when the Rounds of a Campaign open, remind, close and end, and what is due now. Pure.

The law: an occurrence is named by its ISO week and by nothing else, so it fires once whatever the clocks do. A time
that a change to summer time leaves out becomes the first instant after the gap; one that comes twice is the first.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays as public_holidays

from domain.campaign import Campaign, Holidays, OnHoliday
from domain.round import Phase, Round, RoundId

FIRST_ZONE: Final = "Etc/GMT-14"
LAST_ZONE: Final = "Etc/GMT+12"
"""Where a day begins first and ends last: the span of a Round that is asked on each Employee's own clock."""

_DAY: Final = dt.timedelta(days=1)
_WEEK: Final = 7
_SATURDAY: Final = 6
_MOST_WEEKS: Final = 60
"""How far back a missed occurrence is looked for: beyond it, nobody wants an alarm for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One Round to be. Aware UTC instants; `day` is the local date of asking, `moved` whether a holiday moved it.

    `reminds_at` are in order of time and lie between opening and close.
    """

    round_id: RoundId
    day: dt.date
    opens_at: dt.datetime
    closes_at: dt.datetime
    digest_at: dt.datetime
    final_at: dt.datetime
    reminds_at: tuple[dt.datetime, ...] = ()
    moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOccurrence:
    """A week in which nobody is asked, and why; `holiday` where that is the reason."""

    round_id: RoundId
    reason: str
    holiday: bool = False


class Deed(StrEnum):
    """What the calendar asks for."""

    CODE = "code"
    OPEN = "open"
    REMIND = "remind"
    CLOSE = "close"
    FINAL = "final"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something to be done now. `at` is when it was due; `late` that it should have been done a while ago.

    A `skip` with `alarm` is an occurrence that was missed: its window closed while nothing ran. `number` counts
    reminders from 1.
    """

    deed: Deed
    round_id: RoundId
    at: dt.datetime
    occurrence: Occurrence | None = None
    number: int = 0
    late: bool = False
    alarm: bool = False
    reason: str = ""


def round_id(day: dt.date) -> RoundId:
    """The ISO week of `day`: `2026-W48`."""
    year, week, _ = day.isocalendar()
    return RoundId(f"{year}-W{week:02}")


def week_day(week: RoundId, weekday: int) -> dt.date:
    """The date of a weekday (1 is Monday) in an ISO week. ValueError where there is no such week."""
    year, _, number = week.partition("-W")
    return dt.date.fromisocalendar(int(year), int(number), weekday)


def after(week: RoundId, weeks: int = 1) -> RoundId:
    """The ISO week `weeks` later."""
    return round_id(week_day(week, 1) + weeks * _WEEK * _DAY)


def instant(day: dt.date, clock: dt.time, zone: str) -> dt.datetime:
    """When the clocks of `zone` show `clock` on `day`, in UTC: the first time, or the first instant after a gap."""
    wanted = dt.datetime.combine(day, clock)
    there = ZoneInfo(zone)
    first = wanted.replace(tzinfo=there).astimezone(dt.UTC)
    if first.astimezone(there).replace(tzinfo=None) == wanted:
        return first
    # In a gap, fold=1 lies before it and fold=0 after it (PEP 495); the change is in between.
    before = wanted.replace(tzinfo=there, fold=1).astimezone(dt.UTC)
    return _after_gap(before, first, wanted, there)


def _after_gap(before: dt.datetime, behind: dt.datetime, wanted: dt.datetime, there: ZoneInfo) -> dt.datetime:
    """The earliest whole second whose local time is not before `wanted`, by halving."""
    low, high = 0, int((behind - before).total_seconds())
    while low < high:
        middle = (low + high) // 2
        shown = (before + dt.timedelta(seconds=middle)).astimezone(there).replace(tzinfo=None)
        if shown >= wanted:
            high = middle
        else:
            low = middle + 1
    return (before + dt.timedelta(seconds=low)).replace(microsecond=0)


def occurrence(campaign: Campaign, week: RoundId, zone: str | None = None) -> Occurrence | NoOccurrence:
    """The Round of that week; on the clocks of `zone` where the Campaign goes by each Employee's own.

    Without `zone`, a Campaign on everybody's own clocks spans from the first place on earth to the last.
    """
    if (campaign.first is not None and week < campaign.first) or (campaign.last is not None and week > campaign.last):
        return NoOccurrence(round_id=week, reason="outside the campaign's first and last Round")
    meant = week_day(week, campaign.weekday)
    day = _asking_day(campaign.holidays, meant)
    if day is None:
        return NoOccurrence(round_id=week, reason=f"{meant.isoformat()} is a holiday", holiday=True)
    opens_zone, closes_zone = _zones(campaign, zone)
    opens_at = instant(day, campaign.time, opens_zone)
    closes_at = _closing(campaign, day, closes_zone)
    reminds = sorted(closes_at - offset for offset in campaign.reminders)
    return Occurrence(
        round_id=week,
        day=day,
        opens_at=opens_at,
        closes_at=closes_at,
        digest_at=closes_at + campaign.digest_after,
        final_at=closes_at + campaign.grace,
        reminds_at=tuple(at for at in reminds if opens_at < at < closes_at),
        moved=day != meant,
    )


def _zones(campaign: Campaign, zone: str | None) -> tuple[str, str]:
    if not campaign.own_zone:
        return campaign.zone, campaign.zone
    return (zone, zone) if zone is not None else (FIRST_ZONE, LAST_ZONE)


def _closing(campaign: Campaign, day: dt.date, zone: str) -> dt.datetime:
    """The end of the last minute that is on time."""
    opens_at = instant(day, campaign.time, zone)
    if campaign.hours is not None:
        return opens_at + campaign.hours
    clock = campaign.closes_time
    closing_day = day + (campaign.closes_weekday - day.isoweekday()) % _WEEK * _DAY
    if instant(closing_day, clock, zone) <= opens_at:
        closing_day += _WEEK * _DAY
    if campaign.holidays.rule is OnHoliday.MOVE:
        closing_day = _asking_day(campaign.holidays, closing_day) or closing_day
    return instant(closing_day, clock, zone) + dt.timedelta(seconds=59 if not clock.second else 0)


def _asking_day(rules: Holidays, meant: dt.date) -> dt.date | None:
    """The day on which is asked instead of `meant`; None where that week is skipped."""
    if rules.rule is OnHoliday.ASK or not is_holiday(rules, meant):
        return meant
    if rules.rule is OnHoliday.SKIP:
        return None
    following = (meant + ahead * _DAY for ahead in range(1, _WEEK))
    return next((day for day in following if day.isoweekday() < _SATURDAY and not is_holiday(rules, day)), None)


def is_holiday(rules: Holidays, day: dt.date) -> bool:
    """Whether `day` is one of the operator's own dates or a public holiday of the country."""
    if day in rules.days:
        return True
    return rules.country is not None and day in _public(rules.country, rules.subdivision, day.year)


@lru_cache(maxsize=256)
def _public(country: str, subdivision: str | None, year: int) -> frozenset[dt.date]:
    return frozenset(public_holidays.country_holidays(country, subdiv=subdivision, years=year))


def due(
    campaign: Campaign,
    rounds: Sequence[Round],
    now: dt.datetime,
    *,
    since: dt.datetime,
    reminded: Mapping[RoundId, int] | None = None,
    slack: dt.timedelta = dt.timedelta(minutes=5),
) -> tuple[Due, ...]:
    """What is due at `now`, in order of time.

    `rounds` are the Campaign's Rounds of the last weeks. What opened before `since` (when the Campaign was set up) is
    neither made up for nor missed. `reminded` is how many reminders of a Round went out. What is done more than
    `slack` after its time is `late`.
    """
    known = {one.id for one in rounds}
    ahead = campaign.code_before or dt.timedelta(0)
    found = [
        one for week in _weeks(now, since, ahead) if week not in known for one in _unopened(campaign, week, now, since)
    ]
    found += [one for row in rounds for one in _of_round(campaign, row, now, (reminded or {}).get(row.id, 0))]
    timed = sorted(found, key=lambda one: (one.at, one.round_id))
    return tuple(replace(one, late=one.deed is not Deed.SKIP and now - one.at > slack) for one in timed)


def _weeks(now: dt.datetime, since: dt.datetime, ahead: dt.timedelta) -> Iterator[RoundId]:
    """Every week in which something may have opened between `since` and `now`, or opens soon, wherever on earth."""
    day = max(since.date() - 2 * _WEEK * _DAY, now.date() - _MOST_WEEKS * _WEEK * _DAY)
    last = round_id((now + ahead).date() + 2 * _DAY)
    week = round_id(day)
    while week <= last:
        yield week
        week = after(week)


def _unopened(campaign: Campaign, week: RoundId, now: dt.datetime, since: dt.datetime) -> Iterator[Due]:
    """What is due of a week that has no Round yet."""
    match occurrence(campaign, week):
        case NoOccurrence(reason=reason, holiday=True):
            at = instant(week_day(week, campaign.weekday), campaign.time, _zones(campaign, None)[0])
            if since <= at <= now:
                yield Due(deed=Deed.SKIP, round_id=week, at=at, reason=reason)
        case Occurrence() as one if campaign.code_before and one.opens_at - campaign.code_before <= now < one.opens_at:
            at = one.opens_at - campaign.code_before
            if since <= one.opens_at:
                yield Due(deed=Deed.CODE, round_id=week, at=at, occurrence=one)
        case Occurrence() as one if since <= one.opens_at <= now < one.closes_at:
            yield Due(deed=Deed.OPEN, round_id=week, at=one.opens_at, occurrence=one)
        case Occurrence() as one if since <= one.opens_at <= now:
            reason = "its window closed before it could be opened"
            yield Due(deed=Deed.SKIP, round_id=week, at=one.opens_at, occurrence=one, alarm=True, reason=reason)
        case _:
            return


def _of_round(campaign: Campaign, row: Round, now: dt.datetime, reminded: int) -> Iterator[Due]:
    """What is due of a Round that is there. Its own instants hold, whatever became of the Campaign since."""
    closing_at = row.closes_at + campaign.digest_after
    match row.phase:
        case Phase.OPENING | Phase.OPEN | Phase.PAUSED if now >= closing_at:
            yield Due(deed=Deed.CLOSE, round_id=row.id, at=closing_at)
        case Phase.OPENING:
            yield Due(deed=Deed.OPEN, round_id=row.id, at=row.opens_at)
        case Phase.OPEN if now < row.closes_at:
            yield from _reminders(campaign, row, now, reminded)
        case Phase.CLOSED if now >= row.final_at:
            yield Due(deed=Deed.FINAL, round_id=row.id, at=row.final_at)
        case _:
            return


def _reminders(campaign: Campaign, row: Round, now: dt.datetime, reminded: int) -> Iterator[Due]:
    """The last reminder whose time has come; those that were missed before it are left out."""
    times = sorted(row.closes_at - offset for offset in campaign.reminders)
    come = [number for number, at in enumerate(times, 1) if row.opens_at < at <= now]
    if come and come[-1] > reminded:
        yield Due(deed=Deed.REMIND, round_id=row.id, at=times[come[-1] - 1], number=come[-1])
