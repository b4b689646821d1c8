"""How the other desktop and phone clients answer: Apple's, Thunderbird, Notes, and those of a terminal."""

import textwrap
from html import escape

from app.demo.draft import Draft, Wrote, asked_at, clock, marked, short_date
from app.demo.parts import multipart, text
from app.demo.screen import OnScreen

COLUMNS = 72


def apple_mail(asked: OnScreen, wrote: Wrote) -> Draft:
    """Apple Mail on a Mac: a `MailOutline` list, then a cited blockquote."""
    items = "".join(f"<li>{escape(each, quote=False)}</li>" for each in wrote.bullets)
    listed = f'<div><ul class="MailOutline">{items}</ul></div>' if items else ""
    words = "".join(f"<div>{escape(line, quote=False) or '<br>'}</div>" for line in wrote.text.splitlines())
    closing = f"<div><br></div><div>{escape(wrote.closing)}</div>" if wrote.closing else ""
    said = _apple_said(asked, wrote)
    html = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        '<body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">'
        f'{words}{listed}{closing}<div><br><blockquote type="cite"><div>{escape(said, quote=False)}</div>'
        f'<br class="Apple-interchange-newline"><div>{asked.html}</div></blockquote></div><br></body></html>'
    )
    typed = [f"• {each}" for each in wrote.bullets] or wrote.text.splitlines()
    typed += ["", wrote.closing] if wrote.closing else []
    plain = "\n".join([*typed, "", f"> {said}", ">", *(f"> {line}".rstrip() for line in asked.lines)])
    part = multipart("alternative", f"Apple-Mail=_{wrote.boundary}", [text(plain), text(html, "html")])
    headers = (
        ("Mime-Version", "1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))"),
        ("X-Mailer", "Apple Mail (2.3826.200.121)"),
    )
    return Draft(part=part, headers=headers)


def iphone(asked: OnScreen, wrote: Wrote) -> Draft:
    """Mail on an iPhone: hyphens typed by hand, a device line, then the cited blockquote."""
    typed = "<br>".join(escape(line, quote=False) for line in marked(wrote))
    said = _apple_said(asked, wrote)
    html = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">'
        f'{typed}<div><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div>'
        f'<div dir="ltr"><br><blockquote type="cite">{escape(said, quote=False)}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">\ufeff{asked.html}</div></blockquote></div></body></html>'
    )
    quoted = [f"> {said}", "> ", *(f"> {line}" for line in asked.lines)]
    plain = "\n".join([*marked(wrote), "", "Sent from my iPhone", "", *quoted])
    part = multipart("alternative", f"Apple-Mail-{wrote.boundary}", [text(plain), text(html, "html")])
    return Draft(part=part, headers=(("Mime-Version", "1.0 (1.0)"), ("X-Mailer", "iPhone Mail (22B91)")))


def thunderbird(asked: OnScreen, wrote: Wrote) -> Draft:
    """Thunderbird in plain text: quote first, answer below, lines that flow (RFC 3676), a signature after `-- `."""
    lines = [_thunderbird_said(asked, wrote), *(f"> {line}".rstrip() for line in asked.lines), ""]
    for line in marked(wrote, "* "):
        lines += _flowed(line)
    lines += ["", *_flowed(wrote.closing)] if wrote.closing else []
    lines += ["", "-- ", wrote.who.name, wrote.title] if wrote.title else []
    part = text("\n".join(lines) + "\n", more="; format=flowed")
    headers = (("MIME-Version", "1.0"), ("User-Agent", "Mozilla Thunderbird"), ("Content-Language", "en-US"))
    return Draft(part=part, headers=headers)


def thunderbird_html(asked: OnScreen, wrote: Wrote) -> Draft:
    """Thunderbird with HTML, answering on top: `moz-cite-prefix`, then a cited blockquote."""
    items = "".join(f"<li>{escape(each, quote=False)}</li>\n" for each in wrote.bullets)
    said = escape(_thunderbird_said(asked, wrote), quote=False)
    html = (
        '<!DOCTYPE html>\n<html>\n  <head>\n    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8">\n'
        f"  </head>\n  <body>\n    <ul>\n{items}</ul>\n    <p>{escape(wrote.closing or wrote.text, quote=False)}</p>\n"
        f'    <div class="moz-cite-prefix">{said}<br>\n    </div>\n'
        f'    <blockquote type="cite" cite="mid:{asked.message_id.strip("<>")}">\n{asked.html}\n    </blockquote>\n'
        '    <div class="moz-signature">-- <br>\n      '
        f"{escape(wrote.who.name)}</div>\n  </body>\n</html>\n"
    )
    headers = (("MIME-Version", "1.0"), ("User-Agent", "Mozilla Thunderbird"))
    return Draft(part=text(html, "html"), headers=headers)


def notes(asked: OnScreen, wrote: Wrote) -> Draft:
    """Lotus Notes: fonts for markup, and a header block with neither line nor quote signs."""
    at = asked_at(asked, wrote)
    to = ", ".join(str(box) for box in asked.to)
    block = [
        ("From", str(asked.sender)),
        ("To", to),
        ("Date", f"{at:%m/%d/%Y} {at:%I:%M %p}"),
        ("Subject", asked.subject),
    ]
    font = '<font size=2 face="sans-serif">'
    small = '<font size=1 color=#5f5f5f face="sans-serif">'
    typed = "<br>".join(f"{font}{escape(line, quote=False)}</font>" for line in marked(wrote, "* "))
    header = "<br>".join(
        f'{small}{name}: &nbsp; &nbsp; &nbsp; &nbsp;</font><font size=1 face="sans-serif">{escape(value)}</font>'
        for name, value in block
    )
    html = (
        f"{typed}<br>\n<br>\n<br>\n<br>{header}<br>\n<hr noshade>\n<br>\n<br>\n{font}{asked.html}</font>\n<br>\n<br>\n"
    )
    lines = [
        *marked(wrote, "* "),
        "",
        "",
        "",
        *(f"{name}:   {value}" for name, value in block),
        "",
        "",
        "",
        asked.plain,
    ]
    boundary = f"=_alternative {wrote.boundary[:8]}8525{wrote.boundary[-4:]}_="
    part = multipart("alternative", boundary, [text("\n".join(lines)), text(html, "html")])
    headers = (("MIME-Version", "1.0"), ("X-Mailer", "HCL Notes Release 12.0.2 November 17, 2022"))
    return Draft(part=part, headers=headers)


def mutt(asked: OnScreen, wrote: Wrote) -> Draft:
    """mutt: the quote above, numbered lines wrapped by hand below, a signature after `-- `."""
    lines = [_mutt_said(asked, wrote), *(f"> {line}".rstrip() for line in asked.lines), ""]
    for line in marked(wrote, "#. "):
        lines += textwrap.wrap(line, COLUMNS, subsequent_indent="   ") or [""]
    lines += ["", "-- ", wrote.who.name]
    part = text("\n".join(lines) + "\n", charset="utf-8", encoding="8bit")
    return Draft(part=part, headers=(("MIME-Version", "1.0"), ("User-Agent", "Mutt/2.2.12 (2023-09-09)")))


def inline(asked: OnScreen, wrote: Wrote) -> Draft:
    """Answers between the quoted lines, the first below the greeting, the others one after a paragraph each."""
    answers = [textwrap.wrap(line, COLUMNS, subsequent_indent="  ") for line in marked(wrote, "* ")]
    lines = [_mutt_said(asked, wrote)]
    for number, line in enumerate(asked.lines):
        lines.append(f"> {line}".rstrip())
        if number and not line and answers:
            lines[-1:] = ["", *answers.pop(0), "", ">"]
    for answer in answers:
        lines += ["", *answer]
    part = text("\n".join(lines) + "\n", charset="utf-8", encoding="8bit")
    return Draft(part=part, headers=(("MIME-Version", "1.0"), ("X-Mailer", "Claws Mail 4.1.1 (GTK 3.24.38)")))


def _apple_said(asked: OnScreen, wrote: Wrote) -> str:
    at = asked_at(asked, wrote)
    hour = clock(at).replace(" ", "\u202f")
    return f"On {at:%b} {at.day}, {at.year}, at {hour}, {asked.sender} wrote:"


def _thunderbird_said(asked: OnScreen, wrote: Wrote) -> str:
    at = asked_at(asked, wrote)
    return f"On {at:%m/%d/%y} {at:%H:%M}, {asked.sender.name or asked.sender.address} wrote:"


def _mutt_said(asked: OnScreen, wrote: Wrote) -> str:
    at = asked_at(asked, wrote)
    name = asked.sender.name or asked.sender.address
    return f"On {short_date(at)} at {at:%I:%M:%S%p %z}, {name} wrote:"


def _flowed(line: str) -> list[str]:
    """One paragraph as format=flowed: a space before the line's end says that it goes on."""
    pieces = textwrap.wrap(line, COLUMNS) or [""]
    stuffed = [f" {piece}" if piece.startswith((" ", ">", "From ")) else piece for piece in pieces]
    return [f"{piece} " for piece in stuffed[:-1]] + stuffed[-1:]
