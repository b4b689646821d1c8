"""The poller: brings what comes into one mailbox to its Recordings, and never loses, doubles or skips a message.

Its law is the order of DESIGN.md section 5: look without a mark, count the try, read, one transaction, commit, file.
"""

import contextlib
import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from domain.desk import Desk
from domain.errors import BulletinError, MailboxError, MailboxRefusedError, StoreError
from domain.ledger import Event, Filing
from domain.ports import Clock, LedgerStore, Mailbox, MailboxState, Quota
from ingest.cases import IntakeSettings
from ingest.child import Reader
from ingest.filing import FilingClerk
from ingest.intake import Intake

FILED_AT_ONCE: Final = 2_000
FILED_WITHIN: Final = 5.0
"""Seconds. To move messages costs a server as much for one as for thousands, in proportion to what lies in its folders."""

LONGEST_PAUSE: Final = 300.0
REFUSED_PAUSE: Final = 300.0
LONGEST_REFUSED_PAUSE: Final = 3600.0
MOST_DROPS: Final = 5
"""A message at which the server hung up so often, while it was alone, is shunted unseen."""

_OTHER: Final = re.compile(r"[^\w:.]+")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class PollerSettings:
    """`batch` messages at once; a poll at least every `poll_every`, a look at every UID there is every `sweep_every`.

    `listen` is for how long one wait for news lasts before somebody looks whether to stop. `first_pause` follows the
    first failure; each more doubles it.
    """

    batch: int = 50
    poll_every: timedelta = timedelta(minutes=2)
    sweep_every: timedelta = timedelta(minutes=10)
    listen: timedelta = timedelta(seconds=1)
    first_pause: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one poll came to: messages recorded anew, known before, and gone before they could be read."""

    new: int = 0
    known: int = 0
    gone: int = 0


class Poller:
    """One mailbox, one thread. Any number of pollers of the same mailbox do no harm, only work twice."""

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        name: str,
        store: LedgerStore,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        intake: IntakeSettings,
        settings: PollerSettings | None = None,
        may_go_on: Callable[[], bool] = lambda: True,
        at: Callable[[str], None] = lambda _step: None,
    ) -> None:
        """`may_go_on` says whether we still hold the mailbox's lease; `at` is told the name of each step."""
        self._mailbox = mailbox
        self._name = name
        self._store = store
        self._desk = desk
        self._clock = clock
        self._settings = settings or PollerSettings()
        self._may_go_on = may_go_on
        self._intake = Intake(
            mailbox=mailbox, name=name, store=store, desk=desk, reader=reader, clock=clock, settings=intake, at=at
        )
        self._clerk = FilingClerk(
            mailbox=mailbox, name=name, store=store, clock=clock, at=at, hash_secret=intake.hash_secret
        )
        self.quota: Quota | None = None
        self._uidvalidity: int | None = None
        self._sweep_at: float | None = None
        self._suspects: set[int] = set()
        self._drops: dict[int, int] = {}
        self._unfiled: list[Filing] = []
        self._file_at = 0.0

    def poll_once(self, stop: threading.Event | None = None) -> Polled:
        """One look at the mailbox.

        1. Select INBOX and compare its UIDVALIDITY with ours.
        2. Now and then: file what was recorded and not filed, and look at every UID, not only at new ones.
        3. Leave out what is recorded, older than the first Round, or failed a moment ago.
        4. In batches: peek, recognise, turn away or read, record; then file away, some batches together.
        5. Remember how far we came.

        Raises MailboxError, StoreError or another BulletinError; then nothing is lost and the next poll looks at all.
        """
        # What an earlier poll left when it broke off is found by the next sweep.
        self._unfiled.clear()
        try:
            return self._poll(stop or threading.Event())
        except BulletinError:
            self._sweep_at = None
            raise

    def run(self, stop: threading.Event) -> None:
        """Poll, wait for news, poll again, until `stop`; after a failure pause, longer each time."""
        failures = 0
        while not stop.is_set():
            pause = self._round(stop, failures)
            failures = 0 if pause is None else failures + 1
            if pause is not None:
                stop.wait(pause)
        self.close()

    def close(self) -> None:
        """Hang up and let the threads go."""
        self._mailbox.close()
        self._intake.close()

    def _round(self, stop: threading.Event, failures: int) -> float | None:
        """One poll and the wait after it; how long to pause where that failed."""
        first = self._settings.first_pause.total_seconds()
        try:
            if self._may_go_on():
                self.poll_once(stop)
                self._wait_for_news(stop)
            else:
                self._mailbox.close()
                stop.wait(self._settings.listen.total_seconds())
        except MailboxRefusedError as refusal:
            return self._stopped(refusal, REFUSED_PAUSE, LONGEST_REFUSED_PAUSE, failures)
        except BulletinError as trouble:
            return self._stopped(trouble, first, LONGEST_PAUSE, failures)
        # The loop that must not end: a mistake of ours costs a pause, not the mailbox.
        except Exception as mistake:  # noqa: BLE001 - see above
            self._sweep_at = None
            return self._stopped(mistake, first, LONGEST_PAUSE, failures)
        return None

    def _stopped(self, cause: Exception, first: float, longest: float, failures: int) -> float:
        pause = min(longest, first * 2.0 ** min(failures, 20)) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter is no secret
        permanent = isinstance(cause, BulletinError) and cause.permanent
        # A MailboxError is in our own words; any other exception may quote somebody.
        result = _OTHER.sub("_", str(cause)) if isinstance(cause, MailboxError) else None
        log.warning(
            "poll_failed",
            mailbox=self._name,
            error=type(cause).__name__,
            result=result,
            permanent=permanent,
            retry_in=round(pause, 1),
        )
        if permanent and failures == 0:
            self._tell_of(cause)
        self._mailbox.close()
        return pause

    def _tell_of(self, cause: Exception) -> None:
        """What will not mend itself is told in the Ledger too, once."""
        event = Event(at=self._clock.now(), who="poller", what="mailbox refused", subject=self._name, reason=str(cause))
        with contextlib.suppress(StoreError):
            self._store.write_event(event)

    def _wait_for_news(self, stop: threading.Event) -> None:
        wait = min(self._settings.poll_every.total_seconds(), self._intake.patience.next_in())
        until = self._clock.monotonic() + wait
        while not stop.is_set() and self._clock.monotonic() < until and self._may_go_on():
            if self._mailbox.wait(self._settings.listen):
                return

    def _poll(self, stop: threading.Event) -> Polled:
        state = self._mailbox.open()
        cursor = self._placed(state)
        sweep = self._sweep_at is None or self._clock.monotonic() >= self._sweep_at
        if sweep:
            self._clerk.reconcile(state.uidvalidity)
            self.quota = self._mailbox.quota()
        baseline = self._desk.baseline()
        polled = Polled()
        if baseline is None:
            # Nobody was ever asked: what lies here is none of our business.
            self._store.set_cursor(self._name, state.uidvalidity, cursor, self._clock.now())
            return polled
        found = self._mailbox.uids(0 if sweep else cursor, since=baseline)
        waiting = self._unrecorded(state.uidvalidity, sorted({*found, *self._intake.patience.due()}))
        for batch in self._batches(waiting):
            if stop.is_set() or not self._may_go_on():
                self._file_away()
                return polled
            polled = self._take(state.uidvalidity, batch, baseline, polled)
        self._file_away()
        self._store.set_cursor(self._name, state.uidvalidity, max((cursor, *found)), self._clock.now())
        if sweep:
            self._sweep_at = self._clock.monotonic() + self._settings.sweep_every.total_seconds()
        if waiting:
            log.info("polled", mailbox=self._name, new=polled.new, known=polled.known)
        return polled

    def _placed(self, state: MailboxState) -> int:
        """The highest UID handled under this UIDVALIDITY. A new one starts over, and is told of."""
        cursor = self._store.cursor(self._name)
        if self._uidvalidity != state.uidvalidity:
            self._uidvalidity = state.uidvalidity
            self._sweep_at = None
            self._suspects.clear()
            self._drops.clear()
            self._intake.patience.clear()
        if cursor is not None and cursor[0] == state.uidvalidity:
            return cursor[1]
        if cursor is not None:
            log.error("uidvalidity_changed", mailbox=self._name, uidvalidity=state.uidvalidity)
        what = "mailbox first opened" if cursor is None else "UIDVALIDITY changed"
        self._store.write_event(
            Event(
                at=self._clock.now(),
                who="poller",
                what=what,
                subject=self._name,
                reason=f"{cursor[0] if cursor else 'none'} to {state.uidvalidity}",
            )
        )
        self._store.set_cursor(self._name, state.uidvalidity, 0, self._clock.now())
        return 0

    def _unrecorded(self, uidvalidity: int, uids: list[int]) -> list[int]:
        candidates = self._intake.patience.open_to(uids)
        if not candidates:
            return []
        recorded = self._store.recorded(self._name, uidvalidity, candidates)
        for uid in recorded:
            self._intake.patience.forget(uid)
        return [uid for uid in candidates if uid not in recorded]

    def _batches(self, waiting: list[int]) -> list[list[int]]:
        """Oldest first; those at which the link broke come last, one by one."""
        sound = [uid for uid in waiting if uid not in self._suspects]
        step = self._settings.batch
        together = [sound[start : start + step] for start in range(0, len(sound), step)]
        alone = sorted(self._suspects.intersection(waiting), key=lambda uid: (self._drops.get(uid, 0), uid))
        return together + [[uid] for uid in alone]

    def _take(self, uidvalidity: int, batch: list[int], baseline: datetime, before: Polled) -> Polled:
        try:
            if len(batch) == 1 and self._drops.get(batch[0], 0) >= MOST_DROPS:
                taken = self._intake.give_up(uidvalidity, batch[0], "the server hangs up at it")
            else:
                taken = self._intake.take(uidvalidity, batch, baseline)
        except MailboxError:
            self._suspect(batch)
            raise
        self._suspects.difference_update(batch)
        if not self._unfiled:
            self._file_at = self._clock.monotonic() + FILED_WITHIN
        self._unfiled += taken.filings
        if len(self._unfiled) >= FILED_AT_ONCE or self._clock.monotonic() >= self._file_at:
            self._file_away()
        self._clerk.settle(taken.known)
        return Polled(new=before.new + taken.new, known=before.known + len(taken.known), gone=before.gone + taken.gone)

    def _file_away(self) -> None:
        filings, self._unfiled = self._unfiled, []
        self._clerk.file(filings)

    def _suspect(self, batch: list[int]) -> None:
        """The link broke at this batch: next time its messages come last and alone, so that none holds up the others."""
        self._suspects.update(batch)
        if len(batch) == 1:
            self._drops[batch[0]] = self._drops.get(batch[0], 0) + 1
