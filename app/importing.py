"""The import of a Roster: stage every row, tell everything that is wrong, apply all of it or nothing."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.differences import Watched, differences
from app.exits import FoundWrongError
from app.roster import Reading, read_roster, supervisors_of
from app.sheet import RosterFile
from domain.employee import Employee
from domain.errors import LeaseLostError
from domain.ledger import Event
from domain.ports import Store
from domain.roster import RosterChange, RosterFault

LEASE = "roster import"
LEASE_FOR = timedelta(minutes=5)
"""Renewed while the file is read, so that an import that was killed there keeps the next one waiting no longer."""

APPLY_FOR = timedelta(minutes=30)
"""How long millions of people may take to be merged, in one transaction."""

RENEW_EVERY = 20_000
"""Rows."""

UNKNOWN = "unknown supervisor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import may do: leave out bad rows, drop many people, or only say what it would do."""

    skip_bad: bool = False
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import. `change` is None where nothing could be compared; `left_out` counts rows, not faults.

    `differences` tells of single people, of a dry run only.
    """

    rows: int
    faults: int
    left_out: int
    change: RosterChange | None
    applied: bool
    differences: tuple[str, ...] = ()


def import_roster(
    store: Store,
    source: RosterFile,
    plan: Plan,
    *,
    who: str,
    now: datetime,
    report: Callable[[RosterFault], None],
    advance: Callable[[int], None] | None = None,
) -> Imported:
    """Read the file into the store.

    1. Stage every row that is good by itself; report the others.
    2. Report what is wrong with the rows taken together; with `skip_bad` leave those out, until nothing is wrong.
    3. Compare with the Roster; refuse to drop more than a tenth of the people without `force`.
    4. Apply in one transaction and tell the Ledger.

    Raises LeaseLostError while another import runs, FoundWrongError where the file would drop too many.
    """
    # Of this import alone: two under one account would stage into each other's rows.
    alone = _Alone(store=store, owner=f"{who}/{secrets.token_hex(8)}")
    alone.keep()
    try:
        reading = Reading()
        watched = Watched(rows={} if plan.dry_run else None)
        rows = read_roster(source, reading, report=report, advance=advance)
        store.stage(watched.pass_on(alone.while_reading(rows)))
        alone.keep(APPLY_FOR)
        together = _report_together(store, source, reading, report, watched if plan.skip_bad else None)
        faults = reading.faults + together
        left_out = reading.rows - reading.good + together
        if (faults and not plan.skip_bad) or not reading.good:
            return Imported(rows=reading.rows, faults=faults, left_out=left_out, change=None, applied=False)
        change = store.stage_change()
        if plan.dry_run:
            told = tuple(differences(store, watched))
            return Imported(
                rows=reading.rows, faults=faults, left_out=left_out, change=change, applied=False, differences=told
            )
        _guard(change, plan)
        change = store.stage_apply(now)
        store.write_event(_event(change, source, left_out, who, now))
        return Imported(rows=reading.rows, faults=faults, left_out=left_out, change=change, applied=True)
    finally:
        try:
            alone.keep()
            store.stage(())  # nobody's data waits there for the next import
        finally:
            store.release(LEASE, alone.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alone:
    """The lease of one import: there is one place to stage rows in."""

    store: Store
    owner: str

    def keep(self, ttl: timedelta = LEASE_FOR) -> None:
        """Take or renew it. Raises LeaseLostError where another import has it."""
        if self.store.acquire(LEASE, self.owner, ttl) is None:
            raise LeaseLostError(
                "Another roster import is running, or was killed: then its lease ends within half an hour."
            )

    def while_reading(self, rows: Iterable[tuple[int, Employee]]) -> Iterator[tuple[int, Employee]]:
        """The rows, the lease renewed between them."""
        for number, row in enumerate(rows, 1):
            if number % RENEW_EVERY == 0:
                self.keep()
            yield row


def _guard(change: RosterChange, plan: Plan) -> None:
    if change.drops_many and not plan.force:
        raise FoundWrongError(
            f"{change.dropped} of {change.before} people are not in this file: more than a tenth, as when a file was "
            "cut off. Nothing was changed. Look at it with --dry-run; if they are to go, say --force."
        )


def _report_together(
    store: Store,
    source: RosterFile,
    reading: Reading,
    report: Callable[[RosterFault], None],
    dropping: Watched | None,
) -> int:
    """Report the faults between rows; if they are dropped, until none is left, for each that goes may orphan others."""
    count = 0
    while True:
        explained = _explained(store, source, reading)
        lines: set[int] = set()
        for fault in explained:
            report(fault)
            lines.add(fault.line)
        count += len(lines)
        if not lines or dropping is None:
            return count
        store.stage_drop(sorted(lines))
        dropping.leave_out(lines)


def _explained(store: Store, source: RosterFile, reading: Reading) -> Iterator[RosterFault]:
    """The store's faults; a supervisor who is unknown only because their own row is bad is named so."""
    wanted = {fault.line for fault in store.stage_faults() if fault.reason == UNKNOWN} if reading.bad else set()
    above = supervisors_of(source, wanted) if wanted else {}
    for fault in store.stage_faults():
        supervisor = above.get(fault.line, "") if fault.reason == UNKNOWN else ""
        bad = reading.bad.get(supervisor)
        yield replace(fault, reason=f"supervisor {supervisor} has a bad row of their own, line {bad}") if bad else fault


def _event(change: RosterChange, source: RosterFile, left_out: int, who: str, now: datetime) -> Event:
    told = (
        f"{change.added} added, {change.changed} changed, {change.same} the same, {change.dropped} dropped, "
        f"{left_out} rows left out"
    )
    return Event(at=now, who=who, what="roster import", subject=source.path.name, reason=told)


def faults_of(source: RosterFile) -> Iterator[RosterFault]:
    """Everything that is wrong with a file, without a database: held in memory, so meant for a file on a desk."""
    from store.memory import MemoryStore

    store = MemoryStore()
    found: list[RosterFault] = []
    reading = Reading()
    store.stage(read_roster(source, reading, report=found.append))
    yield from found
    yield from _explained(store, source, reading)
