"""Leases and Policies in SQL."""

from datetime import timedelta

from sqlalchemy import Connection, and_, case, delete, insert, or_, select, update

from domain.ledger import Event
from domain.policy import PolicyChange
from domain.unit import UnitPath
from store import transaction
from store.codec import fields_from_json, fields_to_json
from store.columns import database_now
from store.rows import event_values
from store.tables import EVENT, LEASE, POLICY
from store.transaction import Transacting, reads, writes


class SqlLeases(Transacting):
    """See `domain.ports.LeaseStore`."""

    @writes
    def acquire(self, connection: Connection, name: str, owner: str, ttl: timedelta) -> int | None:
        """Take or renew; one statement, so that two who come at once are told apart by the database."""
        until = database_now() + ttl.total_seconds()
        statement = transaction.insert(connection, LEASE).values(name=name, owner=owner, epoch=1, until=until)
        taken = statement.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "owner": owner,
                "until": until,
                "epoch": case((LEASE.c.owner == owner, LEASE.c.epoch), else_=LEASE.c.epoch + 1),
            },
            where=or_(LEASE.c.owner == owner, LEASE.c.until <= database_now()),
        )
        epoch: int | None = connection.execute(taken.returning(LEASE.c.epoch)).scalar_one_or_none()
        return epoch

    @writes
    def release(self, connection: Connection, name: str, owner: str) -> None:
        """Let go of a lease that is ours. The row stays, for its epoch."""
        ours = and_(LEASE.c.name == name, LEASE.c.owner == owner)
        connection.execute(update(LEASE).where(ours).values(owner="", until=0.0))

    @reads
    def policies(self, connection: Connection) -> tuple[PolicyChange, ...]:
        """By Unit."""
        return tuple(
            PolicyChange(unit=UnitPath(row.unit), fields=fields_from_json(row.fields))
            for row in connection.execute(select(POLICY).order_by(POLICY.c.unit))
        )

    @writes
    def set_policy(self, connection: Connection, change: PolicyChange, event: Event) -> None:
        """Replace what the Unit sets for itself; no fields means that all come from further up."""
        connection.execute(delete(POLICY).where(POLICY.c.unit == change.unit))
        if change.fields:
            fields = fields_to_json(change.fields)
            statement = transaction.insert(connection, POLICY).values(unit=change.unit, fields=fields)
            connection.execute(statement.on_conflict_do_update(index_elements=["unit"], set_={"fields": fields}))
        connection.execute(insert(EVENT).values(event_values(event)))
