"""The port of leases and of the Policies of Units."""

from datetime import timedelta
from typing import Protocol

from domain.ledger import Event
from domain.policy import PolicyChange


class LeaseStore(Protocol):
    """Leases by name on the database's clock, and the Policies of Units."""

    def acquire(self, name: str, owner: str, ttl: timedelta) -> int | None:
        """Take or renew a lease; its epoch, or None while another owner holds it. A new owner gets a higher epoch."""
        ...

    def release(self, name: str, owner: str) -> None: ...

    def policies(self) -> tuple[PolicyChange, ...]: ...

    def set_policy(self, change: PolicyChange, event: Event) -> None: ...
