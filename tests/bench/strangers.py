"""What strangers cost a reply: its wait in a mailbox that they flooded, on a real Dovecot.

Run `python -m tests.bench.strangers [--strangers 50000]`. One reply lies alone; then one lies between as many strangers
before it as behind it, with a text in each that is never downloaded. Ratios of processor time, because others may use the
machine: the wait of the reply beside its place among them, and what one stranger costs beside one reply.
"""

import argparse
import cProfile
import os
import pstats
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path

from app.daemon import make_poller
from domain.ledger import Folder
from domain.outbox import MailKind
from tests.bench.taking_in import Cost, reading, replies, timed
from tests.servers.dovecot import Dovecot, run_dovecot
from tests.servers.installation import Installation

TEXT = b"Limited offer, answer now or lose it all to the others who did\r\n" * 64


def stranger(number: int) -> bytes:
    """A mail of nobody we know."""
    head = (
        f"Return-Path: <s{number}@elsewhere.example>\r\nFrom: Stranger <s{number}@elsewhere.example>\r\n"
        f"To: reports@agency.example\r\nSubject: Offer {number}\r\nMessage-ID: <{number}@elsewhere.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return head.encode() + TEXT


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Seconds by the clock until the reply was decided, what all of it cost, and how many messages were handled."""

    until: float
    cost: Cost
    server: float
    handled: int


def waited(house: Installation) -> Wait:
    """Have the mailbox read once."""
    handled: list[int] = []
    with reading(1) as pool:
        poller = make_poller(house.house, house.house.settings.mailboxes[0], pool)
        began = datetime.now(UTC)

        def poll() -> int:
            handled.append(poller.poll_once().new)
            return handled[0]

        before = server_used(house.dovecot)
        cost = timed(poll)
        server = server_used(house.dovecot) - before
        poller.close()
    answered = [one for one in house.store.entries(limit=1_000_000) if one.filing is not Folder.STRANGERS]
    assert len(answered) == 1
    return Wait(until=(answered[0].decided_at - began).total_seconds(), cost=cost, server=server, handled=handled[0])


def main() -> int:
    """Print the wait alone and in the flood."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strangers", type=int, default=1000)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    count = arguments.strangers
    with tempfile.TemporaryDirectory() as scratch, contextmanager(run_dovecot)() as dovecot:
        quiet = Installation(Path(scratch) / "quiet", dovecot, dovecot.new_user(), people=2)
        dovecot.place(quiet.user, replies(quiet, 1))
        alone = waited(quiet)
        quiet.close()
        house = Installation(Path(scratch) / "flooded", dovecot, dovecot.new_user(), people=2)
        before = count // 2
        others = (stranger(number) for number in range(count))
        filling = time.perf_counter()
        dovecot.place(house.user, chain(islice(others, before), replies(house, 1), others))
        filling = time.perf_counter() - filling
        with profiled(wanted=arguments.profile):
            flood = waited(house)
        notices = sum(of for kind, _, of in house.store.outbox_counts() if kind in {MailKind.RECEIPT, MailKind.NOTICE})
        lying = {name: how_many(dovecot, house.user, name) for name in ("INBOX", "Strangers")}
        house.close()
    assert (flood.handled, notices) == (count + 1, 1)
    assert lying == {"INBOX": 0, "Strangers": count}
    share, wait = (before + 1) / (count + 1), flood.until / flood.cost.clock
    each = (flood.cost.here + flood.cost.reading - alone.cost.here - alone.cost.reading) / count
    say(f"{count} strangers in a real Dovecot, one reply in their middle; filled in {filling:.1f} s")
    say(f"reply alone                 {alone.until:8.2f} s")
    say(
        f"reply behind {before:<6} of them {flood.until:8.2f} s   {wait:.2f} of the whole; its place in the queue: {share:.2f}"
    )
    say(
        f"all of them                 {flood.cost.clock:8.2f} s   {count / flood.cost.clock:.0f} strangers a second, none downloaded, none answered"
    )
    say(
        f"one stranger                {each * 1000:8.2f} ms of processor, {each / (alone.cost.here + alone.cost.reading):.3f} of what the poll with the reply alone took"
    )
    say(f"                            {flood.server / count * 1000:8.2f} ms of the IMAP server's")
    return 0


def server_used(dovecot: Dovecot) -> float:
    """Seconds of processor of all processes of the IMAP server that run; none where there is no /proc."""
    ticks = 0
    leader = str(dovecot.process.pid) if dovecot.process else ""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15])) if fields[3] == leader else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def how_many(dovecot: Dovecot, user: str, folder: str) -> int:
    """Messages in a folder."""
    with dovecot.login(user) as imap:
        said, data = imap.select(folder, readonly=True)
        return int(data[0] or 0) if said == "OK" else 0


@contextmanager
def profiled(*, wanted: bool) -> Iterator[None]:
    """Print where the time went, if that is wanted."""
    profile = cProfile.Profile()
    if wanted:
        profile.enable()
    yield
    if wanted:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)


def say(line: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
