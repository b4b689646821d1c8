"""The tables of the Roster and of its import."""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from store.columns import RowNumber, Words


class EmployeeRow(SQLModel, table=True):
    """An Employee. `aliases` and `delegates` are lines. Who has left the Roster stays, not `active`."""

    __tablename__ = "employee"
    __table_args__ = (
        Index("employee_by_supervisor", "supervisor_id", "id"),
        Index("employee_by_unit", "unit", "id"),
    )
    id: str = Field(primary_key=True, sa_type=Words)
    name: str = Field(sa_type=Words)
    address: str = Field(sa_type=Words)
    aliases: str = Field(sa_type=Words)
    delegates: str = Field(sa_type=Words)
    unit: str = Field(sa_type=Words)
    supervisor_id: str | None = Field(sa_type=Words)
    category: str = Field(sa_type=Words)
    time_zone: str | None = Field(sa_type=Words)
    locale: str | None = Field(sa_type=Words)
    away_until: date | None
    acting: str | None = Field(sa_type=Words)
    since: date | None
    active: bool


class AddressRow(SQLModel, table=True):
    """Which active Employees an address belongs to: their own, an alias, or a delegate's."""

    __tablename__ = "address"
    __table_args__ = (Index("address_by_employee", "employee_id"),)
    address: str = Field(primary_key=True, sa_type=Words)
    employee_id: str = Field(primary_key=True, sa_type=Words)
    owner_kind: str = Field(primary_key=True, sa_type=Words)


class StagedEmployeeRow(SQLModel, table=True):
    """A row of a Roster that is being imported, by its line."""

    __tablename__ = "staged_employee"
    __table_args__ = (
        Index("staged_employee_by_id", "id"),
        Index("staged_employee_by_supervisor", "supervisor_id", "id"),
    )
    line: int = Field(primary_key=True, sa_type=RowNumber, sa_column_kwargs={"autoincrement": False})
    id: str = Field(sa_type=Words)
    name: str = Field(sa_type=Words)
    address: str = Field(sa_type=Words)
    aliases: str = Field(sa_type=Words)
    delegates: str = Field(sa_type=Words)
    unit: str = Field(sa_type=Words)
    supervisor_id: str | None = Field(sa_type=Words)
    category: str = Field(sa_type=Words)
    time_zone: str | None = Field(sa_type=Words)
    locale: str | None = Field(sa_type=Words)
    away_until: date | None
    acting: str | None = Field(sa_type=Words)
    since: date | None


class StagedAddressRow(SQLModel, table=True):
    """An address of a staged row."""

    __tablename__ = "staged_address"
    line: int = Field(primary_key=True, sa_type=RowNumber)
    owner_kind: str = Field(primary_key=True, sa_type=Words)
    address: str = Field(primary_key=True, sa_type=Words)
    employee_id: str = Field(sa_type=Words)


EMPLOYEE = SQLModel.metadata.tables["employee"]
ADDRESS = SQLModel.metadata.tables["address"]
STAGED_EMPLOYEE = SQLModel.metadata.tables["staged_employee"]
STAGED_ADDRESS = SQLModel.metadata.tables["staged_address"]
