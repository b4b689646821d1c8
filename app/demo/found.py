"""What the program made of each Reaction, and how that differs from what it should have made of it."""

from dataclasses import dataclass

from app.demo.reactions import Answer, Reaction
from domain.ledger import Folder, LedgerEntry
from domain.origin import Origin
from domain.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of one Reaction. `entry` is None where the Ledger has nothing of it."""

    reaction: Reaction
    name: str
    at: str
    entry: LedgerEntry | None
    standing: Standing | None
    answer: Answer
    bullets: tuple[str, ...]
    lies_in: Folder | None

    @property
    def outcome(self) -> str:
        """In a word or two."""
        if self.entry is None:
            return "nothing"
        if self.entry.decision is not None:
            return self.entry.decision.value
        if self.entry.identity in {"held", "stranger"} and self.entry.origin in {None, Origin.PERSON}:
            return self.entry.identity
        return self.entry.origin.value if self.entry.origin is not None else self.entry.identity

    @property
    def reason(self) -> str:
        """Why, in words of the Ledger. Nothing of a withheld reply but that it was."""
        entry = self.entry
        if entry is None:
            return "the Ledger does not know it"
        hints = [f"{finding.rule}: {finding.hint}" if finding.hint else finding.rule for finding in entry.findings]
        known = f"sender {entry.identity}" if entry.identity not in {"none", "held", "stranger"} else ""
        return "; ".join(part for part in (*hints, entry.reason, known) if part)

    @property
    def differences(self) -> tuple[str, ...]:
        """Where this is not what it should be; none if all is well."""
        if self.entry is None:
            return ("it is not in the ledger",)
        want, entry = self.reaction.expected, self.entry
        pairs: list[tuple[str, object, object]] = [
            ("folder", want.folder, self.lies_in),
            ("verdict", want.decision, entry.decision),
            ("answer", want.answer, self.answer),
        ]
        pairs += _given("origin", want.origin, entry.origin)
        pairs += _given("standing", want.standing, self.standing)
        pairs += _given("bullets", want.bullets, self.bullets)
        return tuple(
            f"{name} is {shown(is_)}, should be {shown(should)}" for name, should, is_ in pairs if should != is_
        )


def _given(name: str, should: object, is_: object) -> list[tuple[str, object, object]]:
    return [] if should is None else [(name, should, is_)]


def shown(value: object) -> str:
    """A value as people read it."""
    if isinstance(value, tuple):
        return f"{len(value)} ({' | '.join(str(each) for each in value)})"
    return "none" if value is None else str(value)
