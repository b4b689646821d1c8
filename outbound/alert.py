"""Alerts: of a withheld reply (where it lies and whom it concerns, never what it says), of a missed Round, and of a flood. Pure."""

import hashlib
from dataclasses import replace
from datetime import datetime

from domain.campaign import Campaign
from domain.ledger import LedgerEntry
from domain.outbox import MailKind, OutboundMail
from domain.round import Round
from domain.unit import ROOT, UnitPath
from outbound import headers
from outbound.press import Press, Wording

MOST_COPIES = 100


def missed(press: Press, asked: Round, *, contact: str, campaign: Campaign, now: datetime, reason: str) -> OutboundMail:
    """To the operator: a Round that nobody was asked in, because nothing ran while it should have opened."""
    variables = {
        "campaign": press.subject(campaign.locale, campaign),
        "campaign_id": asked.campaign_id,
        "round_id": asked.id,
        "opens": press.moment(campaign.locale, asked.opens_at, campaign.zone),
        "deadline": press.moment(campaign.locale, asked.closes_at, campaign.zone),
        "reason": reason,
    }
    name = hashlib.sha256(f"{asked.campaign_id}/{asked.id}".encode()).hexdigest()[:32]
    said = press.set(campaign.locale, "missed.txt", variables)
    key = f"alert/missed/{asked.campaign_id}/{asked.id}"
    made = _mail(press, campaign.locale, said, contact=contact, key=key, name=f"missed.{name}", now=now)
    return replace(made, campaign_id=asked.campaign_id, round_id=asked.id)


def flood(press: Press, *, contact: str, campaign: Campaign, now: datetime, count: int, limit: int) -> OutboundMail:
    """To the operator: more answers than people can have caused; none go out until they are fewer. At most one an hour."""
    tag, hour = campaign.locale, now.strftime("%Y%m%dT%H")
    variables = {
        "campaign": press.subject(tag, campaign),
        "round_id": "-",
        "count": count,
        "limit": limit,
        "received": press.moment(tag, now, campaign.zone),
    }
    said = press.set(tag, "flood.txt", variables)
    return _mail(press, tag, said, contact=contact, key=f"alert/flood/{hour}", name=f"flood.{hour}", now=now)


def alert(
    press: Press,
    entry: LedgerEntry,
    *,
    contact: str,
    campaign: Campaign,
    now: datetime,
    sure: bool = True,
    unit: UnitPath = ROOT,
) -> OutboundMail:
    """Metadata of a withheld message: neither its Message-ID, which repeats what somebody may search for, nor its subject."""
    arrival, key = entry.arrival, entry.arrival.key
    round_id = entry.prompt.round_id if entry.prompt is not None else ""
    variables = {
        "campaign": press.subject(campaign.locale, campaign),
        "round_id": round_id or "-",
        "received": press.moment(campaign.locale, arrival.arrived_at, campaign.zone),
        "sure": sure,
        "mailbox": headers.clean(key.mailbox),
        "uidvalidity": key.uidvalidity,
        "uid": key.uid,
        "size": arrival.size,
        "folder": entry.filing.value,
        "sender": headers.clean(entry.sender or ""),
        "employee_id": headers.clean(entry.prompt.employee_id) if entry.prompt is not None else "",
        "unit": headers.clean(unit),
        "copies": [headers.clean(copy) for copy in entry.copies[:MOST_COPIES]],
        "rules": sorted({finding.rule for finding in entry.findings}),
    }
    said = press.set(campaign.locale, "alert.txt", variables)
    place = f"{key.mailbox}/{key.uidvalidity}/{key.uid}"
    name = hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()[:32]
    made = _mail(press, campaign.locale, said, contact=contact, key=f"alert/{place}", name=f"alert.{name}", now=now)
    if entry.prompt is None:
        return replace(made, unit=unit)
    return replace(made, unit=unit, campaign_id=entry.prompt.campaign_id, round_id=entry.prompt.round_id)


def _mail(press: Press, tag: str, said: Wording, *, contact: str, key: str, name: str, now: datetime) -> OutboundMail:
    """`name` makes the Message-ID, so that it tells nothing of what the alert is about."""
    head = press.letterhead
    own_id = f"<{name}@{head.host}>"
    return OutboundMail(
        key=key,
        kind=MailKind.ALERT,
        recipient=headers.addr_spec(contact),
        sender=headers.addr_spec(head.address),
        message_id=own_id,
        content=press.write(tag, said, recipient=("", contact), message_id=own_id, now=now),
        not_before=now,
    )
