"""Every store: what exports and roll-ups are made of, and what queued mails told."""

from dataclasses import replace

from domain.digest import Selection
from domain.employee import EmployeeId
from domain.ledger import PromptKey
from domain.ports import Store
from domain.round import CampaignId, RoundId
from domain.standing import Standing
from domain.unit import UnitPath
from domain.verdict import Decision
from tests.contract.store_values import HOUR, NOW, W48, W49, WEEKLY, answer, ask, key_of, mail, prompt, refusal

TOP = EmployeeId("E001")


def pages(store: Store, wanted: Selection, limit: int) -> list[PromptKey]:
    found: list[PromptKey] = []
    after: PromptKey | None = None
    while page := store.accounts(wanted, after=after, limit=limit):
        last = page[-1].prompt
        after = PromptKey(campaign_id=last.campaign_id, round_id=last.round_id, employee_id=last.employee_id)
        found += [
            PromptKey(
                campaign_id=each.prompt.campaign_id, round_id=each.prompt.round_id, employee_id=each.prompt.employee_id
            )
            for each in page
        ]
    return found


def test_accounts_come_in_pages_each_once(store: Store) -> None:
    ask(store, *(prompt(number, round_id=week) for number in range(1, 8) for week in (W48, W49)))
    wanted = [key_of(number, week) for number in range(1, 8) for week in (W48, W49)]
    for limit in (1, 3, 100):
        assert pages(store, Selection(), limit) == wanted
        assert pages(store, Selection(round_id=W49), limit) == [key_of(number, W49) for number in range(1, 8)]
    assert pages(store, Selection(campaign_id=CampaignId("once")), 10) == []
    assert pages(store, Selection(round_id=RoundId("2026-W01")), 10) == []


def test_accounts_by_unit_and_standing(store: Store) -> None:
    army = UnitPath("Defense/Army")
    below, beside = UnitPath("Defense/Army/Depot"), UnitPath("Defense/Army Band")
    ask(store, prompt(1, unit=army), prompt(2, unit=below), prompt(3, unit=beside), prompt(4))
    store.record(answer(1, 2, "Wrote the plan"))
    assert pages(store, Selection(unit=army), 10) == [key_of(1), key_of(2)]
    assert pages(store, Selection(unit=army, standings=frozenset({Standing.ANSWERED})), 10) == [key_of(2)]
    assert len(pages(store, Selection(standings=frozenset({Standing.AWAITING, Standing.ANSWERED})), 10)) == 4


def test_an_account_has_the_bullets_that_count(store: Store) -> None:
    ask(store, *(prompt(number) for number in range(1, 6)))
    store.record(answer(1, 1, "Wrote the plan", "Sent it"))
    store.record(answer(2, 2, "An older one", at=NOW))
    store.record(answer(3, 2, "A newer one", at=NOW + HOUR))
    store.record(answer(4, 3, standing=Standing.SENSITIVE))
    store.record(refusal(5, 4, decision=Decision.WITHHELD))
    found = store.accounts(Selection())
    assert [each.bullets for each in found] == [("Wrote the plan", "Sent it"), ("A newer one",), (), (), ()]
    assert [each.answered_at for each in found] == [NOW, NOW + HOUR, NOW, None, None]
    assert [each.prompt.standing for each in found[2:]] == [
        Standing.SENSITIVE,
        Standing.WITHHELD,
        Standing.AWAITING,
    ]
    assert found[0].prompt == store.prompt(key_of(1))


def tree(store: Store) -> None:
    """E001 over E002 and E003; E002 over E004 and E005; E004 over E006; E003 over nobody."""
    above = {1: None, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4}
    units = {4: UnitPath("Defense/Navy"), 5: UnitPath("Defense/Army"), 6: UnitPath("Defense/Army")}
    ask(store, *(prompt(n, boss, unit=units.get(n, UnitPath("Defense"))) for n, boss in above.items()))
    ask(store, prompt(9, 6, round_id=W49))


def test_upper_supervisors_are_those_over_supervisors(store: Store) -> None:
    tree(store)
    assert store.upper_supervisors(WEEKLY, W48) == ("E001", "E002")
    assert store.upper_supervisors(WEEKLY, W48, limit=1) == ("E001",)
    assert store.upper_supervisors(WEEKLY, W48, after=TOP) == ("E002",)
    assert store.upper_supervisors(WEEKLY, W49) == ()


def test_counts_below_leave_out_direct_reports(store: Store) -> None:
    tree(store)
    store.record(answer(1, 6, "Wrote the plan"))
    told = [(each.unit, each.standing.value, each.count) for each in store.counts_below(WEEKLY, W48, TOP)]
    assert told == [
        ("Defense/Army", "answered", 1),
        ("Defense/Army", "awaiting", 1),
        ("Defense/Navy", "awaiting", 1),
    ]
    below = store.counts_below(WEEKLY, W48, EmployeeId("E002"))
    assert [(each.unit, each.count) for each in below] == [("Defense/Army", 1)]
    assert store.counts_below(WEEKLY, W48, EmployeeId("E003")) == ()
    assert store.counts_below(WEEKLY, W49, TOP) == ()


def test_branches_count_direct_reports(store: Store) -> None:
    tree(store)
    store.record(answer(1, 5, "Wrote the plan"))
    found = store.branches(WEEKLY, W48)
    assert [(each.supervisor_id, each.above) for each in found] == [("E001", None), ("E002", "E001"), ("E004", "E002")]
    assert [[(one.unit, one.standing.value, one.count) for one in each.counts] for each in found] == [
        [("Defense", "awaiting", 2)],
        [("Defense/Army", "answered", 1), ("Defense/Navy", "awaiting", 1)],
        [("Defense/Army", "awaiting", 1)],
    ]
    assert store.branches(WEEKLY, W48, limit=1) == found[:1]
    assert store.branches(WEEKLY, W48, after=TOP) == found[1:]
    assert [(each.supervisor_id, each.above) for each in store.branches(WEEKLY, W49)] == [("E006", None)]


def test_a_circle_of_supervisors_ends(store: Store) -> None:
    ask(store, prompt(1, 3), prompt(2, 1), prompt(3, 2))
    assert sum(each.count for each in store.counts_below(WEEKLY, W48, TOP)) == 1


def test_bullets_below_by_unit(store: Store) -> None:
    tree(store)
    store.record(answer(1, 6, "Third", "Fourth"))
    store.record(answer(2, 5, "Fifth"))
    store.record(answer(3, 2, "Not mine to read here"))
    store.record(answer(4, 4, standing=Standing.SENSITIVE))
    told = [(each.unit, each.text) for each in store.bullets_below(WEEKLY, W48, TOP)]
    assert told == [("Defense/Army", "Third"), ("Defense/Army", "Fourth"), ("Defense/Army", "Fifth")]
    assert len(store.bullets_below(WEEKLY, W48, TOP, limit=2)) == 2


def test_what_a_mail_told_is_known_by_its_key(store: Store) -> None:
    store.enqueue([replace(mail("digest/1"), substance="abc"), mail("prompt/1")])
    assert store.substances(["digest/1", "prompt/1", "digest/2"]) == {"digest/1": "abc", "prompt/1": ""}
    assert store.substances([]) == {}
    (claimed,) = (each for each in store.claim("me", now=NOW, limit=9, lease=HOUR) if each.mail.key == "digest/1")
    assert claimed.mail.substance == "abc"
