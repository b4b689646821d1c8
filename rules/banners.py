"""Banner lines: level, then controls after `//` (CAPCO register 2016, section D.1); whole lines that are nothing else."""

import re
from collections.abc import Iterator
from typing import Final

from rules.lazily import pattern
from rules.tokens import (
    ANY_CONTROL,
    CONTROL,
    CONTROL_NEEDED,
    END,
    LETTERS,
    LOUD,
    LOUD_NEEDED,
    SPELLED,
    START,
    STRONG,
    Hit,
    Kind,
    Line,
    Question,
    is_country,
    of_clearance,
)
from rules.vocabulary import (
    CUI_CATEGORIES,
    FOREIGN_LINES,
    FOREIGN_NAMES,
    LINE_CORES,
    LINE_PHRASES,
    LINE_WORDS,
    LONE_LEVELS,
    LOUD_PHRASES,
    phrases,
    words,
)

# A level in full and a control after `//`, in any case: no everyday sentence holds that.
_SPELLED: Final = pattern(rf"{START}(?:{SPELLED})//\(?(?P<control>{CONTROL}){END}", re.IGNORECASE)
# Abbreviated level: in capitals with any control, in small letters only with what is unmistakable.
_LETTERS: Final = pattern(rf"(?<![\w/:.\\%])(?:{LETTERS}|{SPELLED})//(?P<control>{ANY_CONTROL}){END}")
_SMALL: Final = pattern(
    r"(?<![\w/:.\\%])(?:ts|s|c|u|r)//(?:nf|noforn|(?-i:si|SI|tk|TK)(?!/(?!nf|tk|si|rel|oc|hcs|/))|(?<=ts//)(?:si|tk)|rel|rel to|fouo|orcon|oc"
    r"|hcs|relido|fgi|sbu|les|limdis|fvey)(?![a-z0-9_.])",
    re.IGNORECASE,
)
# A level in capitals and `//` and a word nobody published: a codeword, or a slip of the fingers.
_UNKNOWN: Final = pattern(
    r"(?<![\w/.:-])(?:TOP[ _-]*SECRET|SECRET|CONFIDENTIAL)//\(?(?!(?:KEY|VALUE|NAME|PATH|PUBLIC|TOKEN|LIST|GET|POST)\b)[A-Z]"
)
_STRAY: Final = pattern(
    rf"//{LOUD}{END}|{START}{LOUD}//[A-Z]"
    rf"|{START}(?:SI|TK|HCS|FGI|SAR-\w+)(?:-[A-Z]+)?(?:/(?:SI|TK|HCS)(?:-[A-Z]+)?)*//(?:{ANY_CONTROL}){END}"
)
_RELEASE: Final = pattern(r"\bREL(?:EASABLE)? ?(?:TO ?)?(?:USA|FVEY|ACGU|NATO)(?:\b|, ?[A-Z]{3,4}\b)")
_RELEASE_LIST: Final = pattern(r"\bREL(?:EASABLE)? ?TO ?(?P<first>[A-Z]{3,4}), ?(?P<second>[A-Z]{3,4})\b")
_SHOWN: Final = pattern(r"\W*DISPLAY ONLY(?: TO)? (?P<country>[A-Z]{3,4})\W*")
# The level between two controls of other kinds of separator: `SECRET/NOFORN`, `SECRET - NOFORN`.
_SINGLE: Final = pattern(
    rf"{START}(?:TOP[ _-]?SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED) ?[/\\|:,;.+_-]{{1,3}} ?(?:{STRONG}|NF|SI|TK|HCS|OC){END}"
)
_FOREIGN_FIRST: Final = pattern(
    rf"(?:^|[\s(\[\"*>])//(?:(?:NATO|COSMIC) (?:TOP )?(?:SECRET|CONFIDENTIAL|RESTRICTED)|JOINT (?:{LETTERS}|{SPELLED})"
    rf"|FGI (?:[A-Z]{{3,4}} ){{0,12}}(?:TS|S|C|R|{SPELLED})"
    rf"|(?P<countries>[A-Z]{{3,4}}(?: [A-Z]{{3,4}}){{0,12}}) (?:TS|S|C|R|{SPELLED})"
    rf"|(?:CTSA?|NSA?T?|NCA?|NR)(?:-[A-Z]+)?(?=[)\]/]|\s*$)){END}"
)
_MISSPELT: Final = pattern(rf"{START}(?P<word>[A-Z]{{4,14}})(?://|/)(?:{ANY_CONTROL}){END}")
_HANDLE: Final = pattern(r"\bHANDLE VIA [A-Z /-]{2,60} CHANNELS?\b")
_STATED: Final = pattern(
    r"(?i:\b(?:this|the attached|following) [\w-]+ (?:is|are)|classification[\w -]{0,40} (?:is|are)|\bclassified(?: as| at)?)"
    r"[: ]+(?i:the )?[\"']?(?:TOP SECRET|SECRET|CONFIDENTIAL)[\"']?(?:[.!\s]*$|//| level| (?i:when filled))"
)
_LABELLED: Final = pattern(
    r"^\W*(?:(?:overall|document|e-?mail|message|security|data|information|highest|protective|national|derivative|page|"
    r"portion|this)\s+)*(?:classification|clasification|classificaton|marking|classified|protective marking|sensitivity|einstufung|geheimhaltungsgrad|klassifizierung|clasificacion|classifica(?:zione|cao)?|"
    r"niveau de (?:classification|protection)|rubricering|gradering|klassificering|klauzula(?: tajnosci)?|mention(?: de protection)?|grif|merking|class'n|class(?=\s*[:=-]+\s*(?:\w{4}|TS\b|[SC]/)))"
    r"(?:\s+(?:level|marking|of (?:this )?[\w-]+|is))*\s*(?:[:=-]+|\.{2,9})\s*(?P<value>\S.{0,200})$",
    re.IGNORECASE,
)
_CAVEATS: Final = pattern(
    rf"^\W*(?:handling )?(?:caveats?|dissem(?:ination)?(?: controls?)?|releasability|handling(?: instructions?)?|controls?)"
    rf"\s*[:=]\s*(?:{LOUD}|NF|SI|TK|OC|SBU|LES|REL TO|REL [A-Z]{{3,4}}|UK EYES|AUSTEO|AGAO|EYES ONLY){END}",
    re.IGNORECASE,
)
_WORDS: Final = pattern(r"[A-Za-z0-9]+")
_APART: Final = pattern(r" - |[/|:,;]")
_GLUED: Final = pattern(
    r"(TOPSECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED|TS(?=[IL1X]{2}))[IL1X]{0,2}(NOFORN|FOUO|ORCON|NF|SI|TK|REL)$"
)
# Letters where slashes belong.
_RUN_ON: Final = pattern(
    rf"{START}(?:SECRET|CONFIDENTIAL)(?:ll|lI|Il|II|LL|11|xx|//?|l|I|1)(?:NOFORN|ORCON|RELIDO|REL TO){END}"
)
_TAUGHT: Final = r"(?i:schulung|unterweisung|belehrung|merkblatt|formation|anleitung|kurs|course|training|policy)"
# Levels in the words of other nations that nothing else is called, anywhere in a line.
_UNMISTAKABLE: Final = pattern(
    r"\b(?:VS[ -]{1,3}(?:NFD|NfD|Nfd|NUR FU?E?R DEN DIENSTGEBRAUCH|VERTRAULICH)|DIFFUSION RESTREINTE|STRENG GEHEIM|KVALIFICERAT HEMLIG"
    r"|(?:SECRET|CONFIDENTIEL)[ -]DEFENSE|STRENGT HEMMELIG|SCISLE TAJNE)\b"
    rf"(?![ -]?{_TAUGHT})"
)
_SET_OFF: Final = pattern(
    r"^[\s*_\"']*[(\[{<]? ?(?P<said>[A-Za-z]+\.?(?:[ .-]{1,3}[A-Za-z]+){0,5})(?: ?[)\]}>]| ?[:|/]| - |\*\*|(?P<law>(?= (?:enligt|iht|jf|nach|gem\w*|podle|podla|secondo)\b)))(?=\W*\w)"
    rf"(?!\W*{_TAUGHT})"
)
_LONGEST: Final = 160
_SHORTEST: Final = len("TSLLNF")
_NEARLY: Final = ("SECRET", "CONFIDENTIAL", "UNCLASSIFIED", "TOPSECRET", "CONTROLLED")


def _spelled(line: Line) -> Iterator[Hit]:
    """A level and a control, `//` between them."""
    for strings in (_SPELLED, _LETTERS):
        for match in strings.finditer(line.text):
            if match["control"].upper() != "SCI" or not of_clearance(line.text):
                yield Hit(kind=Kind.BANNER)


def _strings(line: Line) -> Iterator[Hit]:
    if _SMALL.search(line.text) or _STRAY.search(line.text):
        yield Hit(kind=Kind.BANNER)


def _unknown(line: Line) -> Iterator[Hit]:
    if _UNKNOWN.search(line.text) and not of_clearance(line.text):
        yield Hit(kind=Kind.BANNER, sure=False)


def _nation_first(line: Line) -> Iterator[Hit]:
    for match in _FOREIGN_FIRST.finditer(line.text):
        if match["countries"] is None or all(is_country(word) for word in match["countries"].split()):
            yield Hit(kind=Kind.BANNER)


def _misspelt(line: Line) -> Iterator[Hit]:
    if "//" in line.text and any(_is_slip(match["word"]) for match in _MISSPELT.finditer(line.text)):
        yield Hit(kind=Kind.BANNER, sure=False)


def _release(line: Line) -> Iterator[Hit]:
    if _RELEASE.search(line.text) or _listed(line.text):
        yield Hit(kind=Kind.BANNER)


def _single(line: Line) -> Iterator[Hit]:
    if _SINGLE.search(line.text) and not of_clearance(line.text):
        yield Hit(kind=Kind.BANNER)


def _handle(line: Line) -> Iterator[Hit]:
    if _HANDLE.search(line.text):
        yield Hit(kind=Kind.BANNER)


def _stated(line: Line) -> Iterator[Hit]:
    if _STATED.search(line.text):
        yield Hit(kind=Kind.BANNER)


def _caveats(line: Line) -> Iterator[Hit]:
    if _CAVEATS.match(line.text):
        yield Hit(kind=Kind.BANNER)


def _labelled(line: Line) -> Iterator[Hit]:
    match = _LABELLED.match(line.text)
    if match and ("lassif" in line.text.lower() or len(match["value"]) > 1):
        yield from _value(match["value"])


def _run_on(line: Line) -> Iterator[Hit]:
    if _RUN_ON.search(line.text):
        yield Hit(kind=Kind.BANNER, sure=False)


def _unmistakable(line: Line) -> Iterator[Hit]:
    if _UNMISTAKABLE.search(line.text):
        yield Hit(kind=Kind.BANNER, sure=False)


def _abroad(line: Line) -> Iterator[Hit]:
    """Another nation's level in its own words, set off from what follows it on the line."""
    if (match := _SET_OFF.match(line.text)) is None:
        return
    said = match["said"]
    joined = " ".join(word.upper() for word in _WORDS.findall(said))
    names = FOREIGN_NAMES if match["law"] is None else FOREIGN_LINES
    if joined in names and (said.isupper() or joined.startswith(("VS ", "DIFFUSION ")) or "DIENST" in joined):
        yield Hit(kind=Kind.NATIONAL, sure=said.isupper())


def _listed(text: str) -> bool:
    shown = _SHOWN.fullmatch(text)
    if shown is not None:
        return is_country(shown["country"])
    match = _RELEASE_LIST.search(text)
    return match is not None and is_country(match["first"]) and is_country(match["second"])


def _is_slip(word: str) -> bool:
    """Whether a word is a level with a letter lost, doubled, swapped or wrong."""
    return any(abs(len(word) - len(level)) <= 1 and word[0] == level[0] and _one_slip(word, level) for level in _NEARLY)


def _one_slip(word: str, level: str) -> bool:
    ahead = 0
    while ahead < min(len(word), len(level)) and word[ahead] == level[ahead]:
        ahead += 1
    rest, wanted = word[ahead:], level[ahead:]
    swapped = len(rest) > 1 and len(wanted) > 1 and rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return swapped or rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:]


def _value(value: str) -> Iterator[Hit]:
    """What a label says: a level in any case, though not one that asks for no care."""
    found = [word.upper() for word in _WORDS.findall(value)]
    joined = " ".join(found)
    if joined in FOREIGN_LINES or any(joined.startswith(phrase) for phrase in LINE_PHRASES):
        yield Hit(kind=Kind.BANNER, sure=value.upper() == value)
        return
    if not found or (
        found[0] in {"UNCLASSIFIED", "U", "NONE", "PUBLIC", "OFFICIAL", "UNOFFICIAL"} and not _core(found)
    ):
        return
    if all(_may_stand(word) for word in found) and (_core(found) or set(found) & {"TS", "S", "C", "PROTECTED"}):
        yield Hit(kind=Kind.BANNER, sure=value.upper() == value or len(found) > 1)


def _whole(line: Line) -> Iterator[Hit]:
    """A line that consists of nothing but a marking, whatever signs stand between and around its words."""
    text = line.text
    if len(text) > _LONGEST or not (line.whole or text.isupper()):
        return
    raised = [word.upper() for word in _WORDS.findall(text)]
    if not _may_be_marking(raised):
        return
    capitals = text.upper() == text
    joined = " ".join(raised)
    of_nation = " ".join(raised[is_country(raised[0]) : len(raised) - (raised[-1] in _ALLIANCES)])
    if _is_national(joined, of_nation, text) and (capitals or len(raised) > 1):
        yield Hit(kind=Kind.NATIONAL)
    elif capitals and joined in LONE_LEVELS:
        yield Hit(kind=Kind.BANNER, sure=joined == "CONTROLLED")
    elif _is_marking(raised, capitals=capitals):
        yield Hit(kind=Kind.BANNER)
    elif (
        line.edge
        and (joined in {"SECRET", "TOP SECRET"} or (joined in LOUD_PHRASES and len(raised) > len(_PAIR)))
        and _is_title(text)
    ):
        yield Hit(kind=Kind.BANNER, sure=False)


_PAIR: Final = ("EYES", "ONLY")
"""Two words may as well be a heading."""


def _is_title(text: str) -> bool:
    return text[0].isupper() and all(word[0].isupper() for word in _WORDS.findall(text))


def _is_national(joined: str, of_nation: str, text: str) -> bool:
    """Whether words are the level of one nation or alliance, or two levels side by side."""
    if joined in FOREIGN_LINES or of_nation in FOREIGN_LINES:
        return True
    pieces = [" ".join(_WORDS.findall(piece)).upper() for piece in _APART.split(text)]
    return len(pieces) > 1 and all(piece in FOREIGN_LINES for piece in pieces if piece)


def _may_be_marking(raised: list[str]) -> bool:
    """Whether one of these words is of a sort that no marking but a short one can do without."""
    return not _NEEDED.isdisjoint(raised) or any(len(word) >= _SHORTEST and _GLUED.match(word) for word in raised)


def _is_marking(raised: list[str], *, capitals: bool) -> bool:
    if not all(_may_stand(word) or _is_slip(word) for word in _known(raised)):
        return False
    if raised[0] == "OFFICIAL" and len(raised) > 1 and _one_slip(raised[1], "SENSITIVE"):
        return True
    joined = f" {' '.join(raised)} "
    if any(f" {phrase} " in joined and (capitals or phrase not in LOUD_PHRASES) for phrase in LINE_PHRASES):
        return True
    cores = _core(raised)
    nations = set(raised) & _NATIONS
    if any(f" {phrase} " in joined for phrase in _ONCE) and capitals:
        return True
    return (bool(cores) and (capitals or bool(nations) or len(cores) > 1)) or bool("RESTRICTED" in raised and nations)


def _known(raised: list[str]) -> list[str]:
    """The words without those that only a special programme or a CUI category gives a meaning."""
    if "SAR" in raised:
        return raised[: raised.index("SAR")]
    if raised[:3] == ["SPECIAL", "ACCESS", "REQUIRED"]:
        return raised[:3]
    if raised[0] in {"CUI", "CONTROLLED"}:
        return [word for word in raised if word not in CUI_CATEGORIES]
    return raised


_ONCE: Final = (
    "LIMITED OFFICIAL USE",
    "CONTROLLED NUCLEAR INFORMATION",
    "SENSITIVE LEGAL",
    "SENSITIVE PERSONAL",
    "CTS BALK",
    "SEEMAIL SENSITIVE",
)
_ALLIANCES: Final = words("NATO OTAN UE EU")
_NEEDED: Final = frozenset(
    max(line.split(), key=len) for line in (*FOREIGN_LINES, *LINE_PHRASES, *_ONCE, *LINE_CORES, *LONE_LEVELS)
) | words("RESTRICTED OFFICIAL SECRET")
"""Of each line that is nothing but a marking, the longest word."""
_GLUED_NEEDED: Final = phrases("SECRET|CONFIDENTIAL|UNCLASSIFIED|TSI|TSL|TS1|TSX")
_NATIONS: Final = words("NATO COSMIC UK EU NZ NZEO CANADA AUS ESA OCCAR EURATOM EUROPOL IAEA HMG")
_LEVELS: Final = words("TS S C U UNCLASSIFIED UNCLAS UNCLASS")
_SHORTS: Final = words("NF NOFORN SI TK HCS OC ORCON REL FOUO RELIDO SBU LES FRD RD SAR TO USA FVEY")
_NATIONS_SHORT: Final = words("UK NATO AUS CAN NZ")
_LEVEL_FIRST: Final = pattern(
    rf"[^A-Za-z0-9]*(?:{'|'.join(sorted(_LEVELS | _NATIONS_SHORT, reverse=True))}){END}", re.IGNORECASE
)
_BELONGING: Final = pattern(rf"(?:{'|'.join(sorted(_NATIONS_SHORT))}) (?:TS|S)$")


def _short(line: Line) -> Iterator[Hit]:
    """Abbreviations only: a level, then controls."""
    text = line.text
    if _LEVEL_FIRST.match(text) is None or len(text) > _LONGEST or not (line.whole or text.isupper()):
        return
    if "/" not in text and text.upper() != text:
        return
    raised = [word.upper() for word in _WORDS.findall(text)]
    if len(raised) == 1:
        return
    if (raised[0] in _LEVELS and set(raised[1:]) <= _SHORTS) or _BELONGING.match(" ".join(raised)) is not None:
        yield Hit(kind=Kind.BANNER)


def _core(raised: list[str]) -> set[str]:
    return (set(raised) & LINE_CORES) | {word for word in raised if _GLUED.match(word)}


def _may_stand(word: str) -> bool:
    return (
        word in LINE_WORDS
        or _one_slip(word, "SENSITIVE")
        or is_country(word)
        or word.isdigit()
        or _GLUED.match(word) is not None
    )


_AFTER_SLASH: Final = (*(f"/{word}" for word in CONTROL_NEEDED), "/DO")  # DOE UCNI is a control with two openings
# From top to bottom. What a line needs for each stands beside it in capitals.
QUESTIONS: Final = (
    Question(asks=_spelled, needs=(("//",), CONTROL_NEEDED)),
    Question(asks=_strings, needs=(("//",), (*_AFTER_SLASH, *LOUD_NEEDED))),
    Question(asks=_unknown, needs=(("SECRET//", "CONFIDENTIAL//"),), doubtful=True),
    Question(asks=_nation_first, needs=(("//",), (" TS", " S", " C", " R", " T", " U", " P", "//CTS", "//N"))),
    Question(asks=_misspelt, needs=(("//",), _AFTER_SLASH), doubtful=True),
    Question(asks=_release, needs=(("REL", "DISPLAY ONLY"),)),
    Question(asks=_single, needs=(("SECRET", "CONFIDENTIAL", "UNCLASSIFIED"),)),
    Question(asks=_handle, needs=(("HANDLE VIA",),)),
    Question(asks=_stated, needs=(("CLASSIF", "THIS", "ATTACHED", "FOLLOWING"), ("SECRET", "CONFIDENTIAL"))),
    Question(asks=_caveats, needs=((":", "="), phrases("CAVEAT|DISSEM|RELEASABILITY|HANDLING|CONTROL"))),
    Question(
        asks=_labelled,
        needs=(
            (":", "=", "-", ".."),
            phrases(
                "CLASS|CLASIF|MARKING|SENSITIVITY|EINSTUFUNG|GEHEIMHALTUNGSGRAD|KLASSIFI|NIVEAU|RUBRICERING|GRADERING|"
                "KLAUZULA|MENTION|GRIF|MERKING"
            ),
        ),
    ),
    Question(asks=_whole, needs=((*sorted(_NEEDED), *_GLUED_NEEDED),)),
    Question(asks=_short, needs=((*sorted(_SHORTS | _NATIONS_SHORT),),)),
    Question(asks=_run_on, needs=(("SECRET", "CONFIDENTIAL"), phrases("NOFORN|ORCON|RELIDO|REL TO")), doubtful=True),
    Question(
        asks=_unmistakable,
        needs=(phrases("VS-|VS |DIFFUSION REST|STRENG GEHEIM|KVALIFICERAT|DEFENSE|STRENGT HEM|SCISLE TAJNE"),),
        doubtful=True,
    ),
    Question(asks=_abroad, needs=(tuple(sorted({max(name.split(), key=len) for name in FOREIGN_LINES})),)),
)
