"""The Outbox in SQL: rows are claimed, leased on the database's clock and fenced by an epoch."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from domain.ledger import PromptKey
from domain.outbox import Attempt, ClaimedMail, MailId, MailKind, MailState, OutboundMail, Sent
from domain.round import CampaignId, RoundId, Window
from domain.unit import UnitPath
from store.columns import database_now
from store.rows import attempt_of, attempt_values, mail_of, mail_values, prompt_key_of
from store.sql_standing import lock_prompts, set_window
from store.tables import ATTEMPT, IS_ANSWER, IS_LEASED, IS_PRESSING, IS_QUEUED, OUTBOX
from store.transaction import Transacting, insert_missing, reads, writes

EXPIRED = "It expired before it could be sent."
LAPSED = "The sender died or hung after it gave the content away; the relay may have accepted it."
NOT_LEASED = {"owner": "", "lease_seconds": 0.0, "lease_until": 0.0}


def enqueue(connection: Connection, mails: Sequence[OutboundMail]) -> int:
    """Queue what is not queued yet, in the caller's transaction; how many were new."""
    # Key order, so that two who queue the same mails wait for each other instead of dead-locking.
    return insert_missing(connection, OUTBOX, (mail_values(mail) for mail in sorted(mails, key=lambda each: each.key)))


class SqlOutbox(Transacting):
    """See `domain.ports.OutboxStore`."""

    @writes
    def enqueue(self, connection: Connection, mails: Sequence[OutboundMail]) -> int:
        """Queue what is not queued yet (by key); how many were new."""
        return enqueue(connection, mails)

    @writes
    def claim(
        self, connection: Connection, owner: str, *, now: datetime, limit: int, lease: timedelta
    ) -> tuple[ClaimedMail, ...]:
        """Take what is due: lapsed claims first, then what somebody waits for, then the rest.

        1. Lock up to `limit` such rows, oldest first; skip what another sender is locking.
        2. Name those that may have been accepted; cancel what has expired.
        3. Claim the rest under a new epoch; go back to 1 if expired rows took their places.
        """
        claimed: list[ClaimedMail] = []
        has_come = OUTBOX.c.not_before <= now
        lapsed = and_(IS_LEASED, OUTBOX.c.lease_until <= database_now())
        for due in (lapsed, and_(IS_PRESSING, has_come), and_(IS_QUEUED, has_come)):
            while len(claimed) < limit:
                rows = _lock(connection, due, limit - len(claimed))
                if not rows:
                    break
                _name_ambiguous(connection, rows, now)
                expired = [row for row in rows if row.expires_at is not None and row.expires_at <= now]
                _cancel(connection, expired, now)
                gone = {row.id for row in expired}
                claimed += _claim(connection, [row for row in rows if row.id not in gone], owner, lease)
        return tuple(claimed)

    @writes
    def enter_data(self, connection: Connection, mail_id: MailId, epoch: int) -> bool:
        """Say that content is about to be given away. The lease starts anew, so that DATA has all of it."""
        ours = and_(
            OUTBOX.c.id == mail_id,
            OUTBOX.c.epoch == epoch,
            OUTBOX.c.state == MailState.CLAIMED.value,
            OUTBOX.c.lease_until > database_now(),
        )
        values = {"state": MailState.IN_DATA.value, "lease_until": database_now() + OUTBOX.c.lease_seconds}
        return connection.execute(update(OUTBOX).where(ours).values(values)).rowcount == 1

    @writes
    def finish(
        self, connection: Connection, mail_id: MailId, epoch: int, attempt: Attempt, retry_at: datetime | None
    ) -> bool:
        """Write the Attempt and the new state, unless another sender has the mail by now."""
        ours = and_(OUTBOX.c.id == mail_id, OUTBOX.c.epoch == epoch, IS_LEASED)
        values: dict[str, Any] = {**NOT_LEASED, "tries": OUTBOX.c.tries + (0 if attempt.connection else 1)}
        if attempt.result is Sent.ACCEPTED:
            values |= {"state": MailState.SENT.value, "content": b""}
        elif attempt.result is Sent.HELD:
            values |= {"state": MailState.HELD.value, "tries": OUTBOX.c.tries}
        elif attempt.result is Sent.CANCELLED:
            values |= {"state": MailState.CANCELLED.value, "content": b""}
        elif retry_at is not None:
            values |= {"state": MailState.QUEUED.value, "not_before": retry_at}
        else:
            values |= {"state": MailState.FAILED.value, "content": b""}
        begins = (OUTBOX.c.campaign_id, OUTBOX.c.round_id, OUTBOX.c.employee_id, OUTBOX.c.window_seconds)
        mail = connection.execute(update(OUTBOX).where(ours).values(values).returning(*begins)).one_or_none()
        if mail is None:
            return False
        connection.execute(insert(ATTEMPT).values(attempt_values(mail_id, epoch, attempt)))
        if attempt.result is Sent.ACCEPTED and mail.window_seconds is not None:
            _begin_window(connection, prompt_key_of(mail), attempt.at, timedelta(seconds=mail.window_seconds))
        return True

    @writes
    def hold(
        self, connection: Connection, unit: UnitPath, *, campaign_id: CampaignId, round_id: RoundId, hold: bool
    ) -> int:
        """Hold or let go."""
        before, after = (MailState.QUEUED, MailState.HELD) if hold else (MailState.HELD, MailState.QUEUED)
        chosen = and_(
            OUTBOX.c.state == before.value,
            OUTBOX.c.kind.in_([MailKind.PROMPT.value, MailKind.REMINDER.value]),
            OUTBOX.c.campaign_id == campaign_id,
            OUTBOX.c.round_id == round_id,
            below(OUTBOX.c.unit, unit),
        )
        return connection.execute(update(OUTBOX).where(chosen).values(state=after.value)).rowcount

    @reads
    def answers_since(self, connection: Connection, since: datetime, *, at_most: int) -> int:
        """By the index of answers alone; `not_before` of an answer is when it was made."""
        some = select(OUTBOX.c.id).where(IS_ANSWER, OUTBOX.c.not_before >= since).limit(at_most).subquery()
        return int(connection.execute(select(func.count()).select_from(some)).scalar_one())

    @reads
    def outbox_counts(self, connection: Connection) -> tuple[tuple[MailKind, MailState, int], ...]:
        """By kind and state."""
        query = select(OUTBOX.c.kind, OUTBOX.c.state, func.count()).group_by(OUTBOX.c.kind, OUTBOX.c.state)
        found = [(MailKind(kind), MailState(state), count) for kind, state, count in connection.execute(query)]
        return tuple(sorted(found))

    @reads
    def attempts(self, connection: Connection, mail_id: MailId) -> tuple[Attempt, ...]:
        """Oldest first."""
        query = select(ATTEMPT).where(ATTEMPT.c.mail_id == mail_id).order_by(ATTEMPT.c.id)
        return tuple(attempt_of(row) for row in connection.execute(query))

    @reads
    def mail_by_key(self, connection: Connection, key: str) -> tuple[MailId, OutboundMail] | None:
        """A mail of ours by its key."""
        row = connection.execute(select(OUTBOX).where(OUTBOX.c.key == key)).one_or_none()
        return (MailId(row.id), mail_of(row)) if row is not None else None


def _begin_window(connection: Connection, key: PromptKey, at: datetime, length: timedelta) -> None:
    """The Prompt has been delivered: its hours run from now."""
    for row in lock_prompts(connection, (key,)).values():
        window = Window(opens_at=row.opens_at, closes_at=row.closes_at, grace_until=row.grace_until)
        set_window(connection, key, window.begun(at, length))


def below(column: ColumnElement[str], unit: UnitPath) -> ColumnElement[bool]:
    """Whether the Unit in `column` is `unit` or below it: a range, so that an index serves it."""
    after_slash = chr(ord("/") + 1)
    if not unit:
        return column == column  # noqa: PLR0124 - all of the organisation
    return or_(column == unit, and_(column > f"{unit}/", column < f"{unit}{after_slash}"))


def _lock(connection: Connection, due: ColumnElement[bool], limit: int) -> Sequence[Any]:
    query = select(OUTBOX).where(due).order_by(OUTBOX.c.not_before, OUTBOX.c.id).limit(limit)
    # SQLite knows no row locks and needs none: a writer there is alone from its BEGIN IMMEDIATE on.
    return connection.execute(query.with_for_update(skip_locked=True)).all()


def _name_ambiguous(connection: Connection, rows: Sequence[Any], now: datetime) -> None:
    lapsed = Attempt(at=now, result=Sent.AMBIGUOUS, words=LAPSED)
    values = [attempt_values(row.id, row.epoch, lapsed) for row in rows if row.state == MailState.IN_DATA.value]
    if values:
        connection.execute(insert(ATTEMPT), values)
        mails = [each["mail_id"] for each in values]
        connection.execute(update(OUTBOX).where(OUTBOX.c.id.in_(mails)).values(tries=OUTBOX.c.tries + 1))


def _cancel(connection: Connection, rows: Sequence[Any], now: datetime) -> None:
    if not rows:
        return
    expired = Attempt(at=now, result=Sent.REFUSED, words=EXPIRED)
    connection.execute(insert(ATTEMPT), [attempt_values(row.id, row.epoch, expired) for row in rows])
    values = {**NOT_LEASED, "state": MailState.CANCELLED.value, "content": b""}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id.in_([row.id for row in rows])).values(values))


def _claim(connection: Connection, rows: Sequence[Any], owner: str, lease: timedelta) -> list[ClaimedMail]:
    if not rows:
        return []
    seconds = lease.total_seconds()
    values = {
        "state": MailState.CLAIMED.value,
        "owner": owner,
        "epoch": OUTBOX.c.epoch + 1,
        "lease_seconds": seconds,
        "lease_until": database_now() + seconds,
    }
    connection.execute(update(OUTBOX).where(OUTBOX.c.id.in_([row.id for row in rows])).values(values))
    return [
        ClaimedMail(
            id=MailId(row.id),
            epoch=row.epoch + 1,
            tries=row.tries + (row.state == MailState.IN_DATA.value),
            mail=mail_of(row),
        )
        for row in rows
    ]
