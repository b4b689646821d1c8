"""`bulletin withheld …`, `held …` and `reread`: the messages that wait for a person. Text of theirs is nowhere here."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from app.commands.running import open_house
from app.exits import FoundWrongError
from app.invocation import invocation, who_runs
from app.terminal import YesOption, confirm_words, say, table, warn
from domain.employee import EmployeeId
from domain.verdict import Decision

if TYPE_CHECKING:
    from app.again import Reread
    from app.wiring import House
    from domain.ledger import Folder, LedgerEntry
    from domain.ports import Store

withheld_app = typer.Typer(help="Replies that may hold a marking.", no_args_is_help=True)
held_app = typer.Typer(help="Replies about whose sender a person must decide.", no_args_is_help=True)

LimitOption = Annotated[int, typer.Option(help="At most so many, newest first.")]
PlaceArgument = Annotated[str, typer.Argument(help="mailbox/uidvalidity/uid, from the list.")]
OfficerOption = Annotated[str, typer.Option(help="Who decides this; it is recorded.")]
ReasonOption = Annotated[str, typer.Option(help="Why; it is recorded.")]
WhoOption = Annotated[str | None, typer.Option("--who", help="Who decides this. Default: your login name.")]

PAGE = 500


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.add_typer(withheld_app, name="withheld")
    app.add_typer(held_app, name="held")
    app.command("reread")(reread)


@withheld_app.command("list")
def withheld_list(ctx: typer.Context, limit: LimitOption = 50) -> None:
    """The messages that were withheld."""
    with open_house(invocation(ctx)) as house:
        _show_all(house.store.entries(limit=limit, decision=Decision.WITHHELD.value))


@withheld_app.command("show")
def withheld_show(ctx: typer.Context, place: PlaceArgument) -> None:
    """One of them: where it lies, who sent it, to whom copies went, which rule found something."""
    with open_house(invocation(ctx)) as house:
        found = _entry(house.store, place)
        if found.decision is not Decision.WITHHELD:
            raise FoundWrongError(f"{place} is not withheld. `bulletin withheld list` shows what is.")
        _show(house.store, found)


@withheld_app.command("release")
def withheld_release(ctx: typer.Context, place: PlaceArgument, officer: OfficerOption, reason: ReasonOption) -> None:
    """Let a withheld reply count. The current rules look first; every rule but the one for markings still holds.

    Example: bulletin withheld release reports/17/42 --officer "J. Doe" --reason "unmarked public text"
    """
    from app.again import rereading
    from app.officers import Officer, release

    decided = Officer(name=_said(officer, "--officer"), reason=_said(reason, "--reason"))
    with open_house(invocation(ctx)) as house:
        entry = _entry(house.store, place)
        if entry.decision is not Decision.WITHHELD:
            _finish(house, entry)
            raise FoundWrongError(f"{place} is not withheld (any more).")
        with rereading(house, entry.arrival.key.mailbox) as reader:
            _tell(release(reader, entry, decided), place)


@withheld_app.command("erase")
def withheld_erase(
    ctx: typer.Context,
    place: PlaceArgument,
    officer: OfficerOption,
    reason: ReasonOption,
    receipt: Annotated[Path | None, typer.Option(help="Write the receipt to this new file too.")] = None,
    yes: YesOption = False,
) -> None:
    """Remove a message from the mailbox and from everything of ours, and print a receipt that names each place.

    Any recorded message can be erased, not only a withheld one. Safe to run again. Ends with 1 where something is left.

    Example: bulletin withheld erase reports/17/42 --officer "J. Doe" --reason "spill 2026-11" --receipt erased.txt
    """
    from app.again import rereading
    from app.officers import Officer, erase, locate

    decided = Officer(name=_said(officer, "--officer"), reason=_said(reason, "--reason"))
    with open_house(invocation(ctx)) as house:
        entry = _entry(house.store, place)
        with rereading(house, entry.arrival.key.mailbox) as reader:
            lying = locate(reader, entry)
            for there in lying.places:
                warn(f"{there.folder.value}: {len(there.uids)} of it")
            confirm_words(f"This removes {lying.count} from the mail server for good.", place, yes=yes)
            # Where a receipt cannot be written, nothing is erased.
            with _paper(receipt) as file:
                done = erase(reader, entry, lying, decided)
                say(str(done))
                file.write(f"{done}\n".encode("utf-8", "replace"))
    if not done.complete:
        raise FoundWrongError("It is not erased everywhere yet: see the receipt, and run this again.")


def _paper(receipt: Path | None) -> AbstractContextManager[IO[bytes]]:
    """A new file that only its owner may read, or none."""
    from app.formats import aside

    return aside(receipt, force=False) if receipt is not None else nullcontext(BytesIO())


@held_app.command("list")
def held_list(ctx: typer.Context, limit: LimitOption = 50) -> None:
    """The messages that are held, and why."""
    from domain.ledger import Folder

    with open_house(invocation(ctx)) as house:
        _show_all(house.store.entries(limit=limit, filing=Folder.HELD))


@held_app.command("show")
def held_show(ctx: typer.Context, place: PlaceArgument) -> None:
    """One of them, and all that was decided of it."""
    with open_house(invocation(ctx)) as house:
        _show(house.store, _entry(house.store, place))


@held_app.command("accept")
def held_accept(
    ctx: typer.Context,
    place: PlaceArgument,
    reason: ReasonOption,
    employee: Annotated[
        str | None, typer.Option(help="Id of whose answer it is. Default: whose prompt it answers, else its sender's.")
    ] = None,
    who: WhoOption = None,
) -> None:
    """Read it as the answer of the employee whose prompt it answers. The rules judge it like any other.

    A stranger's or an automatic message can be accepted too, where the program was wrong about it.

    Example: bulletin held accept reports/17/42 --reason "her assistant, by phone"
    """
    from app.again import Override, rereading

    with open_house(invocation(ctx)) as house:
        entry = _entry(house.store, place)
        if entry.decision is not None:
            _finish(house, entry)
            raise FoundWrongError(f"{place} is decided already: {entry.decision.value}.")
        if employee is not None and house.store.employee(EmployeeId(employee)) is None:
            raise FoundWrongError(f"Nobody in the roster has the id {employee}.")
        with rereading(house, entry.arrival.key.mailbox) as reader:
            override = Override(accept=True, whose=EmployeeId(employee) if employee is not None else None)
            read = reader.read(entry, override)
            done = reader.apply(read, who=who or who_runs(), what="accepted", why=_said(reason, "--reason"))
            _tell(read if done else None, place)


@held_app.command("refuse")
def held_refuse(ctx: typer.Context, place: PlaceArgument, reason: ReasonOption, who: WhoOption = None) -> None:
    """File it away with the strangers, unread and unanswered."""
    from app.again import rereading
    from domain.ledger import Folder

    with open_house(invocation(ctx)) as house:
        entry = _entry(house.store, place)
        if entry.filing is not Folder.HELD:
            _finish(house, entry)
            raise FoundWrongError(f"{place} is not held (any more). `bulletin held list` shows what is.")
        with rereading(house, entry.arrival.key.mailbox) as reader:
            refused = reader.refuse(entry)
            done = reader.apply(refused, who=who or who_runs(), what="refused", why=_said(reason, "--reason"))
            _tell(refused if done else None, place)


def reread(
    ctx: typer.Context,
    places: Annotated[list[str] | None, typer.Argument(metavar="PLACE…", help="mailbox/uidvalidity/uid.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="All that arrived since this day (UTC).")
    ] = None,
    folder: Annotated[str | None, typer.Option(help="Only what was filed here: shunted, strangers, rejected…")] = None,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "read again",
    who: WhoOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, it is only said what would change.")] = False,
) -> None:
    """Read recorded messages again with the rules and the program of now, and say what would change.

    What people decided is kept, and a withheld message stays so: only an officer releases it.

    Example: bulletin reread --folder strangers --since 2026-11-16
    """
    if not places and since is None and folder is None:
        raise typer.BadParameter("Name places, or choose them with --since or --folder.")
    filing = _folder(folder)
    with open_house(invocation(ctx)) as house:
        if places:
            entries: Iterator[LedgerEntry] = (_entry(house.store, place) for place in places)
        else:
            entries = _chosen(house.store, since.replace(tzinfo=UTC) if since is not None else None, filing)
        changed, looked = _reread_all(house, entries, who=who or who_runs(), reason=reason, yes=yes)
    say(f"{looked} read again, {changed} {'changed' if yes else 'would change; say --yes to do it'}")


def _reread_all(
    house: "House", entries: "Iterator[LedgerEntry]", *, who: str, reason: str, yes: bool
) -> tuple[int, int]:
    """One mailbox after the other; how many changed, of how many."""
    from app.again import place_of, rereading, told
    from app.again import reread as read_again

    by_mailbox: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        by_mailbox.setdefault(entry.arrival.key.mailbox, []).append(entry)
    changed = looked = 0
    for mailbox, chosen in by_mailbox.items():
        with rereading(house, mailbox) as reader:
            for entry in chosen:
                try:
                    read = read_again(reader, entry)
                except FoundWrongError as trouble:
                    warn(str(trouble))
                    continue
                looked += read is not None
                if read is None or not read.changes:
                    continue
                if yes and not reader.apply(read, who=who, what="read again", why=reason):
                    continue
                changed += 1
                new = read.recording.entry
                whose = new.prompt.employee_id if new.prompt is not None else ""
                say(f"{place_of(entry)}\t{told(entry)} -> {told(new)}\t{whose}\t{new.reason}")
    return changed, looked


def _chosen(store: "Store", since: datetime | None, filing: "Folder | None") -> "Iterator[LedgerEntry]":
    before: int | None = None
    while page := store.entries(limit=PAGE, filing=filing, since=since, before=before):
        yield from page
        before = page[-1].number


def _folder(named: str | None) -> "Folder | None":
    from domain.ledger import Folder

    if named is None:
        return None
    found = next((folder for folder in Folder if folder.value.lower() == named.lower()), None)
    if found is None:
        names = ", ".join(folder.value.lower() for folder in Folder)
        raise typer.BadParameter(f"{named} is no folder of ours; there are {names}.", param_hint="--folder")
    return found


def _said(text: str, option: str) -> str:
    """What is recorded must say something."""
    if not text.strip():
        raise typer.BadParameter("This must not be empty.", param_hint=option)
    return text.strip()


def _entry(store: "Store", place: str) -> "LedgerEntry":
    """What holds of the message at a place."""
    from domain.ledger import MessageKey

    mailbox, _, rest = place.rpartition("/")[0].rpartition("/")
    uid = place.rpartition("/")[2]
    if not mailbox or not rest.isdecimal() or not uid.isdecimal():
        raise FoundWrongError(f"{place} is no place such as reports/17/42. The lists show them.")
    found = store.history(MessageKey(mailbox=mailbox, uidvalidity=int(rest), uid=int(uid)))
    if not found:
        raise FoundWrongError(f"No message is recorded at {place}. The lists show where they lie.")
    return found[0]


def _finish(house: "House", entry: "LedgerEntry") -> None:
    """It was decided before; if that was interrupted before it was filed, file it."""
    from app.again import rereading

    key = entry.arrival.key
    if entry.lies_in is not None and any(one.key == key for one in house.store.unfiled(key.mailbox)):
        with rereading(house, key.mailbox) as reader:
            reader.file(key)


def _tell(done: "Reread | None", place: str) -> None:
    from app.again import told

    if done is None:
        raise FoundWrongError(f"Somebody else decided {place} at this moment. Nothing was done.")
    entry = done.recording.entry
    say(f"{place} is now {told(entry)}, filed in {entry.filing.value}.")
    for finding in entry.findings:
        say(f"finding: {finding.rule}, {finding.where or 'somewhere'}, {finding.effect.value}")


def _place(entry: "LedgerEntry") -> str:
    key = entry.arrival.key
    return f"{key.mailbox}/{key.uidvalidity}/{key.uid}"


def _show(store: "Store", found: "LedgerEntry") -> None:
    for label, value in (
        ("place", _place(found)),
        ("folder", found.filing.value + (f", flagged {found.flag}" if found.flag else "")),
        ("arrived", f"{found.arrival.arrived_at:%F %T} UTC"),
        ("sender", found.sender or "unclear"),
        ("employee", found.prompt.employee_id if found.prompt else "unknown"),
        ("copies", ", ".join(found.copies) or "none"),
        ("why", found.reason or "see the findings"),
        ("rules", found.rules_version),
    ):
        say(f"{label + ':':<10} {value}")
    for finding in found.findings:
        where = f", {finding.where}" if finding.where else ""
        say(f"finding:   {finding.rule}{where}, {'sure' if finding.sure else 'unsure'}")
    for before in store.history(found.arrival.key)[1:]:
        say(f"before:    {before.decided_at:%F %T} UTC, {before.decision or before.filing}, {before.identity}")


def _show_all(entries: "tuple[LedgerEntry, ...]") -> None:
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
