"""A mail that was passed on without a word is nobody's answer, whatever its header block shows."""

import json
from email.header import Header
from pathlib import Path

import pytest

from domain.outbox import MailKind
from domain.policy import Policy
from domain.standing import Standing
from domain.token import reply_address
from ingest.tags import Tag, first_tag, tags
from outbound.compose import Question, asking_texts
from tests.fakes.mail import CAMPAIGN, press
from tests.fakes.office import BOSS, PEOPLE, Office, prompt_of

FORWARDS = Path(__file__).parent.parent / "corpus" / "forwards" / "cases.jsonl"
CASES = [json.loads(line) for line in FORWARDS.read_text(encoding="utf-8").splitlines()]
EMPTY = [case for case in CASES if not case["answered"]]
JANE = PEOPLE[0]
BODY = "Hello J,\n\nplease look at this.\n\n- Order the laptops\n- Call the vendor about the lease\n\nRegards\nPat"


def raw(case: dict, *, to: str, subject: str | None = None, thread: str = "") -> bytes:
    shown = Header(subject or case["subject"], "utf-8").encode()
    return (
        f"Return-Path: <{JANE.address}>\nFrom: Jane Doe <{JANE.address}>\nTo: {to}\nSubject: {shown}\n{thread}"
        f"Message-ID: <{case['id']}@client.example>\nMIME-Version: 1.0\nContent-Type: {case['type']}; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n{case['text']}\n"
    ).encode()


def cases(chosen: list[dict]) -> list:
    return [pytest.param(case, id=case["id"]) for case in chosen]


@pytest.mark.parametrize("case", cases(EMPTY))
@pytest.mark.parametrize("thread", [True, False], ids=["thread", "bare"])
def test_no_answer_is_credited(case: dict, thread: bool) -> None:
    office = Office()
    token = prompt_of(JANE).token
    to = reply_address("reports@agency.example", token) if thread else "reports@agency.example"
    said = f"In-Reply-To: <prompt.{token}@agency.example>\n" if thread else ""
    made = office.arrive(raw(case, to=to, thread=said))
    assert office.standing(1)[0] in {Standing.AWAITING, Standing.NEEDS_FIX}
    assert office.standing(1)[1] == ()
    assert office.sent(MailKind.RECEIPT) == ()
    assert made.reply is None or made.reply.bullets == ()


@pytest.mark.parametrize(
    "case", cases([case for case in EMPTY if "orward" in case["text"][:200] and case["id"] != "sig-then-forward"])
)
def test_what_is_announced_as_forwarded_is_no_answer_in_a_reply_either(case: dict) -> None:
    office = Office()
    to = reply_address("reports@agency.example", prompt_of(JANE).token)
    office.arrive(raw(case, to=to, subject="Re: What did you do last week?"))
    assert office.standing(1)[0] in {Standing.AWAITING, Standing.NEEDS_FIX}
    assert office.sent(MailKind.RECEIPT) == ()


@pytest.mark.parametrize("case", cases([case for case in EMPTY if BODY in case["text"]]))
def test_our_own_prompt_passed_on_is_no_answer_to_it(case: dict) -> None:
    office = Office()
    asked = Question(campaign=CAMPAIGN, asked=prompt_of(JANE), employee=JANE, policy=Policy(), supervisor=BOSS)
    ours = asking_texts(press(), asked)[0]
    thread = f"In-Reply-To: <prompt.{prompt_of(JANE).token}@agency.example>\n"
    forwarded = {**case, "text": case["text"].replace(BODY, ours)}
    office.arrive(raw(forwarded, to="reports@agency.example", thread=thread))
    assert office.standing(1)[0] in {Standing.AWAITING, Standing.NEEDS_FIX}
    assert office.sent(MailKind.RECEIPT) == ()


@pytest.mark.parametrize("case", cases([case for case in CASES if case["answered"]]))
def test_what_was_written_above_or_like_a_header_is_an_answer(case: dict) -> None:
    office = Office()
    office.arrive(raw(case, to=reply_address("reports@agency.example", prompt_of(JANE).token)))
    assert office.standing(1)[0] is Standing.ANSWERED
    assert not any("laptops" in each for each in office.standing(1)[1])


def test_there_are_many_shapes() -> None:
    assert len(EMPTY) >= 40


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Re: Fwd: Lease", Tag.REPLY),
        ("Fwd: Re: Lease", Tag.FORWARD),
        ("FW: Lease", Tag.FORWARD),
        ("WG: AW: Miete", Tag.FORWARD),
        ("AW[2]: Miete", Tag.REPLY),
        ("Re(3): Lease", Tag.REPLY),
        ("TR : Bail", Tag.FORWARD),
        ("回复：租约", Tag.REPLY),
        ("转发: 租约", Tag.FORWARD),
        ("VS: Vuokra", Tag.EITHER),
        ("Lease: signed", None),
        ("", None),
        (None, None),
    ],
)
def test_first_tag(subject: str | None, expected: Tag | None) -> None:
    assert first_tag(subject) is expected


def test_many_tags_cost_little() -> None:
    assert len(tags("Re: " * 100_000)[0]) == 20
    assert tags(" " * 100_000 + "Re:")[0] == ()
    assert tags("Re: Fwd: answer")[1].strip() == "answer"
