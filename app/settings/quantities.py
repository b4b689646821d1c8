"""The kinds of value in the configuration: durations, times, addresses and zones, each with what a right one looks like."""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr

from app.address import is_host, parse_address
from domain.unit import unit_path

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION: Final = re.compile(r"(\d{1,6})\s?([smhdw])", re.ASCII)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}", re.ASCII)


class Section(BaseModel):
    """A table of the configuration: frozen, and a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a right value looks like, in words for an operator."""

    words: str


def parse_duration(value: object) -> object:
    """`90s`, `15m`, `24h`, `7d`, `2w`, or a number of seconds."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return timedelta(seconds=value)
    found = _DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if not found:
        raise ValueError("is not a duration")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def write_duration(value: timedelta) -> str:
    """The duration in the largest unit that fits: `24h`."""
    seconds = int(value.total_seconds())
    unit = next((unit for unit in "dhm" if seconds and seconds % _SECONDS[unit] == 0), "s")
    return f"{seconds // _SECONDS[unit]}{unit}"


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("must be longer than nothing")
    return value


def _at_least_a_day(value: timedelta) -> timedelta:
    if value < timedelta(days=1):
        raise ValueError("must be a day or longer")
    return value


def _none(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() == "none" else value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is not a time zone of the IANA data base")
    return value


def _host(value: str) -> str:
    if not is_host(value.removesuffix(".")) and ":" not in value:
        raise ValueError("is not a host name")
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("is not a short name")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE_TAG.fullmatch(value):
        raise ValueError("is not a language tag")
    return value


def _one_line(value: str) -> str:
    if any(ord(character) < ord(" ") or character in "\x7f\x85\u2028\u2029" for character in value):
        raise ValueError("holds a line break or a control character")
    return value


def _clock_time(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError("must be whole minutes without an offset")
    return value


_DURATION_SHAPE = Shape('a duration such as "90s", "15m", "24h" or "7d"')

Duration = Annotated[timedelta, BeforeValidator(parse_duration), _DURATION_SHAPE]
Wait = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_positive), _DURATION_SHAPE]
Retention = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    AfterValidator(_at_least_a_day),
    Shape('a duration of a day or longer, such as "90d" or "52w"'),
]
MaybeDuration = Annotated[
    timedelta | None,
    BeforeValidator(lambda value: None if _none(value) is None else parse_duration(value)),
    Shape('a duration such as "48h", or "none"'),
]
ClockTime = Annotated[time, AfterValidator(_clock_time), Shape('a time of day such as "09:00"')]
Address = Annotated[str, AfterValidator(parse_address), Shape('an address such as "reports@agency.example"')]
Host = Annotated[str, AfterValidator(_host), Shape('a host name such as "mail.agency.example"')]
Zone = Annotated[str, AfterValidator(_zone), Shape('an IANA time zone such as "America/New_York"')]
Name = Annotated[
    str, AfterValidator(_name), Shape('a short name of lower-case letters, digits, "-" and "_", such as "reports"')
]
Line = Annotated[str, AfterValidator(_one_line), Shape("text on one line, in quotation marks")]
Language = Annotated[str, AfterValidator(_language), Shape('a language tag such as "en" or "de-CH"')]
UnitPathText = Annotated[str, AfterValidator(unit_path), Shape('a unit path such as "Defense/Navy"')]
Secret = Annotated[SecretStr, Shape("a secret in quotation marks; better, its file under the same name with _file")]
SecretFile = Annotated[Path, Shape("the path of a file that only its owner may read (chmod 600)")]
