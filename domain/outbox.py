"""The Outbox: mail waiting to go, and the Attempts made to send it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from domain.employee import EmployeeId
from domain.round import CampaignId, RoundId
from domain.unit import ROOT, UnitPath

MailId = NewType("MailId", int)


class MailKind(StrEnum):
    """What a mail of ours is."""

    PROMPT = "prompt"
    REMINDER = "reminder"
    CORRECTION = "correction"
    RECEIPT = "receipt"
    NOTICE = "notice"
    COPY = "copy"
    DIGEST = "digest"
    FINAL_DIGEST = "final_digest"
    ROLL_UP = "roll_up"
    CODE = "code"
    CONFIRMATION = "confirmation"
    COMMENT = "comment"
    ALERT = "alert"


TELLING = frozenset({MailKind.DIGEST, MailKind.FINAL_DIGEST, MailKind.ROLL_UP, MailKind.COPY})
"""Mail that may hold what somebody answered, for others to read."""

QUOTING = TELLING | {MailKind.RECEIPT, MailKind.CONFIRMATION, MailKind.COMMENT}
"""Mail that may hold what somebody wrote."""

ANSWERING = frozenset({MailKind.RECEIPT, MailKind.NOTICE, MailKind.CONFIRMATION, MailKind.COMMENT, MailKind.COPY})
"""Mail that answers mail, or that mail causes: what a loop would be made of."""

PRESSING = ANSWERING | {MailKind.ALERT}
"""Mail that goes before all else that is due: somebody waits for it, while two million prompts may stand in the way."""


class MailState(StrEnum):
    """Where a mail is. Only `in_data` may have been accepted without our knowing."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    IN_DATA = "in_data"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMail:
    """One mail to one recipient, its bytes fixed before the first attempt.

    `key` is unique for ever and names the occasion (`prompt/weekly/2026-W48/E17`), so that nothing is queued twice.
    `content` is RFC 5322 with CRLF, Message-ID and Date included. `sender` is the envelope sender, "" for the null one.
    `window` is the length of a Prompt's Window that begins when the relay takes this mail; None where it began before.
    `about` are those whose rows a Digest holds.
    `substance` is a keyed hash of what a Digest tells, so that it is not told again unchanged.
    """

    key: str
    kind: MailKind
    recipient: str
    sender: str
    message_id: str
    content: bytes
    not_before: datetime
    expires_at: datetime | None = None
    campaign_id: CampaignId | None = None
    round_id: RoundId | None = None
    employee_id: EmployeeId | None = None
    unit: UnitPath = ROOT
    window: timedelta | None = None
    about: tuple[EmployeeId, ...] = ()
    substance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedMail:
    """A mail that one sender holds until its lease ends. `epoch` fences off a sender that woke too late."""

    id: MailId
    epoch: int
    tries: int
    mail: OutboundMail


class Sent(StrEnum):
    """How an Attempt ended."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    BROKEN = "broken"
    AMBIGUOUS = "ambiguous"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try and what the server said: its code, and its words cut to 500 characters.

    `broken` is a link that failed before the message was given away; `ambiguous` is one that failed between the end of
    the message and the answer; `held` is one that we did not begin, because nobody is asked there now;
    `cancelled` is one that nobody needs any more.
    `connection` says that the fault is the link's, so that the sender backs off as a whole.
    """

    at: datetime
    result: Sent
    code: int | None = None
    words: str = ""
    connection: bool = False
