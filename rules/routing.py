"""Routing: which Supervisor gets the copy of an Employee's answer.

The immediate Supervisor, or who acts for them; where there is none, or mail cannot reach them, or they are away, the
next one up the tree. Nobody is routed to themselves.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from domain.employee import Employee, EmployeeId

MOST_STEPS = 64  # deeper than any organisation; a Roster with a cycle must still end


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """The answer goes to this Supervisor. `passed_over` names who was skipped on the way up, each with why."""

    supervisor: Employee
    passed_over: tuple[tuple[EmployeeId, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrouted:
    """Nobody up the tree can get it, and why."""

    reason: str


def route(
    employee: Employee,
    find: Callable[[EmployeeId], Employee | None],
    *,
    today: date,
    unreachable: Collection[EmployeeId] = (),
    acting: Mapping[EmployeeId, EmployeeId] | None = None,
) -> Routed | Unrouted:
    """The Supervisor of `employee` at `today`; `find` gives those who left too, so that the way up goes on there.

    `unreachable` are those whom mail does not reach; `acting` says who stands in for whom, before what the Roster says.
    """
    stand_ins = acting or {}
    passed: list[tuple[EmployeeId, str]] = []
    wanted = employee.supervisor_id
    for _ in range(MOST_STEPS):
        if wanted is None:
            reason = "nobody further up can be reached" if passed else "no supervisor in the roster"
            return Unrouted(reason=reason)
        above = find(wanted)
        stand_in = stand_ins.get(wanted) or (above.acting if above is not None else None)
        for candidate_id in dict.fromkeys((stand_in, wanted)):
            candidate = find(candidate_id) if candidate_id is not None else None
            obstacle = _obstacle(candidate, employee, today, unreachable)
            if candidate is not None and obstacle is None:
                return Routed(supervisor=candidate, passed_over=tuple(passed))
            if candidate_id is not None:
                passed.append((candidate_id, obstacle or "no longer in the roster"))
        wanted = above.supervisor_id if above is not None else None
    return Unrouted(reason="the supervisors form a circle")


def _obstacle(
    candidate: Employee | None, employee: Employee, today: date, unreachable: Collection[EmployeeId]
) -> str | None:
    """Why this Supervisor cannot get the copy; None where they can."""
    if candidate is None or not candidate.active:
        return "no longer in the roster"
    if candidate.id == employee.id:
        return "nobody is routed to themselves"
    if candidate.id in unreachable:
        return "mail does not reach them"
    if candidate.away_until is not None and candidate.away_until > today:
        return "away"
    return None
