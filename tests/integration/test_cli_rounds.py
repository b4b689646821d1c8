"""Campaigns, policies, leave and rounds by command, as an operator uses them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.exits import Exit
from domain.outbox import MailKind, MailState
from domain.policy import Mode
from domain.ports import Store
from domain.round import CampaignId, Phase
from domain.standing import Standing
from store.engine import open_store
from tests.fakes.clock import RunningClock
from tests.fakes.house import CONFIG, count, employ, person

Bulletin = Callable[..., Result]

CAMPAIGN = '[[campaigns]]\nid = "weekly"\ncloses_after = "6d"\nweekday = "{day}"\ntime = "00:00"\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("BULLETIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secrets").mkdir()
    for name in ("hash-key", "token-key", "password"):
        (tmp_path / "secrets" / name).write_text(name * 10)
        (tmp_path / "secrets" / name).chmod(0o600)
    today = f"{RunningClock().now():%A}".lower()
    (tmp_path / "config.toml").write_text(CONFIG.format(campaign=CAMPAIGN.format(day=today)))
    return tmp_path


@pytest.fixture
def store(place: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{place}/bulletin.db", create=True)
    employ(opened, person(1, None), person(2), person(3, unit="Agency/North"))
    yield opened
    opened.close()


@pytest.fixture
def bulletin(store: Store) -> Bulletin:
    assert store is not None

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def test_a_campaign_is_set_up_shown_and_ended(bulletin: Bulletin, store: Store) -> None:
    made = bulletin(
        "campaign", "new", "all-hands", "--once", "2099-12-01", "--closes-after", "48h", "--reason", "asked"
    )
    assert made.exit_code == Exit.OK, made.output
    assert "2099-W49" in made.output
    assert bulletin("campaign", "new", "all-hands").exit_code == Exit.FOUND
    listed = bulletin("campaign", "list").output
    assert "set up here" in listed
    assert "configuration" in listed
    assert "weekday 2 at 09:00" in bulletin("campaign", "show", "all-hands").output
    assert bulletin("campaign", "end", "all-hands", "--reason", "done").exit_code == Exit.OK
    assert bulletin("campaign", "end", "all-hands", "--reason", "done").exit_code == Exit.FOUND
    assert [event.what for event in store.events()] == ["campaign ended", "campaign set up"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["new", "X y"], "short name"),
        (["new", "x", "--zone", "Mars/City"], "time zone"),
        (["show", "nothing"], "no campaign nothing"),
    ],
)
def test_a_campaign_that_cannot_be(bulletin: Bulletin, arguments: list[str], told: str) -> None:
    result = bulletin("campaign", *arguments)
    assert result.exit_code == Exit.FOUND
    assert told in result.output


def test_once_goes_with_no_other_day(bulletin: Bulletin) -> None:
    assert bulletin("campaign", "new", "x", "--once", "soon").exit_code == Exit.USAGE
    assert bulletin("campaign", "new", "x", "--once", "2099-12-01", "--weekday", "monday").exit_code == Exit.USAGE


def test_a_policy_is_set_followed_and_shown(bulletin: Bulletin, store: Store) -> None:
    assert bulletin("round", "open", "--yes").exit_code == Exit.OK
    done = bulletin(
        "policy", "set", "Agency/North", "mode=paused", "observers=a@x.example, b@x.example", "--reason", "r"
    )
    assert "Let off: 1" in done.output
    assert store.policies()[0].fields == {"mode": Mode.PAUSED, "observers": ("a@x.example", "b@x.example")}
    assert count(store, MailKind.PROMPT, MailState.HELD) == 1
    shown = bulletin("policy", "show", "Agency/North").output
    assert "mode\tpaused\tAgency/North" in shown
    assert "the configuration" in shown
    back = bulletin("policy", "set", "Agency/North", "mode=", "window=48h", "--reason", "r", "--correct")
    assert "asked: 1" in back.output
    assert count(store, MailKind.PROMPT, MailState.QUEUED) == 3
    event = store.events()[0]
    assert (event.what, event.subject) == ("policy set", "Agency/North")
    assert "window=2 days, 0:00:00 mode=: r" in event.reason


@pytest.mark.parametrize("field", ["mode", "mood=paused", "mode=sleepy", "switches={oops", "bullets_least=x"])
def test_a_policy_that_cannot_be(bulletin: Bulletin, store: Store, field: str) -> None:
    assert bulletin("policy", "set", "Agency", field, "--reason", "r").exit_code == Exit.FOUND
    assert store.policies() == ()


def test_a_round_is_paused_resumed_moved_and_closed(bulletin: Bulletin, store: Store) -> None:
    assert bulletin("round", "open", "--yes").exit_code == Exit.OK
    assert "3 queued mails wait" in bulletin("round", "pause", "--reason", "r").output
    assert count(store, MailKind.PROMPT, MailState.HELD) == 3
    assert bulletin("round", "pause", "--reason", "r").exit_code == Exit.FOUND
    assert bulletin("round", "resume", "--reason", "r").exit_code == Exit.OK
    assert count(store, MailKind.PROMPT, MailState.QUEUED) == 3
    assert "Let off: 1" in bulletin("round", "pause", "--unit", "Agency/North", "--reason", "r").output
    assert "asked: 1" in bulletin("round", "resume", "--unit", "Agency/North", "--reason", "r").output
    assert bulletin("round", "move", "E003", "--to", "E003", "--reason", "r").exit_code == Exit.FOUND
    assert bulletin("round", "move", "E003", "--to", "E002", "--reason", "new team").exit_code == Exit.OK
    told = bulletin("round", "unrouted").output
    assert "no supervisor in the roster" in told
    assert "E001" in told
    assert "1 digests are queued" in bulletin("round", "close", "--unit", "Agency/North", "--reason", "r").output
    assert bulletin("round", "close", "--reason", "r").exit_code == Exit.OK
    one = store.rounds(CampaignId("weekly"))[0]
    assert one.phase is Phase.CLOSED
    assert store.supervisors(one.campaign_id, one.id) == ("E001", "E002")
    assert bulletin("round", "close", "--reason", "r").exit_code == Exit.FOUND
    whats = [event.what for event in store.events()]
    for what in ("round paused", "round resumed", "unit paused", "unit resumed", "prompt moved", "round closed early"):
        assert what in whats


def test_leave_is_imported_and_listed(bulletin: Bulletin, store: Store, place: Path) -> None:
    (place / "leave.csv").write_text("id,first,back\nE002,2020-01-01,2099-01-02\nE009,2020-01-01,2099-01-02\n")
    assert bulletin("leave", "import", "leave.csv").exit_code == Exit.FOUND
    assert "1 absences can be imported" in bulletin("leave", "import", "leave.csv", "--skip-bad", "--dry-run").output
    assert "1 people are away" in bulletin("leave", "import", "leave.csv", "--skip-bad").output
    assert "2099-01-02" in bulletin("leave", "list").output
    assert bulletin("round", "open", "--yes").exit_code == Exit.OK
    one = store.rounds()[0]
    away = store.prompts_in(one.campaign_id, one.id, standings={Standing.AWAY})
    assert [prompt.employee_id for prompt in away] == ["E002"]


def test_a_preview_says_whose_clocks(bulletin: Bulletin, place: Path) -> None:
    assert "on the clocks of UTC" in bulletin("round", "preview").output
    file = place / "config.toml"
    file.write_text(file.read_text() + "own_zone = true\n")
    told = bulletin("round", "preview").output
    assert "UTC\t3\t" in told
