"""One person with one Prompt, and a message about it as it comes to be decided."""

from datetime import UTC, datetime, timedelta

from app.decide import Case
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.identity import Identity
from domain.ledger import Arrival, MessageKey
from domain.outcome import Envelope
from domain.policy import DEFAULT
from domain.round import CampaignId, Prompt, RoundId, Window
from domain.standing import Standing
from domain.unit import ROOT

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
WHO = Employee(id=EmployeeId("E1"), name="Person 1", address=EmailAddress("e1@agency.example"))
PROMPT = Prompt(
    campaign_id=CampaignId("weekly"),
    round_id=RoundId("2026-W48"),
    employee_id=WHO.id,
    name=WHO.name,
    address=WHO.address,
    unit=ROOT,
    supervisor_id=None,
    token="t",
    message_id="<prompt.t@agency.example>",
    window=Window(opens_at=NOW, closes_at=NOW + timedelta(days=2), grace_until=NOW + timedelta(days=3)),
    standing=Standing.AWAITING,
)


def case(identity: Identity) -> Case:
    return Case(
        arrival=Arrival(key=MessageKey(mailbox="reports", uidvalidity=1, uid=1), arrived_at=NOW, size=1),
        now=NOW,
        identity=identity,
        envelope=Envelope(),
        policy=DEFAULT,
    )
