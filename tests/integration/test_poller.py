"""The poller over a mailbox in memory: order, isolation, patience, baseline, strangers, filing."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import MailboxError, MailboxRefusedError, StoreError
from domain.ledger import Folder, LedgerEntry, MessageKey, Recorded, Recording
from domain.outbox import MailKind
from domain.outcome import Known, Outcome
from domain.ports import MailboxState
from ingest.cases import IntakeSettings
from ingest.child import ReadingChild, ReadingLimits
from ingest.poller import MOST_DROPS, Poller, PollerSettings
from store.memory import MemoryStore
from tests.fakes.clock import FakeClock, RunningClock
from tests.fakes.desk import FakeDesk
from tests.fakes.mailbox import MemoryMailbox, MemoryServer
from tests.fakes.readers import PlainReader

NAME = "reports"
HASH_SECRET = b"s" * 32


def mail(number: int, sender: str = "jane", subject: str = "Re: last week", text: str = "- did this") -> bytes:
    head = f"From: {sender}@agency.example\r\nSubject: {subject}\r\nMessage-ID: <{number}@agency.example>\r\n"
    return f"{head}\r\n{text} {number}\r\n".encode()


class Died(BaseException):
    """The process was killed here."""


@dataclass
class House:
    """A poller with all it needs."""

    clock: FakeClock = field(default_factory=FakeClock)
    server: MemoryServer = field(default_factory=MemoryServer)
    store: MemoryStore = field(default_factory=MemoryStore)
    reader: PlainReader = field(default_factory=PlainReader)
    dies_at: str = ""
    dead: bool = False
    pollers: list[Poller] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = FakeDesk(self.clock)

    def poller(self, **rest: object) -> Poller:
        rest = {"reader": self.reader, "desk": self.desk, "store": self.store, "clock": self.clock, **rest}
        poller = Poller(
            rest.pop("mailbox", None) or MemoryMailbox(self.server),
            name=NAME,
            intake=IntakeSettings(hash_secret=HASH_SECRET, most_bytes=rest.pop("most_bytes", 10_000_000)),
            at=self.at,
            **rest,
        )
        self.pollers.append(poller)
        return poller

    def at(self, step: str) -> None:
        if step == self.dies_at or self.dead:
            raise Died

    def entries(self) -> list[LedgerEntry]:
        return sorted(self.store.entries(limit=1000), key=lambda one: one.arrival.key.uid)

    def receipts(self) -> int:
        return sum(count for kind, _, count in self.store.outbox_counts() if kind is MailKind.RECEIPT)

    def count(self, folder: Folder) -> int:
        return len(self.server.contents(folder))


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


@pytest.mark.parametrize("step", ["begun", "read"])
def test_a_message_that_kills_three_times_is_shunted_and_others_flow(house: House, step: str) -> None:
    house.server.deliver(mail(1, text="poison"))
    house.dies_at = step
    for _ in range(3):
        with pytest.raises(Died):
            house.poller().poll_once()
    house.dies_at = ""
    house.server.deliver(mail(2))
    house.poller().poll_once()
    assert [entry.filing for entry in house.entries()] == [Folder.SHUNTED, Folder.PROCESSED]
    assert house.entries()[0].reason == "given up after 3 tries"


class Deadly(PlainReader):
    """Takes this process with it at a message that says so; nothing of ours runs after that."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house

    def read(self, raw: bytes, received_at: datetime, known: Known) -> Outcome:
        if b"kills" in raw:
            self.house.dead = True
            raise Died
        return super().read(raw, received_at, known)


def test_what_kills_us_is_given_up_at_its_own_third_try_and_takes_no_other_with_it(house: House) -> None:
    house.reader = Deadly(house)
    for number in range(40):
        house.server.deliver(mail(number, text="kills" if number in {17, 30} else "- did this"))
    deaths = 0
    for _ in range(12):
        try:
            house.poller().poll_once()
            break
        except Died:
            deaths += 1
            house.pollers[-1].close()  # its threads die with it
            house.dead = False
    reasons = {entry.arrival.key.uid - 1: entry.reason for entry in house.entries() if entry.reason}
    assert reasons == {17: "given up after 3 tries", 30: "given up after 3 tries"}
    assert deaths == 5
    assert house.receipts() == 38
    assert house.count(Folder.PROCESSED) == 38
    # What was in hand once more and nothing else: from then on each is taken alone and recorded at once.
    assert house.reader.read_count <= 38 + 38


def test_tries_and_recordings_of_a_batch_share_their_commits(house: House) -> None:
    house.store = Counting()
    for number in range(100):
        house.server.deliver(mail(number, "stranger" if number % 2 else "jane"))
    assert house.poller().poll_once().new == 100
    # A batch of 50: its tries, its strangers, its replies. One by one it would be 50 tries and 50 recordings.
    assert house.store.commits == {"begin_many": 2, "record_many": 4}


def test_what_the_reader_cannot_take_is_tried_three_times(house: House) -> None:
    house.reader = PlainReader(poison="time limit")
    house.server.deliver(mail(1, text="poison"))
    house.server.deliver(mail(2))
    poller = house.poller()
    assert poller.poll_once().new == 1
    assert poller.poll_once().new == 0
    assert house.reader.read_count == 2
    for _ in range(2):
        house.clock.move(timedelta(minutes=5))
        poller.poll_once()
    shunted, accepted = house.entries()
    assert (shunted.filing, shunted.reason) == (Folder.SHUNTED, "time limit")
    assert accepted.filing is Folder.PROCESSED
    assert house.reader.read_count == 4


def test_what_is_beyond_the_limits_of_mail_is_shunted_at_once(house: House) -> None:
    house.reader = PlainReader(poison="more than 600 parts")
    house.server.deliver(mail(1, text="poison"))
    house.poller().poll_once()
    assert house.entries()[0].reason == "more than 600 parts"


def test_a_header_that_cannot_be_read_costs_one_message(house: House) -> None:
    house.reader = PlainReader(hangs="time limit", crowded="more than 1000 recipients")
    for number, subject in enumerate(["fine", "hangs", "crowded", "no header", "fine"], 1):
        house.server.deliver(mail(number, subject=subject))
    house.server.hides_header = {4}
    poller = house.poller()
    assert poller.poll_once().new == 4
    for _ in range(2):
        house.clock.move(timedelta(minutes=5))
        poller.poll_once()
    assert [entry.reason for entry in house.entries()] == [
        "", "time limit", "more than 1000 recipients", "its header could not be fetched", "",
    ]  # fmt: skip
    assert house.count(Folder.SHUNTED) == 3


def test_a_message_that_our_code_can_never_take_stays_and_is_tried_ever_more_rarely(house: House) -> None:
    class Broken(FakeDesk):
        def decide(self, arrival: object, recognised: object, outcome: object) -> Recording:
            raise RuntimeError("canary")

    house.desk = Broken(house.clock)
    house.server.deliver(mail(1))
    house.server.deliver(mail(2, "stranger"))
    poller = house.poller()
    for _ in range(6):
        poller.poll_once()
        house.clock.move(timedelta(hours=2))
    assert house.count(Folder.INBOX) == 1
    assert house.count(Folder.STRANGERS) == 1


def test_a_message_that_is_too_large_is_not_fetched(house: House) -> None:
    house.server.deliver(mail(1, text="x" * 5000))
    mailbox = MemoryMailbox(house.server)
    house.poller(mailbox=mailbox, most_bytes=4000).poll_once()
    assert mailbox.fetched == []
    assert house.entries()[0].reason == "larger than 4000 bytes"


def test_a_mistake_of_ours_at_one_message_does_not_stop_the_next(house: House) -> None:
    house.desk = FakeDesk(house.clock, breaks=("odd",))
    house.server.deliver(mail(1, subject="odd"))
    house.server.deliver(mail(2))
    poller = house.poller()
    assert poller.poll_once().new == 1
    for _ in range(2):
        house.clock.move(timedelta(minutes=5))
        poller.poll_once()
    assert house.entries()[0].reason == "could not be decided (KeyError)"


def test_a_server_that_hangs_up_at_a_message_does_not_hide_the_others(house: House) -> None:
    for number in range(1, 6):
        house.server.deliver(mail(number))
    house.server.hangs_up_at = {2}
    poller = house.poller()
    for _ in range(MOST_DROPS + 1):
        with pytest.raises(MailboxError):
            poller.poll_once()
    assert house.count(Folder.PROCESSED) == 4
    poller.poll_once()
    shunted = [entry for entry in house.entries() if entry.filing is Folder.SHUNTED]
    assert [entry.reason for entry in shunted] == ["the server hangs up at it"]
    assert house.count(Folder.INBOX) == 0


def test_a_message_that_the_server_does_not_give_out_is_shunted_at_last(house: House) -> None:
    house.server.deliver(mail(1))
    house.server.deliver(mail(2))
    house.server.hides = {1}
    poller = house.poller()
    assert poller.poll_once().new == 1
    for _ in range(2):
        house.clock.move(timedelta(minutes=5))
        poller.poll_once()
    assert [entry.reason for entry in house.entries()] == ["it could not be fetched", ""]


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


class Sick(MemoryStore):
    """A store that cannot record some messages, or any."""

    bad: frozenset[int] = frozenset()
    down = False

    def record(self, recording: Recording) -> Recorded:
        if self.down or recording.entry.arrival.key.uid in self.bad:
            raise StoreError("disk full")
        return super().record(recording)


def test_one_message_that_the_store_refuses_does_not_stop_the_next(house: House) -> None:
    house.store = Sick()
    house.store.bad = frozenset({2})
    for number in range(5):
        house.server.deliver(mail(number))
    polled = house.poller().poll_once()
    assert polled.new + polled.known == 4
    assert house.receipts() == 4
    assert house.server.contents() == [mail(1)]


def test_a_store_that_is_down_moves_nothing(house: House) -> None:
    house.store = Sick()
    house.store.down = True
    for number in range(5):
        house.server.deliver(mail(number))
    poller = house.poller()
    with pytest.raises(StoreError):
        poller.poll_once()
    assert house.count(Folder.INBOX) == 5
    house.store.down = False
    house.clock.move(timedelta(minutes=2))
    poller.poll_once()
    assert house.count(Folder.PROCESSED) == 5
    assert house.receipts() == 5


def test_a_stop_ends_a_long_poll_between_batches(house: House) -> None:
    for number in range(200):
        house.server.deliver(mail(number))
    stop = threading.Event()
    stop.set()
    assert house.poller().poll_once(stop).new == 0


def test_a_lost_lease_stops_the_work(house: House) -> None:
    house.server.deliver(mail(1))
    assert house.poller(may_go_on=lambda: False).poll_once().new == 0


def test_hostile_mail_in_a_real_child(house: House) -> None:
    for number, deed in enumerate(["nothing", "!crash", "!raise", "!swell", "nothing"], 1):
        house.server.deliver(mail(number, text=deed))
    child = ReadingChild(
        ReadingLimits(seconds=20, processor_seconds=10, memory=500_000_000), reads="tests.fakes.readers:misbehave"
    )
    poller = house.poller(reader=child)
    for _ in range(3):
        poller.poll_once()
        house.clock.move(timedelta(minutes=5))
    child.close()
    assert [entry.reason for entry in house.entries()] == ["", "reader died", "reader failed", "memory limit", ""]
    assert house.count(Folder.SHUNTED) == 3


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
