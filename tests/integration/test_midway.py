"""A Round in its course: what the calendar, leave, policies and people change in it, and what goes out then."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from app import midway
from app.gate import FRESH, Gate
from app.pressroom import OBSERVER
from app.schedule import Scheduler
from app.wiring import House
from domain.campaign import Campaign, KeptCampaign
from domain.employee import EmailAddress, EmployeeId
from domain.leave import Acting, Leave, PersonLeave
from domain.ledger import AwayNote, Event, PromptKey, StandingChange
from domain.outbox import Attempt, MailKind, MailState, OutboundMail, Sent
from domain.policy import Copy, Mode, PolicyChange
from domain.ports import Store
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing
from domain.unit import UnitPath
from store.engine import open_store
from store.memory import MemoryStore
from tests.contract.conftest import sqlite_template, sqlite_url, url
from tests.fakes.clock import START, FakeClock
from tests.fakes.house import WEEKLY, count, employ, house, person

__all__ = ["sqlite_template", "sqlite_url", "url"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUIET = f'{WEEKLY.rstrip()}\ncode_before = "none"\n'
W47, W48 = RoundId("2026-W47"), RoundId("2026-W48")
ID = CampaignId("weekly")
OPENS = datetime(2026, 11, 20, 9, tzinfo=UTC)
CLOSES = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
AGENCY, NORTH = UnitPath("Agency"), UnitPath("Agency/North")
EVENT = Event(at=START, who="operator", what="test", reason="because")
E1, E2, E3 = (EmployeeId(f"E00{number}") for number in (1, 2, 3))


class Place:
    """A house in memory with a scheduler, and a relay that takes everything at the last look's word."""

    def __init__(self, folder: Path, store: Store | None = None, campaign: str = QUIET) -> None:
        self.clock = FakeClock(OPENS)
        self.store = store if store is not None else MemoryStore()
        self.house: House = house(folder, self.store, self.clock, campaign)
        self.scheduler = Scheduler(house=self.house, may_go_on=lambda: True)
        self.gate: Gate = self.house.gate()
        self.sent: list[OutboundMail] = []

    def at(self, when: datetime) -> None:
        self.clock.move(when - self.clock.now())
        self.scheduler.tick()

    def send(self) -> list[OutboundMail]:
        """Everything that is due; what went."""
        now, went = self.clock.now(), []
        while claimed := self.store.claim("s", now=now, limit=50, lease=HOUR):
            for one in claimed:
                said = asyncio.run(self.gate(one.mail))
                attempt = said if isinstance(said, Attempt) else Attempt(at=now, result=Sent.ACCEPTED)
                if isinstance(said, str):
                    attempt = Attempt(at=now, result=Sent.REFUSED, words=said)
                assert self.store.finish(one.id, one.epoch, attempt, None)
                if attempt.result is Sent.ACCEPTED:
                    went.append(one.mail)
        self.sent += went
        return went

    def prompt(self, number: int, week: RoundId = W47) -> Prompt:
        found = self.store.prompt(key(number, week))
        assert found is not None
        return found

    def round(self, week: RoundId = W47) -> Round:
        found = self.store.round(ID, week)
        assert found is not None
        return found

    def policy(self, unit: UnitPath, **fields: object) -> midway.Followed:
        self.store.set_policy(PolicyChange(unit=unit, fields=fields), EVENT)
        return midway.follow(self.house.keeper().asker, self.house.campaigns[ID], self.round(), unit)


def key(number: int, week: RoundId = W47) -> PromptKey:
    return PromptKey(campaign_id=ID, round_id=week, employee_id=EmployeeId(f"E{number:03}"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    employ(made.store, person(1, None), person(2), person(3, unit=NORTH))
    return made


def kinds(mails: list[OutboundMail]) -> list[str]:
    return sorted(f"{mail.kind} {mail.employee_id}" for mail in mails)


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


def test_who_is_away_is_asked_on_the_return_and_has_all_the_time(place: Place) -> None:
    place.store.set_away(E2, date(2026, 11, 25))
    place.at(OPENS)
    assert (place.prompt(2).standing, place.prompt(2).reason) == (Standing.AWAY, "back on 2026-11-25")
    assert kinds(place.send()) == ["prompt E001", "prompt E003"]
    back = datetime(2026, 11, 25, 9, tzinfo=UTC)
    place.at(back)
    assert place.prompt(2).standing is Standing.AWAITING
    assert "prompt E002" in kinds(place.send())
    assert place.prompt(2).window.closes_at == back + (CLOSES - OPENS)


def test_an_out_of_office_mail_moves_the_window(place: Place) -> None:
    place.at(OPENS)
    place.send()
    back = datetime(2026, 11, 23, 9, tzinfo=UTC)
    place.store.note_away(AwayNote(employee_id=E2, back_on=back.date(), back_at=back), EVENT)
    place.at(back - HOUR)
    assert place.prompt(2).standing is Standing.AWAY
    place.at(back)
    assert place.prompt(2).standing is Standing.AWAITING
    late = place.prompt(2).window
    assert not late.is_late(CLOSES + HOUR)
    assert late.is_late(back + (CLOSES - OPENS) + HOUR)


def test_leave_that_begins_sets_away_and_other_leave_extends_it(place: Place) -> None:
    weekend = PersonLeave(employee_id=E2, leave=Leave(first=date(2026, 11, 21), back_on=date(2026, 11, 22)))
    place.store.put_leave([weekend], EVENT)
    place.at(OPENS)
    assert place.prompt(2).standing is Standing.AWAITING
    place.at(OPENS + DAY)
    assert place.prompt(2).standing is Standing.AWAY
    place.store.set_away(E2, date(2026, 11, 24))
    place.at(datetime(2026, 11, 22, 9, 0, 1, tzinfo=UTC))
    assert place.prompt(2).standing is Standing.AWAY
    assert place.prompt(2).window.opens_at == datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_nobody_comes_back_to_two_questions(place: Place) -> None:
    place.store.set_away(E2, date(2026, 12, 1))
    place.at(OPENS)
    place.at(OPENS + 7 * DAY)
    place.send()
    place.at(datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert (place.prompt(2).standing, place.prompt(2).reason) == (Standing.EXEMPT, midway.OVERTAKEN)
    assert place.prompt(2, W48).standing is Standing.AWAITING
    assert [mail.round_id for mail in place.send() if mail.employee_id == E2] == [W48]


def test_hours_from_delivery(place: Place) -> None:
    place.store.set_policy(PolicyChange(unit=NORTH, fields={"window": 48 * HOUR}), EVENT)
    place.at(OPENS)
    assert place.prompt(3).window.closes_at == OPENS + 48 * HOUR
    place.clock.move(5 * HOUR)
    place.send()
    assert place.prompt(3).window.closes_at == OPENS + 53 * HOUR
    assert place.prompt(2).window.closes_at == CLOSES
    place.at(OPENS + 53 * HOUR - DAY + timedelta(minutes=20))
    assert count(place.store, MailKind.REMINDER) == 0  # on a Saturday, and closed before Monday's working hours


def test_a_paused_unit_is_left_alone_at_once_and_asked_when_it_is_resumed(place: Place) -> None:
    place.at(OPENS)
    claimed = place.store.claim("slow", now=OPENS, limit=50, lease=HOUR)
    done = place.policy(NORTH, mode=Mode.PAUSED)
    assert done.let_off == 1
    assert (place.prompt(3).standing, place.prompt(3).reason) == (Standing.EXEMPT, "the unit is paused")
    # Already with a sender: the last look holds it.
    said = {one.mail.employee_id: asyncio.run(place.gate(one.mail)) for one in claimed}
    assert said[E1] is None
    stopped = said[E3]
    assert isinstance(stopped, Attempt)
    assert (stopped.result, stopped.words) == (Sent.HELD, "the unit is paused")
    for one in claimed:
        look = said[one.mail.employee_id]
        place.store.finish(one.id, one.epoch, look if isinstance(look, Attempt) else _accepted(), None)
    assert count(place.store, MailKind.PROMPT, MailState.HELD) == 1
    place.clock.move(HOUR)
    assert place.policy(NORTH).asked == 1
    assert place.prompt(3).standing is Standing.AWAITING
    assert kinds(place.send()) == ["prompt E003"]


def _accepted() -> Attempt:
    return Attempt(at=OPENS, result=Sent.ACCEPTED)


def test_a_unit_that_was_paused_at_the_opening_is_asked_after_all(place: Place) -> None:
    place.store.set_policy(PolicyChange(unit=AGENCY, fields={"mode": Mode.PAUSED}), EVENT)
    place.at(OPENS)
    assert count(place.store, MailKind.PROMPT) == 0
    place.clock.move(HOUR)
    place.store.set_policy(PolicyChange(unit=AGENCY, fields={}), EVENT)
    done = place.policy(NORTH)
    assert done.asked == 1
    assert kinds(place.send()) == ["prompt E003"]
    assert place.prompt(2).standing is Standing.EXEMPT


def test_the_scheduler_stops_mail_after_a_policy_was_set_anywhere(place: Place) -> None:
    place.at(OPENS)
    place.store.set_policy(PolicyChange(unit=NORTH, fields={"mode": Mode.ENDED}), EVENT)
    place.at(OPENS + timedelta(seconds=20))
    assert count(place.store, MailKind.PROMPT, MailState.HELD) == 1
    place.store.set_policy(PolicyChange(unit=NORTH, fields={}), EVENT)
    place.at(OPENS + timedelta(seconds=40))
    assert count(place.store, MailKind.PROMPT, MailState.HELD) == 0


def test_a_correction_goes_to_those_who_were_asked_once(place: Place) -> None:
    place.at(OPENS)
    place.send()
    asker, campaign = place.house.keeper().asker, place.house.campaigns[ID]
    place.policy(NORTH, mode=Mode.VOLUNTARY)
    for _ in range(2):
        midway.correct(asker, campaign, place.round(), NORTH, occasion="1", said="As the director wrote.")
    mails = place.send()
    assert kinds(mails) == ["correction E003"]
    assert b"voluntary" in mails[0].content
    assert b"As the director wrote." in mails[0].content


def test_nobody_who_was_not_asked_yet_is_corrected(place: Place) -> None:
    place.at(OPENS)
    done = midway.correct(place.house.keeper().asker, place.house.campaigns[ID], place.round(), AGENCY, occasion="1")
    assert done == 0


def test_a_paused_round_is_held_whole(place: Place) -> None:
    place.at(OPENS)
    place.store.advance(ID, W47, Phase.OPEN, Phase.PAUSED)
    place.at(OPENS + timedelta(minutes=1))
    assert place.send() == []
    place.store.advance(ID, W47, Phase.PAUSED, Phase.OPEN)
    place.at(OPENS + timedelta(minutes=2))
    assert len(place.send()) == 3


def test_a_closed_unit_is_left_alone_whatever_is_changed_afterwards(place: Place) -> None:
    """Its prompt that waited is cancelled, no reminder is made, and no change of policy asks again; others go on."""
    place.at(OPENS)
    keeper, campaign = place.house.keeper(), place.house.campaigns[ID]
    assert keeper.close_unit(campaign, place.round(), NORTH, who="operator", reason="r") == 1
    place.policy(UnitPath("Agency"), mode=Mode.PAUSED)
    place.policy(UnitPath("Agency"), mode=Mode.REQUIRED)
    place.clock.move(timedelta(seconds=FRESH))
    assert kinds(place.send()) == ["digest E001", "prompt E001", "prompt E002"]
    assert count(place.store, MailKind.PROMPT, MailState.CANCELLED) == 1
    place.at(CLOSES - DAY + HOUR)
    assert count(place.store, MailKind.REMINDER) == 2


def test_an_ended_campaign_asks_nobody(place: Place) -> None:
    place.at(OPENS)
    place.store.end_campaign(ID, OPENS, EVENT)
    place.at(OPENS + timedelta(minutes=1))
    assert place.send() == []
    place.at(OPENS + 7 * DAY)
    place.at(OPENS + 7 * DAY + HOUR)
    assert [one.id for one in place.store.rounds()] == [W47]
    assert place.round().phase is Phase.FINAL


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


def test_a_supervisor_who_left_or_has_a_stand_in_is_passed_over(place: Place) -> None:
    employ(place.store, person(1, None), person(2), person(3, 2), person(4, 2), person(5, 1))
    place.store.set_acting(Acting(supervisor=E1, stand_in=EmployeeId("E005")), EVENT)
    place.at(OPENS)
    assert place.prompt(3).supervisor_id == E2
    assert place.prompt(2).supervisor_id == "E005"
    assert place.prompt(5).supervisor_id == E1  # nobody is routed to themselves
    assert place.prompt(1).supervisor_id is None


def test_the_place_of_a_supervisor_who_left_is_passed_over(place: Place) -> None:
    employ(place.store, person(1, None), person(2), person(3, 2))
    employ(place.store, person(1, None), person(3, None))
    place.store.stage([(2, person(1, None)), (3, person(3, 2))])
    place.store.stage_apply(START)
    place.at(OPENS)
    assert place.prompt(3).supervisor_id == E1


def answer(place: Place, number: int) -> None:
    from domain.ledger import Arrival, KeptReply, LedgerEntry, MessageKey, Recording
    from domain.origin import Origin
    from domain.verdict import Decision

    about, at = key(number), place.clock.now()
    arrival = Arrival(key=MessageKey(mailbox="reports", uidvalidity=1, uid=number), arrived_at=at, size=1)
    entry = LedgerEntry(arrival=arrival, decided_at=at, origin=Origin.PERSON, prompt=about, decision=Decision.ACCEPTED)
    reply = KeptReply(prompt=about, arrived_at=at, body="Mended it", bullets=("Mended it",))
    change = StandingChange(prompt=about, standing=Standing.ANSWERED)
    place.store.record(Recording(entry=entry, reply=reply, standings=(change,)))


def digests(place: Place) -> list[OutboundMail]:
    return [mail for mail in place.send() if mail.kind in {MailKind.DIGEST, MailKind.FINAL_DIGEST}]


def test_a_digest_of_somebody_elses_people_is_refused_at_the_send(place: Place) -> None:
    employ(place.store, person(1, None), person(2), person(3), person(4, None))
    place.at(OPENS)
    place.send()
    answer(place, 2)
    place.at(CLOSES + HOUR)
    place.store.move(key(2), EmployeeId("E004"), EVENT)
    assert digests(place) == []
    assert count(place.store, MailKind.DIGEST, MailState.FAILED) == 1


def test_what_was_sent_as_it_came_is_not_in_the_digest_again(place: Place) -> None:
    place.store.set_policy(PolicyChange(unit=NORTH, fields={"copy": Copy.EACH}), EVENT)
    place.at(OPENS)
    place.send()
    answer(place, 3)
    place.at(CLOSES + HOUR)
    (digest,) = digests(place)
    assert b"Mended it" not in digest.content
    assert b"Name 003" in digest.content


def test_an_observer_gets_the_rows_of_the_units_that_name_them(place: Place) -> None:
    seen = EmailAddress("office@agency.example")
    place.store.set_policy(PolicyChange(unit=NORTH, fields={"observers": (seen,)}), EVENT)
    place.at(OPENS)
    place.send()
    place.at(CLOSES + HOUR)
    own, other = sorted(digests(place), key=lambda mail: OBSERVER in mail.key)
    assert (own.recipient, other.recipient) == ("e001@agency.example", seen)
    assert b"Name 002" in own.content
    assert b"Name 002" not in other.content
    assert b"Name 003" in other.content


def test_non_response_in_a_voluntary_unit_is_counted_and_not_named(place: Place) -> None:
    place.store.set_policy(PolicyChange(unit=NORTH, fields={"mode": Mode.VOLUNTARY}), EVENT)
    place.at(OPENS)
    place.send()
    place.at(CLOSES + HOUR)
    (digest,) = digests(place)
    assert b"Name 002" in digest.content
    assert b"Name 003" not in digest.content


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


def test_who_comes_back_to_a_paused_unit_is_awaited_when_it_asks_again(place: Place) -> None:
    back = OPENS + DAY
    place.store.put_leave([PersonLeave(employee_id=E3, leave=Leave(first=OPENS.date(), back_on=back.date()))], EVENT)
    place.at(OPENS)
    place.send()
    place.policy(NORTH, mode=Mode.PAUSED)
    place.at(back)
    assert (place.prompt(3).standing, place.prompt(3).reason) == (Standing.EXEMPT, "the unit is paused")
    assert place.send() == []
    place.policy(NORTH, mode=Mode.REQUIRED)
    place.at(back + HOUR)
    assert place.prompt(3).standing is Standing.AWAITING
    assert kinds(place.send()) == ["prompt E003"]


def test_who_is_said_to_be_away_after_the_close_stays_so_until_they_return(place: Place) -> None:
    """As Supervisors do when the Digest has come."""
    place.at(OPENS)
    place.at(CLOSES + HOUR)
    place.store.set_standings([StandingChange(prompt=key(2), standing=Standing.AWAY, reason="said by E001")])
    back = datetime(2026, 11, 26, 9, tzinfo=UTC)
    place.store.note_away(AwayNote(employee_id=E2, back_on=back.date(), back_at=back, reason="said by E001"), EVENT)
    place.at(CLOSES + 2 * HOUR)
    assert (place.prompt(2).standing, place.prompt(2).reason) == (Standing.AWAY, "said by E001")
    place.at(back)
    assert place.prompt(2).standing is Standing.AWAITING
