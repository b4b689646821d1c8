"""The sender with a real relay and a real database: what arrives, what is left, and what an outage costs."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.employee import EmailAddress, EmployeeId
from domain.outbox import MailId, MailState, Sent
from domain.ports import Store
from outbound.compose import prompt
from outbound.sender import Sender, SenderRules
from outbound.smtp import Relay, Security, SmtpCourier
from store.engine import open_store
from tests.fakes.clock import START, RunningClock
from tests.fakes.mail import employee, press, question
from tests.servers.smtp import HOST, Drop, Phase, SmtpServer, Wait

PEOPLE = 60


SPEED = 300


class FastClock(RunningClock):
    """A clock that runs three hundred times as fast, so that rests are over soon."""

    def __init__(self) -> None:
        self._started = super().monotonic()

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (super().monotonic() - self._started) * SPEED

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'outbox.db'}", create=True)
    ours = press()
    people = [
        employee(id=EmployeeId(f"E{number}"), address=EmailAddress(f"e{number}@agency.example"))
        for number in range(PEOPLE)
    ]
    opened.enqueue([prompt(ours, question(one), now=START) for one in people])
    yield opened
    opened.close()


def sender(store: Store, relay: SmtpServer, stop: asyncio.Event, owner: str = "one") -> Sender:
    clock = FastClock()
    settings = Relay(host=HOST, port=relay.port, security=Security.PLAIN, connect=5, command=5, after_dot=5)
    return Sender(
        outbox=store,
        courier=lambda: SmtpCourier(settings, clock),
        clock=clock,
        owner=owner,
        stop=stop,
        rules=SenderRules(connections=3, batch=5, idle=3),
    )


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not done():  # noqa: ASYNC110 - the relay lives in another thread
            await asyncio.sleep(0.01)


def states(store: Store) -> dict[MailState, int]:
    return {state: count for _, state, count in store.outbox_counts()}


def results(store: Store) -> list[Sent]:
    return [one.result for number in range(1, PEOPLE + 1) for one in store.attempts(MailId(number))]


def arrived(relay: SmtpServer) -> Counter[str]:
    return Counter(one.recipients[0] for one in relay.mails)


async def test_everybody_gets_one_over_few_connections(store: Store) -> None:
    with SmtpServer() as relay:
        count = await sender(store, relay, asyncio.Event()).send_once()
        assert count == Counter({Sent.ACCEPTED: PEOPLE})
        assert states(store) == {MailState.SENT: PEOPLE}
        assert len(arrived(relay)) == PEOPLE
        assert set(arrived(relay).values()) == {1}
        assert relay.connections <= 3
        assert all(one.content.startswith(b"From: Weekly report") for one in relay.mails)


async def test_an_outage_loses_nothing_and_names_what_it_may_have_doubled(store: Store) -> None:
    stop = asyncio.Event()
    with SmtpServer() as relay:
        relay.always(Phase.RCPT, Wait(0.005))
        running = asyncio.create_task(sender(store, relay, stop).run())
        for enough in (10, 25, 40):
            await until(lambda enough=enough: len(relay.mails) >= enough)
            await asyncio.to_thread(relay.stop)
            await asyncio.sleep(0.1)
            await asyncio.to_thread(relay.start)
        await until(lambda: states(store) == {MailState.SENT: PEOPLE})
        stop.set()
        await running
        assert len(arrived(relay)) == PEOPLE
        doubled = sum(arrived(relay).values()) - PEOPLE
        assert doubled <= results(store).count(Sent.AMBIGUOUS) <= 9  # at most one for each connection and outage


async def test_two_processes_worth_of_senders_send_each_once(store: Store) -> None:
    with SmtpServer() as relay:
        stop = asyncio.Event()
        await asyncio.gather(*(sender(store, relay, stop, owner).send_once() for owner in ("one", "two")))
        assert states(store) == {MailState.SENT: PEOPLE}
        assert set(arrived(relay).values()) == {1}


async def test_an_answer_that_was_lost_is_written_down_as_that(store: Store) -> None:
    with SmtpServer() as relay:
        relay.plan(Phase.DOT, Drop(taken=True))
        await sender(store, relay, asyncio.Event()).send_once()
        assert results(store).count(Sent.AMBIGUOUS) == 1


async def test_stopping_leaves_nothing_in_between(store: Store) -> None:
    stop = asyncio.Event()
    with SmtpServer() as relay:
        relay.always(Phase.DOT, Wait(0.02))
        running = asyncio.create_task(sender(store, relay, stop).run())
        await until(lambda: len(relay.mails) >= 10)
        stop.set()
        await running
        left = states(store)
        assert set(left) <= {MailState.SENT, MailState.QUEUED}
        assert left[MailState.SENT] == len(relay.mails) < PEOPLE
