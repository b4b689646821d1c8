"""What HTML's own elements do to text: which begin a line, which hold none, which keep their spaces.

Tables, and what style makes of an element.
"""

import re

_MOST_DEPTH = 400
_MOST_TAGS = 60_000
_MANY_TAGS = 4_000
_LEAST_BYTES_A_TAG = 8

BLOCKS = frozenset(
    str.split(
        "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer form"
        " h1 h2 h3 h4 h5 h6 header hr html legend li listing main menu nav ol p plaintext pre section summary table tbody tfoot"
        " thead tr ul xmp"
    )
)
SPACED = frozenset(str.split("p h1 h2 h3 h4 h5 h6 blockquote ul ol pre table dl"))
SKIPPED = frozenset(
    str.split("script style head meta link template object embed iframe svg math noframes colgroup base")
)
_SHUT = frozenset(
    str.split("p li td th tr tbody thead tfoot dt dd option br hr img input meta link col area base wbr embed source")
)

DRAWN = frozenset(("svg", "math", "object"))
"""Of these, what is shown though it is no text of a reply."""
KEPT = frozenset(("pre", "textarea", "xmp", "listing", "plaintext"))
HEAVIEST = 2
WEIGHTS = {**dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "th"), HEAVIEST), "b": 1, "strong": 1}
BREAKS = re.compile("[\u2028\u2029\x85\x0b]")
"""Signs that end a line wherever they stand."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)")
_AS_BLOCK = re.compile(r"(?:^|;)display:(?:block|list-item|flex|grid|table)(?:[;!]|$)", re.IGNORECASE)
_AS_INLINE = re.compile(r"(?:^|;)display:inline(?:[;!]|$)", re.IGNORECASE)


def behaves_as(tag: str, style: str) -> str:
    """The element that one with this style, written without spaces, is shown like."""
    if "display:" not in style:
        return tag
    if tag in {"div", "p"}:
        return "span" if _AS_INLINE.search(style) else tag
    return "div" if tag in {"span", "a", "label", "b", "i", "font", "strong", "em"} and _AS_BLOCK.search(style) else tag


def too_deep(source: str) -> bool:
    """A parser looks up all open elements for each new one: unclosed elements by the thousand cost their square.

    Markup that is nothing but tags by the thousand is no mail either.
    """
    found = _TAG.findall(source)
    if len(found) > _MOST_TAGS or (len(found) > _MANY_TAGS and len(source) < _LEAST_BYTES_A_TAG * len(found)):
        return True
    depth = 0
    for closing, name in found:
        if name.lower() not in _SHUT:
            depth += -1 if closing and depth else 1
        if depth > _MOST_DEPTH:
            return True
    return False
