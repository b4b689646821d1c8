"""The sender over the memory store and the fake relay: what is left in the Outbox, and how often each mail arrived."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.errors import StoreError
from domain.outbox import Attempt, ClaimedMail, MailId, MailKind, MailState, OutboundMail, Sent
from domain.ports import Clock
from outbound.retry import Breaker
from outbound.sender import Sender, SenderRules
from store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock, RunningClock
from tests.fakes.courier import MemoryCourier, MemoryRelay
from tests.servers.smtp import Drop, Phase, Say, Wait


@dataclass
class Noted:
    """A watch that keeps what it was told."""

    attempts: list[tuple[str, Sent]] = field(default_factory=list)
    alarms: list[tuple[str, str]] = field(default_factory=list)

    def attempted(self, claimed: ClaimedMail, attempt: Attempt, retry_at: datetime | None) -> None:
        self.attempts.append((claimed.mail.key, attempt.result))

    def alarm(self, what: str, detail: str) -> None:
        self.alarms.append((what, detail))


@dataclass
class World:
    """A sender, its store, its relay and its clock."""

    store: Any = field(default_factory=MemoryStore)
    relay: MemoryRelay = field(default_factory=MemoryRelay)
    clock: Any = field(default_factory=FakeClock)
    noted: Noted = field(default_factory=Noted)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    rules: SenderRules = field(default_factory=SenderRules)

    def sender(self, **other: Any) -> Sender:
        return Sender(
            **{
                "outbox": self.store,
                "courier": lambda: MemoryCourier(self.relay, self.clock, patience=0.05),
                "clock": self.clock,
                "owner": "test",
                "stop": self.stop,
                "rules": self.rules,
                "watch": self.noted,
                **other,
            }
        )

    def fill(self, number: int, **other: Any) -> None:
        self.store.enqueue([mail(f"prompt/{place}", **other) for place in range(number)])

    def states(self) -> dict[MailState, int]:
        counts: Counter[MailState] = Counter()
        for _, state, count in self.store.outbox_counts():
            counts[state] += count
        return dict(counts)

    def arrived(self) -> Counter[str]:
        return Counter(one.recipients[0] for one in self.relay.mails)


def mail(key: str, **other: Any) -> OutboundMail:
    number = key.rpartition("/")[2]
    values: dict[str, Any] = {
        "key": key,
        "kind": MailKind.PROMPT,
        "recipient": f"e{number}@agency.example",
        "sender": "",
        "message_id": f"<{number}@agency.example>",
        "content": b"Subject: a\r\n\r\nb\r\n",
        "not_before": START,
    }
    return OutboundMail(**{**values, **other})


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110 - the world under test has no event to wait for
            await asyncio.sleep(0.005)


async def test_everything_due_is_sent_once() -> None:
    world = World()
    world.fill(57)
    count = await world.sender().send_once()
    assert count == Counter({Sent.ACCEPTED: 57})
    assert world.states() == {MailState.SENT: 57}
    assert set(world.arrived().values()) == {1}
    assert world.relay.connections <= world.rules.connections


async def test_an_empty_outbox_is_no_work() -> None:
    world = World()
    assert await world.sender().send_once() == Counter()
    assert world.relay.connections == 0


async def test_what_is_not_due_waits() -> None:
    world = World()
    world.fill(1, not_before=START + timedelta(hours=1))
    assert await world.sender().send_once() == Counter()
    world.clock.move(timedelta(hours=1))
    assert await world.sender().send_once() == Counter({Sent.ACCEPTED: 1})


async def test_a_deferral_waits_its_turn_and_is_sent_then() -> None:
    world = World()
    world.fill(1)
    world.relay.plan(Phase.RCPT, Say("450 4.2.0 greylisted"), Say("450 4.2.0 greylisted"))
    assert await world.sender().send_once() == Counter({Sent.DEFERRED: 1})
    assert await world.sender().send_once() == Counter()
    world.clock.move(timedelta(minutes=5))
    assert await world.sender().send_once() == Counter({Sent.DEFERRED: 1})
    world.clock.move(timedelta(minutes=15))
    assert await world.sender().send_once() == Counter({Sent.ACCEPTED: 1})
    assert [one.code for one in world.store.attempts(MailId(1))] == [450, 450, 250]


async def test_a_refusal_fails_that_mail_only() -> None:
    world = World()
    world.fill(5)
    world.relay.plan(Phase.RCPT, Say("550 5.1.1 unknown"))
    await world.sender().send_once()
    assert world.states() == {MailState.SENT: 4, MailState.FAILED: 1}


async def test_a_mail_whose_answer_was_lost_goes_again_once() -> None:
    world = World()
    world.fill(1)
    world.relay.plan(Phase.DOT, Drop(taken=True), Drop(taken=True))
    await world.sender().send_once()
    assert world.states() == {MailState.QUEUED: 1}
    world.clock.move(timedelta(minutes=15))
    await world.sender().send_once()
    assert world.states() == {MailState.FAILED: 1}
    assert world.arrived()["e0@agency.example"] == 2
    assert [one.result for one in world.store.attempts(MailId(1))] == [Sent.AMBIGUOUS, Sent.AMBIGUOUS]


async def test_a_dead_link_costs_no_mail_its_tries() -> None:
    world = World()
    world.fill(30)
    world.relay.always(Phase.CONNECT, Drop())
    for _ in range(30):
        await world.sender().send_once()
        world.clock.move(timedelta(minutes=5))
    assert world.states() == {MailState.QUEUED: 30}
    world.relay.always(Phase.CONNECT, None)
    await world.sender().send_once()
    assert world.states() == {MailState.SENT: 30}
    assert set(world.arrived().values()) == {1}


async def test_the_link_rests_as_a_whole() -> None:
    world = World(rules=SenderRules(connections=1, batch=20))
    world.fill(20)
    world.relay.plan(Phase.RCPT, Say("421 4.3.2 shutting down"))
    await world.sender().send_once()
    attempts = [one for place in range(1, 21) for one in world.store.attempts(MailId(place))]
    assert sum(1 for one in attempts if one.code == 421) == 1
    assert world.noted.alarms[0][0] == "link"
    assert not world.relay.mails


async def test_the_same_refusal_again_and_again_pauses_everything() -> None:
    world = World(rules=SenderRules(breaker=Breaker(least=20, pause=timedelta(minutes=15))))
    world.fill(200)
    world.relay.always(Phase.RCPT, Say("554 5.7.1 relaying denied"))
    await world.sender().send_once()
    assert world.states()[MailState.FAILED] < 30
    assert "breaker" in [what for what, _ in world.noted.alarms]
    world.relay.always(Phase.RCPT, None)
    world.clock.move(timedelta(minutes=16))
    await world.sender().send_once()
    assert world.states()[MailState.SENT] > 170
    assert MailState.QUEUED not in world.states()


async def test_after_the_pause_one_mail_tries() -> None:
    world = World()
    world.fill(200)
    world.relay.always(Phase.RCPT, Say("554 5.7.1 relaying denied"))
    sender = world.sender()
    await sender.send_once()
    failed = world.states()[MailState.FAILED]
    for _ in range(5):
        world.clock.move(timedelta(minutes=16))
        await sender.send_once()
    assert world.states()[MailState.FAILED] == failed


async def test_the_last_look_stops_a_mail() -> None:
    async def look(one: OutboundMail) -> str | None:
        return "wrong supervisor" if one.key == "prompt/1" else None

    world = World()
    world.fill(3)
    await world.sender(last_look=look).send_once()
    assert world.states() == {MailState.SENT: 2, MailState.FAILED: 1}
    assert ("last_look", "wrong supervisor") in world.noted.alarms


async def test_a_poison_mail_is_put_off_and_the_others_go() -> None:
    class Fragile(MemoryCourier):
        async def deliver(self, mail: OutboundMail, *, before_data: Any) -> Attempt:
            if mail.key == "prompt/1":
                raise ZeroDivisionError("text of the mail")
            return await super().deliver(mail, before_data=before_data)

    world = World()
    world.fill(3)
    await world.sender(courier=lambda: Fragile(world.relay, world.clock)).send_once()
    assert world.states() == {MailState.SENT: 2, MailState.QUEUED: 1}
    assert world.noted.alarms == [("poison", "mail 2: ZeroDivisionError")]


async def test_stop_finishes_the_mail_in_hand_and_hands_the_rest_back() -> None:
    world = World(clock=RunningClock(), rules=SenderRules(connections=1, batch=10, idle=0.01))
    world.fill(10, not_before=START - timedelta(days=365))
    world.relay.always(Phase.DOT, Wait(0.03))
    running = asyncio.create_task(world.sender().run())
    await until(lambda: len(world.relay.mails) >= 2)
    world.stop.set()
    await running
    sent = len(world.relay.mails)
    assert 2 <= sent < 10
    assert world.states() == {MailState.SENT: sent, MailState.QUEUED: 10 - sent}
    world.stop.clear()
    await world.sender().send_once()
    assert set(world.arrived().values()) == {1}
    assert len(world.relay.mails) == 10


async def test_run_sends_what_comes_later() -> None:
    world = World(clock=RunningClock(), rules=SenderRules(idle=0.01))
    running = asyncio.create_task(world.sender().run())
    world.fill(25, not_before=START - timedelta(days=365))
    await until(lambda: len(world.relay.mails) == 25)
    world.stop.set()
    await running
    assert world.states() == {MailState.SENT: 25}


async def test_two_senders_send_each_mail_once() -> None:
    world = World()
    world.fill(80)
    await asyncio.gather(world.sender(owner="one").send_once(), world.sender(owner="two").send_once())
    assert set(world.arrived().values()) == {1}
    assert len(world.relay.mails) == 80


async def test_a_rate_is_kept() -> None:
    world = World(rules=SenderRules(per_minute=60, connections=1))
    world.fill(10)
    await world.sender().send_once()
    assert world.clock.monotonic() >= 9


class Flaky:
    """A store whose `finish` fails a few times."""

    def __init__(self, store: MemoryStore, times: int) -> None:
        self._store = store
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def finish(self, *args: Any) -> bool:
        if self.times:
            self.times -= 1
            raise StoreError("gone")
        return self._store.finish(*args)


async def test_what_the_relay_took_is_written_down_even_if_the_store_is_away_for_a_moment() -> None:
    world = World(store=Flaky(MemoryStore(), times=3))
    world.fill(1)
    await world.sender().send_once()
    assert world.states() == {MailState.SENT: 1}
    assert len(world.relay.mails) == 1


async def test_a_store_that_is_away_stops_nothing_for_good() -> None:
    class Away(Flaky):
        def claim(self, *args: Any, **kwargs: Any) -> Any:
            if self.times:
                self.times -= 1
                raise StoreError("gone")
            return self._store.claim(*args, **kwargs)

    clock = RunningClock()

    class Quick(RunningClock):
        async def sleep(self, seconds: float) -> None:
            await clock.sleep(min(seconds, 0.01))

    quick: Clock = Quick()
    world = World(store=Away(MemoryStore(), times=6), clock=quick, rules=SenderRules(idle=0.01))
    world.fill(3, not_before=START - timedelta(days=365))
    running = asyncio.create_task(world.sender().run())
    await until(lambda: len(world.relay.mails) == 3)
    world.stop.set()
    await running
    assert ("store", "StoreError") in world.noted.alarms
