"""Readers that misbehave, for a ReadingChild to call by name. The first word of the message says how."""

import ctypes
import os
import sys
import time
from datetime import datetime

from domain.origin import Origin
from domain.outcome import Automatic, Envelope, Known, Outcome


def misbehave(raw: bytes, received_at: datetime, known: Known) -> Outcome:
    """Read, or do what the message says."""
    match raw.split(maxsplit=1)[0] if raw.split() else b"":
        case b"sleep":
            time.sleep(600)
        case b"spin":
            while True:
                pass
        case b"swell":
            hoard = []
            while True:
                hoard.append(bytearray(10_000_000))
        case b"crash":
            ctypes.string_at(0)
        case b"killed":
            os.kill(os.getpid(), 9)
        case b"raise":
            raise ValueError(raw.decode())
        case b"shout":
            sys.stderr.write(raw.decode())
            sys.stderr.flush()
            os.write(2, raw)
        case b"write":
            with open("/tmp/bulletin-leak", "wb") as leak:  # noqa: PTH123 - the point is to try
                leak.write(raw)
        case _:
            pass
    return Automatic(envelope=Envelope(message_id=str(len(raw))), origin=Origin.LIST)


def unfinished(raw: bytes, received_at: datetime, known: Known) -> Outcome:
    """Answers with nothing that can be sent back."""
    return lambda: None  # type: ignore[return-value]
