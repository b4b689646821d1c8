"""Every reply of tests/corpus/replies_fourth/html.jsonl: HTML as sixty clients write it, labelled before the reader saw it."""

import base64
import json
import re
import unicodedata
from datetime import UTC, datetime
from email.header import Header
from pathlib import Path
from typing import Any

import pytest

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Judged
from ingest.interpret import interpret

CORPUS = Path(__file__).parents[1] / "corpus" / "replies_fourth"
NOW = datetime(2026, 3, 10, 9, 12, 13, tzinfo=UTC)
BEYOND = {
    "b2/dev-21": "a line of the writer's own making about thumbs: nothing tells it from the reply",
    "b6/attr-hy": "an attribution in Armenian that ends in a full stop, as sentences do",
    "b6/attr-am": "an attribution in Amharic, which has a colon of its own",
    "b6/mime-multi-no-boundary": "a multipart that names no boundary has no parts",
    "b2/gt-own-heading": "a list marked by > below a line of its own reads like a quote under what leads to it",
}
ROWS = [json.loads(line) for line in (CORPUS / "html.jsonl").read_text(encoding="utf-8").splitlines()]
CASES = [
    pytest.param(
        row, id=row["name"], marks=[pytest.mark.xfail(reason=BEYOND[row["name"]])] if row["name"] in BEYOND else []
    )
    for row in ROWS
]


def raw(row: dict[str, Any]) -> bytes:
    """The mail: a file of its own, or the HTML as the only part."""
    if "file" in row:
        return (CORPUS / str(row["file"])).read_bytes()
    subject = Header(row.get("subject", "Re: What did you do last week?"), "utf-8").encode()
    head = (
        "From: Jane Doe <jane.doe@agency.example>\r\nTo: Weekly Report <reports@agency.example>\r\n"
        f"Subject: {subject}\r\nDate: Tue, 10 Mar 2026 10:12:13 +0100\r\nMessage-ID: <case@agency.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    return head.encode() + base64.encodebytes(row["html"].encode()).replace(b"\n", b"\r\n")


def bare(text: str) -> str:
    """The text without blanks, and without what takes no room."""
    return re.sub("[\\s\u200b-\u200f\u2060\ufeff\u034f\u00ad]", "", unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("row", CASES)
def test_what_was_typed_is_left_and_nothing_else(row: dict[str, Any]) -> None:
    outcome = interpret(raw(row), NOW, DEFAULT_KNOWN, reveal=True)
    assert isinstance(outcome, Judged)
    assert bare(outcome.reply.body) == bare(row["body"])
    if row["bullets"] is not None:
        assert [bullet.text for bullet in outcome.reply.bullets] == row["bullets"]


def test_each_case_has_a_name_of_its_own() -> None:
    assert len({row["name"] for row in ROWS}) == len(ROWS)
