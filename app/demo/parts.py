"""MIME as mail clients write it, byte by byte: a library would make them all look alike."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.quoprimime import body_encode

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MimePart:
    """One part: its own headers, Content-Type first, and its encoded body."""

    headers: Headers
    body: bytes


def text(
    content: str, subtype: str = "plain", *, charset: str = "UTF-8", encoding: str = "", more: str = ""
) -> MimePart:
    """A text part. `encoding` is found from the text where it is not given; `more` are further parameters."""
    lines = content.replace("\r\n", "\n").replace("\n", "\r\n").encode(charset, "replace")
    chosen = encoding or ("7bit" if lines.isascii() else "quoted-printable")
    match chosen:
        case "quoted-printable":
            body = body_encode(lines.decode("latin-1"), eol="\r\n").encode("ascii")
        case "base64":
            body = _base64(lines)
        case _:
            body = lines
    kind = f'text/{subtype}; charset="{charset}"{more}'
    return MimePart(headers=(("Content-Type", kind), ("Content-Transfer-Encoding", chosen)), body=body)


def file(name: str, kind: str, content: bytes, *, content_id: str = "") -> MimePart:
    """An attachment; with `content_id` a picture that the HTML shows."""
    disposition = "inline" if content_id else "attachment"
    headers = [
        ("Content-Type", f'{kind}; name="{name}"'),
        ("Content-Description", name),
        ("Content-Disposition", f'{disposition}; filename="{name}"; size={len(content)}'),
        ("Content-Transfer-Encoding", "base64"),
    ]
    if content_id:
        headers.insert(2, ("Content-ID", f"<{content_id}>"))
    return MimePart(headers=tuple(headers), body=_base64(content))


def multipart(subtype: str, boundary: str, parts: Sequence[MimePart], more: str = "") -> MimePart:
    """Parts in one."""
    inside = b"".join(
        b"--"
        + boundary.encode()
        + b"\r\n"
        + header_lines(part.headers)
        + b"\r\n"
        + part.body.rstrip(b"\r\n")
        + b"\r\n\r\n"
        for part in parts
    )
    # Folded here, because a boundary may hold a space (Notes writes one) and must not be parted there.
    kind = f'multipart/{subtype};{more}\r\n boundary="{boundary}"'
    return MimePart(headers=(("Content-Type", kind),), body=inside + b"--" + boundary.encode() + b"--\r\n")


def header_lines(headers: Headers) -> bytes:
    """Headers folded, and encoded (RFC 2047) where they are not ASCII."""
    return b"".join(_folded(name, value) for name, value in headers)


def _folded(name: str, value: str) -> bytes:
    if "\r\n " in value:
        return f"{name}: {value}\r\n".encode("ascii")
    if value.isascii():
        pieces: list[str] = []
        rest = f"{name}: {value}"
        while len(rest) > 76 and (cut := rest.rfind(" ", len(name) + 2 if not pieces else 1, 76)) > 0:  # noqa: PLR2004  RFC 5322 section 2.1.1
            pieces.append(rest[:cut])
            rest = rest[cut:]
        return "\r\n".join([*pieces, rest]).encode("ascii") + b"\r\n"
    encoded = Header(value, "utf-8", header_name=name).encode(linesep="\r\n")
    return f"{name}: {encoded}\r\n".encode("ascii")


def box_header(name: str, address: str) -> str:
    """`"Name" <address>` for a header; only the name is encoded."""
    if not name:
        return address
    if name.isascii():
        return f'"{name}" <{address}>' if set(name) & set('",.()<>@;:') else f"{name} <{address}>"
    return f"{Header(name, 'utf-8').encode()} <{address}>"


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")
