"""The Courier against a relay with TLS, STARTTLS and AUTH, good and bad."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BulletinError, ConfigError
from domain.outbox import Attempt, Sent
from outbound.smtp import Relay, Security, SmtpCourier
from tests.contract.test_courier import go, mail
from tests.fakes.clock import RunningClock
from tests.servers.certificates import Authority, authority
from tests.servers.smtp import HOST, Drop, Phase, Say, SmtpServer, Wait


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


async def send(relay: SmtpServer, security: Security, ca: Path | None = None, **other: Any) -> Attempt:
    settings = Relay(host=HOST, port=relay.port, security=security, ca_file=ca, connect=5, command=5, **other)
    courier = SmtpCourier(settings, RunningClock())
    try:
        return await courier.deliver(mail(), before_data=go)
    finally:
        await courier.close()


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_tls_with_a_certificate_that_we_believe(ours: Authority, security: Security) -> None:
    with SmtpServer(tls=ours.server_context(), implicit=security is Security.TLS) as relay:
        attempt = await send(relay, security, ours.file)
        assert attempt.result is Sent.ACCEPTED, attempt
        assert relay.mails[0].over_tls


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("fault", ["expired", "other host", "unknown authority"])
async def test_a_bad_certificate_stops_everything(
    ours: Authority, security: Security, fault: str, tmp_path: Path
) -> None:
    context = ours.server_context("10.1.2.3" if fault == "other host" else HOST, expired=fault == "expired")
    believed = authority(tmp_path).file if fault == "unknown authority" else ours.file
    with SmtpServer(tls=context, implicit=security is Security.TLS, passwords={"u": "p"}) as relay:
        attempt = await send(relay, security, believed, username="u", password="p")
        assert (attempt.result, attempt.connection) == (Sent.BROKEN, True)
        assert "certificate" in attempt.words.lower() or "Certificate" in attempt.words
        assert not relay.mails
        assert "AUTH" not in relay.commands


async def test_starttls_that_was_stripped_is_not_gone_without(ours: Authority) -> None:
    with SmtpServer(passwords={"u": "p"}) as relay:
        attempt = await send(relay, Security.STARTTLS, ours.file, username="u", password="p")
        assert (attempt.result, attempt.connection) == (Sent.BROKEN, True)
        assert "STARTTLS" in attempt.words
        assert not {"AUTH", "MAIL"} & {command.split()[0] for command in relay.commands}


async def test_starttls_that_is_refused_is_not_gone_without(ours: Authority) -> None:
    with SmtpServer(tls=ours.server_context(), passwords={"u": "p"}) as relay:
        relay.plan(Phase.STARTTLS, Say("454 4.7.0 TLS not available"))
        attempt = await send(relay, Security.STARTTLS, ours.file, username="u", password="p")
        assert (attempt.result, attempt.code, attempt.connection) == (Sent.BROKEN, 454, True)
        assert "AUTH" not in relay.commands


async def test_what_was_slipped_in_before_tls_is_not_believed(ours: Authority) -> None:
    with SmtpServer(tls=ours.server_context()) as relay:
        relay.plan(Phase.STARTTLS, Say("220 go ahead\r\n250-evil\r\n250 AUTH PLAIN"))
        attempt = await send(relay, Security.STARTTLS, ours.file)
        assert attempt.result is Sent.BROKEN
        assert not relay.mails


@pytest.mark.parametrize("without", [frozenset(), frozenset({"PLAIN"})])
async def test_login(ours: Authority, without: frozenset[str]) -> None:
    with SmtpServer(tls=ours.server_context(), passwords={"reports": "pass word"}, without=without) as relay:
        attempt = await send(relay, Security.STARTTLS, ours.file, username="reports", password="pass word")
        assert attempt.result is Sent.ACCEPTED, attempt
        assert relay.mails[0].login == "reports"


async def test_a_wrong_password_is_the_links_fault(ours: Authority) -> None:
    with SmtpServer(tls=ours.server_context(), passwords={"reports": "right"}) as relay:
        attempt = await send(relay, Security.STARTTLS, ours.file, username="reports", password="wrong")
        assert (attempt.result, attempt.code, attempt.connection) == (Sent.BROKEN, 535, True)


async def test_a_login_that_is_needed_and_missing_is_the_links_fault() -> None:
    with SmtpServer(passwords={"reports": "right"}) as relay:
        attempt = await send(relay, Security.PLAIN)
        assert (attempt.result, attempt.code, attempt.connection) == (Sent.BROKEN, 530, True)


async def test_xoauth2(ours: Authority) -> None:
    async def token() -> str:
        return "access-token"

    async def stale() -> str:
        return "stale-token"

    with SmtpServer(tls=ours.server_context(), tokens={"reports": "access-token"}) as relay:
        attempt = await send(relay, Security.STARTTLS, ours.file, username="reports", token=token)
        assert attempt.result is Sent.ACCEPTED, attempt
        attempt = await send(relay, Security.STARTTLS, ours.file, username="reports", token=stale)
        assert (attempt.result, attempt.code, attempt.connection) == (Sent.BROKEN, 535, True)
        assert "stale-token" not in attempt.words


async def test_nobody_listens() -> None:
    with SmtpServer() as relay:
        relay.stop()
        attempt = await send(relay, Security.PLAIN)
        assert (attempt.result, attempt.connection) == (Sent.BROKEN, True)
        assert "refused" in attempt.words.lower() or "connect" in attempt.words.lower()


@pytest.mark.parametrize("host", ["relay.example", "192.0.2.1", "127.0.0.1.example"])
def test_plain_is_for_loopback_only(host: str) -> None:
    with pytest.raises(ConfigError, match="loopback"):
        Relay(host=host, port=25, security=Security.PLAIN)


def test_secrets_are_not_shown() -> None:
    relay = Relay(host="relay.example", port=587, username="u", password="geheim")
    assert "geheim" not in repr(relay)


async def test_garbage_for_an_answer_is_the_links_fault() -> None:
    with SmtpServer() as relay:
        relay.plan(Phase.MAIL, Say("what?"))
        attempt = await send(relay, Security.PLAIN)
        assert (attempt.result, attempt.code, attempt.connection) == (Sent.BROKEN, None, True)


async def test_smuggled_ends_stay_inside_one_mail() -> None:
    # CVE-2023-51764 and its kin: a bare LF or CR around a dot ends the mail for some relays.
    tricks = (b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n.\r\n")
    with SmtpServer() as relay:
        courier = SmtpCourier(Relay(host=HOST, port=relay.port, security=Security.PLAIN), RunningClock())
        for trick in tricks:
            content = b"Subject: a\r\n\r\nbefore" + trick + b"MAIL FROM:<evil@example.org>\r\nafter\r\n"
            attempt = await courier.deliver(mail(content=content), before_data=go)
            assert attempt.result is Sent.ACCEPTED
            got = relay.mails[-1].content
            assert got == re.sub(rb"\r\n|\r|\n", b"\r\n", content)
        await courier.close()
        assert len(relay.mails) == len(tricks)
        assert not any("evil" in command for command in relay.commands)


@pytest.mark.parametrize("evil", ["a@b.example>\r\nRCPT TO:<evil@example.org", "a@b.example\nDATA", "a\x00@b.example"])
async def test_an_address_cannot_hold_a_command(evil: str) -> None:
    with SmtpServer() as relay:
        courier = SmtpCourier(Relay(host=HOST, port=relay.port, security=Security.PLAIN), RunningClock())
        attempt = await courier.deliver(mail(recipient=evil), before_data=go)
        assert attempt.result is Sent.REFUSED
        await courier.close()
        assert not relay.mails
        assert not any("evil" in command for command in relay.commands)


async def test_a_big_mail_whose_link_breaks_under_way() -> None:
    with SmtpServer() as relay:
        relay.plan(Phase.CONTENT, Drop())
        courier = SmtpCourier(Relay(host=HOST, port=relay.port, security=Security.PLAIN), RunningClock())
        big = b"Subject: big\r\n\r\n" + b"line of text\r\n" * 200_000
        attempt = await courier.deliver(mail(content=big), before_data=go)
        assert attempt.result is Sent.AMBIGUOUS
        attempt = await courier.deliver(mail(content=big), before_data=go)
        assert attempt.result is Sent.ACCEPTED
        assert relay.mails[0].content == big
        await courier.close()


async def test_a_connection_is_renewed_after_so_many_mails() -> None:
    with SmtpServer() as relay:
        settings = Relay(host=HOST, port=relay.port, security=Security.PLAIN, mails=2)
        courier = SmtpCourier(settings, RunningClock())
        for _ in range(5):
            assert (await courier.deliver(mail(), before_data=go)).result is Sent.ACCEPTED
        await courier.close()
        assert relay.connections == 3


def plain(relay: SmtpServer, **other: Any) -> SmtpCourier:
    settings = Relay(host=HOST, port=relay.port, security=Security.PLAIN, connect=5, command=5, **other)
    return SmtpCourier(settings, RunningClock())


async def test_a_stale_connection_is_renewed_only_once() -> None:
    with SmtpServer() as relay:
        courier = plain(relay)
        await courier.deliver(mail(), before_data=go)
        relay.plan(Phase.MAIL, Drop(), Drop())
        attempt = await courier.deliver(mail(), before_data=go)
        assert (attempt.result, attempt.connection) == (Sent.BROKEN, True)
        assert (await courier.deliver(mail(), before_data=go)).result is Sent.ACCEPTED
        await courier.close()


async def test_a_refusal_right_after_a_renewal_is_a_refusal() -> None:
    with SmtpServer() as relay:
        courier = plain(relay)
        await courier.deliver(mail(), before_data=go)
        relay.plan(Phase.MAIL, Drop(), Say("550 5.7.1 not you"))
        attempt = await courier.deliver(mail(), before_data=go)
        assert (attempt.result, attempt.code, attempt.connection) == (Sent.REFUSED, 550, False)
        await courier.close()


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DOT])
async def test_a_delivery_that_is_cancelled_leaves_no_half_dialog(phase: Phase) -> None:
    with SmtpServer() as relay:
        courier = plain(relay)
        relay.plan(phase, Wait(1))
        task = asyncio.create_task(courier.deliver(mail(), before_data=go))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await courier.deliver(mail(), before_data=go)).result is Sent.ACCEPTED
        assert relay.connections == 2
        await courier.close()


async def test_a_relay_that_cannot_reset_is_left() -> None:
    with SmtpServer() as relay:
        courier = plain(relay)
        relay.plan(Phase.RCPT, Say("550 5.1.1 unknown"))
        relay.plan(Phase.RSET, Drop())
        assert (await courier.deliver(mail(), before_data=go)).result is Sent.REFUSED
        assert (await courier.deliver(mail(), before_data=go)).result is Sent.ACCEPTED
        assert relay.connections == 2
        await courier.close()


@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.DATA])
async def test_an_answer_out_of_turn_before_content_is_the_links_fault(phase: Phase) -> None:
    with SmtpServer() as relay:
        courier = plain(relay)
        relay.plan(phase, Say("334 what?"))
        attempt = await courier.deliver(mail(), before_data=go)
        assert (attempt.result, attempt.code, attempt.connection) == (Sent.BROKEN, 334, True)
        await courier.close()


async def test_an_answer_out_of_turn_after_content_is_ambiguous() -> None:
    with SmtpServer() as relay:
        courier = plain(relay)
        relay.plan(Phase.DOT, Say("354 more"), Say("nonsense"))
        for _ in range(2):
            assert (await courier.deliver(mail(), before_data=go)).result is Sent.AMBIGUOUS
        await courier.close()


async def test_an_answer_before_the_end_of_the_content_does_not_hang() -> None:
    with SmtpServer() as relay:
        courier = plain(relay)
        relay.plan(Phase.CONTENT, Say("552 5.3.4 too big"))
        big = b"Subject: big\r\n\r\n" + b"line of text\r\n" * 700_000
        async with asyncio.timeout(20):
            attempt = await courier.deliver(mail(content=big), before_data=go)
        assert (attempt.result, attempt.code) == (Sent.REFUSED, 552)
        assert (await courier.deliver(mail(), before_data=go)).result is Sent.ACCEPTED
        await courier.close()


async def test_an_address_beyond_ascii_needs_the_relay_to_say_so() -> None:
    with SmtpServer() as relay:
        courier = plain(relay)
        assert (await courier.deliver(mail(recipient="jörg@agency.example"), before_data=go)).result is Sent.ACCEPTED
        await courier.close()
        assert relay.mails[0].recipients == ("jörg@agency.example",)
        relay.always(Phase.EHLO, Say("250 relay.example"))
        courier = plain(relay)
        attempt = await courier.deliver(mail(recipient="jörg@agency.example"), before_data=go)
        assert (attempt.result, attempt.code) == (Sent.REFUSED, 553)
        await courier.close()


@pytest.mark.parametrize("by_token", [True, False])
async def test_a_relay_without_the_login_that_we_have(ours: Authority, by_token: bool) -> None:
    async def token() -> str:
        return "t"

    with SmtpServer(tls=ours.server_context()) as relay:
        how = {"token": token} if by_token else {"password": "p"}
        attempt = await send(relay, Security.STARTTLS, ours.file, username="u", **how)
        assert (attempt.result, attempt.connection) == (Sent.BROKEN, True)
        assert "does not offer" in attempt.words or "offers neither" in attempt.words
        assert not relay.mails


@pytest.mark.parametrize("error", [BulletinError("the provider says no"), ConnectionError("no way there")])
async def test_a_token_that_cannot_be_had_is_the_links_fault(ours: Authority, error: Exception) -> None:
    async def token() -> str:
        raise error

    with SmtpServer(tls=ours.server_context(), tokens={"u": "t"}) as relay:
        attempt = await send(relay, Security.STARTTLS, ours.file, username="u", token=token)
        assert (attempt.result, attempt.connection) == (Sent.BROKEN, True)
        assert str(error) in attempt.words
        assert not relay.mails


@pytest.mark.parametrize("text", [None, "no certificate"])
async def test_a_ca_file_that_cannot_be_used_is_a_fault_of_the_configuration(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text)
    with SmtpServer() as relay, pytest.raises(ConfigError, match="CA file"):
        await send(relay, Security.STARTTLS, file)


def test_a_user_name_needs_a_secret() -> None:
    with pytest.raises(ConfigError, match="password or a token"):
        Relay(host="relay.example", port=587, username="u")
    assert Relay(host="localhost", port=25, security=Security.PLAIN).host == "localhost"


async def test_our_own_name() -> None:
    with SmtpServer() as relay:
        for helo, shown in ((None, "localhost"), ("bulletin.agency.example", "bulletin.agency.example")):
            courier = plain(relay, helo=helo)
            await courier.probe()
            await courier.close()
            assert relay.commands[-1] == f"EHLO {shown}"


async def test_probe_tells_what_is_wrong() -> None:
    with SmtpServer() as relay:
        relay.plan(Phase.CONNECT, Say("554 5.7.1 go away", then_drop=True))
        attempt = await plain(relay).probe()
        assert (attempt.result, attempt.code, attempt.connection) == (Sent.BROKEN, 554, True)


async def test_probe_logs_in_and_sends_nothing(ours: Authority) -> None:
    with SmtpServer(tls=ours.server_context(), passwords={"u": "p"}) as relay:
        settings = Relay(host=HOST, port=relay.port, username="u", password="p", ca_file=ours.file)
        courier = SmtpCourier(settings, RunningClock())
        assert (await courier.probe()).result is Sent.ACCEPTED
        await courier.close()
        assert not relay.mails
