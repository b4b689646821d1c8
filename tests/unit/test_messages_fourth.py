"""Whole messages written for the rules: markings in every place, parts that are attachments or none, answers in a sentence."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Judged
from domain.verdict import Decision
from ingest.interpret import interpret

CORPUS = Path(__file__).parents[1] / "corpus"
NOW = datetime(2026, 11, 16, 15, 12, 13, tzinfo=UTC)
HEAD = (
    "From: a@agency.example\nTo: r@agency.example\nSubject: Re: What did you do last week?\n"
    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
)


def judged(mail: str) -> Judged:
    outcome = interpret(mail.encode(), NOW, DEFAULT_KNOWN, reveal=True)
    assert isinstance(outcome, Judged)
    return outcome


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("marked", [True, False])
def test_markings_in_every_place_of_a_message(marked: bool) -> None:
    cases = [case for case in rows("messages/cases.jsonl") if case["marked"] is marked]
    wrong = [case["mail"] for case in cases if (judged(case["mail"]).verdict.decision is Decision.WITHHELD) != marked]
    assert wrong == []


def test_attachments_and_what_only_comes_along() -> None:
    wrong = [
        case["why"]
        for case in rows("attachments/fourth.jsonl")
        if any(one.rule == "attachments" for one in judged(case["mail"]).verdict.findings) != case["attached"]
    ]
    assert wrong == []


def test_whole_answers_in_a_sentence() -> None:
    cases = rows("phrases/cases.jsonl")
    assert [case["text"] for case in cases if judged(HEAD + case["text"] + "\n").reply.phrase != case["phrase"]] == []


def test_a_reply_all_in_capitals_is_not_taken_for_labels() -> None:
    """Words of markings in a sentence in capitals made the whole line a label, and the sentence was lost."""
    lines = (
        "CLOSED THE CONFIDENTIAL COUNSELING CONTRACT",
        "REVIEWED THE OFFICIAL TRAVEL POLICY",
        "MOVED SENSITIVE TOOLS",
    )
    reply = judged(HEAD + "UNCLASSIFIED\n" + "".join(f"- {line}\n" for line in lines)).reply
    assert tuple(bullet.text for bullet in reply.bullets) == lines
