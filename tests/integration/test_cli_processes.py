"""The command line in a process of its own: what a shell, a terminal, a pipe and a signal see of it."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.exits import Exit
from store.engine import open_store
from tests.integration.test_cli import MAIL, configure
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

REPOSITORY = Path(__file__).parents[2]


def process(*arguments: str, cwd: Path, **more: object) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BULLETIN_")}
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(REPOSITORY), **more.pop("environment", {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **more,
    )


def test_it_starts_at_once(tmp_path: Path) -> None:
    """The time of the processor, the best of three: other tests run beside this one."""
    script = "import time, sys; t = time.process_time(); import app.cli; sys.stdout.write(str(time.process_time() - t))"
    spent = [
        float(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60).stdout)
        for _ in range(3)
    ]
    assert min(spent) < 0.3
    heavy = "import sys, app.cli; print([n for n in ('sqlalchemy', 'pydantic', 'rich.table', 'structlog', 'domain.ledger', 'domain.ports', 'zipfile') if n in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", heavy], capture_output=True, check=True, timeout=60, text=True)
    assert loaded.stdout.strip() == "[]"


def test_exit_codes_reach_the_shell_and_no_colour_does(tmp_path: Path) -> None:
    for arguments, code in ((["--version"], 0), (["status"], 78), (["nonsense"], 2), (["inspect", "absent"], 1)):
        done = process(*arguments, cwd=tmp_path)
        assert done.returncode == code
        assert "\x1b" not in done.stdout + done.stderr


def test_a_fault_of_ours_is_one_line_without_values(tmp_path: Path) -> None:
    configure(tmp_path)
    canary = "SECRET//NOFORN"
    script = (
        "import app.cli, app.config\n"
        f"def broken(*_): raise RuntimeError({canary!r})\n"
        "app.config.load = broken\n"
        "app.cli.main(['status'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == Exit.SOFTWARE
    assert re.fullmatch(r"A fault in Bulletin: RuntimeError at \S+:\d+\. Please report this line\.\n", done.stderr)


def on_a_terminal(*arguments: str, cwd: Path, answer: bytes) -> tuple[int, str]:
    """What is shown on a terminal where somebody types `answer`, and the exit code."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm", "COLUMNS": "100"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        os.write(ours, answer)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 4096)
            except OSError:  # Linux says EIO when the other side is gone
                break
        os.close(ours)
    return running.returncode, shown.decode()


def test_on_a_terminal_the_number_of_people_is_typed(tmp_path: Path) -> None:
    configure(tmp_path)
    open_store(f"sqlite:///{tmp_path}/bulletin.db", create=True).close()
    assert on_a_terminal("roster", "import", "people.csv", cwd=tmp_path, answer=b"")[0] == 0
    asked = ("round", "open", "--week", "2099-W10")
    code, shown = on_a_terminal(*asked, cwd=tmp_path, answer=b"2\n")
    assert (code, "Nothing was done." in shown) == (Exit.FOUND, True)
    code, shown = on_a_terminal(*asked, cwd=tmp_path, answer=b"3\n")
    assert code == 0
    assert "Type the number 3 to go on" in shown
    assert "Agency/North" in shown


def test_a_closed_pipe_is_no_fault(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number}.eml").write_bytes(MAIL.replace(b"pump", b"pump " * 200))
    command = f"{sys.executable} -m app.cli inspect --json {folder} | head -1"
    done = subprocess.run(command, shell=True, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""


def test_the_daemon_stops_when_it_is_told(tmp_path: Path, dovecot: Dovecot) -> None:
    with SmtpServer() as relay:
        configure(tmp_path, imap=dovecot.imap, smtp=relay.port, user=dovecot.new_user())
        config = tmp_path / "config.toml"
        config.write_text(config.read_text() + '[log]\nformat = "json"\n')
        open_store(f"sqlite:///{tmp_path}/bulletin.db", create=True).close()
        running = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "--config", str(config), "run"],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert running.stderr is not None
            first = json.loads(running.stderr.readline())
            assert first["event"] == "daemon_started"
            time.sleep(0.5)
            running.terminate()
            out, err = running.communicate(timeout=30)
        finally:
            running.kill()
            running.wait()
    assert running.returncode == 0, err
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert events[-1] == "daemon_stopped"
    assert out == ""


def shell(command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-c", command.replace("bulletin", f"{sys.executable} -m app.cli")],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round is open, and one of the people has a name that few encodings know. Nothing of it is changed."""
    tmp_path = tmp_path_factory.mktemp("opened")
    configure(tmp_path)
    people = tmp_path / "people.csv"
    people.write_text(people.read_text().replace("Bo Lind", "\u064a\u0627\u0633\u0631"))
    done = shell("bulletin upgrade && bulletin roster import people.csv && bulletin round open --yes", tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_output_that_nobody_reads_is_no_fault(opened: Path) -> None:
    for command in (
        "bulletin roster show --unit / | true",
        "bulletin digest preview E1 | head -1",
        "bulletin status >&-",
    ):
        done = shell(f"set -o pipefail; {command}", opened)
        assert done.stderr.decode().count("\n") <= 2, done.stderr  # status warns: nobody polls here
        assert b"fault" not in done.stderr
        assert b"Traceback" not in done.stderr
        assert done.returncode == (Exit.FOUND if "status" in command else Exit.OK)


@pytest.mark.parametrize("command", ["--help", "digest preview E1", "export -o -", "inspect --json mail.eml"])
def test_a_full_disk_behind_the_output_is_said(opened: Path, command: str) -> None:
    (opened / "mail.eml").write_bytes(MAIL)
    done = shell(f"bulletin {command} > /dev/full", opened)
    assert (done.returncode, done.stderr) == (Exit.FOUND, b"The output cannot be used (No space left on device).\n")


def test_a_terminal_that_lacks_letters_shows_their_numbers(opened: Path) -> None:
    told = shell("bulletin digest preview E1", opened, PYTHONIOENCODING="latin-1")
    assert told.returncode == 0
    assert b"\\u064a\\u0627\\u0633\\u0631 (Agency/North)" in told.stdout
    plain = shell("bulletin digest preview E1", opened, LC_ALL="C", PYTHONUTF8="1").stdout.decode()
    assert "\n\u064a\u0627\u0633\u0631 (Agency/North)" in plain


# A shell that runs us in the background ignores SIGINT, and so would its children.
INTERRUPTIBLE = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); import app.cli; app.cli.main(sys.argv[1:])"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_is_no_fault(opened: Path, tmp_path: Path, number: signal.Signals, code: int) -> None:
    slow = tmp_path / "people.csv"
    os.mkfifo(slow)
    with (
        subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, "roster", "import", str(slow)],
            cwd=opened,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as running,
        slow.open("w"),
    ):  # it opens when the other side reads
        # A signal between the look for one and the read would be heard only when the read comes back.
        while (Path("/proc") / str(running.pid) / "stat").read_text().rpartition(")")[2].split()[0] != "S":
            time.sleep(0.01)
        running.send_signal(number)
        told = running.communicate(timeout=30)[1].decode()
    assert running.returncode == code
    assert "Traceback" not in told
    assert ("Stopped." in told) is (number is signal.SIGINT)
