"""What every Mailbox does: one suite over the fake and over IMAP to a real Dovecot, with and without its extensions."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import MailboxError
from domain.ledger import Folder
from domain.ports import Mailbox
from tests.fakes.mailbox import MemoryMailbox, MemoryServer

MAIL = b"From: jane@agency.example\r\nSubject: Re: last week\r\n\r\n- did this\r\n"
LINE = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n"
LARGE = (
    b"From: jane@agency.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=XX\r\n\r\n"
    b"--XX\r\nContent-Type: text/plain\r\n\r\n- did this\r\n"
    b'--XX\r\nContent-Type: application/pdf; name="report.pdf"\r\n'
    b'Content-Disposition: attachment; filename="report.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    + LINE * 2000
    + b"--XX--\r\n"
)
SOON = timedelta(seconds=5)


@dataclass
class World:
    """A mailbox, and the server behind it as its owner sees it."""

    mailbox: Mailbox
    deliver: Callable[..., Any]
    contents: Callable[[Folder], list[bytes]]
    flags: Callable[[], list[str]]
    drop: Callable[[], Any]
    remove_first: Callable[[], Any]
    change_uidvalidity: Callable[[], Any]


@pytest.fixture(params=["memory", "dovecot", "dovecot without MOVE"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        return _memory()
    world = _dovecot(request.getfixturevalue("dovecot"))
    if request.param.endswith("MOVE"):
        world.mailbox = _WithoutMove(world.mailbox)
    return world


def _memory() -> World:
    server = MemoryServer()
    inbox = server.folders[Folder.INBOX]
    return World(
        mailbox=MemoryMailbox(server),
        deliver=server.deliver,
        contents=server.contents,
        flags=lambda: [" ".join(one.flags) for one in server.folders[Folder.INBOX].values()],
        drop=server.drop_links,
        remove_first=lambda: inbox.pop(min(inbox)),
        change_uidvalidity=server.change_uidvalidity,
    )


def _dovecot(server: Any) -> World:
    user = server.new_user()

    def remove_first() -> None:
        with server.login(user) as other:
            other.select()
            other.store("1", "+FLAGS", r"(\Deleted)")
            other.expunge()

    return World(
        mailbox=server.mailbox(user),
        deliver=lambda raw, at=None: server.append(user, raw, at=at),
        contents=lambda folder: server.contents(user, folder.value),
        flags=lambda: server.flags(user),
        drop=lambda: server.kick(user),
        remove_first=remove_first,
        change_uidvalidity=lambda: server.change_uidvalidity(user),
    )


class _WithoutMove:
    """The same mailbox on a server that has no MOVE."""

    def __init__(self, mailbox: Any) -> None:
        self._mailbox = mailbox

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mailbox, name)

    def open(self) -> Any:
        state = self._mailbox.open()
        self._mailbox._capabilities -= {b"MOVE"}
        return state


def test_new_mail_has_ascending_uids(world: World) -> None:
    assert world.mailbox.open().exists == 0
    assert world.mailbox.uids(0) == ()
    world.deliver(MAIL)
    world.deliver(MAIL)
    first, second = world.mailbox.uids(0)
    assert first < second
    assert world.mailbox.uids(first) == (second,)
    assert world.mailbox.uids(second) == ()


def test_old_mail_can_be_left_out(world: World) -> None:
    now = datetime.now(UTC)
    world.deliver(MAIL, now - timedelta(days=30))
    world.deliver(MAIL, now)
    world.mailbox.open()
    old, new = world.mailbox.uids(0)
    assert world.mailbox.uids(0, since=now) == (new,)
    (peeked,) = world.mailbox.peek([old])
    assert peeked.arrived_at < now - timedelta(days=29)


def test_looking_tells_all_and_sets_no_flag(world: World) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    world.deliver(MAIL)
    world.mailbox.open()
    (peeked,) = world.mailbox.peek(world.mailbox.uids(0))
    assert peeked.size == len(MAIL)
    assert peeked.header.startswith(b"From: jane@agency.example\r\n")
    assert b"did this" not in peeked.header
    assert before <= peeked.arrived_at <= datetime.now(UTC) + timedelta(seconds=2)
    assert peeked.arrived_at.tzinfo is UTC
    assert peeked.provider_id
    assert peeked.parts == ()
    assert list(world.mailbox.fetch([peeked.uid])) == [(peeked.uid, MAIL)]
    assert "Seen" not in world.flags()[0]


def test_what_is_gone_is_left_out(world: World) -> None:
    world.deliver(MAIL)
    world.deliver(MAIL + b"second\r\n")
    world.mailbox.open()
    gone, there = world.mailbox.uids(0)
    world.remove_first()
    assert [one.uid for one in world.mailbox.peek([gone, there])] == [there]
    assert list(world.mailbox.fetch([gone, there])) == [(there, MAIL + b"second\r\n")]
    world.mailbox.flag([gone, there], "$Withheld")
    world.mailbox.file([gone, there], Folder.PROCESSED)
    world.mailbox.file([gone, there], Folder.PROCESSED)
    assert world.contents(Folder.PROCESSED) == [MAIL + b"second\r\n"]


def test_large_files_are_named_but_not_fetched(world: World) -> None:
    world.deliver(LARGE)
    world.mailbox.open()
    (peeked,) = world.mailbox.peek(world.mailbox.uids(0))
    assert peeked.size == len(LARGE)
    (part,) = peeked.parts
    assert (part.content_type, part.disposition, part.filename) == ("application/pdf", "attachment", "report.pdf")
    assert part.size > 100_000
    ((_, raw),) = world.mailbox.fetch([peeked.uid])
    assert len(raw) < 6_000
    assert b"- did this" in raw
    assert b"report.pdf" in raw
    assert raw.rstrip().endswith(b"--XX--")


@pytest.mark.parametrize("folder", [folder for folder in Folder if folder is not Folder.INBOX])
def test_every_folder_takes_mail(world: World, folder: Folder) -> None:
    world.deliver(MAIL)
    world.deliver(MAIL + b"stays\r\n")
    world.mailbox.open()
    world.mailbox.file(world.mailbox.uids(0)[:1], folder)
    assert world.contents(folder) == [MAIL]
    assert world.contents(Folder.INBOX) == [MAIL + b"stays\r\n"]


def test_a_flag_is_set_in_place(world: World) -> None:
    world.deliver(MAIL)
    world.deliver(MAIL)
    world.mailbox.open()
    world.mailbox.flag(world.mailbox.uids(0)[1:], "$Withheld")
    world.mailbox.file(world.mailbox.uids(0), Folder.INBOX)
    first, second = world.flags()
    assert "$Withheld" not in first
    assert "$Withheld" in second


def test_waiting_hears_of_new_mail(world: World) -> None:
    world.mailbox.open()
    assert world.mailbox.wait(timedelta(milliseconds=50)) is False
    late = threading.Timer(0.1, world.deliver, [MAIL])
    late.start()
    began = time.monotonic()
    heard = False
    while not heard and time.monotonic() - began < 10:
        heard = world.mailbox.wait(timedelta(milliseconds=300))
    assert heard
    assert len(world.mailbox.uids(0)) == 1
    late.join()


def test_a_dropped_link_is_an_error_and_opens_again(world: World) -> None:
    world.mailbox.open()
    assert world.mailbox.wait(timedelta(0)) is False
    world.drop()
    with pytest.raises(MailboxError):
        world.mailbox.wait(SOON)
    with pytest.raises(MailboxError):
        world.mailbox.uids(0)
    world.deliver(MAIL)
    assert world.mailbox.open().exists == 1


def test_nothing_works_before_opening_or_after_closing(world: World) -> None:
    with pytest.raises(MailboxError):
        world.mailbox.uids(0)
    world.mailbox.open()
    world.mailbox.close()
    world.mailbox.close()
    with pytest.raises(MailboxError):
        list(world.mailbox.peek([1]))
    with pytest.raises(MailboxError):
        world.mailbox.wait(SOON)


def test_a_change_of_uidvalidity_keeps_the_provider_id(world: World) -> None:
    world.deliver(MAIL)
    world.deliver(MAIL)
    before = world.mailbox.open()
    world.mailbox.file(world.mailbox.uids(0)[:1], Folder.PROCESSED)
    (known,) = world.mailbox.peek(world.mailbox.uids(0))
    world.change_uidvalidity()
    with pytest.raises(MailboxError):
        world.mailbox.uids(0)
    assert world.mailbox.open().uidvalidity != before.uidvalidity
    (again,) = world.mailbox.peek(world.mailbox.uids(0))
    assert again.provider_id == known.provider_id


def test_quota_is_told(world: World) -> None:
    world.mailbox.open()
    quota = world.mailbox.quota()
    assert quota is not None
    assert 0 <= quota.used < quota.limit


NAMED = b"From: jane@agency.example\r\nMessage-ID: <%d@agency.example>\r\n\r\n- did this\r\n"


def test_a_message_is_found_wherever_it_was_filed(world: World) -> None:
    now = datetime.now(UTC)
    for number, days in ((1, 0), (2, 0), (3, 30)):
        world.deliver(NAMED % number, now - timedelta(days=days))
    world.mailbox.open()
    first, *_ = peeked = list(world.mailbox.peek(world.mailbox.uids(0)))
    assert first.provider_id is not None
    assert world.mailbox.with_provider_id(first.provider_id) == (first.uid,)
    assert sorted(world.mailbox.message_ids(around=now)) == [
        (peeked[0].uid, "<1@agency.example>"),
        (peeked[1].uid, "<2@agency.example>"),
    ]
    world.mailbox.file([first.uid], Folder.HELD)
    assert world.mailbox.with_provider_id(first.provider_id) == ()
    assert world.mailbox.select(Folder.HELD).exists == 1
    (uid,) = world.mailbox.with_provider_id(first.provider_id) or ()
    assert list(world.mailbox.message_ids(around=now)) == [(uid, "<1@agency.example>")]
    assert [one.arrived_at for one in world.mailbox.peek([uid])] == [first.arrived_at]
    assert list(world.mailbox.fetch([uid])) == [(uid, NAMED % 1)]
    world.mailbox.file([uid], Folder.PROCESSED)
    assert world.contents(Folder.PROCESSED) == [NAMED % 1]
    assert world.mailbox.open().exists == 2
    assert world.mailbox.with_provider_id("emailid:M0") is None


def test_a_flag_is_taken_away(world: World) -> None:
    world.deliver(MAIL)
    world.mailbox.open()
    world.mailbox.flag(world.mailbox.uids(0), "$Withheld")
    world.mailbox.flag(world.mailbox.uids(0), "$Withheld", on=False)
    assert "$Withheld" not in world.flags()[0]


@pytest.mark.parametrize("folder", [Folder.INBOX, Folder.WITHHELD])
def test_what_is_erased_is_gone_and_nothing_else(world: World, folder: Folder) -> None:
    for number in (1, 2, 3):
        world.deliver(NAMED % number)
    world.mailbox.open()
    world.mailbox.file(world.mailbox.uids(0), folder)
    world.mailbox.select(folder)
    one, _, three = world.mailbox.uids(0)
    assert world.mailbox.erase([one, three, three + 100])
    assert world.mailbox.erase([])
    assert world.contents(folder) == [NAMED % 2]
