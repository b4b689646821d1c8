"""The roster file: CSV as personnel offices export it, read row by row into Employees, every bad row with its reason.

Bounded memory: the file is read twice, once to tell its encoding and once for its rows; only faults are kept.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from app.address import parse_address
from app.sheet import HEADERS, RosterFile, read_rows
from app.terminal import printable
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.roster import RosterFault
from domain.unit import unit_path

MOST_NAME: Final = 200
MOST_ADDRESSES: Final = 50

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ID: Final = re.compile(r"[^\s/\x00-\x1f\x7f-\x9f]{1,100}")
_LOCALE: Final = re.compile(r"([A-Za-z]{2,3})((?:-[A-Za-z0-9]{2,8}){0,4})", re.ASCII)


@dataclass(slots=True)
class Reading:
    """What a reading has found so far. `bad` maps the ids of rows that were left out to their lines."""

    rows: int = 0
    good: int = 0
    faults: int = 0
    bad: dict[str, int] = field(default_factory=dict)


def read_roster(
    source: RosterFile,
    reading: Reading,
    *,
    report: Callable[[RosterFault], None],
    advance: Callable[[int], None] | None = None,
) -> Iterator[tuple[int, Employee]]:
    """Each good row with its line, in order; what is wrong with the others goes to `report` as it is met."""
    row_of = RowReader(source.columns, source.width)
    with source.path.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding=source.encoding, errors="surrogateescape", newline="")
        for line, cells, broken in read_rows(text, source):
            reading.rows += 1
            if advance is not None and reading.rows % 1000 == 0:
                advance(raw.tell())
            found = [RosterFault(line=line, field="row", reason=broken)] if broken else row_of.faults(line, cells)
            if found:
                reading.faults += len(found)
                if identity := row_of.cell(cells, "id"):
                    reading.bad.setdefault(identity, line)
                for fault in found:
                    report(fault)
            else:
                reading.good += 1
                yield line, row_of.employee
    if advance is not None:
        advance(source.size)


class RowReader:
    """Turns the cells of one row into an Employee, or says everything that is wrong with them."""

    def __init__(self, columns: Mapping[str, int], width: int) -> None:
        self._place = {column: columns.get(column, width) for column in HEADERS}
        self._width = width
        self._faults: list[RosterFault] = []
        self._line = 0
        self._employee: Employee | None = None

    @property
    def employee(self) -> Employee:
        """The Employee of the row that had no faults."""
        assert self._employee is not None
        return self._employee

    def cell(self, cells: list[str], column: str) -> str:
        """The cell of a column without blanks around it; empty where the file has no such column."""
        place = self._place[column]
        return cells[place].strip() if place < len(cells) else ""

    def faults(self, line: int, cells: list[str]) -> list[RosterFault]:
        """All that is wrong with the row; after an empty answer, `employee` is the row's."""
        self._line, self._faults = line, []
        if len(cells) != self._width:
            # Trailing separators are a habit of spreadsheets; anything else is a shifted row.
            extra, cells = cells[self._width :], cells[: self._width]
            if len(cells) < self._width or any(map(str.strip, extra)):
                self._add("row", f"has {len(cells)} columns where the first line has {self._width}")
                return self._faults
        employee = self._read(cells)
        self._employee = employee
        return self._faults

    def _read(self, cells: list[str]) -> Employee:
        address = self._address("address", self.cell(cells, "address"))
        supervisor = self._id("supervisor", self.cell(cells, "supervisor"))
        return Employee(
            id=self._id("id", self.cell(cells, "id"), required=True) or EmployeeId(""),
            name=self._name(cells),
            address=address,
            aliases=tuple(each for each in self._addresses("aliases", cells) if each != address),
            unit=_unit(self._plain("unit", self.cell(cells, "unit"))),
            supervisor_id=supervisor,
            category=self._plain("category", self.cell(cells, "category").lower()) or "civilian",
            time_zone=self._zone(self.cell(cells, "zone")),
            locale=self._locale(self.cell(cells, "locale")),
            away_until=self._day("away until", self.cell(cells, "away")),
            acting=self._id("acting", self.cell(cells, "acting")),
            since=self._day("since", self.cell(cells, "since")),
            delegates=tuple(each for each in self._addresses("delegates", cells) if each != address),
        )

    def _add(self, column: str, reason: str) -> None:
        self._faults.append(RosterFault(line=self._line, field=column, reason=reason))

    def _plain(self, column: str, text: str) -> str:
        """Text that may stand in a mail header and on a terminal."""
        if not text.isprintable() and (bad := _CONTROL.search(text)):
            if "\ud800" <= bad[0] <= "\udfff":
                self._add(column, "has a byte that is not in the file's encoding")
            else:
                kind = (
                    "a line break" if bad[0] in "\r\n\x85\u2028\u2029" else f"a control character (U+{ord(bad[0]):04X})"
                )
                self._add(column, f"has {kind} in it")
            return ""
        if len(text) > MOST_NAME:
            self._add(column, f"is longer than {MOST_NAME} characters")
            return ""
        return text

    def _name(self, cells: list[str]) -> str:
        text = self.cell(cells, "name") or f"{self.cell(cells, 'given')} {self.cell(cells, 'surname')}".strip()
        if not text:
            self._add("name", "is missing")
        return self._plain("name", text)

    def _id(self, column: str, text: str, *, required: bool = False) -> EmployeeId | None:
        if not text:
            if required:
                self._add(column, "is missing")
            return None
        if not _ID.fullmatch(text) or (not text.isprintable() and _CONTROL.search(text)):
            self._add(column, f"{printable(text, 40)!r} has a blank, a slash or a control character, or is too long")
            return None
        return EmployeeId(text)

    def _address(self, column: str, text: str) -> EmailAddress:
        if not text:
            self._add(column, "is missing")
            return EmailAddress("")
        try:
            return EmailAddress(parse_address(text))
        except ValueError as error:
            self._add(column, f"{printable(text, 80)} {error}")
            return EmailAddress("")

    def _addresses(self, column: str, cells: list[str]) -> tuple[EmailAddress, ...]:
        text = self.cell(cells, column)
        if not text:
            return ()
        found = re.split(r"[;,\s]", text)
        if len(found) > MOST_ADDRESSES:
            self._add(column, f"has more than {MOST_ADDRESSES} addresses")
            return ()
        return tuple(dict.fromkeys(self._address(column, _unprefixed(each)) for each in found if each))

    def _zone(self, text: str) -> str | None:
        zone = _zones().get(text.lower()) if text else None
        if text and zone is None:
            self._add("time zone", f"{printable(text, 40)} is no IANA time zone, such as America/New_York")
        return zone

    def _locale(self, text: str) -> str | None:
        tag = _language_tag(text) if text else None
        if text and tag is None:
            self._add("locale", f"{printable(text, 40)} is no language tag, such as en-US")
        return tag

    def _day(self, column: str, text: str) -> date | None:
        if not text:
            return None
        try:
            # 2026-03-14, or what a database writes for it: 2026-03-14 00:00:00
            return date.fromisoformat(text[:10] if text[10:].strip("T 0:.") == "" else text)
        except ValueError:
            self._add(column, f"{printable(text, 40)} is no day written as 2026-03-14")
            return None


_unit = lru_cache(maxsize=65_536)(unit_path)


def _unprefixed(address: str) -> str:
    """Active Directory writes proxyAddresses as `smtp:jane@agency.example`."""
    return address[5:] if address[:5].lower() == "smtp:" else address


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    return {zone.lower(): zone for zone in available_timezones()}


@lru_cache(maxsize=1024)
def _language_tag(text: str) -> str | None:
    """The BCP 47 tag in its usual case; `de_DE.UTF-8` becomes `de-DE`."""
    found = _LOCALE.fullmatch(text.partition(".")[0].replace("_", "-"))
    if not found:
        return None
    rest = [_subtag(part) for part in found[2].split("-")[1:]]
    return "-".join([found[1].lower(), *rest])


def _subtag(part: str) -> str:
    """In the case of BCP 47 section 2.1.1: regions in capitals, scripts with a capital."""
    match len(part):
        case 2:
            return part.upper()
        case 4:
            return part.title()
        case _:
            return part.lower()


def supervisors_of(source: RosterFile, lines: set[int]) -> dict[int, str]:
    """The supervisor ids that stand in these lines, as they are written."""
    row_of = RowReader(source.columns, source.width)
    with source.path.open(encoding=source.encoding, errors="surrogateescape", newline="") as text:
        return {line: row_of.cell(cells, "supervisor") for line, cells, _ in read_rows(text, source) if line in lines}
