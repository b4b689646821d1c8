"""A poller over a mailbox and a store in memory, which may die at any step."""

from dataclasses import dataclass, field

from domain.ledger import Folder, LedgerEntry
from domain.outbox import MailKind
from ingest.cases import IntakeSettings
from ingest.poller import Poller
from store.memory import MemoryStore
from tests.fakes.clock import FakeClock
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
