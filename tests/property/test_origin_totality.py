"""Deciding who wrote it never fails, whatever the bytes, and says the same thing twice."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.message import Mailbox, Message
from domain.origin import Bounce, Origin
from domain.outcome import Known
from ingest.absence import read_absence
from ingest.authentication import passes, results
from ingest.bounce import read_bounce
from ingest.identity import candidates
from ingest.message import read, read_header
from ingest.origin import classify

KNOWN = Known(ours=("reports@agency.example",), instance="i", locale="en-US", zone="America/New_York")
NOW = datetime(2026, 3, 4, tzinfo=UTC)
NAMES = st.sampled_from(
    ["From", "To", "Subject", "Auto-Submitted", "Return-Path", "Content-Type", "Authentication-Results", "Received", "Precedence",
     "X-Failed-Recipients", "References", "List-Post", "X-Auto-Response-Suppress", "Sender"]
)  # fmt: skip
PIECES = st.sampled_from(
    ["a@b.example", "<>", "<a@b>", "MAILER-DAEMON", "Automatic reply: ", "multipart/report; report-type=delivery-status; boundary=b",
     "mx.agency.example; dmarc=pass", "back on ", "14 March", "bis 14.03.", "2026-13-45", "31/02", "monday ", "until ", "550 5.1.1 ", "((",
     '"', ";", "\u0000", "\ud7ff", "3月14日まで", "--b\nContent-Type: message/delivery-status\n\n", "Final-Recipient: rfc822;", "\n\n", " "]
)  # fmt: skip
VALUES = st.lists(PIECES | st.text(max_size=12), max_size=6).map("".join)
MAILS = st.builds(
    lambda headers, body: ("".join(f"{name}: {value}\n" for name, value in headers) + "\n" + body).encode(
        "utf-8", "surrogateescape"
    ),
    st.lists(st.tuples(NAMES, VALUES), max_size=8),
    VALUES,
)


@given(MAILS | st.binary(max_size=400))
def test_every_mail_has_an_origin_and_is_read_to_its_end(raw: bytes) -> None:
    for message in (read(raw), read_header(raw)):
        if not isinstance(message, Message):
            continue
        origin, evidence = classify(message, KNOWN)
        assert (origin, evidence) == classify(message, KNOWN)
        assert (origin is Origin.PERSON) == (not any(sign.hard for sign in evidence))
        assert isinstance(read_bounce(message, raw), Bounce)
        absence = read_absence(message, NOW, KNOWN)
        assert absence.back_on is None or 0 <= (absence.back_on - NOW.date()).days + 1 <= 401
        found = results(message, "mx.agency.example")
        assert passes(found, "b.example") in {True, False}
        sender = candidates(message).sender
        assert sender is None or sender.count("@") == 1


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    read_absence(Message(plain=f"I am back on {text} until {text}"), NOW, KNOWN)


@given(st.text(max_size=200), st.text(max_size=60))
def test_no_sender_is_made_up(value: str, address: str) -> None:
    """Whatever the header says, the sender is what the mail parser read as well, or nobody."""
    message = Message(headers=(("from", value),), senders=(Mailbox(name="", address=address),))
    sender = candidates(message).sender
    assert sender is None or (sender == address.lower() and sender in value.lower())
