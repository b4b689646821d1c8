"""The daemon: scheduler, sender and pollers in one process, until SIGTERM; then the mail in hand is finished.

Each role may also run in a process of its own, on as many machines as there are: the database decides who does what.
"""

import asyncio
import signal
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from app import logs
from app.leases import Lease
from app.schedule import Scheduler
from app.settings.mail import MailboxSettings
from app.wiring import House
from domain.errors import BulletinError, ConfigError
from domain.outbox import Attempt, ClaimedMail, Sent
from ingest.cases import IntakeSettings
from ingest.child import Reader
from ingest.poller import Polled, Poller, PollerSettings
from outbound.sender import Sender, SenderRules
from outbound.templates import check_templates, load_templates

TICK: Final = timedelta(seconds=20)
"""How often the scheduler looks whether something is due."""

log = logs.get("daemon")


class Role(StrEnum):
    """What a process does."""

    SCHEDULER = "scheduler"
    SENDER = "sender"
    POLLER = "poller"


ALL_ROLES: Final = frozenset(Role)


class SenderLog:
    """Writes what the sender does into the log: ids and codes only."""

    def attempted(self, claimed: ClaimedMail, attempt: Attempt, retry_at: datetime | None) -> None:
        """An Attempt was written down."""
        write = log.info if attempt.result is Sent.ACCEPTED else log.warning
        write(
            "mail_attempted",
            mail=claimed.id,
            kind=claimed.mail.kind,
            result=attempt.result,
            code=attempt.code,
            retry_at=retry_at,
        )

    def alarm(self, what: str, detail: str) -> None:
        """Something an operator should see."""
        log.error("sender_alarm", kind=what, code=detail)


def make_sender(house: House, stop: asyncio.Event | None = None) -> Sender:
    """The sender of this installation."""
    relay = house.settings.relay
    return Sender(
        outbox=house.store,
        courier=house.courier,
        clock=house.clock,
        owner=house.owner,
        stop=stop,
        rules=SenderRules(connections=relay.connections, per_minute=relay.per_minute or None),
        watch=SenderLog(),
        last_look=house.gate(),
    )


def make_poller(house: House, mailbox: MailboxSettings, reader: Reader, lease: Lease | None = None) -> Poller:
    """The poller of one mailbox. Without a lease it reads whoever else does, which does no harm."""
    settings = house.settings
    return Poller(
        house.mailbox(mailbox),
        name=mailbox.name,
        store=house.store,
        desk=house.desk(mailbox),
        reader=reader,
        clock=house.clock,
        intake=IntakeSettings(hash_secret=settings.instance.hash_secret(), most_bytes=settings.limits.message_bytes),
        settings=PollerSettings(batch=mailbox.batch, poll_every=mailbox.poll_every),
        may_go_on=lease.held if lease is not None else lambda: True,
    )


def poll_once(house: House, mailboxes: Iterable[MailboxSettings]) -> dict[str, Polled | BulletinError]:
    """One look at each mailbox, one after the other; what each came to, or why it failed."""
    found: dict[str, Polled | BulletinError] = {}
    reader = house.reader()
    try:
        for mailbox in mailboxes:
            poller = make_poller(house, mailbox, reader)
            try:
                found[mailbox.name] = poller.poll_once()
            except BulletinError as trouble:
                found[mailbox.name] = trouble
            finally:
                poller.close()
    finally:
        reader.close()
    return found


def send_once(house: House) -> Counter[Sent]:
    """Send what is due now; how each Attempt ended."""
    return asyncio.run(make_sender(house).send_once())


def templates_or_refuse(house: House) -> None:
    """Raise ConfigError where a mail template of the operator's has a mistake: before anybody is mailed, not in the middle."""
    complaints = check_templates(load_templates(house.settings.instance.templates))
    if complaints:
        raise ConfigError("Mail templates: " + "; ".join(complaints))


class Daemon:
    """Runs the roles it is given until it is told to stop."""

    def __init__(self, house: House, roles: frozenset[Role] = ALL_ROLES) -> None:
        self._house = house
        self._roles = roles
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT.

        1. Pollers start, each mailbox in a thread of its own, under the lease of that mailbox.
        2. The scheduler wakes every few seconds; under its lease it does what the database says is due.
        3. The sender works in the main thread's loop.
        4. On a signal nothing new is begun: the sender finishes its mails, the pollers their batches.
        """
        templates_or_refuse(self._house)
        reader = self._house.reader()
        threads = self._pollers(reader) if Role.POLLER in self._roles else ()
        for thread in threads:
            thread.start()
        log.info("daemon_started", count=len(threads), owner=self._house.owner)
        try:
            asyncio.run(self._serve())
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            reader.close()
            log.info("daemon_stopped")

    def stop(self) -> None:
        """Begin nothing new."""
        self._stop.set()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()

        def told(number: int) -> None:
            log.info("signal_received", signal=signal.Signals(number).name)
            self._stop.set()
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, told, number)
        async with asyncio.TaskGroup() as group:
            if Role.SCHEDULER in self._roles:
                group.create_task(self._schedule(stop))
            if Role.SENDER in self._roles:
                group.create_task(make_sender(self._house, stop).run())
            await stop.wait()

    async def _schedule(self, stop: asyncio.Event) -> None:
        """Wake the scheduler until `stop`; a step that is running is finished."""
        house = self._house
        lease = Lease(house.store, "scheduler", house.owner, house.clock)
        scheduler = Scheduler(house=house, may_go_on=lambda: lease.held() and not self._stop.is_set())
        turn = asyncio.Lock()

        async def wake() -> None:
            async with turn:
                if not self._stop.is_set():
                    await asyncio.to_thread(_tick, scheduler)

        alarm_clock = AsyncIOScheduler(timezone="UTC")
        alarm_clock.add_job(
            wake, IntervalTrigger(seconds=int(TICK.total_seconds())), next_run_time=house.clock.now(), coalesce=True
        )
        alarm_clock.start()
        await stop.wait()
        alarm_clock.shutdown(wait=False)
        async with turn:
            await asyncio.to_thread(scheduler.stop)
            await asyncio.to_thread(lease.release)

    def _pollers(self, reader: Reader) -> tuple[threading.Thread, ...]:
        return tuple(
            threading.Thread(target=self._poll, args=(mailbox, reader), name=f"poller-{mailbox.name}")
            for mailbox in self._house.settings.mailboxes
        )

    def _poll(self, mailbox: MailboxSettings, reader: Reader) -> None:
        house = self._house
        lease = Lease(house.store, f"mailbox/{mailbox.name}", house.owner, house.clock)
        try:
            make_poller(house, mailbox, reader, lease).run(self._stop)
        finally:
            lease.release()


def _tick(scheduler: Scheduler) -> None:
    """One look of the scheduler. What fails is tried again at the next."""
    try:
        scheduler.tick()
    except BulletinError as trouble:
        log.warning("schedule_failed", error=type(trouble).__name__, permanent=trouble.permanent)
    # The loop that must not end: a mistake of ours costs one tick, not the week.
    except Exception:
        log.exception("schedule_failed")
