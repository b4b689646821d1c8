"""The markings rule: does anything in the message, wherever it stands, look like a classification or control marking?

Law: a hit says where and of what sort, never what was written. Nothing here may keep or show text.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from domain.message import Message, Passage, Where
from domain.policy import Policy
from domain.reply import Reply
from domain.verdict import Effect, Finding
from rules import authority, controlled, foreign, labels, names, portions
from rules.fold import fold
from rules.glance import Reading, readings
from rules.grammar import answers, worth_asking
from rules.tokens import Hit, Line, drawn_together
from rules.vocabulary import phrases
from rules.wording import mask

VERSION: Final = 3

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
        place = _place(passage)
        if place in places and places[place].sure:
            continue
        for hit in look(passage, wording):
            if hit.sure or place not in places:
                places[place] = hit
            if hit.sure:
                break
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
_FEW: Final = 12
"""Touched lines, up to which the wording is crossed out around each instead of everywhere."""
_QUOTE: Final = re.compile(r"^[ \t>|]+", re.MULTILINE)
_MARKER: Final = re.compile(r"^(?:[-*+•·▪◦‣●■□–§>| \t]+|o[ \t]+|\(?\d{1,3}[.)][ \t]*|[a-z][.)][ \t]+)", re.MULTILINE)
_REPLIED: Final = re.compile(r"^(?:(?:re|fw|fwd|aw|wg|sv|antw)[ \t]*:[ \t]*){1,5}", re.IGNORECASE | re.MULTILINE)


def _in_text(text: str, wording: tuple[str, ...], *, heads: bool) -> Iterator[Hit]:
    """The cheap look, and the grammar where it points. A wording of ours is crossed out before the grammar reads.

    What would only say once more that perhaps there is something is left out.
    """
    suspected = False
    asked: set[Line] = set()
    for reading in readings(text):
        if suspected and not reading.sure:
            return
        letters: tuple[bool, bool] | None = None
        lines = _lines(reading, wording, heads=heads)
        questions = worth_asking([line for line in lines if line not in asked])
        for line in lines:
            if line not in asked:
                asked.add(line)
                for hit in _as_read(reading, answers(line, questions)):
                    yield hit
                    suspected = True
            if line.whole and (leading := portions.leading(line)) is not None:
                letters = letters or portions.letters(reading.text)
                found = portions.bare(leading, enumerated=letters[0], marked=letters[1])
                yield from _as_read(reading, found)
        yield from _as_read(reading, _spread(reading.text, wording))


def _as_read(reading: Reading, found: Iterator[Hit]) -> Iterator[Hit]:
    """What a reading shows is no surer than the reading."""
    return found if reading.sure else (replace(hit, sure=False) for hit in found)


def _lines(reading: Reading, wording: tuple[str, ...], *, heads: bool) -> list[Line]:
    """Each line that a spot lies in, once, followed by what it makes with its neighbours."""
    found = tuple(_gathered(reading, wording, heads=heads))
    if not found:
        return []
    drawn = drawn_together("\n".join(text for text, _, _ in found)).split("\n")
    return [Line(text=text, whole=at[1], edge=at[2], heads=heads) for text, at in zip(drawn, found, strict=True)]


def _gathered(reading: Reading, wording: tuple[str, ...], *, heads: bool) -> Iterator[tuple[str, bool, bool]]:
    """Their texts, and whether each is one line, and whether that is at an edge."""
    lines = reading.text.split("\n")
    edges = _edges(lines)
    touched = _touched(reading)
    known: set[tuple[bool, str]] = set()
    seen: set[tuple[bool, tuple[str, ...]]] = set()
    for number, shown, at in _windows(lines, touched, wording, heads=heads):
        edge = number in edges
        around = (edge, (shown[at], *shown[max(0, at - 1) : at + 2]))
        if around in seen:
            continue
        seen.add(around)
        said = edge, shown[at]
        if said in known and not shown[at].rstrip().endswith(("/", "-")):
            continue
        known.add(said)
        yield shown[at], True, edge
        for above, below in pairwise(shown[max(0, at - 1) : at + 2]):
            if joined := _across(above, below):
                yield joined, False, False


def _edges(lines: list[str]) -> tuple[int, ...]:
    """The first and the last line that hold anything, where these are two."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    last = next((number for number in reversed(range(len(lines))) if lines[number].strip()), 0)
    return (first, last) if first != last else ()


def _touched(reading: Reading) -> list[int]:
    """The numbers of the lines in which a spot lies."""
    found: list[int] = []
    number = at = 0
    for spot in reading.spots:
        number += reading.text.count("\n", at, spot)
        at = spot
        if not found or found[-1] != number:
            found.append(number)
    return found


def _windows(
    lines: list[str], touched: list[int], wording: tuple[str, ...], *, heads: bool
) -> Iterator[tuple[int, list[str], int]]:
    """Each touched line: its number, the bare masked lines around it, and its place among them."""
    if len(touched) > _FEW:
        shown = _bare(mask("\n".join(lines), wording), heads=heads)
        yield from ((number, shown, number) for number in touched)
        return
    for number in touched:
        first = max(0, number - _AROUND)
        window = "\n".join(lines[first : number + _AROUND + 1])
        yield number, _bare(mask(window, wording), heads=heads), number - first


def _spread(text: str, wording: tuple[str, ...]) -> Iterator[Hit]:
    """Markings that are spread over several lines."""
    raised = text.upper()
    if sum(label in raised for label in _LABELS) > 1 and any(True for _ in _blocks(text)):
        yield from _blocks(mask(text, wording))


_LABELS: Final = phrases(
    "CLASSIFIED BY|CL BY|CLASS BY|CLASSIFIEDBY|DERIVED|DRV|DERV|REASON|RSN|DECL|CONTROLLED BY|CUI|LDC|DISSEM|POC|POINT OF"
)


def _blocks(text: str) -> Iterator[Hit]:
    yield from authority.block(text)
    yield from controlled.indicator(text)


def _bare(text: str, *, heads: bool) -> list[str]:
    """The lines without quote signs and bullet marker; a subject without its `Re:`."""
    return (_REPLIED if heads else _MARKER).sub("", _QUOTE.sub("", text)).split("\n")


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
