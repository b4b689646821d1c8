"""The intake: takes a batch of UIDs to their Recordings, together where nothing speaks against it.

Its law: the try is counted and committed before a message is read; whatever one message does, the next is reached. So
what a batch shares is commits only, and whoever was in one that came to no end is taken alone from then on.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

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

RECORDED_AT_ONCE = 25
"""Messages in one transaction: so many are read again, and nothing else, where a process dies before it."""

AHEAD = 2
"""Messages that wait for each reader while it reads, so that it never waits for us."""

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


@dataclass(slots=True)
class Taken:
    """What a batch came to. `decided` is not recorded yet."""

    filings: list[Filing] = field(default_factory=list)
    known: list[MessageKey] = field(default_factory=list)
    new: int = 0
    gone: int = 0
    decided: list[tuple[Fresh, Recording]] = field(default_factory=list)


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
        with self._desk.together():
            return self._take(uidvalidity, uids, baseline)

    def _take(self, uidvalidity: int, uids: Sequence[int], baseline: datetime) -> Taken:
        taken = Taken()
        peeked = {one.uid: one for one in self._mailbox.peek(uids)}
        self._at("peeked")
        self._vanished([self._blind(uidvalidity, uid) for uid in uids if uid not in peeked], taken)
        fresh: dict[int, Fresh] = {}
        present = self._of_now([peeked[uid] for uid in uids if uid in peeked], baseline)
        # Ahead, because there may be several to read headers too; what a header does to its reader is told with it.
        headers = [self._threads.submit(self._reader.header, one.header) if one.header else None for one in present]
        for one, header in zip(present, headers, strict=True):
            case = self._bare(uidvalidity, one)
            with self._alone(case, taken):
                found = self._greet(case, header.result() if header is not None else None, taken)
                if found is not None:
                    fresh[one.uid] = found
        self._record_decided(taken)
        if fresh:
            self._read_all(uidvalidity, fresh, taken)
        return taken

    def _of_now(self, peeked: Sequence[Fetched], baseline: datetime) -> list[Fetched]:
        """Without what is older than the first Round, which is passed over for ever."""
        for one in peeked:
            if one.arrived_at < baseline:
                self.patience.pass_over(one.uid)
        return [one for one in peeked if one.arrived_at >= baseline]

    def give_up(self, uidvalidity: int, uid: int, why: str) -> Taken:
        """Record a message as shunted without touching it."""
        taken = Taken()
        case = self._blind(uidvalidity, uid)
        self._shunt(case, why, taken)
        self._record_decided(taken)
        return taken

    def _bare(self, uidvalidity: int, fetched: Fetched) -> Fresh:
        """A message of which nothing is known yet but its place."""
        key = MessageKey(mailbox=self._name, uidvalidity=uidvalidity, uid=fetched.uid)
        arrival = Arrival(key=key, arrived_at=fetched.arrived_at, size=fetched.size, provider_id=fetched.provider_id)
        nobody = Recognised(header=Message(), identity=Stranger(reason="not recognised"), origin=Origin.PERSON)
        return Fresh(fetched=fetched, recognised=nobody, arrival=arrival)

    def _blind(self, uidvalidity: int, uid: int) -> Fresh:
        return self._bare(uidvalidity, Fetched(uid=uid, size=0, arrived_at=self._clock.now(), header=b""))

    def _greet(self, case: Fresh, header: Message | Shunted | None, taken: Taken) -> Fresh | None:
        """Tell whom it is from by its header. Strangers and the like are decided here; who is to be read comes back."""
        if header is None:
            self._shunt(case, "its header could not be fetched", taken)
            return None
        if isinstance(header, Shunted):
            self._not_greeted(case, header, taken)
            return None
        recognised = self._desk.recognise(case.fetched, header)
        self._at("recognised")
        if recognised.outcome is not None or not recognised.read:
            self._decided(case, self._desk.turn_away(case.arrival, recognised), taken)
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

    def _read_all(self, uidvalidity: int, fresh: dict[int, Fresh], taken: Taken) -> None:
        """Read together what nobody began to read before, then each of the others alone.

        1. See who was begun and not recorded: one of them may be what kills its readers.
        2. Count a try of all the others, in one commit. A rival may have begun one meanwhile: that one is suspect too.
        3. Fetch and read, as many at once as the reader can, and record some at a time.
        4. Count each suspect by itself, when all before it is recorded; fetch and read it.
        """
        before = self._store.begun(self._name, uidvalidity, list(fresh))
        first = [case for uid, case in fresh.items() if uid not in before]
        tries = self._store.begin_many([case.arrival.key for case in first], self._clock.now()) if first else {}
        for _ in first:
            self._at("begun")
        counted = {key.uid: count for key, count in tries.items()}
        self._read_some({case.fetched.uid: case for case in first}, counted, taken)
        self._read_some({uid: case for uid, case in fresh.items() if uid in before}, {}, taken)

    def _read_some(self, fresh: dict[int, Fresh], counted: Mapping[int, int], taken: Taken) -> None:
        """Fetch and read. Who has no try in `counted` is suspect: read alone, and counted only then."""
        in_hand: deque[InHand] = deque()
        missing = dict(fresh)
        try:
            for uid, raw in self._mailbox.fetch(list(fresh)) if fresh else ():
                case = missing.pop(uid, None)
                if case is None:
                    continue
                alone = counted.get(uid, 2) > 1
                with self._alone(case, taken):
                    if alone:
                        self._finish(in_hand, taken)
                        self._record_decided(taken)
                    begun = self._begin(case, raw, counted.get(uid), taken)
                    if begun is not None:
                        in_hand.append(begun)
                self._finish(in_hand, taken, leave=0 if alone else AHEAD * self._reader.width)
                if alone:
                    self._record_decided(taken)
        finally:
            # A link that broke is no reason to throw away what was read: its try is counted already.
            self._finish(in_hand, taken)
            self._record_decided(taken)
        self._vanished(list(missing.values()), taken, counted)

    def _begin(self, case: Fresh, raw: bytes, tries: int | None, taken: Taken) -> InHand | None:
        if tries is None:
            tries = self._store.begin(case.arrival.key, self._clock.now())
            self._at("begun")
        if tries > 1 and self._is_recorded(case.arrival.key):
            return None
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
        self._decided(case, self._desk.decide(case.arrival, case.recognised, outcome), taken)

    def _vanished(
        self, cases: Sequence[Fresh], taken: Taken, counted: Mapping[int, int] = MappingProxyType({})
    ) -> None:
        """They were there a moment ago: gone by now, or the server does not give them out."""
        if not cases:
            return
        there = frozenset(self._mailbox.uids(min(case.fetched.uid for case in cases) - 1))
        for case in cases:
            if case.fetched.uid in there:
                with self._alone(case, taken):
                    self._try_later(case, "it could not be fetched", taken, counted.get(case.fetched.uid))
            else:
                taken.gone += 1
                self.patience.forget(case.fetched.uid)
        self._record_decided(taken)

    def _try_later(self, case: Fresh, why: str, taken: Taken, tries: int | None = None) -> None:
        """Count a try that failed before reading, unless it is counted; shunt at the last."""
        if tries is None:
            tries = self._store.begin(case.arrival.key, self._clock.now())
        if tries >= self._settings.most_tries:
            if not self._is_recorded(case.arrival.key):
                self._shunt(case, why, taken)
            return
        log.warning("not_read", mailbox=self._name, uid=case.fetched.uid, tries=tries)
        self.patience.put_off(case.fetched.uid)

    def _shunt(self, case: Fresh, why: str, taken: Taken) -> None:
        self._decided(case, self._desk.decide(case.arrival, case.recognised, Shunted(reason=why)), taken)

    def _decided(self, case: Fresh, recording: Recording, taken: Taken) -> None:
        taken.decided.append((case, recording))
        if len(taken.decided) >= RECORDED_AT_ONCE:
            self._record_decided(taken)

    def _record_decided(self, taken: Taken) -> None:
        """One transaction. Only after it may messages be filed away. Where it fails, each by itself shows whose fault."""
        decided, taken.decided = taken.decided, []
        for _ in decided:
            self._at("recording")
        try:
            results = self._store.record_many([recording for _, recording in decided]) if decided else ()
        # Some of them may be written; that is no harm, they are known then.
        except Exception:  # noqa: BLE001 - raised again one by one, where it is dealt with
            for case, recording in decided:
                with self._alone(case, taken):
                    self._note(recording, self._store.record(recording), taken)
            return
        for (_, recording), result in zip(decided, results, strict=True):
            self._note(recording, result, taken)

    def _note(self, recording: Recording, result: Recorded, taken: Taken) -> None:
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
            why = Shunted(reason=f"could not be decided ({error})")
            recording = self._desk.decide(case.arrival, case.recognised, why)
            self._at("recording")
            self._note(recording, self._store.record(recording), taken)
        except StoreError:
            raise
        except Exception as mistake:  # noqa: BLE001 - as in _alone
            log.error("message_stays", mailbox=self._name, uid=case.fetched.uid, error=type(mistake).__name__)  # noqa: TRY400 - as in _alone


def to_download(fetched: Fetched) -> int:
    """About how many bytes of this message are fetched: all but its large files."""
    return fetched.size - sum(part.size - STUB for part in fetched.parts if part.size > SMALL and part.nesting == 0)
