"""The Ledger in SQL: one Recording in one transaction, told from a known message by unique indexes alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from domain.errors import StoreError
from domain.ledger import (
    AwayNote,
    DeliveryFailure,
    Event,
    Filing,
    Folder,
    KeptReply,
    LedgerEntry,
    MessageKey,
    Recorded,
    Recording,
    StandingChange,
)
from domain.standing import Standing
from domain.verdict import Decision
from store import transaction
from store.rows import (
    entry_of,
    entry_values,
    event_of,
    event_values,
    failure_of,
    failure_values,
    filing_of,
    key_values,
    part_values,
    reply_values,
)
from store.sql_arrangements import keep_acting, keep_leave
from store.sql_outbox import enqueue
from store.sql_standing import Answer, change_standings, note_away
from store.tables import BULLET, CURSOR, DELIVERY_FAILURE, EVENT, HOLDS, LEDGER, READING, REPLY
from store.transaction import KEYS_AT_ONCE, Transacting, in_pages, insert_new, reads, writes

SAME = "the same message under another key"
GONE = "The first of two equal messages vanished while the second was recorded, again and again."
VANISHED_AT_MOST = 3


class SqlLedger(Transacting):
    """See `domain.ports.LedgerStore`."""

    @writes
    def begin(self, connection: Connection, key: MessageKey, now: datetime) -> int:
        """Count one more try to read this message."""
        statement = transaction.insert(connection, READING).values(**key_values(key), tries=1, begun_at=now)
        counted = statement.on_conflict_do_update(
            index_elements=["mailbox", "uidvalidity", "uid"],
            set_={"tries": READING.c.tries + 1, "begun_at": now},
        )
        return int(connection.execute(counted.returning(READING.c.tries)).scalar_one())

    @writes
    def record(self, connection: Connection, recording: Recording) -> Recorded:
        """Write a Recording. ValueError where text of a withheld message is given."""
        entry = recording.entry
        if entry.decision is Decision.WITHHELD and (recording.reply is not None or recording.on_behalf):
            raise ValueError("The text of a withheld message is not kept.")
        connection.execute(delete(READING).where(*(READING.c[name] == of for name, of in _key_items(entry))))
        for _ in range(VANISHED_AT_MOST):
            new = insert_new(connection, LEDGER, [entry_values(recording)], "id")
            if new:
                take_effect(connection, new[0].id, recording)
                return Recorded.NEW
            if (known := _known(connection, recording)) is not None:
                return known
        raise StoreError(GONE)

    @reads
    def unfiled(self, connection: Connection, mailbox: str, *, limit: int = 1000) -> tuple[Filing, ...]:
        """Oldest first."""
        query = (
            select(LEDGER)
            .where(LEDGER.c.mailbox == mailbox, LEDGER.c.filed_at.is_(None), LEDGER.c.part == 0)
            .order_by(LEDGER.c.id)
            .limit(limit)
        )
        return tuple(filing_of(row) for row in connection.execute(query))

    @writes
    def mark_filed(self, connection: Connection, keys: Sequence[MessageKey], now: datetime) -> None:
        """Say that these were filed away."""
        for place in sorted({(key.mailbox, key.uidvalidity) for key in keys}):
            uids = sorted(key.uid for key in keys if (key.mailbox, key.uidvalidity) == place)
            for page in in_pages(uids, KEYS_AT_ONCE):
                connection.execute(update(LEDGER).where(_in_place(*place, page)).values(filed_at=now))

    @reads
    def recorded(self, connection: Connection, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Which of these are recorded."""
        found: set[int] = set()
        for page in in_pages(uids, KEYS_AT_ONCE):
            query = select(LEDGER.c.uid).where(_in_place(mailbox, uidvalidity, page))
            found.update(connection.execute(query).scalars())
        return frozenset(found)

    @reads
    def cursor(self, connection: Connection, mailbox: str) -> tuple[int, int] | None:
        """UIDVALIDITY and highest UID handled."""
        row = connection.execute(select(CURSOR).where(CURSOR.c.mailbox == mailbox)).one_or_none()
        return (row.uidvalidity, row.uid) if row is not None else None

    @writes
    def set_cursor(self, connection: Connection, mailbox: str, uidvalidity: int, uid: int, now: datetime) -> None:
        """Remember how far the mailbox was handled."""
        values = {"uidvalidity": uidvalidity, "uid": uid, "polled_at": now}
        statement = transaction.insert(connection, CURSOR).values(mailbox=mailbox, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["mailbox"], set_=values))

    @reads
    def last_poll(self, connection: Connection, mailbox: str) -> datetime | None:
        """When the cursor was last set."""
        at: datetime | None = connection.execute(
            select(CURSOR.c.polled_at).where(CURSOR.c.mailbox == mailbox)
        ).scalar_one_or_none()
        return at

    @reads
    def entries(
        self,
        connection: Connection,
        *,
        limit: int = 50,
        decision: str | None = None,
        filing: Folder | None = None,
        message_id: str | None = None,
        since: datetime | None = None,
        before: int | None = None,
    ) -> tuple[LedgerEntry, ...]:
        """What holds now, newest first."""
        query = select(LEDGER).where(HOLDS, LEDGER.c.part == 0).order_by(LEDGER.c.id.desc()).limit(limit)
        if decision is not None:
            query = query.where(LEDGER.c.decision == decision)
        if filing is not None:
            query = query.where(LEDGER.c.filing == filing.value)
        if message_id is not None:
            query = query.where(LEDGER.c.message_id == message_id)
        if since is not None:
            query = query.where(LEDGER.c.arrived_at >= since)
        if before is not None:
            query = query.where(LEDGER.c.id < before)
        return tuple(entry_of(row) for row in connection.execute(query))

    @reads
    def failures(self, connection: Connection, *, limit: int = 1000) -> tuple[DeliveryFailure, ...]:
        """Newest first."""
        query = select(DELIVERY_FAILURE).order_by(DELIVERY_FAILURE.c.id.desc()).limit(limit)
        return tuple(failure_of(row) for row in connection.execute(query))

    @writes
    def write_event(self, connection: Connection, event: Event) -> None:
        """Write an Event by itself."""
        connection.execute(insert(EVENT).values(event_values(event)))

    @reads
    def events(self, connection: Connection, *, limit: int = 50) -> tuple[Event, ...]:
        """Newest first."""
        return tuple(
            event_of(row) for row in connection.execute(select(EVENT).order_by(EVENT.c.id.desc()).limit(limit))
        )


def _key_items(entry: LedgerEntry) -> list[tuple[str, Any]]:
    return list(key_values(entry.arrival.key).items())


def is_key(key: MessageKey) -> ColumnElement[bool]:
    """The condition for the rows of one place."""
    return and_(*(LEDGER.c[name] == value for name, value in key_values(key).items()))


def _in_place(mailbox: str, uidvalidity: int, uids: Sequence[int]) -> ColumnElement[bool]:
    return and_(LEDGER.c.mailbox == mailbox, LEDGER.c.uidvalidity == uidvalidity, LEDGER.c.uid.in_(uids), HOLDS)


def _known(connection: Connection, recording: Recording) -> Recorded | None:
    """A unique index refused the row: see which, and have the message filed away like the first; None if that is gone."""
    key = recording.entry.arrival.key
    if connection.execute(update(LEDGER).where(is_key(key), HOLDS).values(filed_at=None)).rowcount:
        return Recorded.KNOWN_KEY
    same = same_as_first(connection, recording)
    return Recorded.KNOWN_MESSAGE if same and insert_new(connection, LEDGER, [same], "id") else None


def same_as_first(connection: Connection, recording: Recording) -> dict[str, Any] | None:
    """The row of a message that is recorded under another key; None where it is not."""
    arrival = recording.entry.arrival
    first = _first(connection, arrival.key.mailbox, arrival.provider_id, arrival.digest)
    if first is None:
        return None
    return entry_values(recording) | {
        "same_as": first.id,
        "decision": None,  # it was decided once
        "findings": "[]",
        "reason": SAME,
        "standing": None,
        "filing": first.filing,
        "flag": first.flag,
    }


def _first(connection: Connection, mailbox: str, provider_id: str | None, digest: str | None) -> Any:
    by_provider_id = and_(LEDGER.c.mailbox == mailbox, LEDGER.c.provider_id == provider_id)
    for given, same in ((provider_id, by_provider_id), (digest, LEDGER.c.digest == digest)):
        if given is None:
            continue
        query = select(LEDGER.c.id, LEDGER.c.filing, LEDGER.c.flag).where(same, LEDGER.c.same_as.is_(None), HOLDS)
        row = connection.execute(query).one_or_none()
        if row is not None:
            return row
    return None


def take_effect(connection: Connection, ledger_id: int, recording: Recording) -> None:
    """All that a new message changes beside its own row."""
    if recording.reply is not None:
        _keep(connection, ledger_id, recording.reply)
    answer = Answer(
        arrived_at=recording.entry.arrival.arrived_at,
        ledger_id=ledger_id,
        with_text=recording.reply is not None,
    )
    keep_leave(connection, recording.leaves)
    for acting in recording.acting:
        keep_acting(connection, acting)
    change_standings(connection, recording.standings, answer=answer)
    # After the standings: a Prompt that is `away` only since the close must wait for the return too.
    for note in (*_some(recording.away), *recording.absences):
        note_away(connection, note)
    for part, reply in enumerate(recording.on_behalf, 1):
        _cover(connection, part, reply, recording)
    if recording.failures:
        rows = [failure_values(ledger_id, failure) for failure in recording.failures]
        connection.execute(insert(DELIVERY_FAILURE), rows)
    if recording.events:
        connection.execute(insert(EVENT), [event_values(event) for event in recording.events])
    enqueue(connection, recording.mails)


def _some(note: AwayNote | None) -> tuple[AwayNote, ...]:
    return (note,) if note is not None else ()


def _cover(connection: Connection, part: int, reply: KeptReply, recording: Recording) -> None:
    """What a Supervisor answers for somebody: a Ledger row, a version of the answer, and the Standing."""
    row = insert(LEDGER).values(part_values(recording, part, reply)).returning(LEDGER.c.id)
    ledger_id = int(connection.execute(row).scalar_one())
    _keep(connection, ledger_id, reply)
    change = StandingChange(prompt=reply.prompt, standing=Standing.COVERED, reason=recording.entry.reason)
    answer = Answer(arrived_at=reply.arrived_at, ledger_id=ledger_id, with_text=True)
    change_standings(connection, [change], answer=answer)


def _keep(connection: Connection, ledger_id: int, reply: KeptReply) -> None:
    connection.execute(insert(REPLY).values(reply_values(ledger_id, reply)))
    bullets = [{"reply_id": ledger_id, "position": at, "text": text} for at, text in enumerate(reply.bullets)]
    if bullets:
        connection.execute(insert(BULLET), bullets)
