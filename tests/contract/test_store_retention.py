"""What expires: found by every store alike, taken away, and nothing else."""

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.digest import UnitCount
from domain.employee import EmployeeId
from domain.leave import Acting, Leave, PersonLeave
from domain.ledger import Arrival, DeliveryFailure, Event, Folder, LedgerEntry, PromptKey, Recorded, Recording
from domain.origin import BounceReason, Origin
from domain.outbox import Attempt, MailKind, MailState, Sent
from domain.policy import PolicyChange
from domain.ports import Store
from domain.retention import EXPIRED, Expired, Kept, Terms, terms
from domain.round import Phase
from domain.standing import Standing
from domain.unit import ROOT, UnitPath
from domain.verdict import Decision
from store.connection import make_engine
from store.engine import open_store
from tests.contract.store_values import (
    BOX,
    HOUR,
    NAVY,
    NOW,
    W48,
    W49,
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
    refusal,
)

DAY = timedelta(days=1)
LATER = NOW + 40 * DAY
CANARY = "CANARY-7f3a"
EVENT = Event(at=NOW, who="operator", what="test", reason="because")
MONTH = {ROOT: PolicyChange(unit=ROOT, fields={"retention": 30 * DAY})}


def after_a_month(now: datetime = LATER, **fields: object) -> Terms:
    """Everything is kept for 30 days, records for a year; `fields` are what the Navy says for itself."""
    navy = {NAVY: PolicyChange(unit=NAVY, fields=fields)} if fields else {}
    return terms({**MONTH, **navy}, now, records=365 * DAY)


def look_at(store: Store, what: Kept, limits: Terms, limit: int = 2) -> list[Expired]:
    """All that has expired, page by page."""
    found: list[Expired] = []
    look = store.expired(what, limits, limit=limit)
    found += look.expired
    while look.upto is not None:
        look = store.expired(what, limits, after=look.upto, limit=limit)
        found += look.expired
    return found


def purge(store: Store, limits: Terms) -> dict[Kept, int]:
    """Everything that has expired goes; how many of each class."""
    gone = {what: store.purge(what, look_at(store, what, limits)) for what in Kept}
    return {what: count for what, count in gone.items() if count}


def finish(store: Store, *rounds: str) -> None:
    for one in store.rounds(WEEKLY):
        if one.id in (rounds or (W48,)):
            for before, after in ((Phase.OPENING, Phase.OPEN), (Phase.OPEN, Phase.CLOSED), (Phase.CLOSED, Phase.FINAL)):
                store.advance(WEEKLY, one.id, before, after)


def keep(store: Store, recording: Recording, *, filed: bool = True) -> None:
    assert store.record(recording) is Recorded.NEW
    if filed:
        store.mark_filed([recording.entry.arrival.key], NOW)


@pytest.fixture
def asked(store: Store) -> Store:
    """Two were asked in a Round that has ended; one answered."""
    import_people(store, person(1), person(2, 1))
    ask(store, prompt(1), prompt(2))
    keep(store, answer(1, 2, "Wrote the plan"))
    finish(store)
    return store


def newest(store: Store, uid: int) -> LedgerEntry:
    return store.history(arrival(uid).key)[0]


def test_before_its_time_nothing_has_expired(asked: Store) -> None:
    assert purge(asked, after_a_month(NOW + 30 * DAY)) == {}
    assert asked.bullets(key_of(2)) == ("Wrote the plan",)


def test_text_goes_first_and_the_prompt_when_its_grace_is_as_long_ago(asked: Store) -> None:
    assert purge(asked, after_a_month(NOW + 30 * DAY + HOUR)) == {Kept.ANSWERS: 1, Kept.ENTRIES: 1}
    assert asked.bullets(key_of(2)) == ()
    assert [row.bullets for row in asked.digest_rows(WEEKLY, W48, EmployeeId("E001"))] == [(), ()]
    assert asked.prompt(key_of(2)) is not None
    assert purge(asked, after_a_month()) == {Kept.PROMPTS: 2, Kept.ROUNDS: 1}
    assert asked.prompt(key_of(2)) is None


def test_counts_and_the_round_stay_without_names(asked: Store) -> None:
    counts = asked.counts(WEEKLY, W48)
    purge(asked, after_a_month())
    assert asked.counts(WEEKLY, W48) == counts
    assert UnitCount(unit=NAVY, standing=Standing.ANSWERED, count=1) in counts
    (one,) = asked.rounds(WEEKLY)
    assert (one.phase, one.expanded_upto) == (Phase.FINAL, None)


def test_a_second_purge_finds_nothing(asked: Store) -> None:
    assert purge(asked, after_a_month())
    assert purge(asked, after_a_month()) == {}


def test_of_an_entry_its_place_time_and_keys_stay(asked: Store) -> None:
    before = newest(asked, 1)
    purge(asked, after_a_month())
    kept = newest(asked, 1)
    assert kept.arrival == replace(before.arrival, size=0)
    assert (kept.sender, kept.message_id, kept.message_hash, kept.prompt, kept.copies) == (None, None, None, None, ())
    assert (kept.reason, kept.decision, kept.filing) == (EXPIRED, None, Folder.PROCESSED)


@pytest.mark.parametrize("place", [arrival(1), arrival(9, provider_id="G1"), arrival(9, provider_id=None, digest="D1")])
def test_an_expired_message_is_known_when_it_comes_again(asked: Store, place: Arrival) -> None:
    purge(asked, after_a_month())
    assert asked.record(Recording(entry=entry(0, place=place))) is not Recorded.NEW


def test_a_round_that_is_not_finished_is_left_alone(store: Store) -> None:
    import_people(store, person(1))
    ask(store, prompt(1), mails=(mail("prompt/weekly/2026-W48/E001"),))
    keep(store, answer(1, 1, "Wrote the plan"))
    send(store)
    assert purge(store, after_a_month()) == {}
    finish(store)
    assert set(purge(store, after_a_month())) == {Kept.ANSWERS, Kept.ENTRIES, Kept.MAILS, Kept.PROMPTS, Kept.ROUNDS}


def test_a_withheld_reply_waits_for_an_officer_with_its_prompt(store: Store) -> None:
    import_people(store, person(1), person(2))
    ask(store, prompt(1), prompt(2))
    keep(store, refusal(1, 1, decision=Decision.WITHHELD))
    keep(store, refusal(2, 2))
    finish(store)
    import_people(store)
    assert purge(store, after_a_month()) == {Kept.ENTRIES: 1, Kept.PROMPTS: 1, Kept.PEOPLE: 1}
    assert newest(store, 1).decision is Decision.WITHHELD
    assert store.prompt(key_of(1)) is not None
    assert store.people_of([EmployeeId("E001")])
    store.erase(arrival(1).key, EVENT)
    assert purge(store, after_a_month()) == {Kept.PROMPTS: 1, Kept.ROUNDS: 1, Kept.PEOPLE: 1}
    assert newest(store, 1).reason == "erased by an officer"
    assert purge(store, after_a_month(NOW + 400 * DAY))[Kept.ENTRIES] == 1
    assert newest(store, 1).prompt is None


def test_what_must_still_be_filed_away_is_left(store: Store) -> None:
    import_people(store, person(1))
    ask(store, prompt(1))
    keep(store, refusal(1, 1), filed=False)
    finish(store)
    assert purge(store, after_a_month()) == {}
    assert len(store.unfiled(BOX)) == 1


def test_a_withheld_reply_is_left_even_where_a_look_found_it(store: Store) -> None:
    """An officer may have changed their mind between a look and the purge."""
    import_people(store, person(1))
    ask(store, prompt(1))
    keep(store, refusal(1, 1, decision=Decision.WITHHELD))
    finish(store)
    number = newest(store, 1).number
    assert number is not None
    about = Expired(key=(WEEKLY, W48, "E001"))
    assert store.purge(Kept.ENTRIES, [Expired(key=(number,))]) == 0
    assert store.purge(Kept.PROMPTS, [about]) == 0
    assert newest(store, 1).decision is Decision.WITHHELD


@pytest.mark.parametrize(
    ("fields", "gone"), [({"retention": 90 * DAY}, False), ({"hold": True}, False), ({"retention": 9 * DAY}, True)]
)
def test_the_nearest_unit_says_how_long(store: Store, fields: dict[str, object], gone: bool) -> None:
    army = UnitPath("Defense/Army")
    deep = UnitPath(f"{NAVY}/NAVSEA")
    import_people(store, person(1, unit=army), person(2, unit=deep))
    ask(store, prompt(1, None, unit=army), prompt(2, None, unit=deep))
    keep(store, answer(1, 1, "One"))
    keep(store, answer(2, 2, "Two"))
    finish(store)
    purge(store, after_a_month(**fields))
    assert store.prompt(key_of(1)) is None
    assert (store.prompt(key_of(2)) is None) is gone
    assert store.bullets(key_of(2)) == (() if gone else ("Two",))
    purge(store, after_a_month(NOW + 12 * DAY, **fields))


def test_a_held_unit_keeps_every_record() -> None:
    assert after_a_month(hold=True).records is None
    assert after_a_month().records == LATER - 365 * DAY


def send(store: Store, sent: Sent = Sent.ACCEPTED) -> None:
    for one in store.claim("s", now=NOW, limit=50, lease=HOUR):
        store.finish(one.id, one.epoch, Attempt(at=NOW, result=sent), None)


@pytest.mark.parametrize("sent", [Sent.ACCEPTED, Sent.REFUSED, Sent.CANCELLED])
def test_mail_goes_with_its_attempts(asked: Store, sent: Sent) -> None:
    asked.enqueue([mail("prompt/weekly/2026-W48/E001"), mail("alert/x", campaign_id=None, round_id=None, unit=ROOT)])
    (claimed, *_) = asked.claim("s", now=NOW, limit=1, lease=HOUR)
    asked.finish(claimed.id, claimed.epoch, Attempt(at=NOW, result=sent), None)
    send(asked, sent)
    asked.enqueue([mail("prompt/weekly/2026-W48/E002")])
    assert purge(asked, after_a_month())[Kept.MAILS] == 2
    assert asked.attempts(claimed.id) == ()
    assert asked.outbox_counts() == ((MailKind.PROMPT, MailState.QUEUED, 1),)


def test_a_bounce_goes_with_its_entry(asked: Store) -> None:
    failure = DeliveryFailure(prompt=key_of(1), address="e001@agency.example", reason=BounceReason.UNKNOWN_ADDRESS)
    keep(asked, Recording(entry=entry(5, origin=Origin.BOUNCE, prompt=key_of(1)), failures=(failure,)))
    assert asked.failures() == (failure,)
    purge(asked, after_a_month())
    assert asked.failures() == ()


def test_a_stranger_goes_after_the_time_of_the_whole_organisation(store: Store) -> None:
    keep(store, Recording(entry=entry(1, identity="stranger", sender="x@else.example", filing=Folder.STRANGERS)))
    assert purge(store, after_a_month(retention=9 * DAY)) == {Kept.ENTRIES: 1}
    assert newest(store, 1).sender is None


def test_past_leave_and_stand_ins_go(store: Store) -> None:
    import_people(store, person(1), person(2), person(3))
    days = (
        (1, date(2026, 11, 1), date(2026, 11, 24)),
        (1, date(2026, 12, 1), date(2026, 12, 24)),
        (2, date(2026, 6, 1), date(2026, 6, 9)),
    )
    store.put_leave(
        [
            PersonLeave(employee_id=EmployeeId(f"E00{who}"), leave=Leave(first=first, back_on=back))
            for who, first, back in days
        ],
        EVENT,
    )
    ended = Acting(supervisor=EmployeeId("E001"), stand_in=EmployeeId("E002"), until=date(2026, 11, 20))
    store.set_acting(ended, EVENT)
    store.set_acting(replace(ended, supervisor=EmployeeId("E003"), until=None), EVENT)
    assert purge(store, after_a_month()) == {Kept.LEAVE: 2, Kept.STAND_INS: 1}
    assert [(each.employee_id, each.leave.first) for each in store.leave(until_after=date(2020, 1, 1))] == [
        ("E001", date(2026, 12, 1))
    ]
    assert store.acting(date(2026, 11, 1)) == {"E003": "E002"}


def test_who_left_goes_when_no_prompt_names_them(asked: Store) -> None:
    asked.put_leave(
        [PersonLeave(employee_id=EmployeeId("E002"), leave=Leave(first=date(2027, 1, 1), back_on=date(2028, 1, 1)))],
        EVENT,
    )
    import_people(asked, person(3))
    assert purge(asked, after_a_month(NOW + 2 * DAY)) == {}
    ids = [EmployeeId(f"E00{number}") for number in (1, 2, 3)]
    assert set(asked.people_of(ids)) == set(ids)
    assert purge(asked, after_a_month())[Kept.PEOPLE] == 2
    assert set(asked.people_of(ids)) == {"E003"}
    assert asked.leave(until_after=date(2020, 1, 1)) == ()


def test_records_have_a_time_of_their_own(asked: Store) -> None:
    asked.write_event(EVENT)
    asked.write_event(replace(EVENT, at=LATER, what="later"))
    assert Kept.RECORDS not in purge(asked, after_a_month())
    assert purge(asked, after_a_month(NOW + 366 * DAY))[Kept.RECORDS] >= 1
    assert "later" in [event.what for event in asked.events()]
    assert "test" not in [event.what for event in asked.events()]


def test_a_younger_round_stays_whole(store: Store) -> None:
    import_people(store, person(1))
    ask(store, prompt(1), prompt(1, round_id=W49))
    keep(store, answer(1, 1, "Old"))
    keep(store, answer(2, 1, "Young", at=NOW + 8 * DAY, round_id=W49))
    finish(store, W48, W49)
    purge(store, after_a_month(NOW + 35 * DAY))
    assert store.prompt(key_of(1)) is None
    assert store.bullets(PromptKey(campaign_id=WEEKLY, round_id=W49, employee_id=EmployeeId("E001"))) == ("Young",)
    assert newest(store, 2).prompt is not None


def fill_with_the_canary(store: Store) -> None:
    """Somewhere in every column that takes a person's words, name or address."""
    name = person(2, 1, name=CANARY, address=f"{CANARY}@agency.example", aliases=(f"{CANARY}-2@agency.example",))
    import_people(store, person(1), name)
    ask(store, prompt(1), prompt(2, name=CANARY, address=name.address))
    said = answer(1, 2, f"Did {CANARY}")
    keep(
        store,
        replace(said, entry=replace(said.entry, sender=name.address, message_id=f"<{CANARY}@x>", evidence=(CANARY,))),
    )
    keep(store, Recording(entry=entry(2, sender=f"{CANARY}@else.example", reason=CANARY, copies=(CANARY,))))
    failure = DeliveryFailure(prompt=key_of(2), address=name.address, reason=BounceReason.OTHER, status=CANARY)
    keep(store, Recording(entry=entry(3, prompt=key_of(2)), failures=(failure,)))
    store.enqueue([mail("a", recipient=name.address, content=CANARY.encode() * 100, employee_id=EmployeeId("E002"))])
    for one in store.claim("s", now=NOW, limit=5, lease=HOUR):
        store.finish(one.id, one.epoch, Attempt(at=NOW, result=Sent.REFUSED, words=CANARY), None)
    store.write_event(replace(EVENT, reason=CANARY))
    finish(store)
    import_people(store, person(1))


def test_nothing_of_it_is_in_any_file_of_sqlite(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    fill_with_the_canary(store)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    assert any(CANARY.encode() in each.read_bytes() for each in file.parent.iterdir())
    purge(store, after_a_month(NOW + 400 * DAY))
    store.scrub()
    for each in file.parent.iterdir():
        assert CANARY.encode() not in each.read_bytes(), each
    store.close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_nothing_of_it_is_in_any_table(url: str) -> None:
    store = open_store(url)
    fill_with_the_canary(store)
    assert CANARY in everything_in(url)
    purge(store, after_a_month(NOW + 400 * DAY))
    assert CANARY not in everything_in(url)
    store.close()


def everything_in(url: str) -> str:
    engine = make_engine(url)
    found = []
    with engine.begin() as connection:
        tables = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if connection.dialect.name == "sqlite"
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        for name in connection.execute(text(tables)).scalars().all():
            found += [repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    engine.dispose()
    return "\n".join(found)


def test_the_terms_are_those_of_the_nearest_unit() -> None:
    changes = {
        ROOT: PolicyChange(unit=ROOT, fields={"retention": 10 * DAY}),
        UnitPath("A"): PolicyChange(unit=UnitPath("A"), fields={"hold": True}),
        UnitPath("A/B"): PolicyChange(unit=UnitPath("A/B"), fields={"hold": False, "retention": 3 * DAY}),
        UnitPath("C"): PolicyChange(unit=UnitPath("C"), fields={"wording": "x"}),
    }
    now = datetime(2026, 12, 1, tzinfo=UTC)
    found = terms(changes, now, records=DAY)
    assert (found.of(UnitPath("A")), found.of(UnitPath("A/X"))) == (None, None)
    assert found.of(UnitPath("A/B/C")) == now - 3 * DAY
    assert found.of(UnitPath("C/D")) == found.of(ROOT) == now - 10 * DAY
    assert found.latest == now - 3 * DAY
