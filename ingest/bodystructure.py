"""BODYSTRUCTURE (RFC 9051 section 7.5.2) to values: the parts of a message, and which of its bytes are worth fetching.

A 25 MB file is judged and refused by what is written here of it; only the text around it is fetched. No IO.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from domain.message import Part
from ingest.charset import decode, words

SMALL: Final = 65_536
"""Leaves up to this many encoded bytes are always fetched."""

STUB: Final = 4_096
"""Of a larger leaf that nobody reads as text, this much is fetched: its kind can be told, its content cannot."""

MOST_DEPTH: Final = 40
MOST_PARTS: Final = 200

_CONTAINERS = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/ms-tnef"})
"""Leaves that hold a message, and so are read whole."""

_CONTINUED = re.compile(r"(.{1,60}?)\*(\d{1,3})?(\*)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node of the MIME tree. `path` is its part number in IMAP; `header` the section that holds its header."""

    path: str
    header: str
    content_type: str
    boundary: str = ""
    disposition: str | None = None
    filename: str | None = None
    content_id: str | None = None
    size: int = 0
    children: tuple["Node", ...] = ()
    nested: "Node | None" = None

    @property
    def is_text(self) -> bool:
        """Whether a person reads it as the text of the message."""
        plain = self.content_type in {"text/plain", "text/html", "text/enriched", "text/richtext"}
        return plain and self.disposition != "attachment" and not self.filename

    @property
    def wanted(self) -> int:
        """How many bytes of this leaf are fetched."""
        whole = self.size <= SMALL or self.content_type.startswith("text/") or self.content_type in _CONTAINERS
        return self.size if whole else STUB


class TooComplexError(ValueError):
    """The structure is deeper or wider than anything that people send."""


def tree(raw: object) -> Node:
    """The MIME tree from a parsed BODYSTRUCTURE. Raises ValueError where it is not one, or too complex."""
    budget = [MOST_PARTS]
    return _entity(raw, "HEADER", "", 0, budget)


def parts(root: Node) -> tuple[Part, ...]:
    """The Parts that are not the text a person reads, in order; sizes are still encoded."""
    return tuple(_parts(root, 0))


def to_fetch(root: Node) -> int:
    """How many bytes of the bodies `sections` asks for."""
    return sum(leaf.wanted for leaf in leaves(root))


def sections(root: Node) -> tuple[str, ...]:
    """The IMAP sections that make up the message without its large files."""
    names: list[str] = []
    for step in _steps(root):
        match step:
            case Node():
                names.append(step.path if step.wanted == step.size else f"{step.path}]<0.{STUB}>")
            case str():
                names.append(step)
            case bytes():
                pass
    return tuple(dict.fromkeys(names))


def assemble(root: Node, got: dict[str, bytes]) -> bytes:
    """A message of the same structure from the sections that came; what is missing is empty.

    `got` is by section name as the server answers, without the length of a partial one (`2<0>` for `2]<0.4096>`).
    """
    out: list[bytes] = []
    for step in _steps(root):
        match step:
            case Node() if step.wanted == step.size:
                out.append(got.get(step.path, b""))
            case Node():
                stub = got.get(f"{step.path}<0>", b"")
                out.append(stub[: stub.rfind(b"\n") + 1] or stub)
            case str():
                out.append(got.get(step, b""))
            case bytes():
                out.append(step)
    return b"".join(out)


def _steps(node: Node) -> Iterator[Node | str | bytes]:
    """The message in order: header sections by name, leaves as themselves, delimiters as bytes."""
    yield node.header
    if node.children:
        delimiter = b"--" + node.boundary.encode("latin-1", "replace")
        for child in node.children:
            yield b"\r\n" + delimiter + b"\r\n"
            yield from _steps(child)
        yield b"\r\n" + delimiter + b"--\r\n"
    elif node.nested is not None:
        yield from _steps(node.nested)
    else:
        yield node


def leaves(node: Node) -> Iterator[Node]:
    """What is not made of other parts, in order."""
    return (step for step in _steps(node) if isinstance(step, Node))


def _parts(node: Node, nesting: int) -> Iterator[Part]:
    if node.children:
        for child in node.children:
            yield from _parts(child, nesting)
        return
    if not node.is_text:
        yield Part(
            content_type=node.content_type,
            disposition=node.disposition,
            filename=node.filename,
            content_id=node.content_id,
            size=node.size,
            nesting=nesting,
        )
    if node.nested is not None:
        yield from _parts(node.nested, nesting + 1)


def _entity(raw: object, header: str, path: str, depth: int, budget: list[int]) -> Node:
    """The top of a message: its header has a section of its own, a single part is number 1."""
    if not isinstance(raw, tuple) or not raw:
        raise ValueError("no BODYSTRUCTURE")
    if isinstance(raw[0], tuple | list):
        return _multipart(raw, header, path, depth, budget)
    return _leaf(raw, header, f"{path}.1" if path else "1", depth, budget)


def _part(raw: object, path: str, depth: int, budget: list[int]) -> Node:
    if not isinstance(raw, tuple) or not raw:
        raise ValueError("no body part")
    if isinstance(raw[0], tuple | list):
        return _multipart(raw, f"{path}.MIME", path, depth, budget)
    return _leaf(raw, f"{path}.MIME", path, depth, budget)


def _spend(depth: int, budget: list[int]) -> None:
    budget[0] -= 1
    if depth > MOST_DEPTH or budget[0] < 0:
        raise TooComplexError("too many parts, or too deep")


def _multipart(raw: tuple[object, ...], header: str, path: str, depth: int, budget: list[int]) -> Node:
    _spend(depth, budget)
    first = raw[0]
    if isinstance(first, list):
        children, rest = first, raw[1:]
    else:
        count = next((at for at, item in enumerate(raw) if not isinstance(item, tuple)), len(raw))
        children, rest = list(raw[:count]), raw[count:]
    subtype = _text(rest[0]) if rest else "mixed"
    parameters = _parameters(rest[1] if len(rest) > 1 else None)
    numbers = range(1, len(children) + 1)
    return Node(
        path=path,
        header=header,
        content_type=f"multipart/{subtype.lower()}",
        boundary=parameters.get("boundary", ""),
        children=tuple(
            _part(child, f"{path}.{number}" if path else f"{number}", depth + 1, budget)
            for number, child in zip(numbers, children, strict=True)
        ),
    )


def _leaf(raw: tuple[object, ...], header: str, path: str, depth: int, budget: list[int]) -> Node:
    _spend(depth, budget)
    if len(raw) < 7:  # noqa: PLR2004 - type, subtype, parameters, id, description, encoding and size are not optional
        raise ValueError("short body part")
    content_type = f"{_text(raw[0])}/{_text(raw[1])}".lower()
    parameters = _parameters(raw[2])
    nested = None
    after = 7
    if content_type in {"message/rfc822", "message/global"}:
        # Envelope, structure and lines follow. Its own header is a section of its own.
        after = 10
        if len(raw) > 8 and isinstance(raw[8], tuple):  # noqa: PLR2004 - the nested structure's place
            nested = _entity(raw[8], f"{path}.HEADER", path, depth + 1, budget)
    elif content_type.startswith("text/"):
        after = 8
    kind, given = _disposition(raw[after + 1] if len(raw) > after + 1 else None)
    return Node(
        path=path,
        header=header,
        content_type=content_type,
        disposition=kind,
        filename=_filename(given) or _filename(parameters),
        content_id=_text(raw[3]).strip("<> ") or None,
        size=raw[6] if isinstance(raw[6], int) else 0,
        nested=nested,
    )


def _disposition(raw: object) -> tuple[str | None, dict[str, str]]:
    if isinstance(raw, tuple) and raw:
        return _text(raw[0]).lower() or None, _parameters(raw[1] if len(raw) > 1 else None)
    return None, {}


def _parameters(raw: object) -> dict[str, str]:
    """Names lower-cased. RFC 2231 continuations stay as the server gives them."""
    if not isinstance(raw, tuple):
        return {}
    return {_text(key).lower(): _text(value) for key, value in zip(raw[::2], raw[1::2], strict=False)}


def _filename(parameters: dict[str, str]) -> str | None:
    """`filename` or `name`, whichever way it was encoded (RFC 2231, or RFC 2047 as many programs do)."""
    for name in ("filename", "name"):
        if name in parameters:
            return words(parameters[name]) or None
        pieces = _pieces(parameters, name)
        if pieces:
            return _joined(pieces)
    return None


def _pieces(parameters: dict[str, str], name: str) -> list[tuple[int, bool, str]]:
    found = []
    for key, value in parameters.items():
        match = _CONTINUED.match(key)
        if match and match[1] == name:
            number, star = match[2], match[3]
            found.append((int(number or 0), star is not None or number is None, value))
    return sorted(found)


def _joined(pieces: Sequence[tuple[int, bool, str]]) -> str | None:
    label, data = None, b""
    for place, (_, encoded, value) in enumerate(pieces):
        text = value
        if encoded and place == 0 and text.count("'") >= 2:  # noqa: PLR2004 - charset'language'value
            label, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if encoded else text.encode("utf-8", "surrogateescape")
    return decode(data, label) or None


def _text(raw: object) -> str:
    if isinstance(raw, bytes):
        return decode(raw, None)
    return "" if raw is None else str(raw)
