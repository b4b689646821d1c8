"""A Courier without a network: it keeps what it is given, and takes the same planned steps as the test relay."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from domain.outbox import Attempt, OutboundMail, Sent
from domain.ports import Clock
from tests.servers.smtp import Drop, Phase, Received, Say, Step, Wait


@dataclass(slots=True)
class MemoryRelay:
    """What the couriers of one test share."""

    mails: list[Received] = field(default_factory=list)
    connections: int = 0
    _plans: dict[Phase, deque[Step]] = field(default_factory=lambda: defaultdict(deque))
    _always: dict[Phase, Step] = field(default_factory=dict)

    def plan(self, phase: Phase, *steps: Step) -> None:
        self._plans[phase].extend(steps)

    def always(self, phase: Phase, step: Step | None) -> None:
        self._always.pop(phase, None)
        if step is not None:
            self._always[phase] = step

    def next_step(self, phase: Phase) -> Step | None:
        plan = self._plans[phase]
        return plan.popleft() if plan else self._always.get(phase)


class MemoryCourier:
    """Passes the contract suite of `domain.ports.Courier`."""

    def __init__(self, relay: MemoryRelay, clock: Clock, patience: float = 600.0) -> None:
        self._relay = relay
        self._clock = clock
        self._patience = patience
        self._connected = False

    async def deliver(self, mail: OutboundMail, *, before_data: Callable[[], Awaitable[bool]]) -> Attempt:
        stale = self._connected
        attempt = await self._address()
        if stale and attempt is not None and attempt.connection:
            attempt = await self._address()
        if attempt is not None:
            return attempt
        if not await before_data():
            return self._attempt(Sent.BROKEN, None, "the claim was lost before the mail was given away")
        attempt = await self._step(Phase.DATA)
        if attempt is not None:
            return attempt
        step = self._relay.next_step(Phase.CONTENT)
        if isinstance(step, Drop):
            self._connected = False
            return self._attempt(Sent.AMBIGUOUS, None, "the connection was lost")
        return await self._whole(mail)

    async def close(self) -> None:
        self._connected = False

    async def _address(self) -> Attempt | None:
        """Connect, MAIL, RCPT."""
        if not self._connected:
            attempt = await self._step(Phase.CONNECT)
            if attempt is not None:
                self._connected = False
                return self._attempt(Sent.BROKEN, attempt.code, attempt.words, connection=True)
            self._connected = True
            self._relay.connections += 1
        return await self._step(Phase.MAIL) or await self._step(Phase.RCPT)

    async def _step(self, phase: Phase) -> Attempt | None:
        match self._relay.next_step(phase):
            case Say(line=line):
                return self._said(line)
            case Drop():
                self._connected = False
                return self._attempt(Sent.BROKEN, None, "the connection was lost", connection=True)
            case Wait(seconds=seconds):
                await asyncio.sleep(seconds)
        return None

    async def _whole(self, mail: OutboundMail) -> Attempt:
        received = Received(
            sender=mail.sender, recipients=(mail.recipient,), content=mail.content, over_tls=False, login=None
        )
        match self._relay.next_step(Phase.DOT):
            case Say(line=line):
                attempt = self._said(line)
                if attempt.code == 421:
                    return self._attempt(Sent.DEFERRED, 421, attempt.words, connection=True)
                return attempt
            case Drop(taken=taken):
                self._connected = False
                if taken:
                    self._relay.mails.append(received)
                return self._attempt(Sent.AMBIGUOUS, None, "the connection was lost")
            case Wait(seconds=seconds):
                await asyncio.sleep(min(seconds, self._patience))
                if seconds > self._patience:
                    self._connected = False
                    return self._attempt(Sent.AMBIGUOUS, None, "no answer")
        self._relay.mails.append(received)
        return self._attempt(Sent.ACCEPTED, 250, f"2.0.0 queued as {len(self._relay.mails)}")

    def _said(self, line: str) -> Attempt:
        code = int(line[:3])
        if code == 421:
            self._connected = False
            return self._attempt(Sent.BROKEN, code, line[4:], connection=True)
        return self._attempt(Sent.DEFERRED if code < 500 else Sent.REFUSED, code, line[4:])

    def _attempt(self, result: Sent, code: int | None, words: str, *, connection: bool = False) -> Attempt:
        return Attempt(at=self._clock.now(), result=result, code=code, words=words[:500], connection=connection)
