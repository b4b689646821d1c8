"""What strangers cost a reply: its wait in a mailbox that they flooded, on a real Dovecot.

Run `python -m tests.bench.strangers [--strangers 2000]`. One reply lies alone; then one lies between as many strangers
before it as behind it, with 20 KB of text in each that is never downloaded.
"""

import argparse
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.daemon import make_poller
from domain.ledger import Folder
from domain.outbox import MailKind
from ingest.child import ReadingChild, ReadingPool
from tests.bench.taking_in import replies
from tests.servers.dovecot import Dovecot, run_dovecot
from tests.servers.installation import Installation

TEXT = b"Limited offer, answer now or lose it all to the others who did\r\n" * 320
AT_ONCE = 500


def stranger(number: int) -> bytes:
    """A mail of nobody we know."""
    head = (
        f"Return-Path: <s{number}@elsewhere.example>\r\nFrom: Stranger <s{number}@elsewhere.example>\r\n"
        f"To: reports@agency.example\r\nSubject: Offer {number}\r\nMessage-ID: <{number}@elsewhere.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return head.encode() + TEXT


def flood(dovecot: Dovecot, user: str, count: int, first: int) -> None:
    """Put strangers into the mailbox."""
    for start in range(first, first + count, AT_ONCE):
        dovecot.append(user, *(stranger(number) for number in range(start, min(start + AT_ONCE, first + count))))


def waited(house: Installation) -> tuple[float, float, int]:
    """Seconds until the reply was decided, seconds for all, and how many messages were handled."""
    child = ReadingChild()
    child.start()
    pool = ReadingPool((child,))
    poller = make_poller(house.house, house.house.settings.mailboxes[0], pool)
    began, started = datetime.now(UTC), time.perf_counter()
    handled = poller.poll_once().new
    whole = time.perf_counter() - started
    poller.close()
    pool.close()
    answered = [one for one in house.store.entries(limit=1_000_000) if one.filing is not Folder.STRANGERS]
    assert len(answered) == 1
    return (answered[0].decided_at - began).total_seconds(), whole, handled


def main() -> int:
    """Print the wait alone and in the flood."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strangers", type=int, default=1000)
    count = parser.parse_args().strangers
    with tempfile.TemporaryDirectory() as scratch, contextmanager(run_dovecot)() as dovecot:
        quiet = Installation(Path(scratch) / "quiet", dovecot, dovecot.new_user(), people=2)
        dovecot.append(quiet.user, *replies(quiet, 1))
        alone, _, _ = waited(quiet)
        quiet.close()
        house = Installation(Path(scratch) / "flooded", dovecot, dovecot.new_user(), people=2)
        before = count // 2
        flood(dovecot, house.user, before, 0)
        dovecot.append(house.user, *replies(house, 1))
        flood(dovecot, house.user, count - before, before)
        wait, whole, handled = waited(house)
        notices = sum(of for kind, _, of in house.store.outbox_counts() if kind in {MailKind.RECEIPT, MailKind.NOTICE})
        house.close()
    assert (handled, notices) == (count + 1, 1)
    share = before / (count + 1)
    say(f"{count} strangers of 20 KB in a real Dovecot, one reply in their middle")
    say(f"reply alone                 {alone:8.2f} s")
    say(
        f"reply behind {before:<6} of them {wait:8.2f} s   {wait / whole:.2f} of the whole; its place in the queue: {share:.2f}"
    )
    say(
        f"all of them                 {whole:8.2f} s   {count / whole:.0f} strangers a second, none downloaded, none answered"
    )
    return 0


def say(line: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
