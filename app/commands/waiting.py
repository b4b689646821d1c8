"""`bulletin withheld …` and `held …`: the messages that wait for a person. Their text is not here: it was never stored."""

from typing import Annotated

import typer

from app.exits import FoundWrongError
from app.invocation import invocation
from app.terminal import say, table
from domain.ledger import Folder, LedgerEntry
from domain.verdict import Decision

withheld_app = typer.Typer(help="Replies that may hold a marking.", no_args_is_help=True)
held_app = typer.Typer(help="Replies about whose sender a person must decide.", no_args_is_help=True)

LimitOption = Annotated[int, typer.Option(help="At most so many, newest first.")]


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.add_typer(withheld_app, name="withheld")
    app.add_typer(held_app, name="held")


@withheld_app.command("list")
def withheld_list(ctx: typer.Context, limit: LimitOption = 50) -> None:
    """The messages that were withheld."""
    _show(_entries(ctx, limit, withheld=True))


@withheld_app.command("show")
def withheld_show(
    ctx: typer.Context, place: Annotated[str, typer.Argument(help="mailbox/uidvalidity/uid, from the list.")]
) -> None:
    """One of them: where it lies, who sent it, to whom copies went, which rule found what where."""
    found = next((entry for entry in _entries(ctx, 10_000, withheld=True) if _place(entry) == place), None)
    if found is None:
        raise FoundWrongError(f"No withheld message lies at {place}. `bulletin withheld list` shows where they lie.")
    for label, value in (
        ("place", _place(found)),
        ("folder", found.filing.value + (f", flagged {found.flag}" if found.flag else "")),
        ("arrived", f"{found.arrival.arrived_at:%F %T} UTC"),
        ("sender", found.sender or "unclear"),
        ("employee", found.prompt.employee_id if found.prompt else "unknown"),
        ("copies", ", ".join(found.copies) or "none"),
        ("rules", found.rules_version),
    ):
        say(f"{label + ':':<10} {value}")
    for finding in found.findings:
        say(f"finding:   {finding.rule}, {finding.where}, {'sure' if finding.sure else 'unsure'}")


@held_app.command("list")
def held_list(ctx: typer.Context, limit: LimitOption = 50) -> None:
    """The messages that are held, and why."""
    _show(_entries(ctx, limit, withheld=False))


def _entries(ctx: typer.Context, limit: int, *, withheld: bool) -> tuple[LedgerEntry, ...]:
    store = invocation(ctx).store()
    try:
        if withheld:
            return store.entries(limit=limit, decision=Decision.WITHHELD.value)
        return store.entries(limit=limit, filing=Folder.HELD)
    finally:
        store.close()


def _place(entry: LedgerEntry) -> str:
    key = entry.arrival.key
    return f"{key.mailbox}/{key.uidvalidity}/{key.uid}"


def _show(entries: tuple[LedgerEntry, ...]) -> None:
    rows = [
        (
            _place(entry),
            f"{entry.arrival.arrived_at:%F %H:%M}",
            entry.sender or "unclear",
            entry.prompt.employee_id if entry.prompt else "",
            entry.reason or ", ".join(sorted({finding.rule for finding in entry.findings})),
        )
        for entry in entries
    ]
    table(("place", "arrived (UTC)", "sender", "employee", "why"), rows)
