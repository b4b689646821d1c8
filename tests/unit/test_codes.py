"""Supervisors hear the code of a Round the day before; prompts show the same; without a code nothing speaks of one."""

import email
import email.policy
from dataclasses import replace
from datetime import timedelta

import pytest

from app.codes import tell_codes
from app.policies import PolicyBook
from app.prompting import Prompter
from domain.employee import EmployeeId
from domain.outbox import MailKind
from domain.policy import Mode, Policy, PolicyChange
from domain.round import Phase
from domain.unit import UnitPath
from outbound.calendar import Deed, due, occurrence
from outbound.compose import asking_texts
from store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock
from tests.fakes.mail import CAMPAIGN, RING, press, question, week
from tests.fakes.office import BOSS, PEOPLE, person

DAY = timedelta(hours=24)
COMING = week(phase=Phase.OPENING, code="AB-CD")


def asker(*people: object, changes: tuple[PolicyChange, ...] = ()) -> Prompter:
    store = MemoryStore()
    store.stage(enumerate(people, 2))
    store.stage_apply(START)
    book = PolicyBook(base=Policy(), configured=changes, store=store)
    return Prompter(store=store, press=press(), ring=RING, book=book, clock=FakeClock())


def test_the_calendar_asks_for_it_from_the_day_before_until_the_opening() -> None:
    campaign = replace(CAMPAIGN, code_before=DAY)
    turn = occurrence(campaign, COMING.id)
    opens = turn.opens_at
    since = opens - timedelta(days=6)

    def deeds(at: timedelta, of: object = campaign) -> list[Deed]:
        return [one.deed for one in due(of, (), opens + at, since=since)]

    assert deeds(-DAY - timedelta(seconds=1)) == []
    assert deeds(-DAY) == deeds(-timedelta(seconds=1)) == [Deed.CODE]
    assert deeds(timedelta(0)) == [Deed.OPEN]
    assert deeds(-DAY, CAMPAIGN) == []


def test_each_supervisor_hears_it_once() -> None:
    other = person(9, "Otto Other", supervisor_id=EmployeeId("E1"))
    who = asker(BOSS, *PEOPLE, other)
    assert tell_codes(who, CAMPAIGN, COMING, lambda _: None) == 2
    assert tell_codes(who, CAMPAIGN, COMING, lambda _: None) == 0
    mails = {kept.mail.recipient: kept.mail for kept in who.store.mails.values()}
    assert sorted(mails) == ["e1@agency.example", BOSS.address]
    said = email.message_from_bytes(mails[BOSS.address].content, policy=email.policy.default)
    text = said.get_body(("plain",)).get_content()
    assert mails[BOSS.address].kind is MailKind.CODE
    assert "AB-CD" in text
    assert "4 of them report to you" in text


def test_nobody_hears_it_whose_people_are_not_asked() -> None:
    paused = PolicyChange(unit=UnitPath("Closed"), fields={"mode": Mode.PAUSED})
    people = [replace(one, unit=UnitPath("Closed")) for one in PEOPLE]
    assert tell_codes(asker(BOSS, *people, changes=(paused,)), CAMPAIGN, COMING, lambda _: None) == 0


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es"])
def test_the_prompt_shows_the_same_code_or_none(locale: str) -> None:
    asked = question(replace(PEOPLE[0], locale=locale), code="AB-CD")
    assert "AB-CD" in asking_texts(press(), asked)[0]
    assert "code" not in asking_texts(press(), replace(asked, code=""))[0].lower()
