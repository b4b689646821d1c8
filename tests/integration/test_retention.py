"""What was kept for long enough goes by itself, under the policy of each unit; an operator may see it before."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner, Result

from app.again import Rereader, reread
from app.cli import app
from app.exits import Exit
from app.retention import EVERY, Daily
from domain.employee import EmployeeId
from domain.errors import StoreError
from domain.ledger import MessageKey
from domain.outbox import MailKind
from domain.policy import PolicyChange
from domain.ports import Store
from domain.retention import EXPIRED, Expired, Kept, terms
from domain.round import Phase, Window
from domain.unit import ROOT
from store.engine import open_store
from store.memory import MemoryStore
from tests.contract.conftest import postgres, postgres_url, sqlite_template, sqlite_url, store
from tests.contract.store_values import W48, arrival, key_of, prompt, week
from tests.contract.store_values import WEEKLY as WEEKLY_ID
from tests.contract.store_values import answer as said
from tests.fakes.clock import FakeClock, RunningClock
from tests.fakes.course import CLOSES, DAY, EVENT, HOUR, ID, NORTH, OPENS, W47, Place, answer, key
from tests.fakes.house import count, employ, house, person

__all__ = ["postgres", "postgres_url", "sqlite_template", "sqlite_url", "store"]

YEAR = 366 * DAY


def finished(folder: Path, store: Store | None = None) -> Place:
    """A Round of three people, two of whom answered, with its Digests sent; then the Campaign ends."""
    place = Place(folder, store)
    employ(place.store, person(1, None), person(2), person(3, unit=NORTH))
    place.at(OPENS + HOUR)
    place.send()
    for number in (2, 3):
        answer(place, number)
        place.store.mark_filed([MessageKey(mailbox="reports", uidvalidity=1, uid=number)], place.clock.now())
    for after in (HOUR, 25 * HOUR):
        place.at(CLOSES + after)
        place.send()
    assert place.round().phase is Phase.FINAL
    place.store.end_campaign(ID, place.clock.now(), EVENT)
    return place


def told(place: Place) -> list[tuple[str, str]]:
    return [(event.subject, event.reason) for event in place.store.events() if event.what == "purged"]


def test_a_year_later_only_counts_are_left(tmp_path: Path, store: Store) -> None:
    place = finished(tmp_path, store)
    counts = store.counts(ID, W47)
    place.at(OPENS + 300 * DAY)
    assert store.bullets(key(2)) == ("Mended it",)
    assert told(place) == []
    place.at(OPENS + YEAR + 5 * DAY)
    assert [store.prompt(key(number)) for number in (1, 2, 3)] == [None] * 3
    assert store.outbox_counts() == ()
    assert store.counts(ID, W47) == counts
    assert told(place) == [("weekly/2026-W47", "2 answers, 2 entries, 4 mails, 3 prompts, 1 rounds")]
    place.at(OPENS + YEAR + 5 * DAY + HOUR)
    place.at(OPENS + YEAR + 6 * DAY + HOUR)
    assert len(told(place)) == 1


def test_a_unit_on_hold_keeps_everything_until_it_is_let_go(tmp_path: Path) -> None:
    place = finished(tmp_path)
    place.store.set_policy(PolicyChange(unit=NORTH, fields={"hold": True}), EVENT)
    place.at(OPENS + 3 * YEAR)
    assert place.store.prompt(key(2)) is None
    assert place.store.bullets(key(3)) == ("Mended it",)
    assert count(place.store, MailKind.PROMPT) == 1
    assert "test" in [event.what for event in place.store.events(limit=500)]
    place.store.set_policy(PolicyChange(unit=NORTH, fields={}), EVENT)
    place.at(OPENS + 3 * YEAR + EVERY)
    assert place.store.prompt(key(3)) is None


def test_a_week_is_enough_where_a_unit_says_so(tmp_path: Path) -> None:
    place = finished(tmp_path)
    place.store.set_policy(PolicyChange(unit=NORTH, fields={"retention": 7 * DAY}), EVENT)
    place.at(OPENS + 13 * DAY)
    assert place.store.prompt(key(3)) is None
    assert place.store.bullets(key(2)) == ("Mended it",)


class SlowClock(RunningClock):
    """Each look at it takes a second."""

    def __init__(self, place: Place) -> None:
        self.seconds, self.place = 0.0, place

    def now(self):
        return self.place.clock.now()

    def monotonic(self) -> float:
        self.seconds += 1
        return self.seconds


def daily(place: Place) -> Daily:
    purger = place.house.purger()
    slow = type(purger)(store=purger.store, book=purger.book, clock=SlowClock(place), records=purger.records)
    return Daily(purger=slow, who="scheduler", share=timedelta(0))


def test_a_walk_leaves_off_when_its_time_is_up_and_goes_on_at_the_next_look(tmp_path: Path) -> None:
    place = finished(tmp_path)
    place.clock.move(YEAR)
    walk, looks = daily(place), []
    while walk.begun is None or walk.walk is not None:
        looks.append(walk.go_on(place.clock.now(), lambda: True))
    assert len(looks) > len(Kept)
    assert sum(looks) == 12
    assert len(told(place)) == 1
    assert walk.go_on(place.clock.now() + HOUR, lambda: True) is None
    assert walk.go_on(place.clock.now() + EVERY, lambda: True) == 0


def test_who_loses_the_lease_tells_what_went_and_leaves_off(tmp_path: Path) -> None:
    place = finished(tmp_path)
    place.clock.move(YEAR)
    walk = daily(place)
    assert walk.go_on(place.clock.now(), lambda: False) == 2
    assert told(place) == [("weekly/2026-W47", "2 answers")]
    assert walk.walk is None
    for _ in range(20):
        walk.go_on(place.clock.now(), lambda: True)
    assert place.store.prompt(key(2)) is None
    walk.stop()


class Failing(MemoryStore):
    """Fails where entries are to be purged, once."""

    failed = False

    def purge(self, what: Kept, found: Sequence[Expired]) -> int:
        if what is Kept.ENTRIES and not self.failed:
            self.failed = True
            raise StoreError("The database cannot be used now.")
        return super().purge(what, found)


def test_what_fails_is_tried_again_at_the_next_look(tmp_path: Path) -> None:
    place = finished(tmp_path, Failing())
    place.clock.move(YEAR)
    with pytest.raises(StoreError):
        place.scheduler.tick()
    assert told(place) == [("weekly/2026-W47", "2 answers")]
    place.scheduler.tick()
    assert place.store.prompt(key(2)) is None


LONG_AGO = datetime(2020, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An installation whose database knows a Round of long ago: the commands take the time from this machine."""
    for name in [name for name in os.environ if name.startswith("BULLETIN_")]:
        monkeypatch.delenv(name)
    opened = open_store(sqlite_url)
    house(tmp_path, opened, FakeClock())
    employ(opened, person(1, None), person(2))
    window = Window(opens_at=LONG_AGO, closes_at=LONG_AGO + DAY, grace_until=LONG_AGO + 2 * DAY)
    one = week(phase=Phase.FINAL, opens_at=LONG_AGO, closes_at=LONG_AGO + DAY, final_at=LONG_AGO + 2 * DAY)
    opened.ensure_round(one)
    opened.expand(WEEKLY_ID, W48, [prompt(1, window=window), prompt(2, window=window)], [], EmployeeId("E002"))
    opened.record(said(1, 2, "Mended it", at=LONG_AGO))
    opened.mark_filed([arrival(1).key], LONG_AGO)
    yield opened
    opened.close()


def bulletin(folder: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(app, ["--config", str(folder / "config.toml"), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_an_operator_sees_it_first_and_then_does_it(tmp_path: Path, kept: Store) -> None:
    first = bulletin(tmp_path, "purge", "--dry-run")
    assert first.exit_code == Exit.OK, first.output
    for line in (
        "answers\tweekly/2026-W48\t1",
        "entries\tweekly/2026-W48\t1",
        "prompts\tweekly/2026-W48\t2",
        "4 would go.",
    ):
        assert line in first.output
    assert kept.bullets(key_of(2)) == ("Mended it",)
    refused = bulletin(tmp_path, "purge")
    assert refused.exit_code == Exit.FOUND
    assert "--yes" in refused.output
    done = bulletin(tmp_path, "purge", "--yes")
    assert done.exit_code == Exit.OK, done.output
    assert kept.prompt(key_of(2)) is None
    assert "Nothing has been kept" in bulletin(tmp_path, "purge").output


@pytest.mark.parametrize("wrong", ["1h", "0d"])
def test_less_than_a_day_is_a_mistake(tmp_path: Path, kept: Store, wrong: str) -> None:
    with (tmp_path / "config.toml").open("a") as file:
        file.write(f'[policy]\nretention = "{wrong}"\n')
    refused = bulletin(tmp_path, "purge", "--yes")
    assert refused.exit_code == Exit.CONFIG
    assert "a day or longer" in refused.output
    assert kept.prompt(key_of(2)) is not None


def test_a_looked_at_roster_does_not_stay_in_the_database(tmp_path: Path, kept: Store) -> None:
    people = tmp_path / "people.csv"
    people.write_text("id,name,address,unit,supervisor\nE001,CANARY,canary@agency.example,Agency,\n")
    looked = bulletin(tmp_path, "roster", "import", str(people), "--dry-run")
    assert "CANARY" in looked.output
    with sqlite3.connect(tmp_path / "bulletin.db") as connection:
        assert connection.execute("SELECT count(*) FROM staged_employee").fetchone() == (0,)
    connection.close()
    assert kept.employees(ROOT)


def test_a_hold_by_command_keeps_everything(tmp_path: Path, kept: Store) -> None:
    held = bulletin(tmp_path, "policy", "set", "Defense", "hold=true", "--reason", "as counsel wrote")
    assert held.exit_code == Exit.OK, held.output
    assert "Nothing has been kept" in bulletin(tmp_path, "purge").output
    assert "hold\ttrue" in bulletin(tmp_path, "policy", "show", "Defense/Navy").output
    bulletin(tmp_path, "policy", "set", "Defense", "hold=false", "--reason", "it is over")
    assert bulletin(tmp_path, "purge", "--yes").exit_code == Exit.OK
    assert kept.prompt(key_of(2)) is None


def test_what_has_expired_is_not_read_again(kept: Store) -> None:
    """The message may lie on its server still: reading it would write down its sender anew."""
    limits = terms({}, LONG_AGO + 3 * YEAR, records=YEAR)
    kept.purge(Kept.ENTRIES, kept.expired(Kept.ENTRIES, limits).expired)
    (left,) = kept.entries()
    assert left.reason == EXPIRED
    assert reread(cast("Rereader", None), left) is None
