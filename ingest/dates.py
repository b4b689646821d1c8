"""Dates in running text, in many languages: where they stand and which days they may mean.

A mention that can be read in two ways has both days in it; whoever asks decides what to do with doubt. Nothing here
knows what the date is for.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.calendars import MONTH_FIRST, MONTHS, NEXT, TOMORROW, WEEKDAYS
from rules.lazily import pattern

FARTHEST = timedelta(days=400)
FARTHEST_ROLLED = timedelta(days=183)
FARTHEST_DAY = timedelta(days=21)
_MONTHS_IN_YEAR = 12
_FIRST_CJK = "\u2e80"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A date at `start` to `end` of a text. `days` are the days it may mean, none where it names no possible day."""

    start: int
    end: int
    days: tuple[date, ...]

    @property
    def day(self) -> date | None:
        """The day, if there is just one."""
        return self.days[0] if len(self.days) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """How dates are read: the day it is where the writer is, their language tags, and the order of `3/4` if known."""

    today: date
    locale: str
    languages: frozenset[str] = frozenset()
    month_first: bool | None = None


def _table(names: dict[str, tuple[str, ...]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for language, forms in names.items():
        for number, form in enumerate(forms):
            for word in form.split():
                found.setdefault(word, {})[language] = number
    return found


_MONTH_NUMBERS = _table(MONTHS)
_WEEKDAY_NUMBERS = _table(WEEKDAYS)


def _words(table: dict[str, dict[str, int]], *, spaced: bool) -> str:
    words = sorted(
        (word for word in table if word[0].isalpha() and (word[0] < _FIRST_CJK) is spaced), key=len, reverse=True
    )
    return "|".join(re.escape(word) for word in words)


_MONTH = rf"(?P<month>{_words(_MONTH_NUMBERS, spaced=True)})"
_YEAR = r"(?P<year>20\d\d)"
_ORDINAL = r"(?:st|nd|rd|th|er|\.|º|ª|-го|:e|:a|e)?"
_WEEKDAY = rf"(?:\b(?:{_words(_WEEKDAY_NUMBERS, spaced=True)})\b|{_words(_WEEKDAY_NUMBERS, spaced=False)})"
_NO_DIGIT_BEFORE = r"(?<![\d])(?<!\d[./:\-])"

_DAY_MONTH = pattern(
    rf"(?<!\d)(?<!\d[./:])(?P<day>\d{{1,2}}) ?{_ORDINAL}[ -]?(?:of |de |d'|den )?{_MONTH}(?!\w)\.?(?:,?[ -]?(?:de |del |do )?{_YEAR}(?!\d))?"
)
_MONTH_DAY = pattern(
    rf"(?:{_YEAR}\.? )?(?<!\w){_MONTH}\.? (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? ?(?P<year2>20\d\d)(?!\d))?"
)
_ISO = pattern(rf"{_NO_DIGIT_BEFORE}{_YEAR}(?P<sep>[-/.]) ?(?P<month>\d{{1,2}})(?P=sep) ?(?P<day>\d{{1,2}})(?!\d)")
_CJK = pattern(r"(?:(?P<year>20\d\d) ?[年년] ?)?(?<!\d)(?P<month>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日일号號]")
_NUMBERS = pattern(
    r"(?<!\d)(?<!\d[./:])(?P<one>\d{1,2})(?P<sep>[./-]) ?(?P<two>\d{1,2})(?:(?P=sep) ?(?P<year>20\d\d|\d\d)(?!\d))?"
    r"(?!\d)(?![.:/]\d)(?!-\d(?!\d?[./]))(?! ?(?:uhr|h\b|a\.?m|p\.?m|%|:))"
)
_DAY = pattern(
    r"(?:\bthe (?P<en>\d{1,2})(?:st|nd|rd|th)|\b(?P<en2>\d{1,2})(?:st|nd|rd|th)|\b(?:am|zum|dem|den|d\.) (?P<de>\d{1,2})\."
    r"|\b(?:il|el|le|dia|día) (?P<latin>\d{1,2})(?= ?(?:$|[,;.)(])))(?![\w/:-]|\.\d)"
    r"|(?<![\d月월/.-])(?P<cjk>\d{1,2})[日일](?![間间內内])"
)
_WEEKDAY_ALONE = pattern(rf"(?P<weekday>{_WEEKDAY})")
_TOMORROW = pattern("|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in TOMORROW))
# Short forms are words of other languages (`mon`, `sun`): they count only beside a date.
_ABBREVIATED = frozenset(word for forms in WEEKDAYS["en"] for word in forms.split() if not word.endswith("day"))
_COUNTED = pattern(r"\d $")  # `2 luni` are two months
_NEXT_BEFORE = pattern(rf"(?:{'|'.join(map(re.escape, NEXT))})\W{{0,3}}$")
_NEXT_AFTER = pattern(rf"\W{{0,3}}(?:{'|'.join(map(re.escape, NEXT))})")
_WEEKDAY_BEHIND = pattern(rf",? ?\(?{_WEEKDAY}\)?(?: günü)?(?!\w)")
_WEEKDAY_NEAR = pattern(rf"({_WEEKDAY})\.?,?(?: \w{{1,4}}\.?)? ?$")


def mentions(text: str, sense: Sense) -> tuple[Mention, ...]:
    """Every date in a text (lower case, single spaces), in order, none within another."""
    settled = Sense(
        today=sense.today,
        locale=sense.locale,
        languages=sense.languages,
        month_first=_order(text, sense) if sense.month_first is None else sense.month_first,
    )
    found: list[Mention] = []
    taken = bytearray(len(text))
    for shape, days_of in _READERS:
        for match in shape.finditer(text):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            if shape is _WEEKDAY_ALONE and match[0] in _ABBREVIATED and not _is_english(settled):
                continue
            start, end = _with_weekday(text, start, end)
            taken[start:end] = b"\1" * (end - start)
            said = text[start : match.start()] + text[match.end() : end]
            days = _agreeing(said, tuple(dict.fromkeys(days_of(match, settled))))
            found.append(Mention(start=start, end=end, days=days))
    return tuple(sorted(found, key=lambda mention: mention.start))


def next_occurrence(day: int, month: int, today: date) -> date | None:
    """The day of that name that is meant when no year is said; None where it is past or does not exist."""
    this_year = _date(today.year, month, day)
    if this_year is not None and this_year >= today:
        return this_year
    rolled = _date(today.year + 1, month, day)
    return rolled if rolled is not None and rolled - today <= FARTHEST_ROLLED else None


def _order(text: str, sense: Sense) -> bool | None:
    """Whether `3/4` is written month first: by a date in the same text that allows one order only, else by locale."""
    firsts = {
        int(match["one"]) > _MONTHS_IN_YEAR
        for match in _NUMBERS.finditer(text)
        if match["sep"] == "/" and (int(match["one"]) > _MONTHS_IN_YEAR) != (int(match["two"]) > _MONTHS_IN_YEAR)
    }
    if len(firsts) == 1:
        return not firsts.pop()
    tag = sense.locale.lower().replace("_", "-")
    foreign = () if "en" in sense.languages else sense.languages
    spoken = {"month" if language in MONTH_FIRST else "day" for language in foreign}
    by_locale = (
        None if tag == "en" else "month" if tag in MONTH_FIRST or tag.partition("-")[0] in MONTH_FIRST else "day"
    )
    orders = spoken | ({by_locale} if by_locale else set())
    return orders.pop() == "month" if len(orders) == 1 else None


def _by_name(match: re.Match[str], sense: Sense) -> Iterator[date]:
    groups = match.groupdict()
    year = groups.get("year") or groups.get("year2")
    by_language = _MONTH_NUMBERS[match["month"]]
    own = sense.locale.lower().partition("-")[0]
    spoken = (own,) if own in by_language else sense.languages
    here = {by_language[language] for language in spoken if language in by_language}
    for number in here if len(here) == 1 else set(by_language.values()):
        yield from _one(int(match["day"]), number + 1, year, sense)


def _by_numbers(match: re.Match[str], sense: Sense) -> Iterator[date]:
    one, two = int(match["one"]), int(match["two"])
    if match["sep"] == "-" and (match["year"] is None or match.string[match.start() - 1 : match.start()] == "-"):
        return  # `3-7` is a range or a number, `1-800-12-03-04` a telephone's
    orders = {True, False} if sense.month_first is None else {sense.month_first}
    for month_first in {False} if match["sep"] == "." else orders:
        day, month = (two, one) if month_first else (one, two)
        yield from _one(day, month, match["year"], sense)


def _in_full(match: re.Match[str], sense: Sense) -> Iterator[date]:
    yield from _one(int(match["day"]), int(match["month"]), match["year"], sense)


def _one(day: int, month: int, year: str | None, sense: Sense) -> Iterator[date]:
    if year is None:
        found = next_occurrence(day, month, sense.today)
    else:
        found = _date(int(year) + (2000 if len(year) == 2 else 0), month, day)  # noqa: PLR2004  `26`
    if found is not None and found - sense.today <= FARTHEST:
        yield found


def _by_day(match: re.Match[str], sense: Sense) -> Iterator[date]:
    """`the 14th`: the next one, if it is near."""
    day = int(next(filter(None, match.groups())))
    for months in (0, 1):
        year, month = divmod(sense.today.year * _MONTHS_IN_YEAR + sense.today.month - 1 + months, _MONTHS_IN_YEAR)
        found = _date(year, month + 1, day)
        if found is not None and timedelta(0) <= found - sense.today <= FARTHEST_DAY:
            yield found


def _by_weekday(match: re.Match[str], sense: Sense) -> Iterator[date]:
    """The coming day of that name. Today's own name may mean today or in a week; `next` may mean either of two."""
    if match["weekday"] in _ABBREVIATED or _COUNTED.search(match.string[max(0, match.start() - 4) : match.start()]):
        return
    numbers = set(_WEEKDAY_NUMBERS[match["weekday"]].values())
    near = match.string[max(0, match.start() - 20) : match.start()], match.string[match.end() : match.end() + 20]
    said_next = bool(_NEXT_BEFORE.search(near[0]) or _NEXT_AFTER.match(near[1]))
    for number in numbers:
        ahead = (number - sense.today.weekday()) % 7
        coming = sense.today + timedelta(days=ahead)
        yield coming
        if ahead == 0 or (said_next and number > sense.today.weekday()):
            yield coming + timedelta(days=7)


def _tomorrow(_match: re.Match[str], sense: Sense) -> Iterator[date]:
    yield sense.today + timedelta(days=1)


def _is_english(sense: Sense) -> bool:
    return "en" in sense.languages or sense.locale.lower().startswith("en")


def _with_weekday(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the mention begins and ends if a weekday stands before it or right behind it."""
    before = _WEEKDAY_NEAR.search(text, max(0, start - 24), start)
    after = None if before else _WEEKDAY_BEHIND.match(text, end)
    return before.start() if before else start, after.end() if after else end


def _agreeing(before: str, days: tuple[date, ...]) -> tuple[date, ...]:
    """The days that fall on the weekday that is said with them."""
    name = _WEEKDAY_ALONE.search(before)
    if name is None:
        return days
    wanted = set(_WEEKDAY_NUMBERS[name["weekday"]].values())
    return tuple(day for day in days if day.weekday() in wanted)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Sense], Iterator[date]]], ...] = (
    (_ISO, _in_full),
    (_CJK, _in_full),
    (_DAY_MONTH, _by_name),
    (_MONTH_DAY, _by_name),
    (_NUMBERS, _by_numbers),
    (_DAY, _by_day),
    (_WEEKDAY_ALONE, _by_weekday),
    (_TOMORROW, _tomorrow),
)
