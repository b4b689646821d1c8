"""The sections that say what is asked, when, and what holds for which Unit."""

import datetime as dt
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from app.settings.quantities import (
    Address,
    ClockTime,
    Duration,
    Language,
    Line,
    MaybeDuration,
    Name,
    Retention,
    Section,
    Shape,
    UnitPathText,
    Zone,
)
from domain.policy import DEFAULT, Copy, Mode, Policy, PolicyChange, Switch
from domain.unit import UnitPath
from domain.verdict import Effect
from rules.chain import SWITCHABLE


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def iso(self) -> int:
        """Monday is 1 (ISO 8601)."""
        return list(Weekday).index(self) + 1


class OnHoliday(StrEnum):
    """What happens to a Round whose day is a holiday."""

    SKIP = "skip"
    MOVE = "move"


def _switchable(value: dict[str, Switch]) -> dict[str, Switch]:
    for rule in value:
        if rule not in SWITCHABLE:
            raise ValueError(f"names the rule {rule!r}, which has no switch; those that have: {', '.join(SWITCHABLE)}")
    return value


Switches = Annotated[
    dict[str, Switch],
    AfterValidator(_switchable),
    Shape('a table such as { links = "record" }, with "reject", "record" or "off"'),
]


class CampaignSettings(Section):
    """A standing question: what is asked and on which day of each week."""

    id: Name = Field(description="Short name, in commands and in the database. Never change it.", examples=["weekly"])
    subject: Line = Field("What did you do last week?", description="Subject of the prompt.")
    wording: str = Field("", description="Text of the prompt. Default: the wording that ships with Bulletin.")
    weekday: Weekday = Field(Weekday.FRIDAY, description="Day on which the round opens.")
    time: ClockTime = Field(dt.time(9, 0), description="Time of day at which it opens.")
    zone: Zone = Field("UTC", description="Time zone of all times of this campaign.", examples=["America/New_York"])
    own_zone: bool = Field(False, description="Send to each employee at that time in their own zone, where known.")
    closes_weekday: Weekday = Field(Weekday.MONDAY, description="Day on which it closes, the first after it opened.")
    closes_time: ClockTime = Field(dt.time(23, 59), description="Last minute in which an answer is on time.")
    closes_after: MaybeDuration = Field(
        None, description="Instead of closes_weekday and closes_time: how long after its opening the round closes."
    )
    reminders: tuple[Duration, ...] = Field(
        (timedelta(hours=24),), description="How long before the close to remind those who have not answered."
    )
    digest_after: Duration = Field(timedelta(0), description="How long after the close the digests go out.")
    code_before: MaybeDuration = Field(
        timedelta(hours=24),
        description=(
            "How long before the round opens supervisors get its code, which each prompt shows too, so that people can "
            'tell a genuine one. "none": no code.'
        ),
    )
    copies_supervisor: bool = Field(
        False, description="Put the supervisor into Reply-To too, so that an ordinary reply copies them."
    )
    locale: Language = Field("en", description="Language of those employees for whom the roster names none.")
    country: Line | None = Field(None, description="Country whose holidays hold (ISO 3166).", examples=["US"])
    subdivision: Line | None = Field(None, description="State or province whose holidays hold.", examples=["VA"])
    holidays: tuple[date, ...] = Field((), description="Your own days off, besides the country's.")
    on_holiday: OnHoliday = Field(
        OnHoliday.MOVE, description="`skip` a round whose day is a holiday, or `move` it to the next working day."
    )
    first: date | None = Field(None, description="No round before this day.", examples=[date(2026, 11, 23)])
    last: date | None = Field(None, description="No round after this day.", examples=[date(2027, 12, 31)])


class PolicySettings(Section):
    """What holds for everybody, unless a unit says otherwise."""

    mode: Mode = Field(DEFAULT.mode, description="`required`, `voluntary`, `paused`, `answered_on_behalf` or `ended`.")
    wording: str = Field(DEFAULT.wording, description="Text of the prompt. Default: the campaign's.")
    consequence: Line = Field(
        DEFAULT.consequence,
        description="What follows from not answering, shown the same in prompt, reminder and receipt.",
    )
    window: MaybeDuration = Field(
        DEFAULT.window, description="Time to answer from delivery. Default: until the round closes, for everybody."
    )
    grace: Duration = Field(DEFAULT.grace, description="How long after the window an answer still counts, as late.")
    reminders: int = Field(DEFAULT.reminders, ge=0, le=5, description="Most reminders a person gets in one round.")
    bullets_least: int = Field(DEFAULT.bullets_least, ge=0, le=50, description="Fewest bullets in an answer.")
    bullets_most: int = Field(DEFAULT.bullets_most, ge=1, le=200, description="Most bullets in an answer.")
    copies: Copy = Field(
        DEFAULT.copy,
        description="How supervisors learn of replies: in the `digest`, `each` as it comes, or `both`.",
        alias="copy",
    )
    notify_withheld: bool = Field(
        DEFAULT.notify_withheld, description="Tell the employee, without content, that a reply was withheld."
    )
    dead_after_rounds: int = Field(
        DEFAULT.dead_after_rounds,
        ge=1,
        le=20,
        description="Rounds with an unknown address before nothing is sent there.",
    )
    categories: tuple[str, ...] = Field(
        DEFAULT.categories,
        description="Categories of the roster that are asked; none means all.",
        examples=[["civilian"]],
    )
    switches: Switches = Field(
        {}, description="Rules that only `record` or are `off`. The markings rule has no switch."
    )
    unsure_markings: Effect = Field(
        DEFAULT.unsure_markings,
        description="What a doubtful marking leads to: `withhold` it, or `record` it for an operator to look at.",
    )
    only: tuple[str, ...] = Field(
        DEFAULT.only, description="Ids of the employees who alone are asked; none means all.", examples=[["E17"]]
    )
    never: tuple[str, ...] = Field(DEFAULT.never, description="Ids of employees who are not asked.", examples=[["E18"]])
    tenure: MaybeDuration = Field(
        DEFAULT.tenure, description="How long somebody is there (`since` in the roster) before they are asked."
    )
    observers: tuple[Address, ...] = Field(
        DEFAULT.observers,
        description="Addresses that get a copy of what the digests say of the unit.",
        examples=[["office@agency.example"]],
    )
    readers: Line = Field(DEFAULT.readers, description="Who reads the answers, said in the receipt.")
    retention: Retention = Field(
        DEFAULT.retention,
        description="How long answers are kept, and what was decided and sent about them; then they are purged.",
    )
    hold: bool = Field(DEFAULT.hold, description="Purge nothing of the unit, for as long as a legal hold lasts.")
    roll_up: bool = Field(
        DEFAULT.roll_up, description="Tell supervisors of supervisors how many answered, by unit and without names."
    )
    roll_up_bullets: bool = Field(DEFAULT.roll_up_bullets, description="Put the bullets, without names, below it.")
    least_group: int = Field(
        DEFAULT.least_group,
        ge=2,
        le=1000,
        description="Fewest people whose numbers a roll-up shows; smaller units are counted with the one above.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.bullets_least > self.bullets_most:
            raise PydanticCustomError("bullets", "has bullets_least above bullets_most")
        if self.unsure_markings is Effect.REJECT:
            raise PydanticCustomError("unsure", 'has unsure_markings = "reject"; it may be "withhold" or "record"')
        return self

    def policy(self) -> Policy:
        """The Policy of the whole organisation."""
        return Policy(**self._named(frozenset(type(self).model_fields)))

    def _named(self, names: frozenset[str]) -> dict[str, Any]:
        values: dict[str, Any] = {name: getattr(self, name) for name in sorted(names - {"path"})}
        if "copies" in values:
            values["copy"] = values.pop("copies")
        if "switches" in values:
            values["switches"] = MappingProxyType(self.switches)
        return values


class UnitSettings(PolicySettings):
    """What holds for one unit and those below it: any field of [policy]. The nearest unit up the tree wins."""

    path: UnitPathText = Field(description="The unit, from the top.", examples=["Defense/Navy"])

    def change(self) -> PolicyChange:
        """Only the fields that are written in the configuration."""
        return PolicyChange(unit=UnitPath(self.path), fields=self._named(frozenset(self.model_fields_set)))
