"""Deciding a recorded message anew, erasing one, and dead addresses, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.employee import EmployeeId
from domain.ledger import Erasure, Event, Folder, LedgerEntry, MessageKey, PromptKey, Rerecording, said_by
from domain.origin import BounceReason
from domain.outbox import QUOTING, TELLING, MailKind, MailState, OutboundMail
from domain.retention import ERASED
from domain.round import CampaignId, RoundId
from domain.standing import Standing, replaces
from domain.verdict import Decision
from store.memory_ledger import MemoryLedger
from store.memory_state import KeptEntry, KeptMail, KeptPrompt, alone

ANSWERING = {MailKind.RECEIPT, MailKind.NOTICE, MailKind.CONFIRMATION}
PASSED_OVER = {Standing.EXEMPT, Standing.AWAY, Standing.COVERED, Standing.UNDELIVERABLE}


class MemoryAgain(MemoryLedger):
    """See `domain.ports.LedgerStore`."""

    @alone
    def record_again(self, again: Rerecording) -> bool:
        """Put a new Recording in the place of an earlier one. ValueError where text of a withheld message is given."""
        recording = again.recording
        if recording.entry.decision is Decision.WITHHELD and (recording.reply is not None or recording.on_behalf):
            raise ValueError("The text of a withheld message is not kept.")
        old = self.ledger.get(again.before)
        if old is None or not old.holds:
            return False
        old.filed_at = old.filed_at or recording.entry.decided_at
        old.entry = replace(old.entry, superseded_by=len(self.ledger) + 1)
        self._take_back(again.before)
        for number, kept in self.ledger.items():
            if kept.part and kept.holds and _at(kept) == _at(old):
                kept.entry = replace(kept.entry, superseded_by=len(self.ledger) + 1)
                self._take_back(number)
        if again.returned in self.people:
            assert again.returned is not None
            self.people[again.returned] = replace(self.people[again.returned], away_until=None)
        self.write(recording)
        self.kept_events.append(again.event)
        return True

    @alone
    def history(self, key: MessageKey) -> tuple[LedgerEntry, ...]:
        """The newest first."""
        ours = (kept for _, kept in sorted(self.ledger.items(), reverse=True) if _at(kept) == key)
        return tuple(kept.entry for kept in ours if kept.part == 0)

    @alone
    def erase(self, key: MessageKey, event: Event) -> Erasure:
        """Take away all that came of a message; its rows keep place, time, person and rule."""
        family = self._family(key)
        if not family:
            return Erasure()
        replied = [number for number in family if number in self.replies]
        bullets = sum(len(self.replies[number].bullets) for number in replied)
        failures = sum(number in family for number, _ in self.kept_failures)
        prompts = {entry.prompt for number in family if (entry := self.ledger[number].entry).prompt is not None}
        keys = {_at(self.ledger[number]) for number in family}
        for number in family:
            self._take_back(number)
        readings = sum(self.readings.pop(each, None) is not None for each in keys)
        withdrawn = self._withdraw(keys, prompts, told=bool(replied))
        for number in family:
            self._reduce(self.ledger[number], event.at)
        self.kept_events.append(event)
        return replace(
            withdrawn,
            entries=len(family),
            replies=len(replied),
            bullets=bullets,
            failures=failures,
            readings=readings,
        )

    def scrub(self) -> str:
        """Nothing was ever written."""
        return "nothing of it was on a disk"

    @alone
    def dead_addresses(self, ids: Sequence[EmployeeId], *, rounds: int) -> frozenset[EmployeeId]:
        """Who was not there in the last Rounds, at the address they have now."""
        return frozenset(each for each in ids if self._is_dead(each, rounds))

    def _is_dead(self, employee_id: EmployeeId, rounds: int) -> bool:
        person = self.people.get(employee_id)
        if person is None:
            return False
        failures = [
            (number, failure)
            for number, failure in self.kept_failures
            if failure.prompt.employee_id == employee_id
            and failure.address == person.address
            and failure.reason is BounceReason.UNKNOWN_ADDRESS
        ]
        missed = {failure.prompt for _, failure in failures}
        heard = max((number for number, kept in self.ledger.items() if _is_heard(kept, employee_id)), default=0)
        if len(missed) < rounds or heard > max(number for number, _ in failures):
            return False
        count = 0
        for key in self._asked(employee_id):
            if key in missed:
                count += 1
            elif self.prompts[key].prompt.standing not in PASSED_OVER:
                break
        return count >= rounds

    def _asked(self, employee_id: EmployeeId) -> list[PromptKey]:
        """The newest first."""
        keys = [key for key in self.prompts if key.employee_id == employee_id]

        def newness(key: PromptKey) -> tuple[datetime, RoundId]:
            return self.kept_rounds[key.campaign_id, key.round_id].opens_at, key.round_id

        return sorted(keys, key=newness, reverse=True)

    def _take_back(self, number: int) -> None:
        """Undo what an entry did; see `store.sql_again`."""
        old = self.ledger[number]
        if old.same_as is not None:
            return
        self.replies.pop(number, None)
        self.kept_failures = [each for each in self.kept_failures if each[0] != number]
        kept = self.prompts.get(old.entry.prompt) if old.entry.prompt is not None else None
        if kept is None or old.standing is None:
            return
        mine = not old.standing.settled or (kept.answered is not None and kept.answered[1] == number)
        if kept.prompt.standing is old.standing and mine:
            self._stand_without(number, kept)
        elif kept.reply_id == number:
            kept.reply_id = None

    def _stand_without(self, number: int, kept: KeptPrompt) -> None:
        key = self.ledger[number].entry.prompt
        others = [
            (each, row.standing, row.entry.arrival.arrived_at)
            for each, row in sorted(self.ledger.items())
            if each != number and row.entry.prompt == key and row.holds and row.same_as is None and row.standing
        ]
        good = [(arrived_at, each, standing) for each, standing, arrived_at in others if standing.settled]
        if good:
            arrived_at, each, standing = max(good)
            kept.answered, kept.reply_id = (arrived_at, each), each if each in self.replies else None
        else:
            kept.answered = kept.reply_id = None
            standing = Standing.AWAITING
            for _, other, _ in others:
                standing = other if replaces(standing, other) else standing
        kept.prompt = replace(kept.prompt, standing=standing, reason="")

    def _family(self, key: MessageKey) -> list[int]:
        """The entries of a message: what was decided of it before, and the same message under other keys."""
        found = {number for number, kept in self.ledger.items() if _at(kept) == key}
        while True:
            keys = {_at(self.ledger[number]) for number in found}
            roots = {self.ledger[number].same_as for number in found}
            wider = {
                number
                for number, kept in self.ledger.items()
                if number in roots or kept.same_as in found or _at(kept) in keys
            } | found
            if wider == found:
                return sorted(found)
            found = wider

    def _withdraw(self, keys: set[MessageKey], prompts: set[PromptKey], *, told: bool) -> Erasure:
        alerts = {f"alert/{key.mailbox}/{key.uidvalidity}/{key.uid}" for key in keys}
        bosses = said_by(kept.entry.reason for kept in self.ledger.values() if _at(kept) in keys)
        people = {key.employee_id for key, kept in self.prompts.items() if kept.prompt.supervisor_id in bosses}

        def is_about(kept: KeptMail) -> bool:
            mail = kept.mail
            if mail.key in alerts or (mail.kind is MailKind.CONFIRMATION and mail.employee_id in bosses):
                return True
            if mail.kind is MailKind.COMMENT and mail.employee_id in people:
                return True
            for key in prompts:
                if (mail.campaign_id, mail.round_id) != _round_of(key):
                    continue
                if mail.employee_id == key.employee_id and mail.kind in ANSWERING:
                    return True
                if told and mail.kind in TELLING and self._may_tell(mail, key):
                    return True
            return False

        found = [kept for kept in self.mails.values() if is_about(kept)]
        sent = [kept for kept in found if kept.state is MailState.SENT]
        leaving = [kept for kept in found if kept.state in {MailState.CLAIMED, MailState.IN_DATA}]
        waiting = [kept for kept in found if kept not in sent and kept not in leaving]
        for kept in waiting:
            del self.mails[kept.mail.key]
        readers = {kept.mail.recipient for kept in sent if kept.mail.kind in QUOTING}
        return Erasure(mails=len(waiting), sent=len(sent), leaving=len(leaving), readers=tuple(sorted(readers)))

    def _may_tell(self, mail: OutboundMail, key: PromptKey) -> bool:
        """Copies; Digests that name the person, whoever their Supervisor is by now; roll-ups of those further up."""
        above: list[EmployeeId] = []
        one: EmployeeId | None = key.employee_id
        while one is not None and one not in above:
            above.append(one)
            there = self.prompts.get(replace(key, employee_id=one))
            one = there.prompt.supervisor_id if there is not None else None
        near = above if mail.kind is MailKind.ROLL_UP else above[:2]
        return mail.employee_id in near or key.employee_id in mail.about

    @staticmethod
    def _reduce(kept: KeptEntry, at: datetime) -> None:
        kept.entry = replace(
            kept.entry,
            arrival=replace(kept.entry.arrival, digest=None, size=0),
            evidence=(),
            sender=None,
            message_id=None,
            decision=None,
            findings=(),
            reason=ERASED,
            filing=Folder.PROCESSED,
            flag=None,
            copies=(),
            lies_in=None,
        )
        kept.standing = None
        kept.filed_at = kept.filed_at or at


def _at(kept: KeptEntry) -> MessageKey:
    return kept.entry.arrival.key


def _is_heard(kept: KeptEntry, employee_id: EmployeeId) -> bool:
    prompt = kept.entry.prompt
    wrote = kept.standing not in {None, Standing.UNDELIVERABLE, Standing.AWAY} and kept.part == 0
    return prompt is not None and prompt.employee_id == employee_id and wrote


def _round_of(key: PromptKey) -> tuple[CampaignId, RoundId]:
    return key.campaign_id, key.round_id
