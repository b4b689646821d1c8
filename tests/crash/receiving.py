"""Pollers of one mailbox that are killed: named steps and random moments, racing each other, and what is left of it.

Run in a process without threads: workers are forked, so that a kill costs milliseconds.
"""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import event
from sqlalchemy.engine import Engine

from domain.ledger import Folder
from ingest.cases import IntakeSettings
from ingest.child import Reader, ReadingChild, ReadingLimits
from ingest.imap import ImapMailbox
from ingest.poller import Poller, PollerSettings
from store.engine import open_store
from tests.fakes.clock import RunningClock
from tests.fakes.desk import FakeDesk
from tests.fakes.readers import PlainReader
from tests.servers.dovecot import Dovecot

NAME = "reports"
STEPS = ("peeked", "recognised", "begun", "read", "recording", "commit", "committed", "filed", "marked")
"""`commit` is inside the transaction, when all is written and nothing committed."""


@dataclass(frozen=True, kw_only=True)
class Deadly:
    """When a worker kills itself: at the nth time it comes to `step`, or at any step by chance."""

    step: str = ""
    nth: int = 1
    chance: float = 0.0


@dataclass(kw_only=True)
class Trial:
    """One mailbox, one database, and how often who was killed where."""

    dovecot: Dovecot
    url: str
    user: str
    rivals: int = 1
    child: bool = False
    delivered: set[str] = field(default_factory=set)
    kills: Counter[str] = field(default_factory=Counter)

    def deliver(self, count: int, text: str = "- did this") -> None:
        ids = [f"<{len(self.delivered) + number}.{self.user}@agency.example>" for number in range(count)]
        self.dovecot.deliver(self.user, *[mail(one, text) for one in ids])
        self.delivered.update(ids)

    def start(self, deadly: Deadly) -> "Worker":
        """A poller in a process of its own."""
        told, telling = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(told)
            with contextlib.suppress(BaseException):
                _poll_until_killed(self, deadly, telling)
            os._exit(1)
        os.close(telling)
        return Worker(pid=pid, told=told, trial=self)

    def settle(self, seconds: float = 60) -> None:
        """Poll in peace until the inbox is empty."""
        worker = self.start(Deadly())
        deadline = time.monotonic() + seconds
        while self.dovecot.contents(self.user) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)  # the last ones are moved, but perhaps not marked yet
        worker.kill(count=False)

    def result(self) -> "Result":
        """Count on the server and in the database."""
        store = open_store(self.url)
        try:
            now = RunningClock().now()
            mails = store.claim("count", now=now, limit=1_000_000, lease=timedelta(seconds=1))
            effects = Counter(claimed.mail.content.decode() for claimed in mails)
            entries = store.entries(limit=1_000_000)
            unfiled = len(store.unfiled(NAME))
        finally:
            store.close()
        there = Counter(message_id(raw) for folder in Folder for raw in self.dovecot.contents(self.user, folder.value))
        shunted = {entry.message_id for entry in entries if entry.filing is Folder.SHUNTED}
        return Result(
            delivered=len(self.delivered),
            kills=sum(self.kills.values()),
            lost=len(self.delivered - set(effects) - shunted) + len(self.delivered - set(there)),
            doubled=sum(count - 1 for count in effects.values()),
            copies=sum(count - 1 for count in there.values()),
            shunted=len(shunted),
            unfiled=unfiled,
            in_inbox=len(self.dovecot.contents(self.user)),
        )


@dataclass(frozen=True, kw_only=True)
class Result:
    """`lost` has no effect or is gone from the server; `doubled` has two effects.

    `copies` lie in two folders or twice in one: a server may carry out the same MOVE for two rivals. That is harmless.
    """

    delivered: int
    kills: int
    lost: int
    doubled: int
    copies: int
    shunted: int
    unfiled: int
    in_inbox: int

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.unfiled or self.in_inbox)


@dataclass(kw_only=True)
class Worker:
    """A forked poller."""

    pid: int
    told: int
    trial: Trial

    def kill(self, *, count: bool = True) -> None:
        os.kill(self.pid, signal.SIGKILL)
        step = self.join()
        if not count:
            self.trial.kills[step] -= 1

    def join(self, seconds: float = 60) -> str:
        """Wait for its end and count it; the step at which it killed itself, or `from outside`."""
        until(lambda: not self.alive(), seconds)
        _, status = os.waitpid(self.pid, 0)
        step = os.read(self.told, 100).decode() or "from outside"
        os.close(self.told)
        if os.WIFEXITED(status):
            raise AssertionError("a worker ended by itself")
        self.trial.kills[step] += 1
        return step

    def alive(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def mail(one: str, text: str) -> bytes:
    return f"From: jane@agency.example\r\nMessage-ID: {one}\r\nSubject: Re: last week\r\n\r\n{text}\r\n".encode()


def message_id(raw: bytes) -> str:
    return raw.partition(b"\r\nMessage-ID: ")[2].partition(b"\r\n")[0].decode()


def kill_at_random(trial: Trial, *, seconds: float, rng: random.Random, batch: int = 20) -> None:
    """Three rivals under a rain of mail and kills, from inside at any step and from outside at any moment."""
    workers = [trial.start(Deadly(chance=0.01)) for _ in range(trial.rivals)]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        trial.deliver(rng.randrange(batch))
        time.sleep(rng.uniform(0.0, 0.15))
        for place, worker in enumerate(workers):
            if not worker.alive():
                worker.join()
            elif rng.random() < 0.4:
                worker.kill()
            else:
                continue
            workers[place] = trial.start(Deadly(chance=0.01))
    for worker in workers:
        worker.kill()


def _poll_until_killed(trial: Trial, deadly: Deadly, telling: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rng = random.Random(os.getpid())
    seen: Counter[str] = Counter()

    def at(step: str) -> None:
        seen[step] += 1
        by_plan = step == deadly.step and seen[step] >= deadly.nth
        if by_plan or (deadly.chance and rng.random() < deadly.chance):
            os.write(telling, step.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    store = open_store(trial.url)
    event.listen(Engine, "commit", lambda _: at("commit") if seen["recording"] > seen["committed"] else None)
    poller = Poller(
        ImapMailbox(trial.dovecot.settings(trial.user, **_plain()), time.monotonic),
        name=NAME,
        store=store,
        desk=FakeDesk(RunningClock()),
        reader=_reader(trial),
        clock=RunningClock(),
        intake=IntakeSettings(hash_secret=b"s" * 32, rivals=trial.rivals),
        settings=PollerSettings(
            batch=10,
            poll_every=timedelta(seconds=0.2),
            sweep_every=timedelta(seconds=0.5),
            listen=timedelta(milliseconds=20),
            first_pause=timedelta(milliseconds=50),
        ),
        at=at,
    )
    poller.run(threading.Event())


def _plain() -> dict[str, object]:
    from ingest.link import Security

    return {"security": Security.NONE}


def _reader(trial: Trial) -> Reader:
    return ReadingChild(ReadingLimits(), reads="tests.fakes.readers:misbehave") if trial.child else PlainReader()


def until(happened: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen")
        time.sleep(0.01)
