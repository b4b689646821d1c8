"""The port of the Roster and its import."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Protocol

from domain.employee import Employee, EmployeeId
from domain.ledger import AwayNote, Event
from domain.roster import RosterChange, RosterFault
from domain.unit import UnitPath


class RosterStore(Protocol):
    """The Roster and its import. An import is staged, checked as a whole, then applied in one transaction."""

    def stage(self, rows: Iterable[tuple[int, Employee]]) -> None:
        """Put rows (with their line numbers) into the staging area, in bounded memory. Empties it first."""
        ...

    def stage_faults(self) -> Iterator[RosterFault]:
        """What is wrong with the staged rows taken together: duplicates, unknown supervisors, cycles; by line."""
        ...

    def stage_drop(self, lines: Iterable[int]) -> None:
        """Leave these lines out (for --skip-bad)."""
        ...

    def stage_change(self) -> RosterChange:
        """What applying the staged rows would do."""
        ...

    def stage_apply(self, now: datetime) -> RosterChange:
        """Make the Roster what was staged. People who are not in it are kept as inactive."""
        ...

    def employee(self, employee_id: EmployeeId) -> Employee | None: ...

    def employees_at(self, address: str) -> tuple[Employee, ...]:
        """Active Employees whose address, alias or delegate this is; owners first."""
        ...

    def owners_of(self, addresses: Collection[str]) -> Mapping[str, tuple[Employee, ...]]:
        """What `employees_at` says of each of these addresses, asked at once."""
        ...

    def employees(self, unit: UnitPath, *, after: EmployeeId | None = None, limit: int = 1000) -> tuple[Employee, ...]:
        """A page of the active Employees of a Unit and the Units below it, in id order."""
        ...

    def reports_of(self, supervisor_id: EmployeeId) -> tuple[Employee, ...]: ...

    def people_of(self, ids: Collection[EmployeeId]) -> Mapping[EmployeeId, Employee]:
        """Those of these ids who are or were in the Roster; `active` tells which."""
        ...

    def set_away(self, employee_id: EmployeeId, back_on: date | None) -> None: ...

    def note_away(self, note: AwayNote, event: Event) -> None:
        """Set somebody away: their open Prompts that are awaited stand `away`, and their Windows start again."""
        ...

    def head_counts(self) -> tuple[tuple[UnitPath, str, int], ...]:
        """How many active Employees by Unit and category."""
        ...
