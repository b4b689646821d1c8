"""Roll-ups: what the Supervisors of Supervisors are told when a Round closes, and again after grace if it changed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from app.letters import conversation_token
from app.policies import Policies
from app.prompting import Prompter
from domain.campaign import Campaign
from domain.digest import Branch, RollUp, UnitCount
from domain.employee import Employee, EmployeeId
from domain.outbox import OutboundMail
from domain.ports import Store
from domain.round import Round
from domain.standing import Standing
from domain.token import keyed_hash
from domain.unit import UnitPath
from outbound import rollup

PAGE: Final = 500
MOST_BULLETS: Final = 5000

_Sum = Counter[tuple[UnitPath, Standing]]


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
    sums = Sums(store=asker.store, asked=asked, progress=progress)
    while page := asker.store.upper_supervisors(campaign.id, asked.id, after=after, limit=PAGE):
        after = page[-1]
        people = asker.store.people_of(page)
        told = [one for one in map(people.get, page) if one is not None and one.active]
        mails = tuple(
            _mails(asker, secret, campaign, asked, told=told, policies=policies, final=final, counts_below=sums.below)
        )
        queued += asker.store.enqueue(mails)
        if progress is not None:
            progress(len(page))
    return queued


class Sums:
    """How those stand below each Supervisor of a Round, added up from below when first asked for.

    A walk down from each of them would read everybody once for every level above them.
    """

    def __init__(self, *, store: Store, asked: Round, progress: Callable[[int], None] | None = None) -> None:
        """Nothing is read yet. `progress` is told of each page that is read, with 0."""
        self._store = store
        self._asked = asked
        self._progress = progress
        self._sums: dict[EmployeeId, _Sum] | None = None

    def below(self, supervisor_id: EmployeeId) -> tuple[UnitCount, ...]:
        """By Unit and Standing; not those who report directly."""
        if self._sums is None:
            self._sums = self._added_up()
        sums = self._sums.get(supervisor_id)
        if sums is None:
            # Moves have made a circle here, or somebody came under this Supervisor since.
            return self._store.counts_below(self._asked.campaign_id, self._asked.id, supervisor_id)
        return tuple(UnitCount(unit=unit, standing=at, count=n) for (unit, at), n in sorted(sums.items()))

    def _branches(self) -> Iterator[Branch]:
        after: EmployeeId | None = None
        while page := self._store.branches(self._asked.campaign_id, self._asked.id, after=after, limit=PAGE):
            after = page[-1].supervisor_id
            yield from page
            if self._progress is not None:
                self._progress(0)

    def _added_up(self) -> dict[EmployeeId, _Sum]:
        branches = {each.supervisor_id: each for each in self._branches()}
        waiting = Counter(each.above for each in branches.values())
        ready = [each for each in branches if not waiting[each]]
        sums: defaultdict[EmployeeId, _Sum] = defaultdict(Counter)
        while ready:
            branch = branches.pop(ready.pop())
            if branch.above is None:
                continue
            above = sums[branch.above]
            above.update({(each.unit, each.standing): each.count for each in branch.counts})
            above.update(sums.get(branch.supervisor_id, {}))
            waiting[branch.above] -= 1
            if not waiting[branch.above] and branch.above in branches:
                ready.append(branch.above)
        # Whoever is left stands in a circle and was never ready.
        return {each: theirs for each, theirs in sums.items() if each not in branches}


def roll_up_of(
    asker: Prompter,
    asked: Round,
    supervisor: Employee,
    policies: Policies,
    *,
    final: bool,
    counts: tuple[UnitCount, ...],
) -> RollUp:
    """A Supervisor's roll-up with these counts of those below."""
    policy = policies.of(supervisor.unit)
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
    counts_below: Callable[[EmployeeId], tuple[UnitCount, ...]],
) -> Iterator[OutboundMail]:
    wanted = [one for one in told if policies.of(one.unit).roll_up]
    first = {one.id: rollup.roll_up_key(campaign.id, asked.id, one.id) for one in wanted}
    before = asker.store.substances(first.values()) if final else {}
    for one in wanted:
        found = roll_up_of(asker, asked, one, policies, final=final, counts=counts_below(one.id))
        shown = rollup.groups(found.counts, found.modes, found.least)
        substance = _told(secret, found, shown)
        if not shown or substance == before.get(first[one.id]):
            continue
        token = conversation_token(asker.ring, campaign.id, asked.id, one.id)
        mail = rollup.roll_up_mail(asker.press, found, shown, campaign=campaign, token=token, now=asker.clock.now())
        yield replace(mail, substance=substance)
