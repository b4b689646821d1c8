"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, RowNumber, Seconds, Words

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _index_where(name: str, table: str, columns: Sequence[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:  # noqa: PLR0915 - one statement a table
    """To this revision."""
    op.create_table(
        "acting",
        sa.Column("supervisor_id", Words(), nullable=False),
        sa.Column("stand_in_id", Words(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("supervisor_id"),
    )
    op.create_table(
        "campaign",
        sa.Column("id", Words(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("fields", Words(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "leave",
        sa.Column("employee_id", Words(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("employee_id", "first"),
    )
    op.create_table(
        "address",
        sa.Column("address", Words(), nullable=False),
        sa.Column("employee_id", Words(), nullable=False),
        sa.Column("owner_kind", Words(), nullable=False),
        sa.PrimaryKeyConstraint("address", "employee_id", "owner_kind"),
    )
    op.create_index("address_by_employee", "address", ["employee_id"])
    op.create_table(
        "cursor",
        sa.Column("mailbox", Words(), nullable=False),
        sa.Column("uidvalidity", RowNumber, nullable=False),
        sa.Column("uid", RowNumber, nullable=False),
        sa.Column("polled_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox"),
    )
    op.create_table(
        "employee",
        sa.Column("id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("aliases", Words(), nullable=False),
        sa.Column("delegates", Words(), nullable=False),
        sa.Column("unit", Words(), nullable=False),
        sa.Column("supervisor_id", Words(), nullable=True),
        sa.Column("category", Words(), nullable=False),
        sa.Column("time_zone", Words(), nullable=True),
        sa.Column("locale", Words(), nullable=True),
        sa.Column("away_until", sa.Date(), nullable=True),
        sa.Column("acting", Words(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("employee_by_supervisor", "employee", ["supervisor_id", "id"])
    op.create_index("employee_by_unit", "employee", ["unit", "id"])
    op.create_table(
        "event",
        sa.Column("id", RowNumber, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("what", Words(), nullable=False),
        sa.Column("subject", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "lease",
        sa.Column("name", Words(), nullable=False),
        sa.Column("owner", Words(), nullable=False),
        sa.Column("epoch", RowNumber, nullable=False),
        sa.Column("until", Seconds, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "ledger",
        sa.Column("id", RowNumber, nullable=False),
        sa.Column("mailbox", Words(), nullable=False),
        sa.Column("uidvalidity", RowNumber, nullable=False),
        sa.Column("uid", RowNumber, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("provider_id", Words(), nullable=True),
        sa.Column("digest", Words(), nullable=True),
        sa.Column("same_as", RowNumber, nullable=True),
        sa.Column("superseded_by", RowNumber, nullable=True),
        sa.Column("arrived_at", Instant(), nullable=False),
        sa.Column("size", RowNumber, nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("origin", Words(), nullable=True),
        sa.Column("evidence", Words(), nullable=False),
        sa.Column("identity", Words(), nullable=False),
        sa.Column("sender", Words(), nullable=True),
        sa.Column("message_id", Words(), nullable=True),
        sa.Column("message_hash", Words(), nullable=True),
        sa.Column("campaign_id", Words(), nullable=True),
        sa.Column("round_id", Words(), nullable=True),
        sa.Column("employee_id", Words(), nullable=True),
        sa.Column("decision", Words(), nullable=True),
        sa.Column("findings", Words(), nullable=False),
        sa.Column("rules_version", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("filing", Words(), nullable=False),
        sa.Column("flag", Words(), nullable=True),
        sa.Column("copies", Words(), nullable=False),
        sa.Column("supervisor_copied", sa.Boolean(), nullable=False),
        sa.Column("standing", Words(), nullable=True),
        sa.Column("lies_in", Words(), nullable=True),
        sa.Column("filed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["same_as"], ["ledger.id"]),
        sa.ForeignKeyConstraint(["superseded_by"], ["ledger.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ledger_by_decision", "ledger", ["decision", "id"])
    _index_where(
        "ledger_by_digest",
        "ledger",
        ["digest"],
        "digest IS NOT NULL AND same_as IS NULL AND superseded_by IS NULL",
        unique=True,
    )
    op.create_index("ledger_by_filing", "ledger", ["filing", "id"])
    _index_where(
        "ledger_by_key", "ledger", ["mailbox", "uidvalidity", "uid", "part"], "superseded_by IS NULL", unique=True
    )
    _index_where("ledger_by_prompt", "ledger", ["employee_id", "campaign_id", "round_id"], "standing IS NOT NULL")
    op.create_index("ledger_by_message_id", "ledger", ["message_id"], unique=False, postgresql_using="hash")
    _index_where(
        "ledger_by_provider_id",
        "ledger",
        ["mailbox", "provider_id"],
        "provider_id IS NOT NULL AND same_as IS NULL AND superseded_by IS NULL",
        unique=True,
    )
    _index_where("ledger_past", "ledger", ["mailbox", "uidvalidity", "uid"], "superseded_by IS NOT NULL")
    _index_where("ledger_unfiled", "ledger", ["mailbox", "id"], "filed_at IS NULL")
    op.create_table(
        "outbox",
        sa.Column("id", RowNumber, nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("recipient", Words(), nullable=False),
        sa.Column("sender", Words(), nullable=False),
        sa.Column("message_id", Words(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("not_before", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("campaign_id", Words(), nullable=True),
        sa.Column("round_id", Words(), nullable=True),
        sa.Column("employee_id", Words(), nullable=True),
        sa.Column("unit", Words(), nullable=False),
        sa.Column("window_seconds", Seconds, nullable=True),
        sa.Column("about", Words(), nullable=False),
        sa.Column("substance", Words(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("owner", Words(), nullable=False),
        sa.Column("epoch", RowNumber, nullable=False),
        sa.Column("lease_seconds", Seconds, nullable=False),
        sa.Column("lease_until", Seconds, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("outbox_by_key", "outbox", ["key"], unique=True)
    op.create_index("outbox_by_kind", "outbox", ["kind", "state"])
    _index_where(
        "outbox_pressing",
        "outbox",
        ["not_before", "id"],
        "state || '' = 'queued' AND kind || '' IN ('alert', 'comment', 'confirmation', 'copy', 'notice', 'receipt')",
    )
    _index_where(
        "outbox_answers",
        "outbox",
        ["not_before"],
        "kind || '' IN ('comment', 'confirmation', 'copy', 'notice', 'receipt')",
    )
    _index_where("outbox_due", "outbox", ["not_before", "id"], "state = 'queued'")
    _index_where("outbox_leased", "outbox", ["lease_until"], "state IN ('claimed', 'in_data')")
    op.create_table(
        "policy",
        sa.Column("unit", Words(), nullable=False),
        sa.Column("fields", Words(), nullable=False),
        sa.PrimaryKeyConstraint("unit"),
    )
    op.create_table(
        "reading",
        sa.Column("mailbox", Words(), nullable=False),
        sa.Column("uidvalidity", RowNumber, nullable=False),
        sa.Column("uid", RowNumber, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "uidvalidity", "uid"),
    )
    op.create_table(
        "round",
        sa.Column("campaign_id", Words(), nullable=False),
        sa.Column("id", Words(), nullable=False),
        sa.Column("phase", Words(), nullable=False),
        sa.Column("opens_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("final_at", Instant(), nullable=False),
        sa.Column("code", Words(), nullable=False),
        sa.Column("expanded_upto", Words(), nullable=True),
        sa.Column("reminded_upto", Instant(), nullable=True),
        sa.Column("closed_units", Words(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "id"),
    )
    op.create_table(
        "staged_address",
        sa.Column("line", RowNumber, nullable=False),
        sa.Column("owner_kind", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("employee_id", Words(), nullable=False),
        sa.PrimaryKeyConstraint("line", "owner_kind", "address"),
    )
    op.create_table(
        "staged_employee",
        sa.Column("line", RowNumber, autoincrement=False, nullable=False),
        sa.Column("id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("aliases", Words(), nullable=False),
        sa.Column("delegates", Words(), nullable=False),
        sa.Column("unit", Words(), nullable=False),
        sa.Column("supervisor_id", Words(), nullable=True),
        sa.Column("category", Words(), nullable=False),
        sa.Column("time_zone", Words(), nullable=True),
        sa.Column("locale", Words(), nullable=True),
        sa.Column("away_until", sa.Date(), nullable=True),
        sa.Column("acting", Words(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_index("staged_employee_by_id", "staged_employee", ["id"])
    op.create_index("staged_employee_by_supervisor", "staged_employee", ["supervisor_id", "id"])
    op.create_table(
        "standing_count",
        sa.Column("campaign_id", Words(), nullable=False),
        sa.Column("round_id", Words(), nullable=False),
        sa.Column("unit", Words(), nullable=False),
        sa.Column("standing", Words(), nullable=False),
        sa.Column("prompts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "round_id", "unit", "standing"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", RowNumber, nullable=False),
        sa.Column("mail_id", RowNumber, nullable=False),
        sa.Column("epoch", RowNumber, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("result", Words(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("words", Words(), nullable=False),
        sa.Column("connection", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["outbox.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attempt_by_mail", "attempt", ["mail_id", "id"])
    op.create_table(
        "delivery_failure",
        sa.Column("id", RowNumber, nullable=False),
        sa.Column("ledger_id", RowNumber, nullable=False),
        sa.Column("campaign_id", Words(), nullable=False),
        sa.Column("round_id", Words(), nullable=False),
        sa.Column("employee_id", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("status", Words(), nullable=True),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("delivery_failure_by_employee", "delivery_failure", ["employee_id", "id"])
    op.create_index("delivery_failure_by_ledger", "delivery_failure", ["ledger_id"])
    op.create_table(
        "prompt",
        sa.Column("employee_id", Words(), nullable=False),
        sa.Column("campaign_id", Words(), nullable=False),
        sa.Column("round_id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("unit", Words(), nullable=False),
        sa.Column("supervisor_id", Words(), nullable=True),
        sa.Column("token", Words(), nullable=False),
        sa.Column("message_id", Words(), nullable=False),
        sa.Column("opens_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("grace_until", Instant(), nullable=False),
        sa.Column("standing", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", RowNumber, nullable=True),
        sa.Column("reply_id", RowNumber, nullable=True),
        sa.ForeignKeyConstraint(["campaign_id", "round_id"], ["round.campaign_id", "round.id"]),
        sa.PrimaryKeyConstraint("employee_id", "campaign_id", "round_id"),
    )
    _index_where("prompt_awaiting", "prompt", ["campaign_id", "round_id", "employee_id"], "standing = 'awaiting'")
    _index_where("prompt_away", "prompt", ["opens_at"], "standing = 'away'")
    op.create_index(
        "prompt_by_supervisor", "prompt", ["supervisor_id", "campaign_id", "round_id", "standing"], unique=False
    )
    op.create_index("prompt_by_token", "prompt", ["token"], unique=True)
    op.create_table(
        "reply",
        sa.Column("id", RowNumber, autoincrement=False, nullable=False),
        sa.Column("campaign_id", Words(), nullable=False),
        sa.Column("round_id", Words(), nullable=False),
        sa.Column("employee_id", Words(), nullable=False),
        sa.Column("arrived_at", Instant(), nullable=False),
        sa.Column("body", Words(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("supervisor_copied", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id", "campaign_id", "round_id"], ["prompt.employee_id", "prompt.campaign_id", "prompt.round_id"]
        ),
        sa.ForeignKeyConstraint(["id"], ["ledger.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("reply_by_prompt", "reply", ["employee_id", "campaign_id", "round_id"])
    op.create_table(
        "bullet",
        sa.Column("reply_id", RowNumber, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"]),
        sa.PrimaryKeyConstraint("reply_id", "position"),
    )
