"""The IMAP side on a real Dovecot: TLS, logins, folders, links that break, and that nothing of the text is logged."""

import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.errors import MailboxError, MailboxRefusedError
from domain.ledger import Folder
from ingest.link import Mechanism, Security
from tests.servers.dovecot import ISSUER, JWT_SECRET, Dovecot, run_dovecot

MAIL = b"From: jane@agency.example\r\nSubject: canary-subject\r\n\r\n- canary-text\r\n"


def token(user: str, *, secret: bytes = JWT_SECRET, seconds: int = 3600) -> str:
    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    now = int(time.time())
    head = part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    claims = {"sub": user, "iss": ISSUER, "iat": now - 10, "exp": now + seconds, "nbf": now - 10}
    signed = f"{head}.{part(json.dumps(claims).encode())}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


@pytest.mark.parametrize("security", list(Security))
def test_every_kind_of_link_works(dovecot: Dovecot, security: Security) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    box = dovecot.mailbox(user, security=security)
    assert box.open().exists == 1
    assert box.wait(timedelta(milliseconds=20)) is False
    dovecot.deliver(user, MAIL)
    assert any(box.wait(timedelta(seconds=1)) for _ in range(5))
    assert len(box.uids(0)) == 2


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_certificate_that_nobody_vouches_for_is_refused(dovecot: Dovecot, security: Security) -> None:
    box = dovecot.mailbox(dovecot.new_user(), security=security, ca_file=None)
    with pytest.raises(MailboxError, match="certificate not accepted"):
        box.open()


def test_a_certificate_of_another_host_is_refused(dovecot: Dovecot) -> None:
    box = dovecot.mailbox(dovecot.new_user(), security=Security.TLS, host="127.0.0.2")
    with pytest.raises(MailboxError):
        box.open()


def test_plain_text_is_for_loopback_only(dovecot: Dovecot) -> None:
    box = dovecot.mailbox(dovecot.new_user(), host="192.0.2.1")
    with pytest.raises(MailboxRefusedError, match="only loopback"):
        box.open()


def test_a_wrong_password_is_refused_without_being_named(dovecot: Dovecot) -> None:
    box = dovecot.mailbox(dovecot.new_user(), secret=lambda: "not-the-password")
    with pytest.raises(MailboxRefusedError) as refusal:
        box.open()
    assert str(refusal.value) == "login: refused [AUTHENTICATIONFAILED]"
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_a_password_that_was_changed_is_asked_for_again(dovecot: Dovecot) -> None:
    secrets = iter(["old", "secret"])
    box = dovecot.mailbox(dovecot.new_user(), secret=lambda: next(secrets))
    with pytest.raises(MailboxRefusedError):
        box.open()
    assert box.open().exists == 0


@pytest.mark.parametrize("mechanism", [Mechanism.XOAUTH2, Mechanism.OAUTHBEARER])
def test_tokens_log_in(dovecot: Dovecot, mechanism: Mechanism) -> None:
    user = dovecot.new_user()
    assert dovecot.mailbox(user, mechanism=mechanism, secret=lambda: token(user)).open().exists == 0
    for bad in (token(user, secret=b"x" * 32), token(user, seconds=-5), token("somebody")):
        with pytest.raises(MailboxRefusedError):
            dovecot.mailbox(user, mechanism=mechanism, secret=lambda bad=bad: bad).open()


def test_nobody_listens(dovecot: Dovecot) -> None:
    with pytest.raises(MailboxError, match="connection refused"):
        dovecot.mailbox(dovecot.new_user(), host="127.0.0.3").open()


def test_folders_are_made_once_and_subscribed(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    names = {Folder.PROCESSED: "Bulletin/Processed", Folder.REJECTED: "Grüße"}
    for _ in range(2):
        dovecot.mailbox(user, folders=names).open()
    with dovecot.login(user) as imap:
        _, subscribed = imap.lsub()
        _, listed = imap.list()
    assert len(listed) == len({bytes(line) for line in listed})
    assert any(line.endswith(b"Bulletin/Processed") for line in subscribed if isinstance(line, bytes))
    dovecot.deliver(user, MAIL, MAIL)
    box = dovecot.mailbox(user, folders=names)
    box.open()
    first, second = box.uids(0)
    box.file([first], Folder.PROCESSED)
    box.file([second], Folder.REJECTED)
    assert len(dovecot.contents(user, "Bulletin/Processed")) == 1


def test_a_dropped_link_during_any_command_is_an_error(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    box = dovecot.mailbox(user)
    for command in (
        lambda: box.uids(0),
        lambda: list(box.peek([1])),
        lambda: list(box.fetch([1])),
        lambda: box.file([1], Folder.PROCESSED),
        lambda: box.flag([1], "$Withheld"),
        box.quota,
        box.open,
    ):
        box.open()
        dovecot.kick(user)
        with pytest.raises(MailboxError):
            command()
    assert box.open().exists == 1


def test_a_server_that_restarts_is_found_again(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    box = dovecot.mailbox(user)
    before = box.open()
    box.wait(timedelta(0))
    dovecot.stop()
    with pytest.raises(MailboxError):
        box.wait(timedelta(seconds=5))
    with pytest.raises(MailboxError, match="connection refused"):
        box.open()
    dovecot.start()
    assert box.open() == before


def test_a_folder_that_takes_nothing_refuses_and_the_link_stays(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    box = dovecot.mailbox(user)
    box.open()
    folder = dovecot.folder / "home" / user / "mail" / ".Processed"
    folder.chmod(0o500)
    for part in ("new", "cur", "tmp"):
        (folder / part).chmod(0o500)
    with pytest.raises(MailboxError, match="move: refused"):
        box.file([1], Folder.PROCESSED)
    assert box.uids(0) == (1,)
    for part in ("", "new", "cur", "tmp"):
        (folder / part).chmod(0o700)
    box.file([1], Folder.PROCESSED)
    assert box.uids(0) == ()


def test_no_text_is_logged_at_any_level(dovecot: Dovecot, caplog: pytest.LogCaptureFixture) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL, *[MAIL] * 3)
    box = dovecot.mailbox(user)
    with caplog.at_level(logging.DEBUG):
        for name in ("imapclient", "imapclient.imapclient", "imapclient.imaplib"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        box.open()
        for name in ("imapclient", "imapclient.imapclient", "imapclient.imaplib"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        assert len(list(box.peek(box.uids(0)))) == 4
        assert len(list(box.fetch(box.uids(0)))) == 4
        box.file(box.uids(0), Folder.PROCESSED)
    assert "canary" not in caplog.text
    assert "secret" not in caplog.text


def test_many_messages_come_in_order_and_in_batches(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    mails = [b"Subject: %d\r\n\r\n" % number + b"x" * (number * 900) + b"\r\n" for number in range(120)]
    dovecot.append(user, *mails)
    box = dovecot.mailbox(user, batch=7)
    box.open()
    uids = box.uids(0)
    assert [one.size for one in box.peek(uids)] == [len(one) for one in mails]
    assert [raw for _, raw in box.fetch(uids)] == mails


def test_a_message_above_the_cap_is_left_out(dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.append(user, b"Subject: long\r\n\r\n" + b"words \r\n" * 30_000, MAIL)
    box = dovecot.mailbox(user, most_bytes=100_000)
    box.open()
    assert [uid for uid, _ in box.fetch(box.uids(0))] == [2]


@pytest.fixture(scope="module")
def courier_like() -> Iterator[Dovecot]:
    """A server that keeps all folders below INBOX, with a dot, and has a folder for archives."""
    extra = "namespace inbox {\n mailbox Old {\n auto = create\n special_use = \\Archive\n }\n}\n"
    yield from run_dovecot(prefix="INBOX.", separator=".", mail_format="sdbox", extra=extra)


def test_prefix_separator_and_special_use(courier_like: Dovecot) -> None:
    user = courier_like.new_user()
    courier_like.deliver(user, MAIL, MAIL, MAIL)
    names = {Folder.PROCESSED: r"\Archive", Folder.REJECTED: "Bulletin/Rejected"}
    box = courier_like.mailbox(user, folders=names)
    box.open()
    first, second, third = box.uids(0)
    box.file([first], Folder.PROCESSED)
    box.file([second], Folder.REJECTED)
    box.file([third], Folder.STRANGERS)
    for folder in ("INBOX.Old", "INBOX.Bulletin.Rejected", "INBOX.Strangers"):
        assert len(courier_like.contents(user, folder)) == 1
    box.close()
