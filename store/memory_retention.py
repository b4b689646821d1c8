"""What expires, in memory; see `store.sql_retention`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from domain.employee import EmployeeId
from domain.ledger import Folder, PromptKey
from domain.outbox import MailState
from domain.retention import ERASED, EXPIRED, FINISHED, Expired, Kept, Key, Look, Terms
from domain.round import CampaignId, RoundId
from domain.unit import ROOT, UnitPath
from domain.verdict import Decision
from store.memory_state import KeptEntry, MemoryState, alone

DONE = {MailState.SENT, MailState.FAILED, MailState.CANCELLED, MailState.HELD}


class MemoryRetention(MemoryState):
    """See `domain.ports.RetentionStore`. A look sees all at once."""

    @alone
    def expired(self, what: Kept, terms: Terms, *, after: Key | None = None, limit: int = 1000) -> Look:  # noqa: ARG002 - all at once
        """All that has expired."""
        looks: dict[Kept, Callable[[Terms], Iterable[Expired]]] = {
            Kept.ANSWERS: self._old_answers,
            Kept.ENTRIES: self._old_entries,
            Kept.MAILS: self._old_mails,
            Kept.PROMPTS: self._old_prompts,
            Kept.ROUNDS: self._old_rounds,
            Kept.LEAVE: self._old_leave,
            Kept.STAND_INS: self._old_stand_ins,
            Kept.PEOPLE: self._old_people,
            Kept.RECORDS: self._old_records,
        }
        return Look(expired=tuple(looks[what](terms)))

    @alone
    def purge(self, what: Kept, found: Sequence[Expired]) -> int:
        """Take these away."""
        drops: dict[Kept, Callable[[Any], bool]] = {
            Kept.ANSWERS: self._drop_answer,
            Kept.ENTRIES: self._reduce_entry,
            Kept.MAILS: self._drop_mail,
            Kept.PROMPTS: self._drop_prompt,
            Kept.ROUNDS: self._drop_mark,
            Kept.LEAVE: lambda key: self.kept_leave.pop(key, None) is not None,
            Kept.STAND_INS: lambda key: self.kept_acting.pop(key[0], None) is not None,
            Kept.PEOPLE: self._drop_person,
            Kept.RECORDS: lambda key: bool(self.kept_events.pop(key[0])),
        }
        # The last first, for an Event's key is its place.
        return sum(drops[what](each.key) for each in reversed(found))

    def _finished(self, campaign: CampaignId | None, week: RoundId | None) -> bool:
        if campaign is None or week is None or (campaign, week) not in self.kept_rounds:
            return True
        return self.kept_rounds[campaign, week].phase in FINISHED

    def _unit_of(self, key: PromptKey | None) -> UnitPath:
        return self.prompts[key].prompt.unit if key is not None and key in self.prompts else ROOT

    def _unit_of_person(self, who: EmployeeId) -> UnitPath:
        return self.people[who].unit if who in self.people else ROOT

    def _old_answers(self, terms: Terms) -> Iterator[Expired]:
        for number, reply in sorted(self.replies.items()):
            key = reply.prompt
            if terms.over(self._unit_of(key), reply.arrived_at) and self._finished(key.campaign_id, key.round_id):
                yield _of_round((number,), key)

    def _old_entries(self, terms: Terms) -> Iterator[Expired]:
        for number, kept in sorted(self.ledger.items()):
            key, at = kept.entry.prompt, kept.entry.arrival.arrived_at
            if kept.entry.reason == EXPIRED or not _may_go(kept):
                continue
            if kept.entry.reason == ERASED and (terms.records is None or at >= terms.records):
                continue
            finished = key is None or self._finished(key.campaign_id, key.round_id)
            if finished and terms.over(self._unit_of(key), at):
                yield _of_round((number,), key)

    def _old_mails(self, terms: Terms) -> Iterator[Expired]:
        for kept in self.mails.values():
            mail = kept.mail
            finished = self._finished(mail.campaign_id, mail.round_id)
            if kept.state in DONE and finished and terms.over(mail.unit, kept.not_before):
                yield Expired(key=(kept.id,), campaign_id=mail.campaign_id, round_id=mail.round_id)

    def _old_prompts(self, terms: Terms) -> Iterator[Expired]:
        for key, kept in self.prompts.items():
            one = self.kept_rounds[key.campaign_id, key.round_id]
            told = [each for each in self.ledger.values() if each.standing is not None and each.entry.prompt == key]
            heard = [each.entry.arrival.arrived_at for each in told]
            at = max(one.final_at, kept.prompt.window.grace_until, *heard)
            if one.phase in FINISHED and all(map(_may_go, told)) and terms.over(kept.prompt.unit, at):
                yield _of_round((key.campaign_id, key.round_id, key.employee_id), key)

    def _old_rounds(self, terms: Terms) -> Iterator[Expired]:
        left = {(key.campaign_id, key.round_id) for key in self.prompts}
        for at, one in self.kept_rounds.items():
            old = terms.latest is not None and one.final_at < terms.latest
            if old and one.phase in FINISHED and one.expanded_upto is not None and at not in left:
                yield Expired(key=at, campaign_id=at[0], round_id=at[1])

    def _old_leave(self, terms: Terms) -> Iterator[Expired]:
        for (who, first), back_on in self.kept_leave.items():
            if terms.over(self._unit_of_person(who), datetime.combine(back_on, time(), UTC)):
                yield Expired(key=(who, first))

    def _old_stand_ins(self, terms: Terms) -> Iterator[Expired]:
        for who, acting in self.kept_acting.items():
            until = acting.until
            if until is not None and terms.over(self._unit_of_person(who), datetime.combine(until, time(), UTC)):
                yield Expired(key=(who,))

    def _old_people(self, terms: Terms) -> Iterator[Expired]:
        for who, person in self.people.items():
            if self._is_nobody(who) and terms.of(person.unit) is not None:
                yield Expired(key=(who,))

    def _old_records(self, terms: Terms) -> Iterator[Expired]:
        for place, event in enumerate(self.kept_events):
            if terms.records is not None and event.at < terms.records:
                yield Expired(key=(place,))

    def _is_needed(self, key: PromptKey) -> bool:
        told = any(kept.standing is not None and kept.entry.prompt == key for kept in self.ledger.values())
        return told or any(reply.prompt == key for reply in self.replies.values())

    def _is_nobody(self, who: EmployeeId) -> bool:
        named = any(who in {key.employee_id, kept.prompt.supervisor_id} for key, kept in self.prompts.items())
        boss = any(person.supervisor_id == who and each in self.active for each, person in self.people.items())
        return who not in self.active and not named and not boss

    def _drop_answer(self, key: tuple[int]) -> bool:
        (number,) = key
        reply = self.replies.pop(number, None)
        if reply is None:
            return False
        kept = self.prompts[reply.prompt]
        kept.reply_id = None if kept.reply_id == number else kept.reply_id
        return True

    def _reduce_entry(self, key: tuple[int]) -> bool:
        (number,) = key
        kept = self.ledger[number]
        if not _may_go(kept):
            return False
        kept.entry = replace(
            kept.entry,
            arrival=replace(kept.entry.arrival, size=0),
            evidence=(),
            identity="none",
            sender=None,
            message_id=None,
            message_hash=None,
            prompt=None,
            decision=None,
            findings=(),
            reason=EXPIRED,
            filing=Folder.PROCESSED,
            flag=None,
            copies=(),
            supervisor_copied=False,
            lies_in=None,
        )
        kept.standing = None
        self.kept_failures = [each for each in self.kept_failures if each[0] != number]
        return True

    def _drop_mail(self, key: tuple[int]) -> bool:
        gone = [name for name, kept in self.mails.items() if kept.id == key[0] and kept.state in DONE]
        for name in gone:
            del self.mails[name]
        return bool(gone)

    def _drop_mark(self, key: tuple[CampaignId, RoundId]) -> bool:
        self.kept_rounds[key] = replace(self.kept_rounds[key], expanded_upto=None)
        return True

    def _drop_prompt(self, named: tuple[CampaignId, RoundId, EmployeeId]) -> bool:
        campaign, week, employee = named
        key = PromptKey(campaign_id=campaign, round_id=week, employee_id=employee)
        if key not in self.prompts or self._is_needed(key):
            return False
        gone = self.prompts.pop(key).prompt
        self.purged[key.campaign_id, key.round_id][gone.unit, gone.standing] += 1
        return True

    def _drop_person(self, named: tuple[EmployeeId]) -> bool:
        (who,) = named
        if who not in self.people or not self._is_nobody(who):
            return False
        del self.people[who]
        for key in [key for key in self.kept_leave if key[0] == who]:
            del self.kept_leave[key]
        for boss, acting in list(self.kept_acting.items()):
            if who in {boss, acting.stand_in}:
                del self.kept_acting[boss]
        return True


def _may_go(kept: KeptEntry) -> bool:
    waits = kept.entry.decision is Decision.WITHHELD and kept.holds
    return kept.filed_at is not None and not waits


def _of_round(key: Key, prompt: PromptKey | None) -> Expired:
    if prompt is None:
        return Expired(key=key)
    return Expired(key=key, campaign_id=prompt.campaign_id, round_id=prompt.round_id)
