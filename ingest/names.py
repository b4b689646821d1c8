"""Names of people in running text: by full name, by a first or last name, or by Employee id; never by likeness.

Capitals and accents do not count. A name that several people have names all of them: whoever asks decides what to do.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LONGEST = 6
"""Words of a name."""

_WORD = re.compile(r"[^\W_]+(?:['’.‐‑-][^\W_]+)*")
_TITLES = frozenset(
    [
        "dr",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "herr",
        "frau",
        "mme",
        "monsieur",
        "madame",
        "señor",
        "señora",
        "sr",
        "sra",
        "jr",
    ]
)
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "’": "'", "‐": "-", "‑": "-"})
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


class Word(NamedTuple):
    """One word as it is compared. `capital` says that it was written with one, `apart` that a sign stands before it."""

    text: str
    capital: bool
    apart: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A name at a word: how many words it takes, and who has it."""

    length: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roll:
    """The people who may be named."""

    by_words: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[tuple[str, str]]) -> "Roll":
        """From (id, name)."""
        table: dict[tuple[str, ...], tuple[str, ...]] = {}
        for person_id, name in people:
            for key in (*_keys(name), *_keys_of_id(person_id)):
                table[key] = tuple(dict.fromkeys((*table.get(key, ()), person_id)))
        return cls(table)

    def at(self, said: Sequence[Word], position: int) -> Found | None:
        """The longest name that begins at this word. No name runs over a sign, but `Doe, Jane` does."""
        for length in range(min(LONGEST, len(said) - position), 0, -1):
            ids = self.by_words.get(tuple(word.text for word in said[position : position + length]))
            if ids:
                return Found(length, ids)
        return None

    def whole(self, text: str) -> tuple[str, ...]:
        """Who is named by a text that is nothing but a name."""
        said = tuple(word for word in words(text) if word.text.strip(".") not in _TITLES)
        found = self.at(said, 0) if said else None
        return found.ids if found is not None and found.length == len(said) else ()


def words(text: str) -> tuple[Word, ...]:
    """The words of a text, folded for comparing."""
    found: list[Word] = []
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        apart = bool(found) and bool(between.strip())
        found.append(Word(fold(match[0]), match[0][0].isupper(), apart, match.start(), match.end()))
        end = match.end()
    return tuple(found)


def fold(text: str) -> str:
    """Without capitals and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_PLAIN)


def _keys(name: str) -> Iterable[tuple[str, ...]]:
    last, comma, first = name.partition(",")
    ordered = f"{first} {last}" if comma else name
    for spelled in dict.fromkeys((ordered, ordered.casefold().translate(_SPELLED_OUT))):
        parts = tuple(word.text for word in words(spelled) if word.text.strip(".") not in _TITLES)
        if not parts:
            continue
        yield from dict.fromkeys(
            (parts, (parts[0], parts[-1]), (parts[-1], *parts[:-1]), parts[:1], parts[-1:])
            if len(parts) > 1
            else (parts,)
        )


def _keys_of_id(person_id: str) -> Iterable[tuple[str, ...]]:
    said = tuple(word.text for word in words(person_id))
    if said:
        yield said
