"""`bulletin policy …`: what holds for a unit, and changing it from the next message on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.mailing import asked_in, let_off_in
from app.commands.running import open_house
from app.exits import FoundWrongError
from app.invocation import invocation, who_runs
from app.terminal import YesOption, clean, confirm_count, say, table, warn
from domain.policy import Mode, Policy, PolicyChange
from domain.unit import UnitPath, ancestry, lies_in, unit_path

if TYPE_CHECKING:
    from app.midway import Followed
    from app.wiring import House

policy_app = typer.Typer(help="What holds for a unit: who is asked, how, and what follows.", no_args_is_help=True)

RECENT = 60
UnitArgument = Annotated[str, typer.Argument(metavar="UNIT", help="A unit path; / is the whole organisation.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for the ledger.")]
CorrectOption = Annotated[
    bool, typer.Option("--correct", help="Tell those who were already asked what holds for them now.")
]
SayOption = Annotated[str, typer.Option("--say", help="A sentence of yours in the correction.")]


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.add_typer(policy_app, name="policy")


@policy_app.command("show")
def show(ctx: typer.Context, unit: UnitArgument = "/") -> None:
    """What holds for a unit now, and from where each field comes."""
    path = unit_path(unit)
    with open_house(invocation(ctx)) as house:
        policies = house.book().now()
        policy = policies.of(path)
        rows = []
        for name in Policy.__slots__:
            setters = (above for above in ancestry(path) if name in getattr(policies.changes.get(above), "fields", ()))
            source = next((above or "/" for above in setters), "the configuration")
            rows.append((name, clean(_words(getattr(policy, name))), source))
    table(("field", "value", "from"), rows, title=f"Policy of {path or '/'}")


@policy_app.command("set")
def set_(
    ctx: typer.Context,
    unit: UnitArgument,
    fields: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE…", help="Such as mode=paused or window=48h; FIELD= unsets it.")
    ],
    reason: ReasonOption,
    correct: CorrectOption = False,
    say_: SayOption = "",
    yes: YesOption = False,
) -> None:
    """Set fields for a unit and those below it, from the next message on.

    Queued prompts and reminders of people who are not asked any more stop at once.

    Example: bulletin policy set Health/NIH mode=paused --reason "as the director wrote" --correct
    """
    path = unit_path(unit)
    given, unset = _parsed(path, fields)
    with open_house(invocation(ctx)) as house:
        if nobody_in(house, path):
            warn(f"Nobody in the roster is in {path} so far.")
        confirm_change(house, path, given, unset, correct=correct, yes=yes)
        change(house, path, given, unset, what="policy set", reason=reason)
        show_followed(follow_everywhere(house, path, correct=correct, said=say_))


def nobody_in(house: "House", unit: UnitPath) -> bool:
    """Whether the Roster knows nobody of a Unit or below it."""
    return not any(lies_in(there, unit) for there, _, _ in house.store.head_counts())


def confirm_change(
    house: "House", unit: UnitPath, given: Mapping[str, object], unset: frozenset[str], *, correct: bool, yes: bool
) -> None:
    """Go on only where it mails nobody, or a person has confirmed how many it may. Raises FoundWrongError otherwise."""
    from app.midway import UNDER_WAY

    mode = given.get("mode")
    asks = "mode" in unset or (isinstance(mode, Mode) and mode.asks)
    rounds = house.store.rounds(phases=UNDER_WAY, limit=RECENT) if asks or correct else ()
    asked = let_off_in(house.store, rounds, unit) if asks else 0
    told = asked_in(house.store, rounds, unit) if correct else 0
    words = [f"asks up to {asked} people who were let off"] if asked else []
    words += [f"tells up to {told} who were asked what holds now"] if told else []
    confirm_count(f"This {' and '.join(words)}.", asked + told, yes=yes)


def change(
    house: "House", unit: UnitPath, given: dict[str, object], unset: frozenset[str], *, what: str, reason: str
) -> None:
    """Write what a Unit sets for itself, with who and why."""
    from domain.ledger import Event

    before = next((one for one in house.store.policies() if one.unit == unit), PolicyChange(unit=unit, fields={}))
    fields = {name: value for name, value in {**before.fields, **given}.items() if name not in unset}
    told = [f"{name}={_words(value)}" for name, value in given.items()] + [f"{name}=" for name in sorted(unset)]
    event = Event(
        at=house.clock.now(), who=who_runs(), what=what, subject=unit or "/", reason=f"{' '.join(told)}: {reason}"
    )
    house.store.set_policy(PolicyChange(unit=unit, fields=fields), event)


def follow_everywhere(house: "House", unit: UnitPath, *, correct: bool, said: str) -> "Followed":
    """Bring every Round that is under way in line; corrections only where they were asked for."""
    from app import midway

    asker = house.keeper().asker
    let_off = asked = corrected = 0
    occasion = f"{house.clock.now():%Y%m%dT%H%M%S%f}"
    for one in house.store.rounds(phases=midway.UNDER_WAY, limit=RECENT):
        campaign = house.campaigns.get(one.campaign_id)
        if campaign is None:
            continue
        done = midway.follow(asker, campaign, one, unit)
        let_off, asked = let_off + done.let_off, asked + done.asked
        if correct:
            corrected += midway.correct(asker, campaign, one, unit, occasion=occasion, said=said)
    return midway.Followed(let_off=let_off, asked=asked, corrected=corrected)


def show_followed(done: "Followed") -> None:
    """Say what came of it."""
    say(f"It holds from the next message on. Let off: {done.let_off}, asked: {done.asked}, told: {done.corrected}.")


def _parsed(unit: UnitPath, fields: list[str]) -> tuple[dict[str, object], frozenset[str]]:
    from pydantic import ValidationError

    from app.config import complaints
    from app.settings.asking import UnitSettings

    raw: dict[str, Any] = {}
    unset: set[str] = set()
    for each in fields:
        name, equals, value = each.partition("=")
        name = name.strip()
        if not equals or (name not in Policy.__slots__):
            known = ", ".join(Policy.__slots__)
            raise FoundWrongError(f"{clean(each)} is not FIELD=VALUE with one of these fields: {known}.")
        if value:
            raw[name] = _value(name, value)
        else:
            unset.add(name)
    try:
        change = UnitSettings.model_validate({"path": unit, **raw}).change() if raw else None
    except ValidationError as error:
        raise FoundWrongError("; ".join(complaints(error, "units"))) from None
    return dict(change.fields) if change is not None else {}, frozenset(unset)


def _value(name: str, text: str) -> object:
    """Lists and tables as in the configuration, or parted by commas; everything else as it is written."""
    import tomllib

    if text[:1] in {"[", "{"} or text in {"true", "false"}:
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            raise FoundWrongError(f"{name} is neither a list nor a table as in the configuration.") from None
    if isinstance(getattr(Policy(), name), tuple):
        return [each.strip() for each in text.split(",") if each.strip()]
    return text


def _words(value: object) -> str:
    """As `policy set` takes it."""
    from app.settings.quantities import write_duration

    match value:
        case bool():
            return "true" if value else "false"
        case timedelta():
            return write_duration(value)
        case tuple():
            return ", ".join(map(str, value))
        case Mapping():
            return "{" + ", ".join(f'{name} = "{each}"' for name, each in value.items()) + "}"
        case None:
            return "none"
        case _:
            return str(value)
