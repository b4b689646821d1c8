"""Four weeks of the demo's people on real servers, moved on by hand; every mail that is delivered is kept with its hour."""

import email
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from smtplib import SMTP
from zoneinfo import ZoneInfo

from app.again import rereading
from app.commands.leave import _finder
from app.commands.policy import change, follow_everywhere
from app.daemon import send_once
from app.demo.clients import CLIENTS, reply_with
from app.demo.machines import out_of_office
from app.demo.place import ROSTER
from app.demo.post import asks, kind_of, parts_of
from app.demo.program import Program
from app.demo.screen import read
from app.demo.servers import HOST
from app.importing import Imported, Plan, import_roster
from app.leave import read_leave
from app.officers import Officer, release
from app.sheet import open_roster
from app.tending import everybody
from domain.employee import Employee, EmployeeId
from domain.ledger import Event, LedgerEntry, PromptKey
from domain.policy import Mode
from domain.roster import RosterFault
from domain.round import CampaignId, Prompt, RoundId
from domain.standing import Standing
from domain.unit import UnitPath
from domain.verdict import Decision
from tests.e2e.test_week import Servers

NEW_YORK = ZoneInfo("America/New_York")
WEEKLY = CampaignId("weekly")
HOUR = timedelta(hours=1)
SHAPES = tuple(CLIENTS)


def new_york(day: int, hour: int) -> datetime:
    """An hour of November 2025 on the campaign's clocks."""
    return datetime(2025, 11, day, hour, tzinfo=NEW_YORK)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A mail of ours as it reached its reader."""

    at: datetime
    address: str
    kind: str
    week: str
    content: bytes

    @property
    def text(self) -> str:
        """Its plain text on one line."""
        return " ".join(parts_of(self.content)[0].split())


@dataclass(slots=True, kw_only=True)
class Month:
    """The month while it goes by. People are named by number: 5 is E005. `handed_in` counts who wrote how often."""

    program: Program
    servers: Servers
    folder: Path
    mails: list[Delivered] = field(default_factory=list)
    handed_in: Counter[str] = field(default_factory=Counter)

    # What goes by itself.

    def until(self, moment: datetime) -> None:
        """Let the time pass, by the odd hours of New York, on which Rounds open and close; what is due happens."""
        clock = self.program.clock
        while clock.at < moment:
            odd = clock.at.astimezone(NEW_YORK).hour % 2
            clock.at = min(moment.astimezone(UTC), clock.at + (2 * HOUR if odd else HOUR))
            self.look()

    def look(self) -> None:
        """One look of the scheduler, and of the sender."""
        self.program.scheduler.tick()
        self.send()

    def send(self) -> None:
        """What is due goes out; keep what arrives."""
        send_once(self.program.house)
        for address, content in self.servers.exchange.delivered(len(self.mails)):
            week = str(email.message_from_bytes(content).get("X-Bulletin-Round", ""))
            self.mails.append(Delivered(self.program.clock.at, address, kind_of(content), week, content))

    def read_mail(self) -> None:
        """What came in is read and answered."""
        self.program.poller.poll_once()
        self.send()

    # What people do.

    def answer(self, numbers: Iterable[int], week: str, *, bullets: tuple[str, ...] = ()) -> None:
        """Each answers the newest mail that asks, from a mail client of their own; then the mailbox is looked at."""
        for number in numbers:
            said = bullets or (work_of(number, week), "Wrote the notes of the section")
            self.reply(number, self.asked(number), bullets=said)
        self.read_mail()

    def reply(self, number: int, to: bytes, *, bullets: tuple[str, ...] = (), text: str = "") -> None:
        """One reply is handed in."""
        shape = SHAPES[number % len(SHAPES)] if bullets else "thunderbird"
        self.hand_in(reply_with(shape, to, bullets, at=self.now(number), text=text))

    def out_of_office(self, number: int, back_on: str) -> None:
        """Their mail server answers the newest Prompt."""
        self.hand_in(out_of_office(self.asked(number), at=self.now(number), back_on=back_on), sender="")
        self.read_mail()

    def hand_in(self, content: bytes, *, sender: str | None = None) -> None:
        page = read(content)
        envelope = page.sender.address if sender is None else sender
        self.handed_in[page.sender.address] += sender is None
        with SMTP(HOST, self.servers.smtp_port, local_hostname="mail.agency.example") as smtp:
            smtp.sendmail(envelope, [box.address for box in page.to], content)

    def asked(self, number: int) -> bytes:
        """The newest mail of ours that they would answer."""
        inbox = self.servers.exchange.inbox(self.person(number).address)
        return next(one for one in reversed(inbox) if asks(one))

    def newest(self, number: int, kind: str) -> Delivered:
        """The newest mail of a kind that they got."""
        return next(one for one in reversed(self.mails) if one.kind == kind and one.address == self.address(number))

    # What officers and operators do.

    def policy(self, unit: str, mode: Mode | None, *, why: str, correct: bool = False) -> None:
        """`bulletin policy set UNIT mode=… [--correct]`, `round pause --unit`; None takes it back."""
        house, path = self.program.house, UnitPath(unit)
        given: dict[str, object] = {} if mode is None else {"mode": mode}
        unset = frozenset({"mode"}) if mode is None else frozenset[str]()
        change(house, path, given, unset, what="policy set", reason=why)
        follow_everywhere(house, path, correct=correct, said="")
        self.send()

    def take_in(self, **rows: str | None) -> Imported:
        """The sample roster with some rows written otherwise; None leaves one out."""
        path = self.folder / f"roster-{self.program.clock.at:%d}.csv"
        lines = [rows.get(line[:4], line) for line in ROSTER.read_text(encoding="utf-8").splitlines()]
        path.write_text("\n".join(line for line in lines if line is not None) + "\n", encoding="utf-8")
        store, now = self.program.house.store, self.program.clock.at
        return import_roster(store, open_roster(path), Plan(), who="registrar", now=now, report=_complain)

    def take_in_leave(self, *rows: str) -> None:
        """`bulletin leave import leave.csv`."""
        path = self.folder / "leave.csv"
        path.write_text("\n".join(("employee_id,first_day,back_on", *rows)) + "\n", encoding="utf-8")
        house = self.program.house
        found = read_leave(path, _finder(house), self.program.clock.at.date())
        assert found.faults == ()
        event = Event(at=self.program.clock.at, who="registrar", what="leave imported", subject=path.name)
        assert house.store.put_leave(found.leaves, event) == len(rows)

    def release(self) -> None:
        """An officer releases the one reply that is withheld."""
        house = self.program.house
        (entry,) = house.store.entries(decision=Decision.WITHHELD)
        with rereading(house, entry.arrival.key.mailbox) as reader:
            assert release(reader, entry, Officer(name="officer", reason="read it; it is public")) is not None
        self.send()

    def move(self, number: int, week: str, to: int) -> None:
        """`bulletin round move`."""
        event = Event(
            at=self.program.clock.at, who="registrar", what="prompt moved", subject=f"weekly/{week}/{_id(number)}"
        )
        assert self.program.house.store.move(_key(number, week), _id(to), event)

    # What can be seen.

    def now(self, number: int) -> datetime:
        """The hour on their own clock."""
        return self.program.clock.at.astimezone(ZoneInfo(self.person(number).time_zone or "UTC"))

    def person(self, number: int) -> Employee:
        found = self.program.house.store.employee(_id(number))
        assert found is not None
        return found

    def address(self, number: int) -> str:
        return self.person(number).address

    def prompt(self, number: int, week: str) -> Prompt:
        found = self.program.house.store.prompt(_key(number, week))
        assert found is not None
        return found

    def standing(self, number: int, week: str) -> Standing:
        return self.prompt(number, week).standing

    def standings(self, week: str) -> dict[int, Standing]:
        """Where each stands who has no answer in time."""
        prompts = self.program.house.store.prompts_in(WEEKLY, RoundId(week))
        return {int(one.employee_id[1:]): one.standing for one in prompts if one.standing is not Standing.ANSWERED}

    def got(self, kind: str, since: datetime, until: datetime) -> set[int]:
        """Who got mail of a kind between two instants. Nobody gets two."""
        found = [one.address for one in self.mails if one.kind == kind and since <= one.at < until]
        assert len(found) == len(set(found)), (kind, found)
        numbers = {one.address: int(one.id[1:]) for one in everybody(self.program.house.store)}
        return {numbers[address] for address in found if address in numbers}

    def told(self, boss: int, *, kind: str = "digest") -> str:
        """What the newest Digest told a Supervisor, on one line."""
        return self.newest(boss, kind).text

    def ledger(self) -> tuple[LedgerEntry, ...]:
        return self.program.house.store.entries(limit=10_000)

    def events(self) -> tuple[Event, ...]:
        """The oldest first."""
        return self.program.house.store.events(limit=10_000)[::-1]


def work_of(number: int, week: str) -> str:
    """What somebody did that week: a line like no other."""
    return f"Sounded basin {number} for {week}"


def tells_of(text: str, week: str, numbers: Collection[int]) -> bool:
    """Whether a Digest shows the work of these people and of nobody else."""
    return {number for number in range(1, 23) if f"{work_of(number, week)} " in f"{text} "} == set(numbers)


def _id(number: int) -> EmployeeId:
    return EmployeeId(f"E{number:03}")


def _key(number: int, week: str) -> PromptKey:
    return PromptKey(campaign_id=WEEKLY, round_id=RoundId(week), employee_id=_id(number))


def _complain(fault: RosterFault) -> None:
    raise AssertionError(f"line {fault.line}: {fault.field}: {fault.reason}")
