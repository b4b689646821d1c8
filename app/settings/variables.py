"""What variables and systemd credentials say: `BULLETIN_RELAY__PORT` is relay.port, `relay.password` its password."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.settings.lines import Path as KeyPath
from app.settings.secretfiles import SecretFileError, read_secret
from app.settings.shapes import NAMES, Entry, entries, rows, several, tables
from app.settings.tree import FILE_SUFFIX, Fault, Gathered, chosen, row_name

PREFIX = "BULLETIN_"
RESERVED = frozenset({"BULLETIN_CONFIG"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One value from outside the file: the parts of its key, its text and its source."""

    parts: tuple[str, ...]
    text: str
    source: str


def take_credentials(found: Gathered, model: type[BaseModel], directory: Path) -> None:
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
        _put(found, model, Told(parts=(head, *rest), text=value, source=f"credential {file.name}"))


def take_environment(found: Gathered, model: type[BaseModel], environ: Mapping[str, str]) -> None:
    """`BULLETIN_RELAY__PORT` is relay.port, `BULLETIN_MAILBOXES__REPORTS__USER` the user of the mailbox `reports`."""
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in RESERVED:
            parts = tuple(variable.removeprefix(PREFIX).lower().split("__"))
            _put(found, model, Told(parts=parts, text=environ[variable], source=variable))


def _put(found: Gathered, model: type[BaseModel], told: Told) -> None:
    """Set one value in the tree; tables are made on the way, rows found or made by their name."""
    path: KeyPath = ()
    table, kind, left = found.data, model, list(told.parts)
    while left:
        key = left.pop(0)
        entry = entries(kind).get(key)
        if entry is None:
            _not_a_setting(found, kind, told, len(told.parts) - len(left) - 1)
            return
        path += (key,)
        if not left:
            _set(found, table, path, entry, told)
            return
        entered = _enter(table, entry, left)
        if entered is None:
            _not_a_setting(found, kind, told, len(told.parts) - 1)
            return
        table, kind, place = entered
        path += place
        if not isinstance(table, dict):
            # The file has something else where a table should be: that is told when the whole is checked.
            return
    _not_a_setting(found, kind, told, len(told.parts))


def _set(found: Gathered, table: dict[str, Any], path: KeyPath, entry: Entry, told: Told) -> None:
    value = _value(entry.field, told.text)
    if isinstance(value, str) and (rows(entry.field) or tables(entry.field)):
        right = f"one of its keys: {told.source}__…"
        found.faults.append(Fault(where=told.source, key=entry.key, wrong="is a table", right=right))
        return
    table[entry.key] = value
    _claim(found, path, told.source)


def _enter(table: dict[str, Any], entry: Entry, left: list[str]) -> tuple[Any, type[BaseModel], KeyPath] | None:
    """The table that a key leads to, its section and its place in an array; None where a key leads to none."""
    key = entry.key
    if row := rows(entry.field):
        array = table.setdefault(key, [])
        if not isinstance(array, list):
            return array, row, ()
        place = _row(array, row, left.pop(0))
        return array[place], row, (place,)
    inner = chosen(entry.field, table.get(key)) or next(iter(tables(entry.field)), None)
    return (table.setdefault(key, {}), inner, ()) if inner else None


def _not_a_setting(found: Gathered, kind: type[BaseModel], told: Told, wrong: int) -> None:
    """The `wrong`th part of the name leads nowhere; a like one may have been meant."""
    close = difflib.get_close_matches(told.parts[wrong], entries(kind), n=1) if wrong < len(told.parts) else []
    near = f"{PREFIX}{'__'.join([*told.parts[:wrong], *close]).upper()}" if close else ""
    found.faults.append(Fault(where=told.source, key=".".join(told.parts), wrong="is not a setting", right=near))


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
    names = [row_name(each, place) for place, each in enumerate(table)]
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
