"""A real relay for tests: aiosmtpd in a thread of its own, with TLS and AUTH, that says or does what a script tells.

with SmtpServer() as relay:
    relay.plan(Phase.RCPT, Say("452 4.2.2 mailbox full"))
    ...
    assert relay.mails[0].content == ...
"""

import asyncio
import base64
import ssl
import threading
import warnings
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"


class Phase(StrEnum):
    """Where in the dialog a planned step is taken. `content` is right after 354, `dot` after the whole mail."""

    CONNECT = "connect"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    RSET = "RSET"
    CONTENT = "content"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class Say:
    """Answer with this line instead of doing it; `then_drop` closes the connection after it."""

    line: str
    then_drop: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Break the connection without a word. At `dot`, `taken` says whether the mail was kept nevertheless."""

    taken: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Do it after so many seconds."""

    seconds: float


Step = Say | Drop | Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A mail that the relay took; `content` with dots undone."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    over_tls: bool
    login: str | None


@dataclass(slots=True, kw_only=True)
class SmtpServer:
    """The relay. `tls` is served from the start where `implicit`, else offered by STARTTLS.

    `passwords` (name to password) and `tokens` (name to access token) switch AUTH on and make it needed.
    """

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    passwords: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    port: int = 0
    mails: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    _plans: dict[Phase, deque[Step]] = field(default_factory=lambda: defaultdict(deque))
    _always: dict[Phase, Step] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _sessions: set["_Dialog"] = field(default_factory=set)
    _server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp relay", daemon=True)
        self._thread.start()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start(self) -> None:
        """Listen; on the same port again after `stop`."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def stop(self) -> None:
        """Stop listening and break every connection."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()

    def plan(self, phase: Phase, *steps: Step) -> None:
        """Take these steps, one at each next time that the dialog comes to `phase`."""
        self._plans[phase].extend(steps)

    def always(self, phase: Phase, step: Step | None) -> None:
        """Take this step each time (None: no more), once the planned ones are used up."""
        self._always.pop(phase, None)
        if step is not None:
            self._always[phase] = step

    def next_step(self, phase: Phase) -> Step | None:
        plan = self._plans[phase]
        return plan.popleft() if plan else self._always.get(phase)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        context = self.tls if self.implicit else None
        self._server = await loop.create_server(lambda: _Dialog(self, loop), HOST, self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            for session in tuple(self._sessions):
                session.drop()
            await asyncio.sleep(0.01)
            await self._server.wait_closed()
            self._server = None


class _Dialog(SMTP):
    """One connection."""

    def __init__(self, relay: SmtpServer, loop: asyncio.AbstractEventLoop) -> None:
        self._relay = relay
        self._dropped = False
        needs_login = bool(relay.passwords or relay.tokens)
        hidden = set(relay.without)
        if not relay.passwords:
            hidden |= {"PLAIN", "LOGIN"}
        if not relay.tokens:
            hidden.add("XOAUTH2")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # AUTH without TLS is what some tests are about
            self._make(relay, loop, hidden=hidden, needs_login=needs_login)

    def _make(self, relay: SmtpServer, loop: asyncio.AbstractEventLoop, *, hidden: set[str], needs_login: bool) -> None:
        super().__init__(
            _Handler(relay),
            hostname="relay.example",
            enable_SMTPUTF8=True,
            tls_context=None if relay.implicit else relay.tls,
            auth_required=needs_login,
            auth_require_tls=False,
            auth_exclude_mechanism=hidden,
            authenticator=_authenticator(relay),
            loop=loop,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._relay._sessions.add(self)
        self._relay.connections += 1

    def connection_lost(self, error: Exception | None) -> None:
        self._relay._sessions.discard(self)
        super().connection_lost(error)

    def drop(self) -> None:
        self._dropped = True
        transport = self._original_transport or self.transport
        if transport is None:
            return
        with suppress(AttributeError):  # in Python 3.11.2, one with TLS that was closed twice has nothing to abort
            transport.abort()

    async def _handle_client(self) -> None:
        if await self._steps(Phase.CONNECT):
            await super()._handle_client()

    async def _steps(self, phase: Phase) -> bool:
        """Take what is planned; whether to go on as usual."""
        while True:
            match self._relay.next_step(phase):
                case None:
                    return True
                case Say(line=line, then_drop=then_drop):
                    await self.push(line)
                    if then_drop:
                        self.transport.close()
                    return False
                case Drop():
                    self.drop()
                    return False
                case Wait(seconds=seconds):
                    await asyncio.sleep(seconds)
                    return True

    async def push(self, status: Any) -> None:
        """Everything we say goes through here; 354 is where content begins."""
        await super().push(status)
        if str(status).startswith("354"):
            await self._steps(Phase.CONTENT)

    def _call(self, phase: Phase, arg: str | None) -> None:
        self._relay.commands.append(phase.value if arg is None or phase is Phase.AUTH else f"{phase.value} {arg}")

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        self._call(Phase.EHLO, arg)
        if await self._steps(Phase.EHLO):
            await super().smtp_EHLO(arg)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        self._call(Phase.STARTTLS, arg)
        if await self._steps(Phase.STARTTLS):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        self._call(Phase.AUTH, arg)
        if await self._steps(Phase.AUTH):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        self._call(Phase.MAIL, arg)
        if await self._steps(Phase.MAIL):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        self._call(Phase.RCPT, arg)
        if await self._steps(Phase.RCPT):
            await super().smtp_RCPT(arg)

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        self._call(Phase.RSET, arg)
        if await self._steps(Phase.RSET):
            await super().smtp_RSET(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        self._call(Phase.DATA, arg)
        if await self._steps(Phase.DATA):
            await super().smtp_DATA(arg)


class _Handler:
    """Keeps the mail."""

    def __init__(self, relay: SmtpServer) -> None:
        self._relay = relay

    async def handle_DATA(self, server: _Dialog, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd finds it by this name
        content = envelope.original_content
        assert isinstance(content, bytes)
        received = Received(
            sender="" if envelope.mail_from in {None, "<>"} else str(envelope.mail_from),
            recipients=tuple(envelope.rcpt_tos),
            content=content,
            over_tls=server._tls_protocol is not None or self._relay.implicit,
            login=session.auth_data.login.decode() if session.auth_data else None,
        )
        match self._relay.next_step(Phase.DOT):
            case Say(line=line):
                return line
            case Drop(taken=taken):
                if taken:
                    self._relay.mails.append(received)
                server.drop()
                await asyncio.sleep(30)
            case Wait(seconds=seconds):
                await asyncio.sleep(seconds)
            case None:
                pass
        self._relay.mails.append(received)
        return f"250 2.0.0 queued as {len(self._relay.mails)}"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd finds it by this name
        """`user=NAME^Aauth=Bearer TOKEN^A^A` in base64; a wrong one is answered with a challenge first."""
        said = base64.b64decode(args[1]).decode().split("\x01")
        name = said[0].removeprefix("user=")
        if self._relay.tokens.get(name) == said[1].removeprefix("auth=Bearer "):
            return AuthResult(success=True, auth_data=LoginPassword(name.encode(), b""))
        await server.push("334 eyJzdGF0dXMiOiI0MDEifQ==")
        await server._reader.readuntil()
        return AuthResult(success=False, handled=False, message="535 5.7.8 the token is not good")


def _authenticator(relay: SmtpServer) -> Any:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and relay.passwords.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, handled=False, auth_data=data)

    return check
