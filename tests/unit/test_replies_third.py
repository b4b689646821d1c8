"""Every mail of tests/corpus/replies_third: whole replies of sixty clients in fifty languages, labelled before they were read."""

import json
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Judged
from ingest.interpret import interpret

CORPUS = Path(__file__).parents[1] / "corpus" / "replies_third"
NOW = datetime(2025, 3, 3, 15, 12, 13, tzinfo=UTC)
BEYOND = {
    "more-marks-spanish-ordinal": "an ordinal may as well be the first word",
    "notes-en-wrote": "a header drawn in characters",
    "tricky-negative-numbers": "a double dash behind a dash",
    "tricky-prompt-mangled": "a name alone above a prompt without marks",
}
MAILS = [
    pytest.param(mail, id=mail.stem, marks=[pytest.mark.xfail(reason=BEYOND[mail.stem])] if mail.stem in BEYOND else [])
    for mail in sorted(CORPUS.glob("*.eml"))
]


def bare(text: str) -> str:
    """The text without blanks and without the mark before each line, which an alternative in HTML does not have."""
    lines = unicodedata.normalize("NFC", re.sub("[\u200b\ufeff]", "", text)).split("\n")
    return "".join(re.sub(r"\s", "", re.sub(r"^\W*(?:\w[.)、])?", "", line.strip())) for line in lines)


@pytest.mark.parametrize("mail", MAILS)
def test_what_was_typed_is_left_and_nothing_else(mail: Path) -> None:
    answer = json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))
    outcome = interpret(mail.read_bytes(), NOW, DEFAULT_KNOWN, reveal=True)
    assert isinstance(outcome, Judged)
    assert bare(outcome.reply.body) == bare(answer["body"])
    assert bare(outcome.reply.text) == bare(answer["text"])
    if answer["bullets"] is not None:
        assert [" ".join(bullet.text.split()) for bullet in outcome.reply.bullets] == answer["bullets"]
