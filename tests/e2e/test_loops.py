"""Loops, with everything real: our poller and sender, SQLite, a Dovecot, and an SMTP server that carries mail both ways.

Programs sit at the other end and answer whatever they are sent. Each exchange of mail comes to rest by itself.
"""

import email
import email.policy
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.daemon import send_once
from domain.employee import EmailAddress, Employee
from domain.ledger import Folder
from domain.outbox import ANSWERING, MailKind
from domain.standing import Standing
from tests.servers.dovecot import Dovecot
from tests.servers.installation import Installation
from tests.servers.smtp import Received, SmtpServer

MOST_TURNS = 12
ANSWERED_FOR_EVER = 60

Responder = Callable[[EmailMessage, str], list[EmailMessage]]
"""A program at an address: what it sends back to a mail that came for that address."""


@dataclass
class Post:
    """Carries what lies with the relay: into the mailboxes of Bulletins, or to a program, which answers by SMTP."""

    relay: SmtpServer
    dovecot: Dovecot
    mailboxes: dict[str, str] = field(default_factory=dict)
    programs: dict[str, Responder] = field(default_factory=dict)
    seen: int = 0

    def carry(self) -> int:
        """Once; how many mails were carried."""
        waiting = self.relay.mails[self.seen :]
        self.seen += len(waiting)
        for one in waiting:
            for recipient in one.recipients:
                self._give(one, recipient)
        return len(waiting)

    def _give(self, one: Received, recipient: str) -> None:
        local, _, host = recipient.partition("@")
        user = self.mailboxes.get(f"{local.partition('+')[0]}@{host}")
        if user is not None:
            with smtplib.LMTP("127.0.0.1", self.dovecot.lmtp) as lmtp:
                lmtp.sendmail(one.sender, [f"{user}@localhost"], one.content)
            return
        program = self.programs.get(recipient)
        if program is None:
            return
        asked = email.message_from_bytes(one.content, policy=email.policy.default)
        assert isinstance(asked, EmailMessage)
        for reaction in program(asked, recipient):
            with smtplib.SMTP("127.0.0.1", self.relay.port) as smtp:
                smtp.send_message(reaction, from_addr=str(reaction["Return-Path"]).strip("<>"))


def to_rest(post: Post, *houses: Installation) -> int:
    """Let everybody send, carry and read until nothing moves; the turns it took."""
    for turn in range(MOST_TURNS):
        for house in houses:
            send_once(house.house)
        moved = post.carry()
        moved += post.carry()
        for house in houses:
            house.poll()
        if not moved:
            return turn
    return MOST_TURNS


def reaction(asked: EmailMessage, sender: str, body: str, **headers: str) -> EmailMessage:
    """A mail in answer to one, as a program writes it that takes itself for a person."""
    mail = EmailMessage()
    mail["Return-Path"] = headers.pop("return_path", f"<{sender}>")
    mail["From"] = f"Desk <{sender}>"
    mail["To"] = str(asked["Reply-To"] or asked["From"])
    mail["Subject"] = f"Re: {asked['Subject']}"
    mail["In-Reply-To"] = str(asked["Message-ID"])
    mail["Message-ID"] = f"<{abs(hash((str(asked['Message-ID']), sender, body)))}@desk.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail


def answers(house: Installation, *kinds: MailKind) -> int:
    wanted = kinds or ANSWERING
    return sum(count for kind, _, count in house.store.outbox_counts() if kind in wanted)


@pytest.fixture
def post(dovecot: Dovecot) -> Iterator[Post]:
    with SmtpServer() as relay:
        yield Post(relay=relay, dovecot=dovecot)


@pytest.fixture
def installed(post: Post, tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    made: list[Installation] = []

    def install(**other: object) -> Installation:
        user = post.dovecot.new_user()
        folder = tmp_path / f"house{len(made)}"
        house = Installation(folder, post.dovecot, user, smtp=post.relay.port, **other)
        post.mailboxes[f"reports@{house.host}"] = user
        made.append(house)
        return house

    yield install
    for house in made:
        house.close()


def chatty(_: EmailMessage, __: str) -> str:
    return "Thank you for your message, see http://desk.example/ticket for its number"


def test_a_program_that_answers_everything_gets_one_notice_and_then_silence(
    post: Post, installed: Callable[..., Installation]
) -> None:
    """It claims to be a person, and each of its mails has something to fix."""
    house = installed(people=2)
    told: list[str] = []

    def program(asked: EmailMessage, at: str) -> list[EmailMessage]:
        told.append(str(asked["Subject"]))
        return [reaction(asked, at, f"Ticket {len(told)} is at http://desk.example/{len(told)}")]

    post.programs["e2@agency.example"] = program
    assert to_rest(post, house) < MOST_TURNS
    assert answers(house) == 1
    assert len(told) == 2  # the prompt and one notice
    read = house.store.entries(limit=100)
    assert [one.filing for one in read] == [Folder.REJECTED, Folder.REJECTED]
    assert house.standing(2) is Standing.NEEDS_FIX


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"return_path": "<>"},
    ],
    ids=["rfc3834", "x-autoreply", "precedence", "null-return-path"],
)
def test_a_responder_that_says_so_hears_nothing(
    post: Post, installed: Callable[..., Installation], headers: dict[str, str]
) -> None:
    house = installed(people=2)
    post.programs["e2@agency.example"] = lambda asked, at: [reaction(asked, at, "I am away.", **headers)]
    assert to_rest(post, house) < MOST_TURNS
    assert answers(house) == 0
    assert len(house.store.entries(limit=100)) == 1


def test_a_responder_that_varies_its_from_meets_the_breaker(post: Post, installed: Callable[..., Installation]) -> None:
    """One program behind all addresses: it answers each prompt, and each receipt in the name of the next person."""
    house = installed(people=31, alert="[limits]\nnotices_per_hour = 12")
    addresses = [f"e{number}@agency.example" for number in range(2, 32)]
    prompts: dict[str, EmailMessage] = {}
    written = 0

    def program(asked: EmailMessage, at: str) -> list[EmailMessage]:
        nonlocal written
        if "prompt." in str(asked["Message-ID"]):
            prompts[at] = asked
        if written >= ANSWERED_FOR_EVER:
            return []
        written += 1
        sender = at if prompts.get(at) is asked else addresses[written % len(addresses)]
        about = prompts.get(sender, asked)
        return [reaction(about, sender, f"- Did thing {written}\n- And thing {written + 1}")]

    post.programs |= dict.fromkeys(addresses, program)
    assert to_rest(post, house) < MOST_TURNS
    assert answers(house) == 12
    assert answers(house, MailKind.ALERT) == 1
    assert {one.what for one in house.store.events() if one.subject == "breaker"} == {"answers are held back"}
    assert all(house.standing(number) is Standing.ANSWERED for number in range(2, 32))


def test_a_responder_with_a_new_from_each_time_hears_nothing(
    post: Post, installed: Callable[..., Installation]
) -> None:
    """Its addresses are nobody's, though it has a token: what it sends is held for a person."""
    house = installed(people=2)
    written: list[str] = []

    def program(asked: EmailMessage, at: str) -> list[EmailMessage]:
        written.append(f"e2-{len(written)}@agency.example")
        return [reaction(asked, written[-1], "- Did this\n- Did that")]

    post.programs["e2@agency.example"] = program
    assert to_rest(post, house) < MOST_TURNS
    assert len(written) == 1
    assert answers(house) == 0
    assert [one.filing for one in house.store.entries(limit=10)] == [Folder.HELD]


def stripped(one: Received) -> Received:
    """A gateway that takes away what says that a machine wrote it."""
    told = email.message_from_bytes(one.content)
    for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Autoreply"):
        del told[name]
    return Received(
        sender=one.sender or "reports@elsewhere.example",
        recipients=one.recipients,
        content=told.as_bytes(),
        over_tls=one.over_tls,
        login=one.login,
    )


@pytest.mark.parametrize("gateway", [False, True], ids=["as-sent", "stripped"])
def test_two_bulletins_that_ask_each_other_come_to_rest(
    post: Post, installed: Callable[..., Installation], monkeypatch: pytest.MonkeyPatch, gateway: bool
) -> None:
    """Each has the other's reply address in its roster, and a gateway may take away every other sign of a machine."""
    monkeypatch.setattr(Installation, "person", staticmethod(_with_the_other("reports@bureau.example")))
    one = installed(people=2)
    monkeypatch.setattr(Installation, "person", staticmethod(_with_the_other("reports@agency.example")))
    other = installed(people=2, host="bureau.example")
    if gateway:
        give = post._give
        monkeypatch.setattr(post, "_give", lambda mail, to: give(stripped(mail), to))
    assert to_rest(post, one, other) < MOST_TURNS
    for house in (one, other):
        assert answers(house) == 0
        assert house.standing(2) is Standing.AWAITING
        read = house.store.entries(limit=100)
        assert len(read) >= 1
        assert {entry.origin for entry in read} <= {"auto_reply", "ourselves"}


def _with_the_other(address: str) -> Callable[[int], Employee]:
    own = Installation.person

    def person(number: int) -> Employee:
        made = own(number)
        if number != 2:
            return made
        from dataclasses import replace

        return replace(made, address=EmailAddress(address))

    return person


def test_our_own_mail_sent_back_comes_to_rest(post: Post, installed: Callable[..., Installation]) -> None:
    """An address that redirects to us: the same mail comes back, stripped of what says that a machine wrote it."""
    house = installed(people=2)

    def program(asked: EmailMessage, at: str) -> list[EmailMessage]:
        for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "To", "From", "Return-Path"):
            del asked[name]
        asked["To"], asked["From"], asked["Return-Path"] = "reports@agency.example", at, f"<{at}>"
        return [asked]

    post.programs["e2@agency.example"] = program
    assert to_rest(post, house) < MOST_TURNS
    assert answers(house) == 0
    assert {one.origin for one in house.store.entries(limit=10)} == {"ourselves"}
