"""A single Digest for somebody's own report."""

import csv
import io

from app.forms import Paper
from app.paper import on_paper
from domain.digest import Digest
from domain.policy import Mode
from domain.standing import Standing
from tests.fakes.mail import BOSS, TEMPLATES, week
from tests.unit.test_outbound_digest import made, row

ROWS = (
    row(1, bullets=("Fixed *it*", "=1+1")),
    row(2, Standing.AWAITING),
    row(3, Standing.WITHHELD, bullets=("the canary",)),
    row(4, Standing.AWAITING, mode=Mode.VOLUNTARY),
)


def paper(form: Paper) -> str:
    found = Digest(round=week(), supervisor=BOSS, rows=ROWS)
    return on_paper(form, made(*ROWS), found, TEMPLATES.locale("en")).decode("utf-8")


def test_markdown_has_headings_and_bullets_and_takes_nothing_for_a_mark() -> None:
    told = paper(Paper.MARKDOWN)
    assert told.startswith("# Answers for S. One, 2026-W47\n\n## Answered (1)\n\n**Person 1** (Defense/Navy)\n\n")
    assert "- Fixed \\*it\\*\n- =1+1\n" in told
    assert "## No reply from voluntary units (1)\n" in told


def test_the_table_has_a_row_a_bullet_and_counts_who_is_not_named() -> None:
    rows = list(csv.reader(io.StringIO(paper(Paper.CSV), newline="")))[1:]
    assert [(one[1], one[2], one[5], one[6]) for one in rows] == [
        ("Answered", "Person 1", "1", "Fixed *it*"),
        ("Answered", "Person 1", "2", "'=1+1"),
        ("Reply withheld", "Person 3", "", ""),
        ("No reply yet", "Person 2", "", ""),
        ("No reply from voluntary units", "", "1", ""),
    ]


def test_no_form_has_what_must_not_be_told() -> None:
    for form in Paper:
        assert "canary" not in paper(form)
        assert "Person 4" not in paper(form)
        assert "Person 1" in paper(form)
