"""`bulletin export` as a person meets it."""

import csv
import json
import stat
from pathlib import Path

import openpyxl

from app.exits import Exit
from tests.integration.test_cli import Bulletin, bulletin, place, ready

__all__ = ["bulletin", "place", "ready"]


def test_it_writes_what_was_asked_for(ready: Bulletin, place: Path) -> None:
    assert ready("export", "-o", "a.csv").exit_code == Exit.FOUND
    assert ready("round", "open", "--yes").exit_code == Exit.OK
    result = ready("export", "--output", "a.csv")
    assert (result.exit_code, result.stdout) == (Exit.OK, "")
    assert "3 rows in a.csv" in result.stderr
    with (place / "a.csv").open(encoding="utf-8", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["Ana Ruiz", "Bo Lind", "Cy Park"]
    assert stat.S_IMODE((place / "a.csv").stat().st_mode) == 0o600
    again = ready("export", "--output", "a.csv")
    assert again.exit_code == Exit.FOUND
    assert "--force" in again.stderr
    assert ready("export", "--output", "a.csv", "--force", "--bom").exit_code == Exit.OK
    assert (place / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_its_form_follows_the_ending_or_the_option(ready: Bulletin, place: Path) -> None:
    ready("round", "open", "--yes")
    lines = ready("export", "-o", "-", "--format", "jsonl", "--unit", "Agency/North").stdout.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["Bo Lind"]
    assert ready("export", "-o", "-").stdout.startswith("campaign,round,unit,")
    assert ready("export", "-o", "b.xlsx", "--standing", "awaiting").exit_code == Exit.OK
    assert openpyxl.load_workbook(place / "b.xlsx").worksheets[0].max_row == 4
    assert ready("export", "-o", "-", "--format", "xlsx").exit_code == Exit.FOUND
    assert ready("export", "-o", "c.csv", "--standing", "missing").exit_code == Exit.USAGE
    assert ready("export", "-o", "c.csv", "--round", "2001-W01").exit_code == Exit.FOUND
    assert not (place / "c.csv").exists()


def test_one_digest_in_the_form_of_a_report(ready: Bulletin) -> None:
    ready("round", "open", "--yes")
    told = {form: ready("digest", "preview", "E1", "--format", form).stdout for form in ("txt", "html", "md", "csv")}
    assert told["txt"].startswith("Answers for Ana Ruiz")
    assert told["html"].startswith("<!DOCTYPE html>")
    assert "## No reply yet (2)\n\n**Bo Lind** (Agency/North)\n" in told["md"]
    rows = list(csv.DictReader(told["csv"].splitlines()))
    assert [(row["section"], row["name"]) for row in rows] == [("No reply yet", "Bo Lind"), ("No reply yet", "Cy Park")]
