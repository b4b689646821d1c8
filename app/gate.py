"""The last look at a mail before it goes: whether it is still wanted, and still its recipient's to read.

What was queued an hour ago may be wrong by now: a Unit was paused, somebody answered, went away or changed teams.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.campaigns import CampaignBook
from app.policies import Policies, PolicyBook
from app.pressroom import OBSERVER
from domain.ledger import PromptKey
from domain.outbox import Attempt, MailKind, OutboundMail, Sent
from domain.policy import Policy
from domain.ports import Clock, Store
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing

FRESH: Final = 10.0
"""Seconds for which Policies and Rounds are believed: within a minute nothing goes out of a Unit that was paused."""


@dataclass(slots=True)
class Fresh:
    """What was read from the Store a moment ago."""

    policies: Policies
    until: float
    ended: frozenset[CampaignId]
    rounds: dict[tuple[CampaignId, RoundId], Round | None] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Gate:
    """Asked by the sender of each mail, in threads of its own."""

    store: Store
    book: PolicyBook
    campaigns: CampaignBook
    clock: Clock
    _fresh: Fresh | None = None

    async def __call__(self, mail: OutboundMail) -> Attempt | str | None:
        """None lets it go; an Attempt keeps or cancels it; words refuse it for ever."""
        if mail.kind not in _LOOKED_AT:
            return None
        return await asyncio.to_thread(self.look, mail)

    def look(self, mail: OutboundMail) -> Attempt | str | None:
        """The same, at once."""
        if mail.campaign_id is None or mail.round_id is None or mail.employee_id is None:
            return None
        match mail.kind:
            case MailKind.PROMPT | MailKind.REMINDER:
                return self._question(
                    mail, PromptKey(campaign_id=mail.campaign_id, round_id=mail.round_id, employee_id=mail.employee_id)
                )
            case MailKind.DIGEST | MailKind.FINAL_DIGEST:
                return self._digest(mail, mail.campaign_id, mail.round_id)
            case MailKind.CODE if mail.campaign_id in self._read().ended:
                return Attempt(at=self.clock.now(), result=Sent.CANCELLED, words="the campaign has ended")
            case _:
                return None

    def _question(self, mail: OutboundMail, key: PromptKey) -> Attempt | str | None:
        now, fresh = self.clock.now(), self._read()
        prompt = self.store.prompt(key)
        if prompt is None:
            return "it asks nobody"
        asked = self._round(fresh, prompt)
        policy = fresh.policies.of(prompt.unit)
        stopped = _stopped(asked, policy, ended=prompt.campaign_id in fresh.ended)
        if stopped is not None:
            return Attempt(at=now, result=Sent.HELD, words=stopped)
        needless = _needless(mail, prompt, asked, now)
        return Attempt(at=now, result=Sent.CANCELLED, words=needless) if needless is not None else None

    def _digest(self, mail: OutboundMail, campaign_id: CampaignId, round_id: RoundId) -> str | None:
        """Every row anew: whoever was moved since it was written must not be read about by the wrong Supervisor."""
        assert mail.employee_id is not None
        supervisor = self.store.employee(mail.employee_id)
        if supervisor is None:
            return "its supervisor is not in the roster"
        rows = {row.employee_id: row for row in self.store.digest_rows(campaign_id, round_id, supervisor.id)}
        if not rows.keys() >= set(mail.about):
            return "it holds people of another supervisor"
        if f"/{OBSERVER}/" in mail.key:
            policies = self._read().policies
            told = [policies.of(rows[each].unit).observers for each in mail.about]
            return None if all(mail.recipient in each for each in told) else "its recipient is no observer any more"
        return None if supervisor.owns(mail.recipient) else "it has another recipient"

    def _read(self) -> Fresh:
        moment = self.clock.monotonic()
        fresh = self._fresh
        if fresh is None or fresh.until <= moment:
            now = self.clock.now()
            ended = frozenset(
                one.id for one in self.store.campaigns() if one.ended_at is not None and one.ended_at <= now
            )
            fresh = self._fresh = Fresh(policies=self.book.now(), until=moment + FRESH, ended=ended)
        return fresh

    def _round(self, fresh: Fresh, prompt: Prompt) -> Round | None:
        key = (prompt.campaign_id, prompt.round_id)
        if key not in fresh.rounds:
            fresh.rounds[key] = self.store.round(*key)
        return fresh.rounds[key]


_LOOKED_AT: Final = frozenset(
    {MailKind.PROMPT, MailKind.REMINDER, MailKind.DIGEST, MailKind.FINAL_DIGEST, MailKind.CODE}
)


def _stopped(asked: Round | None, policy: Policy, *, ended: bool) -> str | None:
    """Why nobody is asked there now."""
    if ended:
        return "the campaign has ended"
    if asked is not None and asked.phase is Phase.PAUSED:
        return "the round is paused"
    return None if policy.mode.asks else f"the unit is {policy.mode.value}"


def _needless(mail: OutboundMail, prompt: Prompt, asked: Round | None, now: datetime) -> str | None:
    """Why this one person need not get it any more."""
    if asked is not None and asked.has_closed(prompt.unit):
        return "the unit is closed in this round"
    if prompt.standing is Standing.EXEMPT or prompt.standing.settled:
        return f"the prompt stands {prompt.standing.value}"
    if mail.kind is MailKind.REMINDER and prompt.standing is not Standing.AWAITING:
        return f"the prompt stands {prompt.standing.value}"
    if mail.kind is MailKind.REMINDER and prompt.window.closes_at <= now:
        return "its window has closed"
    return None
