"""A bounce: who could not be reached, why, and which of our mails it is about. Total and in linear time.

RFC 3464 first; then Exim's X-Failed-Recipients; then what the text says; then whom the returned copy was for.
"""

import email
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Tree

from domain.message import Message
from domain.origin import Bounce, BouncedRecipient, BounceReason
from ingest import html
from ingest.failures import MOST_RECIPIENTS, Failure, failures, said
from ingest.reasons import reason_of, status_in

MOST_BYTES = 1_000_000  # the report stands before the returned copy
MOST_PARTS = 200
MOST_DEPTH = 20
MOST_IDS = 20

_REPORTS = {"message/delivery-status", "message/global-delivery-status"}
_COPIES = {
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/rfc822-headers",
}
_MESSAGE_ID = re.compile(r"^[ \t>|]{0,20}message-id:\s{0,20}(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_FINAL = re.compile(r"^final-recipient:", re.IGNORECASE | re.MULTILINE)
_COPY_TO = re.compile(r"^to:\s{0,20}([^\r\n]{1,500})", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@']{1,128}@[^\s<>()\[\]\",;:@']{1,250}")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ACTIONS = {"failed", "delayed", "delivered", "relayed", "expanded"}
_GAVE_UP = re.compile(r"permanent|fatal|giv(?:en|ing) up|gave up|did not receive", re.IGNORECASE)
_MOST_SAID = 4_000
_DELAYED = re.compile(
    r"delay|warning|still|will (?:be retried|keep trying|continue)|not been able to deliver|temporar", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """One recipient's fields of a delivery-status part (RFC 3464 section 2.3)."""

    address: str | None
    action: str | None
    status: str | None
    diagnostic: str


def read_bounce(message: Message, raw: bytes) -> Bounce:
    """Every recipient with its reason. `recipients` is empty where nobody can be told."""
    body = raw[:MOST_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[2].decode("utf-8", "replace")
    reports = (tuple(_reports(raw)) or tuple(_loose_reports(body)))[:MOST_RECIPIENTS]
    text = _text(message) or body
    about = tuple(dict.fromkeys(_MESSAGE_ID.findall(body) + _MESSAGE_ID.findall(text)))[:MOST_IDS]
    recipients = _from_reports(reports, text, message) or _from_header(message, text) or _from_notification(message)
    recipients = recipients or _from_text(message, text) or _from_copy(message, body, text)
    return Bounce(recipients=recipients, about=about)


def _text(message: Message) -> str:
    """What a person would read, the text form first."""
    if message.plain and message.plain.strip():
        return message.plain[:MOST_BYTES]
    return html.visible_text(message.html[:MOST_BYTES]) if message.html else ""


def _reports(raw: bytes) -> Iterator[_Report]:
    """Each recipient's block of every delivery-status part; none where the mail cannot be taken apart."""
    try:
        tree = email.message_from_bytes(raw[:MOST_BYTES])
        parts = [part for part in _parts(tree, 0) if part.get_content_type() in _REPORTS][:MOST_PARTS]
    except RecursionError:
        return
    for part in parts:
        for fields in _blocks(part):
            if {"final-recipient", "original-recipient", "action", "status"} & fields.keys():
                yield _report(fields)


def _loose_reports(body: str) -> Iterator[_Report]:
    """The same from a mail whose MIME is broken, or whose returned copy is itself a report."""
    for block in body.split("\n\n")[:MOST_PARTS]:
        if _FINAL.search(block):
            yield _report(_fields(block))


def _parts(tree: Tree, depth: int) -> Iterator[Tree]:
    """The leaves and reports of a mail; a returned copy is not entered."""
    kind = tree.get_content_type()
    children = tree.get_payload()
    if kind in _COPIES or depth > MOST_DEPTH:
        return
    if kind in _REPORTS or not isinstance(children, list):
        yield tree
        return
    for child in children[:MOST_PARTS]:
        assert isinstance(child, Tree)
        yield from _parts(child, depth + 1)


def _blocks(part: Tree) -> Iterator[dict[str, str]]:
    """The blocks of a delivery-status part as fields. Blank lines part them; some servers forget the blank line."""
    payload = part.get_payload()
    blocks = [block for block in payload if isinstance(block, Tree)] if isinstance(payload, list) else []
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        yield from map(_fields, _from_base64("".join(str(block.get_payload()) for block in blocks)).split("\n\n"))
        return
    for block in blocks:
        yield {name.lower(): str(value) for name, value in block.items()}
        yield from map(_fields, str(block.get_payload()).split("\n\n")[:MOST_PARTS])


def _from_base64(text: str) -> str:
    """RFC 3464 asks for 7bit, RFC 6533 allows this; what cannot be decoded is empty."""
    try:
        return b64decode(text).decode("utf-8", "replace").replace("\r\n", "\n")
    except ValueError:
        return ""


def _fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    last = ""
    for line in text[:20_000].splitlines():
        if line[:1] in {" ", "\t"} and last:
            fields[last] += " " + line.strip()
        else:
            name, colon, value = line.partition(":")
            if colon:
                last = name.strip().lower()
                fields.setdefault(last, value.strip())
    return fields


def _report(fields: dict[str, str]) -> _Report:
    named = ("original-recipient", "final-recipient", "x-actual-recipient")
    addresses = [address for name in named if (address := _address(fields.get(name, "")))]
    action = (fields.get("action", "").split() or [""])[0].strip(";,()").lower()
    status = _STATUS.search(fields.get("status", "")[:200])
    diagnostic = " ".join((fields.get("diagnostic-code", ""), fields.get("x-supplementary-info", "")))
    return _Report(
        address=addresses[0] if addresses else None,
        action=action if action in _ACTIONS else None,
        status=status[0] if status else None,
        diagnostic=diagnostic.strip(),
    )


def _address(value: str) -> str | None:
    """The address in `rfc822; <a@b>` (RFC 3464 section 2.3.1); xtext `+40` and `+2B` are undone (RFC 3461 section 4)."""
    found = _ADDRESS.search(value.rpartition(";")[2][:1000])
    return found[0].strip("<>.").lower() if found else None


def _from_reports(reports: tuple[_Report, ...], text: str, message: Message) -> tuple[BouncedRecipient, ...]:
    by_text = {found.address: found.words for found in failures(text, not_these=_not_recipients(message))}
    spare = next(iter(by_text), None) or next(iter(_failed_header(message)), None)
    recipients: dict[str, BouncedRecipient] = {}
    for report in reports:
        address = report.address or spare
        if address is None:
            continue
        near = by_text.get(address, "")
        alone = "\n".join(said(text)) if len(reports) == 1 else ""
        status = _best_status(report.status, report.diagnostic or near)
        recipients.setdefault(
            address,
            BouncedRecipient(
                address=address,
                action=report.action,
                status=status,
                reason=reason_of(action=report.action, status=status, texts=(report.diagnostic, near, alone)),
            ),
        )
    return tuple(recipients.values())


def _best_status(given: str | None, diagnostic: str) -> str | None:
    """The status field, unless it is one of the general ones and the remote server said more."""
    if given is None or given[1:] in {".0.0", ".3.0", ".1.0", ".2.0", ".4.0", ".5.0", ".6.0", ".7.0"}:
        return status_in(diagnostic) or given
    return given


def _failed_header(message: Message) -> tuple[str, ...]:
    found = [
        address for value in message.header_all("x-failed-recipients") for address in _ADDRESS.findall(value[:20_000])
    ]
    return tuple(dict.fromkeys(address.lower() for address in found))[:MOST_RECIPIENTS]


def _from_header(message: Message, text: str) -> tuple[BouncedRecipient, ...]:
    """Exim names the failed recipients in a header, and says why in its text."""
    named = _failed_header(message)
    by_text = {found.address: found.words for found in failures(text, not_these=_not_recipients(message))}
    everything = "\n".join(said(text))
    return tuple(
        _told(message, Failure(address=address, words=by_text.get(address, everything)), everything)
        for address in named
    )


def _from_text(message: Message, text: str) -> tuple[BouncedRecipient, ...]:
    everything = "\n".join(said(text))
    found = failures(text, not_these=_not_recipients(message)) or failures(text)
    return tuple(_told(message, failure, everything if len(found) == 1 else "") for failure in found)


def _from_copy(message: Message, body: str, text: str) -> tuple[BouncedRecipient, ...]:
    """Nobody is named: it was whom the returned copy was for, if that is one person."""
    everything = "\n".join(said(text))
    for line in _COPY_TO.findall(body):
        addresses = [address.lower() for address in _ADDRESS.findall(line)]
        if len(addresses) == 1 and addresses[0] not in _not_recipients(message):
            return (_told(message, Failure(address=addresses[0], words=everything), ""),)
    return ()


def _told(message: Message, failure: Failure, everything: str) -> BouncedRecipient:
    """A recipient known from text: action and status as the words have them."""
    status = status_in(failure.words) or status_in(everything)
    warns = _DELAYED.search((message.subject or "")[:300]) and not _GAVE_UP.search(everything[:_MOST_SAID])
    waits = bool(warns) or (status or "").startswith("4.")
    action = "delayed" if waits else "failed"
    reason = reason_of(action=action, status=status, texts=(failure.words, everything))
    return BouncedRecipient(address=failure.address, action=action, status=status, reason=reason)


def _not_recipients(message: Message) -> frozenset[str]:
    """Whom the bounce comes from and goes to: the sender of what was returned, never its recipient."""
    return frozenset(box.address.lower() for box in (*message.senders, *message.to, *message.cc) if box.address)


def _from_notification(message: Message) -> tuple[BouncedRecipient, ...]:
    """Amazon SES may report a bounce as JSON through SNS."""
    start = (message.plain or "").find('{"')
    if start < 0 or '"bounce' not in (message.plain or "").lower():
        return ()
    try:
        told, _ = json.JSONDecoder().raw_decode((message.plain or "")[start:MOST_BYTES])
    except (ValueError, RecursionError):
        return ()
    bounce = told.get("bounce") if isinstance(told, dict) else None
    named = bounce.get("bouncedRecipients") if isinstance(bounce, dict) else None
    found = (
        [_notified(one) for one in named[:MOST_RECIPIENTS] if isinstance(one, dict)] if isinstance(named, list) else []
    )
    return tuple(recipient for recipient in found if recipient)


def _notified(one: dict[str, object]) -> BouncedRecipient | None:
    address = _address(str(one.get("emailAddress", "")))
    if address is None:
        return None
    action = str(one.get("action", "")).lower()
    status, diagnostic = str(one.get("status", "")), str(one.get("diagnosticCode", ""))
    return BouncedRecipient(
        address=address,
        action=action if action in _ACTIONS else None,
        status=status if _STATUS.fullmatch(status) else None,
        reason=reason_of(action=action, status=status, texts=(diagnostic,)) if status else BounceReason.OTHER,
    )
