"""What changes a Round in its course: a Policy that changed, a correction, leave that begins, people who return.

The law: mail that must not go is stopped before anything else is done; each step may be done again by any process.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.policies import Policies, exemption
from app.prompting import Prompter, local_day
from app.rounds import PAGE, Progress
from domain.campaign import Campaign
from domain.employee import Employee, EmployeeId
from domain.leave import Leave, PersonLeave
from domain.ledger import AwayNote, Event, PromptKey, StandingChange
from domain.policy import Mode, Policy
from domain.ports import Store
from domain.round import GOING_ON, CampaignId, Phase, Prompt, Round
from domain.standing import Standing
from domain.unit import ROOT, UnitPath
from outbound import compose
from outbound.window import back_at

UNASKED = frozenset(exemption(Policy(mode=mode), "") for mode in Mode if not mode.asks)
"""Why people of a Unit that does not ask stand `exempt`: they are asked again when it does."""

OVERTAKEN = "away until after a newer round had opened"
UNDER_WAY = GOING_ON - {Phase.CLOSED}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a changed Policy changed in one Round: Prompts let off, asked after all, and corrections queued."""

    let_off: int = 0
    asked: int = 0
    corrected: int = 0


def hold_by_policy(
    store: Store, policies: Policies, rounds: Iterable[Round], ended: Collection[CampaignId] = ()
) -> int:
    """Hold what is queued where nobody is asked now, and let go what was held elsewhere; how many mails."""
    moved = 0
    for asked in rounds:
        stopped = asked.phase is Phase.PAUSED or asked.campaign_id in ended
        units = [ROOT] if stopped else sorted({ROOT, *policies.changes}, key=lambda unit: (unit.count("/"), unit))
        # From the top down: a Unit below that says otherwise has the last word.
        for unit in units:
            hold = stopped or not policies.of(unit).mode.asks
            moved += store.hold(unit, campaign_id=asked.campaign_id, round_id=asked.id, hold=hold)
    return moved


def follow(
    asker: Prompter, campaign: Campaign, asked: Round, unit: UnitPath, *, progress: Progress | None = None
) -> Followed:
    """Bring a Round that is under way in line with the Policies of a Unit and those below it.

    1. Hold the mail of those who are not asked now, and let go that of those who are.
    2. Let those off who were awaited.
    3. Ask those who had been let off because of their Unit.
    """
    asker.forget()
    policies = asker.book.now()
    hold_by_policy(asker.store, policies, (asked,))
    if asked.phase not in UNDER_WAY:
        return Followed()
    let_off = asked_after_all = 0
    for page in _pages(asker.store, asked, unit, {Standing.AWAITING, Standing.NEEDS_FIX, Standing.EXEMPT}):
        off = [_let_off(one, policies) for one in page if one.standing is not Standing.EXEMPT]
        changes = [one for one in off if one is not None]
        asker.store.set_standings(changes, by_hand=True)
        let_off += len(changes)
        if asked.closes_at > asker.clock.now():
            asked_after_all += _ask(asker, campaign, asked, page, policies)
        if progress is not None:
            progress(len(page))
    return Followed(let_off=let_off, asked=asked_after_all)


def correct(
    asker: Prompter,
    campaign: Campaign,
    asked: Round,
    unit: UnitPath,
    *,
    occasion: str,
    said: str = "",
    mode: Mode | None = None,
) -> int:
    """Tell those of a Unit and below whose Prompt has gone out what holds now; how many. Once for each `occasion`.

    `mode` is what holds for this Round alone, whatever the Policy says.
    """
    policies = asker.book.now()
    queued = 0
    for page in _pages(asker.store, asked, unit, frozenset(Standing) - {Standing.UNDELIVERABLE}):
        people = asker.store.people_of([one.employee_id for one in page])
        sent = [each for each in page if each.employee_id in people and _went_out(asker.store, each)]
        now = asker.clock.now()
        questions = [
            asker.question(campaign, asked, people[each.employee_id], each, policies=policies, said=said)
            for each in sent
        ]
        if mode is not None:
            questions = [replace(each, policy=replace(each.policy, mode=mode)) for each in questions]
        mails = tuple(compose.correction(asker.press, each, occasion=occasion, now=now) for each in questions)
        queued += asker.store.enqueue(mails)
    return queued


def leave_begins(store: Store, campaigns: Mapping[CampaignId, Campaign], now: datetime, who: str) -> int:
    """Set those away whose leave covers today, and their open Windows with them; how many."""
    zone = next((each.zone for each in campaigns.values()), "UTC")
    done = 0
    while page := store.leave_begun(now.date(), limit=PAGE):
        people = store.people_of([one.employee_id for one in page])
        for one in page:
            store.note_away(_note(one, people.get(one.employee_id), zone), _away_event(one, now, who))
            done += 1
    return done


def returns(asker: Prompter, campaigns: Mapping[CampaignId, Campaign], now: datetime) -> int:
    """Those whose Windows have opened again are awaited; how many.

    Who is on other leave by now stays away. Where a newer Round has asked them, this one lets them off: nobody comes
    back from half a year's leave to twenty-six questions. So does a Unit that asks nobody now, until it asks again.
    """
    store, back, policies = asker.store, 0, asker.book.now()
    while page := store.returning(now, limit=PAGE):
        ids = [one.employee_id for one in page]
        people, leave = store.people_of(ids), store.leave_of(ids, until_after=now.date() - _DAY)
        changes: list[StandingChange] = []
        for prompt in page:
            campaign, employee = campaigns.get(prompt.campaign_id), people.get(prompt.employee_id)
            later = _other_leave(employee, leave.get(prompt.employee_id, ()), campaign, now)
            if later is not None and employee is not None and _goes_on(store, prompt):
                event = _away_event(later, now, "scheduler")
                store.note_away(_note(later, employee, campaign.zone if campaign is not None else "UTC"), event)
                continue
            newest = store.latest_prompt(prompt.employee_id)
            overtaken = later is not None or (newest is not None and _newer(newest, prompt))
            unasked = None if overtaken else _let_off(prompt, policies)
            standing = Standing.EXEMPT if overtaken else Standing.AWAITING
            changes.append(
                unasked or StandingChange(prompt=_key(prompt), standing=standing, reason=OVERTAKEN if overtaken else "")
            )
        store.set_standings(changes)
        back += sum(change.standing is Standing.AWAITING for change in changes)
    return back


def _pages(store: Store, asked: Round, unit: UnitPath, standings: Collection[Standing]) -> Iterable[tuple[Prompt, ...]]:
    after: EmployeeId | None = None
    while page := store.prompts_in(asked.campaign_id, asked.id, unit, standings=standings, after=after, limit=PAGE):
        after = page[-1].employee_id
        yield page


def _let_off(prompt: Prompt, policies: Policies) -> StandingChange | None:
    policy = policies.of(prompt.unit)
    if policy.mode.asks:
        return None
    return StandingChange(prompt=_key(prompt), standing=Standing.EXEMPT, reason=exemption(policy, "") or "")


def _ask(asker: Prompter, campaign: Campaign, asked: Round, page: Iterable[Prompt], policies: Policies) -> int:
    """Ask those of a page who stood `exempt` because of their Unit, where it asks now."""
    wanted = {
        one.employee_id: one
        for one in page
        if one.standing is Standing.EXEMPT and one.reason in UNASKED and policies.of(one.unit).mode.asks
        if not asked.has_closed(one.unit)
    }
    people = [one for one in asker.store.people_of(wanted).values() if one.active]
    prompts, _ = asker.page(campaign, asked, people, policies)
    changed = [new for new in prompts if new.standing in {Standing.AWAITING, Standing.AWAY}]
    asker.store.set_standings(
        [StandingChange(prompt=_key(one), standing=one.standing, reason=one.reason) for one in changed]
    )
    # Unit and Supervisor are those of the snapshot.
    kept = {one.employee_id for one in changed}
    known = {one.id: one for one in people}
    pairs = [(known[each], replace(wanted[each], standing=Standing.AWAITING)) for each in sorted(kept)]
    asker.store.enqueue(tuple(asker.mails(campaign, asked, pairs, policies)))
    return len(changed)


def _went_out(store: Store, prompt: Prompt) -> bool:
    """Whether the question was sent: what goes out later, if anything, says what holds then."""
    found = store.mail_by_key(compose.prompt_key(prompt))
    return found is not None and not found[1].content


def _other_leave(
    employee: Employee | None, leave: Iterable[Leave], campaign: Campaign | None, now: datetime
) -> PersonLeave | None:
    """Leave that somebody is on, whatever their Prompt says."""
    if employee is None or campaign is None:
        return None
    today = local_day(now, employee, campaign)
    back = [one.back_on for one in leave if one.first <= today < one.back_on]
    back += [employee.away_until] if employee.away_until is not None and employee.away_until > today else []
    if not back:
        return None
    return PersonLeave(employee_id=employee.id, leave=Leave(first=today, back_on=max(back)))


def _note(one: PersonLeave, employee: Employee | None, zone: str) -> AwayNote:
    there = (employee.time_zone if employee is not None else None) or zone
    back_on = one.leave.back_on
    return AwayNote(
        employee_id=one.employee_id,
        back_on=back_on,
        back_at=back_at(back_on, there),
        reason=f"back on {back_on.isoformat()}",
    )


def _away_event(one: PersonLeave, now: datetime, who: str) -> Event:
    reason = f"leave until {one.leave.back_on.isoformat()}"
    return Event(at=now, who=who, what="set away", subject=one.employee_id, reason=reason)


def _goes_on(store: Store, prompt: Prompt) -> bool:
    asked = store.round(prompt.campaign_id, prompt.round_id)
    return asked is not None and asked.phase in GOING_ON


def _newer(newest: Prompt, prompt: Prompt) -> bool:
    return newest.campaign_id == prompt.campaign_id and newest.round_id > prompt.round_id


def _key(prompt: Prompt) -> PromptKey:
    return PromptKey(campaign_id=prompt.campaign_id, round_id=prompt.round_id, employee_id=prompt.employee_id)
