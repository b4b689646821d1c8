"""An office without mail servers: the real desk over a memory store, and mail given to it as bytes.

It does what the intake does with one message: read the header, recognise, read, decide, record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.desk import FrontDesk
from app.letters import LetterWriter, conversation_token
from app.policies import PolicyBook
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.ledger import Arrival, MessageKey, Recording
from domain.message import Message
from domain.outbox import MailKind, OutboundMail
from domain.policy import Policy
from domain.ports import Fetched
from domain.round import Phase, Prompt, Round
from domain.standing import Standing
from domain.token import keyed_hash, message_id, mint, reply_address
from ingest.interpret import interpret
from ingest.message import read_header
from store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock
from tests.fakes.mail import CAMPAIGN, HEAD, RING, WEEK, WINDOW, press, week

SECRET = b"0123456789abcdef"
NOTICES = {MailKind.RECEIPT, MailKind.NOTICE, MailKind.CONFIRMATION, MailKind.COMMENT, MailKind.COPY}


def person(number: int, name: str, **other: Any) -> Employee:
    values: dict[str, Any] = {
        "id": EmployeeId(f"E{number}"),
        "name": name,
        "address": EmailAddress(f"e{number}@agency.example"),
        "supervisor_id": EmployeeId("S1"),
    }
    return Employee(**{**values, **other})


BOSS = person(0, "Maria Boss", id=EmployeeId("S1"), address=EmailAddress("s1@agency.example"), supervisor_id=None)
PEOPLE = (person(1, "Jane Doe"), person(2, "Bob Smith"), person(3, "Jürgen Müller"), person(4, "Jane Roe"))


@dataclass(slots=True)
class Office:
    """People, one Round with a Prompt for each, and a desk."""

    people: Sequence[Employee] = PEOPLE
    phase: Phase = Phase.OPEN
    desk_settings: dict[str, Any] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=lambda: FakeClock(START + timedelta(hours=2)))
    store: MemoryStore = field(default_factory=MemoryStore)
    desk: FrontDesk = field(init=False)
    uid: int = 0
    later: list[Recording] | None = None

    def __post_init__(self) -> None:
        everybody = (BOSS, *self.people)
        self.store.stage(enumerate(everybody, 2))
        self.store.stage_apply(START)
        self.store.ensure_round(week(phase=self.phase))
        self.store.expand(
            CAMPAIGN.id, WEEK, [prompt_of(one) for one in everybody], (), max(one.id for one in everybody)
        )
        writer = LetterWriter(
            press=press(), ring=RING, campaigns={CAMPAIGN.id: CAMPAIGN}, security_contact="security@agency.example"
        )
        settings: dict[str, Any] = {
            "store": self.store,
            "writer": writer,
            "book": PolicyBook(base=Policy(), configured=(), store=self.store),
            "clock": self.clock,
            "hash_secret": SECRET,
            "ours": ("reports@agency.example",),
            "instance": "test",
            **self.desk_settings,
        }
        self.desk = FrontDesk(**settings)

    @property
    def round(self) -> Round:
        found = self.store.round(CAMPAIGN.id, WEEK)
        assert found is not None
        return found

    def arrive(self, raw: bytes, at: datetime | None = None) -> Recording:
        """What the intake does with one message; what was recorded."""
        self.uid += 1
        at = at or self.clock.now()
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        key = MessageKey(mailbox="reports", uidvalidity=1, uid=self.uid)
        arrival = Arrival(key=key, arrived_at=at, size=len(raw), digest=keyed_hash(SECRET, raw))
        fetched = Fetched(uid=self.uid, size=len(raw), arrived_at=at, header=head)
        header = read_header(head)
        assert isinstance(header, Message)
        recognised = self.desk.recognise(fetched, header)
        if recognised.outcome is not None or not recognised.read:
            recording = self.desk.turn_away(arrival, recognised)
        else:
            recording = self.desk.decide(arrival, recognised, interpret(raw, at, recognised.known))
        if self.later is None:
            self.store.record(recording)
        else:
            self.later.append(recording)
        return recording

    def record_later(self, decided: list[Recording]) -> None:
        """From now on what is decided goes there, as in a batch, and is not recorded."""
        self.later = decided

    def standing(self, number: int) -> tuple[Standing, tuple[str, ...]]:
        prompt = next(kept.prompt for key, kept in self.store.prompts.items() if key.employee_id == f"E{number}")
        key = next(key for key in self.store.prompts if key.employee_id == prompt.employee_id)
        return prompt.standing, self.store.bullets(key)

    def sent(self, *kinds: MailKind) -> tuple[OutboundMail, ...]:
        """What was queued so far."""
        return tuple(kept.mail for kept in self.store.mails.values() if not kinds or kept.mail.kind in kinds)


def prompt_of(one: Employee) -> Prompt:
    token = mint(RING, CAMPAIGN.id, WEEK, one.id)
    return Prompt(
        campaign_id=CAMPAIGN.id,
        round_id=WEEK,
        employee_id=one.id,
        name=one.name,
        address=one.address,
        unit=one.unit,
        supervisor_id=one.supervisor_id,
        token=token,
        message_id=message_id(token, HEAD.host),
        window=WINDOW,
        standing=Standing.AWAITING,
    )


def mail(sender: str, token: str, body: str, *, subject: str = "Re: your email", more: str = "") -> bytes:
    """A plain mail to our reply address with this token."""
    to = reply_address("reports@agency.example", token) if token else "reports@agency.example"
    return (
        f"Return-Path: <{sender}>\nFrom: Somebody <{sender}>\nTo: {to}\nSubject: {subject}\n{more}"
        f"Message-ID: <{keyed_hash(SECRET, (sender + body + subject).encode())[:12]}@client.example>\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n"
    ).encode()


def talk_token(boss: Employee = BOSS) -> str:
    return conversation_token(RING, CAMPAIGN.id, WEEK, boss.id)
