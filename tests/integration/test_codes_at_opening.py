"""The prompt says that the supervisor was given the code of the week: so it is, also where nobody told it the day before."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.exits import Exit
from app.schedule import Scheduler
from domain.ledger import Event
from domain.outbox import Attempt, MailKind, OutboundMail, Sent
from domain.ports import Store
from domain.round import Phase, RoundId
from store.engine import open_store
from store.memory import MemoryStore
from tests.fakes.clock import FakeClock, RunningClock
from tests.fakes.course import DAY, ID, OPENS
from tests.fakes.house import CONFIG, WEEKLY, employ, house, person

W47 = RoundId("2026-W47")
WITH_CODES = f'{WEEKLY.rstrip()}\ncode_before = "1d"\n'


def queued(store: Store, clock: FakeClock) -> list[OutboundMail]:
    return [one.mail for one in store.claim("s", now=clock.now(), limit=50, lease=DAY)]


@pytest.mark.parametrize("day_before", [True, False], ids=["in-time", "nobody-ran"])
def test_supervisors_hear_it_once_and_before_their_people(tmp_path: Path, day_before: bool) -> None:
    clock, store = FakeClock(OPENS - 2 * DAY), MemoryStore()
    employ(store, person(1, None), person(2), person(3))
    at = house(tmp_path, store, clock, WITH_CODES)
    Scheduler(house=at, may_go_on=lambda: True).tick()
    if day_before:
        clock.move(DAY + timedelta(hours=1))
        Scheduler(house=at, may_go_on=lambda: True).tick()
        assert [one.kind for one in queued(store, clock)] == [MailKind.CODE]
    clock.move(OPENS + timedelta(minutes=1) - clock.now())
    Scheduler(house=at, may_go_on=lambda: True).tick()  # another process: it does not know what was told
    kept = store.round(ID, W47)
    assert kept is not None
    assert kept.phase is Phase.OPEN
    kinds = [one.kind for one in queued(store, clock)]
    assert kinds == [MailKind.CODE] * (not day_before) + [MailKind.PROMPT] * 3


def test_a_campaign_that_has_ended_meanwhile_tells_nobody(tmp_path: Path) -> None:
    clock, store = FakeClock(OPENS - 2 * DAY), MemoryStore()
    employ(store, person(1, None), person(2))
    at = house(tmp_path, store, clock, WITH_CODES)
    Scheduler(house=at, may_go_on=lambda: True).tick()
    clock.move(DAY + timedelta(hours=1))
    Scheduler(house=at, may_go_on=lambda: True).tick()
    (waiting,) = queued(store, clock)
    assert at.gate().look(waiting) is None
    store.end_campaign(ID, clock.now(), Event(at=clock.now(), who="operator", what="test", reason="because"))
    refused = at.gate().look(waiting)
    assert isinstance(refused, Attempt)
    assert refused.result is Sent.CANCELLED


@pytest.mark.parametrize("codes", ["1d", "none"])
def test_a_round_opened_by_hand_tells_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codes: str) -> None:
    for name in [name for name in os.environ if name.startswith("BULLETIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secrets").mkdir()
    for name in ("hash-key", "token-key", "password"):
        (tmp_path / "secrets" / name).write_text(name * 10)
        (tmp_path / "secrets" / name).chmod(0o600)
    today = f"{RunningClock().now():%A}".lower()
    told = f'code_before = "{codes}"\n'
    campaign = f'[[campaigns]]\nid = "weekly"\ncloses_after = "6d"\nweekday = "{today}"\ntime = "00:00"\n{told}'
    (tmp_path / "config.toml").write_text(CONFIG.format(campaign=campaign))
    store = open_store(f"sqlite:///{tmp_path}/bulletin.db", create=True)
    employ(store, person(1, None), person(2), person(3))
    for turn in range(2):
        result = CliRunner().invoke(app, ["round", "open", "--yes"])
        assert result.exit_code == Exit.OK
        assert ("get it first: 1" in result.output) is (codes != "none" and not turn)
    counted = {kind: count for kind, _, count in store.outbox_counts()}
    assert counted == {MailKind.PROMPT: 3, **({MailKind.CODE: 1} if codes != "none" else {})}
    store.close()
