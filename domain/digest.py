"""A Digest: what one Supervisor is told about one Round."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.employee import Employee, EmployeeId
from domain.policy import Mode
from domain.round import CampaignId, Prompt, Round, RoundId
from domain.standing import Standing
from domain.unit import ROOT, UnitPath

SHOWS_BULLETS: Final = frozenset({Standing.ANSWERED, Standing.LATE, Standing.COVERED})
"""Where Bullets count and may be shown."""

UNANSWERED: Final = frozenset({Standing.AWAITING, Standing.NEEDS_FIX, Standing.UNDELIVERABLE, Standing.DECLINED})
"""Where nothing can be shown; in a voluntary Unit these are counted and never named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRow:
    """One Employee in a Digest. `bullets` are those of the reply that counts, empty unless one does."""

    employee_id: EmployeeId
    name: str
    unit: UnitPath
    supervisor_id: EmployeeId | None
    standing: Standing
    reason: str = ""
    bullets: tuple[str, ...] = ()
    arrived_at: datetime | None = None
    back_on: date | None = None
    mode: Mode = Mode.REQUIRED
    copied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One Supervisor's Digest, rows in name order. `final` says that grace has ended too."""

    round: Round
    supervisor: Employee
    rows: tuple[DigestRow, ...]
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCount:
    """How many Prompts of a Round stand where, in one Unit (not counting the Units below it)."""

    unit: UnitPath
    standing: Standing
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A Supervisor of a Round, who is above them by their own Prompt, and how those stand who report directly."""

    supervisor_id: EmployeeId
    above: EmployeeId | None
    counts: tuple[UnitCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBullet:
    """One Bullet of an answer that counts, and the Unit it came from."""

    unit: UnitPath
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which Prompts are meant: of a Campaign, a Round, a Unit with those below it, and of these Standings; None is all."""

    campaign_id: CampaignId | None = None
    round_id: RoundId | None = None
    unit: UnitPath = ROOT
    standings: frozenset[Standing] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A Prompt and what came of it. `bullets` are empty unless they count."""

    prompt: Prompt
    answered_at: datetime | None = None
    bullets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """What a Supervisor of Supervisors is told about one Round: numbers of those who report to them through others.

    `modes` are those of their Units; `least` is the fewest people that may be told apart. `bullets` are empty unless
    the Policy wants them.
    """

    round: Round
    supervisor: Employee
    counts: tuple[UnitCount, ...]
    modes: Mapping[UnitPath, Mode]
    least: int
    bullets: tuple[UnitBullet, ...] = ()
    final: bool = False
