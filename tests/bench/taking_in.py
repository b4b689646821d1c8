"""Taking mail in, from a real Dovecot to the database: ours beside the pipeline that anybody would write first, in one run.

Run `python -m tests.bench.taking_in [--replies 20000]`. Theirs: imapclient one by one, mail-parser, one ORM commit each.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import imapclient
import mailparser
from sqlalchemy import Engine
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, create_engine

from app.daemon import make_poller
from app.demo.clients import reply_with
from domain.outbox import ClaimedMail
from domain.outcome import Known
from ingest.child import ReadingChild, ReadingPool, ToRead
from ingest.interpret import interpret
from tests.servers.dovecot import PASSWORD, Dovecot, run_dovecot
from tests.servers.installation import Installation

TURNS = 3
"""They take turns, so that whatever else the machine does meets both."""

WORDS = (
    "Reviewed 4 vendor contracts with finance and closed two findings",
    "Met with the audit team, who approved the plan for phase 2",
    "Migrated 12 tables from the old database",
    "Sent the forecast for the third quarter",
    "Trained 3 new colleagues in the intake process",
)
SHAPES = ("outlook_desktop", "gmail", "apple_mail", "iphone", "outlook_mobile", "thunderbird")
HOPS = "".join(
    f"Received: from mail{hop}.agency.example (2603:10b6:a03:{hop}::1{hop}) by mx{hop}.agency.example (2603:10b6:8::{hop})\r\n"
    f" with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.85{hop}.12;\r\n"
    " Mon, 24 Nov 2025 14:03:05 +0000\r\n"
    for hop in range(5)
)
SEALS = "".join(
    f"{name}: i=1; a=rsa-sha256; s=arcselector10001; d=agency.example; cv=none;\r\n b={'QUJDREVGR0hJSktM' * 16}\r\n"
    for name in ("ARC-Seal", "ARC-Message-Signature", "DKIM-Signature")
)
ROUTES = "".join(f"X-MS-Exchange-Transport-Route-{at}: {'0123456789abcdef' * 4}\r\n" for at in range(12))
TRACE = (HOPS + SEALS + ROUTES).encode()
"""What the servers on the way put above a mail."""


def replies(house: Installation, count: int) -> Iterator[bytes]:
    """A reply of each of the first `count` people, as one of the mail clients of the demo makes it."""
    asked = {one.mail.recipient: one.mail.content for one in _outgoing(house, count)}
    now = datetime.now(UTC)
    for number in range(1, count + 1):
        prompt = asked[f"e{number}@agency.example"]
        yield TRACE + reply_with(
            SHAPES[number % len(SHAPES)], prompt, WORDS[: 2 + number % 4], at=now, closing="Thanks"
        )


def _outgoing(house: Installation, count: int) -> Sequence[ClaimedMail]:
    return house.store.claim("bench", now=datetime.now(UTC), limit=count + 1, lease=timedelta(hours=1))


class Draft(SQLModel, registry=registry()):
    """Tables of its own: ours must not hear of them."""


class NaiveReply(Draft, table=True):
    """As in a first draft."""

    id: int | None = Field(default=None, primary_key=True)
    message_id: str
    sender: str
    subject: str
    body: str


class NaiveBullet(Draft, table=True):
    """A line of it."""

    id: int | None = Field(default=None, primary_key=True)
    reply_id: int
    text: str


def naive(dovecot: Dovecot, user: str, engine: Engine) -> int:
    """Fetch one, parse it, commit it, move it, next."""
    client = imapclient.IMAPClient("127.0.0.1", port=dovecot.imap, ssl=False)
    client.login(user, PASSWORD)
    if not client.folder_exists("Processed"):
        client.create_folder("Processed")
    client.select_folder("INBOX")
    done = 0
    for uid in client.search():
        raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
        mail = mailparser.parse_from_bytes(raw)
        text = "\n".join(mail.text_plain)
        with Session(engine) as session:
            sender = mail.from_[0][1] if mail.from_ else ""
            reply = NaiveReply(message_id=mail.message_id or "", sender=sender, subject=mail.subject or "", body=text)
            session.add(reply)
            session.flush()
            assert reply.id is not None
            for line in text.splitlines():
                if line.lstrip().startswith(("-", "*")):
                    session.add(NaiveBullet(reply_id=reply.id, text=line))
            session.commit()
        client.move([uid], "Processed")
        done += 1
    client.logout()
    return done


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds by the clock, and of processor in this process and in those that read: in a crowd only these mean much."""

    clock: float = 0.0
    here: float = 0.0
    reading: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        """Both."""
        return Cost(clock=self.clock + other.clock, here=self.here + other.here, reading=self.reading + other.reading)


def timed(work: Callable[[], int]) -> Cost:
    """What it costs."""
    clock, here, reading = time.perf_counter(), time.process_time(), children_used()
    work()
    return Cost(clock=time.perf_counter() - clock, here=time.process_time() - here, reading=children_used() - reading)


def children_used() -> float:
    """Seconds of processor of the reading processes so far; none where there is no /proc."""
    ticks = 0
    for child in multiprocessing.active_children():
        with suppress(OSError):
            fields = Path(f"/proc/{child.pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
            ticks += sum(map(int, fields.split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def reading(width: int) -> Iterator[ReadingPool]:
    """A pool whose processes run already."""
    children = tuple(ReadingChild() for _ in range(width))
    for child in children:
        child.start()
    pool = ReadingPool(children)
    yield pool
    pool.close()


def ours(house: Installation, readers: int) -> Cost:
    """The whole way in, as the daemon goes it."""
    mailbox = house.house.settings.mailboxes[0]
    with reading(readers) as pool:
        poller = make_poller(house.house, mailbox, pool)
        took = timed(lambda: poller.poll_once().new)
        poller.close()
    return took


def pool_overhead(mails: list[bytes]) -> tuple[float, float]:
    """Seconds of processor a mail: read here, and read by a child that is asked ten at a time."""
    now = datetime.now(UTC)
    here = timed(lambda: len([interpret(raw, now, Known()) for raw in mails]))
    letters = [ToRead(raw=raw, received_at=now, known=Known()) for raw in mails]
    with reading(1) as pool:
        there = timed(lambda: sum(len(pool.read_all(letters[at : at + 10])) for at in range(0, len(letters), 10)))
    return here.here / len(mails), (there.here + there.reading) / len(mails)


def main() -> int:
    """Print rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=int, default=300)
    parser.add_argument("--readers", type=int, default=2)
    arguments = parser.parse_args()
    count, readers = arguments.replies, arguments.readers
    with tempfile.TemporaryDirectory() as scratch, contextmanager(run_dovecot)() as dovecot:
        house = Installation(Path(scratch) / "house", dovecot, dovecot.new_user(), people=count + 1)
        mails = list(replies(house, count))
        theirs_user = dovecot.new_user()
        engine = create_engine(f"sqlite:///{scratch}/naive.db")
        Draft.metadata.create_all(engine)
        theirs = took = Cost()
        for turn in range(TURNS):
            for user in (house.user, theirs_user):
                dovecot.append(user, *mails[turn::TURNS])
            theirs += timed(lambda: naive(dovecot, theirs_user, engine))
            took += ours(house, readers)
        decided = Counter(str(one.decision or one.reason) for one in house.store.entries(limit=count + 1))
        here, there = pool_overhead(mails[:200])
        house.close()
    size = sum(map(len, mails)) / count / 1024
    say(f"{count} replies of {size:.1f} KB in a real Dovecot, SQLite with synchronous=FULL")
    show("naive, one by one", theirs, count, theirs)
    show(f"ours, {readers} reading processes", took, count, theirs)
    say(f"{'':34}{dict(decided)}")
    say(f"reading alone: {here * 1e3:.2f} ms of processor here, {there * 1e3:.2f} ms by a child and its asking")
    return 0


def show(name: str, cost: Cost, count: int, least: Cost) -> None:
    """Rate, how often that of `least`, and the processor time of one message."""
    each = f"{cost.here / count * 1e3:.2f} ms of processor here, {cost.reading / count * 1e3:.2f} ms in reading"
    say(f"{name:34}{count / cost.clock:8.0f}/s  {least.clock / cost.clock:5.2f}   {each}")


def say(line: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
