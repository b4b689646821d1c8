"""How long a Round takes to open and its digests to be queued, and in how much memory.

`python -m tests.bench.rounds --people N --supervisors N [--no-digests] [--postgres]`, on an SQLite file or a real
PostgreSQL. The opening of a Round for everybody, then one digest for each supervisor, everybody having answered with
five bullets. The whole size: `--people 2300000 --supervisors 200000 --no-digests`; `tests/bench/digests.py` closes one.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.schedule import new_round
from app.wiring import House
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.ledger import Arrival, KeptReply, LedgerEntry, MessageKey, PromptKey, Recording, StandingChange
from domain.origin import Origin
from domain.round import RoundId
from domain.standing import Standing
from domain.unit import ROOT, UnitPath
from domain.verdict import Decision
from outbound.calendar import Occurrence, occurrence
from store.engine import open_store
from tests.fakes.clock import FakeClock
from tests.fakes.house import house
from tests.servers.gauge import Gauge, database

WEEK = RoundId("2026-W47")
PAGE = 500
BULLETS = tuple(
    f"Did the thing number {number} of this week, which took some hours and some words" for number in range(5)
)


def people(count: int, supervisors: int) -> Iterator[tuple[int, Employee]]:
    """Everybody reports to one of the first `supervisors`, who report up a tree of eight."""
    for number in range(count):
        boss = (number - 1) // 8 if number < supervisors else number % supervisors
        yield (
            number + 2,
            Employee(
                id=EmployeeId(f"E{number:08}"),
                name=f"Firstname Lastname {number}",
                address=EmailAddress(f"firstname.lastname.{number}@agency.example"),
                unit=UnitPath(f"Defense/Unit{number % 50}/Office{number % 2000}"),
                supervisor_id=EmployeeId(f"E{boss:08}") if number else None,
            ),
        )


def told(rows: Iterable[tuple[int, Employee]], gauge: Gauge) -> Iterator[tuple[int, Employee]]:
    for row in rows:
        yield row
        gauge.told(1)


def answer_all(place: House, gauge: Gauge) -> None:
    """Everybody answers; straight into the store."""
    store, uid, after = place.store, 0, None
    while page := store.employees(ROOT, after=after, limit=PAGE):
        after = page[-1].id
        recordings = []
        for one in page:
            uid += 1
            key = PromptKey(campaign_id=next(iter(place.campaigns)), round_id=WEEK, employee_id=one.id)
            at = place.clock.now() + timedelta(hours=1)
            arrival = Arrival(key=MessageKey(mailbox="reports", uidvalidity=1, uid=uid), arrived_at=at, size=4000)
            entry = LedgerEntry(
                arrival=arrival, decided_at=at, origin=Origin.PERSON, prompt=key, decision=Decision.ACCEPTED
            )
            reply = KeptReply(prompt=key, arrived_at=at, body="\n".join(BULLETS), bullets=BULLETS)
            change = StandingChange(prompt=key, standing=Standing.ANSWERED)
            recordings.append(Recording(entry=entry, reply=reply, standings=(change,)))
        store.record_many(recordings)
        gauge.told(len(page))


def measure(url: str, count: int, supervisors: int, hands: int, *, digests: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-rounds-") as folder:
        store = open_store(url, create=True)
        clock = FakeClock()
        place = house(Path(folder), store, clock)
        with Gauge(what="roster", each="people") as gauge:
            store.stage(told(people(count, supervisors), gauge))
            store.stage_apply(clock.now())
        campaign = next(iter(place.campaigns.values()))
        turn = occurrence(campaign, WEEK)
        assert isinstance(turn, Occurrence)
        keeper = replace(place.keeper(), hands=hands)
        with Gauge(what="prompts written and queued") as gauge:
            opened = keeper.open(campaign, new_round(keeper, campaign, turn), who="bench", progress=gauge.told)
        if digests:
            with Gauge(what="answers", each="answers") as gauge:
                answer_all(place, gauge)
            with Gauge(what="digests and roll-ups written and queued", each="supervisors told") as gauge:
                keeper.close(campaign, opened, who="bench", progress=gauge.told)
        store.close()


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--people", type=int, default=5000)
    given.add_argument("--supervisors", type=int, default=500)
    given.add_argument("--hands", type=int, default=2, help="Processes that set Digests beyond the first 5,000.")
    given.add_argument("--no-digests", action="store_true", help="Only open the Round.")
    given.add_argument("--postgres", action="store_true", help="On a real PostgreSQL instead of an SQLite file.")
    chosen = given.parse_args()
    with database(postgres=chosen.postgres) as url:
        measure(url, chosen.people, chosen.supervisors, chosen.hands, digests=not chosen.no_digests)


if __name__ == "__main__":
    main()
