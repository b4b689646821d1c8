"""Every store decides a recorded message anew alike: the old entry stays, its doing is taken back, the new one holds."""

from dataclasses import replace
from datetime import date

import pytest

from domain.employee import EmployeeId
from domain.ledger import (
    AwayNote,
    DeliveryFailure,
    Erasure,
    Event,
    Filing,
    Folder,
    Recorded,
    Recording,
    Rerecording,
    Sought,
    StandingChange,
)
from domain.origin import BounceReason, Origin
from domain.outbox import Attempt, MailKind, Sent
from domain.ports import Store
from domain.round import RoundId
from domain.standing import Standing
from domain.verdict import Decision
from tests.contract.store_values import (
    BOX,
    HOUR,
    NOW,
    W48,
    W49,
    WEEKLY,
    answer,
    arrival,
    ask,
    elsewhere,
    entry,
    import_people,
    key_of,
    mail,
    person,
    prompt,
    queued,
    refusal,
    standing,
)

KEY = arrival(1).key
EVENT = Event(at=NOW + 2 * HOUR, who="officer", what="released", subject=f"{BOX}/7/1", reason="unmarked after all")


def number_of(store: Store, uid: int = 1) -> int:
    newest = store.history(arrival(uid).key)[0]
    assert newest.number is not None
    return newest.number


def again(store: Store, recording: Recording, **fields: object) -> bool:
    uid = recording.entry.arrival.key.uid
    return store.record_again(Rerecording(before=number_of(store, uid), recording=recording, event=EVENT, **fields))


def counted(store: Store) -> dict[Standing, int]:
    return {each.standing: each.count for each in store.counts(WEEKLY, W48) if each.count}


def test_a_withheld_reply_is_released(store: Store) -> None:
    ask(store, prompt(1))
    store.record(refusal(1, 1, decision=Decision.WITHHELD))
    store.mark_filed([KEY], NOW)
    assert again(store, answer(1, 1, "Wrote the plan", mails=(mail("receipt/1"),)))
    assert standing(store) is Standing.ANSWERED
    assert store.bullets(key_of(1)) == ("Wrote the plan",)
    assert counted(store) == {Standing.ANSWERED: 1}
    new, old = store.history(KEY)
    assert (old.decision, new.decision) == (Decision.WITHHELD, Decision.ACCEPTED)
    assert (old.superseded_by, new.superseded_by) == (new.number, None)
    assert store.entries() == (new,)
    assert store.entries(decision="withheld") == ()
    assert [filing.key for filing in store.unfiled(BOX)] == [KEY]
    assert store.recorded(BOX, 7, [1]) == {1}
    assert queued(store) == 1
    assert store.events(limit=1) == (EVENT,)


def test_two_who_decide_anew_at_once_do_it_once(store: Store) -> None:
    ask(store, prompt(1))
    store.record(refusal(1, 1, decision=Decision.WITHHELD))
    before = number_of(store)
    once = Rerecording(before=before, recording=answer(1, 1, "Wrote the plan"), event=EVENT)
    assert store.record_again(once)
    assert not store.record_again(once)
    assert len(store.history(KEY)) == 2
    assert counted(store) == {Standing.ANSWERED: 1}


def test_text_of_a_withheld_message_is_refused_here_too(store: Store) -> None:
    ask(store, prompt(1))
    store.record(answer(1, 1, "Wrote the plan"))
    marked = answer(1, 1, "Wrote the plan")
    marked = replace(marked, entry=replace(marked.entry, decision=Decision.WITHHELD))
    with pytest.raises(ValueError, match="withheld"):
        again(store, marked)
    assert standing(store) is Standing.ANSWERED


def test_an_accepted_reply_that_turns_out_marked_leaves_no_text(store: Store) -> None:
    ask(store, prompt(1))
    store.record(answer(1, 1, "Wrote the plan"))
    assert again(store, refusal(1, 1, decision=Decision.WITHHELD))
    assert standing(store) is Standing.WITHHELD
    assert store.bullets(key_of(1)) == ()
    assert counted(store) == {Standing.WITHHELD: 1}


def test_the_last_good_reply_before_it_counts_again(store: Store) -> None:
    ask(store, prompt(1))
    store.record(answer(1, 1, "First", at=NOW))
    store.record(answer(2, 1, "Second", at=NOW + HOUR, standing=Standing.LATE))
    again(store, refusal(2, 1, at=NOW + HOUR))
    assert standing(store) is Standing.ANSWERED
    assert store.bullets(key_of(1)) == ("First",)


def test_a_good_reply_that_came_later_is_not_replaced_by_a_released_one(store: Store) -> None:
    ask(store, prompt(1))
    store.record(refusal(1, 1, at=NOW, decision=Decision.WITHHELD))
    store.record(answer(2, 1, "Second", at=NOW + HOUR))
    again(store, answer(1, 1, "First", at=NOW))
    assert store.bullets(key_of(1)) == ("Second",)


def test_another_withheld_reply_keeps_the_prompt_withheld(store: Store) -> None:
    ask(store, prompt(1))
    store.record(refusal(1, 1, decision=Decision.WITHHELD))
    store.record(refusal(2, 1, decision=Decision.WITHHELD))
    again(store, refusal(1, 1))
    assert standing(store) is Standing.WITHHELD
    again(store, refusal(2, 1))
    assert standing(store) is Standing.NEEDS_FIX
    assert counted(store) == {Standing.NEEDS_FIX: 1}


def test_what_a_person_set_by_hand_stays(store: Store) -> None:
    ask(store, prompt(1))
    store.record(answer(1, 1, "First"))
    store.set_standings([StandingChange(prompt=key_of(1), standing=Standing.COVERED)], by_hand=True)
    again(store, refusal(1, 1))
    assert standing(store) is Standing.COVERED
    assert store.bullets(key_of(1)) == ()


def test_a_held_message_becomes_an_answer_and_is_sought_where_it_was_filed(store: Store) -> None:
    ask(store, prompt(1))
    held = entry(1, identity="held", filing=Folder.HELD, message_hash="ab" * 32)
    store.record(Recording(entry=held))
    store.mark_filed([KEY], NOW)
    good = answer(1, 1, "Wrote the plan")
    good = replace(good, entry=replace(good.entry, lies_in=Folder.HELD, message_hash="ab" * 32))
    again(store, good)
    assert store.entries(filing=Folder.HELD) == ()
    sought = Sought(key=KEY, arrived_at=NOW, provider_id="G1", message_hash="ab" * 32)
    filing = Filing(key=KEY, folder=Folder.PROCESSED, lies_in=Folder.HELD, sought=sought)
    assert store.unfiled(BOX) == (filing,)
    store.mark_filed([KEY], NOW)
    assert store.unfiled(BOX) == ()


def test_an_absence_is_taken_back(store: Store) -> None:
    import_people(store, person(1))
    ask(store, prompt(1))
    note = AwayNote(employee_id=EmployeeId("E001"), back_on=date(2026, 12, 7))
    away = StandingChange(prompt=key_of(1), standing=Standing.AWAY)
    auto = entry(1, origin=Origin.AUTO_REPLY, prompt=key_of(1))
    store.record(Recording(entry=auto, standings=(away,), away=note))
    again(store, answer(1, 1, "Wrote the plan"), returned=EmployeeId("E001"))
    assert standing(store) is Standing.ANSWERED
    found = store.employee(EmployeeId("E001"))
    assert found is not None
    assert found.away_until is None


def test_the_same_message_read_again_under_two_keys_has_one_effect(store: Store) -> None:
    ask(store, prompt(1))
    for uid in (1, 2):
        place = arrival(uid, provider_id=None, digest=None)
        store.record(Recording(entry=entry(uid, place=place, identity="stranger", filing=Folder.STRANGERS)))
    for uid in (1, 2):
        place = arrival(uid, provider_id=None, digest="D")
        assert again(store, elsewhere(answer(uid, 1, "Wrote the plan"), place))
    assert len(store.entries(decision="accepted")) == 1
    assert store.record(Recording(entry=entry(3, place=arrival(3, digest="D")))) is Recorded.KNOWN_MESSAGE


def test_entries_come_in_pages_and_since(store: Store) -> None:
    for uid in (1, 2, 3):
        store.record(Recording(entry=entry(uid, at=NOW + uid * HOUR)))
    newest = store.entries(limit=2)
    assert [each.arrival.key.uid for each in newest] == [3, 2]
    assert [each.arrival.key.uid for each in store.entries(before=newest[-1].number)] == [1]
    assert [each.arrival.key.uid for each in store.entries(since=NOW + 2 * HOUR)] == [3, 2]


def test_erasing_leaves_the_proof_and_nothing_else(store: Store) -> None:
    import_people(store, person(2), person(1, 2))
    ask(store, prompt(1, 2))
    full = answer(
        1,
        1,
        "Wrote the plan",
        mails=(
            mail("receipt/1", kind=MailKind.RECEIPT, employee_id=EmployeeId("E001")),
            mail("digest/2", kind=MailKind.DIGEST, employee_id=EmployeeId("E002")),
            mail("digest/9", kind=MailKind.DIGEST, employee_id=EmployeeId("E009")),
            mail("prompt/1", employee_id=EmployeeId("E001")),
            mail(f"alert/{BOX}/7/1", kind=MailKind.ALERT),
        ),
    )
    entry_ = replace(full.entry, sender="e001@agency.example", copies=("boss@agency.example",), reason="x")
    store.record(replace(full, entry=entry_))
    store.record(elsewhere(full, arrival(9, provider_id="G9", digest="D1")))
    store.begin(KEY, NOW)
    erased = store.erase(KEY, EVENT)
    assert erased == Erasure(entries=2, replies=1, bullets=1, readings=1, mails=3)
    assert standing(store) is Standing.AWAITING
    assert store.bullets(key_of(1)) == ()
    assert counted(store) == {Standing.AWAITING: 1}
    assert queued(store) == 2
    for uid in (1, 9):
        (left,) = store.history(arrival(uid).key)
        assert (left.sender, left.message_id, left.copies, left.decision) == (None, None, (), None)
        assert (left.arrival.digest, left.arrival.size, left.findings) == (None, 0, ())
        assert left.prompt == key_of(1)
        assert left.reason == "erased by an officer"
    assert store.unfiled(BOX) == ()
    assert store.events(limit=1) == (EVENT,)
    assert store.erase(KEY, EVENT) == Erasure(entries=2)
    assert store.erase(arrival(77).key, EVENT) == Erasure()
    assert store.scrub()


def test_erasing_stops_what_tells_of_it_further_up_and_names_who_had_it(store: Store) -> None:
    import_people(store, person(3), person(2, 3), person(1, 2))
    ask(store, prompt(1, 2), prompt(2, 3), prompt(3))
    about = (EmployeeId("E010"), EmployeeId("E001"))
    store.record(answer(1, 1, "Wrote the plan"))
    store.enqueue(
        [
            mail("receipt/1", kind=MailKind.RECEIPT, employee_id=EmployeeId("E001"), recipient="e001@agency.example"),
            mail("digest/7", kind=MailKind.DIGEST, employee_id=EmployeeId("E007"), about=about),
            mail("digest/3", kind=MailKind.DIGEST, employee_id=EmployeeId("E003"), about=about[:1]),
            mail("rollup/3", kind=MailKind.ROLL_UP, employee_id=EmployeeId("E003")),
            mail("rollup/4", kind=MailKind.ROLL_UP, employee_id=EmployeeId("E004")),
        ]
    )
    first = store.claim("s", now=NOW, limit=1, lease=HOUR)[0]
    assert first.mail.kind is MailKind.RECEIPT
    store.finish(first.id, first.epoch, Attempt(at=NOW, result=Sent.ACCEPTED), None)
    erased = store.erase(KEY, EVENT)
    assert (erased.mails, erased.sent, erased.readers) == (2, 1, ("e001@agency.example",))
    left = {key for key in ("digest/7", "digest/3", "rollup/3", "rollup/4") if store.mail_by_key(key) is not None}
    assert left == {"digest/3", "rollup/4"}


def test_what_was_decided_before_is_erased_too(store: Store) -> None:
    ask(store, prompt(1))
    store.record(answer(1, 1, "Wrote the plan"))
    again(store, refusal(1, 1, decision=Decision.WITHHELD))
    assert store.erase(KEY, EVENT).entries == 2
    assert {each.sender for each in store.history(KEY)} == {None}
    assert standing(store) is Standing.AWAITING


def test_a_mail_that_is_gone_or_going_is_told_apart(store: Store) -> None:
    ask(store, prompt(1))
    receipts = tuple(
        mail(f"receipt/{n}", kind=MailKind.RECEIPT, employee_id=EmployeeId("E001"), not_before=NOW + n * HOUR)
        for n in range(3)
    )
    store.record(answer(1, 1, "Wrote the plan", mails=receipts))
    (first,) = store.claim("a", now=NOW, limit=1, lease=HOUR)
    store.enter_data(first.id, first.epoch)
    store.finish(first.id, first.epoch, Attempt(at=NOW, result=Sent.ACCEPTED), None)
    store.claim("a", now=NOW + HOUR, limit=1, lease=HOUR)
    erased = store.erase(KEY, EVENT)
    assert (erased.mails, erased.sent, erased.leaving) == (1, 1, 1)


def bounce(uid: int, number: int, round_id: RoundId, *, address: str | None = None) -> Recording:
    about = key_of(number, round_id)
    failure = DeliveryFailure(
        prompt=about, address=address or person(number).address, reason=BounceReason.UNKNOWN_ADDRESS, status="5.1.1"
    )
    gone = StandingChange(prompt=about, standing=Standing.UNDELIVERABLE)
    return Recording(entry=entry(uid, origin=Origin.BOUNCE, prompt=about), failures=(failure,), standings=(gone,))


W50 = RoundId("2026-W50")
ALL = [EmployeeId(f"E{n:03}") for n in range(1, 8)]


def test_dead_addresses_are_those_that_failed_round_after_round(store: Store) -> None:
    import_people(store, *(person(n) for n in range(1, 7)))
    for round_id in (W48, W49):
        ask(store, *(prompt(n, None, round_id=round_id) for n in range(1, 7)))
    uids = iter(range(1, 100))
    for round_id in (W48, W49):
        store.record(bounce(next(uids), 1, round_id))
        store.record(bounce(next(uids), 3, round_id))
        store.record(bounce(next(uids), 4, round_id, address="old@agency.example"))
    store.record(bounce(next(uids), 2, W48))
    store.record(bounce(next(uids), 5, W49))
    store.record(answer(next(uids), 3, "I am here", round_id=W48))
    assert store.dead_addresses(ALL, rounds=2) == {"E001"}
    assert store.dead_addresses(ALL, rounds=1) == {"E001", "E005"}
    assert store.dead_addresses(ALL, rounds=3) == frozenset()
    assert store.dead_addresses([], rounds=1) == frozenset()


def test_a_round_that_skipped_them_does_not_revive_them_but_a_new_address_does(store: Store) -> None:
    import_people(store, person(1), person(2))
    for round_id in (W48, W49):
        ask(store, prompt(1, None, round_id=round_id))
    store.record(bounce(1, 1, W48))
    store.record(bounce(2, 1, W49))
    ask(store, prompt(1, None, round_id=W50, standing=Standing.UNDELIVERABLE))
    assert store.dead_addresses(ALL, rounds=2) == {"E001"}
    import_people(store, person(1, address="new@agency.example"), person(2))
    assert store.dead_addresses(ALL, rounds=2) == frozenset()


def test_one_round_that_reached_them_breaks_the_row(store: Store) -> None:
    import_people(store, person(1))
    for round_id in (W48, W49, W50):
        ask(store, prompt(1, None, round_id=round_id))
    store.record(bounce(1, 1, W48))
    store.record(bounce(2, 1, W50))
    assert store.dead_addresses(ALL, rounds=2) == frozenset()
    assert store.dead_addresses(ALL, rounds=1) == {"E001"}
