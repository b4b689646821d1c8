"""A Form: a mail written once as bytes with gaps, filled in for each recipient at the cost of a join.

Each gap in quoted-printable text stands between two soft line breaks (RFC 2045 section 6.7, rule 5), so that what is
filled in can neither break a line that is too long nor change one that is there.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from outbound import headers, letter

_GAP: Final = re.compile("\ue000([a-z_]+)\ue001")
_SOFT: Final = b"=\r\n"


def gap(name: str) -> str:
    """What stands in a rendered template where the value of `name` will go. Private-use signs: no mail holds them."""
    return f"\ue000{name}\ue001"


def has_gap(text: str) -> bool:
    """Whether `text` waits for a value."""
    return "\ue000" in text


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """`text` with its gaps filled."""
    return _GAP.sub(lambda match: values[match[1]], text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`pieces` are bytes, empty where one of `slots` (place, key) is put. `text` and `subject` still have their gaps."""

    subject: str
    text: str
    pieces: tuple[bytes, ...]
    slots: tuple[tuple[int, str], ...]

    def fill(self, fields: Mapping[str, bytes], values: Mapping[str, str]) -> bytes:
        """The mail. `fields` are whole header lines by name, `values` the texts of the body's gaps, on one line each."""
        pieces = list(self.pieces)
        for place, key in self.slots:
            match key[0]:
                case "#":
                    pieces[place] = fields[key[1:]]
                case "&":
                    pieces[place] = _quoted(html.escape(values[key[1:]]))
                case _:
                    pieces[place] = _quoted(values[key])
        return b"".join(pieces)


def form(head: tuple[bytes | str, ...], subject: str, text: str, markup: str) -> Form:
    """A Form from its header (bytes, or names of fields to be filled in), its text and its HTML twin."""
    parts: list[tuple[bytes, str]] = [(b"", f"#{one}") if isinstance(one, str) else (one, "") for one in head]
    parts += [(letter.OPENING, ""), *_cut(text, ""), (letter.BETWEEN, ""), *_cut(markup, "&"), (letter.CLOSING, "")]
    return Form(
        subject=subject,
        text=text,
        pieces=tuple(piece for piece, _ in parts),
        slots=tuple((place, key) for place, (_, key) in enumerate(parts) if key),
    )


def _cut(text: str, mode: str) -> list[tuple[bytes, str]]:
    """Quoted-printable pieces and, between them, gaps with their keys."""
    pieces = _GAP.split(text)
    return [
        (b"", f"{mode}{piece}") if place % 2 else (letter.quoted_printable(piece), "")
        for place, piece in enumerate(pieces)
    ]


@lru_cache(maxsize=4096)
def _quoted(value: str) -> bytes:
    return _SOFT + letter.soft_lines(value.encode("utf-8", "replace")) + _SOFT


def subject_line(subject: str) -> bytes:
    """The Subject field."""
    return headers.field("Subject", headers.text(subject))
