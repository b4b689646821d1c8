"""What only a database has: its schema, its settings, its plans, and what it says when it fails."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, text

from domain.employee import EmployeeId
from domain.errors import SchemaError, StoreError
from domain.ledger import Recording
from domain.outbox import Attempt, Sent
from store.connection import make_engine
from store.engine import open_store
from store.migrations import revision_state, upgrade
from store.sql import SqlStore
from store.tables import METADATA
from tests.contract.store_values import (
    BOX,
    NOW,
    W48,
    WEEKLY,
    answer,
    arrival,
    ask,
    entry,
    import_people,
    key_of,
    mail,
    person,
    prompt,
)
from tests.servers.postgres import PostgresServer


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def opened(url: str) -> Iterator[SqlStore]:
    store = open_store(url)
    assert isinstance(store, SqlStore)
    yield store
    store.close()


def test_the_migrated_schema_is_the_one_in_the_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert indexes(connection) == {index.name for table in METADATA.tables.values() for index in table.indexes}


def indexes(connection: Connection) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if connection.dialect.name == "sqlite"
        else "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pk%'"
    )
    return set(connection.execute(text(query)).scalars())


def test_an_empty_database_is_no_store(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.fresh(empty=True)
    state = revision_state(url)
    assert state.current is None
    assert not state.is_head
    with pytest.raises(SchemaError, match="bulletin upgrade"):
        open_store(url)
    open_store(url, create=True).close()
    assert revision_state(url).is_head
    open_store(url).close()
    with pytest.raises(SchemaError, match="no database"):
        open_store(f"sqlite:///{tmp_path / 'none.db'}")
    assert not (tmp_path / "none.db").exists()


def test_a_newer_database_is_left_alone(url: str, engine: Engine) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="9999"):
        open_store(url)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))


def test_upgrading_again_keeps_what_is_there(url: str) -> None:
    store = open_store(url)
    import_people(store, person(1))
    store.close()
    upgrade(url)
    store = open_store(url, create=True)
    assert store.employee(EmployeeId("E001")) == person(1)
    store.close()


def test_several_may_create_at_once(tmp_path: Path, postgres: PostgresServer) -> None:
    for url in (f"sqlite:///{tmp_path / 'new.db'}", postgres.fresh(empty=True)):
        failures: list[Exception] = []

        def create(url: str = url, failures: list[Exception] = failures) -> None:
            try:
                open_store(url, create=True).close()
            except Exception as failure:  # noqa: BLE001 - told to the test
                failures.append(failure)

        threads = [threading.Thread(target=create) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert revision_state(url).is_head


def test_plain_postgresql_urls_are_understood(postgres_url: str) -> None:
    open_store(postgres_url.replace("postgresql+psycopg", "postgresql")).close()


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense", "", "postgresql+asyncpg://host/name"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(StoreError, match="neither"):
        open_store(url)


def test_a_database_that_is_away_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="OperationalError"):
        open_store(f"postgresql://nobody@/none?host={tmp_path}")
    with pytest.raises(StoreError, match="cannot be made"):
        open_store(f"sqlite:///{tmp_path}/no/folder.db", create=True)


def test_a_password_is_in_no_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(f"postgresql://someone:hunter2@/none?host={tmp_path}")
    assert "hunter2" not in f"{caught.value!r}{caught.value.__context__!r}{caught.value.__cause__!r}"


def test_sqlite_is_set_as_promised(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with engine.begin() as connection:

        def pragma(name: str) -> object:
            return connection.execute(text(f"PRAGMA {name}")).scalar_one()

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2
        assert pragma("foreign_keys") == 1
        assert pragma("secure_delete") == 1
        assert pragma("busy_timeout") == 60_000
    engine.dispose()


def test_a_new_sqlite_file_is_only_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    store = open_store(f"sqlite:///{file}", create=True)
    import_people(store, person(1))
    for each in tmp_path.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each
    store.close()


def test_an_sqlite_store_in_memory_lives_as_long_as_it_is_open() -> None:
    store = open_store("sqlite://")
    seen: list[int] = []
    import_people(store, *(person(number) for number in range(50)))
    threads = [threading.Thread(target=lambda: seen.append(store.head_counts()[0][2])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [50] * 8
    store.close()


def test_a_broken_file_is_a_store_error(tmp_path: Path) -> None:
    file = tmp_path / "broken.db"
    file.write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreError, match="SQLITE_NOTADB"):
        open_store(f"sqlite:///{file}")


@pytest.mark.parametrize("result", [Sent.ACCEPTED, Sent.REFUSED])
def test_sent_content_leaves_no_bytes_behind(sqlite_url: str, result: Sent) -> None:
    """`secure_delete` overwrites what is replaced; after a checkpoint no file holds it."""
    canary = b"CANARY-OF-CONTENT"
    store = open_store(sqlite_url)
    store.enqueue([mail("a", content=canary * 500)])
    (claimed,) = store.claim("sender", now=NOW, limit=1, lease=timedelta(seconds=60))
    store.finish(claimed.id, claimed.epoch, Attempt(at=NOW, result=result), None)
    store.close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for each in file.parent.iterdir():
        assert canary not in each.read_bytes(), each


PLANS = {
    "claim, lapsed": ("outbox_leased", lambda store: store.claim("x", now=NOW, limit=5, lease=timedelta(0))),
    "claim, pressing": ("outbox_pressing", lambda store: store.claim("x", now=NOW, limit=5, lease=timedelta(0))),
    "answers": ("outbox_answers", lambda store: store.answers_since(NOW, at_most=5)),
    "claim, queued": ("outbox_due", lambda store: store.claim("x", now=NOW, limit=5, lease=timedelta(0))),
    "awaiting": ("prompt_awaiting", lambda store: store.awaiting(WEEKLY, W48)),
    "digest": ("prompt_by_supervisor", lambda store: store.digest_rows(WEEKLY, W48, EmployeeId("E001"))),
    "supervisors": ("prompt_by_supervisor", lambda store: store.supervisors(WEEKLY, W48)),
    "token": ("prompt_by_token", lambda store: store.prompt_by_token("a48001")),
    "address": ("address_pk|autoindex_address_1", lambda store: store.employees_at("e001@agency.example")),
    "reports": ("employee_by_supervisor", lambda store: store.reports_of(EmployeeId("E001"))),
    "unfiled": ("ledger_unfiled", lambda store: store.unfiled(BOX)),
    "provider id": ("ledger_by_provider_id", lambda store: store.record(Recording(entry=entry(0, place=COPY)))),
    "our mail": ("outbox_by_key", lambda store: store.mail_by_key("a")),
    "attempts": ("attempt_by_mail", lambda store: store.attempts(1)),
}
COPY = arrival(999, provider_id="G1", digest=None)


@pytest.mark.parametrize("name", PLANS)
def test_hot_paths_use_their_index(sqlite_url: str, name: str) -> None:
    """On SQLite, which plans from the schema alone; a table is never read from end to end."""
    index, work = PLANS[name]
    store = open_store(sqlite_url)
    assert isinstance(store, SqlStore)
    import_people(store, person(1), person(2, 1))
    ask(store, prompt(1), prompt(2), mails=(mail("a"),))
    store.record(answer(1, 2, "Wrote the plan"))
    statements: list[tuple[str, object]] = []

    @event.listens_for(store._reading, "before_cursor_execute")
    def _note(_connection, _cursor, statement, parameters, _context, _many) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            statements.append((statement, parameters))

    work(store)
    event.remove(store._reading, "before_cursor_execute", _note)
    store.close()
    steps = []
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        for statement, parameters in statements:
            steps += [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    connection.close()
    assert any(part in step for step in steps for part in index.split("|")), steps
    assert not [
        step
        for step in steps
        if step.startswith("SCAN") and "INDEX" not in step and "ranked" not in step and "anon" not in step
    ], steps


def test_a_roster_is_read_in_order_right_after_its_import(postgres_url: str) -> None:
    """A planner that knows nothing of the new rows takes them for lying in no order: it reads and sorts them all."""
    store = open_store(postgres_url)
    import_people(store, *map(person, range(1, 5001)))
    store.close()
    engine = make_engine(postgres_url)
    query = "SELECT * FROM employee WHERE active AND id > 'E1000' ORDER BY id LIMIT 2000"
    with engine.begin() as connection:
        plan = connection.execute(text(f"EXPLAIN (FORMAT JSON) {query}")).scalar_one()
    engine.dispose()
    assert plan[0]["Plan"]["Plans"][0]["Node Type"] == "Index Scan", plan


def test_a_lookup_by_person_reads_no_round(postgres: PostgresServer) -> None:
    """Right after an opening the statistics know nothing of the Round; the plan must be right all the same."""
    url = postgres.fresh()  # in one that was used before, rows that are gone would be counted too
    store = open_store(url)
    ask(store, *(prompt(number, number // 10) for number in range(2000)))
    store.close()
    engine = make_engine(url)
    with engine.begin() as connection:
        for condition in (f"employee_id = '{key_of(77).employee_id}'", "supervisor_id = 'E007'"):
            query = f"SELECT * FROM prompt WHERE campaign_id = '{WEEKLY}' AND round_id = '{W48}' AND {condition}"
            plan = connection.execute(text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}")).scalar_one()
            assert plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"] < 40, plan
    engine.dispose()
