"""Every store keeps the Roster alike."""

from dataclasses import replace
from datetime import date

import pytest

from domain.employee import EmailAddress, Employee, EmployeeId
from domain.ports import Store
from domain.roster import RosterChange, RosterFault
from domain.unit import ROOT, UnitPath
from tests.contract.store_values import NOW, import_people, person

FULL = person(
    7,
    1,
    name="Zoë Ångström",
    aliases=(EmailAddress("zoe@agency.example"), EmailAddress("angstrom@agency.example")),
    category="military",
    time_zone="Asia/Tokyo",
    locale="sv",
    away_until=date(2026, 12, 1),
    delegates=(EmailAddress("e002@agency.example"), EmailAddress("aide@other.example")),
)


def test_an_employee_comes_back_as_staged(store: Store) -> None:
    import_people(store, person(1), FULL)
    assert store.employee(FULL.id) == FULL
    assert store.employee(EmployeeId("E999")) is None


def test_nothing_is_imported_before_it_is_applied(store: Store) -> None:
    store.stage([(2, FULL)])
    assert store.employee(FULL.id) is None
    assert store.employees(ROOT) == ()


def test_staging_anew_forgets_what_was_staged(store: Store) -> None:
    store.stage([(2, person(1)), (3, person(1))])
    store.stage([(2, person(2))])
    assert list(store.stage_faults()) == []
    assert store.stage_apply(NOW).added == 1
    assert [each.id for each in store.employees(ROOT)] == ["E002"]


def faults(store: Store, *people: Employee) -> list[tuple[int, str, str]]:
    store.stage(enumerate(people, start=2))
    found = list(store.stage_faults())
    assert all(isinstance(fault, RosterFault) for fault in found)
    return [(fault.line, fault.field, fault.reason) for fault in found]


def test_a_second_row_of_an_id_is_a_fault(store: Store) -> None:
    twin = person(1, address=EmailAddress("other@agency.example"))
    assert faults(store, person(1), person(2), twin, twin) == [
        (4, "id", "duplicate id, first in line 2"),
        (5, "address", "duplicate address, first in line 4"),
        (5, "id", "duplicate id, first in line 2"),
    ]


def test_an_address_has_one_owner(store: Store) -> None:
    aliased = person(2, aliases=(EmailAddress("e001@agency.example"),))
    taken = person(3, address=EmailAddress("e002@agency.example"))
    assert faults(store, person(1), aliased, taken) == [
        (3, "alias", "duplicate address, first in line 2"),
        (4, "address", "duplicate address, first in line 3"),
    ]


def test_an_address_among_ones_own_aliases_is_no_fault(store: Store) -> None:
    mine = EmailAddress("e001@agency.example")
    assert faults(store, person(1, aliases=(mine, mine))) == []


def test_a_delegate_may_serve_many_and_be_an_employee(store: Store) -> None:
    aide = (EmailAddress("e001@agency.example"),)
    assert faults(store, person(1), person(2, delegates=aide), person(3, delegates=aide)) == []


def test_supervisors_are_known_and_somebody_else(store: Store) -> None:
    assert faults(store, person(1), person(2, 9), person(3, 3), person(4, 1)) == [
        (3, "supervisor", "unknown supervisor"),
        (4, "supervisor", "supervises themselves"),
    ]


def test_a_cycle_names_its_members_and_nobody_below_them(store: Store) -> None:
    below = [person(5, 4), person(6, 5)]
    found = faults(store, person(1), person(2, 4), person(3, 2), person(4, 3), *below, person(7, 1))
    assert found == [(line, "supervisor", "supervisor cycle") for line in (3, 4, 5)]


def test_two_cycles_and_a_long_chain(store: Store) -> None:
    chain = [person(number, number - 1) for number in range(11, 300)]
    found = faults(store, person(1, 2), person(2, 1), person(3, 4), person(4, 3), person(10), *chain)
    assert [line for line, _, _ in found] == [2, 3, 4, 5]


def test_dropped_lines_are_out(store: Store) -> None:
    assert len(faults(store, person(1), person(1), person(2, 9))) == 3
    store.stage_drop([3, 4])
    assert list(store.stage_faults()) == []
    assert store.stage_apply(NOW) == RosterChange(added=1, changed=0, same=0, dropped=0, before=0)


def test_many_lines_can_be_dropped(store: Store) -> None:
    store.stage((line, person(line)) for line in range(2, 3002))
    store.stage_drop(range(3, 3002))
    assert store.stage_change().added == 1


def test_what_an_import_changes_is_foretold(store: Store) -> None:
    import_people(store, person(1), person(2, 1), person(3, 1), person(4, 1))
    store.stage([(2, person(1)), (3, person(2, 1, name="New Name")), (4, person(3)), (5, person(9, 1))])
    change = RosterChange(added=1, changed=2, same=1, dropped=1, before=4)
    assert store.stage_change() == change
    assert store.stage_change() == change
    assert store.stage_apply(NOW) == change
    assert [each.id for each in store.employees(ROOT)] == ["E001", "E002", "E003", "E009"]
    new = store.employee(EmployeeId("E002"))
    assert new is not None
    assert new.name == "New Name"


def test_an_alias_more_is_a_change(store: Store) -> None:
    import_people(store, person(1))
    aliased = person(1, aliases=(EmailAddress("one@agency.example"),))
    store.stage([(2, aliased)])
    assert store.stage_apply(NOW).changed == 1
    assert store.employees_at("one@agency.example") == (aliased,)
    store.stage([(2, person(1))])
    assert store.stage_apply(NOW).changed == 1
    assert store.employees_at("one@agency.example") == ()


def test_who_left_is_kept_but_not_found(store: Store) -> None:
    import_people(store, person(1), person(2, 1), person(3, 1))
    import_people(store, person(1), person(2, 1))
    assert store.employee(EmployeeId("E003")) == person(3, 1, active=False)
    assert store.employees_at("e003@agency.example") == ()
    assert store.reports_of(EmployeeId("E001")) == (person(2, 1),)
    assert store.head_counts() == (("Defense/Navy", "civilian", 2),)


def test_who_comes_back_is_added(store: Store) -> None:
    import_people(store, person(1), person(2))
    import_people(store, person(1))
    store.stage([(2, person(1)), (3, person(2))])
    assert store.stage_apply(NOW) == RosterChange(added=1, changed=0, same=1, dropped=0, before=1)
    assert store.employees_at("e002@agency.example") == (person(2),)


def test_an_address_can_move_to_another_employee(store: Store) -> None:
    import_people(store, person(1), person(2))
    moved = person(3, address=person(2).address)
    import_people(store, person(1), moved)
    assert store.employees_at("e002@agency.example") == (moved,)


def test_a_file_without_a_day_back_leaves_the_known_one(store: Store) -> None:
    import_people(store, person(1))
    back = date(2026, 12, 24)
    store.set_away(EmployeeId("E001"), back)
    store.stage([(2, person(1))])
    assert store.stage_apply(NOW).same == 1
    assert store.employee(EmployeeId("E001")) == person(1, away_until=back)
    later = person(1, away_until=date(2027, 1, 4))
    store.stage([(2, later)])
    assert store.stage_apply(NOW).changed == 1
    assert store.employee(EmployeeId("E001")) == later
    store.set_away(EmployeeId("E001"), None)
    assert store.employee(EmployeeId("E001")) == person(1)


def test_owners_come_before_delegates(store: Store) -> None:
    mine = EmailAddress("e002@agency.example")
    import_people(store, person(1, delegates=(mine,)), person(2), person(3, delegates=(mine,)))
    assert [each.id for each in store.employees_at("E002@Agency.Example")] == ["E002", "E001", "E003"]


def test_several_addresses_are_asked_for_at_once(store: Store) -> None:
    mine = EmailAddress("e002@agency.example")
    import_people(store, person(1, delegates=(mine,)), person(2), person(3))
    found = store.owners_of(["E002@Agency.Example", "e002@agency.example", "e003@agency.example", "nobody@x.example"])
    assert {address: [each.id for each in people] for address, people in found.items()} == {
        "E002@Agency.Example": ["E002", "E001"],
        "e002@agency.example": ["E002", "E001"],
        "e003@agency.example": ["E003"],
        "nobody@x.example": [],
    }
    assert store.owners_of([]) == {}


def test_whose_own_delegate_an_address_is_comes_once(store: Store) -> None:
    mine = EmailAddress("e001@agency.example")
    import_people(store, person(1, delegates=(mine,)))
    assert len(store.employees_at(mine)) == 1


@pytest.mark.parametrize(
    ("unit", "ids"),
    [
        ("", ["E001", "E002", "E003", "E004", "E005"]),
        ("Defense", ["E001", "E002", "E003"]),
        ("Defense/Navy", ["E002", "E003"]),
        ("Defense/Na", []),
        ("Defense2", ["E004"]),
        ("Äther_%", ["E005"]),
        ("Nowhere", []),
    ],
)
def test_a_unit_holds_those_below_it(store: Store, unit: str, ids: list[str]) -> None:
    units = ["Defense", "Defense/Navy", "Defense/Navy/NAVSEA", "Defense2", "Äther_%"]
    import_people(store, *(person(at, unit=UnitPath(path)) for at, path in enumerate(units, start=1)))
    assert [each.id for each in store.employees(UnitPath(unit))] == ids


def test_pages_go_in_the_order_of_code_points(store: Store) -> None:
    ids = ["10", "9", "A", "Z", "a", "b-1", "b1", "ß", "Ω", "\U0001f600"]
    people = [replace(person(at), id=EmployeeId(each)) for at, each in enumerate(reversed(ids))]
    import_people(store, *people)
    seen: list[str] = []
    while page := store.employees(ROOT, after=EmployeeId(seen[-1]) if seen else None, limit=3):
        assert len(page) <= 3
        seen += [each.id for each in page]
    assert seen == ids


def test_heads_are_counted_by_unit_and_category(store: Store) -> None:
    army = UnitPath("Defense/Army")
    import_people(store, person(1), person(2, category="military"), person(3), person(4, unit=army))
    assert store.head_counts() == (
        ("Defense/Army", "civilian", 1),
        ("Defense/Navy", "civilian", 2),
        ("Defense/Navy", "military", 1),
    )


def test_an_empty_import_drops_everybody_and_says_so(store: Store) -> None:
    import_people(store, person(1), person(2))
    store.stage([])
    change = store.stage_change()
    assert change == RosterChange(added=0, changed=0, same=0, dropped=2, before=2)
    assert change.drops_many
