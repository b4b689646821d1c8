"""The letters that a decision causes, written on our letterhead. One writer serves one thread, as its Press does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from app.decide import Case
from domain.campaign import Campaign
from domain.digest import DigestRow
from domain.employee import EmployeeId
from domain.identity import Identified
from domain.ledger import LedgerEntry
from domain.outbox import OutboundMail
from domain.policy import Copy
from domain.reply import Reply
from domain.round import CampaignId, RoundId
from domain.standing import Standing
from domain.token import KeyRing, mint
from domain.unit import ROOT
from domain.verdict import Finding
from outbound import answers, digest
from outbound.alert import alert
from outbound.press import Press


def conversation_token(ring: KeyRing, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId) -> str:
    """The token of what we tell a Supervisor about a Round: never that of the Prompt they answer themselves."""
    return mint(ring, campaign_id, RoundId(f"{round_id}/supervisor"), supervisor_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWriter:
    """Writes receipts, notices, copies and alerts. Each is None where policy or circumstance says none."""

    press: Press
    ring: KeyRing
    campaigns: Mapping[CampaignId, Campaign]
    security_contact: str

    def receipt(self, case: Case, reply: Reply, *, standing: Standing, copied: bool) -> OutboundMail | None:
        """What was understood of an accepted reply."""
        answered = self._answered(case)
        if answered is None:
            return None
        bullets = tuple(bullet.text for bullet in reply.bullets) if reply.phrase is None else ()
        return answers.receipt(
            self.press,
            answered,
            bullets=bullets,
            standing=standing,
            now=case.now,
            unsure=reply.unsure and bool(bullets),
            copied=copied,
        )

    def notice(self, case: Case, findings: Collection[Finding]) -> OutboundMail | None:
        """What to fix in a refused reply."""
        answered = self._answered(case)
        return None if answered is None else answers.notice(self.press, answered, tuple(findings), now=case.now)

    def withheld(self, case: Case) -> OutboundMail | None:
        """To the employee, without content, where policy lets us."""
        answered = self._answered(case)
        if answered is None or not case.policy.notify_withheld:
            return None
        # Threaded to nothing: the Message-ID of a withheld reply is not repeated in mail of ours.
        return answers.withheld_notice(self.press, replace(answered, message_id=None, references=()), now=case.now)

    def alert(self, case: Case, entry: LedgerEntry, *, sure: bool) -> OutboundMail | None:
        """To the security contact, without content."""
        prompt = case.prompt
        campaign = self.campaigns.get(prompt.campaign_id) if prompt is not None else None
        return alert(
            self.press,
            entry,
            contact=self.security_contact,
            campaign=campaign or next(iter(self.campaigns.values())),
            now=case.now,
            sure=sure,
            unit=prompt.unit if prompt is not None else ROOT,
        )

    def copy(self, case: Case, reply: Reply) -> OutboundMail | None:
        """To the Supervisor at once, where the Unit wants that and the employee did not do it."""
        prompt, boss = case.prompt, case.supervisor
        if prompt is None or boss is None or boss.id == prompt.employee_id or case.policy.copy is Copy.DIGEST:
            return None
        campaign = self.campaigns.get(prompt.campaign_id)
        if campaign is None:
            return None
        row = DigestRow(
            employee_id=prompt.employee_id,
            name=prompt.name,
            unit=prompt.unit,
            supervisor_id=prompt.supervisor_id,
            standing=Standing.ANSWERED,
            bullets=tuple(bullet.text for bullet in reply.bullets),
            arrived_at=case.arrival.arrived_at,
            mode=case.policy.mode,
        )
        return digest.copy(
            self.press,
            row,
            campaign=campaign,
            round_id=prompt.round_id,
            supervisor=boss,
            token=conversation_token(self.ring, prompt.campaign_id, prompt.round_id, boss.id),
            arrived_at=case.arrival.arrived_at,
            late=prompt.window.is_late(case.arrival.arrived_at),
            now=case.now,
        )

    def _answered(self, case: Case) -> answers.Answered | None:
        """The case as an answer sees it; None where nobody may be answered."""
        identity, prompt = case.identity, case.prompt
        if not isinstance(identity, Identified) or prompt is None:
            return None
        campaign = self.campaigns.get(prompt.campaign_id)
        if campaign is None:
            return None
        return answers.Answered(
            campaign=campaign,
            asked=prompt,
            employee=identity.employee,
            arrived_at=case.arrival.arrived_at,
            policy=case.policy,
            supervisor=case.supervisor,
            message_id=case.envelope.message_id,
            references=case.references,
        )
