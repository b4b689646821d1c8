"""The markings rule: does anything in the message, wherever it stands, look like a classification or control marking?

Law: a hit says where and of what sort, never what was written. Nothing here may keep or show text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from domain.message import Message, Passage, Where
from domain.policy import Policy
from domain.reply import Reply
from domain.verdict import Effect, Finding
from rules import authority, banners, controlled, foreign, labels, names, portions
from rules.fold import fold
from rules.glance import readings
from rules.tokens import Hit, Line, drawn_together
from rules.wording import mask

VERSION: Final = 1

_SURE: Final = (
    "This looks like a classification or control marking. Do not send it again or forward it: "
    "call your security office and tell them about this message."
)
_UNSURE: Final = (
    "This may be a classification or control marking. If it is one, do not send it again: call your security office. "
    "If it is not, a security officer will release your reply."
)


def ask(reply: Reply, policy: Policy, wording: tuple[str, ...]) -> tuple[Finding, ...]:
    """The sightings, each with what this Policy lets it lead to: markings are routed, never switched off."""
    return tuple(
        finding if finding.sure else replace(finding, effect=policy.unsure_markings)
        for finding in scan(reply.message, wording)
    )


def scan(message: Message, wording: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Every place of `message` that seems to carry a marking, once each and in order; sure ones first in a place."""
    places: dict[str, Hit] = {}
    for passage in message.passages:
        for hit in look(passage, wording):
            place = _place(passage)
            if place not in places or (hit.sure and not places[place].sure):
                places[place] = hit
    return tuple(_finding(place, hit) for place, hit in places.items())


def look(passage: Passage, wording: tuple[str, ...] = ()) -> Iterator[Hit]:
    """The sightings in one Passage. Wordings of ours in it are passed over."""
    text = fold(passage.text)
    if passage.where is Where.HEADER:
        yield from labels.hits(passage.name, text)
    if passage.where is Where.FILENAME:
        yield from names.hits(text)
    if not passage.text.isascii():
        yield from foreign.other_scripts(passage.text)
    yield from _in_text(text, wording, heads=passage.where is Where.SUBJECT or passage.name == "subject")


def _place(passage: Passage) -> str:
    return f"{passage.where.value} {passage.name}" if passage.where is Where.HEADER else passage.where.value


def _finding(place: str, hit: Hit) -> Finding:
    return Finding(
        rule="markings",
        where=place,
        hint=_SURE if hit.sure else _UNSURE,
        effect=Effect.WITHHOLD,
        sure=hit.sure,
        kind=hit.kind.value,
    )


_BREAKS: Final = frozenset(
    ["declassify", "derived", "distribution", "statement", "downgrade", "classified", "distro", "dist", "handle"]
)
_AROUND: Final = 3
_QUOTE: Final = re.compile(r"^[ \t>|]*")
_MARKER: Final = re.compile(r"^(?:[-*+•·▪◦‣●■□–§]+[ \t]*|o[ \t]+|\(?\d{1,3}[.)][ \t]*|[a-z][.)][ \t]+)")
_REPLIED: Final = re.compile(r"^(?:(?:re|fw|fwd|aw|wg|sv|antw)[ \t]*:[ \t]*){1,5}", re.IGNORECASE)


def _in_text(text: str, wording: tuple[str, ...], *, heads: bool) -> Iterator[Hit]:
    """The cheap look, and the grammar where it points. A wording of ours is crossed out before the grammar reads."""
    for reading in readings(text):
        lines = reading.text.split("\n")
        for number in _touched(lines, reading.spots):
            yield from _near(lines, number, wording, heads=heads, whole=reading.text)
        yield from _spread(reading.text, wording)


def _touched(lines: list[str], spots: tuple[int, ...]) -> list[int]:
    """The numbers of the lines in which a spot lies."""
    starts: list[int] = []
    at = 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return sorted({bisect_right(starts, spot) - 1 for spot in spots})


def _near(lines: list[str], number: int, wording: tuple[str, ...], *, heads: bool, whole: str) -> Iterator[Hit]:
    """The grammar, asked about one line and about it joined to each neighbour."""
    first = max(0, number - _AROUND)
    window = lines[first : number + _AROUND + 1]
    shown = mask("\n".join(window), wording).split("\n") if wording else window
    at = number - first
    here = _bare(shown[at], heads=heads)
    line = Line(text=drawn_together(here), edge=_is_edge(lines, number), heads=heads)
    yield from _ask_all(line)
    if portions.may_lead(line):
        enumerated, marked = portions.letters(whole)
        yield from portions.bare(line, enumerated=enumerated, marked=marked)
    for above, below in pairwise(shown[max(0, at - 1) : at + 2]):
        joined = _across(_bare(above, heads=heads), _bare(below, heads=heads))
        if joined:
            yield from _ask_all(Line(text=drawn_together(joined), whole=False, heads=heads))


def _is_edge(lines: list[str], number: int) -> bool:
    """Whether a line is the first or the last of several that hold anything."""
    above = any(line.strip() for line in lines[:number])
    below = any(line.strip() for line in lines[number + 1 :])
    return above != below


def _spread(text: str, wording: tuple[str, ...]) -> Iterator[Hit]:
    """Markings that are spread over several lines."""
    if any(True for _ in _blocks(text)):
        yield from _blocks(mask(text, wording))


def _blocks(text: str) -> Iterator[Hit]:
    yield from authority.block(text)
    yield from controlled.indicator(text)


def _ask_all(line: Line) -> Iterator[Hit]:
    if not line.text:
        return
    yield from banners.hits(line)
    yield from portions.hits(line)
    yield from authority.hits(line)
    yield from controlled.hits(line)
    yield from foreign.hits(line)


def _bare(line: str, *, heads: bool) -> str:
    """A line without quote signs and bullet marker; a subject without its `Re:`."""
    shown = _QUOTE.sub("", line, count=1)
    if heads:
        return _REPLIED.sub("", shown, count=1)
    return _MARKER.sub("", shown, count=1)


def _across(above: str, below: str) -> str:
    """Two lines as one, where the break may stand inside a marking; else nothing."""
    upper, lower = above.rstrip(), below.lstrip()
    if not upper or not lower:
        return ""
    if upper.endswith("-"):
        return upper[:-1] + lower
    if upper.endswith(("/", "\\")) or lower.startswith(("/", "\\")):
        return upper + lower
    last = upper.rsplit(None, 1)[-1]
    if last.isupper() or lower.split(None, 1)[0].isupper() or last.casefold() in _BREAKS:
        return f"{upper} {lower}"
    return ""
