"""Nothing of ours starts or feeds a loop: machines and strangers hear nothing, and too many answers meet the breaker."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.breaker import HELD_BACK, LEAST, Breaker
from domain.ledger import Folder
from domain.outbox import ANSWERING, MailKind
from domain.standing import Standing
from tests.fakes.mail import CAMPAIGN, WEEK
from tests.fakes.office import BOSS, PEOPLE, Office, mail, person, prompt_of, talk_token

CORPUS = Path(__file__).parent.parent / "corpus"
MACHINES = [json.loads(line) for line in (CORPUS / "origins" / "machines.jsonl").read_text("utf-8").splitlines()]
ONE = person(1, "Employee One", address="employee.one@agency.example")


def as_answers(raw: str, token: str) -> bytes:
    """The mail as if it came back to a Prompt: whatever it was sent to, it carries the token."""
    head, _, body = raw.partition("\n\n")
    thread = (
        "" if re.search(r"^In-Reply-To:", head, re.MULTILINE) else f"\nIn-Reply-To: <prompt.{token}@agency.example>"
    )
    return f"{head.replace('reports+a7fa2fbf@', f'reports+{token}@')}{thread}\n\n{body}".encode()


@pytest.mark.parametrize("case", MACHINES, ids=lambda case: case["id"])
def test_no_machine_is_answered(case: dict[str, str]) -> None:
    """Whoever it claims to be from: a person who was asked, with their own token, a Supervisor, or nobody we know."""
    office = Office(people=(ONE, *PEOPLE[1:]), desk_settings={"instance": "instance-1"})
    for token in (prompt_of(ONE).token, talk_token(), "a7fa2fbf"):
        office.arrive(as_answers(case["mail"], token))
    as_boss = case["mail"].replace("employee.one@agency.example", BOSS.address)
    office.arrive(as_answers(as_boss, talk_token()))
    assert [one.kind for one in office.sent() if one.kind in ANSWERING] == []


def bounces() -> list[tuple[str, bytes]]:
    found = []
    for path in sorted((CORPUS / "bounces").rglob("*")):
        if path.suffix == ".eml":
            found.append((path.name, path.read_bytes()))
        elif path.suffix == ".jsonl":
            rows = map(json.loads, path.read_text("utf-8").splitlines())
            found += [(str(row.get("id")), row["mail"].encode()) for row in rows if "mail" in row]
    return found


def test_no_bounce_is_answered() -> None:
    office = Office(people=(ONE, *PEOPLE[1:]))
    for _, raw in bounces():
        office.arrive(raw)
        office.arrive(
            raw.replace(b"From:", f"In-Reply-To: <prompt.{prompt_of(ONE).token}@agency.example>\nFrom:".encode(), 1)
        )
    assert [one.kind for one in office.sent() if one.kind in ANSWERING] == []


FORGED = (
    "From: x@evil.example, e1@agency.example",
    "From: e1@agency.example\nFrom: x@evil.example",
    'From: "e1@agency.example" <x@evil.example>',
    "From: e1@agency.example <x@evil.example>",
    "From: e2@agency.example",
    "From: =?utf-8?q?e1=40agency=2Eexample?=",
    "From: <e1@agency.example>evil@evil.example",
    "From: group: e1@agency.example;",
    "From:",
    "From: reports@agency.example",
    "From: MAILER-DAEMON@agency.example",
)


@pytest.mark.parametrize("sender", FORGED)
def test_no_forged_or_null_sender_is_answered(sender: str) -> None:
    office = Office()
    token = prompt_of(PEOPLE[0]).token
    raw = mail("x@x.example", token, "- Did it\n- And that").replace(b"From: Somebody <x@x.example>", sender.encode())
    made = office.arrive(raw.replace(b"Return-Path: <x@x.example>", b"Return-Path: <>"))
    assert made.mails == ()
    assert made.entry.filing in {Folder.HELD, Folder.STRANGERS, Folder.PROCESSED}
    assert office.standing(1)[0] is Standing.AWAITING


def test_our_own_mail_come_back_is_known_by_its_instance() -> None:
    office = Office()
    office.arrive(mail(PEOPLE[0].address, prompt_of(PEOPLE[0]).token, "- Did it\n- And that"))
    (receipt,) = office.sent()
    back = office.arrive(receipt.content)
    assert (back.entry.origin, back.mails) == ("ourselves", ())
    rewritten = receipt.content.replace(b"From: Weekly report <reports@agency.example>", b"From: e1@agency.example")
    assert rewritten != receipt.content
    again = office.arrive(rewritten)
    assert (again.entry.origin, again.mails) == ("ourselves", ())


def test_a_program_that_answers_every_notice_gets_one_of_each_kind_a_day() -> None:
    """It says of itself that a person wrote it, and writes something else each time."""
    office = Office()
    token = prompt_of(PEOPLE[0]).token
    waiting = [mail(PEOPLE[0].address, token, "see http://x.example/0")]
    rounds = 0
    while waiting and rounds < 50:
        rounds += 1
        before = len(office.sent())
        office.arrive(waiting.pop())
        reaction = mail(PEOPLE[0].address, token, f"see http://x.example/{rounds}", subject=f"Re: {rounds}")
        waiting += [reaction] * len(office.sent()[before:])
    assert rounds == 2
    assert len(office.sent()) == 1


def test_a_program_in_a_supervisors_name_meets_silence_too() -> None:
    office = Office()
    for number in range(50):
        office.arrive(mail(BOSS.address, talk_token(), f"Your message number {number} was received by our system"))
    assert len(office.sent()) == 1


def crowd(size: int, per_hour: int | None = None) -> Office:
    office = Office(people=tuple(person(100 + number, f"Number{number} Crowd") for number in range(size)))
    breaker = Breaker(store=office.store, clock=office.clock, alarming=office.desk.writer, per_hour=per_hour)
    return Office(
        people=office.people,
        store=office.store,
        clock=office.clock,
        desk_settings={"breaker": breaker},
    )


def test_a_responder_that_varies_its_from_meets_the_breaker() -> None:
    office = crowd(40, per_hour=25)
    for one in office.people:
        office.arrive(mail(one.address, prompt_of(one).token, "- Did it\n- And that"))
    assert len([one for one in office.sent() if one.kind in ANSWERING]) == 25
    (alert,) = office.sent(MailKind.ALERT)
    assert alert.recipient == "security@agency.example"
    assert b"25" in alert.content
    assert [one.what for one in office.store.events()] == ["answers are held back"]
    standings = {each.standing: each.count for each in office.store.counts(CAMPAIGN.id, WEEK)}
    assert standings[Standing.ANSWERED] == 40
    held = [one for one in office.store.entries(limit=100) if one.reason.endswith(HELD_BACK.removeprefix("; "))]
    assert len(held) == 15


def test_a_batch_whose_answers_are_not_recorded_yet_meets_the_breaker_too() -> None:
    """Many messages are decided before the first of them is in the database."""
    office = crowd(80, per_hour=25)
    decided = []
    with office.desk.together():
        office.record_later(decided)
        for one in office.people:
            office.arrive(mail(one.address, prompt_of(one).token, "- Did it\n- And that"))
    for recording in decided:
        office.store.record(recording)
    assert len([one for one in office.sent() if one.kind in ANSWERING]) == 25
    assert len(office.sent(MailKind.ALERT)) == 1


def test_answers_go_out_again_when_they_are_fewer() -> None:
    office = crowd(40, per_hour=25)
    for one in office.people:
        office.arrive(mail(one.address, prompt_of(one).token, "- Did it\n- And that"))
    office.clock.move(timedelta(hours=2))
    office.arrive(mail(BOSS.address, talk_token(), "Number1 Crowd is away until 4 December"))
    assert len(office.sent(MailKind.CONFIRMATION)) == 1
    told = [one.what for one in office.store.events() if one.subject == "breaker"]
    assert sorted(told) == ["answers are held back", "answers go out again"]


def test_everybody_who_was_asked_may_be_answered_in_one_hour() -> None:
    office = crowd(LEAST + 50)
    for one in office.people:
        office.arrive(mail(one.address, prompt_of(one).token, "- Did it\n- And that"))
    assert len(office.sent(MailKind.RECEIPT)) == LEAST + 50
    for number, one in enumerate(office.people):
        office.arrive(mail(one.address, prompt_of(one).token, f"see http://x.example/{number}", subject="Re: again"))
    assert len([one for one in office.sent() if one.kind in ANSWERING]) == LEAST + 51  # as many as Prompts, and no more
    assert len(office.sent(MailKind.ALERT)) == 1
