"""A campaign is taken out of the configuration while its round goes on: the round ends in its time, and is purged in its."""

from pathlib import Path

from app.exits import Exit
from domain.ledger import MessageKey
from domain.outbox import MailKind, MailState
from domain.ports import Store
from domain.round import Phase
from store.memory import MemoryStore
from tests.contract.conftest import postgres, postgres_url, sqlite_template, sqlite_url, store
from tests.fakes.course import CLOSES, DAY, HOUR, OPENS, QUIET, Place, answer, key
from tests.fakes.house import count, employ, person
from tests.integration.test_cli_rounds import Bulletin, bulletin, place
from tests.integration.test_cli_rounds import store as installed

__all__ = ["bulletin", "installed", "place", "postgres", "postgres_url", "sqlite_template", "sqlite_url", "store"]

MONTHLY = '[[campaigns]]\nid = "monthly"\nfirst = 2030-01-01\ncode_before = "none"\n'


def left_behind(folder: Path, store: Store) -> Place:
    """Three people are asked, one answers, and an hour later the configuration knows another campaign only."""
    before = Place(folder / "before", store)
    employ(store, person(1, None), person(2), person(3))
    before.at(OPENS)
    answer(before, 2)
    store.mark_filed([MessageKey(mailbox="reports", uidvalidity=1, uid=2)], OPENS)
    after = Place(folder / "after", store, MONTHLY)
    after.at(OPENS + HOUR)
    return after


def test_it_becomes_final_without_a_digest_and_goes_when_its_retention_is_over(tmp_path: Path, store: Store) -> None:
    place = left_behind(tmp_path, store)
    assert count(store, MailKind.PROMPT, MailState.HELD) == 3
    place.at(CLOSES + 23 * HOUR)
    assert place.round().phase is Phase.OPEN
    place.at(CLOSES + 25 * HOUR)
    assert place.round().phase is Phase.FINAL
    assert count(store, MailKind.DIGEST) == 0
    told = [(event.what, event.subject) for event in store.events() if event.what == "round final"]
    assert told == [("round final", "weekly/2026-W47")]
    place.at(OPENS + 366 * DAY + 5 * DAY)
    assert [store.prompt(key(number)) for number in (1, 2, 3)] == [None] * 3


def test_it_goes_on_where_its_campaign_is_put_back_in_time(tmp_path: Path) -> None:
    place = left_behind(tmp_path, MemoryStore())
    place.at(CLOSES + 2 * HOUR)
    back = Place(tmp_path / "back", place.store, QUIET)
    back.at(CLOSES + 3 * HOUR)
    assert back.round().phase is Phase.CLOSED
    assert count(place.store, MailKind.DIGEST) == 1


def test_an_operator_may_end_it(bulletin: Bulletin, installed: Store, place: Path) -> None:
    assert bulletin("round", "open", "--yes").exit_code == Exit.OK
    file = place / "config.toml"
    file.write_text(file.read_text().replace('"weekly"', '"monthly"'))
    told = bulletin("status", "--offline")
    assert told.exit_code == Exit.FOUND
    assert "its campaign is not in the configuration" in told.output
    assert "no digest was written" in bulletin("round", "close", "--reason", "renamed").output
    (one,) = installed.rounds()
    assert one.phase is Phase.FINAL
    assert bulletin("round", "close", "--reason", "renamed").exit_code == Exit.FOUND
    assert "renamed" in next(event.reason for event in installed.events() if event.what == "round closed early")
