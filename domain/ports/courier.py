"""The port of the relay that takes our mail."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from domain.outbox import Attempt, OutboundMail


class Courier(Protocol):
    """A connection to the relay, reused from mail to mail."""

    async def deliver(self, mail: OutboundMail, *, before_data: Callable[[], Awaitable[bool]]) -> Attempt:
        """Give one mail to the relay.

        `before_data` is awaited when the relay has accepted sender and recipient and before a byte of content goes
        out; False stops the delivery (the lease was lost). Never raises for what the relay or the link does: that is
        the Attempt.
        """
        ...

    async def close(self) -> None: ...
