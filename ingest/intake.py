"""The intake: takes a batch of UIDs to their Recordings, together where nothing speaks against it.

Its law: the try is counted and committed before a message is read; whatever one message does, the next is reached. So
what a batch shares is commits only, and whoever was in one that came to no end is taken alone from then on.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

import structlog

from domain.desk import Desk, Recognised
from domain.errors import BulletinError, StoreError
from domain.identity import Stranger
from domain.ledger import Arrival, MessageKey
from domain.message import Message
from domain.origin import Origin
from domain.outcome import Shunted
from domain.ports import Clock, Fetched, LedgerStore, Mailbox
from domain.token import keyed_hash
from ingest.bodystructure import SMALL, STUB
from ingest.cases import Begun, Fresh, InHand, IntakeSettings, Taken
from ingest.child import Failure, Reader, ToRead
from ingest.patience import Patience
from ingest.registrar import TOGETHER, Registrar
from ingest.shares import LETTERS_TOGETHER, Answer, Shares

MOST_IN_HAND: Final = 32_000_000
"""Bytes of messages that are read or wait for it; above that the first of them are recorded before more are fetched."""

_HEADER_END: Final = b"\r\n\r\n"

T = TypeVar("T")

log = structlog.get_logger()


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
        self._shares = Shares(reader)
        self._clock = clock
        self._settings = settings
        self._at = at
        self.patience = Patience(clock.monotonic)
        self._registrar = Registrar(
            name=name, store=store, desk=desk, patience=self.patience, most_tries=settings.most_tries, at=at
        )

    def close(self) -> None:
        """Let the threads go."""
        self._shares.close()

    def take(self, uidvalidity: int, uids: Sequence[int], baseline: datetime) -> Taken:
        """Peek, recognise, turn away or read, record. MailboxError and StoreError where it is not one message's fault."""
        with self._desk.together():
            return self._take(uidvalidity, uids, baseline)

    def _take(self, uidvalidity: int, uids: Sequence[int], baseline: datetime) -> Taken:
        """Some at a time, each step one ahead of the next, so that the reader reads while we look, decide and record.

        1. See who was begun and not recorded: one of them may be what kills its readers.
        2. Peek at some and have their headers read, ahead of those before them.
        3. Recognise them, turn away or count a try of all in one commit, fetch them, have them read.
        4. Decide and record those that were read meanwhile.
        5. In the end, each suspect by itself.
        """
        taken = Taken()
        before = self._store.begun(self._name, uidvalidity, uids)
        in_hand: deque[InHand] = deque()
        suspects: dict[int, Fresh] = {}
        counted: dict[int, int] = {}
        some = (uids[start : start + TOGETHER] for start in range(0, len(uids), TOGETHER))
        try:
            for looked in one_ahead(self._look(uidvalidity, each, baseline, taken) for each in some):
                fresh = self._greet_all(looked, taken)
                first = {uid: case for uid, case in fresh.items() if uid not in before}
                tries = self._count(first)
                # One that a rival has begun meanwhile is suspect too.
                sound = {uid: case for uid, case in first.items() if tries[uid] == 1}
                suspects |= {uid: case for uid, case in fresh.items() if uid not in sound}
                counted |= tries
                ahead = len(in_hand)
                self._read_together(sound, in_hand, taken)
                self._finish(in_hand, taken, ahead)
                self._registrar.record(taken)
        finally:
            # A link that broke is no reason to throw away what was read: its try is counted already.
            self._finish(in_hand, taken, len(in_hand))
            self._registrar.record(taken)
        self._read_suspects(suspects, counted, taken)
        return taken

    def _look(
        self, uidvalidity: int, uids: Sequence[int], baseline: datetime, taken: Taken
    ) -> list[tuple[Fresh, Answer[Message | Shunted] | None]]:
        """Peek, and have the headers read. None for one that has no header."""
        peeked = {one.uid: one for one in self._mailbox.peek(uids)}
        self._at("peeked")
        self._vanished([self._blind(uidvalidity, uid) for uid in uids if uid not in peeked], taken)
        present = self._of_now([peeked[uid] for uid in uids if uid in peeked], baseline)
        headers = iter(self._shares.headers([one.header for one in present if one.header]))
        return [(self._bare(uidvalidity, one), next(headers) if one.header else None) for one in present]

    def _greet_all(
        self, looked: Sequence[tuple[Fresh, Answer[Message | Shunted] | None]], taken: Taken
    ) -> dict[int, Fresh]:
        """Those who are to be read; the others are turned away."""
        read: list[tuple[Fresh, Message | Shunted | None]] = []
        for case, header in looked:
            with self._registrar.alone(case, taken):
                read.append((case, header.result() if header is not None else None))
        self._expect([header for _, header in read if isinstance(header, Message)])
        fresh: dict[int, Fresh] = {}
        for case, known in read:
            with self._registrar.alone(case, taken):
                found = self._greet(case, known, taken)
                if found is not None:
                    fresh[case.fetched.uid] = found
        return fresh

    def _expect(self, headers: Sequence[Message] = ()) -> None:
        """Ask once for what many need. Where that fails, each is asked for by itself later, where that is dealt with."""
        try:
            self._desk.expect(headers)
        except StoreError:
            log.warning("not_foreseen", mailbox=self._name)
        except BulletinError:
            raise
        # As in `Registrar.alone`: a mistake of ours that one of them brings to light must not hide the others.
        except Exception as mistake:  # noqa: BLE001 - see above
            log.error("not_foreseen", mailbox=self._name, error=type(mistake).__name__)  # noqa: TRY400 - a traceback may quote mail

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
        self._registrar.shunt(case, why, taken)
        self._registrar.record(taken)
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
            self._registrar.shunt(case, "its header could not be fetched", taken)
            return None
        if isinstance(header, Shunted):
            self._not_greeted(case, header, taken)
            return None
        recognised = self._desk.recognise(case.fetched, header)
        self._at("recognised")
        if recognised.outcome is not None or not recognised.read:
            self._registrar.decided(case, self._desk.turn_away(case.arrival, recognised), taken)
            return None
        known = replace(case, recognised=recognised)
        if to_download(case.fetched) > self._settings.most_bytes:
            self._registrar.shunt(known, f"larger than {self._settings.most_bytes} bytes", taken)
            return None
        return known

    def _not_greeted(self, case: Fresh, why: Shunted, taken: Taken) -> None:
        if Failure.of(why) is None:
            self._registrar.shunt(case, why.reason, taken)
        else:
            self._try_later(case, why.reason, taken)

    def _count(self, cases: Mapping[int, Fresh]) -> dict[int, int]:
        """Count a try of each of these, in one commit."""
        keys = [case.arrival.key for case in cases.values()]
        tries = self._store.begin_many(keys, self._clock.now()) if keys else {}
        for _ in keys:
            self._at("begun")
        return {key.uid: count for key, count in tries.items()}

    def _read_together(self, cases: Mapping[int, Fresh], in_hand: deque[InHand], taken: Taken) -> None:
        """Fetch these, whose first try is counted, and have them read."""
        missing = dict(cases)
        waiting: list[Begun] = []
        try:
            for uid, raw in self._mailbox.fetch(list(cases)) if cases else ():
                case = missing.pop(uid, None)
                if case is None:
                    continue
                with self._registrar.alone(case, taken):
                    waiting.append(self._begun(case, raw, 1))
                if len(waiting) >= LETTERS_TOGETHER:
                    in_hand += self._submit(waiting)
                    waiting = []
                if sum(one.weight for one in in_hand) > MOST_IN_HAND:
                    self._finish(in_hand, taken, len(in_hand))
        finally:
            in_hand += self._submit(waiting)
        self._vanished(list(missing.values()), taken, dict.fromkeys(missing, 1))

    def _submit(self, begun: Sequence[Begun]) -> list[InHand]:
        answers = self._shares.letters([one.letter for one in begun])
        return [
            InHand(
                fetched=one.fetched,
                recognised=one.recognised,
                arrival=one.arrival,
                tries=one.tries,
                weight=len(one.letter.raw),
                outcome=answer,
            )
            for one, answer in zip(begun, answers, strict=True)
        ]

    def _read_suspects(self, cases: Mapping[int, Fresh], counted: Mapping[int, int], taken: Taken) -> None:
        """Fetch these and read each alone: its try is counted, unless it is, only when all before it is recorded."""
        missing = dict(cases)
        for uid, raw in self._mailbox.fetch(list(cases)) if cases else ():
            case = missing.pop(uid, None)
            if case is None:
                continue
            with self._registrar.alone(case, taken):
                tries = counted.get(uid) or self._count({uid: case})[uid]
                if not self._registrar.is_recorded(case.arrival.key):
                    self._read_alone(self._begun(case, raw, tries), taken)
            self._registrar.record(taken)
        self._vanished(list(missing.values()), taken, counted)

    def _read_alone(self, case: Begun, taken: Taken) -> None:
        if case.tries > self._settings.most_tries * self._settings.rivals:
            self._registrar.shunt(case, f"given up after {case.tries - 1} tries", taken)
            return
        self._expect()
        self._conclude(self._submit([case])[0], taken)

    def _begun(self, case: Fresh, raw: bytes, tries: int) -> Begun:
        peeked = case.fetched.header
        # What was read of it stands for the header of the whole only where it is that header, to its end.
        same = peeked.endswith(_HEADER_END) and raw.startswith(peeked)
        digest = keyed_hash(self._settings.hash_secret, raw)
        return Begun(
            fetched=case.fetched,
            recognised=case.recognised,
            arrival=replace(case.arrival, digest=digest),
            tries=tries,
            letter=ToRead(
                raw=raw,
                received_at=case.fetched.arrived_at,
                known=case.recognised.known,
                header=case.recognised.header if same else None,
            ),
        )

    def _finish(self, in_hand: deque[InHand], taken: Taken, count: int) -> None:
        """Decide what the first `count` came to."""
        if min(count, len(in_hand)):
            self._expect()
        for _ in range(min(count, len(in_hand))):
            case = in_hand.popleft()
            with self._registrar.alone(case, taken):
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
        self._registrar.decided(case, self._desk.decide(case.arrival, case.recognised, outcome), taken)

    def _vanished(
        self, cases: Sequence[Fresh], taken: Taken, counted: Mapping[int, int] = MappingProxyType({})
    ) -> None:
        """They were there a moment ago: gone by now, or the server does not give them out."""
        if not cases:
            return
        there = frozenset(self._mailbox.uids(min(case.fetched.uid for case in cases) - 1))
        for case in cases:
            if case.fetched.uid in there:
                with self._registrar.alone(case, taken):
                    self._try_later(case, "it could not be fetched", taken, counted.get(case.fetched.uid))
            else:
                taken.gone += 1
                self.patience.forget(case.fetched.uid)
        self._registrar.record(taken)

    def _try_later(self, case: Fresh, why: str, taken: Taken, tries: int | None = None) -> None:
        """Count a try that failed before reading, unless it is counted; shunt at the last."""
        if tries is None:
            tries = self._store.begin(case.arrival.key, self._clock.now())
        if tries >= self._settings.most_tries:
            if not self._registrar.is_recorded(case.arrival.key):
                self._registrar.shunt(case, why, taken)
            return
        log.warning("not_read", mailbox=self._name, uid=case.fetched.uid, tries=tries)
        self.patience.put_off(case.fetched.uid)


def to_download(fetched: Fetched) -> int:
    """About how many bytes of this message are fetched: all but its large files."""
    return fetched.size - sum(part.size - STUB for part in fetched.parts if part.size > SMALL and part.nesting == 0)


def one_ahead(items: Iterable[T]) -> Iterator[T]:
    """The same, each asked for before the one before it is given out."""
    before: list[T] = []
    for item in items:
        yield from before
        before = [item]
    yield from before
