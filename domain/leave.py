"""Leave: the days on which somebody is away, and who acts for a Supervisor meanwhile."""

from dataclasses import dataclass
from datetime import date

from domain.employee import EmployeeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Days on which somebody is away: from `first` to the day before `back_on`, in their own zone."""

    first: date
    back_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeave:
    """Whose Leave it is."""

    employee_id: EmployeeId
    leave: Leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """`stand_in` gets what `supervisor` would get, until the day before `until`; None for no end."""

    supervisor: EmployeeId
    stand_in: EmployeeId
    until: date | None = None
