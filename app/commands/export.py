"""`bulletin export`: who answered what, as a table for other programs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from app.commands.running import open_house
from app.exits import FoundWrongError
from app.forms import Format
from app.invocation import invocation, who_runs
from app.terminal import progress, warn
from domain.round import CampaignId, RoundId
from domain.standing import Standing
from domain.unit import unit_path

if TYPE_CHECKING:
    from app.wiring import House
    from domain.digest import Selection

STANDARD_OUTPUT = "-"


def add_to(app: typer.Typer) -> None:
    """Give the root its command."""
    app.command("export")(export)


def export(
    ctx: typer.Context,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="File to write; - for the output.")],
    round_id: Annotated[str | None, typer.Option("--round", metavar="WEEK", help="Only this week: 2026-W48.")] = None,
    campaign: Annotated[str | None, typer.Option("--campaign", help="Only this campaign.")] = None,
    unit: Annotated[str, typer.Option("--unit", help="Only this unit and those below it: Defense/Navy.")] = "",
    standing: Annotated[
        list[Standing] | None, typer.Option("--standing", help="Only prompts that stand so; may be said again.")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Default: by the ending of FILE, or csv.", show_default=False)
    ] = None,
    by_bullet: Annotated[bool, typer.Option("--bullets", help="One row a bullet instead of one a prompt.")] = False,
    bom: Annotated[bool, typer.Option("--bom", help="Begin CSV with a byte order mark, for old spreadsheets.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Write who answered what as CSV, JSON Lines or XLSX.

    One row a prompt. Who did not answer in a voluntary unit is not named: one row counts them (standing
    "unanswered", see the column people). Only you can read the file. Times are UTC.

    In CSV an apostrophe stands before what a spreadsheet might take for a formula: a cell that starts with = + - @,
    a tab or a line end, or such a sign after a semicolon or line end inside it. JSON Lines and XLSX have the text as it is.

    Example: bulletin export --round 2026-W48 --unit Defense/Navy --output navy.xlsx
    """
    from app.export import Export
    from app.formats import writer
    from domain.digest import Selection

    chosen = form or _by_ending(output)
    if chosen is Format.XLSX and output == STANDARD_OUTPUT:
        raise FoundWrongError("XLSX goes to a file only: name it with --output.")
    wanted = Selection(
        campaign_id=CampaignId(campaign) if campaign is not None else None,
        round_id=RoundId(round_id) if round_id is not None else None,
        unit=unit_path(unit),
        standings=frozenset(standing or ()),
    )
    with open_house(invocation(ctx)) as house:
        made = Export(store=house.store, policies=house.book().now(), wanted=wanted, by_bullet=by_bullet)
        total = made.total()
        if not total:
            raise FoundWrongError("No prompt is of that kind. `bulletin round list` shows the rounds.")
        with _opened(output, force=force) as file, progress("Exporting", total) as advance:
            made.run(writer(chosen, file, made.columns, title=round_id or "Bulletin", bom=bom), advance)
        _note(house, wanted, chosen, made.rows)
    if output != STANDARD_OUTPUT:
        warn(f"{made.rows} rows in {output}.")


def _note(house: "House", wanted: "Selection", chosen: Format, rows: int) -> None:
    """Who took what out is in the Ledger."""
    from domain.ledger import Event

    subject = "/".join(part for part in (wanted.campaign_id, wanted.round_id, wanted.unit) if part) or "everything"
    standings = ", ".join(sorted(wanted.standings))
    told = f"{rows} rows as {chosen.value}" + (f", only {standings}" if standings else "")
    house.store.write_event(Event(at=house.clock.now(), who=who_runs(), what="export", subject=subject, reason=told))


def _by_ending(output: str) -> Format:
    ending = Path(output).suffix.removeprefix(".").lower()
    return Format(ending) if ending in set(Format) else Format.CSV


@contextmanager
def _opened(output: str, *, force: bool) -> Iterator[IO[bytes]]:
    from app.formats import aside

    if output != STANDARD_OUTPUT:
        with aside(Path(output), force=force) as file:
            yield file
        return
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()
