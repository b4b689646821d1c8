"""A Line: one line of a mail's text, with what its HTML said about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from domain.reply import Anchor


class Hint(StrEnum):
    """What the markup around a line says it is."""

    NONE = "none"
    QUOTE = "quote"
    BLOCK = "block"
    """Inside a plain `<blockquote>`, which people also use to indent."""
    SIGNATURE = "signature"


class Line(NamedTuple):
    """One line. `depth` is its list nesting, 1 outermost and 0 outside lists; `starts` says that it begins an item.

    A tuple because hostile mail has lines by the ten thousand, and it is made and compared the fastest.
    """

    text: str
    hint: Hint = Hint.NONE
    depth: int = 0
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """An anchor and the index of the line it stands in."""

    anchor: Anchor
    line: int


def of_text(text: str) -> tuple[Line, ...]:
    """The lines of a plain text."""
    return tuple(map(Line, text.replace("\r\n", "\n").split("\n")))
