"""Our own wording in somebody's mail: found word by word, however a client wrapped, quoted or mangled it, and masked.

A prompt holds the words "classified", "sensitive" and "links"; it must never be taken for what somebody wrote.
"""

import re
from functools import lru_cache
from typing import Final

from rules.fold import fold

_WORD: Final = re.compile(r"[^\W_]+")
_RUN: Final = 4
"""So many words of our wording in a row are ours. Shorter wordings must stand there whole."""


def mask(text: str, wording: tuple[str, ...]) -> str:
    """`text` with each word of ours crossed out: places, line ends and signs stay, so that nothing is joined by it."""
    spans = _covered(text, wording)
    if not spans:
        return text
    pieces: list[str] = []
    upto = 0
    for start, end in spans:
        pieces += (text[upto:start], "x" * (end - start))
        upto = end
    return "".join((*pieces, text[upto:]))


def share(text: str, wording: tuple[str, ...]) -> float:
    """How much of the words of `text` is ours, from 0 to 1."""
    count = sum(1 for _ in _WORD.finditer(text))
    return len(_covered(text, wording)) / count if count else 0.0


def _covered(text: str, wording: tuple[str, ...]) -> list[tuple[int, int]]:
    """The spans of the words that belong to our wording."""
    runs = _runs(wording)
    if not runs:
        return []
    spelled = _WORD.findall(text.lower()) if text.isascii() else [word.casefold() for word in _WORD.findall(text)]
    ours: set[int] = set()
    for length, firsts, wanted in runs:
        if firsts.isdisjoint(spelled):
            continue
        for at, word in enumerate(spelled):
            if word in firsts and tuple(spelled[at : at + length]) in wanted:
                ours.update(range(at, at + length))
    if not ours:
        return []
    return [match.span() for at, match in enumerate(_WORD.finditer(text)) if at in ours]


@lru_cache(maxsize=64)
def _runs(wording: tuple[str, ...]) -> tuple[tuple[int, frozenset[str], frozenset[tuple[str, ...]]], ...]:
    """Every run of words of our wording, by its length, and the words that begin one."""
    runs: dict[int, set[tuple[str, ...]]] = {}
    for one in wording:
        spelled = [match[0].casefold() for match in _WORD.finditer(fold(one))]
        length = min(_RUN, len(spelled))
        for at in range(len(spelled) - length + 1 if length else 0):
            runs.setdefault(length, set()).add(tuple(spelled[at : at + length]))
    return tuple((length, frozenset(run[0] for run in wanted), frozenset(wanted)) for length, wanted in runs.items())
