"""The Roster in memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from domain.employee import Employee, EmployeeId
from domain.ledger import AwayNote, Event
from domain.roster import RosterChange, RosterFault
from domain.unit import UnitPath, lies_in
from store.memory_state import MemoryState, alone


class MemoryRoster(MemoryState):
    """See `domain.ports.RosterStore`."""

    def stage(self, rows: Iterable[tuple[int, Employee]]) -> None:
        """Stage all rows."""
        staged = list(rows)
        with self.lock:
            self.staged = staged

    def stage_faults(self) -> Iterator[RosterFault]:
        """By line."""
        with self.lock:
            staged = list(self.staged)
        yield from sorted(_faults(staged), key=lambda fault: (fault.line, fault.field, fault.reason))

    @alone
    def stage_drop(self, lines: Iterable[int]) -> None:
        """Leave lines out."""
        gone = set(lines)
        self.staged = [(line, employee) for line, employee in self.staged if line not in gone]

    @alone
    def stage_change(self) -> RosterChange:
        """Count."""
        new = {employee.id: employee for _, employee in self.staged}
        kept = self.active & set(new)
        changed = sum(self._merged(new[each]) != self.people[each] for each in kept)
        return RosterChange(
            added=len(self.staged) - len(kept),
            changed=changed,
            same=len(kept) - changed,
            dropped=len(self.active - set(new)),
            before=len(self.active),
        )

    @alone
    def stage_apply(self, now: datetime) -> RosterChange:  # noqa: ARG002 - nothing kept tells the instant
        """Merge."""
        change = self.stage_change()
        for _, employee in self.staged:
            self.people[employee.id] = self._merged(employee)
        self.active = {employee.id for _, employee in self.staged}
        self.staged = []
        return change

    def _merged(self, employee: Employee) -> Employee:
        before = self.people.get(employee.id)
        if before is None or employee.away_until is not None:
            return employee
        return replace(employee, away_until=before.away_until)

    def _active(self) -> list[Employee]:
        return [self.people[each] for each in sorted(self.active)]

    @alone
    def employee(self, employee_id: EmployeeId) -> Employee | None:
        """The Employee, active or not, or None."""
        return self._known(employee_id)

    def _known(self, employee_id: EmployeeId) -> Employee | None:
        found = self.people.get(employee_id)
        return None if found is None else replace(found, active=employee_id in self.active)

    @alone
    def people_of(self, ids: Collection[EmployeeId]) -> Mapping[EmployeeId, Employee]:
        """Active or not."""
        found = {each: self._known(each) for each in ids}
        return {each: person for each, person in found.items() if person is not None}

    @alone
    def note_away(self, note: AwayNote, event: Event) -> None:
        """Set somebody away, and their open Prompts with them."""
        self.set_away_by(note)
        self.kept_events.append(event)

    @alone
    def employees_at(self, address: str) -> tuple[Employee, ...]:
        """Owners first."""
        found = self._active()
        owners = [employee for employee in found if employee.owns(address)]
        return (*owners, *(each for each in found if each.lets(address) and each not in owners))

    @alone
    def owners_of(self, addresses: Collection[str]) -> Mapping[str, tuple[Employee, ...]]:
        """Each as `employees_at`."""
        return {each: self.employees_at(each) for each in addresses}

    @alone
    def employees(self, unit: UnitPath, *, after: EmployeeId | None = None, limit: int = 1000) -> tuple[Employee, ...]:
        """A page in id order."""
        found = (each for each in self._active() if lies_in(each.unit, unit) and (after is None or each.id > after))
        return tuple(found)[:limit]

    @alone
    def reports_of(self, supervisor_id: EmployeeId) -> tuple[Employee, ...]:
        """Active ones, in id order."""
        return tuple(each for each in self._active() if each.supervisor_id == supervisor_id)

    @alone
    def set_away(self, employee_id: EmployeeId, back_on: date | None) -> None:
        """Set the first day back, or None."""
        if employee_id in self.people:
            self.people[employee_id] = replace(self.people[employee_id], away_until=back_on)

    @alone
    def head_counts(self) -> tuple[tuple[UnitPath, str, int], ...]:
        """By Unit, then category."""
        counts = Counter((each.unit, each.category) for each in self._active())
        return tuple((unit, category, count) for (unit, category), count in sorted(counts.items()))


def _faults(staged: list[tuple[int, Employee]]) -> Iterator[RosterFault]:
    ids: dict[str, int] = {}
    addresses: dict[str, int] = {}
    for line, employee in sorted(staged, key=lambda row: row[0]):
        if ids.setdefault(employee.id, line) != line:
            yield RosterFault(line=line, field="id", reason=f"duplicate id, first in line {ids[employee.id]}")
        for kind, owned in (("address", (employee.address,)), ("alias", employee.aliases)):
            firsts = [addresses.setdefault(address, line) for address in owned]
            if firsts and min(firsts) != line:
                reason = f"duplicate address, first in line {min(firsts)}"
                yield RosterFault(line=line, field=kind, reason=reason)
    yield from _supervisor_faults(staged, ids)


def _supervisor_faults(staged: list[tuple[int, Employee]], ids: dict[str, int]) -> Iterator[RosterFault]:
    above: dict[str, str | None] = {employee.id: employee.supervisor_id for _, employee in reversed(staged)}
    for line, employee in staged:
        if employee.supervisor_id == employee.id:
            yield RosterFault(line=line, field="supervisor", reason="supervises themselves")
        elif employee.supervisor_id is not None and employee.supervisor_id not in ids:
            yield RosterFault(line=line, field="supervisor", reason="unknown supervisor")
    for each, line in ids.items():
        at, steps = above[each], 0
        while at is not None and at in above and at != above[at] and at != each and steps <= len(above):
            at, steps = above[at], steps + 1
        if at == each and above[each] != each:
            yield RosterFault(line=line, field="supervisor", reason="supervisor cycle")
