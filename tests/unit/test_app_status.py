"""What status and the metrics say of a store."""

import json
import socket
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from app import metrics
from app.config import Settings, load
from app.status import COUNTED, ago, as_json, read_status
from domain.digest import UnitCount
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.errors import ConfigError, StoreError
from domain.ledger import Arrival, Folder, LedgerEntry, MessageKey, Recording
from domain.outbox import MailKind, MailState, OutboundMail
from domain.ports import Quota
from domain.round import CampaignId, Phase, Prompt, Round, RoundId, Window
from domain.standing import Standing
from domain.unit import UnitPath
from domain.verdict import Decision
from store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock
from tests.unit.test_app_check import CONFIG

STALE = timedelta(minutes=30)
WEEKLY, WEEK = CampaignId("weekly"), RoundId("2026-W47")


def prompt(number: int, standing: Standing) -> Prompt:
    return Prompt(
        campaign_id=WEEKLY,
        round_id=WEEK,
        employee_id=EmployeeId(f"E{number}"),
        name="Ana Ruiz",
        address=f"p{number}@agency.example",
        unit=UnitPath(f"Agency/{number % 2}"),
        supervisor_id=None,
        token=f"t{number}",
        message_id=f"<{number}@agency.example>",
        window=Window(opens_at=START, closes_at=START + timedelta(days=3), grace_until=START + timedelta(days=4)),
        standing=standing,
    )


def mail(number: int) -> OutboundMail:
    return OutboundMail(
        key=f"prompt/{number}",
        kind=MailKind.PROMPT,
        recipient=f"p{number}@agency.example",
        sender="",
        message_id=f"<{number}@agency.example>",
        content=b"x",
        not_before=START,
    )


def entry(uid: int, decision: Decision | None, filing: Folder) -> Recording:
    arrival = Arrival(key=MessageKey(mailbox="reports", uidvalidity=1, uid=uid), arrived_at=START, size=10)
    return Recording(
        entry=LedgerEntry(arrival=arrival, decided_at=START, origin=None, decision=decision, filing=filing)
    )


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    made.stage([(2, Employee(id=EmployeeId("E1"), name="Ana Ruiz", address=EmailAddress("p1@agency.example")))])
    made.stage_apply(START)
    made.ensure_round(
        Round(
            campaign_id=WEEKLY,
            id=WEEK,
            phase=Phase.OPENING,
            opens_at=START,
            closes_at=START + timedelta(days=3),
            final_at=START + timedelta(days=4),
            code="4F-QK",
        )
    )
    prompts = [prompt(1, Standing.AWAITING), prompt(2, Standing.AWAITING), prompt(3, Standing.AWAY)]
    made.expand(WEEKLY, WEEK, prompts, [mail(1), mail(2)], EmployeeId("E3"))
    made.advance(WEEKLY, WEEK, Phase.OPENING, Phase.OPEN)
    made.set_cursor("reports", 1, 5, START)
    made.record(entry(1, Decision.WITHHELD, Folder.INBOX))
    made.record(entry(2, None, Folder.HELD))
    return made


def test_the_state_is_told(store: MemoryStore) -> None:
    status = read_status(store, ["reports"], campaigns=[WEEKLY], now=START + timedelta(minutes=5), stale_after=STALE)
    (one,) = status.rounds
    assert (one.asked, one.by_standing()) == (3, {"awaiting": 2, "away": 1})
    assert one.by_unit() == {"Agency/0": {"awaiting": 1}, "Agency/1": {"awaiting": 1, "away": 1}}
    assert status.outbox == ((MailKind.PROMPT, MailState.QUEUED, 2),)
    assert (status.people, status.withheld, status.held, status.shunted) == (1, 1, 1, 0)
    assert status.mailboxes[0].unfiled in {1, 2}  # what stays in INBOX may need a flag
    assert status.warnings == ()
    assert json.loads(json.dumps(as_json(status)))["rounds"][0]["standings"] == {"awaiting": 2, "away": 1}


def test_what_needs_attention_is_a_warning(store: MemoryStore) -> None:
    asked = {"reports": Quota(used=90, limit=100), "second": "The IMAP server cannot be used now."}
    status = read_status(
        store, ["reports", "second"], campaigns=[WEEKLY], now=START + timedelta(days=4), stale_after=STALE, asked=asked
    )
    assert status.warnings == (
        "mailbox reports was last looked at 4 days ago: is `bulletin run` running?",
        "mailbox reports is 90 % full: when it is, replies bounce",
        "mailbox second: The IMAP server cannot be used now.",
        "mailbox second was never looked at: is `bulletin run` running?",
        "round weekly/2026-W47 should have closed: is `bulletin run` running?",
    )


def test_a_round_without_a_campaign_is_a_warning(store: MemoryStore) -> None:
    left = ["round weekly/2026-W47: its campaign is not in the configuration. Put it back, or no digest is written and"]
    for now in (START, START + timedelta(days=3, hours=2)):
        status = read_status(store, [], campaigns=["monthly"], now=now, stale_after=STALE)
        assert [warning.partition(" the round ends")[0] for warning in status.warnings] == left


@pytest.mark.parametrize(
    ("span", "words"), [(0, "0 seconds"), (1, "1 second"), (60, "1 minute"), (7300, "2 hours"), (200_000, "2 days")]
)
def test_spans_in_words(span: int, words: str) -> None:
    assert ago(timedelta(seconds=span)) == words


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "key").write_text("k" * 43)
    (tmp_path / "key").chmod(0o600)
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    return load(config, {}).settings


def with_port(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"metrics": settings.metrics.model_copy(update={"port": port})})


def test_metrics_hold_numbers_and_no_person(store: MemoryStore, settings: Settings) -> None:
    told = generate_latest(metrics.registry(settings, store, FakeClock())).decode()
    assert 'bulletin_prompts{campaign="weekly",round="2026-W47",standing="awaiting"} 2.0' in told
    assert 'bulletin_outbox_mails{kind="prompt",state="queued"} 2.0' in told
    assert "bulletin_store_up 1.0" in told
    for personal in ("Ana", "E1", "@", "Agency"):
        assert personal not in told


class BrokenStore(MemoryStore):
    """A database that is away."""

    def rounds(self, campaign_id: CampaignId | None = None, **_: object) -> tuple[Round, ...]:
        raise StoreError("gone")

    def counts(self, campaign_id: CampaignId, round_id: RoundId) -> tuple[UnitCount, ...]:
        raise StoreError("gone")


def test_metrics_say_when_the_database_is_away(settings: Settings) -> None:
    told = generate_latest(metrics.registry(settings, BrokenStore(), FakeClock())).decode()
    assert "bulletin_store_up 0.0" in told


def test_metrics_are_served_on_this_machine_only(store: MemoryStore, settings: Settings) -> None:
    assert metrics.serve(settings, store, FakeClock())() is None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stop = metrics.serve(with_port(settings, port), store, FakeClock())
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert b"bulletin_people 1.0" in answer.read()
        with pytest.raises(ConfigError, match=r"metrics\.port"):
            metrics.serve(with_port(settings, port), store, FakeClock())
    finally:
        stop()


def test_what_is_counted_by_reading_is_bounded(store: MemoryStore) -> None:
    for uid in range(10, COUNTED + 20):
        store.record(entry(uid, Decision.WITHHELD, Folder.WITHHELD))
    status = read_status(store, ["reports"], campaigns=[WEEKLY], now=START, stale_after=STALE)
    assert status.withheld == COUNTED
