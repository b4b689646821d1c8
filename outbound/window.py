"""The Window of one Prompt: when an answer is on time, and how it moves while the person is away. Pure."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.campaign import Campaign
from domain.employee import Employee
from domain.policy import Policy
from domain.round import Round, Window

MORNING: Final = time(9)
"""When a Prompt goes out on the first day back, on the person's own clock."""


def window_of(campaign: Campaign, asked: Round, employee: Employee, policy: Policy) -> Window:
    """The Window of an Employee's Prompt in this Round.

    With `policy.window` it is that long from delivery; otherwise it ends with the Round. For somebody who is away when
    the Round opens, it opens on the morning of their first day back and lasts as long as it does for everybody.
    """
    zone = ZoneInfo(employee.time_zone or campaign.zone)
    opens_at = asked.opens_at
    length = policy.window if policy.window is not None else asked.closes_at - asked.opens_at
    back = back_at(employee.away_until, zone) if employee.away_until is not None else opens_at
    if back > opens_at:
        opens_at, closes_at = back, max(back + length, asked.closes_at)
    else:
        closes_at = opens_at + length
    return Window(opens_at=opens_at, closes_at=closes_at, grace_until=closes_at + policy.grace)


def back_at(day: date, zone: ZoneInfo) -> datetime:
    """The morning of the first day back, aware UTC."""
    return datetime.combine(day, MORNING, zone).astimezone(ZoneInfo("UTC"))


def restarted(window: Window, back: datetime) -> Window:
    """The same length again from the return, for somebody who went away while it was open."""
    length: timedelta = window.closes_at - window.opens_at
    grace = window.grace_until - window.closes_at
    return Window(opens_at=back, closes_at=back + length, grace_until=back + length + grace)
