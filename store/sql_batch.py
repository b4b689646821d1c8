"""Several messages at once, in SQL: what each costs is mostly its commit, so a batch has one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain, groupby

from sqlalchemy import Connection, and_, delete, insert, select

from domain.ledger import MessageKey, Recorded, Recording
from domain.verdict import Decision
from store import transaction
from store.rows import entry_values, event_values, failure_values, key_values, reply_values
from store.sql_ledger import SqlLedger
from store.sql_outbox import enqueue
from store.sql_standing import Answer, change_answered, lock_prompts
from store.tables import BULLET, DELIVERY_FAILURE, EVENT, LEDGER, READING, REPLY
from store.transaction import KEYS_AT_ONCE, in_pages, insert_new, reads, writes

AT_ONCE = 500


class SqlBatch(SqlLedger):
    """See `domain.ports.LedgerStore`."""

    @reads
    def begun(self, connection: Connection, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> Mapping[int, int]:
        """Which of these somebody began to read and did not record, and how often."""
        found: dict[int, int] = {}
        for page in in_pages(uids, KEYS_AT_ONCE):
            there = and_(READING.c.mailbox == mailbox, READING.c.uidvalidity == uidvalidity, READING.c.uid.in_(page))
            query = select(READING.c.uid, READING.c.tries).where(there)
            found.update({row.uid: row.tries for row in connection.execute(query)})
        return found

    def begin_many(self, keys: Sequence[MessageKey], now: datetime) -> Mapping[MessageKey, int]:
        """Count one more try for each of these. In the order of keys, so that rivals wait and do not dead-lock."""
        in_order = sorted(set(keys), key=_place)
        return dict(chain.from_iterable(self._begin(page, now).items() for page in in_pages(in_order, AT_ONCE)))

    @writes
    def _begin(self, connection: Connection, keys: Sequence[MessageKey], now: datetime) -> Mapping[MessageKey, int]:
        rows = [{**key_values(key), "tries": 1, "begun_at": now} for key in keys]
        statement = transaction.insert(connection, READING)
        counted = statement.on_conflict_do_update(
            index_elements=["mailbox", "uidvalidity", "uid"],
            set_={"tries": READING.c.tries + 1, "begun_at": now},
        )
        found = connection.execute(counted.returning(*READING.c), rows)
        return {MessageKey(mailbox=row.mailbox, uidvalidity=row.uidvalidity, uid=row.uid): row.tries for row in found}

    def record_many(self, recordings: Sequence[Recording]) -> tuple[Recorded, ...]:
        """Write what is new and simple in one transaction, the rest one by one after it."""
        for one in recordings:
            if one.entry.decision is Decision.WITHHELD and (one.reply is not None or one.on_behalf):
                raise ValueError("The text of a withheld message is not kept.")
        simple = {one.entry.arrival.key: one for one in reversed(recordings) if _is_simple(one)}
        in_order = [simple[key] for key in sorted(simple, key=_place)]
        new = {id(one) for page in in_pages(in_order, AT_ONCE) for one in self._record_new(page)}
        return tuple(Recorded.NEW if id(one) in new else self.record(one) for one in recordings)

    @writes
    def _record_new(self, connection: Connection, recordings: Sequence[Recording]) -> list[Recording]:
        """Write those that meet no unique index, in the order of keys; these."""
        for (mailbox, uidvalidity), group in groupby(sorted(_place(one.entry.arrival.key) for one in recordings), _box):
            there = and_(READING.c.mailbox == mailbox, READING.c.uidvalidity == uidvalidity)
            connection.execute(delete(READING).where(there, READING.c.uid.in_([uid for _, _, uid in group])))
        rows = [entry_values(one) for one in recordings]
        numbers = {
            (row.mailbox, row.uidvalidity, row.uid): int(row.id)
            for row in insert_new(connection, LEDGER, rows, "id", "mailbox", "uidvalidity", "uid")
        }
        new = [(numbers[place], one) for one in recordings if (place := _place(one.entry.arrival.key)) in numbers]
        _take_effects(connection, new)
        return [one for _, one in new]


def _is_simple(recording: Recording) -> bool:
    """Whether it changes nobody's Prompts but its own sender's."""
    return recording.away is None and not recording.on_behalf and not recording.absences


def _place(key: MessageKey) -> tuple[str, int, int]:
    return key.mailbox, key.uidvalidity, key.uid


def _box(place: tuple[str, int, int]) -> tuple[str, int]:
    return place[:2]


def _take_effects(connection: Connection, new: Sequence[tuple[int, Recording]]) -> None:
    """What `sql_ledger.take_effect` does, for many. Every table is gone through once and in one order for everybody."""
    failed = [(number, failure) for number, one in new for failure in one.failures]
    touched = {change.prompt for _, one in new for change in one.standings} | {failure.prompt for _, failure in failed}
    answered = [(number, one.reply) for number, one in new if one.reply is not None]
    # Before the replies, which refer to them: a lock that is shared first and wanted alone later is a dead-lock of two.
    rows = lock_prompts(connection, touched | {reply.prompt for _, reply in answered})
    if answered:
        connection.execute(insert(REPLY), [reply_values(number, reply) for number, reply in answered])
    bullets = [
        {"reply_id": number, "position": at, "text": text}
        for number, reply in answered
        for at, text in enumerate(reply.bullets)
    ]
    if bullets:
        connection.execute(insert(BULLET), bullets)
    change_answered(connection, rows, [(change, _answer(at, one)) for at, one in new for change in one.standings])
    if failed:
        connection.execute(insert(DELIVERY_FAILURE), [failure_values(number, failure) for number, failure in failed])
    events = [event_values(event) for _, one in new for event in one.events]
    if events:
        connection.execute(insert(EVENT), events)
    enqueue(connection, [mail for _, one in new for mail in one.mails])


def _answer(number: int, recording: Recording) -> Answer:
    arrived_at = recording.entry.arrival.arrived_at
    return Answer(arrived_at=arrived_at, ledger_id=number, with_text=recording.reply is not None)
