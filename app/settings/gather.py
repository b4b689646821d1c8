"""Where the values of a configuration come from: the file, the environment, secret files and credentials, as one tree.

pydantic-settings' own sources stop at the first mistake, keep silent about a misspelt variable and cannot reach into
an array of tables, so they are not used. Later beats earlier: file, then credentials, then the environment.
"""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.settings.lines import Path as KeyPath
from app.settings.lines import line_of, toml_lines
from app.settings.secretfiles import SecretFileError, open_to_others, read_secret
from app.settings.shapes import NAMES, entries, leaves, rows, several, tables

PREFIX = "BULLETIN_"
RESERVED = frozenset({"BULLETIN_CONFIG"})
FILE_SUFFIX = "_file"
PLACEHOLDER = "x" * 64
"""Stands for a secret whose file is no use, so that the same mistake is not reported twice."""


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


def gather(model: type[BaseModel], file: Path | None, environ: Mapping[str, str]) -> Gathered:
    """Everything that is said about `model`, secrets read from their files."""
    found = Gathered(file=file)
    if file is not None:
        _read_file(found, file)
    folder = file.parent if file else Path.cwd()
    if file is not None and _inline_secret(model, found.data) and open_to_others(file):
        found.faults.append(
            Fault(
                where=str(file),
                key="",
                wrong="holds secrets and can be read by others",
                right=f"chmod 600 {file}, or the secrets in files of their own",
            )
        )
    if directory := environ.get("CREDENTIALS_DIRECTORY"):
        _take_credentials(found, model, Path(directory))
    _take_environment(found, model, environ)
    _read_secrets(found, model, found.data, folder)
    return found


def key_name(path: KeyPath, data: object) -> str:
    """The key as people write it: `mailboxes.reports.port`."""
    names: list[str] = []
    for part in path:
        data = _step(data, part)
        names.append(_row_name(data, part) if isinstance(part, int) else part)
    return ".".join(names)


def _step(data: object, part: str | int) -> object:
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return data.get(part) if isinstance(data, dict) else None


def _row_name(row: object, place: int) -> str:
    if isinstance(row, dict):
        for name in NAMES:
            if isinstance(row.get(name), str):
                return str(row[name])
    return str(place + 1)


def _read_file(found: Gathered, file: Path) -> None:
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        found.data = tomllib.loads(text)
        found.lines = toml_lines(text)
    except OSError as error:
        found.faults.append(Fault(where=str(file), key="", wrong=f"cannot be read ({error.strerror})"))
    except UnicodeDecodeError:
        found.faults.append(Fault(where=str(file), key="", wrong="is not in UTF-8"))
    except tomllib.TOMLDecodeError as error:
        found.faults.append(Fault(where=str(file), key="", wrong=f"is not TOML: {error}", right='key = "value"'))


def _inline_secret(model: type[BaseModel], data: object) -> bool:
    """Whether the file itself holds a secret. A database URL is one only with a password in it."""
    for _, table, kind in _walk(model, data, ()):
        for key, entry in entries(kind).items():
            value = table.get(key)
            if entry.secret and isinstance(value, str) and (key != "url" or _has_password(value)):
                return True
    return False


def _has_password(url: str) -> bool:
    user, at, _ = url.partition("://")[2].rpartition("@")
    return bool(at) and ":" in user


def _walk(
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
                yield from _walk(row, each, (*path, key, place))
        elif kind := _chosen(entry.field, value):
            yield from _walk(kind, value, (*path, key))


def _chosen(field: FieldInfo, value: object) -> type[BaseModel] | None:
    """Which section a table is: where several may stand, the one whose `provider` it names."""
    kinds = tables(field)
    if len(kinds) > 1 and isinstance(value, dict):
        provider = value.get("provider")
        return next((kind for kind in kinds if _provider(kind) == provider), None)
    return kinds[0] if kinds else None


def _provider(kind: type[BaseModel]) -> str:
    arguments: tuple[str, ...] = getattr(kind.model_fields["provider"].annotation, "__args__", ("",))
    return arguments[0]


def _take_credentials(found: Gathered, model: type[BaseModel], directory: Path) -> None:
    """Credentials of systemd (LoadCredential=) under the names of their keys: `relay.password`. Others are not ours."""
    for file in sorted(directory.iterdir()) if directory.is_dir() else ():
        head, *rest = file.name.split(".")
        if head not in entries(model) or not rest:
            continue
        try:
            value = read_secret(file, private=False)
        except SecretFileError as error:
            found.faults.append(Fault(where=f"credential {file.name}", key="", wrong=str(error)))
            continue
        _put(found, model, (head, *rest), value, f"credential {file.name}")


def _take_environment(found: Gathered, model: type[BaseModel], environ: Mapping[str, str]) -> None:
    """`BULLETIN_RELAY__PORT` is relay.port, `BULLETIN_MAILBOXES__REPORTS__USER` the user of the mailbox `reports`."""
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in RESERVED:
            parts = tuple(variable.removeprefix(PREFIX).lower().split("__"))
            _put(found, model, parts, environ[variable], variable)


def _put(found: Gathered, model: type[BaseModel], parts: tuple[str, ...], text: str, source: str) -> None:
    """Set one value in the tree; tables are made on the way, rows found or made by their name."""
    path: KeyPath = ()
    table, kind, left = found.data, model, list(parts)
    while left:
        key = left.pop(0)
        entry = entries(kind).get(key)
        path += (key,)
        if entry is None:
            break
        row = rows(entry.field)
        if not left:
            value = _value(entry.field, text)
            if isinstance(value, str) and (row or tables(entry.field)):
                right = f"one of its keys: {source}__…"
                found.faults.append(Fault(where=source, key=".".join(parts), wrong="is a table", right=right))
            else:
                table[key] = value
                _claim(found, path, source)
            return
        if row is not None:
            place = _row(table.setdefault(key, []), row, left.pop(0))
            path += (place,)
            table, kind = table[key][place], row
        elif inner := (_chosen(entry.field, table.get(key)) or next(iter(tables(entry.field)), None)):
            table, kind = table.setdefault(key, {}), inner
        else:
            break
        if not isinstance(table, dict):
            break
    close = difflib.get_close_matches(str(path[-1]), entries(kind), n=1)
    near = f"{PREFIX}{'__'.join([*parts[: len(path) - 1], *close]).upper()}" if close else ""
    found.faults.append(Fault(where=source, key=".".join(parts), wrong="is not a setting", right=near))


def _claim(found: Gathered, path: KeyPath, source: str) -> None:
    """The value is this source's; a sibling `_file` from an earlier source gives way, and so does the value to a file."""
    table: Any = found.data
    for part in path[:-1]:
        table = table[part]
    key = str(path[-1])
    sibling = key.removesuffix(FILE_SUFFIX) if key.endswith(FILE_SUFFIX) else key + FILE_SUFFIX
    if (*path[:-1], sibling) not in found.sources:
        table.pop(sibling, None)
    found.sources[path] = source


def _row(table: list[Any], kind: type[BaseModel], name: str) -> int:
    names = [_row_name(each, place) for place, each in enumerate(table)]
    plain = [each.lower().replace("-", "_").replace("/", "_") for each in names]
    if name.replace("-", "_") in plain:
        return plain.index(name.replace("-", "_"))
    known = next(key for key in NAMES if key in entries(kind))
    table.append({known: name})
    return len(table) - 1


def _value(field: FieldInfo, text: str) -> object:
    """The text of a variable; what is not plain text is written as JSON, a list also with commas."""
    if text[:1] in {"[", "{"} and (several(field) or rows(field) or tables(field) or "dict" in str(field.annotation)):
        try:
            return json.loads(text)
        except ValueError:
            return text
    if several(field):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _read_secrets(found: Gathered, model: type[BaseModel], data: dict[str, Any], folder: Path) -> None:
    """Put the contents of each `<key>_file` in the place of `<key>`, and make paths absolute."""
    for place, table, kind in tuple(_walk(model, data, ())):
        for key, entry in entries(kind).items():
            value = table.get(key)
            if isinstance(value, str) and Path in leaves(entry.field.annotation):
                table[key] = str(folder / Path(value).expanduser())
            if entry.secret and isinstance(name := table.get(key + FILE_SUFFIX), str):
                _read_one(found, table, (*place, key), folder / Path(name).expanduser())


def _read_one(found: Gathered, table: dict[str, Any], path: KeyPath, file: Path) -> None:
    key = str(path[-1])
    at = (*path[:-1], key + FILE_SUFFIX)
    named = key_name(at, found.data)
    if key in table:
        found.faults.append(Fault(where=found.where(at), key=named, wrong=f"stands beside {key}; keep one of the two"))
        return
    try:
        table[key] = read_secret(file)
        found.sources[path] = f"{file} ({found.where(at)})"
    except SecretFileError as error:
        found.faults.append(Fault(where=found.where(at), key=named, wrong=f"is no use: {error}"))
        table[key] = PLACEHOLDER
