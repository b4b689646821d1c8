"""How long a Round takes to open and its digests to be queued, and how much memory: `--people N --supervisors N`.

On an SQLite file in a temporary folder. The opening of a Round for everybody, then one digest for each supervisor,
everybody having answered with five bullets.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

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


def say(line: str) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{line}, peak {peak} MiB\n")
    sys.stdout.flush()


def timed(what: str, count: int, begun: tuple[float, float]) -> None:
    took, worked = time.perf_counter() - begun[0], time.process_time() - begun[1]
    say(f"{what}: {count:,} in {took:.1f} s ({worked:.1f} s of one processor), {count / max(took, 0.001):,.0f}/s")


def now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def answer_all(place: House) -> int:
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
    return uid


def measure(count: int, supervisors: int, hands: int, *, digests: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-rounds-") as folder:
        store = open_store(f"sqlite:///{folder}/bulletin.db", create=True)
        clock = FakeClock()
        place = house(Path(folder), store, clock)
        begun = now()
        store.stage(people(count, supervisors))
        store.stage_apply(clock.now())
        timed("roster", count, begun)
        campaign = next(iter(place.campaigns.values()))
        turn = occurrence(campaign, WEEK)
        assert isinstance(turn, Occurrence)
        keeper = replace(place.keeper(), hands=hands)
        begun = now()
        opened = keeper.open(campaign, new_round(keeper, campaign, turn), who="bench")
        timed("prompts written and queued", count, begun)
        if digests:
            begun = now()
            timed("answers", answer_all(place), begun)
            begun = now()
            timed("digests written and queued", keeper.close(campaign, opened, who="bench"), begun)
        store.close()


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--people", type=int, default=5000)
    given.add_argument("--supervisors", type=int, default=500)
    given.add_argument("--hands", type=int, default=2, help="Processes that set Digests beyond the first 5,000.")
    given.add_argument("--no-digests", action="store_true", help="Only open the Round.")
    chosen = given.parse_args()
    measure(chosen.people, chosen.supervisors, chosen.hands, digests=not chosen.no_digests)


if __name__ == "__main__":
    main()
