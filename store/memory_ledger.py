"""The Ledger in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.ledger import (
    DeliveryFailure,
    Event,
    Filing,
    Folder,
    KeptReply,
    LedgerEntry,
    MessageKey,
    Recorded,
    Recording,
    Sought,
    StandingChange,
)
from domain.standing import Standing
from domain.verdict import Decision
from store.columns import storable
from store.memory_state import KeptEntry, MemoryState, alone, refuse

SAME = "the same message under another key"


class MemoryLedger(MemoryState):
    """See `domain.ports.LedgerStore`."""

    @alone
    def begin(self, key: MessageKey, now: datetime) -> int:  # noqa: ARG002 - only a person would look
        """Count one more try to read this message."""
        self.readings[key] = self.readings.get(key, 0) + 1
        return self.readings[key]

    @alone
    def record(self, recording: Recording) -> Recorded:
        """Write a Recording. ValueError where text of a withheld message is given."""
        entry = recording.entry
        if entry.decision is Decision.WITHHELD and (recording.reply is not None or recording.on_behalf):
            raise ValueError("The text of a withheld message is not kept.")
        replies = (*((recording.reply,) if recording.reply is not None else ()), *recording.on_behalf)
        if any(reply.prompt not in self.prompts for reply in replies):
            raise refuse("a reply to no Prompt")
        key = entry.arrival.key
        self.readings.pop(key, None)
        if key in self.numbers:
            self.ledger[self.numbers[key]].filed_at = None
            return Recorded.KNOWN_KEY
        return self.write(recording)

    def write(self, recording: Recording) -> Recorded:
        """Write a Recording whose key is free, and all that it causes."""
        number = len(self.ledger) + 1
        entry = replace(recording.entry, number=number)
        self.numbers[entry.arrival.key] = number
        first = self._first(entry)
        if first is not None:
            like = self.ledger[first].entry
            same = replace(entry, decision=None, findings=(), reason=SAME, filing=like.filing, flag=like.flag)
            self.ledger[number] = KeptEntry(same, first)
            return Recorded.KNOWN_MESSAGE
        made = next((each.standing for each in recording.standings if each.prompt == entry.prompt), None)
        self.ledger[number] = KeptEntry(entry, standing=made)
        self._effects(number, recording)
        return Recorded.NEW

    def _first(self, entry: LedgerEntry) -> int | None:
        wanted = entry.arrival
        firsts = [
            (number, kept.entry.arrival) for number, kept in self.ledger.items() if kept.same_as is None and kept.holds
        ]
        for number, known in firsts:
            same_mailbox = known.key.mailbox == wanted.key.mailbox
            if wanted.provider_id is not None and same_mailbox and known.provider_id == wanted.provider_id:
                return number
        same = (number for number, known in firsts if wanted.digest is not None and known.digest == wanted.digest)
        return next(same, None)

    def _effects(self, number: int, recording: Recording) -> None:
        reply = recording.reply
        if reply is not None:
            bullets = tuple(storable(text) for text in reply.bullets)
            self.replies[number] = replace(reply, body=storable(reply.body), bullets=bullets)
        answer = (recording.entry.arrival.arrived_at, number)
        self.kept_leave.update({(each.employee_id, each.leave.first): each.leave.back_on for each in recording.leaves})
        for acting in recording.acting:
            self.kept_acting.pop(acting.supervisor, None)
            if acting.stand_in != acting.supervisor:
                self.kept_acting[acting.supervisor] = acting
        for change in recording.standings:
            self.change_standing(change, answer, number if reply is not None else None)
        for note in (*((recording.away,) if recording.away is not None else ()), *recording.absences):
            self.set_away_by(note)
        for part, covered in enumerate(recording.on_behalf, 1):
            self._cover(part, covered, recording)
        self.kept_events += recording.events
        self.kept_failures += [(number, failure) for failure in recording.failures]
        self.put_in_outbox(recording.mails)

    def _cover(self, part: int, reply: KeptReply, recording: Recording) -> None:
        """What a Supervisor answers for somebody: an entry, a version of the answer, and the Standing."""
        number = len(self.ledger) + 1
        entry, said = recording.entry, recording.entry.reason
        place = replace(entry.arrival, provider_id=None, digest=None)
        about = replace(entry, arrival=place, prompt=reply.prompt, number=number)
        self.ledger[number] = KeptEntry(about, filed_at=entry.decided_at, standing=Standing.COVERED, part=part)
        bullets = tuple(storable(text) for text in reply.bullets)
        self.replies[number] = replace(reply, body=storable(reply.body), bullets=bullets)
        change = StandingChange(prompt=reply.prompt, standing=Standing.COVERED, reason=said)
        self.change_standing(change, (reply.arrived_at, number), number)

    @alone
    def unfiled(self, mailbox: str, *, limit: int = 1000) -> tuple[Filing, ...]:
        """Oldest first."""
        found = [
            _filing(kept.entry)
            for kept in self.ledger.values()
            if kept.filed_at is None and kept.part == 0 and kept.entry.arrival.key.mailbox == mailbox
        ]
        return tuple(found)[:limit]

    @alone
    def mark_filed(self, keys: Sequence[MessageKey], now: datetime) -> None:
        """Say that these were filed away."""
        for key in keys:
            if key in self.numbers:
                self.ledger[self.numbers[key]].filed_at = now

    @alone
    def recorded(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Which of these are recorded."""
        keys = {uid: MessageKey(mailbox=mailbox, uidvalidity=uidvalidity, uid=uid) for uid in uids}
        return frozenset(uid for uid, key in keys.items() if key in self.numbers)

    @alone
    def cursor(self, mailbox: str) -> tuple[int, int] | None:
        """UIDVALIDITY and highest UID handled."""
        return self.cursors[mailbox][:2] if mailbox in self.cursors else None

    @alone
    def set_cursor(self, mailbox: str, uidvalidity: int, uid: int, now: datetime) -> None:
        """Remember how far the mailbox was handled."""
        self.cursors[mailbox] = (uidvalidity, uid, now)

    @alone
    def last_poll(self, mailbox: str) -> datetime | None:
        """When the cursor was last set."""
        return self.cursors[mailbox][2] if mailbox in self.cursors else None

    @alone
    def entries(
        self,
        *,
        limit: int = 50,
        decision: str | None = None,
        filing: Folder | None = None,
        message_id: str | None = None,
        since: datetime | None = None,
        before: int | None = None,
    ) -> tuple[LedgerEntry, ...]:
        """What holds now, newest first."""
        found = [
            kept.entry
            for number, kept in sorted(self.ledger.items(), reverse=True)
            if kept.holds
            and kept.part == 0
            and (since is None or kept.entry.arrival.arrived_at >= since)
            and (before is None or number < before)
            and decision in {None, kept.entry.decision}
            and filing in {None, kept.entry.filing}
            and message_id in {None, kept.entry.message_id}
        ]
        return tuple(found)[:limit]

    @alone
    def failures(self, *, limit: int = 1000) -> tuple[DeliveryFailure, ...]:
        """Newest first."""
        return tuple(failure for _, failure in reversed(self.kept_failures))[:limit]

    @alone
    def write_event(self, event: Event) -> None:
        """Write an Event by itself."""
        self.kept_events.append(event)

    @alone
    def events(self, *, limit: int = 50) -> tuple[Event, ...]:
        """Newest first."""
        return tuple(reversed(self.kept_events))[:limit]


def _filing(entry: LedgerEntry) -> Filing:
    filing = Filing(key=entry.arrival.key, folder=entry.filing, flag=entry.flag)
    if entry.lies_in is None:
        return filing
    return replace(filing, lies_in=entry.lies_in, sought=Sought.of(entry))
