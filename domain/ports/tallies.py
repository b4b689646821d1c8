"""The port of what is counted and read of many Prompts at once."""

from collections.abc import Collection, Mapping
from typing import Protocol

from domain.digest import Account, Branch, Selection, UnitBullet, UnitCount
from domain.employee import EmployeeId
from domain.ledger import PromptKey
from domain.round import CampaignId, RoundId


class TallyStore(Protocol):
    """What is read of many Prompts at once, for exports and roll-ups, and what a mail that is queued already told."""

    def accounts(self, wanted: Selection, *, after: PromptKey | None = None, limit: int = 1000) -> tuple[Account, ...]:
        """A page of Prompts with what came of them, in the order of employee, Campaign and Round."""
        ...

    def upper_supervisors(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[EmployeeId, ...]:
        """A page of those Supervisors of this Round to whom other Supervisors report, in order."""
        ...

    def branches(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[Branch, ...]:
        """A page of all Supervisors of this Round with their direct reports counted, in order."""
        ...

    def counts_below(
        self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId
    ) -> tuple[UnitCount, ...]:
        """How those stand who report to this Supervisor through others; not those who report directly."""
        ...

    def bullets_below(
        self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId, *, limit: int = 1000
    ) -> tuple[UnitBullet, ...]:
        """The Bullets of those people, by Unit."""
        ...

    def substances(self, keys: Collection[str]) -> Mapping[str, str]:
        """What these mails told (`OutboundMail.substance`), by key; who is not in it was never queued."""
        ...
