"""The port of what expires."""

from collections.abc import Sequence
from typing import Protocol

from domain.retention import Expired, Kept, Key, Look, Terms


class RetentionStore(Protocol):
    """What is kept of each class, and taking away what was kept for long enough."""

    def expired(self, what: Kept, terms: Terms, *, after: Key | None = None, limit: int = 1000) -> Look:
        """Look at `limit` rows of a class, the oldest first, for what has expired. Changes nothing.

        Never found are: anything of a Round that is not finished, a withheld message that no officer decided, a message
        that is still to be filed away, mail that may still go, and a Prompt of which anything else is left.
        """
        ...

    def purge(self, what: Kept, found: Sequence[Expired]) -> int:
        """Take these away in one transaction, but for what meanwhile must stay; how many went.

        Of a Ledger entry its place, time, provider's id and keyed hash stay, so that the message is known if it comes
        again; of Prompts their counters. Neither has text, names or ids of people.
        """
        ...
