"""The demo's IMAP server: pymap over a Maildir, run as a process of its own.

Usage: `python -P imapd.py FD FOLDER`, FD being a listening socket that is already bound. It ends when its standard
input does, so nothing is left running whatever happens to the program that started it. A process of its own, because
pymap tells arrival times in the local zone of its process and writes beside the system's temporary files.
"""

import asyncio
import os
import socket
import sys
import tempfile
import time
from argparse import Namespace
from mailbox import MaildirMessage
from pathlib import Path
from typing import Any

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.maildir import Config, Identity, Login
from pymap.backend.maildir.layout import MaildirLayout
from pymap.backend.maildir.mailbox import Maildir
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.interfaces.login import IdentityInterface
from pysasl.hashing import Cleartext


class ExactMessage(MaildirMessage):
    """A message that is served byte for byte. pymap would write it anew, with other folding and line ends."""

    content: bytes = b""

    def __bytes__(self) -> bytes:
        """The file's own bytes."""
        return self.content


class ExactMaildir(Maildir):
    """A Maildir of such messages."""

    def get_message(self, key: str) -> ExactMessage:
        """The message with its content."""
        message = ExactMessage()
        message.content = Path(self._join(self._lookup(key))).read_bytes()
        return message


class ExactIdentity(Identity):
    """The mailbox's owner, whose folders are such Maildirs."""

    def _load_maildir(self, mailbox_path: str) -> tuple[Maildir, MaildirLayout[Any]]:
        path = str(Path(self._base_dir, mailbox_path))
        return ExactMaildir(path, create=True), MaildirLayout.get(path, self.config.layout, ExactMaildir)


class ExactLogin(Login):
    """Logs in by password, as its parent does."""

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> Identity:
        """The owner's identity, with folders of exact messages."""
        await super().authorize(authenticated, authzid)
        return ExactIdentity(self.config, self.tokens, authzid, None, authenticated.roles)


def config_for(folder: str) -> Config:
    """One mailbox tree under `folder`, no TLS: it listens on loopback only."""
    choices = Namespace(proxy_protocol=None, passlib_cfg=None)
    return Config(
        choices,
        base_dir=folder,
        layout="++",
        colon=None,
        host=None,
        port=0,
        tls_enabled=False,
        reject_dnsbl=False,
        hash_context=Cleartext(),
        cpu_subsystem=Subsystem.for_asyncio(),
    )


async def serve(listening: socket.socket, folder: str) -> None:
    """Serve until standard input ends."""
    config = config_for(folder)
    config.apply_context()
    answer = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(ExactLogin(config), config))
    server = await asyncio.start_server(answer, sock=listening)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    async with server:
        await ended.wait()


def main(descriptor: str, folder: str) -> None:
    """Set up what pymap takes from its process, then serve."""
    os.putenv("TZ", "UTC")
    time.tzset()
    tempfile.tempdir = folder  # pymap renames from there, which must be the same file system
    with asyncio.Runner() as runner:
        runner.run(serve(socket.socket(fileno=int(descriptor)), folder))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
