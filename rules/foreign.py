"""Markings of other nations and of alliances: UK, Canada, Australia, New Zealand, EU, NATO (whole lines are banners')."""

import re
from collections.abc import Iterator
from typing import Final

from rules.fold import fold
from rules.lazily import pattern
from rules.tokens import OPENERS, Hit, Kind, Line, Question
from rules.vocabulary import FOREIGN_SCRIPTS, phrases

# Australia, PSPF email protective marking standard: [SEC=..., CAVEAT=...]
_PSPF: Final = pattern(
    r"(?:\bSEC ?=|\[SEC ?[:=]) ?(?:TOP[ -]?SECRET|SECRET|CONFIDENTIAL|PROTECTED|RESTRICTED|OFFICIAL ?[:-] ?SENSITIVE|OFFICIAL SENSITIVE|"
    r"HIGHLY|(?:\w{1,20}-)?IN-CONFIDENCE|SENSITIVE)|\bDLM ?= ?(?:FOR[ -]|SENSITIVE)",
    re.IGNORECASE,
)
_LEVEL: Final = (
    r"(?:(?:UK|NATO|EU|AUS|NZ) (?:TOP SECRET|SECRET|CONFIDENTIAL|RESTRICTED|OFFICIAL[ -]SENSITIVE)|(?-i:COSMIC TOP SECRET|cosmic top secret)"
    r"|OFFICIAL ?[-:/ ] ?SENSITIVE|PROTECTED (?-i:[ABC])|PROT[EÉ]G[EÉ]E? (?-i:[ABC])|PROTECTED ?// ?\w+|(?:\w{1,20}-){0,3}IN-CONFIDENCE|RESTREINT UE|CONFIDENTIEL UE"
    r"|(?:TRES )?SECRET UE|[RSC]-UE/EU-[RSC]|TS-UE/EU-TS|UK EYES ONLY|CANADIAN EYES ONLY|NATO (?:SECRET|CONFIDENTIAL|RESTRICTED))"
)
_LEADING: Final = pattern(rf"^\W*{_LEVEL}(?:[:|(\[]| [-(\[]|/ ?(?:(?-i:[A-Z]{{2}})|Prot)|\W*$)", re.IGNORECASE)
_LEADING_CAPITALS: Final = pattern(
    rf"^\W*{_LEVEL}\b(?! (?:SANTA|SUBSTANCE|BALLOT|AREA|GARDEN|SHOPPER|SPECIES|LIST\b|ENTRY|PARKING|MENU))"
)
_BRACKETED: Final = pattern(
    rf"[(\[{{<] ?{_LEVEL}(?: ?[-/:,|;][^()\[\]{{}}<>\n]{{0,40}})?\W{{0,2}}[)\]}}>]", re.IGNORECASE
)
_ANYWHERE: Final = pattern(
    r"\b(?:RESTREINT UE|CONFIDENTIEL UE|(?:TRES )?SECRET UE) ?/ ?EU (?:RESTRICTED|CONFIDENTIAL|SECRET|TOP SECRET)"
    r"|\b(?:R-UE/EU-R|C-UE/EU-C|S-UE/EU-S|TS-UE/EU-TS)\b|\bOFFICIAL ?: ?SENSITIVE\b(?=//|\W*$)|\bOFFICIAL-SENSITIVE ?- ?[A-Z]{5,}"
    r"|^\W*OFFICIAL ?: ?S(?:ensitive|ENSITIVE)\b"
    r"|^\W*SENSITIVE ?[:-] ?(?:CABINET|LEGAL|PERSONAL)\W*$|^\W*RESTRICTED ?[-:] ?(?:MANAGEMENT|STAFF|COMMERCIAL|POLICY|PERSONAL|INVESTIGATIONS?|CONTRACTS?|APPOINTMENTS|VISITS|HONOURS|BUDGET|"
    r"LOCSEN|MEDICAL)\W*$"
    r"|\bSTRAP ?[123]\b(?= UK| EYES|//)|\b(?:UK|AUS|CAN|NZ) EYES ONLY\b(?=[)\]/]|\W*$)",
)
_ENDING: Final = pattern(rf"{_LEVEL}\W*$", re.IGNORECASE)
_LONE: Final = pattern(r"[(\[] ?(?:PROTECTED|RESTRICTED|SECRET|TOP SECRET|SENSITIVE|O-S|UKEO|AUSTEO) ?[)\]]")
_PORTION: Final = pattern(
    r"^[\s*_\"']*[(\[](?P<level>O-S|OS|NATO[ -][SCR]|EU[ -][SCR]|NS|NC|NR|CTS|P[ABC]|PB|UK S|UK TS|R-UE|C-UE|S-UE)(?:[/-][A-Z]+)*[)\]] ?(?P<first>[A-Z]\w*)(?: (?P<second>\w))?"
)
_SHORT: Final = 60
_BETWEEN: Final = pattern(r"[\s\W_]+")
_TO_CYRILLIC: Final = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
_PIECES: Final = pattern(r"[:：/|,★☆()（）\[\]【】「」]| - | – | № ?\d")
_SCRIPTS: Final = frozenset(_BETWEEN.sub("", line.upper()) for line in FOREIGN_SCRIPTS)
_SPELLED: Final = tuple(frozenset(script) for script in sorted(_SCRIPTS))
_LETTERS: Final = frozenset(letter for script in _SCRIPTS for letter in script if not letter.isascii())


def _email_standard(line: Line) -> Iterator[Hit]:
    if _PSPF.search(line.text):
        yield Hit(kind=Kind.NATIONAL)


def _anywhere(line: Line) -> Iterator[Hit]:
    if _ANYWHERE.search(line.text):
        yield Hit(kind=Kind.NATIONAL)


def _bracketed(line: Line) -> Iterator[Hit]:
    if _BRACKETED.search(line.text):
        yield Hit(kind=Kind.NATIONAL)


def _leads(line: Line) -> Iterator[Hit]:
    if _LEADING_CAPITALS.match(line.text) or _LEADING.match(line.text):
        yield Hit(kind=Kind.NATIONAL)


def _ends(line: Line) -> Iterator[Hit]:
    if line.heads and _ENDING.search(line.text):
        yield Hit(kind=Kind.NATIONAL)


def _portion(line: Line) -> Iterator[Hit]:
    match = _PORTION.match(line.text)
    if (line.heads and _LONE.search(line.text)) or (match and not _is_abbreviation(match)):
        yield Hit(kind=Kind.NATIONAL, sure=False)


def _is_abbreviation(match: re.Match[str]) -> bool:
    """Whether the words behind a mark spell it out or say it once more: `(NC) North Carolina`, `(PC) PC refresh`."""
    level, first, second = match["level"], match["first"], match["second"]
    return level == first or level.startswith(f"{first[0]}{second}".upper())


_LEVEL_NEEDED: Final = phrases("SECRET|CONFIDENTIAL|RESTRICTED|SENSITIVE|PROT|CONFIDENCE|UE|EYES ONLY")
# From top to bottom. What a line needs for each stands beside it in capitals; a line that is nothing else is banners'.
QUESTIONS: Final = (
    Question(asks=_email_standard, needs=(("SEC", "DLM"), ("=", "[SEC"))),
    Question(asks=_anywhere, needs=(("UE", "OFFICIAL", "STRAP", "EYES ONLY", "RESTRICTED", "SENSITIVE"),)),
    Question(asks=_bracketed, needs=(OPENERS, _LEVEL_NEEDED)),
    Question(asks=_leads, needs=(_LEVEL_NEEDED,)),
    Question(asks=_ends, needs=(_LEVEL_NEEDED,)),
    Question(
        asks=_portion,
        needs=(
            ("(", "["),
            phrases("O-S|OS|NATO|EU|NS|NC|NR|CTS|PA|PB|PC|UK|R-UE|C-UE|S-UE|PROTECTED|RESTRICTED|SECRET|SENSITIVE"),
        ),
        doubtful=True,
    ),
)


def other_scripts(text: str) -> Iterator[Hit]:
    """National levels in scripts that folding spoils, alone on a line of the text as it came or set off at its start."""
    letters = set(text.upper())
    letters.update("".join(letters).translate(_TO_CYRILLIC))
    if _LETTERS.isdisjoint(letters) or not any(script <= letters for script in _SPELLED):
        return
    for line in text.split("\n"):
        if line.isascii() or _LETTERS.isdisjoint(line[:_SHORT].upper()):
            continue
        for piece in (line[:_SHORT], *_PIECES.split(line[:_SHORT], maxsplit=2)[:2]):
            if _alone(piece) in _SCRIPTS:
                yield Hit(kind=Kind.NATIONAL, sure=False)
                break


def may_spell(sign: str) -> bool:
    """Whether a sign can be a piece of a marking, in any alphabet and however it is dressed up."""
    return fold(sign).isascii() or sign.upper() in _LETTERS


def _alone(piece: str) -> str:
    """The letters of a piece in capitals, nothing between them; nothing where a sentence begins in small letters."""
    letters = _BETWEEN.sub("", piece.upper())
    if "А" <= letters[-2:-1] <= "Я" or "А" <= letters[:1] <= "Я":
        letters = letters.translate(_TO_CYRILLIC)
    return "" if piece.islower() and len(piece) < 1.8 * len(letters) else letters
