"""The Ledger: every inbound message, what was decided, and by which rules."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from domain.employee import EmployeeId
from domain.leave import Acting, PersonLeave
from domain.origin import BounceReason, Origin
from domain.outbox import OutboundMail
from domain.round import CampaignId, RoundId
from domain.standing import Standing
from domain.verdict import Decision, Finding

WITHHELD_FLAG: Final = "$Withheld"
"""The IMAP keyword of what waits for a security officer."""


class Folder(StrEnum):
    """Where a message is filed away on the IMAP server. `INBOX` leaves it, flagged."""

    INBOX = "INBOX"
    PROCESSED = "Processed"
    REJECTED = "Rejected"
    WITHHELD = "Withheld"
    STRANGERS = "Strangers"
    SHUNTED = "Shunted"
    HELD = "Held"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKey:
    """The place of a message on an IMAP server: never given to another message (RFC 9051 section 2.3.1.1)."""

    mailbox: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message as the IMAP server tells of it. `arrived_at` is INTERNALDATE, aware UTC.

    `provider_id` is EMAILID, X-GM-MSGID or X-GUID, where offered. `digest` is a keyed hash of the raw bytes, None
    where the body was not fetched or must not be hashed.
    """

    key: MessageKey
    arrived_at: datetime
    size: int
    provider_id: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptKey:
    """Which question of which week to whom."""

    campaign_id: CampaignId
    round_id: RoundId
    employee_id: EmployeeId


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """What was decided of one message. It never holds the text.

    `identity` says how the sender was told (`verified`, `known_sender`, `delegate`, `held`, `stranger`, `none`).
    `message_hash` is a keyed hash of the Message-ID. `copies` are the To and Cc addresses of a withheld message.
    `filing` is where it goes; `flag` is an IMAP keyword to set in place. `lies_in` is where it lay when it was read
    again. `number` names the entry for good; `superseded_by` is that of the entry which took its place.
    """

    arrival: Arrival
    decided_at: datetime
    origin: Origin | None
    evidence: tuple[str, ...] = ()
    identity: str = "none"
    sender: str | None = None
    message_id: str | None = None
    message_hash: str | None = None
    prompt: PromptKey | None = None
    decision: Decision | None = None
    findings: tuple[Finding, ...] = ()
    rules_version: str = ""
    reason: str = ""
    filing: Folder = Folder.PROCESSED
    flag: str | None = None
    copies: tuple[str, ...] = ()
    supervisor_copied: bool = False
    lies_in: Folder | None = None
    number: int | None = field(default=None, compare=False)
    superseded_by: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReply:
    """The stored form of an accepted Reply: one version of the answer to a Prompt."""

    prompt: PromptKey
    arrived_at: datetime
    body: str
    bullets: tuple[str, ...]
    unsure: bool = False
    late: bool = False
    supervisor_copied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChange:
    """A new Standing for a Prompt, and why. Whether it may replace the present one, `domain.standing.replaces` says."""

    prompt: PromptKey
    standing: Standing
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayNote:
    """An Employee said (or a machine said for them) that they are away until `back_on`, their first day back.

    At `back_at`, aware UTC, that day's work begins for them: their open Windows start again then. None leaves them.
    `reason` tells who said so.
    """

    employee_id: EmployeeId
    back_on: date
    back_at: datetime | None = None
    reason: str = "automatic reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailure:
    """A Prompt that did not reach its Employee."""

    prompt: PromptKey
    address: str
    reason: BounceReason
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Everything that one message changes, written in one transaction or not at all.

    `on_behalf` are answers that a Supervisor gave for others: each makes its Prompt `covered`, and is kept as a version
    like any other answer. `absences` and `leaves` are what they said of others' leave, running and to come; `acting` is
    who stands in for them. `events` tell who did what.
    """

    entry: LedgerEntry
    reply: KeptReply | None = None
    standings: tuple[StandingChange, ...] = ()
    away: AwayNote | None = None
    failures: tuple[DeliveryFailure, ...] = ()
    mails: tuple[OutboundMail, ...] = ()
    on_behalf: tuple[KeptReply, ...] = ()
    absences: tuple[AwayNote, ...] = ()
    leaves: tuple[PersonLeave, ...] = ()
    acting: tuple[Acting, ...] = ()
    events: tuple["Event", ...] = ()


SAID_BY: Final = "said by "
"""How the reason of an entry begins where a Supervisor asked for something in an answer to a Digest."""


def said_by(reasons: Iterable[str]) -> frozenset[str]:
    """The Supervisors who did, by id."""
    return frozenset(one.removeprefix(SAID_BY) for one in reasons if one.startswith(SAID_BY))


class Recorded(StrEnum):
    """Whether a Recording was new, or the same message was there before (under this key, id or digest)."""

    NEW = "new"
    KNOWN_KEY = "known_key"
    KNOWN_MESSAGE = "known_message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a message can be found by wherever it was filed; its own key is good in INBOX only."""

    key: MessageKey
    arrived_at: datetime
    provider_id: str | None = None
    message_hash: str | None = None

    @classmethod
    def of(cls, entry: LedgerEntry) -> "Sought":
        """What the Ledger knows of it."""
        arrival = entry.arrival
        return cls(
            key=arrival.key,
            arrived_at=arrival.arrived_at,
            provider_id=arrival.provider_id,
            message_hash=entry.message_hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A message that is recorded and must still be filed away.

    One that was read again lay in the folder `lies_in` then, and is to be `sought`.
    """

    key: MessageKey
    folder: Folder
    flag: str | None = None
    lies_in: Folder = Folder.INBOX
    sought: Sought | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something a person or the program did that the Ledger must tell: who, what, to which subject, why."""

    at: datetime
    who: str
    what: str
    subject: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerecording:
    """A Recording that takes the place of an earlier one of the same message: of the entry with the number `before`.

    What the earlier one did to its Prompt is taken back first, as if it had never been; `returned` had their absence
    from it. `event` says who wanted it and why.
    """

    before: int
    recording: Recording
    event: Event
    returned: EmployeeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased of one message, in rows. `mails` had not gone out; `sent` had, without content since.

    `leaving` were with a sender at that moment and could not be stopped. `readers` are the addresses that mail of ours
    with its text, or of those who read it, has gone to.
    """

    entries: int = 0
    replies: int = 0
    bullets: int = 0
    failures: int = 0
    readings: int = 0
    mails: int = 0
    sent: int = 0
    leaving: int = 0
    readers: tuple[str, ...] = ()
