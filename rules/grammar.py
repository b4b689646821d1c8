"""The grammar: every Question that is asked of a line, and which of them a text can have an answer to at all.

Most texts hold few words of markings, so most Questions fall away before any pattern runs: what is not said anywhere
in a text need not be looked for in each of its lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
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
_SHORT: Final = 2_000
"""So many lines of so many signs are sooner asked everything than it is told what to ask them."""


def worth_asking(lines: Sequence[Line]) -> tuple[Question, ...]:
    """The Questions to which one of `lines` may have an answer, each with those of its words that are there."""
    raised = "\n".join(line.text for line in lines).upper()
    if len(lines) <= _FEW and len(raised) <= _SHORT:
        return _ALL
    pairs = set(pairwise(raised))
    found: list[Question] = []
    for question in _ALL:
        needs = _said(question.needs, raised, pairs)
        if len(needs) == len(question.needs):
            found.append(Question(asks=question.asks, needs=needs, doubtful=question.doubtful))
    return tuple(found)


def _said(needs: tuple[tuple[str, ...], ...], raised: str, pairs: set[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Of each group the words that are there, up to the first group of which none is.

    `pairs` are the signs that follow each other in `raised`: most words are told to be missing by these alone.
    """
    found: list[tuple[str, ...]] = []
    for group in needs:
        said = tuple(
            word
            for word in group
            if (len(word) == 1 or ((word[0], word[1]) in pairs and (word[-2], word[-1]) in pairs)) and word in raised
        )
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
