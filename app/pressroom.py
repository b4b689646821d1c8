"""The press room: Digests set page by page, and where there are very many, by several processes at once.

The law: whoever sets a page, its bytes are the same. A process that dies or fails costs nothing: its page is set again
by the one who asked, where a fault shows as it always does and no message text comes back in another's traceback.
"""

import hashlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.connection import wait
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
    _pool: ProcessPoolExecutor | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Send the processes away; what they had not set yet nobody waits for."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def set(self, pages: Iterable[Page]) -> Iterator[tuple[Page, tuple[OutboundMail, ...]]]:
        """Each page with its mails. Pages are taken a few ahead of those that are given back."""
        given: deque[tuple[Page, Future[tuple[OutboundMail, ...]] | None]] = deque()
        for page in pages:
            given.append((page, self._give(page)))
            while given and (given[0][1] is None or len(given) > AHEAD * self.hands):
                yield self._take(*given.popleft())
        while given:
            yield self._take(*given.popleft())

    def _give(self, page: Page) -> Future[tuple[OutboundMail, ...]] | None:
        self._asked += len(page.sheets)
        if self.hands < 2 or self._asked <= self.crowd:  # noqa: PLR2004 - one process more than ours would not be faster
            return None
        if self._pool is None:
            press = self.setter.press
            # From a process that has no threads; the settings travel through a pipe.
            self._pool = ProcessPoolExecutor(
                self.hands,
                mp_context=multiprocessing.get_context("forkserver"),
                initializer=_begin,
                initargs=(press.letterhead, press.templates, self.setter.ring, self.setter.secret),
            )
        try:
            return self._pool.submit(_set, page)
        except BrokenProcessPool:
            return None

    def _take(
        self, page: Page, future: Future[tuple[OutboundMail, ...]] | None
    ) -> tuple[Page, tuple[OutboundMail, ...]]:
        if future is None or future.exception() is not None:
            return page, self.setter.page(page)
        return page, future.result()


_ours: list[Setter] = []
"""The setter of this process, where it is one of a pool's."""


def _begin(letterhead: Letterhead, templates: Templates, ring: KeyRing, secret: bytes) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked is interrupted too, and ends us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _ours.append(Setter(press=Press(letterhead=letterhead, templates=templates), ring=ring, secret=secret))


def _end_with_parent() -> None:
    """A pool's process holds both ends of its queue and would wait for ever for one who was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _set(page: Page) -> tuple[OutboundMail, ...]:
    return _ours[0].page(page)
