"""The Window of one Prompt: when an answer is on time, how it moves while the person is away, and when to remind. Pure.

A window runs from the asking. While the Employee is away it does not run, and on the morning of their return it starts
anew in its full length: nobody has less time than the others because they were on leave.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from domain.campaign import Campaign
from domain.employee import Employee
from domain.leave import Leave
from domain.policy import Policy
from domain.round import Round, Window
from outbound.calendar import Occurrence, instant, occurrence

__all__ = ["Leave"]

_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When people may be reminded, on their own clocks; `days` count from Monday, 1. They return at `start`."""

    start: dt.time = dt.time(9)
    end: dt.time = dt.time(18)
    days: frozenset[int] = frozenset({1, 2, 3, 4, 5})


USUAL: Final = WorkingHours()


def window_of(
    campaign: Campaign,
    asked: Round,
    employee: Employee,
    policy: Policy,
    *,
    leave: Sequence[Leave] = (),
    delivered_at: dt.datetime | None = None,
    hours: WorkingHours = USUAL,
) -> Window:
    """The Window of an Employee's Prompt in this Round; their `away_until` counts as leave from the opening on."""
    zone = employee.time_zone or campaign.zone
    opens_at, closes_at = asked.opens_at, asked.closes_at
    if campaign.own_zone:
        match occurrence(campaign, asked.id, zone):
            case Occurrence() as own:
                opens_at, closes_at = own.opens_at, own.closes_at
            case _:
                pass
    if employee.away_until is not None:
        today = opens_at.astimezone(ZoneInfo(zone)).date()
        leave = (*leave, Leave(first=today, back_on=employee.away_until))
    plain = Window(opens_at=opens_at, closes_at=closes_at, grace_until=closes_at)
    return window(plain, policy, zone=zone, leave=leave, delivered_at=delivered_at, hours=hours)


def window(
    plain: Window,
    policy: Policy,
    *,
    zone: str,
    leave: Sequence[Leave] = (),
    delivered_at: dt.datetime | None = None,
    hours: WorkingHours = USUAL,
) -> Window:
    """The Window of one Employee, in whose `zone` leave begins and ends; `plain` is everybody's.

    Where the policy counts hours, they run from `delivered_at`, or from the opening where that is not known. Somebody
    who is away at the opening is asked on their return.
    """
    opens_at = plain.opens_at
    begins = max(opens_at, delivered_at) if delivered_at is not None else opens_at
    closes_at = begins + policy.window if policy.window is not None else plain.closes_at
    length = closes_at - begins
    for away in sorted(leave, key=lambda one: (one.first, one.back_on)):
        leaves, returns = instant(away.first, dt.time(), zone), instant(away.back_on, hours.start, zone)
        if leaves <= begins < returns:
            opens_at = begins = returns
        if leaves < closes_at and returns >= begins:
            closes_at = max(closes_at, returns + length)
    return Window(opens_at=opens_at, closes_at=closes_at, grace_until=closes_at + policy.grace)


def back_at(back_on: dt.date, zone: str, hours: WorkingHours = USUAL) -> dt.datetime:
    """When work begins for somebody on their first day back."""
    return instant(back_on, hours.start, zone)


def is_away(leave: Sequence[Leave], moment: dt.datetime, zone: str) -> bool:
    """Whether somebody is away at `moment`."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return any(one.first <= day < one.back_on for one in leave)


def reminders_due(
    window: Window,
    offsets: Sequence[dt.timedelta],
    policy: Policy,
    *,
    zone: str,
    after: dt.datetime,
    now: dt.datetime,
    leave: Sequence[Leave] = (),
    hours: WorkingHours = USUAL,
) -> tuple[int, dt.datetime] | None:
    """The reminder that came due for one Employee after `after` and until `now`: its number, and when it may go.

    Of several that came due while nothing ran, the last. It goes in working hours, before the close and not on leave.
    """
    times = sorted(window.closes_at - offset for offset in offsets)
    times = [at for at in times if window.opens_at < at][-policy.reminders :] if policy.reminders else []
    come = [number for number, at in enumerate(times, 1) if after < at <= now]
    if not come:
        return None
    goes = _working(max(now, times[come[-1] - 1]), window.closes_at, zone, leave, hours)
    return (come[-1], goes) if goes is not None and goes < window.closes_at else None


def _working(
    at: dt.datetime, before: dt.datetime, zone: str, leave: Sequence[Leave], hours: WorkingHours
) -> dt.datetime | None:
    """The first instant from `at` on that lies in working hours and on no leave, or None before `before`."""
    day = at.astimezone(ZoneInfo(zone)).date()
    while instant(day, dt.time(), zone) < before:
        starts, ends = instant(day, hours.start, zone), instant(day, hours.end, zone)
        free = day.isoweekday() in hours.days and not any(one.first <= day < one.back_on for one in leave)
        if free and at < ends:
            return max(at, starts)
        day += _DAY
    return None
