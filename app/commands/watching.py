"""`bulletin check` and `bulletin status`: whether all is well, and how things stand."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from app.exits import Exit, words_of
from app.invocation import Invocation, invocation
from app.terminal import say, table, warn
from domain.errors import BulletinError

if TYPE_CHECKING:
    from app.status import MailboxStatus, RoundStatus, Status
    from domain.ports import Quota


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.command("check")(check)
    app.command("status")(status)


def check(
    ctx: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Leave the mail servers out.")] = False,
) -> None:
    """Try everything the house stands on: configuration, database, mailboxes, relay, clock, roster.

    Nothing is sent and no mail is touched. Ends with 0 where all is well and 1 where something is not.
    """
    from app.check import CheckLine, check_all, check_store
    from app.wiring import build

    invoked = invocation(ctx)
    loaded = invoked.loaded()
    failed = 0

    def show(line: CheckLine) -> None:
        nonlocal failed
        failed += not line.good
        say(f"{_mark(good=line.good)} {line.subject}: {line.seen}" + (f" ({line.todo})" if line.todo else ""))

    source = loaded.file or "the environment"
    show(CheckLine(subject="configuration", good=True, seen=f"{source}, every value is well formed"))
    line, store = check_store(invoked.store)
    show(line)
    if store is not None:
        try:
            for line in check_all(build(loaded.settings, store), offline=offline):
                show(line)
        finally:
            store.close()
    if failed:
        raise typer.Exit(Exit.FOUND)


def _mark(*, good: bool) -> str:
    marks = "✓✗" if (sys.stdout.encoding or "").lower().startswith("utf") else "+!"
    return marks[0] if good else marks[1]


def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines, as one JSON object.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the mailboxes how full they are.")] = False,
) -> None:
    """How the rounds stand, what waits to be sent, when each mailbox was last looked at.

    Ends with 1 where something needs attention.
    """
    from app import status as told
    from app.clock import SystemClock

    invoked = invocation(ctx)
    settings = invoked.settings()
    store = invoked.store()
    try:
        found = told.read_status(
            store,
            [mailbox.name for mailbox in settings.mailboxes],
            campaigns=[campaign.id for campaign in settings.campaigns],
            now=SystemClock().now(),
            stale_after=settings.limits.stale_after,
            asked={} if offline else _ask(invoked),
        )
    finally:
        store.close()
    if as_json:
        say(json.dumps(told.as_json(found), ensure_ascii=False))
    else:
        _show(found)
    if found.warnings:
        raise typer.Exit(Exit.FOUND)


def _ask(invoked: Invocation) -> "dict[str, Quota | str | None]":
    """Each mailbox's quota, or why it could not be asked."""
    from app.clock import SystemClock
    from app.wiring import imap_settings
    from ingest.imap import ImapMailbox

    settings = invoked.settings()
    answers: dict[str, Quota | str | None] = {}
    for each in settings.mailboxes:
        mailbox = ImapMailbox(imap_settings(each, settings.limits.message_bytes), SystemClock().monotonic)
        try:
            mailbox.open()
            answers[each.name] = mailbox.quota()
        except BulletinError as error:
            answers[each.name] = words_of(error)
        finally:
            mailbox.close()
    return answers


def _show(found: "Status") -> None:
    say(f"{found.people} people in the roster")
    for each in found.rounds:
        show_round(each)
    if found.outbox:
        say()
        table(
            ("mail", "state", "count"),
            [(kind.value, state.value, str(count)) for kind, state, count in found.outbox],
            title="Outbox",
        )
    say()
    table(
        ("mailbox", "last look", "not filed yet", "full"),
        [_mailbox_row(box, found) for box in found.mailboxes],
        title="Mailboxes",
    )
    say()
    say(f"withheld {found.withheld}, held {found.held}, shunted {found.shunted}")
    for line in found.warnings:
        warn(f"! {line}")


def show_round(each: "RoundStatus") -> None:
    """A Round and how its Prompts stand, Unit by Unit."""
    one = each.round
    say()
    say(f"{one.campaign_id} {one.id}: {one.phase}, closes {one.closes_at:%F %H:%M} UTC, {each.asked} asked")
    standings = each.by_standing()
    rows = [
        (unit or "(top)", *(str(counts.get(standing, 0)) for standing in standings))
        for unit, counts in each.by_unit().items()
    ]
    total = ("all", *(str(count) for count in standings.values()))
    table(("unit", *standings), [*rows, total] if len(rows) > 1 else rows)


def _mailbox_row(box: "MailboxStatus", found: "Status") -> tuple[str, ...]:
    from app.status import ago

    looked = f"{ago(found.at - box.last_poll)} ago" if box.last_poll else "never"
    return box.name, looked, str(box.unfiled), f"{box.full} %" if box.full is not None else "unknown"
