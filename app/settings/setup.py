"""Writing a first configuration: the example, and secret files with fresh keys beside it."""

import secrets
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from app.exits import FoundWrongError

KEYS = ("hash-key", "token-key-a")
EMPTY = ("reports-password",)
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The files beside the configuration: those with a key in them, and those to be filled in."""

    keys: tuple[Path, ...]
    empty: tuple[Path, ...]


def set_up(path: Path) -> Made:
    """Write the example to `path` and its secrets to `secrets/` beside it. Refuses to overwrite any of them."""
    folder = path.parent / "secrets"
    keys = tuple(folder / name for name in KEYS)
    empty = tuple(folder / name for name in EMPTY)
    if there := next((file for file in (path, *keys, *empty) if file.exists()), None):
        raise FoundWrongError(f"{there} is there already; nothing was written. Name another place with --path.")
    texts = {file: secrets.token_urlsafe(KEY_BYTES) + "\n" for file in keys} | dict.fromkeys(empty, "")
    texts[path] = files("app").joinpath("config.example.toml").read_text(encoding="utf-8")
    made: list[Path] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        for file, text in texts.items():
            # Only its owner may read it, from its first byte on.
            file.touch(mode=0o600, exist_ok=False)
            made.append(file)
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        for file in made:
            # A half of it all would be in the way of the next try.
            file.unlink(missing_ok=True)
        raise FoundWrongError(f"{error.filename or path} cannot be written ({error.strerror}).") from None
    return Made(keys=keys, empty=empty)
