"""The grammar: no Question is left out that would have been answered."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import authority, banners, captions, controlled, foreign, portions
from rules.grammar import answers
from rules.tokens import Line, Question, drawn_together, holds
from rules.vocabulary import (
    CUI_DISSEMINATION,
    FOREIGN_LINES,
    LINE_PHRASES,
    LINE_WORDS,
    STRONG_CONTROLS,
    openings,
)

CORPUS = Path(__file__).parent.parent / "corpus" / "markings"
QUESTIONS = (
    *banners.QUESTIONS,
    *captions.QUESTIONS,
    *portions.QUESTIONS,
    *authority.QUESTIONS,
    *controlled.QUESTIONS,
    *foreign.QUESTIONS,
)
PIECES = (
    *sorted(LINE_WORDS | FOREIGN_LINES),
    *LINE_PHRASES,
    *sorted(openings(STRONG_CONTROLS) | openings(CUI_DISSEMINATION)),
    *("DECL ON", "DERIVED FROM", "REASON", "1.4(a)", "25X1", "CLASSIFIED BY", "SEC=", "CAVEAT", "CLASSIFICATION", "S", "R-UE/EU-R"),
    *("this", "message", "contains", "the", "report", "20301231", "SI", "TK", "NF", "REL TO", "USA", "CUI", "SP-CTI", "LDC"),
)  # fmt: skip
SIGNS = ("//", "/", " ", " ", "(", ")", "[", "]", ": ", ":", "-", " - ", ", ", "|", "=", ".", "\\", "")
LINES = st.builds(
    lambda parts, cased: cased(drawn_together("".join(piece + sign for piece, sign in parts))),
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SIGNS)), min_size=1, max_size=6),
    st.sampled_from((str, str.lower, str.title)),
)


def marked() -> list[str]:
    rows = [row for file in sorted(CORPUS.rglob("*.jsonl")) for row in file.read_text(encoding="utf-8").split("\n")]
    texts = [json.loads(row)["text"] for row in rows if row]
    return [line for text in texts for line in text.split("\n")]


def missing(text: str) -> list[Question]:
    """The Questions that would be answered although a word that they need is not there."""
    found = []
    for heads in (False, True):
        line = Line(text=drawn_together(text), heads=heads)
        unheld = (one for one in QUESTIONS if not holds(line.text.upper(), one.needs))
        found += [question for question in unheld if any(True for _ in question.asks(line))]
    return found


def test_what_a_marked_line_answers_holds_what_was_needed() -> None:
    lines = marked()
    assert len(lines) > 1000
    assert [line for line in lines if missing(line)] == []


@settings(max_examples=600, deadline=None)
@given(LINES)
def test_what_any_line_answers_holds_what_was_needed(text: str) -> None:
    assert missing(text) == []


def test_many_lines_answer_what_each_answers_alone() -> None:
    lines = [Line(text=drawn_together(line)) for line in marked()[:400]]
    alone = [hit for line in lines for hit in answers([line])]
    assert Counter(answers(lines)) == Counter(alone)
    assert len(alone) > 100


@settings(max_examples=100, deadline=None)
@given(st.lists(LINES, max_size=5))
def test_a_line_is_asked_every_question_that_it_holds_the_words_for(texts: list[str]) -> None:
    lines = [Line(text=text) for text in texts]
    assert Counter(answers(lines)) == Counter(hit for one in QUESTIONS for line in lines for hit in one.asks(line))


def test_a_question_that_is_doubtful_is_never_sure() -> None:
    lines = [Line(text=drawn_together(line)) for line in marked()]
    for question in QUESTIONS:
        if question.doubtful:
            assert not any(hit.sure for line in lines for hit in question.asks(line))


@pytest.mark.parametrize(
    ("alternatives", "opening"),
    [
        ("REL ?TO|RELIDO|USA", {"REL", "USA"}),
        ("SAR-\\w+|SI(?:-[A-Z]{1,4})?", {"SAR-", "SI"}),
        ("(?:DO[DE] )?UCNI|CNO?", {"UCNI", "CN"}),
        ("LES(?:[ -]?N(?:OFORN|F))?|LESS", {"LES"}),
        ("NOFOR[MN]|SP-[A-Z]{2,}", {"NOFOR", "SP-"}),
    ],
)
def test_how_alternatives_open(alternatives: str, opening: set[str]) -> None:
    assert openings(alternatives) == opening
