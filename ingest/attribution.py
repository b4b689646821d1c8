"""Attributions: the lines with which a mail client introduces a quote, such as `On <date>, <name> wrote:`.

They are known by their parts (a date, an address, a verb of writing, how they end), not by whole sentences, so that
a client's new wording or a line break in an odd place changes nothing.
"""

import re
from collections.abc import Callable, Sequence

VERBS = (
    "wrote", "writes", "sent", "schreef", "geschreven", "schrieb", "geschrieben", "a écrit", "écrit", "ha scritto",
    "scritto", "napisał", "napisał(a)", "napisała", "pisze", "escreveu", "escribió", "escribio", "skrev", "följande",
    "følgende", "写道", "寫道", "написал", "написал(а)", "написала", "написав", "написав(ла)", "пише", "пишет", "писал",
    "đã viết", "viết", "napsal", "napsal(a)", "napsala", "napísal", "napísal(a)", "napísala", "yazdı", "yazmış", "írta",
    "kirjoitti", "작성", "작성함", "썼습니다", "のメッセージ", "のメール", "a scris", "scris", "έγραψε", "написа", "написао",
    "написала је", "napisao", "napisala", "napisao/la", "napisal", "napisal/-a", "rašė", "parašė", "rakstīja", "kirjutas",
    "skrifaði", "כתב", "כתבה", "כתב/ה", "كتب", "نوشت", "लिखा", "เขียนว่า", "เขียน", "menulis", "va escriure", "idatzi zuen",
    "escribiu", "shkroi", "the following", "volgende", "kirjutas järgmist", "uzrakstīja",
)  # fmt: skip
_MIDDLE = (
    " schrieb ", " schreef ", " skrev ", " wrote on ", " kirjoitti ", " napsal ", " napisał ", " написал ", " írta ",
    " escribió ", " a écrit ", " ha scritto ", " schrieb:", " writes on ",
)  # fmt: skip
_PRONOUNS = re.compile(r"\b(?:i|he|she|they|we|who|ich|er|sie|wir|je|il|elle|ils|nous|él|ella|ellos)$", re.IGNORECASE)
_TAILS = (":", "：", "-", "–", "—", ">", "*", "‐")

_ADDRESS = re.compile(r"[^\s@<>]@[\w\[]|\bmailto:")
_ANGLED = re.compile(r"[<(\[«][^<>()]{0,200}@[^<>()]{1,200}[>)\]»]")
_DATE = re.compile(
    r"\d{1,2}\s?[:.h]\s?\d{2}|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}|[٠-٩]{1,2}:[٠-٩]{2}|年",
)
_STARTS_WITH_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{4}[./-]\d{1,2}[./-]\d{1,2}\b|\d{4}\s?年")
_ISO_NAME = re.compile(r"\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}(?::\d{2})? (?:GMT|UTC)[+-]\d{2}:?\d{2} \S")
_OPENER = re.compile(
    r"[^\w<]*(?:\d|<|(?:on|at|in|am|le|el|il|op|den|em|w dniu|dnia|dne|dňa|vào|lúc|pe|på|în|στις|la|a las|kl|v|у|в|во|на|"
    r"mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|lu|ma|ti|ke|to|pe|su|"
    r"man|tir|ons|tor|fre|lør|søn|mån|tis|lör|sön|po|út|ut|st|čt|pá|so|ne|pon|wt|śr|czw|pt|sob|nd|пн|вт|ср|чт|пт|сб|вс|"
    r"dom|seg|ter|qua|qui|sex|sáb|mié|jue|vie|sáb|sent|в|от|من|في|בתאריך|ב|เมื่อ|pada|在|於|于)\b)",
    re.IGNORECASE,
)
_BIDI = dict.fromkeys([0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x00AD])
_DASHES = "-–—=_*~ \t"
_ALONE = re.compile(r"\s*(?:<[^<>]{0,300}>|\[?mailto:[^\s]{1,300})\s*$")
_BULLET = re.compile(r"\s*(?:[-*•·‣◦●○▪■–—+o→➢✓]\s|\(?\d{1,2}[.)]\s|[-*•·]\w)")
_MOST_LINES = 6
_MOST_LENGTH = 600


def plain(text: str) -> str:
    """A line without quote marks, direction marks and the space around it."""
    return text.translate(_BIDI).replace("\u00a0", " ").replace("\u202f", " ").lstrip("> \t|").strip()


def is_attribution(text: str) -> bool:
    """Whether `text`, one line or several joined, introduces a quote."""
    if len(text) > _MOST_LENGTH:
        return False
    framed = text.startswith(("--", "—-")) and text.endswith(("-", "—"))
    core = text.strip(_DASHES)
    colon = core.endswith((":", "："))
    bare = core.rstrip(" :：*_").lower()
    verb = _ends_with_verb(bare)
    address = _ADDRESS.search(core) is not None
    dated = _DATE.search(core) is not None
    if core.count(">") != core.count("<") and core.count(">") > core.count("<"):
        return False
    if verb:
        return framed or (dated and (colon or address)) or (address and colon)
    if not dated:
        return False
    lowered = f" {core.lower()}"
    if colon and any(middle in lowered for middle in _MIDDLE):
        return True
    angled = _ANGLED.search(core) is not None
    if angled and colon:
        return True
    starts = _STARTS_WITH_DATE.match(core) is not None
    if starts and angled and core.endswith(">"):
        return True
    return _ISO_NAME.match(core) is not None and not core.endswith("<") and len(core) < 120  # noqa: PLR2004


def _ends_with_verb(bare: str) -> bool:
    if not bare.endswith(VERBS):
        return False
    verb = max((verb for verb in VERBS if bare.endswith(verb)), key=len)
    before = bare[: -len(verb)]
    if verb[0].isascii() and before[-1:].isalpha():
        return False
    return not _PRONOUNS.search(before.rstrip()[-8:])


def find(texts: Sequence[str]) -> dict[int, int]:
    """Every attribution: index of its first line -> index after its last. `texts` are the raw lines."""
    found: dict[int, int] = {}
    cleaned: dict[int, str] = {}

    def clean(index: int) -> str:
        if index not in cleaned:
            cleaned[index] = plain(texts[index])
        return cleaned[index]

    upto = 0
    for last, raw in enumerate(texts):
        if last < upto or not _may_end(raw):
            continue
        first = _reach(texts, clean, last, upto)
        if first is None:
            continue
        after = last + 1
        while after < len(texts) and after <= last + 2 and (_ALONE.match(texts[after]) or _only_verb(clean(after))):
            after += 1
        found[first] = upto = after
    return found


def _may_end(raw: str) -> bool:
    text = raw.rstrip().rstrip("\u200e\u200f\u202c\u2069")
    if len(text) > _MOST_LENGTH or not text:
        return False
    if text.endswith(_TAILS):
        return True
    return text.lower().endswith(VERBS) or ("GMT" in text and _ISO_NAME.match(plain(text)) is not None)


def _only_verb(text: str) -> bool:
    return text.endswith((":", "：")) and text.rstrip(" :：").lower() in VERBS


def _reach(texts: Sequence[str], clean: Callable[[int], str], last: int, floor: int) -> int | None:
    """The first line of the attribution that ends with line `last`, or None where none does."""
    if _BULLET.match(texts[last]):
        return None
    closes = texts[last].lstrip()[:1] == ">" and _closes_angle(texts, last)
    joined = texts[last].strip() if closes else clean(last)
    accepted: int | None = None
    blanks = 0
    index = last
    while True:
        if is_attribution(joined):
            accepted = index
            if _DATE.search(joined):
                break
        index -= 1
        if index < floor or last - index >= _MOST_LINES:
            break
        above = clean(index)
        if not above:
            blanks += 1
            if blanks > 1 or not joined.startswith("<"):
                break
            continue
        if _BULLET.match(texts[index]) or len(joined) + len(above) > _MOST_LENGTH:
            break
        if not closes and _depth(texts[index]) != _depth(texts[last]):
            break
        if above.endswith((".", "!", "?")) and "@" not in above and not _OPENER.match(above):
            break
        joined = f"{above} {joined}"
        if accepted is not None and not (_OPENER.match(above) or _ALONE.match(texts[index])):
            break
    while (
        accepted is not None
        and accepted > floor
        and clean(accepted - 1).endswith(",")
        and _OPENER.match(clean(accepted - 1))
    ):
        accepted -= 1
        if last - accepted >= _MOST_LINES:
            return None
    if accepted is not None and accepted < last and not _starts(clean(accepted)):
        return None
    return accepted


def _starts(text: str) -> bool:
    return (
        _OPENER.match(text) is not None
        or "@" in text
        or "<" in text
        or any(middle in f"{text.lower()} " for middle in _MIDDLE)
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
