"""File names: slashes cannot stand in them, so levels and controls are joined by dashes, underlines and dots."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from rules.tokens import Hit, Kind, of_clearance
from rules.vocabulary import words

_PART: Final = re.compile(r"[A-Za-z0-9]+")
_LEVELS: Final = words("TS S C U R SECRET TOPSECRET CONFIDENTIAL UNCLASSIFIED CUI UNCLASS CLASSIFIED")
_CONTROLS: Final = frozenset(
    (
        *(
            "NF",
            "NOFORN",
            "SI",
            "TK",
            "HCS",
            "REL",
            "FOUO",
            "ORCON",
            "OC",
            "PROPIN",
            "IMCON",
            "RELIDO",
            "LIMDIS",
            "EXDIS",
        ),
        *(
            "NODIS",
            "SBU",
            "LES",
            "FVEY",
            "FRD",
            "RD",
            "TFNI",
            "UCNI",
            "FGI",
            "SAR",
            "CTI",
            "PRVCY",
            "FEDCON",
            "NOCON",
            "SP",
            "SCI",
        ),
    )
)
_LOUD: Final = frozenset({"NOFORN", "FOUO", "ORCON", "RELIDO", "PROPIN", "NF"})
_WORD: Final = (
    r"(?:TOP[ _-]?SECRET|SECRET|CONFIDENTIAL|CUI|FOUO|U--?FOUO|NOFORN|PROTECTED(?:[ _-][ABC])?|OFFICIAL[ _-]SENSITIVE"
    r"|(?i:NATO[ _-](?:SECRET|RESTRICTED|CONFIDENTIAL))|VS[ _-]?N[fF]D|VS[ _-]VERTRAULICH|GEHEIM|DIFFUSION[ _-]RESTREINTE|"
    r"RESTREINT[ _-]UE|ZASTRZEZONE|POUFNE|P(?:ROTECTED|rotected|ROTEGE|rotege)[ _-][ABC])"
)
_EVERYDAY: Final = (
    r"(?i:santa|keys?|tokens?|access|manager|sauce|garden|ballot|service|shopper|recipe|menu|life|lake|agent|scan|shar)"
)
# A level in brackets, or one set off from the rest, at either end of the name.
_LEADS: Final = re.compile(
    rf"[(\[{{](?:{_WORD}|TS|S)[)\]}}](?![^(\[]*[(\[][A-Z][)\]])[ _-]*(?!TypeScript|fall|for|tech)\w|{_WORD}(?:_{{1,3}}| ?- |--)(?=\w)|(?i:NATO[ _-](?:SECRET|RESTRICTED|CONFIDENTIAL))-(?=\w)"
    r"|(?:TOP SECRET|(?i:NATO (?:SECRET|RESTRICTED|CONFIDENTIAL))|VS-N[fF]D|(?:Protected|PROTECTED)[ _-][ABC]) (?=\w)"
    rf"|(?!CUI\.){_WORD}\.\w{{1,5}}$|(?:FOUO|NOFORN)-(?=[a-z])|SECRET[ -](?!{_EVERYDAY})(?=\w)|(?:CUI|FOUO)[ -](?i:weekly|bullets|accomplishments|report|update|notes|brief|slides|roster|memo)\b"
)
_ENDS: Final = re.compile(
    rf"(?:(?<!nformation )[(\[{{]{_WORD}[)\]}}]|(?<!TRADE)(?<!CLIENT)(?<!API)(?:(?:__| - |--|_|\.){_WORD}|-(?:FOUO|NOFORN|CUI)| (?:NOFORN|FOUO)|"
    rf"[ -](?!CUI){_WORD}|(?<! is)(?<! on)(?<! to)(?<!out)(?<! of)(?<!and)(?<!for)(?<!the) CUI| - {_WORD} - [\w ]{{1,30}})(?:[ _-][vV]?\d{{1,8}})?)\.\w{{1,5}}$"
)
_MENTIONED: Final = re.compile(
    r"airspace|^\w+[ _-](?:KEY|SANTA|TOKEN|ACCESS|MANAGER)|training|course|glossary|policy|poster|registry|refresher|awareness|stands? for",
    re.IGNORECASE,
)
_GAP: Final = re.compile(r"[\W_]{1,4}$")
# People number and date their files before they name them.
_DATED: Final = re.compile(r"^(?:\d[\d._ -]{1,14}|(?:FW|RE)[ _-])(?=[^\d._ -])", re.IGNORECASE)


def hits(name: str) -> Iterator[Hit]:
    """Level and control side by side in capitals; or a level set off at either end."""
    found = list(_PART.finditer(name))
    mentioned = _MENTIONED.search(name) is not None
    for part, after in pairwise(found):
        gap = name[part.end() : after.start()]
        if part[0] in _LEVELS and after[0] in _CONTROLS and _GAP.match(gap):
            person = after[0] == "SCI"
            sure = (len(part[0]) > 1 or after[0] in _LOUD) and not person
            if (not mentioned or (sure and part[0] != "CUI")) and not (person and of_clearance(name)):
                yield Hit(kind=Kind.FILE, sure=sure)
    if not mentioned and (_LEADS.match(_DATED.sub("", name, count=1)) or _ENDS.search(name)):
        yield Hit(kind=Kind.FILE, sure=False)
