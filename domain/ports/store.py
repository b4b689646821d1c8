"""The port of all that is kept."""

from typing import Protocol

from domain.ports.arrangements import ArrangementStore
from domain.ports.leases import LeaseStore
from domain.ports.ledger import LedgerStore
from domain.ports.outbox import OutboxStore
from domain.ports.retention import RetentionStore
from domain.ports.roster import RosterStore
from domain.ports.rounds import RoundStore
from domain.ports.tallies import TallyStore


class Store(
    RosterStore,
    RoundStore,
    OutboxStore,
    LedgerStore,
    LeaseStore,
    ArrangementStore,
    TallyStore,
    RetentionStore,
    Protocol,
):
    """All that is kept. One memory store and one SQL store (SQLite and PostgreSQL) pass the same contract suite.

    Every method is one transaction and safe from any thread; what fails is a StoreError.
    """

    def close(self) -> None: ...
