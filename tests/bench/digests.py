"""How fast a Round closes: digests and roll-ups built and queued, ten people to a supervisor.

`python -m tests.bench.digests [SUPERVISORS] [--hands N] [--postgres]`; the whole size is 200000.
"""

import argparse

from sqlalchemy import Connection

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
from store.transaction import insert_missing
from tests.contract.store_values import NOW, answer
from tests.fakes.clock import START, FakeClock
from tests.fakes.mail import CAMPAIGN, HEAD, RING, WEEK, WINDOW, press, week
from tests.servers.gauge import Gauge, database, say

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


def fill(store: SqlStore, people: int, gauge: Gauge) -> None:
    """Everybody answered with five bullets."""
    store.stage((number + 2, person(number)) for number in range(people))
    store.stage_apply(START)
    with store._writing.begin() as connection:
        connection.execute(ROUND.insert(), [round_values(week(phase=Phase.OPEN))])
    for start in range(0, people, PAGE):
        with store._writing.begin() as connection:
            answered(connection, range(start, min(start + PAGE, people)))
        gauge.told(min(PAGE, people - start))


def answered(connection: Connection, numbers: range) -> None:
    ledger, prompts, replies, bullets = [], [], [], []
    for number in numbers:
        prompt, row = asked(person(number)), number + 1
        about = answer(row, 1).standings[0].prompt
        ledger.append({**entry_values(answer(row, 1)), "id": row})
        prompts.append(prompt_values(prompt) | {"answered_at": NOW, "answered_by": row, "reply_id": row})
        reply = reply_values(row, KeptReply(prompt=about, arrived_at=NOW, body="", bullets=()))
        replies.append(reply | {"campaign_id": CAMPAIGN.id, "round_id": WEEK, "employee_id": prompt.employee_id})
        bullets += [
            {"reply_id": row, "position": place, "text": f"Finished part {place} of the plan no. {number}"}
            for place in range(5)
        ]
    for table, rows in ((LEDGER, ledger), (PROMPT, prompts), (REPLY, replies), (BULLET, bullets)):
        insert_missing(connection, table, rows)


def measure(url: str, supervisors: int, hands: int) -> None:
    store = open_store(url, create=True)
    assert isinstance(store, SqlStore)
    with Gauge(what="filled", each="answers") as gauge:
        fill(store, supervisors * SPAN + 1, gauge)
    book = PolicyBook(base=Policy(), configured=(), store=store)
    asker = Prompter(store=store, press=press(), ring=RING, book=book, clock=FakeClock(START))
    keeper = RoundKeeper(asker=asker, hash_secret=b"0123456789abcdef", hands=hands)
    for name, step in (
        ("digests and roll-ups built and queued", keeper.close),
        ("finished without news", keeper.finish),
    ):
        this = store.round(CAMPAIGN.id, WEEK)
        assert this is not None
        with Gauge(what=name, each="supervisors told") as gauge:
            queued = step(CAMPAIGN, this, who="bench", progress=gauge.told)
        say(f"  {queued:,} mails for {supervisors:,} supervisors")
    store.close()


def main() -> None:
    """Fill a database, close the Round, and finish it without news."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("supervisors", type=int, nargs="?", default=SUPERVISORS)
    given.add_argument("--hands", type=int, default=2, help="Processes that set Digests beyond the first 5,000.")
    given.add_argument("--postgres", action="store_true", help="On a real PostgreSQL instead of an SQLite file.")
    chosen = given.parse_args()
    with database(postgres=chosen.postgres) as url:
        measure(url, chosen.supervisors, chosen.hands)


if __name__ == "__main__":
    main()
