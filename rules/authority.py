"""Authority blocks (32 CFR 2001.21-.26), the warning notices that statutes ask for, and distribution statements."""

import re
from collections.abc import Iterator
from typing import Final

from rules.lazily import pattern
from rules.tokens import Hit, Kind, Line, Question, holds
from rules.vocabulary import phrases

_DATE: Final = r"(?:(?:19|20)\d{6}|\d{1,2}[ /.-](?:\d{1,2}|[A-Z]{3,9})[ /.-]\d{2,4}|[A-Z]{3,9} \d{1,2},? \d{4}|(?:19|20)\d\d-\d\d-\d\d)"
_EXEMPT: Final = r"(?:25X|50X|75X|X[1-8]\b|OADR|MR\b|MANUAL|SOURCE|N/A TO|UPON|NOT APPLICABLE|(?:19|20)\d\d\b)"
_DECLASSIFY: Final = pattern(
    rf"\bDE?CL(?:AS|ASS|ASSIFY|ASSIFICATION)?(?: ?ON| DATE| INSTRUCTIONS?) ?[:;=-]* ?(?:{_DATE}|{_EXEMPT})"
    rf"|\bDE?CL(?:AS|ASS|ASSIFY|ASSIFICATION)? ?[:;=-]+ ?(?:{_DATE}|25X|50X|75X|X[1-8]\b|OADR)"
    r"|\b(?:25X[1-9](?:-HUMAN)?|75X\d?), ?(?:19|20)?\d\d|\b50X1-HUM\b|\b50X2-WMD\b",
    re.IGNORECASE,
)
_BY: Final = pattern(r"^\W*(?:Classified By|CLASSIFIED BY) ?: ?\S")
_ALWAYS: Final = pattern(r"^\W*DECLASSIFY ON ?:", re.IGNORECASE)
_REASON: Final = pattern(
    r"\b(?:REASONS?|RSN)(?: FOR CLASSIFICATION)? ?[:=-]? ?(?:E\.?O\.? ?1\d{4},? ?(?:SEC(?:TION|\.)? ?)?)?1\.[45](?: ?\([A-H]\)|[A-H]\b)",
    re.IGNORECASE,
)
_DOWNGRADE: Final = pattern(
    r"\bDOWNGRADED? (?:TO|ON)[: ]+(?:TOP SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED)\b.{0,20}?(?:\d|UPON)", re.IGNORECASE
)
_DERIVED: Final = pattern(
    r"(?:^\W*|[;,|] ?|\s{2})(?:DERIVED FROM|DRV (?:FROM|FM)|DERV FROM|DERIVED BY) ?: ?.{0,80}?(?:MULTIPLE SOURCES?|\bSCG\b|SECURITY CLASSIFICATION GUIDE|\bCG-\w|\bNSA/CSS|\bDATED? (?:19|20)\d{6})",
    re.IGNORECASE,
)
# The labels of the block, each behind what it needs in capitals.
_LABELS: Final = (
    (
        (("CL",), ("BY",), (":",)),
        pattern(r"^[ \t>*_#-]*(?:CLASSIFIED|CL|CLASS) ?BY ?:", re.IGNORECASE | re.MULTILINE),
    ),
    (
        (("DERIVED", "DRV", "DERV"), ("FROM", "FM", "FRM"), (":",)),
        pattern(r"(?:^[ \t>*_#-]*|[;,|.] ?)(?:DERIVED|DRV|DERV) ?(?:FROM|FM|FRM) ?:", re.IGNORECASE | re.MULTILINE),
    ),
    (
        (("REASON", "RSN"), (":",)),
        pattern(r"(?:^[ \t>*_#-]*|[;,|.] ?)(?:REASON|RSN) ?:", re.IGNORECASE | re.MULTILINE),
    ),
    (
        (("DECL",), ("ON",), (":",)),
        pattern(r"(?:^[ \t>*_#-]*|[;,|.] ?)DECL(?:ASSIFY)? ?ON ?:", re.IGNORECASE | re.MULTILINE),
    ),
)
_NOTICES: Final = pattern(
    r"RESTRICTED DATA(?: AS DEFINED IN THE |\W{1,4})ATOMIC ENERGY ACT|EXCLUDED FROM AUTOMATIC DOWNGRADING"
    r"|SENSITIVE SECURITY INFORMATION THAT IS CONTROLLED UNDER"
    r"|\b(?:THIS|THE ATTACHED|THE FOLLOWING) (?:E-?MAIL|MESSAGE|DOCUMENT|RECORD|REPORT|INFORMATION|PAGE|THREAD|TRANSMISSION)"
    r"(?: \w+){0,3} (?:CONTAINS|INCLUDES) (?:\w+ ){0,2}(?:CUI\b|CONTROLLED UNCLASSIFIED|FORMERLY RESTRICTED DATA|FOUO\b|"
    r"FOR OFFICIAL USE ONLY|CLASSIFIED (?:NATIONAL|INFORMATION)|PROTECTED CRITICAL|LAW ENFORCEMENT SENSITIVE|"
    r"NATO (?:SECRET|CONFIDENTIAL|RESTRICTED|CLASSIFIED)|SENSITIVE SECURITY INFORMATION|NOFORN|RESTRICTED DATA)"
    r"|\b(?:THIS|THE ATTACHED) (?:E-?MAIL|MESSAGE|DOCUMENT|RECORD|FILE|REPORT) (?:CONTAINS|INCLUDES) (?:CHEMICAL-TERRORISM VULNERABILITY|"
    r"SAFEGUARDS INFORMATION|SOURCE SELECTION INFORMATION|CRITICAL ENERGY|(?-i:(?:TOP )?SECRET) (?:INFORMATION|MATERIAL|DATA))"
    r"|\bTHIS (?:PRODUCT|MATERIAL|BRIEF\w*) (?:CONTAINS|INCLUDES) (?-i:ORCON|NOFORN|FGI|HCS|FISA|CUI|FOUO)\b|^\W*CONTAINS FGI\b(?! ?\()"
    r"|^\W*(?:THIS (?:INFORMATION|DOCUMENT|MATERIAL|PRODUCT|E-?MAIL) IS )?NOT RELEAS(?:ABLE|ED) TO (?:FOREIGN NATIONALS|CONTRACTORS)"
    r"|REPRODUCTION REQUIRES APPROVAL OF ORIGINATOR|EXTRACTION OF INFORMATION CONTROLLED BY ORIGINATOR"
    r"|WITHIN THE MEANING OF THE ESPIONAGE|DESTROY BY ANY METHOD THAT WILL PREVENT DISCLOSURE"
    r"|^\W*(?:(?:NOTE|CAUTION|WARNING|REMINDER) ?: ?)?(?:THIS|THE ATTACHED) (?:E-?MAIL|MESSAGE|THREAD|DOCUMENT|REPLY|FILE|BRIEF|REPORT)"
    r" IS (?:NOW |MARKED )?(?-i:CUI|FOUO|NOFORN|LES|SBU)[.!]? ?$"
    r"|SOURCE SELECTION INFORMATION\W{1,5}SEE FAR|(?:^\W*|[-:] ?)WITHHOLD (?:FROM PUBLIC DISCLOSURE )?UNDER 10 CFR 2\.390"
    r"|\((?:LOI DU|WET(?: VAN)?) 11[. ]12[. ]1998\)"
    r"|\bCONTAINS (?:NATO CLASSIFIED|FORMERLY RESTRICTED DATA|CRITICAL NUCLEAR WEAPON DESIGN)"
    r"|INTELLIGENCE SOURCES (?:AND|OR) METHODS INVOLVED"
    r"|UPON REMOVAL OF (?:THE )?(?:ATTACHMENT|ENCLOSURE)\S* ?,? ?THIS \w+ (?:IS|BECOMES|MAY BE)"
    r"|UNCLASSIFIED WHEN SEPARATED FROM"
    r"|\b(?:IS|ARE|BECOMES?|REMAINS?) (?-i:CUI|FOUO|(?:TOP )?SECRET|CONFIDENTIAL) (?:ONLY )?(?:WHEN|IF|ONCE) (?:\w+ )?"
    r"(?:SEPARATED|COMBINED|DETACHED|COMPILED|ASSOCIATED WITH|ATTACHED TO|FILLED)"
    r"|\bFOR OFFICIAL USE ONLY\W{1,4}(?:PRIVACY|ANY MISUSE|LAW ENFORCEMENT)|\bPRIVACY (?:ACT )?SENSITIVE\W{1,4}ANY MISUSE"
    r"|TECHNICAL DATA WHOSE EXPORT IS RESTRICTED BY"
    r"|UNAUTHORIZED DISCLOSURE SUBJECT TO (?:ADMINISTRATIVE|CRIMINAL)(?: AND (?:ADMINISTRATIVE|CRIMINAL))? SANCTIONS"
    r"|FURTHER (?:DISSEMINATION|DISTRIBUTION) ONLY AS DIRECTED BY"
    r"|DISTRIBUTION (?:IS )?(?:AUTHORI[SZ]ED|LIMITED) TO (?:THE )?(?:U\.?S\.? GOV|DOD\b|DEPARTMENT OF DEFENSE|UNITED STATES GOV)",
    re.IGNORECASE,
)
_DISTRIBUTION: Final = pattern(
    r"^\W*(?:DISTRIBUTION|DISTRO|DIST\.?) (?:STATEMENT|STMT\.?|STATE\.) [\"'(]?[B-FX][\"')]?(?: ?[:;.,]| -| applies|$)|^\W*DISTRIBUTION(?: STATEMENT ?[:=-])? ?[B-FX]\W*$"
    r"|\bDISTRIBUTION STATEMENT [\"'(]?[B-FX][\"')]? ?[:.;-] ?\S"
    r"|^\W*(?:DISTRIBUTION|DISTRO) [B-FX] ?[:.-]+ ?(?:DISTRIBUTION|DISSEM|AUTHORI|FURTHER|U\.?S\.? GOV|DOD\b|DEP)",
    re.IGNORECASE,
)
_ENDING: Final = pattern(r": ?DISTRIBUTION STATEMENT [B-FX]\W*$")
_CAPITALS: Final = pattern(r"\bDISTRIBUTION STATEMENT [B-FX]\b")


def _declassify(line: Line) -> Iterator[Hit]:
    if _DECLASSIFY.search(line.text) or _ALWAYS.match(line.text):
        yield Hit(kind=Kind.AUTHORITY)


def _reason(line: Line) -> Iterator[Hit]:
    if _REASON.search(line.text):
        yield Hit(kind=Kind.AUTHORITY)


def _downgrade(line: Line) -> Iterator[Hit]:
    if _DOWNGRADE.search(line.text):
        yield Hit(kind=Kind.AUTHORITY)


def _derived(line: Line) -> Iterator[Hit]:
    if _DERIVED.search(line.text):
        yield Hit(kind=Kind.AUTHORITY)


def _by(line: Line) -> Iterator[Hit]:
    if _BY.match(line.text):
        yield Hit(kind=Kind.AUTHORITY, sure=False)


def _notices(line: Line) -> Iterator[Hit]:
    if _NOTICES.search(line.text):
        yield Hit(kind=Kind.NOTICE)


def _distribution(line: Line) -> Iterator[Hit]:
    text = line.text
    if _DISTRIBUTION.search(text) or _ENDING.search(text) or (_CAPITALS.search(text) and text.upper() == text):
        yield Hit(kind=Kind.NOTICE)


# From top to bottom. What a line needs for each stands beside it in capitals.
QUESTIONS: Final = (
    Question(asks=_declassify, needs=(phrases("DECL|DCL|25X|50X|75X"),)),
    Question(asks=_reason, needs=(("REASON", "RSN"), ("1.4", "1.5"))),
    Question(asks=_downgrade, needs=(("DOWNGRADE",),)),
    Question(asks=_derived, needs=(phrases("DERIVED FROM|DERIVED BY|DRV F|DERV F"),)),
    Question(asks=_by, needs=(("CLASSIFIED BY",),), doubtful=True),
    Question(
        asks=_notices,
        needs=(
            phrases(
                "ATOMIC ENERGY|SENSITIVE SECURITY|CONTAINS|INCLUDES|INTELLIGENCE SOURCES|UPON REMOVAL OF|SEPARATED|"
                "COMBINED|DETACHED|COMPILED|ASSOCIATED WITH|ATTACHED TO|FILLED|USE ONLY|ANY MISUSE|"
                "EXPORT IS|UNAUTHORIZED DISC|FURTHER D|DISTRIBUTION|SEE FAR|2.390|.1998|IS CUI|IS NOW|IS MARKED|IS FOUO|"
                "DOWNGRADING|IS NOFORN|IS LES|IS SBU|NOT RELEAS|ORIGINATOR|ESPIONAGE|DESTROY BY"
            ),
        ),
    ),
    Question(asks=_distribution, needs=(("DIST",),)),
)


def block(text: str) -> Iterator[Hit]:
    """Two labels of the block in one text, whatever their values: alone, each is ordinary English."""
    raised = text.upper()
    if sum(holds(raised, needs) and label.search(text) is not None for needs, label in _LABELS) > 1:
        yield Hit(kind=Kind.AUTHORITY)
