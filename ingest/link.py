"""One IMAP connection by imapclient: made, secured, logged in, and bounded in what it may take from us.

The law: no byte that the server sends is logged or put into an exception.
"""

import imaplib
import logging
import re
import select
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Final, cast

import imapclient
from imapclient import imap4, tls
from imapclient.exceptions import LoginError, ProtocolError

from domain.errors import MailboxError, MailboxRefusedError

MOST_LITERAL: Final = 64_000_000
"""Bytes. imaplib would allocate whatever the server announces."""

MOST_LINE: Final = 16_000_000

LOOPBACK_NAMES: Final = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})

_CODES = re.compile(
    r"\[(UNAVAILABLE|AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|PRIVACYREQUIRED|CONTACTADMIN|NOPERM|INUSE"
    r"|EXPUNGEISSUED|CORRUPTION|SERVERBUG|CLIENTBUG|CANNOT|LIMIT|OVERQUOTA|ALREADYEXISTS|NONEXISTENT|TRYCREATE)\]",
    re.IGNORECASE,
)
"""RFC 5530: the only words of a server that may be repeated."""

_PASSING: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN"})
"""A refused login with one of these is no fault of the password."""

# What imaplib and imapclient raise on a dead link, a refusal, or garbage in place of an answer.
TROUBLES: Final = (
    imaplib.IMAP4.error,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    RecursionError,
    MemoryError,
)


_NETWORK: Final[tuple[tuple[type[OSError], str], ...]] = (
    (ssl.SSLError, "no TLS"),
    (TimeoutError, "timed out"),
    (socket.gaierror, "host not found"),
    (ConnectionRefusedError, "connection refused"),
)


class Security(StrEnum):
    """How the connection is protected. `none` is only for loopback."""

    TLS = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


class Mechanism(StrEnum):
    """How we log in."""

    LOGIN = "login"
    XOAUTH2 = "xoauth2"
    OAUTHBEARER = "oauthbearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Where and how to connect.

    `secret` gives the password, or a fresh access token, and is asked at every login. Timeouts are seconds; `ca_file`
    replaces the system's certificate authorities.
    """

    host: str
    port: int
    name: str
    secret: Callable[[], str] = field(repr=False)
    security: Security = Security.TLS
    mechanism: Mechanism = Mechanism.LOGIN
    ca_file: str | None = None
    connect_timeout: float = 30.0
    read_timeout: float = 60.0


class FolderRefusedError(MailboxError):
    """The IMAP server refused one command; the connection is still good. Check quota and permissions."""


class _Bounded(imaplib.IMAP4):
    def readline(self) -> bytes:
        """Longer lines than imaplib's million bytes: a search or a structure of thousands of parts is one line."""
        line = cast("bytes", self.file.readline(MOST_LINE + 1))
        if len(line) > MOST_LINE:
            raise self.abort("line too long")
        return line

    def read(self, size: int) -> bytes:
        """Refuse a literal that is larger than anything we ask for (`{4294967295}`)."""
        if size > MOST_LITERAL:
            raise self.abort("literal too large")
        return super().read(size)


class _Plain(_Bounded, imap4.IMAP4WithTimeout):  # type: ignore[misc]  # imapclient ships no types
    pass


class _Secure(_Bounded, tls.IMAP4_TLS):  # type: ignore[misc]  # imapclient ships no types
    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, timeout: float | None) -> None:
        tls.IMAP4_TLS.__init__(self, host, port, context, timeout)


class Client(imapclient.IMAPClient):  # type: ignore[misc]  # imapclient ships no types
    """An IMAPClient that logs nothing and reads no endless literal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # imapclient makes imaplib log every line, message text among them, at debug level.
        self._imap.debug = 0
        # imapclient sends a command and its line end apart; without this the second waits for the first's receipt.
        self.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.normalise_times = False

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - the name is imapclient's
        if self.ssl:
            return _Secure(self.host, self.port, self.ssl_context, self._timeout.connect)
        return _Plain(self.host, self.port, self._timeout.connect)

    def enter_idle(self) -> bool:
        """Begin IDLE (RFC 2177). True where news came before the server agreed, which imapclient takes for an error."""
        self._idle_tag = self._imap._command("IDLE")  # noqa: SLF001 - imaplib has no public IDLE
        news = False
        while (line := self._imap._get_response()) is not None:  # noqa: SLF001 - as above
            if self._imap.tagged_commands.get(self._idle_tag):
                raise self._imap.error("IDLE refused")
            news = news or is_news(line)
        return news

    def leave_idle(self) -> bool:
        """End IDLE. True where news came that nobody has seen yet."""
        _, lines = self.idle_done()
        return any(len(line) > 1 and line[1] in {b"EXISTS", b"RECENT"} for line in lines)

    def hears(self, seconds: float) -> bool:
        """Whether a line is there to be read, after at most `seconds`."""
        sock = self.socket()
        if self._buffered(sock):
            return True
        poller = select.poll()
        poller.register(sock.fileno(), select.POLLIN)
        return bool(poller.poll(max(0, int(seconds * 1000))))

    def _buffered(self, sock: socket.socket) -> bool:
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        timeout = sock.gettimeout()
        sock.setblocking(False)
        try:
            return bool(self._imap.file.peek(1))
        except OSError:  # TLS says "want read" where nothing is there
            return False
        finally:
            sock.settimeout(timeout)

    def hear(self) -> bytes:
        """The next line. The end of the stream is an error."""
        line: bytes = self._imap._get_line()  # noqa: SLF001 - as above
        if line[:5].upper() == b"* BYE":
            raise self._imap.abort("BYE")
        return line


def is_news(line: bytes) -> bool:
    """Whether an untagged line announces new mail."""
    return line.upper().rstrip().endswith((b" EXISTS", b" RECENT"))


def connect(settings: LinkSettings) -> Client:
    """A connection that is logged in. Raises MailboxError, or MailboxRefusedError where the login was refused."""
    _quieten()
    client: Client | None = None
    try:
        with speaking("connect"):
            client = _secured(settings)
        _log_in(client, settings)
    except BaseException:
        if client is not None:
            hang_up(client)
        raise
    return client


def hang_up(client: Client) -> None:
    """Close the socket, whatever state it is in."""
    with suppress(*TROUBLES):
        client.shutdown()


@contextmanager
def speaking(step: str) -> Iterator[None]:
    """Turn what goes wrong at this step into a MailboxError that holds none of the server's words."""
    try:
        yield
    except MailboxError:
        raise
    except TROUBLES as trouble:
        kind = FolderRefusedError if still_good(trouble) else MailboxError
        raise kind(f"{step}: {reason(trouble)}") from None


def still_good(trouble: BaseException) -> bool:
    """Whether the connection can be used after this: the server only said no, or said something unreadable."""
    # Whatever else goes wrong does so in reading an answer that has come whole.
    return not isinstance(trouble, imaplib.IMAP4.abort | OSError | MemoryError)


def reason(trouble: BaseException) -> str:
    """What went wrong, in our own words and the codes of RFC 5530."""
    match trouble:
        case OSError():
            return _network_reason(trouble)
        case imaplib.IMAP4.abort():
            return "connection lost"
        case ProtocolError():
            return "unreadable answer"
        case imaplib.IMAP4.error():
            code = _CODES.search(str(trouble))
            return f"refused [{code[1].upper()}]" if code else "refused"
        case _:
            return f"unreadable answer ({type(trouble).__name__})"


def _network_reason(trouble: OSError) -> str:
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return f"certificate not accepted ({trouble.verify_message})"
    for kind, words in _NETWORK:
        if isinstance(trouble, kind):
            return words
    return "connection lost"


def _quieten() -> None:
    """Imapclient logs commands and literals at debug level; a filter at info keeps them out of every handler."""
    for name in ("imapclient", "imapclient.imapclient", "imapclient.imaplib"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _secured(settings: LinkSettings) -> Client:
    timeout = imapclient.SocketTimeout(settings.connect_timeout, settings.read_timeout)
    implicit = settings.security is Security.TLS
    if settings.security is Security.NONE and not is_loopback(settings.host):
        raise MailboxRefusedError("connect: without TLS only loopback is allowed")
    context = None if settings.security is Security.NONE else _context(settings.ca_file)
    client = Client(
        settings.host, settings.port, ssl=implicit, ssl_context=context if implicit else None, timeout=timeout
    )
    if settings.security is Security.STARTTLS:
        try:
            # Refused where the server does not offer it, or greets us as logged in (PREAUTH) to avoid it.
            client.starttls(context)
        except BaseException:
            hang_up(client)
            raise
    return client


def is_loopback(host: str) -> bool:
    """Whether what is said to this host stays on this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK_NAMES


def _context(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _log_in(client: Client, settings: LinkSettings) -> None:
    secret = settings.secret()
    try:
        match settings.mechanism:
            case Mechanism.LOGIN:
                client.login(settings.name, secret)
            case Mechanism.XOAUTH2:
                client.sasl_login("XOAUTH2", _once(f"user={settings.name}\1auth=Bearer {secret}\1\1", ""))
            case Mechanism.OAUTHBEARER:
                who = settings.name.replace("=", "=3D").replace(",", "=2C")
                client.sasl_login("OAUTHBEARER", _once(f"n,a={who},\1auth=Bearer {secret}\1\1", "\1"))
    except TROUBLES as trouble:
        raise _login_error(trouble) from None


def _once(first: str, afterwards: str) -> Callable[[bytes], str]:
    """The answers of a one-step mechanism: after the first, a challenge is the server's refusal (RFC 7628 3.2.3)."""
    answers = iter((first,))
    return lambda _challenge: next(answers, afterwards)


def _login_error(trouble: BaseException) -> MailboxError:
    # imapclient wraps a link that died while logging in into a LoginError too.
    cause = trouble.__context__ if isinstance(trouble, LoginError) and trouble.__context__ is not None else trouble
    why = reason(cause)
    code = _CODES.search(str(cause))
    if still_good(cause) and not (code and code[1].upper() in _PASSING):
        return MailboxRefusedError(f"login: {why}")
    return MailboxError(f"login: {why}")
