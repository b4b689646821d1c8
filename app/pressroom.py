"""The press room: Digests set page by page, and where there are very many, by several processes at once.

The law: whoever sets a page, its bytes are the same. A process that dies or fails costs nothing: its page is set again
by the one who asked, where a fault shows as it always does and no message text comes back in another's traceback.
"""

import hashlib
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self

from app.letters import conversation_token
from domain.campaign import Campaign
from domain.digest import Digest
from domain.outbox import OutboundMail
from domain.token import KeyRing, keyed_hash
from domain.unit import UnitPath
from outbound import digest
from outbound.letterhead import Letterhead
from outbound.press import Press
from outbound.templates import Templates

OBSERVER: Final = "observer"
"""In the key of a Digest that goes to an observer."""

CROWD: Final = 5000
"""So many Supervisors are told by one process before others are called: a small installation never starts one."""

AHEAD: Final = 2
"""Pages given out for each process, so that none of them waits for the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A Digest to be set. `before` is what the first one told; `observers` get the rows of these Units too."""

    digest: Digest
    before: str | None = None
    observers: Mapping[UnitPath, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Sheets of one Campaign, all set as of `now`."""

    campaign: Campaign
    sheets: tuple[Sheet, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Setter:
    """Sets Digests. One setter serves one thread, as its Press does."""

    press: Press
    ring: KeyRing
    secret: bytes = field(repr=False)

    def page(self, page: Page) -> tuple[OutboundMail, ...]:
        """Every mail of a page; none where a final Digest would tell what the first one told."""
        return tuple(mail for sheet in page.sheets for mail in self.sheet(page.campaign, sheet, page.now))

    def sheet(self, campaign: Campaign, sheet: Sheet, now: datetime) -> Iterator[OutboundMail]:
        """The Supervisor's mail and the observers' copies, of the rows of those Units only whose Policy names them."""
        found = sheet.digest
        if found.final and self.told(found) == sheet.before:
            return
        yield self.mail(campaign, found, now)
        for observer in sorted({each for named in sheet.observers.values() for each in named}):
            rows = tuple(row for row in found.rows if observer in sheet.observers.get(row.unit, ()))
            mail = self.mail(campaign, replace(found, rows=rows), now)
            name = hashlib.sha256(observer.encode()).hexdigest()[:16]
            yield replace(mail, key=f"{mail.key}/{OBSERVER}/{name}", recipient=observer)

    def mail(self, campaign: Campaign, found: Digest, now: datetime) -> OutboundMail:
        """A Digest as it would be sent. Raises WrongSupervisorError where a row is not the Supervisor's."""
        token = conversation_token(self.ring, campaign.id, found.round.id, found.supervisor.id)
        mail = digest.digest_mail(self.press, found, campaign=campaign, token=token, now=now)
        return replace(mail, about=tuple(row.employee_id for row in found.rows), substance=self.told(found))

    def told(self, found: Digest) -> str:
        """What a Digest tells, so that a final one is sent only where it tells something else."""
        return keyed_hash(self.secret, digest.substance(found.rows))


@dataclass(slots=True, kw_only=True)
class PressRoom:
    """Sets pages in their order: alone at first, with `hands` processes once more than `crowd` Digests were asked for."""

    setter: Setter
    hands: int = 0
    crowd: int = CROWD
    _asked: int = field(default=0, init=False)
    _pool: "_Pool | None" = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Send the processes away; what they had not set yet nobody waits for."""
        if self._pool is not None:
            self._pool.close()

    def set(self, pages: Iterable[Page]) -> Iterator[tuple[Page, tuple[OutboundMail, ...]]]:
        """Each page with its mails. Pages are taken a few ahead of those that are given back."""
        given: deque[tuple[Page, Future[_Mails | None] | None]] = deque()
        for page in pages:
            given.append((page, self._give(page)))
            while given and (given[0][1] is None or len(given) > AHEAD * self.hands):
                yield self._take(*given.popleft())
        while given:
            yield self._take(*given.popleft())

    def _give(self, page: Page) -> "Future[_Mails | None] | None":
        self._asked += len(page.sheets)
        if self.hands < 2 or self._asked <= self.crowd:  # noqa: PLR2004 - one process more than ours would not be faster
            return None
        if self._pool is None:
            self._pool = _Pool(self.setter, self.hands)
        return self._pool.give(page)

    def _take(self, page: Page, future: "Future[_Mails | None] | None") -> "tuple[Page, _Mails]":
        mails = None if future is None else future.result()
        return page, self.setter.page(page) if mails is None else mails


_Mails = tuple[OutboundMail, ...]
_Hand = tuple[ForkServerProcess, Connection]


class _Pool:
    """Processes that set pages, each asked by a thread over a pipe of its own.

    With a pipe that all of them share (`ProcessPoolExecutor`), one that is killed in the middle of an answer leaves
    the asker waiting for the rest of it, since the others hold the pipe open.
    """

    def __init__(self, setter: Setter, hands: int) -> None:
        self._idle: SimpleQueue[_Hand] = SimpleQueue()
        self._hands = [_start(setter) for _ in range(hands)]
        for hand in self._hands:
            self._idle.put(hand)
        self._askers = ThreadPoolExecutor(hands)

    def give(self, page: Page) -> Future[_Mails | None]:
        """Have a page set; None where it could not be."""
        return self._askers.submit(self._ask, page)

    def close(self) -> None:
        """End them, whatever they are at."""
        self._askers.shutdown(wait=False, cancel_futures=True)
        for process, _ in self._hands:
            process.kill()
        self._askers.shutdown(wait=True)
        for process, link in self._hands:
            process.join()
            link.close()

    def _ask(self, page: Page) -> _Mails | None:
        hand = self._idle.get()
        try:
            hand[1].send(page)
            answer: _Mails | None = hand[1].recv()
        except (OSError, EOFError):  # it died, and fails as fast at the next page
            return None
        finally:
            self._idle.put(hand)
        return answer


def _start(setter: Setter) -> _Hand:
    context = multiprocessing.get_context("forkserver")  # forks from a process that has no threads
    ours, theirs = context.Pipe()
    press = setter.press
    process = context.Process(
        target=_serve, args=(theirs, press.letterhead, press.templates, setter.ring, setter.secret), daemon=True
    )
    process.start()
    theirs.close()  # so that its death closes the pipe
    return process, ours


def _serve(link: Connection, letterhead: Letterhead, templates: Templates, ring: KeyRing, secret: bytes) -> None:
    """Set pages until the one who asks is gone, and with it the other end of the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked is interrupted too, and ends us
    setter = Setter(press=Press(letterhead=letterhead, templates=templates), ring=ring, secret=secret)
    with suppress(OSError, EOFError):
        while True:
            link.send(_page(setter, link.recv()))


def _page(setter: Setter, page: Page) -> _Mails | None:
    try:
        return setter.page(page)
    except Exception:  # noqa: BLE001 - the one who asked sets it again, and the fault shows there
        return None
