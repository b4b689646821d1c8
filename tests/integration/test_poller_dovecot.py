"""The poller on a real Dovecot, with SQLite and the real reader in its child: the whole way in."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from domain.ledger import Folder
from domain.ports import Store
from ingest.cases import IntakeSettings
from ingest.child import ReadingChild, ReadingPool
from ingest.poller import Poller, PollerSettings
from store.engine import open_store
from tests.fakes.clock import RunningClock
from tests.fakes.desk import FakeDesk
from tests.servers.dovecot import Dovecot

NAME = "reports"
SHORT = timedelta(milliseconds=50)
LINE = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n"


def mail(number: int, sender: str = "jane", subject: str = "Re: last week") -> bytes:
    head = f"From: {sender}@agency.example\r\nSubject: {subject}\r\nMessage-ID: <{number}@agency.example>\r\n"
    return f"{head}\r\n- wrote the canary {number}\r\n- read it\r\n".encode()


@dataclass
class House:
    """A poller with all it needs."""

    dovecot: Dovecot
    user: str
    store: Store
    reader: ReadingPool
    clock: RunningClock = field(default_factory=RunningClock)
    pollers: list[Poller] = field(default_factory=list)

    def poller(self, **rest: object) -> Poller:
        made = Poller(
            self.dovecot.mailbox(self.user),
            name=NAME,
            store=self.store,
            desk=FakeDesk(self.clock),
            reader=self.reader,
            clock=self.clock,
            intake=IntakeSettings(hash_secret=b"s" * 32),
            settings=PollerSettings(poll_every=timedelta(seconds=20), listen=SHORT, first_pause=SHORT, **rest),
        )
        self.pollers.append(made)
        return made

    def count(self, folder: Folder) -> int:
        return len(self.dovecot.contents(self.user, folder.value))

    def effects(self) -> Counter[str]:
        claimed = self.store.claim("count", now=self.clock.now(), limit=10_000, lease=timedelta(0))
        return Counter(one.mail.content.decode() for one in claimed)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReadingPool]:
    pool = ReadingPool((ReadingChild(), ReadingChild()))
    yield pool
    pool.close()


@pytest.fixture
def house(dovecot: Dovecot, reader: ReadingPool, tmp_path: Path) -> Iterator[House]:
    store = open_store(f"sqlite:///{tmp_path}/bulletin.db", create=True)
    made = House(dovecot, dovecot.new_user(), store, reader)
    yield made
    for poller in made.pollers:
        poller.close()
    store.close()


def until(happened: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_everything_finds_its_place(house: House, tmp_path: Path) -> None:
    large = (
        mail(5).partition(b"\r\n\r\n")[0]
        + b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=XX\r\n\r\n"
        b"--XX\r\nContent-Type: text/plain\r\n\r\n- did this\r\n--XX\r\nContent-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + LINE * 100_000
        + b"--XX--\r\n"
    )
    house.dovecot.deliver(house.user, mail(1), mail(2, "stranger"), mail(3, "held"), mail(4, subject="withheld"), large)
    poller = house.poller()
    began = time.monotonic()
    assert poller.poll_once().new == 5
    assert time.monotonic() - began < 20
    assert {folder: house.count(folder) for folder in Folder} == {
        Folder.INBOX: 1, Folder.PROCESSED: 2, Folder.REJECTED: 0, Folder.WITHHELD: 0, Folder.STRANGERS: 1,
        Folder.SHUNTED: 0, Folder.HELD: 1,
    }  # fmt: skip
    assert "$Withheld" in house.dovecot.flags(house.user)[0]
    assert "Seen" not in house.dovecot.flags(house.user)[0]
    assert poller.quota is not None
    assert poller.poll_once().new == 0
    assert b"canary" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_change_of_uidvalidity_has_no_effects(house: House) -> None:
    house.dovecot.deliver(house.user, *[mail(number, subject="withheld") for number in range(3)], mail(3))
    poller = house.poller()
    assert poller.poll_once().new == 4
    house.dovecot.change_uidvalidity(house.user)
    again = house.poller()
    polled = again.poll_once()
    assert (polled.new, polled.known) == (0, 3)
    assert house.store.events(limit=1)[0].what == "UIDVALIDITY changed"
    assert all("$Withheld" in flags for flags in house.dovecot.flags(house.user))
    assert again.poll_once().known == 0


def test_kicks_and_restarts_lose_and_double_nothing(house: House) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=house.poller(sweep_every=timedelta(seconds=1)).run, args=(stop,))
    thread.start()
    rng = random.Random(7)
    for number in range(0, 60, 6):
        house.dovecot.deliver(house.user, *[mail(number + one) for one in range(6)])
        time.sleep(rng.uniform(0, 0.15))
        if number == 30:
            house.dovecot.restart()
        else:
            house.dovecot.kick(house.user)
    until(lambda: house.count(Folder.PROCESSED) == 60)
    until(lambda: not house.store.unfiled(NAME))
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert house.effects() == Counter({f"<{number}@agency.example>": 1 for number in range(60)})
    assert house.count(Folder.INBOX) == 0


def test_news_is_heard_at_once(house: House) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=house.poller().run, args=(stop,))
    thread.start()
    house.dovecot.deliver(house.user, mail(1))
    until(lambda: house.count(Folder.PROCESSED) == 1)
    house.dovecot.deliver(house.user, mail(2))
    began = time.monotonic()
    until(lambda: house.count(Folder.PROCESSED) == 2)
    assert time.monotonic() - began < 10
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
