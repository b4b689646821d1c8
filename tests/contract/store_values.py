"""Small values for the store's tests, each with everything but the point of the test filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.employee import EmailAddress, Employee, EmployeeId
from domain.ledger import Arrival, KeptReply, LedgerEntry, MessageKey, PromptKey, Recording, StandingChange
from domain.origin import Origin
from domain.outbox import MailKind, OutboundMail
from domain.ports import Store
from domain.round import CampaignId, Phase, Prompt, Round, RoundId, Window
from domain.standing import Standing
from domain.unit import UnitPath
from domain.verdict import Decision

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEKLY, W48, W49 = CampaignId("weekly"), RoundId("2026-W48"), RoundId("2026-W49")
BOX = "reports@mail.example/INBOX"
NAVY = UnitPath("Defense/Navy")


def person(number: int, supervisor: int | None = None, **fields: Any) -> Employee:
    given: dict[str, Any] = {
        "id": EmployeeId(f"E{number:03}"),
        "name": f"Name {number:03}",
        "address": EmailAddress(f"e{number:03}@agency.example"),
        "unit": NAVY,
        "supervisor_id": None if supervisor is None else EmployeeId(f"E{supervisor:03}"),
    }
    return Employee(**{**given, **fields})


def import_people(store: Store, *people: Employee) -> None:
    store.stage(enumerate(people, start=2))
    assert list(store.stage_faults()) == []
    store.stage_apply(NOW)


def week(round_id: RoundId = W48, **fields: Any) -> Round:
    opens = NOW + timedelta(weeks=int(round_id[-2:]) - 48)
    given: dict[str, Any] = {
        "campaign_id": WEEKLY,
        "id": round_id,
        "phase": Phase.OPENING,
        "opens_at": opens,
        "closes_at": opens + 48 * HOUR,
        "final_at": opens + 72 * HOUR,
        "code": "heron",
    }
    return Round(**{**given, **fields})


def prompt(number: int, supervisor: int | None = 1, *, round_id: RoundId = W48, **fields: Any) -> Prompt:
    whom = person(number, supervisor)
    asked = week(round_id)
    given: dict[str, Any] = {
        "campaign_id": WEEKLY,
        "round_id": round_id,
        "employee_id": whom.id,
        "name": whom.name,
        "address": whom.address,
        "unit": whom.unit,
        "supervisor_id": whom.supervisor_id,
        "token": f"a{round_id[-2:]}{number:03}",
        "message_id": f"<prompt.a{round_id[-2:]}{number:03}@mail.example>",
        "window": Window(opens_at=asked.opens_at, closes_at=asked.closes_at, grace_until=asked.final_at),
        "standing": Standing.AWAITING,
    }
    return Prompt(**{**given, **fields})


def key_of(number: int, round_id: RoundId = W48) -> PromptKey:
    return PromptKey(campaign_id=WEEKLY, round_id=round_id, employee_id=EmployeeId(f"E{number:03}"))


def mail(key: str, **fields: Any) -> OutboundMail:
    given: dict[str, Any] = {
        "key": key,
        "kind": MailKind.PROMPT,
        "recipient": "e001@agency.example",
        "sender": "reports@mail.example",
        "message_id": f"<{key.replace('/', '.')}@mail.example>",
        "content": b"Subject: What did you do last week?\r\n\r\n\xff\x00",
        "not_before": NOW,
        "campaign_id": WEEKLY,
        "round_id": W48,
        "unit": NAVY,
    }
    return OutboundMail(**{**given, **fields})


def ask(store: Store, *prompts: Prompt, mails: tuple[OutboundMail, ...] = ()) -> None:
    for round_id in sorted({each.round_id for each in prompts}):
        store.ensure_round(week(round_id))
        page = [each for each in prompts if each.round_id == round_id]
        store.expand(WEEKLY, round_id, page, mails, max(each.employee_id for each in page))


def arrival(uid: int, *, at: datetime = NOW, mailbox: str = BOX, uidvalidity: int = 7, **fields: Any) -> Arrival:
    key = MessageKey(mailbox=mailbox, uidvalidity=uidvalidity, uid=uid)
    given: dict[str, Any] = {"provider_id": f"G{uid}", "digest": f"D{uid}"}
    return Arrival(key=key, arrived_at=at, size=4000, **{**given, **fields})


def entry(uid: int, *, at: datetime = NOW, place: Arrival | None = None, **fields: Any) -> LedgerEntry:
    given: dict[str, Any] = {
        "arrival": place or arrival(uid, at=at),
        "decided_at": NOW + HOUR,
        "origin": Origin.PERSON,
        "message_id": f"<m{uid}@agency.example>",
    }
    return LedgerEntry(**{**given, **fields})


def answer(
    uid: int,
    number: int,
    *bullets: str,
    at: datetime = NOW,
    standing: Standing = Standing.ANSWERED,
    round_id: RoundId = W48,
    **fields: Any,
) -> Recording:
    """An accepted reply."""
    about = key_of(number, round_id)
    reply = KeptReply(prompt=about, arrived_at=at, body="\n".join(bullets), bullets=bullets)
    return Recording(
        entry=entry(uid, at=at, prompt=about, decision=Decision.ACCEPTED),
        reply=reply if bullets else None,
        standings=(StandingChange(prompt=about, standing=standing),),
        **fields,
    )


def refusal(uid: int, number: int, *, at: datetime = NOW, decision: Decision = Decision.REJECTED) -> Recording:
    """A reply that the rules refused, or withheld."""
    about = key_of(number)
    standing = Standing.NEEDS_FIX if decision is Decision.REJECTED else Standing.WITHHELD
    return Recording(
        entry=entry(uid, at=at, prompt=about, decision=decision),
        standings=(StandingChange(prompt=about, standing=standing, reason="links"),),
    )


def standing(store: Store, number: int = 1, round_id: RoundId = W48) -> Standing:
    found = store.prompt(key_of(number, round_id))
    assert found is not None
    return found.standing


def queued(store: Store) -> int:
    return sum(count for _, _, count in store.outbox_counts())


def elsewhere(recording: Recording, place: Arrival) -> Recording:
    return replace(recording, entry=replace(recording.entry, arrival=place))
