"""How long an export of many Prompts takes and how much memory: `python -m tests.bench.export [PROMPTS]`."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from app.export import Export
from app.formats import aside, writer
from app.forms import Format
from app.policies import Policies
from domain.digest import Selection
from domain.ledger import KeptReply
from domain.standing import Standing
from domain.unit import UnitPath
from store.engine import open_store
from store.rows import entry_values, prompt_values, reply_values, round_values
from store.sql import SqlStore
from store.sql_standing import add_counts
from store.tables import BULLET, LEDGER, PROMPT, REPLY, ROUND
from tests.contract.store_values import NOW, W48, WEEKLY, answer, key_of, prompt, week

PROMPTS = 20_000
PAGE = 2_000


def fill(store: SqlStore, prompts: int) -> None:
    """Prompts, nearly all answered with five bullets each, put in by the page."""
    with store._writing.begin() as connection:
        connection.execute(ROUND.insert(), [round_values(week())])
        for start in range(0, prompts, PAGE):
            numbers = range(start, min(start + PAGE, prompts))
            rows, replies, bullets, entries = [], [], [], []
            for number in numbers:
                asked = prompt(number, number // 10, unit=UnitPath(f"Defense/{number % 50}"))
                values = prompt_values(asked)
                ledger = number + 1
                entries.append({**entry_values(answer(ledger, number, "x")), "id": ledger})
                reply = KeptReply(prompt=key_of(number), arrived_at=NOW, body="", bullets=())
                replies.append(reply_values(ledger, reply))
                bullets += [
                    {"reply_id": ledger, "position": place, "text": f"Finished part {place} of the plan no. {number}"}
                    for place in range(5)
                ]
                rows.append(
                    values
                    | {
                        "standing": Standing.ANSWERED.value,
                        "answered_at": NOW,
                        "answered_by": ledger,
                        "reply_id": ledger,
                    }
                )
            for table, many in ((LEDGER, entries), (PROMPT, rows), (REPLY, replies), (BULLET, bullets)):
                connection.execute(table.insert(), many)
            add_counts(connection, {(WEEKLY, W48, "Defense", "answered"): len(rows)})


def main() -> None:
    """Fill an SQLite file, then export it in each form."""
    prompts = int(sys.argv[1]) if len(sys.argv) > 1 else PROMPTS
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bulletin.db"
        store = open_store(url, create=True)
        assert isinstance(store, SqlStore)
        fill(store, prompts)
        sys.stdout.write(f"{prompts:,} prompts; memory before: {peak()} MiB\n")
        for form in Format:
            for by_bullet in (False, True):
                made = Export(store=store, policies=Policies(), wanted=Selection(round_id=W48), by_bullet=by_bullet)
                target = Path(folder, f"out.{form.value}")
                started = time.perf_counter()
                with aside(target, force=True) as file:
                    made.run(writer(form, file, made.columns, title="2026-W48"), lambda done: None)
                seconds = time.perf_counter() - started
                size = target.stat().st_size / 1e6
                sys.stdout.write(
                    f"{form.value} {'bullets' if by_bullet else 'prompts'}: {made.rows:,} rows in {seconds:.1f} s, {size:.0f} MB; peak so far {peak()} MiB\n"
                )
        store.close()


def peak() -> int:
    """Most memory this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
