"""Leave from files: what personnel offices and calendars export, and what is wrong with some of it."""

from datetime import date
from pathlib import Path

import pytest

from app.exits import FoundWrongError
from app.leave import LeaveRead, read_leave
from domain.employee import EmployeeId
from domain.leave import Leave, PersonLeave

KNOWN = {"E1": "E1", "e2@agency.example": "E2"}


def find(named: str) -> EmployeeId | None:
    found = KNOWN.get(named)
    return EmployeeId(found) if found else None


def read(tmp_path: Path, text: str, name: str = "leave.csv") -> LeaveRead:
    file = tmp_path / name
    file.write_bytes(text.encode())
    return read_leave(file, find)


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
        read_leave(tmp_path / "nothing.csv", find)


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
RRULE:FREQ=WEEKLY
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
    assert "repeats" in found.faults[0].reason


def test_what_is_no_calendar(tmp_path: Path) -> None:
    with pytest.raises(FoundWrongError):
        read(tmp_path, "BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "leave.ics")
