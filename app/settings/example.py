"""The example configuration, written from the model itself, so that it names every field and never lies about one."""

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.settings.shapes import Entry, default_of, entries, rows, shape, tables, write
from app.settings.tree import FILE_SUFFIX

WIDTH = 110

HEAD = """\
# The configuration of Bulletin.
#
# A line that begins with "# key =" shows a default: take the "# " away to change it.
# Any key can come from the environment instead: BULLETIN_RELAY__PORT=587 sets port in [relay], and
# BULLETIN_MAILBOXES__REPORTS__USER=me sets user of the mailbox named "reports".
# A secret is best kept in a file of its own, readable by its owner only (chmod 600), named by the key with _file.
# systemd credentials are found by the key's name: LoadCredential=relay.password:/path/of/the/secret
# Durations: 90s, 15m, 24h, 7d, 2w. Relative paths begin at the folder of this file.
# `bulletin config explain relay.port` says what a key means and where its value comes from.
"""

CHOSEN = frozenset({"password_file", "hash_key_file", "secret_file", "user", "authserv_id"})
"""Optional keys that a first configuration needs nearly always."""


def write_example(model: type[BaseModel]) -> str:
    """The whole example file. It can be loaded as it is once the secret files are there."""
    written: dict[type[BaseModel], str] = {}
    parts = [HEAD]
    for key, entry in entries(model).items():
        for kind in _kinds(entry):
            parts += _section(kind, key, row=rows(entry.field) is not None, live=entry.required, written=written)
    return "\n".join(parts)


def _kinds(entry: Entry) -> tuple[type[BaseModel], ...]:
    row = rows(entry.field)
    return (row,) if row else tables(entry.field)


def _section(
    kind: type[BaseModel], path: str, *, row: bool, live: bool, written: dict[type[BaseModel], str]
) -> list[str]:
    """One section: plain keys first, then the tables inside it (TOML's order). Keys are told of once, where first met."""
    # A section whose keys all have defaults may stand there, empty; a row or an inner one may not.
    head = f"[[{path}]]" if row else f"[{path}]"
    off = "" if live or ("." not in path and not row) else "# "
    lines = [*_wrap((kind.__doc__ or "").split("\n\n")[0]), f"{off}{head}"]
    known = next((each for each in kind.__mro__ if each in written), None)
    if known is not None:
        lines += _wrap(f"It takes every key of [{written[known]}].")
    inner: list[str] = []
    for key, entry in entries(kind).items():
        if below := _kinds(entry):
            needed = live and entry.required
            for each in below if known is None else ():
                is_row = rows(entry.field) is not None
                inner += _section(each, f"{path}.{key}", row=is_row, live=needed, written=written)
        elif known is None or key not in entries(known) or entry.required:
            lines += ["", *_key(entry, live=live)]
    written.setdefault(kind, path)
    return ["\n".join([*lines, ""]), *inner]


def _key(entry: Entry, *, live: bool) -> list[str]:
    field = entry.field
    wanted = entry.required or entry.key in CHOSEN
    off = "" if live and wanted else "# "
    return [*_wrap(_meaning(entry)), f"{off}{entry.key} = {_sample(entry, field)}"]


def _meaning(entry: Entry) -> str:
    words = entry.field.description or ""
    must = " Required." if entry.required else ""
    default = default_of(entry.field)
    told = f" Default: {default}." if default not in {None, '""', "[]", "{}"} and "Default:" not in words else ""
    return words + must + told


def _sample(entry: Entry, field: FieldInfo) -> str:
    sample: Any = field.examples[0] if field.examples else None
    default = default_of(field)
    if sample is not None and (entry.required or default is None):
        return write(sample)
    if default is not None:
        return default
    return write(f"secrets/{entry.key.removesuffix(FILE_SUFFIX)}") if entry.key.endswith(FILE_SUFFIX) else _blank(entry)


def _blank(entry: Entry) -> str:
    if entry.secret:
        return '"…"'
    words = shape(entry.field)
    return '"none"' if "none" in words else '""'


def _wrap(text: str) -> list[str]:
    lines, line = [], "#"
    for word in text.split():
        if len(line) + len(word) + 1 > WIDTH:
            lines.append(line)
            line = "#"
        line += f" {word}"
    return [*lines, line] if line != "#" else lines
