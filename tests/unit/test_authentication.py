"""Crafted From and Authentication-Results headers: on any doubt there is no sender and no pass."""

import json
from pathlib import Path

import pytest

from ingest.authentication import passes, results
from ingest.identity import candidates
from ingest.message import read_header

HEADERS = Path(__file__).parent.parent / "corpus" / "authentication" / "headers.jsonl"
CASES = [json.loads(line) for line in HEADERS.read_text(encoding="utf-8").splitlines()]


def of_kind(kind: str) -> list:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] == kind]


@pytest.mark.parametrize("case", of_kind("from"))
def test_sender_is_beyond_doubt_or_none(case: dict) -> None:
    header = "".join(f"From: {value}\n" for value in case["from"]) + "Subject: x\n\n"
    assert candidates(read_header(header.encode())).sender == case["sender"]


@pytest.mark.parametrize("case", of_kind("results"))
def test_only_our_own_server_is_believed(case: dict) -> None:
    header = "".join(f"{value}\n" for value in case["headers"]) + f"From: x@{case['domain']}\n\n"
    found = results(read_header(header.encode()), case["authserv_id"])
    assert found.summary() == case["expected"]
    assert passes(found, case["domain"]) is case["passed"]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("pump", ["(", '"', ";", "a=", "\\", "dkim=pass ", ") ", "<", "a@", ",", "a."])
@pytest.mark.parametrize("name", ["From: ", "Authentication-Results: mx.agency.example; ", "Received: by ", "To: +"])
def test_hostile_headers_take_linear_time(name: str, pump: str) -> None:
    message = read_header((name + pump * 30_000 + "\n\n").encode())
    candidates(message)
    results(message, "mx.agency.example")
