"""The Origin: who wrote a Message, and on what evidence we say so."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Origin(StrEnum):
    """Who wrote a Message."""

    PERSON = "person"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    RECEIPT = "receipt"
    CALENDAR = "calendar"
    COMPLAINT = "complaint"
    LIST = "list"
    OURSELVES = "ourselves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sign of an Origin: its short name (`Auto-Submitted`, `null return path`) and whether it decides by itself."""

    sign: str
    points_to: Origin
    hard: bool = True


NULL_RETURN_PATH: Final = "null return path"
"""The sign of a mail that asks for no answer. Where it is soft, a person may have written it, and gets none still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """What an automatic reply says of a return.

    `back_on` is the first day back, or None where the text gives no clear date: nothing is guessed.
    """

    back_on: date | None = None
    starts_on: date | None = None


class BounceReason(StrEnum):
    """Why a mail could not be delivered (RFC 3463, folded to what we act on)."""

    MAILBOX_FULL = "mailbox_full"
    UNKNOWN_ADDRESS = "unknown_address"
    POLICY = "policy"
    TRANSIENT = "transient"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncedRecipient:
    """One recipient of a bounce: RFC 3464 Action and Status where they are given or can be told."""

    address: str
    action: str | None
    status: str | None
    reason: BounceReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A delivery status notification. `about` holds the Message-IDs found in the returned part, ours among them."""

    recipients: tuple[BouncedRecipient, ...]
    about: tuple[str, ...] = ()
