"""Secrets from files: who may read such a file, and what stands in it."""

import stat
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
LARGEST = 65_536  # bytes; a service account's key has about 2,400


class SecretFileError(Exception):
    """A secret cannot be taken from its file; the message says what to do."""


def open_to_others(path: Path) -> bool:
    """Whether anybody but its owner may touch the file."""
    return bool(path.stat().st_mode & OTHERS)


def read_secret(path: Path, *, private: bool = True) -> str:
    """The text of a secret file without blanks and line ends around it.

    `private` refuses a file that others may read; systemd guards its credentials by other means.
    """
    try:
        if private and open_to_others(path):
            raise SecretFileError(f"{path} can be read by others; run: chmod 600 {path}")
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise SecretFileError(f"{path} does not exist; put the secret in it and run: chmod 600 {path}") from None
    except OSError as error:
        raise SecretFileError(f"{path} cannot be read ({error.strerror})") from None
    if len(raw) > LARGEST:
        raise SecretFileError(f"{path} has more than {LARGEST} bytes; it cannot be the secret")
    try:
        text = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise SecretFileError(f"{path} is not text in UTF-8") from None
    if not text:
        raise SecretFileError(f"{path} is empty; put the secret in it")
    return text
