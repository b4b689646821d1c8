"""The tables. A row class says what is kept; hot paths use its Core table (`EMPLOYEE`, `PROMPT`, ...).

Rows do not validate and stay inside this folder: domain values go in and come out.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Table, text
from sqlmodel import Field, SQLModel

from store.columns import Instant, RowNumber, Seconds, Words


class EmployeeRow(SQLModel, table=True):
    """An Employee. `aliases` and `delegates` are lines. Who has left the Roster stays, not `active`."""

    __tablename__ = "employee"
    __table_args__ = (
        Index("employee_by_supervisor", "supervisor_id", "id"),
        Index("employee_by_unit", "unit", "id"),
    )
    id: str = Field(primary_key=True, sa_type=Words)
    name: str = Field(sa_type=Words)
    address: str = Field(sa_type=Words)
    aliases: str = Field(sa_type=Words)
    delegates: str = Field(sa_type=Words)
    unit: str = Field(sa_type=Words)
    supervisor_id: str | None = Field(sa_type=Words)
    category: str = Field(sa_type=Words)
    time_zone: str | None = Field(sa_type=Words)
    locale: str | None = Field(sa_type=Words)
    away_until: date | None
    acting: str | None = Field(sa_type=Words)
    since: date | None
    active: bool


class AddressRow(SQLModel, table=True):
    """Which active Employees an address belongs to: their own, an alias, or a delegate's."""

    __tablename__ = "address"
    __table_args__ = (Index("address_by_employee", "employee_id"),)
    address: str = Field(primary_key=True, sa_type=Words)
    employee_id: str = Field(primary_key=True, sa_type=Words)
    owner_kind: str = Field(primary_key=True, sa_type=Words)


class StagedEmployeeRow(SQLModel, table=True):
    """A row of a Roster that is being imported, by its line."""

    __tablename__ = "staged_employee"
    __table_args__ = (
        Index("staged_employee_by_id", "id"),
        Index("staged_employee_by_supervisor", "supervisor_id", "id"),
    )
    line: int = Field(primary_key=True, sa_type=RowNumber, sa_column_kwargs={"autoincrement": False})
    id: str = Field(sa_type=Words)
    name: str = Field(sa_type=Words)
    address: str = Field(sa_type=Words)
    aliases: str = Field(sa_type=Words)
    delegates: str = Field(sa_type=Words)
    unit: str = Field(sa_type=Words)
    supervisor_id: str | None = Field(sa_type=Words)
    category: str = Field(sa_type=Words)
    time_zone: str | None = Field(sa_type=Words)
    locale: str | None = Field(sa_type=Words)
    away_until: date | None
    acting: str | None = Field(sa_type=Words)
    since: date | None


class StagedAddressRow(SQLModel, table=True):
    """An address of a staged row."""

    __tablename__ = "staged_address"
    line: int = Field(primary_key=True, sa_type=RowNumber)
    owner_kind: str = Field(primary_key=True, sa_type=Words)
    address: str = Field(primary_key=True, sa_type=Words)
    employee_id: str = Field(sa_type=Words)


# Conditions of partial indexes. A query that is to use such an index says the same words, not a parameter.
IS_AWAITING = text("standing = 'awaiting'")
IS_AWAY = text("standing = 'away'")
IS_QUEUED = text("state = 'queued'")
IS_ANSWER = text("kind IN ('comment', 'confirmation', 'copy', 'notice', 'receipt')")
IS_PRESSING = text("state = 'queued' AND kind IN ('alert', 'comment', 'confirmation', 'copy', 'notice', 'receipt')")
IS_LEASED = text("state IN ('claimed', 'in_data')")
IS_UNFILED = text("filed_at IS NULL")
HOLDS = text("superseded_by IS NULL")
IS_PAST = text("superseded_by IS NOT NULL")


class RoundRow(SQLModel, table=True):
    """One week's asking: one row for a Campaign and an ISO week, whoever opens it."""

    __tablename__ = "round"
    campaign_id: str = Field(primary_key=True, sa_type=Words)
    id: str = Field(primary_key=True, sa_type=Words)
    phase: str = Field(sa_type=Words)
    opens_at: datetime = Field(sa_type=Instant)
    closes_at: datetime = Field(sa_type=Instant)
    final_at: datetime = Field(sa_type=Instant)
    code: str = Field(sa_type=Words)
    expanded_upto: str | None = Field(sa_type=Words)
    reminded_upto: datetime | None = Field(sa_type=Instant)


class PromptRow(SQLModel, table=True):
    """One question to one Employee in one Round.

    `answered_at` and `answered_by` are arrival and Ledger row of the good reply that counts; `reply_id` is that row
    too where the reply has text.

    Keys lead with the person: a planner that does not know yet how many Prompts a new Round has would take any index
    that begins with the Round for as good as any other, and read millions of rows.
    """

    __tablename__ = "prompt"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "round_id"], ["round.campaign_id", "round.id"]),
        Index("prompt_by_token", "token", unique=True),
        Index("prompt_by_supervisor", "supervisor_id", "campaign_id", "round_id", "standing"),
        Index(
            "prompt_awaiting",
            "campaign_id",
            "round_id",
            "employee_id",
            sqlite_where=IS_AWAITING,
            postgresql_where=IS_AWAITING,
        ),
        Index("prompt_away", "opens_at", sqlite_where=IS_AWAY, postgresql_where=IS_AWAY),
    )
    employee_id: str = Field(primary_key=True, sa_type=Words)
    campaign_id: str = Field(primary_key=True, sa_type=Words)
    round_id: str = Field(primary_key=True, sa_type=Words)
    name: str = Field(sa_type=Words)
    address: str = Field(sa_type=Words)
    unit: str = Field(sa_type=Words)
    supervisor_id: str | None = Field(sa_type=Words)
    token: str = Field(sa_type=Words)
    message_id: str = Field(sa_type=Words)
    opens_at: datetime = Field(sa_type=Instant)
    closes_at: datetime = Field(sa_type=Instant)
    grace_until: datetime = Field(sa_type=Instant)
    standing: str = Field(sa_type=Words)
    reason: str = Field(sa_type=Words)
    answered_at: datetime | None = Field(sa_type=Instant)
    answered_by: int | None = Field(sa_type=RowNumber)
    reply_id: int | None = Field(sa_type=RowNumber)


class StandingCountRow(SQLModel, table=True):
    """How many Prompts stand where, kept in the transactions that change standings."""

    __tablename__ = "standing_count"
    campaign_id: str = Field(primary_key=True, sa_type=Words)
    round_id: str = Field(primary_key=True, sa_type=Words)
    unit: str = Field(primary_key=True, sa_type=Words)
    standing: str = Field(primary_key=True, sa_type=Words)
    prompts: int


_FIRST_WITH_PROVIDER_ID = text("provider_id IS NOT NULL AND same_as IS NULL AND superseded_by IS NULL")
_FIRST_WITH_DIGEST = text("digest IS NOT NULL AND same_as IS NULL AND superseded_by IS NULL")
_OF_A_PROMPT = text("standing IS NOT NULL")


class LedgerRow(SQLModel, table=True):
    """One inbound message and what was decided; never its text.

    The same message under another key has `same_as` set to the first row, and is filed away like it. A row that was
    decided anew stays, with `superseded_by` set to the row that holds now. `standing` is what it made of its Prompt.
    `part` is 0; where a message answers for others too, each of those Prompts has a row of its own, from 1.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        Index(
            "ledger_by_key",
            "mailbox",
            "uidvalidity",
            "uid",
            "part",
            unique=True,
            sqlite_where=HOLDS,
            postgresql_where=HOLDS,
        ),
        Index("ledger_past", "mailbox", "uidvalidity", "uid", sqlite_where=IS_PAST, postgresql_where=IS_PAST),
        Index(
            "ledger_by_prompt",
            "employee_id",
            "campaign_id",
            "round_id",
            sqlite_where=_OF_A_PROMPT,
            postgresql_where=_OF_A_PROMPT,
        ),
        Index(
            "ledger_by_provider_id",
            "mailbox",
            "provider_id",
            unique=True,
            sqlite_where=_FIRST_WITH_PROVIDER_ID,
            postgresql_where=_FIRST_WITH_PROVIDER_ID,
        ),
        Index(
            "ledger_by_digest",
            "digest",
            unique=True,
            sqlite_where=_FIRST_WITH_DIGEST,
            postgresql_where=_FIRST_WITH_DIGEST,
        ),
        # Strangers choose it, at any length: a B-tree of PostgreSQL would refuse a long one.
        Index("ledger_by_message_id", "message_id", postgresql_using="hash"),
        Index("ledger_by_decision", "decision", "id"),
        Index("ledger_by_filing", "filing", "id"),
        Index(
            "ledger_unfiled",
            "mailbox",
            "id",
            sqlite_where=IS_UNFILED,
            postgresql_where=IS_UNFILED,
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    mailbox: str = Field(sa_type=Words)
    uidvalidity: int = Field(sa_type=RowNumber)
    uid: int = Field(sa_type=RowNumber)
    part: int
    provider_id: str | None = Field(sa_type=Words)
    digest: str | None = Field(sa_type=Words)
    same_as: int | None = Field(sa_type=RowNumber, sa_column_args=(ForeignKey("ledger.id"),))
    superseded_by: int | None = Field(sa_type=RowNumber, sa_column_args=(ForeignKey("ledger.id"),))
    arrived_at: datetime = Field(sa_type=Instant)
    size: int = Field(sa_type=RowNumber)
    decided_at: datetime = Field(sa_type=Instant)
    origin: str | None = Field(sa_type=Words)
    evidence: str = Field(sa_type=Words)
    identity: str = Field(sa_type=Words)
    sender: str | None = Field(sa_type=Words)
    message_id: str | None = Field(sa_type=Words)
    message_hash: str | None = Field(sa_type=Words)
    campaign_id: str | None = Field(sa_type=Words)
    round_id: str | None = Field(sa_type=Words)
    employee_id: str | None = Field(sa_type=Words)
    decision: str | None = Field(sa_type=Words)
    findings: str = Field(sa_type=Words)
    rules_version: str = Field(sa_type=Words)
    reason: str = Field(sa_type=Words)
    filing: str = Field(sa_type=Words)
    flag: str | None = Field(sa_type=Words)
    copies: str = Field(sa_type=Words)
    supervisor_copied: bool
    standing: str | None = Field(sa_type=Words)
    lies_in: str | None = Field(sa_type=Words)
    filed_at: datetime | None = Field(sa_type=Instant)


class ReplyRow(SQLModel, table=True):
    """One version of the answer to a Prompt; which one counts stands in the Prompt."""

    __tablename__ = "reply"
    __table_args__ = (
        ForeignKeyConstraint(
            ["employee_id", "campaign_id", "round_id"],
            ["prompt.employee_id", "prompt.campaign_id", "prompt.round_id"],
        ),
        Index("reply_by_prompt", "employee_id", "campaign_id", "round_id"),
    )
    id: int = Field(
        primary_key=True,
        sa_type=RowNumber,
        sa_column_args=(ForeignKey("ledger.id"),),
        sa_column_kwargs={"autoincrement": False},
    )
    campaign_id: str = Field(sa_type=Words)
    round_id: str = Field(sa_type=Words)
    employee_id: str = Field(sa_type=Words)
    arrived_at: datetime = Field(sa_type=Instant)
    body: str = Field(sa_type=Words)
    unsure: bool
    late: bool
    supervisor_copied: bool


class BulletRow(SQLModel, table=True):
    """One Bullet of a reply, numbered from 0."""

    __tablename__ = "bullet"
    reply_id: int = Field(primary_key=True, sa_type=RowNumber, sa_column_args=(ForeignKey("reply.id"),))
    position: int = Field(primary_key=True)
    text: str = Field(sa_type=Words)


class DeliveryFailureRow(SQLModel, table=True):
    """A Prompt that did not reach its Employee, as a bounce in the Ledger says."""

    __tablename__ = "delivery_failure"
    __table_args__ = (
        Index("delivery_failure_by_employee", "employee_id", "id"),
        Index("delivery_failure_by_ledger", "ledger_id"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    ledger_id: int = Field(sa_type=RowNumber, sa_column_args=(ForeignKey("ledger.id"),))
    campaign_id: str = Field(sa_type=Words)
    round_id: str = Field(sa_type=Words)
    employee_id: str = Field(sa_type=Words)
    address: str = Field(sa_type=Words)
    reason: str = Field(sa_type=Words)
    status: str | None = Field(sa_type=Words)


class ReadingRow(SQLModel, table=True):
    """How often reading a message was begun. The row goes when the message is recorded."""

    __tablename__ = "reading"
    mailbox: str = Field(primary_key=True, sa_type=Words)
    uidvalidity: int = Field(primary_key=True, sa_type=RowNumber)
    uid: int = Field(primary_key=True, sa_type=RowNumber)
    tries: int
    begun_at: datetime = Field(sa_type=Instant)


class OutboxRow(SQLModel, table=True):
    """A mail of ours. `lease_until` is on the database's clock; `tries` counts Attempts that concern this mail."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_by_key", "key", unique=True),
        Index("outbox_by_message_id", "message_id"),
        # For counting. Were `state` first, SQLite would take it for claims and sort all that is queued.
        Index("outbox_by_kind", "kind", "state"),
        Index("outbox_answers", "not_before", sqlite_where=IS_ANSWER, postgresql_where=IS_ANSWER),
        Index(
            "outbox_due",
            "not_before",
            "id",
            sqlite_where=IS_QUEUED,
            postgresql_where=IS_QUEUED,
        ),
        Index("outbox_pressing", "not_before", "id", sqlite_where=IS_PRESSING, postgresql_where=IS_PRESSING),
        Index(
            "outbox_leased",
            "lease_until",
            sqlite_where=IS_LEASED,
            postgresql_where=IS_LEASED,
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    key: str = Field(sa_type=Words)
    kind: str = Field(sa_type=Words)
    recipient: str = Field(sa_type=Words)
    sender: str = Field(sa_type=Words)
    message_id: str = Field(sa_type=Words)
    content: bytes
    not_before: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(sa_type=Instant)
    campaign_id: str | None = Field(sa_type=Words)
    round_id: str | None = Field(sa_type=Words)
    employee_id: str | None = Field(sa_type=Words)
    unit: str = Field(sa_type=Words)
    window_seconds: float | None = Field(sa_type=Seconds)
    about: str = Field(sa_type=Words)
    substance: str = Field(sa_type=Words)
    state: str = Field(sa_type=Words)
    tries: int
    owner: str = Field(sa_type=Words)
    epoch: int = Field(sa_type=RowNumber)
    lease_seconds: float = Field(sa_type=Seconds)
    lease_until: float = Field(sa_type=Seconds)


class AttemptRow(SQLModel, table=True):
    """One try to send a mail."""

    __tablename__ = "attempt"
    __table_args__ = (Index("attempt_by_mail", "mail_id", "id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    mail_id: int = Field(sa_type=RowNumber, sa_column_args=(ForeignKey("outbox.id"),))
    epoch: int = Field(sa_type=RowNumber)
    at: datetime = Field(sa_type=Instant)
    result: str = Field(sa_type=Words)
    code: int | None
    words: str = Field(sa_type=Words)
    connection: bool


class LeaseRow(SQLModel, table=True):
    """Who holds which lease, until when on the database's clock."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True, sa_type=Words)
    owner: str = Field(sa_type=Words)
    epoch: int = Field(sa_type=RowNumber)
    until: float = Field(sa_type=Seconds)


class PolicyRow(SQLModel, table=True):
    """The Policy fields that a Unit sets for itself, as JSON."""

    __tablename__ = "policy"
    unit: str = Field(primary_key=True, sa_type=Words)
    fields: str = Field(sa_type=Words)


class CampaignRow(SQLModel, table=True):
    """A Campaign as it is known here; `fields` is its JSON where it is not one of the configuration."""

    __tablename__ = "campaign"
    id: str = Field(primary_key=True, sa_type=Words)
    since: datetime = Field(sa_type=Instant)
    fields: str | None = Field(sa_type=Words)
    ended_at: datetime | None = Field(sa_type=Instant)


class LeaveRow(SQLModel, table=True):
    """Days on which somebody is away."""

    __tablename__ = "leave"
    employee_id: str = Field(primary_key=True, sa_type=Words)
    first: date = Field(primary_key=True)
    back_on: date


class ActingRow(SQLModel, table=True):
    """Who gets what a Supervisor would get, until the day before `until`."""

    __tablename__ = "acting"
    supervisor_id: str = Field(primary_key=True, sa_type=Words)
    stand_in_id: str = Field(sa_type=Words)
    until: date | None


class EventRow(SQLModel, table=True):
    """What a person or the program did, and why."""

    __tablename__ = "event"
    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    at: datetime = Field(sa_type=Instant)
    who: str = Field(sa_type=Words)
    what: str = Field(sa_type=Words)
    subject: str = Field(sa_type=Words)
    reason: str = Field(sa_type=Words)


class CursorRow(SQLModel, table=True):
    """How far a mailbox was handled, and when it was last looked into."""

    __tablename__ = "cursor"
    mailbox: str = Field(primary_key=True, sa_type=Words)
    uidvalidity: int = Field(sa_type=RowNumber)
    uid: int = Field(sa_type=RowNumber)
    polled_at: datetime = Field(sa_type=Instant)


def _core(name: str) -> Table:
    return SQLModel.metadata.tables[name]


EMPLOYEE = _core("employee")
ADDRESS = _core("address")
STAGED_EMPLOYEE = _core("staged_employee")
STAGED_ADDRESS = _core("staged_address")
ROUND = _core("round")
PROMPT = _core("prompt")
STANDING_COUNT = _core("standing_count")
LEDGER = _core("ledger")
REPLY = _core("reply")
BULLET = _core("bullet")
DELIVERY_FAILURE = _core("delivery_failure")
READING = _core("reading")
OUTBOX = _core("outbox")
ATTEMPT = _core("attempt")
LEASE = _core("lease")
POLICY = _core("policy")
EVENT = _core("event")
CAMPAIGN = _core("campaign")
LEAVE = _core("leave")
ACTING = _core("acting")
CURSOR = _core("cursor")
METADATA = SQLModel.metadata
