"""The process that reads mail: whatever a message does to it, we get an Outcome and the next message is read."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.message import Message
from domain.outcome import Automatic, Known, Shunted
from domain.policy import Policy, Switch
from ingest.child import Failure, ReaderLostError, ReadingChild, ReadingLimits, ReadingPool

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
LIMITS = ReadingLimits(seconds=3, processor_seconds=1, memory=500_000_000)
MISBEHAVES = "tests.fakes.readers:misbehave"
FINE = Automatic


@pytest.fixture
def child() -> Iterator[ReadingChild]:
    made = ReadingChild(LIMITS, reads=MISBEHAVES)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("sleep", Failure.TIME),
        ("spin", Failure.TIME),
        ("swell", Failure.MEMORY),
        ("killed", Failure.MEMORY),
        ("crash", Failure.DIED),
        ("abort", Failure.DIED),
        ("exit", Failure.DIED),
        ("raise", Failure.RAISED),
        ("recurse", Failure.RAISED),
        ("write", Failure.RAISED),
    ],
)
def test_a_hostile_message_costs_only_itself(child: ReadingChild, deed: str, reason: Failure) -> None:
    began = time.monotonic()
    outcome = child.read(f"!{deed} canary".encode(), NOW, Known())
    assert outcome == Shunted(reason=reason.value)
    assert Failure.of(outcome) is reason
    assert time.monotonic() - began < 10
    assert isinstance(child.read(b"fine", NOW, Known()), FINE)


def test_nothing_of_the_text_reaches_our_own_output(child: ReadingChild, capfd: pytest.CaptureFixture[str]) -> None:
    for deed in ("shout", "raise", "crash", "abort"):
        child.read(f"!{deed} canary".encode(), NOW, Known())
    shown = capfd.readouterr()
    assert "canary" not in shown.out + shown.err


def test_it_leaves_no_core_file(child: ReadingChild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    child.read(b"!abort", NOW, Known())
    assert list(tmp_path.iterdir()) == []


def test_one_child_reads_many_messages(child: ReadingChild) -> None:
    child.start()
    assert child._process is not None
    pid = child._process.pid
    for length in range(0, 100_000, 5_000):
        outcome = child.read(b"x" * length, NOW, Known())
        assert isinstance(outcome, Automatic)
        assert outcome.envelope.message_id == str(length)
    assert child._process.pid == pid


def test_time_is_counted_for_each_message(child: ReadingChild) -> None:
    """A child that has read for longer than one message's limit is not killed for it."""
    deadline = time.monotonic() + 2.5
    while time.monotonic() < deadline:
        assert isinstance(child.read(b"x" * 200_000, NOW, Known()), FINE)


def test_a_child_that_died_while_idle_is_nobodys_fault(child: ReadingChild) -> None:
    child.start()
    assert child._process is not None
    assert child._process.pid is not None
    os.kill(child._process.pid, signal.SIGKILL)
    child._process.join(5)
    assert isinstance(child.read(b"fine", NOW, Known()), FINE)


def test_what_is_known_arrives_whole(child: ReadingChild) -> None:
    known = Known(prompts=("What did you do?",), policy=Policy(switches={"links": Switch.OFF}))
    assert isinstance(child.read(b"fine", NOW, known), FINE)


def test_headers_are_read_in_the_child_too(child: ReadingChild) -> None:
    header = child.header(b"From: Jane <jane@agency.example>\r\nSubject: hello\r\n\r\n")
    assert isinstance(header, Message)
    assert header.senders[0].address == "jane@agency.example"
    many = b"To: " + b", ".join(b"p%d@agency.example" % number for number in range(5000)) + b"\r\n\r\n"
    refused = child.header(many)
    assert isinstance(refused, Shunted)
    assert Failure.of(refused) is None


def test_an_answer_that_cannot_be_sent_is_a_failure() -> None:
    child = ReadingChild(LIMITS, reads="tests.fakes.readers:unfinished")
    assert child.read(b"fine", NOW, Known()) == Shunted(reason="reader failed")
    child.close()


def test_a_reader_that_cannot_start_is_no_messages_fault() -> None:
    child = ReadingChild(LIMITS, reads="tests.fakes.readers:missing")
    with pytest.raises(ReaderLostError):
        child.read(b"fine", NOW, Known())
    child.close()


def test_a_pool_reads_at_once() -> None:
    pool = ReadingPool(tuple(ReadingChild(LIMITS, reads=MISBEHAVES) for _ in range(2)))
    outcomes: list[object] = []
    threads = [
        threading.Thread(target=lambda text=text: outcomes.append(pool.read(text, NOW, Known())))
        for text in [b"!sleep", b"!sleep", *[b"fine"] * 8]
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < LIMITS.seconds * 1.9
    assert pool.width == 2
    assert sum(isinstance(outcome, FINE) for outcome in outcomes) == 8
    pool.close()


def test_a_child_ends_with_its_parent(child: ReadingChild) -> None:
    child.start()
    assert child._process is not None
    sentinel = child._process
    child.close()
    with pytest.raises(ValueError, match="closed"):
        sentinel.is_alive()
