"""What expires, in SQL: few rows a transaction, so that nobody waits for it.

The law: a purge says again, in its own transaction, what must stay: since the look, somebody may have decided otherwise.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, false, not_, or_, select, update

from domain.ledger import Folder
from domain.retention import EXPIRED, Expired, Kept, Key, Look, Terms
from domain.verdict import Decision
from store.sql_expired import DONE, LOOKS, is_needed, is_nobody
from store.tables import (
    ACTING,
    ATTEMPT,
    BULLET,
    DELIVERY_FAILURE,
    EMPLOYEE,
    EVENT,
    IS_PAST,
    LEAVE,
    LEDGER,
    OUTBOX,
    PROMPT,
    REPLY,
    ROUND,
)
from store.transaction import Transacting, reads, writes

REDUCED: Final = {
    "size": 0,
    "evidence": "[]",
    "identity": "none",
    "sender": None,
    "message_id": None,
    "message_hash": None,
    "campaign_id": None,
    "round_id": None,
    "employee_id": None,
    "decision": EXPIRED,
    "findings": "[]",
    "reason": EXPIRED,
    "filing": Folder.PROCESSED.value,
    "flag": None,
    "copies": "[]",
    "supervisor_copied": False,
    "standing": None,
    "lies_in": None,
}


class SqlRetention(Transacting):
    """See `domain.ports.RetentionStore`."""

    @reads
    def expired(
        self, connection: Connection, what: Kept, terms: Terms, *, after: Key | None = None, limit: int = 1000
    ) -> Look:
        """What of the next rows has expired, and how far they went."""
        return LOOKS[what](connection, terms, after, limit)

    @writes
    def purge(self, connection: Connection, what: Kept, found: Sequence[Expired]) -> int:
        """Take these away, but for what must stay."""
        return _PURGES[what](connection, [each.key for each in found]) if found else 0


def _firsts(keys: Sequence[Key]) -> list[Any]:
    return [key[0] for key in keys]


def _purge_answers(connection: Connection, keys: Sequence[Key]) -> int:
    ids = _firsts(keys)
    columns = (REPLY.c.employee_id.label("of_employee"), REPLY.c.campaign_id.label("of_campaign"))
    query = select(*columns, REPLY.c.round_id.label("of_round"), REPLY.c.id.label("of_reply")).where(
        REPLY.c.id.in_(ids)
    )
    # In the order in which everybody locks Prompts.
    rows = sorted(connection.execute(query).all(), key=lambda row: (row.of_campaign, row.of_round, row.of_employee))
    if not rows:
        return 0
    counting = and_(
        PROMPT.c.employee_id == bindparam("of_employee"),
        PROMPT.c.campaign_id == bindparam("of_campaign"),
        PROMPT.c.round_id == bindparam("of_round"),
        PROMPT.c.reply_id == bindparam("of_reply"),
    )
    connection.execute(update(PROMPT).where(counting).values(reply_id=None), [row._asdict() for row in rows])
    connection.execute(delete(BULLET).where(BULLET.c.reply_id.in_(ids)))
    return connection.execute(delete(REPLY).where(REPLY.c.id.in_(ids))).rowcount


def _purge_entries(connection: Connection, keys: Sequence[Key]) -> int:
    ids = _firsts(keys)
    decided = or_(LEDGER.c.decision.is_(None), LEDGER.c.decision != Decision.WITHHELD.value, IS_PAST)
    chosen = and_(LEDGER.c.id.in_(ids), decided, LEDGER.c.filed_at.is_not(None))
    gone = connection.execute(update(LEDGER).where(chosen).values(REDUCED).returning(LEDGER.c.id)).scalars().all()
    connection.execute(delete(DELIVERY_FAILURE).where(DELIVERY_FAILURE.c.ledger_id.in_(gone)))
    return len(gone)


def _purge_mails(connection: Connection, keys: Sequence[Key]) -> int:
    chosen = and_(OUTBOX.c.id.in_(_firsts(keys)), OUTBOX.c.state.in_(DONE))
    ids = connection.execute(select(OUTBOX.c.id).where(chosen).with_for_update()).scalars().all()
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.mail_id.in_(ids)))
    return connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(ids))).rowcount


def _purge_prompts(connection: Connection, keys: Sequence[Key]) -> int:
    """The counters are not touched: they say how many stood where."""
    of_round = and_(PROMPT.c.campaign_id == keys[0][0], PROMPT.c.round_id == keys[0][1])
    chosen = and_(of_round, PROMPT.c.employee_id.in_([key[2] for key in keys]), not_(is_needed()))
    return connection.execute(delete(PROMPT).where(chosen)).rowcount


def _purge_rounds(connection: Connection, keys: Sequence[Key]) -> int:
    marks = or_(false(), *(and_(ROUND.c.campaign_id == key[0], ROUND.c.id == key[1]) for key in keys))
    return connection.execute(update(ROUND).where(marks).values(expanded_upto=None)).rowcount


def _purge_leave(connection: Connection, keys: Sequence[Key]) -> int:
    some = or_(false(), *(and_(LEAVE.c.employee_id == key[0], LEAVE.c.first == key[1]) for key in keys))
    return connection.execute(delete(LEAVE).where(some)).rowcount


def _purge_stand_ins(connection: Connection, keys: Sequence[Key]) -> int:
    return connection.execute(delete(ACTING).where(ACTING.c.supervisor_id.in_(_firsts(keys)))).rowcount


def _purge_people(connection: Connection, keys: Sequence[Key]) -> int:
    chosen = select(EMPLOYEE.c.id).where(EMPLOYEE.c.id.in_(_firsts(keys)), is_nobody())
    ids = connection.execute(chosen).scalars().all()
    connection.execute(delete(LEAVE).where(LEAVE.c.employee_id.in_(ids)))
    connection.execute(delete(ACTING).where(or_(ACTING.c.supervisor_id.in_(ids), ACTING.c.stand_in_id.in_(ids))))
    return connection.execute(delete(EMPLOYEE).where(EMPLOYEE.c.id.in_(ids))).rowcount


def _purge_records(connection: Connection, keys: Sequence[Key]) -> int:
    return connection.execute(delete(EVENT).where(EVENT.c.id.in_(_firsts(keys)))).rowcount


_PURGES: Final[dict[Kept, Callable[[Connection, Sequence[Key]], int]]] = {
    Kept.ANSWERS: _purge_answers,
    Kept.ENTRIES: _purge_entries,
    Kept.MAILS: _purge_mails,
    Kept.PROMPTS: _purge_prompts,
    Kept.ROUNDS: _purge_rounds,
    Kept.LEAVE: _purge_leave,
    Kept.STAND_INS: _purge_stand_ins,
    Kept.PEOPLE: _purge_people,
    Kept.RECORDS: _purge_records,
}
