"""Bounces: whom, why and about which mail, from reports, headers and running text."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from domain.message import Message
from domain.origin import Bounce, BounceReason, Origin
from domain.outcome import Known
from ingest.bounce import read_bounce
from ingest.message import read
from ingest.origin import classify
from ingest.reasons import reason_of

FULL, UNKNOWN, POLICY = BounceReason.MAILBOX_FULL, BounceReason.UNKNOWN_ADDRESS, BounceReason.POLICY
TRANSIENT, OTHER = BounceReason.TRANSIENT, BounceReason.OTHER


BOUNCES = Path(__file__).parent.parent / "corpus" / "bounces"
CASES = [
    json.loads(line)
    for file in sorted(BOUNCES.glob("*.jsonl"))
    for line in file.read_text(encoding="utf-8").splitlines()
]


def bounce(raw: str) -> Bounce:
    data = raw.encode("utf-8", "surrogateescape")
    message = read(data)
    assert isinstance(message, Message)
    return read_bounce(message, data)


def report(fields: str, text: str = "It failed.") -> str:
    return (
        "From: MAILER-DAEMON@mx.agency.example\nTo: reports@agency.example\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.agency.example\n\n{fields}\n\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: reports@agency.example\nTo: one@agency.example\n"
        "Message-ID: <prompt.aabc@agency.example>\nSubject: What did you do\n\nquestion\n--b--\n"
    )


def plain(text: str, *headers: str) -> str:
    more = "".join(f"{header}\n" for header in headers)
    return (
        f"From: MAILER-DAEMON@mx.agency.example\nTo: reports@agency.example\nSubject: failure notice\n{more}\n{text}\n"
    )


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case["id"]) for case in CASES],
)
def test_words_of_many_servers_are_read(case: dict) -> None:
    message = read(case["mail"].encode())
    assert isinstance(message, Message)
    assert classify(message, Known())[0] is Origin.BOUNCE
    assert [(one.address, one.reason) for one in bounce(case["mail"]).recipients] == [(case["address"], case["reason"])]


def test_report_is_read() -> None:
    found = bounce(
        report(
            "Final-Recipient: rfc822; one@agency.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"
        )
    )
    (one,) = found.recipients
    assert (one.address, one.action, one.status, one.reason) == ("one@agency.example", "failed", "5.1.1", UNKNOWN)
    assert found.about == ("<prompt.aabc@agency.example>",)


def test_every_recipient_of_a_report_is_read() -> None:
    fields = (
        "Final-Recipient: rfc822;one@agency.example\nAction: failed\nStatus: 5.2.2\n\n"
        "Original-Recipient: rfc822;two@agency.example\nFinal-Recipient: rfc822;alias@agency.example\nAction: delayed\nStatus: 4.4.1"
    )
    found = bounce(report(fields))
    assert [(one.address, one.reason) for one in found.recipients] == [
        ("one@agency.example", FULL),
        ("two@agency.example", TRANSIENT),
    ]


def test_delivered_is_no_failure() -> None:
    (one,) = bounce(report("Final-Recipient: rfc822;one@agency.example\nAction: delivered\nStatus: 2.0.0")).recipients
    assert (one.action, one.reason) == ("delivered", OTHER)


def test_remote_server_outdoes_a_general_status() -> None:
    fields = "Final-Recipient: rfc822;one@agency.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2 over quota"
    (one,) = bounce(report(fields)).recipients
    assert (one.status, one.reason) == ("5.2.2", FULL)


def test_header_of_exim_names_the_recipient() -> None:
    found = bounce(
        plain(
            "The following address failed:\n\n  one@agency.example\n    Unrouteable address",
            "X-Failed-Recipients: one@agency.example",
        )
    )
    assert [(one.address, one.reason) for one in found.recipients] == [("one@agency.example", UNKNOWN)]


@pytest.mark.parametrize(
    ("text", "address", "reason"),
    [
        (
            "<one@agency.example>:\nRemote host said: 552 disk quota exceeded\n\n--- Below this line is a copy",
            "one@agency.example",
            FULL,
        ),
        (
            "There was an error delivering your mail to <one@agency.example>.\n\n550 5.7.1 blocked by policy",
            "one@agency.example",
            POLICY,
        ),
        (
            "   ----- The following addresses had permanent fatal errors -----\n<one@agency.example>\n    (reason: 550 no such user here)",
            "one@agency.example",
            UNKNOWN,
        ),
        (
            "Unable to deliver message to the following address(es).\n\n<one@agency.example>:\nconnection timed out",
            "one@agency.example",
            TRANSIENT,
        ),
        (
            "User mailbox exceeds allowed size: one@agency.example\n\nOriginal message follows.",
            "one@agency.example",
            FULL,
        ),
        ("Could not be delivered to: <one@agency.example>\nAs their mailbox is full.", "one@agency.example", FULL),
        (
            "Delivery has failed to these recipients:\n\none@agency.example<mailto:one@agency.example>\nThe email address you entered couldn't be found.",
            "one@agency.example",
            UNKNOWN,
        ),
        (">>> RCPT TO:<one@agency.example>\n<<< 550 5.1.1 unknown user", "one@agency.example", UNKNOWN),
        ("Mail to one@agency.example: host agency.example not found", "one@agency.example", UNKNOWN),
    ],
)
def test_running_text_is_read(text: str, address: str, reason: BounceReason) -> None:
    found = bounce(plain(text))
    assert [(one.address, one.reason) for one in found.recipients] == [(address, reason)]


def test_returned_copy_names_nobody() -> None:
    text = "<one@agency.example>: user unknown\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <x@y.example>\nTo: two@agency.example\n"
    assert [one.address for one in bounce(plain(text)).recipients] == ["one@agency.example"]


def test_copy_tells_where_the_text_does_not() -> None:
    found = bounce(
        plain(
            "Your mail could not be delivered.\n\nReceived: from a\nTo: one@agency.example\nMessage-ID: <p.a@agency.example>\n"
        )
    )
    assert [one.address for one in found.recipients] == ["one@agency.example"]
    assert found.about == ("<p.a@agency.example>",)


def test_delay_is_transient() -> None:
    raw = plain("<one@agency.example>: not been able to deliver for 4 hours").replace(
        "failure notice", "Warning: message delayed 4 hours"
    )
    (one,) = bounce(raw).recipients
    assert (one.action, one.reason) == ("delayed", TRANSIENT)


def test_notification_of_amazon_is_read() -> None:
    body = (
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"one@agency.example",'
        '"action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]}}'
    )
    assert [(one.address, one.reason) for one in bounce(plain(body)).recipients] == [("one@agency.example", UNKNOWN)]


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        ("5.1.1", "550 5.1.1 user unknown", UNKNOWN),
        ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", POLICY),
        ("5.7.1", "550 5.7.1 unable to relay", POLICY),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", UNKNOWN),
        ("5.1.8", "553 5.1.8 sender address rejected: domain not found", POLICY),
        ("5.0.0", "client host rejected: cannot find your hostname", POLICY),
        ("5.3.4", "552 5.3.4 message size exceeds fixed limit", OTHER),
        ("5.2.2", "the email account that you tried to reach is over quota", FULL),
        ("4.2.2", "452 4.2.2 mailbox full", FULL),
        ("4.7.1", "greylisted, try again later", TRANSIENT),
        ("4.4.7", "delivery time expired", TRANSIENT),
        ("4.1.1", "450 4.1.1 user unknown in local table", UNKNOWN),
        ("5.4.4", "host or domain name not found. name service error", UNKNOWN),
        (None, "Postfach ist voll", FULL),
        (None, "адрес не существует", UNKNOWN),
        (None, "メールボックスが一杯", FULL),
        (None, "", OTHER),
        (None, "552", FULL),
        ("5.2.2", "", FULL),
        ("5.2.1", "", UNKNOWN),
        ("5.7.0", "", POLICY),
        ("5.6.0", "552", OTHER),
    ],
)
def test_reason_follows_code_and_words(status: str | None, text: str, reason: BounceReason) -> None:
    assert reason_of(action="failed", status=status, texts=(text,)) is reason


def test_report_in_base64_is_read() -> None:
    fields = b64encode(
        b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822;one@agency.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp;\r\n 550 unknown user\r\n"
    )
    raw = report("").replace(
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.agency.example\n\n",
        f"Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: base64\n\n{fields.decode()}",
    )
    assert [(one.address, one.reason) for one in bounce(raw).recipients] == [("one@agency.example", UNKNOWN)]
    broken = raw.replace(fields.decode(), "YWJ")
    assert [one.address for one in bounce(broken).recipients] == ["one@agency.example"]  # from the returned copy


def test_report_without_a_recipient_takes_the_one_in_the_text() -> None:
    raw = report("Action: failed\nStatus: 5.2.2", text="<one@agency.example>: mailbox full")
    assert [(one.address, one.reason) for one in bounce(raw).recipients] == [("one@agency.example", FULL)]
    nobody = report("Action: failed\nStatus: 5.2.2", text="It failed.").replace("To: one@agency.example", "To: list")
    assert bounce(nobody).recipients == ()


def test_mail_nested_beyond_measure_is_still_a_bounce() -> None:
    raw = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n' for level in range(3000)
    ).encode()
    assert read_bounce(Message(plain="<one@agency.example>: user unknown"), raw).recipients[0].reason is UNKNOWN


@pytest.mark.parametrize(
    "body",
    ['{"bounce": 1}', '{"bounce": {"bouncedRecipients": [{"emailAddress": ""}, 2]}}', '{"bounce', '{"bounce": {}} []'],
)
def test_misshapen_notification_names_nobody(body: str) -> None:
    assert bounce(plain(body)).recipients == ()


def test_server_and_sender_are_never_the_recipient() -> None:
    text = "reports@agency.example wrote, postmaster@agency.example could not deliver to:\n\n<one@agency.example>: user unknown"
    assert [one.address for one in bounce(plain(text)).recipients] == ["one@agency.example"]
    assert bounce(plain("postmaster@agency.example could not deliver it")).recipients == ()


def test_bounce_without_text_has_an_answer() -> None:
    assert read_bounce(Message(), b"") == Bounce(recipients=())
    html = Message(html="<p>Could not deliver to one@agency.example: user unknown</p>")
    assert read_bounce(html, b"").recipients[0].address == "one@agency.example"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "pump",
    [
        "<a@b.example>:\n",
        "user ",
        "mailbox is ",
        "550 5.1.1 ",
        "@",
        "a@",
        "final-recipient: x\n\n",
        " ",
        "-",
        "to ",
        "(",
        '{"',
        "message-id: <",
    ],
)
def test_hostile_text_takes_linear_time(pump: str) -> None:
    for raw in (plain(pump * 20_000), report("Diagnostic-Code: " + pump * 20_000)):
        text = raw.partition("\n\n")[2]
        read_bounce(Message(plain=text, headers=(("x-failed-recipients", text),)), raw.encode())
