"""The process that reads mail: whatever a message does to it, we get an Outcome and the next message is read."""

import os
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.message import Message
from domain.outcome import Automatic, Judged, Known, Shunted
from domain.policy import Policy, Switch
from ingest import reading
from ingest.child import Failure, ReaderLostError, ReadingChild, ReadingLimits, ReadingPool, ToRead
from ingest.interpret import interpret
from ingest.shares import BYTES_TOGETHER, Shares, in_shares

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


def test_of_several_together_only_the_hostile_ones_fail(child: ReadingChild) -> None:
    raws = (b"1", b"!abort", b"333", b"!raise", b"!killed", b"666666", b"!exit")
    outcomes = child.read_all([ToRead(raw=raw, received_at=NOW, known=Known()) for raw in raws])
    assert [Failure.of(outcome) for outcome in outcomes] == [
        None, Failure.DIED, None, Failure.RAISED, Failure.MEMORY, None, Failure.DIED,
    ]  # fmt: skip
    read = [outcome for outcome in outcomes if isinstance(outcome, FINE)]
    assert [outcome.envelope.message_id for outcome in read] == ["1", "3", "6"]
    assert child.read_all([]) == []


def test_each_of_several_has_all_the_time_of_one() -> None:
    child = ReadingChild(ReadingLimits(seconds=1.5, processor_seconds=1), reads=MISBEHAVES)
    letters = [ToRead(raw=b"!nap", received_at=NOW, known=Known()) for _ in range(4)]
    assert all(isinstance(outcome, FINE) for outcome in child.read_all(letters))
    child.close()


def test_what_a_share_cannot_carry_costs_one_message(child: ReadingChild) -> None:
    shares = Shares(child)
    fine = ToRead(raw=b"fine", received_at=NOW, known=Known())
    broken = replace(fine, known=Known(prompts=((lambda: None),)))
    answers = shares.letters([fine, broken, fine])
    assert isinstance(answers[0].result(), FINE)
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        answers[1].result()
    assert isinstance(answers[2].result(), FINE)
    shares.close()


def test_shares_hold_a_few_messages_and_a_megabyte() -> None:
    assert [list(share) for share in in_shares([1] * 5, lambda _: 1, 2)] == [[1, 1], [1, 1], [1]]
    sizes = [BYTES_TOGETHER * 3, 10, BYTES_TOGETHER - 10, 1, 1]
    assert list(in_shares(sizes, int, 10)) == [sizes[:1], sizes[1:3], sizes[3:]]
    assert list(in_shares([], len, 2)) == []


def test_of_an_answer_only_what_was_written_leaves_the_process() -> None:
    raw = (
        b"From: jane@agency.example\r\nTo: reports@agency.example\r\nSubject: Re: last week\r\n\r\n"
        b"- Reviewed two contracts\r\n\r\nOn Monday, Bulletin wrote:\r\n> What did you do?\r\n"
    )
    read = reading.header(raw)
    assert isinstance(read, Message)
    told, whole = reading.letter(raw, NOW, Known(), read), interpret(raw, NOW, Known())
    assert isinstance(told, Judged)
    assert isinstance(whole, Judged)
    assert (told.envelope, told.verdict, told.evidence) == (whole.envelope, whole.verdict, whole.evidence)
    assert (told.reply.body, told.reply.bullets) == (whole.reply.body, whole.reply.bullets)
    assert (told.reply.message, told.reply.elided, told.reply.text) == (Message(), (), "")
    question = raw.replace(b"- Reviewed two contracts", b"Is this genuine?")
    asked = reading.letter(question, NOW, Known(), read)
    assert asked == interpret(question, NOW, Known())
    assert isinstance(asked, Judged)
    assert asked.reply.elided


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
    children = tuple(ReadingChild(LIMITS, reads=MISBEHAVES) for _ in range(2))
    for each in children:
        each.start()  # what that takes is not what is measured
    pool = ReadingPool(children)
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
