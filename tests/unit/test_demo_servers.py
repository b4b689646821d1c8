"""The demo's mail servers: what is handed in over SMTP comes out over IMAP as it went in."""

import smtplib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient

from app.demo.servers import HOST, MailServers
from domain.ledger import Folder
from ingest.imap import ImapMailbox, ImapSettings
from ingest.link import LinkSettings, Security

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MAIL = b"From: a@agency.example\r\nTo: b@agency.example\r\nSubject: x\r\nX-Long:  two\r\n\tlines\r\n\r\n.dot\r\nFrom me\r\n"


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[MailServers]:
    with MailServers(
        tmp_path, mailbox="reports@agency.example", dead=frozenset({"gone@agency.example"}), now=lambda: NOON
    ) as running:
        yield running


def hand_in(servers: MailServers, sender: str, recipient: str, content: bytes = MAIL) -> None:
    with smtplib.SMTP(HOST, servers.smtp_port, local_hostname="mail.agency.example") as smtp:
        smtp.sendmail(sender, [recipient], content)


def stored(servers: MailServers) -> list[tuple[bytes, datetime]]:
    with IMAPClient(HOST, servers.imap_port, ssl=False) as imap:
        imap.normalise_times = False
        imap.login(servers.login, servers.password)
        imap.select_folder("INBOX")
        found = imap.fetch(imap.search("ALL"), ["BODY.PEEK[]", "INTERNALDATE"])
        return [(each[b"BODY[]"], each[b"INTERNALDATE"]) for each in found.values()]


def test_mail_for_the_reply_address_is_served_byte_for_byte(servers: MailServers) -> None:
    hand_in(servers, "a@agency.example", "Reports+tag@Agency.example")
    [(content, arrived)] = stored(servers)
    assert content.endswith(MAIL)
    assert content.startswith(b"Return-Path: <a@agency.example>\r\nDelivered-To: reports+tag@agency.example\r\n")
    assert b"spf=pass" in content
    assert b"dmarc=pass" in content
    assert arrived == NOON


def test_a_forged_sender_fails_authentication(servers: MailServers) -> None:
    hand_in(servers, "sales@bargain.example", "reports@agency.example")
    [(content, _)] = stored(servers)
    assert b"dmarc=fail" in content


def test_other_mail_is_kept_for_its_reader(servers: MailServers) -> None:
    hand_in(servers, "reports@agency.example", "b@agency.example")
    assert servers.exchange.inbox("B@agency.example") == (MAIL,)
    assert stored(servers) == []


def test_mail_to_nobody_comes_back_to_its_envelope_sender(servers: MailServers) -> None:
    hand_in(servers, "reports+tag@agency.example", "gone@agency.example")
    [(content, _)] = stored(servers)
    assert content.startswith(b"Return-Path: <>\r\nDelivered-To: reports+tag@agency.example\r\n")
    assert b"Final-Recipient: rfc822; gone@agency.example" in content


def test_a_bounce_is_not_bounced(servers: MailServers) -> None:
    hand_in(servers, "", "gone@agency.example")
    assert stored(servers) == []


def test_our_own_mailbox_reads_and_files_there(servers: MailServers) -> None:
    link = LinkSettings(
        host=HOST, port=servers.imap_port, security=Security.NONE, name=servers.login, secret=lambda: servers.password
    )
    mailbox = ImapMailbox(ImapSettings(link=link), time.monotonic)
    hand_in(servers, "a@agency.example", "reports+tag@agency.example")
    mailbox.open()
    [uid] = mailbox.uids(0)
    [seen] = mailbox.peek([uid])
    [(_, content)] = mailbox.fetch([uid])
    assert seen.arrived_at == NOON
    assert seen.size == len(content)
    mailbox.file([uid], Folder.WITHHELD)
    assert mailbox.uids(0) == ()
    mailbox.close()
    assert servers.exchange.folder_of(b"Subject: x") == "Withheld"
