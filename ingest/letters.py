"""One letter a line: what each line of a mail is, so that what is kept can be decided over a string of letters.

e empty          t text             l list item        k inside a plain blockquote
q quoted by >    Q quoted by markup p text we sent     b attribution
h header block   o original follows r reply above      d drawn line
g signature mark S signature        s device line      x disclaimer, banner, label
f list footer
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ingest import attribution, devices, furniture, gateways, letterhead, markers, salutation
from ingest.lines import Hint, Line, once_each
from ingest.prompted import Prompts, quoted_from

OWN = frozenset("tlk")
"""What somebody wrote."""

_DRAWN = re.compile(r"[-_,=+~#*\u1427—–─━═‗·•.<>\s]{1,200}")
_TABLE = re.compile(r"\+[-=+]{3,198}\+|(?:[-=]{3,60}[ \t]{1,20}){1,9}[-=]{3,60}")
"""What a table of characters is ruled with."""
_INITIALS = re.compile(r"\s*[^\W\d_]\w{0,14}>(?:\s|$)")
_MORE_THAN = re.compile(r">\s?[$€£]?\d{1,9}(?:[.,]\d{1,9})?\s?%?\s\w")
_LINK = re.compile(
    r"\s*(?:for more information,? (?:please )?(?:visit|see) )?<?(?:https?://|www\.)\S{1,300}\s*$", re.IGNORECASE
)
_LABEL_HINTS = (
    "internal", "confidential", "use only", "proprietary", "classification", "sensitivity", "caveat", "marking",
)  # fmt: skip
_LABEL_HINT = re.compile("|".join(_LABEL_HINTS), re.IGNORECASE)
_FOOTER_STARTS = ("you ", "to ", "unsub", "reply", "mailing")
_MANY = 200
"""Lines, from which on it pays to look first whether there is any of a kind among them."""
_SIGNS = frozenset("⚠🚨⛔🛑❗‼")
"""Signs of warning, which are marks of a list too."""
_MOST_TOP = 12
_MOST_BANNERS = 60
_SHORT = 200
_LONG = 300


class _Held(NamedTuple):
    """What a text as a whole can hold, so that its lines are not each asked for what stands nowhere."""

    above: bool
    labels: bool
    markings: bool = True
    devices: bool = True
    scans: bool = False


class Seen:
    """What the lines of one mail are when each is asked by itself: kept from one pass to the next, and for no longer."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.held: _Held | None = None
        self.letters: dict[Line, str] = {}
        self.attributions = attribution.Asked()
        self.field = once_each(letterhead.field_of)
        self.greets = once_each(salutation.is_greeting)


def classify(lines: Sequence[Line], prompts: Prompts, seen: Seen | None = None) -> list[str]:
    """The letters of `lines`, one each."""
    if not lines:
        return []
    seen = seen or Seen()
    known = seen.letters
    texts = [line.text for line in lines]
    letters: list[str] = []
    held = seen.held = seen.held or _held(texts)
    for line in lines:
        letter = known.get(line)
        if letter is None:
            letter = known[line] = _alone(line, held)
        letters.append(letter)
    for index in quoted_from(texts, prompts):
        letters[index] = "p"
    _fences(texts, letters)
    _attributions(texts, letters, seen)
    _blocks(texts, letters, seen)
    _quoted_blocks(texts, letters)
    _comparisons(texts, letters)
    _leaders(texts, letters)
    _fences(texts, letters)
    _initials(texts, letters)
    if any(line.hint is Hint.BLOCK for line in lines):
        _blockquotes(lines, letters)
    _advertisements(texts, letters)
    _paragraphs(texts, letters)
    _tops(texts, letters)
    return letters


def _held(texts: Sequence[str]) -> _Held:
    whole = attribution.lower("\n".join(texts))
    # These two are an `s` and an `i` to a pattern that ignores case.
    folded = whole if whole.isascii() else whole.replace("\u017f", "s").replace("\u0131", "i")
    above = furniture.may_ask_above(whole)
    labels = any(map(folded.__contains__, _LABEL_HINTS))
    scans = gateways.may_hold_scan_note(whole)
    if len(texts) < _MANY:
        return _Held(above, labels, scans=scans)
    return _Held(above, labels, labels or furniture.may_hold_label(folded), devices.may_hold_device_line(whole), scans)


def _alone(line: Line, held: _Held) -> str:
    """What a line is, seen by itself."""
    text = line.text.strip()
    if not text or text == "\u200b":
        return "e"
    if line.hint is Hint.QUOTE:
        return "Q"
    if text[0] == ">":
        return "q"
    if line.hint is Hint.SIGNATURE:
        return "S"
    if line.starts:
        return "l"
    if not text[0].isalnum() or text[0] == "\u1427":  # Gmail's tracking dot, a letter to Unicode
        if text in {"--", "-- ", "- --"}:
            return "g"
        if _DRAWN.fullmatch(text):
            return "t" if _TABLE.fullmatch(text) else "d"
    return _worded(line, text, held)


def _worded(line: Line, text: str, held: _Held) -> str:
    if len(text) < _SHORT:
        if held.devices and devices.is_device_line(text):
            return "s"
        if (text[0] in "-_=*~—–─━‐‑−<" or text[-1] in ":：") and letterhead.announces(text):
            return "o"
        if text[0] in "-_=*" and letterhead.ends_forwarded(text):
            return "d"
        if ("mailing list" in text or text[:6].lower().startswith(_FOOTER_STARTS)) and furniture.is_list_footer(text):
            return "f"
        if held.above and furniture.is_reply_above(text):
            return "r"
        hinted = held.markings and (text[0] == "[" or text.isupper() or (held.labels and _LABEL_HINT.search(text)))
        if (hinted and furniture.is_label(text)) or (held.scans and gateways.is_scan_note(text)):
            return "x"
    if line.hint is Hint.BLOCK:
        return "k"
    marked = markers.split(line.text)
    return "l" if marked is not None and marked.kind != "weak" else "t"


def _fences(texts: Sequence[str], letters: list[str]) -> None:
    """Between two fences of back-ticks everything is text."""
    marks = [index for index, text in enumerate(texts) if text.startswith("```")]
    for first, last in zip(marks[::2], marks[1::2], strict=False):
        for index in range(first, last + 1):
            if letters[index] not in "eQp":
                letters[index] = "t"


def _attributions(texts: Sequence[str], letters: list[str], seen: Seen) -> None:
    for first, after in attribution.find(texts, seen.attributions).items():
        listed = letters[first] == "l" and not attribution.only_looks_listed(texts, first)
        if listed or letters[first] == "g" or (letters[first] == "t" and texts[first].startswith("```")):
            continue
        for index in range(first, after):
            if letters[index] not in "eQp":
                letters[index] = "b"
    for index, text in enumerate(texts):
        if letters[index] == "t" and "@" in text and attribution.runs_on(text):
            letters[index] = "b"


def _blocks(texts: Sequence[str], letters: list[str], seen: Seen) -> None:
    open_to = [letter in "tk" and letterhead.may_be_field(text) for letter, text in zip(letters, texts, strict=True)]
    if True in open_to:
        ruled = _under_rule(letters)
        for first, after in letterhead.blocks(texts, open_to, ruled, seen.field):
            for inside in range(first, after):
                if letters[inside] not in "eQp":
                    letters[inside] = "h"


def _quoted_blocks(texts: Sequence[str], letters: list[str]) -> None:
    """A header block that begins a quote is nobody's question; where it is all of it, what follows lost its marks."""
    last = 0
    for first, letter in enumerate(letters):
        if letter != "q" or first < last:
            continue
        last = next((at for at in range(first, len(letters)) if letters[at] != "q"), len(letters))
        said = next((at for at in range(first, last) if not _only_announces(texts[at])), last)
        if said < last and (":" in texts[said][:40] or "：" in texts[said][:40]):
            rest = last - said
            head = next(letterhead.blocks(texts[said:last], [True] + [False] * (rest - 1), [False] * rest), (0, 0))
            goes_on = next((at for at in range(said + head[1], last) if attribution.plain(texts[at])), last)
            if head[1]:
                letters[first:goes_on] = ("Q" if goes_on < last else "h") * (goes_on - first)


def _only_announces(text: str) -> bool:
    """Whether a quoted line holds nothing, or says that the original follows."""
    said = text.lstrip("> ")
    return not said.strip() or (said[0] in "-_=*~—–─━‐‑−" and letterhead.announces(text))


def _leaders(texts: Sequence[str], letters: list[str]) -> None:
    """Lines that are told only by the quote or the header block that follows them."""
    known: dict[tuple[str, str, bool], str] = {}
    below = ""
    for index in range(len(letters) - 1, -1, -1):
        letter = letters[index]
        if letter == "b" and below == "l" and "@" not in texts[index]:
            # "On 3 March 2025 the board wrote:" above a list of one's own.
            letters[index] = "t"
        if letter == "t" and below in {"h", "q", "Q", "p"}:
            asked = (texts[index], below, not index or letters[index - 1] == "e")
            if asked not in known:
                known[asked] = _led(*asked)
            letters[index] = known[asked]
        if letter != "e":
            below = letters[index]


def _led(text: str, below: str, begins: bool) -> str:
    """What a line of text is, right above a quote or a header block. `begins` says that a paragraph begins with it."""
    if letterhead.names_original(text) or (below == "h" and letterhead.forwards(text)):
        return "o"
    if below in "qQp" and (attribution.leads(text) or (begins and attribution.names_writer(text))):
        return "b"
    return "t"


def _under_rule(letters: Sequence[str]) -> list[bool]:
    """Whether the line above, empty ones aside, is drawn across or announces the original."""
    found: list[bool] = []
    above = ""
    for letter in letters:
        found.append(above in {"d", "o"})
        above = letter if letter != "e" else above
    return found


def _initials(texts: Sequence[str], letters: list[str]) -> None:
    """`C> quoted` and `| quoted` are quotes right under an attribution, or in company."""
    named = [
        letter in "tl" and ">" in text[:17] and _INITIALS.match(text) is not None
        for letter, text in zip(letters, texts, strict=True)
    ]
    if "b" not in letters and True not in named:
        return
    before = ""
    for index, letter in enumerate(letters):
        company = named[index] and (before in {"b", "q"} or any(named[index + 1 : index + 2]))
        if company or (letter in "tl" and before in {"b", "q"} and texts[index].startswith("|")):
            letters[index] = "q"
        if letters[index] != "e":
            before = letters[index]


def _blockquotes(lines: Sequence[Line], letters: list[str]) -> None:
    """A plain blockquote is a quote where an attribution stands right above it or begins it; else it is an indent."""
    before = ""
    index = 0
    while index < len(lines):
        if lines[index].hint is not Hint.BLOCK:
            before = letters[index] if letters[index] != "e" else before
            index += 1
            continue
        end = index
        while end < len(lines) and (
            lines[end].hint is Hint.BLOCK or (letters[end] == "e" and lines[end].hint is Hint.NONE)
        ):
            end += 1
        first = next((letters[at] for at in range(index, end) if letters[at] != "e"), "")
        if before in {"b", "h"} or first in {"b", "h", "o"}:
            for at in range(index, end):
                if letters[at] not in "ep":
                    letters[at] = "Q"
        before = next((letters[at] for at in range(end - 1, index - 1, -1) if letters[at] != "e"), before)
        index = end


def _comparisons(texts: Sequence[str], letters: list[str]) -> None:
    """`>40 calls answered`, above any quote and with none around it, tells how many."""
    if "q" not in letters:
        return
    index = 0
    while index < len(letters) and letters[index] in "etlkqs":
        end = index
        while end < len(letters) and letters[end] == "q":
            end += 1
        if all(_MORE_THAN.match(text) for text in texts[index:end]):
            letters[index:end] = "t" * (end - index)
        index = end + 1


def _advertisements(texts: Sequence[str], letters: list[str]) -> None:
    """A link alone right under a device line is the application's; under a scanner's note, the scanner's."""
    for index in range(1, len(letters)):
        if letters[index] == "t" and (above := letters[index - 1]) in "sx" and _LINK.match(texts[index]):
            letters[index] = above


def _paragraphs(texts: Sequence[str], letters: list[str]) -> None:
    """Disclaimers are known by their paragraph."""
    index = 0
    while index < len(letters):
        if letters[index] not in "tS":
            index += 1
            continue
        end = index
        while end < len(letters) and letters[end] in "tSf":
            end += 1
        first = texts[index]
        if furniture.is_disclaimer(first if len(first) > _LONG else " ".join(texts[index : min(end, index + 40)])):
            letters[index:end] = "x" * (end - index)
        index = end


def _tops(texts: Sequence[str], letters: list[str]) -> None:
    """A gateway's banner stands at the top of a mail or of the quote in it."""
    seen = 0
    banner = False
    for index, letter in enumerate(letters):
        if letter == "e":
            continue
        if letter == "d" and banner:
            letters[index] = "x"
            continue
        if letter in "tlk":
            seen += 1
            # A list may tell of "External mail servers, moved".
            warns = letter != "l" or "mail originat" in texts[index] or texts[index].lstrip()[:1] in _SIGNS
            if (warns and gateways.is_banner(texts[index])) or (banner and gateways.goes_on_banner(texts[index])):
                letters[index] = "x"
                banner = True
                if seen > _MOST_BANNERS:
                    return
                continue
        banner = False
        if seen > _MOST_TOP:
            return
