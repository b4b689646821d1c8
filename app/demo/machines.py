"""Mail that no person typed: a bounce, an out-of-office answer, a posting to a list; and mail of outsiders."""

from datetime import datetime
from email import message_from_bytes
from email.utils import format_datetime

from app.demo.parts import Headers, MimePart, box_header, header_lines, multipart, text
from app.demo.screen import Box, read


def bounce(content: bytes, *, recipient: str, to: str, by: str, at: datetime) -> bytes:
    """A delivery status notification (RFC 3464) for `content`, which could not reach `recipient`."""
    told = (
        f"This is the mail system at host {by}.\n\nI'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients. It's attached below.\n\n                   The mail system\n\n"
        f"<{recipient}>: host {by} said: 550 5.1.1 <{recipient}>:\n    Recipient address rejected: User unknown\n"
    )
    status = (
        f"Reporting-MTA: dns; {by}\r\nArrival-Date: {format_datetime(at)}\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address rejected: User unknown\r\n"
    )
    headers = content.partition(b"\r\n\r\n")[0] + b"\r\n"
    report = multipart(
        "report",
        f"{int(at.timestamp())}.demo/{by}",
        [
            text(told, charset="us-ascii"),
            MimePart(headers=(("Content-Type", "message/delivery-status"),), body=status.encode()),
            MimePart(headers=(("Content-Type", "text/rfc822-headers"),), body=headers),
        ],
        " report-type=delivery-status;",
    )
    return _mail(
        (
            ("From", box_header("Mail Delivery System", f"MAILER-DAEMON@{by}")),
            ("To", to),
            ("Subject", "Undelivered Mail Returned to Sender"),
            ("Date", format_datetime(at)),
            ("Message-ID", f"<{_own_id(content)}.bounce@{by}>"),
            ("Auto-Submitted", "auto-replied"),
            ("MIME-Version", "1.0"),
        ),
        report,
    )


def out_of_office(asked: bytes, *, at: datetime, back_on: str) -> bytes:
    """What an Exchange server answers for somebody who is away. Its envelope sender is null."""
    page = read(asked)
    who = page.to[0]
    words = (
        "Thank you for your message. I am out of the office on annual leave and will be back on "
        f"{back_on}. For urgent matters please write to the duty desk.\n\n{who.name}\n"
    )
    return _mail(
        (
            ("From", box_header(who.name, who.address)),
            ("To", ", ".join(box_header(box.name, box.address) for box in page.reply_to[:1])),
            ("Subject", f"Automatic reply: {page.subject}"),
            ("Date", format_datetime(at)),
            ("Message-ID", f"<{int(at.timestamp())}.oof.{who.address}>"),
            ("In-Reply-To", page.message_id),
            ("References", page.message_id),
            ("X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent"),
            ("X-Auto-Response-Suppress", "All"),
            ("Auto-Submitted", "auto-generated"),
            ("MIME-Version", "1.0"),
        ),
        text(words, charset="utf-8"),
    )


def list_post(*, to: str, at: datetime) -> bytes:
    """A posting that a mailing list sends on to everybody on it, the reply address among them."""
    words = (
        "Dear all,\n\n- The canteen closes early on Friday\n- The north lift is being repaired\n\nFacilities\n"
        "_______________________________________________\nnotices mailing list\nnotices@lists.harbour.example\n"
    )
    return _mail(
        (
            ("From", box_header("Facilities", "facilities@harbour.example")),
            ("To", "notices@lists.harbour.example"),
            ("Delivered-To", to),
            ("Subject", "[notices] This week in the building"),
            ("Date", format_datetime(at)),
            ("Message-ID", f"<{int(at.timestamp())}.notices@lists.harbour.example>"),
            ("List-Id", "<notices.lists.harbour.example>"),
            ("List-Unsubscribe", "<mailto:notices-leave@lists.harbour.example>"),
            ("List-Post", "<mailto:notices@lists.harbour.example>"),
            ("Precedence", "list"),
            ("MIME-Version", "1.0"),
        ),
        text(words, charset="us-ascii"),
    )


def from_outside(*, who: Box, to: str, subject: str, words: str, at: datetime, in_reply_to: str = "") -> bytes:
    """A plain mail of somebody whom the Roster does not know, or who pretends to be somebody it does."""
    headers = [
        ("From", box_header(who.name, who.address)),
        ("To", to),
        ("Subject", subject),
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{int(at.timestamp())}.{who.address}>"),
        ("MIME-Version", "1.0"),
    ]
    if in_reply_to:
        headers.append(("In-Reply-To", in_reply_to))
    return _mail(tuple(headers), text(words))


def _mail(headers: Headers, part: MimePart) -> bytes:
    return header_lines((*headers, *part.headers)) + b"\r\n" + part.body


def _own_id(content: bytes) -> str:
    return str(message_from_bytes(content).get("Message-ID", "")).strip("<> ").partition("@")[0][-24:]
