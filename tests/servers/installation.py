"""A whole installation for tests: a configuration, an SQLite file, and its mailbox on the tests' own Dovecot."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from app.config import load
from app.daemon import poll_once
from app.wiring import House, build
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.errors import BulletinError
from domain.ledger import LedgerEntry, PromptKey
from domain.ports import Store
from domain.round import CampaignId, Phase, Prompt, Round, RoundId
from domain.standing import Standing
from domain.unit import UnitPath
from ingest.poller import Polled
from store.engine import open_store
from tests.servers.dovecot import PASSWORD, Dovecot

CONFIG = """
[instance]
host = "{host}"
name = "{name}"
hash_key_file = "secrets/hash-key"
token_keys = [{{ id = "a", secret_file = "secrets/token-key" }}]
[store]
url = "sqlite:///bulletin.db"
[[mailboxes]]
name = "reports"
host = "127.0.0.1"
port = {imap}
tls = "none"
reply = "reports@{host}"
user = "{user}"
password_file = "secrets/password"
withheld = "{withheld}"
[relay]
host = "127.0.0.1"
port = {smtp}
tls = "none"
from_address = "reports@{host}"
[[campaigns]]
id = "weekly"
[security]
contact = "security@agency.example"
{alert}
[log]
level = "debug"
"""

WEEKLY, WEEK = CampaignId("weekly"), RoundId("2026-W48")


@dataclass
class Installation:
    """People E1 to En, E1 supervises the others, all of them asked an hour ago."""

    folder: Path
    dovecot: Dovecot
    user: str
    people: int = 3
    smtp: int = 9
    withheld: str = "flag"
    alert: str = ""
    host: str = "agency.example"

    def __post_init__(self) -> None:
        secrets = self.folder / "secrets"
        secrets.mkdir(parents=True)
        for name, secret in (("hash-key", "h" * 40), ("token-key", "t" * 40), ("password", PASSWORD)):
            (secrets / name).write_text(secret)
            (secrets / name).chmod(0o600)
        text = CONFIG.format(
            imap=self.dovecot.imap,
            user=self.user,
            smtp=self.smtp,
            withheld=self.withheld,
            alert=self.alert,
            host=self.host,
            name=self.host.replace(".", "-"),
        )
        self.config.write_text(text)
        self.config.chmod(0o600)
        self.store: Store = open_store(f"sqlite:///{self.folder}/bulletin.db", create=True)
        self.house: House = build(load(self.config, {}).settings, self.store)
        self.asked = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        self.store.stage((number + 1, self.person(number)) for number in range(1, self.people + 1))
        assert list(self.store.stage_faults()) == []
        self.store.stage_apply(self.asked)
        self.ask(WEEK, self.asked)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @staticmethod
    def person(number: int) -> Employee:
        boss = None if number == 1 else EmployeeId("E1")
        return Employee(
            id=EmployeeId(f"E{number}"),
            name=f"Person {number}",
            address=EmailAddress(f"e{number}@agency.example"),
            unit=UnitPath("Agency"),
            supervisor_id=boss,
        )

    def ask(self, week: RoundId, at: datetime) -> None:
        new = Round(
            campaign_id=WEEKLY,
            id=week,
            phase=Phase.OPENING,
            opens_at=at,
            closes_at=at + timedelta(days=3),
            final_at=at + timedelta(days=4),
            code="ab-cd",
        )
        self.house.keeper().open(self.house.campaigns[WEEKLY], new, who="test")

    def prompt(self, number: int, week: RoundId = WEEK) -> Prompt:
        found = self.store.prompt(self.key(number, week))
        assert found is not None
        return found

    @staticmethod
    def key(number: int, week: RoundId = WEEK) -> PromptKey:
        return PromptKey(campaign_id=WEEKLY, round_id=week, employee_id=EmployeeId(f"E{number}"))

    def standing(self, number: int, week: RoundId = WEEK) -> Standing:
        return self.prompt(number, week).standing

    def reply(
        self, number: int, text: str, *, sender: int | str | None = None, name: str = "", **headers: str
    ) -> bytes:
        """A reply to Person `number`'s prompt, by whoever `sender` is."""
        mail = EmailMessage()
        whose = number if sender is None else sender
        mail["From"] = f"Person <e{whose}@agency.example>" if isinstance(whose, int) else whose
        mail["To"] = f"reports+{self.prompt(number).token}@agency.example"
        mail["Message-ID"] = f"<{name or 'reply'}.{number}@agency.example>"
        mail["Subject"] = "Re: What did you do last week?"
        for field, value in headers.items():
            mail[field.replace("_", "-")] = value
        mail.set_content(text)
        return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        self.dovecot.append(self.user, *mails, folder=folder)

    def poll(self) -> Polled | BulletinError:
        return poll_once(self.house, self.house.settings.mailboxes)["reports"]

    def receive(self, *mails: bytes) -> LedgerEntry:
        """Deliver and read; the newest entry."""
        self.deliver(*mails)
        found = self.poll()
        assert isinstance(found, Polled), found
        return self.store.entries(limit=1)[0]

    def lies_in(self) -> dict[str, int]:
        names = ("INBOX", "Processed", "Rejected", "Withheld", "Strangers", "Shunted", "Held")
        counted = {name: len(self.dovecot.contents(self.user, name)) for name in names}
        return {name: count for name, count in counted.items() if count}

    def close(self) -> None:
        self.store.close()
