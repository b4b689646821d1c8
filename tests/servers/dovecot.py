"""A private Dovecot on free ports of 127.0.0.1, started by the tests, as root or as anybody."""

import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from ingest.imap import ImapMailbox, ImapSettings
from ingest.link import LinkSettings, Mechanism, Security

PASSWORD = "secret"
JWT_SECRET = b"jwt-test-secret-0123456789abcdef"
ISSUER = "https://issuer.test"
SMALL_USERS = 40

CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    " -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
)

CONFIG = """
base_dir = {dir}/run
state_dir = {dir}/state
instance_name = bulletin-{imap}
log_path = {dir}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
last_valid_uid = 0
mail_uid = {user}
mail_gid = {group}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0 secs
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
ssl_dh =
mail_location = {format}:~/mail
mail_max_userip_connections = 50
mail_fsync = never
imap_idle_notify_interval = 29 mins
mail_plugins = quota
protocol imap {{
  mail_plugins = $mail_plugins quota imap_quota
}}
protocol lmtp {{
  mail_plugins = $mail_plugins quota
  postmaster_address = postmaster@localhost
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=10G
  quota_grace = 0%%
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {dir}/oauth2.conf.ext
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {dir}/small
  default_fields = uid={user} gid={group} home={dir}/home/%n
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={dir}/home/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = {separator}
}}
service imap-login {{
  chroot =
  process_limit = 100
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 200
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  process_limit = 1
}}
service lmtp {{
  user = {user}
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
{extra}
"""

OAUTH = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={dir}/keys/
username_attribute = sub
username_format = %u
issuers = {issuer}
"""


@dataclass
class Dovecot:
    """A running server. Any user name logs in with PASSWORD; `small0` and on have a quota of 200 KiB."""

    folder: Path
    imap: int
    imaps: int
    lmtp: int
    account: str
    process: subprocess.Popen[bytes] | None = None
    users: int = 0
    small: int = 0
    open_boxes: list[ImapMailbox] = field(default_factory=list)

    @property
    def ca_file(self) -> str:
        return str(self.folder / "cert.pem")

    def start(self) -> None:
        command = ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        as_whom = {} if os.geteuid() else {"user": self.account, "group": _group(self.account), "extra_groups": []}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **as_whom,
        )
        deadline = time.monotonic() + 20
        while not all(_listens(port) for port in (self.imap, self.imaps, self.lmtp)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self.process.stderr.read().decode() if self.process.stderr else ""
                raise RuntimeError(f"Dovecot did not start: {said}\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is None:
            return
        group = self.process.pid
        self.process.send_signal(how)
        self.process.wait(20)
        if self.process.stderr:
            self.process.stderr.close()
        self.process = None
        # Its children outlive the master, those of clients in IDLE for as long as they like.
        with suppress(ProcessLookupError):
            for how_now in (signal.SIGTERM, signal.SIGKILL):
                os.killpg(group, how_now)
                time.sleep(0.1)

    def restart(self) -> None:
        self.stop()
        self.start()

    def log(self) -> str:
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def new_user(self) -> str:
        self.users += 1
        return f"box{self.users}x{os.getpid()}"

    def small_user(self) -> str:
        self.small += 1
        return f"small{self.small}"

    def deliver(self, user: str, *mails: bytes) -> None:
        """By LMTP, as a mail server would."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
            for mail in mails:
                lmtp.sendmail("sender@example.org", [f"{user}@localhost"], mail)

    def append(self, user: str, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        with self.login(user) as imap:
            when = imaplib.Time2Internaldate(at) if at else None
            for mail in mails:
                said, _ = imap.append(folder, "", when or "", mail)
                assert said == "OK"

    def place(self, user: str, mails: Iterable[bytes]) -> None:
        """Write many mails straight into INBOX, in order, before the server looks: thousands a second. In Maildir only."""
        inbox = self.folder / "home" / user / "mail"
        folders = [inbox.parent, inbox, *(inbox / name for name in ("cur", "new", "tmp"))]
        for folder in folders:
            folder.mkdir(exist_ok=True)
        account = None if os.geteuid() else pwd.getpwnam(self.account)
        first = int(time.time())
        start = len(list((inbox / "cur").iterdir()))
        for number, mail in enumerate(mails, start):
            # The sizes in the name spare the server opening each file to count its quota.
            path = inbox / "cur" / f"{first}.M{number:09}P1.placed,S={len(mail)},W={len(mail)}:2,"
            path.write_bytes(mail)
            if account is not None:
                os.chown(path, account.pw_uid, account.pw_gid)
        for folder in folders if account is not None else ():
            os.chown(folder, account.pw_uid, account.pw_gid)

    def login(self, user: str) -> imaplib.IMAP4:
        imap = imaplib.IMAP4("127.0.0.1", self.imap)
        imap.login(user, PASSWORD)
        return imap

    def contents(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The raw messages of a folder in UID order; none where it does not exist."""
        with self.login(user) as imap:
            said, _ = imap.select(folder, readonly=True)
            if said != "OK":
                return []
            _, data = imap.uid("FETCH", "1:*", "(BODY.PEEK[])")
            return [item[1] for item in data if isinstance(item, tuple)]

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        with self.login(user) as imap:
            imap.select(folder, readonly=True)
            _, data = imap.fetch("1:*", "(FLAGS)")
            return [item.decode() for item in data if item]

    def kick(self, user: str) -> None:
        """Drop this user's connections in the middle; they are gone when this returns."""
        self.doveadm("kick", user)
        deadline = time.monotonic() + 10
        while user in self.doveadm("who", "-1", user) and time.monotonic() < deadline:
            time.sleep(0.01)

    def doveadm(self, *words: str) -> str:
        command = ["doveadm", "-c", str(self.folder / "dovecot.conf"), *words]
        as_whom = {} if os.geteuid() else {"user": self.account, "group": _group(self.account), "extra_groups": []}
        return subprocess.run(command, capture_output=True, text=True, check=False, **as_whom).stdout

    def change_uidvalidity(self, user: str) -> None:
        """Forget the UIDs of INBOX: all messages get new ones under a new UIDVALIDITY."""
        self.stop()
        mail = self.folder / "home" / user / "mail"
        for path in mail.glob("dovecot*"):
            # The file that counts UIDVALIDITYs up must stay, or the same one comes again within a second.
            if not path.name.startswith("dovecot-uidvalidity"):
                path.unlink()
        self.start()

    def settings(self, user: str, *, security: Security = Security.TLS, **rest: object) -> ImapSettings:
        link = {
            "host": "localhost" if security is not Security.NONE else "127.0.0.1",
            "port": self.imaps if security is Security.TLS else self.imap,
            "name": user,
            "secret": lambda: PASSWORD,
            "security": security,
            "ca_file": self.ca_file,
            "mechanism": Mechanism.LOGIN,
            "connect_timeout": 5.0,
            "read_timeout": 10.0,
        }
        link |= {key: rest.pop(key) for key in list(rest) if key in link}
        return ImapSettings(link=LinkSettings(**link), **rest)

    def mailbox(self, user: str, **rest: object) -> ImapMailbox:
        """Ours, closed when the test ends."""
        rest.setdefault("security", Security.NONE)
        box = ImapMailbox(self.settings(user, **rest), time.monotonic)
        self.open_boxes.append(box)
        return box


def _group(account: str) -> int:
    return pwd.getpwnam(account).pw_gid


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _prepare(folder: Path, account: str, *, prefix: str, separator: str, mail_format: str, extra: str) -> Dovecot:
    import grp

    for name in ("run", "state", "home", "keys/default/HS256"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    imap, imaps, lmtp = free_ports(3)
    subprocess.run(
        [*CERTIFICATE.split(), "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True,
        capture_output=True,
    )
    (folder / "keys/default/HS256/default").write_bytes(b64encode(JWT_SECRET))
    (folder / "oauth2.conf.ext").write_text(OAUTH.format(dir=folder, issuer=ISSUER))
    (folder / "small").write_text(
        "".join(f"small{n}:::::::userdb_quota_rule=*:storage=200K\n" for n in range(1, SMALL_USERS + 1))
    )
    (folder / "dovecot.conf").write_text(
        CONFIG.format(
            dir=folder, imap=imap, imaps=imaps, lmtp=lmtp, user=account, group=grp.getgrgid(_group(account)).gr_name,
            password=PASSWORD, prefix=prefix, separator=separator, format=mail_format, extra=extra,
        )
    )  # fmt: skip
    if not os.geteuid():
        uid = pwd.getpwnam(account).pw_uid
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, _group(account))
    return Dovecot(folder=folder, imap=imap, imaps=imaps, lmtp=lmtp, account=account)


def run_dovecot(
    *, prefix: str = "", separator: str = "/", mail_format: str = "maildir", extra: str = ""
) -> Iterator[Dovecot]:
    """Start one, yield it, stop it. Root starts it as `nobody`; the folder is short because socket paths are."""
    if shutil.which("dovecot") is None:
        pytest.fail("Dovecot is missing: apt-get install dovecot-imapd dovecot-lmtpd (make test does so as root)")
    account = pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() else "nobody"
    folder = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
    server = _prepare(folder, account, prefix=prefix, separator=separator, mail_format=mail_format, extra=extra)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    yield from run_dovecot()


@pytest.fixture
def dovecot(dovecot_server: Dovecot) -> Iterator[Dovecot]:
    """The session's Dovecot; take a `new_user()` of your own from it."""
    if dovecot_server.process is None:
        dovecot_server.start()
    yield dovecot_server
    while dovecot_server.open_boxes:
        dovecot_server.open_boxes.pop().close()
