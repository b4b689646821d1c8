"""What the Roster should have mended, in lines for the personnel office."""

from collections.abc import Iterator
from functools import lru_cache

from domain.employee import Employee, EmployeeId
from domain.ports import RosterStore
from domain.unit import ROOT

PAGE = 1000
CACHED = 20_000


def everybody(store: RosterStore) -> Iterator[Employee]:
    """The active Employees in id order, a page at a time."""
    after: EmployeeId | None = None
    while page := store.employees(ROOT, after=after, limit=PAGE):
        yield from page
        after = page[-1].id


def tend(store: RosterStore) -> Iterator[str]:
    """One line for each thing to mend: supervisors who are gone or cannot be written to, addresses of several people."""

    @lru_cache(maxsize=CACHED)
    def reachable(supervisor_id: EmployeeId) -> bool:
        supervisor = store.employee(supervisor_id)
        return supervisor is not None and supervisor in store.employees_at(supervisor.address)

    tops = 0
    for person in everybody(store):
        if person.supervisor_id is None:
            tops += 1
        elif not reachable(person.supervisor_id):
            yield f"{person.id}: supervisor {person.supervisor_id} is not in the roster any more"
        sharing = [other.id for other in store.employees_at(person.address) if other.owns(person.address)]
        if len(sharing) > 1 and person.id == min(sharing):
            yield f"{person.address}: belongs to {', '.join(sharing)}"
    if tops == 0 and store.head_counts():
        yield "nobody is without a supervisor: there is no top"
