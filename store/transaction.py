"""Transactions: every method of the store is one, run again where only another transaction was in its way."""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Dialect, Engine, Table, any_, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from store.columns import bound
from store.connection import guarded, is_passing

TRIES = 6
LONGEST_PAUSE = 2.0
KEYS_AT_ONCE = 5000
"""A statement of SQLite takes 32,766 parameters."""

ROWS_AT_ONCE = 500
"""More at once are no faster, and so many dicts that outlive each other that the garbage collector looks at them."""

Row = Mapping[str, Any]

S = TypeVar("S", bound="Transacting")
P = ParamSpec("P")
T = TypeVar("T")


class Transacting:
    """What holds an Engine. Safe from any thread: each transaction has its own connection."""

    def __init__(self, engine: Engine) -> None:
        """Take over `engine`; `close` disposes of it."""
        self._reading = engine
        self._writing = engine.execution_options(writes=True)

    def close(self) -> None:
        """Close every connection."""
        self._reading.dispose()


def reads(method: Callable[Concatenate[S, Connection, P], T]) -> Callable[Concatenate[S, P], T]:
    """Give the method a connection in a transaction that only reads."""

    @wraps(method)
    def reading(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        def once() -> T:
            with self._reading.begin() as connection:
                return method(self, connection, *args, **kwargs)

        return guarded(once)

    return reading


def writes(method: Callable[Concatenate[S, Connection, P], T]) -> Callable[Concatenate[S, P], T]:
    """Give the method a connection in a transaction that writes.

    It is run again, a few times, after a deadlock or a busy database: the transaction is known to be undone then. Where
    the link was lost it is not known, so the caller hears of it; all that callers do may be done again.
    """

    @wraps(method)
    def writing(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        def once() -> T:
            with self._writing.begin() as connection:
                return method(self, connection, *args, **kwargs)

        return guarded(lambda: _again(once))

    return writing


def _again(once: Callable[[], T]) -> T:
    for tried in range(1, TRIES):
        try:
            return once()
        except DBAPIError as failure:
            if not is_passing(failure):
                raise
        time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.01 * 4**tried)))  # noqa: S311 - jitter is no secret
    return once()


def insert(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT that knows ON CONFLICT, which both databases write the same way."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def one_of(connection: Connection, column: Column[Any], keys: Sequence[Any]) -> ColumnElement[bool]:
    """Whether `column` is one of thousands of `keys`.

    PostgreSQL takes them as one array: a parameter for each would cost more to write, to read and to plan than the rows.
    """
    if connection.dialect.name != "postgresql":
        return column.in_(keys)
    kind: postgresql.ARRAY[Any] = postgresql.ARRAY(column.type)
    return column == any_(bindparam(None, list(keys), type_=kind, unique=True))


def insert_new(connection: Connection, table: Table, rows: Sequence[Row], *returning: str) -> list[Any]:
    """Insert what meets no unique index; the named columns of what was inserted."""
    if not rows:
        return []
    statement = insert(connection, table).on_conflict_do_nothing()
    columns = [table.c[name] for name in returning]
    return list(connection.execute(statement.returning(*columns), list(rows)))


def insert_missing(connection: Connection, table: Table, rows: Iterable[Row], conflict: str = "DO NOTHING") -> int:
    """Insert what meets no unique index, or do there what `conflict` says; how many rows were written.

    Every row has the same columns. Many times faster than `insert_new`, which tells what was inserted: values are bound
    a column at a time.
    """
    return sum(_insert(connection, table, page, conflict) for page in in_pages(rows, ROWS_AT_ONCE))


def _insert(connection: Connection, table: Table, rows: list[Row], conflict: str) -> int:
    names = tuple(rows[0])
    columns = [bound(table.c[name], [row[name] for row in rows], connection.dialect) for name in names]
    into = f'INSERT INTO "{table.name}" ({", ".join(map(_quoted, names))})'
    if connection.dialect.name == "postgresql":
        # One statement with an array for each column: rows sent one by one take three times as long.
        # In binary, for text would be escaped twice.
        arrays = ", ".join(f"%b::{_type_name(table.c[name], connection.dialect)}[]" for name in names)
        statement = f"{into} SELECT * FROM unnest({arrays}) ON CONFLICT {conflict}"  # noqa: S608 - words of ours
        return connection.exec_driver_sql(statement, tuple(map(list, columns))).rowcount
    statement = f"{into} VALUES ({', '.join('?' * len(names))}) ON CONFLICT {conflict}"
    return connection.exec_driver_sql(statement, list(zip(*columns, strict=True))).rowcount


def _quoted(name: str) -> str:
    return f'"{name}"'


def _type_name(column: Column[Any], dialect: Dialect) -> str:
    """The type without its collation, which an array cannot have."""
    return column.type.compile(dialect).partition(" COLLATE")[0]


def in_pages(rows: Iterable[T], size: int) -> Iterable[list[T]]:
    """`rows` in lists of up to `size`."""
    page: list[T] = []
    for row in rows:
        page.append(row)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page
