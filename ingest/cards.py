"""A visiting card: the table of a signature that no mail client marked, with a picture and where to reach somebody."""

import re
from collections.abc import Sequence

from ingest.lines import Hint, Line

_MOST_LINES = 14
_MOST_LENGTH = 120
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[\w.-]{1,80}")
_REACHED = re.compile(
    r"[^\s@<>]{1,64}@[\w-]{1,60}\.\w|(?:\+|\b(?:tel|phone|telefon|teléfono|tél|mobile?|mob|cell|office|direct|fax|[otmcpdfw])\b[.:]{0,2}\s?)"
    r"[+(]{0,2}(?:\d[\s().\-/]{0,2}){6}",
    re.IGNORECASE,
)


def is_card(lines: Sequence[Line]) -> bool:
    """Whether lines of a table with a picture in it are few and short, no list, and hold an address or a telephone."""
    said = [line for line in lines if line.text.strip()]
    if not said or len(said) > _MOST_LINES:
        return False
    if any(line.starts or line.hint is not Hint.NONE or len(line.text) > _MOST_LENGTH for line in said):
        return False
    if len({address for line in said for address in _ADDRESS.findall(line.text.lower())}) > 1:
        return False
    return _is_name(said[0].text) and any(_REACHED.search(line.text) for line in said)


def _is_name(text: str) -> bool:
    """Whether a line begins with a name: two words with capitals, and no figure among the first four."""
    words = [word for word in text.replace("|", " ").replace(",", " ").split() if word[:1].isalnum()][:4]
    return len(words) > 1 and all(word[0].isupper() for word in words[:2]) and not any(map(str.isdigit, "".join(words)))
