"""Rounds: opening one, reminding, closing it and telling the Supervisors.

The law: each step may be interrupted anywhere and done again by any process. What was written stays written once,
because a Prompt is unique in its Round and a mail is unique by its key; a phase changes only when its step is done.
"""

import base64
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.policies import Policies, by_person, exempted, exemption
from app.pressroom import CROWD, Page, PressRoom, Setter, Sheet
from app.prompting import Prompter, local_day
from app.rollups import queue_roll_ups
from domain.campaign import Campaign
from domain.digest import Digest, DigestRow
from domain.employee import Employee, EmployeeId
from domain.outbox import OutboundMail
from domain.policy import Copy
from domain.ports import Clock, Store
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing
from domain.token import keyed_hash
from domain.unit import ROOT, UnitPath
from outbound import compose, digest
from outbound.press import Press
from outbound.window import is_away, reminders_due

PAGE: Final = 1000
OPENING: Final = 4000
"""So many are asked in one transaction: tokens lie all over their index, and a larger page touches each leaf less often."""

DIGESTS: Final = 200
"""So many at a time, with the rows and bullets of everybody in them."""

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
    """Opens, reminds and closes. One keeper serves one thread, as its Press does.

    So many processes as `hands` says set the Digests of a Round with more Supervisors than `crowd`.
    """

    asker: Prompter
    hash_secret: bytes
    hands: int = 0
    crowd: int = CROWD

    @property
    def store(self) -> Store:
        """Where everything is kept."""
        return self.asker.store

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.asker.clock

    @property
    def press(self) -> Press:
        """What mail is set with."""
        return self.asker.press

    def code(self, campaign_id: CampaignId, round_id: RoundId) -> str:
        """The Round's short code: the same for Supervisors and Employees, unknown to anybody else beforehand."""
        digits = bytes.fromhex(keyed_hash(self.hash_secret, f"code/{campaign_id}/{round_id}".encode()))
        letters = base64.b32encode(digits).decode("ascii")
        return f"{letters[:2]}-{letters[2:4]}"

    def headcount(self) -> Headcount:
        """Whom an opening at this moment would ask; from counts by Unit and category, where those decide."""
        policies = self.asker.book.now()
        counted = Headcount(asked={}, not_asked={})
        for unit, category, count in self.store.head_counts():
            policy = policies.of(unit)
            if by_person(policy):
                continue
            _count(counted, unit, exemption(policy, category), count)
        if any(by_person(policies.of(unit)) for unit, _, _ in self.store.head_counts()):
            self._count_people(counted, policies)
        return counted

    def _count_people(self, counted: Headcount, policies: Policies) -> None:
        today = self.clock.now().date()
        after: EmployeeId | None = None
        while page := self.store.employees(ROOT, after=after, limit=PAGE):
            after = page[-1].id
            for one in page:
                policy = policies.of(one.unit)
                if by_person(policy):
                    _count(counted, one.unit, exempted(policy, one, today), 1)

    def open(self, campaign: Campaign, new: Round, *, who: str, progress: Progress | None = None) -> Round:
        """Ask everybody. Safe to call again after an interruption: it goes on where it stopped."""
        self.asker.forget()
        asked = self.store.ensure_round(new)
        if asked.phase is not Phase.OPENING:
            return asked
        policies = self.asker.book.now()
        after = asked.expanded_upto
        while page := self.store.employees(ROOT, after=after, limit=OPENING):
            after = page[-1].id
            prompts, mails = self.asker.page(campaign, asked, page, policies)
            self.store.expand(campaign.id, asked.id, prompts, mails, upto=after)
            if progress is not None:
                progress(len(page))
        if self.store.advance(campaign.id, asked.id, Phase.OPENING, Phase.OPEN):
            self.asker.tell(who, "round opened", asked)
        return replace(asked, phase=Phase.OPEN, expanded_upto=after)

    def remind(self, campaign: Campaign, asked: Round, *, progress: Progress | None = None) -> int:
        """Queue the reminders that came due since the last look, each by its own Prompt's Window; how many were new.

        How far the looks have come stands in the Round, so that any process may take the next.
        """
        self.asker.forget()
        now, since = self.clock.now(), asked.reminded_upto or asked.opens_at
        policies = self.asker.book.now()
        spans = [(since + offset, now + offset) for offset in campaign.reminders]
        queued = 0
        after: EmployeeId | None = None
        while page := self.store.closing(campaign.id, asked.id, spans, after=after, limit=PAGE):
            after = page[-1].employee_id
            queued += self.store.enqueue(tuple(self._reminders(campaign, asked, page, policies, since)))
            if progress is not None:
                progress(len(page))
        self.store.reminded(campaign.id, asked.id, now)
        return queued

    def close(self, campaign: Campaign, asked: Round, *, who: str, progress: Progress | None = None) -> int:
        """Queue one Digest for each Supervisor and the roll-ups, then close the Round; how many were queued."""
        queued = self._digests(campaign, asked, final=False, progress=progress)
        queued += queue_roll_ups(self.asker, self.hash_secret, campaign, asked, final=False, progress=progress)
        if self.store.advance(campaign.id, asked.id, asked.phase, Phase.CLOSED):
            self.asker.tell(who, "round closed", asked)
        return queued

    def close_unit(self, campaign: Campaign, asked: Round, unit: UnitPath, *, who: str, reason: str) -> int:
        """Ask and remind nobody of a Unit any more, and queue the Digests of those who supervise there; how many."""
        self.store.close_unit(campaign.id, asked.id, unit)
        bosses, policies = self.supervisors_of(asked, unit), self.asker.book.now()
        told = self._page_of_digests(campaign, asked, bosses, policies, final=False)
        mails = self.setter.page(told)
        self.asker.tell(who, "unit closed", asked, f"{unit}: {reason}")
        return self.store.enqueue(mails)

    def supervisors_of(self, asked: Round, unit: UnitPath) -> tuple[EmployeeId, ...]:
        """Those whose people in this Round are of a Unit or below it."""
        bosses: set[EmployeeId] = set()
        after: EmployeeId | None = None
        while page := self.store.prompts_in(asked.campaign_id, asked.id, unit, after=after, limit=PAGE):
            after = page[-1].employee_id
            bosses.update(one.supervisor_id for one in page if one.supervisor_id is not None)
        return tuple(sorted(bosses))

    def finish(self, campaign: Campaign, asked: Round, *, who: str, progress: Progress | None = None) -> int:
        """After grace: a final Digest, or roll-up, for those Supervisors whose first one would now read otherwise."""
        queued = self._digests(campaign, asked, final=True, progress=progress)
        queued += queue_roll_ups(self.asker, self.hash_secret, campaign, asked, final=True, progress=progress)
        if self.store.advance(campaign.id, asked.id, Phase.CLOSED, Phase.FINAL):
            self.asker.tell(who, "round final", asked)
        return queued

    def digest_of(
        self, asked: Round, supervisor: Employee, *, final: bool = False, policies: Policies | None = None
    ) -> Digest:
        """A Supervisor's Digest as it stands now."""
        rows = self.store.digest_rows(asked.campaign_id, asked.id, supervisor.id)
        tree = policies if policies is not None else self.asker.book.now()
        return _digest(asked, supervisor, rows, tree, final=final)

    def digest_mail(self, campaign: Campaign, found: Digest) -> OutboundMail:
        """A Digest as it would be sent. Raises WrongSupervisorError where a row is not the Supervisor's."""
        return self.setter.mail(campaign, found, self.clock.now())

    @property
    def setter(self) -> Setter:
        """Who sets Digests in this process."""
        return Setter(press=self.press, ring=self.asker.ring, secret=self.hash_secret)

    def prompt_preview(self, campaign: Campaign, asked: Round, employee: Employee) -> OutboundMail | str:
        """The mail that this Employee would get in this Round, or why none."""
        policies = self.asker.book.now()
        prompts, mails = self.asker.page(campaign, asked, (employee,), policies)
        return mails[0] if mails else prompts[0].reason

    def _reminders(
        self, campaign: Campaign, asked: Round, page: Collection[Prompt], policies: Policies, since: datetime
    ) -> Iterable[OutboundMail]:
        now = self.clock.now()
        ids = [prompt.employee_id for prompt in page]
        people = self.store.people_of(ids)
        leave = self.store.leave_of(ids, until_after=now.date())
        for prompt in page:
            employee, policy = people.get(prompt.employee_id), policies.of(prompt.unit)
            if employee is None or not employee.active or not policy.mode.asks or asked.has_closed(prompt.unit):
                continue
            zone = employee.time_zone or campaign.zone
            away = leave.get(employee.id, ())
            if _is_away(employee, now, campaign) or is_away(away, now, zone):
                continue
            due = reminders_due(prompt.window, campaign.reminders, policy, zone=zone, after=since, now=now, leave=away)
            if due is not None:
                question = self.asker.question(campaign, asked, employee, prompt, policies=policies)
                mail = compose.reminder(self.press, question, number=due[0], now=now, not_before=due[1])
                yield replace(mail, expires_at=prompt.window.closes_at)

    def _digests(self, campaign: Campaign, asked: Round, *, final: bool, progress: Progress | None) -> int:
        queued = 0
        with PressRoom(setter=self.setter, hands=self.hands, crowd=self.crowd) as room:
            for page, mails in room.set(self._pages_of_digests(campaign, asked, final=final)):
                queued += self.store.enqueue(mails)
                if progress is not None:
                    progress(len(page.sheets))
        return queued

    def _pages_of_digests(self, campaign: Campaign, asked: Round, *, final: bool) -> Iterator[Page]:
        after: EmployeeId | None = None
        policies = self.asker.book.now()
        while page := self.store.supervisors(campaign.id, asked.id, after=after, limit=DIGESTS):
            after = page[-1]
            yield self._page_of_digests(campaign, asked, page, policies, final=final)

    def _page_of_digests(
        self, campaign: Campaign, asked: Round, page: Collection[EmployeeId], policies: Policies, *, final: bool
    ) -> Page:
        people = self.store.people_of(page)
        rows = self.store.digest_rows_of(campaign.id, asked.id, tuple(page))
        first = {each: digest.digest_key(campaign.id, asked.id, each) for each in page}
        before = self.store.substances(first.values()) if final else {}
        sheets: list[Sheet] = []
        for supervisor_id in page:
            supervisor = people.get(supervisor_id)
            if supervisor is None or not supervisor.active:
                self.asker.tell("bulletin", "digest without recipient", asked, supervisor_id)
                continue
            found = _digest(asked, supervisor, rows.get(supervisor_id, ()), policies, final=final)
            named = {row.unit: policies.of(row.unit).observers for row in found.rows}
            observers = {unit: tuple(each) for unit, each in named.items() if each}
            sheets.append(Sheet(digest=found, before=before.get(first[supervisor_id]), observers=observers))
        return Page(campaign=campaign, sheets=tuple(sheets), now=self.clock.now())


def _digest(
    asked: Round, supervisor: Employee, rows: Iterable[DigestRow], policies: Policies, *, final: bool
) -> Digest:
    told = tuple(_under_policy(row, policies) for row in rows)
    return Digest(round=asked, supervisor=supervisor, rows=told, final=final)


def _under_policy(row: DigestRow, policies: Policies) -> DigestRow:
    """A row as its Unit's Policy lets it be told: where each Reply was sent as it came, it is not told again."""
    policy = policies.of(row.unit)
    told = policy.copy is Copy.EACH and row.standing in {Standing.ANSWERED, Standing.LATE}
    if not told and row.mode is policy.mode:
        return row
    return replace(row, mode=policy.mode, bullets=() if told else row.bullets, copied=row.copied or told)


def _count(counted: Headcount, unit: UnitPath, why: str | None, count: int) -> None:
    if why is None:
        counted.asked[unit] = counted.asked.get(unit, 0) + count
    else:
        counted.not_asked[why] = counted.not_asked.get(why, 0) + count


def _is_away(employee: Employee, now: datetime, campaign: Campaign) -> bool:
    return employee.away_until is not None and employee.away_until > local_day(now, employee, campaign)
