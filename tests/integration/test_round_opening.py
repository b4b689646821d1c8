"""When a Round opens and reminds, whom it asks, and that it does so once, whatever the clock and whoever looks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from domain.campaign import Campaign, KeptCampaign
from domain.ledger import StandingChange
from domain.outbox import MailKind, MailState
from domain.policy import PolicyChange
from domain.round import CampaignId, Phase
from domain.standing import Standing
from store.engine import open_store
from tests.contract.conftest import sqlite_template, sqlite_url, url
from tests.fakes.course import AGENCY, CLOSES, DAY, EVENT, HOUR, ID, NORTH, OPENS, QUIET, W47, W48, Place, key, kinds
from tests.fakes.house import count, employ, person

__all__ = ["sqlite_template", "sqlite_url", "url"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    employ(made.store, person(1, None), person(2), person(3, unit=NORTH))
    return made


def test_a_campaign_of_the_configuration_is_known_since_the_first_look(place: Place) -> None:
    place.at(OPENS + 30 * timedelta(minutes=1))
    assert place.store.campaigns() == (KeptCampaign(id=ID, since=OPENS + 30 * timedelta(minutes=1)),)
    assert place.round().phase is Phase.OPEN


def test_nobody_is_asked_for_a_week_that_began_before_the_first_look(place: Place) -> None:
    place.at(OPENS + 2 * HOUR)
    assert place.store.rounds() == ()
    place.at(OPENS + 7 * DAY)
    assert [one.id for one in place.store.rounds()] == [W48]


@pytest.mark.parametrize("down", [timedelta(minutes=1), HOUR, 3 * DAY])
def test_after_downtime_a_round_opens_late_and_once(place: Place, down: timedelta) -> None:
    place.store.ensure_campaign(KeptCampaign(id=ID, since=OPENS - DAY))
    place.at(OPENS + down)
    place.at(OPENS + down + HOUR)
    assert [(one.id, one.phase) for one in place.store.rounds()] == [(W47, Phase.OPEN)]
    assert count(place.store, MailKind.PROMPT) == 3


def test_after_eight_days_it_is_skipped_and_the_operator_is_told(place: Place) -> None:
    place.store.ensure_campaign(KeptCampaign(id=ID, since=OPENS - DAY))
    place.at(OPENS + 8 * DAY)
    assert {one.id: one.phase for one in place.store.rounds()} == {W47: Phase.SKIPPED, W48: Phase.OPEN}
    assert "round skipped" in [event.what for event in place.store.events()]
    told = [mail for mail in place.send() if mail.kind is MailKind.ALERT]
    assert [mail.recipient for mail in told] == ["security@agency.example"]
    assert b"W47" in told[0].content
    place.at(OPENS + 8 * DAY + HOUR)
    assert count(place.store, MailKind.ALERT) == 1


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 7 * DAY, -7 * DAY])
def test_a_clock_that_jumps_asks_nobody_twice(place: Place, jump: timedelta) -> None:
    place.at(OPENS)
    place.at(OPENS + jump)
    place.at(OPENS + timedelta(minutes=1))
    place.at(OPENS + timedelta(minutes=2))
    weeks = [one.id for one in place.store.rounds()]
    assert len(weeks) == len(set(weeks))
    assert count(place.store, MailKind.PROMPT) == 3 * len(weeks)


def test_many_schedulers_at_one_tick_ask_once(url: str, tmp_path: Path) -> None:
    stores = [open_store(url) for _ in range(4)]
    try:
        places = [Place(tmp_path / str(at), store) for at, store in enumerate(stores)]
        employ(stores[0], person(1, None), *(person(number) for number in range(2, 60)))
        with ThreadPoolExecutor(len(places)) as threads:
            list(threads.map(lambda each: each.at(OPENS), places))
        assert [(one.id, one.phase) for one in stores[0].rounds()] == [(W47, Phase.OPEN)]
        assert count(stores[0], MailKind.PROMPT) == 59
        with ThreadPoolExecutor(len(places)) as threads:
            list(threads.map(lambda each: each.at(CLOSES + HOUR), places))
        assert stores[0].rounds()[0].phase is Phase.CLOSED
        assert count(stores[0], MailKind.DIGEST) == 1
        assert [event.what for event in stores[0].events()].count("round closed") == 1
    finally:
        for store in stores:
            store.close()


def test_a_reminder_is_done_once_whichever_process_looks(place: Place, tmp_path: Path) -> None:
    place.at(OPENS)
    place.send()
    place.store.set_standings([StandingChange(prompt=key(2), standing=Standing.ANSWERED)])
    place.at(CLOSES - DAY + timedelta(minutes=1))
    assert place.round().reminded_upto == place.clock.now()
    other = Place(tmp_path, place.store)
    other.at(CLOSES - DAY + HOUR)
    assert count(place.store, MailKind.REMINDER) == 2
    # Monday's last minute less a day is Sunday night: they wait for working hours, and for whoever answers meanwhile.
    assert place.send() == []
    place.store.set_standings([StandingChange(prompt=key(3), standing=Standing.ANSWERED)])
    place.at(datetime(2026, 11, 23, 9, 0, 1, tzinfo=UTC))
    assert kinds(place.send()) == ["reminder E001"]
    assert count(place.store, MailKind.REMINDER, MailState.CANCELLED) == 1


def test_a_campaign_that_was_set_up_asks_once(place: Place) -> None:
    once = Campaign(
        id=CampaignId("all-hands"), weekday=6, time=time(10), hours=48 * HOUR, first=W47, last=W47, wording="One thing?"
    )
    kept = KeptCampaign(id=once.id, since=OPENS, campaign=once)
    place.store.add_campaign(kept, EVENT)
    place.at(OPENS)
    place.at(OPENS + DAY + HOUR)
    assert {(one.campaign_id, one.id) for one in place.store.rounds()} == {(ID, W47), (once.id, W47)}
    assert any(b"One thing?" in mail.content for mail in place.send())
    place.at(OPENS + 8 * DAY)
    assert [one.id for one in place.store.rounds(once.id)] == [W47]


def test_each_is_asked_on_their_own_clock(tmp_path: Path) -> None:
    place = Place(tmp_path, campaign=f"{QUIET}own_zone = true\n")
    employ(place.store, person(1, None, time_zone="Asia/Tokyo"), person(2, time_zone="America/Los_Angeles"))
    place.store.ensure_campaign(KeptCampaign(id=ID, since=OPENS - 2 * DAY))
    place.at(OPENS - 14 * HOUR)
    assert place.round().phase is Phase.OPEN
    assert place.prompt(1).window.opens_at == datetime(2026, 11, 20, 0, tzinfo=UTC)
    assert place.prompt(2).window.opens_at == datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert place.send() == []
    place.at(datetime(2026, 11, 20, 0, tzinfo=UTC))
    assert kinds(place.send()) == ["prompt E001"]
    place.at(datetime(2026, 11, 20, 17, tzinfo=UTC))
    assert kinds(place.send()) == ["prompt E002"]


def test_lists_and_tenure_say_who_is_asked(place: Place) -> None:
    employ(place.store, person(1, None), person(2, since=date(2026, 11, 1)), person(3, unit=NORTH), person(4))
    place.store.set_policy(PolicyChange(unit=AGENCY, fields={"tenure": 30 * DAY, "never": ("E004",)}), EVENT)
    place.store.set_policy(PolicyChange(unit=NORTH, fields={"only": ("E001",)}), EVENT)
    counted = place.house.keeper().headcount()
    assert counted.asked == {AGENCY: 1}
    place.at(OPENS)
    reasons = {number: place.prompt(number).reason for number in (1, 2, 3, 4)}
    assert reasons == {
        1: "",
        2: "there for less than 30 days",
        3: "not on the list of those who are asked",
        4: "on the list of those who are not asked",
    }
    assert counted.not_asked == {reasons[number]: 1 for number in (2, 3, 4)}


def test_an_opening_that_stopped_goes_on(place: Place, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(_: int) -> None:
        raise StopError

    campaign = place.house.campaigns[ID]
    from app.schedule import new_round
    from outbound.calendar import Occurrence, occurrence

    turn = occurrence(campaign, W47)
    assert isinstance(turn, Occurrence)
    keeper = place.house.keeper()
    with pytest.raises(StopError):
        keeper.open(campaign, new_round(keeper, campaign, turn), who="test", progress=stop)
    assert place.round().phase is Phase.OPENING
    Place(tmp_path, place.store).at(OPENS + HOUR)
    assert place.round().phase is Phase.OPEN
    assert count(place.store, MailKind.PROMPT) == 3
