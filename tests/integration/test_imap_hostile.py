"""The IMAP side against a server that lies, babbles, hangs up or lacks what others have."""

import time
import tracemalloc
from collections.abc import Mapping
from datetime import timedelta

import pytest

from domain.errors import MailboxError, MailboxRefusedError
from domain.ledger import Folder
from ingest.imap import ImapMailbox, ImapSettings
from ingest.link import LinkSettings, Security
from tests.servers.scripted_imap import HANG_UP, ScriptedImap

CANARY = b"canary"


def mailbox(server: ScriptedImap, **rest: object) -> ImapMailbox:
    link = LinkSettings(
        host="127.0.0.1",
        port=server.port,
        name="reports",
        secret=lambda: "secret",
        security=rest.pop("security", Security.NONE),
        connect_timeout=2,
        read_timeout=0.5,
    )
    return ImapMailbox(ImapSettings(link=link, **rest), time.monotonic)


def fetched(number: int, items: bytes) -> bytes:
    return b"* %d FETCH (UID %d %s)\r\n" % (number, number, items)


def literal(text: bytes) -> bytes:
    return b"{%d}\r\n%s" % (len(text), text)


SIZES = fetched(1, b"RFC822.SIZE 10") + fetched(2, b"RFC822.SIZE 10") + b"TAG OK done\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        fetched(1, b"BODY[] {4294967295}"),
        fetched(1, b"BODY[] {40}\r\ncut short canary") + HANG_UP,
        b"* 1 FETCH (" + b"canary " * 100_000,
        b"\x00\xff\xfe canary\r\n",
        b"TAG BYE canary\r\n" + HANG_UP,
        b"* BYE canary\r\n" + HANG_UP,
        HANG_UP,
        b"* 1 FETCH (UID 1 BODY[] {3}\r\nabc",
    ],
    ids=["huge literal", "cut literal", "endless line", "garbage", "bye", "bye too", "end", "silence"],
)
def test_a_link_that_breaks_or_babbles_is_an_error_without_its_words(answer: bytes) -> None:
    with ScriptedImap({b"UID FETCH 1,2 (RFC822.SIZE)": SIZES, b"UID FETCH": answer}) as server:
        box = mailbox(server)
        box.open()
        tracemalloc.start()
        with pytest.raises(MailboxError) as error:
            list(box.fetch([1, 2]))
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
        tracemalloc.stop()
        assert "canary" not in str(error.value)
        assert error.value.__suppress_context__
        with pytest.raises(MailboxError, match="not connected"):
            box.uids(0)
        box.open()
        box.close()


def test_one_answer_that_cannot_be_read_costs_one_message() -> None:
    good = fetched(2, b"BODY[] " + literal(b"fine")) + b"TAG OK done\r\n"
    bad = fetched(1, b"BODY[] " + literal(CANARY) + b" (((") + b"TAG OK done\r\n"
    script = {
        b"UID FETCH 1,2 (RFC822.SIZE)": SIZES,
        b"UID FETCH 1,2": bad,
        b"UID FETCH 1 ": bad,
        b"UID FETCH 2 ": good,
    }
    with ScriptedImap(script) as server:
        box = mailbox(server)
        box.open()
        assert list(box.fetch([1, 2])) == [(2, b"fine")]
        box.close()


def test_a_refused_fetch_of_one_message_costs_one_message() -> None:
    good = fetched(2, b"BODY[] " + literal(b"fine")) + b"TAG OK done\r\n"
    no = b"TAG NO [SERVERBUG] canary\r\n"
    script = {
        b"UID FETCH 1,2 (RFC822.SIZE)": SIZES,
        b"UID FETCH 1,2": no,
        b"UID FETCH 1 ": no,
        b"UID FETCH 2 ": good,
    }
    with ScriptedImap(script) as server:
        box = mailbox(server)
        box.open()
        assert list(box.fetch([1, 2])) == [(2, b"fine")]
        box.close()


def test_a_structure_that_cannot_be_read_is_done_without() -> None:
    basics = b'RFC822.SIZE 10 INTERNALDATE "20-Nov-2026 14:00:00 +0100" FLAGS ()'
    script = {
        b"UID FETCH 1 (RFC822.SIZE INTERNALDATE FLAGS BODYSTRUCTURE": fetched(1, basics + b" BODYSTRUCTURE ((((")
        + b"TAG OK done\r\n",
        b"UID FETCH 1 (RFC822.SIZE INTERNALDATE FLAGS BODY.PEEK[HEADER]": fetched(
            1, basics + b" BODY[HEADER]<0> " + literal(b"Subject: x\r\n\r\n")
        )
        + b"TAG OK done\r\n",
    }
    with ScriptedImap(script) as server:
        box = mailbox(server)
        box.open()
        (peeked,) = box.peek([1])
        assert peeked.header == b"Subject: x\r\n\r\n"
        assert peeked.parts == ()
        assert peeked.arrived_at.isoformat() == "2026-11-20T13:00:00+00:00"
        box.close()


def test_bodies_that_are_nil_are_left_out() -> None:
    script = {
        b"UID FETCH 1,2 (RFC822.SIZE)": SIZES,
        b"UID FETCH": fetched(1, b"BODY[] NIL") + fetched(2, b'BODY[] ""') + b"TAG OK done\r\n",
    }
    with ScriptedImap(script) as server:
        box = mailbox(server)
        box.open()
        assert list(box.fetch([1, 2])) == []
        box.close()


def test_without_move_only_our_own_messages_are_expunged() -> None:
    plain = b"TAG OK [CAPABILITY IMAP4rev1 UIDPLUS] done\r\n"
    with ScriptedImap({b"LOGIN": plain}) as server:
        box = mailbox(server)
        box.open()
        box.file([1, 2], Folder.PROCESSED)
        box.close()
    assert [line for line in server.heard if b"UID" in line] == [
        b'UID COPY 1:2 "Processed"',
        rb"UID STORE 1:2 +FLAGS.SILENT (\Deleted)",
        b"UID EXPUNGE 1:2",
    ]


def test_without_uidplus_nothing_is_expunged() -> None:
    with ScriptedImap({b"LOGIN": b"TAG OK [CAPABILITY IMAP4rev1] done\r\n"}) as server:
        box = mailbox(server)
        box.open()
        box.file([1], Folder.PROCESSED)
        box.close()
    assert not [line for line in server.heard if b"EXPUNGE" in line]


def test_without_keywords_the_flag_is_the_one_that_every_client_shows() -> None:
    with ScriptedImap() as server:
        box = mailbox(server)
        box.open()
        box.flag([1], "$Withheld")
        box.close()
    assert rb"UID STORE 1 +FLAGS.SILENT (\Flagged)" in server.heard


@pytest.mark.parametrize(
    ("idle", "heard"),
    [
        (b"+ idling\r\n* 3 EXISTS\r\n", True),
        (b"* 3 EXISTS\r\n+ idling\r\n", True),
        (b"+ idling\r\n* OK Still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n", False),
        (b"+ idling\r\n* OK Still here\r\n* 3 EXISTS\r\n", True),
    ],
)
def test_idle_hears_news_and_nothing_else(idle: bytes, heard: bool) -> None:
    with ScriptedImap({b"IDLE": idle}) as server:
        box = mailbox(server)
        box.open()
        assert box.wait(timedelta(milliseconds=300)) is heard
        assert box.uids(0) == (1, 2)
        box.close()
    assert b"DONE" in server.heard


@pytest.mark.parametrize("end", [HANG_UP, b"* BYE canary\r\n", b"TAG NO canary\r\n", b"TAG BAD canary\r\n"])
def test_an_idle_that_ends_is_an_error(end: bytes) -> None:
    idle = end if end.startswith(b"TAG") else b"+ idling\r\n" + end
    with ScriptedImap({b"IDLE": idle}) as server:
        box = mailbox(server)
        box.open()
        with pytest.raises(MailboxError):
            box.wait(timedelta(seconds=3))
        box.close()


def test_idle_is_renewed() -> None:
    with ScriptedImap() as server:
        box = mailbox(server, idle_for=timedelta(milliseconds=50))
        box.open()
        for _ in range(6):
            assert box.wait(timedelta(milliseconds=30)) is False
        box.close()
    assert server.heard.count(b"IDLE") >= 2


def test_without_idle_the_wait_is_quiet() -> None:
    with ScriptedImap({b"LOGIN": b"TAG OK [CAPABILITY IMAP4rev1] done\r\n"}) as server:
        box = mailbox(server)
        box.open()
        assert box.wait(timedelta(milliseconds=50)) is False
        box.close()
    assert b"IDLE" not in server.heard


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        (b"TAG NO [AUTHENTICATIONFAILED] canary\r\n", True),
        (b"TAG NO canary\r\n", True),
        (b"TAG NO [UNAVAILABLE] canary\r\n", False),
        (b"TAG NO [INUSE] canary\r\n", False),
        (HANG_UP, False),
        (b"* BYE canary\r\n" + HANG_UP, False),
    ],
)
def test_only_a_refusal_of_the_password_is_permanent(answer: bytes, permanent: bool) -> None:
    with ScriptedImap({b"LOGIN": answer}) as server, pytest.raises(MailboxError) as error:
        mailbox(server).open()
    assert isinstance(error.value, MailboxRefusedError) is permanent
    assert "canary" not in str(error.value)


@pytest.mark.parametrize(
    ("greeting", "script"),
    [
        (b"* OK ready\r\n", {}),
        (b"* PREAUTH welcome\r\n", {}),
        (
            b"* OK ready\r\n",
            {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK\r\n", b"STARTTLS": b"TAG NO\r\n"},
        ),
        (
            b"* OK ready\r\n",
            {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK\r\n", b"STARTTLS": b"TAG OK\r\nx"},
        ),
    ],
    ids=["not offered", "preauth", "refused", "no TLS after it"],
)
def test_without_starttls_there_is_no_login(greeting: bytes, script: Mapping[bytes, bytes]) -> None:
    with ScriptedImap(script, greeting=greeting) as server, pytest.raises(MailboxError):
        mailbox(server, security=Security.STARTTLS).open()
    assert not [line for line in server.heard if line.startswith(b"LOGIN")]


def test_a_server_that_says_nothing_times_out() -> None:
    with ScriptedImap(greeting=b"") as server:
        began = time.monotonic()
        with pytest.raises(MailboxError):
            mailbox(server).open()
        assert time.monotonic() - began < 4


def test_a_wide_range_of_uids_is_asked_for_in_windows() -> None:
    select = b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4000000000] x\r\nTAG OK done\r\n"
    with ScriptedImap({b"SELECT": select}) as server:
        box = mailbox(server)
        box.open()
        assert box.uids(0) == (1, 2)
        assert box.uids(2) == ()
        box.close()
    searches = [line for line in server.heard if line.startswith(b"UID SEARCH")]
    assert 2 < len(searches) < 250
    assert searches[-1].endswith(b":*")
