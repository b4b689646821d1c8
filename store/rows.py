"""Domain values from rows, and rows from domain values."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.employee import Employee, EmployeeId
from domain.ledger import (
    Arrival,
    DeliveryFailure,
    Event,
    Filing,
    Folder,
    KeptReply,
    LedgerEntry,
    MessageKey,
    PromptKey,
    Recording,
    Sought,
)
from domain.origin import BounceReason, Origin
from domain.outbox import Attempt, MailKind, MailState, OutboundMail, Sent
from domain.retention import EXPIRED
from domain.round import Phase, Prompt, Round, Window
from domain.standing import Standing
from domain.unit import UnitPath
from domain.verdict import Decision
from store.codec import findings_from_json, findings_to_json, words_from_json, words_to_json
from store.transaction import Row

ADDRESS, ALIAS, DELEGATE = "address", "alias", "delegate"


def employee_values(employee: Employee) -> dict[str, Any]:
    """All but `active`: the columns that the staging area has too."""
    return {
        "id": employee.id,
        "name": employee.name,
        "address": employee.address,
        "aliases": "\n".join(employee.aliases),
        "delegates": "\n".join(employee.delegates),
        "unit": employee.unit,
        "supervisor_id": employee.supervisor_id,
        "category": employee.category,
        "time_zone": employee.time_zone,
        "locale": employee.locale,
        "away_until": employee.away_until,
        "acting": employee.acting,
        "since": employee.since,
    }


def employee_of(row: Any) -> Employee:
    """The Employee of a row."""
    return Employee(
        id=row.id,
        name=row.name,
        address=row.address,
        aliases=tuple(row.aliases.split("\n")) if row.aliases else (),
        delegates=tuple(row.delegates.split("\n")) if row.delegates else (),
        unit=row.unit,
        supervisor_id=row.supervisor_id,
        category=row.category,
        time_zone=row.time_zone,
        locale=row.locale,
        away_until=row.away_until,
        acting=row.acting,
        since=row.since,
        active=row.active,
    )


def addresses_of(employee: Employee) -> list[tuple[str, str]]:
    """Each address once with each kind it has: `address`, `alias` or `delegate`."""
    kinds = [(employee.address, ADDRESS)]
    kinds += [(alias, ALIAS) for alias in employee.aliases if alias != employee.address]
    kinds += [(delegate, DELEGATE) for delegate in employee.delegates]
    return list(dict.fromkeys(kinds))


def round_values(each: Round) -> dict[str, Any]:
    """The row of a Round."""
    return {
        "campaign_id": each.campaign_id,
        "id": each.id,
        "phase": each.phase.value,
        "opens_at": each.opens_at,
        "closes_at": each.closes_at,
        "final_at": each.final_at,
        "code": each.code,
        "expanded_upto": each.expanded_upto,
        "reminded_upto": each.reminded_upto,
        "closed_units": words_to_json(each.closed_units),
    }


def round_of(row: Any) -> Round:
    """The Round of a row."""
    return Round(
        campaign_id=row.campaign_id,
        id=row.id,
        phase=Phase(row.phase),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        final_at=row.final_at,
        code=row.code,
        expanded_upto=row.expanded_upto,
        reminded_upto=row.reminded_upto,
        closed_units=tuple(UnitPath(unit) for unit in words_from_json(row.closed_units)),
    )


def prompt_values(prompt: Prompt) -> dict[str, Any]:
    """The row of a new Prompt."""
    return {
        "campaign_id": prompt.campaign_id,
        "round_id": prompt.round_id,
        "employee_id": prompt.employee_id,
        "name": prompt.name,
        "address": prompt.address,
        "unit": prompt.unit,
        "supervisor_id": prompt.supervisor_id,
        "token": prompt.token,
        "message_id": prompt.message_id,
        "opens_at": prompt.window.opens_at,
        "closes_at": prompt.window.closes_at,
        "grace_until": prompt.window.grace_until,
        "standing": prompt.standing.value,
        "reason": prompt.reason,
        "answered_at": None,
        "answered_by": None,
        "reply_id": None,
    }


def prompt_of(row: Any) -> Prompt:
    """The Prompt of a row."""
    return Prompt(
        campaign_id=row.campaign_id,
        round_id=row.round_id,
        employee_id=row.employee_id,
        name=row.name,
        address=row.address,
        unit=row.unit,
        supervisor_id=row.supervisor_id,
        token=row.token,
        message_id=row.message_id,
        window=Window(opens_at=row.opens_at, closes_at=row.closes_at, grace_until=row.grace_until),
        standing=Standing(row.standing),
        reason=row.reason,
    )


def prompt_key_of(row: Any) -> PromptKey:
    """The key of the Prompt that a row is about."""
    return PromptKey(campaign_id=row.campaign_id, round_id=row.round_id, employee_id=row.employee_id)


def mail_values(mail: OutboundMail) -> dict[str, Any]:
    """The row of a mail that is queued."""
    return {
        "key": mail.key,
        "kind": mail.kind.value,
        "recipient": mail.recipient,
        "sender": mail.sender,
        "message_id": mail.message_id,
        "content": mail.content,
        "not_before": mail.not_before,
        "expires_at": mail.expires_at,
        "campaign_id": mail.campaign_id,
        "round_id": mail.round_id,
        "employee_id": mail.employee_id,
        "unit": mail.unit,
        "window_seconds": mail.window.total_seconds() if mail.window is not None else None,
        "about": words_to_json(mail.about) if mail.about else "",
        "substance": mail.substance,
        "state": MailState.QUEUED.value,
        "tries": 0,
        "owner": "",
        "epoch": 0,
        "lease_seconds": 0.0,
        "lease_until": 0.0,
    }


def mail_of(row: Any) -> OutboundMail:
    """The mail of a row, `content` empty once it was removed."""
    return OutboundMail(
        key=row.key,
        kind=MailKind(row.kind),
        recipient=row.recipient,
        sender=row.sender,
        message_id=row.message_id,
        content=row.content,
        not_before=row.not_before,
        expires_at=row.expires_at,
        campaign_id=row.campaign_id,
        round_id=row.round_id,
        employee_id=row.employee_id,
        unit=row.unit,
        window=timedelta(seconds=row.window_seconds) if row.window_seconds is not None else None,
        about=tuple(map(EmployeeId, words_from_json(row.about))) if row.about else (),
        substance=row.substance,
    )


def attempt_values(mail_id: int, epoch: int, attempt: Attempt) -> dict[str, Any]:
    """The row of an Attempt."""
    return {
        "mail_id": mail_id,
        "epoch": epoch,
        "at": attempt.at,
        "result": attempt.result.value,
        "code": attempt.code,
        "words": attempt.words[:500],
        "connection": attempt.connection,
    }


def attempt_of(row: Any) -> Attempt:
    """The Attempt of a row."""
    return Attempt(at=row.at, result=Sent(row.result), code=row.code, words=row.words, connection=row.connection)


def entry_values(recording: Recording) -> dict[str, Any]:
    """The row of a Recording's LedgerEntry."""
    entry = recording.entry
    arrival, prompt = entry.arrival, entry.prompt
    made = next((each.standing.value for each in recording.standings if each.prompt == prompt), None)
    return {
        **key_values(arrival.key),
        "part": 0,
        "provider_id": arrival.provider_id,
        "digest": arrival.digest,
        "same_as": None,
        "superseded_by": None,
        "arrived_at": arrival.arrived_at,
        "size": arrival.size,
        "decided_at": entry.decided_at,
        "origin": entry.origin.value if entry.origin else None,
        "evidence": words_to_json(entry.evidence),
        "identity": entry.identity,
        "sender": entry.sender,
        "message_id": entry.message_id,
        "message_hash": entry.message_hash,
        "campaign_id": prompt.campaign_id if prompt else None,
        "round_id": prompt.round_id if prompt else None,
        "employee_id": prompt.employee_id if prompt else None,
        "decision": entry.decision.value if entry.decision else None,
        "findings": findings_to_json(entry.findings),
        "rules_version": entry.rules_version,
        "reason": entry.reason,
        "filing": entry.filing.value,
        "flag": entry.flag,
        "copies": words_to_json(entry.copies),
        "supervisor_copied": entry.supervisor_copied,
        "standing": made,
        "lies_in": entry.lies_in.value if entry.lies_in else None,
        "filed_at": None,
    }


def part_values(recording: Recording, part: int, reply: KeptReply) -> dict[str, Any]:
    """The row of an answer that the message holds for another person. Only the message itself is filed away."""
    return entry_values(recording) | {
        "part": part,
        "provider_id": None,
        "digest": None,
        "campaign_id": reply.prompt.campaign_id,
        "round_id": reply.prompt.round_id,
        "employee_id": reply.prompt.employee_id,
        "standing": Standing.COVERED.value,
        "filed_at": recording.entry.decided_at,
    }


def entry_of(row: Any) -> LedgerEntry:
    """The LedgerEntry of a row."""
    return LedgerEntry(
        arrival=Arrival(
            key=MessageKey(mailbox=row.mailbox, uidvalidity=row.uidvalidity, uid=row.uid),
            arrived_at=row.arrived_at,
            size=row.size,
            provider_id=row.provider_id,
            digest=row.digest,
        ),
        decided_at=row.decided_at,
        origin=Origin(row.origin) if row.origin else None,
        evidence=words_from_json(row.evidence),
        identity=row.identity,
        sender=row.sender,
        message_id=row.message_id,
        message_hash=row.message_hash,
        prompt=prompt_key_of(row) if row.employee_id is not None else None,
        decision=Decision(row.decision) if row.decision not in {None, EXPIRED} else None,
        findings=findings_from_json(row.findings),
        rules_version=row.rules_version,
        reason=row.reason,
        filing=Folder(row.filing),
        flag=row.flag,
        copies=words_from_json(row.copies),
        supervisor_copied=row.supervisor_copied,
        lies_in=Folder(row.lies_in) if row.lies_in else None,
        number=row.id,
        superseded_by=row.superseded_by,
    )


def filing_of(row: Any) -> Filing:
    """Where the message of a Ledger row is to be filed."""
    key = MessageKey(mailbox=row.mailbox, uidvalidity=row.uidvalidity, uid=row.uid)
    filing = Filing(key=key, folder=Folder(row.filing), flag=row.flag)
    if row.lies_in is None:
        return filing
    sought = Sought(key=key, arrived_at=row.arrived_at, provider_id=row.provider_id, message_hash=row.message_hash)
    return replace(filing, lies_in=Folder(row.lies_in), sought=sought)


def key_values(key: MessageKey) -> Row:
    """The three columns that name a message."""
    return {"mailbox": key.mailbox, "uidvalidity": key.uidvalidity, "uid": key.uid}


def reply_values(ledger_id: int, reply: KeptReply) -> dict[str, Any]:
    """The row of a reply version; its Bullets are rows of their own."""
    return {
        "id": ledger_id,
        "campaign_id": reply.prompt.campaign_id,
        "round_id": reply.prompt.round_id,
        "employee_id": reply.prompt.employee_id,
        "arrived_at": reply.arrived_at,
        "body": reply.body,
        "unsure": reply.unsure,
        "late": reply.late,
        "supervisor_copied": reply.supervisor_copied,
    }


def failure_values(ledger_id: int, failure: DeliveryFailure) -> dict[str, Any]:
    """The row of a DeliveryFailure."""
    return {
        "ledger_id": ledger_id,
        "campaign_id": failure.prompt.campaign_id,
        "round_id": failure.prompt.round_id,
        "employee_id": failure.prompt.employee_id,
        "address": failure.address,
        "reason": failure.reason.value,
        "status": failure.status,
    }


def failure_of(row: Any) -> DeliveryFailure:
    """The DeliveryFailure of a row."""
    return DeliveryFailure(
        prompt=prompt_key_of(row),
        address=row.address,
        reason=BounceReason(row.reason),
        status=row.status,
    )


def event_values(event: Event) -> dict[str, Any]:
    """The row of an Event."""
    return {
        "at": event.at,
        "who": event.who,
        "what": event.what,
        "subject": event.subject,
        "reason": event.reason,
    }


def event_of(row: Any) -> Event:
    """The Event of a row."""
    return Event(at=row.at, who=row.who, what=row.what, subject=row.subject, reason=row.reason)
