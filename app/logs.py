"""The log: structlog to the console or as JSON, with fields from a list and nothing else.

Law: no text from a mail can get in. An event is a fixed name, a field is on the list or dropped, a value has no blanks,
an exception is its type and place, a library's line is its logger's name. A new field is added to FIELDS, nowhere else.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final, TextIO

import structlog

FIELDS: Final = frozenset(
    {
        # what it is about
        "mailbox", "uid", "uidvalidity", "folder", "campaign", "round", "mail", "kind", "state", "unit", "rule",
        "rules_version", "origin", "decision", "standing", "identity", "lease", "owner", "epoch", "connection",
        "revision", "role", "signal", "channel", "port", "key_id", "phase", "sure", "instance",
        # how much and how long
        "count", "new", "known", "sent", "deferred", "refused", "failed", "queued", "filed", "unfiled", "asked",
        "people", "tries", "size", "seconds", "rate", "used", "limit", "percent", "pages", "strangers", "withheld",
        # how it ended
        "code", "result", "permanent", "retry_in", "retry_at", "at", "since", "until", "backlog",
        # added here
        "event", "level", "timestamp", "part", "error", "place", "dropped",
    }
)  # fmt: skip
LONGEST: Final = 120
_EVENT: Final = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
_WORD: Final = re.compile(rf"[\w.:/+<>=,-]{{0,{LONGEST}}}", re.ASCII)

Entry = MutableMapping[str, Any]

dropped_fields = 0
"""How many fields this process kept out of its log: a sign of a mistake in the program, shown by the metrics."""


class ErrorOutput:
    """The error output of this moment: tests and daemons change it."""

    def write(self, text: str) -> int:
        """Write."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush."""
        sys.stderr.flush()

    def isatty(self) -> bool:
        """Whether a person watches."""
        return sys.stderr.isatty()


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a part of the house."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return logger


def set_up(*, style: str, level: str, stream: TextIO | None = None) -> None:
    """Send every line of the program and of its libraries to `stream` (the error output), in `style` console or json."""
    least = logging.getLevelNamesMapping()[level.upper()]
    _configure(stream if stream is not None else ErrorOutput(), style, least)
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.handlers = [LibraryHandler(level=max(least, logging.WARNING))]
    root.setLevel(logging.WARNING)


def _configure(out: Any, style: str, least: int) -> None:
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            reduce_exception,
            only_listed,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )


def place_of(error: BaseException) -> str:
    """Where an exception was raised: the innermost frame as folder/file.py:line. Never what was in its hands."""
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames:
        return "unknown"
    frame, line = frames[-1]
    path = Path(frame.f_code.co_filename)
    return f"{path.parent.name}/{path.name}:{line}"


def reduce_exception(_logger: object, _method: str, entry: Entry) -> Entry:
    """An exception becomes its type and its place."""
    found = entry.pop("exc_info", None)
    for key in ("exception", "stack_info", "stack"):
        entry.pop(key, None)
    error = found if isinstance(found, BaseException) else None
    if isinstance(found, tuple):
        error = found[1]
    elif found is True:
        error = sys.exception()
    if error is not None:
        entry["error"] = type(error).__name__
        entry["place"] = place_of(error)
    return entry


def only_listed(_logger: object, _method: str, entry: Entry) -> Entry:
    """Drop what is not on the list, and say how much was dropped."""
    global dropped_fields  # noqa: PLW0603 - one count for the process, read by the metrics
    kept: Entry = {}
    for key, value in entry.items():
        clean = _event(value) if key == "event" else _value(value)
        if key in FIELDS and clean is not None:
            kept[key] = clean
        elif value is not None:
            kept["dropped"] = kept.get("dropped", 0) + 1
    dropped_fields += kept.get("dropped", 0)
    return kept


def _event(value: object) -> str:
    return value if isinstance(value, str) and _EVENT.fullmatch(value) else "unnamed"


def _value(value: object) -> str | int | float | bool | None:
    """The value as it may be written, or None where it could be somebody's text or address."""
    match value:
        case Enum():
            return _value(value.value)
        case bool() | int() | float():
            return value
        case datetime() | date():
            return value.isoformat()
        case str() if _WORD.fullmatch(value):
            return value
        case _:
            return None


class LibraryHandler(logging.Handler):
    """Lines of libraries: who wrote one, how grave it is, and where. Their words may quote a mail, so they are left out."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        where = Path(record.pathname)
        fields: Mapping[str, Any] = {
            "part": record.name,
            "place": f"{where.parent.name}/{where.name}:{record.lineno}",
            "exc_info": record.exc_info,
        }
        log = structlog.get_logger()
        if record.levelno >= logging.ERROR:
            log.error("library_line", **fields)
        else:
            log.warning("library_line", **fields)


# A log that nobody set up is a safe one too: structlog's own defaults would write every field as it is.
_configure(ErrorOutput(), "console", logging.WARNING)
