"""Which Policy holds for a Unit now: the configuration's, field by field overruled by what was set since.

What an officer sets by command is in the Store and holds from the next message on that is taken in hand: at most fifty,
which take a moment, are decided together as it held when they were.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.employee import Employee
from domain.policy import DEFAULT, Mode, Policy, PolicyChange, resolve
from domain.ports import Store
from domain.unit import UnitPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The tree of Policies at one moment. `of` remembers what it resolved."""

    base: Policy = DEFAULT
    changes: Mapping[UnitPath, PolicyChange] = field(default_factory=dict)
    resolved: dict[UnitPath, Policy] = field(default_factory=dict, compare=False, repr=False)

    def of(self, unit: UnitPath) -> Policy:
        """The Policy of a Unit."""
        known = self.resolved.get(unit)
        if known is None:
            known = self.resolved[unit] = resolve(unit, self.changes, self.base)
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBook:
    """Where Policies come from: the configuration and the Store."""

    base: Policy
    configured: tuple[PolicyChange, ...]
    store: Store

    def now(self) -> Policies:
        """The tree as it holds at this moment."""
        return Policies(base=self.base, changes=merged((*self.configured, *self.store.policies())))


def merged(changes: Iterable[PolicyChange]) -> dict[UnitPath, PolicyChange]:
    """One change a Unit; of two that set the same field the later holds."""
    table: dict[UnitPath, PolicyChange] = {}
    for change in changes:
        before = table.get(change.unit)
        fields = {**(before.fields if before is not None else {}), **change.fields}
        table[change.unit] = PolicyChange(unit=change.unit, fields=fields)
    return table


def exemption(policy: Policy, category: str) -> str | None:
    """Why nobody of this category is asked under this Policy; None where some are."""
    match policy.mode:
        case Mode.PAUSED:
            return "the unit is paused"
        case Mode.ANSWERED_ON_BEHALF:
            return "the unit is answered on behalf"
        case Mode.ENDED:
            return "the programme has ended in the unit"
        case Mode.REQUIRED | Mode.VOLUNTARY:
            asked = not policy.categories or category in policy.categories
            return None if asked else f"category {category} is not asked"


def exempted(policy: Policy, employee: Employee, today: date) -> str | None:
    """Why this person is not asked at `today`; None where they are."""
    why = exemption(policy, employee.category)
    if why is not None:
        return why
    if employee.id in policy.never:
        return "on the list of those who are not asked"
    if policy.only and employee.id not in policy.only:
        return "not on the list of those who are asked"
    if policy.tenure is not None and employee.since is not None and today < employee.since + policy.tenure:
        return f"there for less than {policy.tenure.days} days"
    return None


def by_person(policy: Policy) -> bool:
    """Whether people of one Unit and category may differ in whether they are asked."""
    return bool(policy.only or policy.never) or policy.tenure is not None
