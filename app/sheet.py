"""The form of a roster file: its encoding, its separator, its columns, and its rows with the lines they stand in."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from app.exits import FoundWrongError
from app.terminal import printable

HEADERS: Final[Mapping[str, str]] = {
    "id": "id employeeid employee empid personid personnelnumber personnelno staffid staffnumber",
    "name": "name fullname displayname employeename personname",
    "given": "firstname givenname forename given",
    "surname": "lastname surname familyname",
    "address": "address email emailaddress mail workemail primaryemail mailaddress smtpaddress",
    "aliases": "aliases alias otheraddresses otheremails secondaryemails proxyaddresses",
    "unit": "unit unitpath organisation organization orgunit org department orgpath",
    "supervisor": "supervisorid supervisor managerid manager reportsto bossid supervisoremployeeid",
    "category": "category type employeetype personneltype employmenttype class",
    "zone": "timezone zone tz",
    "locale": "locale language lang",
    "away": "awayuntil away backon returndate leaveuntil",
    "acting": "acting actingid standin standinid actingsupervisor actingsupervisorid deputy deputyid",
    "since": "since joined joinedon hiredate startdate entrydate servicesince employedsince",
    "delegates": "delegates delegate assistants assistant",
}
"""The columns that are taken, and what they may be called, case, blanks and punctuation aside."""

COLUMN_OF: Final = {name: column for column, names in HEADERS.items() for name in names.split()}
SEPARATORS: Final = ",;\t|"
MOST_LINES_A_ROW: Final = 20
SNIFFED: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFile:
    """A roster file and how it is written. `columns` are the places of what is taken, `ignored` the other headers."""

    path: Path
    size: int
    encoding: str
    separator: str
    header_line: int
    columns: Mapping[str, int]
    width: int
    ignored: tuple[str, ...]


def open_roster(path: Path, *, encoding: str | None = None) -> RosterFile:
    """Find out how the file is written. Raises FoundWrongError where it cannot be a roster."""
    chosen = encoding or ""
    try:
        size = path.stat().st_size
        chosen = chosen or sniff_encoding(path)
        with path.open(encoding=chosen, errors="surrogateescape", newline="") as file:
            head = file.read(SNIFFED)
    except LookupError:
        raise FoundWrongError(f"{encoding} is not an encoding; try utf-8, utf-16 or windows-1252.") from None
    except UnicodeError:
        raise broken_text(path, chosen) from None
    except OSError as error:
        raise FoundWrongError(f"{path} cannot be read ({error.strerror}).") from None
    return _with_header(path, size, chosen, head)


def broken_text(path: Path, encoding: str) -> FoundWrongError:
    """UTF-16 that is not whole cannot be told apart row by row."""
    return FoundWrongError(f"{path} is not whole text in {encoding}; was it cut off? Save it as UTF-8.")


def sniff_encoding(path: Path) -> str:
    """UTF-8 with or without BOM, UTF-16 either way, else Windows-1252.

    A file that is UTF-8 but for some lines stays UTF-8: those lines are faults, and the other names keep their letters.
    """
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if head.startswith(b"\xef\xbb\xbf"):
            return "utf-8-sig"
        if (zeros := head.count(0)) > len(head) // 4:
            return "utf-16-le" if head[1::2].count(0) > zeros // 2 else "utf-16-be"
        file.seek(0)
        good = bad = 0
        for line in file:
            if not line.isascii():
                try:
                    line.decode("utf-8")
                    good += 1
                except UnicodeDecodeError:
                    bad += 1
    return "windows-1252" if bad > good else "utf-8"


def _with_header(path: Path, size: int, encoding: str, head: str) -> RosterFile:
    lines = head.replace("\r\n", "\n").replace("\r", "\n").split("\n")  # as csv counts them
    at = next((place for place, line in enumerate(lines) if line.strip(" ,;\t|")), None)
    told = ""
    if at is not None and lines[at].lower().startswith("sep=") and len(lines[at].rstrip()) == len("sep=,"):
        # Excel's way of naming the separator.
        told, at = lines[at].rstrip()[-1], at + 1
    if at is None or at >= len(lines):
        raise FoundWrongError(f"{path} is empty; its first line names the columns: id,name,address,unit,supervisor id")
    separator = told or max(SEPARATORS, key=_outside_quotes(lines[at]).count)
    headers = next(csv.reader([lines[at]], delimiter=separator))
    columns, ignored = _columns(path, headers)
    return RosterFile(
        path=path,
        size=size,
        encoding=encoding,
        separator=separator,
        header_line=at + 1,
        columns=columns,
        width=len(headers),
        ignored=ignored,
    )


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _columns(path: Path, headers: list[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    columns: dict[str, int] = {}
    ignored: list[str] = []
    for place, header in enumerate(headers):
        plain = "".join(character for character in header.casefold() if character.isalnum())
        taken = COLUMN_OF.get(plain)
        if taken is None:
            ignored.append(printable(header.strip(), 40) or f"column {place + 1}")
        elif taken in columns:
            raise FoundWrongError(
                f"{path}: the columns {headers[columns[taken]]!r} and {header!r} both say {taken}; take one away."
            )
        else:
            columns[taken] = place
    missing = [column for column in ("id", "address") if column not in columns]
    if "name" not in columns and "surname" not in columns:
        missing.append("name")
    if missing:
        shown = ", ".join(printable(header, 40) for header in headers)
        raise FoundWrongError(f"{path} has no column for {' and '.join(missing)}. Its columns are: {shown}.")
    return columns, tuple(ignored)


def read_rows(text: TextIO, source: RosterFile) -> Iterator[tuple[int, list[str], str | None]]:
    """The rows below the header, each with its first line and what is wrong with its form."""
    for _ in range(source.header_line - 1):
        text.readline()
    reader = csv.reader(text, delimiter=source.separator, strict=True)
    above = source.header_line - 1
    before = 0
    first = True
    while True:
        broken = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeError:
            raise broken_text(source.path, source.encoding) from None
        except csv.Error as error:
            cells, broken = [], f"is not CSV ({error})"
        line, last, before = above + before + 1, above + reader.line_num, reader.line_num
        if first:
            first = False
            continue
        if last - line >= MOST_LINES_A_ROW:
            broken = f"goes on to line {last}; is a quotation mark not closed?"
        if broken or any(map(str.strip, cells)):
            yield line, cells, broken
