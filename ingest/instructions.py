"""What a Supervisor's mail asks for, line by line; whatever is not plain is named as unclear and never guessed.

`away Jane until 14 March`; `Jane Doe:` and bullets below it; `thanks Jane, …` or `comment Jane: …`; `forward to
bob@agency.example`. In English, German, French and Spanish.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.reply import Bullet
from ingest import markers, salutation
from ingest.absence import absence_in, date_spans
from ingest.bullets import bullets
from ingest.lines import of_text
from ingest.names import Roll, Word, fold, words
from ingest.orders import ACTING, AND, AWAY, COMMENT, DENIED, FILLING, FOR, FORWARD, GREETED_WITH, THANKS

MOST_LINES = 400
MOST_SHOWN = 100
MOST_SIGNED = 4
LONGEST_LINE = 2000
MOST_AFTER = 8
"""Words that may follow the date of an absence."""

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,255}")
_HEAD = re.compile(r"(?P<who>[^:：]{1,80})[:：](?P<said>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody is away, from `first` (None for now) until `back_on`, their first day back."""

    who: str
    back_on: date
    first: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Bullets for somebody."""

    who: str
    bullets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A word to one person, as it was written."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """Who acts for the Supervisor: by id or by address. `until` is the first day on which they no longer do."""

    who: str | None = None
    address: str | None = None
    until: date | None = None


Instruction = Away | Covered | Comment | StandIn


class Doubt(StrEnum):
    """Why a line is asked back."""

    NOBODY = "nobody"
    SEVERAL = "several"
    DATE = "date"
    NO_BULLETS = "no_bullets"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A line that is asked back, cut to what can be shown."""

    line: str
    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a mail asks for, in its order, and what of it was not plain."""

    instructions: tuple[Instruction, ...] = ()
    unclear: tuple[Unclear, ...] = ()


class _DoubtError(Exception):
    """A line cannot be taken as it begins."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(doubt.value)
        self.doubt = doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    people: Roll
    everybody: Roll
    today: date
    locale: str
    writer: frozenset[str] = field(default_factory=frozenset)


def understand(
    body: str,
    people: Sequence[tuple[str, str]],
    today: date,
    locale: str,
    *,
    colleagues: Sequence[tuple[str, str]] = (),
    writer: str = "",
) -> Understood:
    """Read what a Supervisor wrote, without quotes and signature.

    `people` are the (id, name) of those whom the Digest names; only they are instructed about. `colleagues` may be
    named as stand-in beside them. `writer` is the Supervisor's own name: a line with nothing else is a signature.
    """
    reader = _Reader(
        people=Roll.of(people),
        everybody=Roll.of(dict.fromkeys((*people, *colleagues))),
        today=today,
        locale=locale,
        writer=frozenset((fold(writer), *(word.text for word in words(writer)))) if writer else frozenset(),
    )
    instructions: list[Instruction] = []
    unclear: list[Unclear] = []
    for block in _blocks(body.replace("\r\n", "\n").split("\n")[:MOST_LINES], reader):
        try:
            instructions += _read(block, reader)
        except _DoubtError as doubtful:
            unclear.append(Unclear(line=_shown(block[0]), doubt=doubtful.doubt))
    return Understood(instructions=tuple(instructions), unclear=tuple(unclear))


def _blocks(lines: Sequence[str], reader: _Reader) -> Iterator[tuple[str, ...]]:
    """What belongs together: a head and its bullets, a comment and the lines that go on with it, or one line."""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.strip():
            continue
        if _is_polite(line, reader):
            if salutation.is_closing(line) and _only_signed(lines[at:], reader):
                return
            continue
        block = [line]
        if _is_head(line):
            while at < len(lines) and _below_head(lines, at, block):
                block.append(lines[at])
                at += 1
        elif _may_go_on(line):
            while at < len(lines) and lines[at].strip() and not _begins(lines[at], reader):
                block.append(lines[at])
                at += 1
        yield tuple(block)


def _is_polite(line: str, reader: _Reader) -> bool:
    """A greeting, a closing, or the writer's own name."""
    bare = fold(line.strip().strip("-–—~/*_,. "))
    if bare in reader.writer:
        return True
    said = words(line)
    if said and said[0].text in GREETED_WITH and len(said) <= 4:  # noqa: PLR2004 - `Good morning dear team`
        return True
    if _thanked(line, reader) is not None:
        return False
    return salutation.is_trivial(line) or salutation.is_closing(line)


def _only_signed(lines: Sequence[str], reader: _Reader) -> bool:
    """Whether nothing but a name and the like follows a closing."""
    rest = [line for line in lines if line.strip()]
    return len(rest) <= MOST_SIGNED and not any(
        len(words(line)) > MOST_SIGNED or _begins(line, reader) for line in rest if not _is_polite(line, reader)
    )


def _is_head(line: str) -> bool:
    return line.rstrip().endswith((":", "：")) and markers.split(line) is None


def _below_head(lines: Sequence[str], at: int, block: Sequence[str]) -> bool:
    """A list goes on over empty lines as long as items follow; wrapped lines belong to the item above them."""
    line = lines[at]
    if line.strip():
        return markers.split(line) is not None or (len(block) > 1 and bool(block[-1].strip()) and not _is_head(line))
    following = next((one for one in lines[at:] if one.strip()), "")
    return markers.split(following) is not None


def _may_go_on(line: str) -> bool:
    first = {word.text for word in words(line)[:3]}
    head = _HEAD.match(line)
    after = {word.text for word in words(head["said"])[:2]} if head else set()
    return bool(first & (THANKS | COMMENT)) or bool(after & THANKS)


def _begins(line: str, reader: _Reader) -> bool:
    """Whether a line begins something of its own, so that it is not the rest of a comment."""
    said = tuple(word.text for word in words(line))
    if _is_head(line) or _is_polite(line, reader) or markers.split(line) is not None or not said:
        return True
    head = _HEAD.match(line)
    named = head is not None and bool(reader.people.whole(head["who"]))
    return named or bool(set(said[:2]) & (THANKS | COMMENT | FORWARD | ACTING)) or _speaks_of_absence(line)


def _read(block: tuple[str, ...], reader: _Reader) -> Iterator[Instruction]:
    line = markers.split(block[0])
    first = line.text if line is not None else block[0].strip()
    if len(first) > LONGEST_LINE:
        raise _DoubtError(Doubt.UNCLEAR)
    if _is_head(first):
        yield _covered(first, block[1:], reader)
        return
    said = words(first)
    if not said:
        raise _DoubtError(Doubt.UNCLEAR)
    if _is_stand_in(first, said):
        yield _stand_in(first, reader)
        return
    comment = _comment(" ".join((first, *(one.strip() for one in block[1:]))), reader)
    if comment is not None:
        yield comment
        return
    if not _speaks_of_absence(first):
        raise _DoubtError(Doubt.UNCLEAR)
    yield from _away(first, reader)


def _covered(head: str, below: Sequence[str], reader: _Reader) -> Covered:
    """`Jane Doe:`, `for Jane Doe:`, and bullets."""
    who = _without(head.rstrip().rstrip(":：").strip(), FOR)
    person = _one(reader.people.whole(who))
    found, _ = bullets(of_text("\n".join(below)))
    if not found or not any(markers.split(line) for line in below):
        raise _DoubtError(Doubt.NO_BULLETS)
    return Covered(who=person, bullets=tuple(map(_text, found)))


def _text(bullet: Bullet) -> str:
    return bullet.text


def _comment(text: str, reader: _Reader) -> Comment | None:
    """`thanks Jane, …`, `Jane: thanks, …`, `comment Jane: …`; None where it is no such thing."""
    head = _HEAD.match(text)
    if head is not None:
        who, said = head["who"].strip(), head["said"].strip()
        spoken = words(said)
        named = _without(who, COMMENT, FOR)
        if named != who and said:
            return Comment(who=_one(reader.people.whole(named)), text=said)
        if spoken and spoken[0].text in THANKS:
            return Comment(who=_one(reader.people.whole(who)), text=said)
    thanked = _thanked(text, reader)
    if thanked is not None:
        return Comment(who=_one(thanked), text=text)
    if words(text)[0].text in THANKS:
        raise _DoubtError(Doubt.NOBODY)
    return None


def _thanked(text: str, reader: _Reader) -> tuple[str, ...] | None:
    """Who is thanked by a line that begins with thanks; None where nobody is whom we know."""
    said = words(text)
    at = 0
    while at < len(said) and said[at].text in THANKS:
        at += 1
    if at == 0:
        return None
    while at < len(said) and said[at].text in FOR:
        at += 1
    found = reader.people.at(said, at)
    if found is None:
        return None
    following = said[at + found.length] if at + found.length < len(said) else None
    if found.length == 1 and following is not None and following.capital and not following.apart:
        return None  # `thanks Jane Smith` is not the Jane we know
    if following is not None and following.text in AND:
        other = reader.people.at(said, at + found.length + 1)
        return tuple(dict.fromkeys((*found.ids, *(other.ids if other is not None else ()))))
    return found.ids


def _speaks_of_absence(line: str) -> bool:
    said = tuple(word.text for word in words(line))
    return any(said[at : at + len(each)] == each for each in AWAY for at in range(len(said)))


def _away(line: str, reader: _Reader) -> Iterator[Away]:
    """Every word before and in the date must be one we know: nothing else may have been meant."""
    spans = date_spans(line, reader.today, reader.locale)
    said = tuple(word for word in words(line) if not _within(word, spans) and not word.text[0].isdigit())
    ends = spans[-1][1] if spans else len(line)
    denied = "?" in line or any(word.text in DENIED for word in said)
    if denied or sum(word.start >= ends for word in said) > MOST_AFTER:
        raise _DoubtError(Doubt.UNCLEAR)
    people = _absent(said, ends, reader)
    absence = absence_in(line, reader.today, reader.locale)
    if absence.back_on is None:
        raise _DoubtError(Doubt.DATE)
    for person in people:
        yield Away(who=person, back_on=absence.back_on, first=absence.starts_on)


def _absent(said: Sequence[Word], ends: int, reader: _Reader) -> tuple[str, ...]:
    """Who is named before the date ends at `ends`; nobody may be named after it."""
    people: list[str] = []
    at, named_upto = 0, -1
    while at < len(said):
        word = said[at]
        found = reader.people.at(said, at) if _may_be_name(word, named=bool(people)) else None
        if found is not None:
            if word.start >= ends:
                raise _DoubtError(Doubt.UNCLEAR)
            if at == named_upto and not word.apart:
                raise _DoubtError(Doubt.NOBODY)  # the first name of one and the last of another
            people.append(_one(found.ids))
            at = named_upto = at + found.length
            continue
        if word.start < ends and word.text not in FILLING:
            raise _DoubtError(Doubt.NOBODY if not people and word.capital else Doubt.UNCLEAR)
        at += 1
    if not people:
        raise _DoubtError(Doubt.NOBODY)
    return tuple(dict.fromkeys(people))


def _may_be_name(word: Word, *, named: bool) -> bool:
    """`Jane will be away`: a word of the sentence is a name only where nobody else was named, or it has a capital."""
    return word.capital or word.text not in FILLING or not named


def _within(word: Word, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < word.end and word.start < end for start, end in spans)


def _is_stand_in(line: str, said: Sequence[Word]) -> bool:
    return said[0].text in FORWARD | ACTING or (bool({one.text for one in said} & ACTING) and ":" not in line)


def _stand_in(line: str, reader: _Reader) -> StandIn:
    """`forward to bob@agency.example`, `acting: Bob Smith until 14 March`."""
    spans = date_spans(line, reader.today, reader.locale)
    addresses = _ADDRESS.findall(line)
    rest = _ADDRESS.sub(" ", line)
    said = tuple(word for word in words(rest) if not _within(word, spans) or addresses)
    if "?" in line or any(word.text in DENIED for word in said) or len(addresses) > 1:
        raise _DoubtError(Doubt.UNCLEAR)
    until = absence_in(line, reader.today, reader.locale).back_on
    if until is None and spans:
        raise _DoubtError(Doubt.DATE)
    if addresses:
        return StandIn(address=addresses[0].rstrip(".").lower(), until=until)
    people: list[str] = []
    at = 0
    while at < len(said):
        found = None if said[at].text in FORWARD | ACTING | FILLING | FOR else reader.everybody.at(said, at)
        if found is not None:
            people.append(_one(found.ids))
            at += found.length
            continue
        if said[at].text not in FORWARD | ACTING | FILLING | FOR | AND and not said[at].text[0].isdigit():
            raise _DoubtError(Doubt.NOBODY)
        at += 1
    if len(set(people)) != 1:
        raise _DoubtError(Doubt.SEVERAL if people else Doubt.NOBODY)
    return StandIn(who=people[0], until=until)


def _one(ids: Sequence[str]) -> str:
    if len(ids) != 1:
        raise _DoubtError(Doubt.SEVERAL if ids else Doubt.NOBODY)
    return ids[0]


def _without(text: str, *leading: frozenset[str]) -> str:
    """A text without the words that lead it."""
    said = words(text)
    at = 0
    while at < len(said) and any(said[at].text in each for each in leading):
        at += 1
    return text[said[at].start :] if 0 < at < len(said) else text


def _shown(line: str) -> str:
    text = " ".join(line.split())
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
