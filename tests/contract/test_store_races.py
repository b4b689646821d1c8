"""Several threads and processes over one database: nothing is claimed twice, nothing recorded twice, counters hold."""

import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.employee import EmployeeId
from domain.errors import StoreError
from domain.ledger import Recorded, Recording, StandingChange
from domain.outbox import Attempt, Sent
from domain.ports import Store
from domain.round import Phase
from domain.standing import Standing
from store.engine import open_store
from tests.contract.store_values import (
    HOUR,
    NOW,
    W48,
    WEEKLY,
    answer,
    arrival,
    ask,
    elsewhere,
    entry,
    key_of,
    mail,
    prompt,
    refusal,
    week,
)

LEASE = timedelta(seconds=60)
ACCEPTED = Attempt(at=NOW, result=Sent.ACCEPTED)


def together(url: str, *works: Callable[[Store], Any]) -> list[Any]:
    """Run each in a thread with a store of its own, from one starting gun on; their results, or the first failure."""
    gun = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(at: int, work: Callable[[Store], Any]) -> None:
        store = open_store(url)
        try:
            gun.wait(30)
            results[at] = work(store)
        except Exception as failure:  # noqa: BLE001 - raised again in the test's own thread
            results[at] = failure
        finally:
            store.close()

    threads = [threading.Thread(target=run, args=(at, work)) for at, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def recording(what: Recording) -> Callable[[Store], Recorded]:
    return lambda store: store.record(what)


def recounted(store: Store) -> Counter[tuple[str, Standing]]:
    numbers = range(1, 60)
    prompts = [found for number in numbers if (found := store.prompt(key_of(number))) is not None]
    return Counter((each.unit, each.standing) for each in prompts)


def counted(store: Store) -> Counter[tuple[str, Standing]]:
    return Counter({(each.unit, each.standing): each.count for each in store.counts(WEEKLY, W48)})


def test_no_mail_is_claimed_twice(url: str) -> None:
    store = open_store(url)
    store.enqueue([mail(f"{number:03}") for number in range(120)])

    def send(store: Store) -> list[str]:
        mine: list[str] = []
        while claimed := store.claim("sender", now=NOW, limit=7, lease=LEASE):
            for each in claimed:
                assert store.enter_data(each.id, each.epoch)
                assert store.finish(each.id, each.epoch, ACCEPTED, None)
                mine.append(each.mail.key)
        return mine

    sent = [key for keys in together(url, *[send] * 4) for key in keys]
    assert sorted(sent) == [f"{number:03}" for number in range(120)]
    store.close()


def test_one_message_is_new_once(url: str) -> None:
    store = open_store(url)
    ask(store, prompt(1))
    for uid in range(1, 6):
        first = answer(uid, 1, "Wrote the plan", mails=(mail(f"receipt/{uid}"),))
        places = [
            arrival(uid),
            arrival(uid),
            arrival(uid + 100, provider_id=f"G{uid}", digest=None),
            arrival(uid + 200, provider_id=None, digest=f"D{uid}"),
        ]
        found = together(url, *[recording(elsewhere(first, place)) for place in places])
        assert found.count(Recorded.NEW) in {1, 2}
        # The copy by id and the copy by digest are strangers to each other while the whole message is not there.
        if found.count(Recorded.NEW) == 2:
            assert found[:2].count(Recorded.NEW) == 0
    assert counted(store) == recounted(store)
    store.close()


def test_the_same_key_recorded_by_many_is_new_once(url: str) -> None:
    store = open_store(url)
    ask(store, prompt(1))
    for uid in range(1, 6):
        same = answer(uid, 1, "Wrote the plan", mails=(mail(f"receipt/{uid}"),))
        found = together(url, *[recording(same)] * 4)
        assert sorted(found) == [Recorded.KNOWN_KEY] * 3 + [Recorded.NEW]
    assert sum(count for _, _, count in store.outbox_counts()) == 5
    store.close()


def test_a_message_in_many_places_is_new_once(url: str) -> None:
    store = open_store(url)
    ask(store, prompt(1))
    for uid in range(1, 6):
        first = answer(uid, 1, "Wrote the plan")
        places = [arrival(uid, uidvalidity=validity) for validity in (1, 2, 3, 4)]
        found = together(url, *[recording(elsewhere(first, place)) for place in places])
        assert sorted(found) == [Recorded.KNOWN_MESSAGE] * 3 + [Recorded.NEW]
    assert len(store.entries(limit=100, decision="accepted")) == 5
    assert len(store.entries(limit=100)) == 20
    store.close()


def test_counters_hold_when_many_change_the_same_prompts(url: str) -> None:
    store = open_store(url)
    ask(store, *(prompt(number) for number in range(1, 13)))

    def reply(offset: int) -> Callable[[Store], None]:
        def work(store: Store) -> None:
            for number in range(1, 13):
                uid = offset * 100 + number
                if (number + offset) % 3:
                    store.record(answer(uid, number, f"Bullet {offset}", at=NOW + offset * HOUR))
                else:
                    store.record(refusal(uid, number, at=NOW + offset * HOUR))

        return work

    def sweep(store: Store) -> None:
        for order in (range(1, 13), range(12, 0, -1)) * 4:
            store.set_standings([StandingChange(prompt=key_of(n), standing=Standing.AWAY) for n in order])

    together(url, reply(1), reply(2), reply(3), sweep)
    assert counted(store) == recounted(store)
    last_good = {n: max(o for o in (1, 2, 3) if (n + o) % 3) for n in range(1, 13)}
    assert {n: store.bullets(key_of(n)) for n in last_good} == {n: (f"Bullet {o}",) for n, o in last_good.items()}
    store.close()


def test_two_may_open_the_same_round(url: str) -> None:
    store = open_store(url)

    def expand(store: Store) -> bool:
        store.ensure_round(week())
        for first in range(1, 51, 10):
            page = [prompt(number) for number in range(first, first + 10)]
            mails = [mail(f"prompt/{each.employee_id}") for each in page]
            store.expand(WEEKLY, W48, page, mails, page[-1].employee_id)
        return store.advance(WEEKLY, W48, Phase.OPENING, Phase.OPEN)

    assert sorted(together(url, *[expand] * 3)) == [False, False, True]
    assert counted(store) == recounted(store)
    assert sum(counted(store).values()) == 50
    assert sum(count for _, _, count in store.outbox_counts()) == 50
    store.close()


def test_a_lease_is_had_by_one(url: str) -> None:
    def acquire(owner: str) -> Callable[[Store], int | None]:
        return lambda store: store.acquire("scheduler", owner, LEASE)

    found = together(url, *[acquire(owner) for owner in "abcd"])
    assert sorted(found, key=lambda epoch: epoch or 0) == [None, None, None, 1]


def test_readings_by_many_are_all_counted(url: str) -> None:
    def begin(store: Store) -> list[int]:
        return [store.begin(arrival(1).key, NOW) for _ in range(10)]

    assert sorted(number for numbers in together(url, *[begin] * 3) for number in numbers) == list(range(1, 31))


def test_a_writer_waits_for_another_instead_of_failing(sqlite_url: str) -> None:
    store = open_store(sqlite_url)

    def slow(other: Store) -> None:
        with other._writing.begin() as connection:  # type: ignore[attr-defined]  # as a long import would
            connection.exec_driver_sql("UPDATE employee SET name = name")
            time.sleep(0.5)

    together(sqlite_url, slow, *[lambda store: store.enqueue([mail("a")])] * 3)
    store.close()


def _open_for_ever(url: str, opened: Any) -> None:
    """Expand page after page, until killed."""
    store = open_store(url)
    store.ensure_round(week())
    for first in range(1, 100_000, 5):
        page = [prompt(number, token=f"t{number}") for number in range(first, first + 5)]
        store.expand(WEEKLY, W48, page, [mail(f"prompt/{each.employee_id}") for each in page], page[-1].employee_id)
        opened.set()


def _record_for_ever(url: str, opened: Any) -> None:
    store = open_store(url)
    for uid in range(1, 100_000):
        number = uid % 40 + 1
        receipt = mail(f"receipt/{uid}")
        store.record(answer(uid, number, "One", "Two", at=NOW + uid * HOUR / 1000, mails=(receipt,)))
        if uid > 3:
            opened.set()


def kill_while(work: Callable[[str, Any], None], url: str, after: float) -> None:
    context = multiprocessing.get_context("spawn")
    opened = context.Event()
    process = context.Process(target=work, args=(url, opened))
    process.start()
    assert opened.wait(60)
    time.sleep(after)
    process.kill()
    process.join()
    process.close()


def test_an_opening_that_was_killed_goes_on_where_it_was(url: str) -> None:
    kill_while(_open_for_ever, url, 0.07)
    store = open_store(url)
    found = store.round(WEEKLY, W48)
    assert found is not None
    assert found.expanded_upto is not None
    asked = [each.employee_id for each in store.awaiting(WEEKLY, W48, limit=100_000)]
    assert len(asked) % 5 == 0
    assert max(asked) == found.expanded_upto
    assert sum(count for _, _, count in store.outbox_counts()) == len(asked)
    assert sum(each.count for each in store.counts(WEEKLY, W48)) == len(asked)
    more = [prompt(number, token=f"t{number}") for number in range(1, 11)]
    store.expand(WEEKLY, W48, more, [mail(f"prompt/{each.employee_id}") for each in more], EmployeeId("E010"))
    assert sum(each.count for each in store.counts(WEEKLY, W48)) == max(len(asked), 10)
    assert sum(count for _, _, count in store.outbox_counts()) == max(len(asked), 10)
    store.close()


def test_a_recording_that_was_killed_is_whole_or_not_there(url: str) -> None:
    store = open_store(url)
    ask(store, *(prompt(number) for number in range(1, 41)))
    kill_while(_record_for_ever, url, 0.1)
    entries = store.entries(limit=100_000)
    assert len(entries) > 3
    assert sum(count for _, _, count in store.outbox_counts()) == len(entries)
    assert counted(store) == recounted(store)
    answered = {each.prompt for each in entries}
    assert all(store.bullets(key) == ("One", "Two") for key in answered if key is not None)
    # Reading the mailbox again records what is missing and nothing twice.
    again = [
        answer(uid, uid % 40 + 1, "One", "Two", mails=(mail(f"receipt/{uid}"),)) for uid in range(1, len(entries) + 2)
    ]
    found = Counter(store.record(each) for each in again)
    assert found == {Recorded.KNOWN_KEY: len(entries), Recorded.NEW: 1}
    store.close()


def test_a_server_that_comes_back_is_used_again(postgres_url: str) -> None:
    store = open_store(postgres_url)
    store.enqueue([mail("a")])
    other = open_store(postgres_url)
    with other._writing.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    other.close()
    assert store.enqueue([mail("a"), mail("b")]) == 1
    store.close()


def test_a_busy_database_ends_in_a_store_error_without_text(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.connection._PRAGMAS", ("PRAGMA busy_timeout = 1",))
    monkeypatch.setattr("store.transaction.LONGEST_PAUSE", 0.01)
    store, other = open_store(sqlite_url), open_store(sqlite_url)
    ask(store, prompt(1))
    with other._writing.begin(), pytest.raises(StoreError, match="SQLITE_BUSY") as caught:
        store.record(answer(1, 1, "secret words"))
    assert "secret" not in f"{caught.value!r} {caught.value.__context__!r} {caught.value.__cause__!r}"
    assert store.record(Recording(entry=entry(2))) is Recorded.NEW
    store.close()
    other.close()
