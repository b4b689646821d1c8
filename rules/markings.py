"""The markings rule: does anything in the message, wherever it stands, look like a classification or control marking?

Law: a hit says where and of what sort, never what was written. Nothing here may keep or show text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, pairwise
from typing import Final, NamedTuple

from domain.message import Message, Passage, Where
from domain.policy import Policy
from domain.reply import Reply
from domain.verdict import Effect, Finding
from rules import authority, controlled, foreign, labels, names, portions
from rules.fold import fold
from rules.glance import Reading, readings
from rules.grammar import answers
from rules.tokens import Hit, Kind, Line, drawn_together
from rules.vocabulary import phrases
from rules.wording import mask

VERSION: Final = 9

_SURE: Final = (
    "This looks like a classification or control marking. Do not send it again or forward it: "
    "call your security office and tell them about this message."
)
_UNSURE: Final = (
    "This may be a classification or control marking. If it is one, do not send it again: call your security office. "
    "If it is not, a security officer will release your reply."
)
_CROWDED: Final = (
    "Thousands of places here could be a classification or control marking: too many to be read one by one. "
    "A security officer will look at your reply. It is quicker to write again with the bullets alone."
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
        hint=_CROWDED if hit.kind is Kind.CROWD else _SURE if hit.sure else _UNSURE,
        effect=Effect.WITHHOLD,
        sure=hit.sure,
        kind=hit.kind.value,
    )


_BREAKS: Final = frozenset(
    ["declassify", "derived", "distribution", "statement", "downgrade", "classified", "distro", "dist", "handle"]
)
_AROUND: Final = 3
_MOST: Final = 3_000
"""Lines and pairs of lines that are asked of one Passage. In a text with more of them a marking could be hidden."""
_QUOTE: Final = re.compile(r"^[ \t>|]+", re.MULTILINE)
_MARKER: Final = re.compile(r"^(?:[-*+•·▪◦‣●■□–§>| \t]+|o[ \t]+|\(?\d{1,3}[.)][ \t]*|[a-z][.)][ \t]+)", re.MULTILINE)
_REPLIED: Final = re.compile(r"^(?:(?:re|fw|fwd|aw|wg|sv|antw)[ \t]*:[ \t]*){1,5}", re.IGNORECASE | re.MULTILINE)


def _in_text(text: str, wording: tuple[str, ...], *, heads: bool) -> Iterator[Hit]:
    """The cheap look, and the grammar where it points. A wording of ours is crossed out before the grammar reads.

    What would only say once more that perhaps there is something is left out.
    """
    suspected = False
    known: set[_Row] = set()
    for reading in readings(text):
        if suspected and not reading.sure:
            return
        lines = _asked(reading, wording, known, heads=heads)
        if lines is None:
            yield Hit(kind=Kind.CROWD)
            return
        for hit in chain(answers(lines), _led(lines, reading.text), _spread(reading.text, wording)):
            # What a reading shows is no surer than the reading.
            yield hit if reading.sure else replace(hit, sure=False)
            suspected = True


class _Row(NamedTuple):
    """What is to be asked as one Line: a line, or two that are joined."""

    text: str
    whole: bool = True
    edge: bool = False


def _asked(reading: Reading, wording: tuple[str, ...], known: set[_Row], *, heads: bool) -> list[Line] | None:
    """The Lines to ask that are not `known`, or None where these become too many."""
    texts = reading.text.split("\n")
    if len(reading.lines) > _MOST and len({texts[number] for number in reading.lines}) > _MOST:
        return None
    rows: list[_Row] = []
    for row in _rows(texts, reading.lines, wording, heads=heads):
        if row not in known:
            if len(known) == _MOST:
                return None
            known.add(row)
            rows.append(row)
    drawn = drawn_together("\n".join(row.text for row in rows)).split("\n") if rows else []
    return [Line(text=text, whole=row.whole, edge=row.edge, heads=heads) for text, row in zip(drawn, rows, strict=True)]


def _rows(lines: list[str], touched: Iterable[int], wording: tuple[str, ...], *, heads: bool) -> Iterator[_Row]:
    """Each line that is to be looked at, and what it makes with its neighbours."""
    edges = _edges(lines)
    seen: set[tuple[bool, str, tuple[str, ...]]] = set()
    for first, after, numbers in _stretches(touched):
        shown = _bare(mask("\n".join(lines[first:after]), wording), heads=heads)
        for number in numbers:
            at = number - first
            edge, around = number in edges, tuple(shown[max(0, at - 1) : at + 2])
            if (asked := (edge, shown[at], around)) in seen:
                continue
            seen.add(asked)
            yield _Row(shown[at], edge=edge)
            for above, below in pairwise(around):
                if joined := _across(above, below):
                    yield _Row(joined, whole=False)


def _stretches(numbers: Iterable[int]) -> Iterator[tuple[int, int, list[int]]]:
    """The line numbers with so many lines around them as tell whether a wording is ours: each stretch of such lines."""
    together: list[int] = []
    for number in numbers:
        if together and number - together[-1] > 2 * _AROUND:
            yield max(0, together[0] - _AROUND), together[-1] + _AROUND + 1, together
            together = []
        together.append(number)
    if together:
        yield max(0, together[0] - _AROUND), together[-1] + _AROUND + 1, together


def _edges(lines: list[str]) -> tuple[int, ...]:
    """The first and the last line that hold anything, where these are two."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    last = next((number for number in reversed(range(len(lines))) if lines[number].strip()), 0)
    return (first, last) if first != last else ()


def _led(lines: Iterable[Line], text: str) -> Iterator[Hit]:
    """Lines that a level leads, alone in brackets or in full."""
    letters: tuple[bool, bool] | None = None
    for line in lines:
        if line.whole and (leading := portions.leading(line)) is not None:
            letters = letters or portions.letters(text)
            yield from portions.bare(leading, enumerated=letters[0], marked=letters[1])


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
