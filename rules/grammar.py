"""The grammar: every Question that is asked of a line, and which lines can have an answer to it at all.

Most lines hold few words of markings, so most Questions fall away before any pattern runs: where each word stands is
looked up once for all lines together, and a Question is asked of the lines that hold what it needs.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final

from rules import authority, banners, captions, controlled, foreign, portions
from rules.tokens import Hit, Line

_ALL: Final = (
    *banners.QUESTIONS,
    *captions.QUESTIONS,
    *portions.QUESTIONS,
    *authority.QUESTIONS,
    *controlled.QUESTIONS,
    *foreign.QUESTIONS,
)


def answers(lines: Sequence[Line]) -> Iterator[Hit]:
    """What `lines` say to the Questions, one Question after the other."""
    where = _Words([line.text for line in lines])
    for question in _ALL:
        for number in where.holding(question.needs):
            yield from question.asks(lines[number])


class _Words:
    """Where the words stand that Questions need."""

    def __init__(self, texts: Sequence[str]) -> None:
        raised = [text.upper() for text in texts]
        self._text = "\n".join(raised)
        # Most words are told to be missing by the signs that follow each other.
        self._pairs = set(map("".join, pairwise(self._text)))
        self._ends = list(accumulate(len(one) + 1 for one in raised))
        self._there: dict[str, bool] = {}
        self._known: dict[str, frozenset[int]] = {}

    def holding(self, needs: tuple[tuple[str, ...], ...]) -> Iterable[int]:
        """The numbers of the lines that hold one word of each group, in order."""
        said = []
        for group in needs:
            if not (here := [word for word in group if self._is_there(word)]):
                return ()
            said.append(here)
        found: set[int] | None = None
        for here in said:
            held = set().union(*map(self._lines, here))
            found = held if found is None else found & held
        return range(len(self._ends)) if found is None else sorted(found)

    def _is_there(self, word: str) -> bool:
        known = self._there.get(word)
        if known is None:
            missing = len(word) > 1 and (word[:2] not in self._pairs or word[-2:] not in self._pairs)
            known = self._there[word] = not missing and word in self._text
        return known

    def _lines(self, word: str) -> frozenset[int]:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = frozenset(self._each(word))
        return known

    def _each(self, word: str) -> Iterator[int]:
        number, at = 0, self._text.find(word)
        while at >= 0:
            while self._ends[number] <= at:
                number += 1
            yield number
            at = self._text.find(word, self._ends[number])
