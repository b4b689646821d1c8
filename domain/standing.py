"""A Standing: where a Prompt is. It describes the answer, never the person."""

from enum import StrEnum


class Standing(StrEnum):
    """The standings of a Prompt, with what each says of it."""

    AWAITING = "awaiting"
    ANSWERED = "answered"
    LATE = "late"
    SENSITIVE = "sensitive"
    DECLINED = "declined"
    NEEDS_FIX = "needs_fix"
    WITHHELD = "withheld"
    AWAY = "away"
    EXEMPT = "exempt"
    UNDELIVERABLE = "undeliverable"
    COVERED = "covered"

    @property
    def settled(self) -> bool:
        """Whether an answer that counts is in; a later refused try does not undo it."""
        return self in SETTLED


SETTLED = frozenset({Standing.ANSWERED, Standing.LATE, Standing.SENSITIVE, Standing.DECLINED, Standing.COVERED})


def replaces(present: Standing, new: Standing) -> bool:
    """Whether `new` may take the place of `present`.

    The last good reply wins, so a settled Prompt changes only to another settled one; a withheld reply stays visible
    until a good one comes or an officer decides, and nobody who answered becomes `away` or `undeliverable`.
    """
    if new.settled:
        return True
    if present.settled:
        return False
    if new is Standing.WITHHELD:
        return True
    if present is Standing.WITHHELD:
        return False
    if new is Standing.NEEDS_FIX:
        return True
    return present is not Standing.NEEDS_FIX
