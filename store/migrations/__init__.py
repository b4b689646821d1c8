"""The schema's revisions (Alembic): bring a database to this program's, or say where it is.

Law: a revision that was released is never changed, and the newest one gives exactly what `store.tables` says.
"""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from store.connection import guarded, make_engine, protect

# Any number that nothing else locks: only one process upgrades at a time.
ADVISORY_LOCK = 0x42756C6C


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionState:
    """Where a database is (`current` None: it has no tables of ours) and where this program wants it."""

    current: str | None
    head: str

    @property
    def is_head(self) -> bool:
        """Whether this program can work with the database."""
        return self.current == self.head


def upgrade(url: str) -> None:
    """Bring the database to this program's revision, all or nothing; a missing SQLite file is made."""
    protect(url)
    engine = make_engine(url)
    try:
        upgrade_with(engine)
    finally:
        engine.dispose()


def revision_state(url: str) -> RevisionState:
    """Where the database is."""
    engine = make_engine(url)
    try:
        return revision_state_with(engine)
    finally:
        engine.dispose()


def upgrade_with(engine: Engine) -> None:
    """`upgrade` over an Engine."""

    def once() -> None:
        with engine.execution_options(writes=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
            command.upgrade(_config(connection), "head")

    guarded(once)


def revision_state_with(engine: Engine) -> RevisionState:
    """`revision_state` over an Engine."""

    def once() -> RevisionState:
        with engine.begin() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            head = ScriptDirectory.from_config(_config(connection)).get_current_head()
            assert head is not None
            return RevisionState(current=current, head=head)

    return guarded(once)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
