"""The forms of an exported table: CSV, JSON Lines and XLSX, each written row by row, and the file it goes to.

The law: nothing that a person wrote may become a formula, and no copy of it may stay in a folder for temporary files.
XLSX is therefore written here: the libraries for it gather each sheet in such a folder first.
"""

import csv
import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import IO, Final, Protocol

from app.exits import FoundWrongError
from app.forms import Format

Cell = str | int | None | tuple[str, ...]
"""Lines are a tuple: a list in JSON, one a line in the others."""


class TableWriter(Protocol):
    """Takes rows; `close` ends the table and leaves the file open."""

    def write(self, rows: Sequence[Sequence[Cell]]) -> None: ...

    def close(self) -> None: ...


def writer(form: Format, file: IO[bytes], head: Sequence[str], *, title: str, bom: bool = False) -> TableWriter:
    """A table with these columns. `bom` is for old spreadsheets that take CSV without one for their own code page."""
    match form:
        case Format.CSV:
            return CsvWriter(file, head, bom=bom)
        case Format.JSONL:
            return JsonLinesWriter(file, head)
        case Format.XLSX:
            return XlsxWriter(file, head, title)


_STARTS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
_UNSEEN: Final = "\\s\ufeff\u200b-\u200f\u2060"
_FORMULA: Final = re.compile(f"[{_UNSEEN}]*[{_STARTS}]|[\t\r\n]")
# It always matches from a break to the end of the blanks after it: nothing is tried twice.
_BREAK: Final = re.compile(f"([;|\t\r\n][;|{_UNSEEN}]*)([{_STARTS}]?)")


def inert(text: str) -> str:
    """`text` so that no spreadsheet takes it, or a part of it, for a formula: an apostrophe stands before what might be.

    That is a cell that starts with = + - @ (also full-width or small forms, also after blanks), a tab or a line end;
    and what follows a semicolon, bar, tab or line end in a cell, because a spreadsheet may be told to part there.
    """
    parted = _BREAK.sub(_guarded, text)
    return f"'{parted}" if _FORMULA.match(text) else parted


def _guarded(found: re.Match[str]) -> str:
    return f"{found[1]}'{found[2]}" if found[2] else found[0]


def _flat(cell: Cell) -> str | int:
    match cell:
        case None:
            return ""
        case tuple():
            return "\n".join(cell)
        case _:
            return cell


class CsvWriter:
    """RFC 4180 in UTF-8, cells inert."""

    def __init__(self, file: IO[bytes], head: Sequence[str], *, bom: bool) -> None:
        self._text = io.TextIOWrapper(
            file, encoding="utf-8-sig" if bom else "utf-8", errors="replace", newline="", write_through=False
        )
        self._csv = csv.writer(self._text)
        self._csv.writerow(head)

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """A number stays a number."""
        self._csv.writerows([[_inert(_flat(cell)) for cell in row] for row in rows])

    def close(self) -> None:
        """Write what is left."""
        self._text.flush()
        self._text.detach()


def _inert(cell: str | int) -> str | int:
    return inert(cell) if isinstance(cell, str) else cell


class JsonLinesWriter:
    """One object a line, in UTF-8; every object has every column."""

    def __init__(self, file: IO[bytes], head: Sequence[str]) -> None:
        self._file = file
        self._head = head

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Lines are lists."""
        lines = [json.dumps(dict(zip(self._head, row, strict=True)), ensure_ascii=False) + "\n" for row in rows]
        self._file.write("".join(lines).encode("utf-8", "replace"))

    def close(self) -> None:
        """Write what is left."""
        self._file.flush()


MOST_ROWS: Final = 1_048_576
"""Of a sheet, its head included; the next ones go to another sheet."""

MOST_CELL: Final = 32_767

_REFUSED: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_AN_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_DECLARED: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class _Archive(zipfile.ZipFile):
    """One that is given up half-way is not finished when it is forgotten: its file is closed by then."""

    def __del__(self) -> None:
        """Do nothing: `close` is called where the archive is whole."""


class XlsxWriter:
    """Office Open XML (ECMA-376), sheets streamed into the archive; text is typed as text, so no cell is a formula."""

    def __init__(self, file: IO[bytes], head: Sequence[str], title: str, *, most_rows: int = MOST_ROWS) -> None:
        self._archive = _Archive(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._head = head
        self._title = re.sub(r"[^\w .-]", " ", title)[:24].strip() or "Table"
        self._most_rows = most_rows
        self._sheets = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        self._rows = 0
        self._sheet = self._archive.open(f"xl/worksheets/sheet{self._sheets}.xml", "w", force_zip64=True)
        frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        self._sheet.write(
            f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView>'
            "</sheetViews><sheetData>".encode()
        )
        self._put([self._head])

    def _end(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Full sheets are followed by others."""
        while rows:
            room = self._most_rows - self._rows
            if room <= 0:
                self._end()
                self._begin()
                continue
            self._put(rows[:room])
            rows = rows[room:]

    def _put(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._rows += len(rows)
        lines = [f"<row>{''.join([_xlsx_cell(_flat(cell)) for cell in row])}</row>" for row in rows]
        self._sheet.write("".join(lines).encode("utf-8", "replace"))

    def close(self) -> None:
        """End the sheet and say what the archive holds."""
        self._end()
        numbers = range(1, self._sheets + 1)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in numbers
        )
        sheets = "".join(
            f'<sheet name="{escape(self._title, quote=False)} {n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers
        )
        parts = {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{overrides}</Types>',
            "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
            "xl/_rels/workbook.xml.rels": _relations([("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]),
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        }
        for name, text in parts.items():
            self._archive.writestr(name, _DECLARED + text)
        self._archive.close()


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _xlsx_cell(cell: str | int) -> str:
    if isinstance(cell, int):
        return f"<c><v>{cell}</v></c>"
    if not cell:
        return "<c/>"
    text = cell if len(cell) <= MOST_CELL else f"{cell[: MOST_CELL - 1]}…"
    if _REFUSED.search(text):
        text = _REFUSED.sub(" ", text)
    if "_x" in text:
        text = _LIKE_AN_ESCAPE.sub("_x005F_", text)[:MOST_CELL]
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text, quote=False)}</t></is></c>'


@contextmanager
def aside(target: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """A file that only its owner may read, written beside `target` and put in its place when all of it is there.

    Raises FoundWrongError where `target` is there already (without `force`), or cannot be written.
    """
    if not force and os.path.lexists(target):
        raise FoundWrongError(f"{target} is there already; say --force to replace it.")
    if target.is_dir():
        raise FoundWrongError(f"{target} is a folder.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        raise FoundWrongError(f"{target} cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "wb", buffering=1 << 20) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(part, target, force=force)
    except OSError as error:
        raise FoundWrongError(f"{target} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


def _put_in_place(part: Path, target: Path, *, force: bool) -> None:
    try:
        if force:
            part.replace(target)
        else:
            # A link, unlike a renaming, fails where somebody made the file meanwhile.
            os.link(part, target)
    except FileExistsError:
        raise FoundWrongError(f"{target} was made by somebody else meanwhile; say --force to replace it.") from None
