"""How many people a command is about to mail: what it asks to have confirmed before it does."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from domain.employee import EmployeeId
from domain.round import Round
from domain.standing import Standing
from domain.unit import UnitPath, lies_in

if TYPE_CHECKING:
    from domain.ports import Store

PAGE = 1000

NEVER_ASKED = frozenset({Standing.EXEMPT, Standing.UNDELIVERABLE, Standing.COVERED})
UNANSWERED = frozenset({Standing.AWAITING, Standing.AWAY, Standing.NEEDS_FIX})


def asked_in(store: "Store", rounds: Iterable[Round], unit: UnitPath) -> int:
    """At most how many were asked in these Rounds: a correction would go to them."""
    return _count(store, rounds, unit, frozenset(Standing) - NEVER_ASKED)


def unanswered_in(store: "Store", rounds: Iterable[Round], unit: UnitPath) -> int:
    """At most how many prompts and reminders may wait for these Rounds to go on."""
    return _count(store, rounds, unit, UNANSWERED)


def let_off_in(store: "Store", rounds: Iterable[Round], unit: UnitPath) -> int:
    """How many stand `exempt` because their Unit did not ask: they are asked where it does again."""
    from app.midway import UNASKED

    found = 0
    for one in rounds:
        after: EmployeeId | None = None
        exempt = {Standing.EXEMPT}
        while page := store.prompts_in(one.campaign_id, one.id, unit, standings=exempt, after=after, limit=PAGE):
            after = page[-1].employee_id
            found += sum(prompt.reason in UNASKED for prompt in page)
    return found


def supervisors_in(store: "Store", one: Round) -> int:
    """How many supervisors have somebody in a Round: each gets a digest."""
    found, after = 0, None
    while page := store.supervisors(one.campaign_id, one.id, after=after, limit=PAGE):
        after = page[-1]
        found += len(page)
    return found


def _count(store: "Store", rounds: Iterable[Round], unit: UnitPath, standings: Collection[Standing]) -> int:
    return sum(
        count.count
        for one in rounds
        for count in store.counts(one.campaign_id, one.id)
        if count.standing in standings and lies_in(count.unit, unit)
    )
