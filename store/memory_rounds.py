"""Rounds, Prompts and Standings in memory."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.digest import DigestRow, UnitCount
from domain.employee import EmployeeId
from domain.ledger import Event, PromptKey, StandingChange
from domain.outbox import OutboundMail
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing
from domain.unit import ROOT, UnitPath, lies_in
from store.memory_state import KeptPrompt, MemoryState, alone, refuse


class MemoryRounds(MemoryState):
    """See `domain.ports.RoundStore`. Counters are counted anew each time, which is what those of SQL must equal."""

    @alone
    def ensure_round(self, new: Round) -> Round:
        """The Round of this campaign and week: `new` where there was none."""
        return self.kept_rounds.setdefault((new.campaign_id, new.id), new)

    @alone
    def round(self, campaign_id: CampaignId, round_id: RoundId) -> Round | None:
        """The Round, or None."""
        return self.kept_rounds.get((campaign_id, round_id))

    @alone
    def rounds(
        self, campaign_id: CampaignId | None = None, *, phases: Collection[Phase] = (), limit: int = 60
    ) -> tuple[Round, ...]:
        """Newest first; only those in one of `phases`, where any are named."""
        found = [each for each in self.kept_rounds.values() if campaign_id in {None, each.campaign_id}]
        found = [each for each in found if not phases or each.phase in phases]
        found.sort(key=lambda each: (each.campaign_id, each.id))
        found.sort(key=lambda each: each.opens_at, reverse=True)
        return tuple(found)[:limit]

    @alone
    def advance(self, campaign_id: CampaignId, round_id: RoundId, before: Phase, after: Phase) -> bool:
        """Move on by compare and swap."""
        present = self.kept_rounds.get((campaign_id, round_id))
        if present is None or present.phase is not before:
            return False
        self.kept_rounds[campaign_id, round_id] = replace(present, phase=after)
        return True

    @alone
    def expand(
        self,
        campaign_id: CampaignId,
        round_id: RoundId,
        prompts: Sequence[Prompt],
        mails: Sequence[OutboundMail],
        upto: EmployeeId,
    ) -> None:
        """Write a page of Prompts with their mail. Idempotent."""
        if any((each.campaign_id, each.round_id) not in self.kept_rounds for each in prompts):
            raise refuse("a Prompt of no Round")
        for prompt in prompts:
            self.prompts.setdefault(_key(prompt), KeptPrompt(prompt))
        self.put_in_outbox(mails)
        present = self.kept_rounds.get((campaign_id, round_id))
        if present is not None and (present.expanded_upto is None or present.expanded_upto < upto):
            self.kept_rounds[campaign_id, round_id] = replace(present, expanded_upto=upto)

    @alone
    def reminded(self, campaign_id: CampaignId, round_id: RoundId, upto: datetime) -> None:
        """It never goes back."""
        present = self.kept_rounds.get((campaign_id, round_id))
        if present is not None and (present.reminded_upto is None or present.reminded_upto < upto):
            self.kept_rounds[campaign_id, round_id] = replace(present, reminded_upto=upto)

    @alone
    def close_at(self, campaign_id: CampaignId, round_id: RoundId, closes_at: datetime) -> None:
        """Let it close at another instant."""
        present = self.kept_rounds.get((campaign_id, round_id))
        if present is not None and present.phase in {Phase.OPENING, Phase.OPEN, Phase.PAUSED}:
            self.kept_rounds[campaign_id, round_id] = replace(present, closes_at=closes_at)

    @alone
    def close_unit(self, campaign_id: CampaignId, round_id: RoundId, unit: UnitPath) -> None:
        """Close a Unit before the others."""
        present = self.kept_rounds.get((campaign_id, round_id))
        if present is not None and unit not in present.closed_units:
            closed = (*present.closed_units, unit)
            self.kept_rounds[campaign_id, round_id] = replace(present, closed_units=closed)

    @alone
    def prompt(self, key: PromptKey) -> Prompt | None:
        """The Prompt, or None."""
        kept = self.prompts.get(key)
        return kept.prompt if kept else None

    @alone
    def prompt_by_token(self, token: str) -> Prompt | None:
        """The Prompt with this token, or None."""
        return next((kept.prompt for kept in self.prompts.values() if kept.prompt.token == token), None)

    @alone
    def prompts_by_token(self, tokens: Collection[str]) -> Mapping[str, Prompt]:
        """Those of these tokens that are a Prompt's."""
        return {kept.prompt.token: kept.prompt for kept in self.prompts.values() if kept.prompt.token in tokens}

    @alone
    def latest_prompt(self, employee_id: EmployeeId) -> Prompt | None:
        """The Employee's Prompt in the newest Round that asked them."""
        theirs = [kept.prompt for key, kept in self.prompts.items() if key.employee_id == employee_id]
        theirs.sort(key=lambda each: each.campaign_id)
        theirs.sort(key=lambda each: (self._round_of(each).opens_at, each.round_id), reverse=True)
        return theirs[0] if theirs else None

    def _round_of(self, prompt: Prompt) -> Round:
        return self.kept_rounds[prompt.campaign_id, prompt.round_id]

    @alone
    def set_standings(
        self, changes: Sequence[StandingChange], event: Event | None = None, *, by_hand: bool = False
    ) -> None:
        """Change what may be changed, with the Event that says why."""
        for change in changes:
            self.change_standing(change, None, None, by_hand=by_hand)
        if event is not None:
            self.kept_events.append(event)

    def _in_round(self, campaign_id: CampaignId, round_id: RoundId) -> list[KeptPrompt]:
        found = [
            kept for key, kept in self.prompts.items() if (key.campaign_id, key.round_id) == (campaign_id, round_id)
        ]
        return sorted(found, key=lambda kept: kept.prompt.employee_id)

    @alone
    def counts(self, campaign_id: CampaignId, round_id: RoundId) -> tuple[UnitCount, ...]:
        """By Unit and Standing."""
        prompts = (kept.prompt for kept in self._in_round(campaign_id, round_id))
        counts = Counter((each.unit, each.standing) for each in prompts) + self.purged[campaign_id, round_id]
        return tuple(UnitCount(unit=unit, standing=at, count=count) for (unit, at), count in sorted(counts.items()))

    @alone
    def awaiting(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[Prompt, ...]:
        """A page in employee order."""
        prompts = (kept.prompt for kept in self._in_round(campaign_id, round_id))
        found = (each for each in prompts if after is None or each.employee_id > after)
        return tuple(each for each in found if each.standing is Standing.AWAITING)[:limit]

    @alone
    def prompts_in(
        self,
        campaign_id: CampaignId,
        round_id: RoundId,
        unit: UnitPath = ROOT,
        *,
        standings: Collection[Standing] = tuple(Standing),
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[Prompt, ...]:
        """A page in employee order."""
        prompts = (kept.prompt for kept in self._in_round(campaign_id, round_id))
        found = (each for each in prompts if each.standing in standings and lies_in(each.unit, unit))
        return tuple(each for each in found if after is None or each.employee_id > after)[:limit]

    @alone
    def closing(
        self,
        campaign_id: CampaignId,
        round_id: RoundId,
        spans: Sequence[tuple[datetime, datetime]],
        *,
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[Prompt, ...]:
        """A page in employee order."""
        prompts = (kept.prompt for kept in self._in_round(campaign_id, round_id))
        found = (each for each in prompts if each.standing is Standing.AWAITING)
        found = (each for each in found if any(first < each.window.closes_at <= last for first, last in spans))
        return tuple(each for each in found if after is None or each.employee_id > after)[:limit]

    @alone
    def returning(self, now: datetime, *, limit: int = 1000) -> tuple[Prompt, ...]:
        """The earliest first."""
        away = (kept.prompt for kept in self.prompts.values() if kept.prompt.standing is Standing.AWAY)
        back = (each for each in away if each.window.opens_at <= now)
        return tuple(sorted(back, key=lambda each: each.window.opens_at))[:limit]

    @alone
    def move(self, key: PromptKey, supervisor_id: EmployeeId, event: Event) -> bool:
        """Give a Prompt another Supervisor."""
        kept = self.prompts.get(key)
        if kept is None:
            return False
        kept.prompt = replace(kept.prompt, supervisor_id=supervisor_id)
        self.kept_events.append(event)
        return True

    @alone
    def supervisors(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[EmployeeId, ...]:
        """A page in order."""
        named = {kept.prompt.supervisor_id for kept in self._in_round(campaign_id, round_id)}
        return tuple(sorted(each for each in named if each is not None and (after is None or each > after)))[:limit]

    @alone
    def digest_rows(
        self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId
    ) -> tuple[DigestRow, ...]:
        """By name."""
        reports = [kept for kept in self._in_round(campaign_id, round_id) if kept.prompt.supervisor_id == supervisor_id]
        return tuple(self._digest_row(kept) for kept in sorted(reports, key=lambda kept: kept.prompt.name))

    @alone
    def digest_rows_of(
        self, campaign_id: CampaignId, round_id: RoundId, supervisors: Sequence[EmployeeId]
    ) -> Mapping[EmployeeId, tuple[DigestRow, ...]]:
        """The same for several. Who has none is not in it."""
        found = {each: self.digest_rows(campaign_id, round_id, each) for each in supervisors}
        return {each: rows for each, rows in found.items() if rows}

    def _digest_row(self, kept: KeptPrompt) -> DigestRow:
        prompt = kept.prompt
        reply = self.replies[kept.reply_id] if kept.reply_id is not None else None
        employee = self.people.get(prompt.employee_id)
        return DigestRow(
            employee_id=prompt.employee_id,
            name=prompt.name,
            unit=prompt.unit,
            supervisor_id=prompt.supervisor_id,
            standing=prompt.standing,
            reason=prompt.reason,
            bullets=reply.bullets if reply else (),
            arrived_at=kept.answered[0] if kept.answered else None,
            back_on=employee.away_until if employee and prompt.standing is Standing.AWAY else None,
            copied=reply.supervisor_copied if reply else False,
        )

    @alone
    def bullets(self, key: PromptKey) -> tuple[str, ...]:
        """The Bullets of the reply that counts."""
        kept = self.prompts.get(key)
        return self.replies[kept.reply_id].bullets if kept is not None and kept.reply_id is not None else ()


def _key(prompt: Prompt) -> PromptKey:
    return PromptKey(campaign_id=prompt.campaign_id, round_id=prompt.round_id, employee_id=prompt.employee_id)
