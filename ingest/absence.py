"""What an automatic reply says of a return. Only what is said plainly counts; anything else is no date.

A plain `until 14 March` names the first day back; `through 14 March`, `until 14 March inclusive` and a range name the last
day away. Two different returns, a date that has passed, a hedge or a date that can be read in two ways: None. An absence
that begins in more than a week is none yet: the responder will speak again when it has.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, auto
from zoneinfo import ZoneInfo

from domain.message import Message
from domain.origin import Absence
from domain.outcome import Known
from ingest import html
from ingest.calendars import (
    AND,
    BACK,
    BACK_AFTER,
    BETWEEN,
    CONNECTORS,
    FROM,
    GONE,
    HEDGES,
    INCLUSIVE,
    OR,
    OTHERS,
    STARTS,
    UNTIL,
    UNTIL_AFTER,
)
from ingest.dates import FARTHEST, Mention, Sense, mentions

LONGEST = 6_000
BEFORE = 48
NEAR = timedelta(days=7)
AFTER = 48

# Where the mail that was answered begins.
_QUOTED = re.compile(
    r"^(?:>|\s{0,3}-{4,}\s?\w|_{10,}|(?:from|von|de|da|van|från|fra|od|от|von):\s|on .{5,200} wrote:|am .{5,200} schrieb)",
    re.IGNORECASE | re.MULTILINE,
)
_PARAGRAPH = re.compile(r"\n\s{0,20}\n|\n(?=\s{0,10}[*•·\-]\s)")
_SENTENCE = re.compile(
    r"[!?;。！？]|(?<=[^\W\d]{4})(?<!einschl)(?<!incl)(?<!inkl)(?<!sept)(?<!janv)(?<!févr)\. (?=\D)"
)  # `14. März` goes on
_RANGE_START = re.compile(
    r"(?<![\d./-])(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º|日|일)? ?(?:to|through|thru|until|till|bis(?: zum)?|au|al|a|à|ao|tot(?: en met)?|"
    r"t/m|do|до|по|til|-|–|—|~|〜|～) ?(?:den |dem |el |le |il |the |dia |o )?$"
)
_RANGE_END = re.compile(
    r" ?(?:to|-|–|—|through|thru|~|〜|～|から|부터) ?(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th|日|일)?(?![\d/:-]|\.\d)(?:,? ?(?P<year>20\d\d))?"
)


_YEAR_MARK = re.compile(r"\A ?(?:r|г|р|roku|года|року)\b\.?")
_WORD = re.compile(r"[^\W\d_](?:[\w/'.]*\w)?|から|부터|至|到")
_ENDS = frozenset(phrase.split()[0] for words in UNTIL.values() for phrase in words) | frozenset(
    {"to", "au", "al", "a", "à", "ao", "إلى", "ile", "through", "thru", "și", "től", "tól", "から", "부터"}
)
# These words have other uses: they speak of a date only right before it.
_CLOSE_ONLY = frozenset({"al", "do", "по", "до", "tom", "til", "till", "tot", "ως", "up to", "fino a", "jusqu'à"})
CLOSE = 14


class _Role(Enum):
    BACK = auto()
    UNTIL = auto()
    LAST_DAY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """One thing a text says: what the day is for, and the day, or None where that is not clear."""

    role: _Role
    day: date | None
    starts_on: date | None = None


def read_absence(message: Message, received_at: datetime, known: Known) -> Absence:
    """The first day back, if the text names one beyond doubt. `received_at` is aware; days are those of `known.zone`."""
    today = received_at.astimezone(_zone(known.zone)).date()
    texts = tuple(_texts(message, known))
    if any(_has(GONE, text) for text in texts):
        return Absence()
    claims = tuple(claim for text in texts for claim in _claims(text, today, known.locale))
    return _agreed(claims, today)


def absence_in(sentence: str, today: date, locale: str) -> Absence:
    """What one sentence about somebody says of their return, by the same rules; `today` is where the writer is."""
    return _agreed(tuple(_claims(_normal(sentence), today, locale)), today, ahead=FARTHEST)


def date_spans(sentence: str, today: date, locale: str) -> tuple[tuple[int, int], ...]:
    """Where dates stand in a sentence on one line, in order."""
    text = sentence.lower()
    found = mentions(text, Sense(today=today, locale=locale, languages=_languages(text)))
    return tuple((mention.start, mention.end) for mention in found)


def _zone(name: str) -> ZoneInfo | timezone:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _texts(message: Message, known: Known) -> Iterator[str]:
    """The subject and each sentence that the absent person wrote, in lower case with single spaces."""
    yield _normal((message.subject or "")[:300])
    body = (
        message.plain
        if message.plain and message.plain.strip()
        else html.visible_text((message.html or "")[: LONGEST * 4])
    )
    body = (body or "")[:LONGEST].replace("\r\n", "\n")
    quoted = _QUOTED.search(body)
    ours = {_normal(line) for prompt in known.prompts for line in prompt.splitlines() if line.strip()}
    lines = [line for line in body[: quoted.start() if quoted else None].split("\n") if _normal(line) not in ours]
    for paragraph in _PARAGRAPH.split("\n".join(lines)):
        yield from (part for part in _SENTENCE.split(_normal(paragraph)) if part and part.strip())


def _normal(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("‐", "-").replace("‑", "-")
    return " ".join(folded.split())


def _claims(text: str, today: date, locale: str) -> Iterator[_Claim]:
    """What one sentence says, read with the languages whose words it uses."""
    sense = Sense(today=today, locale=locale, languages=_languages(text))
    found = mentions(text, sense)
    for index, mention in enumerate(found):
        previous = found[index - 1] if index else None
        following = found[index + 1].start if index + 1 < len(found) else len(text)
        before = text[max(previous.end if previous else 0, mention.start - BEFORE) : mention.start]
        after = _YEAR_MARK.sub("", text[mention.end : min(following, mention.end + AFTER)], count=1)
        claim = _claim(text, mention, previous, before, after)
        if claim is not None:
            yield claim


def _claim(text: str, mention: Mention, previous: Mention | None, before: str, after: str) -> _Claim | None:
    ranged = _range(text, mention, previous, before, after)
    if ranged is not None:
        return ranged
    role = _role(before, after)
    if role is None or _has(OTHERS, text[max(0, mention.start - 2 * BEFORE) : mention.start]):
        return None
    if _has(HEDGES, before) or any(after.lstrip(" ,(").startswith(word) for word in (*HEDGES, *OR)):
        return _Claim(role=role, day=None)
    if role is _Role.UNTIL and (_ends_with(INCLUSIVE, before) or _starts_with(INCLUSIVE, after)):
        role = _Role.LAST_DAY
    return _Claim(role=role, day=mention.day)


def _range(text: str, mention: Mention, previous: Mention | None, before: str, after: str) -> _Claim | None:
    """`3 to 7 March`, `March 3-7`, `from 3 March to 7 March`: away on both days and between."""
    closes = _RANGE_END.match(after)
    if closes is not None and mention.day is not None:
        last = _same_month(mention.day, int(closes["day"]))
        return _Claim(role=_Role.LAST_DAY, day=last, starts_on=mention.day) if last else None
    opens = _RANGE_START.search(before)
    if opens is not None and mention.day is not None:
        first = _same_month(mention.day, int(opens["day"]), later=False)
        return _Claim(role=_Role.LAST_DAY, day=mention.day, starts_on=first)
    if previous is not None and _joins(
        text[max(0, previous.start - 20) : previous.start], text[previous.end : mention.start]
    ):
        # The first day may have passed, and then has no reading as a coming day.
        if previous.day is not None and mention.day is not None and previous.day > mention.day:
            return _Claim(role=_Role.LAST_DAY, day=mention.day)
        return _Claim(role=_Role.LAST_DAY, day=mention.day, starts_on=previous.day)
    return None


def _joins(before: str, between: str) -> bool:
    """Whether what stands between two dates makes them the ends of one range."""
    if between.strip() in {"-", "–", "—", "~", "〜", ".-", ".–", ". -", ". –"}:
        return True
    words = _WORD.findall(between)
    if len(between) > AFTER or not words:
        return False
    if words[0] in AND and words[1:2] and words[1] in _ENDS and _has(STARTS, before):
        words = words[1:]
    if words[0] in AND:
        return _has(BETWEEN, before) and all(word in CONNECTORS or word in AND for word in words)
    return any(word in _ENDS for word in words) and all(word in CONNECTORS for word in words)


def _same_month(day: date, number: int, *, later: bool = True) -> date | None:
    try:
        other = day.replace(day=number)
    except ValueError:
        return None
    return other if (other > day) is later else None


def _role(before: str, after: str) -> _Role | None:
    """What a date is for, by the last such word before it, or by the word after it."""
    back, until = _last(BACK, before), _last(UNTIL, before)
    if any(_starts_with(words, after) for words in UNTIL_AFTER.values()):
        return _Role.UNTIL
    if until > back:
        return _Role.UNTIL
    if back >= 0 or any(_starts_with(words, after, within=16) for words in BACK_AFTER.values()):
        return _Role.BACK
    if _has(FROM, before[-CLOSE:]) and any(_has(words, after) for words in BACK.values()):
        return _Role.BACK
    return None


def _agreed(claims: tuple[_Claim, ...], today: date, ahead: timedelta = NEAR) -> Absence:
    """One return, if all that is said fits together; none where the absence begins further `ahead`."""
    back = tuple(claim for claim in claims if claim.role is _Role.BACK)
    running = tuple(claim for claim in claims if claim.role is not _Role.BACK and _covers(claim, claims, today))
    returns = {_first_day_back(claim) for claim in back or running}
    starts = {claim.starts_on for claim in running if claim.starts_on}
    back_on = returns.pop() if len(returns) == 1 else None
    starts_on = starts.pop() if len(starts) == 1 else None
    if back_on is None or not today <= back_on <= today + FARTHEST:
        return Absence()
    if len(running) == 1 and (_first_day_back(running[0]) or back_on) > back_on:
        return Absence()  # back before the end
    if starts_on is not None and starts_on > today + ahead:
        return Absence(starts_on=starts_on)
    return Absence(back_on=back_on, starts_on=starts_on)


def _covers(claim: _Claim, claims: tuple[_Claim, ...], today: date) -> bool:
    """Where several ranges are said, only the one that is running counts."""
    if len({other.day for other in claims}) == 1 or claim.starts_on is None or claim.day is None:
        return True
    return claim.starts_on <= today <= claim.day


def _first_day_back(claim: _Claim) -> date | None:
    if claim.day is None:
        return None
    return claim.day + timedelta(days=1) if claim.role is _Role.LAST_DAY else claim.day


def _languages(text: str) -> frozenset[str]:
    """The languages whose words for away, until and back stand in a text."""
    return frozenset(
        language
        for table in (BACK, UNTIL, UNTIL_AFTER)
        for language, words in table.items()
        if any(_stands(word, text) >= 0 for word in words)
    )


def _last(table: dict[str, tuple[str, ...]], before: str) -> int:
    """Where the last word of a table ends in a text; -1 if none stands there."""
    ends = [
        place + len(word)
        for words in table.values()
        for word in words
        if _near(word, place := _stands(word, before), before)
    ]
    return max(ends, default=-1)


def _near(word: str, place: int, before: str) -> bool:
    return place >= 0 and (word not in _CLOSE_ONLY or len(before) - place - len(word) <= CLOSE)


def _stands(word: str, text: str) -> int:
    """Where a word stands last in a text as a whole word; scripts without spaces have no whole words."""
    place = text.rfind(word)
    while place >= 0:
        end = place + len(word)
        if not word[0].isascii() and ord(word[0]) >= 0x2E80:  # noqa: PLR2004  the first CJK block
            return place
        if (place == 0 or not text[place - 1].isalnum()) and (end == len(text) or not text[end].isalnum()):
            return place
        place = text.rfind(word, 0, place)
    return -1


def _has(words: Iterable[str], text: str) -> bool:
    return any(_stands(word, text) >= 0 for word in words)


def _ends_with(words: Iterable[str], text: str) -> bool:
    return _has(words, text[-28:])


def _starts_with(words: Iterable[str], text: str, within: int = 3) -> bool:
    """Whether one of the words begins within the first characters of a text."""
    return any(0 <= text.find(word) <= within for word in words)
