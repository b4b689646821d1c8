"""A campaign, its people and a press, for tests of our own mail."""

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from domain.campaign import Campaign
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.outbox import OutboundMail
from domain.round import CampaignId, Phase, Prompt, Round, RoundId, Window
from domain.standing import Standing
from domain.token import KeyRing, TokenKey, message_id, mint
from domain.unit import UnitPath
from outbound.answers import Answered
from outbound.compose import Question
from outbound.letterhead import Letterhead
from outbound.press import Press
from outbound.templates import load_templates
from tests.fakes.clock import START

TEMPLATES = load_templates()
RING = KeyRing(keys=(TokenKey(id="k", secret=b"0123456789abcdef"),), current="k")
HEAD = Letterhead(
    organisation="Example Agency",
    name="Weekly report",
    address="reports@agency.example",
    reply_bases=("reports@agency.example",),
    instance="test",
    contact="extension 4711",
)
CAMPAIGN = Campaign(id=CampaignId("weekly"), zone="America/New_York")
WEEK = RoundId("2026-W47")
CLOSES = START + timedelta(days=3, hours=14, minutes=59, seconds=59)
WINDOW = Window(opens_at=START, closes_at=CLOSES, grace_until=CLOSES + timedelta(hours=24))
BOSS = Employee(id=EmployeeId("S1"), name="S. One", address=EmailAddress("s1@agency.example"))
TOKEN = mint(RING, CAMPAIGN.id, WEEK, EmployeeId("E1"))


def press(**other: Any) -> Press:
    return Press(letterhead=other.pop("letterhead", HEAD), templates=other.pop("templates", TEMPLATES), **other)


def employee(**other: Any) -> Employee:
    values: dict[str, Any] = {
        "id": EmployeeId("E1"),
        "name": "E. One",
        "address": EmailAddress("e1@agency.example"),
        "unit": UnitPath("Defense/Navy"),
        "supervisor_id": BOSS.id,
    }
    return Employee(**{**values, **other})


def asked(person: Employee | None = None, **other: Any) -> Prompt:
    person = person or employee()
    token = mint(RING, CAMPAIGN.id, WEEK, person.id)
    values: dict[str, Any] = {
        "campaign_id": CAMPAIGN.id,
        "round_id": WEEK,
        "employee_id": person.id,
        "name": person.name,
        "address": person.address,
        "unit": person.unit,
        "supervisor_id": person.supervisor_id,
        "token": token,
        "message_id": message_id(token, HEAD.host),
        "window": WINDOW,
        "standing": Standing.AWAITING,
    }
    return Prompt(**{**values, **other})


def question(person: Employee | None = None, **other: Any) -> Question:
    person = person or employee()
    values: dict[str, Any] = {"campaign": CAMPAIGN, "asked": asked(person), "employee": person, "supervisor": BOSS}
    return Question(**{**values, **other})


def week(**other: Any) -> Round:
    values: dict[str, Any] = {
        "campaign_id": CAMPAIGN.id,
        "id": WEEK,
        "phase": Phase.CLOSED,
        "opens_at": START,
        "closes_at": CLOSES,
        "final_at": WINDOW.grace_until,
        "code": "4FQK",
    }
    return Round(**{**values, **other})


def read(mail: OutboundMail) -> EmailMessage:
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: OutboundMail) -> str:
    part = read(mail).get_body(("plain",))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def answered(person: Any = None, **other: Any) -> Answered:
    person = person or employee()
    values: dict[str, Any] = {
        "campaign": CAMPAIGN,
        "asked": asked(person),
        "employee": person,
        "arrived_at": START,
        "supervisor": BOSS,
        "message_id": "<reply@client.example>",
        "references": ("<prompt@agency.example>",),
    }
    return Answered(**{**values, **other})
