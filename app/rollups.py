"""Roll-ups: what the Supervisors of Supervisors are told when a Round closes, and again after grace if it changed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from app.letters import conversation_token
from app.policies import Policies
from app.prompting import Prompter
from domain.campaign import Campaign
from domain.digest import RollUp
from domain.employee import Employee, EmployeeId
from domain.outbox import OutboundMail
from domain.round import Round
from domain.token import keyed_hash
from outbound import rollup

PAGE: Final = 500
MOST_BULLETS: Final = 5000


def queue_roll_ups(
    asker: Prompter,
    secret: bytes,
    campaign: Campaign,
    asked: Round,
    *,
    final: bool,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Queue one for each Supervisor of Supervisors whose Policy wants it; how many were new. Safe to do again."""
    queued = 0
    after: EmployeeId | None = None
    policies = asker.book.now()
    while page := asker.store.upper_supervisors(campaign.id, asked.id, after=after, limit=PAGE):
        after = page[-1]
        people = asker.store.people_of(page)
        told = [one for one in map(people.get, page) if one is not None and one.active]
        mails = tuple(_mails(asker, secret, campaign, asked, told=told, policies=policies, final=final))
        queued += asker.store.enqueue(mails)
        if progress is not None:
            progress(len(page))
    return queued


def roll_up_of(
    asker: Prompter, asked: Round, supervisor: Employee, policies: Policies, *, final: bool = False
) -> RollUp:
    """A Supervisor's roll-up as it stands now."""
    policy = policies.of(supervisor.unit)
    counts = asker.store.counts_below(asked.campaign_id, asked.id, supervisor.id)
    bullets = (
        asker.store.bullets_below(asked.campaign_id, asked.id, supervisor.id, limit=MOST_BULLETS)
        if policy.roll_up_bullets
        else ()
    )
    return RollUp(
        round=asked,
        supervisor=supervisor,
        counts=counts,
        modes={each.unit: policies.of(each.unit).mode for each in counts},
        least=policy.least_group,
        bullets=bullets,
        final=final,
    )


def _told(secret: bytes, found: RollUp, shown: Sequence[rollup.Group]) -> str:
    return keyed_hash(secret, rollup.substance(found, shown))


def _mails(
    asker: Prompter,
    secret: bytes,
    campaign: Campaign,
    asked: Round,
    *,
    told: list[Employee],
    policies: Policies,
    final: bool,
) -> Iterator[OutboundMail]:
    wanted = [one for one in told if policies.of(one.unit).roll_up]
    first = {one.id: rollup.roll_up_key(campaign.id, asked.id, one.id) for one in wanted}
    before = asker.store.substances(first.values()) if final else {}
    for one in wanted:
        found = roll_up_of(asker, asked, one, policies, final=final)
        shown = rollup.groups(found.counts, found.modes, found.least)
        substance = _told(secret, found, shown)
        if not shown or substance == before.get(first[one.id]):
            continue
        token = conversation_token(asker.ring, campaign.id, asked.id, one.id)
        mail = rollup.roll_up_mail(asker.press, found, shown, campaign=campaign, token=token, now=asker.clock.now())
        yield replace(mail, substance=substance)
