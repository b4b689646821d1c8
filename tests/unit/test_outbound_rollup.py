"""The roll-up: right numbers, no names, and no way to work out a small group's."""

import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.digest import RollUp, UnitBullet, UnitCount
from domain.outbox import MailKind
from domain.policy import Mode
from domain.standing import Standing
from domain.unit import ROOT, UnitPath, lies_in
from outbound.digest import thread_root
from outbound.rollup import Group, groups, roll_up_key, roll_up_mail
from tests.fakes.clock import START
from tests.fakes.mail import BOSS, CAMPAIGN, TEMPLATES, TOKEN, press, read, text_of, week
from tests.unit.test_outbound_digest import LABELS, html_of

NAVY, ARMY, DEPOT = UnitPath("Defense/Navy"), UnitPath("Defense/Army"), UnitPath("Defense/Army/Depot")


def count(unit: str, number: int, standing: Standing = Standing.ANSWERED) -> UnitCount:
    return UnitCount(unit=UnitPath(unit), standing=standing, count=number)


def shown(*counts: UnitCount, least: int = 5, modes: dict[UnitPath, Mode] | None = None, **other: Any) -> list[tuple]:
    return [
        (each.unit, each.depth, each.tally.people, each.tally.expected, each.tally.replied)
        for each in groups(counts, modes or {}, least, **other)
    ]


def made(*counts: UnitCount, **other: Any):
    found = {"modes": {}, "least": 5, "round": week(), "supervisor": BOSS, "counts": counts, **other}
    told = groups(counts, found["modes"], found["least"])
    return roll_up_mail(press(), RollUp(**found), told, campaign=CAMPAIGN, token=TOKEN, now=START) if told else None


def test_units_are_counted_with_those_below_them() -> None:
    told = shown(count(NAVY, 6), count(NAVY, 4, Standing.AWAITING), count(ARMY, 5), count(DEPOT, 5, Standing.LATE))
    assert told == [
        ("Defense", 0, 20, 20, 16),
        ("Defense/Army", 1, 10, 10, 10),
        ("Defense/Army/Depot", 2, 5, 5, 5),
        ("Defense/Navy", 1, 10, 10, 6),
    ]


def test_a_small_unit_is_counted_with_the_one_above() -> None:
    assert shown(count(NAVY, 10), count(ARMY, 5), count(DEPOT, 4)) == [
        ("Defense", 0, 19, 19, 19),
        ("Defense/Army", 1, 9, 9, 9),
        ("Defense/Navy", 1, 10, 10, 10),
    ]


def test_the_difference_to_a_small_unit_is_hidden_too() -> None:
    # All of Defense less Navy and Army would be the four of the band: the smaller of the two is hidden with it.
    told = shown(count(NAVY, 10), count(ARMY, 6), count("Defense/Band", 4))
    assert told == [("Defense", 0, 20, 20, 20), ("Defense/Navy", 1, 10, 10, 10)]


def test_few_who_are_expected_are_a_small_group() -> None:
    told = shown(count(NAVY, 20), count(ARMY, 9, Standing.AWAY), count(ARMY, 1, Standing.AWAITING), count("Defense", 9))
    assert told == [("Defense", 0, 39, 30, 29), ("Defense/Navy", 1, 20, 20, 20)]


def test_too_few_altogether_get_no_mail() -> None:
    assert shown(count(NAVY, 4)) == []
    assert shown() == []
    assert made(count(NAVY, 3), count(ARMY, 1)) is None


def test_where_nobody_is_asked_no_answer_is_expected() -> None:
    modes = {NAVY: Mode.PAUSED}
    told = shown(count(NAVY, 7, Standing.AWAITING), count(NAVY, 6), count(ARMY, 10), modes=modes)
    assert told[-1] == (NAVY, 1, 13, 6, 6)


@pytest.mark.parametrize("standing", Standing)
def test_every_standing_has_its_place(standing: Standing) -> None:
    (group,) = groups([count(NAVY, 10, standing)], {}, 5)
    absent = {Standing.AWAY, Standing.EXEMPT}
    without = {Standing.AWAITING, Standing.NEEDS_FIX, Standing.UNDELIVERABLE}
    assert group.tally.people == 10
    assert group.tally.expected == (0 if standing in absent else 10)
    assert group.tally.replied == (0 if standing in absent | without else 10)
    assert group.tally.late == (10 if standing is Standing.LATE else 0)


def test_a_very_wide_or_deep_organisation_is_bounded() -> None:
    wide = [count(f"All/{number:04}", 5 + number) for number in range(2000)]
    told = shown(*wide, most=50)
    assert len(told) == 50
    assert ("All/1999", 1, 2004, 2004, 2004) in told
    deep = "/".join(["a"] * 3000)
    assert len(shown(count(deep, 5))) == 1


UNITS = st.lists(st.sampled_from("abc"), max_size=4).map(lambda names: UnitPath("/".join(names)))
COUNTS = st.lists(
    st.builds(
        UnitCount,
        unit=UNITS,
        standing=st.sampled_from([Standing.ANSWERED, Standing.AWAITING, Standing.AWAY, Standing.LATE]),
        count=st.integers(1, 9),
    ),
    max_size=12,
)


def size(counts: list[UnitCount], unit: UnitPath) -> tuple[int, int]:
    people = [each for each in counts if lies_in(each.unit, unit)]
    return sum(each.count for each in people), sum(each.count for each in people if each.standing is not Standing.AWAY)


@settings(max_examples=300, deadline=None)
@given(counts=COUNTS, least=st.integers(2, 8), most=st.integers(1, 20))
def test_no_difference_of_shown_numbers_is_a_small_group(counts: list[UnitCount], least: int, most: int) -> None:
    told = groups(counts, {}, least, most)
    for group in told:
        assert (group.tally.people, group.tally.expected) == size(counts, group.unit)
    for group in told:
        below = [each for each in told if each.unit != group.unit and lies_in(each.unit, group.unit)]
        for number in range(min(len(below), 5) + 1):
            for taken in combinations(below, number):
                if any(lies_in(one.unit, two.unit) for one in taken for two in taken if one is not two):
                    continue
                people = group.tally.people - sum(each.tally.people for each in taken)
                expected = group.tally.expected - sum(each.tally.expected for each in taken)
                assert people == 0 or people >= least, (group, taken)
                assert expected == 0 or expected >= least, (group, taken)


@settings(max_examples=200, deadline=None)
@given(counts=COUNTS, least=st.integers(2, 8))
def test_nobody_is_lost_and_depths_are_right(counts: list[UnitCount], least: int) -> None:
    told = groups(counts, {}, least)
    everybody = size(counts, ROOT)
    if told:
        assert (told[0].tally.people, told[0].tally.expected) == everybody
        assert told[0].depth == 0
        assert len({each.unit for each in told}) == len(told)
        for each in told:
            above = sum(lies_in(each.unit, other.unit) for other in told if other is not each)
            assert each.depth == above
    else:
        assert everybody[0] < least or 0 < everybody[1] < least or not everybody[0]


@given(st.lists(UNITS, unique=True, min_size=1, max_size=8))
def test_large_units_are_all_shown(units: list[UnitPath]) -> None:
    told = groups([count(unit, 5) for unit in units], {}, 5)
    assert set(units) <= {each.unit for each in told}


def test_the_mail_has_numbers_and_no_names() -> None:
    mail = made(count(NAVY, 6), count(NAVY, 4, Standing.AWAITING), count(ARMY, 9), count(ARMY, 1, Standing.AWAY))
    assert mail is not None
    assert mail.kind is MailKind.ROLL_UP
    assert mail.key == "roll_up/weekly/2026-W47/S1"
    assert mail.recipient == BOSS.address
    assert read(mail)["Subject"] == "Roll-up 2026-W47: What did you do last week?"
    assert read(mail)["References"] == thread_root(press(), CAMPAIGN, BOSS.id)
    said = text_of(mail)
    assert "- Defense: Replied 15/19 (79%), Late 0, Not expected 1\n" in said
    assert "  - Defense/Navy: Replied 6/10 (60%), Late 0, Not expected 0\n" in said
    assert "Fewest people shown together: 5\n" in said
    page = html_of(mail)
    assert page.count('scope="row"') == 3
    assert "<style" not in page
    for label in LABELS:
        assert label not in (said + page).lower()


def test_the_final_one_is_another_mail() -> None:
    first, last = made(count(NAVY, 9)), made(count(NAVY, 9), final=True)
    assert first is not None
    assert last is not None
    assert last.key == f"{first.key}/final"
    assert last.message_id != first.message_id
    assert read(last)["Subject"].startswith("Roll-up, final")
    assert roll_up_key(CAMPAIGN.id, week().id, BOSS.id, final=True) == last.key


def test_all_is_said_of_all_only() -> None:
    mail = made(
        count(NAVY, 999), count(NAVY, 1, Standing.AWAITING), count(ARMY, 999, Standing.AWAITING), count(ARMY, 1)
    )
    assert mail is not None
    rates = re.findall(r"\((\d+%)\)", text_of(mail))
    assert rates == ["50%", "1%", "99%"]


def test_bullets_stand_under_the_nearest_unit_shown() -> None:
    bullets = tuple(UnitBullet(unit=unit, text=f"From {unit}\nx") for unit in (NAVY, DEPOT, UnitPath("Else/where")))
    mail = made(count(NAVY, 9), count(ARMY, 9), count(DEPOT, 2), count("Else/where", 6), bullets=bullets)
    assert mail is not None
    said = text_of(mail)
    assert "DEFENSE/ARMY\n\n- From Defense/Army/Depot x\n" in said
    assert "DEFENSE/NAVY\n\n- From Defense/Navy x\n" in said
    assert "- From Else/where x\n" in said


def test_its_size_is_bounded() -> None:
    bullets = tuple(UnitBullet(unit=NAVY, text="x" * 1000) for _ in range(1000))
    mail = made(count(NAVY, 9), bullets=bullets)
    assert mail is not None
    assert len(mail.content) < 1_000_000
    assert "… (shortened)" in text_of(mail)


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es"])
def test_every_language_has_its_words(locale: str) -> None:
    words = TEMPLATES.locale(locale).words
    assert {name for name in TEMPLATES.locale("en").words if name.startswith("rollup_")} <= set(words)
    same = Counter(words[name] == TEMPLATES.locale("en").words[name] for name in words if name.startswith("rollup_"))
    assert locale == "en" or same[True] == 0


def test_groups_are_values() -> None:
    assert groups([count(NAVY, 9)], {}, 5) == (
        Group(unit=NAVY, depth=0, tally=groups([count(NAVY, 9)], {}, 5)[0].tally),
    )
