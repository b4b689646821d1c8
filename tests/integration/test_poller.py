"""The poller over a mailbox in memory: order, baseline, strangers, filing, and running until it is told to stop."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import MailboxError, MailboxRefusedError
from domain.ledger import Folder, MessageKey, Recorded, Recording
from domain.ports import MailboxState
from ingest.poller import PollerSettings
from store.memory import MemoryStore
from tests.fakes.clock import RunningClock
from tests.fakes.mailbox import MemoryMailbox, MemoryServer
from tests.fakes.polling import NAME, Died, House, mail


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    for poller in made.pollers:
        poller.close()


def test_replies_are_read_recorded_and_filed(house: House) -> None:
    for number in range(120):
        house.server.deliver(mail(number))
    polled = house.poller().poll_once()
    assert polled.new == 120
    assert house.count(Folder.PROCESSED) == 120
    assert house.count(Folder.INBOX) == 0
    assert house.store.unfiled(NAME) == ()
    assert house.receipts() == 120
    assert house.store.cursor(NAME) == (house.server.uidvalidity, 120)
    entry = house.entries()[0]
    assert entry.arrival.digest is not None
    assert entry.arrival.provider_id is not None


def test_strangers_are_filed_without_a_download(house: House) -> None:
    for number in range(60):
        house.server.deliver(mail(number, "stranger"))
    house.server.deliver(mail(60))
    house.server.deliver(mail(61, "held"))
    mailbox = MemoryMailbox(house.server)
    house.poller(mailbox=mailbox).poll_once()
    assert mailbox.fetched == [61]
    assert (house.count(Folder.STRANGERS), house.count(Folder.HELD), house.count(Folder.PROCESSED)) == (60, 1, 1)
    assert house.entries()[0].arrival.digest is None
    assert house.reader.read_count == 1


def test_a_withheld_message_stays_flagged_and_is_left_alone(house: House) -> None:
    house.server.deliver(mail(1, subject="withheld"))
    mailbox = MemoryMailbox(house.server)
    poller = house.poller(mailbox=mailbox)
    poller.poll_once()
    house.clock.move(timedelta(hours=1))
    poller.poll_once()
    assert mailbox.fetched == [1]
    assert house.server.folders[Folder.INBOX][1].flags == {"$Withheld"}
    assert house.store.unfiled(NAME) == ()


def test_mail_from_before_the_first_round_is_left_where_it_is(house: House) -> None:
    now = datetime.now(UTC)
    house.server.deliver(mail(1), now - timedelta(days=400))
    house.server.deliver(mail(2), now - timedelta(hours=3))
    house.desk.since = None
    poller = house.poller()
    assert poller.poll_once().new == 0
    house.desk.since = now - timedelta(hours=1)
    house.server.deliver(mail(3))
    assert poller.poll_once().new == 1
    assert house.poller().poll_once().new == 0
    assert house.count(Folder.INBOX) == 2
    assert house.reader.read_count == 1


@pytest.mark.parametrize("step", ["peeked", "recognised", "begun", "read", "recording", "committed", "filed", "marked"])
def test_a_death_at_any_step_loses_and_doubles_nothing(house: House, step: str) -> None:
    for number in range(5):
        house.server.deliver(mail(number))
    house.dies_at = step
    with pytest.raises(Died):
        house.poller().poll_once()
    house.dies_at = ""
    house.poller().poll_once()
    assert house.receipts() == 5
    assert [entry.reason for entry in house.entries()] == [""] * 5
    assert house.count(Folder.PROCESSED) == 5
    assert house.store.unfiled(NAME) == ()


def test_tries_and_recordings_of_a_batch_share_their_commits(house: House) -> None:
    house.store = Counting()
    for number in range(100):
        house.server.deliver(mail(number, "stranger" if number % 2 else "jane"))
    assert house.poller().poll_once().new == 100
    # A batch of 50: its tries, its strangers, its replies. One by one it would be 50 tries and 50 recordings.
    assert house.store.commits == {"begin_many": 2, "record_many": 4}


def test_a_folder_that_refuses_leaves_mail_recorded_and_is_tried_again(house: House) -> None:
    house.server.refuses = {Folder.PROCESSED}
    for number in range(3):
        house.server.deliver(mail(number))
    poller = house.poller()
    assert poller.poll_once().new == 3
    house.clock.move(timedelta(minutes=11))
    poller.poll_once()
    assert house.reader.read_count == 3
    assert len([event for event in house.store.events() if event.what == "cannot file"]) == 1
    house.server.refuses.clear()
    house.clock.move(timedelta(minutes=11))
    poller.poll_once()
    assert house.count(Folder.PROCESSED) == 3
    assert house.store.unfiled(NAME) == ()


def test_a_change_of_uidvalidity_is_told_and_has_no_effects(house: House) -> None:
    house.server.refuses = {Folder.PROCESSED}
    for number in range(4):
        house.server.deliver(mail(number))
    poller = house.poller()
    poller.poll_once()
    house.server.change_uidvalidity()
    house.server.refuses.clear()
    with pytest.raises(MailboxError):
        poller.poll_once()
    assert poller.poll_once().known == 4
    assert house.receipts() == 4
    assert house.count(Folder.PROCESSED) == 4
    assert house.store.unfiled(NAME) == ()
    assert [event.what for event in house.store.events()][:1] == ["UIDVALIDITY changed"]


def test_mail_that_became_visible_late_is_found_by_the_sweep(house: House) -> None:
    house.server.deliver(mail(1))
    house.server.deliver(mail(2))
    late = house.server.folders[Folder.INBOX].pop(1)
    poller = house.poller()
    poller.poll_once()
    house.server.folders[Folder.INBOX][1] = late
    assert poller.poll_once().new == 0
    house.clock.move(timedelta(minutes=11))
    assert poller.poll_once().new == 1


def test_the_same_mail_twice_has_one_effect(house: House) -> None:
    house.server.deliver(mail(1))
    house.server.deliver(mail(1))
    house.server.deliver(mail(1, text="- something else"))
    polled = house.poller().poll_once()
    assert (polled.new, polled.known) == (2, 1)
    assert house.receipts() == 2
    assert house.count(Folder.PROCESSED) == 3


class Counting(MemoryStore):
    """Counts what commits."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: Counter[str] = Counter()

    def begin_many(self, keys: Sequence[MessageKey], now: datetime) -> Mapping[MessageKey, int]:
        self.commits["begin_many"] += 1
        return super().begin_many(keys, now)

    def record_many(self, recordings: Sequence[Recording]) -> tuple[Recorded, ...]:
        self.commits["record_many"] += 1
        return super().record_many(recordings)


def test_a_stop_ends_a_long_poll_between_batches(house: House) -> None:
    for number in range(200):
        house.server.deliver(mail(number))
    stop = threading.Event()
    stop.set()
    assert house.poller().poll_once(stop).new == 0


def test_a_lost_lease_stops_the_work(house: House) -> None:
    house.server.deliver(mail(1))
    assert house.poller(may_go_on=lambda: False).poll_once().new == 0


class Moody(MemoryMailbox):
    """Fails to open as often as it is told, with what it is told."""

    def __init__(self, server: MemoryServer, *moods: Exception) -> None:
        super().__init__(server)
        self.moods = list(moods)
        self.opened = 0

    def open(self) -> MailboxState:
        self.opened += 1
        if self.moods:
            raise self.moods.pop(0)
        return super().open()


def _running(house: House, mailbox: MemoryMailbox) -> tuple[threading.Event, threading.Thread]:
    stop = threading.Event()
    short = timedelta(milliseconds=20)
    settings = PollerSettings(poll_every=timedelta(seconds=30), listen=short, first_pause=short)
    poller = house.poller(mailbox=mailbox, clock=RunningClock(), settings=settings)
    thread = threading.Thread(target=poller.run, args=(stop,))
    thread.start()
    return stop, thread


def _until(happened: object, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_running_reads_what_comes_and_stops_when_told(house: House) -> None:
    stop, thread = _running(house, MemoryMailbox(house.server))
    for number in range(3):
        house.server.deliver(mail(number))
        _until(lambda done=number: house.count(Folder.PROCESSED) == done + 1)
    stop.set()
    thread.join(2)
    assert not thread.is_alive()


def test_running_connects_again_after_any_failure(house: House) -> None:
    mailbox = Moody(house.server, MailboxError("connection lost"), RuntimeError("our own mistake"))
    house.server.deliver(mail(1))
    stop, thread = _running(house, mailbox)
    _until(lambda: house.count(Folder.PROCESSED) == 1)
    house.server.drop_links()
    house.server.deliver(mail(2))
    _until(lambda: house.count(Folder.PROCESSED) == 2)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_refused_login_is_not_retried_fast(house: House) -> None:
    mailbox = Moody(house.server, *[MailboxRefusedError("login: refused")] * 50)
    stop, thread = _running(house, mailbox)
    time.sleep(0.3)
    assert mailbox.opened == 1
    (told,) = house.store.events()
    assert (told.what, told.reason) == ("mailbox refused", "login: refused")
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_filings_of_another_uidvalidity_are_let_go(house: House) -> None:
    house.server.refuses = {Folder.PROCESSED}
    house.server.deliver(mail(1))
    house.poller().poll_once()
    house.server.folders[Folder.INBOX].clear()
    house.server.change_uidvalidity()
    house.server.deliver(mail(2))
    house.server.refuses.clear()
    house.poller().poll_once()
    assert house.server.contents(Folder.PROCESSED) == [mail(2)]
    assert house.store.unfiled(NAME) == ()
    assert house.store.recorded(NAME, house.server.uidvalidity, [1]) == frozenset({1})
    assert MessageKey(mailbox=NAME, uidvalidity=house.server.uidvalidity - 1, uid=1) is not None
