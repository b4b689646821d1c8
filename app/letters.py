"""The letters that a decision causes, written on our letterhead. One writer serves one thread, as its Press does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.decide import Case
from app.supervising import Talk
from domain.campaign import Campaign
from domain.digest import DigestRow
from domain.employee import Employee, EmployeeId
from domain.identity import Identified
from domain.ledger import LedgerEntry
from domain.outbox import OutboundMail
from domain.policy import Copy, Mode
from domain.reply import Reply
from domain.round import CampaignId, Phase, Prompt, Round, RoundId, Window
from domain.standing import Standing
from domain.token import KeyRing, message_id, mint
from domain.unit import ROOT
from domain.verdict import Finding
from outbound import answers, digest
from outbound.alert import alert, flood
from outbound.press import Press


def conversation_token(ring: KeyRing, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId) -> str:
    """The token of what we tell a Supervisor about a Round: never that of the Prompt they answer themselves."""
    return mint(ring, campaign_id, talk_round(round_id), supervisor_id)


def talk_round(round_id: RoundId) -> RoundId:
    """What stands in the place of the Round in such a token."""
    return RoundId(f"{round_id}/supervisor")


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
        if case.over and not copied:
            # No Digest will tell of it any more, so none is promised.
            answered = replace(answered, supervisor=None)
        bullets = tuple(bullet.text for bullet in reply.bullets) if reply.phrase is None else ()
        written = answers.receipt(
            self.press,
            answered,
            bullets=bullets,
            standing=standing,
            now=case.now,
            unsure=reply.unsure and bool(bullets),
            copied=copied,
        )
        return _once(written, case.policy.mode)

    def unneeded(self, case: Case) -> OutboundMail | None:
        """That nothing has to be fixed, because the Unit does not ask; where it has ended, this is told once."""
        answered = self._answered(case)
        return (
            None if answered is None else _once(answers.unneeded(self.press, answered, now=case.now), case.policy.mode)
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

    def flood(self, *, count: int, limit: int, now: datetime) -> OutboundMail:
        """That our answers are held back."""
        return flood(
            self.press,
            contact=self.security_contact,
            campaign=next(iter(self.campaigns.values())),
            now=now,
            count=count,
            limit=limit,
        )

    def copy(self, case: Case, reply: Reply, standing: Standing) -> OutboundMail | None:
        """To the Supervisor at once, where the Unit wants that and the employee did not do it.

        So goes what comes after the last Digest, as from somebody who was away: nothing else would tell of it.
        """
        prompt, boss = case.prompt, case.supervisor
        if prompt is None or boss is None or boss.id == prompt.employee_id or not boss.active:
            return None
        if case.policy.copy is Copy.DIGEST and not (case.over and case.policy.mode.asks):
            return None
        campaign = self.campaigns.get(prompt.campaign_id)
        if campaign is None:
            return None
        row = DigestRow(
            employee_id=prompt.employee_id,
            name=prompt.name,
            unit=prompt.unit,
            supervisor_id=prompt.supervisor_id,
            standing=standing,
            bullets=tuple(bullet.text for bullet in reply.bullets) if reply.phrase is None else (),
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
        identity = case.identity
        if not isinstance(identity, Identified):
            return None
        prompt = identity.prompt or self._told(identity)
        if prompt is None:
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

    def _told(self, identity: Identified) -> Prompt | None:
        """What we told a Supervisor about a Round, in the place of a Prompt: mail to them is threaded and keyed by it."""
        about, boss = identity.conversation, identity.employee
        if about is None:
            return None
        token = conversation_token(self.ring, about.campaign_id, about.id, boss.id)
        return Prompt(
            campaign_id=about.campaign_id,
            round_id=about.id,
            employee_id=boss.id,
            name=boss.name,
            address=boss.address,
            unit=boss.unit,
            supervisor_id=None,
            token=token,
            message_id=message_id(token, self.press.letterhead.host, "digest"),
            window=Window(opens_at=about.opens_at, closes_at=about.closes_at, grace_until=about.final_at),
            standing=Standing.AWAITING,
        )

    def genuine(self, case: Case, *, genuine: bool, linked: bool, code: str) -> OutboundMail | None:
        """Whether the mail that somebody asks about is ours."""
        answered = self._answered(case) or self._anybody(case)
        if answered is None:
            return None
        return answers.genuine(self.press, answered, genuine=genuine, linked=linked, code=code, sent=None, now=case.now)

    def _anybody(self, case: Case) -> answers.Answered | None:
        """Somebody of the Roster who was never asked, for an answer to a question of theirs."""
        identity, campaign = case.identity, next(iter(self.campaigns.values()), None)
        if not isinstance(identity, Identified) or campaign is None:
            return None
        at = case.arrival.arrived_at
        never = Round(
            campaign_id=campaign.id,
            id=RoundId("never"),
            phase=Phase.SKIPPED,
            opens_at=at,
            closes_at=at,
            final_at=at,
            code="",
        )
        asked = self._told(replace(identity, conversation=never))
        if asked is None:
            return None
        return answers.Answered(
            campaign=campaign,
            asked=asked,
            employee=identity.employee,
            arrived_at=at,
            policy=case.policy,
            message_id=case.envelope.message_id,
            references=case.references,
        )

    def line(self, talk: Talk, kind: str, **fields: str | int | date) -> str:
        """One line of a confirmation, in the Supervisor's language."""
        return answers.spoken(self.press, talk.locale, kind, **fields)

    def complaint(self, talk: Talk, finding: Finding) -> str:
        """What to fix in a Supervisor's mail, as a line of the confirmation."""
        return answers.finding_line(self.press, talk.locale, finding)

    def confirmation(
        self, case: Case, talk: Talk, understood: Sequence[str], unclear: Sequence[str], occasion: str
    ) -> OutboundMail | None:
        """What was done of a Supervisor's mail, and what is asked back."""
        answered = self._answered(case)
        if answered is None:
            return None
        token = conversation_token(self.ring, talk.about.campaign_id, talk.about.id, talk.supervisor.id)
        return answers.confirmation(
            self.press,
            answered,
            token=token,
            understood=understood,
            unclear=unclear,
            occasion=occasion,
            now=case.now,
        )

    def comment(
        self, case: Case, talk: Talk, prompt: Prompt, person: Employee, *, said: str, occasion: str
    ) -> OutboundMail | None:
        """A Supervisor's word to one person."""
        campaign = self.campaigns.get(prompt.campaign_id)
        if campaign is None:
            return None
        told = answers.Answered(
            campaign=campaign,
            asked=prompt,
            employee=person,
            arrived_at=case.arrival.arrived_at,
            policy=case.policy,
            supervisor=talk.supervisor,
        )
        return answers.comment(self.press, told, supervisor=talk.supervisor, said=said, occasion=occasion, now=case.now)


def _once(mail: OutboundMail, mode: Mode) -> OutboundMail:
    """Late mail after the end is answered once, whichever week it is about."""
    if mode is not Mode.ENDED:
        return mail
    return replace(mail, key=f"{mail.kind}/{mail.campaign_id}/{mail.employee_id}/ended")
