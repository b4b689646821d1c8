"""The grammar: every Question that is asked of a line, and which of them a text can have an answer to at all.

Most texts hold few words of markings, so most Questions fall away before any pattern runs: what is not said anywhere
in a text need not be looked for in each of its lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rules import authority, banners, controlled, foreign, portions
from rules.tokens import Hit, Line, Question, holds

_ALL: Final = (
    *banners.QUESTIONS,
    *portions.QUESTIONS,
    *authority.QUESTIONS,
    *controlled.QUESTIONS,
    *foreign.QUESTIONS,
)


_FEW: Final = 12
"""So many lines are sooner asked everything than it is told what to ask them."""


def worth_asking(lines: Sequence[Line]) -> tuple[Question, ...]:
    """The Questions to which one of `lines` may have an answer, each with those of its words that are there."""
    if len(lines) <= _FEW:
        return _ALL
    raised = "\n".join(line.text for line in lines).upper()
    found: list[Question] = []
    for question in _ALL:
        needs = _said(question.needs, raised)
        if len(needs) == len(question.needs):
            found.append(Question(asks=question.asks, needs=needs, doubtful=question.doubtful))
    return tuple(found)


def _said(needs: tuple[tuple[str, ...], ...], raised: str) -> tuple[tuple[str, ...], ...]:
    """Of each group the words that are there, up to the first group of which none is."""
    found: list[tuple[str, ...]] = []
    for group in needs:
        said = tuple(word for word in group if word in raised)
        if not said:
            break
        found.append(said)
    return tuple(found)


def answers(line: Line, questions: Iterable[Question]) -> Iterator[Hit]:
    """What `line` says to those `questions` that it holds the words for."""
    raised = line.text.upper()
    for question in questions:
        if holds(raised, question.needs):
            yield from question.asks(line)
