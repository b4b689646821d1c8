"""Alerts over a real webhook and a real command: what arrives there, without content, and what a failure leads to."""

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.alerts import Command, Webhook
from app.daemon import send_once
from domain.ledger import LedgerEntry
from domain.outbox import MailKind, MailState, Sent
from tests.fakes.clock import FakeClock
from tests.servers.dovecot import Dovecot
from tests.servers.installation import Installation

WORD = "quaggaford"
MARKED = f"SECRET//NOFORN\n\n- {WORD} went well\n- Wrote the plan\n"


class Listener:
    """An HTTP server that keeps what is posted to it, and answers with the codes it is given, then 204."""

    def __init__(self, *codes: int) -> None:
        self.bodies: list[bytes] = []
        self.kinds: list[str] = []
        waiting = list(codes)
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listener.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                listener.kinds.append(self.headers["Content-Type"])
                self.send_response(waiting.pop(0) if waiting else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/alerts"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def withheld(place: Installation) -> LedgerEntry:
    """One marked reply, read; only alerts are left in the outbox."""
    entry = place.receive(place.reply(2, MARKED))
    _only_alerts(place)
    return entry


def _only_alerts(place: Installation) -> None:
    """Prompts and notices are held back: here is no relay."""
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{place.folder}/bulletin.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET state = 'held' WHERE kind <> 'alert'"))
    engine.dispose()


def states(place: Installation) -> list[MailState]:
    return [state for kind, state, _ in place.store.outbox_counts() if kind is MailKind.ALERT]


def check(body: bytes, entry: LedgerEntry) -> None:
    told = json.loads(body)
    key = entry.arrival.key
    assert told["kind"] == "alert"
    assert told["key"] == f"alert/{key.mailbox}/{key.uidvalidity}/{key.uid}"
    assert f"{key.uid}" in told["text"]
    assert "e2@agency.example" in told["text"]
    for leaked in (WORD, "NOFORN", "SECRET//", "What did you do", "reply.2@"):
        assert leaked not in body.decode()


def test_an_alert_is_posted_to_a_webhook(dovecot: Dovecot, tmp_path: Path, listener: Listener) -> None:
    alert = f'alert = "webhook"\nwebhook = "{listener.url}"'
    place = Installation(tmp_path / "here", dovecot, dovecot.new_user(), alert=alert)
    entry = withheld(place)
    assert send_once(place.house) == Counter({Sent.ACCEPTED: 1})
    (body,) = listener.bodies
    assert listener.kinds == ["application/json"]
    check(body, entry)
    assert states(place) == [MailState.SENT]
    assert send_once(place.house) == Counter()
    place.close()


def test_an_alert_goes_to_a_command(dovecot: Dovecot, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    program = f"import sys, pathlib; pathlib.Path({str(kept)!r}).write_bytes(sys.stdin.buffer.read())"
    alert = f'alert = "command"\ncommand = {json.dumps([sys.executable, "-c", program])}'
    place = Installation(tmp_path / "here", dovecot, dovecot.new_user(), alert=alert)
    entry = withheld(place)
    assert send_once(place.house) == Counter({Sent.ACCEPTED: 1})
    check(kept.read_bytes(), entry)
    assert states(place) == [MailState.SENT]
    place.close()


def test_an_alert_that_nobody_took_waits_for_the_next_try(dovecot: Dovecot, tmp_path: Path) -> None:
    alert = f'alert = "command"\ncommand = {json.dumps([sys.executable, "-c", "raise SystemExit(3)"])}'
    place = Installation(tmp_path / "here", dovecot, dovecot.new_user(), alert=alert)
    withheld(place)
    assert send_once(place.house) == Counter({Sent.DEFERRED: 1})
    assert states(place) == [MailState.QUEUED]
    place.close()


@pytest.mark.parametrize(
    ("code", "result"),
    [(200, Sent.ACCEPTED), (400, Sent.REFUSED), (429, Sent.DEFERRED), (500, Sent.DEFERRED), (503, Sent.DEFERRED)],
)
async def test_what_a_webhook_answers(dovecot: Dovecot, tmp_path: Path, code: int, result: Sent) -> None:
    place = Installation(tmp_path / "here", dovecot, dovecot.new_user())
    withheld(place)
    (claimed,) = place.store.claim("t", now=place.house.clock.now(), limit=1, lease=place.house.settings.policy.grace)
    listener = Listener(code)
    courier = Webhook(url=listener.url, clock=FakeClock())

    async def go_on() -> bool:
        return True

    async def stop() -> bool:
        return False

    assert (await courier.deliver(claimed.mail, before_data=go_on)).result is result
    assert (await courier.deliver(claimed.mail, before_data=stop)).result is Sent.BROKEN
    assert len(listener.bodies) == 1
    listener.close()
    gone = await courier.deliver(claimed.mail, before_data=go_on)
    assert (gone.result, gone.code) == (Sent.BROKEN, None)
    missing = Command(arguments=(str(tmp_path / "no such program"),), clock=FakeClock())
    assert (await missing.deliver(claimed.mail, before_data=go_on)).result is Sent.DEFERRED
    assert WORD not in gone.words
    place.close()
