"""What a security officer may do with a message: release it, or erase it wherever it can be reached, with a receipt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.address import others
from app.again import Reread, Rereader, place_of, told
from app.wiring import own_addresses
from domain.ledger import SAID_BY, Erasure, Event, LedgerEntry, Sought
from domain.outcome import Envelope, Shunted
from ingest.whereabouts import Whereabouts

LAST_RESORT = "a second look found it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who decides, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """Where copies of a message are: on the server, and with those to whom it was addressed as well."""

    places: tuple[Whereabouts, ...]
    copies: tuple[str, ...]

    @property
    def count(self) -> int:
        """Messages on the server."""
        return sum(len(place.uids) for place in self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Each place of an erased message, and what was done there."""

    place: str
    at: datetime
    officer: Officer
    lines: tuple[tuple[str, str], ...]
    complete: bool

    def __str__(self) -> str:
        """The receipt as text."""
        head = (
            f"Erasure of {self.place}",
            f"on {self.at:%F %T} UTC by {self.officer.name}: {self.officer.reason}",
            "",
        )
        return "\n".join((*head, *(f"{where}: {what}" for where, what in self.lines)))


def release(reader: Rereader, entry: LedgerEntry, officer: Officer) -> Reread | None:
    """Judge it by the current rules, the markings rule overruled where it still finds one; None where it was decided."""
    reread, overruled = reader.release(entry)
    what = "released" if overruled else "released: the rules find no marking any more"
    return reread if reader.apply(reread, who=officer.name, what=what, why=officer.reason) else None


def locate(reader: Rereader, entry: LedgerEntry) -> Lying:
    """Every place of a message on its server, and who else has it."""
    places = reader.search.every(Sought.of(entry))
    copies = list(entry.copies)
    for place in places:
        reader.mailbox.select(place.folder)
        for peeked in reader.mailbox.peek(place.uids):
            header = reader.reader.header(peeked.header)
            if not isinstance(header, Shunted):
                envelope = Envelope.of(header)
                copies += [*envelope.to, *envelope.cc]
    return Lying(places=places, copies=tuple(dict.fromkeys(copies)))


def erase(reader: Rereader, entry: LedgerEntry, lying: Lying, officer: Officer) -> Receipt:
    """Take a message away from the server, then from the database. Killed in between, it is safe to do again.

    1. Write down who wants it and why.
    2. Remove every copy on the server, and look again.
    3. Erase in one transaction what came of it, and make the database forget the bytes.
    4. Write down the receipt.
    """
    house, place = reader.house, place_of(entry)
    now = house.clock.now()
    history = house.store.history(entry.arrival.key)
    begun = Event(at=now, who=officer.name, what="erasure begun", subject=place, reason=officer.reason)
    house.store.write_event(begun)
    removed = tuple(_removed(reader, lying))
    left = reader.search.every(Sought.of(entry))
    done = Event(at=now, who=officer.name, what="erased", subject=place, reason=officer.reason)
    erased = house.store.erase(entry.arrival.key, done)
    scrubbed = house.store.scrub()
    receipt = Receipt(
        place=place,
        at=now,
        officer=officer,
        lines=(
            *_facts(entry, history),
            *(removed or (("mail server", "the message was not there any more"),)),
            ("mail server, second look", LAST_RESORT if left else "nothing is left in any of our folders"),
            *_database(erased, scrubbed),
            *_still_holds(history),
            *_out_of_reach(reader, lying, erased),
        ),
        complete=not left and not erased.leaving,
    )
    house.store.write_event(Event(at=now, who=officer.name, what="erasure receipt", subject=place, reason=str(receipt)))
    return receipt


def _removed(reader: Rereader, lying: Lying) -> Iterator[tuple[str, str]]:
    for place in lying.places:
        reader.mailbox.select(place.folder)
        gone = reader.mailbox.erase(place.uids)
        uids = ", ".join(str(uid) for uid in place.uids)
        folder = f"mail server, mailbox {reader.settings.name}, folder {place.folder.value}"
        how = (
            "removed for good" if gone else "marked as deleted; this server lets nobody remove one alone, so expunge it"
        )
        yield folder, f"UID {uids}: {how}"


def _facts(entry: LedgerEntry, history: tuple[LedgerEntry, ...]) -> Iterator[tuple[str, str]]:
    yield "arrived", f"{entry.arrival.arrived_at:%F %T} UTC"
    yield "employee", entry.prompt.employee_id if entry.prompt is not None else "unknown"
    rules = {finding.rule for each in history for finding in each.findings}
    yield (
        "decided",
        ", ".join(told(each) for each in history) + (f"; rules {', '.join(sorted(rules))}" if rules else ""),
    )
    yield "keyed hash of its Message-ID", entry.message_hash or "none"


def _database(erased: Erasure, scrubbed: str) -> Iterator[tuple[str, str]]:
    yield "database, ledger", f"{erased.entries} rows reduced to place, time, person and keyed hash"
    yield "database, replies", f"{erased.replies} replies and {erased.bullets} bullets deleted"
    yield "database, delivery failures and reading attempts", f"{erased.failures} and {erased.readings} deleted"
    yield "database, outbox", f"{erased.mails} mails about it that had not gone out were deleted, with their attempts"
    if erased.sent:
        yield "database, outbox, sent before", f"{erased.sent} mails; their content was removed when they were sent"
    if erased.leaving:
        yield "database, outbox, leaving now", f"{erased.leaving} mails were with a sender: erase again in a minute"
    yield "database, file and log", scrubbed
    yield "log, metrics, temporary files", "never held its text"


def _still_holds(history: tuple[LedgerEntry, ...]) -> Iterator[tuple[str, str]]:
    """What a Supervisor asked for in it is kept as dates and ids, without a word of it, and others act on it by now.

    To take it back would remind people on leave and send Digests to somebody who is away: a person has to say so.
    """
    bosses = {each.reason.removeprefix(SAID_BY) for each in history if each.reason.startswith(SAID_BY)}
    for boss in sorted(bosses):
        yield (
            "database, leave and stand-ins",
            (
                f"what {boss} said in it of absences and of a stand-in STILL HOLDS, as dates and ids; the ledger's events by "
                f"{boss} name them, `bulletin leave import` or another answer to the digest changes them"
            ),
        )


def _out_of_reach(reader: Rereader, lying: Lying, erased: Erasure) -> Iterator[tuple[str, str]]:
    elsewhere = others(lying.copies, own_addresses(reader.house.settings))
    yield "NOT reached, the sender", "their folder of sent mail, and the mail servers on the way"
    if elsewhere:
        yield "NOT reached, others it was addressed to", ", ".join(elsewhere)
    if erased.sent:
        yield "NOT reached, mail of ours", f"{erased.sent} mails that answered or told of it, with those who got them"
    if erased.readers:
        yield "NOT reached, those whom we may have sent its text", ", ".join(erased.readers)
    yield "NOT reached, the mail server", "its journals, logs and backups; other folders than ours"
    yield "NOT reached, the database", "its backups and replicas"
    yield "NOT reached, the relay", "what it still had in its queue"
