"""A whole week on real servers: Dovecot holds the replies, an SMTP server takes our mail, SQLite and PostgreSQL keep it.

The people, their mail clients and what should become of each of their mails are the demo's. After it, the text of the
marked reply is looked for in every byte that the week left behind.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from rich.console import Console

from app.demo.people import DEAD, REACTIONS
from app.demo.place import MAILBOX, Place
from app.demo.program import WeekClock, running
from app.demo.servers import EXCHANGE, HOST, Exchange
from app.demo.show import Show
from app.demo.week import Week
from domain.digest import UnitCount
from domain.ledger import Folder
from domain.standing import Standing
from domain.verdict import Decision
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.postgres import PostgresServer

CANARY = "Aligned the array at the northern site"
FOLDERS = ("INBOX", "Processed", "Rejected", "Withheld", "Strangers", "Shunted", "Held")


class DovecotExchange(Exchange):
    """The demo's exchange, with the reply mailbox on Dovecot."""

    def __init__(self, scratch: Path, dovecot: Dovecot, user: str, now: Callable[[], datetime]) -> None:
        super().__init__(scratch, frozenset({MAILBOX}), DEAD, now)
        self._dovecot = dovecot
        self._user = user

    def _store(self, content: bytes) -> None:
        self._dovecot.append(self._user, content, at=self._now())

    def folder_of(self, mark: bytes) -> str | None:
        for folder in FOLDERS:
            for mail in reversed(self._dovecot.contents(self._user, folder)):
                if mark in b"\r\n" + mail.partition(b"\r\n\r\n")[0]:
                    return folder
        return None


class Servers:
    """What the demo's week asks of its servers, on Dovecot and aiosmtpd."""

    def __init__(self, scratch: Path, dovecot: Dovecot, now: Callable[[], datetime]) -> None:
        self.login = dovecot.new_user()
        self.password = PASSWORD
        self.imap_port = dovecot.imap
        self.exchange = DovecotExchange(scratch, dovecot, self.login, now)
        self.smtp_port = 0


@contextmanager
def serving(scratch: Path, dovecot: Dovecot, now: Callable[[], datetime]) -> Iterator[Servers]:
    servers = Servers(scratch, dovecot, now)
    loop = asyncio.new_event_loop()
    open_ones: list[SMTP] = []

    def connect() -> SMTP:
        open_ones.append(SMTP(servers.exchange, hostname=EXCHANGE, enable_SMTPUTF8=True, loop=loop))
        return open_ones[-1]

    server = loop.run_until_complete(loop.create_server(connect, HOST, 0))
    servers.smtp_port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield servers
    finally:

        async def end() -> None:
            server.close()
            for one in open_ones:
                if one.transport is not None:
                    one.transport.close()
            await server.wait_closed()

        asyncio.run_coroutine_threadsafe(end(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def _configure(place: Place, servers: Servers, url: str | None, withheld: str) -> None:
    place.fill(servers)  # type: ignore[arg-type]  # it asks for ports, login and password only
    text = place.config.read_text()
    if url is not None:
        assert 'url = "sqlite:///bulletin.db"' in text
        text = text.replace('url = "sqlite:///bulletin.db"', f'url = "{url}"')
    assert 'withheld = "move"' in text
    place.config.write_text(text.replace('withheld = "move"', f'withheld = "{withheld}"'))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
    else:
        yield request.getfixturevalue("postgres_url")


@pytest.fixture
def quiet() -> Iterator[Console]:
    with Path(os.devnull).open("w") as nowhere:
        yield Console(file=nowhere)


@pytest.mark.parametrize("withheld", ["flag", "move"])
def test_a_week(
    withheld: str, url: str | None, dovecot: Dovecot, tmp_path: Path, quiet: Console, capfd: pytest.CaptureFixture[str]
) -> None:
    clock = WeekClock()
    place = Place(folder=tmp_path / "week")
    place.folder.mkdir()
    with serving(tmp_path / "scratch", dovecot, clock.now) as servers:
        _configure(place, servers, url, withheld)
        with running(place.config, clock) as program, Show(quiet) as show:
            week = Week(program=program, servers=servers, show=show)  # type: ignore[arg-type]  # see Servers
            week.go_by()
            assert _but_for_the_withheld(week.wrong(), withheld) == ()
            assert len(week.found) == len(REACTIONS)
            store = program.house.store
            asked = store.rounds()[0]
            counted = store.counts(asked.campaign_id, asked.id)
            assert _totals(counted) == dict(week.counts())
            marked = store.entries(decision=Decision.WITHHELD, limit=10)
            assert [one.message_id for one in marked] == [None]
            assert [one.arrival.digest for one in marked] == [None]
            assert all(not finding.hint and not finding.where for finding in marked[0].findings)
            assert store.unfiled("reports") == ()
            sent = [content for _, content in servers.exchange.delivered()]
        left = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        said = capfd.readouterr()
        assert _flags_of_the_withheld(dovecot, servers.login, withheld)
    for where, text in (("files", left), ("mail", sent), ("output", [said.out.encode(), said.err.encode()])):
        assert not any(CANARY.encode() in each for each in text), where
    if url is not None:
        assert CANARY not in _dump(url)


def _but_for_the_withheld(wrong: tuple[str, ...], withheld: str) -> tuple[str, ...]:
    """The demo moves the marked reply; where it is flagged in place, it lies in INBOX and nothing else differs."""
    if withheld == "move":
        return wrong
    marked = [line for line in wrong if line.endswith("folder is INBOX, should be Withheld")]
    assert len(marked) == 1
    return tuple(line for line in wrong if line not in marked)


def _totals(counted: tuple[UnitCount, ...]) -> dict[str, int]:
    return {
        standing.value: total
        for standing in Standing
        if (total := sum(one.count for one in counted if one.standing is standing))
    }


def _flags_of_the_withheld(dovecot: Dovecot, user: str, withheld: str) -> bool:
    folder = Folder.INBOX if withheld == "flag" else Folder.WITHHELD
    return any("$Withheld" in flags for flags in dovecot.flags(user, folder.value))


def _dump(url: str) -> str:
    """Every value of every table, as text."""
    from sqlalchemy import MetaData, create_engine, select

    engine = create_engine(url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        rows = [str(tuple(row)) for table in tables.sorted_tables for row in connection.execute(select(table))]
    engine.dispose()
    assert rows
    return "\n".join(rows)


def test_the_dump_would_show_it(postgres: PostgresServer, postgres_url: str) -> None:
    """The search can fail: a canary that is in the database is found."""
    from domain.ledger import Event
    from store.engine import open_store

    store = open_store(postgres_url)
    store.write_event(Event(at=WeekClock().now(), who="test", what=CANARY))
    store.close()
    assert CANARY in _dump(postgres_url)
