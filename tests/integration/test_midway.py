"""A Round in its course: what policies, pauses, corrections and leave change in it."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app import midway
from app.gate import FRESH
from domain.leave import Leave, PersonLeave
from domain.ledger import AwayNote, StandingChange
from domain.outbox import Attempt, MailKind, MailState, Sent
from domain.policy import Mode, PolicyChange
from domain.round import Phase
from domain.standing import Standing
from domain.unit import UnitPath
from tests.fakes.course import (
    AGENCY,
    CLOSES,
    DAY,
    E1,
    E2,
    E3,
    EVENT,
    HOUR,
    ID,
    NORTH,
    OPENS,
    W47,
    W48,
    Place,
    accepted,
    key,
    kinds,
)
from tests.fakes.house import count, employ, person


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    employ(made.store, person(1, None), person(2), person(3, unit=NORTH))
    return made


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
        place.store.finish(one.id, one.epoch, look if isinstance(look, Attempt) else accepted(), None)
    assert count(place.store, MailKind.PROMPT, MailState.HELD) == 1
    place.clock.move(HOUR)
    assert place.policy(NORTH).asked == 1
    assert place.prompt(3).standing is Standing.AWAITING
    assert kinds(place.send()) == ["prompt E003"]


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
