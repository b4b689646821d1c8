"""Labels that mail programs put into the header: protective markings, sensitivity labels, classification fields."""

import re
from collections.abc import Iterator
from typing import Final

from rules.tokens import Hit, Kind

# RFC 2156 and X.400: `Sensitivity: Company-Confidential` is a button in everyday mail, and `Keywords` are prose.
_EVERYDAY: Final = frozenset(
    {"sensitivity", "keywords", "comments", "thread-topic", "content-description", "x-priority"}
)
_LEVEL: Final = re.compile(
    r"\b(?:TOP[ _-]?SECRET|SECRET|PROTECTED(?![ _-]?NONE| (?:by|with|from)\b)|CUI|FOUO|NOFORN|RESTRICTED DATA|NATO[ _-](?:SECRET|CONFIDENTIAL|RESTRICTED)"
    r"|OFFICIAL[ _:-]*SENSITIVE|RESTREINT|IN-CONFIDENCE|EU[ _-](?:SECRET|CONFIDENTIAL|RESTRICTED)|LES|SBU)\b",
    re.IGNORECASE,
)
_CAPITALS: Final = re.compile(r"\b(?:CONFIDENTIAL|RESTRICTED)\b")
_OPEN: Final = re.compile(r"\b(?:NON?|NOT|UN|KEIN)[ _-]*(?:SECRET|CUI|PROTECTED|RESTRICTED)", re.IGNORECASE)


def hits(name: str, value: str) -> Iterator[Hit]:
    """A level in a label's value. A name that carries prose says nothing by a level word alone."""
    if name in _EVERYDAY:
        return
    shown = _OPEN.sub("", value)
    if _LEVEL.search(shown) or _CAPITALS.search(shown):
        yield Hit(kind=Kind.LABEL)
