"""The ports: what the house asks of the world, as Protocols. Each has a real side and a fake that passes its contract suite."""

from domain.ports.arrangements import ArrangementStore
from domain.ports.clock import Clock
from domain.ports.courier import Courier
from domain.ports.leases import LeaseStore
from domain.ports.ledger import LedgerStore
from domain.ports.mailbox import Fetched, Mailbox, MailboxState, Quota
from domain.ports.outbox import OutboxStore
from domain.ports.retention import RetentionStore
from domain.ports.roster import RosterStore
from domain.ports.rounds import RoundStore
from domain.ports.store import Store
from domain.ports.tallies import TallyStore

__all__ = [
    "ArrangementStore",
    "Clock",
    "Courier",
    "Fetched",
    "LeaseStore",
    "LedgerStore",
    "Mailbox",
    "MailboxState",
    "OutboxStore",
    "Quota",
    "RetentionStore",
    "RosterStore",
    "RoundStore",
    "Store",
    "TallyStore",
]
