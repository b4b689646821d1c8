"""Leave from files: CSV as personnel offices export it, or iCalendar; each entry becomes whose leave it is, or a fault."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import recurring_ical_events
from icalendar import Calendar, Component, Event, vRecur

from app.exits import FoundWrongError
from app.sheet import SEPARATORS, sniff_encoding
from app.terminal import printable
from domain.employee import EmployeeId
from domain.leave import Leave, PersonLeave
from domain.roster import RosterFault

HEADERS: Final[Mapping[str, str]] = {
    "who": "id employeeid employee empid personid personnelnumber staffid address email emailaddress mail workemail",
    "first": "first firstday firstdayaway from start startdate begin begins leavefrom awayfrom",
    "back": "back backon firstdayback returns returndate returnson awayuntil",
    "last": "last lastday lastdayaway to end enddate ends leaveto awayto",
}
"""The columns that are taken, and what they may be called; `last` is the day before `back`. A bare `until` may be either."""

MOST_BYTES: Final = 64 * 1024 * 1024
_ADDRESS: Final = re.compile(r"[^\s<>,;:()\"@]{1,64}@[A-Za-z0-9.-]{1,255}")
_DAY: Final = timedelta(days=1)
_AHEAD: Final = timedelta(days=366)
"""How far what repeats is written out; whoever imports again next month or next year reaches further."""

_FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
"""How often an absence may repeat: what repeats within a day (RFC 5545 section 3.3.10) is none."""

Find = Callable[[str], EmployeeId | None]
"""The Employee of an id or an address; None where there is none, or more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRead:
    """What a file holds. The line of a fault in an iCalendar file is the number of its event."""

    leaves: tuple[PersonLeave, ...]
    faults: tuple[RosterFault, ...]


def read_leave(path: Path, find: Find, today: date) -> LeaveRead:
    """Read a file of either kind; what repeats is written out for a year from `today`.

    Raises FoundWrongError where it is neither.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FoundWrongError(f"{path} is larger than {MOST_BYTES // 1024 // 1024} MB; cut it into parts.")
        raw = path.read_bytes()
    except OSError as error:
        raise FoundWrongError(f"{path} cannot be read ({error.strerror}).") from None
    entries = _from_calendar(path, raw, today) if b"BEGIN:VCALENDAR" in raw[:4096].upper() else _from_csv(path, raw)
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
        wanted = "an employee id or address (`id`), the first day (`first`), and the first day back (`back`) or the last one away (`last`)"
        raise FoundWrongError(f"{path} needs columns for {wanted}. Its columns are: {shown}.")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _from_calendar(path: Path, raw: bytes, today: date) -> Iterator[_Entry]:
    try:
        calendar = Calendar.from_ical(raw)
    except (ValueError, IndexError, KeyError):
        raise FoundWrongError(f"{path} is no iCalendar file that can be read.") from None
    assert isinstance(calendar, Component)
    events = [event for event in calendar.walk("VEVENT") if isinstance(event, Event)]
    if not events:
        raise FoundWrongError(f"{path} holds no events.")
    series: dict[str, list[tuple[int, Event]]] = {}
    for number, event in enumerate(events, 1):
        series.setdefault(str(event.get("UID", f"without {number}")), []).append((number, event))
    for members in series.values():
        if any(name in event for _, event in members for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
            yield from _of_series(members, today)
        else:
            yield from (_of_event(number, event) for number, event in members if not _is_cancelled(event))


def _is_cancelled(event: Event) -> bool:
    """RFC 5545 section 3.8.1.11."""
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _of_event(number: int, event: Event) -> _Entry:
    who = tuple(_people(event))
    try:
        first, end = event.start, event.end
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        return _Entry(line=number, who=who, broken=f"has no beginning or end that can be read ({type(error).__name__})")
    return _Entry(line=number, who=who, first=_date(first), back_on=_back(first, end))


def _of_series(members: Sequence[tuple[int, Event]], today: date) -> Iterator[_Entry]:
    """One event that repeats, with what was moved or cancelled of it: its absences of the year, joined where they meet."""
    number, event = members[0]
    who = tuple(_people(event))
    if not all(_is_by_the_day(rule) for _, one in members for rule in _rules(one)):
        yield _Entry(line=number, who=who, broken="has a rule that cannot be read, or one that repeats within a day")
        return
    calendar = Calendar()
    for _, one in members:
        calendar.add_component(one)
    try:
        found = recurring_ical_events.of(calendar).between(today, today + _AHEAD)
        absences = sorted((_date(one.start), _back(one.start, one.end)) for one in found if not _is_cancelled(one))
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        yield _Entry(line=number, who=who, broken=f"repeats in a way that cannot be read ({type(error).__name__})")
        return
    for first, back_on in _joined(absences):
        yield _Entry(line=number, who=who, first=first, back_on=back_on)


def _rules(event: Event) -> list[object]:
    found = event.get("RRULE", [])
    return found if isinstance(found, list) else [found]


def _is_by_the_day(rule: object) -> bool:
    """What repeats within a day would be written out by the million."""
    return isinstance(rule, vRecur) and _FREQUENCIES.issuperset(map(str, rule.get("FREQ", ["none"])))


def _joined(absences: Sequence[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """Five days off that follow one another are one absence: its day back is the last one's."""
    open_: tuple[date, date] | None = None
    for first, back_on in absences:
        if open_ is not None and first <= open_[1]:
            open_ = (open_[0], max(open_[1], back_on))
            continue
        if open_ is not None:
            yield open_
        open_ = (first, back_on)
    if open_ is not None:
        yield open_


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
