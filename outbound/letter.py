"""A Letter: a mail of ours before it is bytes, and the writing of those bytes.

Text first, a simple HTML twin after it, both quoted-printable: lines under 77, no sign beyond ASCII, no bare CR or LF.
The writing is ours because `EmailMessage` takes three milliseconds for each; `tests/property` reads every kind back
with the standard library.
"""

import binascii
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from outbound import headers

BOUNDARY: Final = "=_bulletin"
"""A sequence that quoted-printable text cannot hold (RFC 2045 section 6.7): no search for a free one is needed."""

SUPPRESS: Final = "OOF, AutoReply"
"""Exchange shall answer with neither; a non-delivery report must come back, so `All` would be wrong."""


class Auto(StrEnum):
    """RFC 3834 section 5: mail that nobody's mail caused, or mail that answers one."""

    GENERATED = "auto-generated"
    REPLIED = "auto-replied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says. `origin` and `recipient` are (name, address); `reply_to` holds addresses.

    `answers` and `thread` are Message-IDs for In-Reply-To and References; those that are not well-formed are left out.
    """

    origin: tuple[str, str]
    recipient: tuple[str, str]
    reply_to: tuple[str, ...]
    subject: str
    text: str
    html: str
    date: datetime
    message_id: str
    auto: Auto
    instance: str
    language: str = "en"
    answers: str | None = None
    thread: tuple[str, ...] = ()


def write(letter: Letter) -> bytes:
    """The mail as RFC 5322 bytes with CRLF. Raises AddressError where an address cannot be written."""
    return b"".join((*_header(letter), body(quoted_printable(letter.text), quoted_printable(letter.html))))


def body(text: bytes, markup: bytes) -> bytes:
    """The two parts, each already quoted-printable, from the empty line to the end."""
    return b"".join((OPENING, text, BETWEEN, markup, CLOSING))


def _part(subtype: str) -> bytes:
    return (
        f"--{BOUNDARY}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii")


OPENING: Final = b"\r\n" + _part("plain")
BETWEEN: Final = b"\r\n" + _part("html")
CLOSING: Final = f"\r\n--{BOUNDARY}--\r\n".encode("ascii")
MIME: Final = f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{BOUNDARY}"\r\n'.encode("ascii")


def _header(letter: Letter) -> Iterator[bytes]:
    answers = headers.message_ids((letter.answers,))
    thread = headers.message_ids((*letter.thread, letter.answers))
    yield headers.field("From", headers.mailbox(*letter.origin))
    yield headers.field("To", headers.mailbox(*letter.recipient))
    if letter.reply_to:
        yield headers.field("Reply-To", reply_to(letter.reply_to))
    yield headers.field("Subject", headers.text(letter.subject))
    yield headers.field("Date", headers.date(letter.date))
    yield headers.field("Message-ID", letter.message_id)
    if answers:
        yield headers.field("In-Reply-To", answers[0])
    if thread:
        yield headers.field("References", "\r\n ".join(thread))
    yield from marks(letter.auto, letter.instance, letter.language)


@lru_cache(maxsize=64)
def marks(auto: Auto, instance: str, language: str) -> tuple[bytes, ...]:
    """The fields by which machines know our mail, so that none of them answers it (RFC 3834) and we know our own."""
    return (
        headers.field("Auto-Submitted", auto),
        headers.field("X-Auto-Response-Suppress", SUPPRESS),
        headers.field("X-Bulletin-Instance", headers.text(instance)),
        headers.field("Content-Language", headers.clean(language, 35)),
        MIME,
    )


def reply_to(addresses: Iterable[str]) -> str:
    """Where an ordinary Reply goes."""
    return ",\r\n ".join(headers.addr_spec(address) for address in addresses)


_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


def tidy(text: str) -> str:
    """`text` with LF line ends only, no control signs, no spaces at line ends, at most one empty line in a row."""
    plain = _FORBIDDEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines: list[str] = []
    for line in plain.split("\n"):
        kept = line.rstrip()
        if kept or (lines and lines[-1]):
            lines.append(kept)
    return "\n".join(lines).strip("\n") + "\n"


def one_line(text: str) -> str:
    """`text` without control signs, on one line."""
    return text if headers.is_plain(text) else " ".join(_FORBIDDEN.sub(" ", text).split())


def quoted_printable(text: str) -> bytes:
    """`text` as quoted-printable UTF-8 with CRLF; bare CR and other control signs do not survive."""
    plain = _FORBIDDEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\n", "\r\n")
    return soft_lines(plain.encode("utf-8"))


def soft_lines(data: bytes) -> bytes:
    """`data` (lines ended by CRLF, or one line) as quoted-printable, its soft line breaks with CRLF too."""
    coded = binascii.b2a_qp(data, istext=True)
    # Without a CRLF to learn from, b2a_qp breaks lines with LF alone.
    return coded if b"\r\n" in data else coded.replace(b"\n", b"\r\n")


_ITEM: Final = re.compile(r"(?:-|(?P<number>\d{1,3})\.) (?P<said>.*)")


def twin(text: str, *, language: str, direction: str = "ltr", title: str = "") -> str:
    """The HTML twin of a plain text: paragraphs, and lists where lines start with `- ` or `1. `. No link, no image."""
    blocks = "\n".join(_block(block.split("\n")) for block in text.strip("\n").split("\n\n"))
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(language)}" dir="{html.escape(direction)}">\n'
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'  # no colour is ours, so either may be the reader's
        f"<title>{html.escape(title)}</title></head>\n"
        '<body style="font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 40em; overflow-wrap: anywhere">\n'
        f"{blocks}\n</body>\n</html>\n"
    )


def _block(lines: list[str]) -> str:
    """One paragraph or list. Lines that are no items become a paragraph before it, each on its own line."""
    pieces: list[str] = []
    spoken: list[str] = []
    items: list[str] = []
    tag = "ul"

    def flush() -> None:
        if spoken:
            pieces.append(f"<p>{'<br>'.join(spoken)}</p>")
            spoken.clear()
        if items:
            pieces.append(f"<{tag}>\n{''.join(items)}</{tag}>")
            items.clear()

    for line in lines:
        match = _ITEM.match(line)
        if match is None and not items:
            spoken.append(html.escape(line.strip()))
        elif match is None:
            flush()
            spoken.append(html.escape(line.strip()))
        else:
            wanted = "ol" if match["number"] else "ul"
            if spoken or (items and wanted != tag):
                flush()
            tag = wanted
            items.append(f"<li>{html.escape(match['said'])}</li>\n")
    flush()
    return "\n".join(pieces)
