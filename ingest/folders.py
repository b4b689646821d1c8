"""The folders that mail is filed away into: found by special use or by name, made and subscribed where they are missing."""

from collections.abc import Mapping
from typing import Final

from imapclient.exceptions import IMAPClientError

from domain.ledger import Folder
from ingest.link import Client

_NOT_A_FOLDER: Final = frozenset({b"\\noselect", b"\\nonexistent"})


def find_folders(client: Client, names: Mapping[Folder, str], capabilities: frozenset[bytes]) -> dict[Folder, str]:
    """The server's name of each Folder but INBOX."""
    prefix, separator = _personal_namespace(client, capabilities)
    listed = _listed(client)
    return {
        folder: _find(client, names.get(folder, folder.value), prefix, separator, listed)
        for folder in Folder
        if folder is not Folder.INBOX
    }


def _find(client: Client, name: str, prefix: str, separator: str, listed: Mapping[str, frozenset[bytes]]) -> str:
    if name.startswith("\\"):
        # RFC 6154: the server says which folder has this use.
        marked = [known for known, flags in listed.items() if name.lower().encode() in flags]
        if marked:
            return marked[0]
        name = name[1:]
    wanted = name.replace("/", separator)
    full = wanted if wanted.startswith(prefix) else prefix + wanted
    for known, flags in listed.items():
        if known in {full, wanted} and not flags & _NOT_A_FOLDER:
            return known
    _make(client, full)
    return full


def _make(client: Client, name: str) -> None:
    try:
        client.create_folder(name)
    except IMAPClientError as refusal:
        # Another poller made it a moment ago, or the server would not list it.
        if isinstance(refusal, client.AbortError) or not client.folder_exists(name):
            raise
    client.subscribe_folder(name)


def _listed(client: Client) -> dict[str, frozenset[bytes]]:
    return {str(name): frozenset(flag.lower() for flag in flags) for flags, _, name in client.list_folders()}


def _personal_namespace(client: Client, capabilities: frozenset[bytes]) -> tuple[str, str]:
    """The prefix of one's own folders and what separates names (RFC 2342): `INBOX.` and `.` on some servers."""
    if b"NAMESPACE" in capabilities:
        personal = client.namespace().personal
        if personal:
            prefix, separator = personal[0]
            return prefix, separator or "/"
    found = client.list_folders("", "")
    separator = found[0][1] if found else None
    return "", separator.decode("ascii") if isinstance(separator, bytes) else "/"
