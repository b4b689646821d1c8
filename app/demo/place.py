"""The demo's folder: the configuration, the database and the digests it leaves for a newcomer to look at."""

import errno
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from string import Template

from app.demo.servers import EXCHANGE, HOST, MailServers
from app.exits import FoundWrongError

MAILBOX = "reports@agency.example"
OFFICER = "security@agency.example"

_CONFIG = Template("""\
# The configuration of this demo. Its mail servers lived on loopback and are gone; the rest can be looked at:
#   bulletin --config $file status

[instance]
name = "demo"
host = "agency.example"
organisation = "Coastal Survey"
hash_key_file = "secrets/hash-key"
token_keys = [{ id = "d", secret_file = "secrets/token-key" }]

[store]
url = "sqlite:///bulletin.db"

[[mailboxes]]
name = "reports"
reply = "$mailbox"
host = "$host"
port = $imap_port
tls = "none"
user = "$login"
password_file = "secrets/mailbox-password"
authserv_id = "$exchange"
withheld = "move"  # the demo's IMAP server has no keywords to flag with

[relay]
host = "$host"
port = $smtp_port
tls = "none"
from_address = "$mailbox"
from_name = "Coastal Survey Weekly"

[[campaigns]]
id = "weekly"
zone = "America/New_York"
weekday = "monday"
time = "09:00"
closes_after = "62h"

[policy]
grace = "24h"
readers = "Your supervisor, and nobody else."

[security]
contact = "$officer"

[log]
level = "error"
""")


class FolderTakenError(FoundWrongError):
    """The folder already holds something. Name an empty one, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the demo keeps what it leaves behind."""

    folder: Path

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.toml"

    @property
    def digests(self) -> Path:
        """Where the digests are written."""
        return self.folder / "digests"

    def fill(self, servers: MailServers) -> None:
        """Write the configuration and its secrets, readable by their owner only."""
        kept = self.folder / "secrets"
        kept.mkdir(mode=0o700)
        for name, secret in (
            ("hash-key", secrets.token_hex(32)),
            ("token-key", secrets.token_hex(32)),
            ("mailbox-password", servers.password),
        ):
            path = kept / name
            path.touch(mode=0o600)
            path.write_text(secret)
        self.digests.mkdir()
        self.config.write_text(
            _CONFIG.substitute(
                file=self.config,
                mailbox=MAILBOX,
                officer=OFFICER,
                host=HOST,
                exchange=EXCHANGE,
                imap_port=servers.imap_port,
                smtp_port=servers.smtp_port,
                login=servers.login,
            ),
            encoding="utf-8",
        )


def choose(named: Path | None) -> Place:
    """The folder that is named, made if need be; else `demo-week` here, or a fresh temporary one if that cannot be had.

    Raises FolderTakenError where the one that is named holds something or cannot be made.
    """
    try:
        return Place(folder=_empty(named or Path("demo-week")))
    except FolderTakenError:
        if named is not None:
            raise
        return Place(folder=Path(tempfile.mkdtemp(prefix="demo-week-")))


def _empty(folder: Path) -> Path:
    """The folder, made if it is not there. Nothing is ever taken out of it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise FolderTakenError(f"{folder} cannot be used ({error.strerror}). Name another folder, or none.") from None
    if taken:
        raise FolderTakenError(f"{folder} already holds something. Name an empty folder, or none.")
    return folder.resolve()


ROSTER = Path(__file__).with_name("roster.csv")
"""The sample roster that ships with Bulletin."""
