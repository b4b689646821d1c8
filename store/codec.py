"""Domain values that are kept as JSON text: findings, lists of words, Campaigns, and the fields of a Policy."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date, time, timedelta
from typing import Any

from domain.campaign import Campaign, Holidays, OnHoliday
from domain.policy import Copy, Mode, Switch
from domain.verdict import Effect, Finding


def words_to_json(words: Iterable[str]) -> str:
    """A JSON list in ASCII."""
    return json.dumps(list(words))


def words_from_json(text: str) -> tuple[str, ...]:
    """The inverse of `words_to_json`."""
    return tuple(json.loads(text))


def findings_to_json(findings: Iterable[Finding]) -> str:
    """A JSON list of objects."""
    return json.dumps([[each.rule, each.where, each.hint, each.effect, each.sure] for each in findings])


def findings_from_json(text: str) -> tuple[Finding, ...]:
    """The inverse of `findings_to_json`."""
    return tuple(
        Finding(rule=rule, where=where, hint=hint, effect=Effect(effect), sure=sure)
        for rule, where, hint, effect, sure in json.loads(text)
    )


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _switches(value: Mapping[str, str]) -> Mapping[str, Switch]:
    return {rule: Switch(switch) for rule, switch in value.items()}


# What JSON cannot say by itself, by the field's name in Policy.
_READ: Mapping[str, Callable[..., object]] = {
    "mode": Mode,
    "copy": Copy,
    "unsure_markings": Effect,
    "window": _span,
    "grace": lambda seconds: timedelta(seconds=seconds),
    "retention": lambda seconds: timedelta(seconds=seconds),
    "categories": tuple,
    "only": tuple,
    "never": tuple,
    "observers": tuple,
    "tenure": _span,
    "switches": _switches,
}


def fields_to_json(fields: Mapping[str, object]) -> str:
    """The fields of a PolicyChange; a TypeError for a value that no field of a Policy has."""

    def plain(value: object) -> object:
        match value:
            case timedelta():
                return value.total_seconds()
            case Mapping():
                return dict(value)
            case _:
                raise TypeError(f"a policy holds no {type(value).__name__}")

    return json.dumps(dict(fields), default=plain, sort_keys=True)


def fields_from_json(text: str) -> Mapping[str, object]:
    """The inverse of `fields_to_json`."""
    return {name: _READ[name](value) if name in _READ else value for name, value in json.loads(text).items()}


def campaign_to_json(campaign: Campaign) -> str:
    """Every field of a Campaign."""

    def plain(value: object) -> object:
        match value:
            case timedelta():
                return value.total_seconds()
            case date() | time():
                return value.isoformat()
            case frozenset():
                return sorted(value)
            case _:
                raise TypeError(f"a Campaign holds no {type(value).__name__}")

    return json.dumps(asdict(campaign), default=plain, sort_keys=True)


def campaign_from_json(text: str) -> Campaign:
    """The inverse of `campaign_to_json`."""
    given: dict[str, Any] = json.loads(text)
    free = given["holidays"]
    return Campaign(
        **{
            **given,
            "time": time.fromisoformat(given["time"]),
            "closes_time": time.fromisoformat(given["closes_time"]),
            "hours": _span(given["hours"]),
            "code_before": _span(given["code_before"]),
            "grace": timedelta(seconds=given["grace"]),
            "digest_after": timedelta(seconds=given["digest_after"]),
            "reminders": tuple(timedelta(seconds=each) for each in given["reminders"]),
            "holidays": Holidays(
                rule=OnHoliday(free["rule"]),
                country=free["country"],
                subdivision=free["subdivision"],
                days=frozenset(map(date.fromisoformat, free["days"])),
            ),
        }
    )
