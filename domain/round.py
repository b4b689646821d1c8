"""A Campaign is a standing question; a Round is one week's asking of it; a Prompt is one question to one Employee."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from domain.employee import EmployeeId
from domain.standing import Standing
from domain.unit import UnitPath, lies_in

CampaignId = NewType("CampaignId", str)

RoundId = NewType("RoundId", str)
"""The ISO week: `2026-W48`."""


class Phase(StrEnum):
    """Where a Round is. `opening` until every eligible Employee has a Prompt."""

    OPENING = "opening"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    FINAL = "final"
    SKIPPED = "skipped"


GOING_ON: Final = frozenset({Phase.OPENING, Phase.OPEN, Phase.PAUSED, Phase.CLOSED})
"""Answers may still come, and nothing of such a Round expires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One week's asking. Instants are aware UTC.

    `expanded_upto` is the last Employee (in id order) who was considered for a Prompt: an opening that was
    interrupted goes on from there. `code` is a short word shown to Supervisors and Employees alike, so that
    people can tell a genuine Prompt. Reminders that were due until `reminded_upto` are queued. Nobody of
    `closed_units`, or below them, is asked or reminded any more.
    """

    campaign_id: CampaignId
    id: RoundId
    phase: Phase
    opens_at: datetime
    closes_at: datetime
    final_at: datetime
    code: str
    expanded_upto: EmployeeId | None = None
    reminded_upto: datetime | None = None
    closed_units: tuple[UnitPath, ...] = ()

    def has_closed(self, unit: UnitPath) -> bool:
        """Whether nobody of this Unit is asked or reminded any more, while the Round goes on elsewhere."""
        return any(lies_in(unit, each) for each in self.closed_units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When an answer is on time. It opens and closes at aware UTC instants; `grace_until` ends the late answers."""

    opens_at: datetime
    closes_at: datetime
    grace_until: datetime

    def is_late(self, arrived: datetime) -> bool:
        """Whether mail that reached our server at `arrived` is late. A sender's Date header does not count."""
        return arrived > self.closes_at

    def begun(self, at: datetime, length: timedelta) -> "Window":
        """The Window of this `length` from `at` on, with the same grace."""
        closes_at = at + length
        grace = self.grace_until - self.closes_at
        return Window(opens_at=at, closes_at=closes_at, grace_until=closes_at + grace)

    def restarted(self, back: datetime) -> "Window":
        """The same length again from the return, for somebody who went away; it never closes earlier than before."""
        return self.begun(back, max(self.closes_at - self.opens_at, self.closes_at - back))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One question to one Employee in one Round.

    Name, address, Unit and Supervisor are the snapshot taken when it was asked: who sees the answer does not change
    when the Roster does, unless a move is recorded.
    """

    campaign_id: CampaignId
    round_id: RoundId
    employee_id: EmployeeId
    name: str
    address: str
    unit: UnitPath
    supervisor_id: EmployeeId | None
    token: str
    message_id: str
    window: Window
    standing: Standing
    reason: str = ""
