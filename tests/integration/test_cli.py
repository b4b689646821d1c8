"""The command line as a person meets it: what it says, its exit codes, in this process, alone and against real mail servers."""

import json
import logging
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.exits import Exit
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.smtp import SmtpServer

Bulletin = Callable[..., Result]
REPOSITORY = Path(__file__).parents[2]

CONFIG = """
[instance]
host = "agency.example"
hash_key_file = "secrets/hash-key"
[[instance.token_keys]]
id = "a"
secret_file = "secrets/token-key-a"
[store]
url = "sqlite:///bulletin.db"
[[mailboxes]]
name = "reports"
host = "127.0.0.1"
port = {imap}
tls = "none"
reply = "reports@agency.example"
user = "{user}"
password_file = "secrets/reports-password"
[relay]
host = "127.0.0.1"
port = {smtp}
tls = "none"
from_address = "reports@agency.example"
[[campaigns]]
id = "weekly"
[security]
contact = "security@agency.example"
"""

PEOPLE = """\
id,name,email,supervisor id,unit
E1,Ana Ruiz,ana@agency.example,,Agency
E2,Bo Lind,bo@agency.example,E1,Agency/North
E3,Cy Park,cy@agency.example,E1,Agency/South
"""

MAIL = b"""\
From: Bo Lind <bo@agency.example>\r
Subject: Re: What did you do last week?\r
Message-ID: <1@agency.example>\r
\r
- Mended the pump\r
- Wrote the plan \x1b[31mred\r
"""


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("BULLETIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def bulletin(place: Path) -> Bulletin:
    runner = CliRunner()

    def run(*arguments: str) -> Result:
        result = runner.invoke(app, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return run


def configure(place: Path, *, imap: int = 1, smtp: int = 1, user: str = "reports") -> None:
    (place / "secrets").mkdir(exist_ok=True)
    for name, secret in {"hash-key": "h" * 43, "token-key-a": "t" * 43, "reports-password": PASSWORD}.items():
        (place / "secrets" / name).write_text(secret)
        (place / "secrets" / name).chmod(0o600)
    (place / "config.toml").write_text(CONFIG.format(imap=imap, smtp=smtp, user=user))
    (place / "people.csv").write_text(PEOPLE)


@pytest.fixture
def ready(place: Path, bulletin: Bulletin) -> Bulletin:
    """Configured, with a database and a roster."""
    configure(place)
    assert bulletin("upgrade").exit_code == 0
    assert bulletin("roster", "import", "people.csv").exit_code == 0
    return bulletin


def test_help_teaches(bulletin: Bulletin) -> None:
    told = bulletin("--help").output
    for word in ("bulletin init", "bulletin check", "Exit codes", "78"):
        assert word in told
    commands = re.findall(r"^│ ([a-z]+) ", told, re.MULTILINE)
    assert {"demo", "inspect", "init", "run", "check", "status", "roster", "round"} <= set(commands)
    for command in commands:
        assert bulletin(command, "--help").exit_code == 0


@pytest.mark.parametrize("arguments", [["nonsense"], ["roster", "import"], ["status", "--nonsense"], ["round", "opne"]])
def test_what_is_not_understood_is_2(bulletin: Bulletin, arguments: list[str]) -> None:
    assert bulletin(*arguments).exit_code == Exit.USAGE


def test_no_configuration_is_78_and_says_what_to_do(bulletin: Bulletin) -> None:
    result = bulletin("status")
    assert result.exit_code == Exit.CONFIG
    assert "bulletin init" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_init_writes_what_loads_once_the_password_is_in(place: Path, bulletin: Bulletin) -> None:
    assert bulletin("init").exit_code == 0
    for secret in (place / "secrets").iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE((place / "config.toml").stat().st_mode) == 0o600
    keys = {(place / "secrets" / name).read_text() for name in ("hash-key", "token-key-a")}
    assert len(keys) == 2
    first = bulletin("config", "show")
    assert first.exit_code == Exit.CONFIG
    assert "reports-password is empty; put the secret in it" in first.stderr
    (place / "secrets" / "reports-password").write_text("x")
    shown = bulletin("config", "show")
    assert shown.exit_code == 0
    assert not any(key.strip() in shown.output for key in keys)
    assert bulletin("config", "explain", "relay.port").exit_code == 0
    assert bulletin("config", "explain", "relay.prot").exit_code == Exit.FOUND


def test_init_overwrites_nothing(place: Path, bulletin: Bulletin) -> None:
    (place / "secrets").mkdir()
    (place / "secrets" / "hash-key").write_text("precious")
    result = bulletin("init")
    assert result.exit_code == Exit.FOUND
    assert "is there already" in result.stderr
    assert not (place / "config.toml").exists()
    assert (place / "secrets" / "hash-key").read_text() == "precious"


def test_every_mistake_of_a_configuration_is_told(place: Path, bulletin: Bulletin) -> None:
    configure(place)
    config = place / "config.toml"
    config.write_text(
        config.read_text().replace('tls = "none"', 'tls = "nun"').replace('id = "weekly"', 'di = "weekly"')
    )
    result = bulletin("-c", "config.toml", "run")
    assert result.exit_code == Exit.CONFIG
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 4
    assert all(re.match(r"config\.toml:\d+: [a-z0-9_.]+ is ", line) for line in lines)


def test_without_a_database_it_is_69(place: Path, bulletin: Bulletin) -> None:
    configure(place)
    result = bulletin("status", "--offline")
    assert result.exit_code == Exit.UNAVAILABLE
    assert "bulletin upgrade" in result.stderr


def test_the_roster_comes_in_and_is_shown(ready: Bulletin, place: Path) -> None:
    assert "Agency/North\tcivilian\t1" in ready("roster", "show").stdout
    assert "supervisor:  E1 Ana Ruiz" in ready("roster", "show", "bo@agency.example").stdout
    assert "E3\tCy Park" in ready("roster", "show", "--unit", "Agency/South").stdout
    assert ready("roster", "show", "E99").exit_code == Exit.FOUND
    assert ready("roster", "check").exit_code == 0
    (place / "fewer.csv").write_text("".join(PEOPLE.splitlines(keepends=True)[:2]))
    assert "More than a tenth" in ready("roster", "import", "fewer.csv", "--dry-run").stderr
    refused = ready("roster", "import", "fewer.csv")
    assert (refused.exit_code, "say --force" in refused.stderr) == (Exit.FOUND, True)
    assert "dropped 2" in ready("roster", "import", "fewer.csv", "--force").stdout


def test_bad_rows_are_named_and_stop_the_import(ready: Bulletin, place: Path) -> None:
    (place / "bad.csv").write_text(PEOPLE + "E4,Di Wu,nope,E1,Agency\nE5,Ed Fox,ed@agency.example,E9,Agency\n")
    result = ready("roster", "import", "bad.csv")
    assert result.exit_code == Exit.FOUND
    assert "bad.csv:5: address: nope is not an address" in result.stderr
    assert "bad.csv:6: supervisor: unknown supervisor" in result.stderr
    checked = ready("roster", "check", "bad.csv")
    assert (checked.exit_code, checked.stderr.count("bad.csv:")) == (Exit.FOUND, 2)
    assert ready("roster", "import", "bad.csv", "--skip-bad").exit_code == 0


def test_a_round_is_previewed_confirmed_and_opened_once(ready: Bulletin) -> None:
    week = "2099-W10"
    assert "all\t3" in ready("round", "preview", "--week", week).stdout
    unsure = ready("round", "open", "--week", week)
    assert (unsure.exit_code, "say --yes" in unsure.stderr) == (Exit.FOUND, True)
    for _ in range(2):
        assert ready("round", "open", "--week", week, "--yes").exit_code == 0
    assert re.search(r"^weekly\t2099-W10\topen\t.*\t3$", ready("round", "list").stdout, re.MULTILINE)
    assert "code " in ready("round", "show").stdout
    status = json.loads(ready("status", "--offline", "--json").stdout)
    assert status["rounds"][0]["asked"] == 3
    assert status["outbox"] == [
        {"kind": "code", "state": "queued", "count": 1},
        {"kind": "prompt", "state": "queued", "count": 3},
    ]
    assert "What did you do last week?" in ready("prompt", "preview", "E2").stdout
    assert "Bo Lind" in ready("digest", "preview", "E1").stdout
    assert ready("digest", "preview", "E2").exit_code == Exit.FOUND
    assert ready("digest", "send", "--yes").stdout.startswith("1 queued")
    assert ready("digest", "send", "--yes").stdout.startswith("0 queued")


def test_what_is_not_there_is_1(ready: Bulletin) -> None:
    for arguments, told in (
        (["round", "open", "--week", "2026-W99"], "is no ISO week"),
        (["round", "open", "--week", "2020-W01"], "Name a later week"),
        (["round", "preview", "--campaign", "daily"], "there are weekly"),
        (["round", "show"], "There is no round"),
        (["prompt", "preview", "E99"], "Nobody in the roster"),
        (["withheld", "show", "reports/1/1"], "No message is recorded"),
    ):
        result = ready(*arguments)
        assert result.exit_code == Exit.FOUND
        assert told in result.stderr


def test_nothing_waits_for_a_person(ready: Bulletin) -> None:
    assert ready("withheld", "list").exit_code == 0
    assert ready("held", "list").exit_code == 0


def test_inspect_needs_nothing_and_steers_no_terminal(place: Path, bulletin: Bulletin) -> None:
    (place / "mail.eml").write_bytes(MAIL)
    told = bulletin("inspect", "mail.eml")
    assert told.exit_code == 0
    assert "Mended the pump" in told.stdout
    assert "\x1b" not in told.stdout
    seen = json.loads(bulletin("inspect", "--json", "mail.eml").stdout)
    assert (seen["origin"], seen["verdict"], len(seen["bullets"])) == ("person", "accepted", 2)
    assert bulletin("inspect", "absent.eml").exit_code == Exit.FOUND
    assert bulletin("inspect", "--config", "absent.toml", "mail.eml").exit_code == Exit.CONFIG
    configure(place)
    assert bulletin("inspect", "--config", "config.toml", "mail.eml").exit_code == 0
    assert bulletin("--config", "config.toml", "inspect", "mail.eml").exit_code == 0


def test_check_says_what_to_do(ready: Bulletin) -> None:
    result = ready("check")
    assert result.exit_code == Exit.FOUND
    lines = result.stdout.splitlines()
    assert all(line[0] in "✓✗" for line in lines)
    bad = {line.split(":")[0][2:] for line in lines if line.startswith("✗")}
    assert bad == {"mailbox reports", "relay"}
    assert ready("check", "--offline").exit_code == 0


def test_check_without_a_database(place: Path, bulletin: Bulletin) -> None:
    configure(place)
    result = bulletin("check")
    assert result.exit_code == Exit.FOUND
    assert "✗ database" in result.stdout


def test_all_is_well_against_real_servers(place: Path, ready: Bulletin, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    with SmtpServer() as relay:
        configure(place, imap=dovecot.imap, smtp=relay.port, user=user)
        checked = ready("check")
        assert checked.exit_code == 0, checked.output
        assert "✗" not in checked.stdout
        assert ready("poll", "--once").stdout == "reports: 0 new, 0 known before, 0 gone\n"
        assert ready("round", "open", "--week", "2099-W10", "--yes").exit_code == 0
        sent = ready("send", "--once")
        assert (sent.exit_code, sent.stdout) == (0, "4 accepted\n")  # three prompts, and the code for their supervisor
        assert sorted(mail.recipients[0] for mail in relay.mails) == [
            "ana@agency.example",
            "ana@agency.example",
            "bo@agency.example",
            "cy@agency.example",
        ]
        assert ready("send", "--once").stdout == "Nothing was due.\n"
    status = ready("status")
    assert status.exit_code == 0, status.output
    assert re.search(r"^reports\t\d+ seconds? ago\t0\t0 %$", status.stdout, re.MULTILINE)


def test_servers_that_are_away_are_69(place: Path, ready: Bulletin) -> None:
    polled = ready("poll", "--once")
    assert polled.exit_code == Exit.UNAVAILABLE
    assert polled.stderr.startswith("reports: ")
    assert ready("round", "open", "--week", "2099-W10", "--yes").exit_code == 0
    assert ready("send", "--once").exit_code == Exit.UNAVAILABLE
    assert ready("poll", "--once", "--mailbox", "other").exit_code == Exit.USAGE
    assert ready("run", "--role", "juggler").exit_code == Exit.USAGE
