"""Opening a store by its URL."""

from pathlib import Path

from domain.errors import SchemaError
from domain.ports import Store
from store.connection import database_url, make_engine, protect
from store.migrations import RevisionState, revision_state_with, upgrade_with
from store.sql import SqlStore


def open_store(url: str, *, create: bool = False) -> Store:
    """The store at `url`: `sqlite:///FILE`, `sqlite://` (in memory) or `postgresql://…`.

    `create` makes the tables or brings them to this program's revision. Otherwise SchemaError where they are not there,
    and nothing is touched. StoreError where the database cannot be used.
    """
    file = _file(url)
    if create:
        protect(url)
    elif file is not None and not file.exists():
        raise SchemaError(f"There is no database at {file}. Run `bulletin upgrade`.")
    engine = make_engine(url)
    try:
        if create or _in_memory(url):
            upgrade_with(engine)
        _check(revision_state_with(engine))
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine)


def _check(state: RevisionState) -> None:
    if not state.is_head:
        has, wants = state.current or "none", state.head
        raise SchemaError(f"The database is at revision {has}, this program needs {wants}. Run `bulletin upgrade`.")


def _in_memory(url: str) -> bool:
    return database_url(url).drivername == "sqlite" and _file(url) is None


def _file(url: str) -> Path | None:
    parsed = database_url(url)
    if parsed.drivername != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    assert parsed.database is not None
    return Path(parsed.database)
