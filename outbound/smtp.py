"""The Courier over SMTP: one connection, one mail at a time, step by step, so that the step that is ambiguous is known.

The law: TLS is implicit or required, never opportunistic; a plain connection reaches loopback only. Nothing of a mail's
text is ever in an Attempt: only what the relay said, cut short.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from domain.errors import BulletinError, ConfigError
from domain.outbox import Attempt, OutboundMail, Sent
from domain.ports import Clock

MOST_WORDS: Final = 500

_START_DATA: Final = 354
_TAKEN: Final = frozenset({250, 251, 252})
_CLOSING: Final = 421
_NO_LOGIN: Final = frozenset({530, 534, 535, 538})
"""What the relay says to MAIL of the login, not of the mail (RFC 4954 section 6)."""


class Security(StrEnum):
    """How the connection is protected: TLS from the start, STARTTLS or nothing at all, or plain, to loopback only."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Where mail is handed over. Times are in seconds.

    `password` is for PLAIN or LOGIN; `token` gives an access token for XOAUTH2 instead. `ca_file` holds the only
    authorities believed; None means the system's. `helo` is our own name for EHLO; None asks the system. `after_dot`
    is how long an answer to a whole mail may take: RFC 5321 section 4.5.3.2.6 wants ten minutes; less makes
    duplicates. A connection is renewed after `mails` mails.
    """

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    ca_file: Path | None = None
    helo: str | None = None
    connect: float = 60.0
    command: float = 300.0
    after_dot: float = 600.0
    mails: int = 500

    def __post_init__(self) -> None:
        """Refuse what would send mail or a password in the clear (ConfigError)."""
        if self.security is Security.PLAIN and not _is_loopback(self.host):
            raise ConfigError(f"relay {self.host}: `plain` is allowed to loopback only; use `starttls` or `tls`.")
        if self.username is not None and self.password is None and self.token is None:
            raise ConfigError(f"relay {self.host}: a user name needs a password or a token.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _LinkError(Exception):
    """The link failed before anything was given away: the code, if the relay said one, and its words."""

    def __init__(self, code: int | None, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class _RefusedError(Exception):
    """The relay said no to this mail, in so many words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class SmtpCourier:
    """One connection to the relay, opened when it is first needed. Not for two mails at once.

    Making one raises ConfigError where the CA file cannot be used.
    """

    def __init__(self, relay: Relay, clock: Clock) -> None:
        self._relay = relay
        self._clock = clock
        self._context = _context(relay) if relay.security is not Security.PLAIN else None
        self._name: str | None = relay.helo
        self._client: aiosmtplib.SMTP | None = None
        self._given = 0

    async def deliver(self, mail: OutboundMail, *, before_data: Callable[[], Awaitable[bool]]) -> Attempt:
        """Give one mail to the relay: MAIL, RCPT, `before_data`, DATA, content. What happens to it is the Attempt.

        Raises only what `before_data` raises. A connection that went stale between two mails is renewed once. An
        ambiguous Attempt is not marked as the link's alone: a mail that breaks every link must use up its tries.
        """
        fresh = not self._usable()
        try:
            await self._address(mail)
        except _LinkError as error:
            await self._drop()
            if fresh or error.code not in {None, _CLOSING}:
                return self._attempt(Sent.BROKEN, error.code, error.words, connection=True)
            try:
                await self._address(mail)
            except _LinkError as again:
                await self._drop()
                return self._attempt(Sent.BROKEN, again.code, again.words, connection=True)
            except _RefusedError as no:
                return await self._refused(no)
        except _RefusedError as no:
            return await self._refused(no)
        except asyncio.CancelledError:
            await self._drop()
            raise
        return await self._hand_over(mail, before_data)

    async def probe(self) -> Attempt:
        """Connect, secure, log in: whether mail could be given away now. Nothing is sent."""
        await self._drop()
        try:
            await self._connect()
        except _LinkError as error:
            return self._attempt(Sent.BROKEN, error.code, error.words, connection=True)
        return self._attempt(Sent.ACCEPTED, None, "connected")

    async def close(self) -> None:
        """Say QUIT if there is anybody to say it to."""
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=5)
            client.close()

    async def _address(self, mail: OutboundMail) -> None:
        """MAIL and RCPT, on a connection that is there or is made now."""
        client = await self._connect()
        utf8 = not (mail.recipient + mail.sender).isascii()
        if utf8 and not client.supports_extension("smtputf8"):
            raise _RefusedError(553, "the relay does not offer SMTPUTF8, which this address needs")
        options = (b" SMTPUTF8" if utf8 else b"") + (
            b" SIZE=%d" % len(mail.content) if client.supports_extension("size") else b""
        )
        # Not `client.mail`: it reads the address with parseaddr and writes what that makes of it.
        answer = await self._say(client, b"MAIL FROM:" + _path(mail.sender) + options)
        if answer.code in _NO_LOGIN:
            raise _LinkError(answer.code, answer.message)
        if answer.code not in _TAKEN:
            raise _sorted(answer.code, answer.message)
        answer = await self._say(client, b"RCPT TO:" + _path(mail.recipient))
        if answer.code not in _TAKEN:
            raise _sorted(answer.code, answer.message)

    async def _say(self, client: aiosmtplib.SMTP, command: bytes) -> aiosmtplib.SMTPResponse:
        try:
            return await client.execute_command(command, timeout=self._relay.command)
        except aiosmtplib.SMTPResponseException as error:
            raise _sorted(error.code, error.message) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _LinkError(None, _name(error)) from None

    async def _hand_over(self, mail: OutboundMail, before_data: Callable[[], Awaitable[bool]]) -> Attempt:
        """DATA and content. From the moment that content is written, silence is ambiguous."""
        try:
            if not await before_data():
                await self._reset()
                return self._attempt(Sent.BROKEN, None, "the claim was lost before the mail was given away")
            protocol = await self._open_data()
        except _LinkError as error:
            await self._drop()
            return self._attempt(Sent.BROKEN, error.code, error.words, connection=True)
        except _RefusedError as no:
            return await self._refused(no)
        except (
            BaseException
        ):  # `before_data` failed or we were stopped: the relay must not wait for a content that never comes
            await self._drop()
            raise
        try:
            protocol.write(_dotted(mail.content))
            answer = await protocol.read_response(timeout=self._relay.after_dot)
        except (aiosmtplib.SMTPException, OSError) as error:
            await self._drop()
            return self._attempt(Sent.AMBIGUOUS, None, _name(error))
        except asyncio.CancelledError:
            await self._drop()
            raise
        return await self._answered(answer)

    async def _open_data(self) -> SMTPProtocol:
        """Say DATA and wait for 354."""
        client = self._client
        if client is None or client.protocol is None:
            raise _LinkError(None, "the connection was lost")
        protocol = client.protocol
        answer = await self._say(client, b"DATA")
        if answer.code != _START_DATA:
            raise _sorted(answer.code, answer.message)
        return protocol

    async def _answered(self, answer: aiosmtplib.SMTPResponse) -> Attempt:
        """What the relay said to the whole mail."""
        match answer.code // 100:
            case 2:
                self._given += 1
                if self._given >= self._relay.mails:
                    await self.close()
                return self._attempt(Sent.ACCEPTED, answer.code, answer.message)
            case 4 | 5:
                # It may have come before the end of the content, the rest of which would be read as commands.
                await self._drop()
                result = Sent.DEFERRED if answer.code < 500 else Sent.REFUSED  # noqa: PLR2004 - RFC 5321 section 4.2.1
                return self._attempt(result, answer.code, answer.message, connection=answer.code == _CLOSING)
            case _:
                await self._drop()
                return self._attempt(Sent.AMBIGUOUS, answer.code, answer.message)

    async def _refused(self, no: _RefusedError) -> Attempt:
        await self._reset()
        result = Sent.DEFERRED if no.code < 500 else Sent.REFUSED  # noqa: PLR2004 - RFC 5321 section 4.2.1
        return self._attempt(result, no.code, no.words)

    async def _reset(self) -> None:
        """End the transaction so that the connection can carry the next mail."""
        if self._client is None:
            return
        try:
            await self._client.rset(timeout=self._relay.command)
        except (aiosmtplib.SMTPException, OSError):
            await self._drop()

    async def _drop(self) -> None:
        """Let the connection go without another word."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
        await asyncio.sleep(0)

    def _usable(self) -> bool:
        return self._client is not None and self._client.is_connected

    async def _connect(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.security is Security.TLS,
            start_tls=relay.security is Security.STARTTLS,
            tls_context=self._context,
            local_hostname=await self._own_name(),
            timeout=relay.connect,
        )
        try:
            await client.connect()
            client.timeout = relay.command
            await client.ehlo()
            await self._log_in(client)
        except aiosmtplib.SMTPResponseException as error:
            client.close()
            raise _LinkError(error.code if error.code > 0 else None, _cut(error.message)) from None
        except (aiosmtplib.SMTPException, OSError, UnicodeError) as error:
            client.close()
            raise _LinkError(None, _name(error)) from None
        except BaseException:
            client.close()
            raise
        self._client, self._given = client, 0
        return client

    async def _own_name(self) -> str:
        """What we call ourselves in EHLO: some relays turn away `localhost` and names without a dot."""
        if self._name is None:
            here = _is_loopback(self._relay.host)
            name = "localhost" if here else await asyncio.to_thread(socket.getfqdn)
            self._name = name if here or "." in name else "[127.0.0.1]"
        return self._name

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        relay = self._relay
        if relay.username is None:
            return
        offered = {method.lower() for method in client.server_auth_methods}
        if relay.token is not None:
            if "xoauth2" not in offered:
                raise aiosmtplib.SMTPException("the relay does not offer XOAUTH2")
            try:
                token = await relay.token()
            except (BulletinError, OSError) as error:
                raise aiosmtplib.SMTPException(f"no access token: {error}") from None
            await client.auth_xoauth2(relay.username, token)
        elif "plain" in offered:
            await client.auth_plain(relay.username, relay.password or "")
        elif "login" in offered:
            await client.auth_login(relay.username, relay.password or "")
        else:
            raise aiosmtplib.SMTPException("the relay offers neither PLAIN nor LOGIN")

    def _attempt(self, result: Sent, code: int | None, words: str, *, connection: bool = False) -> Attempt:
        return Attempt(
            at=self._clock.now(),
            result=result,
            code=code if code is None or code > 0 else None,
            words=_cut(words),
            connection=connection,
        )


def _context(relay: Relay) -> ssl.SSLContext:
    """Certificate and host name are checked; TLS 1.2 at least."""
    try:
        context = ssl.create_default_context(cafile=str(relay.ca_file) if relay.ca_file is not None else None)
    except OSError as error:
        raise ConfigError(f"relay {relay.host}: the CA file cannot be used ({type(error).__name__}).") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _sorted(code: int, words: str) -> _LinkError | _RefusedError:
    """Whether an answer is about the link or about this mail; an answer that is none is the link's."""
    if code == _CLOSING or not 400 <= code < 600:  # noqa: PLR2004 - RFC 5321 section 4.2.1
        return _LinkError(code if code > 0 else None, words)
    return _RefusedError(code, words)


_LINE_DOT: Final = re.compile(rb"(?m)^\.")


def _dotted(content: bytes) -> bytes:
    """`content` as it goes over the wire: dots doubled (RFC 5321 section 4.5.2), the end marked.

    Compose writes CRLF only; a bare CR or LF from elsewhere would be a second mail to some relays, so it is mended.
    """
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    end = b"" if lines.endswith(b"\r\n") else b"\r\n"
    return _LINE_DOT.sub(b"..", lines) + end + b".\r\n"


_ADDRESS: Final = re.compile(r"[^\x00-\x20\x7f-\x9f<>()\[\],;:\\\"@\ud800-\udfff]{1,64}@[A-Za-z0-9.-]{1,253}")


def _path(address: str) -> bytes:
    """`<address>`, or `<>` for the null sender. What is no plain address could be a second command."""
    if address and _ADDRESS.fullmatch(address) is None:
        raise _RefusedError(553, "the address is not a plain addr-spec")
    return f"<{address}>".encode()


_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def _cut(words: str) -> str:
    return _CONTROL.sub(" ", words).strip()[:MOST_WORDS]


def _name(error: BaseException) -> str:
    """What went wrong with the link, with the first cause where there is one (a certificate, a refused connection)."""
    cause = error.__cause__
    said = f"{type(error).__name__}: {error}"
    return f"{said} ({type(cause).__name__})" if cause is not None else said
