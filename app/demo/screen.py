"""A mail as its reader's mail client has it on screen: what an answer is addressed to, and what it quotes."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from html import escape

_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)
_STYLE = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A name and an address."""

    name: str
    address: str

    def __str__(self) -> str:
        """`Name <address>`."""
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class OnScreen:
    """The mail that is answered. `html` is the inside of its body, made from the plain text where it has none."""

    sender: Box
    to: tuple[Box, ...]
    cc: tuple[Box, ...]
    reply_to: tuple[Box, ...]
    subject: str
    date: datetime
    message_id: str
    references: tuple[str, ...]
    plain: str
    html: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The plain text's lines, without empty ones at the end."""
        return tuple(self.plain.rstrip().splitlines())


def read(raw: bytes) -> OnScreen:
    """Open a mail of ours. It is well made, so the strict parser will do."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    plain = _text(mail, "plain")
    html = _text(mail, "html")
    inside = _BODY.search(html)
    date = mail["Date"]
    return OnScreen(
        sender=_boxes(mail, "From")[0],
        to=_boxes(mail, "To"),
        cc=_boxes(mail, "Cc"),
        reply_to=_boxes(mail, "Reply-To") or _boxes(mail, "From"),
        subject=str(mail["Subject"] or ""),
        date=parsedate_to_datetime(str(date)) if date else datetime(1970, 1, 1, tzinfo=UTC),
        message_id=str(mail["Message-ID"] or "").strip(),
        references=tuple(str(mail["References"] or "").split()),
        plain=plain,
        html=_STYLE.sub("", inside[1] if inside else html) or as_html(plain),
    )


def as_html(plain: str) -> str:
    """Plain text as the simplest HTML."""
    return "<br>\n".join(escape(line, quote=False) for line in plain.splitlines())


def sender_domain(raw: bytes) -> str:
    """The domain of the From header, "" where there is none."""
    mail = email.message_from_bytes(raw)
    pairs = getaddresses([str(mail.get("From", ""))])
    return pairs[0][1].rpartition("@")[2].lower() if pairs else ""


def _boxes(mail: EmailMessage, header: str) -> tuple[Box, ...]:
    pairs = getaddresses([str(value) for value in mail.get_all(header, [])])
    return tuple(Box(name=name, address=address) for name, address in pairs if address)


def _text(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    if part is None:
        return ""
    text = part.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")
