"""Campaigns, leave and stand-ins in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from domain.campaign import KeptCampaign
from domain.employee import EmployeeId
from domain.leave import Acting, Leave, PersonLeave
from domain.ledger import Event
from domain.round import CampaignId
from store.memory_state import MemoryState, alone


class MemoryArrangements(MemoryState):
    """See `domain.ports.ArrangementStore`."""

    @alone
    def ensure_campaign(self, new: KeptCampaign) -> KeptCampaign:
        """The Campaign of this id: `new` where there was none."""
        return self.kept_campaigns.setdefault(new.id, new)

    @alone
    def add_campaign(self, new: KeptCampaign, event: Event) -> bool:
        """Set up a Campaign, unless the id is taken."""
        if new.id in self.kept_campaigns:
            return False
        self.kept_campaigns[new.id] = new
        self.kept_events.append(event)
        return True

    @alone
    def end_campaign(self, campaign_id: CampaignId, at: datetime, event: Event) -> bool:
        """End it, once."""
        kept = self.kept_campaigns.get(campaign_id)
        if kept is None or kept.ended_at is not None:
            return False
        self.kept_campaigns[campaign_id] = replace(kept, ended_at=at)
        self.kept_events.append(event)
        return True

    @alone
    def campaigns(self) -> tuple[KeptCampaign, ...]:
        """By id."""
        return tuple(self.kept_campaigns[each] for each in sorted(self.kept_campaigns))

    @alone
    def put_leave(self, leaves: Sequence[PersonLeave], event: Event) -> int:
        """Add or change; the last of two that begin on one day holds."""
        rows = {(each.employee_id, each.leave.first): each.leave.back_on for each in leaves}
        changed = {key: back for key, back in rows.items() if self.kept_leave.get(key) != back}
        self.kept_leave.update(changed)
        self.kept_events.append(event)
        return len(changed)

    @alone
    def leave_of(self, ids: Collection[EmployeeId], *, until_after: date) -> Mapping[EmployeeId, tuple[Leave, ...]]:
        """By its beginning."""
        found: dict[EmployeeId, tuple[Leave, ...]] = {}
        for each in self._leave(until_after):
            if each.employee_id in ids:
                found[each.employee_id] = (*found.get(each.employee_id, ()), each.leave)
        return found

    @alone
    def leave(self, *, until_after: date, limit: int = 1000) -> tuple[PersonLeave, ...]:
        """By its beginning."""
        return tuple(self._leave(until_after)[:limit])

    def _leave(self, until_after: date) -> list[PersonLeave]:
        return [
            PersonLeave(employee_id=who, leave=Leave(first=first, back_on=back))
            for (who, first), back in sorted(self.kept_leave.items(), key=lambda item: item[0][::-1])
            if back > until_after
        ]

    @alone
    def leave_begun(self, today: date, *, limit: int = 1000) -> tuple[PersonLeave, ...]:
        """By its beginning."""
        found = []
        for each in self._leave(today):
            employee = self.people.get(each.employee_id)
            known = employee.away_until if employee is not None else each.leave.back_on
            if each.leave.first <= today and (known is None or known < each.leave.back_on):
                found.append(each)
        return tuple(found[:limit])

    @alone
    def set_acting(self, acting: Acting, event: Event) -> None:
        """In the place of whoever did."""
        self.kept_acting.pop(acting.supervisor, None)
        if acting.stand_in != acting.supervisor:
            self.kept_acting[acting.supervisor] = acting
        self.kept_events.append(event)

    @alone
    def acting(self, today: date) -> Mapping[EmployeeId, EmployeeId]:
        """Those whose time has not ended."""
        held = self.kept_acting.values()
        return {each.supervisor: each.stand_in for each in held if each.until is None or each.until > today}
