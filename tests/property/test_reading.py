"""What holds for every byte string, every text and every HTML: total, nothing lost, stable, bullets from the body."""

import pathlib
import re
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st
from mailparser.utils import get_addresses

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Automatic, Bounced, Judged, Shunted
from domain.reply import Region
from ingest import limits, mime
from ingest.bullets import bullets
from ingest.charset import decode, words
from ingest.html import render
from ingest.interpret import interpret
from ingest.lines import of_text
from ingest.message import read, read_header, thinned
from ingest.parts import walk
from ingest.trim import trim

UNHURRIED = settings(deadline=None)
NOW = datetime(2025, 3, 3, 15, 0, tzinfo=UTC)
MAILS = [mail.read_bytes() for mail in sorted((pathlib.Path(__file__).parents[1] / "corpus" / "replies").glob("*.eml"))]

LINES = st.sampled_from(
    [
        "",
        "- Closed the audit",
        "1. Drafted the policy",
        "   o  Fixed it",
        "> Please reply",
        ">> older",
        "--",
        "-- ",
        "____",
        "Hi,",
        "Thanks,",
        "On Mon, Mar 3, 2025 at 9:00 AM X <x@y.example> wrote:",
        "On 3 March 2025,",
        "X <x@y.example> schrieb:",
        "<x@y.example>",
        "wrote:",
        "From: X <x@y.example>",
        "Sent: Monday, March 3, 2025 9:00 AM",
        "To: Jane",
        "Subject: Week",
        "-----Original Message-----",
        "```",
        "Sent from my iPhone",
        "CAUTION: This email originated from outside",
        "[Internal - Confidential]",
        "Reports mailing list",
        "C> quoted",
        "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager.",
        "Last week:",
        "wrapped line",
        "Begin forwarded message:",
        "| table",
        "完成审计",
        "سلام",
        "This e-mail is confidential and intended solely for you. Delete it.",
    ]
)
TEXTS = st.lists(st.one_of(LINES, st.text(max_size=30)), max_size=25).map("\n".join)
TAGS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<ul>",
        "</ul>",
        "<ol start=3>",
        "</ol>",
        "<li>",
        "</li>",
        "<br>",
        "<hr>",
        "<blockquote type=cite>",
        "<blockquote>",
        "</blockquote>",
        "<div class=gmail_quote>",
        "<div id=divRplyFwdMsg>",
        "<div id=Signature>",
        "<span hidden>",
        "</span>",
        "<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'>",
        "<span style='mso-list:Ignore'>·</span>",
        "<table><tr><td>",
        "</table>",
        "<!--[if mso]>x<![endif]-->",
        "<a href=https://x.example>",
        "</a>",
        "<img src=cid:1 alt=✅>",
        "<pre>",
        "</pre>",
        "&nbsp;",
        "&#0;",
        "<style>.a{display:none}</style>",
    ]
)
MARKUP = st.lists(st.one_of(TAGS, LINES, st.text(max_size=12)), max_size=30).map("".join)


@UNHURRIED
@given(st.binary(max_size=2_000))
def test_every_byte_string_has_an_outcome(raw):
    outcome = interpret(raw, NOW, DEFAULT_KNOWN)
    assert isinstance(outcome, Judged | Bounced | Automatic | Shunted)
    assert not isinstance(outcome, Shunted) or not outcome.reason.startswith("could not be read")
    read_header(raw)


@UNHURRIED
@given(st.sampled_from(MAILS), st.integers(0, 5_000), st.binary(max_size=60), st.integers(0, 300))
def test_every_damaged_mail_has_an_outcome(mail, at, noise, gap):
    outcome = interpret(mail[:at] + noise + mail[at + gap :], NOW, DEFAULT_KNOWN, reveal=True)
    assert not isinstance(outcome, Shunted) or not outcome.reason.startswith("could not be read")


@UNHURRIED
@given(TEXTS)
def test_kept_and_elided_are_the_input_in_order(text):
    lines = of_text(text)
    found = trim(lines, DEFAULT_KNOWN.prompts)
    assert found.lines == lines
    assert len(found.regions) == len(lines)
    elided = [line.text for line, region in zip(lines, found.regions, strict=True) if region is Region.ELIDED]
    assert list(found.elided) == elided


@settings(UNHURRIED, max_examples=300)
@given(TEXTS)
def test_trimming_twice_changes_nothing(text):
    once = trim(of_text(text), DEFAULT_KNOWN.prompts).text
    assert trim(of_text(once), DEFAULT_KNOWN.prompts).text == once


@UNHURRIED
@given(MARKUP)
def test_markup_is_read_and_parted(source):
    rendering = render(source)
    found = trim(rendering.lines, DEFAULT_KNOWN.prompts)
    assert found.lines == rendering.lines
    assert all(0 <= placed.line <= len(rendering.lines) for placed in rendering.placed)


@UNHURRIED
@given(TEXTS)
def test_every_word_of_a_bullet_stands_in_the_body(text):
    found = trim(of_text(text), DEFAULT_KNOWN.prompts)
    body = "".join(found.body.split())
    for bullet in bullets(found.own)[0]:
        for word in bullet.text.split():
            assert word.strip(":;,.") in body


@UNHURRIED
@given(
    st.binary(max_size=300),
    st.one_of(
        st.none(), st.text(max_size=20), st.sampled_from(["utf-7", "hz", "iso-2022-jp", "gb2312", "base64", "unicode"])
    ),
)
def test_every_body_has_a_text(data, label):
    text = decode(data, label)
    assert "\x00" not in text
    text.encode("utf-8")


@UNHURRIED
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_every_header_value_has_a_text(value):
    words(value).encode("utf-8")


@UNHURRIED
@given(st.binary(max_size=600))
def test_every_header_is_read(raw):
    assert read_header(raw).plain is None
    read(b"From: a@b.example\n" + raw)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"a", b" ", b"To: b"]), max_size=30).map(b"".join))
def test_the_header_ends_at_the_first_empty_line(raw: bytes) -> None:
    end = re.search(rb"\r?\n\r?\n|\r\r", raw)
    expected = b"" if raw[:1] in {b"\r", b"\n"} else raw[: end.start()] if end else raw
    assert limits.header_of(raw) == expected


ADDRESSES = st.lists(
    st.sampled_from(["Jane", "Doe", "a", "9", " ", "  ", ".", "_", "+", "-", "@", "<", ">", '"', ",", "(", ")", ":"]),
    max_size=12,
).map("".join)


@given(ADDRESSES | st.builds("{} <{}@{}>".format, ADDRESSES, ADDRESSES, ADDRESSES))
@example("Jane Doe <a.b+c@x-y.example>")
@example("a@b.example")
def test_a_plain_mailbox_is_what_mail_parser_says(written: str) -> None:
    problems: list[dict[str, str]] = []
    parsed = [one for one in get_addresses(written.strip(), defects=problems, decode_names=True) if one[1]]
    message = read_header(f"From: {written}\r\n".encode())
    shown = [("" if name == address else words(name), address.strip().lower()) for name, address in parsed]
    assert [(box.name, box.address) for box in message.senders] == shown
    assert ("AddressHeaderDefect" in message.defects) == bool(problems)


HEADER_LINES = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=x",
        b"Content-Type: text/html",
        b"Content-Transfer-Encoding: base64",
        b"Content-Description: q",
        b"Received: by a",
        b"\tat noon",
        b"Subject: a",
        b"Subject : a",
        b"From a",
        b"garbage",
        b":",
        b"--x",
        b"--x--",
        b"aGk=",
        b"<b>x",
        b"",
    ]
)


@given(st.lists(st.tuples(HEADER_LINES, st.sampled_from([b"\r\n", b"\r\n", b"\n", b"\r", b""])), max_size=14))
def test_fields_that_say_nothing_of_the_mime_change_nothing_of_it(lines: list[tuple[bytes, bytes]]) -> None:
    raw = b"".join(line + end for line, end in lines).lstrip(b"\r\n")
    assert walk(mime.parse(thinned(raw))) == walk(mime.parse(raw))
