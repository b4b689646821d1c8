"""The marks people and programs put before a bullet: glyphs, numbers, letters, check boxes, emoji."""

import re
from dataclasses import dataclass

from ingest.lines import INVISIBLE

_GLYPHS = (
    "-–—−‐‑‒―*•·‣◦∙●○◉◎▪▫■□◼◻▶►▸▹▷◆◇❖➢➤➔➜➡→⇒⟶»›✓✔✅☑☐☒✗✘✦✧★☆⁃⦿⚫⚪⬤❍❑❏❒⇨・･ㆍ⋅‧※◾◽🔹🔸🔵🔴🟢🟠🟡🟣⚬ￚ－＊＋+~›¤§"
    "\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf06e\uf0e0\uf0a8"
)
_GLYPH = re.compile(
    rf"(?:-{{1,3}}>|=+>|--(?=\s|\w)|[_ㅇㅁ](?=\s)|[{re.escape(_GLYPHS)}]\ufe0f?)(?:\s+|(?=[^\s{re.escape(_GLYPHS)}>]))",
)
_EMOJI = re.compile(
    "(?:[\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff]\ufe0f?(?:\u200d[\U0001f300-\U0001faff]\ufe0f?)?){1,2}\\s+"
)
_BOX = re.compile(r"\[[ xX✓✔*]?\]\s*|\([ ✓✔]\)\s+")
_NUMBER = re.compile(
    r"(?:[(\[（]\d{1,3}[)\]）](?!\s?\d{3}[-. ]\d{3,4}\b)[.:]?|[#№]\s?\d{1,3}[.:)]?(?=\s)|\d{1,3}\s?[.)\]、）．﹒:](?!\d)[-)]?|\d{1,2}\.\d{1,2}[.)]?(?=\s)|\d{1,2}\s[-–—](?=\s)|\d{1,2}(?:/|-[)])(?=\s)|\d{1,2}[°º](?:[).]|\s?-)(?=\s)|\d{1,2}-(?=\s))\s*",
)
_KEYCAP = re.compile(r"(?:[0-9]\ufe0f?\u20e3|🔟)\s*")
_CIRCLED = re.compile(r"[①-⑳⓪❶-❿➀-➓⑴-⒇⒈-⒛㊀-㊉]\s*")
_CJK_NUMBER = re.compile(r"(?:[(（][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．])\s*")
_ALPHABETS = ("абвгдежзик", "αβγδεζηθ", "אבגדהוזחט", "가나다라마바사아자", "أبجدهو")
_LETTERED = re.compile(
    rf"(?:\(([a-zA-Z{''.join(_ALPHABETS)}]|[ivxIVX]{{1,4}})\)|([a-zA-Z{''.join(_ALPHABETS)}]|[ivxIVX]{{1,4}})[.)])\s+",
    re.IGNORECASE,
)
_WINGDING = re.compile(r"(?:[ovqnüØÄà])(?:\s{2,}|\t)\s*|o\s+(?=[A-Z0-9])")
_SECOND_NUMBER = re.compile(r"\d{1,2}[.)]\s")
_EMPHASIS = re.compile(r"\*{1,2}[^*\s][^*]{0,200}\*{1,2}")
_DECIMAL = re.compile(r"[-–—−+~]\s?\d")

_ALL = (
    ("glyph", _GLYPH),
    ("glyph", _BOX),
    ("number", _NUMBER),
    ("number", _KEYCAP),
    ("number", _CIRCLED),
    ("number", _CJK_NUMBER),
    ("letter", _LETTERED),
    ("glyph", _WINGDING),
    ("glyph", _EMOJI),
)
_BY_FIRST = {
    **dict.fromkeys("-*+~=_", (("glyph", _GLYPH),)),
    **dict.fromkeys("0123456789", (("number", _NUMBER), ("number", _KEYCAP))),
    "#": (("number", _NUMBER),),
    "[": (("glyph", _BOX), ("number", _NUMBER)),
    "(": (("glyph", _BOX), ("number", _NUMBER), ("number", _CJK_NUMBER), ("letter", _LETTERED)),
}
"""What a line may begin with, by its first sign where that is one of ASCII's and no letter."""
_TELEPHONE = re.compile(r"\+\d[\d ().\-/]{7,30}(?!\s?[^\W\d_]{3})")
_SPACED = 2
_INDENTS = f" \u3000{INVISIBLE}"

FIRSTS = frozenset(_GLYPHS + "([（#0123456789=_oqvnüØÄà")


@dataclass(frozen=True, slots=True)
class Marked:
    """A line split at its marker. `kind` is `glyph`, `number`, `letter` or `weak`; `indent` counts columns before it."""

    kind: str
    marker: str
    text: str
    indent: int


def split(line: str) -> Marked | None:
    """The marker and the text behind it, or None where a line has no marker or nothing but a marker."""
    expanded = line.expandtabs(4) if "\t" in line[:8] else line
    body = expanded.lstrip(_INDENTS)
    indent = len(expanded) - len(body)
    if not body or (body[0].isascii() and body[0] not in FIRSTS and not body[0].isalpha()):
        return None
    found = _first(body)
    if found is None:
        return None
    kind, length = found
    rest = body[length:]
    # A check box or a number may follow a glyph: "- [x] did it", "• 1) did it".
    for _ in range(0 if rest[:1].isascii() and rest[:1].isalpha() else 2):
        more = (
            _BOX.match(rest)
            or _CIRCLED.match(rest)
            or _KEYCAP.match(rest)
            or (kind == "glyph" and _second_glyph(rest))
            or None
        )
        if not more:
            break
        rest = rest[more.end() :]
    rest = rest.strip()
    if not rest or not (rest[0].isalnum() or any(char.isalnum() for char in rest[:200])):
        return None
    return Marked(kind, body[:length].strip(), rest, indent)


def _second_glyph(rest: str) -> re.Match[str] | None:
    found = _GLYPH.match(rest)
    return (
        found
        if found and found[0].endswith((" ", "\t"))
        else _NUMBER.match(rest)
        if _SECOND_NUMBER.match(rest)
        else None
    )


def _first(body: str) -> tuple[str, int] | None:
    """Which marker a line begins with, and how long it is."""
    char = body[0]
    if char.isascii() and char.isalpha():
        return _alphabetic(body)
    for kind, pattern in _BY_FIRST.get(char, () if char.isascii() else _ALL):
        found = pattern.match(body)
        if found is not None:
            if (char == "*" and _EMPHASIS.match(body)) or (char == "+" and _TELEPHONE.match(body)):
                return None
            if pattern is _WINGDING and not (found[0][1:3].isspace() and len(found[0]) > _SPACED):
                kind = "weak"  # noqa: PLW2901 - what this pattern finds may be a word
            return (kind, found.end())
    return None


def _alphabetic(body: str) -> tuple[str, int] | None:
    if len(body) <= _SPACED or not (body[1] in ".) \t" or body[1:5].find(".") >= 0 or body[1:5].find(")") >= 0):
        return None
    lettered = _LETTERED.match(body)
    if lettered is not None:
        return ("letter", lettered.end())
    wingding = _WINGDING.match(body)
    if wingding is None:
        return None
    return ("glyph" if len(wingding[0]) > _SPACED else "weak", wingding.end())


def ordinal(marker: str) -> int | None:
    """Which place a lettered marker names: `a)` is 1, `iv.` is 4; None where it names none."""
    name = marker.strip("().] ").lower()
    roman = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
    if len(name) == 1 and name not in {"i", "v", "x"}:
        return next((letters.index(name) + 1 for letters in _ALPHABETS if name in letters), ord(name) - 96)
    return roman.get(name)
