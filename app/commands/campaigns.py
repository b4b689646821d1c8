"""`bulletin campaign …`: the standing questions, those of the configuration and those that are set up here."""

import datetime as dt
from calendar import day_name
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.running import open_house
from app.exits import FoundWrongError
from app.invocation import invocation, who_runs
from app.terminal import YesOption, clean, confirm_count, say, table
from domain.round import GOING_ON, CampaignId

if TYPE_CHECKING:
    from app.wiring import House
    from domain.campaign import Campaign

campaign_app = typer.Typer(help="The standing questions.", no_args_is_help=True)

COMING = 4
RECENT = 60


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.add_typer(campaign_app, name="campaign")


@campaign_app.command("new")
def new(
    ctx: typer.Context,
    campaign: Annotated[str, typer.Argument(metavar="ID", help="A short name. It is never given twice.")],
    once: Annotated[str | None, typer.Option(help="Ask once only, on this day (2026-12-01).")] = None,
    subject: Annotated[str | None, typer.Option(help="Subject of the prompt.")] = None,
    wording: Annotated[str | None, typer.Option(help="Text of the prompt; {deadline} in it is filled in.")] = None,
    weekday: Annotated[str | None, typer.Option(help="Day on which it opens: friday.")] = None,
    time: Annotated[str | None, typer.Option(help="Time of day at which it opens: 09:00.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone of its times: America/New_York.")] = None,
    own_zone: Annotated[bool, typer.Option("--own-zone", help="Ask each employee at that time in their zone.")] = False,
    closes_weekday: Annotated[str | None, typer.Option(help="Day on which it closes: monday.")] = None,
    closes_time: Annotated[str | None, typer.Option(help="Last minute that is on time: 23:59.")] = None,
    closes_after: Annotated[str | None, typer.Option(help="Instead of both: how long it is open, such as 48h.")] = None,
    reminder: Annotated[list[str] | None, typer.Option(help="How long before the close to remind; may repeat.")] = None,
    digest_after: Annotated[str | None, typer.Option(help="How long after the close the digests go out.")] = None,
    locale: Annotated[str | None, typer.Option(help="Language where the roster names none.")] = None,
    country: Annotated[str | None, typer.Option(help="Country whose holidays hold: US.")] = None,
    subdivision: Annotated[str | None, typer.Option(help="State whose holidays hold: VA.")] = None,
    holiday: Annotated[list[str] | None, typer.Option(help="A day off of your own (2026-12-24); may repeat.")] = None,
    on_holiday: Annotated[str | None, typer.Option(help="`skip` a round on a holiday, or `move` it.")] = None,
    first: Annotated[str | None, typer.Option(help="No round before this day.")] = None,
    last: Annotated[str | None, typer.Option(help="No round after this day.")] = None,
    copies_supervisor: Annotated[
        bool, typer.Option("--copies-supervisor", help="Put the supervisor into Reply-To, too.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why, for the ledger.")] = "",
    yes: YesOption = False,
) -> None:
    """Set up a campaign beside those of the configuration. What is not named has the configuration's defaults.

    Example: bulletin campaign new all-hands --once 2026-12-01 --time 10:00 --closes-after 48h
    """
    from domain.campaign import KeptCampaign
    from domain.ledger import Event

    given: dict[str, Any] = {
        "id": campaign,
        "subject": subject,
        "wording": wording,
        "weekday": weekday,
        "time": time,
        "zone": zone,
        "own_zone": own_zone or None,
        "closes_weekday": closes_weekday,
        "closes_time": closes_time,
        "closes_after": closes_after,
        "reminders": tuple(reminder) if reminder else None,
        "digest_after": digest_after,
        "locale": locale,
        "country": country,
        "subdivision": subdivision,
        "holidays": tuple(holiday) if holiday else None,
        "on_holiday": on_holiday,
        "first": first,
        "last": last,
        "copies_supervisor": copies_supervisor or None,
    }
    if once is not None:
        if weekday or first or last:
            raise typer.BadParameter("goes with neither --weekday, --first nor --last.", param_hint="--once")
        given |= {"weekday": _weekday(once), "first": once, "last": once}
    with open_house(invocation(ctx)) as house:
        made = _made(house, {name: value for name, value in given.items() if value is not None})
        if made.id in house.campaigns:
            raise FoundWrongError(f"There is a campaign {made.id} already. `bulletin campaign list` shows them.")
        _show(house, made)
        words = "It asks so many people, as the roster and the policies stand now."
        confirm_count(words, house.keeper().headcount().total, yes=yes)
        now = house.clock.now()
        kept = KeptCampaign(id=made.id, since=now, campaign=made)
        event = Event(at=now, who=who_runs(), what="campaign set up", subject=made.id, reason=reason)
        if not house.store.add_campaign(kept, event):
            raise FoundWrongError(f"The id {made.id} was used before; choose another.")
    say(f"The campaign {made.id} is set up.")


@campaign_app.command("list")
def list_(ctx: typer.Context) -> None:
    """All campaigns: where they come from, since when they are known, and whether they have ended."""
    with open_house(invocation(ctx)) as house:
        campaigns = house.campaigns
        rows = [
            (
                one.id,
                clean(campaigns[one.id].subject),
                "set up here" if one.campaign is not None else "configuration",
                f"{one.since:%F %H:%M}",
                f"ended {one.ended_at:%F %H:%M}" if one.ended_at is not None else "goes on",
            )
            for one in campaigns.kept(house.clock.now())
        ]
    table(("campaign", "subject", "from", "since (UTC)", ""), rows)


@campaign_app.command("show")
def show(ctx: typer.Context, campaign: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """One campaign: its wording, its calendar and its next rounds."""
    with open_house(invocation(ctx)) as house:
        _show(house, _known(house, campaign))


@campaign_app.command("end")
def end(
    ctx: typer.Context,
    campaign: Annotated[str, typer.Argument(metavar="ID")],
    reason: Annotated[str, typer.Option(help="Why, for the ledger.")],
) -> None:
    """Ask nobody any more. Queued prompts and reminders stop; open rounds close in their time, with their digests.

    Who answers late is told once that it has ended. An ended campaign does not begin again: set up another.
    """
    from app.midway import hold_by_policy
    from domain.ledger import Event

    with open_house(invocation(ctx)) as house:
        one = _known(house, campaign)
        now = house.clock.now()
        house.campaigns.kept(now)
        event = Event(at=now, who=who_runs(), what="campaign ended", subject=one.id, reason=reason)
        if not house.store.end_campaign(one.id, now, event):
            raise FoundWrongError(f"The campaign {one.id} has ended before.")
        rounds = house.store.rounds(one.id, phases=GOING_ON, limit=RECENT)
        held = hold_by_policy(house.store, house.book().now(), rounds, ended=(one.id,))
    say(f"Ended. {held} queued mails will not go out.")


def _weekday(day: str) -> str:
    try:
        return f"{dt.date.fromisoformat(day):%A}".lower()
    except ValueError:
        raise typer.BadParameter(f"{day} is no day such as 2026-12-01.", param_hint="--once") from None


def _made(house: "House", given: dict[str, Any]) -> "Campaign":
    from pydantic import ValidationError

    from app.config import complaints
    from app.settings.asking import CampaignSettings
    from app.wiring import campaign_of

    try:
        return campaign_of(CampaignSettings.model_validate(given), house.settings.policy.grace)
    except ValidationError as error:
        raise FoundWrongError("; ".join(complaints(error, "campaigns"))) from None


def _known(house: "House", named: str) -> "Campaign":
    found = house.campaigns.get(CampaignId(named))
    if found is None:
        raise FoundWrongError(f"There is no campaign {named}; there are {', '.join(house.campaigns)}.")
    return found


def _show(house: "House", one: "Campaign") -> None:
    from zoneinfo import ZoneInfo

    from app.settings.quantities import write_duration
    from outbound.calendar import NoOccurrence, after, occurrence, round_id

    say(f"Campaign {one.id}: {clean(one.subject)}")
    say(f"  asks on {day_name[one.weekday - 1]} at {one.time:%H:%M}, {_clocks(one)}")
    close = f"on {day_name[one.closes_weekday - 1]} at {one.closes_time:%H:%M}"
    say(f"  closes {f'{write_duration(one.hours)} after it opened' if one.hours else close}")
    before = ", ".join(f"{write_duration(each)} before the close" for each in one.reminders)
    say(f"  reminds {before or 'nobody'}")
    if one.wording:
        say(f"  wording: {clean(one.wording)}")
    week = one.first or round_id(house.clock.now().astimezone(ZoneInfo(one.zone)).date())
    week = max(week, round_id(house.clock.now().date()))
    rows = []
    for ahead in range(COMING):
        turn = occurrence(one, after(week, ahead))
        if isinstance(turn, NoOccurrence):
            rows.append((turn.round_id, turn.reason, ""))
        else:
            rows.append((turn.round_id, f"{turn.opens_at:%F %H:%M}", f"{turn.closes_at:%F %H:%M}"))
    table(("round", "opens (UTC)", "closes (UTC)"), rows)


def _clocks(one: "Campaign") -> str:
    return (
        f"on each employee's own clock, {one.zone} where none is known"
        if one.own_zone
        else f"on the clocks of {one.zone}"
    )
