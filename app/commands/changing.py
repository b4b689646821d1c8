"""`bulletin round pause|resume|close|move`: what a person changes in a round that is under way."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.asking import CampaignOption, NewestOption, campaign_named, person_named, round_named
from app.commands.mailing import asked_in, supervisors_in, unanswered_in
from app.commands.policy import (
    CorrectOption,
    ReasonOption,
    SayOption,
    change,
    confirm_change,
    follow_everywhere,
    nobody_in,
    show_followed,
)
from app.commands.running import open_house
from app.exits import FoundWrongError
from app.invocation import invocation, who_runs
from app.terminal import YesOption, confirm_count, say, table
from domain.policy import Mode
from domain.round import GOING_ON, Phase, Round
from domain.unit import ROOT, unit_path

if TYPE_CHECKING:
    from app.wiring import House

UnitOption = Annotated[str | None, typer.Option("--unit", help="Only this unit and those below it.")]
PAGE = 1000


def add_to(round_app: typer.Typer) -> None:
    """Give `bulletin round` these commands."""
    round_app.command("pause")(pause)
    round_app.command("resume")(resume)
    round_app.command("close")(close)
    round_app.command("move")(move)
    round_app.command("unrouted")(unrouted)


def pause(
    ctx: typer.Context,
    reason: ReasonOption,
    unit: UnitOption = None,
    campaign: CampaignOption = None,
    week: NewestOption = None,
    correct: CorrectOption = False,
    say_: SayOption = "",
    yes: YesOption = False,
) -> None:
    """Stop asking: of everybody in one round, or of a unit (whose policy is then `paused`) until it is resumed.

    Queued prompts and reminders stop at once. Answers that come all the same are thanked for and kept.

    Example: bulletin round pause --unit Health/NIH --reason "as the director wrote" --correct
    """
    with open_house(invocation(ctx)) as house:
        if unit is not None:
            path = unit_path(unit)
            if nobody_in(house, path):
                raise FoundWrongError(f"Nobody in the roster is in {path}. `bulletin roster show` names the units.")
            confirm_change(house, path, {"mode": Mode.PAUSED}, frozenset(), correct=correct, yes=yes)
            change(house, path, {"mode": Mode.PAUSED}, frozenset(), what="unit paused", reason=reason)
            show_followed(follow_everywhere(house, path, correct=correct, said=say_))
            return
        one = round_named(house, campaign, week)
        if one.phase is not Phase.OPEN:
            raise FoundWrongError(f"Round {one.id} is {one.phase.value}, not open.")
        if correct:
            confirm_count(
                "This tells those who were asked what holds now.", asked_in(house.store, [one], ROOT), yes=yes
            )
        if not house.store.advance(one.campaign_id, one.id, Phase.OPEN, Phase.PAUSED):
            raise FoundWrongError(f"Somebody else changed round {one.id} at this moment.")
        held = house.store.hold(ROOT, campaign_id=one.campaign_id, round_id=one.id, hold=True)
        house.keeper().asker.tell(who_runs(), "round paused", one, reason)
        told = _tell_asked(house, one, said=say_, mode=Mode.PAUSED) if correct else 0
    say(f"Round {one.campaign_id}/{one.id} is paused; {held} queued mails wait. Told: {told}.")


def resume(
    ctx: typer.Context,
    reason: ReasonOption,
    unit: UnitOption = None,
    campaign: CampaignOption = None,
    week: NewestOption = None,
    correct: CorrectOption = False,
    say_: SayOption = "",
    yes: YesOption = False,
) -> None:
    """Go on asking. Held mail goes out; people of the unit who were not asked are asked, if the round is open still."""
    from app.midway import hold_by_policy

    with open_house(invocation(ctx)) as house:
        if unit is not None:
            path = unit_path(unit)
            confirm_change(house, path, {}, frozenset({"mode"}), correct=correct, yes=yes)
            change(house, path, {}, frozenset({"mode"}), what="unit resumed", reason=reason)
            show_followed(follow_everywhere(house, path, correct=correct, said=say_))
            return
        one = round_named(house, campaign, week)
        if one.phase is not Phase.PAUSED:
            raise FoundWrongError(f"Round {one.id} is {one.phase.value}, not paused.")
        mailed = asked_in if correct else unanswered_in
        confirm_count("Mail to at most so many people goes out.", mailed(house.store, [one], ROOT), yes=yes)
        if not house.store.advance(one.campaign_id, one.id, Phase.PAUSED, Phase.OPEN):
            raise FoundWrongError(f"Somebody else changed round {one.id} at this moment.")
        resumed = replace(one, phase=Phase.OPEN)
        let_go = hold_by_policy(house.store, house.book().now(), (resumed,))
        house.keeper().asker.tell(who_runs(), "round resumed", one, reason)
        told = _tell_asked(house, resumed, said=say_, mode=None) if correct else 0
    say(f"Round {one.campaign_id}/{one.id} is open; {let_go} mails were let go or held anew. Told: {told}.")


def _tell_asked(house: "House", one: Round, *, said: str, mode: Mode | None) -> int:
    """Tell everybody in a Round whose question went out what holds now; how many."""
    from app.midway import correct

    chosen = campaign_named(house, one.campaign_id)
    occasion = f"{house.clock.now():%Y%m%dT%H%M%S%f}"
    return correct(house.keeper().asker, chosen, one, ROOT, occasion=occasion, said=said, mode=mode)


def close(
    ctx: typer.Context,
    reason: ReasonOption,
    unit: UnitOption = None,
    campaign: CampaignOption = None,
    week: NewestOption = None,
    yes: YesOption = False,
) -> None:
    """Close a round now instead of at its time, and queue the digests; or only those of a unit's supervisors.

    What comes later still counts by each person's own window; the final digest tells of it. A round whose campaign was
    taken out of the configuration becomes final at once, without a digest.
    """
    with open_house(invocation(ctx)) as house:
        one = round_named(house, campaign, week)
        if one.campaign_id not in house.campaigns:
            _close_stray(house, one, reason)
            return
        chosen = campaign_named(house, one.campaign_id)
        if one.phase not in {Phase.OPEN, Phase.PAUSED}:
            raise FoundWrongError(f"Round {one.id} is {one.phase.value}.")
        keeper = house.keeper()
        if unit is not None:
            bosses = keeper.supervisors_of(one, unit_path(unit))
            if not bosses:
                raise FoundWrongError(f"Nobody who was asked in {one.id} is in {unit}.")
            confirm_count(f"This closes {one.id} for {unit} and sends the digests.", len(bosses), yes=yes)
            queued = keeper.close_unit(chosen, one, unit_path(unit), who=who_runs(), reason=reason)
            say(f"{queued} digests are queued, and the prompts and reminders of {unit} stop.")
            return
        confirm_count(f"This closes {one.id} and sends its digests.", supervisors_in(house.store, one), yes=yes)
        now = house.clock.now()
        house.store.close_at(one.campaign_id, one.id, now)
        keeper.asker.tell(who_runs(), "round closed early", one, reason)
        queued = keeper.close(chosen, replace(one, closes_at=now), who=who_runs())
    say(f"Round {one.campaign_id}/{one.id} is closed; {queued} digests are queued.")


def _close_stray(house: "House", one: Round, reason: str) -> None:
    from app.campaigns import UNTOLD, end_stray
    from domain.ledger import Event

    subject = f"{one.campaign_id}/{one.id}"
    event = Event(
        at=house.clock.now(), who=who_runs(), what="round closed early", subject=subject, reason=f"{UNTOLD}: {reason}"
    )
    if one.phase not in GOING_ON or not end_stray(house.store, one, event):
        raise FoundWrongError(f"Round {one.id} is {one.phase.value}.")
    say(f"Round {subject} is final; {UNTOLD}.")


def move(
    ctx: typer.Context,
    employee: Annotated[str, typer.Argument(help="An employee id or an address.")],
    to: Annotated[str, typer.Option("--to", help="The supervisor's employee id or address.")],
    reason: ReasonOption,
    campaign: CampaignOption = None,
    week: NewestOption = None,
) -> None:
    """Give one person's answer of one round to another supervisor. The roster stays as it is."""
    from domain.ledger import Event, PromptKey

    with open_house(invocation(ctx)) as house:
        one = round_named(house, campaign, week)
        person, boss = person_named(house, employee), person_named(house, to)
        if person.id == boss.id:
            raise FoundWrongError("Nobody gets their own answer.")
        key = PromptKey(campaign_id=one.campaign_id, round_id=one.id, employee_id=person.id)
        event = Event(
            at=house.clock.now(),
            who=who_runs(),
            what="prompt moved",
            subject=f"{one.campaign_id}/{one.id}/{person.id}",
            reason=f"to {boss.id}: {reason}",
        )
        if not house.store.move(key, boss.id, event):
            raise FoundWrongError(f"{person.id} has no prompt in round {one.id}.")
    say(f"The answer of {person.id} in {one.campaign_id}/{one.id} goes to {boss.id}.")


def unrouted(ctx: typer.Context, campaign: CampaignOption = None, week: NewestOption = None) -> None:
    """List whose answers no supervisor gets, and why."""
    from app.prompting import local_day
    from rules.routing import Unrouted

    with open_house(invocation(ctx)) as house:
        one = round_named(house, campaign, week)
        chosen = campaign_named(house, one.campaign_id)
        asker = house.keeper().asker
        rows, after = [], None
        while page := house.store.prompts_in(one.campaign_id, one.id, after=after, limit=PAGE):
            after = page[-1].employee_id
            alone = [prompt for prompt in page if prompt.supervisor_id is None]
            people = house.store.people_of([prompt.employee_id for prompt in alone])
            for prompt in alone:
                person = people.get(prompt.employee_id)
                found = asker.route(person, local_day(one.opens_at, person, chosen)) if person is not None else None
                why = found.reason if isinstance(found, Unrouted) else "nobody could be reached when they were asked"
                rows.append((prompt.employee_id, prompt.name, prompt.unit, prompt.standing.value, why))
    table(("employee", "name", "unit", "standing", "why"), rows)
