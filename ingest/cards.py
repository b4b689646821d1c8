"""A visiting card: the table of a signature that no mail client marked, with a picture and where to reach somebody."""

import re
from collections.abc import Sequence

from ingest.lines import Hint, Line

_MOST_LINES = 14
_MOST_LENGTH = 120
_REACHED = re.compile(r"[^\s@<>]{1,64}@[\w-]{1,60}\.\w|(?:\d[\s().\-/]{0,2}){7}")


def is_card(lines: Sequence[Line]) -> bool:
    """Whether lines of a table with a picture in it are few and short, no list, and hold an address or a telephone."""
    said = [line for line in lines if line.text.strip()]
    if not said or len(said) > _MOST_LINES:
        return False
    if any(line.starts or line.hint is not Hint.NONE or len(line.text) > _MOST_LENGTH for line in said):
        return False
    return any(_REACHED.search(line.text) for line in said)
