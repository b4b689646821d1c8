"""Closing a Round: what Supervisors and those above them are told, once, and again only where there is news."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.policies import PolicyBook
from app.prompting import Prompter
from app.rounds import RoundKeeper
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.ledger import Event, PromptKey, StandingChange
from domain.outbox import MailKind
from domain.policy import Mode, Policy, PolicyChange
from domain.ports import Store
from domain.round import Phase, Round
from domain.standing import Standing
from domain.unit import UnitPath
from store.memory import MemoryStore
from tests.contract.store_values import answer
from tests.fakes.clock import START, FakeClock
from tests.fakes.mail import CAMPAIGN, CLOSES, RING, WEEK, press, text_of, week

NORTH, SOUTH = UnitPath("Agency/North"), UnitPath("Agency/South")


def employee(number: int, above: int | None, unit: UnitPath) -> Employee:
    return Employee(
        id=EmployeeId(f"E{number:03}"),
        name=f"Name {number:03}",
        address=EmailAddress(f"e{number:03}@agency.example"),
        unit=unit,
        supervisor_id=None if above is None else EmployeeId(f"E{above:03}"),
    )


# E001 over E002 (north) and E003 (south), each over seven.
PEOPLE = (
    employee(1, None, UnitPath("Agency")),
    employee(2, 1, NORTH),
    employee(3, 1, SOUTH),
    *(employee(10 + number, 2, NORTH) for number in range(7)),
    *(employee(20 + number, 3, SOUTH) for number in range(7)),
)


def office(policy: Policy | None = None, store: Store | None = None) -> tuple[RoundKeeper, Round]:
    kept = store or MemoryStore()
    kept.stage(enumerate(PEOPLE, start=2))
    kept.stage_apply(START)
    asker = Prompter(
        store=kept,
        press=press(),
        ring=RING,
        book=PolicyBook(base=policy or Policy(), configured=(), store=kept),
        clock=FakeClock(START),
    )
    keeper = RoundKeeper(asker=asker, hash_secret=b"0123456789abcdef")
    return keeper, keeper.open(CAMPAIGN, week(phase=Phase.OPENING), who="test")


def of(keeper: RoundKeeper, *kinds: MailKind) -> dict[str, str]:
    """Key to text of what is queued."""
    return {key: text_of(kept.mail) for key, kept in keeper.store.mails.items() if kept.mail.kind in kinds}


def key(number: int) -> PromptKey:
    return PromptKey(campaign_id=CAMPAIGN.id, round_id=WEEK, employee_id=EmployeeId(f"E{number:03}"))


def stand(keeper: RoundKeeper, number: int, standing: Standing, **other: Any) -> None:
    keeper.store.set_standings([StandingChange(prompt=key(number), standing=standing, **other)], by_hand=True)


def answered(keeper: RoundKeeper, uid: int, number: int, *bullets: str, **other: Any) -> None:
    recording = answer(uid, number, *bullets, round_id=WEEK, **other)
    keeper.store.record(recording)


def test_everybody_with_people_gets_a_digest_and_those_above_a_roll_up() -> None:
    keeper, asked = office()
    answered(keeper, 1, 10, "Mended the pump")
    assert keeper.close(CAMPAIGN, asked, who="test") == 4
    assert list(of(keeper, MailKind.DIGEST)) == [f"digest/weekly/2026-W47/E00{n}" for n in (1, 2, 3)]
    told = of(keeper, MailKind.ROLL_UP)
    assert list(told) == ["roll_up/weekly/2026-W47/E001"]
    said = told["roll_up/weekly/2026-W47/E001"]
    assert "- Agency: Replied 1/14 (7%)" in said
    assert "  - Agency/North: Replied 1/7 (14%)" in said
    assert "Name 0" not in said.replace("Name 001", "")
    assert "pump" not in said


def test_closing_again_tells_nobody_again() -> None:
    keeper, asked = office()
    keeper.close(CAMPAIGN, asked, who="test")
    before = dict(of(keeper, *MailKind))
    assert keeper.close(CAMPAIGN, asked, who="test") == 0
    assert of(keeper, *MailKind) == before


def test_no_news_is_no_final_digest() -> None:
    keeper, asked = office()
    answered(keeper, 1, 10, "Mended the pump")
    keeper.close(CAMPAIGN, asked, who="test")
    answered(keeper, 2, 10, "Mended the pump", at=CLOSES + timedelta(hours=1))
    assert keeper.finish(CAMPAIGN, replace(asked, phase=Phase.CLOSED), who="test") == 0


NEWS: dict[str, Callable[[RoundKeeper], None]] = {
    "a late answer": lambda keeper: answered(keeper, 9, 11, "Late", standing=Standing.LATE),
    "another answer": lambda keeper: answered(keeper, 9, 10, "Other words", at=CLOSES + timedelta(hours=1)),
    "withheld": lambda keeper: stand(keeper, 11, Standing.WITHHELD),
    "released": lambda keeper: stand(keeper, 12, Standing.ANSWERED),
    "away": lambda keeper: stand(keeper, 11, Standing.AWAY),
    "undeliverable": lambda keeper: stand(keeper, 11, Standing.UNDELIVERABLE),
    "covered": lambda keeper: stand(keeper, 11, Standing.COVERED),
    "exempt": lambda keeper: stand(keeper, 11, Standing.EXEMPT, reason="on a ship"),
    "another day back": lambda keeper: keeper.store.set_away(EmployeeId("E013"), date(2027, 1, 4)),
    "taken back": lambda keeper: stand(keeper, 10, Standing.AWAITING),
    "the unit paused": lambda keeper: keeper.store.set_policy(
        PolicyChange(unit=NORTH, fields={"mode": Mode.PAUSED}), Event(at=START, who="test", what="policy set")
    ),
}


@pytest.mark.parametrize("news", NEWS)
def test_any_news_after_the_close_is_told_to_those_concerned(news: str) -> None:
    keeper, asked = office()
    answered(keeper, 1, 10, "Mended the pump")
    stand(keeper, 12, Standing.WITHHELD)
    keeper.store.set_away(EmployeeId("E013"), date(2026, 12, 1))
    stand(keeper, 13, Standing.AWAY)
    keeper.close(CAMPAIGN, asked, who="test")
    NEWS[news](keeper)
    keeper.finish(CAMPAIGN, replace(asked, phase=Phase.CLOSED), who="test")
    finals = of(keeper, MailKind.FINAL_DIGEST)
    # The paused unit holds its head too, whose own supervisor is told so.
    expected = {"E001", "E002"} if news == "the unit paused" else {"E002"}
    assert {each.rpartition("/")[2] for each in finals} == expected
    again = keeper.finish(CAMPAIGN, replace(asked, phase=Phase.CLOSED), who="test")
    assert again == 0


def test_a_final_roll_up_goes_out_where_the_numbers_changed() -> None:
    keeper, asked = office()
    keeper.close(CAMPAIGN, asked, who="test")
    answered(keeper, 1, 10, "Late", standing=Standing.LATE)
    assert keeper.finish(CAMPAIGN, replace(asked, phase=Phase.CLOSED), who="test") == 2
    assert [*of(keeper, MailKind.ROLL_UP)][-1] == "roll_up/weekly/2026-W47/E001/final"


def test_who_had_no_first_digest_gets_a_final_one() -> None:
    keeper, asked = office()
    assert keeper.finish(CAMPAIGN, replace(asked, phase=Phase.CLOSED), who="test") == 4


def test_the_policy_says_whether_how_small_and_whether_with_bullets() -> None:
    keeper, asked = office(Policy(roll_up=False))
    assert keeper.close(CAMPAIGN, asked, who="test") == 3
    keeper, asked = office(Policy(least_group=8))
    keeper.close(CAMPAIGN, asked, who="test")
    (said,) = of(keeper, MailKind.ROLL_UP).values()
    assert "- Agency: Replied 0/14" in said
    assert "North" not in said
    keeper, asked = office(Policy(least_group=15))
    assert keeper.close(CAMPAIGN, asked, who="test") == 3
    keeper, asked = office(Policy(roll_up_bullets=True))
    answered(keeper, 1, 10, "Mended the pump")
    answered(keeper, 2, 2, "Of the direct report")
    keeper.close(CAMPAIGN, asked, who="test")
    (said,) = of(keeper, MailKind.ROLL_UP).values()
    assert "AGENCY/NORTH\n\n- Mended the pump\n" in said
    assert "direct report\n" not in said
