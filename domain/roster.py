"""The Roster: who is asked and who supervises whom, at one moment; and what an import finds or changes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFault:
    """A row that cannot be imported: its line (the header is line 1), the field, and why."""

    line: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """What an import would do or did, in people."""

    added: int
    changed: int
    same: int
    dropped: int
    before: int

    @property
    def drops_many(self) -> bool:
        """Whether more than a tenth of the people would go: the sign of a cut-off file."""
        return self.dropped * 10 > self.before
