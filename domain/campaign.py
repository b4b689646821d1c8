"""A Campaign: a standing question, with its wording and its calendar."""

import datetime as dt
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.round import CampaignId, RoundId

DEFAULT_SUBJECT: Final = "What did you do last week?"
"""Shown in each Employee's own language where the Campaign has no subject of its own."""


class OnHoliday(StrEnum):
    """What becomes of an asking that falls on a holiday."""

    ASK = "ask"
    SKIP = "skip"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """Days on which nobody is asked: those of a country (ISO 3166-1) and subdivision, and the operator's own `days`.

    `rule` says whether the asking is skipped, or moved to the next working day; a closing day that is a holiday moves
    likewise. The Round keeps the name of the week it was meant for.
    """

    rule: OnHoliday = OnHoliday.ASK
    country: str | None = None
    subdivision: str | None = None
    days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A standing question. Weekdays count from Monday, 1, to Sunday, 7 (ISO 8601).

    It is asked on `weekday` at `time`, on the clocks of `zone`, or of each Employee's own zone where `own_zone` is set.
    It closes `hours` after it opened, or at the first `closes_weekday`, `closes_time` after it; the minute named is
    still on time. `reminders` are times before the close; `grace` follows it, then comes the final digest.
    The digest is due `digest_after` the close. `wording` is empty for the default; `{deadline}` in it is filled in.
    `first` and `last` are Rounds, None for no limit; a one-off campaign names the same one twice.
    Supervisors get the Round's code `code_before` it opens; None tells no code, and prompts show none.
    `copies_supervisor` puts the Supervisor into Reply-To, so that an ordinary Reply copies them.
    """

    id: CampaignId
    subject: str = DEFAULT_SUBJECT
    wording: str = ""
    locale: str = "en"
    zone: str = "UTC"
    own_zone: bool = False
    weekday: int = 5
    time: dt.time = dt.time(9)
    closes_weekday: int = 1
    closes_time: dt.time = dt.time(23, 59)
    hours: timedelta | None = None
    grace: timedelta = timedelta(hours=24)
    reminders: tuple[timedelta, ...] = (timedelta(hours=24),)
    digest_after: timedelta = timedelta(0)
    holidays: Holidays = field(default_factory=Holidays)
    first: RoundId | None = None
    last: RoundId | None = None
    copies_supervisor: bool = False
    code_before: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCampaign:
    """What is kept of a Campaign: when it was set up or first seen, and when it ended, aware UTC.

    `campaign` is None for those of the configuration, which say themselves what they ask.
    """

    id: CampaignId
    since: datetime
    campaign: Campaign | None = None
    ended_at: datetime | None = None
