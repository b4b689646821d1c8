"""The small grammar under all markings: levels, controls, and a line made ready to be asked about."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rules.vocabulary import COUNTRIES, LOUD_CONTROLS, SHORT_CONTROLS, STRONG_CONTROLS, WEAK_CONTROLS, openings


class Kind(StrEnum):
    """What sort of marking was seen. It names the grammar, never the level."""

    BANNER = "banner line"
    PORTION = "portion mark"
    AUTHORITY = "authority block"
    NOTICE = "handling notice"
    CONTROLLED = "controlled information"
    NATIONAL = "marking of another nation"
    LABEL = "label"
    FILE = "file name"
    CROWD = "more signs of markings than can be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One sighting of a marking. It holds no text."""

    kind: Kind
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a Passage, quote prefix and bullet marker taken off.

    `text` has slashes drawn together; `whole` says that the line is not two joined ones; `edge` that it is the first
    or last that holds anything; `heads` that it is a subject.
    """

    text: str
    whole: bool = True
    edge: bool = False
    heads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask of a Line.

    `needs`: of each group, a Line must hold one word in capitals, or the answer is no and need not be asked for.
    `doubtful` says that the answer is never sure.
    """

    asks: Callable[[Line], Iterator[Hit]]
    needs: tuple[tuple[str, ...], ...] = ()
    doubtful: bool = False


SPELLED: Final = "TOP[ _-]*SECRET|SECRET|CONFIDENTIAL|UNCLAS(?:S|SIFIED)?|RESTRICTED|PROTECTED"
LETTERS: Final = "TS|S|C|U|R|CTS|NS|NC|NR|NU"
CONTROL: Final = f"(?:{STRONG_CONTROLS}|{SHORT_CONTROLS})"
ANY_CONTROL: Final = f"(?:{STRONG_CONTROLS}|{SHORT_CONTROLS}|{WEAK_CONTROLS})"
STRONG: Final = f"(?:{STRONG_CONTROLS})"
LOUD: Final = f"(?:{LOUD_CONTROLS})"
OPENERS: Final = ("(", "[", "{", "<")
CLOSERS: Final = (")", "]", "}", ">")
CONTROL_NEEDED: Final = tuple(sorted(openings(f"{STRONG_CONTROLS}|{SHORT_CONTROLS}|{WEAK_CONTROLS}")))
LOUD_NEEDED: Final = tuple(sorted(openings(LOUD_CONTROLS)))
END: Final = r"(?![A-Za-z0-9])"
START: Final = r"(?<![A-Za-z0-9])"

_DOUBLE: Final = re.compile(r"[ \t]*[/\\](?:[ \t]*[/\\])+[ \t]*")
_BLANKS: Final = re.compile(r"[ \t]{2,}")
# No group that is put back: a pattern of replacement with a group in it calls Python for every match.
_BESIDE: Final = re.compile(r"[ \t](?=[/\\|])|(?<=[/\\|])[ \t]")
_WEB: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"]*")
_CLEARED: Final = re.compile(
    r"clearance|cleared|eligib|packet|investigat|billet|polygraph|adjudicat|read[- ]?(?:in|on)\b|accredit|scif|badge|"
    r"position|vacanc|job (?:post|ad)|hiring|\bpoly\b|requisition|sponsor|indoctrinat|debrief|applicant|candidate|ssbi|sf-?86|renew",
    re.IGNORECASE,
)


def drawn_together(text: str) -> str:
    """`text` with web addresses blanked, runs of slashes made `//`, and no blanks round any slash."""
    if "://" in text:
        text = _WEB.sub(" xx ", text)
    if "  " in text or "\t" in text:
        text = _BLANKS.sub(" ", text)
    if "/" not in text and "\\" not in text and "|" not in text:
        return text
    return _BESIDE.sub("", _DOUBLE.sub("//", text))


def of_clearance(text: str) -> bool:
    """Whether a line speaks of a person's clearance, where a level names no text."""
    return _CLEARED.search(text) is not None


def holds(raised: str, needs: tuple[tuple[str, ...], ...]) -> bool:
    """Whether a text in capitals holds one word of each group."""
    for group in needs:
        for word in group:
            if word in raised:
                break
        else:
            return False
    return True


def is_country(word: str) -> bool:
    """Whether a word is a trigraph or tetragraph."""
    return word in COUNTRIES
