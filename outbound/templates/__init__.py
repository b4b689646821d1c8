"""The templates of our mail by locale, those of the operator before those that ship; read once, checked at start.

A locale is a folder with `locale.toml` (names of days and months, the words of a Digest) and one file a mail. Text
templates hold plain text whose first line is the subject; the HTML twin is made from it. Only the Digest and
the roll-up have HTML templates of their own; inside a table their tags stand in comments, `<!--{% for … %}-->`, because an
HTML parser moves other text out of it. What a template may name is in `VARIABLES`; any other name is a fault that
`check_templates` tells at start.
"""

import datetime as dt
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import css_inline
import jinja2
from jinja2 import meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from domain.policy import Mode
from domain.standing import Standing

SHIPPED: Final = Path(__file__).parent
FALLBACK: Final = "en"
MOST_FOUND: Final = 1000

_MAIL: Final = frozenset({"organisation", "contact", "campaign", "round_id"})
_QUESTION: Final = _MAIL | {
    *("wording", "phrase", "deadline", "deadline_own", "name", "supervisor", "copies_supervisor"),
    *("consequence", "voluntary", "readers", "retention_days", "code"),
}
VARIABLES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "wording.txt": frozenset({"deadline", "copies_supervisor"}),
        "prompt.txt": _QUESTION,
        "reminder.txt": _QUESTION,
        "correction.txt": _QUESTION | {"mode", "said"},
        "receipt.txt": _MAIL
        | {
            *("received", "standing", "deadline", "bullets", "phrase", "supervisor", "copied", "asked_copy"),
            *("late", "unsure", "consequence", "voluntary", "readers", "retention_days", "mode"),
        },
        "notice.txt": _MAIL | {"received", "findings", "deadline", "phrase", "answered_before", "closed"},
        "unneeded.txt": _MAIL | {"received", "deadline", "phrase", "mode"},
        "missed.txt": _MAIL | {"campaign_id", "opens", "deadline", "reason"},
        "withheld.txt": _MAIL | {"received", "deadline", "phrase"},
        "alert.txt": _MAIL
        | {
            *("received", "sure", "mailbox", "uidvalidity", "uid", "sender", "employee_id", "unit"),
            *("copies", "rules", "folder", "size"),
        },
        "copy.txt": _MAIL | {"name", "unit", "received", "late", "bullets", "said"},
        "code.txt": _MAIL | {"code", "opens", "deadline", "count", "origin"},
        "confirmation.txt": _MAIL | {"understood", "unclear"},
        "flood.txt": _MAIL | {"count", "limit", "received"},
        "comment.txt": _MAIL | {"supervisor", "said"},
        "genuine.txt": _MAIL | {"genuine", "subject", "sent", "origin", "code", "linked"},
        **dict.fromkeys(
            ("rollup.txt", "rollup.html"),
            _MAIL | {"words", "supervisor", "rows", "voices", "least", "final", "closed", "cut"},
        ),
        "digest.txt": _MAIL | {"words", "supervisor", "sections", "counts", "final", "closed", "cut", "left_out"},
        "digest.html": _MAIL | {"words", "supervisor", "sections", "counts", "final", "closed", "cut", "left_out"},
    }
)


_SETS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "bullets": ("one", "two"),
        "findings": ({"where_shown": "Bullet 1: ", "hint": "Do."},),
        "counts": ({"title": "Asked", "number": 3},),
        "voices": ({"unit": "A", "bullets": ("one", "two")},),
        "rows": (
            {
                **dict.fromkeys(("people", "expected", "replied", "late"), 9),
                "unit": "A",
                "name": "A",
                "rate": "88%",
                "indent": 1,
                "absent": 1,
            },
        ),
        "sections": (
            {
                "title": "Answered",
                "number": 1,
                "note": "A note.",
                "unlisted": 3,
                "rows": ({"name": "A", "unit": "B", "remark": "C", "bullets": ("one",), "hidden": 2},),
            },
        ),
        **dict.fromkeys(("copies", "rules", "understood", "unclear"), ("one", "two")),
        **dict.fromkeys(("retention_days", "count", "uid", "uidvalidity", "size", "left_out"), 7),
    }
)
"""What a template is tried with at start; a variable that is not here is a word."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, with a short way to the entries of plain dicts: a Digest looks up thousands of them."""

    def getattr(self, obj: object, attribute: str) -> object:
        """`row.name`."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class TemplateError(ValueError):
    """A template cannot be read. Mend the file that is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """How one language writes: `direction` is `ltr` or `rtl`; `date` and `moment` are str.format patterns of ours, and
    `first_day` is how the first of a month is written where that is no plain number.

    `words` are the fixed words of a Digest by name, `said` the lines of a confirmation; `hints` say by rule what to fix where the rule's own hint is in
    another language, and `places` name where (`bullet`, `attachment`).
    """

    language: str
    direction: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    moment: str
    words: Mapping[str, str]
    places: Mapping[str, str]
    hints: Mapping[str, str]
    said: Mapping[str, str] = field(default_factory=dict)
    first_day: str = "1"

    def day(self, day: dt.date) -> str:
        """`Monday, 23 November 2026`."""
        number = day.day if day.day > 1 else self.first_day
        return self.date.format(
            weekday=self.weekdays[day.weekday()], day=number, month=self.months[day.month - 1], year=day.year
        )

    def place(self, where: str) -> str:
        """`bullet 2` in this language; what it has no word for stays."""
        kind, _, number = where.partition(" ")
        if not (number.isdigit() or not number):
            return where
        return f"{self.places.get(kind, kind)} {number}".strip()

    def at(self, moment: dt.datetime, zone: str) -> str:
        """`Monday, 23 November 2026, 23:59 (America/New_York)`: an aware instant on the clocks of `zone`."""
        there = moment.astimezone(ZoneInfo(zone))
        return self.moment.format(date=self.day(there.date()), hour=there.hour, minute=there.minute, zone=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """All templates, compiled when first used."""

    sources: Mapping[str, str]
    locales: Mapping[str, Locale]
    environment: jinja2.Environment = field(compare=False)
    files: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    found: dict[tuple[str | None, str], jinja2.Template] = field(default_factory=dict, compare=False, repr=False)

    def __reduce__(self) -> "tuple[Callable[[Mapping[str, str]], Templates], tuple[dict[str, str]]]":
        """For another process: the files as they were read, whatever has become of them since."""
        return templates_of, (dict(self.files),)

    def locale(self, tag: str | None) -> Locale:
        """The locale for a BCP 47 tag: itself, its language, or English."""
        return self.locales[self._nearest(tag)]

    def render(self, tag: str | None, name: str, variables: Mapping[str, object]) -> str:
        """One template with its variables. A locale that lacks it is helped out by its language, then by English."""
        # A tag comes from the Roster: so many different ones that they would fill the memory are no languages.
        known = self.found.get((tag, name))
        if known is None:
            if len(self.found) >= MOST_FOUND:
                self.found.clear()
            known = self.found[tag, name] = self.environment.get_template(self._find(tag, name))
        return known.render(variables)

    def _nearest(self, tag: str | None) -> str:
        return next((one for one in _fallbacks(tag) if one in self.locales), FALLBACK)

    def _find(self, tag: str | None, name: str) -> str:
        named = (f"{one}/{name}" for one in _fallbacks(tag))
        return next((path for path in (*named, name) if path in self.sources), f"{FALLBACK}/{name}")


def _fallbacks(tag: str | None) -> Iterator[str]:
    parts = (tag or FALLBACK).replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def load_templates(directory: Path | None = None) -> Templates:
    """The shipped templates, with every file of the operator's `directory` in place of the shipped one of that path.

    Raises TemplateError where a file cannot be read; what is wrong inside one, `check_templates` tells.
    """
    return templates_of(_files(SHIPPED) | (_files(directory) if directory is not None else {}))


def templates_of(files: Mapping[str, str]) -> Templates:
    """The templates from the text of their files by path. Raises TemplateError where one cannot be read."""
    locales = {
        path.removesuffix("/locale.toml"): _locale(path, text)
        for path, text in files.items()
        if path.endswith("/locale.toml")
    }
    sources = {path: _inlined(path, text) for path, text in files.items() if path.endswith((".txt", ".html"))}
    environment = _Sandbox(
        loader=jinja2.DictLoader(sources),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=-1,
        auto_reload=False,
    )
    return Templates(
        sources=MappingProxyType(sources), locales=MappingProxyType(locales), environment=environment, files=files
    )


def check_templates(templates: Templates) -> tuple[str, ...]:
    """Everything that is wrong with the templates, one line each with file and line; empty where all is well."""
    model = templates.locales[FALLBACK]
    missing = [
        f"{name}/locale.toml: [{table}] lacks `{word}`."
        for name, locale in sorted(templates.locales.items())
        for table, wanted, given in (("words", model.words, locale.words), ("said", model.said, locale.said))
        for word in sorted(set(wanted) - set(given))
    ]
    found = (complaint for path in sorted(templates.sources) for complaint in _complaints(templates, path))
    return (*missing, *found)


def _complaints(templates: Templates, path: str) -> Iterator[str]:
    allowed = VARIABLES.get(path.rpartition("/")[2])
    if allowed is None:
        yield f"{path}: no mail is made from a template of this name; known are {', '.join(sorted(VARIABLES))}."
        return
    try:
        tree = templates.environment.parse(templates.sources[path])
        templates.environment.get_template(path)
    except jinja2.TemplateSyntaxError as error:
        yield f"{path}: line {error.lineno}: {error.message}."
        return
    for unknown in sorted(meta.find_undeclared_variables(tree) - allowed):
        yield f"{path}: line {_line_of(templates.sources[path], unknown)}: unknown variable `{unknown}`; known are {', '.join(sorted(allowed))}."
    for reference in sorted(one for one in meta.find_referenced_templates(tree) if one is not None):
        if reference not in templates.sources:
            yield f"{path}: includes {reference}, which does not exist."
            return
    yield from _tried(templates, path, allowed)
    folded = templates.sources[path].lower()
    for forbidden in ("http:", "https:", "www.", "<a ", "<img", "url("):
        if forbidden in folded:
            yield f"{path}: line {_line_of(folded, forbidden)}: `{forbidden}`: our mail holds no link and no image."


def _tried(templates: Templates, path: str, allowed: frozenset[str]) -> Iterator[str]:
    """Whether the template can be filled in: with everything, with hardly anything, and in each mode."""
    locale = templates.locale(path.partition("/")[0] if "/" in path else FALLBACK)
    words = {"words": {**locale.words, "language": locale.language, "direction": locale.direction}}
    full = {name: _SETS.get(name, name) for name in allowed} | words
    empty = {name: () if isinstance(_SETS.get(name), tuple) else "" for name in allowed} | words
    modes = [full | {"mode": mode.value} for mode in Mode] if "mode" in allowed else []
    standings = [full | {"standing": one.value} for one in Standing] if "standing" in allowed else []
    for given in (full, empty, *modes, *standings):
        try:
            templates.environment.get_template(path).render(given)
        except (jinja2.TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
            yield f"{path}: cannot be filled in: {error}."
            return


def _line_of(source: str, wanted: str) -> int:
    return source.count("\n", 0, max(source.find(wanted), 0)) + 1


def _files(directory: Path) -> dict[str, str]:
    """Text of every template file below `directory`, by its path there with `/`."""
    found: dict[str, str] = {}
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if path.suffix not in {".txt", ".html", ".toml"} or not path.is_file():
            continue
        try:
            found[name.lower() if "/" in name else name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__}).") from None
    return found


def _inlined(path: str, text: str) -> str:
    """An HTML template with its style sheet moved into `style` attributes, once for all mails made from it."""
    if not path.endswith(".html") or "<style" not in text:
        return text
    return css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False).inline(text)


_WEEK: Final = 7
_YEAR: Final = 12


def _locale(path: str, text: str) -> Locale:
    try:
        table = tomllib.loads(text)
        locale = Locale(
            language=table["language"],
            direction=table["direction"],
            weekdays=tuple(table["weekdays"]),
            months=tuple(table["months"]),
            date=table["date"],
            moment=table["moment"],
            words=MappingProxyType(dict(table["words"])),
            places=MappingProxyType(dict(table.get("places", {}))),
            hints=MappingProxyType(dict(table.get("hints", {}))),
            said=MappingProxyType(dict(table.get("said", {}))),
            first_day=str(table.get("first_day", 1)),
        )
        locale.at(dt.datetime(2026, 11, 23, tzinfo=ZoneInfo("UTC")), "UTC")
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{path}: {error}") from None
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise TemplateError(f"{path}: {type(error).__name__}: {error}") from None
    if len(locale.weekdays) != _WEEK or len(locale.months) != _YEAR or locale.direction not in {"ltr", "rtl"}:
        raise TemplateError(f"{path}: needs 7 weekdays, 12 months and a direction `ltr` or `rtl`.")
    return locale
