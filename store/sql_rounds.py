"""Rounds, Prompts and Standings in SQL."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, insert, or_, select, update

from domain.digest import DigestRow, UnitCount
from domain.employee import EmployeeId
from domain.ledger import Event, PromptKey, StandingChange
from domain.outbox import OutboundMail
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing
from domain.unit import ROOT, UnitPath
from store.codec import words_from_json, words_to_json
from store.rows import event_values, prompt_of, prompt_values, round_of, round_values
from store.sql_outbox import below, enqueue
from store.sql_standing import add_counts, change_standings, is_prompt
from store.tables import BULLET, EMPLOYEE, EVENT, IS_AWAITING, IS_AWAY, PROMPT, REPLY, ROUND, STANDING_COUNT
from store.transaction import KEYS_AT_ONCE, Transacting, in_pages, insert_missing, insert_new, one_of, reads, writes

FETCHED: Final = 500


class SqlRounds(Transacting):
    """See `domain.ports.RoundStore`."""

    @writes
    def ensure_round(self, connection: Connection, new: Round) -> Round:
        """The Round of this campaign and week: `new` where there was none."""
        insert_new(connection, ROUND, [round_values(new)], "id")
        return round_of(connection.execute(select(ROUND).where(_is_round(new.campaign_id, new.id))).one())

    @reads
    def round(self, connection: Connection, campaign_id: CampaignId, round_id: RoundId) -> Round | None:
        """The Round, or None."""
        row = connection.execute(select(ROUND).where(_is_round(campaign_id, round_id))).one_or_none()
        return round_of(row) if row is not None else None

    @reads
    def rounds(
        self,
        connection: Connection,
        campaign_id: CampaignId | None = None,
        *,
        phases: Collection[Phase] = (),
        limit: int = 60,
    ) -> tuple[Round, ...]:
        """Newest first; only those in one of `phases`, where any are named."""
        query = select(ROUND).order_by(ROUND.c.opens_at.desc(), ROUND.c.campaign_id, ROUND.c.id).limit(limit)
        if campaign_id is not None:
            query = query.where(ROUND.c.campaign_id == campaign_id)
        if phases:
            query = query.where(ROUND.c.phase.in_([each.value for each in phases]))
        return tuple(round_of(row) for row in connection.execute(query))

    @writes
    def advance(
        self, connection: Connection, campaign_id: CampaignId, round_id: RoundId, before: Phase, after: Phase
    ) -> bool:
        """Move on by compare and swap."""
        there = and_(_is_round(campaign_id, round_id), ROUND.c.phase == before.value)
        return connection.execute(update(ROUND).where(there).values(phase=after.value)).rowcount == 1

    @writes
    def expand(  # noqa: PLR0917 - the port's, and the connection
        self,
        connection: Connection,
        campaign_id: CampaignId,
        round_id: RoundId,
        prompts: Sequence[Prompt],
        mails: Sequence[OutboundMail],
        upto: EmployeeId,
    ) -> None:
        """Write a page of Prompts with their mail, and how far the opening has come. Idempotent."""
        # Whoever else expands this Round waits here, so that what is missing stays missing until it is written.
        locked = select(ROUND.c.expanded_upto).where(_is_round(campaign_id, round_id)).with_for_update(key_share=True)
        reached = connection.execute(locked).scalar_one_or_none()
        missing = _missing(connection, campaign_id, round_id, prompts)
        insert_missing(connection, PROMPT, (prompt_values(prompt) for prompt in missing))
        add_counts(connection, Counter((campaign_id, round_id, each.unit, each.standing.value) for each in missing))
        enqueue(connection, mails)
        if reached is None or reached < upto:
            connection.execute(update(ROUND).where(_is_round(campaign_id, round_id)).values(expanded_upto=upto))

    @writes
    def reminded(self, connection: Connection, campaign_id: CampaignId, round_id: RoundId, upto: datetime) -> None:
        """It never goes back."""
        earlier = or_(ROUND.c.reminded_upto.is_(None), ROUND.c.reminded_upto < upto)
        connection.execute(update(ROUND).where(_is_round(campaign_id, round_id), earlier).values(reminded_upto=upto))

    @writes
    def close_at(self, connection: Connection, campaign_id: CampaignId, round_id: RoundId, closes_at: datetime) -> None:
        """Let it close at another instant."""
        open_ones = ROUND.c.phase.in_((Phase.OPENING.value, Phase.OPEN.value, Phase.PAUSED.value))
        connection.execute(update(ROUND).where(_is_round(campaign_id, round_id), open_ones).values(closes_at=closes_at))

    @writes
    def close_unit(self, connection: Connection, campaign_id: CampaignId, round_id: RoundId, unit: UnitPath) -> None:
        """Close a Unit before the others."""
        there = _is_round(campaign_id, round_id)
        closed = connection.execute(select(ROUND.c.closed_units).where(there).with_for_update()).scalar_one_or_none()
        if closed is not None and unit not in words_from_json(closed):
            widened = words_to_json((*words_from_json(closed), unit))
            connection.execute(update(ROUND).where(there).values(closed_units=widened))

    @reads
    def prompt(self, connection: Connection, key: PromptKey) -> Prompt | None:
        """The Prompt, or None."""
        row = connection.execute(select(PROMPT).where(is_prompt(key))).one_or_none()
        return prompt_of(row) if row is not None else None

    @reads
    def prompt_by_token(self, connection: Connection, token: str) -> Prompt | None:
        """The Prompt with this token, or None."""
        row = connection.execute(select(PROMPT).where(PROMPT.c.token == token)).one_or_none()
        return prompt_of(row) if row is not None else None

    @reads
    def prompts_by_token(self, connection: Connection, tokens: Collection[str]) -> Mapping[str, Prompt]:
        """Those of these tokens that are a Prompt's."""
        found: dict[str, Prompt] = {}
        for page in in_pages(tokens, KEYS_AT_ONCE):
            for row in connection.execute(select(PROMPT).where(one_of(connection, PROMPT.c.token, page))):
                found[row.token] = prompt_of(row)
        return found

    @reads
    def latest_prompt(self, connection: Connection, employee_id: EmployeeId) -> Prompt | None:
        """The Employee's Prompt in the newest Round that asked them."""
        query = (
            select(PROMPT)
            .join(ROUND, _of_round)
            .where(PROMPT.c.employee_id == employee_id)
            .order_by(ROUND.c.opens_at.desc(), ROUND.c.id.desc(), ROUND.c.campaign_id)
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        return prompt_of(row) if row is not None else None

    @writes
    def set_standings(
        self,
        connection: Connection,
        changes: Sequence[StandingChange],
        event: Event | None = None,
        *,
        by_hand: bool = False,
    ) -> None:
        """Change what may be changed, with the Event that says why, in one transaction."""
        change_standings(connection, changes, by_hand=by_hand)
        if event is not None:
            connection.execute(insert(EVENT).values(event_values(event)))

    @reads
    def counts(self, connection: Connection, campaign_id: CampaignId, round_id: RoundId) -> tuple[UnitCount, ...]:
        """From the counters, by Unit and Standing."""
        of_round = and_(STANDING_COUNT.c.campaign_id == campaign_id, STANDING_COUNT.c.round_id == round_id)
        query = (
            select(STANDING_COUNT)
            .where(of_round, STANDING_COUNT.c.prompts > 0)
            .order_by(STANDING_COUNT.c.unit, STANDING_COUNT.c.standing)
        )
        return tuple(
            UnitCount(unit=row.unit, standing=Standing(row.standing), count=row.prompts)
            for row in connection.execute(query)
        )

    @reads
    def awaiting(
        self,
        connection: Connection,
        campaign_id: CampaignId,
        round_id: RoundId,
        *,
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[Prompt, ...]:
        """A page in employee order."""
        query = (
            select(PROMPT)
            .where(in_round(campaign_id, round_id), IS_AWAITING)
            .order_by(PROMPT.c.employee_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(PROMPT.c.employee_id > after)
        return tuple(prompt_of(row) for row in connection.execute(query))

    @reads
    def prompts_in(
        self,
        connection: Connection,
        campaign_id: CampaignId,
        round_id: RoundId,
        unit: UnitPath = ROOT,
        *,
        standings: Collection[Standing] = tuple(Standing),
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[Prompt, ...]:
        """A page in employee order."""
        stand_so = PROMPT.c.standing.in_(sorted(each.value for each in standings))
        query = select(PROMPT).where(in_round(campaign_id, round_id), below(PROMPT.c.unit, unit), stand_so)
        return _page(connection, query, after, limit)

    @reads
    def closing(
        self,
        connection: Connection,
        campaign_id: CampaignId,
        round_id: RoundId,
        spans: Sequence[tuple[datetime, datetime]],
        *,
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[Prompt, ...]:
        """A page in employee order."""
        if not spans:
            return ()
        close = or_(*(and_(PROMPT.c.closes_at > first, PROMPT.c.closes_at <= last) for first, last in spans))
        return _page(
            connection, select(PROMPT).where(in_round(campaign_id, round_id), IS_AWAITING, close), after, limit
        )

    @reads
    def returning(self, connection: Connection, now: datetime, *, limit: int = 1000) -> tuple[Prompt, ...]:
        """The earliest first."""
        query = select(PROMPT).where(IS_AWAY, PROMPT.c.opens_at <= now).order_by(PROMPT.c.opens_at).limit(limit)
        return tuple(prompt_of(row) for row in connection.execute(query))

    @writes
    def move(self, connection: Connection, key: PromptKey, supervisor_id: EmployeeId, event: Event) -> bool:
        """Give a Prompt another Supervisor."""
        there = update(PROMPT).where(is_prompt(key)).values(supervisor_id=supervisor_id)
        if connection.execute(there).rowcount != 1:
            return False
        connection.execute(insert(EVENT).values(event_values(event)))
        return True

    @reads
    def supervisors(
        self,
        connection: Connection,
        campaign_id: CampaignId,
        round_id: RoundId,
        *,
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[EmployeeId, ...]:
        """A page in order."""
        query = supervisors_in(campaign_id, round_id, after, limit)
        return tuple(EmployeeId(each) for each in connection.execute(query).scalars())

    @reads
    def digest_rows(
        self, connection: Connection, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId
    ) -> tuple[DigestRow, ...]:
        """By name. The mode of their Units is not known here."""
        return _digest_rows(connection, campaign_id, round_id, (supervisor_id,)).get(supervisor_id, ())

    @reads
    def digest_rows_of(
        self, connection: Connection, campaign_id: CampaignId, round_id: RoundId, supervisors: Sequence[EmployeeId]
    ) -> Mapping[EmployeeId, tuple[DigestRow, ...]]:
        """The same for several. Who has none is not in it."""
        found: dict[EmployeeId, tuple[DigestRow, ...]] = {}
        for page in in_pages(supervisors, KEYS_AT_ONCE):
            found |= _digest_rows(connection, campaign_id, round_id, page)
        return found

    @reads
    def bullets(self, connection: Connection, key: PromptKey) -> tuple[str, ...]:
        """The Bullets of the reply that counts."""
        query = (
            select(BULLET.c.text)
            .join(PROMPT, BULLET.c.reply_id == PROMPT.c.reply_id)
            .where(is_prompt(key))
            .order_by(BULLET.c.position)
        )
        return tuple(connection.execute(query).scalars())


_of_round = and_(PROMPT.c.campaign_id == ROUND.c.campaign_id, PROMPT.c.round_id == ROUND.c.id)


def _page(connection: Connection, query: Select[Any], after: EmployeeId | None, limit: int) -> tuple[Prompt, ...]:
    if after is not None:
        query = query.where(PROMPT.c.employee_id > after)
    return tuple(prompt_of(row) for row in connection.execute(query.order_by(PROMPT.c.employee_id).limit(limit)))


def _is_round(campaign_id: str, round_id: str) -> Any:
    return and_(ROUND.c.campaign_id == campaign_id, ROUND.c.id == round_id)


def in_round(campaign_id: str, round_id: str) -> ColumnElement[bool]:
    """The condition for the Prompts of a Round."""
    return and_(PROMPT.c.campaign_id == campaign_id, PROMPT.c.round_id == round_id)


def supervisors_in(campaign_id: str, round_id: str, after: EmployeeId | None, limit: int) -> Select[Any]:
    """A page of those whom Prompts of this Round name as Supervisor, in order."""
    boss = PROMPT.c.supervisor_id
    query = select(boss).distinct().where(in_round(campaign_id, round_id), boss.is_not(None))
    return (query if after is None else query.where(boss > after)).order_by(boss).limit(limit)


def _missing(connection: Connection, campaign_id: str, round_id: str, prompts: Sequence[Prompt]) -> list[Prompt]:
    """Those that are not there yet, each once."""
    given = {prompt.employee_id: prompt for prompt in reversed(prompts)}
    for page in in_pages(reversed(given), KEYS_AT_ONCE):
        there = select(PROMPT.c.employee_id).where(
            in_round(campaign_id, round_id), one_of(connection, PROMPT.c.employee_id, page)
        )
        for known in connection.execute(there).scalars().all():
            del given[known]
    return list(reversed(given.values()))


_TOLD: Final = (
    *(PROMPT.c.employee_id, PROMPT.c.name, PROMPT.c.unit, PROMPT.c.supervisor_id, PROMPT.c.standing, PROMPT.c.reason),
    *(PROMPT.c.answered_at, PROMPT.c.reply_id),
)
"""What a Digest tells of a Prompt: its other instants take longer to read than all of these."""


def _digest_rows(
    connection: Connection, campaign_id: str, round_id: str, supervisors: Sequence[EmployeeId]
) -> dict[EmployeeId, tuple[DigestRow, ...]]:
    reports = and_(in_round(campaign_id, round_id), one_of(connection, PROMPT.c.supervisor_id, supervisors))
    query = (
        select(*_TOLD, EMPLOYEE.c.away_until, REPLY.c.supervisor_copied)
        .outerjoin(EMPLOYEE, EMPLOYEE.c.id == PROMPT.c.employee_id)
        .outerjoin(REPLY, REPLY.c.id == PROMPT.c.reply_id)
        .where(reports)
        .order_by(PROMPT.c.name, PROMPT.c.employee_id)
    )
    said = (
        select(BULLET.c.reply_id, BULLET.c.text)
        .join(PROMPT, BULLET.c.reply_id == PROMPT.c.reply_id)
        .where(reports)
        .order_by(BULLET.c.reply_id, BULLET.c.position)
    )
    bullets: defaultdict[int, list[str]] = defaultdict(list)
    # In parts and by place: row by row and by name takes twice as long.
    for spoken in connection.execute(said).partitions(FETCHED):
        for reply_id, bullet in spoken:
            bullets[reply_id].append(bullet)
    rows: defaultdict[EmployeeId, list[DigestRow]] = defaultdict(list)
    for part in connection.execute(query).partitions(FETCHED):
        for row in part:
            rows[row.supervisor_id].append(_digest_row(row, bullets))
    return {each: tuple(theirs) for each, theirs in rows.items()}


def _digest_row(row: Any, bullets: Mapping[int, Sequence[str]]) -> DigestRow:
    employee_id, name, unit, supervisor_id, standing, reason, answered_at, reply_id, away_until, copied = row
    return DigestRow(
        employee_id=employee_id,
        name=name,
        unit=unit,
        supervisor_id=supervisor_id,
        standing=Standing(standing),
        reason=reason,
        bullets=tuple(bullets.get(reply_id, ())),
        arrived_at=answered_at,
        back_on=away_until if standing == Standing.AWAY else None,
        copied=bool(copied),
    )
