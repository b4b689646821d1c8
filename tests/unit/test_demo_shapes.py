"""Every mail client of the demo, read by the reader: the bullets come out exactly as they were typed."""

import email
import email.policy
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import pytest

from app.demo.clients import CLIENTS, pdf, reply_with
from domain.campaign import Campaign
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.origin import Origin
from domain.outcome import Judged, Known
from domain.round import CampaignId, Prompt, RoundId, Window
from domain.standing import Standing
from domain.token import KeyRing, TokenKey, message_id, mint
from domain.unit import UnitPath
from domain.verdict import Decision, Effect
from ingest.interpret import interpret
from outbound import compose
from outbound.letterhead import Letterhead
from outbound.press import Press
from outbound.templates import load_templates

OPENED = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
HOME = timezone(timedelta(hours=-5))
RING = KeyRing(keys=(TokenKey(id="k2", secret=b"a secret for tests only"),), current="k2")
HEAD = Letterhead(
    organisation="Coastal Survey",
    name="Weekly Bulletin",
    address="reports@agency.example",
    reply_bases=("reports@agency.example",),
    instance="shapes",
    contact="the duty desk",
)
BOSS = Employee(id=EmployeeId("E2"), name="Ravi Fathom", address=EmailAddress("ravi.fathom@agency.example"))
ASKED = Employee(id=EmployeeId("E9"), name="Nora Pelican", address=EmailAddress("nora.pelican@agency.example"))

PLAIN = (
    "Finished the second proof of chart 117",
    "Checked 220 soundings against the June survey",
    "Trained a colleague",
)
HARD = (
    "On Tuesday I met with the audit team and they wrote: approved",
    "From: the old register to the new one, moved 1,200 entries with the help of three colleagues from the archive",
    "Thanks to the night shift, finished the tables – “Größe 4” included",
    "Sent from my desk to the yard: two crates",
    "Compared 1961 > 1960 and found 9 differences",
)


def question(locale: str | None = None, *, copies: bool = False) -> compose.Question:
    campaign = Campaign(id=CampaignId("weekly"), zone="America/New_York", copies_supervisor=copies)
    token = mint(RING, campaign.id, RoundId("2026-W48"), ASKED.id)
    asked = Prompt(
        campaign_id=campaign.id,
        round_id=RoundId("2026-W48"),
        employee_id=ASKED.id,
        name=ASKED.name,
        address=ASKED.address,
        unit=UnitPath("Coastal Survey/Charts"),
        supervisor_id=BOSS.id,
        token=token,
        message_id=message_id(token, "agency.example"),
        window=Window(
            opens_at=OPENED,
            closes_at=OPENED + timedelta(hours=62),
            grace_until=OPENED + timedelta(hours=86),
        ),
        standing=Standing.AWAITING,
    )
    who = Employee(id=ASKED.id, name=ASKED.name, address=ASKED.address, locale=locale)
    return compose.Question(campaign=campaign, asked=asked, employee=who, supervisor=BOSS, code="heron")


@cache
def press() -> Press:
    return Press(letterhead=HEAD, templates=load_templates())


def read_back(client: str, bullets: tuple[str, ...], *, text: str = "", **more: object) -> Judged:
    asked = question(copies=True)
    mail = compose.prompt(press(), asked, now=OPENED).content
    at = (OPENED + timedelta(hours=5)).astimezone(HOME)
    raw = reply_with(client, mail, bullets, at=at, text=text, **more)
    known = Known(prompts=compose.asking_texts(press(), asked), ours=("reports@agency.example",), instance="shapes")
    outcome = interpret(raw, at.astimezone(UTC), known)
    assert isinstance(outcome, Judged), f"{client} was taken for something that no person wrote"
    return outcome


def bullets_of(outcome: Judged) -> tuple[str, ...]:
    return tuple(bullet.text for bullet in outcome.reply.bullets)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("bullets", [PLAIN, HARD], ids=["plain", "hard"])
@pytest.mark.parametrize("closing", ["", "Best regards,"], ids=["bare", "closing"])
def test_bullets_are_read_as_typed(client: str, bullets: tuple[str, ...], closing: str) -> None:
    outcome = read_back(client, bullets, closing=closing, title="Cartographer" if closing else None)
    assert bullets_of(outcome) == bullets
    assert outcome.origin is Origin.PERSON
    assert outcome.verdict.decision is Decision.ACCEPTED, [finding.rule for finding in outcome.verdict.findings]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("locale", [None, "de"])
def test_an_answer_to_the_reminder_is_read_as_well(client: str, locale: str | None) -> None:
    asked = question(locale)
    later = OPENED + timedelta(hours=38)
    mail = compose.reminder(press(), asked, number=1, now=later).content
    raw = reply_with(client, mail, HARD, at=later.astimezone(HOME), closing="Thanks!")
    known = Known(prompts=compose.asking_texts(press(), asked), ours=("reports@agency.example",), locale=locale or "en")
    outcome = interpret(raw, later, known)
    assert isinstance(outcome, Judged)
    assert bullets_of(outcome) == HARD


@pytest.mark.parametrize("client", CLIENTS)
def test_nothing_of_the_prompt_is_taken_for_the_answer(client: str) -> None:
    body = read_back(client, PLAIN).reply.body
    assert "classified information" not in body
    assert "Deadline" not in body


@pytest.mark.parametrize("client", [one for one in CLIENTS if one not in {"outlook_word", "mutt", "inline"}])
def test_the_phrase_is_known(client: str) -> None:
    """The three clients that are left out write lists only."""
    outcome = read_back(client, (), text="All of my activities are sensitive.")
    assert outcome.reply.phrase == "sensitive"


def test_an_attached_file_is_refused_and_a_logo_is_not() -> None:
    outcome = read_back("outlook_desktop", PLAIN, title="Cartographer", files=[pdf("notes.pdf", "Notes")])
    assert outcome.verdict.decision is Decision.REJECTED
    assert [(one.rule, one.where) for one in outcome.verdict.findings if one.effect is Effect.REJECT] == [
        ("attachments", "attachment 1")
    ]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_reply_is_well_made(client: str) -> None:
    mail = compose.prompt(press(), question(), now=OPENED).content
    raw = reply_with(client, mail, HARD, at=OPENED.astimezone(HOME), closing="Thanks", title="Cartographer")
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert [part.defects for part in parsed.walk() if part.defects] == []
    assert max(len(line) for line in raw.split(b"\r\n")) < 998
    assert raw.count(b"\n") == raw.count(b"\r\n")
