"""What becomes of a Prompt in the demo's week: a Reaction is who does what, when, and what the program should make of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.demo.clients import pdf, reply_with
from app.demo.machines import from_outside, list_post, out_of_office
from app.demo.screen import Box, read
from domain.employee import EmployeeId
from domain.ledger import Folder
from domain.origin import Origin
from domain.standing import Standing
from domain.verdict import Decision


class Answer(StrEnum):
    """What we send back to the one who wrote."""

    RECEIPT = "receipt"
    NOTICE = "notice"
    WITHHELD = "withheld"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the program should make of it. `standing` is the Prompt's right afterwards; `bullets` are those kept."""

    folder: Folder
    origin: Origin | None = Origin.PERSON
    decision: Decision | None = None
    standing: Standing | None = None
    answer: Answer = Answer.NOTHING
    bullets: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A mail on its way to the exchange. `sender` is the envelope's; `helo` is the host that hands it in."""

    sender: str
    recipients: tuple[str, ...]
    helo: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """One mail of the week. `who` is None for outsiders, who write about the Prompt of `about`.

    `after` counts from the opening of the Round. `client` names a mail client or a machine.
    """

    label: str
    after: timedelta
    client: str
    expected: Expected
    who: EmployeeId | None = None
    about: EmployeeId | None = None
    bullets: tuple[str, ...] = ()
    text: str = ""
    greeting: str = ""
    closing: str = ""
    title: str | None = None
    cc: tuple[str, ...] = ()
    attach: str = ""

    def mail(self, asked: bytes, at: datetime, mailbox: str) -> Sending | None:
        """The mail, given the one it answers. None for a bounce: that is the exchange's to write."""
        match self.client:
            case "bounce":
                return None
            case "out of office":
                return _sending(out_of_office(asked, at=at, back_on=self.text), sender="")
            case "mailing list":
                return _sending(
                    list_post(to=mailbox, at=at), sender="notices-bounces@lists.harbour.example", recipients=(mailbox,)
                )
            case "stranger":
                return _from_outside(self, mailbox, at, who=Box(name="Best Offers", address="sales@bargain.example"))
            case "forged":
                page = read(asked)
                who = Box(name="Nora Pelican", address="nora.pelican@agency.example")
                return _from_outside(self, page.reply_to[0].address, at, who=who, in_reply_to=page.message_id)
            case _:
                return _sending(self._reply(asked, at))

    def _reply(self, asked: bytes, at: datetime) -> bytes:
        return reply_with(
            self.client,
            asked,
            self.bullets,
            at=at,
            text=self.text,
            greeting=self.greeting,
            closing=self.closing,
            title=self.title,
            cc=self.cc,
            files=[pdf(self.attach, "Weekly notes")] if self.attach else [],
        )


def _from_outside(reaction: Reaction, to: str, at: datetime, *, who: Box, in_reply_to: str = "") -> Sending:
    words = "\n".join([*(f"- {bullet}" for bullet in reaction.bullets), reaction.text])
    content = from_outside(who=who, to=to, subject=reaction.label, words=words, at=at, in_reply_to=in_reply_to)
    return Sending(sender="sales@bargain.example", recipients=(to,), helo="mail.bargain.example", content=content)


def _sending(content: bytes, *, sender: str | None = None, recipients: Sequence[str] = ()) -> Sending:
    """Handed in by the sender's own server, to everybody in To and Cc."""
    page = read(content)
    boxes = recipients or [box.address for box in (*page.to, *page.cc)]
    envelope = page.sender.address if sender is None else sender
    domain = (envelope or page.sender.address).rpartition("@")[2]
    return Sending(sender=envelope, recipients=tuple(boxes), helo=f"mail.{domain}", content=content)
