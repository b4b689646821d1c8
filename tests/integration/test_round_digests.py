"""Whose answers a digest holds, and who gets it."""

from pathlib import Path

import pytest

from app.pressroom import OBSERVER
from domain.employee import EmailAddress, EmployeeId
from domain.leave import Acting
from domain.outbox import MailKind, MailState
from domain.policy import Copy, Mode, PolicyChange
from tests.fakes.clock import START
from tests.fakes.course import CLOSES, E1, E2, EVENT, HOUR, NORTH, OPENS, Place, answer, digests, key
from tests.fakes.house import count, employ, person


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    employ(made.store, person(1, None), person(2), person(3, unit=NORTH))
    return made


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
