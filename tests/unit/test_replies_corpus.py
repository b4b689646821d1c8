"""Every mail of tests/corpus/replies beside its answer, and every mail that once broke the reader."""

import json
import pathlib
from datetime import UTC, datetime

import pytest

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Judged, Known
from ingest.interpret import interpret
from tests.fuzz.reader import faults

CORPUS = pathlib.Path(__file__).parents[1] / "corpus"
MAILS = sorted((CORPUS / "replies").glob("*.eml"))
NOW = datetime(2025, 3, 3, 15, 0, tzinfo=UTC)


def test_there_are_enough_of_them():
    clients = {mail.stem.partition("-")[0] for mail in MAILS}
    assert len(MAILS) >= 120
    assert len(clients) >= 15


def answer_of(mail):
    return json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))


KNOWN = [pytest.param(mail, DEFAULT_KNOWN, id=f"{mail.stem}-prompt known") for mail in MAILS]
UNKNOWN = [
    pytest.param(mail, Known(), id=f"{mail.stem}-prompt unknown")
    for mail in MAILS
    if not answer_of(mail).get("needs_prompt")  # only the text of our prompt tells these
]


@pytest.mark.parametrize(("mail", "known"), KNOWN + UNKNOWN)
def test_the_bullets_and_nothing_else_come_out(mail, known):
    answer = answer_of(mail)
    outcome = interpret(mail.read_bytes(), NOW, known, reveal=True)
    assert isinstance(outcome, Judged)
    assert [bullet.text for bullet in outcome.reply.bullets] == answer["bullets"]
    assert outcome.reply.unsure is answer.get("unsure", False)
    assert "classified information" not in outcome.reply.body
    if "absent" in answer:
        assert answer["absent"] not in outcome.reply.body


@pytest.mark.parametrize("mail", sorted((CORPUS / "crashers").glob("*.eml")), ids=lambda mail: mail.stem)
def test_what_once_broke_the_reader_is_read(mail):
    assert faults(mail.read_bytes()) is None
