"""The sender: takes mail from the Outbox, gives it to the relay over a few connections, writes down what happened.

The law: content is given away only after the Outbox has committed that it will be, and what the relay answered is
committed before the next mail. Any number of senders may run at once; the Outbox keeps them apart.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from domain.errors import StoreError
from domain.outbox import Attempt, ClaimedMail, MailKind, OutboundMail, Sent
from domain.ports import Clock, Courier, OutboxStore
from outbound import retry

HANDED_BACK: Final = "handed back before it was tried"
STORE_REST: Final = 5.0
FINISH_AGAIN: Final = (0.2, 1.0, 5.0, 15.0, 60.0)
"""Seconds between tries to write an Attempt down: a mail that was taken and not recorded is sent twice."""
_PERMANENT: Final = 500


class Watch(Protocol):
    """Who is told what the sender does: logs and metrics. Neither may raise."""

    def attempted(self, claimed: ClaimedMail, attempt: Attempt, retry_at: datetime | None) -> None:
        """An Attempt was written down."""
        ...

    def alarm(self, what: str, detail: str) -> None:
        """`breaker`, `link`, `store` or `poison`; the detail holds codes and ids only."""
        ...


class Unwatched:
    """Nobody looks."""

    def attempted(self, claimed: ClaimedMail, attempt: Attempt, retry_at: datetime | None) -> None:
        """Nothing."""

    def alarm(self, what: str, detail: str) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRules:
    """How the sender works.

    `connections` are open at once; each claims `batch` mails for `lease`, which must be longer than the Courier waits
    for an answer to a whole mail. `idle` is the seconds between looks into an empty Outbox. `per_minute` limits the
    rate over all connections, None not at all. `held` are kinds that are not sent again after an ambiguous Attempt.
    """

    connections: int = 4
    batch: int = 10
    lease: timedelta = timedelta(minutes=15)
    idle: float = 2.0
    per_minute: float | None = None
    held: frozenset[MailKind] = frozenset()
    breaker: retry.Breaker = field(default_factory=retry.Breaker)


@dataclass(slots=True, kw_only=True)
class _Link:
    """What all connections share: whether the relay is there, how fast we may go, and what it refused of late."""

    faults: int = 0
    rests_until: float = 0.0
    next_slot: float = 0.0
    refused: deque[int | None] = field(default_factory=lambda: deque[int | None](maxlen=100))
    tripped: int | None = None

    @property
    def suspect(self) -> bool:
        """Whether one mail at a time must show that the relay takes mail again."""
        return self.faults > 0 or self.tripped is not None


class Sender:
    """Sends what is due, until `stop` is set."""

    def __init__(
        self,
        *,
        outbox: OutboxStore,
        courier: Callable[[], Courier],
        clock: Clock,
        owner: str,
        stop: asyncio.Event | None = None,
        rules: SenderRules | None = None,
        watch: Watch | None = None,
        last_look: Callable[[OutboundMail], Awaitable[Attempt | str | None]] | None = None,
    ) -> None:
        """`last_look` is asked of each mail right before it goes.

        Words that it returns say why the mail must never go, and are alarmed; an Attempt is written down as it is.
        """
        self._outbox = outbox
        self._courier = courier
        self._clock = clock
        self._owner = owner
        self._stop = stop if stop is not None else asyncio.Event()
        self._rules = rules if rules is not None else SenderRules()
        self._watch: Watch = watch if watch is not None else Unwatched()
        self._last_look = last_look
        self._link = _Link(refused=deque(maxlen=self._rules.breaker.window))
        self._testing = asyncio.Lock()

    async def run(self) -> None:
        """Send until `stop` is set; then finish the mails in hand.

        On every connection, again and again:

        1. Wait until the link has rested and the pace allows a mail.
        2. Claim a few due mails; after a fault of the link only one, on one connection, as a test. None: wait a little.
        3. For each: ask the last look; deliver. Before content goes out, `enter_data` commits that it does.
        4. Decide when to try again, and `finish`: the Attempt and the new state in one commit.
        5. A fault of the link, or the same refusal again and again, rests all connections and hands the rest back.
        """
        async with asyncio.TaskGroup() as group:
            for _ in range(self._rules.connections):
                group.create_task(self._work(drain=False))

    async def send_once(self) -> Counter[Sent]:
        """Send what is due now; how each Attempt ended. A fault of the link ends it."""
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self._work(drain=True)) for _ in range(self._rules.connections)]
        return sum((worker.result() for worker in workers), Counter())

    async def _work(self, *, drain: bool) -> Counter[Sent]:
        courier = self._courier()
        count: Counter[Sent] = Counter()
        try:
            while not self._stop.is_set():
                if drain and self._link.suspect and count:
                    break
                if not drain:
                    await self._rest(self._link.rests_until - self._clock.monotonic())
                done = await self._round(courier, count)
                if done == 0 and drain:
                    break
                if done == 0:
                    await courier.close() if self._link.suspect else None
                    await self._rest(self._rules.idle)
        finally:
            await courier.close()
        return count

    async def _round(self, courier: Courier, count: Counter[Sent]) -> int:
        """Claim and send one batch; how many were claimed. While the link is suspect, one connection tests for all."""
        if not self._link.suspect:
            return await self._batch(courier, count, self._rules.batch)
        if self._testing.locked():
            return 0
        async with self._testing:
            return await self._batch(courier, count, 1)

    async def _batch(self, courier: Courier, count: Counter[Sent], limit: int) -> int:
        try:
            claimed = await asyncio.to_thread(
                self._outbox.claim, self._owner, now=self._clock.now(), limit=limit, lease=self._rules.lease
            )
            for place, one in enumerate(claimed):
                await self._pace()
                rests = self._clock.monotonic() < self._link.rests_until
                if self._stop.is_set() or (rests and place > 0):
                    await self._hand_back(claimed[place:])
                    break
                attempt = await self._send(courier, one)
                count[attempt.result] += 1
        except StoreError as error:
            self._watch.alarm("store", type(error).__name__)
            await self._rest(STORE_REST)
            return 0
        return len(claimed)

    async def _send(self, courier: Courier, claimed: ClaimedMail) -> Attempt:
        """Steps 3 to 5 for one mail."""
        attempt = await self._deliver(courier, claimed)
        retry_at = self._judge(claimed, attempt)
        await self._finish(claimed, attempt, retry_at)
        self._watch.attempted(claimed, attempt, retry_at)
        return attempt

    async def _finish(self, claimed: ClaimedMail, attempt: Attempt, retry_at: datetime | None) -> None:
        for rest in (*FINISH_AGAIN, None):
            try:
                await asyncio.to_thread(self._outbox.finish, claimed.id, claimed.epoch, attempt, retry_at)
            except StoreError:
                if rest is None:
                    raise
                await self._clock.sleep(rest)
            else:
                return

    async def _deliver(self, courier: Courier, claimed: ClaimedMail) -> Attempt:
        async def before_data() -> bool:
            return await asyncio.to_thread(self._outbox.enter_data, claimed.id, claimed.epoch)

        try:
            stopped = await self._last_look(claimed.mail) if self._last_look is not None else None
            if isinstance(stopped, Attempt):
                return stopped
            if stopped is not None:
                self._watch.alarm("last_look", stopped)
                return Attempt(at=self._clock.now(), result=Sent.REFUSED, words=stopped)
            return await courier.deliver(claimed.mail, before_data=before_data)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one of the two loops: a poison mail must not stop the others
            self._watch.alarm("poison", f"mail {claimed.id}: {type(error).__name__}")
            await courier.close()
            return Attempt(at=self._clock.now(), result=Sent.DEFERRED, words=f"not sendable: {type(error).__name__}")

    def _judge(self, claimed: ClaimedMail, attempt: Attempt) -> datetime | None:
        """When to try this mail again, and what the Attempt says of the link."""
        link, rules = self._link, self._rules
        if attempt.connection or attempt.result is Sent.AMBIGUOUS:
            rest = self._rest_of_link(attempt)
            return retry.decide(attempt, claimed.tries, claimed.mail.kind, held=rules.held, link_rest=rest)
        if attempt.result in {Sent.HELD, Sent.CANCELLED}:  # nothing was asked of the relay
            return None
        if attempt.result is Sent.BROKEN:  # the claim was lost; nothing is known of the link
            return attempt.at
        link.faults = 0
        code = attempt.code if attempt.result is Sent.REFUSED else None
        if attempt.result is Sent.ACCEPTED:
            link.tripped = None
        if attempt.result is not Sent.DEFERRED:
            link.refused.append(code)
        if code is not None and code >= _PERMANENT and self._trips(code):
            return attempt.at + rules.breaker.pause
        return retry.decide(attempt, claimed.tries, claimed.mail.kind, held=rules.held)

    def _rest_of_link(self, attempt: Attempt) -> timedelta:
        """How long the link rests now. What other connections meet in the same outage is the same fault."""
        link, now = self._link, self._clock.monotonic()
        if now >= link.rests_until:
            if link.faults == 0:
                self._watch.alarm("link", f"{attempt.code or ''} {attempt.words}".strip())
            link.faults += 1
            link.rests_until = now + retry.link_rest(link.faults).total_seconds()
        return timedelta(seconds=link.rests_until - now)

    def _trips(self, code: int) -> bool:
        """Whether this refusal is the relay's and not the mail's; then everything pauses."""
        link, breaker = self._link, self._rules.breaker
        if link.tripped != code and breaker.tripped(link.refused) != code:
            return False
        if link.tripped is None:
            self._watch.alarm("breaker", f"the relay refuses nearly everything with {code}")
        link.tripped = code
        link.refused.clear()
        link.rests_until = max(link.rests_until, self._clock.monotonic() + breaker.pause.total_seconds())
        return True

    async def _hand_back(self, claimed: tuple[ClaimedMail, ...]) -> None:
        """Let others (or ourselves, later) have what was claimed and not tried."""
        now = self._clock.now()
        rest = timedelta(seconds=max(0.0, self._link.rests_until - self._clock.monotonic()))
        for one in claimed:
            attempt = Attempt(at=now, result=Sent.BROKEN, words=HANDED_BACK, connection=True)
            await asyncio.to_thread(self._outbox.finish, one.id, one.epoch, attempt, now + rest)

    async def _pace(self) -> None:
        if self._rules.per_minute is None:
            return
        now = self._clock.monotonic()
        slot = max(now, self._link.next_slot)
        self._link.next_slot = slot + 60.0 / self._rules.per_minute
        await self._rest(slot - now)

    async def _rest(self, seconds: float) -> None:
        """Sleep, unless `stop` is set first."""
        if seconds <= 0 or self._stop.is_set():
            return
        waits = [asyncio.create_task(self._stop.wait()), asyncio.create_task(_sleep(self._clock, seconds))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            for wait in waits:
                with suppress(asyncio.CancelledError):
                    await wait


async def _sleep(clock: Clock, seconds: float) -> bool:
    await clock.sleep(seconds)
    return True
