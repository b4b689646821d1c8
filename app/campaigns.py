"""Which Campaigns there are: those of the configuration and, beside them, those that were set up by command.

One that has ended stays, so that late mail about it can still be answered. One that was taken out of the configuration
leaves its Rounds behind: nobody is asked in them any more, no Digest can be written, and they end in their time.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime

from domain.campaign import Campaign, KeptCampaign
from domain.ledger import Event
from domain.ports import Store
from domain.round import GOING_ON, CampaignId, Phase, Round

UNTOLD = "its campaign is not in the configuration: no digest was written"


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


def known_ids(store: Store, configured: Iterable[str]) -> frozenset[CampaignId]:
    """The ids of the configuration's Campaigns and of those that were set up by command."""
    set_up = (each.id for each in store.campaigns() if each.campaign is not None)
    return frozenset({*map(CampaignId, configured), *set_up})


def strays(store: Store, known: Container[CampaignId]) -> tuple[Round, ...]:
    """The Rounds that go on without a Campaign, newest first."""
    return tuple(one for one in store.rounds(phases=GOING_ON) if one.campaign_id not in known)


def end_stray(store: Store, stray: Round, event: Event) -> bool:
    """Make a Round final that has lost its Campaign; False where another process did so first."""
    if not store.advance(stray.campaign_id, stray.id, stray.phase, Phase.FINAL):
        return False
    store.write_event(event)
    return True
