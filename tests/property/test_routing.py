"""Random organisations of 10,000 people, with vacancies, stand-ins, absences, dead addresses and moves.

Every answer reaches exactly one right Supervisor, by a walk up the tree written a second time, or why nobody is told.
"""

import random
from datetime import date, timedelta

import pytest

from domain.employee import EmailAddress, Employee, EmployeeId
from rules.routing import Routed, Unrouted, route

TODAY = date(2026, 11, 20)
PEOPLE = 10_000


def organisation(dice: random.Random) -> tuple[dict[EmployeeId, Employee], frozenset[EmployeeId]]:
    """Each reports to somebody with a lower number; some have left, are away, or have a stand-in."""
    people: dict[EmployeeId, Employee] = {}
    span = dice.choice([2, 8, 50])
    for number in range(PEOPLE):
        boss = None if number == 0 else dice.randrange(max(0, number // span - 2), number // span + 1)
        away = TODAY + timedelta(days=dice.randrange(-3, 9)) if dice.random() < 0.1 else None
        one = Employee(
            id=EmployeeId(f"E{number}"),
            name=f"Name {number}",
            address=EmailAddress(f"e{number}@agency.example"),
            supervisor_id=EmployeeId(f"E{boss}") if boss is not None and boss != number else None,
            acting=EmployeeId(f"E{dice.randrange(PEOPLE)}") if dice.random() < 0.05 else None,
            away_until=away,
            active=dice.random() > 0.1,
        )
        people[one.id] = one
    dead = frozenset(each for each in people if dice.random() < 0.02)
    return people, dead


def naive(people: dict[EmployeeId, Employee], dead: frozenset[EmployeeId], one: Employee) -> EmployeeId | None:
    def fits(who: EmployeeId | None) -> bool:
        boss = people.get(who) if who is not None else None
        if boss is None or not boss.active or boss.id == one.id or boss.id in dead:
            return False
        return boss.away_until is None or boss.away_until <= TODAY

    at = one.supervisor_id
    while at is not None:
        for candidate in (people[at].acting, at):
            if candidate is not None and fits(candidate):
                return candidate
        at = people[at].supervisor_id
    return None


@pytest.mark.parametrize("seed", range(3))
def test_every_answer_reaches_one_right_supervisor_or_is_told_of(seed: int) -> None:
    dice = random.Random(seed)
    people, dead = organisation(dice)
    for moved in dice.sample(sorted(people), 500):
        number = int(moved[1:])
        if number:
            above = EmployeeId(f"E{dice.randrange(number)}")
            people[moved] = Employee(**{**_fields(people[moved]), "supervisor_id": above})
    routed = 0
    for one in people.values():
        found = route(one, people.get, today=TODAY, unreachable=dead)
        wanted = naive(people, dead, one)
        if isinstance(found, Unrouted):
            assert wanted is None
            assert found.reason
        else:
            assert found.supervisor.id == wanted
            assert found.supervisor.id != one.id
            routed += 1
    assert routed > PEOPLE // 2


def _fields(one: Employee) -> dict[str, object]:
    return {name: getattr(one, name) for name in Employee.__slots__}


def test_a_circle_ends() -> None:
    one = Employee(id=EmployeeId("A"), name="A", address=EmailAddress("a@x.example"), supervisor_id=EmployeeId("B"))
    other = Employee(
        id=EmployeeId("B"), name="B", address=EmailAddress("b@x.example"), supervisor_id=EmployeeId("B"), active=False
    )
    assert route(one, {"B": other}.get, today=TODAY) == Unrouted(reason="the supervisors form a circle")


def test_a_stand_in_by_mail_goes_before_the_rosters() -> None:
    def person(name: str, **fields: object) -> Employee:
        return Employee(id=EmployeeId(name), name=name, address=EmailAddress(f"{name}@x.example"), **fields)  # type: ignore[arg-type]  # real fields

    boss = person("boss", acting=EmployeeId("deputy"))
    people = {each.id: each for each in (boss, person("deputy"), person("other"))}
    one = person("one", supervisor_id=boss.id)
    found = route(one, people.get, today=TODAY, acting={boss.id: EmployeeId("other")})
    assert found == Routed(supervisor=people[EmployeeId("other")])
    assert route(one, people.get, today=TODAY) == Routed(supervisor=people[EmployeeId("deputy")])
