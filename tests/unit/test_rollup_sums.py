"""Sums added up once are those that a walk down from each Supervisor finds, circles and moves included."""

import random

import pytest

from app.rollups import Sums
from domain.unit import UnitPath
from store.memory import MemoryStore
from tests.contract.store_values import W48, WEEKLY, answer, ask, prompt
from tests.fakes.mail import week

PEOPLE = 120


@pytest.mark.parametrize("seed", range(12))
def test_sums_are_what_a_walk_finds(seed: int) -> None:
    dice = random.Random(seed)
    store = MemoryStore()
    circles = seed % 2 == 1
    above = {n: dice.randrange(1, PEOPLE if circles else n) if n > 1 else None for n in range(1, PEOPLE)}
    ask(store, *(prompt(n, boss, unit=UnitPath(f"Defense/{dice.randrange(5)}")) for n, boss in above.items()))
    for row, n in enumerate(dice.sample(sorted(above), 40), start=1):
        store.record(answer(row, n))
    asked = store.round(WEEKLY, W48) or week()
    told: list[int] = []
    sums = Sums(store=store, asked=asked, progress=told.append)
    upper = store.upper_supervisors(WEEKLY, W48)
    assert upper
    assert asked.id == W48
    assert asked.campaign_id == WEEKLY
    for each in upper:
        assert sums.below(each) == store.counts_below(WEEKLY, W48, each)
    assert set(told) == {0}
