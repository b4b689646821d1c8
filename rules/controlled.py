"""Controlled unclassified information: banner, portion mark and designation indicator (32 CFR 2002.20)."""

import re
from collections.abc import Iterator
from typing import Final

from rules.lazily import pattern
from rules.tokens import END, OPENERS, START, Hit, Kind, Line, Question
from rules.vocabulary import CUI_CATEGORIES, CUI_DISSEMINATION

_CODES: Final = "|".join(sorted(CUI_CATEGORIES, key=len, reverse=True))
_NAMED: Final = rf"(?:SP-[A-Z]{{2,9}}|CUI-PROVISIONAL|BASIC|SPECIFIED|{CUI_DISSEMINATION}|{_CODES})"
_STRING: Final = pattern(rf"(?<![\w/:.-])\(?(?:CUI|CONTROLLED)//(?:{_NAMED}){END}", re.IGNORECASE)
_CAPITALS: Final = pattern(r"(?<![\w/:.-])(?:CUI//[A-Z]\w|(?:UNCLASSIFIED|UNCLAS|U)//(?:CUI|CONTROLLED)\b)")
_SINGLE: Final = pattern(
    rf"{START}CUI ?[/\\|:;,_(-]{{0,2}} ?SP-[A-Z]{{2,9}}{END}|{START}CUI[/|](?:NOFORN|FED ?ONLY|FEDCON|NOCON|DL ?ONLY|REL TO){END}",
    re.IGNORECASE,
)
_BRACKETED: Final = pattern(rf"[(\[{{<] ?CUI[/\\|, -]{{1,3}}(?:{_NAMED}){END}[^()\[\]{{}}<>\n]{{0,60}}[)\]}}>]")
_LEADING: Final = pattern(
    r"^[\s*_\"'(\[]*[(\[{<] ?(?i:CUI) ?[)\]}>][\s*_:.\"')\]-]*(?!C\w+ U\w+ I)(?:[A-Z\d]|(?!console|library|stands|means|is |in |for |vs|and |or )[a-z]+\b(?! (?:training|course))|$)"
)
_SUBJECT: Final = pattern(
    r"^\W*[(\[] ?CUI ?[)\]]\W*(?:\w|$)|(?<!INFORMATION )(?<!information )(?<!Information )[(\[{] ?CUI ?[)\]}]\W*$"
    r"|^\W*(?:CUI|OUO) ?(?:[:|]|-(?!\w)| - )\W*(?:[A-Z\d]|weekly)|(?:^|[-|:(\[]) ?(?i:CONTAINS CUI)\b(?!\?)|(?:[|-]|//) ?CUI\W*$"
    r"|^\W*(?:CUI|FOUO) (?i:weekly|bullets|accomplishments|status report|report|update)"
)
_PREFIX: Final = pattern(
    r"^\W*CUI(?: ?[:|] ?| - )(?=[A-Z])(?!(?i:\w* ?(?:training|policy|marking|course|registry|refresher|awareness|program|guid|handbook|user interface|library)))"
)
_CONTAINS: Final = pattern(
    r"^\W*CONTAINS (?:CUI|CONTROLLED UNCLASSIFIED INFORMATION)\W*$|^\W*CUI ?[(\[](?:WHEN|WITH|UPON|ONLY|IF|CONTAINS) "
    r"|^\W*(?:(?:NOTE|WARNING|CAUTION) ?: ?)?(?:THE )?(?:ATTACHMENTS?|ENCLOSURES?|ATTACHED (?:FILE|DOCUMENT)S?) CONTAINS? "
    r"(?:CUI|FOUO|CONTROLLED UNCLASSIFIED INFORMATION|CLASSIFIED INFORMATION)\b(?! ?\?)",
    re.IGNORECASE,
)
_CATEGORY: Final = pattern(r"^\W*CUI CATEGOR(?:Y|IES)(?:\([A-Z]+\))? ?[:=] ?(?!N/?A\b|NONE\b)\S", re.IGNORECASE)
_LDC: Final = pattern(
    rf"^\W*(?:LIMITED )?(?:DISSEMINATION|DISTRIBUTION|DISSEM)(?:/\w+)? ?(?:CONTROLS?|LIMITATIONS?)(?: ?MARKING)? ?: ?(?:{CUI_DISSEMINATION}){END}|^\W*LDC ?: ?(?:{CUI_DISSEMINATION}){END}",
    re.IGNORECASE,
)
_INDICATOR: Final = (
    pattern(r"^[ \t>*_#-]*CONTROLLED BY ?:", re.IGNORECASE | re.MULTILINE),
    pattern(
        r"(?:^[ \t>*_#-]*|[|;] ?)(?:CUI CATEGOR|CUI/|LDC ?:|LIMITED DISSEM|DISTRIBUTION/|POC ?:|POINT OF CONTACT ?:)",
        re.IGNORECASE | re.MULTILINE,
    ),
)


def _strings(line: Line) -> Iterator[Hit]:
    if _STRING.search(line.text) or _CAPITALS.search(line.text):
        yield Hit(kind=Kind.CONTROLLED)


def _single(line: Line) -> Iterator[Hit]:
    if _SINGLE.search(line.text):
        yield Hit(kind=Kind.CONTROLLED)


def _bracketed(line: Line) -> Iterator[Hit]:
    if _BRACKETED.search(line.text):
        yield Hit(kind=Kind.CONTROLLED)


def _leads(line: Line) -> Iterator[Hit]:
    if any(pattern.match(line.text) for pattern in (_LEADING, _PREFIX, _CONTAINS, _CATEGORY)):
        yield Hit(kind=Kind.CONTROLLED)


def _limited(line: Line) -> Iterator[Hit]:
    if _LDC.match(line.text):
        yield Hit(kind=Kind.CONTROLLED)


def _subject(line: Line) -> Iterator[Hit]:
    if line.heads and _SUBJECT.search(line.text):
        yield Hit(kind=Kind.CONTROLLED)


# From top to bottom. What a line needs for each stands beside it in capitals. `CUI` alone is a mention of the programme.
QUESTIONS: Final = (
    Question(asks=_strings, needs=(("CUI//", "CONTROLLED//", "//CUI", "//CONTROLLED"),)),
    Question(asks=_single, needs=(("CUI",), ("SP-", "CUI/", "CUI|"))),
    Question(asks=_bracketed, needs=(("CUI",), OPENERS)),
    Question(asks=_leads, needs=(("CUI", "CONTAINS C", "CONTAIN C", "CONTAINS FOUO", "CONTAIN FOUO"),)),
    Question(asks=_limited, needs=(("LDC", "DISSEM", "DISTRIBUTION"), (":",))),
    Question(asks=_subject, needs=(("CUI", "FOUO", "OUO"),)),
)


def indicator(text: str) -> Iterator[Hit]:
    """A designation indicator: `Controlled by:` with one of the labels that follow it."""
    if all(pattern.search(text) for pattern in _INDICATOR):
        yield Hit(kind=Kind.CONTROLLED)
