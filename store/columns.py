"""The column types that make SQLite and PostgreSQL keep the same values."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Float, Integer, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """An aware datetime, UTC in and out. SQLite would drop the offset, so a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL keeps time zones by itself; SQLite keeps text that sorts like the time it tells."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs a time zone.")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Mark as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def storable(text: str) -> str:
    """`text` with U+FFFD where there was what no database takes: NUL, and halves of surrogate pairs."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= each <= "\udfff" else each for each in text)
    return text


class Words(TypeDecorator[str]):
    """Text of any length, compared by code point as in Python, whatever the server's locale."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Key pages and prefix ranges need the order of code points, which PostgreSQL calls "C"."""
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Hostile mail may hold what a database refuses; it must not make its message unrecordable."""
        return None if value is None else storable(value)


def bound(column: Column[Any], values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
    """`values` of one column as the driver takes them: what a statement with many rows would do to each alone.

    Thousands of rows share a few instants, and hardly any text holds what no database takes.
    """
    match column.type:
        case Words():
            text = "".join(each for each in values if each)
            return values if storable(text) is text else [None if each is None else storable(each) for each in values]
        case kind:
            process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if not isinstance(kind, Instant):
        return [process(each) for each in values]
    known = {each: process(each) for each in set(values)}
    return [known[each] for each in values]


# SQLite gives automatic row numbers to INTEGER keys only.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")


class database_now(FunctionElement[float]):  # noqa: N801 - a function in SQL
    """Seconds since 1970 on the database's clock, at this moment, even late in a transaction."""

    type = Float(53)
    inherit_cache = True


@compiles(database_now, "postgresql")
def _now_postgresql(_element: database_now, _compiler: SQLCompiler, **_options: Any) -> str:
    return "EXTRACT(EPOCH FROM clock_timestamp())::double precision"


@compiles(database_now, "sqlite")
def _now_sqlite(_element: database_now, _compiler: SQLCompiler, **_options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


# The same width on both: a lease's end is compared with the database's clock, never with ours.
Seconds = Float(53).with_variant(postgresql.DOUBLE_PRECISION(), "postgresql")
