"""Every case of tests/corpus/replies_second: what is left of it, with and without its signature, and its bullets."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Judged
from ingest.interpret import interpret
from tests.corpus.second import Case, cases

NOW = datetime(2025, 3, 3, 15, 0, tzinfo=UTC)
CASES = [pytest.param(case, id=f"{case.group}-{case.name}") for case in cases()]


def bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text.replace("\u200b", "")))


@pytest.mark.parametrize("case", CASES)
def test_what_was_typed_is_left_and_nothing_else(case: Case) -> None:
    outcome = interpret(case.raw(), NOW, DEFAULT_KNOWN, reveal=True)
    assert isinstance(outcome, Judged)
    assert bare(outcome.reply.body) == bare(case.body)
    assert bare(outcome.reply.text) == bare(case.text)
    if case.bullets is not None:
        assert tuple(bullet.text for bullet in outcome.reply.bullets) == case.bullets


def test_each_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in cases()]
    assert len(names) == len(set(names))
