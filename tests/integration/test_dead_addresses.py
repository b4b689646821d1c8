"""Addresses that do not exist, Round after Round: not written to any more, listed for the roster, and revived."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from domain.employee import EmailAddress, EmployeeId
from domain.outbox import MailKind
from domain.round import RoundId
from domain.standing import Standing
from tests.servers.dovecot import Dovecot
from tests.servers.installation import WEEK, Installation

NEXT, THIRD, FOURTH = RoundId("2026-W49"), RoundId("2026-W50"), RoundId("2026-W51")

REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.agency.example>
To: reports@agency.example
Message-ID: <bounce.{token}.{action}@mx.agency.example>
Auto-Submitted: auto-replied
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=XX

--XX
Content-Type: text/plain

Your message to {address}: {words}

--XX
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.agency.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--XX
Content-Type: message/rfc822

From: reports@agency.example
To: {address}
Message-ID: {message_id}
Subject: What did you do last week?

--XX--
"""


@pytest.fixture
def place(dovecot: Dovecot, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "here", dovecot, dovecot.new_user())
    yield made
    made.close()


def report(place: Installation, number: int, week: RoundId, status: str = "5.1.1", action: str = "failed") -> bytes:
    asked = place.prompt(number, week)
    words = "550 5.1.1 user unknown" if status == "5.1.1" else "452 4.2.2 mailbox full"
    text = REPORT.format(
        token=asked.token, message_id=asked.message_id, address=asked.address, status=status, action=action, words=words
    )
    return text.replace("\n", "\r\n").encode()


def prompts(place: Installation) -> int:
    return sum(count for kind, _, count in place.store.outbox_counts() if kind is MailKind.PROMPT)


def checked(place: Installation) -> str:
    return CliRunner().invoke(app, ["--config", str(place.config), "roster", "check"]).output


def move(place: Installation, number: int, address: str) -> None:
    people = [place.person(each) for each in range(1, place.people + 1)]
    people[number - 1] = replace(people[number - 1], address=EmailAddress(address))
    place.store.stage(enumerate(people, start=2))
    assert list(place.store.stage_faults()) == []
    place.store.stage_apply(place.asked)


def test_a_person_who_is_not_there_is_not_written_to_until_the_address_changes(place: Installation) -> None:
    place.receive(report(place, 2, WEEK), report(place, 3, WEEK, "4.2.2", "delayed"))
    assert place.standing(2) is Standing.UNDELIVERABLE
    assert place.standing(3) is Standing.AWAITING
    place.ask(NEXT, place.asked + timedelta(weeks=1))
    assert place.standing(2, NEXT) is Standing.AWAITING
    assert prompts(place) == 6
    place.receive(report(place, 2, NEXT), report(place, 3, NEXT, "4.2.2", "failed"))
    assert place.standing(2, NEXT) is Standing.UNDELIVERABLE
    said = checked(place)
    assert "E2: the address e2@agency.example does not exist" in said
    assert "E3: mail to e3@agency.example did not arrive, 2 rounds" in said
    assert "E1:" not in said
    place.ask(THIRD, place.asked + timedelta(weeks=2))
    skipped = place.prompt(2, THIRD)
    assert (skipped.standing, skipped.reason) == (
        Standing.UNDELIVERABLE,
        "the address does not exist; nothing was sent",
    )
    assert place.standing(3, THIRD) is Standing.AWAITING
    assert prompts(place) == 8
    move(place, 2, "moved@agency.example")
    assert "moved@" not in checked(place)
    place.ask(FOURTH, place.asked + timedelta(weeks=3))
    assert place.standing(2, FOURTH) is Standing.AWAITING
    assert prompts(place) == 11


def test_a_person_from_whom_mail_comes_is_written_to_again(place: Installation) -> None:
    place.receive(report(place, 2, WEEK))
    place.ask(NEXT, place.asked + timedelta(weeks=1))
    place.receive(report(place, 2, NEXT))
    assert place.store.dead_addresses([EmployeeId("E2")], rounds=2) == {"E2"}
    place.receive(place.reply(2, "- Wrote the plan\n- Mended the pump\n"))
    assert place.standing(2, WEEK) is Standing.ANSWERED
    place.ask(THIRD, place.asked + timedelta(weeks=2))
    assert place.standing(2, THIRD) is Standing.AWAITING
