"""`bulletin roster …`: import the people who are asked, check them, show them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.exits import Exit, FoundWrongError
from app.invocation import invocation
from app.terminal import clean, say, table, warn
from domain.employee import EmployeeId
from domain.unit import ROOT, UnitPath, unit_path

if TYPE_CHECKING:
    from domain.employee import Employee
    from domain.ports import Store
    from domain.roster import RosterFault

roster_app = typer.Typer(help="The people who are asked, and who supervises whom.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.add_typer(roster_app, name="roster")


@contextmanager
def _store(ctx: typer.Context) -> "Iterator[Store]":
    store = invocation(ctx).store()
    try:
        yield store
    finally:
        store.close()


def _reporter(path: Path) -> "Callable[[RosterFault], None]":
    def report(fault: "RosterFault") -> None:
        warn(f"{path}:{fault.line}: {fault.field}: {fault.reason}")

    return report


@roster_app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="CSV with a first line that names the columns.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out instead of stopping.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Import even if more than a tenth of the people go.")] = False,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the file, if it is told wrongly.")] = None,
) -> None:
    """Make the roster what a CSV file says.

    Columns: employee id, name, address, aliases, unit, supervisor id, category, time zone, locale, away until (their
    first day back), delegates, acting (the id of who stands in for them as a supervisor), since (the day they joined).
    The first three must be there. Aliases are parted by ";" or blanks, units by "/", days are written 2026-03-14. People who are not in the file are asked no more.

    Example: bulletin roster import people.csv --dry-run
    """
    from app.clock import SystemClock
    from app.importing import Plan, import_roster
    from app.invocation import who_runs
    from app.sheet import open_roster
    from app.terminal import progress

    source = open_roster(file, encoding=encoding)
    warn(f"{file}: {source.encoding}, separated by {_SEPARATORS[source.separator]}.")
    if source.ignored:
        warn(f"Ignored columns: {', '.join(source.ignored)}.")
    with _store(ctx) as store, progress("Reading", source.size) as advance:
        done = import_roster(
            store,
            source,
            Plan(skip_bad=skip_bad, force=force, dry_run=dry_run),
            who=who_runs(),
            now=SystemClock().now(),
            report=_reporter(file),
            advance=advance,
        )
    if done.change is None:
        what = f"{done.faults} faults in {done.left_out} of {done.rows} rows" if done.faults else "There are no rows"
        raise FoundWrongError(f"{what}: nothing was imported. Mend them, or leave them out with --skip-bad.")
    would = "" if done.applied else "would be "
    change = done.change
    say(f"{done.rows - done.left_out} of {done.rows} rows {'were imported' if done.applied else 'are good'}.")
    say(
        f"{would}added {change.added}, changed {change.changed}, the same {change.same}, dropped {change.dropped}".capitalize()
    )
    for difference in done.differences:
        say(f"  {clean(difference)}")
    if change.drops_many and not done.applied:
        warn("More than a tenth of the people would go: the import will want --force.")
    if done.left_out:
        warn(f"{done.left_out} rows were left out.")


_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@roster_app.command("check")
def check(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE.csv]", help="A file; without one, the roster.")] = None,
) -> None:
    """Look for what should be mended, in a file before its import or in the roster itself.

    Example: bulletin roster check
    """
    if file is not None:
        count = _check_file(file)
    else:
        from app.tending import tend

        with _store(ctx) as store:
            count = 0
            for line in tend(store):
                say(line)
                count += 1
    if count:
        raise typer.Exit(Exit.FOUND)
    say("Nothing to mend.")


def _check_file(file: Path) -> int:
    from app.importing import faults_of
    from app.sheet import open_roster

    report = _reporter(file)
    count = 0
    for fault in faults_of(open_roster(file)):
        report(fault)
        count += 1
    return count


@roster_app.command("show")
def show(
    ctx: typer.Context,
    employee: Annotated[str | None, typer.Argument(help="An employee id or an address.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="The people of a unit and those below it.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many people.")] = 1000,
) -> None:
    """Show one person, the people of a unit, or how many people there are where.

    Example: bulletin roster show --unit Defense/Navy
    """
    with _store(ctx) as store:
        if employee is not None:
            _show_one(store, employee)
        elif unit is not None:
            _show_unit(store, unit_path(unit), limit)
        else:
            rows = [(path or "(top)", category, str(count)) for path, category, count in store.head_counts()]
            table(("unit", "category", "people"), rows)


def _show_one(store: "Store", named: str) -> None:
    found = store.employee(EmployeeId(named))
    people = (found,) if found else store.employees_at(named)
    if not people:
        raise FoundWrongError(f"Nobody in the roster has the id or address {named}.")
    for person in people:
        for label, value in _fields(store, person):
            say(f"{label + ':':<12} {value}")


def _fields(store: "Store", person: "Employee") -> Iterator[tuple[str, str]]:
    supervisor = store.employee(person.supervisor_id) if person.supervisor_id else None
    yield "id", person.id
    yield "name", person.name
    yield "address", person.address
    yield "aliases", ", ".join(person.aliases) or "none"
    yield "delegates", ", ".join(person.delegates) or "none"
    yield "unit", person.unit or "(top)"
    yield "supervisor", f"{supervisor.id} {supervisor.name}" if supervisor else "none"
    yield "reports", str(len(store.reports_of(person.id)))
    yield "category", person.category
    yield "time zone", person.time_zone or "the campaign's"
    yield "locale", person.locale or "the campaign's"
    yield "away until", person.away_until.isoformat() if person.away_until else "not away"


def _show_unit(store: "Store", unit: UnitPath, limit: int) -> None:
    people = store.employees(unit or ROOT, limit=limit + 1)
    rows = [
        (person.id, person.name, person.address, person.unit, person.supervisor_id or "", person.category)
        for person in people[:limit]
    ]
    table(("id", "name", "address", "unit", "supervisor", "category"), rows)
    if len(people) > limit:
        warn(f"There are more than {limit}; see more with --limit.")
