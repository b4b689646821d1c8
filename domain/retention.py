"""Retention: the classes of what is kept, and for how long each is kept where. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.policy import DEFAULT, Policy, PolicyChange, resolve
from domain.round import GOING_ON, CampaignId, Phase, RoundId
from domain.unit import ROOT, UnitPath, ancestry

FINISHED: Final = frozenset(Phase) - GOING_ON
"""Nothing of a Round in any other phase expires."""

EXPIRED: Final = "expired"
"""What the Ledger says of an entry that only its place is left of."""

ERASED: Final = "erased by an officer"
"""What it says of an entry that an officer erased: that is one of the records."""


class Kept(StrEnum):
    """A class of what is kept, in the order in which they expire: what refers to something goes before it."""

    ANSWERS = "answers"
    ENTRIES = "entries"
    MAILS = "mails"
    PROMPTS = "prompts"
    ROUNDS = "rounds"
    LEAVE = "leave"
    STAND_INS = "stand_ins"
    PEOPLE = "people"
    RECORDS = "records"

    @property
    def said(self) -> str:
        """What it is, for an operator."""
        return _SAID[self]


_SAID: Final[Mapping[Kept, str]] = {
    Kept.ANSWERS: "replies with their bullets",
    Kept.ENTRIES: "ledger entries, but for place, time and keyed hash",
    Kept.MAILS: "mails that were sent or given up, with their attempts",
    Kept.PROMPTS: "prompts with name and standing",
    Kept.ROUNDS: "marks of how far an opening came",
    Kept.LEAVE: "leave",
    Kept.STAND_INS: "stand-ins",
    Kept.PEOPLE: "people who left the roster",
    Kept.RECORDS: "records of what officers and operators did",
}

Key = tuple[str | int | date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """One thing that was kept for long enough: its key in the Store, and its Round where it has one."""

    key: Key
    campaign_id: CampaignId | None = None
    round_id: RoundId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at some of a class found, and from where the next goes on; None where nothing older follows."""

    expired: tuple[Expired, ...] = ()
    upto: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Before which instant something must have been, to have expired; None: it is held.

    `by_unit` names Units whose own terms differ from those above; `records` is for what belongs to no Unit.
    """

    by_unit: Mapping[UnitPath, datetime | None]
    records: datetime | None
    found: dict[UnitPath, datetime | None] = field(default_factory=dict, compare=False, repr=False)

    def of(self, unit: UnitPath) -> datetime | None:
        """The terms of a Unit."""
        if unit not in self.found:
            self.found[unit] = next((self.by_unit[above] for above in ancestry(unit) if above in self.by_unit), None)
        return self.found[unit]

    def over(self, unit: UnitPath, at: datetime) -> bool:
        """Whether what a Unit has since `at` has expired."""
        before = self.of(unit)
        return before is not None and at < before

    @property
    def latest(self) -> datetime | None:
        """What is as young as this has expired nowhere; None where all is held."""
        return max((each for each in self.by_unit.values() if each is not None), default=None)


def terms(
    changes: Mapping[UnitPath, PolicyChange], now: datetime, *, records: timedelta, base: Policy = DEFAULT
) -> Terms:
    """What has expired at `now` under these Policies. While anything is held, no record expires."""
    named = {ROOT, *(unit for unit, change in changes.items() if {"retention", "hold"} & change.fields.keys())}
    policies = {unit: resolve(unit, changes, base) for unit in named}
    return Terms(
        by_unit={unit: None if one.hold else now - one.retention for unit, one in policies.items()},
        records=None if any(one.hold for one in policies.values()) else now - records,
    )
