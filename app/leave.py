"""Leave from files: CSV as personnel offices export it, or iCalendar; each entry becomes whose leave it is, or a fault."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from icalendar import Calendar, Component, Event

from app.exits import FoundWrongError
from app.sheet import SEPARATORS, sniff_encoding
from app.terminal import printable
from domain.employee import EmployeeId
from domain.leave import Leave, PersonLeave
from domain.roster import RosterFault

HEADERS: Final[Mapping[str, str]] = {
    "who": "id employeeid employee empid personid personnelnumber staffid address email emailaddress mail workemail",
    "first": "first firstday firstdayaway from start startdate begin begins leavefrom awayfrom",
    "back": "back backon firstdayback returns returndate returnson awayuntil until",
    "last": "last lastday lastdayaway to end enddate ends leaveto awayto",
}
"""The columns that are taken, and what they may be called; `last` is the day before `back`."""

MOST_BYTES: Final = 64 * 1024 * 1024
_ADDRESS: Final = re.compile(r"[^\s<>,;:()\"@]{1,64}@[A-Za-z0-9.-]{1,255}")
_DAY: Final = timedelta(days=1)

Find = Callable[[str], EmployeeId | None]
"""The Employee of an id or an address; None where there is none, or more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRead:
    """What a file holds. The line of a fault in an iCalendar file is the number of its event."""

    leaves: tuple[PersonLeave, ...]
    faults: tuple[RosterFault, ...]


def read_leave(path: Path, find: Find) -> LeaveRead:
    """Read a file of either kind. Raises FoundWrongError where it is neither."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FoundWrongError(f"{path} is larger than {MOST_BYTES // 1024 // 1024} MB; cut it into parts.")
        raw = path.read_bytes()
    except OSError as error:
        raise FoundWrongError(f"{path} cannot be read ({error.strerror}).") from None
    entries = _from_calendar(path, raw) if b"BEGIN:VCALENDAR" in raw[:4096].upper() else _from_csv(path, raw)
    leaves: list[PersonLeave] = []
    faults: list[RosterFault] = []
    for each in entries:
        match each.checked(find):
            case RosterFault() as fault:
                faults.append(fault)
            case PersonLeave() as leave:
                leaves.append(leave)
    return LeaveRead(leaves=tuple(leaves), faults=tuple(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One entry as it is written: `who` are ids or addresses that may say whose it is, the likeliest first."""

    line: int
    who: Sequence[str]
    first: date | None = None
    back_on: date | None = None
    broken: str = ""

    def checked(self, find: Find) -> PersonLeave | RosterFault:
        """Whose leave it is, or what is wrong with it."""
        if self.broken:
            return RosterFault(line=self.line, field="row", reason=self.broken)
        whose = next((found for found in map(find, self.who) if found is not None), None)
        if whose is None:
            shown = printable(self.who[0], 40) if self.who else "nobody"
            return RosterFault(line=self.line, field="person", reason=f"{shown} is not one person of the roster")
        if self.first is None or self.back_on is None:
            return RosterFault(line=self.line, field="day", reason="no first day or no day back, written as 2026-03-14")
        if self.back_on <= self.first:
            return RosterFault(line=self.line, field="day", reason="the day back is not after the first day")
        return PersonLeave(employee_id=whose, leave=Leave(first=self.first, back_on=self.back_on))


def _from_csv(path: Path, raw: bytes) -> Iterator[_Entry]:
    text = raw.decode(sniff_encoding(path), "replace")
    lines = text.splitlines()
    if not lines:
        raise FoundWrongError(f"{path} is empty; its first line names the columns: id,first day,first day back")
    separator = max(SEPARATORS, key=lines[0].count)
    reader = csv.reader(lines, delimiter=separator)
    place = _places(path, next(reader))
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue

        def cell(column: str, cells: list[str] = cells) -> str:
            at = place.get(column, len(cells))
            return cells[at].strip() if at < len(cells) else ""

        last = _day(cell("last"))
        back_on = _day(cell("back")) or (last + _DAY if last is not None else None)
        yield _Entry(line=reader.line_num, who=(cell("who"),), first=_day(cell("first")), back_on=back_on)


def _places(path: Path, headers: list[str]) -> dict[str, int]:
    names = {name: column for column, known in HEADERS.items() for name in known.split()}
    plain = ["".join(each for each in header.casefold() if each.isalnum()) for header in headers]
    found = {names[name]: at for at, name in reversed(list(enumerate(plain))) if name in names}
    if "who" not in found or "first" not in found or not found.keys() & {"back", "last"}:
        shown = ", ".join(printable(header, 40) for header in headers)
        wanted = "an employee id or address, the first day, and the first day back (or the last day away)"
        raise FoundWrongError(f"{path} needs columns for {wanted}. Its columns are: {shown}.")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _from_calendar(path: Path, raw: bytes) -> Iterator[_Entry]:
    try:
        calendar = Calendar.from_ical(raw)
    except (ValueError, IndexError, KeyError):
        raise FoundWrongError(f"{path} is no iCalendar file that can be read.") from None
    assert isinstance(calendar, Component)
    events = calendar.walk("VEVENT")
    if not events:
        raise FoundWrongError(f"{path} holds no events.")
    for number, event in enumerate(events, 1):
        assert isinstance(event, Event)
        yield _of_event(number, event)


def _of_event(number: int, event: Event) -> _Entry:
    who = tuple(_people(event))
    if "RRULE" in event or "RDATE" in event:
        return _Entry(line=number, who=who, broken="repeats; write each absence as an event of its own")
    try:
        first, end = event.start, event.end
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        return _Entry(line=number, who=who, broken=f"has no beginning or end that can be read ({type(error).__name__})")
    return _Entry(line=number, who=who, first=_date(first), back_on=_back(first, end))


def _people(event: Event) -> Iterator[str]:
    """Whose it may be: the attendees, else an address or an id that the title names, else the organiser."""
    attendees = event.get("ATTENDEE", [])
    for each in attendees if isinstance(attendees, list) else [attendees]:
        yield _plain(str(each))
    title = str(event.get("SUMMARY", ""))[:500]
    yield from _ADDRESS.findall(title)
    yield from title.replace(":", " ").replace(",", " ").split()[:20]
    if "ORGANIZER" in event:
        yield _plain(str(event["ORGANIZER"]))


def _plain(address: str) -> str:
    return address[7:].lower() if address[:7].lower() == "mailto:" else address.lower()


def _date(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _back(first: date | datetime, end: date | datetime) -> date:
    """The end of an event is not part of it (RFC 5545 section 3.6.1); one that ends in mid-day takes that day too."""
    if not isinstance(end, datetime):
        return end
    whole = end.hour == end.minute == end.second == 0 and end.date() > _date(first)
    return end.date() if whole else end.date() + _DAY
