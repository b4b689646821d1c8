"""Exported tables: nothing becomes a formula, nothing is lost, and nobody else reads the file."""

import csv
import io
import json
import stat
import string
import time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exits import FoundWrongError
from app.formats import MOST_CELL, Cell, XlsxWriter, aside, inert, writer
from app.forms import Format

HEAD = ("name", "number", "lines")
ROWS: tuple[tuple[Cell, ...], ...] = (
    ("=1+1", 3, ("one", "two")),
    (None, -4, ()),
    ('Zoë, "quoted"\t<b> & שלום', 0, ("+1", "a;=b")),
    ("_x0041_ \x00\x0b\x1f\ufffe", 1, ("x" * 40_000,)),
)


def written(form: Format, *, rows: tuple[tuple[Cell, ...], ...] = ROWS, bom: bool = False) -> bytes:
    file = io.BytesIO()
    table = writer(form, file, HEAD, title="2026-W48", bom=bom)
    table.write(rows[:1])
    table.write(rows[1:])
    table.close()
    return file.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        *((f"{sign}1+1", f"'{sign}1+1") for sign in "=+-@＝＋－＠﹦﹢﹣﹫"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\u200b＝1", "'\u200b＝1"),
        ("a;=1", "a;'=1"),
        ("a; \n @SUM(1)", "a; \n '@SUM(1)"),
        ("one\n-two", "one\n'-two"),
        ("a|+1", "a|'+1"),
        ("", ""),
        ("1-1", "1-1"),
        ("a = b", "a = b"),
        ("a; b", "a; b"),
        ("E17", "E17"),
        ("jane.doe@agency.example", "jane.doe@agency.example"),
    ],
)
def test_what_may_be_a_formula_is_not(text: str, shown: str) -> None:
    assert inert(text) == shown


SIGNS = st.text(alphabet=st.sampled_from("=+-@＝＋－＠ \t\r\n;|,'\"ab1\ufeff\u200b"), max_size=30)


@given(SIGNS)
def test_no_cell_starts_a_formula_wherever_it_is_parted(text: str) -> None:
    shown = inert(text)
    for sign in "\t\r\n|":
        shown = shown.replace(sign, ";")
    for part in shown.split(";"):
        assert part.lstrip(string.whitespace + "\ufeff\u200b")[:1] not in set("=+-@＝＋－＠"), shown
    assert inert(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("unit", [" ", ";", "\n", "\u200b", "=", ";=", " -", "'", "\t;|"])
def test_hostile_cells_cost_no_more_than_their_length(unit: str) -> None:
    started = time.process_time()
    inert(unit * 300_000)
    assert time.process_time() - started < 2


def test_csv_reads_back() -> None:
    told = list(csv.reader(io.StringIO(written(Format.CSV).decode("utf-8"), newline="")))
    assert told[0] == list(HEAD)
    assert told[1] == ["'=1+1", "3", "one\ntwo"]
    assert told[2] == ["", "-4", ""]
    assert told[3][2] == "'+1\na;'=b"
    assert written(Format.CSV, bom=True).startswith(b"\xef\xbb\xbfname,")
    assert b"\xef\xbb\xbf" not in written(Format.CSV)


def test_json_lines_read_back_as_they_are() -> None:
    told = [json.loads(line) for line in written(Format.JSONL).decode("utf-8").splitlines()]
    assert [tuple(one) for one in told] == [HEAD] * len(ROWS)
    assert [tuple(tuple(each) if isinstance(each, list) else each for each in one.values()) for one in told] == [*ROWS]


def test_xlsx_reads_back_as_text_and_numbers() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(Format.XLSX)))["2026-W48 1"]
    told = list(sheet.iter_rows())
    assert [cell.value for cell in told[0]] == list(HEAD)
    assert [(cell.value, cell.data_type) for cell in told[1]] == [("=1+1", "s"), (3, "n"), ("one\ntwo", "s")]
    assert [cell.value for cell in told[2]] == [None, -4, None]
    assert told[3][0].value == 'Zoë, "quoted"\t<b> & שלום'
    # ECMA-376 part 1, 22.4.2.4: what looks like an escape is escaped; openpyxl leaves that as it is.
    assert str(told[4][0].value).strip() == "_x005F_x0041_"
    assert len(str(told[4][2].value)) == MOST_CELL
    assert sheet.freeze_panes == "A2"


def test_a_full_sheet_is_followed_by_another() -> None:
    file = io.BytesIO()
    table = XlsxWriter(file, ("n",), "Weekly: [1/2]", most_rows=4)
    table.write([(number,) for number in range(5)])
    table.write([(number,) for number in range(5, 10)])
    table.close()
    book = openpyxl.load_workbook(file, read_only=True)
    assert len(book.sheetnames) == 4
    assert [[row[0] for row in book[name].iter_rows(values_only=True)] for name in book.sheetnames] == [
        ["n", 0, 1, 2],
        ["n", 3, 4, 5],
        ["n", 6, 7, 8],
        ["n", 9],
    ]


@settings(max_examples=40)
@given(st.text())
def test_any_text_makes_a_good_archive(text: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(Format.XLSX, rows=((text, 1, (text, text)),)))).worksheets[0]
    assert sheet.max_row == 2


def test_only_its_owner_reads_the_file_and_nothing_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with aside(target, force=False) as file:
        file.write(b"one")
        assert not target.exists()
        assert [stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()] == [0o600]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(FoundWrongError, match="--force"), aside(target, force=False):
        pass
    with aside(target, force=True) as file:
        file.write(b"two")
    assert target.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [target]


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError), aside(tmp_path / "out.csv", force=False) as file:
        file.writelines((b"half", None))
    assert list(tmp_path.iterdir()) == []


def test_a_file_made_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(FoundWrongError, match="meanwhile"), aside(target, force=False):
        target.write_bytes(b"theirs")
    assert target.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["", "no/such/folder.csv"])
def test_where_nothing_can_be_written_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(FoundWrongError), aside(tmp_path / name, force=True):
        pass
