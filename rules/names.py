"""File names: slashes cannot stand in them, so levels and controls are joined by dashes, underlines and dots."""

import re
from collections.abc import Iterator
from typing import Final

from rules.tokens import Hit, Kind
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
        ),
    )
)
_LOUD: Final = frozenset({"NOFORN", "FOUO", "ORCON", "RELIDO", "PROPIN"})
_ALONE: Final = re.compile(
    r"[(\[{](?:TS|S|SECRET|TOP[ _-]?SECRET|CUI|CONFIDENTIAL|FOUO|U--?FOUO|PROTECTED(?: [ABC])?|OFFICIAL[ -]SENSITIVE)[)\]}]"
)
_LEADS: Final = re.compile(
    r"^(?:TOP[ _-]?SECRET|SECRET|CUI|FOUO|NOFORN|TS|PROTECTED[ _-][ABC]|OFFICIAL-SENSITIVE|NATO[ _-](?:SECRET|RESTRICTED|CONFIDENTIAL))(?:_{1,3}| ?- |--)(?=\w)"
)
_KEYS: Final = re.compile(r"^\w+[_-](?:KEY|SANTA|TOKEN|TRAINING|POLICY|ACCESS|MANAGER)", re.IGNORECASE)
_ENDS: Final = re.compile(r"(?:__| - |--|_)(?:TOP[ _-]?SECRET|SECRET|CUI|FOUO|NOFORN)\.\w{1,5}$")
_BOUNDARY: Final = re.compile(r"^[\W_]{1,4}$")


def hits(name: str) -> Iterator[Hit]:
    """Level and control side by side in capitals; or a level in brackets; or one set off at either end."""
    found = list(_PART.finditer(name))
    for at, part in enumerate(found[:-1]):
        after = found[at + 1]
        gap = name[part.end() : after.start()]
        if part[0] in _LEVELS and after[0] in _CONTROLS and _BOUNDARY.match(gap):
            yield Hit(kind=Kind.FILE, sure=len(part[0]) > 1 or after[0] in _LOUD | {"NF"})
        elif part[0] == "TOP" and after[0] == "SECRET" and name != name.upper():
            yield Hit(kind=Kind.FILE, sure=False)
    if any(part[0] in _LOUD for part in found):
        yield Hit(kind=Kind.FILE, sure=False)
    if _ALONE.search(name) or ((_LEADS.match(name) or _ENDS.search(name)) and not _KEYS.match(name)):
        yield Hit(kind=Kind.FILE, sure=False)
