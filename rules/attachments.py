"""The attachments rule: did the person attach a file? Logos, signatures, calendars and our own mail are none."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.message import Part, Sealing, Where
from domain.policy import Policy
from domain.reply import Region, Reply
from domain.verdict import Effect, Finding
from rules.addresses import host_of, unwrap
from rules.fold import fold
from rules.wording import share

VERSION: Final = 1


class Sort(StrEnum):
    """What was attached."""

    FILE = "file"
    ARCHIVE = "archive"
    FORWARDED = "forwarded message"
    CLOUD = "cloud file"


_HINTS: Final = {
    Sort.FILE: "A file is attached. Please reply again without it and write what it shows in a few words.",
    Sort.ARCHIVE: "An archive is attached; it was not opened. Please reply again without it and say what it holds.",
    Sort.FORWARDED: "Another message is attached. Please reply again without it and put what matters into a bullet.",
    Sort.CLOUD: "A file in the cloud is linked like an attachment. Please reply again without it; your words are enough.",
}

# Parts that a mail program or a server adds by itself.
_NEVER: Final = re.compile(
    r"multipart/|application/(?:x-)?pkcs7-(?:signature|mime)$|application/pgp-(?:signature|keys|encrypted)$"
    r"|text/(?:x-)?vcard$|text/directory$|text/calendar$|application/ics$|application/applefile$"
    r"|message/(?:delivery-status|global-delivery-status|disposition-notification|feedback-report|global-headers)$"
    r"|text/(?:rfc822-headers|x-amp-html|x-moz-deleted|watch-html)$"
)
_NEVER_NAMED: Final = re.compile(
    r"\.(?:p7s|p7m|vcf|ics|sig)$|^att\d{3,6}\.(?:txt|html?|c|bin)$|^(?:footer|disclaimer|signature|mime-attachment)\.(?:txt|html?)$"
    r"|^(?:openpgp_|publickey)[^/]*\.asc$|^signature\.asc$|^encrypted\.asc$"
)
_MESSAGE: Final = re.compile(r"message/(?:rfc822|global|news|partial|external-body)$")
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_READ: Final = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
_ARCHIVE: Final = re.compile(
    r"(?:zip|compressed|x-tar|gzip|bzip2|x-7z|x-rar|vnd\.rar|x-xz|zstd|stuffit|cab|x-iso9660)[\w-]*$"
)
_ARCHIVE_NAMED: Final = re.compile(r"\.(?:zip|7z|rar|tar|t?gz|t?bz2?|t?xz|zst|cab|iso|sitx?|jar|lzh|arj|img|dmg)$")
_LOGO_NAMED: Final = re.compile(
    r"^(?:image\d{3}|outlook-\w+|logo|inline|signature|unnamed|~wrd\d+|oledata)[\w .()-]*\.\w{3,4}$|\.mso$"
)

_DOT: Final = 1_500
"""Bytes. A picture that small shows nothing: a tracking dot, a spacer, a rule."""
_LOGO: Final = 20_000
_WRAPPED: Final = 1_000_000
_OURS: Final = 0.5
"""So much of an attached message is our own wording where it is our prompt that came back."""

_CLOUD: Final = re.compile(
    r"(?:^|\.)(?:sharepoint\.(?:com|us)|1drv\.ms|onedrive\.live\.com|drive\.google\.com|docs\.google\.com|dropbox\.com|"
    r"box\.com|icloud\.com|wetransfer\.com|we\.tl|mega\.nz|sharefile\.com|mediafire\.com|egnyte\.com)$"
)
_FILE_TEXT: Final = re.compile(
    r"\.(?:docx?|xls[xmb]?|ppt[xm]?|pdf|zip|csv|txt|jpe?g|png|gif|heic|mp4|mov|one|vsdx?|rtf|odt|ods|msg|eml|7z|rar|"
    r"gdoc|gsheet|gslides|pages|numbers|key)\b",
    re.IGNORECASE,
)
_CHIP: Final = re.compile(
    r"gmail_drive_chip|gmail_chip|OwaReferenceAttachment|data-ogsc-card|mail-drop|AttachmentPlaceholder"
)
_CLOUD_HEADER: Final = "x-apple-mail-drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """One refused Part: its place among the Parts that count, from 1, and what it is."""

    number: int
    sort: Sort


def ask(reply: Reply, policy: Policy, wording: tuple[str, ...]) -> tuple[Finding, ...]:  # noqa: ARG001 - every rule is asked alike
    """One Finding for each thing attached. What an encrypted message holds cannot be told."""
    if reply.message.sealing is Sealing.ENCRYPTED:
        return ()
    found = attached(reply.message.parts, ours_returned=_is_ours(reply, wording))
    cards = len(found) + 1, _cards(reply)
    clouds = tuple(Attached(number=cards[0] + step, sort=Sort.CLOUD) for step in range(cards[1]))
    return findings(found + clouds)


def judge_structure(parts: tuple[Part, ...]) -> tuple[Finding, ...]:
    """The same question before anything was downloaded, of the Parts that BODYSTRUCTURE tells.

    What only the downloaded message can answer (is a picture shown in the text? is an attached message ours?) is let
    pass here and asked again by `ask`.
    """
    return findings(attached(parts, downloaded=False))


def findings(found: tuple[Attached, ...]) -> tuple[Finding, ...]:
    """What the employee is told."""
    return tuple(
        Finding(
            rule="attachments",
            where=f"attachment {one.number}",
            hint=_HINTS[one.sort],
            effect=Effect.REJECT,
            kind=one.sort.value,
        )
        for one in found
    )


def attached(parts: tuple[Part, ...], *, downloaded: bool = True, ours_returned: bool = False) -> tuple[Attached, ...]:
    """The Parts that a person attached. What lies inside an attached message goes with it, unless that is our own."""
    depth = 1 if ours_returned else 0
    sorts = (_sort(part, downloaded=downloaded, ours=ours_returned) for part in parts if part.nesting <= depth)
    return tuple(Attached(number=number, sort=sort) for number, sort in enumerate(filter(None, sorts), 1))


def _sort(part: Part, *, downloaded: bool, ours: bool) -> Sort | None:
    kind = part.content_type.lower()
    name = fold(part.filename or "").strip().lower()
    if _NEVER.match(kind) or _NEVER_NAMED.search(name):
        return None
    if _MESSAGE.match(kind):
        return _message(part, downloaded=downloaded, ours=ours)
    if kind in _TNEF or name == "winmail.dat":
        return Sort.FILE if part.size > _WRAPPED else None
    if kind.startswith("image/"):
        return None if _is_shown(part, name, downloaded=downloaded) else Sort.FILE
    if kind in _READ and not name and part.disposition != "attachment":
        return None
    if part.size == 0 and not name:
        return None
    return Sort.ARCHIVE if _ARCHIVE.search(kind) or _ARCHIVE_NAMED.search(name) else Sort.FILE


def _message(part: Part, *, downloaded: bool, ours: bool) -> Sort | None:
    if ours or (not downloaded and part.size <= _WRAPPED):
        return None
    return Sort.FORWARDED


def _is_shown(part: Part, name: str, *, downloaded: bool) -> bool:
    """Whether a picture belongs to the text: shown by the HTML, a logo left over from it, or a dot."""
    if part.referenced or (part.size <= _DOT and part.disposition != "attachment"):
        return True
    if part.content_id is None:
        return False
    if not downloaded:
        return True
    return part.disposition != "attachment" and (part.size <= _LOGO or _LOGO_NAMED.search(name) is not None)


def _is_ours(reply: Reply, wording: tuple[str, ...]) -> bool:
    """Whether the message that came attached is our own prompt."""
    inner = [passage.text for passage in reply.message.passages if passage.where is Where.NESTED and not passage.name]
    return bool(inner) and bool(wording) and all(share(fold(text), wording) >= _OURS for text in inner)


def _cards(reply: Reply) -> int:
    """How many cards of files in the cloud stand in the person's own words."""
    html = reply.message.html or ""
    chips = _CHIP.search(html) is not None
    targets = {
        unwrap(anchor.target)
        for anchor in reply.anchors
        if anchor.region is Region.BODY
        and anchor.attribute == "href"
        and (chips or _FILE_TEXT.search(anchor.text))
        and _CLOUD.search(host_of(unwrap(anchor.target)))
    }
    return len(targets) or int(reply.message.header(_CLOUD_HEADER) is not None)
