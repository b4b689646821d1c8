"""How the Outlooks answer: on the desktop (with Word's HTML), in German, on the web and on a phone."""

import base64
import re
from html import escape

from app.demo.draft import Draft, Wrote, asked_at, long_date, marked
from app.demo.parts import MimePart, file, multipart, text
from app.demo.screen import OnScreen

LOGO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAH0lEQVR42mOQ96wlCTEMQg0PX38lCQ1GDaPxMCg0AADqkdMQBxnE"
    "DgAAAABJRU5ErkJggg=="
)
_WORD_HEAD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="Generator" content="Microsoft Word 15 (filtered medium)">
<!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}</style><![endif]-->
<style><!--
/* Font Definitions */
@font-face
	{font-family:Calibri;
	panose-1:2 15 5 2 2 2 4 3 2 4;}
/* Style Definitions */
p.MsoNormal, li.MsoNormal, div.MsoNormal
	{margin:0in;
	font-size:11.0pt;
	font-family:"Calibri",sans-serif;}
@page WordSection1
	{size:8.5in 11.0in;
	margin:1.0in 1.0in 1.0in 1.0in;}
div.WordSection1
	{page:WordSection1;}
--></style>
<!--[if gte mso 9]><xml>
<o:shapedefaults v:ext="edit" spidmax="1026" />
</xml><![endif]--></head>
<body lang="EN-US" link="#0563C1" vlink="#954F72" style="word-wrap:break-word">
<div class="WordSection1">
"""
_EMPTY = '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>\n'
_LABELS = {"en": ("From", "Sent", "To", "Subject"), "de": ("Von", "Gesendet", "An", "Betreff")}
_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_LAST = ("September", "Oktober", "November", "Dezember")
_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", *_LAST)


def desktop(asked: OnScreen, wrote: Wrote) -> Draft:
    """Outlook for Windows: paragraphs with a typed hyphen, a signature block with a logo and links."""
    body = "".join(_normal(line) for line in marked(wrote))
    return _word(asked, wrote, body, plain="\r\n".join(marked(wrote)), language="en")


def word_bullets(asked: OnScreen, wrote: Wrote) -> Draft:
    """Outlook with the list button: Word's paragraphs with a glyph in the Symbol font."""
    plain = "\r\n".join("·" + "\u00a0" * 8 + " " + each for each in wrote.bullets)
    first, last = 0, len(wrote.bullets) - 1
    items = [
        f'<p class="MsoListParagraph{_place(number, first, last)}" style="text-indent:-.25in;mso-list:l0 level1 lfo1">'
        '<![if !supportLists]><span style="font-family:Symbol"><span style="mso-list:Ignore">·'
        '<span style="font:7.0pt &quot;Times New Roman&quot;">&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span>'
        f"</span></span><![endif]>{escape(each, quote=False)}<o:p></o:p></p>\n"
        for number, each in enumerate(wrote.bullets)
    ]
    greeting = _normal(wrote.greeting) + _EMPTY if wrote.greeting else ""
    return _word(asked, wrote, greeting + "".join(items), plain=plain, language="en")


def german(asked: OnScreen, wrote: Wrote) -> Draft:
    """Outlook in German, answering in plain words with a header block in German."""
    body = "".join(_normal(line) for line in marked(wrote))
    return _word(asked, wrote, body, plain="\r\n".join(marked(wrote)), language="de")


def web(asked: OnScreen, wrote: Wrote) -> Draft:
    """Outlook on the web and the new Outlook: a real list, then `divRplyFwdMsg`."""
    style = 'style="font-family: Aptos, Calibri, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);"'
    items = "".join(
        f'<li {style}><div class="elementToProof">{escape(each, quote=False)}</div></li>\n' for each in wrote.bullets
    )
    typed = f'<ul data-editing-info="{{&quot;unorderedStyleType&quot;:1}}">\n{items}</ul>' if items else ""
    typed += "".join(f'<div class="elementToProof" {style}>{escape(each)}</div>\n' for each in wrote.text.splitlines())
    closing = f'<div class="elementToProof" {style}>{escape(wrote.closing)}</div>\n' if wrote.closing else ""
    quoted = re.sub(r'\b(class|id)="', r'\1="x_', asked.html)
    html = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
        '<style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head>\n'
        f'<body dir="ltr">\n{typed}\n{closing}<div id="appendonsend"></div>\n'
        '<hr style="display:inline-block;width:98%" tabindex="-1">\n'
        '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">'
        f"{_html_block(asked, wrote, 'en')}</font>\n<div>&nbsp;</div>\n</div>\n<div>{quoted}</div>\n</body></html>\n"
    )
    typed_plain = "\n".join(f"  *   {each}" for each in wrote.bullets) or wrote.text
    plain = "\n\n".join([typed_plain, *([wrote.closing] if wrote.closing else []), _exchange_quote(asked, wrote)])
    return Draft(part=_alternative(wrote, plain, html), headers=(("Thread-Topic", asked.subject), *_exchange()))


def mobile(asked: OnScreen, wrote: Wrote) -> Draft:
    """Outlook for Android and iOS: its own signature with a link, then the desktop's header block."""
    typed = "".join(f'<div dir="ltr">{escape(line, quote=False) or "<br>"}</div>\n' for line in marked(wrote))
    html = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>\n<body>\n'
        f'<div style="font-family: Aptos, Calibri; font-size: 12pt;">\n{typed}</div>\n'
        '<div id="ms-outlook-mobile-body-separator-line" dir="ltr"><br></div>\n'
        '<div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/AAb9ysg">Outlook for Android</a></div>\n'
        '<hr style="display:inline-block;width:98%" tabindex="-1">\n<div id="divRplyFwdMsg" dir="ltr">'
        f'<font face="Calibri, sans-serif">{_html_block(asked, wrote, "en")}</font><div>&nbsp;</div></div>\n'
        f"{asked.html}\n</body></html>\n"
    )
    typed_plain = "\n".join(marked(wrote))
    device = "Get Outlook for Android<https://aka.ms/AAb9ysg>"
    plain = f"{typed_plain}\n\n{device}\n{_exchange_quote(asked, wrote)}"
    return Draft(part=_alternative(wrote, plain, html), headers=_exchange())


def _word(asked: OnScreen, wrote: Wrote, body: str, *, plain: str, language: str) -> Draft:
    if wrote.closing:
        body += _EMPTY + _normal(wrote.closing)
        plain += f"\r\n\r\n{wrote.closing}"
    picture = f"image001.png@01DC{wrote.boundary[-4:]}.{wrote.boundary[-8:]}"
    if wrote.title is not None:
        body += _EMPTY + _signature(wrote, picture)
        plain += f"\r\n\r\n{_plain_signature(wrote)}"
    html = (
        f"{_WORD_HEAD}{body}{_EMPTY}"
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">\n'
        f'<p class="MsoNormal">{_html_block(asked, wrote, language)}<o:p></o:p></p></div></div>\n{_EMPTY}'
        f"{asked.html}\n</div></body></html>\n"
    )
    plain += f"\r\n\r\n{_plain_block(asked, wrote, language)}\r\n\r\n{asked.plain}"
    part = _alternative(wrote, plain, html)
    if wrote.title is not None:
        logo = file("image001.png", "image/png", LOGO, content_id=picture)
        part = multipart("related", f"_004_{wrote.boundary}agency_", [part, logo], ' type="multipart/alternative";')
    if wrote.files:
        part = multipart("mixed", f"_005_{wrote.boundary}agency_", [part, *wrote.files])
    headers = (("Thread-Topic", asked.subject), ("X-Mailer", "Microsoft Outlook 16.0"), *_exchange())
    return Draft(part=part, headers=headers, prefix="AW: " if language == "de" else "RE: ")


def _signature(wrote: Wrote, picture: str) -> str:
    host = wrote.who.address.rpartition("@")[2]
    lines = [
        f"<b>{escape(wrote.who.name)}</b>",
        f"{escape(wrote.title or '')} | Coastal Survey",
        f'Tel. +1 555 0100 | <a href="mailto:{wrote.who.address}">{wrote.who.address}</a>',
        f'<a href="https://www.{host}/">www.{host}</a> | <a href="https://social.example/coastal-survey">Follow us</a>',
        f'<img width="64" height="64" src="cid:{picture}" alt="Coastal Survey">',
    ]
    return "".join(f'<p class="MsoNormal"><span style="color:#1F497D">{line}</span><o:p></o:p></p>\n' for line in lines)


def _plain_signature(wrote: Wrote) -> str:
    host = wrote.who.address.rpartition("@")[2]
    return "\r\n".join(
        [
            wrote.who.name,
            f"{wrote.title} | Coastal Survey",
            f"Tel. +1 555 0100 | {wrote.who.address}<mailto:{wrote.who.address}>",
            f"www.{host}<https://www.{host}/> | Follow us<https://social.example/coastal-survey>",
            "[cid:image001.png]",
        ]
    )


def _alternative(wrote: Wrote, plain: str, html: str) -> MimePart:
    parts = [text(plain, charset="utf-8"), text(html, "html", charset="utf-8", encoding="quoted-printable")]
    return multipart("alternative", f"_000_{wrote.boundary}agency_", parts)


def _normal(line: str) -> str:
    return f'<p class="MsoNormal">{escape(line, quote=False)}<o:p></o:p></p>\n' if line else _EMPTY


def _place(number: int, first: int, last: int) -> str:
    return "CxSpFirst" if number == first else "CxSpLast" if number == last else "CxSpMiddle"


def _exchange() -> tuple[tuple[str, str], ...]:
    return (("Accept-Language", "en-US"), ("X-MS-Has-Attach", ""), ("MIME-Version", "1.0"))


def _block(asked: OnScreen, wrote: Wrote, language: str) -> list[tuple[str, str]]:
    at = asked_at(asked, wrote)
    german_date = f"{_DAYS[at.weekday()]}, {at.day}. {_MONTHS[at.month - 1]} {at.year} {at:%H:%M}"
    values = (
        str(asked.sender),
        german_date if language == "de" else long_date(at),
        "; ".join(str(box) for box in asked.to),
        asked.subject,
    )
    return list(zip(_LABELS[language], values, strict=True))


def _html_block(asked: OnScreen, wrote: Wrote, language: str) -> str:
    return "<br>\n".join(f"<b>{name}:</b> {escape(value)}" for name, value in _block(asked, wrote, language))


def _plain_block(asked: OnScreen, wrote: Wrote, language: str) -> str:
    return "\r\n".join(f"{name}: {value}" for name, value in _block(asked, wrote, language))


def _exchange_quote(asked: OnScreen, wrote: Wrote) -> str:
    """How Exchange writes the quote into the plain part of an HTML mail."""
    return f"{'_' * 32}\n{_plain_block(asked, wrote, 'en')}\n\n{asked.plain}"


def plain(asked: OnScreen, wrote: Wrote) -> Draft:
    """Outlook set to plain text: `-----Original Message-----`."""
    at = asked_at(asked, wrote)
    block = [f"From: {asked.sender} ", f"Sent: {long_date(at)}", f"To: {'; '.join(str(box) for box in asked.to)}"]
    lines = [*marked(wrote, "* "), "", *([wrote.closing, ""] if wrote.closing else []), "-----Original Message-----"]
    lines += [*block, f"Subject: {asked.subject}", "", *asked.lines]
    note = (("X-Mailer", "Microsoft Outlook 16.0"), ("MIME-Version", "1.0"))
    return Draft(part=text("\n".join(lines), charset="Windows-1252"), headers=note, prefix="RE: ")
