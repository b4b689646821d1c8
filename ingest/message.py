"""Raw bytes to a Message: the MIME tree walked once, every text decoded from its own bytes.

`read` gives the whole Message or says which limit was broken; `read_header` reads only the header, for strangers and
for identity. Addresses and dates are read by mail-parser; the bodies are not, because it leaves ISO-2022-JP, HZ and
UTF-7 undecoded and mixes attached messages into the text.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.errors import HeaderParseError

from mailparser.dates import parse_mail_date
from mailparser.utils import get_addresses

from domain.message import Mailbox, Message, Passage, Where
from domain.outcome import Envelope, Shunted
from ingest import limits, mime
from ingest.charset import shifted, words
from ingest.html import Rendering
from ingest.parts import Walk, walk

_FOLD = re.compile(rb"\r\n|\n|\r")
_WHOLE_FIELD = re.compile(rb"[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*")
_ID = re.compile(r"<[^<>\s]{1,900}>")
_MOST_IDS = 200

_ADDRESS = rb"[a-z0-9]+(?:[._+-][a-z0-9]+)*@[a-z0-9]+(?:[.-][a-z0-9]+)*"
_PLAIN_BOX = re.compile(
    rb"(?:(?P<name>[a-z0-9]+(?: [a-z0-9]+)*) )?<(?P<angle>%b)>|(?P<bare>%b)" % (_ADDRESS, _ADDRESS), re.IGNORECASE
)
"""One mailbox as most mail has it: of it every parser says the same. Whatever else there is goes to mail-parser."""

_LONGEST_PLAIN_BOX = 500

_LABELS = re.compile(
    r"protective|marking|label|classif|sensitiv|security|keyword|comment|caveat|thread-topic|content-description"
    r"|categor|restrict|handling|dissem|x-.*(?:level|control)",
)
"""Names of header fields in which mail programs put a label that people read."""

_NOT_LABELS = re.compile(
    r"^(?:authentication|arc-|dkim|received|strict-transport|x-ms-exchange-(?!.*(?:label|classif))|x-microsoft-|x-forefront)"
)

_AS_THEY_STAND = frozenset({"authentication-results", "arc-authentication-results", "received", "return-path"})
"""RFC 2047 section 5 allows no encoded words here; decoding one would let a sender write results of authentication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A Message, and what its HTML reads as, where that is known from looking for its passages."""

    message: Message
    rendering: Rendering | None = None


def read(raw: bytes, header: Message | None = None) -> Message | Shunted:
    """The Message that `raw` is, or why it could not be read within its limits. `header`: what `read_header` said of it."""
    found = opened(raw, header)
    return found.message if isinstance(found, Opened) else found


def opened(raw: bytes, header: Message | None = None) -> Opened | Shunted:
    """What `read` gives, with what was read of its HTML on the way."""
    reason = limits.broken(raw)
    if reason is not None:
        return Shunted(reason=reason, envelope=_envelope_of_broken(raw))
    try:
        found = walk(mime.parse(thinned(_without_mbox_line(raw))))
    except RecursionError:
        return Shunted(reason="parts nested too deeply", envelope=Envelope.of(read_header(limits.header_of(raw))))
    message = _whole(header or read_header(raw), found)
    reason = limits.text_broken(message.plain or "") or limits.text_broken(message.html or "")
    if reason:
        return Shunted(reason=reason, envelope=Envelope.of(message))
    return Opened(message=message, rendering=found.rendering)


def read_header(raw_header: bytes) -> Message:
    """A Message of which only the header is known; no body is looked at, whatever follows."""
    return _from_header(_fields(limits.header_of(_without_mbox_line(raw_header))))


def _whole(header: Message, found: Walk) -> Message:
    return replace(
        header,
        plain=found.plain,
        html=found.html,
        parts=found.parts,
        passages=header.passages + found.passages,
        sealing=found.sealing,
        defects=tuple(dict.fromkeys((*found.defects, *header.defects))),
    )


def _envelope_of_broken(raw: bytes) -> Envelope | None:
    """The envelope, if the header itself keeps its limits."""
    header = limits.header_of(raw)
    return None if limits.broken(header) else Envelope.of(read_header(header))


def _without_mbox_line(raw: bytes) -> bytes:
    """Mail saved from an mbox may begin with its `From ` line, which is no header field."""
    if raw.startswith((b"From ", b">From ")):
        return raw.partition(b"\n")[2]
    return raw.lstrip(b"\r\n") if raw[:1] in {b"\r", b"\n"} else raw


def thinned(raw: bytes) -> bytes:
    """Without the fields that say nothing of the MIME: there are dozens, and the parser needs none of them.

    Only those before the first line that is no field; and none where lines may end otherwise than they seem to.
    """
    header = limits.header_of(raw)
    ends_well = raw.startswith((b"\r\n\r\n", b"\n\n", b"\n\r\n"), len(header))
    if not ends_well or header.count(b"\r") != header.count(b"\r\n"):
        return raw
    kept: list[bytes] = []
    at = 0
    while at < len(header) and (field := _WHOLE_FIELD.match(raw, at)):
        at = field.end()
        if field[0].lower().startswith((b"content-", b"mime-")):
            kept.append(field[0])
    if raw.startswith(b"From ", at):  # the parser minds where that stands
        return raw
    return b"".join((*kept, raw[at:]))


def _fields(header: bytes) -> tuple[tuple[str, bytes], ...]:
    """The header's fields in order: lower-cased name, unfolded raw value (RFC 5322 section 2.2.3)."""
    fields: list[tuple[str, list[bytes]]] = []
    for line in _FOLD.split(header):
        if line[:1] in {b" ", b"\t"}:
            if fields:
                fields[-1][1].append(b" " + line.strip())
            continue
        name, colon, value = line.partition(b":")
        label = name.rstrip().decode("ascii", "ignore").lower()
        if colon and label and " " not in label:
            fields.append((label, [value.strip()]))
    return tuple((name, b"".join(values)) for name, values in fields)


def _from_header(fields: tuple[tuple[str, bytes], ...]) -> Message:
    headers = tuple(
        (name, value.decode("utf-8", "replace") if name in _AS_THEY_STAND else words(value)) for name, value in fields
    )
    first = dict(reversed(headers))
    defects: list[str] = []
    boxes = {name: _mailboxes(fields, name, defects) for name in ("from", "reply-to", "to", "cc")}
    if sum(name == "from" for name, _ in fields) > 1:
        defects.append("SeveralFromHeaders")
    return Message(
        message_id=next(iter(_ids(headers, "message-id")), None) or first.get("message-id") or None,
        in_reply_to=_ids(headers, "in-reply-to"),
        references=_ids(headers, "references"),
        subject=first.get("subject"),
        date=_date(first.get("date")),
        senders=boxes["from"],
        reply_to=boxes["reply-to"],
        to=boxes["to"],
        cc=boxes["cc"],
        return_path=_return_path(first.get("return-path")),
        headers=headers,
        passages=_header_passages(headers),
        defects=tuple(dict.fromkeys(defects)),
    )


def _ids(headers: tuple[tuple[str, str], ...], name: str) -> tuple[str, ...]:
    """The Message-IDs of a field, with their angle brackets."""
    found = [match for key, value in headers if key == name for match in _ID.findall(value)]
    return tuple(found[:_MOST_IDS])


def _mailboxes(fields: tuple[tuple[str, bytes], ...], name: str, defects: list[str]) -> tuple[Mailbox, ...]:
    found: list[Mailbox] = []
    problems: list[dict[str, str]] = []
    for key, value in fields:
        if key != name:
            continue
        plain = _PLAIN_BOX.fullmatch(value, 0, _LONGEST_PLAIN_BOX)
        if plain is not None and plain.end() == len(value):
            shown = (plain["name"] or b"").decode("ascii")
            found.append(Mailbox(name=shown, address=(plain["angle"] or plain["bare"]).decode("ascii").lower()))
            continue
        text = value.decode("utf-8", "replace")
        for label, address in _addresses(text, problems):
            if address:
                shown = "" if label == address else words(label)
                found.append(Mailbox(name=shown, address=address.strip().lower()))
    if problems:
        defects.append("AddressHeaderDefect")
    return tuple(found)


def _addresses(text: str, problems: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Names and addresses. An encoded word of broken base64 has mail-parser raise; then names are left as they came."""
    found: list[tuple[str, str]]
    try:
        found = get_addresses(text, defects=problems, decode_names=True)
    except HeaderParseError:
        found = get_addresses(text, defects=problems, decode_names=False)
    return found


def _return_path(value: str | None) -> str | None:
    return None if value is None else value.strip().removeprefix("<").removesuffix(">").strip().lower()


def _date(value: str | None) -> datetime | None:
    if not value:
        return None
    read_as = parse_mail_date(value[:200]).value
    return read_as.astimezone(UTC) if isinstance(read_as, datetime) and read_as.tzinfo else None


def _header_passages(headers: tuple[tuple[str, str], ...]) -> tuple[Passage, ...]:
    found: list[Passage] = []
    for name, value in headers:
        if name == "subject":
            found.append(Passage(where=Where.SUBJECT, text=value, name=name))
        elif value and _LABELS.search(name) and not _NOT_LABELS.match(name):
            found.append(Passage(where=Where.HEADER, text=value, name=name))
        else:
            continue
        second = shifted(value) if "+" in value else None
        if second:
            found.append(Passage(where=found[-1].where, text=second, name=name))
    return tuple(found)
