"""Who wrote a Message, on mail of our own making: every machine is known, and no person is taken for one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from domain.message import Message, Part
from domain.origin import NULL_RETURN_PATH, Origin
from domain.outcome import Known
from ingest.message import read, read_header
from ingest.origin import classify

CORPUS = Path(__file__).parent.parent / "corpus" / "origins"
KNOWN = Known(ours=("reports@agency.example",), instance="instance-1")
NEEDS_BODY = {"calendar-reply-alternative"}


def cases(name: str) -> list:
    lines = (CORPUS / name).read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=case["id"]) for case in map(json.loads, lines)]


@pytest.mark.parametrize("case", cases("machines.jsonl"))
def test_machine_is_known_for_what_it_is(case: dict) -> None:
    message = read(case["mail"].encode())
    assert isinstance(message, Message)
    origin, evidence = classify(message, KNOWN)
    assert origin == case["origin"]
    assert any(sign.hard and sign.points_to is origin for sign in evidence)


@pytest.mark.parametrize("case", cases("machines.jsonl"))
def test_header_alone_tells_the_same(case: dict) -> None:
    origin, _ = classify(read_header(case["mail"].encode()), KNOWN)
    assert origin == (Origin.PERSON if case["id"] in NEEDS_BODY else case["origin"])


@pytest.mark.parametrize("case", cases("ordinary.jsonl"))
def test_person_is_never_taken_for_a_machine(case: dict) -> None:
    message = read(case["mail"].encode())
    assert isinstance(message, Message)
    origin, evidence = classify(message, KNOWN)
    assert origin is Origin.PERSON
    assert not any(sign.hard for sign in evidence)


MACHINES = {Origin.BOUNCE, Origin.AUTO_REPLY, Origin.RECEIPT, Origin.COMPLAINT}


@pytest.mark.parametrize("case", cases("second/ordinary.jsonl"))
def test_lists_newsletters_and_junk_are_no_reports(case: dict) -> None:
    message = read(case["mail"].encode())
    assert isinstance(message, Message)
    assert classify(message, KNOWN)[0] not in MACHINES


@pytest.mark.parametrize("case", cases("third/ordinary.jsonl"))
def test_mail_about_failed_deliveries_is_no_report(case: dict) -> None:
    message = read(case["mail"].encode())
    assert isinstance(message, Message)
    assert classify(message, KNOWN)[0] == case["origin"]


def test_junk_with_a_null_return_path_is_still_no_one_to_answer() -> None:
    raw = b"Return-Path: <>\nFrom: a@b.example\nSubject: Toner\nContent-Type: text/plain\n\nAct now. To be removed, call.\n"
    message = read(raw)
    assert isinstance(message, Message)
    origin, evidence = classify(message, KNOWN)
    assert origin is Origin.PERSON
    assert NULL_RETURN_PATH in {sign.sign for sign in evidence}


def test_corpora_are_as_large_as_they_claim() -> None:
    machines = [case.values[0] for case in cases("machines.jsonl")]
    replies = [case for case in machines if case["origin"] == "auto_reply"]
    assert len(replies) >= 60
    assert len({case["language"] for case in replies}) >= 20
    assert len(cases("ordinary.jsonl")) >= 60


def test_soft_evidence_is_kept_beside_a_person() -> None:
    raw = b"From: a@agency.example\nReturn-Path: <a@agency.example>\nSubject: Out of office next week\n\n- x\n"
    origin, evidence = classify(read_header(raw), KNOWN)
    assert origin is Origin.PERSON
    assert [(sign.sign, sign.hard) for sign in evidence] == [("automatic subject", False)]


def test_own_message_id_is_ourselves() -> None:
    raw = b"From: x@other.example\nMessage-ID: <prompt.aabcdefghijklmnopqrstuvwxyz@agency.example>\n\nx\n"
    assert classify(read_header(raw), KNOWN)[0] is Origin.OURSELVES
    assert classify(read_header(raw), Known())[0] is Origin.PERSON


def test_instance_of_another_bulletin_is_not_ours() -> None:
    raw = b"From: a@agency.example\nX-Bulletin-Instance: instance-2\n\nx\n"
    assert classify(read_header(raw), KNOWN)[0] is Origin.AUTO_REPLY
    assert classify(read_header(raw), Known())[0] is Origin.PERSON


def test_empty_message_has_an_origin() -> None:
    assert classify(Message(), Known())[0] is Origin.PERSON


def origin_of(header: str, **more: object) -> tuple[Origin, bool]:
    """The Origin and whether any sign is hard, for a header and what a body would add."""
    message = replace(read_header(header.encode()), **more)
    origin, evidence = classify(message, KNOWN)
    return origin, any(sign.hard for sign in evidence)


CALENDAR = Part(content_type="text/calendar")
COPY = Part(content_type="message/rfc822")


@pytest.mark.parametrize(
    ("header", "more", "origin"),
    [
        ("From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.1\n\n", {}, Origin.COMPLAINT),
        ("From: admin@a.example\nSubject: Undelivered mail\n\n", {"parts": (COPY,)}, Origin.BOUNCE),
        ("From: no-reply@a.example\nSubject: Undelivered mail\n\n", {"parts": (COPY,)}, Origin.BOUNCE),
        ("From: postmaster@a.example\nSubject: Re: hello\n\n", {"plain": "RCPT TO: x@a.example"}, Origin.BOUNCE),
        ("From: x@sns.amazonaws.com\nSubject: AWS Notification Message\n\n", {"plain": '{"bounce":{}}'}, Origin.BOUNCE),
        ("From: a@a.example\nSubject: Accepted: Standup\n\n", {"parts": (CALENDAR,)}, Origin.CALENDAR),
        (
            "From: no-reply@a.example\nList-Unsubscribe: <mailto:x@a.example>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n\n",
            {},
            Origin.LIST,
        ),
        ("From: all@a.example\nList-Post: <mailto:all@a.example>\n\n", {}, Origin.LIST),
        (
            "From: microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@a.example\nSubject: Undeliverable: x\n\n",
            {},
            Origin.BOUNCE,
        ),
    ],
)
def test_hard_signs(header: str, more: dict, origin: Origin) -> None:
    assert origin_of(header, **more) == (origin, True)


@pytest.mark.parametrize(
    ("header", "more"),
    [
        ("From: no-reply@a.example\nSubject: Undelivered mail\n\n", {}),
        ("From: postmaster@a.example\nSubject: Re: hello\n\n", {"plain": "Hello"}),
        ("From: a@a.example\nSubject: Standup\n\n", {"parts": (CALENDAR,)}),
        ("From: a@a.example\nSubject: x\n\n", {"parts": (replace(COPY, content_type="message/delivery-status"),)}),
        ("From: Jane via All <all@a.example>\nList-Post: <mailto:all@a.example>\n\n", {}),
        ("From: unit5-admin@a.example\nList-Id: <reports.a.example>\n\n", {}),
        ("From: a@a.example\nReply-To: a-confirm-1.2@a.example\nSubject: x\n\n", {}),
    ],
)
def test_soft_signs(header: str, more: dict) -> None:
    assert origin_of(header, **more) == (Origin.PERSON, False)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: ", "Content-Type: multipart/report; report-type=", "Sender: owner-", "Subject: auto", "From: "],
)
@pytest.mark.parametrize("pump", ["(", "a-", " ", "=", "owner-", "<", "]", "*"])
def test_hostile_headers_take_linear_time(header: str, pump: str) -> None:
    """The test's own time limit is the assertion: a quadratic reading of this takes minutes."""
    message = read_header((header + pump * 30_000 + "\n\n").encode())
    classify(message, KNOWN)
