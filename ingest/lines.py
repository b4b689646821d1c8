"""A Line: one line of a mail's text, with what its HTML said about it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar

from domain.reply import Anchor

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"
"""What takes no room at the ends of a line: zero-width signs, directions of writing, soft hyphens."""

_LEAST_SENTENCE = 3


class Hint(StrEnum):
    """What the markup around a line says it is."""

    NONE = "none"
    QUOTE = "quote"
    BLOCK = "block"
    """Inside a plain `<blockquote>`, which people also use to indent."""
    SIGNATURE = "signature"


class Line(NamedTuple):
    """One line. `depth` is its list nesting, 1 outermost and 0 outside lists; `starts` says that it begins an item.

    `apart` says that a quote was left out right above it, `heads` that the markup makes it a heading.

    A tuple because hostile mail has lines by the ten thousand, and it is made and compared the fastest.
    """

    text: str
    hint: Hint = Hint.NONE
    depth: int = 0
    starts: bool = False
    apart: bool = False
    heads: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """An anchor and the index of the line it stands in."""

    anchor: Anchor
    line: int


def of_text(text: str) -> tuple[Line, ...]:
    """The lines of a plain text. Lines that are the same are one: hostile text repeats itself."""
    rows = text.replace("\r\n", "\n").split("\n")
    made = {row: Line(row) for row in dict.fromkeys(rows)}
    return tuple(map(made.__getitem__, rows))


def is_sentence(text: str) -> bool:
    """Whether a line ends as a sentence does and says something, as nobody's name, title or address does.

    `Next week: paint the benches` says something too.
    """
    if text.endswith(("。", "।", "؟")) or _ANNOUNCED.match(text):
        return True
    words = text.split() if text.endswith((".", "!", "?")) and text[-2:-1].islower() else []
    return len(words) >= _LEAST_SENTENCE and any(word[0].islower() for word in words)


_ANNOUNCED = re.compile(r"[^\W\d_][^:@|/<>\d]{2,24}: [^\W\d_A-Z][^\W\d_]*(?: [^\W\d_][\w'’-]*,?){3}")


_Answer = TypeVar("_Answer")


class _Answers(dict[str, _Answer]):
    """What a function says of each line that it was asked of."""

    def __init__(self, function: Callable[[str], _Answer]) -> None:
        self._function = function

    def __missing__(self, text: str) -> _Answer:
        answer = self[text] = self._function(text)
        return answer


def once_each(function: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """Ask once for each different line, and forget it all afterwards: what people wrote is not kept in a cache."""
    return _Answers(function).__getitem__
