"""Every store takes many messages at once as it takes them one by one."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from domain.errors import StoreError
from domain.ledger import AwayNote, DeliveryFailure, Event, Recorded, Recording
from domain.origin import BounceReason
from domain.ports import Store
from domain.standing import Standing
from domain.verdict import Decision
from store.engine import open_store
from store.memory import MemoryStore
from tests.contract.store_values import (
    BOX,
    HOUR,
    NOW,
    W48,
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
    refusal,
)
from tests.contract.test_store_races import counted, recounted, together

PEOPLE = range(1, 9)


def mixed() -> list[Recording]:
    """One of each kind, two of the same person, a copy, the same key twice."""
    first = answer(11, 1, "One", "Two", mails=(mail("receipt/11"),))
    return [
        answer(30, 2, "Later", at=NOW + 2 * HOUR, mails=(mail("receipt/30"),)),
        first,
        refusal(12, 3),
        refusal(13, 4, decision=Decision.WITHHELD),
        answer(14, 2, "Earlier", at=NOW + HOUR),
        elsewhere(first, arrival(99, provider_id=None, digest="D11")),
        answer(11, 5, "The same place"),
        answer(15, 6, standing=Standing.SENSITIVE),
        Recording(
            entry=entry(16),
            failures=(DeliveryFailure(prompt=key_of(7), address="e@x.example", reason=BounceReason.MAILBOX_FULL),),
            events=(Event(at=NOW, who="poller", what="bounce"),),
        ),
        Recording(entry=entry(17), away=AwayNote(employee_id=person(8).id, back_on=date(2026, 12, 1))),
        Recording(entry=entry(18)),
    ]


def prepared(store: Store) -> None:
    import_people(store, *(person(number) for number in PEOPLE))
    ask(store, *(prompt(number, None) for number in PEOPLE))


def seen(store: Store) -> tuple[object, ...]:
    """All that can be seen of a store, without the numbers of its rows."""
    return (
        {one.arrival.key: replace(one, number=None) for one in store.entries(limit=1000)},
        [(found.standing, found.reason) for n in PEOPLE if (found := store.prompt(key_of(n))) is not None],
        [store.bullets(key_of(number)) for number in PEOPLE],
        sorted(store.counts(WEEKLY, W48), key=repr),
        store.outbox_counts(),
        store.failures(),
        store.events(),
        {(one.key, one.folder, one.flag) for one in store.unfiled(BOX, limit=1000)},
    )


def test_a_batch_is_what_its_recordings_are_one_by_one(store: Store) -> None:
    one_by_one = MemoryStore()
    prepared(store)
    prepared(one_by_one)
    expected = tuple(one_by_one.record(one) for one in mixed())
    assert store.record_many(mixed()) == expected
    assert Counter(expected) == {Recorded.NEW: 9, Recorded.KNOWN_KEY: 1, Recorded.KNOWN_MESSAGE: 1}
    assert seen(store) == seen(one_by_one)
    assert store.bullets(key_of(2)) == ("Later",)
    assert set(store.record_many(mixed())) == {Recorded.KNOWN_KEY}
    assert seen(store) == seen(one_by_one)


def test_an_empty_batch_is_nothing(store: Store) -> None:
    assert store.record_many([]) == ()
    assert store.begin_many([], NOW) == {}


def test_one_bad_recording_loses_none_of_the_others(store: Store) -> None:
    prepared(store)
    bad = answer(2, 77, "About a Prompt that is not there")
    batch = [answer(1, 1, "One", mails=(mail("receipt/1"),)), bad, answer(3, 3, "Three", mails=(mail("receipt/3"),))]
    with pytest.raises(StoreError):
        store.record_many(batch)
    assert [store.record(one) for one in batch if one is not bad].count(Recorded.KNOWN_MESSAGE) == 0
    assert (store.bullets(key_of(1)), store.bullets(key_of(3))) == (("One",), ("Three",))
    assert store.recorded(BOX, 7, [1, 2, 3]) == {1, 3}
    assert sum(count for _, _, count in store.outbox_counts()) == 2


def test_text_of_a_withheld_message_is_refused_before_anything_is_written(store: Store) -> None:
    prepared(store)
    good = answer(1, 1, "One")
    bad = replace(good, entry=replace(entry(2), decision=Decision.WITHHELD))
    with pytest.raises(ValueError, match="withheld"):
        store.record_many([bad, good])
    assert store.entries() == ()


def test_tries_are_counted_for_each_until_it_is_recorded(store: Store) -> None:
    prepared(store)
    keys = [arrival(uid).key for uid in (3, 1, 2)]
    assert store.begin(keys[0], NOW) == 1
    assert store.begin_many([*keys, keys[1]], NOW) == {keys[0]: 2, keys[1]: 1, keys[2]: 1}
    assert store.begin_many(keys[:2], NOW) == {keys[0]: 3, keys[1]: 2}
    assert store.begun(BOX, 7, [1, 2, 4]) == {1: 2, 2: 1}
    assert store.begun(BOX, 8, [1]) == {}
    store.record_many([answer(3, 1, "One")])
    assert store.begin_many(keys, NOW) == {keys[0]: 1, keys[1]: 3, keys[2]: 2}
    assert store.begun(BOX, 7, [1, 2, 3]) == {1: 3, 2: 2, 3: 1}


def test_a_batch_larger_than_a_statement_takes(store: Store) -> None:
    keys = [arrival(uid).key for uid in range(1, 1202)]
    assert set(store.begin_many(keys, NOW).values()) == {1}
    assert store.record_many([Recording(entry=entry(uid)) for uid in range(1, 1202)]) == (Recorded.NEW,) * 1201
    assert set(store.begin_many(keys, NOW).values()) == {1}


def test_overlapping_batches_of_rivals_have_each_effect_once(url: str) -> None:
    store = open_store(url)
    ask(store, *(prompt(number) for number in range(1, 41)))
    every = [answer(uid, uid, "One", "Two", mails=(mail(f"receipt/{uid}"),)) for uid in range(1, 41)]

    def work(order: Sequence[Recording]) -> Callable[[Store], list[Recorded]]:
        def record(store: Store) -> list[Recorded]:
            store.begin_many([one.entry.arrival.key for one in order], NOW)
            return [each for at in range(0, 40, 8) for each in store.record_many(order[at : at + 8])]

        return record

    # A third of them lies under other keys for the last rival, as after a change of UIDVALIDITY.
    moved = [elsewhere(one, arrival(n, uidvalidity=8)) if n % 3 else one for n, one in enumerate(every, 1)]
    orders = [every, every[::-1], every[20:] + every[:20], moved]
    found = Counter(each for results in together(url, *[work(order) for order in orders]) for each in results)
    assert found[Recorded.NEW] == 40
    assert sum(count for _, _, count in store.outbox_counts()) == 40
    assert all(store.bullets(key_of(number)) == ("One", "Two") for number in range(1, 41))
    assert counted(store) == recounted(store)
    store.close()


def test_rivals_count_each_others_tries(url: str) -> None:
    keys = [arrival(uid).key for uid in range(1, 30)]

    def begin(store: Store) -> list[int]:
        return [tries for at in range(5) for tries in store.begin_many(keys[::-1] if at % 2 else keys, NOW).values()]

    found = Counter(number for numbers in together(url, begin, begin, begin) for number in numbers)
    assert found == dict.fromkeys(range(1, 16), len(keys))
