"""The configuration as people may see it: every value in force, secrets masked; and what one key means."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr

from app.settings.lines import Path as KeyPath
from app.settings.shapes import NAMES, Entry, default_of, entries, rows, shape, tables, write
from app.settings.tree import Gathered
from app.settings.variables import PREFIX

MASK = '"********"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One value in force: its place in the tree, its name and itself, masked where it is a secret."""

    path: KeyPath
    name: str
    value: str


def walk_shown(section: BaseModel, path: KeyPath = (), name: str = "") -> Iterator[Shown]:
    """Every value, in the order of the model."""
    for key, entry in entries(type(section)).items():
        value = _get(section, entry, key)
        named = f"{name}.{key}" if name else key
        if isinstance(value, BaseModel):
            yield from walk_shown(value, (*path, key), named)
        elif rows(entry.field) is not None:
            for place, row in enumerate(value):
                yield from walk_shown(row, (*path, key, place), f"{named}.{row_name(row)}")
        else:
            yield Shown(path=(*path, key), name=named, value=shown(entry, value))


def show_lines(section: BaseModel, told_by: Gathered | None = None) -> Iterator[str]:
    """`key = value`, one a line; with `told_by` only those that somebody set. A secret that is set shows as a mask."""
    for each in walk_shown(section):
        if told_by is None or _is_told(told_by, each.path):
            yield f"{each.name} = {each.value}"


def row_name(row: BaseModel) -> str:
    """What a table in an array goes by."""
    return next(str(getattr(row, name)) for name in NAMES if name in type(row).model_fields)


def shown(entry: Entry, value: object) -> str:
    """A value as it may be seen. Of a database URL only the password is hidden."""
    if value is None:
        return "(none)"
    if not entry.secret:
        return write(value)
    if entry.key == "url" and isinstance(value, SecretStr):
        return write(mask_url(value.get_secret_value()))
    return MASK


def mask_url(url: str) -> str:
    """The URL without its password."""
    scheme, slashes, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    user, colon, _ = login.partition(":")
    return f"{scheme}{slashes}{user}:********@{place}" if at and colon else url


def explain_key(
    model: type[BaseModel], key: str, settings: BaseModel | None, gathered: Gathered | None
) -> tuple[str, ...] | None:
    """What is to be said of a key; None where there is none of that name."""
    found = _find(model, key, settings)
    if found is None:
        return None
    entry, value, path = found
    lines = [f"{key}", f"  {entry.field.description or _title(entry)}", f"  May be: {shape(entry.field)}."]
    default = default_of(entry.field)
    lines.append("  Required." if entry.required else f"  Default: {default or 'none'}.")
    lines.append(f"  Variable: {PREFIX}{key.upper().replace('.', '__').replace('-', '_').replace('/', '_')}")
    if gathered is not None and value is not _NOWHERE and not isinstance(value, (BaseModel, tuple)):
        told = _is_told(gathered, path)
        lines.append(f"  Value: {shown(entry, value)}")
        lines.append(f"  From: {gathered.where(path) if told else 'the default'}")
    return tuple(lines)


class _Nowhere:
    """No value: the key stands in a table that is not there."""


_NOWHERE = _Nowhere()


def _get(section: BaseModel, entry: Entry, key: str) -> Any:
    names = (name for name, field in type(section).model_fields.items() if field is entry.field)
    return getattr(section, next(names, key))


def _title(entry: Entry) -> str:
    kinds = tables(entry.field)
    return (kinds[0].__doc__ or "").split("\n")[0] if kinds else ""


def _find(model: type[BaseModel], key: str, settings: BaseModel | None) -> tuple[Entry, Any, KeyPath] | None:
    kind: type[BaseModel] = model
    value: Any = settings if settings is not None else _NOWHERE
    path: KeyPath = ()
    entry: Entry | None = None
    for part in key.split("."):
        if isinstance(value, tuple) and entry is not None and rows(entry.field):
            names = [row_name(row) for row in value]
            if part in names:
                path += (names.index(part),)
                value = value[names.index(part)]
                continue
        entry = entries(kind).get(part)
        if entry is None:
            return None
        path += (part,)
        value = _get(value, entry, part) if isinstance(value, BaseModel) and type(value) is kind else _NOWHERE
        inner = rows(entry.field) or next(iter(tables(entry.field)), None)
        kind = type(value) if isinstance(value, BaseModel) else inner or kind
    return (entry, value, path) if entry is not None else None


def _is_told(gathered: Gathered, path: KeyPath) -> bool:
    data: Any = gathered.data
    for part in path:
        there = part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)
        if not there:
            return False
        data = data[part]
    return True
