"""The ports: what the house asks of the world, as Protocols. Each has a real side and a fake that passes its contract suite."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from domain.arrangements import ArrangementStore
from domain.digest import Account, Branch, DigestRow, Selection, UnitBullet, UnitCount
from domain.employee import Employee, EmployeeId
from domain.ledger import (
    AwayNote,
    DeliveryFailure,
    Erasure,
    Event,
    Filing,
    Folder,
    LedgerEntry,
    MessageKey,
    PromptKey,
    Recorded,
    Recording,
    Rerecording,
    StandingChange,
)
from domain.message import Part
from domain.outbox import Attempt, ClaimedMail, MailId, MailKind, MailState, OutboundMail
from domain.policy import PolicyChange
from domain.roster import RosterChange, RosterFault
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing
from domain.unit import ROOT, UnitPath


class Clock(Protocol):
    """What time it is. Only app/clock.py and fakes in tests know."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds, for durations only."""
        ...

    async def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxState:
    """An IMAP folder when it is selected."""

    uidvalidity: int
    uidnext: int
    exists: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What is known of a message before its body is fetched. `parts` come from BODYSTRUCTURE, sizes still encoded."""

    uid: int
    size: int
    arrived_at: datetime
    header: bytes
    provider_id: str | None = None
    flags: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """STORAGE quota of a mailbox in KiB (RFC 9208)."""

    used: int
    limit: int


class Mailbox(Protocol):
    """One IMAP mailbox. Not for sharing between threads. Every failure of the server is a MailboxError."""

    def open(self) -> MailboxState:
        """Connect, log in, find or make the folders, select INBOX. Safe to call again after a failure."""
        ...

    def uids(self, after: int, *, since: datetime | None = None) -> tuple[int, ...]:
        """UIDs above `after`, ascending; where `since` is given, without what arrived two days or more before it."""
        ...

    def peek(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Headers and structure, without setting a flag. A message that is gone is left out."""
        ...

    def fetch(self, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Whole messages by BODY.PEEK[], large files in them cut short. What is gone or incomplete is left out."""
        ...

    def file(self, uids: Sequence[int], folder: Folder) -> None:
        """Move to `folder`. A message that is gone is no error."""
        ...

    def flag(self, uids: Sequence[int], keyword: str, *, on: bool = True) -> None:
        """Set an IMAP keyword, or take it away."""
        ...

    def select(self, folder: Folder) -> MailboxState:
        """Turn to another folder: all that names UIDs is about this one, until `open` turns back to INBOX."""
        ...

    def with_provider_id(self, provider_id: str) -> tuple[int, ...] | None:
        """UIDs in the selected folder that have this id; None where this server gives no ids of that sort."""
        ...

    def message_ids(self, *, around: datetime) -> Iterator[tuple[int, str]]:
        """UID and Message-ID of what arrived within two days of `around`, in the selected folder."""
        ...

    def erase(self, uids: Sequence[int]) -> bool:
        """Remove from the selected folder for good. False where the server can only mark them as deleted."""
        ...

    def wait(self, timeout: timedelta) -> bool:
        """Wait by IDLE for something new. False after `timeout`; raises MailboxError when the link is gone."""
        ...

    def quota(self) -> Quota | None:
        """None where the server does not say."""
        ...

    def close(self) -> None: ...


class Courier(Protocol):
    """A connection to the relay, reused from mail to mail."""

    async def deliver(self, mail: OutboundMail, *, before_data: Callable[[], Awaitable[bool]]) -> Attempt:
        """Give one mail to the relay.

        `before_data` is awaited when the relay has accepted sender and recipient and before a byte of content goes
        out; False stops the delivery (the lease was lost). Never raises for what the relay or the link does: that is
        the Attempt.
        """
        ...

    async def close(self) -> None: ...


class RosterStore(Protocol):
    """The Roster and its import. An import is staged, checked as a whole, then applied in one transaction."""

    def stage(self, rows: Iterable[tuple[int, Employee]]) -> None:
        """Put rows (with their line numbers) into the staging area, in bounded memory. Empties it first."""
        ...

    def stage_faults(self) -> Iterator[RosterFault]:
        """What is wrong with the staged rows taken together: duplicates, unknown supervisors, cycles; by line."""
        ...

    def stage_drop(self, lines: Iterable[int]) -> None:
        """Leave these lines out (for --skip-bad)."""
        ...

    def stage_change(self) -> RosterChange:
        """What applying the staged rows would do."""
        ...

    def stage_apply(self, now: datetime) -> RosterChange:
        """Make the Roster what was staged. People who are not in it are kept as inactive."""
        ...

    def employee(self, employee_id: EmployeeId) -> Employee | None: ...

    def employees_at(self, address: str) -> tuple[Employee, ...]:
        """Active Employees whose address, alias or delegate this is; owners first."""
        ...

    def employees(self, unit: UnitPath, *, after: EmployeeId | None = None, limit: int = 1000) -> tuple[Employee, ...]:
        """A page of the active Employees of a Unit and the Units below it, in id order."""
        ...

    def reports_of(self, supervisor_id: EmployeeId) -> tuple[Employee, ...]: ...

    def people_of(self, ids: Collection[EmployeeId]) -> Mapping[EmployeeId, Employee]:
        """Those of these ids who are or were in the Roster; `active` tells which."""
        ...

    def set_away(self, employee_id: EmployeeId, back_on: date | None) -> None: ...

    def note_away(self, note: AwayNote, event: Event) -> None:
        """Set somebody away: their open Prompts that are awaited stand `away`, and their Windows start again."""
        ...

    def head_counts(self) -> tuple[tuple[UnitPath, str, int], ...]:
        """How many active Employees by Unit and category."""
        ...


class RoundStore(Protocol):
    """Rounds, Prompts and Standings."""

    def ensure_round(self, new: Round) -> Round:
        """The Round of this campaign and week: `new` where there was none. Any number of callers, one row."""
        ...

    def round(self, campaign_id: CampaignId, round_id: RoundId) -> Round | None: ...

    def rounds(self, campaign_id: CampaignId | None = None, *, limit: int = 60) -> tuple[Round, ...]:
        """Newest first."""
        ...

    def advance(self, campaign_id: CampaignId, round_id: RoundId, before: Phase, after: Phase) -> bool:
        """Move the Round from phase to phase; False where another process did so first."""
        ...

    def expand(
        self,
        campaign_id: CampaignId,
        round_id: RoundId,
        prompts: Sequence[Prompt],
        mails: Sequence[OutboundMail],
        upto: EmployeeId,
    ) -> None:
        """Write a page of Prompts with their mail, and how far the opening has come, in one transaction. Idempotent."""
        ...

    def reminded(self, campaign_id: CampaignId, round_id: RoundId, upto: datetime) -> None:
        """Note that the reminders that were due until `upto` are queued. It never goes back."""
        ...

    def close_at(self, campaign_id: CampaignId, round_id: RoundId, closes_at: datetime) -> None:
        """Let an unfinished Round close at another instant than the calendar's."""
        ...

    def prompt(self, key: PromptKey) -> Prompt | None: ...

    def prompts_in(
        self,
        campaign_id: CampaignId,
        round_id: RoundId,
        unit: UnitPath = ROOT,
        *,
        standings: Collection[Standing] = tuple(Standing),
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[Prompt, ...]:
        """A page of the Prompts of a Unit and those below it that stand so, in employee order."""
        ...

    def closing(
        self,
        campaign_id: CampaignId,
        round_id: RoundId,
        spans: Sequence[tuple[datetime, datetime]],
        *,
        after: EmployeeId | None = None,
        limit: int = 1000,
    ) -> tuple[Prompt, ...]:
        """A page of the Prompts that stand `awaiting` and close within a span: after its first instant, by its last."""
        ...

    def returning(self, now: datetime, *, limit: int = 1000) -> tuple[Prompt, ...]:
        """Prompts that stand `away` and whose Windows have opened by `now`, the earliest first."""
        ...

    def move(self, key: PromptKey, supervisor_id: EmployeeId, event: Event) -> bool:
        """Give a Prompt another Supervisor. False where there is no such Prompt."""
        ...

    def prompt_by_token(self, token: str) -> Prompt | None: ...

    def latest_prompt(self, employee_id: EmployeeId) -> Prompt | None:
        """The Employee's Prompt in the newest Round that asked them."""
        ...

    def set_standings(
        self, changes: Sequence[StandingChange], event: Event | None = None, *, by_hand: bool = False
    ) -> None:
        """Change what `domain.standing.replaces` lets through; all of it where a person decides (`by_hand`)."""
        ...

    def counts(self, campaign_id: CampaignId, round_id: RoundId) -> tuple[UnitCount, ...]:
        """From counters that are kept in the transactions that change standings."""
        ...

    def awaiting(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[Prompt, ...]:
        """A page of the Prompts that stand `awaiting`, in employee order."""
        ...

    def supervisors(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[EmployeeId, ...]:
        """A page of the ids of those whom Prompts of this Round name as Supervisor, in order."""
        ...

    def digest_rows(
        self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId
    ) -> tuple[DigestRow, ...]:
        """One row for each Prompt of this Round under this Supervisor, by name."""
        ...

    def digest_rows_of(
        self, campaign_id: CampaignId, round_id: RoundId, supervisors: Sequence[EmployeeId]
    ) -> Mapping[EmployeeId, tuple[DigestRow, ...]]:
        """The same for several Supervisors at once, as many times faster. Who has none is not in it."""
        ...

    def bullets(self, key: PromptKey) -> tuple[str, ...]:
        """The Bullets of the reply that counts."""
        ...


class OutboxStore(Protocol):
    """The Outbox. Claims are leased on the database's clock."""

    def enqueue(self, mails: Sequence[OutboundMail]) -> int:
        """Queue what is not queued yet (by key); how many were new."""
        ...

    def claim(self, owner: str, *, now: datetime, limit: int, lease: timedelta) -> tuple[ClaimedMail, ...]:
        """Take up to `limit` mails that are due at `now`, oldest first; nobody else gets them until the lease ends.

        A mail whose lease ended while `claimed` is due again. One that ended in `in_data` is due again too, after an
        Attempt `ambiguous` was written for it: a second copy is possible, and named.
        """
        ...

    def enter_data(self, mail_id: MailId, epoch: int) -> bool:
        """Commit that content is about to be given away. False where the claim is no longer ours."""
        ...

    def finish(self, mail_id: MailId, epoch: int, attempt: Attempt, retry_at: datetime | None) -> bool:
        """Write the Attempt and the new state: sent, queued again for `retry_at`, or failed. False where fenced off.

        Content is removed when the mail is sent, and the Window begins that waits for it. One that was `held` waits for
        `hold` to let it go. `tries` counts no Attempt whose fault is the link's (`connection`).
        """
        ...

    def hold(self, unit: UnitPath, *, campaign_id: CampaignId, round_id: RoundId, hold: bool) -> int:
        """Hold (or let go) queued prompts and reminders of a Unit and those below it; how many."""
        ...

    def answers_since(self, since: datetime, *, at_most: int) -> int:
        """How many mails that mail caused were made to go out since then; counted up to `at_most`."""
        ...

    def outbox_counts(self) -> tuple[tuple[MailKind, MailState, int], ...]: ...

    def attempts(self, mail_id: MailId) -> tuple[Attempt, ...]: ...

    def mail_by_message_id(self, message_id: str) -> tuple[MailId, OutboundMail] | None:
        """A mail of ours by its Message-ID (content empty once sent)."""
        ...


class LedgerStore(Protocol):
    """The Ledger: attempts before reading, one Recording after it, and what must still be filed away."""

    def begin(self, key: MessageKey, now: datetime) -> int:
        """Count and commit one more try to read this message, before reading it; the number of this try."""
        ...

    def record(self, recording: Recording) -> Recorded:
        """Write a Recording in one transaction. A message that is known already changes nothing but its own filing."""
        ...

    def begin_many(self, keys: Sequence[MessageKey], now: datetime) -> Mapping[MessageKey, int]:
        """The same as `begin` for each of these, in one commit; the number of each one's try."""
        ...

    def begun(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> Mapping[int, int]:
        """Which of these somebody began to read and did not record, and how often."""
        ...

    def record_many(self, recordings: Sequence[Recording]) -> tuple[Recorded, ...]:
        """Write Recordings in as few transactions as may be, each wholly or not at all; what `record` would have said.

        Where one fails, that failure is raised and of the others some may be written: `record` them one by one.
        """
        ...

    def record_again(self, again: Rerecording) -> bool:
        """Put a new Recording in the place of an earlier one, in one transaction. False where another already has."""
        ...

    def history(self, key: MessageKey) -> tuple[LedgerEntry, ...]:
        """All that was ever decided of the message at this place, the newest first."""
        ...

    def erase(self, key: MessageKey, event: Event) -> Erasure:
        """Take away all that came of a message, whatever it is called here, and leave of its entries what proves that.

        Its Prompt stands as if it had never come. Idempotent.
        """
        ...

    def scrub(self) -> str:
        """Make the database forget the bytes of what was deleted; what was done, in words."""
        ...

    def unfiled(self, mailbox: str, *, limit: int = 1000) -> tuple[Filing, ...]: ...

    def mark_filed(self, keys: Sequence[MessageKey], now: datetime) -> None: ...

    def recorded(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Which of these are recorded."""
        ...

    def cursor(self, mailbox: str) -> tuple[int, int] | None:
        """The UIDVALIDITY and highest UID that were handled, or None before the first connect."""
        ...

    def set_cursor(self, mailbox: str, uidvalidity: int, uid: int, now: datetime) -> None: ...

    def last_poll(self, mailbox: str) -> datetime | None: ...

    def entries(
        self,
        *,
        limit: int = 50,
        decision: str | None = None,
        filing: Folder | None = None,
        message_id: str | None = None,
        since: datetime | None = None,
        before: int | None = None,
    ) -> tuple[LedgerEntry, ...]:
        """What holds now, newest first: arrived at `since` or later, with a number below `before`."""
        ...

    def failures(self, *, limit: int = 1000) -> tuple[DeliveryFailure, ...]:
        """Newest first."""
        ...

    def dead_addresses(self, ids: Sequence[EmployeeId], *, rounds: int) -> frozenset[EmployeeId]:
        """Who of these was not there, at the address they have now, in the last `rounds` Rounds that wrote to them.

        Nobody from whom anything came after that.
        """
        ...

    def write_event(self, event: Event) -> None: ...

    def events(self, *, limit: int = 50) -> tuple[Event, ...]: ...


class LeaseStore(Protocol):
    """Leases by name on the database's clock, and the Policies of Units."""

    def acquire(self, name: str, owner: str, ttl: timedelta) -> int | None:
        """Take or renew a lease; its epoch, or None while another owner holds it. A new owner gets a higher epoch."""
        ...

    def release(self, name: str, owner: str) -> None: ...

    def policies(self) -> tuple[PolicyChange, ...]: ...

    def set_policy(self, change: PolicyChange, event: Event) -> None: ...


class TallyStore(Protocol):
    """What is read of many Prompts at once, for exports and roll-ups, and what a mail that is queued already told."""

    def accounts(self, wanted: Selection, *, after: PromptKey | None = None, limit: int = 1000) -> tuple[Account, ...]:
        """A page of Prompts with what came of them, in the order of employee, Campaign and Round."""
        ...

    def upper_supervisors(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[EmployeeId, ...]:
        """A page of those Supervisors of this Round to whom other Supervisors report, in order."""
        ...

    def branches(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[Branch, ...]:
        """A page of all Supervisors of this Round with their direct reports counted, in order."""
        ...

    def counts_below(
        self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId
    ) -> tuple[UnitCount, ...]:
        """How those stand who report to this Supervisor through others; not those who report directly."""
        ...

    def bullets_below(
        self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId, *, limit: int = 1000
    ) -> tuple[UnitBullet, ...]:
        """The Bullets of those people, by Unit."""
        ...

    def substances(self, keys: Collection[str]) -> Mapping[str, str]:
        """What these mails told (`OutboundMail.substance`), by key; who is not in it was never queued."""
        ...


class Store(RosterStore, RoundStore, OutboxStore, LedgerStore, LeaseStore, ArrangementStore, TallyStore, Protocol):
    """All that is kept. One memory store and one SQL store (SQLite and PostgreSQL) pass the same contract suite.

    Every method is one transaction and safe from any thread; what fails is a StoreError.
    """

    def close(self) -> None: ...
