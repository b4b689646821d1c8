"""The checks that need no mail server, what the roster should have mended, exit codes, and text on a terminal."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.check import CheckLine, check_all, check_store
from app.config import Settings, load
from app.exits import Exit, FoundWrongError, exit_of, words_of
from app.tending import tend
from app.terminal import clean, printable
from app.wiring import build
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.errors import BulletinError, ConfigError, LeaseLostError, MailboxError, SchemaError, StoreError
from domain.ledger import Event
from store.memory import MemoryStore
from tests.fakes.clock import START, FakeClock

CONFIG = """
[instance]
host = "agency.example"
hash_key_file = "key"
token_keys = [{ id = "a", secret_file = "key" }]
[[mailboxes]]
name = "reports"
host = "imap.agency.example"
reply = "reports@agency.example"
user = "reports"
password_file = "key"
[relay]
host = "smtp.agency.example"
from_address = "reports@agency.example"
[[campaigns]]
id = "weekly"
[security]
contact = "security@agency.example"
"""

Configured = Callable[[str], Settings]


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    def made(more: str = "") -> Settings:
        (tmp_path / "key").write_text("k" * 43)
        (tmp_path / "key").chmod(0o600)
        (tmp_path / "config.toml").write_text(CONFIG + more)
        (tmp_path / "config.toml").chmod(0o600)
        return load(tmp_path / "config.toml", {}).settings

    return made


def person(number: int, *, supervisor: int | None = None, address: str | None = None) -> Employee:
    return Employee(
        id=EmployeeId(f"E{number}"),
        name=f"Person {number}",
        address=EmailAddress(address or f"p{number}@agency.example"),
        supervisor_id=EmployeeId(f"E{supervisor}") if supervisor is not None else None,
    )


def with_people(*people: Employee) -> MemoryStore:
    store = MemoryStore()
    store.stage(enumerate(people, 2))
    store.stage_apply(START)
    return store


def checked(settings: Settings, store: MemoryStore) -> dict[str, CheckLine]:
    return {line.subject: line for line in check_all(build(settings, store, FakeClock()), offline=True)}


def test_all_is_well(configured: Configured) -> None:
    lines = checked(configured(""), with_people(person(1)))
    assert list(lines) == ["writing", "token keys", "templates", "roster", "clock", "disk", "alerts"]
    assert all(line.good and not line.todo for line in lines.values()), lines


def test_an_empty_roster_and_a_clock_that_runs_behind(configured: Configured) -> None:
    store = MemoryStore()
    store.write_event(Event(at=START + timedelta(hours=1), who="ops", what="round opened"))
    lines = checked(configured(""), store)
    assert "bulletin roster import" in lines["roster"].todo
    assert "NTP" in lines["clock"].todo


def test_little_disk(configured: Configured) -> None:
    assert not checked(configured("[limits]\ndisk_free_mb = 1000000000\n"), MemoryStore())["disk"].good


class ReadOnly(MemoryStore):
    """A database on a disk that takes nothing."""

    def acquire(self, name: str, owner: str, ttl: timedelta) -> int | None:
        raise StoreError("The database cannot be used now (the disk is full, SQLITE_FULL).")


def test_a_disk_that_takes_nothing_is_no_green_light(configured: Configured) -> None:
    line = checked(configured(""), ReadOnly())["writing"]
    assert not line.good
    assert line.seen == (
        "The database cannot be used now (the disk is full, SQLITE_FULL). "
        "Check its URL, its disk and its server; nothing was lost."
    )


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ('alert = "command"\ncommand = ["/bin/cat"]\n', True),
        ('alert = "command"\ncommand = ["/bin/absent"]\n', False),
        ('alert = "webhook"\nwebhook = "https://alerts.agency.example/x?token=hunter2"\n', True),
        ('alert = "webhook"\nwebhook = "http://alerts.agency.example/x"\n', False),
    ],
)
def test_alerts(configured: Configured, more: str, good: bool) -> None:
    line = checked(configured(more), MemoryStore())["alerts"]
    assert line.good is good
    assert "hunter2" not in line.seen


def test_a_template_with_an_unknown_name(configured: Configured, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "prompt.txt").write_text("Subject\n\n{{ salary }}\n")
    settings = configured("").model_copy()
    instance = settings.instance.model_copy(update={"templates": tmp_path / "templates"})
    line = checked(settings.model_copy(update={"instance": instance}), MemoryStore())["templates"]
    assert not line.good
    assert "salary" in line.seen


def test_the_store_that_cannot_be_opened() -> None:
    def broken() -> MemoryStore:
        raise SchemaError("There is no database. Run `bulletin upgrade`.")

    line, store = check_store(broken)
    assert (line.good, store) == (False, None)
    assert line.seen == "There is no database. Run `bulletin upgrade`."
    line, store = check_store(MemoryStore)
    assert line.good
    assert store is not None


def test_what_the_roster_should_have_mended() -> None:
    shared = person(4, supervisor=1, address="p3@agency.example")
    store = with_people(person(1), person(2, supervisor=1), person(3, supervisor=2), shared)
    assert list(tend(store)) == ["p3@agency.example: belongs to E3, E4"]
    store.stage([(2, person(3, supervisor=2)), (3, person(5, supervisor=3))])
    store.stage_apply(START)
    assert list(tend(store)) == [
        "E3: supervisor E2 is not in the roster any more",
        "nobody is without a supervisor: there is no top",
    ]
    assert list(tend(MemoryStore())) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), Exit.CONFIG),
        (StoreError("x"), Exit.UNAVAILABLE),
        (MailboxError("x"), Exit.UNAVAILABLE),
        (LeaseLostError("x"), Exit.TRY_LATER),
        (FoundWrongError("x"), Exit.FOUND),
    ],
)
def test_each_failure_has_its_exit_code(error: BulletinError, code: Exit) -> None:
    assert exit_of(error) is code


def test_a_failure_says_what_to_do() -> None:
    assert words_of(MailboxError()) == MailboxError.__doc__
    assert words_of(MailboxError("mailbox reports: no route")).startswith("mailbox reports: no route. The IMAP server")
    assert words_of(FoundWrongError("Nothing was done.")) == "Nothing was done."


@pytest.mark.parametrize("text", ["plain\ntext", "Zoë\tMüller", "王小明", "👩🏽‍🔬", "Ana\xa0Ruiz"])
def test_what_is_harmless_is_shown_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", ["\x1b[31m", "\x9b31m", "\u202ezzz", "a\rb", "\x07", "\ud800"])
def test_what_could_steer_a_terminal_is_escaped(text: str) -> None:
    assert clean(text).isprintable()
    assert printable(text).isprintable()
    assert len(printable("x" * 500)) == 121
