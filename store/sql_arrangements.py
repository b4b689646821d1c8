"""Campaigns, leave and stand-ins in SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from domain.campaign import KeptCampaign
from domain.employee import EmployeeId
from domain.leave import Acting, Leave, PersonLeave
from domain.ledger import Event
from domain.round import CampaignId
from store import transaction
from store.codec import campaign_from_json, campaign_to_json
from store.rows import event_values
from store.tables import ACTING, CAMPAIGN, EMPLOYEE, EVENT, LEAVE
from store.transaction import KEYS_AT_ONCE, Transacting, in_pages, insert_new, one_of, reads, writes


class SqlArrangements(Transacting):
    """See `domain.ports.ArrangementStore`."""

    @writes
    def ensure_campaign(self, connection: Connection, new: KeptCampaign) -> KeptCampaign:
        """The Campaign of this id: `new` where there was none."""
        insert_new(connection, CAMPAIGN, [_campaign_values(new)], "id")
        return _campaign_of(connection.execute(select(CAMPAIGN).where(CAMPAIGN.c.id == new.id)).one())

    @writes
    def add_campaign(self, connection: Connection, new: KeptCampaign, event: Event) -> bool:
        """Set up a Campaign, unless the id is taken."""
        if not insert_new(connection, CAMPAIGN, [_campaign_values(new)], "id"):
            return False
        connection.execute(insert(EVENT).values(event_values(event)))
        return True

    @writes
    def end_campaign(self, connection: Connection, campaign_id: CampaignId, at: datetime, event: Event) -> bool:
        """End it, once."""
        going_on = update(CAMPAIGN).where(CAMPAIGN.c.id == campaign_id, CAMPAIGN.c.ended_at.is_(None))
        if connection.execute(going_on.values(ended_at=at)).rowcount != 1:
            return False
        connection.execute(insert(EVENT).values(event_values(event)))
        return True

    @reads
    def campaigns(self, connection: Connection) -> tuple[KeptCampaign, ...]:
        """By id."""
        return tuple(map(_campaign_of, connection.execute(select(CAMPAIGN).order_by(CAMPAIGN.c.id))))

    @writes
    def put_leave(self, connection: Connection, leaves: Sequence[PersonLeave], event: Event) -> int:
        """Add or change; the last of two that begin on one day holds."""
        changed = keep_leave(connection, leaves)
        connection.execute(insert(EVENT).values(event_values(event)))
        return changed

    @reads
    def leave_of(
        self, connection: Connection, ids: Collection[EmployeeId], *, until_after: date
    ) -> Mapping[EmployeeId, tuple[Leave, ...]]:
        """By its beginning."""
        found: defaultdict[EmployeeId, list[Leave]] = defaultdict(list)
        for page in in_pages(ids, KEYS_AT_ONCE):
            query = (
                select(LEAVE)
                .where(one_of(connection, LEAVE.c.employee_id, page), LEAVE.c.back_on > until_after)
                .order_by(LEAVE.c.employee_id, LEAVE.c.first)
            )
            for row in connection.execute(query):
                found[row.employee_id].append(Leave(first=row.first, back_on=row.back_on))
        return {who: tuple(leave) for who, leave in found.items()}

    @reads
    def leave(self, connection: Connection, *, until_after: date, limit: int = 1000) -> tuple[PersonLeave, ...]:
        """By its beginning."""
        query = (
            select(LEAVE).where(LEAVE.c.back_on > until_after).order_by(LEAVE.c.first, LEAVE.c.employee_id).limit(limit)
        )
        return tuple(map(_leave_of, connection.execute(query)))

    @reads
    def leave_begun(self, connection: Connection, today: date, *, limit: int = 1000) -> tuple[PersonLeave, ...]:
        """By its beginning."""
        covers = and_(LEAVE.c.first <= today, LEAVE.c.back_on > today)
        unknown = or_(EMPLOYEE.c.away_until.is_(None), EMPLOYEE.c.away_until < LEAVE.c.back_on)
        query = (
            select(LEAVE)
            .join(EMPLOYEE, EMPLOYEE.c.id == LEAVE.c.employee_id)
            .where(covers, unknown)
            .order_by(LEAVE.c.first, LEAVE.c.employee_id)
            .limit(limit)
        )
        return tuple(map(_leave_of, connection.execute(query)))

    @writes
    def set_acting(self, connection: Connection, acting: Acting, event: Event) -> None:
        """In the place of whoever did."""
        keep_acting(connection, acting)
        connection.execute(insert(EVENT).values(event_values(event)))

    @reads
    def acting(self, connection: Connection, today: date) -> Mapping[EmployeeId, EmployeeId]:
        """Those whose time has not ended."""
        query = select(ACTING).where(or_(ACTING.c.until.is_(None), ACTING.c.until > today))
        return {row.supervisor_id: row.stand_in_id for row in connection.execute(query)}


def keep_leave(connection: Connection, leaves: Sequence[PersonLeave]) -> int:
    """Add or change, in the caller's transaction; how many were new or changed."""
    rows = {(each.employee_id, each.leave.first): each.leave.back_on for each in leaves}
    values = [{"employee_id": who, "first": first, "back_on": back} for (who, first), back in sorted(rows.items())]
    statement = transaction.insert(connection, LEAVE)
    new = statement.excluded
    changing = statement.on_conflict_do_update(
        index_elements=["employee_id", "first"],
        set_={"back_on": new.back_on},
        where=LEAVE.c.back_on != new.back_on,
    ).returning(LEAVE.c.employee_id)
    return sum(len(list(connection.execute(changing, page))) for page in in_pages(values, KEYS_AT_ONCE))


def keep_acting(connection: Connection, acting: Acting) -> None:
    """Who acts for a Supervisor from now on, in the caller's transaction."""
    connection.execute(delete(ACTING).where(ACTING.c.supervisor_id == acting.supervisor))
    if acting.stand_in != acting.supervisor:
        values = {"stand_in_id": acting.stand_in, "until": acting.until}
        statement = transaction.insert(connection, ACTING).values(supervisor_id=acting.supervisor, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["supervisor_id"], set_=values))


def _leave_of(row: Any) -> PersonLeave:
    return PersonLeave(employee_id=row.employee_id, leave=Leave(first=row.first, back_on=row.back_on))


def _campaign_values(kept: KeptCampaign) -> dict[str, Any]:
    return {
        "id": kept.id,
        "since": kept.since,
        "fields": campaign_to_json(kept.campaign) if kept.campaign is not None else None,
        "ended_at": kept.ended_at,
    }


def _campaign_of(row: Any) -> KeptCampaign:
    return KeptCampaign(
        id=row.id,
        since=row.since,
        campaign=campaign_from_json(row.fields) if row.fields is not None else None,
        ended_at=row.ended_at,
    )
