"""The Outbox in memory."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.outbox import ANSWERING, PRESSING, Attempt, ClaimedMail, MailId, MailKind, MailState, OutboundMail, Sent
from domain.round import CampaignId, RoundId
from domain.unit import UnitPath, lies_in
from store.memory_state import KeptMail, MemoryState, alone

EXPIRED = "It expired before it could be sent."
LAPSED = "The sender died or hung after it gave the content away; the relay may have accepted it."


class MemoryOutbox(MemoryState):
    """See `domain.ports.OutboxStore`."""

    @alone
    def enqueue(self, mails: Sequence[OutboundMail]) -> int:
        """Queue what is not queued yet (by key); how many were new."""
        return self.put_in_outbox(mails)

    @alone
    def claim(self, owner: str, *, now: datetime, limit: int, lease: timedelta) -> tuple[ClaimedMail, ...]:  # noqa: ARG002 - the epoch tells owners apart
        """Take what is due: lapsed claims first, then what somebody waits for, then the rest."""
        claimed: list[ClaimedMail] = []
        for kept in self._due(now):
            if len(claimed) >= limit:
                break
            if kept.state is MailState.IN_DATA:
                kept.attempts.append(Attempt(at=now, result=Sent.AMBIGUOUS, words=LAPSED))
                kept.tries += 1
            if kept.mail.expires_at is not None and kept.mail.expires_at <= now:
                kept.attempts.append(Attempt(at=now, result=Sent.REFUSED, words=EXPIRED))
                kept.state, kept.mail = MailState.CANCELLED, replace(kept.mail, content=b"")
                continue
            kept.state, kept.epoch = MailState.CLAIMED, kept.epoch + 1
            kept.lease_seconds = lease.total_seconds()
            kept.lease_until = self.seconds() + kept.lease_seconds
            mail = replace(kept.mail, not_before=kept.not_before)
            claimed.append(ClaimedMail(id=kept.id, epoch=kept.epoch, tries=kept.tries, mail=mail))
        return tuple(claimed)

    def _due(self, now: datetime) -> Iterator[KeptMail]:
        leased = {MailState.CLAIMED, MailState.IN_DATA}
        mails = sorted(self.mails.values(), key=lambda kept: (kept.not_before, kept.id))
        yield from [kept for kept in mails if kept.state in leased and kept.lease_until <= self.seconds()]
        due = [kept for kept in mails if kept.state is MailState.QUEUED and kept.not_before <= now]
        yield from sorted(due, key=lambda kept: kept.mail.kind not in PRESSING)

    def _find(self, fits: Callable[[KeptMail], bool]) -> KeptMail | None:
        return next((kept for kept in reversed(self.mails.values()) if fits(kept)), None)

    @alone
    def enter_data(self, mail_id: MailId, epoch: int) -> bool:
        """Say that content is about to be given away."""
        kept = self._find(lambda each: (each.id, each.epoch) == (mail_id, epoch))
        if kept is None or kept.state is not MailState.CLAIMED or kept.lease_until <= self.seconds():
            return False
        kept.state, kept.lease_until = MailState.IN_DATA, self.seconds() + kept.lease_seconds
        return True

    @alone
    def finish(self, mail_id: MailId, epoch: int, attempt: Attempt, retry_at: datetime | None) -> bool:
        """Write the Attempt and the new state, unless another sender has the mail by now."""
        kept = self._find(lambda each: (each.id, each.epoch) == (mail_id, epoch))
        if kept is None or kept.state not in {MailState.CLAIMED, MailState.IN_DATA}:
            return False
        kept.attempts.append(replace(attempt, words=attempt.words[:500]))
        kept.tries += 0 if attempt.connection or attempt.result is Sent.HELD else 1
        if attempt.result is Sent.ACCEPTED:
            kept.state, kept.mail = MailState.SENT, replace(kept.mail, content=b"")
            self._begin_window(kept.mail, attempt.at)
        elif attempt.result is Sent.HELD:
            kept.state = MailState.HELD
        elif attempt.result is Sent.CANCELLED:
            kept.state, kept.mail = MailState.CANCELLED, replace(kept.mail, content=b"")
        elif retry_at is not None:
            kept.state, kept.not_before = MailState.QUEUED, retry_at
        else:
            kept.state, kept.mail = MailState.FAILED, replace(kept.mail, content=b"")
        return True

    def _begin_window(self, mail: OutboundMail, at: datetime) -> None:
        for key, prompt in self.prompts.items():
            named = (key.campaign_id, key.round_id, key.employee_id)
            if mail.window is not None and named == (mail.campaign_id, mail.round_id, mail.employee_id):
                prompt.prompt = replace(prompt.prompt, window=prompt.prompt.window.begun(at, mail.window))

    @alone
    def hold(self, unit: UnitPath, *, campaign_id: CampaignId, round_id: RoundId, hold: bool) -> int:
        """Hold or let go."""
        before, after = (MailState.QUEUED, MailState.HELD) if hold else (MailState.HELD, MailState.QUEUED)
        chosen = [
            kept
            for kept in self.mails.values()
            if kept.state is before
            and kept.mail.kind in {MailKind.PROMPT, MailKind.REMINDER}
            and (kept.mail.campaign_id, kept.mail.round_id) == (campaign_id, round_id)
            and lies_in(kept.mail.unit, unit)
        ]
        for kept in chosen:
            kept.state = after
        return len(chosen)

    @alone
    def answers_since(self, since: datetime, *, at_most: int) -> int:
        """Counted up to `at_most`."""
        found = sum(kept.mail.kind in ANSWERING and kept.mail.not_before >= since for kept in self.mails.values())
        return min(found, at_most)

    @alone
    def outbox_counts(self) -> tuple[tuple[MailKind, MailState, int], ...]:
        """By kind and state."""
        counts = Counter((kept.mail.kind, kept.state) for kept in self.mails.values())
        return tuple((kind, state, count) for (kind, state), count in sorted(counts.items()))

    @alone
    def attempts(self, mail_id: MailId) -> tuple[Attempt, ...]:
        """Oldest first."""
        kept = self._find(lambda each: each.id == mail_id)
        return tuple(kept.attempts) if kept else ()

    @alone
    def mail_by_key(self, key: str) -> tuple[MailId, OutboundMail] | None:
        """A mail of ours by its key."""
        kept = self._find(lambda each: each.mail.key == key)
        return (kept.id, replace(kept.mail, not_before=kept.not_before)) if kept else None
