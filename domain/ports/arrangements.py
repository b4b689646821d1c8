"""The port of what is arranged beside the Rosters and Rounds: Campaigns as they are known here, leave, and stand-ins."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from domain.campaign import KeptCampaign
from domain.employee import EmployeeId
from domain.leave import Acting, Leave, PersonLeave
from domain.ledger import Event
from domain.round import CampaignId


class ArrangementStore(Protocol):
    """Campaigns as they are known here, leave, and who acts for whom."""

    def ensure_campaign(self, new: KeptCampaign) -> KeptCampaign:
        """The Campaign of this id: `new` where there was none. Any number of callers, one row."""
        ...

    def add_campaign(self, new: KeptCampaign, event: Event) -> bool:
        """Set up a Campaign. False where the id is taken."""
        ...

    def end_campaign(self, campaign_id: CampaignId, at: datetime, event: Event) -> bool:
        """False where there is none that goes on."""
        ...

    def campaigns(self) -> tuple[KeptCampaign, ...]:
        """By id."""
        ...

    def put_leave(self, leaves: Sequence[PersonLeave], event: Event) -> int:
        """Add leave, or change the day back of leave that begins the same day; how many were new or changed."""
        ...

    def leave_of(self, ids: Collection[EmployeeId], *, until_after: date) -> Mapping[EmployeeId, tuple[Leave, ...]]:
        """Leave of these people that ends after a day, by its beginning. Who has none is not in it."""
        ...

    def leave(self, *, until_after: date, limit: int = 1000) -> tuple[PersonLeave, ...]:
        """Leave that ends after a day, by its beginning."""
        ...

    def leave_begun(self, today: date, *, limit: int = 1000) -> tuple[PersonLeave, ...]:
        """Leave that covers `today` of Employees who are not set away as long."""
        ...

    def set_acting(self, acting: Acting, event: Event) -> None:
        """Let somebody stand in for a Supervisor, in the place of whoever did. The Supervisor themselves: nobody."""
        ...

    def acting(self, today: date) -> Mapping[EmployeeId, EmployeeId]:
        """Who stands in for whom at `today`."""
        ...
