"""A Message: one inbound mail, decoded, before anyone asks what it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An RFC 5322 mailbox: display name and addr-spec (lower-cased)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A leaf of the MIME tree that is not the text a person reads, or an attached message.

    `size` is in bytes after decoding, or of the encoded form where it was not downloaded.
    `referenced` says that the HTML shows it by its Content-ID or Content-Location.
    `nesting` is how many message/rfc822 parts enclose it.
    """

    content_type: str
    disposition: str | None = None
    filename: str | None = None
    content_id: str | None = None
    size: int = 0
    referenced: bool = False
    nesting: int = 0


class Where(StrEnum):
    """The place of a Passage in its Message."""

    SUBJECT = "subject"
    HEADER = "header"
    PLAIN = "text"
    HTML = "html"
    HIDDEN = "hidden text"
    ALT = "image description"
    FILENAME = "file name"
    NESTED = "attached message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of decoded text that must be looked at for markings. `name` is a header's, where it is one."""

    where: Where
    text: str
    name: str = ""


class Sealing(StrEnum):
    """How a Message was protected by its sender."""

    NONE = "none"
    SIGNED = "signed"
    ENCRYPTED = "encrypted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One inbound mail, decoded.

    `headers` are in their order, names lower-cased, values unfolded and decoded (RFC 2047).
    `senders` holds every mailbox of every From header: more than one is a warning.
    `return_path` is None where the header is absent and "" where it is null (`<>`).
    `plain` and `html` are the best decoded text of each kind; `passages` is all text that anyone could read in it.
    `parts` are what is not that text. `defects` are the names of what was wrong with the MIME.
    """

    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str | None = None
    date: datetime | None = None
    senders: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    return_path: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    plain: str | None = None
    html: str | None = None
    parts: tuple[Part, ...] = ()
    passages: tuple[Passage, ...] = ()
    sealing: Sealing = Sealing.NONE
    defects: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)

    def header_all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, topmost first."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)
