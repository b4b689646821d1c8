"""The import of a Roster in SQL: staged in pages, checked as a whole, merged in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    tuple_,
    update,
)

from domain.employee import Employee
from domain.roster import RosterChange, RosterFault
from store import transaction
from store.columns import storable
from store.connection import CACHE_KIB, guarded
from store.rows import DELEGATE, addresses_of, employee_values
from store.tables import ADDRESS, EMPLOYEE, STAGED_ADDRESS, STAGED_EMPLOYEE
from store.transaction import Transacting, in_pages, reads, writes

PAGE = 5_000
MERGE_KIB = 256 * 1024
FAULTS_AT_ONCE = 1000

_FIELDS = tuple(column.name for column in STAGED_EMPLOYEE.columns if column.name != "line")
_ADDRESS_FIELDS = ("line", "owner_kind", "address", "employee_id")


class SqlStaging(Transacting):
    """See `domain.ports.RosterStore`. Whoever imports holds a lease: there is one staging area."""

    def stage(self, rows: Iterable[tuple[int, Employee]]) -> None:
        """Stage rows in pages, each its own transaction, so that other writers are not kept waiting by a slow file.

        Indexes go before and come back after: rows come in any order, and millions of them would each touch a page
        of its own.
        """
        self._clear()
        for page in in_pages(rows, PAGE):
            self._stage_page(page)
        self._index()

    @writes
    def _clear(self, connection: Connection) -> None:
        for index in STAGED_EMPLOYEE.indexes:
            index.drop(connection, checkfirst=True)
        _empty(connection)

    @writes
    def _stage_page(self, connection: Connection, page: Sequence[tuple[int, Employee]]) -> None:
        people = [(line, *map(employee_values(employee).__getitem__, _FIELDS)) for line, employee in page]
        addresses = [
            (line, kind, address, employee.id) for line, employee in page for address, kind in addresses_of(employee)
        ]
        _fill(connection, STAGED_EMPLOYEE.name, ("line", *_FIELDS), people)
        _fill(connection, STAGED_ADDRESS.name, _ADDRESS_FIELDS, addresses)

    @writes
    def _index(self, connection: Connection) -> None:
        for index in STAGED_EMPLOYEE.indexes:
            index.create(connection, checkfirst=True)
        _look_again(connection, STAGED_EMPLOYEE, STAGED_ADDRESS)

    def stage_faults(self) -> Iterator[RosterFault]:
        """By line, from one snapshot."""
        query = _faults()
        with guarded(self._reading.connect) as connection:
            reading = connection.execution_options(yield_per=FAULTS_AT_ONCE)
            cycles = guarded(lambda: tuple(_cycle_faults(connection)))
            found = guarded(lambda: reading.execute(query))
            yield from _merged(cycles, found)

    @writes
    def stage_drop(self, connection: Connection, lines: Iterable[int]) -> None:
        """Leave lines out."""
        for page in in_pages(lines, FAULTS_AT_ONCE):
            connection.execute(delete(STAGED_ADDRESS).where(STAGED_ADDRESS.c.line.in_(page)))
            connection.execute(delete(STAGED_EMPLOYEE).where(STAGED_EMPLOYEE.c.line.in_(page)))

    @reads
    def stage_change(self, connection: Connection) -> RosterChange:
        """Count what applying would do."""
        return _change(connection)

    @writes
    def stage_apply(self, connection: Connection, now: datetime) -> RosterChange:  # noqa: ARG002 - nothing kept tells the instant
        """Merge.

        1. Count what will change.
        2. Insert who is new, update who differs.
        3. Deactivate who is not staged.
        4. Bring the addresses in line: only those that differ are touched.
        5. Empty the staging area, and let the database see what the Roster is now.
        """
        change = _change(connection)
        _keep_in_memory(connection, MERGE_KIB)
        _merge_people(connection)
        left = and_(EMPLOYEE.c.active, not_(_is_staged()))
        connection.execute(update(EMPLOYEE).where(left).values(active=False))
        _merge_addresses(connection)
        _empty(connection)
        _look_again(connection, EMPLOYEE, ADDRESS)
        _keep_in_memory(connection, CACHE_KIB)
        return change


def _fill(connection: Connection, table: str, fields: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Past SQLAlchemy, which would take longer over each value than the database does."""
    names = ", ".join(fields)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_plain(each) for each in row])
    else:
        marks = ", ".join("?" for _ in fields)
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        connection.exec_driver_sql(statement, [tuple(map(_plain, row)) for row in rows])


def _plain(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case date():
            return value.isoformat()
        case _:
            return value


def _keep_in_memory(connection: Connection, kib: int) -> None:
    """Let SQLite keep up to this much of the file in memory: indexes that are merged into are touched all over."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"PRAGMA cache_size = {-kib}"))
        connection.execute(text("PRAGMA shrink_memory"))


def _look_again(connection: Connection, *tables: Table) -> None:
    """PostgreSQL would plan for tables as they were: empty, and rows in no order. SQLite plans from the schema alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {', '.join(table.name for table in tables)}"))


def _empty(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("TRUNCATE staged_employee, staged_address"))
    else:
        connection.execute(delete(STAGED_ADDRESS))
        connection.execute(delete(STAGED_EMPLOYEE))


def _faults() -> Select[Any]:
    """Every fault but the cycles: line, field, the first line of the same kind (0 for none), reason."""
    staged, other = STAGED_EMPLOYEE, STAGED_EMPLOYEE.alias("other")
    same_id = (
        select(staged.c.id, func.min(staged.c.line).label("first"))
        .group_by(staged.c.id)
        .having(func.count() > 1)
        .subquery("same_id")
    )
    ids = select(staged.c.line, literal("id"), same_id.c.first, literal("duplicate id, first in line")).join(
        same_id, and_(same_id.c.id == staged.c.id, staged.c.line > same_id.c.first)
    )
    owned = STAGED_ADDRESS.c.owner_kind != DELEGATE
    first = func.min(STAGED_ADDRESS.c.line)
    same_address = (
        select(STAGED_ADDRESS.c.address, first.label("first"))
        .where(owned)
        .group_by(STAGED_ADDRESS.c.address)
        .having(first != func.max(STAGED_ADDRESS.c.line))
        .subquery("same_address")
    )
    addresses = (
        select(
            STAGED_ADDRESS.c.line,
            STAGED_ADDRESS.c.owner_kind,
            func.min(same_address.c.first),
            literal("duplicate address, first in line"),
        )
        .join(
            same_address,
            and_(same_address.c.address == STAGED_ADDRESS.c.address, STAGED_ADDRESS.c.line > same_address.c.first),
        )
        .where(owned)
        .group_by(STAGED_ADDRESS.c.line, STAGED_ADDRESS.c.owner_kind)
    )
    selves = select(staged.c.line, literal("supervisor"), literal(0), literal("supervises themselves")).where(
        staged.c.supervisor_id == staged.c.id
    )
    unknown = (
        select(staged.c.line, literal("supervisor"), literal(0), literal("unknown supervisor"))
        .outerjoin(other, other.c.id == staged.c.supervisor_id)
        .where(staged.c.supervisor_id.is_not(None), other.c.id.is_(None))
    )
    every = ids.union_all(addresses, selves, unknown).subquery("fault")
    return select(every).order_by(*every.c)


def _cycle_faults(connection: Connection) -> Iterator[RosterFault]:
    """Who supervises, at some remove, themselves.

    All who hang below somebody without a supervisor are fine, and the database tells who does not. Among those, the
    ones who supervise nobody are left out, and the few that remain fit in memory.
    """
    staged, other = STAGED_EMPLOYEE, STAGED_EMPLOYEE.alias("other")
    is_other = other.c.id == staged.c.supervisor_id
    top = or_(staged.c.supervisor_id.is_(None), staged.c.supervisor_id == staged.c.id, not_(exists().where(is_other)))
    hanging = select(staged.c.id).where(top).cte("hanging", recursive=True)
    hanging = hanging.union(select(staged.c.id).join(hanging, staged.c.supervisor_id == hanging.c.id))
    query = (
        select(staged.c.id, staged.c.supervisor_id, staged.c.line)
        .outerjoin(hanging, hanging.c.id == staged.c.id)
        .where(hanging.c.id.is_(None), exists().where(other.c.supervisor_id == staged.c.id))
    )
    above: dict[str, str] = {}
    lines: dict[str, int] = {}
    for employee_id, supervisor_id, line in connection.execute(query):
        above.setdefault(employee_id, supervisor_id)
        lines.setdefault(employee_id, line)
    for line in sorted(lines[each] for each in in_cycles(above)):
        yield RosterFault(line=line, field="supervisor", reason="supervisor cycle")


def in_cycles(above: dict[str, str]) -> set[str]:
    """Those from whom the way up leads back to themselves. Linear: nobody is passed twice."""
    cycles: set[str] = set()
    seen: set[str] = set()
    for start in above:
        path: dict[str, None] = {}
        at = start
        while at in above and at not in seen:
            seen.add(at)
            path[at] = None
            at = above[at]
        if at in path:
            steps = list(path)
            cycles.update(steps[steps.index(at) :])
    return cycles


def _merged(cycles: Sequence[RosterFault], found: Any) -> Iterator[RosterFault]:
    waiting = list(reversed(cycles))
    rows = iter(found)
    while (row := guarded(lambda: next(rows, None))) is not None:
        line, field, first, reason = row
        while waiting and waiting[-1].line < line:
            yield waiting.pop()
        yield RosterFault(line=line, field=field, reason=f"{reason} {first}" if first else reason)
    yield from reversed(waiting)


def _is_staged() -> ColumnElement[bool]:
    return exists().where(STAGED_EMPLOYEE.c.id == EMPLOYEE.c.id)


def _differs(staged: Any) -> ColumnElement[bool]:
    """Whether a staged row says something new. A file that names no day back leaves the one we know."""
    plain = [name for name in _FIELDS if name not in {"id", "away_until"}]
    away = and_(staged.away_until.is_not(None), staged.away_until.is_distinct_from(EMPLOYEE.c.away_until))
    return or_(
        not_(EMPLOYEE.c.active), away, *(EMPLOYEE.c[name].is_distinct_from(getattr(staged, name)) for name in plain)
    )


def _change(connection: Connection) -> RosterChange:
    before = connection.execute(select(func.count()).select_from(EMPLOYEE).where(EMPLOYEE.c.active)).scalar_one()
    dropped = connection.execute(
        select(func.count()).select_from(EMPLOYEE).where(EMPLOYEE.c.active, not_(_is_staged()))
    ).scalar_one()
    staged = connection.execute(select(func.count()).select_from(STAGED_EMPLOYEE)).scalar_one()
    both = STAGED_EMPLOYEE.join(EMPLOYEE, EMPLOYEE.c.id == STAGED_EMPLOYEE.c.id)
    changed = connection.execute(
        select(func.count()).select_from(both).where(EMPLOYEE.c.active, _differs(STAGED_EMPLOYEE.c))
    ).scalar_one()
    kept = before - dropped
    return RosterChange(added=staged - kept, changed=changed, same=kept - changed, dropped=dropped, before=before)


def _merge_people(connection: Connection) -> None:
    columns = [STAGED_EMPLOYEE.c[name] for name in _FIELDS]
    # The condition is for SQLite's grammar: without WHERE it takes ON CONFLICT for a join's.
    source = (
        select(*columns, literal(value=True)).where(STAGED_EMPLOYEE.c.line.is_not(None)).order_by(STAGED_EMPLOYEE.c.id)
    )
    statement = transaction.insert(connection, EMPLOYEE).from_select([*_FIELDS, "active"], source)
    new = statement.excluded
    values: dict[str, Any] = {name: new[name] for name in _FIELDS if name not in {"id", "away_until"}}
    values |= {"away_until": func.coalesce(new.away_until, EMPLOYEE.c.away_until), "active": True}
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values, where=_differs(new)))


def _merge_addresses(connection: Connection) -> None:
    names = ("address", "employee_id", "owner_kind")
    kept = select(*(ADDRESS.c[name] for name in names))
    staged = select(*(STAGED_ADDRESS.c[name] for name in names))
    gone = kept.except_(staged)
    connection.execute(delete(ADDRESS).where(tuple_(*(ADDRESS.c[name] for name in names)).in_(gone)))
    connection.execute(insert(ADDRESS).from_select(list(names), staged.except_(kept)))
