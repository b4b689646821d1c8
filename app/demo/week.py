"""`bulletin demo`: a whole week on this machine alone, on real mail servers, through the parts that `bulletin run` uses.

Only the clock and the people are made up.
"""

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from smtplib import SMTP
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console

from app.demo.found import Found, shown
from app.demo.people import DEAD, REACTIONS, SILENT
from app.demo.place import MAILBOX, OFFICER, choose
from app.demo.post import asks, kind_of, parts_of
from app.demo.program import BEGIN, Program, WeekClock, running
from app.demo.reactions import Answer, Reaction, Sending
from app.demo.servers import HOST, MailServers
from app.demo.show import Show
from app.exits import Exit
from app.tending import everybody
from domain.employee import Employee, EmployeeId
from domain.ledger import Folder, LedgerEntry, MessageKey, PromptKey
from domain.round import Prompt
from domain.standing import Standing

HOUR: Final = timedelta(hours=1)
END: Final = BEGIN + timedelta(days=4)
_ANSWERS: Final = {answer.value: answer for answer in Answer}
_TOLD: Final = {
    "code": "codes for supervisors",
    "prompt": "prompts",
    "reminder": "reminders",
    "correction": "corrections",
    "copy": "copies",
    "digest": "digests",
    "finaldigest": "final digests",
}


def run(folder: Path | None = None, *, console: Console | None = None) -> int:
    """Show the week; the exit code is 0, or 1 where anything came out otherwise than expected.

    `folder` is where the digests, the database and the configuration are left; None lets one be chosen. Raises
    FolderTakenError where the named one holds something.
    """
    place = choose(folder)
    clock = WeekClock()
    shows_on = console or Console(file=sys.stdout)
    with (
        TemporaryDirectory(prefix="demo-mail-") as mail,
        MailServers(Path(mail), mailbox=MAILBOX, dead=DEAD, now=clock.now) as servers,
    ):
        place.fill(servers)
        with running(place.config, clock) as program:
            with Show(shows_on) as show:
                week = Week(program=program, servers=servers, show=show)
                week.go_by()
            show.outcomes(week.found)
            show.standings(week.counts())
            wrong = week.wrong()
    show.files(place.folder, save_digests(servers, week.people, place.digests), place.config)
    show.verdict(wrong, len(week.found))
    return Exit.FOUND if wrong else Exit.OK


@dataclass(slots=True, kw_only=True)
class Week:
    """The week while it goes by. `found` fills up with what became of each Reaction."""

    program: Program
    servers: MailServers
    show: Show
    found: list[Found] = field(default_factory=list)
    people: Mapping[EmployeeId, Employee] = field(default_factory=dict)
    _known: set[MessageKey] = field(default_factory=set)
    _delivered: int = 0

    def go_by(self) -> None:
        """All of it.

        1. The roster is imported and the Round opens: every Employee gets a Prompt.
        2. Each Reaction at its time: a mail is handed in at the exchange, the program looks into the mailbox, and
           what it decided, answered and filed is compared with what it should.
        3. Between them the hours pass, so that what is due (reminders, the close, the digests) happens in time.
        """
        people = self.program.take_in_roster()
        self.people = {one.id: one for one in everybody(self.program.house.store)}
        self.show.say("", f"{people} people are in the roster, {len(self.supervisors())} of them supervisors")
        self._look_at_the_calendar()
        for reaction in REACTIONS:
            self._pass_to(BEGIN + reaction.after)
            self._react(reaction)
        self._pass_to(END)

    def supervisors(self) -> tuple[Employee, ...]:
        """Those whom others report to."""
        named = {one.supervisor_id for one in self.people.values()}
        return tuple(one for one in self.people.values() if one.id in named)

    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many Prompts stand where, in the order of the standings."""
        count = Counter(prompt.standing for prompt in self._prompts().values())
        return tuple((standing.value, count[standing]) for standing in Standing if count[standing])

    def wrong(self) -> tuple[str, ...]:
        """Everything that is not as it should be at the end of the week."""
        lines = [f"{one.name}, {one.reaction.label}: {what}" for one in self.found for what in one.differences]
        should = {one.who: one.expected.standing for one in REACTIONS if one.who is not None} | SILENT
        prompts = self._prompts()
        for employee_id, standing in should.items():
            found = prompts[employee_id].standing if employee_id in prompts else None
            if found is not standing:
                name = self.people[employee_id].name
                lines.append(f"{name}: stands at {shown(found)}, should be at {shown(standing)}")
        kinds = Counter((address, kind_of(content)) for address, content in self.servers.exchange.delivered())
        due = [(one.address, "digest") for one in self.supervisors()] + [(OFFICER, "alert")]
        lines += [
            f"{address} got {kinds[address, kind]} mails of kind {kind}, should get 1"
            for address, kind in due
            if kinds[address, kind] != 1
        ]
        return tuple(lines)

    def _pass_to(self, moment: datetime) -> None:
        """Let the hours pass until `moment`, and what is due in them happen."""
        clock = self.program.clock
        while clock.at < moment:
            clock.at = min(moment, clock.at + HOUR)
            self._look_at_the_calendar()

    def _look_at_the_calendar(self) -> None:
        self.program.look_at_the_calendar()
        self._tell_of_sent()

    def _tell_of_sent(self) -> None:
        """Say what else went out: prompts, reminders, digests."""
        count = Counter(kind_of(content) for _, content in self.servers.exchange.delivered(self._delivered))
        self._delivered += count.total()
        told = [f"{word}: {count[kind]}" for kind, word in _TOLD.items() if count[kind]]
        if told:
            self.show.say(self._clock_face(), f"delivered {', '.join(told)}")

    def _react(self, reaction: Reaction) -> None:
        asked = self._asked(reaction)
        at = self.program.clock.at.astimezone(self._zone(reaction))
        sent = reaction.mail(asked, at, MAILBOX)
        if sent is not None:
            self._hand_in(sent)
        self._delivered = len(self.servers.exchange.delivered())
        before = self._delivered
        self.program.look_into_the_mailbox()
        entry = self._new_entry()
        answers = [kind_of(content) for _, content in self.servers.exchange.delivered(before)]
        found = Found(
            reaction=reaction,
            name=self._name(reaction, sent),
            at=self._clock_face(),
            entry=entry,
            standing=self._standing(reaction),
            answer=next((_ANSWERS[kind] for kind in answers if kind in _ANSWERS), Answer.NOTHING),
            bullets=self._bullets(reaction),
            lies_in=self._folder(sent),
        )
        self.found.append(found)
        self.show.event(found)
        self._tell_of_sent()

    def _asked(self, reaction: Reaction) -> bytes:
        """The newest mail of ours that the person would answer."""
        whose = reaction.who or reaction.about
        if whose is None or self.people[whose].address in DEAD:
            return b""
        return next(one for one in reversed(self.servers.exchange.inbox(self.people[whose].address)) if asks(one))

    def _hand_in(self, sent: Sending) -> None:
        with SMTP(HOST, self.servers.smtp_port, local_hostname=sent.helo) as smtp:
            smtp.sendmail(sent.sender, list(sent.recipients), sent.content)

    def _new_entry(self) -> LedgerEntry | None:
        """What the Ledger has of the mail that just came; None where that is not exactly one."""
        entries = self.program.house.store.entries(limit=1000)
        new = [entry for entry in entries if entry.arrival.key not in self._known]
        self._known.update(entry.arrival.key for entry in new)
        return new[0] if len(new) == 1 else None

    def _folder(self, sent: Sending | None) -> Folder | None:
        mark = b"\r\nMessage-ID: " + _message_id(sent.content) if sent is not None else b".bounce@"
        found = self.servers.exchange.folder_of(mark)
        return Folder(found) if found is not None else None

    def _prompts(self) -> Mapping[EmployeeId, Prompt]:
        found = (self.program.house.store.latest_prompt(employee_id) for employee_id in self.people)
        return {prompt.employee_id: prompt for prompt in found if prompt is not None}

    def _standing(self, reaction: Reaction) -> Standing | None:
        whose = reaction.who or reaction.about
        prompt = self.program.house.store.latest_prompt(whose) if whose is not None else None
        return prompt.standing if prompt is not None else None

    def _bullets(self, reaction: Reaction) -> tuple[str, ...]:
        prompt = self.program.house.store.latest_prompt(reaction.who) if reaction.who is not None else None
        if prompt is None:
            return ()
        key = PromptKey(campaign_id=prompt.campaign_id, round_id=prompt.round_id, employee_id=prompt.employee_id)
        return self.program.house.store.bullets(key)

    def _name(self, reaction: Reaction, sent: Sending | None) -> str:
        if reaction.who is not None:
            return self.people[reaction.who].name
        return sent.sender if sent is not None else "an outsider"

    def _zone(self, reaction: Reaction) -> ZoneInfo:
        person = self.people.get(reaction.who) if reaction.who is not None else None
        return ZoneInfo((person.time_zone if person is not None else None) or "UTC")

    def _clock_face(self) -> str:
        zone = next(iter(self.program.house.campaigns.values())).zone
        return f"{self.program.clock.at.astimezone(ZoneInfo(zone)):%a %H:%M}"


def save_digests(servers: MailServers, people: Mapping[EmployeeId, Employee], folder: Path) -> tuple[Path, ...]:
    """The digests as they reached their readers, each as text and as HTML."""
    saved: list[Path] = []
    for person in people.values():
        for content in servers.exchange.inbox(person.address):
            kind = kind_of(content)
            if kind not in {"digest", "finaldigest"}:
                continue
            stem = person.name.lower().replace(" ", "-") + ("-final" if kind == "finaldigest" else "")
            for suffix, text in zip(("txt", "html"), parts_of(content), strict=True):
                path = folder / f"{stem}.{suffix}"
                path.write_text(text, encoding="utf-8")
                saved.append(path)
    return tuple(saved)


def _message_id(content: bytes) -> bytes:
    return next(line[12:] for line in content.split(b"\r\n") if line.startswith(b"Message-ID: "))
