"""The cheap look that comes before the grammar: which places of a text could a marking be made of, if any?

It may point at too much, never at too little. An everyday reply must pass here in a fraction of a millisecond.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from rules.slips import SLIP, righted, slipped
from rules.vocabulary import (
    COUNTRIES,
    CUI_CATEGORIES,
    FOREIGN_WORDS,
    LINE_WORDS,
    SHORT_CONTROLS,
    STRONG_CONTROLS,
    WEAK_CONTROLS,
    openings,
    phrases,
    words,
)

_SPACED: Final = {ord(sign): " " for sign in map(chr, range(128)) if not (sign.isalnum() or sign in "$@")}
_TOKEN: Final = re.compile(r"[\w$@]+")

# One of these words, in any case, is needed for most markings.
_WORDS: Final = (
    words(
        """
        SECRET SECRETS SECRETNOFORN TOPSECRET CONFIDENTIAL UNCLASSIFIED UNCLAS UNCLASS RESTRICTED PROTECTED CONTROLLED
        OFFICIAL NOFORN FORN ORCON FOUO CUI RELIDO PROPIN IMCON LIMDIS EXDIS NODIS SBU REL RELTO NF SI TK RSEN TFNI UCNI
        CNWDI HVSACO FEDCON NOCON ATOMAL COSMIC NATO UE EYES DECLASSIFY DECLASSIFICATION DECLAS DECLASS DECL DERIVED DRV DERV
        CLASSIFICATION CLASIFICATION CLASSIFICATON MARKING CAVEAT CAVEATS DOWNGRADE DOWNGRADED DISTRIBUTION DISTRO DIST
        DISSEM DISSEMINATION LDC RELEASABILITY RELEASABLE HANDLING SEC DLM RESTREINT CONFIDENTIEL CONFIDENCE PROTEGE
        OUO NNPI CRD SFRD CFRD SNSI CNSI FVEY
        PROTEGEE STRAP UKEO NZEO AUSTEO AGAO RSN SCI TS UK BALK BOHEMIA SRD
        """
    )
    | FOREIGN_WORDS
)
# Of everyday words, only in these company.
_PHRASES: Final = phrases(
    """
    CLASSIFIED BY|CLASSIFIED:|CLASSIFIED AS|CL BY|CLASS BY|CLASS:|1.4|1.5(|1.5 (|25X|50X|75X|ATOMIC ENERGY ACT|
    SECURITY INFORMATION|UPON REMOVAL|WHEN SEPARATED|EXPORT IS RESTRICTED|HANDLE VIA|SOURCES AND METHODS|
    SOURCES OR METHODS|UNAUTHORIZED DISCLOSURE|ENFORCEMENT SENSITIVE|SPECIAL ACCESS|BUT UNCLASSIFIED|LIMITED DIST|
    CONTAINS CLASS|CONTAINS LAW|CONTAINS SENS|TALENT KEYHOLE|PROTECTED CRITICAL|NUCLEAR PROPULSION|NUCLEAR WEAPON|
    DEA SENSITIVE|SPECAT|NC2-ESI|SPECIAL FRANCE|USO OFICIAL|NUCLEAR INFORMATION|ANY MISUSE|SAFEGUARDS INFO|TLP:RED|TLP RED|
    ENERGY INFRASTRUCTURE|ELECTRIC INFRASTRUCTURE|VULNERABILITY INFO|SEE FAR|CFR 2.390|CONTAINS FGI|CRITICAL INFRA|EXPORT CONTROLLED|NOT RELEAS|OF ORIGINATOR|BY ORIGINATOR|THE ESPIONAGE|DESTROY BY ANY|
    AUTOMATIC DOWNGRAD|ENFORCEMENT USE|DISPLAY ONLY|SSI - DO|(SRD)|(CRD)|(SCI)|(OUO)|(LES)|(SSI)|STRICTLY CONF|WET 11|LOI DU 11|
    TECHNICAL INFORMATION
    """
)
_CONTROLS: Final = (STRONG_CONTROLS, SHORT_CONTROLS, WEAK_CONTROLS)
_CAPITALS: Final = ("SENSITIVE", "CLASSIFIED ", "SECRET", "CONFIDENTIAL")
_BRACKET: Final = re.compile(
    r"[(\[{<] ?(?:(?:TS|S|C|U|R|NS|NC|NR|CTS|O-S|OS|P[ABC]|NATO|UK|EU)[ )\]}>/\\|,;:._&+~=→-]"
    r"|(?:TS|S|C)(?:LL|II|11|XX)(?:NF|SI|TK|REL)|[/\\]{1,2} ?[NC])[^\n]*",
    re.IGNORECASE,
)
_SLASHES: Final = re.compile(r"(?<!:)//[^\n]*")
_DOUBLED: Final = ("/ /", "\\\\", "/\\", "\\/", "\\ \\")

# What every such run begins with, and is found sooner.
_NEIGHBOURS: Final = re.compile(r"[A-Za-z0-9](?:[ \t]{1,3}|[.*_·-]|[ \t]*\n[ \t>]*)[A-Za-z0-9/](?![A-Za-z])")
_LETTER_RUN: Final = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9](?![A-Za-z0-9]))(?:"
    r"[A-Za-z0-9](?:[ \t]{1,3}[A-Za-z0-9/](?![A-Za-z0-9])){2,}"
    r"|(?<!\.)[A-Za-z0-9](?:[.*_·-][A-Za-z0-9](?![A-Za-z0-9])){2,}"
    r"|(?<=//)[A-Z](?: [A-Z](?![A-Za-z0-9]))+|[A-Z](?: [A-Z])+(?=//)"
    r"|(?<=//)[A-Z][._-][A-Z]\.?(?![A-Za-z])|(?<!\.)[A-Z][._-][A-Z]\.?(?=//)"
    r")|(?:^[ \t>]*[A-Z0-9][ \t]*\n){5,}",
    re.MULTILINE,
)
_READ: Final = {"0": "O", "1": "I", "3": "E", "4": "A", "5": "S", "7": "T", "@": "A", "$": "S", "8": "B"}
_DIGITS: Final = str.maketrans(_READ)
_SPELLED: Final = (
    _WORDS
    | COUNTRIES
    | LINE_WORDS
    | CUI_CATEGORIES
    | frozenset(word for phrase in _PHRASES for word in _TOKEN.findall(phrase) if word.isalpha())
    | frozenset(opening for group in _CONTROLS for opening in openings(group) if opening.isalpha())
    | words("ON BY FROM TO IN ONLY REASON STATEMENT FURTHER CONTAINS MULTIPLE SOURCES DISPLAY SP USGOV")
)
"""What digits are read as letters for, where they spell it whole."""
_SPELLED_WITHIN: Final = words(
    "SECRET NOFORN CONFIDENTIAL FOUO ORCON UNCLASSIFIED LIMDIS RELIDO PROPIN OFFICIAL PROTECTED DIFFUSION GEHEIM"
)
_SHORTEST: Final = min(map(len, _SPELLED_WITHIN))
_MIXED: Final = re.compile(r"[A-Za-z0-9@$]*[0-9@$][A-Za-z0-9@$]*")
_WIDE: Final = re.compile(r"[ \t]{2,3}")
_NARROW: Final = re.compile(r"\S[ \t]\S")
_GAPS: Final = re.compile(r"[ \t.*_·-]+")
_BLANKS: Final = re.compile(r"[\s>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read a text, and the numbers of its lines to look at. What a respelled one shows is never `sure`."""

    text: str
    lines: tuple[int, ...]
    sure: bool = True


def readings(text: str) -> Iterator[Reading]:
    """The text as it stands and, where something is dressed up in it, undressed; only those with a line to look at."""
    raised = _raised(text)
    found = _split(raised)
    distinct = set(found)
    if spots := _spots(text, raised, distinct):
        yield Reading(text=text, lines=tuple(_numbers(text, spots)))
    lengths = "".join(map(chr, map(len, found)))
    if (
        ("\x01\x01\x01" in lengths or ("\x01\x01" in lengths and "//" in text))
        and _NEIGHBOURS.search(text)
        and _LETTER_RUN.search(text)
    ):
        yield from _again(text, _LETTER_RUN, _joined)
    if disguised := _disguised([word for word in distinct if not word.isalpha() and not word.isdigit()]):
        yield from _again(text, _MIXED, partial(_as_letters, disguised))
    if slipped(distinct):
        yield from _again(text, SLIP, righted, sure=False)


def _disguised(mixed: Sequence[str]) -> set[str]:
    """Those of some words with digits and capitals that spell something once the digits are letters."""
    if not mixed:
        return set()
    read = " ".join(mixed).translate(_DIGITS).split(" ")
    return {
        word
        for word, spelled in zip(mixed, read, strict=True)
        if spelled in _SPELLED or (len(spelled) >= _SHORTEST and any(map(spelled.__contains__, _SPELLED_WITHIN)))
    }


def _as_letters(disguised: set[str], match: re.Match[str]) -> str:
    return match[0].translate(_DIGITS) if match[0].upper() in disguised else match[0]


def _again(
    text: str, dressed: re.Pattern[str], undress: Callable[[re.Match[str]], str], *, sure: bool = True
) -> Iterator[Reading]:
    """`text` undressed: what is new in it, and so the lines that changed and those beside them, is to be looked at."""
    again = dressed.sub(undress, text)
    if again == text:
        return
    lines = again.split("\n")
    changed = _changed(text.split("\n"), lines)
    beside = sorted({number + step for number in changed for step in (-1, 0, 1)} & {*range(len(lines))})
    part = "\n".join(lines[number] for number in beside)
    raised = _raised(part)
    if spots := _spots(part, raised, set(_split(raised))):
        yield Reading(text=again, lines=tuple(beside[number] for number in _numbers(part, spots)), sure=sure)


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterable[int]:
    """The numbers of the lines that are not what they were; where some were joined, of all between the first and the last."""
    differ = [number for number, (old, new) in enumerate(zip(before, after, strict=False)) if old != new]
    if len(before) == len(after):
        return differ
    backwards = zip(reversed(before), reversed(after), strict=False)
    alike = next((number for number, (old, new) in enumerate(backwards) if old != new), len(after))
    return range(differ[0] if differ else len(after) - 1, max(len(after) - alike, 1))


def _numbers(text: str, places: Iterable[int]) -> Iterator[int]:
    """The numbers of the lines in which `places` lie, which are in order."""
    number = at = 0
    last = -1
    for place in places:
        number += text.count("\n", at, place)
        at = place
        if number != last:
            yield number
        last = number


def _split(raised: str) -> list[str]:
    """The words of a text; any sign is a border, an emoji too."""
    return raised.translate(_SPACED).split() if raised.isascii() else _TOKEN.findall(raised.replace("_", " "))


def _raised(text: str) -> str:
    """`text` in capitals, at the same places: a few letters grow when they are raised."""
    raised = text.upper()
    if len(raised) == len(text):
        return raised
    return "".join(sign.upper() if len(sign.upper()) == 1 else sign for sign in text)


def _spots(text: str, raised: str, distinct: set[str]) -> list[int]:
    found: set[int] = set()
    for wanted in distinct & _WORDS:
        found.update(_each(raised, wanted))
    for wanted in _PHRASES:
        if wanted in raised:
            found.update(_each(raised, wanted))
    for wanted in _CAPITALS:
        if wanted in text:
            found.update(_each(text, wanted))
    if text.count("//") > text.count("://"):
        found.update(match.start() for match in _SLASHES.finditer(text))
    for pair in _DOUBLED:
        if pair in text:
            found.update(_each(text, pair))
    found.update(match.start() for match in _BRACKET.finditer(text))
    return sorted(found)


def _each(text: str, wanted: str) -> Iterator[int]:
    """The first place in each line: one is enough to look at the whole of it."""
    at = text.find(wanted)
    while at >= 0:
        yield at
        end = text.find("\n", at)
        at = text.find(wanted, end) if end >= 0 else -1


def _joined(match: re.Match[str]) -> str:
    """A run of single letters as words: wider gaps part words, slashes stay."""
    run = match[0]
    if "\n" in run:
        return _BLANKS.sub("", run) + "\n"
    wide = _WIDE.sub("\x00", run) if _NARROW.search(run) else run
    return _GAPS.sub("", wide).replace("\x00", " ")
