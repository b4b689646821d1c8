"""A house in memory whose Round goes its course: a clock moved by hand, and a relay that takes everything at the last look's word."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import midway
from app.gate import Gate
from app.schedule import Scheduler
from app.wiring import House
from domain.employee import EmployeeId
from domain.ledger import Event, PromptKey, StandingChange
from domain.outbox import Attempt, MailKind, OutboundMail, Sent
from domain.policy import PolicyChange
from domain.ports import Store
from domain.round import CampaignId, Prompt, Round, RoundId
from domain.standing import Standing
from domain.unit import UnitPath
from store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock
from tests.fakes.house import WEEKLY, house

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUIET = f'{WEEKLY.rstrip()}\ncode_before = "none"\n'
W47, W48 = RoundId("2026-W47"), RoundId("2026-W48")
ID = CampaignId("weekly")
OPENS = datetime(2026, 11, 20, 9, tzinfo=UTC)
CLOSES = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
AGENCY, NORTH = UnitPath("Agency"), UnitPath("Agency/North")
EVENT = Event(at=START, who="operator", what="test", reason="because")
E1, E2, E3 = (EmployeeId(f"E00{number}") for number in (1, 2, 3))


class Place:
    """A house in memory with a scheduler, and a relay that takes everything at the last look's word."""

    def __init__(self, folder: Path, store: Store | None = None, campaign: str = QUIET) -> None:
        self.clock = FakeClock(OPENS)
        self.store = store if store is not None else MemoryStore()
        self.house: House = house(folder, self.store, self.clock, campaign)
        self.scheduler = Scheduler(house=self.house, may_go_on=lambda: True)
        self.gate: Gate = self.house.gate()
        self.sent: list[OutboundMail] = []

    def at(self, when: datetime) -> None:
        self.clock.move(when - self.clock.now())
        self.scheduler.tick()

    def send(self) -> list[OutboundMail]:
        """Everything that is due; what went."""
        now, went = self.clock.now(), []
        while claimed := self.store.claim("s", now=now, limit=50, lease=HOUR):
            for one in claimed:
                said = asyncio.run(self.gate(one.mail))
                attempt = said if isinstance(said, Attempt) else Attempt(at=now, result=Sent.ACCEPTED)
                if isinstance(said, str):
                    attempt = Attempt(at=now, result=Sent.REFUSED, words=said)
                assert self.store.finish(one.id, one.epoch, attempt, None)
                if attempt.result is Sent.ACCEPTED:
                    went.append(one.mail)
        self.sent += went
        return went

    def prompt(self, number: int, week: RoundId = W47) -> Prompt:
        found = self.store.prompt(key(number, week))
        assert found is not None
        return found

    def round(self, week: RoundId = W47) -> Round:
        found = self.store.round(ID, week)
        assert found is not None
        return found

    def policy(self, unit: UnitPath, **fields: object) -> midway.Followed:
        self.store.set_policy(PolicyChange(unit=unit, fields=fields), EVENT)
        return midway.follow(self.house.keeper().asker, self.house.campaigns[ID], self.round(), unit)


def key(number: int, week: RoundId = W47) -> PromptKey:
    return PromptKey(campaign_id=ID, round_id=week, employee_id=EmployeeId(f"E{number:03}"))


def kinds(mails: list[OutboundMail]) -> list[str]:
    return sorted(f"{mail.kind} {mail.employee_id}" for mail in mails)


def accepted() -> Attempt:
    return Attempt(at=OPENS, result=Sent.ACCEPTED)


def answer(place: Place, number: int) -> None:
    from domain.ledger import Arrival, KeptReply, LedgerEntry, MessageKey, Recording
    from domain.origin import Origin
    from domain.verdict import Decision

    about, at = key(number), place.clock.now()
    arrival = Arrival(key=MessageKey(mailbox="reports", uidvalidity=1, uid=number), arrived_at=at, size=1)
    entry = LedgerEntry(arrival=arrival, decided_at=at, origin=Origin.PERSON, prompt=about, decision=Decision.ACCEPTED)
    reply = KeptReply(prompt=about, arrived_at=at, body="Mended it", bullets=("Mended it",))
    change = StandingChange(prompt=about, standing=Standing.ANSWERED)
    place.store.record(Recording(entry=entry, reply=reply, standings=(change,)))


def digests(place: Place) -> list[OutboundMail]:
    return [mail for mail in place.send() if mail.kind in {MailKind.DIGEST, MailKind.FINAL_DIGEST}]
