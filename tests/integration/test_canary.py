"""What was withheld is nowhere: a word that stands in hundreds of marked replies is looked for wherever it could have gone.

Each labelled marking of the corpus comes as a reply in one of many encodings, through the real poller on a real
Dovecot. The word stands beside the marking in text, subject, Message-ID, name, file name, hidden text and the quote.
"""

import html
import json
import logging
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.header import Header
from itertools import cycle
from pathlib import Path
from quopri import encodestring
from urllib.parse import quote

import pytest
from prometheus_client import generate_latest
from typer.testing import CliRunner

from app import logs, metrics
from app.alerts import as_json
from app.cli import app
from app.daemon import make_poller
from app.inspect import as_json as as_line
from app.inspect import look, readable
from domain.ledger import Folder
from domain.outbox import MailKind, OutboundMail
from domain.standing import Standing
from ingest.child import ReadingChild
from ingest.intake import Intake
from tests.servers.dovecot import Dovecot
from tests.servers.installation import Installation

CORPUS = Path(__file__).parents[1] / "corpus" / "markings"
WORD = "quaggaford"
NAMED = "numbatlodge"
"""Stands in Message-IDs: `inspect` shows those, and nothing else may."""

PEOPLE = 40

Row = dict[str, str]


def rows() -> list[Row]:
    files = ("marked.jsonl", "marked_again.jsonl")
    return [json.loads(line) for name in files for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _part(text: str, charset: str, encoding: str, kind: str = "plain") -> bytes:
    raw = _lines(text).encode(charset)
    head = f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    match encoding:
        case "base64":
            raw = b"\r\n".join(b64encode(raw)[at : at + 76] for at in range(0, len(raw) * 2, 76))
        case "quoted-printable":
            raw = encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return head.encode() + raw + b"\r\n"


def _entities(text: str) -> bytes:
    coded = "".join("<br>" if each == "\n" else f"&#{ord(each)};" for each in text)
    return _part(f"<html><body><p>{coded}</p></body></html>", "ascii", "7bit", "html")


def _japanese(text: str) -> bytes:
    try:
        return _part(text, "iso-2022-jp", "7bit")
    except UnicodeEncodeError:
        return _part(text, "utf-8", "8bit")


ENCODINGS: tuple[Callable[[str], bytes], ...] = (
    lambda text: _part(text, "utf-8", "8bit"),
    lambda text: _part(text, "utf-8", "base64"),
    lambda text: _part(text, "utf-8", "quoted-printable"),
    lambda text: _part(text, "utf-16", "base64"),
    lambda text: _part(text, "utf-7", "7bit"),
    _japanese,
    _entities,
)


def _multipart(*parts: bytes) -> bytes:
    inside = b"".join(b"--XX\r\n" + part + b"\r\n" for part in parts)
    return b"Content-Type: multipart/mixed; boundary=XX\r\n\r\n" + inside + b"--XX--\r\n"


def _content(row: Row, encode: Callable[[str], bytes]) -> bytes:
    """Body headers and body, with the marking where the row wants it."""
    marking, clean = row["text"], _part(f"- {WORD} went well\n- Wrote the plan\n", "utf-8", "8bit")
    match row["where"]:
        case "text":
            return encode(f"{marking}\n- {WORD} went well\n- Wrote the plan\n")
        case "file name":
            name = f"Content-Disposition: attachment; filename*=utf-8''{quote(marking)}\r\n"
            file = b"Content-Type: application/octet-stream\r\n" + name.encode() + b"\r\n" + WORD.encode() + b"\r\n"
            return _multipart(clean, file)
        case "attached message":
            inner = f"From: x@other.example\r\nSubject: {WORD}\r\n\r\n{_lines(marking)}\r\n{WORD}\r\n".encode()
            return _multipart(clean, b"Content-Type: message/rfc822\r\n\r\n" + inner)
        case "html":
            shown = f"<b>{html.escape(marking)}</b><p>{WORD}</p>"
        case "hidden text":
            shown = f'<p>{WORD}</p><div style="display:none">{html.escape(marking)}</div>'
        case "image description":
            shown = f'<p>{WORD}</p><img src="cid:a" alt="{html.escape(marking)}">'
        case _:
            return clean
    return _part(f"<html><body>{shown}</body></html>", "utf-8", "base64", "html")


def marked(place: Installation, row: Row, number: int, encode: Callable[[str], bytes]) -> bytes:
    person = 2 + number % (PEOPLE - 1)
    subject = Header(row["text"] if row["where"] == "subject" else f"Re: {WORD}", "utf-8").encode(linesep="\r\n")
    head = [
        f"From: {WORD.title()} <e{person}@agency.example>",
        f"To: reports+{place.prompt(person).token}@agency.example",
        f"Message-ID: <{NAMED}.{number}@agency.example>",
        f"Subject: {subject}",
        "MIME-Version: 1.0",
    ]
    if row["where"] == "header":
        head.append(f"{row['name']}: {row['text']}")
    return "\r\n".join(head).encode() + b"\r\n" + _content(row, encode)


@pytest.fixture
def place(dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    # The server that forks reading processes keeps its socket in the first temporary folder it sees: a short one.
    first = ReadingChild()
    first.start()
    first.close()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    made = Installation(tmp_path / "here", dovecot, dovecot.new_user(), people=PEOPLE)
    yield made
    made.close()


SPELLINGS = tuple(
    {WORD.encode(code) for code in ("ascii", "utf-16-le", "utf-16-be")}
    | {b64encode(b"x" * shift + WORD.encode())[4:-4] for shift in (1, 2, 3)}
    | {WORD[::-1].encode(), WORD.encode().hex().encode(), b"noforn", b"secret//"}
)


def found_in(data: bytes) -> list[bytes]:
    lowered = data.lower()
    return [each for each in SPELLINGS if each.lower() in lowered]


def _decoded(mail: OutboundMail) -> bytes:
    """A mail of ours as sent, and as read."""
    parsed = message_from_bytes(mail.content, policy=policy.default)
    texts = [part.get_content() for part in parsed.walk() if part.get_content_maintype() == "text"]
    head = [f"{name}: {value}" for name, value in parsed.items()]
    return mail.content + "\n".join([*head, *texts]).encode() + repr(mail).encode()


def test_the_search_finds_each_spelling() -> None:
    shifted = b64encode(b"xx" + WORD.encode() + b"yy")
    for data in (WORD.upper().encode(), WORD.encode("utf-16"), shifted, b"SECRET//NF"):
        assert found_in(b"ab" + data)
    assert not found_in(b"All of my activities are sensitive")


def test_nothing_withheld_is_anywhere(place: Installation, capfd: pytest.CaptureFixture[str]) -> None:
    handler = _Everything()
    logging.getLogger().addHandler(handler)
    logs.set_up(style="json", level="debug")
    mails = [
        marked(place, row, n, encode) for n, (row, encode) in enumerate(zip(rows(), cycle(ENCODINGS), strict=False))
    ]
    broken = _renamed(mails[0]).replace(
        b"\r\n\r\n", b"\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(9000)) + b"\r\n", 1
    )
    stranger = _renamed(mails[1]).replace(b"@agency.example>", b"@other.example>").replace(b"reports+", b"")
    held = _renamed(mails[2]).replace(b"@agency.example>", b"@other.example>", 1)
    place.deliver(*mails, broken, stranger, held)
    try:
        _poll_with_mishaps(place)
    finally:
        logging.getLogger().removeHandler(handler)

    withheld = place.store.entries(limit=10_000, decision="withheld")
    missed = [n for n in range(1, len(mails) + 1) if n not in {entry.arrival.key.uid for entry in withheld}]
    assert [rows()[n - 1] for n in missed] == []
    assert {place.standing(n) for n in range(2, PEOPLE + 1)} == {Standing.WITHHELD}
    assert {entry.filing for entry in withheld} == {Folder.INBOX}

    places = dict(_places(place))
    said = capfd.readouterr()
    places["output"] = (said.out + said.err).encode()
    places["log records"] = "\n".join(handler.lines).encode()
    assert b"polled" in places["output"]
    assert b"RuntimeError" in places["output"]
    assert len(places) > 40
    assert {name: hits for name, data in places.items() if (hits := found_in(data))} == {}
    named = [name for name, data in places.items() if NAMED.encode() in data.lower()]
    assert [name for name in named if not name.startswith("inspect ")] == []


def _renamed(mail: bytes) -> bytes:
    """With another Message-ID: that of a message which is not withheld is kept."""
    return mail.replace(NAMED.encode(), b"another")


def _poll_with_mishaps(place: Installation) -> None:
    """A poll during which our own code fails at some messages after they were read, then one that goes well."""
    mishaps = iter(range(3))

    def at(step: str) -> None:
        if step == "read" and next(mishaps, None) is not None:
            raise RuntimeError("a mistake of ours")

    reader = place.house.reader()
    try:
        for _ in range(2):
            poller = make_poller(place.house, place.house.settings.mailboxes[0], reader)
            intake: Intake = poller._intake
            intake._at = at
            poller.poll_once()
            poller.close()
    finally:
        reader.close()


class _Everything(logging.Handler):
    """Every record of every library, down to debug, as it would be formatted with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(name)s %(message)s").format(record) + repr(record.args))


def _places(place: Installation) -> Iterator[tuple[str, bytes]]:
    """Everywhere it could be, by name. The mail on the IMAP server and its owner's copy are where they should be."""
    house, store = place.house, place.store
    for path in place.folder.parent.rglob("*"):
        if path.is_file():
            yield f"file {path.name}", path.read_bytes()
    asked = store.rounds()[0]
    keeper = house.keeper()
    boss = place.person(1)
    digest = keeper.digest_of(asked, boss)
    yield "digest rows", repr(digest).encode()
    digest_mail = keeper.digest_mail(house.campaigns[asked.campaign_id], digest)
    yield "digest", _decoded(digest_mail)
    keeper.close(house.campaigns[asked.campaign_id], asked, who="test")
    claimed = store.claim("test", now=house.clock.now(), limit=10_000, lease=place.house.settings.policy.grace)
    kinds = {each.mail.kind for each in claimed}
    assert {MailKind.ALERT, MailKind.NOTICE, MailKind.DIGEST} <= kinds
    yield "outbox", b"\n".join(_decoded(each.mail) for each in claimed)
    alerts = [each.mail for each in claimed if each.mail.kind is MailKind.ALERT]
    yield "alerts", b"\n".join(as_json(mail) for mail in alerts)
    yield "metrics", generate_latest(metrics.registry(house.settings, store, house.clock))
    yield "ledger", repr(store.entries(limit=10_000)).encode()
    yield "events", repr(store.events(limit=1000)).encode()
    entry = store.entries(limit=1, decision="withheld")[0]
    key = entry.arrival.key
    for words in (
        ("withheld", "list", "--limit", "1000"),
        ("withheld", "show", f"{key.mailbox}/{key.uidvalidity}/{key.uid}"),
        ("reread", "--since", "2020-01-01"),
        ("status", "--offline"),
    ):
        yield " ".join(words), CliRunner().invoke(app, ["--config", str(place.config), *words]).output.encode()
    yield from _inspected(place)


def _inspected(place: Installation) -> Iterator[tuple[str, bytes]]:
    """`inspect` without `--reveal`, over every twelfth."""
    folder = place.folder.parent / "mails"
    folder.mkdir()
    for number, raw in enumerate(place.dovecot.contents(place.user)[::12]):
        (folder / f"{number:04}.eml").write_bytes(raw)
    for seen in look([folder]):
        yield f"inspect {seen.file}", f"{as_line(seen)}\n{readable(seen)}".encode()
