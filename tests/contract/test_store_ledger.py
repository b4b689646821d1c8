"""Every store keeps the Ledger alike: each message once, the last good reply, and nothing of a withheld one."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.employee import EmployeeId
from domain.errors import StoreError
from domain.ledger import (
    AwayNote,
    DeliveryFailure,
    Event,
    Filing,
    Folder,
    KeptReply,
    LedgerEntry,
    MessageKey,
    PromptKey,
    Recorded,
    Recording,
    StandingChange,
)
from domain.origin import BounceReason, Origin
from domain.ports import Store
from domain.round import Phase
from domain.standing import Standing
from domain.verdict import Decision, Effect, Finding
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
    week,
)

KEY = arrival(1).key


def test_readings_are_counted_until_one_is_recorded(store: Store) -> None:
    assert [store.begin(KEY, NOW) for _ in range(3)] == [1, 2, 3]
    assert store.begin(replace(KEY, uid=2), NOW) == 1
    assert store.begin(replace(KEY, uidvalidity=8), NOW) == 1
    store.record(Recording(entry=entry(1)))
    assert store.begin(KEY, NOW) == 1


def test_an_entry_comes_back_as_recorded(store: Store) -> None:
    full = entry(
        1,
        evidence=("Auto-Submitted", "robot <\0> name"),
        identity="verified",
        sender="e001@agency.example",
        message_hash="ab" * 32,
        prompt=key_of(1),
        decision=Decision.WITHHELD,
        findings=(
            Finding(rule="markings", where="subject", hint="a marking", effect=Effect.WITHHOLD),
            Finding(rule="links", where="bullet 2", hint="remove it", effect=Effect.REJECT, sure=False),
        ),
        rules_version="3",
        reason="a marking",
        filing=Folder.INBOX,
        flag="$BulletinWithheld",
        copies=("boss@agency.example", "ä@agency.example"),
        supervisor_copied=True,
    )
    bare = LedgerEntry(arrival=arrival(2, provider_id=None, digest=None), decided_at=NOW, origin=None)
    assert store.record(Recording(entry=full)) is Recorded.NEW
    assert store.record(Recording(entry=bare)) is Recorded.NEW
    assert store.entries() == (bare, full)


def test_a_good_reply_is_kept_with_all_it_causes(store: Store) -> None:
    ask(store, prompt(1))
    assert store.record(answer(1, 1, "Wrote the plan", "Sent it", mails=(mail("receipt/1"),))) is Recorded.NEW
    assert standing(store) is Standing.ANSWERED
    assert store.bullets(key_of(1)) == ("Wrote the plan", "Sent it")
    assert [(each.standing, each.count) for each in store.counts(WEEKLY, W48)] == [(Standing.ANSWERED, 1)]
    assert queued(store) == 1


def test_the_same_key_changes_nothing_but_its_filing(store: Store) -> None:
    ask(store, prompt(1))
    store.record(answer(1, 1, "Wrote the plan"))
    store.mark_filed([KEY], NOW)
    again = answer(1, 1, "Something else", mails=(mail("receipt/1"),))
    assert store.record(again) is Recorded.KNOWN_KEY
    assert store.bullets(key_of(1)) == ("Wrote the plan",)
    assert queued(store) == 0
    assert len(store.entries()) == 1
    assert [each.key for each in store.unfiled(BOX)] == [KEY]


@pytest.mark.parametrize(
    "same",
    [
        {"digest": "D other"},
        {"provider_id": "G other"},
        {"provider_id": None},
        {"digest": None},
    ],
    ids=["provider id", "digest", "digest alone", "provider id alone"],
)
def test_a_known_message_is_told_by_its_id_or_its_digest(store: Store, same: dict[str, str | None]) -> None:
    ask(store, prompt(1))
    first = answer(1, 1, "Wrote the plan")
    store.record(replace(first, entry=replace(first.entry, filing=Folder.REJECTED, flag="$Seen1")))
    place = arrival(44, uidvalidity=8, **{"provider_id": "G1", "digest": "D1", **same})
    second = answer(1, 1, "Wrote the plan", mails=(mail("receipt/1"),))
    assert store.record(elsewhere(second, place)) is Recorded.KNOWN_MESSAGE
    assert queued(store) == 0
    filings = store.unfiled(BOX)
    assert [each.key for each in filings] == [KEY, place.key]
    assert filings[1] == Filing(key=place.key, folder=Folder.REJECTED, flag="$Seen1")
    assert store.record(elsewhere(second, place)) is Recorded.KNOWN_KEY
    assert len(store.entries(decision="accepted")) == 1


def test_a_third_copy_is_known_too(store: Store) -> None:
    store.record(Recording(entry=entry(1)))
    for uid in (2, 3):
        copy = Recording(entry=entry(0, place=arrival(uid, provider_id="G1", digest=f"D{uid}")))
        assert store.record(copy) is Recorded.KNOWN_MESSAGE
    # What only a copy was known by does not name the message.
    other = Recording(entry=entry(0, place=arrival(4, provider_id="G4", digest="D2")))
    assert store.record(other) is Recorded.NEW


def test_an_id_of_another_mailbox_says_nothing(store: Store) -> None:
    store.record(Recording(entry=entry(1)))
    other = Recording(entry=entry(0, place=arrival(1, mailbox="other@mail.example/INBOX", digest=None)))
    assert store.record(other) is Recorded.NEW


def test_messages_without_id_and_digest_are_all_new(store: Store) -> None:
    for uid in (1, 2, 3):
        bare = arrival(uid, provider_id=None, digest=None)
        assert store.record(Recording(entry=entry(0, place=bare))) is Recorded.NEW


def test_a_message_id_proves_nothing(store: Store) -> None:
    for uid in (1, 2):
        assert store.record(Recording(entry=entry(uid, message_id="<same@agency.example>"))) is Recorded.NEW
    assert len(store.entries(message_id="<same@agency.example>")) == 2


def test_the_last_good_reply_wins_in_whatever_order(store: Store) -> None:
    ask(store, prompt(1), prompt(2))
    early = answer(1, 1, "First try", at=NOW)
    late = answer(2, 1, "Second try", at=NOW + HOUR, standing=Standing.LATE)
    for recording in (late, early):
        store.record(recording)
    assert store.bullets(key_of(1)) == ("Second try",)
    assert standing(store) is Standing.LATE
    store.record(answer(3, 2, "First try", at=NOW))
    store.record(answer(4, 2, "Second try", at=NOW))  # the same second: the one recorded later
    assert store.bullets(key_of(2)) == ("Second try",)


def test_a_later_phrase_takes_the_place_of_bullets(store: Store) -> None:
    ask(store, prompt(1))
    store.record(answer(1, 1, "Wrote the plan", at=NOW))
    store.record(answer(2, 1, at=NOW + HOUR, standing=Standing.SENSITIVE))
    assert standing(store) is Standing.SENSITIVE
    assert store.bullets(key_of(1)) == ()


@pytest.mark.parametrize("decision", [Decision.REJECTED, Decision.WITHHELD])
def test_a_refused_try_does_not_undo_a_good_one(store: Store, decision: Decision) -> None:
    ask(store, prompt(1), prompt(2))
    store.record(answer(1, 1, "Wrote the plan", at=NOW))
    store.record(refusal(2, 1, at=NOW + HOUR, decision=decision))
    assert standing(store) is Standing.ANSWERED
    store.record(refusal(3, 2, at=NOW, decision=decision))
    store.record(answer(4, 2, "Wrote the plan", at=NOW + HOUR))
    assert standing(store, 2) is Standing.ANSWERED
    assert [(each.standing, each.count) for each in store.counts(WEEKLY, W48)] == [(Standing.ANSWERED, 2)]


def test_text_of_a_withheld_message_is_refused(store: Store) -> None:
    ask(store, prompt(1))
    leaking = replace(refusal(1, 1, decision=Decision.WITHHELD), reply=answer(1, 1, "the marked text").reply)
    with pytest.raises(ValueError, match="withheld") as caught:
        store.record(leaking)
    assert "marked text" not in str(caught.value)
    assert store.entries() == ()
    assert standing(store) is Standing.AWAITING


def test_a_recording_is_written_whole_or_not_at_all(store: Store) -> None:
    ask(store, prompt(1))
    whole = answer(1, 1, "Wrote the plan", mails=(mail("receipt/1"),))
    nobody = PromptKey(campaign_id=WEEKLY, round_id=W49, employee_id=EmployeeId("E009"))
    reply = KeptReply(prompt=nobody, arrived_at=NOW, body="secret words", bullets=("secret words",))
    with pytest.raises(StoreError) as caught:
        store.record(replace(whole, reply=reply))
    assert "secret" not in f"{caught.value!r} {caught.value.__context__!r} {caught.value.__cause__!r}"
    assert store.entries() == ()
    assert queued(store) == 0
    assert standing(store) is Standing.AWAITING


def test_hostile_text_is_recorded_all_the_same(store: Store) -> None:
    ask(store, prompt(1))
    nasty = "a\0b\ud800c"
    recording = answer(1, 1, nasty)
    strange = replace(recording.entry, message_id="<" + "x" * 200_000 + nasty, sender=nasty, reason=nasty)
    assert store.record(replace(recording, entry=strange)) is Recorded.NEW
    assert store.bullets(key_of(1)) == ("a\ufffdb\ufffdc",)


def test_a_note_of_absence_changes_the_roster_and_open_prompts(store: Store) -> None:
    import_people(store, person(1), person(2))
    ask(store, prompt(1), prompt(1, round_id=W49), prompt(2))
    store.advance(WEEKLY, W48, Phase.OPENING, Phase.FINAL)
    note = AwayNote(employee_id=EmployeeId("E001"), back_on=date(2026, 12, 7))
    store.record(Recording(entry=entry(1, origin=Origin.AUTO_REPLY), away=note))
    assert store.employee(EmployeeId("E001")) == person(1, away_until=note.back_on)
    assert standing(store, 1) is Standing.AWAITING
    assert standing(store, 1, W49) is Standing.AWAY
    assert standing(store, 2) is Standing.AWAITING
    assert [(each.standing, each.count) for each in store.counts(WEEKLY, W49)] == [(Standing.AWAY, 1)]


def test_who_answered_does_not_become_away(store: Store) -> None:
    import_people(store, person(1))
    ask(store, prompt(1))
    store.record(answer(1, 1, "Wrote the plan"))
    note = AwayNote(employee_id=EmployeeId("E001"), back_on=date(2026, 12, 7))
    store.record(Recording(entry=entry(2, origin=Origin.AUTO_REPLY), away=note))
    assert standing(store) is Standing.ANSWERED


def test_delivery_failures_are_kept_newest_first(store: Store) -> None:
    ask(store, prompt(1), prompt(2))
    failures = [
        DeliveryFailure(
            prompt=key_of(n), address=f"e{n}@x.example", reason=BounceReason.UNKNOWN_ADDRESS, status="5.1.1"
        )
        for n in (1, 2)
    ]
    gone = StandingChange(prompt=key_of(1), standing=Standing.UNDELIVERABLE, reason="unknown_address")
    for uid, failure in enumerate(failures, start=1):
        bounce = entry(uid, origin=Origin.BOUNCE)
        store.record(Recording(entry=bounce, failures=(failure,), standings=(gone,)))
    assert store.failures() == tuple(reversed(failures))
    assert store.failures(limit=1) == (failures[1],)
    assert standing(store) is Standing.UNDELIVERABLE


def test_filing_waits_until_it_is_marked(store: Store) -> None:
    for uid in (1, 2, 3):
        store.record(Recording(entry=entry(uid, filing=Folder.STRANGERS)))
    store.record(Recording(entry=entry(0, place=arrival(9, mailbox="other"))))
    assert [each.key.uid for each in store.unfiled(BOX, limit=2)] == [1, 2]
    store.mark_filed([arrival(1).key, arrival(3).key, arrival(77).key], NOW)
    assert store.unfiled(BOX) == (Filing(key=arrival(2).key, folder=Folder.STRANGERS),)
    assert [each.key.mailbox for each in store.unfiled("other")] == ["other"]
    store.mark_filed([], NOW)


def test_which_are_recorded(store: Store) -> None:
    for uid in (1, 3):
        store.record(Recording(entry=entry(uid)))
    assert store.recorded(BOX, 7, range(40_000)) == {1, 3}
    assert store.recorded(BOX, 8, [1, 3]) == frozenset()
    assert store.recorded("other", 7, [1, 3]) == frozenset()
    assert store.recorded(BOX, 7, []) == frozenset()


def test_a_cursor_follows_the_mailbox(store: Store) -> None:
    assert store.cursor(BOX) is None
    assert store.last_poll(BOX) is None
    store.set_cursor(BOX, 7, 12, NOW)
    store.set_cursor(BOX, 2**32 - 1, 1, NOW + HOUR)
    assert store.cursor(BOX) == (2**32 - 1, 1)
    assert store.last_poll(BOX) == NOW + HOUR
    assert store.cursor("other") is None


def test_entries_can_be_chosen(store: Store) -> None:
    store.record(Recording(entry=entry(1, decision=Decision.WITHHELD, filing=Folder.INBOX)))
    store.record(Recording(entry=entry(2, decision=Decision.ACCEPTED)))
    store.record(Recording(entry=entry(3, decision=Decision.WITHHELD, filing=Folder.WITHHELD)))
    assert [each.arrival.key.uid for each in store.entries(decision="withheld")] == [3, 1]
    assert [each.arrival.key.uid for each in store.entries(filing=Folder.INBOX)] == [1]
    assert [each.arrival.key.uid for each in store.entries(message_id="<m2@agency.example>")] == [2]
    assert [each.arrival.key.uid for each in store.entries(limit=2)] == [3, 2]


def test_events_come_newest_first(store: Store) -> None:
    written = [Event(at=NOW + n * HOUR, who="operator", what="hold", subject=str(n), reason="Ω") for n in range(3)]
    for event in written:
        store.write_event(event)
    assert store.events() == tuple(reversed(written))
    assert store.events(limit=1) == (written[2],)


def test_instants_keep_their_moment_whatever_zone_they_came_in(store: Store) -> None:
    tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo")) + timedelta(microseconds=1)
    store.set_cursor(BOX, 7, 1, tokyo)
    read = store.last_poll(BOX)
    assert read == tokyo
    store.ensure_round(week(opens_at=tokyo))
    found = store.round(WEEKLY, W48)
    assert found is not None
    assert found.opens_at == tokyo


def test_message_keys_take_the_whole_range_of_imap(store: Store) -> None:
    key = MessageKey(mailbox=BOX, uidvalidity=2**32 - 1, uid=2**32 - 1)
    assert store.begin(key, NOW) == 1
    place = replace(arrival(1), key=key, size=2**40)
    assert store.record(Recording(entry=entry(0, place=place))) is Recorded.NEW
    assert store.recorded(BOX, 2**32 - 1, [2**32 - 1]) == {2**32 - 1}
