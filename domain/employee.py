"""An Employee: a person who is asked. A Supervisor is an Employee whom others report to."""

from dataclasses import dataclass
from datetime import date
from typing import NewType

from domain.unit import ROOT, UnitPath

EmployeeId = NewType("EmployeeId", str)

EmailAddress = NewType("EmailAddress", str)
"""An addr-spec (RFC 5322 section 3.4.1), lower-cased: `jane.doe@agency.example`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """One row of the Roster.

    `time_zone` is an IANA name and `locale` a BCP 47 tag; None means the Campaign's.
    `away_until` is the first day back, in the Employee's own zone.
    `delegates` may answer in this Employee's name. `acting` stands in for them as a Supervisor.
    `since` is the day on which they joined; `active` says that they are in the Roster still.
    """

    id: EmployeeId
    name: str
    address: EmailAddress
    aliases: tuple[EmailAddress, ...] = ()
    unit: UnitPath = ROOT
    supervisor_id: EmployeeId | None = None
    category: str = "civilian"
    time_zone: str | None = None
    locale: str | None = None
    away_until: date | None = None
    delegates: tuple[EmailAddress, ...] = ()
    acting: EmployeeId | None = None
    since: date | None = None
    active: bool = True

    def owns(self, address: str) -> bool:
        """Whether mail from `address` is this Employee's own."""
        wanted = address.lower()
        return wanted == self.address or wanted in self.aliases

    def lets(self, address: str) -> bool:
        """Whether `address` may answer in this Employee's name."""
        return address.lower() in self.delegates
