"""The tree of values that a configuration is read into, with where each came from and what was wrong on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.settings.lines import Path as KeyPath
from app.settings.lines import line_of
from app.settings.shapes import NAMES, entries, rows, tables

FILE_SUFFIX = "_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One wrong value: where (a file and line, or a variable), which key, what is wrong, what would be right."""

    where: str
    key: str
    wrong: str
    right: str = ""

    def __str__(self) -> str:
        """One line for a person."""
        named = f"{self.key} " if self.key else ""
        right = f" Right would be: {self.right}." if self.right else ""
        return f"{self.where}: {named}{self.wrong.rstrip('.')}.{right}"


@dataclass(slots=True)
class Gathered:
    """The tree of values, where each came from, and what was wrong on the way."""

    file: Path | None = None
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    sources: dict[KeyPath, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def where(self, path: KeyPath) -> str:
        """The variable or the file and line that a key comes from, or would."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.sources:
                return self.sources[path[:end]]
        if self.file is None:
            return "the environment"
        line = line_of(self.lines, path)
        return f"{self.file}:{line}" if line else str(self.file)


def key_name(path: KeyPath, data: object) -> str:
    """The key as people write it: `mailboxes.reports.port`."""
    names: list[str] = []
    for part in path:
        data = _step(data, part)
        names.append(row_name(data, part) if isinstance(part, int) else part)
    return ".".join(names)


def _step(data: object, part: str | int) -> object:
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return data.get(part) if isinstance(data, dict) else None


def row_name(row: object, place: int) -> str:
    if isinstance(row, dict):
        for name in NAMES:
            if isinstance(row.get(name), str):
                return str(row[name])
    return str(place + 1)


def walk(
    model: type[BaseModel], data: object, path: KeyPath
) -> Iterator[tuple[KeyPath, dict[str, Any], type[BaseModel]]]:
    """Every table that is there, with its path and its section."""
    if not isinstance(data, dict):
        return
    yield path, data, model
    for key, entry in entries(model).items():
        value = data.get(key)
        if (row := rows(entry.field)) and isinstance(value, list):
            for place, each in enumerate(value):
                yield from walk(row, each, (*path, key, place))
        elif kind := chosen(entry.field, value):
            yield from walk(kind, value, (*path, key))


def chosen(field: FieldInfo, value: object) -> type[BaseModel] | None:
    """Which section a table is: where several may stand, the one whose `provider` it names."""
    kinds = tables(field)
    if len(kinds) > 1 and isinstance(value, dict):
        provider = value.get("provider")
        return next((kind for kind in kinds if _provider(kind) == provider), None)
    return kinds[0] if kinds else None


def _provider(kind: type[BaseModel]) -> str:
    arguments: tuple[str, ...] = getattr(kind.model_fields["provider"].annotation, "__args__", ("",))
    return arguments[0]
