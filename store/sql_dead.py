"""Dead addresses in SQL: who was not there, Round after Round, and has not been heard of since."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, select

from domain.employee import EmployeeId
from domain.origin import BounceReason
from domain.standing import Standing
from store.tables import DELIVERY_FAILURE, EMPLOYEE, LEDGER, PROMPT, ROUND
from store.transaction import KEYS_AT_ONCE, Transacting, in_pages, one_of, reads

UNHEARD = (Standing.UNDELIVERABLE.value, Standing.AWAY.value)
"""What a message made of its Prompt without its Employee having written it."""

UNASKED = (Standing.EXEMPT.value, Standing.AWAY.value, Standing.COVERED.value)


class SqlDead(Transacting):
    """See `domain.ports.LedgerStore`."""

    @reads
    def dead_addresses(
        self, connection: Connection, ids: Sequence[EmployeeId], *, rounds: int
    ) -> frozenset[EmployeeId]:
        """Those with enough failures at the address of now are few: only theirs is looked at Round by Round."""
        dead: set[EmployeeId] = set()
        for page in in_pages(ids, KEYS_AT_ONCE):
            failed = _failed(connection, page)
            failed = {who: of for who, of in failed.items() if len(of[0]) >= rounds}
            if not failed:
                continue
            heard = _heard(connection, list(failed))
            asked = _asked(connection, list(failed))
            dead.update(
                EmployeeId(who)
                for who, (missed, last) in failed.items()
                if heard.get(who, 0) < last and _in_a_row(asked[who], missed) >= rounds
            )
        return frozenset(dead)


def _failed(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[set[tuple[str, str]], int]]:
    """By Employee: the Rounds that did not reach the address they have now, and the Ledger row of the last failure."""
    query = (
        select(DELIVERY_FAILURE)
        .join(
            EMPLOYEE,
            and_(EMPLOYEE.c.id == DELIVERY_FAILURE.c.employee_id, EMPLOYEE.c.address == DELIVERY_FAILURE.c.address),
        )
        .where(
            one_of(connection, DELIVERY_FAILURE.c.employee_id, ids),
            DELIVERY_FAILURE.c.reason == BounceReason.UNKNOWN_ADDRESS.value,
        )
    )
    found: dict[str, tuple[set[tuple[str, str]], int]] = {}
    for row in connection.execute(query):
        missed, last = found.get(row.employee_id, (set(), 0))
        missed.add((row.campaign_id, row.round_id))
        found[row.employee_id] = (missed, max(last, row.ledger_id))
    return found


def _heard(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """By Employee: the last Ledger row of something they wrote."""
    query = (
        select(LEDGER.c.employee_id, func.max(LEDGER.c.id).label("last"))
        .where(
            one_of(connection, LEDGER.c.employee_id, ids),
            LEDGER.c.standing.is_not(None),
            LEDGER.c.standing.not_in(UNHEARD),
            LEDGER.c.part == 0,
        )
        .group_by(LEDGER.c.employee_id)
    )
    return {row.employee_id: row.last for row in connection.execute(query)}


def _asked(connection: Connection, ids: Sequence[str]) -> defaultdict[str, list[Any]]:
    """By Employee: their Prompts, the newest first."""
    of_round = and_(PROMPT.c.campaign_id == ROUND.c.campaign_id, PROMPT.c.round_id == ROUND.c.id)
    query = (
        select(PROMPT.c.employee_id, PROMPT.c.campaign_id, PROMPT.c.round_id, PROMPT.c.standing)
        .join(ROUND, of_round)
        .where(one_of(connection, PROMPT.c.employee_id, ids))
        .order_by(ROUND.c.opens_at.desc(), ROUND.c.id.desc())
    )
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.employee_id].append(row)
    return found


def _in_a_row(asked: Sequence[Any], missed: set[tuple[str, str]]) -> int:
    """How many of the newest Prompts failed one after the other, those passed over that nobody was written to for."""
    count = 0
    for row in asked:
        if (row.campaign_id, row.round_id) in missed:
            count += 1
        elif row.standing not in {*UNASKED, Standing.UNDELIVERABLE.value}:
            break
    return count
