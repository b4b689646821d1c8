"""The Digest as a mail: one Supervisor, one Round, every one of their people where their Prompt stands. Pure.

The law: a row of somebody else's people stops the whole mail; text that was withheld has no place here; who did not
answer in a voluntary Unit is counted and never named; nobody is labelled.
"""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from domain.campaign import Campaign
from domain.digest import UNANSWERED, Digest, DigestRow
from domain.employee import Employee, EmployeeId
from domain.errors import BulletinError
from domain.outbox import MailKind, OutboundMail
from domain.policy import Mode
from domain.round import CampaignId, RoundId
from domain.standing import Standing
from outbound import headers, letter
from outbound.press import Press
from outbound.templates import Locale

MOST_PEOPLE: Final = 1000
"""People named in one Digest; the others are counted, and the mail says who can list them."""

MOST_BULLET: Final = 1000
MOST_BULLETS: Final = 50
MOST_TEXT: Final = 400_000
"""Characters of bullets in one Digest; people beyond it are listed with the number of theirs."""


class WrongSupervisorError(BulletinError):
    """A Digest holds a person of another Supervisor. It was not sent; check the Roster and the snapshot of the Round."""

    permanent = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person in a section. `hidden` is how many bullets were left out for size."""

    name: str
    unit: str
    remark: str = ""
    bullets: tuple[str, ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """People whose Prompts stand alike. `rows` may be fewer than `number`: some are counted only.

    `unlisted` is how many of these are so for size alone.
    """

    title: str
    number: int
    rows: tuple[Line, ...]
    note: str = ""
    unlisted: int = 0


_SECTIONS: Final[tuple[tuple[str, frozenset[Standing]], ...]] = (
    ("answered", frozenset({Standing.ANSWERED, Standing.COVERED})),
    ("late", frozenset({Standing.LATE})),
    ("sensitive", frozenset({Standing.SENSITIVE})),
    ("declined", frozenset({Standing.DECLINED})),
    ("withheld", frozenset({Standing.WITHHELD})),
    ("away", frozenset({Standing.AWAY})),
    ("not_expected", frozenset({Standing.EXEMPT})),
    ("not_yet", frozenset({Standing.AWAITING, Standing.NEEDS_FIX, Standing.UNDELIVERABLE})),
)
_SECTION_OF: Final = {standing: name for name, standings in _SECTIONS for standing in standings}
_SHOWS_BULLETS: Final = frozenset({"answered", "late"})


def check_rows(supervisor: Employee, rows: Iterable[DigestRow], recipient: str | None = None) -> None:
    """Raise WrongSupervisorError unless every row is this Supervisor's own and `recipient` is the Supervisor's address.

    Asked when a Digest is composed, and again by whoever sends it, with rows read anew.
    """
    if recipient is not None and not supervisor.owns(recipient):
        raise WrongSupervisorError(f"the digest of {supervisor.id} has another recipient")
    for row in rows:
        if row.supervisor_id != supervisor.id or row.employee_id == supervisor.id:
            raise WrongSupervisorError(f"{row.employee_id} does not belong in the digest of {supervisor.id}")


def thread_root(press: Press, campaign: Campaign, supervisor_id: EmployeeId) -> str:
    """A Message-ID that no mail has: what the Digests of one Supervisor refer to, so that clients show them together."""
    digest = hashlib.sha256(f"{press.letterhead.instance}/{campaign.id}/{supervisor_id}".encode("utf-8", "replace"))
    return f"<digests.{digest.hexdigest()[:32]}@{press.letterhead.host}>"


def digest_key(campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId, *, final: bool = False) -> str:
    """What makes a Digest unique in the Outbox."""
    return f"{MailKind.FINAL_DIGEST if final else MailKind.DIGEST}/{campaign_id}/{round_id}/{supervisor_id}"


def digest_mail(
    press: Press,
    digest: Digest,
    *,
    campaign: Campaign,
    token: str,
    now: datetime,
    most_text: int = MOST_TEXT,
) -> OutboundMail:
    """The Digest as text and HTML. `token` is the Supervisor's conversation about this Round, not their own Prompt's.

    Raises WrongSupervisorError where a row is not the Supervisor's.
    """
    boss, head = digest.supervisor, press.letterhead
    check_rows(boss, digest.rows)
    tag = boss.locale or campaign.locale
    variables = _variables(press, digest, campaign, tag, most_text)
    copy = press.set(tag, "digest.txt", variables)
    markup = press.templates.render(
        tag, "digest.html", {"organisation": head.organisation, "contact": head.contact, **variables}
    )
    check_rows(boss, digest.rows, headers.addr_spec(boss.address))
    return press.to_supervisor(
        tag,
        copy,
        boss=boss,
        about=(campaign.id, digest.round.id),
        kind=MailKind.FINAL_DIGEST if digest.final else MailKind.DIGEST,
        key=digest_key(campaign.id, digest.round.id, boss.id, final=digest.final),
        name="finaldigest" if digest.final else "digest",
        token=token,
        now=now,
        markup=markup,
        answers=thread_root(press, campaign, boss.id),
    )


def _variables(press: Press, digest: Digest, campaign: Campaign, tag: str, most_text: int) -> Mapping[str, object]:
    locale = press.locale(tag)
    arranged = sections(digest.rows, locale, most_text)
    zone = digest.supervisor.time_zone or campaign.zone
    return {
        "campaign": press.subject(tag, campaign),
        "round_id": digest.round.id,
        "words": {**locale.words, "language": locale.language, "direction": locale.direction},
        "supervisor": isolated(headers.clean(digest.supervisor.name, headers.MOST_NAME)),
        "sections": [_section_entries(one) for one in arranged if one.rows],
        "counts": (
            {"title": locale.words["total"], "number": len(digest.rows)},
            *({"title": one.title, "number": one.number} for one in arranged if one.number),
        ),
        "final": digest.final,
        "closed": press.moment(tag, digest.round.closes_at, zone),
        "cut": False,
        "left_out": sum(line.hidden for one in arranged for line in one.rows),
    }


def _section_entries(section: Section) -> dict[str, object]:
    """A Section as a template takes it: plain dicts are looked up fastest in the sandbox."""
    return {
        "title": section.title,
        "number": section.number,
        "note": section.note,
        "unlisted": section.unlisted,
        "rows": [
            {
                "name": line.name,
                "unit": line.unit,
                "remark": line.remark,
                "bullets": line.bullets,
                "hidden": line.hidden,
            }
            for line in section.rows
        ],
    }


def sections(
    rows: Sequence[DigestRow], locale: Locale, most_text: int = MOST_TEXT, most_people: int = MOST_PEOPLE
) -> tuple[Section, ...]:
    """The rows by where their Prompts stand, in the order of the Digest; empty sections too."""
    named = [row for row in rows if not (row.mode is Mode.VOLUNTARY and row.standing in UNANSWERED)]
    numbers = Counter(map(_section, named))
    shares = _shares(numbers, most_people)
    shown: dict[str, list[Line]] = {name: [] for name, _ in _SECTIONS}
    room = most_text
    for row in named:
        name = _section(row)
        if len(shown[name]) < shares[name]:
            line = _line(row, locale, room, with_bullets=name in _SHOWS_BULLETS)
            room -= sum(map(len, line.bullets))
            shown[name].append(line)
    words = locale.words
    told = tuple(
        Section(
            title=words[name],
            number=numbers[name],
            rows=tuple(lines),
            note=words["withheld_note"] if name == "withheld" and lines else "",
            unlisted=numbers[name] - len(lines),
        )
        for name, lines in shown.items()
    )
    return (*told, Section(title=words["voluntary"], number=len(rows) - len(named), rows=()))


def _shares(numbers: Mapping[str, int], room: int) -> Mapping[str, int]:
    """How many of each section may be named: small ones whole, those that are too large alike."""
    shares: dict[str, int] = {}
    in_order = sorted(numbers, key=lambda name: numbers[name])
    for place, name in enumerate(in_order):
        shares[name] = min(numbers[name], room // (len(in_order) - place))
        room -= shares[name]
    return shares


def _line(row: DigestRow, locale: Locale, room: int, *, with_bullets: bool) -> Line:
    """One person, with bullets where they have their place and there is `room` for so many characters."""
    bullets = tuple(_short(one, locale) for one in row.bullets[:MOST_BULLETS]) if with_bullets else ()
    hidden = len(row.bullets) - len(bullets) if bullets else 0
    if sum(map(len, bullets)) > room:
        bullets, hidden = (), len(row.bullets)
    return Line(
        name=isolated(headers.clean(row.name, headers.MOST_NAME)),
        unit=isolated(headers.clean(row.unit, headers.MOST_SUBJECT)),
        remark=_remark(row, locale),
        bullets=bullets,
        hidden=hidden,
    )


def substance(rows: Sequence[DigestRow]) -> bytes:
    """What a Digest of these rows tells, whatever the language: the same bytes, the same Digest.

    Another arrival of the same answer is no news, nor what becomes of somebody who is counted only.
    """
    told: list[list[object]] = []
    unnamed = 0
    for row in rows:
        if row.mode is Mode.VOLUNTARY and row.standing in UNANSWERED:
            unnamed += 1
            continue
        section = _section(row)
        reason = row.reason if row.standing is Standing.EXEMPT else ""
        back = row.back_on.isoformat() if row.back_on is not None else ""
        bullets = list(row.bullets) if section in _SHOWS_BULLETS else []
        mode = "" if row.mode.asks else row.mode.value
        told.append(
            [row.employee_id, row.name, row.unit, section, row.standing, mode, reason, back, row.copied, bullets]
        )
    return json.dumps([sorted(told, key=lambda entry: str(entry[0])), unnamed]).encode("ascii")


def isolated(text: str) -> str:
    """`text` in signs that isolate it (UAX 9 section 2.4), where letters written from the right could turn what follows."""
    turns = not text.isascii() and any(unicodedata.bidirectional(sign) in {"R", "AL", "AN"} for sign in text)
    return f"\u2068{text}\u2069" if turns else text


def bare(text: str) -> str:
    """`text` without the signs of `isolated`, for where nothing is set beside it."""
    return text.replace("\u2068", "").replace("\u2069", "")


def _section(row: DigestRow) -> str:
    """Where the Unit does not ask at present, nobody's answer is missing."""
    if not row.mode.asks and row.standing in UNANSWERED:
        return "not_expected"
    return _SECTION_OF[row.standing]


def _remark(row: DigestRow, locale: Locale) -> str:
    words = locale.words
    if row.standing is Standing.AWAY and row.back_on is not None:
        return f"{words['back_on']} {locale.day(row.back_on)}"
    if not row.mode.asks and row.standing in UNANSWERED:
        return words.get(row.mode.value, "")
    match row.standing:
        case Standing.COVERED:
            return words["covered_note"]
        case Standing.NEEDS_FIX:
            return words["needs_fix"]
        case Standing.UNDELIVERABLE:
            return words["undeliverable"]
        case Standing.EXEMPT:
            return headers.clean(row.reason, headers.MOST_SUBJECT)
        case Standing.ANSWERED | Standing.LATE if row.copied:
            return words["copied"]
        case _:
            return ""


def _short(bullet: str, locale: Locale) -> str:
    plain = letter.one_line(bullet)
    return plain if len(plain) <= MOST_BULLET else f"{plain[:MOST_BULLET].rstrip()} {locale.words['cut']}"


def copy(
    press: Press,
    row: DigestRow,
    *,
    campaign: Campaign,
    round_id: RoundId,
    supervisor: Employee,
    token: str,
    arrived_at: datetime,
    late: bool,
    now: datetime,
) -> OutboundMail:
    """One accepted answer to its Supervisor at once. Refused as a whole Digest would be.

    Where it holds no bullets, its Standing is said in words.
    """
    check_rows(supervisor, (row,), supervisor.address)
    tag = supervisor.locale or campaign.locale
    locale = press.locale(tag)
    name = headers.clean(row.name, headers.MOST_NAME)
    variables = {
        "campaign": press.subject(tag, campaign),
        "round_id": round_id,
        "name": name,
        "unit": headers.clean(row.unit, headers.MOST_SUBJECT),
        "received": press.moment(tag, arrived_at, supervisor.time_zone or campaign.zone),
        "late": late,
        "bullets": [_short(one, locale) for one in row.bullets[:MOST_BULLETS]],
        "said": locale.words.get(row.standing, ""),
    }
    words = press.set(tag, "copy.txt", variables)
    stamp = format(int(arrived_at.timestamp()), "x")
    mail = press.to_supervisor(
        tag,
        words,
        boss=supervisor,
        about=(campaign.id, round_id),
        kind=MailKind.COPY,
        key=f"copy/{campaign.id}/{round_id}/{row.employee_id}/{stamp}",
        name=f"copy{stamp}",
        token=token,
        now=now,
        thread=(thread_root(press, campaign, supervisor.id),),
    )
    return replace(mail, employee_id=row.employee_id, unit=row.unit)
