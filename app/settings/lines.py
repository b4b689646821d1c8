"""In which line of a TOML file a key stands, so that a wrong value can be pointed at."""

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Keys from the top; a number is a place in an array of tables, from 0."""

_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')"
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_TABLE = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_DOTTED})[ \t]*\]")
_KEY = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_PARTS = re.compile(_PART)


@dataclass(slots=True)
class _Reading:
    """Where the reading of a file stands. `depth` counts open brackets, `quote` is an open multi-line quotation."""

    lines: dict[Path, int] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)
    table: Path = ()
    depth: int = 0
    quote: str = ""


def toml_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of each table and key. The text is known to be TOML; a key in an inline table is left out."""
    reading = _Reading()
    for number, line in enumerate(text.split("\n"), start=1):
        _read(reading, number, line)
    return reading.lines


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of the key, or of the nearest thing around it that has one."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


def _read(reading: _Reading, number: int, line: str) -> None:
    start = 0
    if not reading.quote and reading.depth == 0:
        if table := _TABLE.match(line):
            reading.table = _open_table(reading, _parts(table[2]), array=table[1] == "[[")
            reading.lines.setdefault(reading.table, number)
            return
        if key := _KEY.match(line):
            reading.lines.setdefault(reading.table + _parts(key[1]), number)
            start = key.end()
    _skip(reading, line, start)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PARTS.findall(dotted))


def _open_table(reading: _Reading, parts: tuple[str, ...], *, array: bool) -> Path:
    path: Path = ()
    for part in parts[:-1]:
        path += (part,)
        if path in reading.counts:
            path += (reading.counts[path] - 1,)
    path += (parts[-1],)
    if array:
        reading.counts[path] = reading.counts.get(path, 0) + 1
        path += (reading.counts[path] - 1,)
    elif path in reading.counts:
        path += (reading.counts[path] - 1,)
    return path


_TOKEN = re.compile(r"\"\"\"|'''|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[\[\]{}#]")
_ENDS = {'"""': re.compile(r"\\.|\"\"\""), "'''": re.compile("'''")}


def _skip(reading: _Reading, line: str, start: int) -> None:
    """Follow quotations and brackets to the end of the line."""
    at = start
    while token := (_ENDS[reading.quote] if reading.quote else _TOKEN).search(line, at):
        at = token.end()
        match token[0]:
            case "#":
                return
            case "[" | "{":
                reading.depth += 1
            case "]" | "}":
                reading.depth = max(0, reading.depth - 1)
            case '"""' | "'''" as quote:
                reading.quote = "" if reading.quote else quote
            case _:
                pass
