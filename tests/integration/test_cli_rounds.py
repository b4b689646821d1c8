"""Campaigns, policies, leave and rounds by command, as an operator uses them."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.exits import Exit
from domain.outbox import Attempt, MailKind, MailState, Sent
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
        "campaign", "new", "all-hands", "--once", "2099-12-01", "--closes-after", "48h", "--reason", "asked", "--yes"
    )
    assert made.exit_code == Exit.OK, made.output
    assert "2099-W49" in made.output
    assert bulletin("campaign", "new", "all-hands").exit_code == Exit.FOUND
    listed = bulletin("campaign", "list").output
    assert "set up here" in listed
    assert "configuration" in listed
    assert "asks on Tuesday at 09:00" in bulletin("campaign", "show", "all-hands").output
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
    back = bulletin("policy", "set", "Agency/North", "mode=", "window=48h", "--reason", "r", "--correct", "--yes")
    assert "asked: 1" in back.output
    assert count(store, MailKind.PROMPT, MailState.QUEUED) == 3
    event = store.events()[0]
    assert (event.what, event.subject) == ("policy set", "Agency/North")
    assert "window=2d mode=: r" in event.reason


@pytest.mark.parametrize("field", ["mode", "mood=paused", "mode=sleepy", "switches={oops", "bullets_least=x"])
def test_a_policy_that_cannot_be(bulletin: Bulletin, store: Store, field: str) -> None:
    assert bulletin("policy", "set", "Agency", field, "--reason", "r").exit_code == Exit.FOUND
    assert store.policies() == ()


def test_a_round_is_paused_resumed_moved_and_closed(bulletin: Bulletin, store: Store) -> None:
    assert bulletin("round", "open", "--yes").exit_code == Exit.OK
    assert "3 queued mails wait" in bulletin("round", "pause", "--reason", "r").output
    assert count(store, MailKind.PROMPT, MailState.HELD) == 3
    assert bulletin("round", "pause", "--reason", "r").exit_code == Exit.FOUND
    assert bulletin("round", "resume", "--reason", "r", "--yes").exit_code == Exit.OK
    assert count(store, MailKind.PROMPT, MailState.QUEUED) == 3
    assert "Let off: 1" in bulletin("round", "pause", "--unit", "Agency/North", "--reason", "r").output
    assert "asked: 1" in bulletin("round", "resume", "--unit", "Agency/North", "--reason", "r", "--yes").output
    assert bulletin("round", "move", "E003", "--to", "E003", "--reason", "r").exit_code == Exit.FOUND
    assert bulletin("round", "move", "E003", "--to", "E002", "--reason", "new team").exit_code == Exit.OK
    told = bulletin("round", "unrouted").output
    assert "no supervisor in the roster" in told
    assert "E001" in told
    assert (
        "1 digests are queued" in bulletin("round", "close", "--unit", "Agency/North", "--reason", "r", "--yes").output
    )
    assert bulletin("round", "close", "--reason", "r", "--yes").exit_code == Exit.OK
    one = store.rounds(CampaignId("weekly"))[0]
    assert one.phase is Phase.CLOSED
    assert store.supervisors(one.campaign_id, one.id) == ("E001", "E002")
    assert bulletin("round", "close", "--reason", "r").exit_code == Exit.FOUND
    whats = [event.what for event in store.events()]
    for what in ("round paused", "round resumed", "unit paused", "unit resumed", "prompt moved", "round closed early"):
        assert what in whats


def test_nothing_that_mails_many_goes_without_a_word(bulletin: Bulletin, store: Store) -> None:
    def refused(*arguments: str) -> str:
        before = (store.outbox_counts(), store.policies(), store.rounds(), store.campaigns())
        result = bulletin(*arguments, "--reason", "r")
        assert result.exit_code == Exit.FOUND
        assert "say --yes" in result.output
        assert (store.outbox_counts(), store.policies(), store.rounds(), store.campaigns()) == before
        return result.output

    assert "confirm 3" in refused("campaign", "new", "all-hands", "--once", "2099-12-01")
    assert bulletin("round", "open", "--yes").exit_code == Exit.OK
    assert "confirm 1" in refused("round", "close")
    assert "confirm 1" in refused("round", "close", "--unit", "Agency/North")
    assert "confirm 3" in refused("round", "pause", "--correct")
    assert "tells up to 1" in refused("round", "pause", "--unit", "Agency/North", "--correct")
    assert "tells up to 3" in refused("policy", "set", "/", "consequence=None", "--correct")
    assert bulletin("policy", "set", "Agency/North", "mode=paused", "--reason", "r").exit_code == Exit.OK
    assert "asks up to 1" in refused("policy", "set", "Agency/North", "mode=voluntary")
    assert "asks up to 1" in refused("round", "resume", "--unit", "Agency/North")
    assert bulletin("round", "pause", "--reason", "r").exit_code == Exit.OK
    assert "confirm 2" in refused("round", "resume")


def test_a_unit_that_nobody_is_in_is_a_slip(bulletin: Bulletin, store: Store) -> None:
    assert bulletin("round", "open", "--yes").exit_code == Exit.OK
    paused = bulletin("round", "pause", "--unit", "Agency/Nroth", "--reason", "r")
    assert (paused.exit_code, store.policies()) == (Exit.FOUND, ())
    assert "Nobody in the roster is in Agency/Nroth" in paused.output
    assert bulletin("round", "close", "--unit", "Agency/Nroth", "--reason", "r").exit_code == Exit.FOUND
    ahead = bulletin("policy", "set", "Agency/New", "mode=paused", "--reason", "r")
    assert ahead.exit_code == Exit.OK
    assert "so far" in ahead.output


def test_nobody_to_ask_opens_nothing(bulletin: Bulletin, store: Store) -> None:
    assert bulletin("policy", "set", "/", "mode=paused", "--reason", "r").exit_code == Exit.OK
    told = bulletin("round", "open", "--yes")
    assert (told.exit_code, store.rounds()) == (Exit.FOUND, ())
    assert "Nobody would be asked" in told.output


def test_a_round_of_several_campaigns_is_named(bulletin: Bulletin, store: Store, place: Path) -> None:
    file = place / "config.toml"
    file.write_text(
        file.read_text() + CAMPAIGN.format(day=f"{RunningClock().now():%A}".lower()).replace("weekly", "two")
    )
    for name in ("weekly", "two"):
        assert bulletin("round", "open", "--campaign", name, "--yes").exit_code == Exit.OK
    unclear = bulletin("round", "close", "--reason", "r", "--yes")
    assert unclear.exit_code == Exit.FOUND
    assert "rounds of two, weekly" in unclear.output
    assert bulletin("round", "close", "--campaign", "two", "--reason", "r", "--yes").exit_code == Exit.OK
    assert {one.campaign_id: one.phase for one in store.rounds()} == {"weekly": Phase.OPEN, "two": Phase.CLOSED}
    assert "no campaign three" in bulletin("round", "open", "--campaign", "three").output


def test_who_was_asked_is_told_that_a_round_goes_on(bulletin: Bulletin, store: Store) -> None:
    assert bulletin("round", "open", "--yes").exit_code == Exit.OK
    now = RunningClock().now()
    for one in store.claim("s", now=now, limit=9, lease=timedelta(hours=1)):
        store.finish(one.id, one.epoch, Attempt(at=now, result=Sent.ACCEPTED), None)
    assert "Told: 3." in bulletin("round", "pause", "--correct", "--reason", "r", "--yes").output
    assert "Told: 3." in bulletin("round", "resume", "--correct", "--reason", "r", "--yes").output


def test_a_policy_is_shown_as_it_is_set(bulletin: Bulletin) -> None:
    shown = bulletin("policy", "show").output
    for line in ("grace\t1d\t", "retention\t365d\t", "hold\tfalse\t", "window\tnone\t"):
        assert line in shown
    wrong = bulletin("policy", "set", "Agency", "window=3days", "mode=sleepy", "--reason", "r").output
    assert 'window: is not a duration. Right would be: a duration such as "48h", or "none"' in wrong
    assert "Value error" not in wrong
    assert "voluntary" in wrong


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
