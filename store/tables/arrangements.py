"""The tables of what people arrange and decide beside the mail, and of leases."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from store.columns import Instant, RowNumber, Seconds, Words


class LeaseRow(SQLModel, table=True):
    """Who holds which lease, until when on the database's clock."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True, sa_type=Words)
    owner: str = Field(sa_type=Words)
    epoch: int = Field(sa_type=RowNumber)
    until: float = Field(sa_type=Seconds)


class PolicyRow(SQLModel, table=True):
    """The Policy fields that a Unit sets for itself, as JSON."""

    __tablename__ = "policy"
    unit: str = Field(primary_key=True, sa_type=Words)
    fields: str = Field(sa_type=Words)


class CampaignRow(SQLModel, table=True):
    """A Campaign as it is known here; `fields` is its JSON where it is not one of the configuration."""

    __tablename__ = "campaign"
    id: str = Field(primary_key=True, sa_type=Words)
    since: datetime = Field(sa_type=Instant)
    fields: str | None = Field(sa_type=Words)
    ended_at: datetime | None = Field(sa_type=Instant)


class LeaveRow(SQLModel, table=True):
    """Days on which somebody is away."""

    __tablename__ = "leave"
    employee_id: str = Field(primary_key=True, sa_type=Words)
    first: date = Field(primary_key=True)
    back_on: date


class ActingRow(SQLModel, table=True):
    """Who gets what a Supervisor would get, until the day before `until`."""

    __tablename__ = "acting"
    supervisor_id: str = Field(primary_key=True, sa_type=Words)
    stand_in_id: str = Field(sa_type=Words)
    until: date | None


class EventRow(SQLModel, table=True):
    """What a person or the program did, and why."""

    __tablename__ = "event"
    id: int | None = Field(default=None, primary_key=True, sa_type=RowNumber)
    at: datetime = Field(sa_type=Instant)
    who: str = Field(sa_type=Words)
    what: str = Field(sa_type=Words)
    subject: str = Field(sa_type=Words)
    reason: str = Field(sa_type=Words)


LEASE = SQLModel.metadata.tables["lease"]
POLICY = SQLModel.metadata.tables["policy"]
CAMPAIGN = SQLModel.metadata.tables["campaign"]
LEAVE = SQLModel.metadata.tables["leave"]
ACTING = SQLModel.metadata.tables["acting"]
EVENT = SQLModel.metadata.tables["event"]
