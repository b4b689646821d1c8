"""What the model of the configuration says of itself: its fields, their sections, and what a right value looks like."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.settings.quantities import Shape, write_duration

NAMES = ("name", "id", "path")
"""The fields that a table in an array goes by, in environment variables and in messages."""

_PLAIN: Mapping[object, str] = {
    bool: "true or false",
    int: "a whole number",
    str: "text in quotation marks",
    Path: "a path in quotation marks",
    date: "a day such as 2026-11-23",
    time: 'a time of day such as "09:00"',
    timedelta: 'a duration such as "24h"',
    SecretStr: "a secret in quotation marks",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One field of the model under the key that it has in the file."""

    key: str
    field: FieldInfo

    @property
    def secret(self) -> bool:
        """Whether its value must never be shown."""
        return SecretStr in leaves(self.field.annotation)

    @property
    def required(self) -> bool:
        """Whether the file must name it."""
        return self.field.is_required()


def entries(model: type[BaseModel]) -> dict[str, Entry]:
    """The fields of a section by their keys in the file, the naming one first."""
    found = {field.alias or name: field for name, field in model.model_fields.items()}
    first = sorted(found, key=lambda key: key not in NAMES)
    return {key: Entry(key=key, field=found[key]) for key in first}


def leaves(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of, unions and Annotated taken apart."""
    if get_origin(annotation) is Annotated:
        yield from leaves(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, types.UnionType}:
        for part in get_args(annotation):
            yield from leaves(part)
    else:
        yield annotation


def tables(field: FieldInfo) -> tuple[type[BaseModel], ...]:
    """The sections that may stand in a field: more than one where a key tells them apart."""
    return tuple(leaf for leaf in leaves(field.annotation) if isinstance(leaf, type) and issubclass(leaf, BaseModel))


def rows(field: FieldInfo) -> type[BaseModel] | None:
    """The section that an array of tables is made of."""
    for leaf in leaves(field.annotation):
        if get_origin(leaf) is tuple and isinstance(item := get_args(leaf)[0], type) and issubclass(item, BaseModel):
            return item
    return None


def several(field: FieldInfo) -> bool:
    """Whether the field holds a list of plain values."""
    return rows(field) is None and any(get_origin(leaf) is tuple for leaf in leaves(field.annotation))


def shape(field: FieldInfo) -> str:
    """What a right value looks like, in words."""
    for mark in field.metadata:
        if isinstance(mark, Shape):
            return mark.words
    if rows(field) is not None or tables(field):
        return "a table" if rows(field) is None else "one or more tables in double brackets"
    return _shape(field.annotation, field.metadata)


def _shape(annotation: Any, metadata: list[Any]) -> str:
    match get_origin(annotation):
        case origin if origin is Annotated:
            base, *marks = get_args(annotation)
            return next((mark.words for mark in marks if isinstance(mark, Shape)), None) or _shape(base, marks)
        case origin if origin in {Union, types.UnionType}:
            return _shape(next(part for part in get_args(annotation) if part is not types.NoneType), metadata)
        case origin if origin is Literal:
            return " or ".join(f'"{choice}"' for choice in get_args(annotation))
        case origin if origin is tuple:
            return f"a list in brackets, each {_shape(get_args(annotation)[0], [])}"
        case _:
            return _plain_shape(annotation, metadata)


def _plain_shape(annotation: Any, metadata: list[Any]) -> str:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return "one of " + ", ".join(f'"{choice}"' for choice in annotation)
    return _number(metadata) if annotation is int else _PLAIN.get(annotation, "another value")


def _number(metadata: list[Any]) -> str:
    flat = [part for mark in metadata for part in (mark.metadata if isinstance(mark, FieldInfo) else (mark,))]
    least = next((mark.ge for mark in flat if isinstance(mark, Ge)), None)
    most = next((mark.le for mark in flat if isinstance(mark, Le)), None)
    match least, most:
        case None, None:
            return "a whole number"
        case _, None:
            return f"a whole number, at least {least}"
        case None, _:
            return f"a whole number, at most {most}"
        case _:
            return f"a whole number from {least} to {most}"


def write(value: object) -> str:
    """A value as TOML writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case timedelta():
            return f'"{write_duration(value)}"'
        case time():
            return f'"{value:%H:%M}"'
        case date():
            return value.isoformat()
        case list() | tuple():
            return "[" + ", ".join(write(each) for each in value) + "]"
        case Mapping():
            inner = ", ".join(f"{key} = {write(each)}" for key, each in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case _:
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            return '"' + "".join(_escape(character) for character in text) + '"'


def _escape(character: str) -> str:
    if character in {'"', "\\"}:
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def default_of(field: FieldInfo) -> str | None:
    """The default as TOML writes it; None where there is none to write."""
    if field.is_required() or field.default is None or field.default is PydanticUndefined:
        return None
    if isinstance(field.default, BaseModel) or rows(field) is not None:
        return None
    return write(field.default)
