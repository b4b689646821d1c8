"""The log takes listed fields and nothing else; a canary in any place never comes out."""

import io
import json
import logging
import re
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app import logs
from domain.errors import MailboxError
from domain.outbox import MailKind

CANARY = "TOP SECRET//SI//NOFORN canary"
WORD = "SECRETcanary@agency.example"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logging.captureWarnings(capture=False)  # an earlier test may have left it on, with the warnings put back under it
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)
    logs.set_up(style="console", level="warning")
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)


@pytest.fixture(params=["json", "console"])
def out(request: pytest.FixtureRequest) -> io.StringIO:
    stream = io.StringIO()
    logs.set_up(style=request.param, level="debug", stream=stream)
    return stream


def raise_with(text: str) -> None:
    local = text
    raise MailboxError(f"the mail said {local}")


def test_listed_fields_come_through() -> None:
    stream = io.StringIO()
    logs.set_up(style="json", level="info", stream=stream)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    logs.get("poller").info("message_recorded", mailbox="reports", uid=7, kind=MailKind.NOTICE, seconds=0.5, at=at)
    line = json.loads(stream.getvalue())
    del line["timestamp"]
    assert line == {
        "part": "poller",
        "event": "message_recorded",
        "level": "info",
        "mailbox": "reports",
        "uid": 7,
        "kind": "notice",
        "seconds": 0.5,
        "at": "2026-11-22T00:00:00+00:00",
    }


def test_no_canary_comes_out(out: io.StringIO) -> None:
    before = logs.dropped_fields
    log = logs.get("poller")
    log.info(CANARY)
    log.info(
        "x", subject=CANARY, text=CANARY, mailbox=CANARY, kind=WORD, unit={"a": CANARY}, rule=[CANARY], uid=object()
    )
    log.info("x", mailbox=f"a\n{WORD}", sender=WORD, stack_info=True)
    log.info("x %s", CANARY)
    for write in (
        log.exception,
        lambda event: log.error(event, exc_info=True),  # noqa: LOG014 - it is called in a handler
        lambda event: log.error(event, exc_info=sys.exc_info()),
    ):
        try:
            raise_with(CANARY)
        except MailboxError:
            write("poll_failed")
    log.error("poll_failed", exc_info=ValueError(CANARY))
    logging.getLogger("imapclient").warning("server said %s", CANARY)
    logging.getLogger("imapclient").debug("body %s", CANARY)
    try:
        raise_with(CANARY)
    except MailboxError:
        logging.getLogger("aiosmtplib").exception("failed on %s", CANARY)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(CANARY, stacklevel=1)
    told = out.getvalue()
    assert "canary" not in told
    assert "NOFORN" not in told
    assert "the mail said" not in told
    assert "unnamed" in told
    assert logs.dropped_fields > before


def test_an_exception_is_its_type_and_place() -> None:
    stream = io.StringIO()
    logs.set_up(style="json", level="info", stream=stream)
    try:
        raise_with(CANARY)
    except MailboxError:
        logs.get("poller").exception("poll_failed")
    line = json.loads(stream.getvalue())
    assert line["error"] == "MailboxError"
    assert re.fullmatch(r"unit/test_app_logs\.py:\d+", line["place"])


def test_a_library_is_named_and_nothing_more() -> None:
    stream = io.StringIO()
    logs.set_up(style="json", level="debug", stream=stream)
    logging.getLogger("imapclient.livecheck").info("no")
    logging.getLogger("imapclient.livecheck").error("said %s", CANARY)
    line = json.loads(stream.getvalue())
    del line["timestamp"]
    place = line.pop("place")
    assert place.startswith("unit/test_app_logs.py:")
    assert line == {"event": "library_line", "level": "error", "part": "imapclient.livecheck"}


def test_the_level_holds() -> None:
    stream = io.StringIO()
    logs.set_up(style="json", level="warning", stream=stream)
    logs.get("poller").info("quiet")
    logs.get("poller").warning("loud")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]


def test_the_error_output_is_that_of_the_moment(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(style="json", level="info")
    logs.get("daemon").info("daemon_started", count=3)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["count"] == 3


def test_the_place_of_what_was_never_raised() -> None:
    assert logs.place_of(ValueError(CANARY)) == "unknown"
