"""Whatever stands in names, subjects and bullets: the mail that is read back has the headers and recipients we meant."""

import email
import email.policy
import html.parser
import re
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.digest import Digest, DigestRow
from domain.employee import EmployeeId
from domain.ledger import Arrival, LedgerEntry, MessageKey
from domain.origin import Origin
from domain.outbox import OutboundMail
from domain.policy import Policy
from domain.standing import Standing
from domain.unit import UnitPath
from domain.verdict import Decision, Effect, Finding
from outbound import headers
from outbound.alert import alert
from outbound.answers import Answered, confirmation, notice, receipt, withheld_notice
from outbound.compose import asking_texts, code_mail, correction, prompt, reminder
from outbound.digest import copy, digest_mail
from tests.fakes.clock import START
from tests.fakes.mail import BOSS, CAMPAIGN, TOKEN, asked, employee, press, question, week

EVIL = (
    "a\r\nBcc: evil@example.org",
    "a\nBcc: evil@example.org\n\nbody",
    "a\rBcc: evil@example.org",
    "a\x85Bcc: evil@example.org",
    "a\u2028Bcc: evil@example.org",
    'a" <evil@example.org>, "b',
    "a <evil@example.org>",
    "a, evil@example.org",
    "=?utf-8?q?a=0D=0ABcc:_evil@example.org?=",
    "=?utf-8?b?YQ0KQmNjOiBldmls?= <evil@example.org>",
    "\ue000name\ue001",
    "\u202eevil",
    "({[;:@\\<>]})",
    "\ud800",
    "\x00\x1b[31m",
    "x" * 2000,
    "é" * 500,
    "=\r\n=2E.",
    ".\r\n.\r\n",
    "--=_bulletin--",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }} {% if %}",
)
TEXTS = st.one_of(
    st.text(max_size=80), st.sampled_from(EVIL), st.text(alphabet="\r\n\t .=-<>\"',;:@é\u2028x", max_size=60)
)

Maker = Callable[[str], OutboundMail]


def _answered(text: str) -> Answered:
    person = employee(name=text)
    return Answered(
        campaign=replace(CAMPAIGN, subject=text or "x"),
        asked=asked(person),
        employee=person,
        arrived_at=START,
        supervisor=replace(BOSS, name=text),
        message_id=text,
        references=("<good@example.org>", text),
        policy=Policy(consequence=text, readers=text),
    )


def _prompt(text: str) -> OutboundMail:
    return prompt(press(), _question(text), now=START)


def _question(text: str):
    return question(
        employee(name=text, time_zone="Europe/Berlin"),
        supervisor=replace(BOSS, name=text),
        campaign=replace(CAMPAIGN, subject=text or "x", copies_supervisor=True),
        policy=Policy(wording=text, consequence=text, readers=text),
        code=text,
        said=text,
    )


def _digest(text: str) -> OutboundMail:
    rows = tuple(
        DigestRow(
            employee_id=EmployeeId(f"E{place}"),
            name=text,
            unit=UnitPath(text),
            supervisor_id=BOSS.id,
            standing=standing,
            reason=text,
            bullets=(text, text),
        )
        for place, standing in enumerate(Standing)
    )
    digest = Digest(round=week(), supervisor=replace(BOSS, name=text), rows=rows)
    return digest_mail(press(), digest, campaign=replace(CAMPAIGN, subject=text or "x"), token=TOKEN, now=START)


def _copy(text: str) -> OutboundMail:
    row = DigestRow(
        employee_id=EmployeeId("E1"),
        name=text,
        unit=UnitPath(text),
        supervisor_id=BOSS.id,
        standing=Standing.ANSWERED,
        bullets=(text,),
    )
    return copy(
        press(),
        row,
        campaign=CAMPAIGN,
        round_id="2026-W47",
        supervisor=BOSS,
        token=TOKEN,
        arrived_at=START,
        late=False,
        now=START,
    )


def _alert(text: str) -> OutboundMail:
    entry = LedgerEntry(
        arrival=Arrival(key=MessageKey(mailbox=text, uidvalidity=1, uid=2), arrived_at=START, size=3),
        decided_at=START,
        origin=Origin.PERSON,
        decision=Decision.WITHHELD,
        sender=text,
        copies=(text,),
    )
    return alert(press(), entry, contact="officer@agency.example", campaign=CAMPAIGN, now=START)


MAKERS: dict[str, Maker] = {
    "prompt": _prompt,
    "reminder": lambda text: reminder(press(), _question(text), number=1, now=START),
    "correction": lambda text: correction(press(), _question(text), occasion="1", now=START),
    "receipt": lambda text: receipt(
        press(), _answered(text), bullets=(text, text), standing=Standing.ANSWERED, now=START
    ),
    "notice": lambda text: notice(
        press(), _answered(text), [Finding(rule="links", where=text, hint=text, effect=Effect.REJECT)], now=START
    ),
    "withheld": lambda text: withheld_notice(press(), _answered(text), now=START),
    "confirmation": lambda text: confirmation(
        press(), _answered(text), token=TOKEN, understood=(text,), unclear=(text,), occasion="c", now=START
    ),
    "code": lambda text: code_mail(
        press(),
        campaign=CAMPAIGN,
        asked=week(code=text),
        supervisor=replace(BOSS, name=text),
        token=TOKEN,
        count=3,
        now=START,
    ),
    "digest": _digest,
    "copy": _copy,
    "alert": _alert,
}


def read(mail: OutboundMail) -> EmailMessage:
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=40, deadline=None)
@given(text=TEXTS)
def test_the_headers_and_recipients_are_the_ones_we_meant(kind: str, text: str) -> None:
    plain, hostile = MAKERS[kind]("x"), MAKERS[kind](text)
    message, meant = read(hostile), read(plain)
    assert not message.defects
    optional = {"In-Reply-To"}
    assert set(message.keys()) - optional == set(meant.keys()) - optional
    assert len(message.keys()) == len(set(message.keys()))
    assert [box.addr_spec for box in message["To"].addresses] == [hostile.recipient]
    assert [address for _, address in getaddresses([str(message["To"].addresses[0])])] == [hostile.recipient]
    assert [box.addr_spec for box in message["From"].addresses] == ["reports@agency.example"]
    assert str(message.get("Reply-To", "")) == str(meant.get("Reply-To", ""))
    assert hostile.recipient == plain.recipient
    assert "evil@example.org" not in (hostile.recipient, hostile.sender)


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=25, deadline=None)
@given(text=TEXTS)
def test_the_bytes_are_fit_for_any_relay(kind: str, text: str) -> None:
    content = MAKERS[kind](text).content
    assert content.isascii()
    assert b"\x00" not in content
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", content)
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.endswith(b"\r\n")


class _Elements(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=25, deadline=None)
@given(text=TEXTS)
@example(text='"><img src=x onerror=alert(1)><a href="https://evil.example">x</a>')
def test_no_text_becomes_markup(kind: str, text: str) -> None:
    elements = _Elements()
    part = read(MAKERS[kind](text)).get_body(("html",))
    assert part is not None
    elements.feed(part.get_content())
    assert elements.seen <= {
        *("html", "head", "meta", "title", "body", "main", "section", "footer", "span", "strong"),
        *("h1", "h2", "h3", "p", "br", "ul", "ol", "li", "bdi"),
        *("lang", "dir", "charset", "name", "content", "style", "class", "role", "aria-hidden"),
    }


@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_the_text_of_a_prompt_is_what_ingest_is_told(text: str) -> None:
    part = read(_prompt(text)).get_body(("plain",))
    assert part is not None
    assert part.get_content().replace("\r\n", "\n") == asking_texts(press(), _question(text))[0]


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=120))
def test_a_cleaned_text_is_clean_and_stays(text: str) -> None:
    once = headers.clean(text)
    assert once == headers.clean(once)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", once)
    assert len(once) <= headers.MOST_SUBJECT


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_a_subject_comes_back_as_it_was_cleaned(text: str) -> None:
    line = headers.field("Subject", headers.text(text)) + b"\r\n"
    assert str(read_header(line, "Subject")) == headers.clean(text)


@settings(max_examples=200, deadline=None)
@given(name=TEXTS)
def test_a_name_comes_back_as_it_was_cleaned(name: str) -> None:
    line = headers.field("To", headers.mailbox(name, "e1@agency.example")) + b"\r\n"
    (box,) = read_header(line, "To").addresses
    # The standard library puts a space between encoded words of a phrase (RFC 2047 section 6.2 says none).
    shown = headers.clean(name, headers.MOST_NAME)
    assert box.display_name.replace(" ", "") == shown.replace(" ", "")
    assert box.addr_spec == "e1@agency.example"


def read_header(line: bytes, name: str):
    return email.message_from_bytes(line, policy=email.policy.default)[name]


@settings(max_examples=300, deadline=None)
@given(address=st.one_of(st.emails(), st.text(max_size=40), st.sampled_from(EVIL)))
def test_an_address_is_written_as_it_is_or_not_at_all(address: str) -> None:
    if not headers.sendable(address):
        with pytest.raises(headers.AddressError) as caught:
            headers.addr_spec(address)
        assert len(address) < 8 or address not in str(caught.value)  # a letter or two may stand there by chance
        return
    strict = headers.addr_spec(address)
    assert strict.isascii()
    assert re.fullmatch(r"[^\s<>()\[\],;:\\\"@]+@[A-Za-z0-9.-]+", strict)
    assert strict.partition("@")[0] == address.rpartition("@")[0]


@pytest.mark.timeout(5)
def test_long_hostile_headers_take_linear_time() -> None:
    for evil in ("\u2028" * 200_000, "a" * 200_000 + "@", "a." * 100_000 + "@", "=?" * 100_000, "@" * 200_000):
        headers.clean(evil)
        headers.sendable(evil)
        headers.message_ids((f"<{evil}",))
