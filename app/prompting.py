"""Prompts in the making: who is asked in a Round, until when, whose copy the answer is, and the mail that asks.

The law: what a Prompt says of a person is a snapshot, taken once; only a recorded step changes it afterwards.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.policies import Policies, PolicyBook, exempted
from domain.campaign import Campaign
from domain.employee import Employee, EmployeeId
from domain.leave import Leave
from domain.ledger import Event
from domain.outbox import OutboundMail
from domain.ports import Clock, Store
from domain.round import Prompt, Round
from domain.standing import Standing
from domain.token import KeyRing, message_id, mint
from outbound import compose
from outbound.headers import AddressError
from outbound.press import Press
from outbound.window import window_of
from rules.routing import Routed, Unrouted, route

MOST_REMEMBERED: Final = 250_000
"""All Supervisors of 2.3 million, in some 100 MB: read anew for each page they would cost as much as everybody else."""

UNREACHED: Final = "the address does not exist; nothing was sent"
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What must be known around a page of people. `dead` are those of it whose addresses do not exist."""

    policies: Policies
    dead: frozenset[EmployeeId] = frozenset()
    leave: Mapping[EmployeeId, tuple[Leave, ...]] = field(default_factory=dict)
    acting: Mapping[EmployeeId, EmployeeId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompter:
    """Makes Prompts and their mails, for one thread. `people` and `unreachable` remember Supervisors for a while."""

    store: Store
    press: Press
    ring: KeyRing
    book: PolicyBook
    clock: Clock
    people: dict[EmployeeId, Employee | None] = field(default_factory=dict, compare=False, repr=False)
    unreachable: set[EmployeeId] = field(default_factory=set, compare=False, repr=False)

    def forget(self) -> None:
        """Begin a step with what the Store says now."""
        self.people.clear()
        self.unreachable.clear()

    def page(
        self, campaign: Campaign, asked: Round, page: Collection[Employee], policies: Policies
    ) -> tuple[tuple[Prompt, ...], tuple[OutboundMail, ...]]:
        """The Prompts of a page of people, and the mails of those who are asked."""
        around = self.around(campaign, asked, page, policies)
        prompts = tuple(self.prompt(campaign, asked, one, around) for one in page)
        return prompts, tuple(self.mails(campaign, asked, zip(page, prompts, strict=True), policies))

    def around(self, campaign: Campaign, asked: Round, page: Collection[Employee], policies: Policies) -> Surroundings:
        """Ask the Store once for the page what each of its people needs."""
        today = asked.opens_at.astimezone(ZoneInfo(campaign.zone)).date()
        acting = self.store.acting(today)
        self._remember(page, acting, policies)
        return Surroundings(
            policies=policies,
            dead=self._dead(page, policies),
            leave=self.store.leave_of([one.id for one in page], until_after=today - _DAY),
            acting=acting,
        )

    def prompt(self, campaign: Campaign, asked: Round, employee: Employee, around: Surroundings) -> Prompt:
        """The snapshot of one person."""
        policy = around.policies.of(employee.unit)
        today = local_day(asked.opens_at, employee, campaign)
        leave = tuple(one for one in around.leave.get(employee.id, ()) if one.first <= today < one.back_on)
        back_on = max((one.back_on for one in leave), default=employee.away_until)
        why = exempted(policy, employee, today)
        if why is not None:
            standing, reason = Standing.EXEMPT, why
        elif employee.id in around.dead:
            standing, reason = Standing.UNDELIVERABLE, UNREACHED
        elif back_on is not None and back_on > today:
            standing, reason = Standing.AWAY, f"back on {back_on.isoformat()}"
        else:
            standing, reason = Standing.AWAITING, ""
        routed = self.route(employee, today, around.acting)
        token = mint(self.ring, campaign.id, asked.id, employee.id)
        return Prompt(
            campaign_id=campaign.id,
            round_id=asked.id,
            employee_id=employee.id,
            name=employee.name,
            address=employee.address,
            unit=employee.unit,
            supervisor_id=routed.supervisor.id if isinstance(routed, Routed) else None,
            token=token,
            message_id=message_id(token, self.press.letterhead.host),
            window=window_of(campaign, asked, employee, policy, leave=leave),
            standing=standing,
            reason=reason,
        )

    def route(
        self, employee: Employee, today: date, acting: Mapping[EmployeeId, EmployeeId] | None = None
    ) -> Routed | Unrouted:
        """Who gets this person's answer at `today`."""
        return route(employee, self.person, today=today, unreachable=self.unreachable, acting=acting)

    def mails(
        self, campaign: Campaign, asked: Round, asked_of: Iterable[tuple[Employee, Prompt]], policies: Policies
    ) -> Iterator[OutboundMail]:
        """The mails of those who are asked. One that waits for a return goes out on the morning of the first day back."""
        now = self.clock.now()
        for employee, prompt in asked_of:
            if prompt.standing not in {Standing.AWAITING, Standing.AWAY}:
                continue
            question = self.question(campaign, asked, employee, prompt, policies=policies)
            try:
                mail = compose.prompt(self.press, question, now=now, not_before=max(now, prompt.window.opens_at))
            except AddressError:
                # The import refuses such addresses; one that slipped in must not stop the other two million.
                self.tell("bulletin", "address cannot be written", asked, employee.id)
            else:
                window = question.policy.window
                yield mail if window is None else replace(mail, window=window)

    def question(
        self,
        campaign: Campaign,
        asked: Round,
        employee: Employee,
        prompt: Prompt,
        *,
        policies: Policies,
        said: str = "",
    ) -> compose.Question:
        """One Prompt to be put into words."""
        boss = self.person(prompt.supervisor_id) if prompt.supervisor_id is not None else None
        return compose.Question(
            campaign=campaign,
            asked=prompt,
            employee=employee,
            policy=policies.of(prompt.unit),
            supervisor=boss,
            code=asked.code,
            said=said,
        )

    def person(self, employee_id: EmployeeId) -> Employee | None:
        """Somebody who is or was in the Roster, remembered for the next of their people."""
        if employee_id not in self.people:
            if len(self.people) >= MOST_REMEMBERED:
                self.forget()
            self.people[employee_id] = self.store.employee(employee_id)
        return self.people[employee_id]

    def tell(self, who: str, what: str, asked: Round, why: str = "") -> None:
        """Write into the Ledger what was done with a Round."""
        subject = f"{asked.campaign_id}/{asked.id}"
        self.store.write_event(Event(at=self.clock.now(), who=who, what=what, subject=subject, reason=why))

    def _remember(
        self, page: Collection[Employee], acting: Mapping[EmployeeId, EmployeeId], policies: Policies
    ) -> None:
        """Everybody above these people, level by level, and who of them mail does not reach."""
        if len(self.people) >= MOST_REMEMBERED:
            self.forget()
        wanted = self._above(page, acting)
        while wanted:
            found = self.store.people_of(wanted)
            self.people.update({each: found.get(each) for each in wanted})
            self.unreachable.update(self._dead(found.values(), policies))
            wanted = self._above(found.values(), acting)

    def _above(self, people: Iterable[Employee], acting: Mapping[EmployeeId, EmployeeId]) -> set[EmployeeId]:
        named = {each for one in people for each in (one.supervisor_id, one.acting) if each is not None}
        return {each for each in (*named, *(acting[one] for one in named & acting.keys())) if each not in self.people}

    def _dead(self, page: Iterable[Employee], policies: Policies) -> frozenset[EmployeeId]:
        """Those of a page whose address was not there in as many Rounds in a row as their Unit's Policy says."""
        by_rounds: dict[int, list[EmployeeId]] = {}
        for one in page:
            by_rounds.setdefault(policies.of(one.unit).dead_after_rounds, []).append(one.id)
        found = (
            self.store.dead_addresses(ids, rounds=rounds) for rounds, ids in sorted(by_rounds.items()) if rounds > 0
        )
        return frozenset().union(*found)


def local_day(at: datetime, employee: Employee, campaign: Campaign) -> date:
    """The date on this person's clock."""
    return at.astimezone(ZoneInfo(employee.time_zone or campaign.zone)).date()
