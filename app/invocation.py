"""One run of the command line: which configuration it uses, read once when a command first needs it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

if TYPE_CHECKING:
    from app.config import Loaded, Settings
    from domain.ports import Store


@dataclass(slots=True)
class Invocation:
    """What the options before the command said. Nothing is read or opened before it is asked for."""

    file: Path | None = None
    _loaded: "Loaded | None" = None

    def loaded(self) -> "Loaded":
        """The configuration with its sources; the log is set up by it. Raises InvalidConfigError."""
        if self._loaded is None:
            from app import logs
            from app.config import load

            self._loaded = load(self.file)
            log = self._loaded.settings.log
            logs.set_up(style=log.format.value, level=log.level.value)
        return self._loaded

    def settings(self) -> "Settings":
        """The configuration."""
        return self.loaded().settings

    def store(self) -> "Store":
        """The database, at this program's revision. The caller closes it."""
        from store.engine import open_store

        return open_store(self.settings().store.url.get_secret_value())


def invocation(ctx: typer.Context) -> Invocation:
    """The Invocation that a command belongs to."""
    return cast("Invocation", ctx.find_root().obj)


def who_runs() -> str:
    """The login name of the person who runs this command, for the Ledger."""
    import os
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
