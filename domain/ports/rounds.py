"""The port of what is kept of Rounds: Prompts, Standings, and what a Digest is made of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.digest import DigestRow, UnitCount
from domain.employee import EmployeeId
from domain.ledger import Event, PromptKey, StandingChange
from domain.outbox import OutboundMail
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing
from domain.unit import ROOT, UnitPath


class RoundStore(Protocol):
    """Rounds, Prompts and Standings."""

    def ensure_round(self, new: Round) -> Round:
        """The Round of this campaign and week: `new` where there was none. Any number of callers, one row."""
        ...

    def round(self, campaign_id: CampaignId, round_id: RoundId) -> Round | None: ...

    def rounds(
        self, campaign_id: CampaignId | None = None, *, phases: Collection[Phase] = (), limit: int = 60
    ) -> tuple[Round, ...]:
        """Newest first; only those in one of `phases`, where any are named."""
        ...

    def advance(self, campaign_id: CampaignId, round_id: RoundId, before: Phase, after: Phase) -> bool:
        """Move the Round from phase to phase; False where another process did so first."""
        ...

    def expand(
        self,
        campaign_id: CampaignId,
        round_id: RoundId,
        prompts: Sequence[Prompt],
        mails: Sequence[OutboundMail],
        upto: EmployeeId,
    ) -> None:
        """Write a page of Prompts with their mail, and how far the opening has come, in one transaction. Idempotent."""
        ...

    def reminded(self, campaign_id: CampaignId, round_id: RoundId, upto: datetime) -> None:
        """Note that the reminders that were due until `upto` are queued. It never goes back."""
        ...

    def close_at(self, campaign_id: CampaignId, round_id: RoundId, closes_at: datetime) -> None:
        """Let an unfinished Round close at another instant than the calendar's."""
        ...

    def close_unit(self, campaign_id: CampaignId, round_id: RoundId, unit: UnitPath) -> None:
        """Add a Unit to those of the Round that are closed before the others. Idempotent."""
        ...

    def prompt(self, key: PromptKey) -> Prompt | None: ...

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
        """A page of the Prompts of a Unit and those below it that stand so, in employee order."""
        ...

    def closing(
        self,
        campaign_id: CampaignId,
        round_id: RoundId,
        spans: Sequence[tuple[datetime, datetime]],
        *,
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[Prompt, ...]:
        """A page of the Prompts that stand `awaiting` and close within a span: after its first instant, by its last."""
        ...

    def returning(self, now: datetime, *, limit: int = 1000) -> tuple[Prompt, ...]:
        """Prompts that stand `away` and whose Windows have opened by `now`, the earliest first."""
        ...

    def move(self, key: PromptKey, supervisor_id: EmployeeId, event: Event) -> bool:
        """Give a Prompt another Supervisor. False where there is no such Prompt."""
        ...

    def prompt_by_token(self, token: str) -> Prompt | None: ...

    def prompts_by_token(self, tokens: Collection[str]) -> Mapping[str, Prompt]:
        """Those of these tokens that are a Prompt's, asked at once."""
        ...

    def latest_prompt(self, employee_id: EmployeeId) -> Prompt | None:
        """The Employee's Prompt in the newest Round that asked them."""
        ...

    def set_standings(
        self, changes: Sequence[StandingChange], event: Event | None = None, *, by_hand: bool = False
    ) -> None:
        """Change what `domain.standing.replaces` lets through; all of it where a person decides (`by_hand`)."""
        ...

    def counts(self, campaign_id: CampaignId, round_id: RoundId) -> tuple[UnitCount, ...]:
        """From counters that are kept in the transactions that change standings."""
        ...

    def awaiting(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[Prompt, ...]:
        """A page of the Prompts that stand `awaiting`, in employee order."""
        ...

    def supervisors(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[EmployeeId, ...]:
        """A page of the ids of those whom Prompts of this Round name as Supervisor, in order."""
        ...

    def digest_rows(
        self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId
    ) -> tuple[DigestRow, ...]:
        """One row for each Prompt of this Round under this Supervisor, by name."""
        ...

    def digest_rows_of(
        self, campaign_id: CampaignId, round_id: RoundId, supervisors: Sequence[EmployeeId]
    ) -> Mapping[EmployeeId, tuple[DigestRow, ...]]:
        """The same for several Supervisors at once, as many times faster. Who has none is not in it."""
        ...

    def bullets(self, key: PromptKey) -> tuple[str, ...]:
        """The Bullets of the reply that counts."""
        ...
