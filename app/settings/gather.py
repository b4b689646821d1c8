"""Where the values of a configuration come from: the file, the environment, secret files and credentials, as one tree.

pydantic-settings' own sources stop at the first mistake, keep silent about a misspelt variable and cannot reach into
an array of tables, so they are not used. Later beats earlier: file, then credentials, then the environment.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from app.settings.lines import Path as KeyPath
from app.settings.lines import toml_lines
from app.settings.secretfiles import SecretFileError, open_to_others, read_secret
from app.settings.shapes import entries, leaves
from app.settings.tree import FILE_SUFFIX, Fault, Gathered, key_name, walk
from app.settings.variables import take_credentials, take_environment

PLACEHOLDER = "x" * 64
"""Stands for a secret whose file is no use, so that the same mistake is not reported twice."""


def gather(model: type[BaseModel], file: Path | None, environ: Mapping[str, str]) -> Gathered:
    """Everything that is said about `model`, secrets read from their files."""
    found = Gathered(file=file)
    if file is not None:
        _read_file(found, file)
    folder = file.parent if file else Path.cwd()
    if file is not None and _inline_secret(model, found.data) and open_to_others(file):
        found.faults.append(
            Fault(
                where=str(file),
                key="",
                wrong="holds secrets and can be read by others",
                right=f"chmod 600 {file}, or the secrets in files of their own",
            )
        )
    if directory := environ.get("CREDENTIALS_DIRECTORY"):
        take_credentials(found, model, Path(directory))
    take_environment(found, model, environ)
    _read_secrets(found, model, found.data, folder)
    return found


def _read_file(found: Gathered, file: Path) -> None:
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        found.data = tomllib.loads(text)
        found.lines = toml_lines(text)
    except OSError as error:
        found.faults.append(Fault(where=str(file), key="", wrong=f"cannot be read ({error.strerror})"))
    except UnicodeDecodeError:
        found.faults.append(Fault(where=str(file), key="", wrong="is not in UTF-8"))
    except tomllib.TOMLDecodeError as error:
        found.faults.append(Fault(where=str(file), key="", wrong=f"is not TOML: {error}", right='key = "value"'))


def _inline_secret(model: type[BaseModel], data: object) -> bool:
    """Whether the file itself holds a secret. A database URL is one only with a password in it."""
    for _, table, kind in walk(model, data, ()):
        for key, entry in entries(kind).items():
            value = table.get(key)
            if entry.secret and isinstance(value, str) and (key != "url" or _has_password(value)):
                return True
    return False


def _has_password(url: str) -> bool:
    user, at, _ = url.partition("://")[2].rpartition("@")
    return bool(at) and ":" in user


def _read_secrets(found: Gathered, model: type[BaseModel], data: dict[str, Any], folder: Path) -> None:
    """Put the contents of each `<key>_file` in the place of `<key>`, and make paths absolute."""
    for place, table, kind in tuple(walk(model, data, ())):
        for key, entry in entries(kind).items():
            value = table.get(key)
            if isinstance(value, str) and Path in leaves(entry.field.annotation):
                table[key] = str(folder / Path(value).expanduser())
            if entry.secret and isinstance(name := table.get(key + FILE_SUFFIX), str):
                _read_one(found, table, (*place, key), folder / Path(name).expanduser())


def _read_one(found: Gathered, table: dict[str, Any], path: KeyPath, file: Path) -> None:
    key = str(path[-1])
    at = (*path[:-1], key + FILE_SUFFIX)
    named = key_name(at, found.data)
    if key in table:
        found.faults.append(Fault(where=found.where(at), key=named, wrong=f"stands beside {key}; keep one of the two"))
        return
    try:
        table[key] = read_secret(file)
        found.sources[path] = f"{file} ({found.where(at)})"
    except SecretFileError as error:
        found.faults.append(Fault(where=found.where(at), key=named, wrong=f"is no use: {error}"))
        table[key] = PLACEHOLDER
