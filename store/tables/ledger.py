"""The tables of what came in: the Ledger, replies, bounces, and how far each mailbox was handled."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from store.columns import Instant, RowNumber, Words

IS_UNFILED = text("filed_at IS NULL")
HOLDS = text("superseded_by IS NULL")
IS_PAST = text("superseded_by IS NOT NULL")
_FIRST_WITH_PROVIDER_ID = text("provider_id IS NOT NULL AND same_as IS NULL AND superseded_by IS NULL")
_FIRST_WITH_DIGEST = text("digest IS NOT NULL AND same_as IS NULL AND superseded_by IS NULL")
IS_OF_A_PROMPT = text("standing IS NOT NULL")


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
            sqlite_where=IS_OF_A_PROMPT,
            postgresql_where=IS_OF_A_PROMPT,
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


class CursorRow(SQLModel, table=True):
    """How far a mailbox was handled, and when it was last looked into."""

    __tablename__ = "cursor"
    mailbox: str = Field(primary_key=True, sa_type=Words)
    uidvalidity: int = Field(sa_type=RowNumber)
    uid: int = Field(sa_type=RowNumber)
    polled_at: datetime = Field(sa_type=Instant)


LEDGER = SQLModel.metadata.tables["ledger"]
REPLY = SQLModel.metadata.tables["reply"]
BULLET = SQLModel.metadata.tables["bullet"]
DELIVERY_FAILURE = SQLModel.metadata.tables["delivery_failure"]
READING = SQLModel.metadata.tables["reading"]
CURSOR = SQLModel.metadata.tables["cursor"]
