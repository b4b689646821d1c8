"""The tables of Rounds and Prompts."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from store.columns import Instant, RowNumber, Words

IS_AWAITING = text("standing = 'awaiting'")
IS_AWAY = text("standing = 'away'")


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
    closed_units: str = Field(sa_type=Words)


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


ROUND = SQLModel.metadata.tables["round"]
PROMPT = SQLModel.metadata.tables["prompt"]
STANDING_COUNT = SQLModel.metadata.tables["standing_count"]
