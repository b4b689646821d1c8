"""`bulletin purge`: what was kept for as long as the policies say, shown or taken away now instead of by the daemon."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.running import open_house
from app.invocation import invocation, who_runs
from app.terminal import YesOption, confirm_count, progress, say, table

if TYPE_CHECKING:
    from app.retention import Class


def add_to(app: typer.Typer) -> None:
    """Give the root its command."""
    app.command("purge")(purge)


def purge(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much of what would go.")] = False,
    yes: YesOption = False,
) -> None:
    """Take away what was kept for long enough: `retention` in the policy, and security.records.

    `bulletin run` does so every day by itself. Never taken away: anything of a round that is not final, a withheld reply
    that no officer decided, and anything of a unit with hold = true in its policy.

    Example: bulletin purge --dry-run
    """
    with open_house(invocation(ctx)) as house:
        purger = house.purger()
        counts = purger.counts()
        total = counts.total()
        _show(counts)
        if dry_run or not total:
            say(f"{total} would go." if dry_run else "Nothing has been kept for long enough to go.")
            return
        confirm_count(f"{total} go for good.", total, yes=yes)
        gone = 0
        with progress("Purging", total) as advance:
            for count in purger.walk(who_runs()):
                gone += count
                advance(gone)
    say(f"{gone} went. The ledger says of what and of which round.")


def _show(counts: "Counter[Class]") -> None:
    rows = [
        (what.value, f"{campaign}/{week}" if campaign is not None else "", str(count), what.said)
        for (what, campaign, week), count in sorted(counts.items(), key=lambda item: [str(each) for each in item[0]])
    ]
    if rows:
        table(("class", "round", "count", "what goes"), rows)
