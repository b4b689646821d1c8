"""`bulletin run`, `poll`, `send` and `upgrade`: the work itself, for good or once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.exits import Exit, words_of
from app.invocation import Invocation, invocation
from app.terminal import say, warn
from domain.errors import BulletinError

if TYPE_CHECKING:
    from app.wiring import House


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.command("run")(run)
    app.command("poll")(poll)
    app.command("send")(send)
    app.command("upgrade")(upgrade)


@contextmanager
def open_house(invoked: Invocation) -> "Iterator[House]":
    """The house over its open database."""
    from app.wiring import build

    settings = invoked.settings()
    store = invoked.store()
    try:
        yield build(settings, store)
    finally:
        store.close()


def run(
    ctx: typer.Context,
    role: Annotated[
        list[str] | None,
        typer.Option(help="Only this work: scheduler, sender or poller. Say it more than once for several."),
    ] = None,
) -> None:
    """Ask, read, answer and report until you stop it.

    SIGTERM or Ctrl-C finishes the mail in hand. Any number of these may run on one database.
    """
    from app import metrics
    from app.daemon import ALL_ROLES, Daemon, Role
    from app.settings.keeping import LogFormat
    from app.settings.shown import show_lines

    known = {each.value for each in Role}
    if unknown := [each for each in role or () if each not in known]:
        raise typer.BadParameter(f"{unknown[0]} is no role; there are {', '.join(sorted(known))}.", param_hint="--role")
    roles = frozenset(Role(each) for each in role) if role else ALL_ROLES
    invoked = invocation(ctx)
    if invoked.settings().log.format is LogFormat.CONSOLE:
        loaded = invoked.loaded()
        warn(f"Configuration from {loaded.file or 'the environment'}; what is not named here has its default:")
        for line in show_lines(loaded.settings, loaded.gathered):
            warn(f"  {line}")
    with open_house(invoked) as house:
        stop = metrics.serve(house.settings, house.store, house.clock)
        try:
            Daemon(house, roles).run()
        finally:
            stop()


def poll(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Look at each mailbox once, then stop.")] = False,
    mailbox: Annotated[str | None, typer.Option(help="Only this mailbox.")] = None,
) -> None:
    """Read what has come in.

    Example: bulletin poll --once
    """
    from app.daemon import Daemon, Role, poll_once

    with open_house(invocation(ctx)) as house:
        if not once:
            Daemon(house, frozenset({Role.POLLER})).run()
            return
        chosen = [each for each in house.settings.mailboxes if mailbox in {None, each.name}]
        if not chosen:
            raise typer.BadParameter(f"there is no mailbox {mailbox}", param_hint="--mailbox")
        failed = False
        for name, came in poll_once(house, chosen).items():
            if isinstance(came, BulletinError):
                failed = True
                warn(f"{name}: {words_of(came)}")
            else:
                say(f"{name}: {came.new} new, {came.known} known before, {came.gone} gone")
    if failed:
        raise typer.Exit(Exit.UNAVAILABLE)


def send(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Send what is due now, then stop.")] = False,
) -> None:
    """Send what is due.

    Example: bulletin send --once
    """
    from app.daemon import Daemon, Role, send_once
    from domain.outbox import Sent

    with open_house(invocation(ctx)) as house:
        if not once:
            Daemon(house, frozenset({Role.SENDER})).run()
            return
        results = send_once(house)
    say(", ".join(f"{count} {result.value}" for result, count in results.items()) or "Nothing was due.")
    if results[Sent.BROKEN]:
        warn("The relay could not be used: `bulletin check` says why.")
        raise typer.Exit(Exit.UNAVAILABLE)


def upgrade(ctx: typer.Context) -> None:
    """Make the database, or bring it to this program's revision. Safe to run again."""
    from store.migrations import revision_state
    from store.migrations import upgrade as upgrade_database

    url = invocation(ctx).settings().store.url.get_secret_value()
    upgrade_database(url)
    say(f"The database is at revision {revision_state(url).current}.")
