"""An Outcome: what one inbound mail turned out to be. Every byte string has one."""

from dataclasses import dataclass
from datetime import datetime

from domain.message import Mailbox, Message
from domain.origin import Absence, Bounce, Evidence, Origin
from domain.policy import DEFAULT, Policy
from domain.reply import Reply
from domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What may be kept of any Message, a withheld one included: no subject and no text."""

    message_id: str | None = None
    sender: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    date: datetime | None = None

    @classmethod
    def of(cls, message: Message) -> "Envelope":
        """The envelope of a Message; `sender` is None where From does not name exactly one mailbox."""

        def addresses(boxes: tuple[Mailbox, ...]) -> tuple[str, ...]:
            return tuple(box.address for box in boxes)

        sender = message.senders[0].address if len(message.senders) == 1 else None
        return cls(
            message_id=message.message_id,
            sender=sender,
            to=addresses(message.to),
            cc=addresses(message.cc),
            date=message.date,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A person wrote it: what they wrote, and what the rules say."""

    envelope: Envelope
    reply: Reply
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    origin: Origin = Origin.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A mail of ours could not be delivered, or is delayed."""

    envelope: Envelope
    bounce: Bounce
    evidence: tuple[Evidence, ...] = ()
    origin: Origin = Origin.BOUNCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """A machine wrote it: an automatic reply (with what it says of a return), a receipt, a list, ourselves."""

    envelope: Envelope
    origin: Origin
    evidence: tuple[Evidence, ...] = ()
    absence: Absence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shunted:
    """It could not be read within its limits. `reason` says which limit, never what stood in the mail."""

    reason: str
    envelope: Envelope | None = None


Outcome = Judged | Bounced | Automatic | Shunted


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known before a Message is read, so that reading needs no database.

    `prompts` are the texts that we sent (plain form), any language and any week that may be quoted. `ours` are our
    own addresses and `instance` the value of our X-Bulletin-Instance header. `locale` and `zone` are the sender's,
    for dates; `wording` holds what must never be taken for a marking (the phrase among it). `overruled` names the
    rules that an officer overruled for this one message: what they find is recorded and leads to nothing. `origin` is
    what an operator said it is, whatever it looks like.
    """

    prompts: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    instance: str = ""
    locale: str = "en"
    zone: str = "UTC"
    wording: tuple[str, ...] = ()
    policy: Policy = DEFAULT
    overruled: tuple[str, ...] = ()
    origin: Origin | None = None
