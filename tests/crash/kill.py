"""`python -m tests.crash.kill --seconds N`: kill the program at every step and at random; count what is lost or doubled.

Ends with 1 where anything was. `--only` picks trials by a part of their names.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from store.migrations import upgrade
from tests.crash import sending
from tests.crash.receiving import STEPS, Deadly, Result, Trial, kill_at_random
from tests.servers.dovecot import Dovecot, run_dovecot
from tests.servers.postgres import PostgresServer, postgres

RIVALS = 3


def main() -> int:
    """Run the trials; a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long the random kills last, all together")
    parser.add_argument("--only", default="", help="run the trials whose name contains this")
    parser.add_argument("--quick", action="store_true", help="one death a step instead of three")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    say(f"seed {seed}")
    bad = 0
    with ExitStack() as stack:
        dovecot = stack.enter_context(contextmanager(run_dovecot)())
        databases = _Databases(stack)
        for name, run in trials(options.seconds, random.Random(seed), 1 if options.quick else 3):
            if options.only in name:
                began = time.monotonic()
                result, where = run(dovecot, databases)
                bad += not result.clean
                say(f"{_line(name, result, where)}  {time.monotonic() - began:.1f} s")
    say("nothing lost, nothing doubled" if not bad else f"{bad} trials went wrong")
    return 1 if bad else 0


Run = Callable[[Dovecot, "_Databases"], tuple[Result | sending.SendResult, str]]


def trials(seconds: float, rng: random.Random, deaths: int) -> Iterator[tuple[str, Run]]:
    """Every step on SQLite, some on PostgreSQL, a poison mail, and rivals killed at random on both."""
    for step in STEPS:
        yield f"{step}, sqlite", lambda dovecot, urls, step=step: at_step(dovecot, urls.sqlite(), step, deaths)
    for step in ("commit", "committed", "filed"):
        yield f"{step}, postgresql", lambda dovecot, urls, step=step: at_step(dovecot, urls.postgresql(), step, deaths)
    yield "killed by the same mail, sqlite", lambda dovecot, urls: same_mail(dovecot, urls.sqlite())
    for step in sending.STEPS:
        yield f"sending, {step}, sqlite", lambda _, urls, step=step: sending_at_step(urls, urls.sqlite(), step, deaths)
    share = seconds / 4
    for kind in ("sqlite", "postgresql"):
        yield (
            f"at random with {RIVALS} rivals, {kind}",
            lambda dovecot, urls, kind=kind: at_random(dovecot, getattr(urls, kind)(), share, rng),
        )
        yield (
            f"sending, at random, {kind}",
            lambda _, urls, kind=kind: sending_at_random(urls, getattr(urls, kind)(), share, rng),
        )


def at_step(dovecot: Dovecot, url: str, step: str, deaths: int) -> tuple[Result, str]:
    """Die there in the midst of a batch, at once, and in the midst again; then go on."""
    trial = Trial(dovecot=dovecot, url=url, user=dovecot.new_user())
    midst = {"peeked": 2, "commit": 2, "filed": 1, "marked": 1}.get(step, 7)  # all fifteen are filed at once
    for nth in (midst, 1, midst)[:deaths]:
        trial.deliver(15)
        trial.start(Deadly(step=step, nth=nth)).join()
    trial.settle()
    return trial.result(), ""


def same_mail(dovecot: Dovecot, url: str) -> tuple[Result, str]:
    """A mail at which the process dies each time is shunted unread after three tries; the others flow."""
    trial = Trial(dovecot=dovecot, url=url, user=dovecot.new_user(), child=True)
    trial.deliver(1)
    for _ in range(3):
        trial.start(Deadly(step="begun")).join()
    trial.deliver(5)
    trial.settle()
    result = trial.result()
    assert result.shunted == 1, result
    return result, ""


def at_random(dovecot: Dovecot, url: str, seconds: float, rng: random.Random) -> tuple[Result, str]:
    """Rivals on one mailbox, killed at any moment."""
    trial = Trial(dovecot=dovecot, url=url, user=dovecot.new_user(), rivals=RIVALS)
    kill_at_random(trial, seconds=seconds, rng=rng)
    trial.settle()
    return trial.result(), " ".join(f"{step}={count}" for step, count in sorted(trial.kills.items()))


def say(line: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def sending_at_step(databases: "_Databases", url: str, step: str, deaths: int) -> tuple[sending.SendResult, str]:
    """A second copy is possible only where the relay has accepted and nobody has written it down."""
    trial = sending.SendTrial(url=url, relay=sending.RelayProcess(databases.folder))
    sending.send_and_kill_at(trial, step, deaths)
    result = trial.result()
    assert result.copies == (result.kills if step == "accepted" else 0), result
    return result, ""


def sending_at_random(
    databases: "_Databases", url: str, seconds: float, rng: random.Random
) -> tuple[sending.SendResult, str]:
    """Two senders, killed at any moment."""
    trial = sending.SendTrial(url=url, relay=sending.RelayProcess(databases.folder), connections=2)
    sending.send_and_kill_at_random(trial, seconds=seconds, rng=rng)
    return trial.result(), ""


class _Databases:
    """Fresh databases; PostgreSQL is started when it is first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bulletin-crash-")))
        self._server: PostgresServer | None = None
        self._count = 0

    def sqlite(self) -> str:
        self._count += 1
        url = f"sqlite:///{self.folder}/{self._count}.db"
        upgrade(url)
        return url

    def postgresql(self) -> str:
        if self._server is None:
            started = contextmanager(postgres.__wrapped__)  # type: ignore[attr-defined]  # the fixture's own function
            self._server = self._stack.enter_context(started())
        return self._server.fresh()


def _line(name: str, result: Result | sending.SendResult, where: str) -> str:
    if isinstance(result, sending.SendResult):
        counts = f"{result.queued:6} mails {result.kills:9} kills {result.lost:3} lost {result.copies:3} second copies"
        return f"{name:42}{counts} {result.unnamed:3} unnamed {result.changed:3} changed"
    counts = f"{result.delivered:6} delivered {result.kills:5} kills {result.lost:3} lost {result.doubled:3} doubled"
    rest = f" {result.copies} copies" if result.copies else ""
    rest += "" if result.clean else f" UNFILED {result.unfiled} IN INBOX {result.in_inbox}"
    return f"{name:42}{counts} {result.shunted:3} shunted{rest}  {where}"


if __name__ == "__main__":
    sys.exit(main())
