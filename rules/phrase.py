"""The phrase rule: is the whole reply one of the few sentences that answer without bullets, and may it be here?"""

import re
from collections.abc import Iterator
from typing import Final

from domain.policy import Mode, Policy
from domain.reply import Phrase, Reply
from domain.verdict import Effect, Finding
from rules.fold import fold
from rules.sentences import BEFORE, DECLINED, DECLINED_ABROAD, SENSITIVE_ABROAD, SLOTS, TAILS

VERSION: Final = 4

SENTENCE: Final = "All of my activities are sensitive"
"""The phrase as we ask for it."""

_HINT: Final = (
    "You wrote that you decline. In your unit this report is not voluntary. Please reply with your bullets, "
    f'or with "{SENTENCE}" where that is so, or speak with your supervisor.'
)


def ask(reply: Reply, policy: Policy, wording: tuple[str, ...]) -> tuple[Finding, ...]:  # noqa: ARG001 - every rule is asked alike
    """Declining is an answer only where the unit's policy is voluntary."""
    if reply.phrase is not Phrase.DECLINED or policy.mode is Mode.VOLUNTARY:
        return ()
    return (Finding(rule="phrase", where="reply", hint=_HINT, effect=Effect.REJECT),)


_LONGEST: Final = 120
_LINES: Final = 12
# A wrong letter is a slip; a word that turns the sense is not.
_TURNS: Final = frozenset(
    (
        *("not", "arent", "no", "none", "isnt", "never", "few", "some", "most", "partly", "partially", "nearly"),
        *("almost", "half", "insensitive", "unclassified", "nonsensitive", "desensitive", "nonclassified"),
        *("declassified", "reclassified", "except", "however", "if", "when", "unless", "reclined"),
    )
)
_SHORTHAND: Final = (
    *((f" {short} ", " do not ") for short in ("don t", "dont", "do nt")),
    *((f" {short} ", " will not ") for short in ("won t", "wont")),
    (" i m ", " i am "),
    (" im ", " i am "),
    (" i d ", " i would "),
    (" i ll ", " i will "),
    (" i ve ", " i have "),
    (" isn t ", " is not "),
    (" aren t ", " are not "),
    (" weren t ", " were not "),
    (" wasn t ", " was not "),
)
_GREETING: Final = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|morning|afternoon|all|team|sir|ma'?am|sirs?|"
    r"to whom it may concern|madame, monsieur|colleagues?|folks|everyone|bonjour|madame|monsieur|hallo|guten (?:tag|morgen)|sehr geehrte\w*|liebe\w*|"
    r"hola|buenos dias|buenas tardes|estimad[oa]s?)\b[^.!?,:\n]{0,40}[,:.! -]*",
    re.IGNORECASE,
)
_GREETED: Final = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|all|team|sir|ma'?am|bonjour|hallo|"
    r"guten (?:tag|morgen)|hola|buenos dias)\b[^.!?,:\n]{0,30}[,:.!]+\s*",
    re.IGNORECASE,
)
_COURTESY: Final = re.compile(
    r"what did you do last week ?\?|(?:thanks?|thank you|many thanks|thx|cheers|regards|best|kind|warm|br|kr|v/?r|r/|very respectfully|respectfully|"
    r"sincerely|yours|(?:bien )?cordialement|(?:n/a|none)(?=\W*$)|response (?:below|follows)|bien a vous|salutations|merci|viele grusse|(?:mit )?freundlichen? gruss\w*|beste grusse|mfg|danke|"
    r"saludos|un saludo|atentamente|gracias|cordially|have a|take care|sent from|get outlook|per|as (?:requested|instructed|directed)|"
    r"in (?:response|reply)|here is|here's|see|my (?:response|answer|reply)|this is my|please (?:let me know|call|contact|"
    r"reach|see|accept|note)|let me know|hope|week of|for (?:the )?week|status|weekly (?:report|update)|"
    r"no (?:bullets|further))\b[^?\n]{0,80}",
    re.IGNORECASE,
)
_MARKER: Final = re.compile(r"[\s>]*(?:[-*•·▪◦‣]\s*|o\s+|\(?\d{1,2}[.):]\s*)?(?:\(U\)\s*)?")
# A name may follow behind a dash.
_SENTENCE_END: Final = re.compile(r"(?<=[.!?;])\s+|(?<=\w)\s-{1,2}\s?(?=[A-Z])")
# The days that are meant, in the midst of the sentence.
_DAYS: Final = re.compile(
    r"\([^()]{0,20}\d[^()]{0,20}\)|\b(?:for|during|in) the week of [A-Za-z0-9 ,.-]{1,20}?(?= (?:are|were|was|is) )"
)
# What people write before an answer that they were asked for.
_ANNOUNCED: Final = re.compile(
    r"^(?:as (?:requested|instructed|directed)|(?:as )?per your (?:request|e-?mail|message|instructions?)|(?:my |our )?(?:response|answer|reply|bullets?|status|weekly (?:report|update|bullets))"
    r"(?: is)?|bullet \d|per (?:the |your )?(?:guidance|instructions?|request)|in (?:response|reply) to your (?:request|e-?mail|message|question))"
    r" ?[:,-] ?",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"[a-z]+")
_NAME_WORDS: Final = 6


def recognise(body: str) -> Phrase | None:
    """The Phrase that `body` is, or None where it says anything else besides.

    Greeting, closing, name, quotes, case, full stop and a slip or two of the fingers do not matter.
    """
    if len(body) > _LONGEST * _LINES:
        return None
    lines = [_MARKER.sub("", line, count=1).strip(" \t\"'*_") for line in fold(body).split("\n")]
    lines = [line for line in lines if line]
    if not 0 < len(lines) <= _LINES:
        return None
    return _match(" ".join(lines)) or _agreed(_pieces(lines))


def _agreed(pieces: list[str]) -> Phrase | None:
    """The one Phrase that the pieces agree on; a piece that is neither a phrase nor a courtesy undoes it."""
    found: set[Phrase] = set()
    for piece in pieces:
        phrase = _match(piece)
        if phrase is not None:
            found.add(phrase)
        elif not (_GREETING.fullmatch(piece) or _COURTESY.fullmatch(piece) or (found and _is_name(piece))):
            return None
    return found.pop() if len(found) == 1 else None


def _pieces(lines: list[str]) -> list[str]:
    """Each line's sentences; where no line holds the phrase alone, neighbours are joined: it may have been wrapped."""
    single = [piece for line in lines for piece in _sentences(line)]
    if any(_match(piece) for piece in single):
        return single
    for at in range(len(lines) - 1):
        joined = [*lines[:at], f"{lines[at]} {lines[at + 1]}", *lines[at + 2 :]]
        pieces = [piece for line in joined for piece in _sentences(line)]
        if any(_match(piece) for piece in pieces):
            return pieces
    return single


def _sentences(line: str) -> list[str]:
    """The sentences of a line, a greeting before the first one taken off."""
    if _match(line) is None:
        line = _GREETED.sub("", line, count=1) if _GREETED.match(line) else line
    return [piece.strip(" \t\"'*_") for piece in _SENTENCE_END.split(line) if piece.strip()]


def _is_name(piece: str) -> bool:
    """Whether a piece below the phrase can be a name, an office or a telephone number."""
    found = piece.replace(",", " ").replace(".", " ").split()
    return len(found) <= _NAME_WORDS and all(
        not word[0].islower() or word in {"of", "the", "and", "for"} for word in found
    )


def _match(piece: str) -> Phrase | None:
    if len(piece) > _LONGEST or piece.rstrip(" \"'").endswith("?"):
        return None
    spelled = f" {' '.join(_LETTERS.findall(_DAYS.sub('', _ANNOUNCED.sub('', piece, count=1), count=1).casefold()))} "
    for short, full in _SHORTHAND:
        spelled = spelled.replace(short, full)
    spelled = spelled.strip()
    stems = (spelled, *(spelled.removesuffix(f" {tail}") for tail in TAILS if spelled.endswith(f" {tail}")))
    if spelled in SENSITIVE_ABROAD:
        return Phrase.SENSITIVE
    if spelled in DECLINED_ABROAD or any(stem in DECLINED or _slipped(stem) for stem in (*stems, *_after(stems))):
        return Phrase.DECLINED
    if any(_sensitive(tuple(stem.split())) for stem in stems):
        return Phrase.SENSITIVE
    return None


def _after(stems: tuple[str, ...]) -> Iterator[str]:
    for stem in stems:
        for said in BEFORE:
            if stem.startswith(f"{said} "):
                yield stem[len(said) + 1 :]


_FEWEST: Final = 3
_OWNERS: Final = frozenset({"all", "everything", "my", "our"})


def _sensitive(found: tuple[str, ...]) -> bool:
    """Whether the words fill the slots in their order, with at most three slips in all."""
    if len(found) < _FEWEST or len(found) > len(SLOTS) or _TURNS & set(found) or not _OWNERS & set(found):
        return False
    # A state is how many words are used up; its value the fewest slips that led there.
    states = {0: 0}
    for slot in SLOTS:
        after: dict[int, int] = {}
        for used, slips in states.items():
            for choice in slot:
                to, cost = (
                    (used, 0) if not choice else (used + 1, _slips(found[used], choice) if used < len(found) else 9)
                )
                if slips + cost <= _MOST_SLIPS:
                    after[to] = min(after.get(to, 9), slips + cost)
        states = after
    return len(found) in states


_MOST_SLIPS: Final = 3


def _slips(word: str, wanted: str) -> int:
    """Wrong letters in `word` where `wanted` was meant; 9 is too many."""
    if word == wanted:
        return 0
    allowed = min(2, len(wanted) // 3)
    if abs(len(word) - len(wanted)) > allowed:
        return 9
    slips = _distance(word, wanted)
    return slips if slips <= allowed else 9


def _slipped(stem: str) -> bool:
    """Whether `stem` is one of the longer ways to decline, with one slip in it."""
    return any(
        abs(len(stem) - len(wanted)) <= 1
        and (stem.startswith(head) or stem.endswith(tail))
        and _at_most_one_slip(stem, wanted)
        for wanted, head, tail in _LONGER
    )


# One slip leaves what comes before or after the middle as it is, two letters aside.
_LONGER: Final = tuple(
    (wanted, wanted[: len(wanted) // 2 - 1], wanted[len(wanted) // 2 + 1 :])
    for wanted in sorted(DECLINED)
    if len(wanted) > len("declined")
)


def _at_most_one_slip(one: str, two: str) -> bool:
    """Whether `_distance` is at most 1, in linear time."""
    ahead = 0
    while ahead < min(len(one), len(two)) and one[ahead] == two[ahead]:
        ahead += 1
    rest, wanted = one[ahead:], two[ahead:]
    swapped = len(rest) > 1 and rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return swapped or rest == wanted or rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:]


def _distance(one: str, two: str) -> int:
    """Edits between two short strings; a swap of neighbours is one."""
    before: list[int] = []
    last = list(range(len(two) + 1))
    for at, sign in enumerate(one, 1):
        row = [at]
        for to, other in enumerate(two, 1):
            cost = min(last[to] + 1, row[to - 1] + 1, last[to - 1] + (sign != other))
            if at > 1 and to > 1 and sign == two[to - 2] and one[at - 2] == other:
                cost = min(cost, before[to - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
