"""The forms in which answers are taken out; `app.formats` and `app.paper` write them."""

from enum import StrEnum


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"


class Paper(StrEnum):
    """The forms of a single Digest."""

    TEXT = "txt"
    HTML = "html"
    MARKDOWN = "md"
    CSV = "csv"
