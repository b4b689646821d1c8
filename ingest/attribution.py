"""Attributions: the lines with which a mail client introduces a quote, such as `On <date>, <name> wrote:`.

They are known by their parts (a date, an address, a verb of writing, how they end), not by whole sentences, so that
a client's new wording or a line break in an odd place changes nothing.
"""

import re
from collections.abc import Callable, Sequence

from ingest import hearsay, verbs
from ingest.lines import once_each

_SIGNS = "> \t|-–—‐*_="
"""Nothing but these is the mark of a quote, or a line that is drawn."""
_TAILS = (":", "：", "-", "–", "—", ">", "*", "_", "‐")

_ADDRESS = re.compile(r"[^\s@<>]@[\w\[]|\bmailto:")
_ANGLED = re.compile(r"[<(\[«][^<>()]{0,200}@[^<>()]{1,200}[>)\]»]")
# One sign that all dates begin with, and then the rest: such a pattern skips what holds none of these signs.
_DATE = re.compile(
    r"[\d年](?:(?<=年)|\d?\s?[:.h]\s?\d{2}|(?:(?<=1)9|(?<=2)0)(?<!\d\d\d)\d\d(?!\d)|"
    r"\d{0,3}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4})"
)
_STARTS_WITH_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{4}[./-]\d{1,2}[./-]\d{1,2}\b|\d{4}\s?年")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)")
_DAY = re.compile(r"(?<!\d)\d{4}(?!\d)|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2}")
_DAY_FIRST = re.compile(r"\s*\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]{3,12}\.?)\s?\d{1,4}\b")
_IN_BRACKETS = re.compile(r"\([^()<>]{1,120}<[^<>]{1,200}>\)\W{0,4}$")
"""`Wells (see mail of 3 March 2025 from Jane Doe <j@x.example>):` names a mail in passing."""
_ISO_NAME = re.compile(r"\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}(?::\d{2})? (?:GMT|UTC)[+-]\d{2}:?\d{2} \S")
_OPENER = re.compile(
    r"[^\w<]*(?:\d|<|(?:on|at|in|am|le|el|il|op|den|em|w dniu|dnia|dne|dňa|vào|lúc|pe|på|în|στις|la|a las|kl|v|у|в|во|на|"
    r"mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|lu|ma|ti|ke|to|pe|su|"
    r"man|tir|ons|tor|fre|lør|søn|mån|tis|lör|sön|po|út|ut|st|čt|pá|so|ne|pon|wt|śr|czw|pt|sob|nd|пн|вт|ср|чт|пт|сб|вс|"
    r"dom|seg|ter|qua|qui|sex|sáb|mié|jue|vie|sáb|sent|в|от|من|في|בתאריך|ב|เมื่อ|pada|在|於|于)\b)",
    re.IGNORECASE,
)
_PREPOSED = re.compile(
    r"[^\w<]*(?:on|at|in|am|le|el|il|op|den|em|w dniu|dnia|dne|dňa|vào|lúc|pe|på|în|στις|la|v|у|в|на|في|בתאריך|เมื่อ|pada)\b",
    re.IGNORECASE,
)
_ENDINGS = (".", ":", "!", "?", ";", "。", "：")
_BIDI = dict.fromkeys([0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x00AD])
_RUN_ON = re.compile(r"([^:：]{10,300}(?::[^:：]{1,120}){0,4}[:：])\s{2,}\S")
_DASHES = "-–—‐‑−=_*~ \t"
_ALONE = re.compile(r"\s*(?:<[^<>]{0,300}>|\[?mailto:[^\s]{1,300})\s*$")
_BULLET = re.compile(r"\s*(?:[-*•·‣◦●○▪■–—+o→➢✓]\s|\(?\d{1,2}[.)]\s|[-*•·]\w)")
_MOST_NAMED = 120
_MOST_NAMES = 4
_MOST_LINES = 6
_MOST_LENGTH = 600


def plain(text: str) -> str:
    """A line without quote marks, direction marks and the space around it."""
    if text.isascii():
        return text.lstrip("> \t|").strip()
    return text.translate(_BIDI).replace("\u00a0", " ").replace("\u202f", " ").lstrip("> \t|").strip()


def lower(text: str) -> str:
    """Small letters. The Turkish capital İ becomes an i with a dot of its own, which no table holds."""
    lowered = text.lower()
    return lowered if text.isascii() else lowered.replace("i\u0307", "i")


def is_attribution(text: str) -> bool:
    """Whether `text`, one line or several joined, introduces a quote."""
    if len(text) > _MOST_LENGTH:
        return False
    if text.endswith(">>>"):  # GroupWise: >>> Jane Doe <jane@x.example> 3/3/2025 9:00 AM >>>
        return _DATE.search(text) is not None
    framed = text.startswith(("--", "—-")) and text.endswith(("-", "—"))
    core = text.strip(_DASHES)
    colon = core.endswith((":", "："))
    bare = lower(core.rstrip(" :：*_"))
    if colon and bare.startswith(verbs.QUOTING) and _ANGLED.search(core) is not None:
        return True
    if core.count(">") > core.count("<"):
        return False
    if not verbs.ends_with_verb(bare):
        # Zoho frames what it writes in dashes, in the reader's language: a frame closes it as well as a colon.
        return _DATE.search(core) is not None and _is_dated_attribution(core, colon=colon or framed)
    if framed:
        return True
    address = _ADDRESS.search(core) is not None
    if colon and address:
        return True
    # People send and say things, too: "On 3 March 2025 the board sent:" introduces no quote.
    told = bare.endswith(("sent", "said")) or hearsay.names_nobody(
        core.rstrip(" :：*_")[: -len(verbs.verb_of(bare))].rstrip()
    )
    return (address or (colon and not told)) and _DATE.search(core) is not None


def _is_dated_attribution(core: str, *, colon: bool) -> bool:
    """Whether text with a date in it, and no verb at its end, introduces a quote."""
    lowered = f" {core.lower()}"
    if hearsay.is_told(core) or _IN_BRACKETS.search(core) is not None:
        return False
    if colon and any(middle in lowered for middle in verbs.MIDDLE):
        return True
    if _ANGLED.search(core) is not None and (
        colon or (core.endswith(">") and _STARTS_WITH_DATE.match(core) is not None)
    ):
        return True
    return _ISO_NAME.match(core) is not None and not core.endswith("<") and len(core) < _MOST_NAMED


class Asked:
    """What each line of one mail says by itself, asked once in all passes over it: later ones see no other lines."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.may_hold_any: bool | None = None
        self.ends = once_each(_may_end)
        self.clean = once_each(plain)
        self.tells = once_each(_tells)
        self.names = once_each(is_attribution)


def find(texts: Sequence[str], asked: Asked) -> dict[int, int]:
    """Every attribution: index of its first line -> index after its last. `texts` are the raw lines."""
    lasts = [index for index, raw in enumerate(texts) if asked.ends(raw)]
    if not lasts:
        return {}
    if asked.may_hold_any is None:
        asked.may_hold_any = _may_hold_any(texts)
    if not asked.may_hold_any:
        return {}
    clean, tells, names = asked.clean, asked.tells, asked.names
    found: dict[int, int] = {}
    known: dict[tuple[tuple[str, ...], int, int], int | None] = {}
    upto = 0
    for last in lasts:
        if last < upto or not any(tells(raw) for raw in texts[max(last - _MOST_LINES, 0) : last + 1]):
            continue
        # What is asked of a line depends on it, on so many above it and on the one below, whatever their place.
        top = max(last - 3 * _MOST_LINES, 0)
        window = tuple(texts[top : last + 2])
        question = window, last - top, max(upto - top, 0)
        if question not in known:
            known[question] = _reach(window, clean, names, *question[1:])
        reached = known[question]
        if reached is None:
            continue
        first = top + reached
        after = last + 1
        while (
            after < len(texts) and after <= last + 2 and (_ALONE.match(texts[after]) or _only_verb(clean(texts[after])))
        ):
            after += 1
        found[first] = upto = after
    return found


def _may_hold_any(texts: Sequence[str]) -> bool:
    """Whether an attribution can stand in a text at all: each has an address, a word for writing or a zone in it."""
    whole = "\n".join(texts)
    if "@" in whole or ">>>" in whole or "GMT" in whole or "UTC" in whole:
        return True
    lowered = lower(plain(whole))
    return any(map(lowered.__contains__, verbs.WRITING))


def _tells(raw: str) -> bool:
    """Whether a line holds a date or an address, or is framed by dashes: an attribution has one of them."""
    return len(raw) <= _MOST_LENGTH and (
        "@" in raw
        or _DATE.search(raw) is not None
        or (raw.lstrip("> ").startswith(("--", "—-")) and any(char.isalpha() for char in raw[:80]))
    )


def _may_end(raw: str) -> bool:
    text = raw.rstrip().rstrip("\u200e\u200f\u202c\u2069")
    if len(text) > _MOST_LENGTH or not text:
        return False
    if text.endswith(_TAILS):
        return bool(text.strip(_SIGNS))
    return bool(verbs.verb_of(text[-verbs.LONGEST :].lower())) or (
        "GMT" in text and _ISO_NAME.match(plain(text)) is not None
    )


def _only_verb(text: str) -> bool:
    bare = text.rstrip(" :：").lower()
    return text.endswith((":", "：")) and bare != "" and bare == verbs.verb_of(bare)


def _reach(
    texts: Sequence[str], clean: Callable[[str], str], names: Callable[[str], bool], last: int, floor: int
) -> int | None:
    """The first line of the attribution that ends with line `last`, or None where none does.

    Lines are joined upwards until what is joined introduces a quote and names a date.
    """
    if _BULLET.match(texts[last]) and not only_looks_listed(texts, last):
        return None
    closes = texts[last].lstrip()[:1] == ">" and _closes_angle(texts, last)
    joined = texts[last].strip() if closes else clean(texts[last])
    accepted = last if names(joined) else None
    dated = accepted is not None and _DATE.search(joined) is not None
    index = last
    while not dated:
        index = _above(texts, clean, joined, index, floor)
        if index < 0 or last - index >= _MOST_LINES or not _joins(texts, index, last, closes=closes):
            break
        above = clean(texts[index])
        if above.endswith((".", "!", "?")) and "@" not in above and not _OPENER.match(above):
            break
        joined = f"{above} {joined}"
        if len(joined) > _MOST_LENGTH:
            break
        if accepted is not None and not _goes_above(texts, above, index, accepted):
            continue
        if names(joined):
            accepted, dated = index, _DATE.search(joined) is not None
    if accepted is None or (accepted < last and not _starts(clean(texts[accepted]))):
        return None
    return _with_opener(texts, clean, accepted, floor)


def only_looks_listed(texts: Sequence[str], last: int) -> bool:
    """Whether what looks like a mark is a day of the month (`3. mars 2025 kl. 09:00 skrev`), or leads a quote marked by `>`."""
    text = texts[last]
    if _DAY_FIRST.match(text) is not None and _CLOCK.search(text) is not None:
        return True
    below = texts[last + 1] if last + 1 < len(texts) else ""
    return below[:1] == ">" and _ANGLED.search(text) is not None and _DATE.search(text) is not None


def _goes_above(texts: Sequence[str], above: str, index: int, accepted: int) -> bool:
    """Whether a line above what introduces a quote by itself begins it: it holds the day and the hour."""
    if _is_stamped(above):
        return True
    if _OPENER.match(above):
        return index == accepted - 1 or _DATE.search(above) is not None
    return index == accepted - 1 and _ALONE.match(texts[index]) is not None


def _is_stamped(text: str) -> bool:
    return _CLOCK.search(text) is not None and _DAY.search(text) is not None


def _above(texts: Sequence[str], clean: Callable[[str], str], joined: str, index: int, floor: int) -> int:
    """The line to join next, or -1. One empty line may stand before an address that begins a line."""
    index -= 1
    if index >= floor and not clean(texts[index]) and joined.startswith("<"):
        index -= 1
    return index if index >= floor and clean(texts[index]) else -1


def _joins(texts: Sequence[str], index: int, last: int, *, closes: bool) -> bool:
    """Whether a line above may belong to the same attribution: no list item, quoted as deep."""
    if _BULLET.match(texts[index]) is not None and not only_looks_listed(texts, index):
        return False
    return closes or texts[index] == texts[last] or _depth(texts[index]) == _depth(texts[last])


def _with_opener(texts: Sequence[str], clean: Callable[[str], str], first: int, floor: int) -> int:
    """`On Nov 21, 2014,` may stand on a line of its own above the rest, and so may the name, the address or both."""
    for index in range(first - 1, max(floor, first - _MOST_LINES) - 1, -1):
        above = clean(texts[index])
        if not above or not _joins(texts, index, first, closes=False):
            break
        opens = (above.endswith(",") and (_OPENER.match(above) or _ANGLED.search(above))) or (
            _PREPOSED.fullmatch(above) and _opens_paragraph(texts, index, floor)
        )
        if not opens and not _is_headless(clean(texts[first]), above, _opens_paragraph(texts, index, floor)):
            break
        first = index
    text = clean(texts[first])
    named = first - 1
    if text.startswith(("<", "(<")) and first - floor > 1 and _opens_paragraph(texts, named - 1, floor):
        both = [clean(texts[named - 1]), clean(texts[named])]
        if all(both) and not any(name.endswith(_ENDINGS) or _BULLET.match(name) for name in both):
            return named - 1
    return first


def _opens_paragraph(texts: Sequence[str], index: int, floor: int) -> bool:
    return index == floor or not plain(texts[index - 1])


def _is_headless(text: str, above: str, begins: bool) -> bool:
    """Whether `text` lacks what stands above: an address its name, an hour its day, or a date its address."""
    if text.startswith(("<", "(<")):
        return begins and len(above) < _MOST_NAMED and not above.endswith(_ENDINGS)
    if begins and _CLOCK.match(text) is not None and _DAY.search(above) is not None:
        return True
    lacks = "@" not in text and _PREPOSED.match(text) is None
    return lacks and _ANGLED.search(above) is not None and not above.endswith(_ENDINGS)


def _starts(text: str) -> bool:
    return (
        _OPENER.match(text) is not None
        or _is_stamped(text)
        or "@" in text
        or "<" in text
        or any(middle in f" {text.lower()} " for middle in verbs.MIDDLE)
    )


def _depth(text: str) -> int:
    bare = text.lstrip()
    return len(bare) - len(bare.lstrip("> "))


def _closes_angle(texts: Sequence[str], last: int) -> bool:
    """Whether the `>` that begins a line closes an address that a line above opened, and is no quote mark."""
    above = " ".join(texts[max(0, last - 3) : last])
    return above.count("<") > above.count(">") and _only_verb_or_colon(texts[last])


def _only_verb_or_colon(text: str) -> bool:
    rest = text.strip().removeprefix(">").strip()
    return rest in {":", "："} or _only_verb(rest)


def runs_on(raw: str) -> bool:
    """Whether a line introduces a quote and holds it, too, as Yahoo's application for Android writes it."""
    found = _RUN_ON.match(raw) if "@" in raw[:_MOST_LENGTH] else None
    if found is None or _BULLET.match(raw):
        return False
    text = plain(found[1])
    return _DATE.search(text) is not None and _ANGLED.search(text) is not None and is_attribution(text)


_CITING = ("quoting ", "zitat von ", "citando a ", "citando ", "citation de ", "citazione di ", "цитирую ")
"""Horde's words before a name."""


def names_writer(raw: str) -> bool:
    """Whether a line that stands right above a quote says who wrote it, and nothing else: `Jane Doe wrote:`."""
    text = plain(raw)
    if len(text) >= _MOST_NAMED or not text.endswith((":", "：")) or _BULLET.match(raw):
        return False
    bare = lower(text.rstrip(" :："))
    begun = next((len(opener) for opener in _CITING if bare.startswith(opener)), 0)
    if not begun and not verbs.ends_with_verb(bare):
        return False
    named = text.rstrip(" :：")[begun : len(bare) - (0 if begun else len(verbs.verb_of(bare)))]
    names = named.rpartition(",")[2].split()
    return 0 < len(names) <= _MOST_NAMES and all(name[0].isupper() or not name[0].islower() for name in names)


def leads(raw: str) -> bool:
    """Whether a line that stands right above a quote introduces it, short as it is: `Jane Doe, 3 Mar 2025:`."""
    text = plain(raw)
    if len(text) >= _MOST_NAMED or _DATE.search(text) is None or _BULLET.match(raw):
        return False
    if text[0] in "([" and text[-1] in ")]":  # [Jane Doe, 3 Mar 2025 9:00]
        return _CLOCK.search(text) is not None or verbs.ends_with_verb(lower(text.strip("([)] :")))
    lowered = lower(text)
    if text.endswith((":", "：")):
        return not verbs.ends_with_verb(bare := lowered.rstrip(" :：")) or not hearsay.names_office(
            bare[: -len(verbs.verb_of(bare))].rstrip()
        )
    if lowered.startswith("posted by "):
        return True
    # "Am 3.3.2025 um 9:00 schrieb Jane Doe", without a colon.
    writes = any(middle in lowered for middle in verbs.MIDDLE) or verbs.ends_with_verb(lowered)
    return writes and _OPENER.match(text) is not None and not text.endswith(_ENDINGS)
