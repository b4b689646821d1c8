"""Rounds: opening one, reminding, closing it and telling the Supervisors.

The law: each step may be interrupted anywhere and done again by any process. What was written stays written once,
because a Prompt is unique in its Round and a mail is unique by its key; a phase changes only when its step is done.
"""

import base64
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.letters import conversation_token
from app.policies import Policies, PolicyBook
from domain.campaign import Campaign
from domain.digest import Digest
from domain.employee import Employee, EmployeeId
from domain.ledger import Event
from domain.outbox import OutboundMail
from domain.policy import Mode, Policy
from domain.ports import Clock, Store
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing
from domain.token import KeyRing, keyed_hash, message_id, mint
from domain.unit import ROOT, UnitPath
from outbound import compose, digest
from outbound.headers import AddressError
from outbound.press import Press
from outbound.window import window_of
from rules.routing import Routed, route

PAGE: Final = 1000
MOST_REMEMBERED: Final = 50_000
UNREACHED: Final = "the address does not exist; nothing was sent"

Progress = Callable[[int], None]
"""Told how many more are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """Who an opening would ask: `asked` by Unit, and `not_asked` by reason."""

    asked: dict[UnitPath, int]
    not_asked: dict[str, int]

    @property
    def total(self) -> int:
        """How many people would get a Prompt by mail."""
        return sum(self.asked.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundKeeper:
    """Opens, reminds and closes. One keeper serves one thread, as its Press does."""

    store: Store
    press: Press
    ring: KeyRing
    book: PolicyBook
    clock: Clock
    hash_secret: bytes
    people: dict[EmployeeId, Employee | None] = field(default_factory=dict, compare=False, repr=False)

    def code(self, campaign_id: CampaignId, round_id: RoundId) -> str:
        """The Round's short code: the same for Supervisors and Employees, unknown to anybody else beforehand."""
        digits = bytes.fromhex(keyed_hash(self.hash_secret, f"code/{campaign_id}/{round_id}".encode()))
        letters = base64.b32encode(digits).decode("ascii")
        return f"{letters[:2]}-{letters[2:4]}"

    def headcount(self) -> Headcount:
        """Whom an opening at this moment would ask, from counts by Unit and category."""
        policies = self.book.now()
        asked: dict[UnitPath, int] = {}
        not_asked: dict[str, int] = {}
        for unit, category, count in self.store.head_counts():
            why = exemption(policies.of(unit), category)
            if why is None:
                asked[unit] = asked.get(unit, 0) + count
            else:
                not_asked[why] = not_asked.get(why, 0) + count
        return Headcount(asked=asked, not_asked=not_asked)

    def open(self, campaign: Campaign, new: Round, *, who: str, progress: Progress | None = None) -> Round:
        """Ask everybody. Safe to call again after an interruption: it goes on where it stopped."""
        asked = self.store.ensure_round(new)
        if asked.phase is not Phase.OPENING:
            return asked
        policies = self.book.now()
        after = asked.expanded_upto
        while page := self.store.employees(ROOT, after=after, limit=PAGE):
            after = page[-1].id
            dead = self._dead(page, policies)
            prompts = tuple(self._prompt(campaign, asked, one, policies, dead=one.id in dead) for one in page)
            mails = tuple(self._mails(campaign, asked, zip(page, prompts, strict=True), policies))
            self.store.expand(campaign.id, asked.id, prompts, mails, upto=after)
            if progress is not None:
                progress(len(page))
        if self.store.advance(campaign.id, asked.id, Phase.OPENING, Phase.OPEN):
            self._tell(who, "round opened", asked)
        return replace(asked, phase=Phase.OPEN, expanded_upto=after)

    def remind(self, campaign: Campaign, asked: Round, number: int) -> int:
        """Queue the `number`th reminder for those whose Prompt stands `awaiting`; how many were new."""
        policies = self.book.now()
        queued = 0
        after: EmployeeId | None = None
        while page := self.store.awaiting(campaign.id, asked.id, after=after, limit=PAGE):
            after = page[-1].employee_id
            mails = tuple(self._reminders(campaign, asked, page, policies, number))
            queued += self.store.enqueue(mails)
        return queued

    def close(self, campaign: Campaign, asked: Round, *, who: str, progress: Progress | None = None) -> int:
        """Queue one Digest for each Supervisor, then close the Round; how many were queued."""
        queued = self._digests(campaign, asked, final=False, progress=progress)
        if self.store.advance(campaign.id, asked.id, asked.phase, Phase.CLOSED):
            self._tell(who, "round closed", asked)
        return queued

    def finish(self, campaign: Campaign, asked: Round, *, who: str, progress: Progress | None = None) -> int:
        """After grace: a final Digest for those Supervisors whose Digest would now read otherwise."""
        queued = self._digests(campaign, asked, final=True, progress=progress)
        if self.store.advance(campaign.id, asked.id, Phase.CLOSED, Phase.FINAL):
            self._tell(who, "round final", asked)
        return queued

    def digest_of(self, asked: Round, supervisor: Employee, *, final: bool = False) -> Digest:
        """A Supervisor's Digest as it stands now."""
        rows = self.store.digest_rows(asked.campaign_id, asked.id, supervisor.id)
        policies = self.book.now()
        marked = tuple(replace(row, mode=policies.of(row.unit).mode) for row in rows)
        return Digest(round=asked, supervisor=supervisor, rows=marked, final=final)

    def digest_mail(self, campaign: Campaign, found: Digest) -> OutboundMail:
        """A Digest as it would be sent. Raises WrongSupervisorError where a row is not the Supervisor's."""
        token = conversation_token(self.ring, campaign.id, found.round.id, found.supervisor.id)
        return digest.digest_mail(self.press, found, campaign=campaign, token=token, now=self.clock.now())

    def prompt_preview(self, campaign: Campaign, asked: Round, employee: Employee) -> OutboundMail | str:
        """The mail that this Employee would get in this Round, or why none."""
        policies = self.book.now()
        why = exemption(policies.of(employee.unit), employee.category)
        if why is not None:
            return why
        prompt = self._prompt(campaign, asked, employee, policies)
        return compose.prompt(
            self.press, self._question(campaign, asked, employee, prompt, policies), now=self.clock.now()
        )

    def _dead(self, page: Collection[Employee], policies: Policies) -> frozenset[EmployeeId]:
        """Those of a page whose address was not there in as many Rounds in a row as their Unit's Policy says."""
        by_rounds: dict[int, list[EmployeeId]] = {}
        for one in page:
            by_rounds.setdefault(policies.of(one.unit).dead_after_rounds, []).append(one.id)
        found = (
            self.store.dead_addresses(ids, rounds=rounds) for rounds, ids in sorted(by_rounds.items()) if rounds > 0
        )
        return frozenset().union(*found)

    def _prompt(
        self, campaign: Campaign, asked: Round, employee: Employee, policies: Policies, *, dead: bool = False
    ) -> Prompt:
        policy = policies.of(employee.unit)
        zone = ZoneInfo(employee.time_zone or campaign.zone)
        today = asked.opens_at.astimezone(zone).date()
        why = exemption(policy, employee.category)
        away = employee.away_until is not None and employee.away_until > today
        if why is not None:
            standing, reason = Standing.EXEMPT, why
        elif dead:
            standing, reason = Standing.UNDELIVERABLE, UNREACHED
        elif away and employee.away_until is not None:
            standing, reason = Standing.AWAY, f"back on {employee.away_until.isoformat()}"
        else:
            standing, reason = Standing.AWAITING, ""
        routed = route(employee, self._find, today=today)
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
            window=window_of(campaign, asked, employee, policy),
            standing=standing,
            reason=reason,
        )

    def _mails(
        self, campaign: Campaign, asked: Round, asked_of: Iterable[tuple[Employee, Prompt]], policies: Policies
    ) -> Iterable[OutboundMail]:
        """The Prompts' mails. One that waits for a return goes out on the morning of the first day back."""
        now = self.clock.now()
        for employee, prompt in asked_of:
            if prompt.standing in {Standing.EXEMPT, Standing.UNDELIVERABLE}:
                continue
            question = self._question(campaign, asked, employee, prompt, policies)
            try:
                yield compose.prompt(self.press, question, now=now, not_before=max(now, prompt.window.opens_at))
            except AddressError:
                # The import refuses such addresses; one that slipped in must not stop the other two million.
                self._tell("bulletin", "address cannot be written", asked, employee.id)

    def _reminders(
        self, campaign: Campaign, asked: Round, page: Collection[Prompt], policies: Policies, number: int
    ) -> Iterable[OutboundMail]:
        now = self.clock.now()
        for prompt in page:
            employee = self._find(prompt.employee_id)
            policy = policies.of(prompt.unit)
            if employee is None or not policy.mode.asks or number > policy.reminders:
                continue
            if _is_away(employee, now, campaign) or prompt.window.closes_at <= now:
                continue
            question = self._question(campaign, asked, employee, prompt, policies)
            yield compose.reminder(self.press, question, number=number, now=now)

    def _digests(self, campaign: Campaign, asked: Round, *, final: bool, progress: Progress | None) -> int:
        queued = 0
        after: EmployeeId | None = None
        while page := self.store.supervisors(campaign.id, asked.id, after=after, limit=PAGE):
            after = page[-1]
            queued += self.store.enqueue(tuple(self._page_of_digests(campaign, asked, page, final=final)))
            if progress is not None:
                progress(len(page))
        return queued

    def _page_of_digests(
        self, campaign: Campaign, asked: Round, page: Collection[EmployeeId], *, final: bool
    ) -> Iterable[OutboundMail]:
        for supervisor_id in page:
            supervisor = self._find(supervisor_id)
            if supervisor is None:
                self._tell("bulletin", "digest without recipient", asked, supervisor_id)
                continue
            found = self.digest_of(asked, supervisor, final=final)
            if final and not any(_came_after(row.arrived_at, asked.closes_at) for row in found.rows):
                continue
            yield self.digest_mail(campaign, found)

    def _question(
        self, campaign: Campaign, asked: Round, employee: Employee, prompt: Prompt, policies: Policies
    ) -> compose.Question:
        boss = self._find(prompt.supervisor_id) if prompt.supervisor_id is not None else None
        return compose.Question(
            campaign=campaign,
            asked=prompt,
            employee=employee,
            policy=policies.of(prompt.unit),
            supervisor=boss,
            code=asked.code,
        )

    def _find(self, employee_id: EmployeeId) -> Employee | None:
        """An active Employee, remembered for the next of their people."""
        if employee_id not in self.people:
            if len(self.people) >= MOST_REMEMBERED:
                self.people.clear()
            self.people[employee_id] = self.store.employee(employee_id)
        return self.people[employee_id]

    def _tell(self, who: str, what: str, asked: Round, why: str = "") -> None:
        subject = f"{asked.campaign_id}/{asked.id}"
        self.store.write_event(Event(at=self.clock.now(), who=who, what=what, subject=subject, reason=why))


def exemption(policy: Policy, category: str) -> str | None:
    """Why somebody of this category is not asked under this Policy; None where they are."""
    match policy.mode:
        case Mode.PAUSED:
            return "the unit is paused"
        case Mode.ANSWERED_ON_BEHALF:
            return "the unit is answered on behalf"
        case Mode.ENDED:
            return "the programme has ended in the unit"
        case Mode.REQUIRED | Mode.VOLUNTARY:
            asked = not policy.categories or category in policy.categories
            return None if asked else f"category {category} is not asked"


def _is_away(employee: Employee, now: datetime, campaign: Campaign) -> bool:
    today: date = now.astimezone(ZoneInfo(employee.time_zone or campaign.zone)).date()
    return employee.away_until is not None and employee.away_until > today


def _came_after(arrived_at: datetime | None, closes_at: datetime) -> bool:
    return arrived_at is not None and arrived_at > closes_at
