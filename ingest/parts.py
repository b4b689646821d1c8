"""The walk over a MIME tree: the best text of each kind, every part that is not text, every passage anyone could read."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message as Tree
from html import escape

from domain.message import Part, Passage, Sealing, Where
from ingest import html, limits, mime, sealed, tnef
from ingest.charset import charset_inside, decode, shifted, words
from ingest.flowed import unflow
from ingest.html import Rendering
from ingest.markup import BREAKS

_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_ENVELOPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_ASIDE = {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/rfc822-headers", "text/x-amp-html"}
_CID = re.compile(r"cid:([^\s\"'>)]{1,300})", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_PIECE = re.compile(r"[^=]+={0,2}")
_DOCUMENT = re.compile(r"\s{0,20}(?:<!doctype html|<html)\b", re.IGNORECASE)
_MOST_END = 200
CARRIERS = ("message-id", "reply-to", "in-reply-to", "references")
"""The headers of an attached message that may carry a token of ours."""

_MOST_CARRIED = 4_000
_MOST_DEPTH = 60
_MOST_PASSAGE = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a walk found."""

    plain: str | None = None
    html: str | None = None
    rendering: Rendering | None = None
    """What `html` reads as, where it was read already."""
    parts: tuple[Part, ...] = ()
    passages: tuple[Passage, ...] = ()
    sealing: Sealing = Sealing.NONE
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A run of body text in the forms its sender gave it."""

    plain: str | None = None
    html: str | None = None
    rendering: Rendering | None = None


@dataclass(slots=True)
class _Finds:
    """What accumulates while one tree is walked."""

    parts: list[Part] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    sealing: Sealing = Sealing.NONE

    def seal(self, sealing: Sealing) -> None:
        if self.sealing is not Sealing.ENCRYPTED:
            self.sealing = sealing

    def see(self, where: Where, text: str | None, nesting: int = 0, name: str = "") -> None:
        """Note a passage, and its second reading where it hides one in UTF-7."""
        if not text or not text.strip():
            return
        place = Where.NESTED if nesting and where is not Where.FILENAME else where
        self.passages.append(Passage(where=place, text=text[:_MOST_PASSAGE], name=name))
        second = shifted(text[:_MOST_PASSAGE]) if "+" in text else None
        if second:
            self.passages.append(Passage(where=place, text=second, name=name))


def walk(tree: Tree) -> Walk:
    """Everything a mail holds. Raises RecursionError only where a tree is nested beyond every limit."""
    finds = _Finds()
    stretches = list(_visit(tree, finds, nesting=0, depth=0))
    plain, shown = _joined(stretches)
    return Walk(
        plain=plain,
        html=shown,
        rendering=_rendering(stretches, shown),
        parts=_referenced(finds.parts, shown or ""),
        passages=tuple(finds.passages),
        sealing=finds.sealing,
        defects=tuple(finds.defects),
    )


def _joined(stretches: list[Stretch]) -> tuple[str | None, str | None]:
    """One text of each kind. Where a stretch lacks the form that others have, it is brought into that form."""
    plain: list[str] = []
    shown: list[str] = []
    any_plain = any(s.plain is not None for s in stretches)
    any_html = any(s.html is not None for s in stretches)
    for stretch in stretches:
        if stretch.plain is not None:
            plain.append(stretch.plain)
        elif any_plain and stretch.html is not None:
            plain.append((stretch.rendering or html.render(stretch.html)).text)
        if stretch.html is not None:
            shown.append(stretch.html)
        elif any_html and stretch.plain is not None:
            shown.append(f'<div style="white-space:pre-wrap">{escape(stretch.plain, quote=False)}</div>')
    return ("\n".join(plain) if any_plain else None, "\n".join(shown) if any_html else None)


def _rendering(stretches: list[Stretch], shown: str | None) -> Rendering | None:
    """The rendering of a joined text that is one stretch's own: to read HTML costs more than all else."""
    return next((found.rendering for found in stretches if found.rendering and found.html == shown), None)


def _referenced(parts: list[Part], shown: str) -> tuple[Part, ...]:
    named = {found.strip("<>").lower() for found in _CID.findall(shown)}
    lowered = shown.lower() if any(part.content_id is None and part.filename for part in parts) else ""

    def is_shown(part: Part) -> bool:
        if part.content_id:
            return part.content_id.lower() in named
        return bool(part.filename) and f'src="{part.filename}"'.lower() in lowered

    return tuple(replace(part, referenced=is_shown(part)) for part in parts)


def _visit(part: Tree, finds: _Finds, *, nesting: int, depth: int) -> Iterator[Stretch]:
    if depth > _MOST_DEPTH:
        raise RecursionError
    finds.defects.extend(type(defect).__name__ for defect in part.defects)
    kind = _kind(part)
    if part.get("content-description"):
        finds.see(Where.HEADER, words(str(part["content-description"])), nesting, "content-description")
    children = part.get_payload() if part.is_multipart() else None
    if isinstance(children, list) and kind.startswith("message/") and kind != "message/delivery-status":
        _nested(part, [child for child in children if isinstance(child, Tree)], finds, nesting=nesting, depth=depth)
    elif isinstance(children, list) and not kind.startswith("message/"):
        yield from _multipart(kind, [c for c in children if isinstance(c, Tree)], finds, nesting=nesting, depth=depth)
    else:
        yield from _leaf(part, kind, finds, nesting=nesting, depth=depth)


def _multipart(kind: str, children: list[Tree], finds: _Finds, *, nesting: int, depth: int) -> Iterator[Stretch]:
    if kind == "multipart/encrypted":
        finds.seal(Sealing.ENCRYPTED)
    elif kind == "multipart/signed":
        finds.seal(Sealing.SIGNED)
    if kind != "multipart/alternative":
        for child in children:
            yield from _visit(child, finds, nesting=nesting, depth=depth + 1)
        return
    forms = [list(_visit(child, finds, nesting=nesting, depth=depth + 1)) for child in children]
    plain = next((found for found in forms if found and all(s.html is None for s in found)), [])
    rich = next((found for found in reversed(forms) if any(s.html is not None for s in found)), [])
    text, _ = _joined(plain)
    _, shown = _joined(rich)
    if text is not None or shown is not None:
        yield Stretch(plain=text, html=shown, rendering=_rendering(rich, shown))


def _nested(part: Tree, children: list[Tree], finds: _Finds, *, nesting: int, depth: int) -> None:
    """An attached message: a Part, and everything in it is a passage, but none of it is the sender's text."""
    inner = [_unwrapped(part, child) for child in children]
    size = sum(len(str(child.get_payload())) for child in inner if not child.is_multipart())
    finds.parts.append(_part(part, finds, nesting=nesting, size=size))
    for child in inner:
        _open(child, finds, nesting=nesting + 1, depth=depth + 1)


def _open(letter: Tree, finds: _Finds, *, nesting: int, depth: int) -> None:
    """What an attached message says, and by which of its headers a mail of ours is known."""
    finds.see(Where.SUBJECT, words(str(letter.get("subject", ""))), nesting, "subject")
    for name in CARRIERS:
        finds.see(Where.NESTED, str(letter.get(name, ""))[:_MOST_CARRIED], nesting, name)
    for _ in _visit(letter, finds, nesting=nesting, depth=depth):
        pass


def _unwrapped(part: Tree, child: Tree) -> Tree:
    """Some programs send message/rfc822 in base64, against RFC 2046 section 5.2.1."""
    if str(part.get("content-transfer-encoding", "")).strip().lower() != "base64" or child.keys():
        return child
    leaf = Tree()
    leaf["Content-Transfer-Encoding"] = "base64"
    leaf.set_payload(child.get_payload())
    return mime.parse(_bytes(leaf)[: limits.MOST_TEXT])


def _leaf(part: Tree, kind: str, finds: _Finds, *, nesting: int, depth: int) -> Iterator[Stretch]:
    if kind.startswith("text/") and kind not in _ASIDE:
        yield from _text(part, kind, finds, nesting=nesting)
        return
    data = _bytes(part)
    if kind in _SIGNATURES:
        finds.seal(Sealing.SIGNED)
    elif kind in _ENVELOPES:
        yield from _enveloped(data, finds, nesting=nesting, depth=depth)
    elif kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or _is_winmail(part):
        yield from _tnef(part, data, finds, nesting=nesting)
        return
    elif kind not in _ASIDE and (_filename(part) or "").lower().endswith(".eml") and limits.broken(data) is None:
        # Some programs attach mail as they attach any file.
        _open(mime.parse(data), finds, nesting=nesting + 1, depth=depth + 1)
    if kind.startswith("text/") or kind == "message/delivery-status":
        finds.see(Where.NESTED, decode(data, part.get_content_charset()), nesting)
    finds.parts.append(_part(part, finds, nesting=nesting, size=len(data)))


def _is_winmail(part: Tree) -> bool:
    return (_filename(part) or "").lower() == "winmail.dat"


def _text(part: Tree, kind: str, finds: _Finds, *, nesting: int) -> Iterator[Stretch]:
    data, label = _unpacked(part, _bytes(part)), _charset(part)
    if kind == "text/html" and label in {None, "us-ascii"} and not data.isascii():
        label = charset_inside(data) or label
    text = decode(data, label).replace("\r\n", "\n").replace("\r", "\n")
    if kind == "text/plain" and _DOCUMENT.match(text) and "</html>" in text[-_MOST_END:].lower():
        kind = "text/html"
    filename = _filename(part)
    attached = _disposition(part) == "attachment" or (filename is not None and nesting == 0 and bool(finds.passages))
    aside = attached or kind not in {"text/plain", "text/html", "text/enriched", "text/richtext"}
    depth = nesting + 1 if aside else nesting
    rendering: Rendering | None = None
    if kind == "text/html":
        rendering = _see_html(text, finds, depth)
    elif kind in {"text/enriched", "text/richtext"}:
        text = html.visible_text(text.replace("<<", "&lt;"))
        finds.see(Where.PLAIN, text, depth)
    else:
        if str(part.get_param("format", "") or "").lower() == "flowed":
            text = unflow(text, delsp=str(part.get_param("delsp", "") or "").lower() == "yes")
        opened = sealed.without_armour(text)
        if opened is not None:
            text, sealing = opened
            finds.seal(sealing)
        text = BREAKS.sub("\n", text)
        finds.see(Where.PLAIN, text, depth)
    if aside:
        finds.parts.append(_part(part, finds, nesting=nesting, size=len(text)))
    elif kind == "text/html":
        yield Stretch(html=text, rendering=rendering)
    else:
        yield Stretch(plain=text)


def _see_html(text: str, finds: _Finds, nesting: int) -> Rendering:
    found = html.render(text)
    finds.see(Where.HTML, found.text, nesting)
    finds.see(Where.HIDDEN, found.hidden, nesting)
    for description in found.described:
        finds.see(Where.ALT, description, nesting)
    return found


def _enveloped(data: bytes, finds: _Finds, *, nesting: int, depth: int) -> Iterator[Stretch]:
    """RFC 8551: an opaque signature is opened and its inner part read; what is encrypted stays shut."""
    inner = sealed.signed_content(data)
    if inner is None:
        finds.seal(Sealing.ENCRYPTED)
        return
    finds.seal(Sealing.SIGNED)
    reason = limits.broken(inner)
    if reason is not None:
        finds.defects.append("SignedContentOverLimits")
        return
    yield from _visit(mime.parse(inner), finds, nesting=nesting, depth=depth + 1)


def _tnef(part: Tree, data: bytes, finds: _Finds, *, nesting: int) -> Iterator[Stretch]:
    """winmail.dat: its text where it holds one, and a Part for each file in it; the wrapper alone is no file."""
    opened = tnef.open_winmail(data)
    if opened is None:
        finds.defects.append("TnefDefect")
        finds.parts.append(_part(part, finds, nesting=nesting, size=len(data)))
        return
    for name, size in opened.files:
        finds.see(Where.FILENAME, name, nesting)
        finds.parts.append(
            Part(
                content_type="application/octet-stream",
                disposition="attachment",
                filename=name,
                size=size,
                nesting=nesting,
            )
        )
    finds.see(Where.PLAIN, opened.plain, nesting)
    if opened.html:
        _see_html(opened.html, finds, nesting)
    # The text of a winmail.dat repeats the body that stands beside it; it counts only where it is the only one.
    if not any(passage.where in {Where.PLAIN, Where.HTML} for passage in finds.passages[: -1 or None]) or nesting:
        yield Stretch(plain=opened.plain, html=opened.html)


def _bytes(part: Tree) -> bytes:
    """A part's bytes; an undecodable transfer encoding leaves them as they came."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AttributeError, TypeError):
        data = None
    if isinstance(data, bytes):
        return data
    return _raw(part).encode("utf-8", "surrogateescape")


def _raw(part: Tree) -> str:
    """A part's payload as it came, or nothing: a charset that no codec may be called makes the library raise."""
    try:
        raw = part.get_payload()
    except (ValueError, LookupError, TypeError):
        return ""
    return raw if isinstance(raw, str) else ""


def _unpacked(part: Tree, data: bytes) -> bytes:
    """What base64 says, all pieces of it where each was ended by itself.

    A mailing list may have put its footer under it in plain letters, which decode to noise.
    """
    if str(part.get("content-transfer-encoding", "")).strip().lower() != "base64" or not (raw := _raw(part)):
        return data
    lines = [line.strip() for line in raw.split("\n")]
    end = next((at for at, line in enumerate(lines) if line and _BASE64.fullmatch(line) is None), 0)
    last = next((line for line in reversed(lines[:end]) if line), "")
    if end and (not last or (lines[end - 1] and len(last) == len(lines[0]) and not last.endswith("="))):
        return data
    coded = "".join(lines[: end or None])
    if not end and "=" not in coded.rstrip("="):
        return data
    try:
        return b"".join(base64.b64decode(piece.rstrip("=") + "==") for piece in _PIECE.findall(coded))
    except ValueError:
        return data


def _kind(part: Tree) -> str:
    """The content type, without a comment behind it (RFC 822)."""
    return part.get_content_type().partition("(")[0].strip()


def _charset(part: Tree) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, ValueError, TypeError, AttributeError):
        return None


def _disposition(part: Tree) -> str | None:
    try:
        return part.get_content_disposition()
    except (LookupError, ValueError, TypeError, AttributeError):
        return None


def _filename(part: Tree) -> str | None:
    """A part's file name: RFC 2231 by the standard library, then encoded words, which RFC 2047 forbids here."""
    try:
        name = part.get_filename()
    except (LookupError, ValueError, TypeError, AttributeError):
        name = None
    if not name:
        return None
    raw = name.encode("utf-8", "surrogateescape")
    return words(raw).replace("\n", " ")[:500] or None


def _part(part: Tree, finds: _Finds, *, nesting: int, size: int) -> Part:
    filename = _filename(part)
    finds.see(Where.FILENAME, filename, nesting)
    content_id = str(part.get("content-id", "") or "").strip().strip("<>").strip()
    return Part(
        content_type=_kind(part),
        disposition=_disposition(part),
        filename=filename,
        content_id=content_id or None,
        size=size,
        nesting=nesting,
    )
