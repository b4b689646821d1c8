"""Leave from files: what personnel offices and calendars export, and what is wrong with some of it."""

from datetime import date
from pathlib import Path

import pytest

from app.exits import FoundWrongError
from app.leave import LeaveRead, read_leave
from domain.employee import EmployeeId
from domain.leave import Leave, PersonLeave

TODAY = date(2026, 11, 20)
KNOWN = {"E1": "E1", "e2@agency.example": "E2"}


def find(named: str) -> EmployeeId | None:
    found = KNOWN.get(named)
    return EmployeeId(found) if found else None


def read(tmp_path: Path, text: str, name: str = "leave.csv") -> LeaveRead:
    file = tmp_path / name
    file.write_bytes(text.encode())
    return read_leave(file, find, TODAY)


def leave(who: str, first: date, back_on: date) -> PersonLeave:
    return PersonLeave(employee_id=EmployeeId(who), leave=Leave(first=first, back_on=back_on))


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("employee id,first day,first day back", "E1,2026-11-23,2026-11-25"),
        ("Employee ID;From;To;Reason", "E1;2026-11-23;2026-11-24;"),
        ("email\tstart date\treturn date", "e2@agency.example\t2026-11-23 00:00:00\t2026-11-25"),
    ],
)
def test_csv_as_it_is_exported(tmp_path: Path, head: str, row: str) -> None:
    found = read(tmp_path, f"{head}\r\n{row}\r\n\r\n")
    who = "E2" if "@" in row else "E1"
    assert found == LeaveRead(leaves=(leave(who, date(2026, 11, 23), date(2026, 11, 25)),), faults=())


def test_each_fault_has_its_line_and_reason(tmp_path: Path) -> None:
    found = read(
        tmp_path, "id,first,back\nE9,2026-11-23,2026-11-25\nE1,soon,2026-11-25\nE1,2026-11-25,2026-11-25\nE1\n"
    )
    assert found.leaves == ()
    assert [(fault.line, fault.field) for fault in found.faults] == [
        (2, "person"),
        (3, "day"),
        (4, "day"),
        (5, "day"),
    ]


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FoundWrongError, match="needs columns"):
        read(tmp_path, "id,name\nE1,Ana\n")
    with pytest.raises(FoundWrongError, match="is empty"):
        read(tmp_path, "")
    with pytest.raises(FoundWrongError, match="cannot be read"):
        read_leave(tmp_path / "nothing.csv", find, TODAY)


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261123
DTEND;VALUE=DATE:20261125
ATTENDEE;CN=Somebody:mailto:E2@agency.example
SUMMARY:Leave
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:20261123T080000Z
DTEND:20261124T160000Z
SUMMARY:Shift free: E1
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;VALUE=DATE:20261123
DTEND;VALUE=DATE:20261124
RRULE:FREQ=HOURLY
SUMMARY:E1
END:VEVENT
BEGIN:VEVENT
UID:4
SUMMARY:e2@agency.example away
DTSTART;VALUE=DATE:20261130
END:VEVENT
BEGIN:VEVENT
UID:5
SUMMARY:E1
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar(tmp_path: Path) -> None:
    found = read(tmp_path, CALENDAR.replace("\n", "\r\n"), "leave.ics")
    assert found.leaves == (
        leave("E2", date(2026, 11, 23), date(2026, 11, 25)),
        leave("E1", date(2026, 11, 23), date(2026, 11, 25)),
        leave("E2", date(2026, 11, 30), date(2026, 12, 1)),
    )
    assert [fault.line for fault in found.faults] == [3, 5]
    assert "within a day" in found.faults[0].reason


def repeating(*lines: str, more: str = "") -> str:
    """A calendar with one event that repeats, the first week of it from 23 to 25 November 2026."""
    event = ("BEGIN:VEVENT", "UID:shift", "DTSTART;VALUE=DATE:20261123", "SUMMARY:Free: E1", *lines, "END:VEVENT")
    text = "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", *event)) + f"\n{more}END:VCALENDAR\n"
    return text.replace("\n", "\r\n")


def test_what_repeats_is_written_out_for_a_year(tmp_path: Path) -> None:
    found = read(tmp_path, repeating("DTEND;VALUE=DATE:20261125", "RRULE:FREQ=WEEKLY;INTERVAL=2"), "leave.ics")
    assert found.faults == ()
    assert found.leaves[:2] == (
        leave("E1", date(2026, 11, 23), date(2026, 11, 25)),
        leave("E1", date(2026, 12, 7), date(2026, 12, 9)),
    )
    assert len(found.leaves) == 26
    assert found.leaves[-1].leave.first <= date(2027, 11, 21)


def test_days_that_follow_one_another_are_one_absence(tmp_path: Path) -> None:
    rule = "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE;COUNT=6"
    found = read(tmp_path, repeating("DTEND;VALUE=DATE:20261124", rule), "leave.ics")
    assert found.leaves == (
        leave("E1", date(2026, 11, 23), date(2026, 11, 26)),
        leave("E1", date(2026, 11, 30), date(2026, 12, 3)),
    )


def test_a_week_that_is_left_out_and_one_that_is_moved_or_called_off(tmp_path: Path) -> None:
    moved = (
        "BEGIN:VEVENT\nUID:shift\nRECURRENCE-ID;VALUE=DATE:20261130\nDTSTART;VALUE=DATE:20261202\n"
        "DTEND;VALUE=DATE:20261203\nSUMMARY:Free: E1\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:shift\nRECURRENCE-ID;VALUE=DATE:20261214\nDTSTART;VALUE=DATE:20261214\n"
        "DTEND;VALUE=DATE:20261216\nSTATUS:CANCELLED\nSUMMARY:Free: E1\nEND:VEVENT\n"
    )
    lines = ("DTEND;VALUE=DATE:20261125", "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;VALUE=DATE:20261207")
    found = read(tmp_path, repeating(*lines, more=moved), "leave.ics")
    assert found.faults == ()
    assert [(one.leave.first.day, one.leave.back_on.day) for one in found.leaves] == [(23, 25), (2, 3), (21, 23)]


def test_a_shift_across_a_change_of_the_clock_keeps_its_days(tmp_path: Path) -> None:
    text = repeating("RRULE:FREQ=WEEKLY;COUNT=30").replace(
        "DTSTART;VALUE=DATE:20261123", "DTSTART;TZID=Europe/Berlin:20261123T220000\r\nDURATION:PT10H"
    )
    found = read(tmp_path, text, "leave.ics")
    assert len(found.leaves) == 30
    assert {(one.leave.first.weekday(), one.leave.back_on.weekday()) for one in found.leaves} == {(0, 2)}


@pytest.mark.parametrize("status", ["CANCELLED", "cancelled"])
def test_what_was_called_off_is_no_absence(tmp_path: Path, status: str) -> None:
    assert read(tmp_path, repeating(f"STATUS:{status}"), "leave.ics") == LeaveRead(leaves=(), faults=())


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=3", "INTERVAL=2", "FREQ=DAILY;UNTIL=soon"])
def test_a_rule_that_makes_no_absence_is_a_fault(tmp_path: Path, rule: str) -> None:
    found = read(tmp_path, repeating(f"RRULE:{rule}"), "leave.ics")
    assert found.leaves == ()
    assert len(found.faults) == 1


def test_what_is_no_calendar(tmp_path: Path) -> None:
    with pytest.raises(FoundWrongError):
        read(tmp_path, "BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "leave.ics")


def test_a_day_that_may_be_the_last_or_the_one_after_is_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "leave.csv"
    file.write_text("id,from,until\nE1,2026-11-23,2026-11-27\n")
    with pytest.raises(FoundWrongError, match=r"first day back \(`back`\) or the last one away \(`last`\)"):
        read_leave(file, EmployeeId, date(2026, 11, 20))
