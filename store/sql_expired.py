"""Looks for what has expired, in SQL: each reads a page in the order of a key, which mostly grows with time.

The law: nothing here writes, so that a look waits for nobody.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select

from domain.outbox import MailState
from domain.retention import ERASED, FINISHED, Expired, Kept, Key, Look, Terms
from domain.unit import ROOT, UnitPath
from domain.verdict import Decision
from store.tables import (
    ACTING,
    EMPLOYEE,
    EVENT,
    HOLDS,
    IS_OF_A_PROMPT,
    LEAVE,
    LEDGER,
    OUTBOX,
    PROMPT,
    REPLY,
    ROUND,
)

DONE: Final = (MailState.SENT.value, MailState.FAILED.value, MailState.CANCELLED.value, MailState.HELD.value)
STRANDS: Final = (*(each.value for each in Decision), None)
"""The Ledger is walked decision by decision, by the index that begins so: what has expired is in none of them."""


def _ages(rows: Sequence[Any], terms: Terms, limit: int, due: Iterable[Any]) -> Look:
    """Of rows with a number that grows with time. Behind a page without anything old, nothing old follows."""
    latest = terms.latest
    last = len(rows) < limit or latest is None or all(row.at >= latest for row in rows)
    return Look(expired=tuple(map(_expired, due)), upto=None if last else (rows[-1].id,))


def _expired(row: Any) -> Expired:
    return Expired(key=(row.id,), campaign_id=row.campaign_id, round_id=row.round_id)


def _under_way(connection: Connection) -> frozenset[tuple[str, str]]:
    phases = [phase.value for phase in FINISHED]
    rows = connection.execute(select(ROUND.c.campaign_id, ROUND.c.id).where(ROUND.c.phase.not_in(phases)))
    return frozenset((row.campaign_id, row.id) for row in rows)


def _over(rows: Iterable[Any], terms: Terms, under_way: frozenset[tuple[str, str]]) -> list[Any]:
    return [
        row
        for row in rows
        if terms.over(UnitPath(row.unit or ROOT), row.at) and (row.campaign_id, row.round_id) not in under_way
    ]


def _of_prompt(table: Any) -> ColumnElement[bool]:
    return and_(
        table.c.employee_id == PROMPT.c.employee_id,
        table.c.campaign_id == PROMPT.c.campaign_id,
        table.c.round_id == PROMPT.c.round_id,
    )


def _answers(connection: Connection, terms: Terms, after: Key | None, limit: int) -> Look:
    query = (
        select(REPLY.c.id, REPLY.c.arrived_at.label("at"), REPLY.c.campaign_id, REPLY.c.round_id, PROMPT.c.unit)
        .join(PROMPT, _of_prompt(REPLY))
        .where(REPLY.c.id > (after or (0,))[0])
        .order_by(REPLY.c.id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    return _ages(rows, terms, limit, _over(rows, terms, _under_way(connection)))


def _entries(connection: Connection, terms: Terms, after: Key | None, limit: int) -> Look:
    """Of an entry that an officer erased, what is left is a record."""
    strand, number = after or (0, 0)
    decision = STRANDS[int(str(strand))]
    query = (
        select(
            *(LEDGER.c.id, LEDGER.c.arrived_at.label("at"), LEDGER.c.campaign_id, LEDGER.c.round_id, LEDGER.c.reason),
            *(LEDGER.c.filed_at, LEDGER.c.superseded_by, PROMPT.c.unit),
        )
        .outerjoin(PROMPT, _of_prompt(LEDGER))
        .where(LEDGER.c.decision == decision if decision is not None else LEDGER.c.decision.is_(None))
        .where(LEDGER.c.id > number)
        .order_by(LEDGER.c.id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    old = [
        row
        for row in _over(rows, terms, _under_way(connection))
        if row.filed_at is not None
        and (decision != Decision.WITHHELD.value or row.superseded_by is not None)
        and (row.reason != ERASED or (terms.records is not None and row.at < terms.records))
    ]
    look = _ages(rows, terms, limit, old)
    if look.upto is not None:
        return Look(expired=look.expired, upto=(strand, *look.upto))
    following = int(str(strand)) + 1
    return Look(expired=look.expired, upto=(following, 0) if following < len(STRANDS) else None)


def _mails(connection: Connection, terms: Terms, after: Key | None, limit: int) -> Look:
    columns = (OUTBOX.c.id, OUTBOX.c.not_before.label("at"), OUTBOX.c.state, OUTBOX.c.unit)
    query = (
        select(*columns, OUTBOX.c.campaign_id, OUTBOX.c.round_id)
        .where(OUTBOX.c.id > (after or (0,))[0])
        .order_by(OUTBOX.c.id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    done = [row for row in rows if row.state in DONE]
    return _ages(rows, terms, limit, _over(done, terms, _under_way(connection)))


def _finished(connection: Connection, terms: Terms, after: Key) -> list[Any]:
    """Finished Rounds of which Prompts may be left, and which may have expired; from one on, in order of keys."""
    if terms.latest is None:
        return []
    query = select(ROUND).where(
        ROUND.c.phase.in_([phase.value for phase in FINISHED]),
        ROUND.c.expanded_upto.is_not(None),
        ROUND.c.final_at < terms.latest,
    )
    rows = connection.execute(query.order_by(ROUND.c.campaign_id, ROUND.c.id)).all()
    return [row for row in rows if (row.campaign_id, row.id) >= tuple(after[:2])]


def _prompts(connection: Connection, terms: Terms, after: Key | None, limit: int) -> Look:
    rounds = _finished(connection, terms, after or ())
    if not rounds:
        return Look()
    one, following = rounds[0], rounds[1:2]
    is_this = after is not None and after[:2] == (one.campaign_id, one.id)
    query = (
        select(PROMPT.c.employee_id, PROMPT.c.unit, PROMPT.c.grace_until, *_heard())
        .where(PROMPT.c.campaign_id == one.campaign_id, PROMPT.c.round_id == one.id)
        .where(PROMPT.c.employee_id > (after[2] if after is not None and is_this else ""))
        .order_by(PROMPT.c.employee_id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    found = tuple(
        Expired(key=(one.campaign_id, one.id, row.employee_id), campaign_id=one.campaign_id, round_id=one.id)
        for row in rows
        if not row.waits
        and terms.over(UnitPath(row.unit), max(row.grace_until, one.final_at, row.heard_at or one.final_at))
    )
    if len(rows) == limit:
        return Look(expired=found, upto=(one.campaign_id, one.id, rows[-1].employee_id))
    return Look(expired=found, upto=(following[0].campaign_id, following[0].id, "") if following else None)


def _heard() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """When a message last changed a Prompt, and whether one waits for an officer, or to be filed away."""
    heard_at = select(func.max(LEDGER.c.arrived_at)).where(_of_prompt(LEDGER), IS_OF_A_PROMPT).correlate(PROMPT)
    withheld = and_(LEDGER.c.decision == Decision.WITHHELD.value, HOLDS)
    waits = exists().where(_of_prompt(LEDGER), IS_OF_A_PROMPT, or_(withheld, LEDGER.c.filed_at.is_(None)))
    return heard_at.scalar_subquery().label("heard_at"), waits.correlate(PROMPT).label("waits")


def is_needed() -> ColumnElement[bool]:
    """Whether a reply or an entry is left of a Prompt."""
    replied = exists().where(_of_prompt(REPLY)).correlate(PROMPT)
    told = exists().where(_of_prompt(LEDGER), IS_OF_A_PROMPT).correlate(PROMPT)
    return or_(replied, told)


def _rounds(connection: Connection, terms: Terms, after: Key | None, limit: int) -> Look:  # noqa: ARG001 - one a look
    """How far an opening came is an Employee's id; and who has it no more is passed over from then on."""
    rounds = _finished(connection, terms, after or ())
    if not rounds:
        return Look()
    one, following = rounds[0], rounds[1:2]
    left = select(PROMPT.c.employee_id).where(PROMPT.c.campaign_id == one.campaign_id, PROMPT.c.round_id == one.id)
    gone = connection.execute(left.limit(1)).first() is None
    found = (Expired(key=(one.campaign_id, one.id), campaign_id=one.campaign_id, round_id=one.id),) if gone else ()
    return Look(expired=found, upto=(following[0].campaign_id, following[0].id) if following else None)


def _leave(connection: Connection, terms: Terms, after: Key | None, limit: int) -> Look:
    query = (
        select(LEAVE.c.employee_id, LEAVE.c.first, LEAVE.c.back_on, EMPLOYEE.c.unit)
        .outerjoin(EMPLOYEE, EMPLOYEE.c.id == LEAVE.c.employee_id)
        .order_by(LEAVE.c.employee_id, LEAVE.c.first)
        .limit(limit)
    )
    if after is not None:
        employee, first = after
        query = query.where(
            or_(LEAVE.c.employee_id > employee, and_(LEAVE.c.employee_id == employee, LEAVE.c.first > first))
        )
    rows = connection.execute(query).all()
    found = tuple(
        Expired(key=(row.employee_id, row.first))
        for row in rows
        if terms.over(UnitPath(row.unit or ROOT), datetime.combine(row.back_on, time(), UTC))
    )
    return Look(expired=found, upto=(rows[-1].employee_id, rows[-1].first) if len(rows) == limit else None)


def _stand_ins(connection: Connection, terms: Terms, after: Key | None, limit: int) -> Look:
    query = (
        select(ACTING.c.supervisor_id, ACTING.c.until, EMPLOYEE.c.unit)
        .outerjoin(EMPLOYEE, EMPLOYEE.c.id == ACTING.c.supervisor_id)
        .where(ACTING.c.until.is_not(None), ACTING.c.supervisor_id > (after or ("",))[0])
        .order_by(ACTING.c.supervisor_id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    found = tuple(
        Expired(key=(row.supervisor_id,))
        for row in rows
        if terms.over(UnitPath(row.unit or ROOT), datetime.combine(row.until, time(), UTC))
    )
    return Look(expired=found, upto=(rows[-1].supervisor_id,) if len(rows) == limit else None)


def _people(connection: Connection, terms: Terms, after: Key | None, limit: int) -> Look:
    query = (
        select(EMPLOYEE.c.id, EMPLOYEE.c.unit)
        .where(EMPLOYEE.c.id > (after or ("",))[0], is_nobody())
        .order_by(EMPLOYEE.c.id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    found = tuple(Expired(key=(row.id,)) for row in rows if terms.of(UnitPath(row.unit)) is not None)
    return Look(expired=found, upto=(rows[-1].id,) if len(rows) == limit else None)


def is_nobody() -> ColumnElement[bool]:
    """Whether somebody left the Roster and no Prompt names them."""
    below = EMPLOYEE.alias("below")
    return and_(
        not_(EMPLOYEE.c.active),
        not_(exists().where(PROMPT.c.employee_id == EMPLOYEE.c.id).correlate(EMPLOYEE)),
        not_(exists().where(PROMPT.c.supervisor_id == EMPLOYEE.c.id).correlate(EMPLOYEE)),
        not_(exists().where(below.c.supervisor_id == EMPLOYEE.c.id, below.c.active).correlate(EMPLOYEE)),
    )


def _records(connection: Connection, terms: Terms, after: Key | None, limit: int) -> Look:
    if terms.records is None:
        return Look()
    query = select(EVENT.c.id, EVENT.c.at).where(EVENT.c.id > (after or (0,))[0]).order_by(EVENT.c.id).limit(limit)
    rows = connection.execute(query).all()
    found = tuple(Expired(key=(row.id,)) for row in rows if row.at < terms.records)
    return Look(expired=found, upto=(rows[-1].id,) if found and len(rows) == limit else None)


LOOKS: Final[dict[Kept, Callable[[Connection, Terms, Key | None, int], Look]]] = {
    Kept.ANSWERS: _answers,
    Kept.ENTRIES: _entries,
    Kept.MAILS: _mails,
    Kept.PROMPTS: _prompts,
    Kept.ROUNDS: _rounds,
    Kept.LEAVE: _leave,
    Kept.STAND_INS: _stand_ins,
    Kept.PEOPLE: _people,
    Kept.RECORDS: _records,
}
