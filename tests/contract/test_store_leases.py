"""Every store keeps leases and Policies alike."""

import time
from datetime import timedelta

import pytest

from domain.ledger import Event
from domain.policy import Copy, Mode, PolicyChange, Switch, resolve
from domain.ports import Store
from domain.unit import ROOT
from domain.verdict import Effect
from tests.contract.store_values import NAVY, NOW

LONG = timedelta(seconds=60)
SHORT = timedelta(milliseconds=30)
EVENT = Event(at=NOW, who="operator", what="policy", subject=NAVY, reason="a new rule")


def test_a_lease_has_one_owner(store: Store) -> None:
    assert store.acquire("scheduler", "a", LONG) == 1
    assert store.acquire("scheduler", "b", LONG) is None
    assert store.acquire("scheduler", "a", LONG) == 1
    assert store.acquire("poller", "b", LONG) == 1


def test_a_lapsed_lease_goes_to_another_under_a_higher_epoch(store: Store) -> None:
    assert store.acquire("scheduler", "a", SHORT) == 1
    time.sleep(2 * SHORT.total_seconds())
    assert store.acquire("scheduler", "b", LONG) == 2
    assert store.acquire("scheduler", "a", LONG) is None


def test_renewing_makes_a_lease_longer(store: Store) -> None:
    assert store.acquire("scheduler", "a", SHORT) == 1
    assert store.acquire("scheduler", "a", LONG) == 1
    time.sleep(2 * SHORT.total_seconds())
    assert store.acquire("scheduler", "b", LONG) is None


def test_only_the_owner_releases(store: Store) -> None:
    store.acquire("scheduler", "a", LONG)
    store.release("scheduler", "b")
    assert store.acquire("scheduler", "b", LONG) is None
    store.release("scheduler", "a")
    assert store.acquire("scheduler", "b", LONG) == 2
    store.release("scheduler", "b")
    assert store.acquire("scheduler", "b", LONG) == 3
    store.release("nothing", "b")


FIELDS: list[dict[str, object]] = [
    {"mode": Mode.PAUSED, "wording": "Ω\nlines", "reminders": 2},
    {"window": timedelta(hours=48), "grace": timedelta(minutes=90), "retention": timedelta(days=30)},
    {"window": None, "copy": Copy.BOTH, "notify_withheld": False},
    {"categories": ("civilian", "military"), "switches": {"links": Switch.OFF}, "unsure_markings": Effect.RECORD},
]


@pytest.mark.parametrize("fields", FIELDS, ids=[" ".join(each) for each in FIELDS])
def test_a_policy_comes_back_as_set(store: Store, fields: dict[str, object]) -> None:
    store.set_policy(PolicyChange(unit=NAVY, fields=fields), EVENT)
    (change,) = store.policies()
    assert change == PolicyChange(unit=NAVY, fields=fields)
    assert {name: type(value) for name, value in change.fields.items()} == {
        name: type(value) for name, value in fields.items()
    }
    assert getattr(resolve(NAVY, {NAVY: change}), next(iter(fields))) == next(iter(fields.values()))
    assert store.events() == (EVENT,)


def test_a_unit_has_one_policy_change_at_a_time(store: Store) -> None:
    store.set_policy(PolicyChange(unit=NAVY, fields={"mode": Mode.PAUSED, "reminders": 2}), EVENT)
    store.set_policy(PolicyChange(unit=ROOT, fields={"mode": Mode.VOLUNTARY}), EVENT)
    store.set_policy(PolicyChange(unit=NAVY, fields={"mode": Mode.ENDED}), EVENT)
    assert store.policies() == (
        PolicyChange(unit=ROOT, fields={"mode": Mode.VOLUNTARY}),
        PolicyChange(unit=NAVY, fields={"mode": Mode.ENDED}),
    )
    store.set_policy(PolicyChange(unit=NAVY, fields={}), EVENT)
    assert [each.unit for each in store.policies()] == [ROOT]
