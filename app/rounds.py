"""Rounds: opening one, reminding, closing it and telling the Supervisors.

The law: each step may be interrupted anywhere and done again by any process. What was written stays written once,
because a Prompt is unique in its Round and a mail is unique by its key; a phase changes only when its step is done.
"""

import base64
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.letters import conversation_token
from app.policies import Policies, by_person, exempted, exemption
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
    """Opens, reminds and closes. One keeper serves one thread, as its Press does."""

    asker: Prompter
    hash_secret: bytes

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
        """Queue the Digests of those who supervise people of a Unit, and stop its queued mail; how many Digests."""
        self.store.hold(unit, campaign_id=campaign.id, round_id=asked.id, hold=True)
        bosses: set[EmployeeId] = set()
        after: EmployeeId | None = None
        while page := self.store.prompts_in(campaign.id, asked.id, unit, after=after, limit=PAGE):
            after = page[-1].employee_id
            bosses.update(one.supervisor_id for one in page if one.supervisor_id is not None)
        policies = self.asker.book.now()
        mails = tuple(self._page_of_digests(campaign, asked, sorted(bosses), policies, final=False))
        self.asker.tell(who, "unit closed", asked, f"{unit}: {reason}")
        return self.store.enqueue(mails)

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
        token = conversation_token(self.asker.ring, campaign.id, found.round.id, found.supervisor.id)
        mail = digest.digest_mail(self.press, found, campaign=campaign, token=token, now=self.clock.now())
        return replace(mail, about=tuple(row.employee_id for row in found.rows), substance=self._told(found))

    def _told(self, found: Digest) -> str:
        """What a Digest tells, so that a final one is sent only where it tells something else."""
        return keyed_hash(self.hash_secret, digest.substance(found.rows))

    def observed(self, campaign: Campaign, found: Digest, policies: Policies) -> Iterator[OutboundMail]:
        """The copies for observers: of the rows of those Units only whose Policy names them."""
        names = {row.unit: policies.of(row.unit).observers for row in found.rows}
        for observer in sorted({each for observers in names.values() for each in observers}):
            rows = tuple(row for row in found.rows if observer in names[row.unit])
            mail = self.digest_mail(campaign, replace(found, rows=rows))
            name = hashlib.sha256(observer.encode()).hexdigest()[:16]
            yield replace(mail, key=f"{mail.key}/{OBSERVER}/{name}", recipient=observer)

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
            if employee is None or not employee.active or not policy.mode.asks:
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
        after: EmployeeId | None = None
        policies = self.asker.book.now()
        while page := self.store.supervisors(campaign.id, asked.id, after=after, limit=DIGESTS):
            after = page[-1]
            mails = tuple(self._page_of_digests(campaign, asked, page, policies, final=final))
            queued += self.store.enqueue(mails)
            if progress is not None:
                progress(len(page))
        return queued

    def _page_of_digests(
        self, campaign: Campaign, asked: Round, page: Collection[EmployeeId], policies: Policies, *, final: bool
    ) -> Iterable[OutboundMail]:
        people = self.store.people_of(page)
        rows = self.store.digest_rows_of(campaign.id, asked.id, tuple(page))
        first = {each: digest.digest_key(campaign.id, asked.id, each) for each in page}
        before = self.store.substances(first.values()) if final else {}
        for supervisor_id in page:
            supervisor = people.get(supervisor_id)
            if supervisor is None or not supervisor.active:
                self.asker.tell("bulletin", "digest without recipient", asked, supervisor_id)
                continue
            found = _digest(asked, supervisor, rows.get(supervisor_id, ()), policies, final=final)
            if final and self._told(found) == before.get(first[supervisor_id]):
                continue
            yield self.digest_mail(campaign, found)
            yield from self.observed(campaign, found, policies)


OBSERVER: Final = "observer"
"""In the key of a Digest that goes to an observer."""


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
