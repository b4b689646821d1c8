"""What follows from a Supervisor's mail: what was understood becomes one Recording, and one confirmation says so.

The law: only people of this Supervisor's Digest are touched, and only where the line is plain; whatever is not, is
asked back. What they write to one person is in that person's mail and nowhere else.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from app.decide import Case, entry_of
from domain.employee import Employee, EmployeeId
from domain.leave import Acting, Leave, PersonLeave
from domain.ledger import SAID_BY, AwayNote, Event, Folder, KeptReply, PromptKey, Recording, StandingChange
from domain.outbox import OutboundMail
from domain.outcome import Judged
from domain.policy import Policy
from domain.ports import Store
from domain.round import Phase, Prompt, Round
from domain.standing import Standing
from domain.verdict import Decision, Effect, Finding
from ingest.instructions import Away, Comment, Covered, StandIn, Understood, understand
from outbound import window

MOST_NAMED: Final = 2000
"""Colleagues who may be named as stand-in; more than that are reached by address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation with a Supervisor: about which Round, in whose language, and about whom."""

    about: Round
    supervisor: Employee
    locale: str
    zone: str
    people: tuple[tuple[str, str], ...] = ()
    colleagues: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> Mapping[str, str]:
        """Names by id."""
        return dict((*self.colleagues, *self.people))


class Confirming(Protocol):
    """The mail that a Supervisor's mail causes."""

    def line(self, talk: Talk, kind: str, **fields: str | int | date) -> str: ...

    def complaint(self, talk: Talk, finding: Finding) -> str: ...

    def confirmation(
        self, case: Case, talk: Talk, understood: Sequence[str], unclear: Sequence[str], occasion: str
    ) -> OutboundMail | None: ...

    def comment(
        self, case: Case, talk: Talk, prompt: Prompt, person: Employee, *, said: str, occasion: str
    ) -> OutboundMail | None: ...


@dataclass(slots=True, kw_only=True)
class _Done:
    """What is gathered on the way down the lines."""

    said: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    covered: dict[PromptKey, KeptReply] = field(default_factory=dict)
    absences: list[AwayNote] = field(default_factory=list)
    leaves: list[PersonLeave] = field(default_factory=list)
    acting: list[Acting] = field(default_factory=list)
    standings: list[StandingChange] = field(default_factory=list)
    mails: list[OutboundMail] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def talk_with(store: Store, about: Round, supervisor: Employee, *, locale: str, zone: str) -> Talk:
    """Whom the Supervisor may speak of: those of the Digest, or before there is one those who report to them."""
    rows = store.digest_rows(about.campaign_id, about.id, supervisor.id)
    reports = store.reports_of(supervisor.id)
    people = {row.employee_id: row.name for row in rows} or {one.id: one.name for one in reports}
    boss = supervisor.supervisor_id
    near = [*reports, *(store.reports_of(boss) if boss is not None else ())]
    above = store.employee(boss) if boss is not None else None
    colleagues = {one.id: one.name for one in (*near[:MOST_NAMED], *((above,) if above is not None else ()))}
    colleagues.pop(supervisor.id, None)
    return Talk(
        about=about,
        supervisor=supervisor,
        locale=supervisor.locale or locale,
        zone=supervisor.time_zone or zone,
        people=tuple(people.items()),
        colleagues=tuple(colleagues.items()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervising:
    """Does what Supervisors write. Asks the Store; the Recording is written by whoever records."""

    store: Store
    letters: Confirming

    def follow(self, case: Case, outcome: Judged, talk: Talk, policy: Policy) -> Recording:
        """Everything that one mail of a Supervisor changes. It was not withheld."""
        done = _Done()
        if outcome.verdict.decision is Decision.REJECTED:
            refused = [one for one in outcome.verdict.findings if one.effect is Effect.REJECT]
            done.unclear += [self.letters.complaint(talk, finding) for finding in refused]
        else:
            self._carry_out(case, outcome, talk, policy, done)
        reason = f"{SAID_BY}{talk.supervisor.id}"
        entry = entry_of(
            case, outcome.origin, outcome.evidence, outcome.verdict, filing=Folder.PROCESSED, reason=reason
        )
        confirmation = self.letters.confirmation(case, talk, done.said, done.unclear, _occasion(done))
        return Recording(
            entry=entry,
            on_behalf=tuple(done.covered[key] for key in sorted(done.covered, key=lambda each: each.employee_id)),
            absences=tuple(done.absences),
            leaves=tuple(done.leaves),
            acting=tuple(done.acting[-1:]),
            standings=tuple(done.standings),
            mails=(*done.mails, *((confirmation,) if confirmation is not None else ())),
            events=tuple(done.events),
        )

    def _carry_out(self, case: Case, outcome: Judged, talk: Talk, policy: Policy, done: _Done) -> None:
        found = self._understood(case, outcome, talk)
        for one in found.instructions:
            match one:
                case Away():
                    self._away(case, talk, one, done)
                case Covered():
                    self._covered(case, talk, one, policy, done)
                case Comment():
                    self._comment(case, talk, one, done)
                case StandIn():
                    self._stand_in(case, talk, one, done)
        done.unclear += [self.letters.line(talk, one.doubt.value, line=one.line) for one in found.unclear]
        if not done.said and not done.unclear:
            done.unclear.append(self.letters.line(talk, "nothing"))

    @staticmethod
    def _understood(case: Case, outcome: Judged, talk: Talk) -> Understood:
        today = case.arrival.arrived_at.astimezone(ZoneInfo(talk.zone)).date()
        body = outcome.reply.body
        who = talk.supervisor.name
        return understand(body, talk.people, today, talk.locale, colleagues=talk.colleagues, writer=who)

    def _away(self, case: Case, talk: Talk, said: Away, done: _Done) -> None:
        who, name = EmployeeId(said.who), talk.names[said.who]
        today = case.arrival.arrived_at.astimezone(ZoneInfo(talk.zone)).date()
        reason = f"back on {said.back_on.isoformat()}, said by {talk.supervisor.id}"
        if said.first is not None and said.first > today:
            leave = PersonLeave(employee_id=who, leave=Leave(first=said.first, back_on=said.back_on))
            done.leaves.append(leave)
            done.said.append(self.letters.line(talk, "away_later", name=name, first=said.first, day=said.back_on))
        else:
            person = self.store.employee(who)
            zone = person.time_zone if person is not None and person.time_zone else talk.zone
            back_at = window.back_at(said.back_on, zone)
            done.absences.append(AwayNote(employee_id=who, back_on=said.back_on, back_at=back_at, reason=reason))
            prompt = self.store.prompt(_key(talk, who))
            if prompt is not None and talk.about.phase is Phase.CLOSED:
                change = StandingChange(prompt=_key(talk, who), standing=Standing.AWAY, reason=reason)
                done.standings.append(change)
            done.said.append(self.letters.line(talk, "away", name=name, day=said.back_on))
        done.events.append(_event(case, talk, "said who is away", said.who, f"back on {said.back_on.isoformat()}"))

    def _covered(self, case: Case, talk: Talk, said: Covered, policy: Policy, done: _Done) -> None:
        name, key = talk.names[said.who], _key(talk, EmployeeId(said.who))
        prompt = self.store.prompt(key)
        if prompt is None:
            done.unclear.append(self.letters.line(talk, "not_asked", line=name))
            return
        before = done.covered.get(key)
        bullets = (*(before.bullets if before is not None else ()), *said.bullets)
        if len(bullets) > policy.bullets_most:
            done.unclear.append(self.letters.line(talk, "too_many", line=name, number=len(bullets)))
            return
        arrived_at = case.arrival.arrived_at
        done.covered[key] = KeptReply(
            prompt=key,
            arrived_at=arrived_at,
            body="\n".join(bullets),
            bullets=bullets,
            late=prompt.window.is_late(arrived_at),
        )
        done.said.append(self.letters.line(talk, "covered", name=name, number=len(said.bullets)))
        done.events.append(_event(case, talk, "answered on behalf", said.who, f"{len(said.bullets)} bullets"))

    def _comment(self, case: Case, talk: Talk, said: Comment, done: _Done) -> None:
        prompt = self.store.prompt(_key(talk, EmployeeId(said.who)))
        occasion = f"{_digest(case.arrival.key)}/{len(done.mails)}"
        person = self.store.employee(EmployeeId(said.who))
        mail = None
        if prompt is not None and person is not None:
            mail = self.letters.comment(case, talk, prompt, person, said=said.text, occasion=occasion)
        if mail is None:
            done.unclear.append(self.letters.line(talk, "not_asked", line=talk.names[said.who]))
            return
        done.mails.append(mail)
        done.said.append(self.letters.line(talk, "comment", name=talk.names[said.who]))
        done.events.append(_event(case, talk, "commented on an answer", said.who))

    def _stand_in(self, case: Case, talk: Talk, said: StandIn, done: _Done) -> None:
        person = self._named(said)
        if person is None:
            done.unclear.append(self.letters.line(talk, "not_in_roster", line=said.address or said.who or ""))
            return
        acting = Acting(supervisor=talk.supervisor.id, stand_in=person.id, until=said.until)
        done.acting.append(acting)
        done.events.append(_event(case, talk, "named a stand-in", person.id, f"until {said.until or 'further notice'}"))
        if person.id == talk.supervisor.id:
            done.said.append(self.letters.line(talk, "stand_in_over"))
        elif said.until is None:
            done.said.append(self.letters.line(talk, "stand_in", name=person.name))
        else:
            done.said.append(self.letters.line(talk, "stand_in_until", name=person.name, day=said.until))

    def _named(self, said: StandIn) -> Employee | None:
        if said.address is not None:
            owners = self.store.employees_at(said.address)
            return next((one for one in owners if one.owns(said.address)), None)
        return self.store.employee(EmployeeId(said.who)) if said.who is not None else None


def _key(talk: Talk, who: EmployeeId) -> PromptKey:
    return PromptKey(campaign_id=talk.about.campaign_id, round_id=talk.about.id, employee_id=who)


def _event(case: Case, talk: Talk, what: str, whom: str, why: str = "") -> Event:
    subject = f"{talk.about.campaign_id}/{talk.about.id}/{whom}"
    return Event(at=case.now, who=talk.supervisor.id, what=what, subject=subject, reason=why)


def _digest(of: object) -> str:
    return hashlib.sha256(repr(of).encode("utf-8", "replace")).hexdigest()[:12]


def _occasion(done: _Done) -> str:
    """The same mail twice is confirmed once a day; what is only asked back is asked back once a day."""
    return f"confirmation/{_digest(done.said)}" if done.said else "confirmation/asked back"
