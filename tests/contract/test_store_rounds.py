"""Every store keeps Rounds, Prompts and Standings alike."""

from dataclasses import replace
from datetime import date

import pytest

from domain.digest import UnitCount
from domain.employee import EmployeeId
from domain.errors import StoreError
from domain.ledger import Event, StandingChange
from domain.outbox import MailKind, MailState
from domain.ports import Store
from domain.round import GOING_ON, CampaignId, Phase
from domain.standing import Standing
from domain.unit import UnitPath
from tests.contract.store_values import (
    HOUR,
    NOW,
    W48,
    W49,
    WEEKLY,
    answer,
    ask,
    import_people,
    key_of,
    mail,
    person,
    prompt,
    refusal,
    week,
)

EVENT = Event(at=NOW, who="operator", what="exempt", subject="E001", reason="moved")


def test_the_first_round_of_a_week_stays(store: Store) -> None:
    assert store.ensure_round(week()) == week()
    assert store.ensure_round(week(code="other")) == week()
    assert store.round(WEEKLY, W48) == week()
    assert store.round(WEEKLY, W49) is None


def test_rounds_come_newest_first(store: Store) -> None:
    other = week(campaign_id=CampaignId("daily"))
    for each in (week(), week(W49), other):
        store.ensure_round(each)
    assert store.rounds() == (week(W49), other, week())
    assert store.rounds(WEEKLY) == (week(W49), week())
    assert store.rounds(limit=1) == (week(W49),)


def test_rounds_of_some_phases(store: Store) -> None:
    for each in (week(), week(W49)):
        store.ensure_round(each)
    store.advance(WEEKLY, W49, Phase.OPENING, Phase.FINAL)
    assert store.rounds(phases=GOING_ON) == (week(),)
    assert [one.id for one in store.rounds(phases={Phase.FINAL})] == [W49]
    assert store.rounds(CampaignId("daily"), phases=GOING_ON) == ()


def test_a_round_advances_once(store: Store) -> None:
    store.ensure_round(week())
    assert store.advance(WEEKLY, W48, Phase.OPENING, Phase.OPEN)
    assert not store.advance(WEEKLY, W48, Phase.OPENING, Phase.OPEN)
    assert not store.advance(WEEKLY, W49, Phase.OPENING, Phase.OPEN)
    assert store.round(WEEKLY, W48) == week(phase=Phase.OPEN)


def test_expanding_writes_prompts_mail_counters_and_how_far_it_came(store: Store) -> None:
    ask(store, prompt(1), prompt(2, standing=Standing.EXEMPT, reason="category"), mails=(mail("p/1"),))
    assert store.prompt(key_of(1)) == prompt(1)
    assert store.prompt(key_of(2)) == prompt(2, standing=Standing.EXEMPT, reason="category")
    assert store.prompt(key_of(3)) is None
    assert store.prompt_by_token("a48001") == prompt(1)
    assert store.prompt_by_token("a48009") is None
    assert store.prompts_by_token({"a48001", "a48009"}) == {"a48001": prompt(1)}
    assert store.outbox_counts() == ((MailKind.PROMPT, MailState.QUEUED, 1),)
    assert store.round(WEEKLY, W48) == week(expanded_upto=EmployeeId("E002"))
    navy = UnitPath("Defense/Navy")
    assert store.counts(WEEKLY, W48) == (
        UnitCount(unit=navy, standing=Standing.AWAITING, count=1),
        UnitCount(unit=navy, standing=Standing.EXEMPT, count=1),
    )


def test_expanding_again_changes_nothing(store: Store) -> None:
    ask(store, prompt(1), prompt(2), mails=(mail("p/1"),))
    store.record(answer(1, 1, "Wrote the plan"))
    before = store.counts(WEEKLY, W48)
    ask(store, replace(prompt(1), name="Other"), prompt(2), mails=(mail("p/1", content=b"other"),))
    assert store.counts(WEEKLY, W48) == before
    assert store.prompt(key_of(1)) == prompt(1, standing=Standing.ANSWERED)
    assert sum(count for _, _, count in store.outbox_counts()) == 1


def test_an_opening_never_goes_back(store: Store) -> None:
    store.ensure_round(week())
    store.expand(WEEKLY, W48, [prompt(5)], [], EmployeeId("E005"))
    store.expand(WEEKLY, W48, [prompt(2)], [], EmployeeId("E002"))
    store.expand(WEEKLY, W48, [], [], EmployeeId("E004"))
    assert store.round(WEEKLY, W48) == week(expanded_upto=EmployeeId("E005"))


def test_a_page_may_be_large(store: Store) -> None:
    people = [prompt(number) for number in range(3000)]
    ask(store, *people, mails=tuple(mail(f"p/{number}") for number in range(3000)))
    assert [each.count for each in store.counts(WEEKLY, W48)] == [3000]


def test_one_who_cannot_be_stored_as_written_stops_no_page(store: Store) -> None:
    nasty = replace(prompt(2), name="a\0b\ud800c", supervisor_id=None)
    ask(store, prompt(1), nasty, prompt(3))
    kept = store.prompt_by_token(nasty.token)
    assert kept is not None
    assert replace(kept, name="") == replace(nasty, name="")
    assert kept.name in {nasty.name, "a\ufffdb\ufffdc"}  # in memory it is no trouble
    assert [each.count for each in store.counts(WEEKLY, W48)] == [3]


def test_a_prompt_needs_its_round(store: Store) -> None:
    with pytest.raises(StoreError):
        store.expand(WEEKLY, W48, [prompt(1)], [mail("p/1")], EmployeeId("E001"))
    assert store.outbox_counts() == ()


def test_the_latest_prompt_is_of_the_newest_round(store: Store) -> None:
    ask(store, prompt(1), prompt(2), prompt(1, round_id=W49))
    assert store.latest_prompt(EmployeeId("E001")) == prompt(1, round_id=W49)
    assert store.latest_prompt(EmployeeId("E002")) == prompt(2)
    assert store.latest_prompt(EmployeeId("E003")) is None


def test_who_is_awaited_comes_in_pages(store: Store) -> None:
    ask(store, *(prompt(number) for number in range(1, 8)), prompt(8, standing=Standing.AWAY))
    store.record(answer(1, 3, "Wrote the plan"))
    first = store.awaiting(WEEKLY, W48, limit=4)
    assert [each.employee_id for each in first] == ["E001", "E002", "E004", "E005"]
    rest = store.awaiting(WEEKLY, W48, after=first[-1].employee_id, limit=4)
    assert [each.employee_id for each in rest] == ["E006", "E007"]
    assert store.awaiting(WEEKLY, W49) == ()


def test_supervisors_come_in_pages_each_once(store: Store) -> None:
    ask(store, *(prompt(number, number % 3 + 1) for number in range(10, 30)), prompt(1, None))
    assert store.supervisors(WEEKLY, W48) == ("E001", "E002", "E003")
    assert store.supervisors(WEEKLY, W48, limit=2) == ("E001", "E002")
    assert store.supervisors(WEEKLY, W48, after=EmployeeId("E002")) == ("E003",)


def test_standings_change_by_the_rule_with_their_event(store: Store) -> None:
    ask(store, prompt(1), prompt(2))
    store.record(answer(1, 2, "Wrote the plan"))
    store.set_standings(
        [StandingChange(prompt=key_of(n), standing=Standing.AWAY, reason="leave") for n in (1, 2)], EVENT
    )
    assert store.prompt(key_of(1)) == prompt(1, standing=Standing.AWAY, reason="leave")
    assert store.prompt(key_of(2)) == prompt(2, standing=Standing.ANSWERED)
    assert store.events() == (EVENT,)


def test_a_person_may_decide_against_the_rule(store: Store) -> None:
    ask(store, prompt(1))
    store.record(answer(1, 1, "Wrote the plan", at=NOW + HOUR))
    back = StandingChange(prompt=key_of(1), standing=Standing.AWAITING, reason="not theirs")
    store.set_standings([back], EVENT, by_hand=True)
    assert store.bullets(key_of(1)) == ()
    assert [each.standing for each in store.counts(WEEKLY, W48)] == [Standing.AWAITING]
    store.record(answer(2, 1, "Sent the plan", at=NOW))
    assert store.bullets(key_of(1)) == ("Sent the plan",)


def test_standings_of_nobody_change_nothing(store: Store) -> None:
    ask(store, prompt(1))
    store.set_standings([StandingChange(prompt=key_of(9), standing=Standing.AWAY)])
    assert store.counts(WEEKLY, W48)[0].count == 1


def test_a_digest_row_for_each_report_by_name(store: Store) -> None:
    import_people(store, person(1), person(2, 1, away_until=date(2026, 12, 1)))
    ask(
        store,
        prompt(2, name="Zoë", standing=Standing.AWAY),
        prompt(3, name="Ada"),
        prompt(4, name="Bo"),
        prompt(5, name="Cy"),
        prompt(6, 2, name="Dee"),
    )
    store.record(answer(1, 3, "Wrote the plan", "Sent it", at=NOW))
    store.record(answer(2, 4, at=NOW, standing=Standing.SENSITIVE))
    store.record(refusal(3, 5))
    rows = store.digest_rows(WEEKLY, W48, EmployeeId("E001"))
    assert [(row.name, row.standing, row.bullets) for row in rows] == [
        ("Ada", Standing.ANSWERED, ("Wrote the plan", "Sent it")),
        ("Bo", Standing.SENSITIVE, ()),
        ("Cy", Standing.NEEDS_FIX, ()),
        ("Zoë", Standing.AWAY, ()),
    ]
    assert [row.arrived_at for row in rows] == [NOW, NOW, None, None]
    assert rows[2].reason == "links"
    assert rows[3].back_on == date(2026, 12, 1)
    assert store.digest_rows(WEEKLY, W48, EmployeeId("E009")) == ()
