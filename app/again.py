"""Reading a recorded message again: found wherever it was filed, read by the current rules, decided, recorded anew.

The law: what a person decided before is kept; a withheld message is never released but by an officer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from app.exits import FoundWrongError
from app.settings.mail import MailboxSettings
from app.wiring import House
from domain.desk import Recognised
from domain.employee import EmployeeId
from domain.ledger import Event, Folder, LedgerEntry, MessageKey, Recording, Rerecording, Sought
from domain.message import Message
from domain.origin import Origin
from domain.outcome import Shunted
from domain.ports import Fetched, Mailbox
from domain.retention import ERASED, EXPIRED
from domain.token import keyed_hash
from domain.verdict import Decision
from ingest.child import Failure, Reader
from ingest.filing import FilingClerk
from ingest.whereabouts import Search, Whereabouts

MARKINGS: Final = ("markings",)
RELEASED: Final = "released by an officer"
ACCEPTED: Final = "accepted by hand"
REFUSED: Final = "refused by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a person decided: to accept it as the answer of `whose` (None for whoever it names), or to overrule rules."""

    accept: bool = False
    whose: EmployeeId | None = None
    overruled: tuple[str, ...] = ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """How the Ledger says so."""
        return (*((ACCEPTED,) if self.accept else ()), *((RELEASED,) if self.overruled else ()))


NOTHING: Final = Override()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """What was decided `before`, and the `recording` that would take its place."""

    before: LedgerEntry
    recording: Recording

    @property
    def changes(self) -> bool:
        """Whether anything would be other than it is."""
        return _gist(self.before) != _gist(self.recording.entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A message on its server: its place, what was peeked at, and its header as read."""

    whereabouts: Whereabouts
    fetched: Fetched
    header: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereader:
    """Reads messages of one mailbox again, over a connection of its own. For one thread."""

    house: House
    settings: MailboxSettings
    mailbox: Mailbox
    reader: Reader

    @property
    def search(self) -> Search:
        """Where to find what was filed."""
        return Search(mailbox=self.mailbox, hash_secret=self.house.settings.instance.hash_secret())

    def look(self, entry: LedgerEntry) -> Looked | None:
        """The message on its server; None where it is not there any more."""
        found = self.search.first(Sought.of(entry), likely=(entry.filing, entry.lies_in or entry.filing))
        peeked = next(iter(self.mailbox.peek(found.uids)), None) if found is not None else None
        if found is None or peeked is None:
            return None
        header = self.reader.header(peeked.header)
        if isinstance(header, Shunted):
            raise FoundWrongError(f"{place_of(entry)} cannot be read: {header.reason}.")
        return Looked(whereabouts=found, fetched=peeked, header=header)

    def read(self, entry: LedgerEntry, override: Override = NOTHING) -> Reread:
        """What the current rules make of it. Changes nothing. FoundWrongError where it cannot be read."""
        looked = self.look(entry)
        if looked is None:
            raise FoundWrongError(f"{place_of(entry)} is not on the mail server any more.")
        recognised = self.house.desk(self.settings).recognise_again(
            looked.fetched,
            looked.header,
            whose=override.whose,
            accept=override.accept,
            overruled=override.overruled,
        )
        if recognised is None:
            raise FoundWrongError(f"{place_of(entry)} answers no prompt: say with --employee whose answer it is.")
        recording = self._decide(entry, looked, recognised)
        return Reread(before=entry, recording=_placed(recording, looked.whereabouts.folder, override))

    def release(self, entry: LedgerEntry) -> tuple[Reread, bool]:
        """A withheld message as an officer releases it, and whether the current rules still find a marking in it."""
        reread = self.read(entry, _standing_override(entry))
        if reread.recording.entry.decision is not Decision.WITHHELD:
            return reread, False
        return self.read(entry, replace(_standing_override(entry), overruled=MARKINGS)), True

    def refuse(self, entry: LedgerEntry) -> Reread:
        """It goes to the strangers, unread. The message itself need not be there."""
        refused = replace(
            entry,
            decided_at=self.house.clock.now(),
            evidence=(*entry.evidence, REFUSED),
            identity="stranger",
            reason=REFUSED,
            prompt=None,
            decision=None,
            findings=(),
            filing=Folder.STRANGERS,
            flag=None,
            lies_in=entry.filing,
        )
        return Reread(before=entry, recording=Recording(entry=refused))

    def apply(self, reread: Reread, *, who: str, what: str, why: str) -> bool:
        """Record it, then file it. False where somebody else was faster; then nothing is done."""
        before, entry = reread.before, reread.recording.entry
        assert before.number is not None
        event = Event(
            at=entry.decided_at,
            who=who,
            what=what,
            subject=place_of(entry),
            reason=f"{why} (was {told(before)}, now {told(entry)})",
        )
        done = self.house.store.record_again(
            Rerecording(before=before.number, recording=reread.recording, event=event, returned=self._returned(before))
        )
        self.file(entry.arrival.key)
        return done

    def file(self, key: MessageKey) -> None:
        """File what is recorded and not filed, of this message."""
        clerk = FilingClerk(
            mailbox=self.mailbox,
            name=key.mailbox,
            store=self.house.store,
            clock=self.house.clock,
            at=lambda _step: None,
            hash_secret=self.house.settings.instance.hash_secret(),
        )
        clerk.settle((key,))

    def _decide(self, entry: LedgerEntry, looked: Looked, recognised: Recognised) -> Recording:
        desk = self.house.desk(self.settings)
        arrival = replace(entry.arrival, digest=None)
        if recognised.outcome is not None or not recognised.read:
            return desk.turn_away(arrival, recognised)
        raw = next((raw for _, raw in self.mailbox.fetch(looked.whereabouts.uids)), None)
        if raw is None:
            raise FoundWrongError(f"{place_of(entry)} could not be fetched.")
        arrival = replace(arrival, digest=keyed_hash(self.house.settings.instance.hash_secret(), raw))
        outcome = self.reader.read(raw, entry.arrival.arrived_at, recognised.known)
        if Failure.of(outcome) is not None and isinstance(outcome, Shunted):
            raise FoundWrongError(f"{place_of(entry)} cannot be read: {outcome.reason}.")
        return desk.decide(arrival, recognised, outcome)

    def _returned(self, before: LedgerEntry) -> EmployeeId | None:
        """Whose absence the earlier decision noted, if it still stands in the Roster as it was noted."""
        if before.origin is not Origin.AUTO_REPLY or before.prompt is None:
            return None
        employee = self.house.store.employee(before.prompt.employee_id)
        if employee is None or employee.away_until is None:
            return None
        noted = before.reason.endswith(employee.away_until.isoformat())
        return employee.id if noted else None


@contextmanager
def rereading(house: House, mailbox: str) -> Iterator[Rereader]:
    """A Rereader of the mailbox of that name, connected until the block ends."""
    settings = next((one for one in house.settings.mailboxes if one.name == mailbox), None)
    if settings is None:
        raise FoundWrongError(f"The configuration has no mailbox {mailbox}.")
    box = house.mailbox(settings)
    reader = house.reader()
    try:
        box.open()
        yield Rereader(house=house, settings=settings, mailbox=box, reader=reader)
    finally:
        box.close()
        reader.close()


def reread(reader: Rereader, entry: LedgerEntry) -> Reread | None:
    """A message by the current rules and program, what people decided kept; None where only a person may decide, or nothing is left."""
    if entry.decision is Decision.WITHHELD or entry.reason in {ERASED, EXPIRED} or REFUSED in entry.evidence:
        return None
    return reader.read(entry, _standing_override(entry))


def place_of(entry: LedgerEntry) -> str:
    """`mailbox/uidvalidity/uid`, as people name a message."""
    key = entry.arrival.key
    return f"{key.mailbox}/{key.uidvalidity}/{key.uid}"


def told(entry: LedgerEntry) -> str:
    """What was decided, in a word or two."""
    if entry.decision is not None:
        return entry.decision.value
    match entry.filing:
        case Folder.HELD:
            return "held"
        case Folder.STRANGERS:
            return "a stranger's"
        case Folder.SHUNTED:
            return "shunted"
        case _:
            return entry.origin.value if entry.origin is not None else "filed"


def _standing_override(entry: LedgerEntry) -> Override:
    """What people decided of it before."""
    accepted = ACCEPTED in entry.evidence
    return Override(
        accept=accepted,
        whose=entry.prompt.employee_id if accepted and entry.prompt is not None else None,
        overruled=MARKINGS if RELEASED in entry.evidence else (),
    )


def _placed(recording: Recording, lies_in: Folder, override: Override) -> Recording:
    """It is filed from where it lies; what stays in place is flagged there."""
    entry = recording.entry
    filing = lies_in if entry.filing is Folder.INBOX else entry.filing
    evidence = (*entry.evidence, *override.evidence)
    return replace(recording, entry=replace(entry, filing=filing, lies_in=lies_in, evidence=evidence))


def _gist(entry: LedgerEntry) -> tuple[object, ...]:
    findings = tuple((one.rule, one.effect, one.sure) for one in entry.findings)
    return (entry.decision, entry.identity, entry.origin, entry.prompt, entry.filing, entry.reason, findings)
