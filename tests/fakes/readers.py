"""Readers: one that needs no child, and some that misbehave as the message says (`!spin`), for a ReadingChild."""

import ctypes
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from domain.message import Message
from domain.origin import Origin
from domain.outcome import Automatic, Envelope, Known, Outcome, Shunted
from ingest.child import ToRead
from ingest.message import read_header


class PlainReader:
    """A Reader in this process. `failing` maps a word of the message to the reason why it cannot be read."""

    width = 1

    def __init__(self, **failing: str) -> None:
        self.failing = {word.encode(): reason for word, reason in failing.items()}
        self.read_count = 0

    def header(self, raw: bytes) -> Message | Shunted:
        return self._fails(raw) or read_header(raw)

    def read(self, raw: bytes, received_at: datetime, known: Known) -> Outcome:
        self.read_count += 1
        return self._fails(raw) or Automatic(envelope=Envelope.of(read_header(raw)), origin=Origin.LIST)

    def headers(self, raws: Sequence[bytes]) -> list[Message | Shunted]:
        return [self.header(raw) for raw in raws]

    def read_all(self, letters: Sequence[ToRead]) -> list[Outcome]:
        return [self.read(one.raw, one.received_at, one.known) for one in letters]

    def _fails(self, raw: bytes) -> Shunted | None:
        return next((Shunted(reason=reason) for word, reason in self.failing.items() if word in raw), None)

    def close(self) -> None:
        pass


def misbehave(raw: bytes, received_at: datetime, known: Known, header: Message | None = None) -> Outcome:
    """Read, or do what the message says."""
    deed = (raw.partition(b"!")[2].split() or [b""])[0]
    DEEDS.get(deed, lambda _: None)(raw)
    return Automatic(envelope=Envelope(message_id=str(len(raw))), origin=Origin.LIST)


def _spin(_: bytes) -> None:
    while True:
        pass


def _swell(_: bytes) -> None:
    hoard = []
    while True:
        hoard.append(bytearray(10_000_000))


def _raise(raw: bytes) -> None:
    raise ValueError(raw.decode())


def _shout(raw: bytes) -> None:
    sys.stderr.write(raw.decode())
    sys.stderr.flush()
    os.write(1, raw)
    os.write(2, raw)


def _write(raw: bytes) -> None:
    with tempfile.TemporaryFile() as leak:
        leak.write(raw)
        leak.flush()


def _recurse(raw: bytes) -> None:
    _recurse(raw)


DEEDS: dict[bytes, Callable[[bytes], object]] = {
    b"sleep": lambda _: time.sleep(600),
    b"nap": lambda _: time.sleep(0.5),
    b"spin": _spin,
    b"swell": _swell,
    b"crash": lambda _: ctypes.string_at(0),
    b"abort": lambda _: os.abort(),
    b"exit": lambda _: os._exit(0),
    b"killed": lambda _: os.kill(os.getpid(), 9),
    b"raise": _raise,
    b"shout": _shout,
    b"write": _write,
    b"recurse": _recurse,
}


def unfinished(raw: bytes, received_at: datetime, known: Known, header: Message | None = None) -> Outcome:
    """Answers with nothing that can be sent back."""
    return lambda: None
