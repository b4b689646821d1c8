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
