"""Raw bytes to an Outcome: every byte string has one, and nothing is raised.

Read, tell who wrote it, then either what a machine says or what a person wrote and how the rules judge it. What is
withheld does not leave here: its Outcome carries no text at all.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from domain.message import Message
from domain.origin import Evidence, Origin
from domain.outcome import Automatic, Bounced, Envelope, Judged, Known, Outcome, Shunted
from domain.reply import Anchor, Region, Reply
from domain.verdict import Decision
from ingest import html
from ingest.absence import read_absence
from ingest.bounce import read_bounce
from ingest.bullets import bullets
from ingest.html import Rendering
from ingest.lines import Placed, of_text
from ingest.message import Opened, opened
from ingest.origin import classify
from ingest.tags import first_tag
from ingest.trim import trim
from ingest.trimmed import Trimmed
from rules.chain import judge
from rules.phrase import recognise

_WORDS = re.compile(r"\w+")
_LONGEST_PHRASE = 600
_LIST = 3
_NOWHERE = -1
_STUB = 0.5
"""An HTML text with less than this share of the plain text's words is a stub."""


def interpret(
    raw: bytes, received_at: datetime, known: Known, *, reveal: bool = False, header: Message | None = None
) -> Outcome:
    """What one inbound mail turned out to be. `reveal` leaves withheld text in, for an officer's own eyes.

    `header` is what `read_header` said of exactly this mail's header, where that is known.
    """
    try:
        return _interpret(opened(raw, header), raw, received_at, known, reveal=reveal)
    except Exception as error:  # noqa: BLE001 - the boundary: hostile bytes find paths nobody foresaw, and one must not stop the next
        return Shunted(reason=f"could not be read: {type(error).__name__}")


def _interpret(found: Opened | Shunted, raw: bytes, received_at: datetime, known: Known, *, reveal: bool) -> Outcome:
    if isinstance(found, Shunted):
        return found
    message = found.message
    origin, evidence = classify(message, known)
    origin = known.origin or origin
    envelope = Envelope.of(message)
    match origin:
        case Origin.PERSON:
            return _judged(found, known, envelope, evidence, reveal=reveal)
        case Origin.BOUNCE:
            return Bounced(envelope=envelope, bounce=read_bounce(message, raw), evidence=evidence)
        case Origin.AUTO_REPLY:
            absence = read_absence(message, received_at, known)
            return Automatic(envelope=envelope, origin=origin, evidence=evidence, absence=absence)
        case _:
            return Automatic(envelope=envelope, origin=origin, evidence=evidence)


def _judged(found: Opened, known: Known, envelope: Envelope, evidence: tuple[Evidence, ...], *, reveal: bool) -> Judged:
    reply = compose(found.message, known, found.rendering)
    verdict = judge(reply, known.policy, wording=known.wording + known.prompts, overruled=known.overruled)
    if verdict.decision is Decision.WITHHELD and not reveal:
        reply = Reply(message=Message())
    return Judged(envelope=envelope, reply=reply, verdict=verdict, evidence=evidence)


def compose(message: Message, known: Known, rendering: Rendering | None = None) -> Reply:
    """The Reply in a Message: the better of its texts, trimmed, and its bullets. `rendering` is that of its HTML."""
    trimmed, placed = _best(message, known.prompts, rendering)
    body = trimmed.body
    phrase = recognise(body) if not trimmed.forwarded and _may_be_phrase(trimmed, body) else None
    found, unsure = ((), False) if phrase or trimmed.forwarded else bullets(trimmed.own, _names(message))
    return Reply(
        message=message,
        text=trimmed.text,
        body=body,
        elided=trimmed.elided,
        signature=trimmed.signature,
        bullets=found,
        unsure=unsure,
        phrase=phrase,
        anchors=_anchors(placed, trimmed.regions),
    )


def _may_be_phrase(trimmed: Trimmed, body: str) -> bool:
    """A whole answer in a few fixed words is short and no list."""
    listed = sum(
        letter == "l" and region is Region.BODY for letter, region in zip(trimmed.letters, trimmed.regions, strict=True)
    )
    return len(body) <= _LONGEST_PHRASE and listed < _LIST


def _best(
    message: Message, prompts: tuple[str, ...], rendering: Rendering | None
) -> tuple[Trimmed, tuple[Placed, ...]]:
    """The HTML, which says what is a list and what a quote, unless it is a stub beside the plain text."""
    tag = first_tag(message.subject)
    if message.html is None:
        return trim(of_text(message.plain) if message.plain is not None else (), prompts, tag), ()
    shown = rendering or html.render(message.html)
    if message.plain is not None and _count(shown.text) < _STUB * _count(message.plain):
        return trim(of_text(message.plain), prompts, tag), tuple(Placed(one.anchor, _NOWHERE) for one in shown.placed)
    return trim(shown.lines, prompts, tag), shown.placed


def _count(text: str) -> int:
    return len(_WORDS.findall(text))


def _names(message: Message) -> tuple[str, ...]:
    """What the sender may sign with."""
    found: list[str] = []
    for box in message.senders[:1]:
        name = box.name
        if "," in name:
            last, _, first = name.partition(",")
            name = f"{first.strip().split(' (')[0]} {last.strip()}"
        words = [word for word in re.split(r"\s+", name.split(" (")[0]) if word]
        found += [name, " ".join(words), *(words[:1] + words[-1:])]
        found.append("".join(word[0] for word in words))
        found += [box.address.partition("@")[0].partition(".")[0], box.address]
    return tuple(dict.fromkeys(name for name in found if len(name) > 1))


def _anchors(placed: Sequence[Placed], regions: Sequence[Region]) -> tuple[Anchor, ...]:
    """The anchors with the Region of the line they stand in; one behind the last line shares its Region."""
    found = []
    for one in placed:
        region = regions[min(one.line, len(regions) - 1)] if regions and one.line != _NOWHERE else Region.BODY
        found.append(
            Anchor(target=one.anchor.target, text=one.anchor.text, attribute=one.anchor.attribute, region=region)
        )
    return tuple(found)
