"""What follows from a message: an Outcome and whom it is from become one Recording. Pure; the desk does the asking.

The law: whatever is withheld leaves only metadata here; nobody gets mail but an Employee who is known beyond doubt.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from app.address import others
from domain.employee import Employee
from domain.identity import Held, Identified, Identity, Stranger
from domain.ledger import (
    WITHHELD_FLAG,
    Arrival,
    AwayNote,
    DeliveryFailure,
    Folder,
    KeptReply,
    LedgerEntry,
    PromptKey,
    Recording,
    StandingChange,
)
from domain.origin import NULL_RETURN_PATH, Absence, Bounce, BouncedRecipient, BounceReason, Evidence, Origin
from domain.outbox import MailKind, OutboundMail
from domain.outcome import Automatic, Bounced, Envelope, Judged, Outcome, Shunted
from domain.policy import Policy
from domain.reply import Phrase, Reply
from domain.round import Prompt, Round
from domain.standing import Standing
from domain.verdict import Decision, Finding, Verdict
from outbound.window import back_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A message on the desk: where it lies, whom it is from, and what holds for them.

    `message_hash` is the keyed hash of its Message-ID. `named` are the Prompts of ours that a bounce or an automatic
    reply is about, found by token. `zone` is the Campaign's. `supervisor` is the one the Prompt names. `known_message_id` is ours to answer to.
    `over` says that the last Digest of the Round has gone out: nothing more is told in one. `ours` are our own addresses.
    """

    arrival: Arrival
    now: datetime
    identity: Identity
    envelope: Envelope
    policy: Policy
    message_hash: str | None = None
    subject: str | None = None
    references: tuple[str, ...] = ()
    supervisor: Employee | None = None
    named: tuple[tuple[Prompt, Employee], ...] = ()
    withheld_filing: Folder = Folder.INBOX
    zone: str = "UTC"
    over: bool = False
    ours: tuple[str, ...] = ()

    @property
    def prompt(self) -> Prompt | None:
        """The Prompt that this answers, where the sender may answer it."""
        return self.identity.prompt if isinstance(self.identity, Identified) else None

    @property
    def conversation(self) -> Round | None:
        """The Round that this is about, where a Supervisor answers what we told them."""
        return self.identity.conversation if isinstance(self.identity, Identified) else None


class Letters(Protocol):
    """The mail that a decision may cause. Each is None where policy says that none goes out."""

    def receipt(self, case: Case, reply: Reply, *, standing: Standing, copied: bool) -> OutboundMail | None: ...

    def notice(self, case: Case, findings: Collection[Finding]) -> OutboundMail | None: ...

    def unneeded(self, case: Case) -> OutboundMail | None: ...

    def withheld(self, case: Case) -> OutboundMail | None: ...

    def alert(self, case: Case, entry: LedgerEntry, *, sure: bool) -> OutboundMail | None: ...

    def copy(self, case: Case, reply: Reply, standing: Standing) -> OutboundMail | None: ...


def decide(case: Case, outcome: Outcome, letters: Letters) -> Recording:
    """Everything that one message changes."""
    match outcome:
        case Judged():
            recording = _judged(case, outcome, letters)
            return _unanswered(recording) if _asks_no_answer(outcome.evidence) else recording
        case Bounced():
            return _bounced(case, outcome.bounce, outcome.evidence)
        case Automatic():
            return _automatic(case, outcome.origin, outcome.evidence, outcome.absence)
        case Shunted():
            return shunt(case, outcome.reason)


def _asks_no_answer(evidence: tuple[Evidence, ...]) -> bool:
    """Whether a mail that may be a person's came with a null return path (RFC 5321 section 4.5.5)."""
    return any(sign.sign == NULL_RETURN_PATH for sign in evidence)


def _unanswered(recording: Recording) -> Recording:
    mails = tuple(mail for mail in recording.mails if mail.kind not in {MailKind.NOTICE, MailKind.RECEIPT})
    return replace(recording, mails=mails)


def turn_away(case: Case, origin: Origin | None = None, evidence: tuple[Evidence, ...] = ()) -> Recording:
    """A Recording for mail that is not downloaded: from a stranger, or held for a person."""
    filing, reason = _where_to(case.identity)
    return Recording(entry=entry_of(case, origin, evidence, filing=filing, reason=reason))


def shunt(case: Case, reason: str) -> Recording:
    """A Recording for a message that cannot be read. It stays on the server; an operator can have it read again."""
    return Recording(entry=entry_of(case, None, (), filing=Folder.SHUNTED, reason=reason))


def _judged(case: Case, outcome: Judged, letters: Letters) -> Recording:
    verdict = outcome.verdict
    if verdict.decision is Decision.WITHHELD:
        return _withheld(case, verdict, letters)
    if not isinstance(case.identity, Identified):
        return turn_away(case, outcome.origin, outcome.evidence)
    prompt = case.prompt
    if prompt is None:
        reason = "known sender, not asked in any Round"
        return Recording(
            entry=entry_of(case, outcome.origin, outcome.evidence, verdict, filing=Folder.HELD, reason=reason)
        )
    if verdict.decision is Decision.REJECTED:
        entry = entry_of(case, outcome.origin, outcome.evidence, verdict, filing=Folder.REJECTED)
        if not case.policy.mode.asks:
            return Recording(entry=entry, mails=_some(letters.unneeded(case)))
        return Recording(
            entry=entry,
            standings=(_change(prompt, Standing.NEEDS_FIX, _rules(verdict)),),
            mails=_some(letters.notice(case, verdict.findings)),
        )
    return _accepted(case, outcome, prompt, letters)


def _accepted(case: Case, outcome: Judged, prompt: Prompt, letters: Letters) -> Recording:
    reply = outcome.reply
    copied = supervisor_copied(case)
    late = prompt.window.is_late(case.arrival.arrived_at)
    standing = _standing(reply.phrase, late=late)
    kept = KeptReply(
        prompt=key_of(prompt),
        arrived_at=case.arrival.arrived_at,
        body=reply.body if reply.phrase is None else "",
        bullets=tuple(bullet.text for bullet in reply.bullets) if reply.phrase is None else (),
        unsure=reply.unsure,
        late=late,
        supervisor_copied=copied,
    )
    entry = entry_of(case, outcome.origin, outcome.evidence, outcome.verdict)
    told_later = reply.phrase is not None and not case.over  # there is no text to forward, and the digest says it
    copy = None if copied or told_later else letters.copy(case, reply, standing)
    receipt = letters.receipt(case, reply, standing=standing, copied=copied or copy is not None)
    return Recording(
        entry=replace(entry, supervisor_copied=copied),
        reply=kept,
        standings=(_change(prompt, standing, "late" if late and reply.phrase is not None else ""),),
        mails=(*_some(receipt), *_some(copy)),
    )


def _standing(phrase: Phrase | None, *, late: bool) -> Standing:
    match phrase:
        case Phrase.SENSITIVE:
            return Standing.SENSITIVE
        case Phrase.DECLINED:
            return Standing.DECLINED
        case None:
            return Standing.LATE if late else Standing.ANSWERED


def _withheld(case: Case, verdict: Verdict, letters: Letters) -> Recording:
    """Metadata only: no Message-ID, no content hash, no hint, no subject."""
    findings = tuple(replace(finding, where="", hint="", kind="") for finding in verdict.findings)
    entry = entry_of(case, Origin.PERSON, (), replace(verdict, findings=findings), filing=case.withheld_filing)
    entry = replace(
        entry,
        arrival=replace(case.arrival, digest=None),
        message_id=None,
        flag=WITHHELD_FLAG,
        copies=others((*case.envelope.to, *case.envelope.cc), case.ours),
    )
    sure = any(finding.sure for finding in findings)
    prompt = case.prompt
    return Recording(
        entry=entry,
        standings=(_change(prompt, Standing.WITHHELD),) if prompt is not None else (),
        mails=(
            *_some(letters.alert(case, entry, sure=sure)),
            *_some(letters.withheld(case) if prompt is not None or case.conversation is not None else None),
        ),
    )


def _bounced(case: Case, bounce: Bounce, evidence: tuple[Evidence, ...]) -> Recording:
    """Only an address that does not exist makes a Prompt undeliverable: a full mailbox empties itself."""
    failures: list[DeliveryFailure] = []
    standings: list[StandingChange] = []
    arrived = False
    for prompt, _ in case.named:
        said = bounce.recipients
        hit = next((one for one in said if one.address == prompt.address), said[0] if len(said) == 1 else None)
        reason = _why_not(hit)
        if reason is None:
            arrived = True
            continue
        failures.append(
            DeliveryFailure(
                prompt=key_of(prompt), address=prompt.address, reason=reason, status=hit.status if hit else None
            )
        )
        if reason is BounceReason.UNKNOWN_ADDRESS:
            standings.append(_change(prompt, Standing.UNDELIVERABLE, "the address does not exist"))
    entry = entry_of(
        case,
        Origin.BOUNCE,
        evidence,
        filing=Folder.PROCESSED if case.named else Folder.STRANGERS,
        reason=", ".join(sorted({failure.reason for failure in failures}))
        or ("it arrived" if arrived else "about no mail of ours"),
    )
    prompt_key = key_of(case.named[0][0]) if case.named else None
    return Recording(entry=replace(entry, prompt=prompt_key), standings=tuple(standings), failures=tuple(failures))


def _why_not(hit: BouncedRecipient | None) -> BounceReason | None:
    """Why a mail did not arrive; None where the report says that it did (RFC 3464 section 2.3.3)."""
    if hit is None:
        return BounceReason.OTHER
    match hit.action:
        case "delivered" | "relayed" | "expanded":
            return None
        case "delayed":
            return BounceReason.TRANSIENT
        case "failed":
            return hit.reason
        case _:
            passing = hit.status is not None and hit.status.startswith(("2.", "4."))
            return BounceReason.TRANSIENT if passing else hit.reason


def _automatic(case: Case, origin: Origin, evidence: tuple[Evidence, ...], absence: Absence | None) -> Recording:
    """Nothing a machine sends is answered. An automatic reply with a clear date of return sets the person away."""
    known = case.named or (
        ((case.identity.prompt, case.identity.employee),)
        if isinstance(case.identity, Identified) and case.identity.prompt is not None
        else ()
    )
    boss = case.identity.employee if isinstance(case.identity, Identified) and case.conversation is not None else None
    expected = known or boss is not None or origin is Origin.OURSELVES
    filing = Folder.PROCESSED if expected else Folder.STRANGERS
    entry = entry_of(case, origin, evidence, filing=filing, reason="automatic")
    employee = known[0][1] if known else boss
    if employee is None or origin is not Origin.AUTO_REPLY:
        return Recording(entry=entry)
    prompt = known[0][0] if known else None
    entry = replace(entry, prompt=key_of(prompt) if prompt is not None else None)
    if absence is None or absence.back_on is None:
        return Recording(entry=replace(entry, reason="away, no clear date of return"))
    return Recording(
        entry=replace(entry, reason=f"away until {absence.back_on.isoformat()}"),
        standings=(_change(prompt, Standing.AWAY, f"back on {absence.back_on.isoformat()}"),)
        if prompt is not None
        else (),
        away=AwayNote(
            employee_id=employee.id,
            back_on=absence.back_on,
            back_at=back_at(absence.back_on, employee.time_zone or case.zone),
            reason=f"back on {absence.back_on.isoformat()}",
        ),
    )


def supervisor_copied(case: Case) -> bool:
    """Whether the employee copied the Supervisor by themselves."""
    if case.supervisor is None:
        return False
    return any(case.supervisor.owns(address) for address in (*case.envelope.to, *case.envelope.cc))


def key_of(prompt: Prompt) -> PromptKey:
    """The key of a Prompt."""
    return PromptKey(campaign_id=prompt.campaign_id, round_id=prompt.round_id, employee_id=prompt.employee_id)


def entry_of(
    case: Case,
    origin: Origin | None,
    evidence: tuple[Evidence, ...],
    verdict: Verdict | None = None,
    *,
    filing: Folder = Folder.PROCESSED,
    reason: str = "",
) -> LedgerEntry:
    """The Ledger's entry of a case. Of a Stranger only the address is written down."""
    identity = case.identity
    named = identity.prompt if isinstance(identity, Identified | Held) else None
    return LedgerEntry(
        arrival=case.arrival,
        decided_at=case.now,
        origin=origin,
        evidence=tuple(sign.sign for sign in evidence),
        identity=_identity_word(identity),
        sender=case.envelope.sender,
        message_id=case.envelope.message_id if not isinstance(identity, Stranger) else None,
        message_hash=case.message_hash,
        prompt=key_of(named) if named is not None else None,
        decision=verdict.decision if verdict is not None else None,
        findings=verdict.findings if verdict is not None else (),
        rules_version=verdict.rules_version if verdict is not None else "",
        reason=reason,
        filing=filing,
    )


def _where_to(identity: Identity) -> tuple[Folder, str]:
    match identity:
        case Held():
            return Folder.HELD, identity.reason
        case Stranger():
            return Folder.STRANGERS, identity.reason
        case Identified():
            return Folder.PROCESSED, "not a reply"


def _identity_word(identity: Identity) -> str:
    match identity:
        case Identified(how=how):
            return how.value
        case Held():
            return "held"
        case Stranger():
            return "stranger"


def _change(prompt: Prompt, standing: Standing, reason: str = "") -> StandingChange:
    return StandingChange(prompt=key_of(prompt), standing=standing, reason=reason)


def _rules(verdict: Verdict) -> str:
    return ", ".join(sorted({finding.rule for finding in verdict.findings if finding.effect == "reject"}))


def _some(mail: OutboundMail | None) -> tuple[OutboundMail, ...]:
    return (mail,) if mail is not None else ()
