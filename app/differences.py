"""What an import would change, person by person, as far as a person can read it: the first few of each kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from app.tending import everybody
from domain.employee import Employee
from domain.ports import RosterStore

MOST_COMPARED = 20_000
"""Rows of a file that are kept in memory for this; of a larger one only the numbers are told."""

MOST_SHOWN = 20


@dataclass(slots=True)
class Watched:
    """The good rows of a file by line, until there are too many of them."""

    rows: dict[int, Employee] | None = field(default_factory=dict)

    def pass_on(self, rows: Iterator[tuple[int, Employee]]) -> Iterator[tuple[int, Employee]]:
        """The same rows, remembered."""
        for line, employee in rows:
            if self.rows is not None:
                self.rows[line] = employee
                if len(self.rows) > MOST_COMPARED:
                    self.rows = None
            yield line, employee

    def leave_out(self, lines: set[int]) -> None:
        """These are not imported after all."""
        for line in lines if self.rows is not None else ():
            assert self.rows is not None
            self.rows.pop(line, None)


def differences(store: RosterStore, watched: Watched) -> Iterator[str]:
    """`dropped E17 Jane Doe`, `changed E18: unit A to B`, `added E19 …`: the first few of each kind."""
    if watched.rows is None:
        return
    new = {employee.id: employee for employee in watched.rows.values()}
    shown = {"dropped": 0, "changed": 0, "added": 0}

    def line(kind: str, words: str) -> Iterator[str]:
        shown[kind] += 1
        if shown[kind] <= MOST_SHOWN:
            yield f"{kind} {words}"

    for before in everybody(store):
        after = new.pop(before.id, None)
        if after is None:
            yield from line("dropped", f"{before.id} {before.name}")
        elif changed := changes(before, after):
            yield from line("changed", f"{before.id}: {'; '.join(f'{name} {told}' for name, told in changed.items())}")
    for added in new.values():
        yield from line("added", f"{added.id} {added.name}")
    for kind, count in shown.items():
        if count > MOST_SHOWN:
            yield f"{kind}: {count - MOST_SHOWN} more"


def changes(before: Employee, after: Employee) -> Mapping[str, str]:
    """What differs, by field. A file that names no day back leaves the one we know."""
    found: dict[str, str] = {}
    for one in fields(Employee):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if old != new and not (one.name == "away_until" and new is None):
            found[one.name.removesuffix("_id").replace("_", " ")] = f"{_words(old)} to {_words(new)}"
    return found


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "none"
    return str(value) if value else "none"
