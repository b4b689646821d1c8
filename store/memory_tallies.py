"""What is read in memory for exports and roll-ups, and what a mail that is queued already told."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from domain.digest import SHOWS_BULLETS, Account, Branch, Selection, UnitBullet, UnitCount
from domain.employee import EmployeeId
from domain.ledger import PromptKey
from domain.round import CampaignId, RoundId
from domain.standing import Standing
from domain.unit import UnitPath, lies_in
from store.memory_state import KeptPrompt, MemoryState, alone


class MemoryTallies(MemoryState):
    """See `domain.ports.TallyStore`."""

    @alone
    def accounts(self, wanted: Selection, *, after: PromptKey | None = None, limit: int = 1000) -> tuple[Account, ...]:
        """A page in the order of the key."""
        found = sorted(
            (
                kept
                for key, kept in self.prompts.items()
                if _fits(wanted, kept) and (after is None or _order(key) > _order(after))
            ),
            key=lambda kept: (kept.prompt.employee_id, kept.prompt.campaign_id, kept.prompt.round_id),
        )
        return tuple(
            Account(
                prompt=kept.prompt,
                answered_at=kept.answered[0] if kept.answered else None,
                bullets=self._said(kept),
            )
            for kept in found[:limit]
        )

    @alone
    def upper_supervisors(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[EmployeeId, ...]:
        """A page in order."""
        above = {kept.prompt.employee_id: kept.prompt.supervisor_id for kept in self._of_round(campaign_id, round_id)}
        supervisors = set(above.values())
        upper = {above[each] for each in supervisors if each is not None and each in above}
        return tuple(sorted(each for each in upper if each is not None and (after is None or each > after)))[:limit]

    @alone
    def branches(
        self, campaign_id: CampaignId, round_id: RoundId, *, after: EmployeeId | None = None, limit: int = 1000
    ) -> tuple[Branch, ...]:
        """A page in order."""
        above = {kept.prompt.employee_id: kept.prompt.supervisor_id for kept in self._of_round(campaign_id, round_id)}
        counts: dict[EmployeeId, Counter[tuple[UnitPath, Standing]]] = {}
        for prompt in (kept.prompt for kept in self._of_round(campaign_id, round_id)):
            if prompt.supervisor_id is not None and (after is None or prompt.supervisor_id > after):
                counts.setdefault(prompt.supervisor_id, Counter())[prompt.unit, prompt.standing] += 1
        return tuple(
            Branch(
                supervisor_id=each,
                above=above.get(each),
                counts=tuple(UnitCount(unit=unit, standing=at, count=n) for (unit, at), n in sorted(theirs.items())),
            )
            for each, theirs in sorted(counts.items())[:limit]
        )

    @alone
    def counts_below(
        self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId
    ) -> tuple[UnitCount, ...]:
        """By Unit and Standing."""
        prompts = (kept.prompt for kept in self._below(campaign_id, round_id, supervisor_id))
        counts = Counter((each.unit, each.standing) for each in prompts)
        return tuple(UnitCount(unit=unit, standing=at, count=count) for (unit, at), count in sorted(counts.items()))

    @alone
    def bullets_below(
        self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId, *, limit: int = 1000
    ) -> tuple[UnitBullet, ...]:
        """By Unit, then as the answers were recorded."""
        found = [kept for kept in self._below(campaign_id, round_id, supervisor_id) if kept.reply_id is not None]
        found.sort(key=lambda kept: (kept.prompt.unit, kept.reply_id))
        said = (UnitBullet(unit=kept.prompt.unit, text=text) for kept in found for text in self._said(kept))
        return tuple(said)[:limit]

    @alone
    def substances(self, keys: Collection[str]) -> Mapping[str, str]:
        """By key."""
        return {key: self.mails[key].mail.substance for key in keys if key in self.mails}

    def _of_round(self, campaign_id: CampaignId, round_id: RoundId) -> Iterator[KeptPrompt]:
        for key, kept in self.prompts.items():
            if (key.campaign_id, key.round_id) == (campaign_id, round_id):
                yield kept

    def _below(self, campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId) -> Iterator[KeptPrompt]:
        """Those who report to this Supervisor through others."""
        reports: dict[EmployeeId | None, list[KeptPrompt]] = {}
        for kept in self._of_round(campaign_id, round_id):
            reports.setdefault(kept.prompt.supervisor_id, []).append(kept)
        seen = {supervisor_id}
        waiting = [supervisor_id]
        while waiting:
            above = waiting.pop()
            for kept in reports.get(above, ()):
                if kept.prompt.employee_id in seen:
                    continue
                seen.add(kept.prompt.employee_id)
                waiting.append(kept.prompt.employee_id)
                if above != supervisor_id:
                    yield kept

    def _said(self, kept: KeptPrompt) -> tuple[str, ...]:
        shows = kept.reply_id is not None and kept.prompt.standing in SHOWS_BULLETS
        return self.replies[kept.reply_id].bullets if shows and kept.reply_id is not None else ()


def _order(key: PromptKey) -> tuple[str, str, str]:
    return key.employee_id, key.campaign_id, key.round_id


def _fits(wanted: Selection, kept: KeptPrompt) -> bool:
    prompt = kept.prompt
    return (
        wanted.campaign_id in {None, prompt.campaign_id}
        and wanted.round_id in {None, prompt.round_id}
        and lies_in(prompt.unit, wanted.unit)
        and (not wanted.standings or prompt.standing in wanted.standings)
    )
