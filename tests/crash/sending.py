"""Senders that are killed, a relay that lives, and what it got: nothing lost, and every second copy named.

Run in a process without threads: relay and senders are forked.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.outbox import Attempt, MailKind, MailState, OutboundMail, Sent
from outbound.sender import Sender, SenderRules
from outbound.smtp import Relay, Security, SmtpCourier
from store.engine import open_store
from tests.crash.receiving import Deadly, until
from tests.fakes.clock import RunningClock
from tests.servers.smtp import SmtpServer

STEPS = ("claimed", "before data", "in data", "accepted", "finished")
"""`in data` is after the commit that content goes out and before it does; `accepted` after the relay's 250."""


@dataclass(frozen=True, kw_only=True)
class SendResult:
    """`copies` are second ones; `unnamed` of them have no Attempt `ambiguous`; `changed` are not byte for byte the first.

    `most_at_once` mails were in flight at each kill.
    """

    queued: int
    kills: int
    lost: int
    copies: int
    unnamed: int
    changed: int
    most_at_once: int

    @property
    def clean(self) -> bool:
        return not (self.lost or self.unnamed or self.changed) and self.copies <= self.kills * self.most_at_once


class RelayProcess:
    """A relay in a process of its own, which writes what it got into a file when it ends."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "received.json"
        told, telling = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(told)
            with contextlib.suppress(BaseException):
                self._serve(telling)
            os._exit(0)
        os.close(telling)
        self.port = int(os.read(told, 20))
        os.close(told)

    def _serve(self, telling: int) -> None:
        ended: list[int] = []
        signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
        with SmtpServer() as relay:
            os.write(telling, str(relay.port).encode())
            while not ended:
                time.sleep(0.05)
            self._file.write_text(json.dumps([mail.content.decode() for mail in relay.mails]))

    def end(self) -> list[str]:
        os.kill(self._pid, signal.SIGTERM)
        os.waitpid(self._pid, 0)
        received: list[str] = json.loads(self._file.read_text())
        return received


@dataclass(kw_only=True)
class SendTrial:
    """One outbox, one relay, and how often who was killed where."""

    url: str
    relay: RelayProcess
    connections: int = 1
    queued: dict[str, bytes] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    def enqueue(self, count: int) -> None:
        store = open_store(self.url)
        mails = [_mail(len(self.queued) + number) for number in range(count)]
        store.enqueue(mails)
        store.close()
        self.queued.update({mail.message_id: mail.content for mail in mails})

    def start(self, deadly: Deadly) -> int:
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(BaseException):
                _send_until_killed(self, deadly)
            os._exit(1)
        return pid

    def settle(self) -> None:
        """Send in peace until all is sent."""
        pid = self.start(Deadly())
        store = open_store(self.url)
        with contextlib.closing(store):
            until(
                lambda: sum(n for _, state, n in store.outbox_counts() if state is MailState.SENT) == len(self.queued),
                120,
            )
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def result(self) -> SendResult:
        received = self.relay.end()
        copies = Counter(message_id(content) for content in received)
        store = open_store(self.url)
        unnamed = 0
        with contextlib.closing(store):
            for one, count in copies.items():
                found = store.mail_by_key(f"prompt/{one.removeprefix('<prompt.').partition('@')[0]}")
                assert found is not None
                named = sum(attempt.result is Sent.AMBIGUOUS for attempt in store.attempts(found[0]))
                unnamed += max(0, count - 1 - named)
        return SendResult(
            queued=len(self.queued),
            kills=sum(self.kills.values()),
            lost=len(self.queued.keys() - copies.keys()),
            copies=sum(count - 1 for count in copies.values()),
            unnamed=unnamed,
            changed=sum(content.encode() != self.queued[message_id(content)] for content in received),
            most_at_once=self.connections,
        )


def send_and_kill_at(trial: SendTrial, step: str, deaths: int) -> None:
    """Die there at a later mail, at the first, and at a later one again."""
    for nth in (4, 1, 4)[:deaths]:
        trial.enqueue(8)
        pid = trial.start(Deadly(step=step, nth=nth))
        until(lambda pid=pid: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None, 60)
        os.waitpid(pid, 0)
        trial.kills[step] += 1
    trial.settle()


def send_and_kill_at_random(trial: SendTrial, *, seconds: float, rng: random.Random, rivals: int = 2) -> None:
    """Rivals on one outbox, killed at any moment."""
    pids = [trial.start(Deadly()) for _ in range(rivals)]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        trial.enqueue(rng.randrange(20))
        time.sleep(rng.uniform(0.02, 0.4))
        place = rng.randrange(rivals)
        os.kill(pids[place], signal.SIGKILL)
        os.waitpid(pids[place], 0)
        trial.kills["from outside"] += 1
        pids[place] = trial.start(Deadly())
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        trial.kills["from outside"] += 1
    trial.settle()


def message_id(content: str) -> str:
    return content.partition("Message-ID: ")[2].partition("\r\n")[0]


def _mail(number: int) -> OutboundMail:
    one = f"<prompt.{number}@bulletin.example>"
    return OutboundMail(
        key=f"prompt/{number}",
        kind=MailKind.PROMPT,
        recipient=f"person{number}@agency.example",
        sender="bounces@bulletin.example",
        message_id=one,
        content=f"Message-ID: {one}\r\nSubject: What did you do?\r\n\r\nHello {number}\r\n".encode(),
        not_before=RunningClock().now() - timedelta(seconds=5),
    )


class _DeadlyCourier:
    """A Courier that tells where it is."""

    def __init__(self, courier: SmtpCourier, at: Callable[[str], None]) -> None:
        self._courier = courier
        self._at = at

    async def deliver(self, mail: OutboundMail, *, before_data: Callable[[], Awaitable[bool]]) -> Attempt:
        async def announced() -> bool:
            self._at("before data")
            ours = await before_data()
            self._at("in data")
            return ours

        self._at("claimed")
        attempt = await self._courier.deliver(mail, before_data=announced)
        self._at("accepted")
        return attempt

    async def close(self) -> None:
        await self._courier.close()


class _DeadlyOutbox:
    """The store, which tells when an Attempt is written."""

    def __init__(self, store: Any, at: Callable[[str], None]) -> None:
        self._store = store
        self._at = at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def finish(self, *words: Any) -> Any:
        done = self._store.finish(*words)
        self._at("finished")
        return done


def _send_until_killed(trial: SendTrial, deadly: Deadly) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    seen: Counter[str] = Counter()

    def at(step: str) -> None:
        seen[step] += 1
        if step == deadly.step and seen[step] >= deadly.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    clock = RunningClock()
    relay = Relay(host="127.0.0.1", port=trial.relay.port, security=Security.PLAIN, after_dot=5, command=5)
    sender = Sender(
        outbox=_DeadlyOutbox(open_store(trial.url), at),
        courier=lambda: _DeadlyCourier(SmtpCourier(relay, clock), at),
        clock=clock,
        owner=f"sender {os.getpid()}",
        rules=SenderRules(connections=trial.connections, batch=3, lease=timedelta(seconds=1), idle=0.05),
    )
    asyncio.run(sender.run())
