"""What the Roster should have mended, in lines for the personnel office."""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from domain.employee import Employee, EmployeeId
from domain.ledger import PromptKey
from domain.ports import RosterStore, Store
from domain.standing import Standing
from domain.unit import ROOT

PAGE = 1000
CACHED = 20_000
MOST_FAILURES = 100_000
SEVERAL = 2
UNHEARD = frozenset({Standing.AWAITING, Standing.UNDELIVERABLE, Standing.AWAY, Standing.EXEMPT})


def everybody(store: RosterStore) -> Iterator[Employee]:
    """The active Employees in id order, a page at a time."""
    for page in _pages(store):
        yield from page


def _pages(store: RosterStore) -> Iterator[tuple[Employee, ...]]:
    after: EmployeeId | None = None
    while page := store.employees(ROOT, after=after, limit=PAGE):
        yield page
        after = page[-1].id


def tend(store: Store) -> Iterator[str]:
    """One line for each thing to mend.

    Supervisors who are gone or cannot be written to, addresses that are not there or belong to several people, and
    those whom mail did not reach Round after Round.
    """

    @lru_cache(maxsize=CACHED)
    def reachable(supervisor_id: EmployeeId) -> bool:
        supervisor = store.employee(supervisor_id)
        return supervisor is not None and supervisor in store.employees_at(supervisor.address)

    tops = 0
    missed = _missed(store)
    for page in _pages(store):
        dead = store.dead_addresses([person.id for person in page], rounds=1)
        for person in page:
            if person.supervisor_id is None:
                tops += 1
            elif not reachable(person.supervisor_id):
                yield f"{person.id}: supervisor {person.supervisor_id} is not in the roster any more"
            sharing = [other.id for other in store.employees_at(person.address) if other.owns(person.address)]
            if len(sharing) > 1 and person.id == min(sharing):
                yield f"{person.address}: belongs to {', '.join(sharing)}"
            if person.id in dead:
                yield f"{person.id}: the address {person.address} does not exist, says its mail server"
            elif (why := missed.get((person.id, person.address))) is not None and not _answered(store, person.id):
                yield f"{person.id}: mail to {person.address} did not arrive, {why}"
    if tops == 0 and store.head_counts():
        yield "nobody is without a supervisor: there is no top"


def _missed(store: Store) -> dict[tuple[EmployeeId, str], str]:
    """Whom mail did not reach at which address in several Rounds, with how many and why."""
    rounds: defaultdict[tuple[EmployeeId, str], set[PromptKey]] = defaultdict(set)
    reasons: defaultdict[tuple[EmployeeId, str], set[str]] = defaultdict(set)
    for failure in store.failures(limit=MOST_FAILURES):
        who = (failure.prompt.employee_id, failure.address)
        rounds[who].add(failure.prompt)
        reasons[who].add(failure.reason.value.replace("_", " "))
    return {
        who: f"{len(failed)} rounds: {', '.join(sorted(reasons[who]))}"
        for who, failed in rounds.items()
        if len(failed) >= SEVERAL
    }


def _answered(store: Store, employee_id: EmployeeId) -> bool:
    """Whether something of theirs came in the newest Round that asked them."""
    latest = store.latest_prompt(employee_id)
    return latest is not None and latest.standing not in UNHEARD
