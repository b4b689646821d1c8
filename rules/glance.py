"""The cheap look that comes before the grammar: which places of a text could a marking be made of, if any?

It may point at too much, never at too little. An everyday reply must pass here in a fraction of a millisecond.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rules.slips import respelled, slipped
from rules.vocabulary import FOREIGN_WORDS, phrases, words

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
    DEA SENSITIVE|SPECAT|NC2-ESI|SPECIAL FRANCE|USO OFICIAL|NUCLEAR INFORMATION|ANY MISUSE
    """
)
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
    r"(?<![A-Za-z0-9])[A-Za-z0-9](?:[ \t]{1,3}[A-Za-z0-9/](?![A-Za-z0-9])){2,}"
    r"|(?<![A-Za-z0-9.])[A-Za-z0-9](?:[.*_·-][A-Za-z0-9](?![A-Za-z0-9])){2,}"
    r"|(?:^[ \t>]*[A-Z0-9][ \t]*\n){5,}"
    r"|(?<=//)[A-Z](?: [A-Z](?![A-Za-z0-9]))+|(?<![A-Za-z0-9])[A-Z](?: [A-Z])+(?=//)"
    r"|(?<=//)[A-Z][._-][A-Z]\.?(?![A-Za-z])|(?<![A-Za-z0-9.])[A-Z][._-][A-Z]\.?(?=//)",
    re.MULTILINE,
)
_READ: Final = {"0": "O", "1": "I", "3": "E", "4": "A", "5": "S", "7": "T", "@": "A", "$": "S", "8": "B"}
_DIGITS: Final = str.maketrans(_READ)
_DISGUISED: Final = (
    "SECRET",
    "NOFORN",
    "CONFIDENTIAL",
    "FOUO",
    "ORCON",
    "UNCLASSIFIED",
    "LIMDIS",
    "RELIDO",
    "PROPIN",
    "CUI",
    "OFFICIAL",
    "NATO",
    "PROTECTED",
    "DIFFUSION",
    "GEHEIM",
)
_MIXED: Final = re.compile(r"[A-Za-z0-9@$]*[0-9@$][A-Za-z0-9@$]*")
_WIDE: Final = re.compile(r"[ \t]{2,3}")
_NARROW: Final = re.compile(r"\S[ \t]\S")
_GAPS: Final = re.compile(r"[ \t.*_·-]+")
_BLANKS: Final = re.compile(r"[\s>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read a text, and where in it to look closer. What a respelled one shows is never `sure`."""

    text: str
    spots: tuple[int, ...]
    sure: bool = True


def readings(text: str) -> Iterator[Reading]:
    """The text as it stands and, where something is dressed up in it, undressed; only those with a spot."""
    raised = _raised(text)
    found = _split(raised)
    distinct = set(found)
    if spots := _spots(text, raised, distinct):
        yield Reading(text=text, spots=spots)
    lengths = "".join(map(chr, map(len, found)))
    if (
        ("\x01\x01\x01" in lengths or ("\x01\x01" in lengths and "//" in text))
        and _NEIGHBOURS.search(text)
        and _LETTER_RUN.search(text)
    ):
        yield from _again(_LETTER_RUN.sub(_joined, text))
    mixed = [word for word in distinct if not word.isalpha() and not word.isdigit()]
    if mixed and (
        text.count("//") > text.count("://") or any(map(" ".join(mixed).translate(_DIGITS).__contains__, _DISGUISED))
    ):
        yield from _again(_MIXED.sub(_as_letters, text))
    if slipped(distinct):
        yield from _again(respelled(text), sure=False)


def _as_letters(match: re.Match[str]) -> str:
    return match[0] if match[0].isdigit() else match[0].translate(_DIGITS)


def _again(text: str, *, sure: bool = True) -> Iterator[Reading]:
    raised = _raised(text)
    if spots := _spots(text, raised, set(_split(raised))):
        yield Reading(text=text, spots=spots, sure=sure)


def _split(raised: str) -> list[str]:
    """The words of a text; any sign is a border, an emoji too."""
    return raised.translate(_SPACED).split() if raised.isascii() else _TOKEN.findall(raised.replace("_", " "))


def _raised(text: str) -> str:
    """`text` in capitals, at the same places: a few letters grow when they are raised."""
    raised = text.upper()
    if len(raised) == len(text):
        return raised
    return "".join(sign.upper() if len(sign.upper()) == 1 else sign for sign in text)


def _spots(text: str, raised: str, distinct: set[str]) -> tuple[int, ...]:
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
    return tuple(sorted(found))


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
