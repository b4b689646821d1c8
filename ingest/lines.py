"""A Line: one line of a mail's text, with what its HTML said about it."""

from dataclasses import dataclass
from enum import StrEnum

from domain.reply import Anchor


class Hint(StrEnum):
    """What the markup around a line says it is."""

    NONE = "none"
    QUOTE = "quote"
    BLOCK = "block"
    """Inside a plain `<blockquote>`, which people also use to indent."""
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `depth` is its list nesting, 1 outermost and 0 outside lists; `starts` says that it begins an item."""

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
    return tuple(Line(line.rstrip("\r")) for line in text.split("\n"))
