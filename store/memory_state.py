"""What the memory store keeps, behind one lock."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from domain.campaign import KeptCampaign
from domain.employee import Employee, EmployeeId
from domain.errors import StoreError
from domain.leave import Acting
from domain.ledger import (
    AwayNote,
    DeliveryFailure,
    Event,
    KeptReply,
    LedgerEntry,
    MessageKey,
    PromptKey,
    StandingChange,
)
from domain.outbox import Attempt, MailId, MailState, OutboundMail
from domain.policy import PolicyChange
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing, replaces
from domain.unit import UnitPath

RoundKey = tuple[CampaignId, RoundId]


@dataclass(slots=True)
class KeptPrompt:
    """A Prompt, and the arrival and Ledger number of the good reply that counts."""

    prompt: Prompt
    answered: tuple[datetime, int] | None = None
    reply_id: int | None = None


@dataclass(slots=True)
class KeptMail:
    """A mail of ours, and who holds it until when on the store's clock."""

    id: MailId
    mail: OutboundMail
    not_before: datetime
    state: MailState = MailState.QUEUED
    tries: int = 0
    epoch: int = 0
    lease_seconds: float = 0.0
    lease_until: float = 0.0
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(slots=True)
class KeptEntry:
    """A Ledger row; `same_as` is the number of the first row of the same message, `standing` what it made of its Prompt.

    `part` is 0 for the message itself, above for what it answers for others.
    """

    entry: LedgerEntry
    same_as: int | None = None
    filed_at: datetime | None = None
    standing: Standing | None = None
    part: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing took its place."""
        return self.entry.superseded_by is None


@dataclass(slots=True)
class KeptLease:
    """A lease."""

    owner: str
    epoch: int
    until: float


class MemoryState:
    """The tables as dictionaries. `seconds` is the store's own clock, for leases."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """Start empty."""
        self.lock = threading.RLock()
        self.seconds = seconds
        self.staged: list[tuple[int, Employee]] = []
        self.people: dict[EmployeeId, Employee] = {}
        self.active: set[EmployeeId] = set()
        self.kept_rounds: dict[RoundKey, Round] = {}
        self.prompts: dict[PromptKey, KeptPrompt] = {}
        self.purged: defaultdict[RoundKey, Counter[tuple[UnitPath, Standing]]] = defaultdict(Counter)
        self.mails: dict[str, KeptMail] = {}
        self.mail_ids = 0
        self.ledger: dict[int, KeptEntry] = {}
        self.numbers: dict[MessageKey, int] = {}
        self.replies: dict[int, KeptReply] = {}
        self.kept_failures: list[tuple[int, DeliveryFailure]] = []
        self.readings: dict[MessageKey, int] = {}
        self.cursors: dict[str, tuple[int, int, datetime]] = {}
        self.leases: dict[str, KeptLease] = {}
        self.changes: dict[UnitPath, PolicyChange] = {}
        self.kept_events: list[Event] = []
        self.kept_campaigns: dict[CampaignId, KeptCampaign] = {}
        self.kept_leave: dict[tuple[EmployeeId, date], date] = {}
        self.kept_acting: dict[EmployeeId, Acting] = {}

    def close(self) -> None:
        """Nothing to close."""

    def put_in_outbox(self, mails: Sequence[OutboundMail]) -> int:
        """Queue what is not queued yet; how many were new."""
        new = 0
        for mail in sorted(mails, key=lambda each: each.key):
            if mail.key not in self.mails:
                self.mail_ids += 1
                self.mails[mail.key] = KeptMail(MailId(self.mail_ids), mail, mail.not_before)
                new += 1
        return new

    def set_away_by(self, note: AwayNote) -> None:
        """Set somebody away, and their open Prompts with them; see `store.sql_standing`."""
        if note.employee_id in self.people:
            self.people[note.employee_id] = replace(self.people[note.employee_id], away_until=note.back_on)
        for key, kept in self.prompts.items():
            asked = kept.prompt
            if key.employee_id != note.employee_id or asked.standing not in {Standing.AWAITING, Standing.AWAY}:
                continue
            phase = self.kept_rounds[key.campaign_id, key.round_id].phase
            since_close = phase is Phase.CLOSED and asked.standing is Standing.AWAY
            if phase not in {Phase.OPENING, Phase.OPEN, Phase.PAUSED} and not since_close:
                continue
            window = asked.window.restarted(note.back_at) if note.back_at is not None else asked.window
            kept.prompt = replace(asked, window=window, standing=Standing.AWAY, reason=note.reason)

    def change_standing(
        self,
        change: StandingChange,
        answer: tuple[datetime, int] | None,
        reply_id: int | None,
        *,
        by_hand: bool = False,
    ) -> None:
        """Apply what may be applied; see `store.sql_standing`."""
        kept = self.prompts.get(change.prompt)
        if kept is None:
            return
        if not by_hand and not replaces(kept.prompt.standing, change.standing):
            return
        if answer is not None and change.standing.settled and kept.answered is not None and answer <= kept.answered:
            return
        kept.prompt = replace(kept.prompt, standing=change.standing, reason=change.reason)
        if not change.standing.settled:
            kept.answered = kept.reply_id = None
        elif answer is not None:
            kept.answered, kept.reply_id = answer, reply_id


def refuse(what: str) -> StoreError:
    """What a database says of a broken reference."""
    return StoreError(f"The database cannot be used now ({what}).")


S = TypeVar("S", bound=MemoryState)
P = ParamSpec("P")
T = TypeVar("T")


def alone(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Run the method under the lock: it is a transaction as long as it checks before it changes."""

    @wraps(method)
    def locked(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.lock:
            return method(self, *args, **kwargs)

    return locked
