"""The tables of what goes out."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from store.columns import Instant, RowNumber, Seconds, Words

IS_QUEUED = text("state = 'queued'")
# `kind || ''` is no column, so that no other index fits: by `outbox_by_kind` SQLite would read every answer of the year,
# and by `outbox_due` every prompt of the Round, to find a few that are new or pressing.
IS_ANSWER = text("kind || '' IN ('comment', 'confirmation', 'copy', 'notice', 'receipt')")
IS_PRESSING = text(
    "state || '' = 'queued' AND kind || '' IN ('alert', 'comment', 'confirmation', 'copy', 'notice', 'receipt')"
)
IS_LEASED = text("state IN ('claimed', 'in_data')")


class OutboxRow(SQLModel, table=True):
    """A mail of ours. `lease_until` is on the database's clock; `tries` counts Attempts that concern this mail.

    There is no index of Message-IDs: tokens lie all over it, so that two million prompts would each touch a page of its
    own. Whose mail it is, a token tells through the Prompt.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_by_key", "key", unique=True),
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


OUTBOX = SQLModel.metadata.tables["outbox"]
ATTEMPT = SQLModel.metadata.tables["attempt"]
