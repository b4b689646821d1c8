"""What goes wrong at one message costs no other: readers that die, servers that hang up, a store that refuses."""

import io
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
import structlog

from domain.errors import MailboxError, StoreError
from domain.ledger import Folder, Recorded, Recording
from domain.message import Message
from domain.outcome import Known, Outcome
from domain.ports import Clock
from ingest.child import ReadingChild, ReadingLimits
from ingest.poller import MOST_DROPS
from store.memory import MemoryStore
from tests.fakes.desk import FakeDesk
from tests.fakes.mailbox import MemoryMailbox
from tests.fakes.polling import Died, House, mail
from tests.fakes.readers import PlainReader


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    for poller in made.pollers:
        poller.close()


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What is logged, whatever level and place an earlier test of this process has left behind."""
    before = structlog.get_config()
    stream = io.StringIO()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
    )
    yield stream
    structlog.configure(**before)


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


class Unprepared(FakeDesk):
    """A desk that cannot ask for many at once."""

    def __init__(self, clock: Clock, trouble: Exception) -> None:
        super().__init__(clock)
        self.trouble = trouble

    def expect(self, headers: Sequence[Message] = ()) -> None:
        raise self.trouble


@pytest.mark.parametrize("trouble", [KeyError("our own mistake"), StoreError("gone")])
def test_what_cannot_be_asked_for_together_is_asked_for_alone(
    house: House, trouble: Exception, told: io.StringIO
) -> None:
    house.desk = Unprepared(house.clock, trouble)
    house.server.deliver(mail(1))
    house.server.deliver(mail(2))
    assert house.poller().poll_once().new == 2
    assert "not_foreseen" in told.getvalue()
    assert "our own mistake" not in told.getvalue()


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
