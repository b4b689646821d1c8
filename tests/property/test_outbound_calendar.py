"""Every zone, every week: exactly one firing, where a second and naive reading of the clocks says."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.campaign import Campaign, Holidays, OnHoliday
from domain.policy import Policy
from domain.round import CampaignId, Phase, Round, RoundId, Window
from outbound.calendar import Deed, NoOccurrence, Occurrence, after, due, instant, occurrence, round_id, week_day
from outbound.window import Leave, WorkingHours, is_away, reminders_due, window
from tests.fakes.mail import week as a_round

ZONES = sorted(zone for zone in available_timezones() if zone not in {"localtime", "Factory"})
CAMPAIGN = Campaign(id=CampaignId("weekly"))
WEEKS = st.integers(0, 5270).map(lambda number: after(RoundId("2000-W01"), number))
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def naive_instant(day: dt.date, clock: dt.time, zone: str) -> dt.datetime:
    """Try every offset the zone knows around then; in a gap, go on minute by minute until the clocks are past it."""
    there = ZoneInfo(zone)
    wanted = dt.datetime.combine(day, clock)
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    offsets = {(noon + shift * dt.timedelta(hours=1)).astimezone(there).utcoffset() for shift in range(-40, 41)}
    fits = []
    for offset in offsets:
        moment = (wanted - offset).replace(tzinfo=dt.UTC)
        if moment.astimezone(there).replace(tzinfo=None) == wanted:
            fits.append(moment)
    if fits:
        return min(fits)
    moment = (wanted - max(offsets)).replace(tzinfo=dt.UTC)
    while moment.astimezone(there).replace(tzinfo=None) < wanted:
        moment += MINUTE
    return moment


@settings(max_examples=1000, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    week=WEEKS,
    weekday=st.integers(1, 7),
    clock=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
)
def test_an_instant_is_where_a_naive_reading_of_the_clocks_says(
    zone: str, week: RoundId, weekday: int, clock: dt.time
) -> None:
    day = week_day(week, weekday)
    assert instant(day, clock, zone) == naive_instant(day, clock, zone)


@cache
def changes(zone: str) -> tuple[dt.date, ...]:
    """The days from 2000 to 2100 on which the zone's offset changes."""
    there = ZoneInfo(zone)
    start = dt.datetime(2000, 1, 3, tzinfo=dt.UTC)
    found = []
    before = start.astimezone(there).utcoffset()
    for number in range(1, 5271):
        now = (start + number * 7 * DAY).astimezone(there).utcoffset()
        if now != before:
            found += [(start + (number * 7 - back) * DAY).date() for back in range(8)]
        before = now
    return tuple(found)


def distinct_zones() -> Iterator[str]:
    """One name for each set of clocks."""
    seen = set()
    for zone in ZONES:
        there = ZoneInfo(zone)
        sign = (changes(zone), dt.datetime(2000, 1, 3, tzinfo=dt.UTC).astimezone(there).utcoffset())
        if sign not in seen:
            seen.add(sign)
            yield zone


def test_every_zone_on_every_day_near_a_change_of_its_clocks() -> None:
    for zone in distinct_zones():
        for day in changes(zone)[:: 8 if len(changes(zone)) > 400 else 1]:
            for clock in (dt.time(0), dt.time(2, 30)):
                moment = instant(day, clock, zone)
                shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                wanted = dt.datetime.combine(day, clock)
                assert shown >= wanted
                if shown != wanted:
                    earlier = (moment - dt.timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                    assert earlier < wanted


def test_every_zone_every_week_from_2000_to_2100_opens_once_and_in_order() -> None:
    weeks = [after(RoundId("2000-W01"), number) for number in range(5270)]
    days = [week_day(week, 7) for week in weeks]
    assert len(set(weeks)) == len(weeks)
    for zone in distinct_zones():
        moments = [instant(day, dt.time(2, 30), zone) for day in days]
        gaps = {int((later - earlier).total_seconds()) // 3600 for earlier, later in pairwise(moments)}
        assert min(gaps) >= 7 * 24 - 25
        assert max(gaps) <= 7 * 24 + 25


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=WEEKS,
    weekday=st.integers(1, 7),
    clock=st.times(),
    closes=st.integers(1, 7),
    steps=st.lists(st.integers(-90, 60 * 24 * 3), min_size=5, max_size=60),
)
def test_whatever_the_ticks_each_week_opens_once(
    *, zone: str, start: RoundId, weekday: int, clock: dt.time, closes: int, steps: list[int]
) -> None:
    campaign = replace(CAMPAIGN, zone=zone, weekday=weekday, time=clock, closes_weekday=closes)
    now = latest = since = dt.datetime.combine(week_day(start, 1), dt.time(), tzinfo=dt.UTC)
    rows: dict[RoundId, Round] = {}
    fired: list[RoundId] = []
    for step in steps:
        now += step * MINUTE  # clocks go back too
        latest = max(latest, now)
        for one in due(campaign, tuple(rows.values()), now, since=since):
            match one.deed:
                case Deed.OPEN | Deed.SKIP:
                    assert one.round_id not in rows
                    rows[one.round_id] = made(one.round_id, one.occurrence, skipped=one.deed is Deed.SKIP)
                    fired.append(one.round_id)
                case Deed.CLOSE | Deed.FINAL:
                    done = Phase.CLOSED if one.deed is Deed.CLOSE else Phase.FINAL
                    rows[one.round_id] = replace(rows[one.round_id], phase=done)
                case Deed.REMIND:
                    assert rows[one.round_id].phase is Phase.OPEN
    assert len(fired) == len(set(fired))
    weeks = [after(start, number) for number in range(-2, 60)]
    assert set(fired) == {week for week in weeks if since <= opens(campaign, week) <= latest}


def opens(campaign: Campaign, week: RoundId) -> dt.datetime:
    one = occurrence(campaign, week)
    assert isinstance(one, Occurrence)
    return one.opens_at


def made(week: RoundId, one: Occurrence | None, *, skipped: bool) -> Round:
    assert one is not None
    return a_round(
        id=week,
        phase=Phase.SKIPPED if skipped else Phase.OPEN,
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        final_at=one.final_at,
    )


@settings(max_examples=300, deadline=None)
@given(zone=st.sampled_from(ZONES), week=WEEKS, weekday=st.integers(1, 7), closes=st.integers(1, 7), own=st.booleans())
def test_an_occurrence_is_in_order(zone: str, week: RoundId, weekday: int, closes: int, own: bool) -> None:
    campaign = replace(CAMPAIGN, zone=zone, weekday=weekday, closes_weekday=closes, own_zone=own)
    one = occurrence(campaign, week)
    assert isinstance(one, Occurrence)
    assert one.opens_at < one.closes_at <= one.digest_at
    assert one.closes_at <= one.final_at
    assert all(one.opens_at < at < one.closes_at for at in one.reminds_at)
    assert one.closes_at - one.opens_at <= 9 * DAY
    assert round_id(one.day) == week
    if own:
        here = occurrence(campaign, week, zone)
        assert isinstance(here, Occurrence)
        assert one.opens_at <= here.opens_at
        assert here.closes_at <= one.closes_at


@settings(max_examples=200, deadline=None)
@given(
    week=WEEKS,
    days=st.frozensets(st.integers(1, 12), max_size=8),
    weekday=st.integers(1, 7),
    rule=st.sampled_from(OnHoliday),
)
def test_holidays(week: RoundId, days: frozenset[int], weekday: int, rule: OnHoliday) -> None:
    dates = frozenset(week_day(week, 1) + (day - 1) * DAY for day in days)
    campaign = replace(CAMPAIGN, weekday=weekday, holidays=Holidays(rule=rule, days=dates))
    meant = week_day(week, weekday)
    match occurrence(campaign, week):
        case NoOccurrence():
            assert rule is not OnHoliday.ASK
            assert meant in dates
        case Occurrence(day=day, moved=moved):
            assert moved == (day != meant)
            assert rule is OnHoliday.ASK or day not in dates
            assert day == meant or (rule is OnHoliday.MOVE and day.isoweekday() < 6)
            between = [meant + number * DAY for number in range((day - meant).days)]
            assert all(one in dates or one.isoweekday() > 5 for one in between)


LEAVE = st.lists(
    st.tuples(st.integers(-10, 20), st.integers(1, 10)).map(
        lambda pair: Leave(
            first=dt.date(2026, 11, 20) + pair[0] * DAY, back_on=dt.date(2026, 11, 20) + (pair[0] + pair[1]) * DAY
        )
    ),
    max_size=4,
)


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    leave=LEAVE,
    hours=st.none() | st.integers(1, 120),
    delivered=st.none() | st.integers(0, 60),
    grace=st.integers(0, 72),
)
def test_a_window_closes_where_a_naive_reading_says(
    zone: str, leave: list[Leave], hours: int | None, delivered: int | None, grace: int
) -> None:
    one = occurrence(CAMPAIGN, RoundId("2026-W47"))
    assert isinstance(one, Occurrence)
    policy = Policy(window=dt.timedelta(hours=hours) if hours is not None else None, grace=dt.timedelta(hours=grace))
    delivered_at = one.opens_at + dt.timedelta(hours=delivered) if delivered is not None else None
    begins = delivered_at or one.opens_at
    length = policy.window if policy.window is not None else one.closes_at - begins
    # Naive: begin; whenever a leave touches the span from there to the close, run the whole span after it.
    opens_at, closes_at = one.opens_at, begins + length
    for away in sorted(leave, key=lambda each: (each.first, each.back_on)):
        leaves, returns = naive_instant(away.first, dt.time(), zone), naive_instant(away.back_on, dt.time(9), zone)
        if leaves <= begins < returns:
            opens_at = begins = returns
        if returns >= begins and leaves < closes_at and returns + length > closes_at:
            closes_at = returns + length
    plain = Window(opens_at=one.opens_at, closes_at=one.closes_at, grace_until=one.closes_at)
    got = window(plain, policy, zone=zone, leave=leave, delivered_at=delivered_at)
    assert (got.opens_at, got.closes_at) == (opens_at, closes_at)
    assert got.grace_until == closes_at + policy.grace
    assert got.is_late(closes_at + dt.timedelta(seconds=1))
    assert not got.is_late(closes_at)


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    leave=LEAVE,
    offsets=st.lists(st.integers(1, 100), max_size=4),
    most=st.integers(0, 3),
    looks=st.lists(st.integers(0, 400), max_size=8),
)
def test_reminders_come_in_working_hours_and_not_on_leave(
    zone: str, leave: list[Leave], offsets: list[int], most: int, looks: list[int]
) -> None:
    one = occurrence(CAMPAIGN, RoundId("2026-W47"))
    assert isinstance(one, Occurrence)
    policy = Policy(reminders=most)
    plain = Window(opens_at=one.opens_at, closes_at=one.closes_at, grace_until=one.closes_at)
    span = window(plain, policy, zone=zone, leave=leave)
    hours, before = WorkingHours(), [dt.timedelta(hours=each) for each in offsets]
    numbers, last = [], span.opens_at
    for at in sorted(one.opens_at + dt.timedelta(hours=each) for each in looks):
        found = reminders_due(span, before, policy, zone=zone, after=last, now=at, leave=leave, hours=hours)
        last = max(last, at)
        if found is not None:
            number, goes = found
            numbers.append(number)
            shown = goes.astimezone(ZoneInfo(zone))
            assert at <= goes < span.closes_at
            assert hours.start <= shown.time() < hours.end
            assert shown.isoweekday() in hours.days
            assert not is_away(leave, goes, zone)
    assert numbers == sorted(set(numbers))
    assert len(numbers) <= most


@pytest.mark.parametrize(
    ("day", "clock", "zone", "utc"),
    [
        # The gap: 02:30 does not exist, 03:00 is the first instant after it.
        (dt.date(2026, 3, 8), dt.time(2, 30), "America/New_York", dt.datetime(2026, 3, 8, 7, 0, tzinfo=dt.UTC)),
        (dt.date(2026, 3, 29), dt.time(2, 0), "Europe/Berlin", dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC)),
        # The overlap: 01:30 comes twice, the first one counts.
        (dt.date(2026, 11, 1), dt.time(1, 30), "America/New_York", dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC)),
        # Half an hour of summer time; a day that was left out altogether.
        (dt.date(2026, 10, 4), dt.time(2, 15), "Australia/Lord_Howe", dt.datetime(2026, 10, 3, 15, 30, tzinfo=dt.UTC)),
        (dt.date(2011, 12, 30), dt.time(9), "Pacific/Apia", dt.datetime(2011, 12, 30, 10, 0, tzinfo=dt.UTC)),
    ],
)
def test_known_changes(day: dt.date, clock: dt.time, zone: str, utc: dt.datetime) -> None:
    assert instant(day, clock, zone) == utc
