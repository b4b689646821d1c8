"""A Digest: what one Supervisor is told about one Round."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.employee import Employee, EmployeeId
from domain.policy import Mode
from domain.round import Round
from domain.standing import Standing
from domain.unit import UnitPath


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
