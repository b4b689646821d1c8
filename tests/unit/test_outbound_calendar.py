"""What is due, step by step through a week, and after downtime."""

import datetime as dt
from dataclasses import replace

import pytest

from domain.campaign import Campaign, Holidays, OnHoliday
from domain.employee import Employee
from domain.policy import Policy
from domain.round import CampaignId, Phase, Round, RoundId, Window
from outbound.calendar import Deed, NoOccurrence, Occurrence, after, due, is_holiday, occurrence, round_id, week_day
from outbound.window import Leave, window_of
from tests.fakes.mail import employee
from tests.fakes.mail import week as a_round

WEEKLY = Campaign(id=CampaignId("weekly"), zone="America/New_York")
W47 = RoundId("2026-W47")
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of November 2026, UTC; New York is five hours behind."""
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


def row(phase: Phase, week: RoundId = W47) -> Round:
    one = occurrence(WEEKLY, week)
    assert isinstance(one, Occurrence)
    return a_round(id=week, phase=phase, opens_at=one.opens_at, closes_at=one.closes_at, final_at=one.final_at)


def deeds(rows: tuple[Round, ...], now: dt.datetime, campaign: Campaign = WEEKLY, **other) -> list[tuple[Deed, str]]:
    other = {"since": at(16, 0), **other}
    return [(one.deed, one.round_id) for one in due(campaign, rows, now, **other)]


def test_the_default_week() -> None:
    one = occurrence(WEEKLY, W47)
    assert isinstance(one, Occurrence)
    assert one.opens_at == at(20, 14)
    assert one.closes_at == dt.datetime(2026, 11, 24, 4, 59, 59, tzinfo=dt.UTC)
    assert one.reminds_at == (one.closes_at - DAY,)
    assert one.final_at == one.closes_at + DAY


def test_a_week_from_opening_to_end() -> None:
    assert deeds((), at(20, 13, 59)) == []
    assert deeds((), at(20, 14)) == [(Deed.OPEN, W47)]
    assert deeds((row(Phase.OPENING),), at(20, 15)) == [(Deed.OPEN, W47)]
    assert deeds((row(Phase.OPEN),), at(20, 15)) == []
    assert deeds((row(Phase.OPEN),), at(23, 5)) == [(Deed.REMIND, W47)]
    assert deeds((row(Phase.OPEN),), at(23, 5), reminded={W47: 1}) == []
    assert deeds((row(Phase.OPEN),), at(24, 5)) == [(Deed.CLOSE, W47)]
    assert deeds((row(Phase.CLOSED),), at(24, 6)) == []
    assert deeds((row(Phase.CLOSED),), at(25, 5)) == [(Deed.FINAL, W47)]
    assert deeds((row(Phase.FINAL),), at(25, 6)) == []


def test_a_missed_opening_runs_late_until_its_window_closes_then_is_skipped_with_an_alarm() -> None:
    (late,) = due(WEEKLY, (), at(23, 12), since=at(16, 0))
    assert (late.deed, late.late, late.alarm) == (Deed.OPEN, True, False)
    (skipped,) = due(WEEKLY, (), at(25, 12), since=at(16, 0))
    assert (skipped.deed, skipped.alarm) == (Deed.SKIP, True)
    assert "window closed" in skipped.reason
    assert deeds((row(Phase.SKIPPED),), at(25, 12)) == []


def test_after_a_month_each_missed_week_is_named_once() -> None:
    found = due(WEEKLY, (row(Phase.FINAL),), at(20, 15) + 28 * DAY, since=at(16, 0))
    assert [(one.deed, one.round_id) for one in found] == [
        (Deed.SKIP, "2026-W48"),
        (Deed.SKIP, "2026-W49"),
        (Deed.SKIP, "2026-W50"),
        (Deed.OPEN, "2026-W51"),
    ]


def test_what_was_before_the_campaign_is_neither_made_up_for_nor_missed() -> None:
    assert deeds((), at(21, 12), since=at(21, 0)) == []
    assert deeds((), at(25, 12), since=at(21, 0)) == []


def test_a_paused_round_is_not_reminded_and_closes() -> None:
    assert deeds((row(Phase.PAUSED),), at(23, 6)) == []
    assert deeds((row(Phase.PAUSED),), at(24, 6)) == [(Deed.CLOSE, W47)]


def test_of_several_missed_reminders_only_the_last_goes() -> None:
    campaign = replace(WEEKLY, reminders=(48 * HOUR, 24 * HOUR, 4 * HOUR))
    (one,) = due(campaign, (row(Phase.OPEN),), at(23, 12), since=at(16, 0))
    assert (one.deed, one.number, one.late) == (Deed.REMIND, 2, True)


def test_a_one_off_campaign_fires_once() -> None:
    campaign = replace(WEEKLY, first=W47, last=W47)
    assert deeds((), at(20, 15), campaign) == [(Deed.OPEN, W47)]
    assert deeds((row(Phase.FINAL),), at(27, 15), campaign) == []
    assert isinstance(occurrence(campaign, RoundId("2026-W48")), NoOccurrence)


def test_hours_from_the_opening() -> None:
    one = occurrence(replace(WEEKLY, hours=48 * HOUR), W47)
    assert isinstance(one, Occurrence)
    assert one.closes_at == one.opens_at + 48 * HOUR


def test_closing_on_the_day_of_asking_is_that_day_or_a_week_later() -> None:
    same = occurrence(replace(WEEKLY, closes_weekday=5), W47)
    later = occurrence(replace(WEEKLY, closes_weekday=5, closes_time=dt.time(8)), W47)
    assert isinstance(same, Occurrence)
    assert isinstance(later, Occurrence)
    assert same.closes_at - same.opens_at < DAY
    assert 6 * DAY < later.closes_at - later.opens_at < 7 * DAY


THANKSGIVING = RoundId("2026-W48")


@pytest.mark.parametrize(
    ("rule", "day"),
    [(OnHoliday.ASK, dt.date(2026, 11, 26)), (OnHoliday.SKIP, None), (OnHoliday.MOVE, dt.date(2026, 11, 27))],
)
def test_public_holidays(rule: OnHoliday, day: dt.date | None) -> None:
    campaign = replace(WEEKLY, weekday=4, holidays=Holidays(rule=rule, country="US"))
    match occurrence(campaign, THANKSGIVING):
        case Occurrence(day=found):
            assert found == day
        case NoOccurrence(holiday=holiday):
            assert holiday
            assert day is None


def test_a_holiday_skips_without_an_alarm() -> None:
    campaign = replace(WEEKLY, weekday=4, holidays=Holidays(rule=OnHoliday.SKIP, country="US"))
    (one,) = due(campaign, (), at(26, 15), since=at(24, 0))
    assert (one.deed, one.alarm) == (Deed.SKIP, False)
    assert "2026-11-26 is a holiday" in one.reason


def test_a_closing_day_that_is_a_holiday_moves_too() -> None:
    rules = Holidays(rule=OnHoliday.MOVE, days=frozenset({dt.date(2026, 11, 23)}))
    one = occurrence(replace(WEEKLY, holidays=rules), W47)
    assert isinstance(one, Occurrence)
    assert one.closes_at.date() == dt.date(2026, 11, 25)


def test_holidays_of_a_subdivision() -> None:
    day = dt.date(2026, 1, 6)
    assert is_holiday(Holidays(country="DE", subdivision="BY"), day)
    assert not is_holiday(Holidays(country="DE", subdivision="BE"), day)


def test_weeks_are_counted_as_iso_counts_them() -> None:
    assert round_id(dt.date(2027, 1, 1)) == "2026-W53"
    assert after(RoundId("2026-W53")) == "2027-W01"
    assert week_day(RoundId("2026-W53"), 5) == dt.date(2027, 1, 1)
    with pytest.raises(ValueError, match="week"):
        week_day(RoundId("2025-W53"), 1)


def person(**other) -> Employee:
    return employee(time_zone="Europe/Berlin", **other)


def test_a_window_is_everybodys_or_hours_from_delivery() -> None:
    asked = row(Phase.OPEN)
    plain = window_of(WEEKLY, asked, person(), Policy())
    assert (plain.opens_at, plain.closes_at) == (asked.opens_at, asked.closes_at)
    assert plain.grace_until == asked.closes_at + DAY
    hours = window_of(WEEKLY, asked, person(), Policy(window=48 * HOUR), delivered_at=asked.opens_at + 3 * HOUR)
    assert hours.closes_at == asked.opens_at + 51 * HOUR


def test_who_is_away_is_asked_on_the_morning_of_the_first_day_back() -> None:
    asked = row(Phase.OPEN)
    got = window_of(WEEKLY, asked, person(away_until=dt.date(2026, 12, 7)), Policy(window=48 * HOUR))
    assert got.opens_at == dt.datetime(2026, 12, 7, 8, tzinfo=dt.UTC)
    assert got.closes_at == got.opens_at + 48 * HOUR


def test_who_goes_away_in_between_starts_anew() -> None:
    asked = row(Phase.OPEN)
    leave = (Leave(first=dt.date(2026, 11, 21), back_on=dt.date(2026, 11, 30)),)
    got = window_of(WEEKLY, asked, person(), Policy(window=48 * HOUR), leave=leave)
    assert got.opens_at == asked.opens_at
    assert got.closes_at == dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC) + 48 * HOUR
    past = window_of(WEEKLY, asked, person(away_until=dt.date(2026, 11, 1)), Policy())
    assert past.closes_at == asked.closes_at


def test_a_restarted_window_never_closes_earlier() -> None:
    span = Window(opens_at=at(20, 14), closes_at=at(22, 14), grace_until=at(23, 14))
    again = span.restarted(at(25, 8))
    assert (again.opens_at, again.closes_at, again.grace_until) == (at(25, 8), at(27, 8), at(28, 8))


def test_on_everybodys_own_clock_each_has_their_own_window() -> None:
    campaign = replace(WEEKLY, own_zone=True)
    one = occurrence(campaign, W47)
    assert isinstance(one, Occurrence)
    asked = a_round(id=W47, opens_at=one.opens_at, closes_at=one.closes_at)
    berlin = window_of(campaign, asked, person(), Policy())
    assert berlin.opens_at == at(20, 8)
    assert berlin.closes_at == dt.datetime(2026, 11, 23, 22, 59, 59, tzinfo=dt.UTC)
