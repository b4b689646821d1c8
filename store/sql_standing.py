"""Standings and their counters: changed together, in the caller's transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from domain.ledger import AwayNote, PromptKey, StandingChange
from domain.round import Phase, Window
from domain.standing import Standing, replaces
from store.rows import prompt_key_of
from store.tables import EMPLOYEE, PROMPT, ROUND, STANDING_COUNT
from store.transaction import KEYS_AT_ONCE, in_pages, insert_missing, one_of

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
    wanted = sorted({(key.campaign_id, key.round_id, key.employee_id) for key in keys})
    found: dict[PromptKey, Any] = {}
    for (campaign_id, round_id), group in groupby(wanted, key=itemgetter(0, 1)):
        in_round = and_(PROMPT.c.campaign_id == campaign_id, PROMPT.c.round_id == round_id)
        for page in in_pages((employee_id for _, _, employee_id in group), KEYS_AT_ONCE):
            query = (
                select(PROMPT)
                .where(in_round, one_of(connection, PROMPT.c.employee_id, page))
                .order_by(PROMPT.c.employee_id)
            )
            found.update((prompt_key_of(row), row) for row in connection.execute(query.with_for_update()))
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
    change_answered(connection, rows, [(change, answer) for change in wanted], by_hand=by_hand)


def change_answered(
    connection: Connection,
    rows: Mapping[PromptKey, Any],
    changes: Iterable[tuple[StandingChange, Answer | None]],
    *,
    by_hand: bool = False,
) -> None:
    """The same, each change with the message behind it, for Prompts that are locked already."""
    counts: Counter[CountKey] = Counter()
    updates: list[dict[str, Any]] = []
    present = {key: _State.of(row) for key, row in rows.items()}
    for change, answer in changes:
        old = present.get(change.prompt)
        if old is None:
            continue
        if not by_hand and not replaces(old.standing, change.standing):
            continue
        if answer is not None and change.standing.settled and not is_newest(old, answer):
            continue
        row, new = rows[change.prompt], old.after(change, answer)
        present[change.prompt] = new
        counts[row.campaign_id, row.round_id, row.unit, old.standing.value] -= 1
        counts[row.campaign_id, row.round_id, row.unit, new.standing.value] += 1
        updates.append(_values(row, new))
    _update(connection, updates)
    add_counts(connection, counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """Of one Prompt, what messages change."""

    standing: Standing
    reason: str
    answered_at: datetime | None
    answered_by: int | None
    reply_id: int | None

    @classmethod
    def of(cls, row: Any) -> "_State":
        return cls(
            standing=Standing(row.standing),
            reason=row.reason,
            answered_at=row.answered_at,
            answered_by=row.answered_by,
            reply_id=row.reply_id,
        )

    def after(self, change: StandingChange, answer: Answer | None) -> "_State":
        changed = replace(self, standing=change.standing, reason=change.reason)
        if not change.standing.settled:  # whatever answered before was set aside by hand
            return replace(changed, answered_at=None, answered_by=None, reply_id=None)
        if answer is None:
            return changed
        reply = answer.ledger_id if answer.with_text else None
        return replace(changed, answered_at=answer.arrived_at, answered_by=answer.ledger_id, reply_id=reply)


def is_newest(row: Any, answer: Answer) -> bool:
    """Whether no good reply that came later is recorded already."""
    if row.answered_at is None:
        return True
    return (answer.arrived_at, answer.ledger_id) > (row.answered_at, row.answered_by)


def _values(row: Any, state: _State) -> dict[str, Any]:
    return {
        "key_campaign": row.campaign_id,
        "key_round": row.round_id,
        "key_employee": row.employee_id,
        "standing": state.standing.value,
        "reason": state.reason,
        "answered_at": state.answered_at,
        "answered_by": state.answered_by,
        "reply_id": state.reply_id,
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
    state = _State(standing=standing, reason="", answered_at=answered_at, answered_by=answered_by, reply_id=reply_id)
    values = _values(row, state)
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
    kept = "(campaign_id, round_id, unit, standing) DO UPDATE SET prompts = standing_count.prompts + excluded.prompts"
    insert_missing(connection, STANDING_COUNT, rows, kept)


def note_away(connection: Connection, note: AwayNote) -> None:
    """Set somebody away: their open Prompts that are awaited stand `away`, and their Windows start at the return.

    Where the Round has closed, those only that stand `away` already: it was said of them after the close.
    """
    there = update(EMPLOYEE).where(EMPLOYEE.c.id == note.employee_id)
    connection.execute(there.values(away_until=note.back_on))
    waiting = {Standing.AWAITING.value, Standing.AWAY.value}
    found = lock_prompts(connection, _open_prompts_of(connection, note.employee_id))
    rows = {key: row for key, row in found.items() if row.standing in waiting}
    if note.back_at is not None:
        for key, row in rows.items():
            window = Window(opens_at=row.opens_at, closes_at=row.closes_at, grace_until=row.grace_until)
            set_window(connection, key, window.restarted(note.back_at))
    changes = (StandingChange(prompt=key, standing=Standing.AWAY, reason=note.reason) for key in rows)
    change_standings(connection, changes)


def set_window(connection: Connection, key: PromptKey, window: Window) -> None:
    """Give a locked Prompt another Window."""
    values = {"opens_at": window.opens_at, "closes_at": window.closes_at, "grace_until": window.grace_until}
    connection.execute(update(PROMPT).where(is_prompt(key)).values(values))


def _open_prompts_of(connection: Connection, employee_id: str) -> list[PromptKey]:
    """The Prompts of an Employee in Rounds that have not closed, and those that stand `away` in Rounds not yet final."""
    in_round = and_(PROMPT.c.campaign_id == ROUND.c.campaign_id, PROMPT.c.round_id == ROUND.c.id)
    phases = (Phase.OPENING.value, Phase.OPEN.value, Phase.PAUSED.value)
    closed = and_(ROUND.c.phase == Phase.CLOSED.value, PROMPT.c.standing == Standing.AWAY.value)
    query = (
        select(PROMPT.c.campaign_id, PROMPT.c.round_id, PROMPT.c.employee_id)
        .join(ROUND, in_round)
        .where(PROMPT.c.employee_id == employee_id, or_(ROUND.c.phase.in_(phases), closed))
    )
    return [prompt_key_of(row) for row in connection.execute(query)]
