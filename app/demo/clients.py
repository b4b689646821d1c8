"""The mail clients of the demo, by name, and a reply made with one of them to a mail that arrived.

A new client is a function from what is on screen and what was typed to a draft, and a row in the table.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from types import MappingProxyType

from app.demo import desktop, outlook, webmail
from app.demo.draft import Shape, Wrote
from app.demo.parts import MimePart, box_header, file, header_lines
from app.demo.screen import Box, OnScreen, read

CLIENTS: Mapping[str, Shape] = MappingProxyType(
    {
        "outlook_desktop": outlook.desktop,
        "outlook_word": outlook.word_bullets,
        "outlook_plain": outlook.plain,
        "outlook_german": outlook.german,
        "outlook_web": outlook.web,
        "outlook_mobile": outlook.mobile,
        "gmail": webmail.gmail,
        "gmail_numbered": webmail.gmail_numbered,
        "gmail_app": webmail.gmail_app,
        "yahoo": webmail.yahoo,
        "proton": webmail.proton,
        "apple_mail": desktop.apple_mail,
        "iphone": desktop.iphone,
        "thunderbird": desktop.thunderbird,
        "thunderbird_html": desktop.thunderbird_html,
        "notes": desktop.notes,
        "mutt": desktop.mutt,
        "inline": desktop.inline,
    }
)


def reply_with(
    client: str,
    asked: bytes,
    bullets: Sequence[str] = (),
    *,
    at: datetime,
    text: str = "",
    sender: Box | None = None,
    cc: Sequence[str] = (),
    greeting: str = "",
    closing: str = "",
    title: str | None = None,
    files: Sequence[MimePart] = (),
) -> bytes:
    """The mail that `client` sends when the reader of `asked` presses Reply and types.

    It goes to the Reply-To addresses of `asked`, from its recipient unless `sender` says who else; `at` is aware and
    its zone is the writer's. `title` asks for a signature block.
    """
    page = read(asked)
    wrote = Wrote(
        who=sender or page.to[0],
        at=at,
        bullets=tuple(bullets),
        text=text,
        greeting=greeting,
        closing=closing,
        title=title,
        files=tuple(files),
    )
    return addressed(CLIENTS[client], page, wrote, to=page.reply_to, cc=cc)


def addressed(shape: Shape, page: OnScreen, wrote: Wrote, *, to: Sequence[Box], cc: Sequence[str] = ()) -> bytes:
    """A draft with its address lines and thread."""
    draft = shape(page, wrote)
    copies = [address for address in cc if address not in {box.address for box in to}]
    subject = page.subject
    if not subject[:4].lower().startswith(("re:", "aw:")):
        subject = draft.prefix + subject
    headers = [
        ("From", box_header(wrote.who.name, wrote.who.address)),
        ("To", ", ".join(box_header(box.name, box.address) for box in to)),
        ("Subject", subject),
        ("Date", format_datetime(wrote.at)),
        ("Message-ID", f"<{wrote.boundary}.{wrote.who.address}>"),
        ("In-Reply-To", page.message_id),
        ("References", " ".join([*page.references, page.message_id])),
    ]
    if copies:
        headers.insert(2, ("Cc", ", ".join(copies)))
    return header_lines((*headers, *draft.headers, *draft.part.headers)) + b"\r\n" + draft.part.body


def pdf(name: str, title: str) -> MimePart:
    """A small PDF as an attachment."""
    drawn = f"BT /F1 24 Tf 72 720 Td ({title}) Tj ET".encode("ascii", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
    ]
    content = b"%PDF-1.4\n"
    for number, each in enumerate(objects, 1):
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    return file(name, "application/pdf", content + b"trailer\n<< /Root 1 0 R /Size 5 >>\n%%EOF\n")
