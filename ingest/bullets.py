"""Bullets: the kept lines of a Reply as things done, one each, in the writer's own words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from domain.reply import Bullet
from ingest import devices, furniture, markers, salutation
from ingest.lines import INVISIBLE, Line, once_each
from ingest.markers import Marked

_SENTENCE = re.compile(r"(?<=[.!?。！？؟।])[\"')\]”’]*\s+(?=[^\s])|(?<=[。！？])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|mr|mrs|ms|dr|prof|inc|ltd|no|vs|approx|dept|st|jr|sr|fig|al|z\.b|bzw|ca|nr|art|u\.s|p\.m|a\.m|re|cf|resp|attn|bldg|capt|sgt|lt|col|gen|gov|sen|rep|hon|rev|[a-z])\.)$",
    re.IGNORECASE,
)
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_SPACES = re.compile(r"\s+")
_UNSEEN = f" {INVISIBLE}"
_NAME_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_SIGN = re.compile(r"^[\W_]{1,6}|[\s\u2013\u2014-]{1,6}$")
_EMPTY = re.compile(r"\(?\d{1,2}[.)]")
"""The number of an item that nobody filled in."""
_WRAPS_AT = 52
_FULL_LINE = 66
"""A line that was wrapped is nearly full."""
_CARD = re.compile(r"(?:[^\W\d_]{1,4}\.? ?[^\W\d_]?\.? )?\0(?: ?[|,(/–-].*)?")
"""What may stand beside a name in a signature: `i. A.` before it, `, PhD` or `| Clerk` behind it."""
_TWO = 2
_MOST_PROSE = 20_000
_MOST_HEADING_WORDS = 6
_MOST_HEADING = 60
_MOST_NAME_WORDS = 3
_MOST_CARD = 8
_MOST_ROWS = 1_000
"""What is longer has too many bullets anyway."""


_Asked = Callable[[str], bool]
"""A question that is asked once of each different line."""


@dataclass(slots=True)
class _Item:
    """A bullet while it is being read."""

    pieces: list[str]
    indent: int
    depth: int
    last: str
    children: list[str] = field(default_factory=list)


def bullets(lines: Sequence[Line], names: Sequence[str] = ()) -> tuple[tuple[Bullet, ...], bool]:
    """The bullets of a body, and whether they were guessed from running text.

    `names` are what the writer is called: a line that is nothing else ends the letter.
    """
    rows = _without_ends(lines, {name.casefold().strip() for name in names if name.strip()})
    marked = _marks(rows)
    aside = once_each(_is_aside)
    found = [mark for mark in marked if mark is not None]
    loose = [
        row for row, mark in zip(rows, marked, strict=True) if mark is None and row.text.strip() and not aside(row.text)
    ]
    if found and not (len(found) == 1 and len(loose) > 1 and found[0].kind != "item"):
        return tuple(Bullet(text=text) for text in _listed(rows, marked, aside)), False
    return _unlisted(rows, marked, aside)


def _without_ends(lines: Sequence[Line], names: set[str]) -> list[Line]:
    """The lines without greeting, closing and name: a closing ends the letter unless a list goes on after it."""
    rows = [line for line in lines[:_MOST_ROWS] if line.text.strip() != "\u200b"]
    while rows and not rows[-1].text.strip():
        rows.pop()
    if _signs_off(rows, names):
        rows.pop()
    last_mark = next((at for at in range(len(rows) - 1, -1, -1) if rows[at].starts or _strong(rows[at].text)), -1)
    for at, line in enumerate(rows):
        ends = at > last_mark and (_ends_letter(line.text, names) or _begins_card(rows, at, names))
        if ends and (at > 0 or len(rows) == 1):
            return _without_name(rows[:at], last_mark)
    return _without_name(rows, last_mark)


def _ends_letter(text: str, names: set[str]) -> bool:
    bare = text.strip().strip("-–—~/*_,. ").casefold()
    return bool(bare) and (salutation.is_closing(text) or bare in names)


def _signs_off(rows: Sequence[Line], names: set[str]) -> bool:
    """Whether the last line is a dash or another sign and the writer's name, and no list leads to it."""
    text = rows[-1].text.strip() if len(rows) >= _TWO and not rows[-1].starts else ""
    if not text or text[0].isalnum() or _SIGN.sub("", text).casefold() not in names:
        return False
    return text[1:2] != " " or not _strong(rows[-2].text)


def _begins_card(rows: Sequence[Line], at: int, names: set[str]) -> bool:
    """Whether the last paragraph is the writer's name with a title beside it, and a few more short lines."""
    if not at or rows[at - 1].text.strip() or len(rows) - at > _MOST_CARD:
        return False
    bare = rows[at].text.replace("*", "").strip().casefold()
    if not any(" " in name and (_CARD.fullmatch(bare.replace(name, "\0", 1))) for name in names):
        return False
    return all(len(row.text) <= _MOST_HEADING and not row.text.rstrip().endswith((".", "!", "?")) for row in rows[at:])


def _strong(text: str) -> bool:
    mark = markers.split(text)
    return mark is not None and mark.kind in {"glyph", "number"}


def _without_name(rows: list[Line], last_mark: int) -> list[Line]:
    """Take a name off the end: `-Jane`, or the last short paragraph that is nothing but capitalised words."""
    end = len(rows)
    while end and not rows[end - 1].text.strip():
        end -= 1
    if end >= _TWO:
        text = rows[end - 1].text.strip()
        signed = text[0] in "-–—~/" and len(text) > 1 and text[1] not in " \t" and not rows[end - 1].starts
        above = rows[end - 2].text
        if signed and _is_name(text.lstrip("-–—~/")) and not (above.strip()[:1] == text[0] and above.strip()):
            return rows[: end - 1]
        if end - 1 > last_mark and not above.strip() and _is_name(text) and end > _TWO:
            return rows[: end - 1]
    return rows[:end]


def _is_name(text: str) -> bool:
    """Whether a line may be a name: one to three words, each with a capital, no full stop."""
    words = text.strip(" ,").split()
    ends = len(words) > 1 and text.rstrip().endswith((".", ":", ";", "!"))
    if not words or ends or len(words) > _MOST_NAME_WORDS:
        return False
    return all(_NAME_WORD.fullmatch(word) and word[0].isupper() and word[0] not in "0123456789" for word in words)


def _is_aside(text: str) -> bool:
    if _EMPTY.fullmatch(text.strip()):
        return True
    return salutation.is_trivial(text) or _is_heading(text) or devices.is_device_line(text) or furniture.is_label(text)


def _is_heading(text: str) -> bool:
    """`Last week:`, `*Accomplishments*`, `== This week ==`."""
    bare = text.strip()
    if not bare:
        return False
    if len(bare) <= _MOST_HEADING * 2 and bare.rstrip("*_ ").endswith((":", "：", "﹕")):
        return True
    framed = bare[0] in "*_=#" and bare[-1] in "*_=#" and len(bare) <= _MOST_HEADING
    numbered = bare.startswith("#") and bare.lstrip("#")[:1] == " "
    return numbered or (framed and len(bare.strip("*_=# ").split()) <= _MOST_HEADING_WORDS)


def _marks(rows: Sequence[Line]) -> list[Marked | None]:
    """The marker of each line. Letters count where they go on in order, an `o` where it is not alone."""
    marks: list[Marked | None] = []
    for row in rows:
        found = markers.split(row.text)
        if row.starts:
            text = found.text if found else row.text.strip()
            again = markers.split(text) if found else None
            text = again.text if again is not None and _repeats(found, again) else text
            marks.append(Marked("item", "", text, row.depth * 4))
        else:
            marks.append(found)
    weak = sum(mark is not None and mark.kind == "weak" for mark in marks)
    lettered = [markers.ordinal(mark.marker) for mark in marks if mark is not None and mark.kind == "letter"]
    in_order = len(lettered) > 1 and {1, 2} <= set(lettered)
    numbers = sum(mark is not None and mark.kind == "number" for mark in marks)
    others = sum(mark is not None and mark.kind in {"glyph", "item"} for mark in marks)
    return (
        [
            None
            if mark is not None
            and ((mark.kind == "letter" and not in_order) or (mark.kind == "weak" and weak + others < _TWO))
            else mark
            for mark in marks
        ]
        if numbers + others + weak + len(lettered)
        else [None] * len(marks)
    )


def _repeats(found: Marked | None, again: Marked) -> bool:
    """Whether a mark stands behind the mark that a program put there: a glyph, or the same number once more."""
    if again.kind == "glyph":
        return again.marker not in "+~"
    return found is not None and again.kind == found.kind == "number" and again.marker == found.marker


def _listed(rows: Sequence[Line], marks: Sequence[Marked | None], aside: _Asked) -> list[str]:
    """The items of a list: deeper ones join the one above, wrapped lines join their own.

    A line below a quote answers that quote: it goes on with nothing.
    """
    items: list[_Item] = []
    base = _outermost(rows, marks)
    blank = open_ = False
    for row, mark in zip(rows, marks, strict=True):
        text = row.text.strip()
        if not text:
            blank = True
            continue
        if mark is not None:
            depth = _depth(row, mark, base, items)
            if depth and items:
                items[-1].children.append(mark.text)
            else:
                items.append(_Item([mark.text], mark.indent, row.depth, row.text))
            items[-1].last = row.text
            open_ = True
        elif open_ and not row.heads and _goes_on(row, items[-1], aside, blank=blank):
            if row.apart:
                items.append(_Item([""], len(row.text) - len(row.text.lstrip()), row.depth, row.text))
            target = items[-1].children or items[-1].pieces
            target[-1] = _joined(target[-1], text)
            items[-1].last = row.text
        else:
            open_ = False
        blank = False
    return [_whole(item) for item in items]


def _outermost(rows: Sequence[Line], marks: Sequence[Marked | None]) -> tuple[int, int]:
    """The smallest indent and list depth of any item. Lists between numbers that were typed lie inside those."""
    found = [(mark, row) for row, mark in zip(rows, marks, strict=True) if mark is not None]
    kinds = "".join("i" if row.starts else "n" if mark.kind == "number" else "x" for mark, row in found)
    between_numbers = kinds[0] == "n" and "in" in kinds and "x" not in kinds
    depth = 0 if between_numbers else max(min(row.depth for _, row in found), 1)
    return min(mark.indent for mark, _ in found), depth


def _depth(row: Line, mark: Marked, base: tuple[int, int], items: list[_Item]) -> bool:
    """Whether an item lies inside the one above it."""
    if row.starts or row.depth:
        return row.depth > base[1] and bool(items)
    return bool(items) and mark.indent >= items[-1].indent + 2 and mark.indent >= base[0] + 2


def _goes_on(row: Line, item: _Item, aside: _Asked, *, blank: bool) -> bool:
    """Whether an unmarked line goes on with the item above it."""
    text = row.text
    stripped = text.strip()
    if stripped == "--" or (aside(stripped) and not (stripped.endswith(":") and text[:2] == "  ")):
        return False
    if row.depth and not row.starts:
        return True
    if item.depth and not row.depth:
        return False
    indented = len(text) - len(text.lstrip()) > item.indent and item.depth == 0
    if blank:
        return indented
    if indented or stripped[0].islower() or _WIDE.match(stripped):
        return True
    return len(item.last) >= _WRAPS_AT or not _is_name(stripped)


def _joined(first: str, second: str) -> str:
    if first and second and _WIDE.match(first[-1]) and _WIDE.match(second[0]):
        return first + second
    return f"{first.rstrip()} {second}"


def _whole(item: _Item) -> str:
    text = _clean(item.pieces[0])
    if not item.children:
        return text
    inner = "; ".join(_clean(child).rstrip(";") for child in item.children)
    return f"{text} {inner}" if text.endswith((":", "：", "-", "–", "—")) else f"{text.rstrip('.;,')}: {inner}"


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text).strip(_UNSEEN)


def _unlisted(rows: Sequence[Line], marks: Sequence[Marked | None], aside: _Asked) -> tuple[tuple[Bullet, ...], bool]:
    """No list: a bullet for each line or paragraph; one paragraph of several sentences is taken apart, unsurely."""
    paragraphs = _paragraphs(rows, marks, aside)
    if len(paragraphs) == 1:
        sentences = _sentences(paragraphs[0])
        if len(sentences) > 1:
            return tuple(Bullet(text=text) for text in sentences), True
    return tuple(Bullet(text=_clean(text)) for text in paragraphs), False


def _paragraphs(rows: Sequence[Line], marks: Sequence[Marked | None], aside: _Asked) -> list[str]:
    """Each line, or each paragraph where its lines were wrapped. What only greets or heads is left out."""
    found: list[str] = []
    wrapped = False
    heads = _heads(rows, aside)
    for at, (row, mark) in enumerate(zip(rows, marks, strict=True)):
        text = mark.text if mark is not None else row.text.strip()
        if not text or not any(char.isalnum() for char in text):
            wrapped = False
            continue
        if aside(text) or at in heads:
            wrapped = False
            continue
        if (
            wrapped
            and found
            and mark is None
            and not row.apart
            and (len(found[-1]) < _WRAPS_AT + 8 or text[0].islower() or not _ends(found[-1]))
        ):
            found[-1] = _joined(found[-1], text)
        else:
            found.append(text)
        wrapped = len(row.text) >= _WRAPS_AT + 8 and not _ends_shortly(row.text)
    return found


def _heads(rows: Sequence[Line], aside: _Asked) -> frozenset[int]:
    """The rows that are headings in their markup and have text below, where the letter begins with one."""
    said = [at for at, row in enumerate(rows) if row.text.strip() and not aside(row.text.strip())]
    if not said or not rows[said[0]].heads:
        return frozenset()
    return frozenset(at for at, below in pairwise(said) if rows[at].heads and not rows[below].heads)


def _ends(text: str) -> bool:
    return text.rstrip().endswith((".", "!", "?", ";", "。", "！", "？", "؟"))


def _ends_shortly(text: str) -> bool:
    return _ends(text) and len(text) < _FULL_LINE


def _sentences(text: str) -> list[str]:
    """The sentences of a paragraph; a full stop behind an abbreviation ends none."""
    if len(text) > _MOST_PROSE:
        return [text]
    found: list[str] = []
    held: list[str] = []
    for piece in _SENTENCE.split(text):
        held.append(piece.strip())
        if held[-1] and not _ABBREVIATION.search(held[-1][-12:]):
            found.append(_clean(" ".join(held)))
            held = []
    if held:
        found.append(_clean(" ".join(held)))
    spoken = [text for text in found if any(char.isalnum() for char in text)]
    return [text for text in spoken if not _is_aside(text)] or spoken
