"""What is read in SQL for exports and roll-ups, and what a mail that is queued already told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Connection, Select, and_, func, select, tuple_

from domain.digest import SHOWS_BULLETS, Account, Branch, Selection, UnitBullet, UnitCount
from domain.employee import EmployeeId
from domain.ledger import PromptKey
from domain.round import CampaignId, RoundId
from domain.standing import Standing
from domain.unit import UnitPath
from store.rows import prompt_of
from store.sql_outbox import below
from store.sql_rounds import in_round, supervisors_in
from store.tables import BULLET, OUTBOX, PROMPT
from store.transaction import KEYS_AT_ONCE, Transacting, in_pages, one_of, reads

_SHOWING: Final = tuple(sorted(standing.value for standing in SHOWS_BULLETS))


class SqlTallies(Transacting):
    """See `domain.ports.TallyStore`."""

    @reads
    def accounts(
        self, connection: Connection, wanted: Selection, *, after: PromptKey | None = None, limit: int = 1000
    ) -> tuple[Account, ...]:
        """A page in the order of the key, which leads with the person: an index gives it, whatever is wanted."""
        key = (PROMPT.c.employee_id, PROMPT.c.campaign_id, PROMPT.c.round_id)
        query = select(PROMPT).where(*_wanted(wanted)).order_by(*key).limit(limit)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(after.employee_id, after.campaign_id, after.round_id))
        rows = connection.execute(query).all()
        shown = [row.reply_id for row in rows if row.reply_id is not None and row.standing in _SHOWING]
        said = _said(connection, shown)
        return tuple(
            Account(
                prompt=prompt_of(row),
                answered_at=row.answered_at,
                bullets=tuple(said[row.reply_id]) if row.standing in _SHOWING else (),
            )
            for row in rows
        )

    @reads
    def upper_supervisors(
        self,
        connection: Connection,
        campaign_id: CampaignId,
        round_id: RoundId,
        *,
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[EmployeeId, ...]:
        """A page in order."""
        reports = PROMPT.alias("reports")
        named = and_(
            reports.c.supervisor_id == PROMPT.c.employee_id,
            reports.c.campaign_id == campaign_id,
            reports.c.round_id == round_id,
        )
        query = supervisors_in(campaign_id, round_id, after, limit).where(select(1).where(named).exists())
        return tuple(EmployeeId(each) for each in connection.execute(query).scalars())

    @reads
    def branches(
        self,
        connection: Connection,
        campaign_id: CampaignId,
        round_id: RoundId,
        *,
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[Branch, ...]:
        """A page in order."""
        named = supervisors_in(campaign_id, round_id, after, min(limit, KEYS_AT_ONCE))
        page = connection.execute(named).scalars().all()
        own = select(PROMPT.c.employee_id, PROMPT.c.supervisor_id).where(
            in_round(campaign_id, round_id), one_of(connection, PROMPT.c.employee_id, page)
        )
        above = {row.employee_id: row.supervisor_id for row in connection.execute(own)}
        key = (PROMPT.c.supervisor_id, PROMPT.c.unit, PROMPT.c.standing)
        theirs = (
            select(*key, func.count().label("people"))
            .where(in_round(campaign_id, round_id), one_of(connection, PROMPT.c.supervisor_id, page))
            .group_by(*key)
            .order_by(*key)
        )
        counts: defaultdict[EmployeeId, list[UnitCount]] = defaultdict(list)
        for row in connection.execute(theirs):
            counts[row.supervisor_id].append(
                UnitCount(unit=UnitPath(row.unit), standing=Standing(row.standing), count=row.people)
            )
        return tuple(
            Branch(supervisor_id=EmployeeId(each), above=above.get(each), counts=tuple(counts[each])) for each in page
        )

    @reads
    def counts_below(
        self, connection: Connection, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId
    ) -> tuple[UnitCount, ...]:
        """By Unit and Standing."""
        query = (
            _of_those_below(
                select(PROMPT.c.unit, PROMPT.c.standing, func.count().label("people")),
                campaign_id,
                round_id,
                supervisor_id,
            )
            .group_by(PROMPT.c.unit, PROMPT.c.standing)
            .order_by(PROMPT.c.unit, PROMPT.c.standing)
        )
        return tuple(
            UnitCount(unit=UnitPath(row.unit), standing=Standing(row.standing), count=row.people)
            for row in connection.execute(query)
        )

    @reads
    def bullets_below(
        self,
        connection: Connection,
        campaign_id: CampaignId,
        round_id: RoundId,
        supervisor_id: EmployeeId,
        *,
        limit: int = 1000,
    ) -> tuple[UnitBullet, ...]:
        """By Unit, then as the answers were recorded."""
        query = (
            _of_those_below(select(PROMPT.c.unit, BULLET.c.text), campaign_id, round_id, supervisor_id)
            .join(BULLET, BULLET.c.reply_id == PROMPT.c.reply_id)
            .where(PROMPT.c.standing.in_(_SHOWING))
            .order_by(PROMPT.c.unit, BULLET.c.reply_id, BULLET.c.position)
            .limit(limit)
        )
        return tuple(UnitBullet(unit=UnitPath(row.unit), text=row.text) for row in connection.execute(query))

    @reads
    def substances(self, connection: Connection, keys: Collection[str]) -> Mapping[str, str]:
        """By key."""
        found: dict[str, str] = {}
        for page in in_pages(keys, KEYS_AT_ONCE):
            query = select(OUTBOX.c.key, OUTBOX.c.substance).where(one_of(connection, OUTBOX.c.key, page))
            found.update((row.key, row.substance) for row in connection.execute(query))
        return found


def _wanted(wanted: Selection) -> Iterable[ColumnElement[bool]]:
    if wanted.campaign_id is not None:
        yield PROMPT.c.campaign_id == wanted.campaign_id
    if wanted.round_id is not None:
        yield PROMPT.c.round_id == wanted.round_id
    if wanted.unit:
        yield below(PROMPT.c.unit, wanted.unit)
    if wanted.standings:
        yield PROMPT.c.standing.in_(sorted(wanted.standings))


def _said(connection: Connection, replies: Iterable[int]) -> Mapping[int, list[str]]:
    said: defaultdict[int, list[str]] = defaultdict(list)
    for page in in_pages(replies, KEYS_AT_ONCE):
        query = (
            select(BULLET.c.reply_id, BULLET.c.text)
            .where(one_of(connection, BULLET.c.reply_id, page))
            .order_by(BULLET.c.reply_id, BULLET.c.position)
        )
        for row in connection.execute(query):
            said[row.reply_id].append(row.text)
    return said


def _of_those_below(query: Select[Any], campaign_id: str, round_id: str, supervisor_id: str) -> Select[Any]:
    """`query` over the Prompts of those who report to this Supervisor through others."""
    people = _below(campaign_id, round_id, supervisor_id)
    others = and_(PROMPT.c.supervisor_id != supervisor_id, PROMPT.c.employee_id != supervisor_id)
    return (
        query.select_from(people)
        .join(PROMPT, PROMPT.c.employee_id == people.c.employee_id)
        .where(in_round(campaign_id, round_id), others)
    )


def _below(campaign_id: str, round_id: str, supervisor_id: str) -> CTE:
    """Everybody under a Supervisor, each once: UNION ends even where moves have made a circle."""
    first = select(PROMPT.c.employee_id).where(in_round(campaign_id, round_id), PROMPT.c.supervisor_id == supervisor_id)
    people = first.cte("people", recursive=True)
    report = PROMPT.alias("report")
    further = (
        select(report.c.employee_id)
        .join(people, report.c.supervisor_id == people.c.employee_id)
        .where(report.c.campaign_id == campaign_id, report.c.round_id == round_id)
    )
    return people.union(further)
