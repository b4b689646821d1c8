"""Deciding a recorded message anew, and erasing one, in SQL. What it did to its Prompt is taken back first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, TextClause, and_, delete, func, insert, or_, select, update

from domain.employee import EmployeeId
from domain.errors import StoreError
from domain.ledger import Erasure, Event, Folder, LedgerEntry, MessageKey, PromptKey, Rerecording, said_by
from domain.outbox import QUOTING, TELLING, MailKind, MailState
from domain.retention import ERASED
from domain.standing import Standing, replaces
from domain.verdict import Decision
from store.codec import words_to_json
from store.rows import entry_of, entry_values, event_values, key_values, prompt_key_of
from store.sql_ledger import is_key, same_as_first, take_effect
from store.sql_standing import is_prompt, lock_prompts, set_answer
from store.tables import (
    ATTEMPT,
    BULLET,
    DELIVERY_FAILURE,
    EMPLOYEE,
    EVENT,
    HOLDS,
    IS_PAST,
    LEDGER,
    OUTBOX,
    PROMPT,
    READING,
    REPLY,
)
from store.transaction import Transacting, insert_new, reads, writes

FAMILY_AT_MOST = 20
"""Steps from a message to its copies and earlier entries; each finds all that the one before names."""

ANSWERING = (MailKind.RECEIPT, MailKind.NOTICE, MailKind.CONFIRMATION)


class SqlAgain(Transacting):
    """See `domain.ports.LedgerStore`."""

    @writes
    def record_again(self, connection: Connection, again: Rerecording) -> bool:
        """Put a new Recording in the place of an earlier one. ValueError where text of a withheld message is given."""
        recording = again.recording
        if recording.entry.decision is Decision.WITHHELD and (recording.reply is not None or recording.on_behalf):
            raise ValueError("The text of a withheld message is not kept.")
        holding = and_(LEDGER.c.id == again.before, HOLDS)
        old = connection.execute(select(LEDGER).where(holding).with_for_update()).one_or_none()
        if old is None:
            return False
        # It names itself until the new row has a number: only one row of a place may hold.
        filed = func.coalesce(LEDGER.c.filed_at, recording.entry.decided_at)
        connection.execute(update(LEDGER).where(holding).values(superseded_by=old.id, filed_at=filed))
        take_back(connection, old)
        parts = _answered_for_others(connection, old)
        if again.returned is not None:
            connection.execute(update(EMPLOYEE).where(EMPLOYEE.c.id == again.returned).values(away_until=None))
        new = insert_new(connection, LEDGER, [entry_values(recording)], "id")
        if new:
            take_effect(connection, new[0].id, recording)
        else:
            same = same_as_first(connection, recording)
            new = insert_new(connection, LEDGER, [same], "id") if same is not None else []
            if not new:
                raise StoreError("A message that is recorded twice vanished while it was decided anew.")
        past = [old.id, *parts]
        connection.execute(update(LEDGER).where(LEDGER.c.id.in_(past)).values(superseded_by=new[0].id))
        connection.execute(insert(EVENT).values(event_values(again.event)))
        return True

    @reads
    def history(self, connection: Connection, key: MessageKey) -> tuple[LedgerEntry, ...]:
        """The newest first."""
        rows = [*_rows(connection, is_key(key), HOLDS), *_rows(connection, is_key(key), IS_PAST)]
        return tuple(entry_of(row) for row in sorted(rows, key=lambda row: -row.id) if row.part == 0)

    @writes
    def erase(self, connection: Connection, key: MessageKey, event: Event) -> Erasure:
        """Take away all that came of a message; its rows keep place, time, person and rule."""
        family = _family(connection, key)
        if not family:
            return Erasure()
        ids = [row.id for row in family]
        replied = connection.execute(select(REPLY.c.id).where(REPLY.c.id.in_(ids))).scalars().all()
        bullets = connection.execute(delete(BULLET).where(BULLET.c.reply_id.in_(ids))).rowcount
        failures = connection.execute(
            select(func.count()).select_from(DELIVERY_FAILURE).where(DELIVERY_FAILURE.c.ledger_id.in_(ids))
        ).scalar_one()
        for row in family:
            take_back(connection, row)
        readings = sum(connection.execute(delete(READING).where(_begun(row))).rowcount for row in family)
        withdrawn = _withdraw(connection, family, told=bool(replied))
        connection.execute(update(LEDGER).where(LEDGER.c.id.in_(ids)).values(_reduced(event)))
        connection.execute(insert(EVENT).values(event_values(event)))
        return replace(
            withdrawn,
            entries=len(ids),
            replies=len(replied),
            bullets=bullets,
            failures=failures,
            readings=readings,
        )

    def scrub(self) -> str:
        """SQLite: empty the write-ahead log into the file, whose freed pages are zeroed. PostgreSQL: vacuum."""
        link = self._reading.raw_connection()
        try:
            if self._reading.dialect.name == "sqlite":
                return _checkpoint(link)
            link.driver_connection.autocommit = True  # type: ignore[union-attr]  # psycopg's own, behind the pool
            cursor = link.cursor()
            for table in (LEDGER, REPLY, BULLET, OUTBOX, DELIVERY_FAILURE, READING):
                cursor.execute(f"VACUUM {table.name}")
            cursor.close()
            link.driver_connection.autocommit = False  # type: ignore[union-attr]  # as above
            return (
                "dead rows were vacuumed; the server's own write-ahead log and its archive keep them until they expire"
            )
        finally:
            link.close()


def _answered_for_others(connection: Connection, old: Any) -> list[int]:
    """Take back what the message answered for others; the rows, which hold no longer."""
    at = MessageKey(mailbox=old.mailbox, uidvalidity=old.uidvalidity, uid=old.uid)
    rows = _rows(connection, is_key(at), HOLDS, LEDGER.c.part > 0)
    numbers = [row.id for row in rows]
    connection.execute(update(LEDGER).where(LEDGER.c.id.in_(numbers)).values(superseded_by=old.id))
    for row in rows:
        take_back(connection, row)
    return numbers


def take_back(connection: Connection, old: Any) -> None:
    """Undo what a Ledger row did: its reply, its failures, and the Standing of its Prompt where that is its doing."""
    if old.same_as is not None:
        return
    connection.execute(delete(BULLET).where(BULLET.c.reply_id == old.id))
    connection.execute(delete(REPLY).where(REPLY.c.id == old.id))
    connection.execute(delete(DELIVERY_FAILURE).where(DELIVERY_FAILURE.c.ledger_id == old.id))
    if old.employee_id is None or old.standing is None:
        return
    key = prompt_key_of(old)
    prompt = lock_prompts(connection, (key,)).get(key)
    if prompt is None:
        return
    settled = Standing(old.standing).settled
    if old.standing == prompt.standing and (not settled or prompt.answered_by == old.id):
        _stand_without(connection, old, prompt)
    elif prompt.reply_id == old.id:
        connection.execute(update(PROMPT).where(is_prompt(key)).values(reply_id=None))


def _stand_without(connection: Connection, old: Any, prompt: Any) -> None:
    """The Prompt as the other messages leave it."""
    query = (
        select(LEDGER.c.id, LEDGER.c.arrived_at, LEDGER.c.standing, REPLY.c.id.label("reply_id"))
        .outerjoin(REPLY, REPLY.c.id == LEDGER.c.id)
        .where(
            LEDGER.c.employee_id == old.employee_id,
            LEDGER.c.campaign_id == old.campaign_id,
            LEDGER.c.round_id == old.round_id,
            LEDGER.c.standing.is_not(None),
            LEDGER.c.same_as.is_(None),
            LEDGER.c.id != old.id,
            HOLDS,
        )
        .order_by(LEDGER.c.id)
    )
    others = connection.execute(query).all()
    good = [row for row in others if Standing(row.standing).settled]
    best = max(good, key=lambda row: (row.arrived_at, row.id), default=None)
    standing = Standing(best.standing) if best is not None else _last_of(row.standing for row in others)
    set_answer(
        connection,
        prompt,
        standing,
        answered_at=best.arrived_at if best is not None else None,
        answered_by=best.id if best is not None else None,
        reply_id=best.reply_id if best is not None else None,
    )


def _last_of(standings: Iterable[str]) -> Standing:
    """What refused and automatic messages make of a Prompt, one after the other."""
    present = Standing.AWAITING
    for each in standings:
        if replaces(present, Standing(each)):
            present = Standing(each)
    return present


def _rows(connection: Connection, *conditions: ColumnElement[bool] | TextClause) -> Sequence[Any]:
    return connection.execute(select(LEDGER).where(*conditions)).all()


def _family(connection: Connection, key: MessageKey) -> list[Any]:
    """The rows of a message: what was decided of it before, and the same message under other keys."""
    found = {row.id: row for row in (*_rows(connection, is_key(key), HOLDS), *_rows(connection, is_key(key), IS_PAST))}
    for _ in range(FAMILY_AT_MOST):
        named = {row.same_as for row in found.values() if row.same_as is not None}
        wider = list(_rows(connection, or_(LEDGER.c.id.in_(named), LEDGER.c.same_as.in_(list(found)))))
        for row in [*wider, *found.values()]:
            at = MessageKey(mailbox=row.mailbox, uidvalidity=row.uidvalidity, uid=row.uid)
            wider += [*_rows(connection, is_key(at), HOLDS), *_rows(connection, is_key(at), IS_PAST)]
        before = len(found)
        found |= {row.id: row for row in wider}
        if len(found) == before:
            break
    return [found[number] for number in sorted(found)]


def _begun(row: Any) -> ColumnElement[bool]:
    at = MessageKey(mailbox=row.mailbox, uidvalidity=row.uidvalidity, uid=row.uid)
    return and_(*(READING.c[name] == value for name, value in key_values(at).items()))


def _withdraw(connection: Connection, family: Sequence[Any], *, told: bool) -> Erasure:
    """Delete what waits to be sent about these; of the Erasure, only what concerns mail."""
    about: list[ColumnElement[bool]] = [
        OUTBOX.c.key.in_([f"alert/{row.mailbox}/{row.uidvalidity}/{row.uid}" for row in family])
    ]
    for key in {prompt_key_of(row) for row in family if row.employee_id is not None}:
        of_round = and_(OUTBOX.c.campaign_id == key.campaign_id, OUTBOX.c.round_id == key.round_id)
        about.append(and_(of_round, OUTBOX.c.employee_id == key.employee_id, OUTBOX.c.kind.in_(ANSWERING)))
        if told:
            about.append(and_(of_round, OUTBOX.c.kind.in_(TELLING), _may_tell(connection, key)))
    about += [_caused_by(EmployeeId(boss)) for boss in sorted(said_by(row.reason for row in family))]
    query = select(OUTBOX.c.id, OUTBOX.c.state, OUTBOX.c.kind, OUTBOX.c.recipient).where(or_(*about)).with_for_update()
    found = connection.execute(query).all()
    under_way = {MailState.CLAIMED.value, MailState.IN_DATA.value}
    sent = [row for row in found if row.state == MailState.SENT.value]
    waiting = [row.id for row in found if row.state not in {MailState.SENT.value, *under_way}]
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.mail_id.in_(waiting)))
    connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(waiting)))
    return Erasure(
        mails=len(waiting),
        sent=len(sent),
        leaving=len(found) - len(waiting) - len(sent),
        readers=tuple(sorted({row.recipient for row in sent if row.kind in QUOTING})),
    )


def _may_tell(connection: Connection, key: PromptKey) -> ColumnElement[bool]:
    """Copies; Digests that name the person, whoever their Supervisor is by now; roll-ups of those further up."""
    above: list[str] = []
    one: str | None = key.employee_id
    while one is not None and one not in above:
        above.append(one)
        query = select(PROMPT.c.supervisor_id).where(
            PROMPT.c.campaign_id == key.campaign_id, PROMPT.c.round_id == key.round_id, PROMPT.c.employee_id == one
        )
        one = connection.execute(query).scalar_one_or_none()
    near = and_(OUTBOX.c.kind != MailKind.ROLL_UP.value, OUTBOX.c.employee_id.in_(above[:2]))
    further = and_(OUTBOX.c.kind == MailKind.ROLL_UP.value, OUTBOX.c.employee_id.in_(above))
    return or_(near, further, OUTBOX.c.about.contains(words_to_json((key.employee_id,))[1:-1], autoescape=True))


def _caused_by(boss: EmployeeId) -> ColumnElement[bool]:
    """Mail that quotes what a Supervisor wrote: to them, and to those who report to them."""
    people = select(PROMPT.c.employee_id).where(PROMPT.c.supervisor_id == boss)
    to_boss = and_(OUTBOX.c.kind == MailKind.CONFIRMATION.value, OUTBOX.c.employee_id == boss)
    return or_(to_boss, and_(OUTBOX.c.kind == MailKind.COMMENT.value, OUTBOX.c.employee_id.in_(people)))


def _reduced(event: Event) -> dict[str, Any]:
    return {
        "digest": None,
        "size": 0,
        "evidence": "[]",
        "sender": None,
        "message_id": None,
        "decision": None,
        "findings": "[]",
        "reason": ERASED,
        "standing": None,
        "filing": Folder.PROCESSED.value,
        "flag": None,
        "copies": "[]",
        "lies_in": None,
        "filed_at": func.coalesce(LEDGER.c.filed_at, event.at),
    }


def _checkpoint(link: Any) -> str:
    cursor = link.cursor()
    busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    cursor.close()
    if busy:
        return "the write-ahead log could not be emptied, because others are reading: erase again when they are done"
    return "deleted bytes were overwritten with zeros (secure_delete) and the write-ahead log was emptied"
