"""The demo's mail servers, on loopback: a mail exchange that takes every mail, and IMAP for the reply mailbox.

The exchange (aiosmtpd) is everybody's: it puts mail to the reply address into a Maildir as a real one would, with its
trace headers and the time of arrival; keeps other people's mail in memory; and answers for addresses that do not exist
with a bounce. The Maildir is served by pymap (`imapd`).
"""

import asyncio
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from os import utime
from pathlib import Path
from socket import create_server
from types import TracebackType
from typing import Self

import pymap  # noqa: F401  it is missed here, by its name, and not by the process that needs it
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.demo.machines import bounce
from app.demo.screen import sender_domain
from domain.errors import MailboxError

HOST = "127.0.0.1"
EXCHANGE = "mx.agency.example"
"""The exchange's name: also the authserv-id of its Authentication-Results."""

PATIENCE = 20  # seconds for a server to start or to stop


class Exchange:
    """What the mail exchange does with a mail, and the mail it holds. An aiosmtpd handler.

    `mailboxes` are the addresses whose mail goes into the Maildir, tags left aside; `dead` are addresses in our domain
    that do not exist. `now` is the exchange's clock.
    """

    def __init__(
        self, maildir: Path, mailboxes: frozenset[str], dead: frozenset[str], now: Callable[[], datetime]
    ) -> None:
        self._maildir = maildir
        self._mailboxes = mailboxes
        self._dead = dead
        self._now = now
        self._inboxes: dict[str, list[bytes]] = defaultdict(list)
        self._delivered: list[tuple[str, bytes]] = []
        self._arrivals = 0
        self._lock = threading.Lock()
        for name in ("tmp", "new", "cur"):
            (maildir / name).mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Deliver to each recipient."""
        content = envelope.content
        assert isinstance(content, bytes)
        for recipient in envelope.rcpt_tos:
            self.deliver(content, envelope.mail_from or "", recipient, helo=session.host_name or "unknown")
        return "250 2.0.0 Delivered"

    def deliver(self, content: bytes, sender: str, recipient: str, *, helo: str) -> None:
        """Put one mail where it belongs. `sender` is the envelope's, "" for the null one."""
        address = recipient.lower()
        if address in self._dead:
            if sender:
                returned = bounce(content, recipient=address, to=sender, by=EXCHANGE, at=self._now())
                self.deliver(returned, "", sender, helo=EXCHANGE)
        elif without_tag(address) in self._mailboxes:
            self._store(self._trace(content, sender, address, helo) + content)
        else:
            with self._lock:
                self._inboxes[address].append(content)
                self._delivered.append((address, content))

    def inbox(self, address: str) -> tuple[bytes, ...]:
        """What arrived for `address`, oldest first."""
        with self._lock:
            return tuple(self._inboxes.get(address.lower(), ()))

    def delivered(self, after: int = 0) -> tuple[tuple[str, bytes], ...]:
        """All mail that is kept for its readers, with whose it is, in order of arrival; without the first `after`."""
        with self._lock:
            return tuple(self._delivered[after:])

    def folder_of(self, mark: bytes) -> str | None:
        """The IMAP folder of the newest mail in the Maildir whose header holds `mark`; None where there is none."""
        held = [path for path in self._maildir.rglob("*.demo*") if mark in path.read_bytes().partition(b"\r\n\r\n")[0]]
        newest = max(held, key=lambda path: path.name, default=None)
        if newest is None:
            return None
        folder = newest.parent.parent
        return "INBOX" if folder == self._maildir else folder.name.removeprefix(".")

    def _trace(self, content: bytes, sender: str, recipient: str, helo: str) -> bytes:
        """The headers an exchange writes on top, with its opinion of the sender (RFC 8601)."""
        domain = sender.rpartition("@")[2]
        visible = sender_domain(content)
        spf = "none" if not domain else "pass" if helo == domain or helo.endswith(f".{domain}") else "fail"
        dmarc = "pass" if spf == "pass" and domain == visible else "fail"
        lines = [
            f"Return-Path: <{sender}>",
            f"Delivered-To: {recipient}",
            f"Authentication-Results: {EXCHANGE};",
            f" spf={spf} smtp.mailfrom={sender or helo}; dmarc={dmarc} header.from={visible}",
            f"Received: from {helo} ([{HOST}]) by {EXCHANGE} with ESMTP for <{recipient}>;",
            f" {format_datetime(self._now())}",
        ]
        return "".join(f"{line}\r\n" for line in lines).encode()

    def _store(self, content: bytes) -> None:
        """Write a Maildir file: whole under tmp/, then renamed. Its time is what IMAP tells as the time of arrival."""
        at = self._now()
        with self._lock:
            self._arrivals += 1
            name = f"{int(at.timestamp())}.M{self._arrivals:06}.demo"
        fresh = self._maildir / "tmp" / name
        fresh.write_bytes(content)
        utime(fresh, (at.timestamp(), at.timestamp()))
        fresh.rename(self._maildir / "new" / name)


def without_tag(address: str) -> str:
    """`reports+tag@host` as `reports@host`."""
    local, _, host = address.rpartition("@")
    return f"{local.partition('+')[0]}@{host}"


class MailServers:
    """Both servers while the `with` block lasts. `folder` is theirs alone and must exist."""

    def __init__(
        self,
        folder: Path,
        *,
        mailbox: str,
        also_ours: frozenset[str] = frozenset(),
        dead: frozenset[str] = frozenset(),
        now: Callable[[], datetime],
    ) -> None:
        self.login = mailbox.partition("@")[0]
        self.password = "demo"  # noqa: S105  a loopback server of this process, gone in a minute
        self.exchange = Exchange(folder / self.login, also_ours | {mailbox}, dead, now)
        self._folder = folder
        self._smtp = create_server((HOST, 0))
        self._imap = create_server((HOST, 0))
        self.smtp_port: int = self._smtp.getsockname()[1]
        self.imap_port: int = self._imap.getsockname()[1]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve_smtp()), name="demo-exchange")
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._imapd: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start both; they take connections from here on."""
        (self._folder / "pymap-etc-passwd").write_text(f"{self.login}:x::::{self.login}:\n")
        (self._folder / "pymap-etc-shadow").write_text(f"{self.login}:{self.password}:::::::\n")
        descriptor = self._imap.fileno()
        program = Path(__file__).with_name("imapd.py")
        with (self._folder / "imapd.log").open("wb") as log:
            self._imapd = subprocess.Popen(  # noqa: S603  our own program, with our own arguments
                [sys.executable, "-P", str(program), str(descriptor), str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[descriptor],
            )
        self._imap.close()
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            raise MailboxError("the demo's mail servers do not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop both and wait for them."""
        if self._loop is not None and self._ended is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE)
        if self._imapd is not None and self._imapd.stdin is not None:
            self._imapd.stdin.close()
            try:
                self._imapd.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._imapd.kill()
                self._imapd.wait()

    async def _serve_smtp(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        connections: list[SMTP] = []

        def connect() -> SMTP:
            connections.append(SMTP(self.exchange, hostname=EXCHANGE, enable_SMTPUTF8=True, loop=self._loop))
            return connections[-1]

        server = await self._loop.create_server(connect, sock=self._smtp)
        self._ready.set()
        await self._ended.wait()
        server.close()
        for connection in connections:
            if connection.transport is not None:
                connection.transport.close()
        await server.wait_closed()
