"""winmail.dat: the text and the file names in an Exchange TNEF part."""

import struct
from dataclasses import dataclass

from ingest.charset import decode
from ingest.rtf import expand, text_of

_SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST_OBJECTS = 4_000
_MOST_COPIED = 3_000_000_000
"""The decoder copies the rest of the data for each object: objects times bytes is what it costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Winmail:
    """What a winmail.dat holds; `files` are names and sizes."""

    plain: str | None = None
    html: str | None = None
    files: tuple[tuple[str, int], ...] = ()


def open_winmail(data: bytes) -> Winmail | None:
    """Its content, or None where it cannot be read within its limits."""
    if not _affordable(data):
        return None
    from tnefparse import TNEF  # noqa: PLC0415 - few mails need it, and it takes a while to come up

    try:
        opened = TNEF(data, do_checksum=False)
        files = tuple(
            (str(a.long_filename() or a.name or "file")[:500], len(a.data or b"")) for a in opened.attachments
        )
        plain, html = _text(opened.body), _text(opened.htmlbody)
        if plain is None and html is None:
            plain, html = _rich(opened._rtfbody)  # noqa: SLF001 - its own property needs a decoder that is not there
        return Winmail(plain=plain, html=html, files=files)
    # The decoder indexes and unpacks whatever it is given.
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        struct.error,
        ArithmeticError,
        RecursionError,
        NameError,
    ):
        return None


def _rich(data: object) -> tuple[str | None, str | None]:
    """The text of the compressed RTF, as plain text or as the HTML in it."""
    if not isinstance(data, bytes):
        return None, None
    text, is_html = text_of(expand(data))
    return (None, text or None) if is_html else (text or None, None)


def _affordable(data: bytes) -> bool:
    """Walk the objects' lengths alone: level, name, length, data, checksum ([MS-OXTNEF] section 2.1.3)."""
    if not data.startswith(_SIGNATURE):
        return False
    offset, objects = 6, 0
    while offset + 11 <= len(data):
        (length,) = struct.unpack_from("<I", data, offset + 5)
        offset += length + 11
        objects += 1
        if objects > _MOST_OBJECTS or objects * len(data) > _MOST_COPIED:
            return False
    return True


def _text(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bytes):
        value = decode(value, None)
    return value.rstrip("\x00") or None if isinstance(value, str) else None
