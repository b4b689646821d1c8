"""Every store keeps what a Supervisor answers for others alike: each a version of its own, taken back with its message."""

from dataclasses import replace
from datetime import date

import pytest

from domain.employee import EmployeeId
from domain.errors import StoreError
from domain.leave import Acting, Leave, PersonLeave
from domain.ledger import AwayNote, Event, KeptReply, Recorded, Recording, Rerecording
from domain.origin import BounceReason
from domain.outbox import MailKind
from domain.ports import Store
from domain.round import Phase
from domain.standing import Standing
from domain.verdict import Decision
from tests.contract.store_values import (
    HOUR,
    NOW,
    W48,
    WEEKLY,
    answer,
    arrival,
    ask,
    entry,
    import_people,
    key_of,
    mail,
    person,
    prompt,
)

SAID = "on behalf, said by E001"


def covering(uid: int, *numbers: int, at: int = 1, **fields: object) -> Recording:
    replies = tuple(
        KeptReply(prompt=key_of(each), arrived_at=NOW + at * HOUR, body="", bullets=(f"Did {each}", "And more"))
        for each in numbers
    )
    made = entry(uid, at=NOW + at * HOUR, decision=Decision.ACCEPTED, reason=SAID)
    return Recording(entry=made, on_behalf=replies, **fields)


def stands(store: Store, number: int) -> tuple[Standing, tuple[str, ...]]:
    found = store.prompt(key_of(number))
    assert found is not None
    return found.standing, store.bullets(key_of(number))


COVERED = [(Standing.COVERED, (f"Did {each}", "And more")) for each in range(5)]


def test_several_people_are_covered_by_one_message(store: Store) -> None:
    ask(store, prompt(2), prompt(3), prompt(4))
    assert store.record(covering(1, 2, 3)) is Recorded.NEW
    assert store.record(covering(1, 2, 3)) is Recorded.KNOWN_KEY
    assert [stands(store, each) for each in (2, 3)] == COVERED[2:4]
    assert stands(store, 4) == (Standing.AWAITING, ())
    rows = {row.employee_id: row for row in store.digest_rows(WEEKLY, W48, EmployeeId("E001"))}
    assert rows[EmployeeId("E002")].bullets == ("Did 2", "And more")
    assert rows[EmployeeId("E002")].reason == SAID
    assert rows[EmployeeId("E002")].arrived_at == NOW + HOUR
    assert {each.standing: each.count for each in store.counts(WEEKLY, W48) if each.count} == {
        Standing.AWAITING: 1,
        Standing.COVERED: 2,
    }


def test_it_is_one_message_to_file_and_to_list(store: Store) -> None:
    ask(store, prompt(2), prompt(3))
    store.record(covering(1, 2, 3))
    assert len(store.unfiled(entry(1).arrival.key.mailbox)) == 1
    assert [one.prompt for one in store.entries()] == [None]
    assert len(store.history(arrival(1).key)) == 1
    store.mark_filed([arrival(1).key], NOW)
    assert store.unfiled(entry(1).arrival.key.mailbox) == ()


def test_what_the_person_writes_later_wins_and_earlier_does_not(store: Store) -> None:
    ask(store, prompt(2), prompt(3))
    store.record(covering(1, 2, 3, at=2))
    store.record(answer(2, 2, "My own", at=NOW + 3 * HOUR))
    store.record(answer(3, 3, "Too early", at=NOW + HOUR))
    assert stands(store, 2) == (Standing.ANSWERED, ("My own",))
    assert stands(store, 3) == COVERED[3]


def test_a_later_answer_taken_back_leaves_the_covered_one(store: Store) -> None:
    ask(store, prompt(2))
    store.record(covering(1, 2))
    store.record(answer(2, 2, "My own", at=NOW + 3 * HOUR))
    store.erase(arrival(2).key, Event(at=NOW, who="officer", what="erased"))
    assert stands(store, 2) == COVERED[2]


def test_a_message_decided_anew_takes_back_whom_it_covered(store: Store) -> None:
    ask(store, prompt(2), prompt(3))
    store.record(covering(1, 2, 3))
    before = store.history(arrival(1).key)[0].number
    assert before is not None
    event = Event(at=NOW, who="officer", what="read again")
    assert store.record_again(Rerecording(before=before, recording=covering(1, 3), event=event))
    assert stands(store, 2) == (Standing.AWAITING, ())
    assert stands(store, 3) == COVERED[3]
    assert [one.number for one in store.entries()] == [one.number for one in store.history(arrival(1).key)[:1]]


def test_an_erased_message_leaves_nothing_of_what_it_said_for_others(store: Store) -> None:
    ask(store, prompt(2), prompt(3))
    store.record(covering(1, 2, 3))
    erased = store.erase(arrival(1).key, Event(at=NOW, who="officer", what="erased"))
    assert (erased.replies, erased.bullets) == (2, 4)
    assert [stands(store, each) for each in (2, 3)] == [(Standing.AWAITING, ())] * 2


def test_an_erased_message_takes_along_the_mail_that_quotes_it(store: Store) -> None:
    ask(store, prompt(2, supervisor_id=EmployeeId("E001")), prompt(3, supervisor_id=EmployeeId("E009")))
    kinds = (("one", MailKind.CONFIRMATION, 1), ("two", MailKind.COMMENT, 2), ("three", MailKind.COMMENT, 3))
    others = (("four", MailKind.CONFIRMATION, 9), ("five", MailKind.PROMPT, 2))
    mails = [mail(key, kind=kind, employee_id=EmployeeId(f"E00{who}")) for key, kind, who in (*kinds, *others)]
    said = entry(1, decision=Decision.ACCEPTED, reason="said by E001")
    store.record(Recording(entry=said, mails=tuple(mails)))
    erased = store.erase(arrival(1).key, Event(at=NOW, who="officer", what="erased"))
    assert (erased.mails, erased.sent, erased.leaving) == (2, 0, 0)
    left = {one.mail.key for one in store.claim("s", now=NOW + HOUR, limit=10, lease=HOUR)}
    assert left == {"three", "four", "five"}


def test_absences_and_events_come_in_the_same_transaction(store: Store) -> None:
    import_people(store, person(1), person(2, 1), person(3, 1))
    ask(store, prompt(2), prompt(3))
    store.advance(WEEKLY, W48, Phase.OPENING, Phase.OPEN)
    said = tuple(
        AwayNote(employee_id=EmployeeId(f"E00{each}"), back_on=date(2026, 12, each), reason="said by E001")
        for each in (2, 3)
    )
    told = tuple(Event(at=NOW, who="E001", what="said away", subject=f"E00{each}") for each in (2, 3))
    store.record(covering(1, absences=said, events=told))
    people = [store.employee(EmployeeId(f"E00{each}")) for each in (2, 3)]
    assert [one.away_until for one in people if one is not None] == [date(2026, 12, 2), date(2026, 12, 3)]
    found = [store.prompt(key_of(each)) for each in (2, 3)]
    assert [(one.standing, one.reason) for one in found if one is not None] == [(Standing.AWAY, "said by E001")] * 2
    assert set(told) <= set(store.events())


def test_leave_to_come_and_a_stand_in_come_with_the_message(store: Store) -> None:
    import_people(store, person(1), person(2, 1), person(3, 1))
    ask(store, prompt(2))
    boss, first, stand_in = EmployeeId("E001"), date(2026, 12, 7), EmployeeId("E003")
    trip = Leave(first=first, back_on=date(2026, 12, 14))
    leave = PersonLeave(employee_id=EmployeeId("E002"), leave=trip)
    store.record(covering(1, leaves=(leave,), acting=(Acting(supervisor=boss, stand_in=stand_in),)))
    assert store.leave_of([EmployeeId("E002")], until_after=first) == {"E002": (trip,)}
    assert store.acting(first) == {boss: stand_in}
    store.record(covering(2, acting=(Acting(supervisor=boss, stand_in=boss),)))
    assert store.acting(first) == {}


def test_nobody_is_covered_who_was_not_asked_and_nothing_of_it_stays(store: Store) -> None:
    ask(store, prompt(2))
    with pytest.raises(StoreError):
        store.record(covering(1, 2, 9))
    assert stands(store, 2) == (Standing.AWAITING, ())
    assert store.entries() == ()


def test_nothing_is_kept_of_a_withheld_message(store: Store) -> None:
    ask(store, prompt(2))
    marked = covering(1, 2)
    with pytest.raises(ValueError, match="withheld"):
        store.record(replace(marked, entry=replace(marked.entry, decision=Decision.WITHHELD)))
    assert store.entries() == ()


def test_being_answered_for_does_not_prove_an_address(store: Store) -> None:
    from domain.ledger import DeliveryFailure

    import_people(store, person(1), person(2, 1))
    ask(store, prompt(2))
    failed = DeliveryFailure(prompt=key_of(2), address="e002@agency.example", reason=BounceReason.UNKNOWN_ADDRESS)
    store.record(Recording(entry=entry(1), failures=(failed,)))
    store.record(covering(2, 2))
    assert store.dead_addresses([EmployeeId("E002")], rounds=1) == {"E002"}
