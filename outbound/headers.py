"""Header fields of our own mail, written so that no value can become a second field or a second recipient.

The law: every text from outside goes through `clean` or `addr_spec` before it stands in a header. Nothing here looks
at a clock or at the world.
"""

import base64
import re
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

MOST_LINE: Final = 76
MOST_SUBJECT: Final = 200
MOST_NAME: Final = 100
MOST_ADDRESS: Final = 254  # RFC 5321 section 4.5.3.1.3, angle brackets taken off
MOST_LOCAL: Final = 64  # RFC 5321 section 4.5.3.1.1

# C0, DEL, C1 (NEL among them), line and paragraph separators, invisible and direction-changing signs, and halves of
# surrogate pairs: none has a meaning in a header, and each has been used to forge one.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)
_PHRASE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDR_SPEC: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{3,398}>", re.ASCII)
_WORD_BYTES: Final = 42  # of UTF-8 in one encoded word: at most 75 characters with its frame (RFC 2047 section 2)


class AddressError(ValueError):
    """An address cannot be written into a mail. Correct it in the Roster or the configuration."""


def clean(text: str, most: int = MOST_SUBJECT) -> str:
    """`text` on one line: control, separating and direction-changing signs become a space, spaces are folded."""
    # Most text is plain already; telling so is many times faster than mending it.
    plain = text if is_plain(text) else " ".join(_UNPRINTABLE.sub(" ", text).split())
    return plain if len(plain) <= most else f"{plain[: most - 1].rstrip()}…"


def is_plain(text: str) -> bool:
    """Whether `text` is printable ASCII with single spaces inside only."""
    return text.isascii() and text.isprintable() and "  " not in text and text.strip() == text


@lru_cache(maxsize=4096)
def addr_spec(address: str) -> str:
    """`address` if it is a plain dot-atom addr-spec that any relay takes; the domain in its ASCII form (RFC 5891).

    Quoted local parts, comments, address literals and local parts beyond ASCII are refused with an AddressError,
    which does not hold the address.
    """
    if _ADDR_SPEC.fullmatch(address) is None:
        address = _with_ascii_domain(address)
    if len(address) > MOST_ADDRESS or address.index("@") > MOST_LOCAL:
        raise AddressError("The address is too long.")
    return address


def sendable(address: str) -> bool:
    """Whether mail can be written to `address`."""
    try:
        addr_spec(address)
    except AddressError:
        return False
    return True


def _with_ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    whole = f"{local}{at}{ascii_domain}"
    if _ADDR_SPEC.fullmatch(whole) is None:
        raise AddressError("The address is not a plain addr-spec.")
    return whole


def mailbox(name: str, address: str) -> str:
    """`name <address>`, folded where it is long (RFC 5322 section 3.4)."""
    strict = addr_spec(address)
    shown = clean(name, MOST_NAME)
    if not shown:
        return strict
    if not shown.isascii() or "=?" in shown or len(shown) > MOST_LINE - 12:
        return f"{encoded_words(shown)}\r\n <{strict}>"
    if _PHRASE.fullmatch(shown) is None:
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    gap = " " if len(shown) + len(strict) < MOST_LINE - 16 else "\r\n "
    return f"{shown}{gap}<{strict}>"


def text(value: str, most: int = MOST_SUBJECT) -> str:
    """An unstructured value such as a subject: as it is where it is short ASCII, else in encoded words."""
    shown = clean(value, most)
    if shown.isascii() and "=?" not in shown and len(shown) <= MOST_LINE - 12:
        return shown
    return encoded_words(shown)


def encoded_words(value: str) -> str:
    """`value` as RFC 2047 encoded words, one a line; no sign is cut in two."""
    words: list[bytes] = []
    piece = b""
    for sign in value:
        coded = sign.encode("utf-8", "replace")
        if len(piece) + len(coded) > _WORD_BYTES:
            words.append(piece)
            piece = b""
        piece += coded
    words.append(piece)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)


def date(moment: datetime) -> str:
    """RFC 5322 section 3.3, in the zone of `moment`, which must be aware."""
    if moment.tzinfo is None:
        raise ValueError("A Date needs an aware datetime.")
    return format_datetime(moment)


def message_ids(ids: Iterable[str | None]) -> tuple[str, ...]:
    """Those of `ids` that may stand in In-Reply-To or References. A sender chose them, so others are left out."""
    return tuple(dict.fromkeys(one for one in ids if one is not None and _MESSAGE_ID.fullmatch(one)))


def field(name: str, value: str) -> bytes:
    """One header line. `value` comes from the functions above; a stray line break is a mistake of ours, so it stops here."""
    if "\n" in value or "\r" in value:
        unfolded = value.replace("\r\n ", "")
        if "\n" in unfolded or "\r" in unfolded:
            raise ValueError(f"The {name} header holds a line break.")
    return f"{name}: {value}\r\n".encode("ascii")
