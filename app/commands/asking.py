"""`bulletin round …`, `prompt …` and `digest …`: what is asked, of whom, and what supervisors are told."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.running import open_house
from app.commands.watching import show_round
from app.exits import FoundWrongError
from app.forms import Paper
from app.invocation import invocation, who_runs
from app.terminal import YesOption, clean, confirm_count, progress, say, table
from domain.employee import Employee, EmployeeId
from domain.round import GOING_ON, CampaignId, Round, RoundId
from domain.unit import ROOT

if TYPE_CHECKING:
    from app.rounds import Headcount
    from app.wiring import House
    from domain.campaign import Campaign
    from domain.outbox import OutboundMail

round_app = typer.Typer(help="One week's asking.", no_args_is_help=True)
prompt_app = typer.Typer(help="The question as one employee gets it.", no_args_is_help=True)
digest_app = typer.Typer(help="What a supervisor is told.", no_args_is_help=True)

PAGE = 500
MOST_ROUNDS = 10_000

CampaignOption = Annotated[str | None, typer.Option("--campaign", help="Id of the campaign, where there are several.")]
WeekOption = Annotated[str | None, typer.Option("--week", help="ISO week such as 2026-W48. Default: this week.")]
NewestOption = Annotated[
    str | None, typer.Option("--week", help="ISO week such as 2026-W48. Default: that of the newest round.")
]
RawOption = Annotated[bool, typer.Option("--raw", help="The whole mail as it would be sent.")]


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.add_typer(round_app, name="round")
    app.add_typer(prompt_app, name="prompt")
    app.add_typer(digest_app, name="digest")


@round_app.command("preview")
def preview(ctx: typer.Context, campaign: CampaignOption = None, week: WeekOption = None) -> None:
    """Say when a round would open, when it closes, in whose zone, and how many people of which units it would ask."""
    with open_house(invocation(ctx)) as house:
        chosen = campaign_named(house, campaign)
        new = _planned(house, chosen, week, now=None)
        _show_plan(new, house.keeper().headcount())
        _show_zones(house, chosen, new)


@round_app.command("open")
def open_(
    ctx: typer.Context,
    campaign: CampaignOption = None,
    week: WeekOption = None,
    yes: YesOption = False,
) -> None:
    """Ask everybody now. It says first how many people of which units that is, and wants to hear the number.

    Safe to run again after an interruption: nobody is asked twice.

    Example: bulletin round open --week 2026-W48
    """
    from app.codes import tell_codes_at_opening

    with open_house(invocation(ctx)) as house:
        chosen = campaign_named(house, campaign)
        keeper = house.keeper()
        counted = keeper.headcount()
        new = _planned(house, chosen, week, now=house.clock.now())
        _show_plan(new, counted)
        if not counted.total:
            raise FoundWrongError("Nobody would be asked: see `bulletin roster show` and `bulletin policy show`.")
        confirm_count("This asks them now.", counted.total, yes=yes)
        with progress("Asking", counted.total) as advance:
            done = 0

            def told(count: int) -> None:
                nonlocal done
                done += count
                advance(done)

            codes = tell_codes_at_opening(keeper.asker, chosen, new, lambda _: None)
            opened = keeper.open(chosen, new, who=who_runs(), progress=told)
        if codes:
            say(f"Supervisors who had not heard the week's code yet, and get it first: {codes}.")
        say(f"Round {opened.campaign_id}/{opened.id} is {opened.phase.value}. `bulletin status` shows how it goes.")


@round_app.command("list")
def list_(ctx: typer.Context, limit: Annotated[int, typer.Option(help="At most so many.")] = 20) -> None:
    """The rounds, newest first."""
    from app.status import RoundStatus

    with open_house(invocation(ctx)) as house:
        rows = []
        for each in house.store.rounds(limit=limit):
            told = RoundStatus(round=each, counts=house.store.counts(each.campaign_id, each.id))
            opens, closes = f"{each.opens_at:%F %H:%M}", f"{each.closes_at:%F %H:%M}"
            rows.append((each.campaign_id, each.id, each.phase.value, opens, closes, str(told.asked)))
    table(("campaign", "round", "phase", "opens (UTC)", "closes (UTC)", "asked"), rows)


@round_app.command("show")
def show(ctx: typer.Context, campaign: CampaignOption = None, week: NewestOption = None) -> None:
    """One round: when, its code, and how many prompts stand where in each unit. Default: the newest."""
    from app.status import RoundStatus

    with open_house(invocation(ctx)) as house:
        one = round_named(house, campaign, week)
        show_round(RoundStatus(round=one, counts=house.store.counts(one.campaign_id, one.id)))
        say(f"code {one.code}, late answers until {one.final_at:%F %H:%M} UTC")


@prompt_app.command("preview")
def prompt_preview(
    ctx: typer.Context,
    employee: Annotated[str, typer.Argument(help="An employee id or an address.")],
    campaign: CampaignOption = None,
    week: WeekOption = None,
    raw: RawOption = False,
) -> None:
    """Show the mail that one employee would get. Nothing is sent.

    Example: bulletin prompt preview E17
    """
    with open_house(invocation(ctx)) as house:
        chosen = campaign_named(house, campaign)
        new = _planned(house, chosen, week, now=None)
        mail = house.keeper().prompt_preview(chosen, new, person_named(house, employee))
        if isinstance(mail, str):
            raise FoundWrongError(f"They would not be asked: {mail}.")
        _show_mail(mail, raw=raw)


@digest_app.command("preview")
def digest_preview(
    ctx: typer.Context,
    supervisor: Annotated[str, typer.Argument(help="A supervisor's employee id or address.")],
    campaign: CampaignOption = None,
    week: NewestOption = None,
    raw: RawOption = False,
    form: Annotated[
        Paper | None, typer.Option("--format", help="Only the digest itself, to put into a report of your own.")
    ] = None,
) -> None:
    """Show a supervisor's digest as it stands now. Nothing is sent.

    Example: bulletin digest preview E17 --format md > report.md
    """
    from app.paper import on_paper

    with open_house(invocation(ctx)) as house:
        one = round_named(house, campaign, week)
        keeper = house.keeper()
        found = keeper.digest_of(one, person_named(house, supervisor))
        if not found.rows:
            raise FoundWrongError(f"Nobody who was asked in {one.id} reports to them.")
        asked = campaign_named(house, one.campaign_id)
        mail = keeper.digest_mail(asked, found)
        if form is None:
            _show_mail(mail, raw=raw)
            return
        locale = keeper.press.locale(found.supervisor.locale or asked.locale)
        out = typer.get_binary_stream("stdout")
        out.write(on_paper(form, mail, found, locale))
        out.flush()


@digest_app.command("send")
def digest_send(
    ctx: typer.Context,
    supervisor: Annotated[str | None, typer.Argument(help="A supervisor's id or address. Default: all.")] = None,
    campaign: CampaignOption = None,
    week: NewestOption = None,
    yes: YesOption = False,
) -> None:
    """Queue digests now, before the round closes. Nobody gets the digest of a round twice."""
    with open_house(invocation(ctx)) as house:
        one = round_named(house, campaign, week)
        asked = campaign_named(house, one.campaign_id)
        keeper = house.keeper()
        chosen = [person_named(house, supervisor)] if supervisor else list(_supervisors(house, one))
        confirm_count(f"This sends the digests of {one.id} as they stand now.", len(chosen), yes=yes)
        queued = 0
        for start in range(0, len(chosen), PAGE):
            found = [keeper.digest_of(one, each) for each in chosen[start : start + PAGE]]
            queued += house.store.enqueue([keeper.digest_mail(asked, each) for each in found if each.rows])
    say(f"{queued} queued; {len(chosen) - queued} had theirs before or have nobody.")


def _supervisors(house: "House", one: Round) -> Iterator[Employee]:
    after: EmployeeId | None = None
    while page := house.store.supervisors(one.campaign_id, one.id, after=after, limit=PAGE):
        after = page[-1]
        yield from (found for found in map(house.store.employee, page) if found is not None)


def campaign_named(house: "House", named: str | None) -> "Campaign":
    """The Campaign of that id, or the only one."""
    campaigns = house.campaigns
    if named is None and len(campaigns) == 1:
        return next(iter(campaigns.values()))
    found = campaigns.get(CampaignId(named)) if named is not None else None
    if found is None:
        what = f"There is no campaign {named}" if named is not None else "Name a campaign with --campaign"
        raise FoundWrongError(f"{what}; there are {', '.join(campaigns)}.")
    return found


def _planned(house: "House", campaign: "Campaign", week: str | None, *, now: datetime | None) -> Round:
    """The Round of a week, as the calendar has it; opened at `now` where that is earlier."""
    from dataclasses import replace
    from zoneinfo import ZoneInfo

    from app.schedule import new_round
    from outbound.calendar import NoOccurrence, occurrence, round_id, week_day

    this_week = round_id(house.clock.now().astimezone(ZoneInfo(campaign.zone)).date())
    try:
        wanted = round_id(week_day(RoundId(week), 1)) if week else this_week
    except ValueError:
        raise FoundWrongError(f"{week} is no ISO week such as {this_week}.") from None
    turn = occurrence(campaign, wanted)
    if isinstance(turn, NoOccurrence):
        raise FoundWrongError(f"The campaign {campaign.id} does not ask in {wanted}: {turn.reason}.")
    if now is not None and turn.closes_at <= now:
        raise FoundWrongError(f"{wanted} closed on {turn.closes_at:%F %H:%M} UTC. Name a later week with --week.")
    planned = new_round(house.keeper(), campaign, turn)
    return planned if now is None else replace(planned, opens_at=min(now, planned.opens_at))


def round_named(house: "House", campaign: str | None, week: str | None) -> Round:
    """A Round that exists: of that week, or the newest one that goes on, or the newest.

    Raises FoundWrongError where there is none, or Rounds of several Campaigns may be meant.
    """
    one = CampaignId(campaign) if campaign else None
    found = house.store.rounds(one, limit=MOST_ROUNDS)
    meant = [each for each in found if week is None or each.id == week]
    meant = [each for each in meant if each.phase in GOING_ON] or meant
    if not meant:
        raise FoundWrongError(f"There is no round {week or ''}".rstrip() + ". `bulletin round list` shows them.")
    several = sorted({each.campaign_id for each in meant if each.phase in GOING_ON or week is not None})
    if len(several) > 1:
        raise FoundWrongError(f"Name a campaign with --campaign; there are rounds of {', '.join(several)}.")
    return meant[0]


def person_named(house: "House", named: str) -> Employee:
    """Somebody by id or address."""
    found = house.store.employee(EmployeeId(named))
    people = (found,) if found else house.store.employees_at(named)
    if not people:
        raise FoundWrongError(f"Nobody in the roster has the id or address {named}.")
    return people[0]


def _show_plan(new: Round, counted: "Headcount") -> None:
    say(f"Round {new.campaign_id}/{new.id}: opens {new.opens_at:%F %H:%M}, closes {new.closes_at:%F %H:%M} UTC")
    rows = [(unit or "(top)", str(count)) for unit, count in sorted(counted.asked.items())]
    table(("unit", "asked"), [*rows, ("all", str(counted.total))])
    for why, count in counted.not_asked.items():
        say(f"not asked: {count}, because {why}")


def _show_zones(house: "House", campaign: "Campaign", new: Round) -> None:
    """When the Prompts go out on whose clocks."""
    from collections import Counter

    from app.rounds import PAGE as PEOPLE
    from outbound.calendar import Occurrence, occurrence

    if not campaign.own_zone:
        say(f"all on the clocks of {campaign.zone}")
        return
    zones: Counter[str] = Counter()
    after: EmployeeId | None = None
    while page := house.store.employees(ROOT, after=after, limit=PEOPLE):
        after = page[-1].id
        zones.update(one.time_zone or campaign.zone for one in page)
    rows = []
    for zone, count in zones.most_common():
        turn = occurrence(campaign, new.id, zone)
        if isinstance(turn, Occurrence):
            rows.append((zone, str(count), f"{turn.opens_at:%F %H:%M}", f"{turn.closes_at:%F %H:%M}"))
    table(("zone", "people", "opens (UTC)", "closes (UTC)"), rows)


def _show_mail(mail: "OutboundMail", *, raw: bool) -> None:
    from email import message_from_bytes, policy

    if raw:
        out = typer.get_binary_stream("stdout")
        out.write(mail.content)
        out.flush()
        return
    from outbound.digest import bare

    parsed = message_from_bytes(mail.content, policy=policy.default)
    for name in ("From", "To", "Reply-To", "Subject"):
        say(clean(f"{name}: {parsed.get(name, '')}"))
    body = parsed.get_body(preferencelist=("plain",))
    say()
    say(clean(bare(str(body.get_content()).replace("\r\n", "\n"))) if body is not None else "")
