"""What every Courier does: one suite over the fake and over SMTP to a real relay."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from domain.outbox import MailKind, OutboundMail, Sent
from domain.ports import Courier
from outbound.smtp import Relay, Security, SmtpCourier
from tests.fakes.clock import START, RunningClock
from tests.fakes.courier import MemoryCourier, MemoryRelay
from tests.servers.smtp import HOST, Drop, Phase, Say, SmtpServer, Wait

PATIENCE = 0.5
CONTENT = b"Subject: a\r\nMessage-ID: <a@b>\r\n\r\n.\r\n..two dots\r\nend\r\n"


@dataclass(frozen=True, slots=True)
class World:
    """A courier and the relay at its other end."""

    courier: Courier
    relay: Any


@pytest.fixture(params=["memory", "smtp"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    clock = RunningClock()
    if request.param == "memory":
        memory = MemoryRelay()
        yield World(MemoryCourier(memory, clock, patience=PATIENCE), memory)
        return
    with SmtpServer() as relay:
        settings = Relay(host=HOST, port=relay.port, security=Security.PLAIN, after_dot=PATIENCE, command=5)
        yield World(SmtpCourier(settings, clock), relay)


def mail(key: str = "prompt/1", sender: str = "reports+token@agency.example", **other: Any) -> OutboundMail:
    values: dict[str, Any] = {
        "key": key,
        "kind": MailKind.PROMPT,
        "recipient": "jane@agency.example",
        "sender": sender,
        "message_id": "<a@b>",
        "content": CONTENT,
        "not_before": START,
    }
    return OutboundMail(**{**values, **other})


async def go() -> bool:
    return True


async def stop() -> bool:
    return False


async def deliver(world: World, one: OutboundMail | None = None, before_data: Any = go) -> Any:
    try:
        return await world.courier.deliver(one or mail(), before_data=before_data)
    finally:
        await world.courier.close()


async def test_a_mail_arrives_as_it_is(world: World) -> None:
    attempt = await deliver(world)
    assert (attempt.result, attempt.code, attempt.connection) == (Sent.ACCEPTED, 250, False)
    (received,) = world.relay.mails
    assert received.content == CONTENT
    assert (received.sender, received.recipients) == ("reports+token@agency.example", ("jane@agency.example",))


async def test_the_null_sender_is_null(world: World) -> None:
    await deliver(world, mail(sender=""))
    assert [one.sender for one in world.relay.mails] == [""]


async def test_one_connection_carries_many_mails(world: World) -> None:
    for number in range(5):
        attempt = await world.courier.deliver(mail(f"prompt/{number}"), before_data=go)
        assert attempt.result is Sent.ACCEPTED
    await world.courier.close()
    assert world.relay.connections == 1


async def test_a_lost_claim_gives_nothing_away(world: World) -> None:
    attempt = await deliver(world, before_data=stop)
    assert (attempt.result, attempt.connection) == (Sent.BROKEN, False)
    assert not world.relay.mails


async def test_before_data_is_asked_only_after_the_recipient_was_taken(world: World) -> None:
    asked: list[str] = []

    async def before() -> bool:
        asked.append("asked")
        return True

    world.relay.plan(Phase.RCPT, Say("550 5.1.1 unknown"))
    await world.courier.deliver(mail(), before_data=before)
    assert not asked
    await world.courier.deliver(mail(), before_data=before)
    assert asked == ["asked"]
    await world.courier.close()


async def test_what_before_data_raises_goes_on_and_nothing_is_given_away(world: World) -> None:
    async def broken_store() -> bool:
        raise LookupError

    with pytest.raises(LookupError):
        await deliver(world, before_data=broken_store)
    assert not world.relay.mails
    assert (await deliver(world)).result is Sent.ACCEPTED


@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.DOT])
@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("450 4.2.0 greylisted", Sent.DEFERRED),
        ("452 4.2.2 mailbox full", Sent.DEFERRED),
        ("550 5.1.1 unknown", Sent.REFUSED),
        ("554 5.7.1 no", Sent.REFUSED),
    ],
)
async def test_refusals_at_every_step(world: World, phase: Phase, line: str, result: Sent) -> None:
    world.relay.plan(phase, Say(line))
    attempt = await world.courier.deliver(mail(), before_data=go)
    assert (attempt.result, attempt.code, attempt.connection) == (result, int(line[:3]), False)
    assert line[4:] in attempt.words
    assert not world.relay.mails
    assert (await deliver(world)).result is Sent.ACCEPTED
    assert world.relay.connections == 1 or phase is Phase.DOT


@pytest.mark.parametrize("phase", [Phase.CONNECT, Phase.MAIL, Phase.RCPT, Phase.DATA])
async def test_a_link_that_breaks_before_content_is_broken(world: World, phase: Phase) -> None:
    world.relay.plan(phase, Drop())
    attempt = await world.courier.deliver(mail(), before_data=go)
    assert (attempt.result, attempt.connection) == (Sent.BROKEN, True)
    assert not world.relay.mails
    assert (await deliver(world)).result is Sent.ACCEPTED


@pytest.mark.parametrize("phase", [Phase.CONTENT, Phase.DOT])
async def test_a_link_that_breaks_after_content_is_ambiguous(world: World, phase: Phase) -> None:
    world.relay.plan(phase, Drop(taken=True))
    attempt = await deliver(world)
    assert (attempt.result, attempt.connection) == (Sent.AMBIGUOUS, False)


async def test_no_answer_in_time_is_ambiguous(world: World) -> None:
    world.relay.plan(Phase.DOT, Wait(PATIENCE * 3))
    assert (await deliver(world)).result is Sent.AMBIGUOUS


async def test_a_slow_answer_is_an_answer(world: World) -> None:
    world.relay.plan(Phase.DOT, Wait(PATIENCE / 3))
    assert (await deliver(world)).result is Sent.ACCEPTED


@pytest.mark.parametrize("phase", [Phase.CONNECT, Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.DOT])
async def test_421_is_the_links_fault(world: World, phase: Phase) -> None:
    world.relay.plan(phase, Say("421 4.3.2 shutting down", then_drop=True))
    attempt = await world.courier.deliver(mail(), before_data=go)
    assert attempt.connection
    assert attempt.code == 421
    assert attempt.result in {Sent.BROKEN, Sent.DEFERRED}
    assert (await deliver(world)).result is Sent.ACCEPTED


async def test_a_connection_that_went_stale_is_renewed(world: World) -> None:
    await world.courier.deliver(mail(), before_data=go)
    world.relay.plan(Phase.MAIL, Say("421 4.4.2 idle too long", then_drop=True))
    attempt = await deliver(world)
    assert attempt.result is Sent.ACCEPTED
    assert world.relay.connections == 2


async def test_words_are_cut(world: World) -> None:
    world.relay.plan(Phase.RCPT, Say(f"550 {'x' * 900}"))
    assert len((await deliver(world)).words) == 500


async def test_closing_twice_is_no_error(world: World) -> None:
    await world.courier.close()
    await deliver(world)
    await world.courier.close()
    await asyncio.sleep(0)
