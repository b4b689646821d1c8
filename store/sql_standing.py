"""Standings and their counters: changed together, in the caller's transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select, update

from domain.ledger import PromptKey, StandingChange
from domain.standing import Standing, replaces
from store.rows import prompt_key_of
from store.tables import PROMPT, ROUND, STANDING_COUNT
from store.transaction import insert

CountKey = tuple[str, str, str, str]
"""Campaign, Round, Unit, Standing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an accepted message is to its Prompt: when it came, its Ledger row, and whether that row has text."""

    arrived_at: datetime
    ledger_id: int
    with_text: bool


def lock_prompts(connection: Connection, keys: Iterable[PromptKey]) -> Mapping[PromptKey, Any]:
    """The Prompt rows of these keys, locked until the transaction ends, always in one order so that none dead-locks."""
    found: dict[PromptKey, Any] = {}
    for key in sorted(set(keys), key=lambda each: (each.campaign_id, each.round_id, each.employee_id)):
        row = connection.execute(select(PROMPT).where(is_prompt(key)).with_for_update()).one_or_none()
        if row is not None:
            found[key] = row
    return found


def is_prompt(key: PromptKey) -> Any:
    """The condition for one Prompt's row."""
    return and_(
        PROMPT.c.campaign_id == key.campaign_id,
        PROMPT.c.round_id == key.round_id,
        PROMPT.c.employee_id == key.employee_id,
    )


def change_standings(
    connection: Connection,
    changes: Iterable[StandingChange],
    *,
    answer: Answer | None = None,
    by_hand: bool = False,
) -> None:
    """Apply what `domain.standing.replaces` lets through, and the counters with it.

    `answer` is the message behind the changes: the last good one by arrival wins, whatever the order they are recorded
    in. `by_hand` is an operator's decision, which replaces any standing.
    """
    wanted = tuple(changes)
    rows = lock_prompts(connection, (change.prompt for change in wanted))
    counts: Counter[CountKey] = Counter()
    updates: list[dict[str, Any]] = []
    present = {key: Standing(row.standing) for key, row in rows.items()}
    for change in wanted:
        row = rows.get(change.prompt)
        if row is None:
            continue
        old = present[change.prompt]
        if not by_hand and not replaces(old, change.standing):
            continue
        if answer is not None and change.standing.settled and not is_newest(row, answer):
            continue
        present[change.prompt] = change.standing
        counts[row.campaign_id, row.round_id, row.unit, old.value] -= 1
        counts[row.campaign_id, row.round_id, row.unit, change.standing.value] += 1
        updates.append(_new_values(row, change, answer))
    _update(connection, updates)
    add_counts(connection, counts)


def is_newest(row: Any, answer: Answer) -> bool:
    """Whether no good reply that came later is recorded already."""
    if row.answered_at is None:
        return True
    return (answer.arrived_at, answer.ledger_id) > (row.answered_at, row.answered_by)


def _new_values(row: Any, change: StandingChange, answer: Answer | None) -> dict[str, Any]:
    at, by, reply = row.answered_at, row.answered_by, row.reply_id
    if not change.standing.settled:
        at = by = reply = None  # whatever answered before was set aside by hand
    elif answer is not None:
        at, by = answer.arrived_at, answer.ledger_id
        reply = answer.ledger_id if answer.with_text else None
    return {
        "key_campaign": row.campaign_id,
        "key_round": row.round_id,
        "key_employee": row.employee_id,
        "standing": change.standing.value,
        "reason": change.reason,
        "answered_at": at,
        "answered_by": by,
        "reply_id": reply,
    }


def _update(connection: Connection, updates: list[dict[str, Any]]) -> None:
    if not updates:
        return
    of_row = and_(
        PROMPT.c.campaign_id == bindparam("key_campaign"),
        PROMPT.c.round_id == bindparam("key_round"),
        PROMPT.c.employee_id == bindparam("key_employee"),
    )
    names = ("standing", "reason", "answered_at", "answered_by", "reply_id")
    connection.execute(update(PROMPT).where(of_row).values({name: bindparam(name) for name in names}), updates)


def set_answer(
    connection: Connection,
    row: Any,
    standing: Standing,
    *,
    answered_at: datetime | None,
    answered_by: int | None,
    reply_id: int | None,
) -> None:
    """Give a locked Prompt another Standing and answer, and the counters with it."""
    values = {
        "key_campaign": row.campaign_id,
        "key_round": row.round_id,
        "key_employee": row.employee_id,
        "standing": standing.value,
        "reason": "",
        "answered_at": answered_at,
        "answered_by": answered_by,
        "reply_id": reply_id,
    }
    _update(connection, [values])
    counts: Counter[CountKey] = Counter()
    counts[row.campaign_id, row.round_id, row.unit, row.standing] -= 1
    counts[row.campaign_id, row.round_id, row.unit, standing.value] += 1
    add_counts(connection, counts)


def add_counts(connection: Connection, counts: Mapping[CountKey, int]) -> None:
    """Add to the counters, always in one order so that none dead-locks."""
    rows = [
        {"campaign_id": campaign, "round_id": round_id, "unit": unit, "standing": standing, "prompts": count}
        for (campaign, round_id, unit, standing), count in sorted(counts.items())
        if count
    ]
    if not rows:
        return
    statement = insert(connection, STANDING_COUNT)
    kept = STANDING_COUNT.c.prompts + statement.excluded.prompts
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["campaign_id", "round_id", "unit", "standing"], set_={"prompts": kept}
        ),
        rows,
    )


def open_prompts_of(
    connection: Connection, employee_id: str, phases: Iterable[str], standing: Standing
) -> list[PromptKey]:
    """The Prompts of an Employee that stand so, in Rounds of these phases."""
    in_round = and_(PROMPT.c.campaign_id == ROUND.c.campaign_id, PROMPT.c.round_id == ROUND.c.id)
    query = (
        select(PROMPT.c.campaign_id, PROMPT.c.round_id, PROMPT.c.employee_id)
        .join(ROUND, in_round)
        .where(PROMPT.c.employee_id == employee_id, PROMPT.c.standing == standing.value, ROUND.c.phase.in_(phases))
    )
    return [prompt_key_of(row) for row in connection.execute(query)]
