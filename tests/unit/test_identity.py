"""Who answers which Prompt: DESIGN.md section 6 as a table, and every way in which one person could pass for another."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.employee import EmailAddress, Employee, EmployeeId
from domain.identity import AuthResult, AuthResults, AuthRule, Candidates, Held, How, Identified, Stranger
from domain.round import CampaignId, Prompt, RoundId, Window
from domain.standing import Standing
from domain.token import KeyRing, TokenKey, expired, message_id, mint, reply_address, verify
from domain.unit import ROOT
from ingest.identity import candidates, choose, identify, sole_address
from ingest.message import read_header

RING = KeyRing(keys=(TokenKey(id="a", secret=b"s" * 32),), current="a")
OPENS = datetime(2026, 11, 23, 9, tzinfo=UTC)
WINDOW = Window(opens_at=OPENS, closes_at=OPENS + timedelta(days=1), grace_until=OPENS + timedelta(days=2))


def employee(name: str, **more: object) -> Employee:
    return Employee(id=EmployeeId(name), name=name, address=EmailAddress(f"{name}@agency.example"), **more)


def prompt(of: Employee, week: str = "2026-W48") -> Prompt:
    token = mint(RING, CampaignId("weekly"), RoundId(week), of.id)
    return Prompt(
        campaign_id=CampaignId("weekly"), round_id=RoundId(week), employee_id=of.id, name=of.name, address=of.address,
        unit=ROOT, supervisor_id=None, token=token, message_id=message_id(token, "agency.example"), window=WINDOW,
        standing=Standing.AWAITING,
    )  # fmt: skip


JANE = employee(
    "jane", aliases=(EmailAddress("j.doe@agency.example"),), delegates=(EmailAddress("aide@agency.example"),)
)
AIDE = employee("aide")
MARK = employee("mark")
PASS = AuthResults(results=(AuthResult(method="dmarc", value="pass", domain="agency.example"),), present=True)
FAIL = AuthResults(results=(AuthResult(method="dmarc", value="fail", domain="agency.example"),), present=True)
NOTHING = AuthResults()
RULES = tuple(AuthRule)


def decide(
    sender: str | None,
    *,
    token_of: Employee | None,
    known: Employee | None,
    auth: AuthResults = PASS,
    rule: AuthRule = AuthRule.REQUIRE,
    late: bool = False,
):
    return identify(
        Candidates(sender=sender),
        by_token=prompt(token_of) if token_of else None,
        token_employee=token_of,
        by_sender=known,
        open_prompt=prompt(known) if known else None,
        auth=auth,
        rule=rule,
        expired=late,
    )


@pytest.mark.parametrize("address", ["jane@agency.example", "j.doe@agency.example"])
@pytest.mark.parametrize("rule", RULES)
def test_token_and_from_agree(address: str, rule: AuthRule) -> None:
    found = decide(address, token_of=JANE, known=JANE, rule=rule)
    assert found == Identified(employee=JANE, prompt=prompt(JANE), how=How.VERIFIED, authenticated=True)


@pytest.mark.parametrize("rule", RULES)
def test_known_sender_who_is_authenticated(rule: AuthRule) -> None:
    found = decide("jane@agency.example", token_of=None, known=JANE, rule=rule)
    assert found == Identified(employee=JANE, prompt=prompt(JANE), how=How.KNOWN_SENDER, authenticated=True)


@pytest.mark.parametrize("auth", [FAIL, NOTHING])
def test_forged_sender_is_a_stranger_under_require(auth: AuthResults) -> None:
    assert isinstance(decide("jane@agency.example", token_of=None, known=JANE, auth=auth), Stranger)


@pytest.mark.parametrize("rule", [AuthRule.RECORD, AuthRule.IGNORE])
@pytest.mark.parametrize("auth", [FAIL, NOTHING])
def test_known_sender_is_recorded_as_not_authenticated(auth: AuthResults, rule: AuthRule) -> None:
    found = decide("jane@agency.example", token_of=None, known=JANE, auth=auth, rule=rule)
    assert isinstance(found, Identified)
    assert (found.how, found.authenticated) == (How.KNOWN_SENDER, False)


@pytest.mark.parametrize("auth", [FAIL, NOTHING])
def test_token_that_a_colleague_saw_is_not_enough_under_require(auth: AuthResults) -> None:
    found = decide("jane@agency.example", token_of=JANE, known=JANE, auth=auth)
    assert isinstance(found, Held)
    assert found.prompt == prompt(JANE)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("sender", "known"), [("mark@agency.example", MARK), ("someone@elsewhere.example", None), (None, None)]
)
def test_token_with_another_from_is_held(sender: str | None, known: Employee | None, rule: AuthRule) -> None:
    found = decide(sender, token_of=JANE, known=known, rule=rule)
    assert isinstance(found, Held)
    assert found.prompt == prompt(JANE)


def test_delegate_answers_in_their_name() -> None:
    found = decide("aide@agency.example", token_of=JANE, known=AIDE)
    assert found == Identified(employee=JANE, prompt=prompt(JANE), how=How.DELEGATE, authenticated=True)
    assert isinstance(decide("aide@agency.example", token_of=JANE, known=AIDE, auth=NOTHING), Held)
    assert isinstance(decide("aide@agency.example", token_of=MARK, known=AIDE), Held)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("sender", ["someone@elsewhere.example", None])
def test_neither_is_a_stranger(sender: str | None, rule: AuthRule) -> None:
    assert isinstance(decide(sender, token_of=None, known=None, rule=rule), Stranger)


def test_store_row_that_is_not_the_senders_is_not_believed() -> None:
    assert isinstance(decide("mark@agency.example", token_of=None, known=JANE), Stranger)


def test_token_of_a_round_that_is_over_is_held() -> None:
    late = expired(WINDOW, OPENS + timedelta(days=30))
    found = decide("jane@agency.example", token_of=JANE, known=JANE, late=late)
    assert isinstance(found, Held)
    assert "over" in found.reason


def test_known_sender_without_an_open_prompt() -> None:
    found = identify(
        Candidates(sender="jane@agency.example"), by_token=None, token_employee=None, by_sender=JANE, open_prompt=None, auth=PASS, rule=AuthRule.REQUIRE
    )  # fmt: skip
    assert found == Identified(employee=JANE, prompt=None, how=How.KNOWN_SENDER, authenticated=True)


def test_replayed_token_verifies_for_its_own_prompt_only() -> None:
    asked = prompt(JANE)
    assert verify(RING, asked.token, asked.campaign_id, asked.round_id, JANE.id)
    for other in (prompt(MARK), prompt(JANE, "2026-W49")):
        assert not verify(RING, asked.token, other.campaign_id, other.round_id, other.employee_id)


def test_tokens_are_found_wherever_they_survive() -> None:
    token = prompt(JANE).token
    address = reply_address("reports@agency.example", token)
    for name in ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Gm-Original-To", "Resent-To"):
        found = candidates(read_header(f"From: x@y.example\n{name}: Weekly <{address}>\n\n".encode()))
        assert (found.address_tokens, found.thread_tokens) == ((token,), ()), name
    for name in ("In-Reply-To", "References"):
        found = candidates(
            read_header(f"From: x@y.example\n{name}: <a@b.example> {message_id(token, 'agency.example')}\n\n".encode())
        )
        assert (found.address_tokens, found.thread_tokens) == ((), (token,)), name


def test_newest_reference_comes_first() -> None:
    older, newer = prompt(JANE, "2026-W47"), prompt(JANE)
    raw = f"From: x@y.example\nReferences: {older.message_id} {newer.message_id}\n\n"
    assert candidates(read_header(raw.encode())).tokens == (newer.token, older.token)


def test_flood_of_tokens_is_cut() -> None:
    references = " ".join(prompt(employee(f"e{number}")).message_id for number in range(100))
    assert len(candidates(read_header(f"From: x@y.example\nReferences: {references}\n\n".encode())).tokens) <= 32


def test_senders_own_prompt_is_chosen_among_several() -> None:
    options = ((prompt(MARK), MARK), (prompt(JANE), JANE))
    assert choose(options, "jane@agency.example") == options[1]
    assert choose(options, "aide@agency.example") == options[1]
    assert choose(options, "someone@elsewhere.example") == options[0]
    assert choose(options, None) == options[0]
    assert choose((), "jane@agency.example") is None


@pytest.mark.parametrize(
    "value", ["Jane (x <jane@agency.example>", "Jane) <jane@agency.example>", 'Jane" <jane@agency.example>']
)
def test_malformed_name_is_doubted(value: str) -> None:
    assert sole_address(value) is None


def test_sender_is_compared_without_case() -> None:
    shouting = replace(Candidates(), sender="JANE@agency.example")
    found = identify(
        shouting, by_token=None, token_employee=None, by_sender=JANE, open_prompt=None, auth=PASS, rule=AuthRule.RECORD
    )
    assert isinstance(found, Identified)
