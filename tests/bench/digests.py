"""How fast a Round closes: digests and roll-ups built and queued: `python -m tests.bench.digests [SUPERVISORS]`."""

import resource
import sys
import tempfile
import time

from app.policies import PolicyBook
from app.prompting import Prompter
from app.rounds import RoundKeeper
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.ledger import KeptReply
from domain.policy import Policy
from domain.round import Phase, Prompt
from domain.standing import Standing
from domain.token import message_id, mint
from domain.unit import UnitPath
from store.engine import open_store
from store.rows import entry_values, prompt_values, reply_values, round_values
from store.sql import SqlStore
from store.tables import BULLET, LEDGER, PROMPT, REPLY, ROUND
from tests.contract.store_values import NOW, answer
from tests.fakes.clock import START, FakeClock
from tests.fakes.mail import CAMPAIGN, HEAD, RING, WEEK, WINDOW, press, week

SUPERVISORS = 2_000
SPAN = 10
PAGE = 2_000


def person(number: int) -> Employee:
    """Number 0 is the head; each is over the next ten in line, so that a tenth of all are supervisors."""
    return Employee(
        id=EmployeeId(f"E{number:08}"),
        name=f"Name {number}",
        address=EmailAddress(f"e{number}@agency.example"),
        unit=UnitPath(f"Agency/{number // 1000}/{number // 100}"),
        supervisor_id=EmployeeId(f"E{(number - 1) // SPAN:08}") if number else None,
    )


def asked(one: Employee) -> Prompt:
    token = mint(RING, CAMPAIGN.id, WEEK, one.id)
    return Prompt(
        campaign_id=CAMPAIGN.id,
        round_id=WEEK,
        employee_id=one.id,
        name=one.name,
        address=one.address,
        unit=one.unit,
        supervisor_id=one.supervisor_id,
        token=token,
        message_id=message_id(token, HEAD.host),
        window=WINDOW,
        standing=Standing.ANSWERED,
    )


def fill(store: SqlStore, people: int) -> None:
    """Everybody answered with five bullets."""
    store.stage((number + 2, person(number)) for number in range(people))
    store.stage_apply(START)
    with store._writing.begin() as connection:
        connection.execute(ROUND.insert(), [round_values(week(phase=Phase.OPEN))])
        for start in range(0, people, PAGE):
            ledger, prompts, replies, bullets = [], [], [], []
            for number in range(start, min(start + PAGE, people)):
                prompt, row = asked(person(number)), number + 1
                about = answer(row, 1).standings[0].prompt
                ledger.append({**entry_values(answer(row, 1)), "id": row})
                prompts.append(prompt_values(prompt) | {"answered_at": NOW, "answered_by": row, "reply_id": row})
                reply = reply_values(row, KeptReply(prompt=about, arrived_at=NOW, body="", bullets=()))
                replies.append(
                    reply | {"campaign_id": CAMPAIGN.id, "round_id": WEEK, "employee_id": prompt.employee_id}
                )
                bullets += [
                    {"reply_id": row, "position": place, "text": f"Finished part {place} of the plan no. {number}"}
                    for place in range(5)
                ]
            for table, rows in ((LEDGER, ledger), (PROMPT, prompts), (REPLY, replies), (BULLET, bullets)):
                connection.execute(table.insert(), rows)


def main() -> None:
    """Fill a database, close the Round, and finish it without news."""
    supervisors = int(sys.argv[1]) if len(sys.argv) > 1 else SUPERVISORS
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/bulletin.db", create=True)
        assert isinstance(store, SqlStore)
        fill(store, supervisors * SPAN + 1)
        book = PolicyBook(base=Policy(), configured=(), store=store)
        asker = Prompter(store=store, press=press(), ring=RING, book=book, clock=FakeClock(START))
        keeper = RoundKeeper(asker=asker, hash_secret=b"0123456789abcdef")
        for name, step in (("closed", keeper.close), ("finished without news", keeper.finish)):
            started, worked = time.perf_counter(), time.process_time()
            this = store.round(CAMPAIGN.id, WEEK)
            assert this is not None
            queued = step(CAMPAIGN, this, who="bench")
            seconds, busy = time.perf_counter() - started, time.process_time() - worked
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            sys.stdout.write(
                f"{name}: {queued:,} mails for {supervisors:,} supervisors in {seconds:.1f} s ({busy:.1f} s of one "
                f"processor, {supervisors / busy:,.0f} supervisors/s); peak {peak} MiB\n"
            )
        store.close()


if __name__ == "__main__":
    main()
