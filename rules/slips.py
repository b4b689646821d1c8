"""Slips of the fingers: words of markings with one letter lost, doubled, swapped or wrong, and words run together.

Law: it only respells. Whether the respelled text holds a marking is the grammar's to say, and then only perhaps.
"""

import re
from functools import lru_cache
from string import ascii_uppercase
from typing import Final

from rules.vocabulary import words

_LEVELS: Final = words(
    "SECRET TOPSECRET CONFIDENTIAL UNCLASSIFIED NOFORN ORCON RELIDO PROPIN FEDCON LIMDIS OFFICIAL SENSITIVE PROTECTED "
    "RESTRICTED DECLASSIFY STATEMENT DISTRIBUTION ENFORCEMENT RESTREINTE DEFENSE COSMIC GEHEIM DIENSTGEBRAUCH VERTRAULICH"
)
# What one slip makes of them and is a word or a name of its own.
_WORDS_OF_THEIR_OWN: Final = words(
    """
    STATEMENTS DISTRIBUTIONS ENFORCEMENTS ABATEMENT ESTATEMENT RESTATEMENT ESTATEMENTS REDISTRIBUTION
    SECRETS SECRETE SECRETO SECRETA SACRET EGRET OFFICIALS OFFICIALE OFFICINAL UNOFFICIAL SENSITIVES SENSITIZE SENSITISE
    SENSITIVO SENSITIVA PROJECTED PROTECTER PROTESTED PROTECTS DETECTED RESTRICTER RESTRICTEE ORION OREGON ORGON RECON
    ARCON ORCONN COSMICS COSMIN CONFIDENTIALS CONFIDENTIALE SEKRET SECRED RESTREINTES DEFENSES DEFENCE DEFENDE DEFENSA
    DEFENSED REDCON FEDCOM PROPINE REPROPIN LIMDISC GEHEIME GEHEIMS VERTRAULICHE NONOFFICIAL UNCLASSIFIEDS DECLASSIFIED
    """
)
_GLUED: Final = {
    "OFFICIALSENSITIVE": "OFFICIAL-SENSITIVE",
    "VSNFD": "VS-NFD",
    "VSVERTRAULICH": "VS-VERTRAULICH",
    "RESTREINTUE": "RESTREINT UE",
    "EURESTRICTED": "EU RESTRICTED",
    "EUCONFIDENTIAL": "EU CONFIDENTIAL",
    "EUSECRET": "EU SECRET",
    "NATOSECRET": "NATO SECRET",
    "NATORESTRICTED": "NATO RESTRICTED",
    "NATOCONFIDENTIAL": "NATO CONFIDENTIAL",
    "COSMICTOPSECRET": "COSMIC TOP SECRET",
    "FOROFFICIALUSEONLY": "FOR OFFICIAL USE ONLY",
    "LAWENFORCEMENTSENSITIVE": "LAW ENFORCEMENT SENSITIVE",
    "DIFFUSIONRESTREINTE": "DIFFUSION RESTREINTE",
    "SECRETDEFENSE": "SECRET DEFENSE",
    "CONFIDENTIELDEFENSE": "CONFIDENTIEL DEFENSE",
    "SPCTI": "SP-CTI",
    "FUOU": "FOUO",
    "FUOO": "FOUO",
    "FOOU": "FOUO",
    "OFUO": "FOUO",
    "CIU": "CUI",
    "SERECT": "SECRET",
}
SLIP: Final = re.compile(
    r"(?<![ \t])[ \t]+(?:forward )?slash(?:[ \t]+(?:forward )?slash)?[ \t]+|(?<![A-Za-z])[A-Za-z]{3,24}", re.IGNORECASE
)
"""What a slip may be: a word, or a slash that is spelled out."""


def slipped(distinct: set[str]) -> bool:
    """Whether one of these words, all in capitals, is a slip."""
    return not distinct.isdisjoint(_all()) or "SLASH" in distinct


def righted(match: re.Match[str]) -> str:
    """A SLIP put right, in capitals where it stood in capitals; what is none stays as it is."""
    word = match[0]
    if word[0] in " \t":
        return "//"
    right = _known().get(word.upper())
    if right is None:
        return word
    return right if word.isupper() else right.lower()


@lru_cache(maxsize=1)
def _all() -> frozenset[str]:
    """A set, so that the few words of a text are looked up and not the thousands of slips."""
    return frozenset(_known())


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    found = dict(_GLUED)
    for level in sorted(_LEVELS):
        for slip in _slips(level) - _LEVELS - _WORDS_OF_THEIR_OWN:
            found.setdefault(slip, level)
    return found


def _slips(word: str) -> set[str]:
    found: set[str] = set()
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        found.update(head + letter + tail for letter in ascii_uppercase if at)
        if tail:
            found.add(head + tail[1:])
            found.update(head + letter + tail[1:] for letter in ascii_uppercase if at)
        if len(tail) > 1:
            found.add(head + tail[1] + tail[0] + tail[2:])
    return found
