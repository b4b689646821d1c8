"""An Engine for a database URL, with what each database must be told on every connection."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from domain.errors import StoreError

T = TypeVar("T")

BUSY_SECONDS = 60
"""How long a writer waits for another one on SQLite: a Roster of millions is merged in one transaction."""

CACHE_KIB = 64 * 1024

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    f"PRAGMA cache_size = {-CACHE_KIB}",  # only as much as is used
    "PRAGMA temp_store = FILE",  # sorting millions of rows must not need memory for millions of rows
)


def database_url(text: str) -> URL:
    """The URL in its one spelling; StoreError where it names no database that we know."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is not None and url.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url is not None and url.drivername == "sqlite":
        return url
    raise StoreError("The database URL is neither sqlite:///FILE nor postgresql://HOST/NAME.")


def make_engine(text: str) -> Engine:
    """An Engine that connects when it is first used. Its errors never show what was written."""
    url = database_url(text)
    try:
        return _sqlite(url) if url.drivername == "sqlite" else _postgresql(url)
    except NoSuchModuleError:
        raise StoreError("The driver for this database is not installed.") from None


def protect(text: str) -> None:
    """Make an empty SQLite file that only its owner may read, where there is none yet; -wal and -shm inherit that."""
    url = database_url(text)
    if url.drivername == "sqlite" and url.database not in {None, "", ":memory:"}:
        assert url.database is not None
        try:
            os.close(os.open(Path(url.database), os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as failure:
            raise StoreError(f"The database file cannot be made: {failure.strerror}.") from None


def guarded(work: Callable[[], T]) -> T:
    """Do `work`; what fails in the database becomes a StoreError that holds no row, no parameter and no statement."""
    try:
        return work()
    except (DBAPIError, PoolTimeoutError, psycopg.Error) as failure:
        words = words_of(failure)
    # Raised out here, so that the driver's error (it quotes rows) is not even the context of ours.
    raise StoreError(f"The database cannot be used now ({words}).")


_SQLITE_SAYS: Final = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the file or its folder may not be written",
    "SQLITE_CANTOPEN": "the file or its folder may not be opened",
    "SQLITE_BUSY": "another process keeps it busy",
    "SQLITE_NOTADB": "the file is no database",
    "SQLITE_CORRUPT": "the file is damaged: restore a backup",
}


def words_of(failure: Exception) -> str:
    """What failed, by the driver's own name for it: messages of a database may quote what people wrote."""
    match failure.orig if isinstance(failure, DBAPIError) else failure:
        case PoolTimeoutError():
            return "no connection is free"
        case sqlite3.Error() as error:
            name: str = getattr(error, "sqlite_errorname", type(error).__name__)
            return f"{_SQLITE_SAYS[name]}, {name}" if name in _SQLITE_SAYS else name
        case error:
            state = getattr(error, "sqlstate", None)
            return f"{type(error).__name__}, SQLSTATE {state}" if state else type(error).__name__


def is_passing(failure: DBAPIError) -> bool:
    """Whether the transaction was rolled back only because of another one, so that it may be run again."""
    match failure.orig:
        case sqlite3.Error() as error:
            code: int = getattr(error, "sqlite_errorcode", 0)
            return code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
        case error:
            # Serialization failure, deadlock, lock not available.
            return getattr(error, "sqlstate", None) in {"40001", "40P01", "55P03"}


def _sqlite(url: URL) -> Engine:
    in_memory = url.database in {None, "", ":memory:"}
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
        poolclass=QueuePool,
        # An in-memory database lives as long as its only connection; threads wait for it.
        pool_size=1 if in_memory else 5,
        max_overflow=0 if in_memory else 20,
        pool_timeout=BUSY_SECONDS,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and then wants to write may find that another wrote between: it would fail at once,
    # whatever the busy timeout. So a writer says so from the start.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_PATIENCE = {
    "application_name": "bulletin",
    # A server that is gone without a word is noticed within a minute, not after hours.
    "connect_timeout": "10",
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=20,
        isolation_level="READ COMMITTED",
        connect_args={name: value for name, value in _PATIENCE.items() if name not in url.query},
    )
