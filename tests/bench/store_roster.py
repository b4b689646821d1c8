"""How long a Roster takes to stage, check and merge, and how much memory: `store_roster.py [ROWS] [URL]`.

Without a URL, an SQLite file in a temporary folder and a PostgreSQL of its own, one after the other.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from domain.employee import EmailAddress, Employee, EmployeeId
from domain.unit import ROOT, UnitPath
from store.engine import open_store
from tests.servers import postgres

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SPAN = 9  # reports of each Supervisor


def people(rows: int, *, changed: int = 0) -> Iterator[tuple[int, Employee]]:
    """A tree, in an order that is not that of the ids; every `changed`-th row differs from the plain one."""
    step = 1_000_003  # a prime: visits every number once
    for at in range(rows):
        number = at * step % rows
        above = (number - 1) // SPAN
        yield (
            at + 2,
            Employee(
                id=EmployeeId(f"E{number:08}"),
                name=f"Firstname Lastname {number + (1 if changed and number % changed == 0 else 0)}",
                address=EmailAddress(f"firstname.lastname.{number}@agency.example"),
                aliases=(EmailAddress(f"f.{number}@agency.example"),) if number % 4 == 0 else (),
                unit=UnitPath(f"Defense/Unit{number % 50}/Office{number % 2000}"),
                supervisor_id=EmployeeId(f"E{above:08}") if number else None,
            ),
        )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def measure(url: str, rows: int) -> None:
    say(f"{url.partition(':')[0]}, {rows:,} rows")
    store = open_store(url, create=True)

    def step(name: str, work: Callable[[], object]) -> None:
        started, used = time.perf_counter(), time.process_time()
        result = work()
        seconds, used = time.perf_counter() - started, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        say(f"  {name:28} {seconds:7.1f} s ({used:.1f} s of CPU here)   peak {peak} MiB   {result!r:.110}")

    step("stage", lambda: store.stage(people(rows)))
    step("faults", lambda: sum(1 for _ in store.stage_faults()))
    step("change", store.stage_change)
    step("apply, all new", lambda: store.stage_apply(NOW))
    step("stage again", lambda: store.stage(people(rows, changed=100)))
    step("change", store.stage_change)
    step("apply, one in 100 changed", lambda: store.stage_apply(NOW))
    step("head counts", lambda: len(store.head_counts()))
    step("a page of 1000", lambda: len(store.employees(ROOT, after=EmployeeId(f"E{rows // 2:08}"))))
    step("a page of a unit", lambda: len(store.employees(UnitPath("Defense/Unit7"))))
    step("one address", lambda: len(store.employees_at("f.4@agency.example")))
    step("reports of one", lambda: len(store.reports_of(EmployeeId("E00000005"))))
    store.close()


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    if len(sys.argv) > 2:
        measure(sys.argv[2], rows)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{folder}/bulletin.db", rows)
    with postgres.running() as server:
        measure(server.fresh(), rows)


if __name__ == "__main__":
    main()
