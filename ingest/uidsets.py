"""UIDs as IMAP writes many of them (RFC 9051 section 9, sequence-set): runs by their ends, no line too long for a server."""

from collections.abc import Iterable, Iterator
from typing import Final

LONGEST: Final = 4_000
"""Characters. RFC 7162 section 4 asks servers to take lines of 8,192."""


def uid_sets(uids: Iterable[int]) -> Iterator[str]:
    """Sets that name exactly these, in order, each short enough for one command."""
    line = ""
    for first, last in _runs(uids):
        run = str(first) if first == last else f"{first}:{last}"
        if line and len(line) + len(run) >= LONGEST:
            yield line
            line = ""
        line = f"{line},{run}" if line else run
    if line:
        yield line


def _runs(uids: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = 0
    for uid in sorted(set(uids)):
        if uid != last + 1 or not first:
            if first:
                yield first, last
            first = uid
        last = uid
    if first:
        yield first, last
