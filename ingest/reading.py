"""What the reading process does with a message: all of it in one function each for a header and for a whole mail.

Its law: nothing goes back but what the desk asks for.
"""

from dataclasses import replace
from datetime import datetime

from domain.message import Message
from domain.outcome import Judged, Known, Outcome, Shunted
from ingest import genuine, limits, message
from ingest.interpret import interpret


def header(raw: bytes) -> Message | Shunted:
    """The header as a Message; one that breaks its limits is not parsed."""
    reason = limits.broken(limits.header_of(raw))
    return Shunted(reason=reason) if reason is not None else message.read_header(raw)


def letter(raw: bytes, received_at: datetime, known: Known, read: Message | None) -> Outcome:
    """What it turned out to be. `read` is what `header` said of exactly the same header."""
    outcome = interpret(raw, received_at, known, header=read)
    if not isinstance(outcome, Judged) or genuine.asks(outcome.reply):
        return outcome
    # Of an answer only what was written is kept; what was quoted and how it was sent need not leave this process.
    reply = outcome.reply
    kept = replace(reply, message=Message(), text="", elided=(), signature="", anchors=())
    return replace(outcome, reply=kept)
