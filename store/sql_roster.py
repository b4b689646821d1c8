"""The Roster in SQL, as it is now."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, insert, select, update

from domain.employee import Employee, EmployeeId
from domain.ledger import AwayNote, Event
from domain.unit import UnitPath
from store.rows import DELEGATE, employee_of, event_values
from store.sql_outbox import below
from store.sql_standing import note_away
from store.tables import ADDRESS, EMPLOYEE, EVENT
from store.transaction import KEYS_AT_ONCE, Transacting, in_pages, one_of, reads, writes


class SqlRoster(Transacting):
    """See `domain.ports.RosterStore`; its import is in `store.sql_staging`."""

    @reads
    def employee(self, connection: Connection, employee_id: EmployeeId) -> Employee | None:
        """The Employee, active or not, or None."""
        row = connection.execute(select(EMPLOYEE).where(EMPLOYEE.c.id == employee_id)).one_or_none()
        return employee_of(row) if row is not None else None

    def employees_at(self, address: str) -> tuple[Employee, ...]:
        """Owners first."""
        return self.owners_of([address])[address]

    @reads
    def owners_of(self, connection: Connection, addresses: Collection[str]) -> Mapping[str, tuple[Employee, ...]]:
        """For each address, owners first."""
        found: dict[str, list[Employee]] = {address.lower(): [] for address in addresses}
        for page in in_pages(found, KEYS_AT_ONCE):
            for row in connection.execute(_owners_first(one_of(connection, ADDRESS.c.address, page))):
                found[row.found_by].append(employee_of(row))
        return {address: tuple(found[address.lower()]) for address in addresses}

    @reads
    def employees(
        self, connection: Connection, unit: UnitPath, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[Employee, ...]:
        """A page in id order."""
        query = select(EMPLOYEE).where(EMPLOYEE.c.active).order_by(EMPLOYEE.c.id).limit(limit)
        if unit:
            query = query.where(below(EMPLOYEE.c.unit, unit))
        if after is not None:
            query = query.where(EMPLOYEE.c.id > after)
        return tuple(employee_of(row) for row in connection.execute(query))

    @reads
    def reports_of(self, connection: Connection, supervisor_id: EmployeeId) -> tuple[Employee, ...]:
        """Active ones, in id order."""
        query = (
            select(EMPLOYEE).where(EMPLOYEE.c.supervisor_id == supervisor_id, EMPLOYEE.c.active).order_by(EMPLOYEE.c.id)
        )
        return tuple(employee_of(row) for row in connection.execute(query))

    @reads
    def people_of(self, connection: Connection, ids: Collection[EmployeeId]) -> Mapping[EmployeeId, Employee]:
        """Active or not."""
        found: dict[EmployeeId, Employee] = {}
        for page in in_pages(ids, KEYS_AT_ONCE):
            for row in connection.execute(select(EMPLOYEE).where(one_of(connection, EMPLOYEE.c.id, page))):
                found[row.id] = employee_of(row)
        return found

    @writes
    def note_away(self, connection: Connection, note: AwayNote, event: Event) -> None:
        """Set somebody away, and their open Prompts with them."""
        note_away(connection, note)
        connection.execute(insert(EVENT).values(event_values(event)))

    @writes
    def set_away(self, connection: Connection, employee_id: EmployeeId, back_on: date | None) -> None:
        """Set the first day back, or None."""
        connection.execute(update(EMPLOYEE).where(EMPLOYEE.c.id == employee_id).values(away_until=back_on))

    @reads
    def head_counts(self, connection: Connection) -> tuple[tuple[UnitPath, str, int], ...]:
        """By Unit, then category."""
        query = (
            select(EMPLOYEE.c.unit, EMPLOYEE.c.category, func.count())
            .where(EMPLOYEE.c.active)
            .group_by(EMPLOYEE.c.unit, EMPLOYEE.c.category)
            .order_by(EMPLOYEE.c.unit, EMPLOYEE.c.category)
        )
        return tuple((UnitPath(unit), category, count) for unit, category, count in connection.execute(query))


def _owners_first(wanted: ColumnElement[bool]) -> Select[Any]:
    rank = func.min(case((ADDRESS.c.owner_kind == DELEGATE, 1), else_=0)).label("rank")
    ranked = (
        select(ADDRESS.c.address.label("found_by"), ADDRESS.c.employee_id, rank)
        .where(wanted)
        .group_by(ADDRESS.c.address, ADDRESS.c.employee_id)
        .subquery("ranked")
    )
    return (
        select(EMPLOYEE, ranked.c.found_by)
        .join(ranked, EMPLOYEE.c.id == ranked.c.employee_id)
        .where(EMPLOYEE.c.active)
        .order_by(ranked.c.rank, EMPLOYEE.c.id)
    )
