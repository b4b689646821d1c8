"""Captions: a level or control in capitals, set off from the other words of its line, on cables, forms and subjects."""

from collections.abc import Iterator
from typing import Final

from rules.lazily import pattern
from rules.tokens import Hit, Kind, Line, Question
from rules.vocabulary import phrases

_LEVEL: Final = r"(?:TOP SECRET|SECRET|CONFIDENTIAL)"
_PHRASES: Final = phrases(
    "EYES ONLY|OFFICIAL USE ONLY|LAW ENFORCEMENT SENSITIVE|SENSITIVE BUT UNCLASSIFIED|SENSITIVE SECURITY INFORMATION|"
    "LIMITED OFFICIAL USE"
)
_CONTROLS: Final = phrases("NOFORN|ORCON|RELIDO|FOUO")
# The first line of a cable: level, section, post and number.
_CABLE: Final = pattern(
    rf"^\W*{_LEVEL}(?: SECTION \d\d OF \d\d)?(?: [A-Z]{{3,20}}){{1,3}} \d{{5,6}}(?: (?:NOFORN|SIPDIS|SENSITIVE|EXDIS|NODIS)\b|\W*$)"
    r"|^\W*UNCLAS(?:SIFIED)?(?: SECTION \d\d OF \d\d)?(?: [A-Z]{3,20}){1,3} \d{5,6} (?:SENSITIVE|NOFORN|FOUO|SBU)\b"
)
_QUALIFIED: Final = pattern(
    rf"^\W*(?:{_LEVEL} ?[(\[][A-Z][A-Z0-9 .,/&:-]{{2,60}}|RESTRICTED ?[(\[](?:NON-)?SENSITIVE[A-Z -]{{0,20}})[)\]]\W*$"
)
_FILLED: Final = pattern(
    rf"^\W*(?:{_LEVEL}|FOUO|CUI) ?[(\[]? ?WHEN (?:FILLED|COMPLETED?|SEPARATED|ATTACHED|DETACHED)\b"
    r"|^\W*(?:FOUO|CUI|LES|SSI|SBU|OUO|UCNI) ?[-:|] ?DO NOT\b"
)
_PREFIXED: Final = pattern(rf"^\W*(?:FOR )?(?:{'|'.join(_PHRASES)}) ?[-:|;(] ?[A-Z]")
_SUFFIXED: Final = pattern(rf"[A-Z)](?: ?[|:/-]{{1,2}} ?| [(\[])(?:{'|'.join(_CONTROLS)})[)\]]?\W*$")
_BETWEEN: Final = pattern(rf"[A-Z] ?[|-] {_LEVEL} ?[|-] [A-Z]")
_SPELLED_OUT: Final = pattern(r"\b(?:ONLY|NATIONALS|CONTROLLED|TRAINING|COURSE|POLICY) [(\[]")
# At the head of a subject, or at its end; small letters may come before it.
_OPENING: Final = pattern(r"^\W*(?:TOP SECRET|SECRET|CONFIDENTIAL|PROTECTED)(?: - | ?[:|] )|^\W*TLP ?: ?RED\b")
_CLOSING: Final = pattern(
    r"\w(?<! is)(?<! on)(?<! to)(?<!out)(?<! of)(?<!the)(?<!ans) (?:NOFORN|ORCON|RELIDO)\W*$"
    rf"|(?: - | ?[|:] ?| ?-- ?| ?// ?)(?:{_LEVEL}|{'|'.join(_CONTROLS)})\W*$|(?<!ONLY )(?<!only )(?<!Only )[(\[{{] ?(?:FOUO|NOFORN|ORCON|TS|S)"
    r" ?[)\]}]\W*$"
)
_LONGEST: Final = 160


def _in_capitals(line: Line) -> bool:
    return len(line.text) <= _LONGEST and line.text.upper() == line.text


def _cable(line: Line) -> Iterator[Hit]:
    if _in_capitals(line) and _CABLE.match(line.text):
        yield Hit(kind=Kind.BANNER, sure=False)


def _set_off(line: Line) -> Iterator[Hit]:
    if _in_capitals(line) and any(one.search(line.text) for one in (_QUALIFIED, _FILLED, _PREFIXED, _BETWEEN)):
        yield Hit(kind=Kind.BANNER, sure=False)


def _suffixed(line: Line) -> Iterator[Hit]:
    if _in_capitals(line) and _SUFFIXED.search(line.text) and not _SPELLED_OUT.search(line.text):
        yield Hit(kind=Kind.BANNER, sure=False)


def _closes(line: Line) -> Iterator[Hit]:
    if line.heads and (_OPENING.match(line.text) or _CLOSING.search(line.text)):
        yield Hit(kind=Kind.BANNER, sure=False)


# From top to bottom. What a line needs for each stands beside it in capitals.
QUESTIONS: Final = (
    Question(asks=_cable, needs=(("SECRET", "CONFIDENTIAL", "UNCLAS"), tuple("0123456789")), doubtful=True),
    Question(
        asks=_set_off,
        needs=(("SECRET", "CONFIDENTIAL", "RESTRICTED", "FOUO", "CUI", "DO NOT", *_PHRASES),),
        doubtful=True,
    ),
    Question(asks=_suffixed, needs=(_CONTROLS, ("-", ":", "|", "/", " (", " [")), doubtful=True),
    Question(
        asks=_closes,
        needs=(("SECRET", "CONFIDENTIAL", "PROTECTED", "TLP", "S)", "S]", "S}", "S )", "S ]", "S }", *_CONTROLS),),
        doubtful=True,
    ),
)
