"""The port of the Outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.outbox import Attempt, ClaimedMail, MailId, MailKind, MailState, OutboundMail
from domain.round import CampaignId, RoundId
from domain.unit import UnitPath


class OutboxStore(Protocol):
    """The Outbox. Claims are leased on the database's clock."""

    def enqueue(self, mails: Sequence[OutboundMail]) -> int:
        """Queue what is not queued yet (by key); how many were new."""
        ...

    def claim(self, owner: str, *, now: datetime, limit: int, lease: timedelta) -> tuple[ClaimedMail, ...]:
        """Take up to `limit` mails that are due at `now`, oldest first; nobody else gets them until the lease ends.

        A mail whose lease ended while `claimed` is due again. One that ended in `in_data` is due again too, after an
        Attempt `ambiguous` was written for it: a second copy is possible, and named.
        """
        ...

    def enter_data(self, mail_id: MailId, epoch: int) -> bool:
        """Commit that content is about to be given away. False where the claim is no longer ours."""
        ...

    def finish(self, mail_id: MailId, epoch: int, attempt: Attempt, retry_at: datetime | None) -> bool:
        """Write the Attempt and the new state: sent, queued again for `retry_at`, or failed. False where fenced off.

        Content is removed when the mail is sent or given up, and the Window begins that waits for it. One that was
        `held` waits for `hold` to let it go. `tries` counts no Attempt whose fault is the link's (`connection`).
        """
        ...

    def hold(self, unit: UnitPath, *, campaign_id: CampaignId, round_id: RoundId, hold: bool) -> int:
        """Hold (or let go) queued prompts and reminders of a Unit and those below it; how many."""
        ...

    def answers_since(self, since: datetime, *, at_most: int) -> int:
        """How many mails that mail caused were made to go out since then; counted up to `at_most`."""
        ...

    def outbox_counts(self) -> tuple[tuple[MailKind, MailState, int], ...]: ...

    def attempts(self, mail_id: MailId) -> tuple[Attempt, ...]: ...

    def mail_by_key(self, key: str) -> tuple[MailId, OutboundMail] | None:
        """A mail of ours by what makes it unique (content empty once sent)."""
        ...
