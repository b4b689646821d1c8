"""What every long measurement needs: a database to measure on, and a gauge that tells how far it is and what it takes."""

import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.postgres import OPTIONS, running

SILENCE = 10.0
LOOK = 0.25
TICKS = os.sysconf("SC_CLK_TCK")
DURABLE = OPTIONS | {"fsync": "on", "full_page_writes": "on", "shared_buffers": "512MB", "max_wal_size": "4GB"}
"""As an operator would run it, where the tests' own server writes nothing down."""


@contextmanager
def database(*, postgres: bool) -> Iterator[str]:
    """The URL of an empty database: an SQLite file in a temporary folder, or a real PostgreSQL."""
    if postgres:
        with running(DURABLE) as server:
            yield server.fresh()
    else:
        with tempfile.TemporaryDirectory(prefix="bulletin-bench-") as folder:
            yield f"sqlite:///{folder}/bulletin.db"


def say(line: str) -> None:
    """At once, for whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass(slots=True, kw_only=True)
class Gauge:
    """Measures one step: time, processor time and memory of this process and those it started, PostgreSQL's too.

    `told` is for whoever does the step: how many more are done. It writes a line every ten seconds.
    """

    what: str
    each: str = "prompts"
    _done: int = field(default=0, init=False)
    _begun: float = field(default_factory=time.perf_counter, init=False)
    _spoke: float = field(default_factory=time.perf_counter, init=False)
    _ticks: dict[int, int] = field(default_factory=dict, init=False)
    _before: dict[int, int] = field(default_factory=dict, init=False)
    _peak: int = field(default=0, init=False)
    _ended: threading.Event = field(default_factory=threading.Event, init=False)
    _looking: threading.Thread | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Begin."""
        self._before = {pid: ticks for pid, ticks, _ in _family()}
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Say what it took."""
        took = time.perf_counter() - self._begun
        self._ended.set()
        assert self._looking is not None
        self._looking.join()
        self._note()
        worked = sum(ticks - self._before.get(pid, 0) for pid, ticks in self._ticks.items()) / TICKS
        ours = (self._ticks[os.getpid()] - self._before[os.getpid()]) / TICKS
        if error is None:
            count = max(self._done, 1)
            say(
                f"{self.what}: {self._done:,} {self.each} in {took:.1f} s, {count / max(took, 0.001):,.0f}/s; processor time "
                f"{worked:.1f} s ({1000 * worked / count:.3f} ms each; {ours:.1f} s of it in this process); "
                f"peak memory of all processes {self._peak >> 20} MiB, of this one "
                f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB"
            )

    def told(self, more: int) -> None:
        """So many more are done."""
        self._done += more
        now = time.perf_counter()
        if now - self._spoke >= SILENCE:
            self._spoke = now
            say(
                f"  {self.what}: {self._done:,} {self.each} after {now - self._begun:.0f} s; peak {self._peak >> 20} MiB"
            )

    def _look(self) -> None:
        while not self._ended.wait(LOOK):
            self._note()

    def _note(self) -> None:
        """A process that ends is counted as it was last seen."""
        held = 0
        for pid, ticks, memory in _family():
            self._ticks[pid] = ticks
            held += memory
        self._peak = max(self._peak, held)


def _family() -> Iterator[tuple[int, int, int]]:
    """This process and all below it: their ids, processor ticks and bytes of memory, what they share counted in part."""
    known: dict[int, tuple[int, int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                # After the name, which may hold anything: state, parent, ...; the 14th and 15th are its ticks.
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            known[int(folder.name)] = int(stat[1]), int(stat[11]) + int(stat[12])
    mine = {os.getpid()}
    while more := {pid for pid, (parent, _) in known.items() if parent in mine} - mine:
        mine |= more
    for pid in mine & known.keys():
        yield pid, known[pid][1], _memory(pid)


def _memory(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
