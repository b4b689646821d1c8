"""What an export holds: every Prompt once, no name that must not be there, no text that was withheld."""

import io
import json
from typing import Any

from app.export import BULLET_COLUMNS, COLUMNS, PAGE, UNNAMED, Export
from app.formats import writer
from app.forms import Format
from app.policies import Policies
from domain.digest import UNANSWERED, Selection
from domain.policy import Mode, PolicyChange
from domain.standing import Standing
from domain.unit import UnitPath
from domain.verdict import Decision
from store.memory import MemoryStore
from tests.contract.store_values import NAVY, W48, W49, answer, ask, prompt, refusal

CHOIR = UnitPath("Defense/Choir")
POLICIES = Policies(changes={CHOIR: PolicyChange(unit=CHOIR, fields={"mode": Mode.VOLUNTARY})})


def exported(store: MemoryStore, wanted: Selection | None = None, **other: Any) -> list[dict[str, Any]]:
    made = Export(store=store, policies=POLICIES, wanted=wanted or Selection(), **other)
    file = io.BytesIO()
    done: list[int] = []
    made.run(writer(Format.JSONL, file, made.columns, title=""), done.append)
    assert (done or [0])[-1] == made.total()
    rows = [json.loads(line) for line in file.getvalue().decode().splitlines()]
    assert len(rows) == made.rows
    return rows


def test_a_row_says_all_of_a_prompt() -> None:
    store = MemoryStore()
    ask(store, prompt(2), prompt(2, round_id=W49))
    store.record(answer(1, 2, "Wrote the plan", "Sent it"))
    first, second = exported(store)
    assert tuple(first) == COLUMNS
    assert first == {
        "campaign": "weekly",
        "round": "2026-W48",
        "unit": "Defense/Navy",
        "employee": "E002",
        "name": "Name 002",
        "address": "e002@agency.example",
        "supervisor": "E001",
        "standing": "answered",
        "reason": "",
        "mode": "required",
        "people": 1,
        "opens": "2026-11-22T09:00:00Z",
        "closes": "2026-11-24T09:00:00Z",
        "answered": "2026-11-22T09:00:00Z",
        "bullets": ["Wrote the plan", "Sent it"],
    }
    assert (second["round"], second["standing"], second["answered"], second["bullets"]) == (W49, "awaiting", None, [])


def test_or_one_row_a_bullet() -> None:
    store = MemoryStore()
    ask(store, prompt(2), prompt(3))
    store.record(answer(1, 2, "Wrote the plan", "Sent it"))
    rows = exported(store, by_bullet=True)
    assert tuple(rows[0]) == BULLET_COLUMNS
    assert [(row["employee"], row["number"], row["bullet"]) for row in rows] == [
        ("E002", 1, "Wrote the plan"),
        ("E002", 2, "Sent it"),
    ]


def test_who_did_not_answer_in_a_voluntary_unit_is_one_of_a_number() -> None:
    store = MemoryStore()
    ask(store, *(prompt(n, unit=CHOIR, standing=each) for n, each in enumerate(Standing, start=1)), prompt(50))
    rows = exported(store)
    named = {row["employee"] for row in rows if row["employee"]}
    hidden = {f"E{n:03}" for n, each in enumerate(Standing, start=1) if each in UNANSWERED}
    assert not named & hidden
    assert len(named) == len(Standing) - len(hidden) + 1
    (counted,) = (row for row in rows if row["standing"] == UNNAMED)
    assert (counted["unit"], counted["people"], counted["name"], counted["mode"]) == (CHOIR, 4, None, "voluntary")
    assert sum(row["people"] for row in rows) == len(Standing) + 1
    awaiting = exported(store, Selection(standings=frozenset({Standing.AWAITING})))
    assert [(row["employee"], row["people"]) for row in awaiting] == [("E050", 1), (None, 1)]


def test_text_that_does_not_count_is_not_there() -> None:
    store = MemoryStore()
    ask(store, prompt(1), prompt(2))
    store.record(answer(1, 1, "An older canary"))
    store.record(refusal(2, 2, decision=Decision.WITHHELD))
    told = json.dumps(exported(store, Selection(unit=NAVY, standings=frozenset({Standing.WITHHELD}))))
    assert "canary" not in told
    assert '"withheld"' in told


def test_many_pages() -> None:
    store = MemoryStore()
    ask(store, *(prompt(number) for number in range(PAGE + 3)))
    rows = exported(store, Selection(round_id=W48))
    assert len({row["employee"] for row in rows}) == len(rows) == PAGE + 3
    assert exported(store, Selection(round_id=W49)) == []
