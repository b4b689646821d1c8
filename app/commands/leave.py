"""`bulletin leave …`: who is away when, from the files of a personnel office."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.running import open_house
from app.exits import Exit, FoundWrongError
from app.invocation import invocation, who_runs
from app.terminal import say, table, warn
from domain.employee import EmployeeId

if TYPE_CHECKING:
    from app.leave import Find
    from app.wiring import House

leave_app = typer.Typer(help="Who is away when: nobody is asked or reminded meanwhile.", no_args_is_help=True)

PAGE = 1000


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.add_typer(leave_app, name="leave")


@leave_app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, or iCalendar (.ics).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is in it, and change nothing.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad entries out instead of stopping.")] = False,
) -> None:
    """Take in leave and shifts. What is known already stays; the same first day again changes the day back.

    CSV columns: an employee id or address, the first day away, and the first day back or the last day away, written
    2026-03-14. In iCalendar, an event is the absence of its attendee, or of the address or id in its title; one that
    repeats, such as the free days of a shift, is written out for a year.

    Example: bulletin leave import leave.csv
    """
    from app.leave import read_leave
    from app.midway import leave_begins
    from domain.ledger import Event

    with open_house(invocation(ctx)) as house:
        found = read_leave(file, _finder(house), house.clock.now().date())
        for fault in found.faults:
            warn(f"{file}:{fault.line}: {fault.field}: {fault.reason}")
        if found.faults and not skip_bad:
            raise FoundWrongError(
                f"{len(found.faults)} entries are wrong: mend them, or leave them out with --skip-bad."
            )
        if dry_run:
            say(f"{len(found.leaves)} absences can be imported.")
            return
        now, who = house.clock.now(), who_runs()
        event = Event(at=now, who=who, what="leave imported", subject=file.name, reason=f"{len(found.leaves)} absences")
        changed = house.store.put_leave(found.leaves, event)
        away = leave_begins(house.store, house.campaigns, now, who)
    say(f"{len(found.leaves)} absences, {changed} of them new or changed; {away} people are away from now on.")
    if found.faults:
        raise typer.Exit(Exit.FOUND)


@leave_app.command("list")
def list_(ctx: typer.Context, limit: Annotated[int, typer.Option(help="At most so many.")] = 100) -> None:
    """Leave that has not ended, by its beginning."""
    with open_house(invocation(ctx)) as house:
        found = house.store.leave(until_after=house.clock.now().date(), limit=limit)
        people = house.store.people_of([one.employee_id for one in found])
    rows = [
        (
            one.employee_id,
            people[one.employee_id].name if one.employee_id in people else "",
            one.leave.first.isoformat(),
            one.leave.back_on.isoformat(),
        )
        for one in found
    ]
    table(("employee", "name", "first day away", "first day back"), rows)


def _finder(house: "House") -> "Find":
    """Somebody by id, or by an address that is theirs alone."""

    def find(named: str) -> EmployeeId | None:
        if "@" not in named:
            found = house.store.employee(EmployeeId(named))
            return found.id if found is not None and found.active else None
        owners = [one for one in house.store.employees_at(named) if one.owns(named)]
        return owners[0].id if len(owners) == 1 else None

    return find
