"""Which Campaigns there are: those of the configuration and, beside them, those that were set up by command.

One that has ended stays, so that late mail about it can still be answered.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from domain.campaign import Campaign, KeptCampaign
from domain.ports import Store
from domain.round import CampaignId


class CampaignBook(Mapping[CampaignId, Campaign]):
    """The Campaigns by id, the configuration's first. Asks the Store anew each time: another process may add one."""

    def __init__(self, configured: Mapping[CampaignId, Campaign], store: Store) -> None:
        self._configured = configured
        self._store = store

    def __getitem__(self, campaign_id: CampaignId) -> Campaign:
        """The Campaign of that id. Raises KeyError."""
        found = self._configured.get(campaign_id)
        return found if found is not None else self._set_up()[campaign_id]

    def __iter__(self) -> Iterator[CampaignId]:
        """The ids."""
        yield from self._configured
        yield from (each for each in self._set_up() if each not in self._configured)

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)

    def kept(self, now: datetime) -> tuple[KeptCampaign, ...]:
        """What is kept of each Campaign, in order; one that is seen for the first time is set down as of `now`."""
        known = {each.id: each for each in self._store.campaigns()}
        for campaign_id in self:
            if campaign_id not in known:
                new = KeptCampaign(id=campaign_id, since=now)
                known[campaign_id] = self._store.ensure_campaign(new)
        return tuple(known[each] for each in self)

    def ended(self, campaign_id: CampaignId, now: datetime) -> bool:
        """Whether nothing is asked any more in this Campaign."""
        found = next((each for each in self._store.campaigns() if each.id == campaign_id), None)
        return found is not None and found.ended_at is not None and found.ended_at <= now

    def _set_up(self) -> dict[CampaignId, Campaign]:
        return {each.id: each.campaign for each in self._store.campaigns() if each.campaign is not None}
