"""Portion marks: the level of one bullet, in brackets before it (32 CFR 2001.23(b)(2); CAPCO register 2016)."""

import re
from collections.abc import Iterator
from typing import Final

from rules.lazily import pattern
from rules.tokens import OPENERS, STRONG, Hit, Kind, Line, Question, of_clearance
from rules.vocabulary import STRONG_CONTROLS, openings, phrases, words

_LEVEL: Final = r"(?:TS|S|C|U|R|TOP[ _-]?SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED)"
_SHORT: Final = "NF|OC|SI|TK|HCS|FRD|RD|SAP|SAR|CUI"
_CONTROLS: Final = rf"(?:{STRONG}|{_SHORT})"
# One slash, a dash or a blank where two slashes belong, inside brackets.
_BRACKETED: Final = pattern(
    rf"[(\[{{<] ?{_LEVEL}(?:[/\\|,;:._ &+~=>→-]{{1,3}})(?<![(\[{{<][SCUR][ &+])(?:{_CONTROLS})(?![A-Za-z0-9])[^()\[\]{{}}<>\n]{{0,60}}[)\]}}>]?"
)
# A letter, a blank and a control: of two-letter controls only what stands for nothing else beside it.
_BLANK: Final = pattern(rf"[(\[{{<] ?[SCUR] (?:NF|{STRONG})(?![A-Za-z0-9])[^()\[\]{{}}<>\n]{{0,60}}[)\]}}>]")
_SMALL: Final = pattern(
    r"[(\[{<] ?(?:ts|s|c|u)[/\\|-]{1,2}(?:nf|noforn|rel|rel to|fouo|orcon|tk|relido|limdis)(?![a-z0-9])", re.IGNORECASE
)
_SMALL_DOUBLE: Final = pattern(
    r"[(\[{<](?:ts|s|c|u)//(?:rd|frd|pr|si|oc|les|sbu|ds|nd|xd|ssi)(?![a-z0-9])", re.IGNORECASE
)
# Level and control each in brackets of its own, or the control outside.
_APART: Final = pattern(
    rf"[(\[] ?{_LEVEL} ?[)\]](?: ?/{{0,2}} ?[(\[] ?{_CONTROLS} ?[)\]]|/{{1,2}}{_CONTROLS}(?![A-Za-z0-9]))"
)
# The order swapped; nothing after the slashes; NATO's with a slash lost or in small letters; letters for slashes.
_ODD: Final = pattern(
    r"[(\[](?:(?:NF|SI|TK|OC|REL|NOFORN)//(?:TS|S|C)|(?:NF|SI|NOFORN)/(?:TS|S|C)|TS//|TS(?:LL|ll|II|11|xx)(?:SI|TK|NF|REL)"
    r"|[SC](?:LL|ll|II|11|xx)(?:NF|REL|SI)|5//(?:NF|REL|SI|TK)|(?:SBU|LES|SSI|FOUO|OUO)//(?:NF|NOFORN|LES|FOUO)|NATO/N[SCR]|(?:TS|S|C|R)-NATO)[)\]/]"
)
_NATO: Final = pattern(r"^[\s*_\"']*[(\[] ?[/\\]{1,2} ?(?:CTSA?|NSA?T?|NCA?|NR)(?:[/-]{1,2}\w+)? ?[)\]]", re.IGNORECASE)
# The same without brackets, leading a line.
_LEADING: Final = pattern(r"^\W*(?:TS|S|C)[/|-](?:NF|NOFORN|REL TO|REL|SI|TK|ORCON|OC)(?:[/|-]\w+)*(?=[ ):.,-]|$)")
_MENTION: Final = (
    r"(?!(?i:(?:\w+ )?(?:training|policy|markings?|course|registry|refresher|awareness|program|guid|handbook|slides|quiz|label|stamp|cover|key"
    r"|ballot|santa|watermark|variable|string|value|field|header|banner|template|removed|stands|means|replaced)"
    r"|(?:vs|and|or|is|has|was|no|none|n/a|what|how|common|the|true|false|null|yes|a|an|class|to|not|for|in|on)\b))"
)
_COMPARTMENTED: Final = pattern(r"^[\s*_\"']*[(\[]TS[ /-]{1,2}SCI[)\]][\s:.-]*\w")
# A control or a level alone, which nothing else is called, before prose.
_LOUD: Final = pattern(
    rf"^[\s*_\"']*(?:[(\[{{] ?(?:FOUO|NOFORN|ORCON|RELIDO|PROPIN|LIMDIS|SBU|CONFIDENTIAL|(?:TOP )?SECRET) ?[)\]}}][*_]*[\s:.-]+{_MENTION}\w"
    r"|(?:FOUO|NOFORN|EXDIS|NODIS|LIMDIS|LAW ENFORCEMENT SENSITIVE|SENSITIVE BUT UNCLASSIFIED)"
    rf"(?: ?[:|] ?| - ){_MENTION}\w|(?:TOP )?SECRET(?: ?: | - ){_MENTION}[a-z])"
)
_BARE: Final = pattern(
    r"^[\s*_\"']*(?:(?i:subj(?:ect)?|title|topic) ?: ?)?[(\[{] ?(?P<level>TS|S|C|R|LES|SSI|SCI|SRD|CRD|OUO|SECRET|TOP SECRET|CONFIDENTIAL|Secret|Top Secret|NS|NC|NR|CTS) ?[)\]}][*_]*[\s:.-]*(?:\d{1,2}[.)] )?"
    r"(?P<first>[\"']?[A-Za-z][\w'-]*)(?: (?P<second>[\w&'-]+))?"
)
_LABELLED: Final = pattern(
    r"^\W*(?P<level>TOP SECRET|SECRET)(?: ?[:|] ?| - )(?P<first>[A-Z][\w'-]*)(?: (?P<second>[\w&'-]+))?"
)
_OTHER_LETTERS: Final = pattern(r"^[ \t>*•·–-]*(?:\d{1,3}[.)]\s*)?[(\[](?P<letter>[A-Z])[)\]]\s", re.MULTILINE)
_MARKED: Final = pattern(r"^[ \t>*•·–-]*(?:\d{1,3}[.)]\s*)?\(N?U\)\s", re.MULTILINE)
# What a letter in brackets stands for elsewhere: holders of a copyright, units, sizes, points of the compass.
_OTHERWISE: Final = {
    "C": words("Copyright Celsius Carbon Corporation Corp Inc Ltd LLC Company Crown Chapter Clause Column Cash Credit"),
    "S": words(
        "Small South Southern Size Sizes Sulfur Sulphur Section Saturday Sunday Senate Short Spring Summer Sick Single"
    ),
    "TS": words("TypeScript Typescript Tropical Technical Tech Timesheet Transport"),
}
_ALLIED: Final = words("NS NC NR CTS")
_OF_COMPANY: Final = words("LES SSI SCI SRD CRD R")
"""Controls that mean other things where no portion beside them is marked."""
_HEADING: Final = pattern(r"^\W*[(\[] ?(?P<level>TS|S|C) ?[)\]][\s:.-]*(?P<first>[A-Za-z][\w'-]*)")
_KEYS: Final = words("KEY KEYS Key Keys SANTA Santa Manager Managers API Shopper Garden Sauce Scanning Rotation")


def _bracketed(line: Line) -> Iterator[Hit]:
    if _BRACKETED.search(line.text) or _BLANK.search(line.text) or _APART.search(line.text):
        yield Hit(kind=Kind.PORTION)


def _small(line: Line) -> Iterator[Hit]:
    if _SMALL.search(line.text) or _SMALL_DOUBLE.search(line.text):
        yield Hit(kind=Kind.PORTION)


def _odd(line: Line) -> Iterator[Hit]:
    if _ODD.search(line.text):
        yield Hit(kind=Kind.PORTION)


def _nato(line: Line) -> Iterator[Hit]:
    if _NATO.match(line.text):
        yield Hit(kind=Kind.PORTION)


def _leads(line: Line) -> Iterator[Hit]:
    compartmented = _COMPARTMENTED.match(line.text) and not of_clearance(line.text)
    if compartmented or _LEADING.match(line.text) or _LOUD.match(line.text):
        yield Hit(kind=Kind.PORTION, sure=False)


def _heads(line: Line) -> Iterator[Hit]:
    """A subject is portion-marked for itself (32 CFR 2001.23(b)(4)): whatever its first words are."""
    match = _HEADING.match(line.text) if line.heads else None
    if match and match["first"] not in _OTHERWISE.get(match["level"], frozenset()) | _KEYS:
        yield Hit(kind=Kind.PORTION, sure=False)


# From top to bottom. What a line needs for each stands beside it in capitals.
QUESTIONS: Final = (
    Question(asks=_bracketed, needs=(OPENERS, tuple(sorted(openings(f"{STRONG_CONTROLS}|{_SHORT}"))))),
    Question(
        asks=_small,
        needs=(OPENERS, phrases("NF|NOFORN|REL|FOUO|ORCON|TK|LIMDIS|//RD|//FRD|//PR|SI|OC|LES|SBU|//DS|//ND|//XD")),
    ),
    Question(asks=_odd, needs=(("(", "["), phrases("NF|SI|TK|OC|REL|NOFORN|TS//|LES|FOUO|NATO"))),
    Question(asks=_heads, needs=(("S)", "C)", "S ]", "S]", "C]", "S )", "C )"),), doubtful=True),
    Question(asks=_nato, needs=(("(", "["), ("/", "\\"), ("CTS", "NS", "NC", "NR"))),
    Question(
        asks=_leads,
        needs=(
            phrases(
                "NF|NOFORN|REL|SI|TK|ORCON|OC|FOUO|PROPIN|LIMDIS|SBU|EXDIS|NODIS|CONFIDENTIAL|SECRET|SENSITIVE|SCI"
            ),
        ),
        doubtful=True,
    ),
)


def leading(line: Line) -> re.Match[str] | None:
    """A level alone in brackets before prose, or a level in full before a colon."""
    return _BARE.match(line.text) or _LABELLED.match(line.text)


def bare(match: re.Match[str], *, enumerated: bool, marked: bool) -> Iterator[Hit]:
    """Whether what leads a line is a mark.

    `enumerated`: other letters lead other lines, so that this one is a point of a list. `marked`: `(U)` leads another
    line, so that the text is portion-marked and the letter means what it says.
    """
    level, first, second = match["level"], match["first"], match["second"] or ""
    if level == "R" and first[:1] in "Rr":
        return  # (R) Review done
    if not marked and (
        level in _OF_COMPANY or (level in _ALLIED and level.startswith((first[:1] + second[:1]).upper()))
    ):
        return  # (LES) pay slips mailed; (NC) North Carolina
    if first in _KEYS or second in _KEYS or (len(level) == 1 and enumerated and not marked):
        return
    if not marked and first.strip("\"'")[:1].islower():
        return  # (S) for Support; (TS) tech line
    if first.strip("\"'") in _OTHERWISE.get(level, frozenset()):
        return
    if level == "C" and not marked and not second[:1].islower():
        return  # (C) Acme Corp: a holder of a copyright
    yield Hit(kind=Kind.PORTION, sure=marked and level in {"S", "C", "TS"})


def letters(text: str) -> tuple[bool, bool]:
    """Whether bracketed letters that are no levels lead lines of `text`, and whether (U) does."""
    found = {match["letter"] for match in _OTHER_LETTERS.finditer(text)}
    return bool(found - set("SCUR")) or ({"S", "C", "U"} < found and "R" in found), _MARKED.search(text) is not None
