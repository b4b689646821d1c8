"""Dates of return in every language of the tables, on every day of more than a year; and none by guessing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.message import Message
from domain.outcome import Known
from ingest.absence import read_absence
from ingest.calendars import BACK, MONTHS, UNTIL, WEEKDAYS
from ingest.dates import next_occurrence

TODAYS = st.dates(date(2025, 1, 1), date(2029, 12, 31))
AHEAD = st.integers(1, 399)
SPOKEN = sorted(MONTHS.keys() & BACK.keys() & UNTIL.keys())


def read(text: str, today: date, locale: str = "en") -> date | None:
    received = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    return read_absence(Message(plain=text), received, Known(locale=locale)).back_on


@pytest.mark.parametrize("language", SPOKEN)
def test_every_month_is_known_beside_until_and_back(language: str) -> None:
    for number, forms in enumerate(MONTHS[language]):
        for form in forms.split():
            day = date(2026, number + 1, 14)
            today = day - timedelta(days=20)
            for word in (UNTIL[language][0], BACK[language][0]):
                assert read(f"{word} 14 {form} 2026.", today, language) == day, (word, form)


@given(TODAYS, AHEAD)
def test_iso_dates_are_read_as_they_stand(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert read(f"I am away until {day.isoformat()}.", today) == day
    assert read(f"I am away through {day.isoformat()}.", today) == day + timedelta(days=1)


@given(TODAYS, AHEAD)
def test_short_dates_are_read_in_one_way_or_not_at_all(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    text = f"I am away until {day.day}/{day.month}/{day.year}."
    assert read(text, today, "en-GB") == day
    assert read(text, today, "en") in {day, None}
    if day.day != day.month and day.day <= 12:
        assert read(text, today, "en-US") != day
        other = date(day.year, day.day, day.month)
        assert (read(text, today, "en") is None) or not (timedelta(0) <= other - today <= timedelta(days=400))


@given(TODAYS, st.integers(0, 6))
def test_weekday_is_the_coming_one(today: date, weekday: int) -> None:
    found = read(f"I am back on {WEEKDAYS['en'][weekday].split()[0].title()}.", today)
    if weekday == today.weekday():
        assert found is None
    else:
        assert found is not None
        assert (found.weekday(), 0 < (found - today).days < 7) == (weekday, True)


@given(TODAYS, st.integers(1, 31), st.integers(1, 12))
def test_year_that_is_not_said_rolls_over_but_never_far(today: date, day: int, month: int) -> None:
    found = next_occurrence(day, month, today)
    if found is not None:
        assert (found.day, found.month) == (day, month)
        assert 0 <= (found - today).days <= 366
        assert found.year == today.year or (found - today).days <= 183


@given(TODAYS, st.integers(0, 3000))
def test_passed_days_are_no_returns(today: date, behind: int) -> None:
    day = today - timedelta(days=behind + 1)
    assert read(f"I was back on {day.isoformat()}.", today) is None
