"""The intake: takes a batch of UIDs to their Recordings, each message by itself.

Its law: the try is counted and committed before a message is read; whatever one message does, the next is reached.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from domain.desk import Desk, Recognised
from domain.errors import BulletinError, StoreError
from domain.identity import Stranger
from domain.ledger import Arrival, Filing, MessageKey, Recorded, Recording
from domain.message import Message
from domain.origin import Origin
from domain.outcome import Outcome, Shunted
from domain.ports import Clock, Fetched, LedgerStore, Mailbox
from domain.token import keyed_hash
from ingest.bodystructure import SMALL, STUB
from ingest.child import Failure, Reader
from ingest.patience import Patience

STORE_FAILURES = 3
"""After as many messages in a row that could not be recorded it is the Store, not the messages."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings:
    """`most_bytes` is the largest download of one message, without the files in it.

    A message is given up after `most_tries`; where several pollers may read one mailbox at once, `rivals` says how
    many, because each counts its tries of the same message.
    """

    hash_secret: bytes = field(repr=False)
    most_bytes: int = 10_000_000
    most_tries: int = 3
    rivals: int = 1


@dataclass(slots=True)
class Taken:
    """What a batch came to."""

    filings: list[Filing] = field(default_factory=list)
    known: list[MessageKey] = field(default_factory=list)
    new: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A message that is to be read."""

    fetched: Fetched
    recognised: Recognised
    arrival: Arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand(Fresh):
    """A message whose reading has begun."""

    tries: int
    outcome: "Future[Outcome]"


class Intake:
    """See the module. For one mailbox and one thread; the reading itself may take several."""

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        name: str,
        store: LedgerStore,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        settings: IntakeSettings,
        at: Callable[[str], None],
    ) -> None:
        """`at` is told the name of each step, for those who want to die there."""
        self._mailbox = mailbox
        self._name = name
        self._store = store
        self._desk = desk
        self._reader = reader
        self._clock = clock
        self._settings = settings
        self._at = at
        self._store_failures = 0
        self._threads = ThreadPoolExecutor(max_workers=reader.width, thread_name_prefix="reading")
        self.patience = Patience(clock.monotonic)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=True)

    def take(self, uidvalidity: int, uids: Sequence[int], baseline: datetime) -> Taken:
        """Peek, recognise, turn away or read, record. MailboxError and StoreError where it is not one message's fault."""
        taken = Taken()
        peeked = {one.uid: one for one in self._mailbox.peek(uids)}
        self._at("peeked")
        self._vanished([self._blind(uidvalidity, uid) for uid in uids if uid not in peeked], taken)
        fresh: dict[int, Fresh] = {}
        for uid in uids:
            one = peeked.get(uid)
            if one is None:
                continue
            if one.arrived_at < baseline:
                self.patience.pass_over(uid)
                continue
            case = self._bare(uidvalidity, one)
            with self._alone(case, taken):
                found = self._greet(case, taken)
                if found is not None:
                    fresh[uid] = found
        if fresh:
            self._read_all(fresh, taken)
        return taken

    def give_up(self, uidvalidity: int, uid: int, why: str) -> Taken:
        """Record a message as shunted without touching it."""
        taken = Taken()
        case = self._blind(uidvalidity, uid)
        self._record(self._desk.decide(case.arrival, case.recognised, Shunted(reason=why)), taken)
        return taken

    def _bare(self, uidvalidity: int, fetched: Fetched) -> Fresh:
        """A message of which nothing is known yet but its place."""
        key = MessageKey(mailbox=self._name, uidvalidity=uidvalidity, uid=fetched.uid)
        arrival = Arrival(key=key, arrived_at=fetched.arrived_at, size=fetched.size, provider_id=fetched.provider_id)
        nobody = Recognised(header=Message(), identity=Stranger(reason="not recognised"), origin=Origin.PERSON)
        return Fresh(fetched=fetched, recognised=nobody, arrival=arrival)

    def _blind(self, uidvalidity: int, uid: int) -> Fresh:
        return self._bare(uidvalidity, Fetched(uid=uid, size=0, arrived_at=self._clock.now(), header=b""))

    def _greet(self, case: Fresh, taken: Taken) -> Fresh | None:
        """Tell whom it is from by its header. Strangers and the like are recorded here; who is to be read comes back."""
        if not case.fetched.header:
            self._shunt(case, "its header could not be fetched", taken)
            return None
        header = self._reader.header(case.fetched.header)
        if isinstance(header, Shunted):
            self._not_greeted(case, header, taken)
            return None
        recognised = self._desk.recognise(case.fetched, header)
        self._at("recognised")
        if recognised.outcome is not None or not recognised.read:
            self._record(self._desk.turn_away(case.arrival, recognised), taken)
            return None
        known = replace(case, recognised=recognised)
        if to_download(case.fetched) > self._settings.most_bytes:
            self._shunt(known, f"larger than {self._settings.most_bytes} bytes", taken)
            return None
        return known

    def _not_greeted(self, case: Fresh, why: Shunted, taken: Taken) -> None:
        if Failure.of(why) is None:
            self._shunt(case, why.reason, taken)
        else:
            self._try_later(case, why.reason, taken)

    def _read_all(self, fresh: dict[int, Fresh], taken: Taken) -> None:
        """Fetch and read, as many at once as the reader can; a message that failed before is read alone."""
        in_hand: deque[InHand] = deque()
        missing = dict(fresh)
        try:
            for uid, raw in self._mailbox.fetch(list(fresh)):
                case = missing.pop(uid, None)
                if case is None:
                    continue
                leave = self._reader.width - 1
                with self._alone(case, taken):
                    begun = self._begin(case, raw, in_hand, taken)
                    if begun is not None:
                        in_hand.append(begun)
                        leave = 0 if begun.tries > 1 else leave
                self._finish(in_hand, taken, leave=leave)
        finally:
            # A link that broke is no reason to throw away what was read: its try is counted already.
            self._finish(in_hand, taken)
        self._vanished(list(missing.values()), taken)

    def _begin(self, case: Fresh, raw: bytes, in_hand: deque[InHand], taken: Taken) -> InHand | None:
        tries = self._store.begin(case.arrival.key, self._clock.now())
        self._at("begun")
        if tries > 1:
            if self._is_recorded(case.arrival.key):
                return None
            self._finish(in_hand, taken)
        digest = keyed_hash(self._settings.hash_secret, raw)
        hashed = replace(case, arrival=replace(case.arrival, digest=digest))
        if tries > self._settings.most_tries * self._settings.rivals:
            self._shunt(hashed, f"given up after {tries - 1} tries", taken)
            return None
        reading = self._threads.submit(self._reader.read, raw, case.fetched.arrived_at, case.recognised.known)
        return InHand(
            fetched=case.fetched,
            recognised=case.recognised,
            arrival=hashed.arrival,
            tries=tries,
            outcome=reading,
        )

    def _finish(self, in_hand: deque[InHand], taken: Taken, *, leave: int = 0) -> None:
        while len(in_hand) > leave:
            case = in_hand.popleft()
            with self._alone(case, taken):
                self._conclude(case, taken)

    def _conclude(self, case: InHand, taken: Taken) -> None:
        outcome = case.outcome.result()
        self._at("read")
        failure = Failure.of(outcome)
        if failure is not None:
            log.warning(
                "not_read", mailbox=self._name, uid=case.fetched.uid, tries=case.tries, result=failure.name.lower()
            )
            if case.tries < self._settings.most_tries:
                self.patience.put_off(case.fetched.uid)
                return
        self._record(self._desk.decide(case.arrival, case.recognised, outcome), taken)

    def _vanished(self, cases: Sequence[Fresh], taken: Taken) -> None:
        """They were there a moment ago: gone by now, or the server does not give them out."""
        if not cases:
            return
        there = frozenset(self._mailbox.uids(min(case.fetched.uid for case in cases) - 1))
        for case in cases:
            if case.fetched.uid in there:
                with self._alone(case, taken):
                    self._try_later(case, "it could not be fetched", taken)
            else:
                taken.gone += 1
                self.patience.forget(case.fetched.uid)

    def _try_later(self, case: Fresh, why: str, taken: Taken) -> None:
        """Count a try that failed before reading; shunt at the last."""
        tries = self._store.begin(case.arrival.key, self._clock.now())
        if tries >= self._settings.most_tries:
            if not self._is_recorded(case.arrival.key):
                self._shunt(case, why, taken)
            return
        log.warning("not_read", mailbox=self._name, uid=case.fetched.uid, tries=tries)
        self.patience.put_off(case.fetched.uid)

    def _shunt(self, case: Fresh, why: str, taken: Taken) -> None:
        self._record(self._desk.decide(case.arrival, case.recognised, Shunted(reason=why)), taken)

    def _record(self, recording: Recording, taken: Taken) -> None:
        """The one transaction. Only after it may the message be filed away."""
        self._at("recording")
        result = self._store.record(recording)
        self._at("committed")
        self._store_failures = 0
        entry = recording.entry
        self.patience.forget(entry.arrival.key.uid)
        if result is Recorded.NEW:
            taken.new += 1
            taken.filings.append(Filing(key=entry.arrival.key, folder=entry.filing, flag=entry.flag))
        else:
            # Known before, perhaps decided otherwise: the Store says where it goes.
            taken.known.append(entry.arrival.key)

    def _is_recorded(self, key: MessageKey) -> bool:
        return bool(self._store.recorded(key.mailbox, key.uidvalidity, [key.uid]))

    @contextmanager
    def _alone(self, case: Fresh, taken: Taken) -> Iterator[None]:
        """Work on one message so that its failure is its own."""
        uid = case.fetched.uid
        try:
            yield
        except StoreError:
            self._store_failures += 1
            self.patience.put_off(uid)
            log.warning("not_recorded", mailbox=self._name, uid=uid)
            if self._store_failures >= STORE_FAILURES:
                raise
        except BulletinError:
            raise
        # The loop over messages: a mistake of ours that one message brings to light must not hide the others.
        except Exception as mistake:  # noqa: BLE001 - see above
            log.error("message_failed", mailbox=self._name, uid=uid, error=type(mistake).__name__)  # noqa: TRY400 - a traceback may quote mail
            if self.patience.put_off(uid) == self._settings.most_tries:
                self._set_aside(case, type(mistake).__name__, taken)

    def _set_aside(self, case: Fresh, error: str, taken: Taken) -> None:
        """Shunt what our own code cannot take; where even that fails it stays, and is tried ever more rarely."""
        try:
            self._shunt(case, f"could not be decided ({error})", taken)
        except StoreError:
            raise
        except Exception as mistake:  # noqa: BLE001 - as in _alone
            log.error("message_stays", mailbox=self._name, uid=case.fetched.uid, error=type(mistake).__name__)  # noqa: TRY400 - as in _alone


def to_download(fetched: Fetched) -> int:
    """About how many bytes of this message are fetched: all but its large files."""
    return fetched.size - sum(part.size - STUB for part in fetched.parts if part.size > SMALL and part.nesting == 0)
