"""The roster file: encodings, separators, columns, and every bad row with its reason."""

import contextlib
import csv
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exits import FoundWrongError
from app.importing import Imported, Plan, faults_of, import_roster
from app.roster import Reading, read_roster
from app.sheet import open_roster
from domain.employee import Employee, EmployeeId
from domain.errors import LeaseLostError
from domain.roster import RosterChange, RosterFault
from domain.unit import ROOT
from store.memory import MemoryStore

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HEAD = "Employee ID,Name,Email,Aliases,Unit Path,Supervisor ID,Category,Time Zone,Locale,Away Until"


def read(path: Path, *, encoding: str | None = None) -> tuple[list[Employee], list[RosterFault]]:
    faults: list[RosterFault] = []
    source = open_roster(path, encoding=encoding)
    people = [each for _, each in read_roster(source, Reading(), report=faults.append)]
    return people, faults


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode(encoding))
    return path


def one_row(tmp_path: Path, **cells: str) -> tuple[list[Employee], list[str]]:
    values = {"id": "E1", "name": "Ana Ruiz", "address": "ana@agency.example", **cells}
    buffer = io.StringIO()
    rows = csv.writer(buffer)
    rows.writerow(values)
    rows.writerow(values.values())
    people, faults = read(written(tmp_path, buffer.getvalue()))
    return people, [f"{fault.field}: {fault.reason}" for fault in faults]


def test_every_column_is_read(tmp_path: Path) -> None:
    row = "E2,Zoë Müller,Zoe@Agency.Example,z@agency.example; zm@agency.example, Defense / Navy ,E1,Military,europe/berlin,de_DE,2026-12-01"
    people, faults = read(written(tmp_path, f"{HEAD}\r\n{row}\r\n"))
    assert faults == []
    assert people == [
        Employee(
            id=EmployeeId("E2"),
            name="Zoë Müller",
            address="zoe@agency.example",
            aliases=("z@agency.example", "zm@agency.example"),
            unit="Defense/Navy",
            supervisor_id=EmployeeId("E1"),
            category="military",
            time_zone="Europe/Berlin",
            locale="de-DE",
            away_until=date(2026, 12, 1),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators_are_told(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [
        ["id", "name", "e-mail", "unit"],
        *([f"E{n}", f"Zoë, Müller; {n}", f"z{n}@agency.example", "A|B"] for n in range(50)),
    ]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator).writerows(rows)
    text = ("\ufeff" if encoding in {"utf-16-le", "utf-16-be"} and separator == "," else "") + buffer.getvalue()
    people, faults = read(written(tmp_path, text, encoding))
    assert faults == []
    assert [person.name for person in people] == [row[1] for row in rows[1:]]


@pytest.mark.parametrize(
    "header",
    [
        "id,name,address", "EMPLOYEE_ID,Full Name,E-Mail Address", " Personnel No. , display-name ,mail",
        '"Staff Number","Employee Name","Work E-mail"', "empid,Last Name,email",
    ],
)  # fmt: skip
def test_headers_may_be_called_many_things(tmp_path: Path, header: str) -> None:
    people, faults = read(written(tmp_path, f"{header}\nE1,Ruiz,ana@agency.example\n"))
    assert (faults, [person.id for person in people]) == ([], ["E1"])


def test_given_and_family_names_are_joined(tmp_path: Path) -> None:
    people, _ = read(written(tmp_path, "id,Surname,First Name,email\nE1,Ruiz,Ana,a@agency.example\n"))
    assert people[0].name == "Ana Ruiz"


def test_excel_may_name_the_separator(tmp_path: Path) -> None:
    path = written(tmp_path, "sep=|\r\nid|name|mail;x\r\nE1|A|a@agency.example\r\n".replace("mail;x", "mail"))
    source = open_roster(path)
    assert (source.separator, source.header_line) == ("|", 2)
    (line, person), = read_roster(source, Reading(), report=lambda fault: None)  # fmt: skip
    assert (line, person.id) == (3, "E1")


def test_other_columns_are_named_and_ignored(tmp_path: Path) -> None:
    source = open_roster(written(tmp_path, "id,Room,name,email,Phone\n"))
    assert source.ignored == ("Room", "Phone")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("id,name\nE1,x\n", "has no column for address"),
        ("E1,Ana,ana@agency.example\n", "has no column for id and address and name"),
        ("id,name,email,E-Mail\n", "both say address"),
    ],
)
def test_what_cannot_be_a_roster_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FoundWrongError, match=told):
        open_roster(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FoundWrongError, match="cannot be read"):
        open_roster(tmp_path / "absent.csv")
    with pytest.raises(FoundWrongError, match="is not an encoding"):
        open_roster(written(tmp_path, "id,name,email\n"), encoding="klingon")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"id": ""}, "id: is missing"),
        ({"id": "E 1"}, "id: 'E 1' has a blank"),
        ({"name": ""}, "name: is missing"),
        ({"name": "Ana\r\nBcc: x@y.example"}, "name: has a line break in it"),
        ({"name": "Ana\u2028Bcc: x"}, "name: has a line break in it"),
        ({"name": "Ana\x00"}, "name: has a control character (U+0000) in it"),
        ({"name": "Ana\u202ezzz"}, "name: has a control character (U+202E) in it"),
        ({"name": "A" * 201}, "name: is longer than 200 characters"),
        ({"address": ""}, "address: is missing"),
        ({"address": "ana"}, "address: ana is not an address"),
        ({"address": "ana@localhost"}, "has no host name with a dot"),
        ({"address": "Ana <ana@agency.example>"}, "has something before the @"),
        ({"address": "a@b@agency.example"}, "has something before the @"),
        ({"address": "ana@agency.example\r\nBcc: x@y.example"}, "address: "),
        ({"address": "ana@evil)b@agency.example"}, "has something before the @"),
        ({"address": "añá@agency.example"}, "plain SMTP cannot carry"),
        ({"address": "a" * 65 + "@agency.example"}, "has something before the @"),
        ({"address": "a..b@agency.example"}, "has something before the @"),
        ({"aliases": "ok@agency.example; nope"}, "aliases: nope is not an address"),
        ({"unit": "A/B\nC"}, "unit: has a line break"),
        ({"time zone": "EDT/Mars"}, "time zone: EDT/Mars is no IANA time zone"),
        ({"locale": "english please"}, "locale: english please is no language tag"),
        ({"away until": "03/04/2026"}, "away until: 03/04/2026 is no day"),
        ({"away until": "2026-02-30"}, "away until: 2026-02-30 is no day"),
        ({"supervisor id": "a/b"}, "supervisor: 'a/b' has a blank, a slash"),
        ({"category": "x\ty"}, "category: has a control character"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, cells: dict[str, str], told: str) -> None:
    people, faults = one_row(tmp_path, **cells)
    assert people == []
    assert any(told in fault for fault in faults), faults


@pytest.mark.parametrize(
    "cells",
    [
        {"address": "Ana.Ruiz+work@Agency.Example"},
        {"address": "ana@bücher.example"},
        {"address": "o'brien@agency.example"},
        {"aliases": "smtp:a@agency.example SMTP:b@agency.example"},
        {"aliases": "ana@agency.example"},
        {"away until": "2026-12-01 00:00:00"},
        {"locale": "zh-Hant-TW"},
        {"locale": "de_CH.UTF-8"},
        {"name": "Иван Петров 👩🏽‍🔬"},
        {"name": "王小明"},
        {"supervisor id": ""},
    ],
)
def test_a_good_cell_is_taken(tmp_path: Path, cells: dict[str, str]) -> None:
    people, faults = one_row(tmp_path, **cells)
    assert faults == []
    assert len(people) == 1


def test_every_fault_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    _, faults = one_row(tmp_path, id="", address="x", locale="?")
    assert len(faults) == 3


def test_rows_keep_their_lines(tmp_path: Path) -> None:
    text = 'id,name,email,note\nE1,A,a@agency.example,"two\nlines"\n\nE2,B,nope,x\n,,,\nE3,C,c@agency.example\n'
    people, faults = read(written(tmp_path, text))
    assert [person.id for person in people] == ["E1"]
    assert [(fault.line, fault.field) for fault in faults] == [(5, "address"), (7, "row")]


def test_trailing_separators_are_no_fault(tmp_path: Path) -> None:
    people, faults = read(written(tmp_path, "id,name,email\nE1,A,a@agency.example,,\n"))
    assert (len(people), faults) == (1, [])


def test_an_open_quotation_mark_is_named(tmp_path: Path) -> None:
    rows = "".join(f"E{n},A,a{n}@agency.example\n" for n in range(2, 100))
    _, faults = read(written(tmp_path, f'id,name,email\nE1,"A,a@agency.example\n{rows}'))
    assert [(fault.line, fault.field) for fault in faults] == [(2, "row")]
    assert "quotation mark" in faults[0].reason or "CSV" in faults[0].reason


def test_one_line_in_another_encoding_does_not_spoil_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    good = [f"E{n},Zoë {n},z{n}@agency.example\n".encode() for n in range(5)]
    path.write_bytes(b"id,name,email\n" + b"".join(good) + "E9,Jürg,j@agency.example\n".encode("windows-1252"))
    people, faults = read(path)
    assert people[0].name == "Zoë 0"
    assert [(fault.line, fault.reason) for fault in faults] == [(7, "has a byte that is not in the file's encoding")]


def test_windows_1252_with_many_letters(tmp_path: Path) -> None:
    text = "id,name,email\n" + "".join(f"E{n},Jürg – “{n}”,j{n}@agency.example\n" for n in range(5))
    people, _ = read(written(tmp_path, text, "windows-1252"))
    assert people[3].name == "Jürg – “3”"


def test_utf_16_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    rows = "".join(f"E{n},Zoë,z{n}@agency.example\n" for n in range(5000))
    path.write_bytes(("id,name,email\n" + rows).encode("utf-16")[:-1])
    with pytest.raises(FoundWrongError, match="was it cut off"):
        read(path)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_roster_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "people.csv"
    path.write_bytes(raw)
    with contextlib.suppress(FoundWrongError):
        read(path)


@given(st.lists(st.text(max_size=30), min_size=3, max_size=3))
def test_any_cells_become_a_clean_employee_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    path = tmp_path_factory.mktemp("any") / "people.csv"
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        csv.writer(file).writerows([["id", "name", "address"], cells])
    people, _ = read(path)
    for person in people:
        assert person.name.isprintable() or not any(character in person.name for character in "\r\n\0")
        assert person.address.isascii()
        assert person.id.strip() == person.id


def bring(store: MemoryStore, path: Path, faults: list[RosterFault], **plan: bool) -> Imported:
    return import_roster(store, open_roster(path), Plan(**plan), who="ops", now=NOW, report=faults.append)


def people_csv(tmp_path: Path, ids: Iterable[int], **more: str) -> Path:
    rows = [f"E{n},Person {n},p{n}@agency.example,{'' if n == 0 else 'E0'}" for n in ids]
    return written(tmp_path, "\n".join(["id,name,email,supervisor", *rows, *more.values()]) + "\n")


def test_nothing_is_imported_unless_all_is_well(tmp_path: Path) -> None:
    store, faults = MemoryStore(), []
    done = bring(store, people_csv(tmp_path, range(5), bad="E9,Bad,nope,E0"), faults)
    assert (done.applied, done.faults, done.left_out, done.change) == (False, 1, 1, None)
    assert store.employees(ROOT) == ()


def test_bad_rows_can_be_left_out(tmp_path: Path) -> None:
    store, faults = MemoryStore(), []
    path = people_csv(
        tmp_path, range(5), bad="E9,Bad,nope,E0", orphan="E10,O,o@agency.example,E9", below="E11,B,b@agency.example,E10"
    )
    done = bring(store, path, faults, skip_bad=True)
    assert done.applied
    assert done.change == RosterChange(added=5, changed=0, same=0, dropped=0, before=0)
    assert (done.rows, done.left_out) == (8, 3)
    assert [fault.reason for fault in faults] == [
        "nope is not an address of the form name@host.example",
        "supervisor E9 has a bad row of their own, line 7",
        "unknown supervisor",
    ]
    assert store.events(limit=1)[0].what == "roster import"


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    store, faults = MemoryStore(), []
    done = bring(store, people_csv(tmp_path, range(5)), faults, dry_run=True)
    assert done.change is not None
    assert (done.applied, done.change.added) == (False, 5)
    assert store.employees(ROOT) == ()


def test_a_dry_run_tells_of_single_people(tmp_path: Path) -> None:
    store, faults = MemoryStore(), []
    bring(store, people_csv(tmp_path, range(40)), faults)
    text = people_csv(tmp_path, [0, *range(23, 63)]).read_text().replace("E30,Person 30,p30", "E30,Ana Ruiz,ana")
    path = written(tmp_path, text + "E99,Orphan,orphan@agency.example,E77\n")
    told = bring(store, path, faults, dry_run=True, skip_bad=True).differences
    assert "dropped E1 Person 1" in told
    assert "changed E30: name Person 30 to Ana Ruiz; address p30@agency.example to ana@agency.example" in told
    assert "added E40 Person 40" in told
    assert told[-2:] == ("dropped: 2 more", "added: 3 more")
    assert not any("E99" in line for line in told)


def test_dropping_more_than_a_tenth_needs_force(tmp_path: Path) -> None:
    store, faults = MemoryStore(), []
    bring(store, people_csv(tmp_path, range(20)), faults)
    with pytest.raises(FoundWrongError, match="3 of 20 people"):
        bring(store, people_csv(tmp_path, range(17)), faults)
    assert len(store.employees(ROOT)) == 20
    tenth = bring(store, people_csv(tmp_path, range(18)), faults)
    assert tenth.applied
    forced = bring(store, people_csv(tmp_path, range(3)), faults, force=True)
    assert forced.change is not None
    assert forced.change.dropped == 15
    assert len(store.employees(ROOT)) == 3


@pytest.mark.parametrize("who", ["rival", "ops"])
def test_two_imports_do_not_meet_even_under_one_account(tmp_path: Path, who: str) -> None:
    store, faults = MemoryStore(), []
    path = people_csv(tmp_path, range(3))

    def rival(fault: RosterFault) -> None:
        with pytest.raises(LeaseLostError):
            import_roster(store, open_roster(path), Plan(), who=who, now=NOW, report=faults.append)
        faults.append(fault)

    bad = tmp_path / "bad.csv"
    bad.write_text("id,name,email\nE1,A,nope\n")
    import_roster(store, open_roster(bad), Plan(), who="ops", now=NOW, report=rival)
    assert len(faults) == 1


def test_the_faults_of_a_file_alone(tmp_path: Path) -> None:
    path = people_csv(tmp_path, range(3), twice="E1,Again,again@agency.example,E0", cycle="E7,C,c@agency.example,E7")
    assert [(fault.line, fault.field) for fault in faults_of(open_roster(path))] == [(5, "id"), (6, "supervisor")]
