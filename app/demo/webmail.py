"""How webmail and its phone apps answer: Gmail, Yahoo and Proton."""

import textwrap
from html import escape

from app.demo.draft import Draft, Wrote, asked_at, clock, marked, short_date
from app.demo.parts import MimePart, multipart, text
from app.demo.screen import OnScreen

COLUMNS = 76
_NARROW = "\u202f"  # Gmail's clock has a narrow no-break space since 2023


def gmail(asked: OnScreen, wrote: Wrote) -> Draft:
    """Gmail in a browser with its list button."""
    return _gmail_list(asked, wrote, "ul")


def gmail_numbered(asked: OnScreen, wrote: Wrote) -> Draft:
    """Gmail in a browser with its numbered list."""
    return _gmail_list(asked, wrote, "ol")


def gmail_app(asked: OnScreen, wrote: Wrote) -> Draft:
    """Gmail's app: one paragraph a line, hyphens typed by hand."""
    typed = "".join(f'<p dir="ltr">{escape(line, quote=False)}</p>\n' for line in marked(wrote) if line)
    html = f"{typed}<br>\n{_gmail_quote(asked, wrote)}"
    plain = "\n\n".join(line for line in marked(wrote) if line) + f"\n\n{_gmail_plain(asked, wrote)}"
    return Draft(part=_alternative(wrote, plain, html), headers=(("MIME-Version", "1.0"),))


def yahoo(asked: OnScreen, wrote: Wrote) -> Draft:
    """Yahoo Mail: `yahoo_quoted` after the answer."""
    at = asked_at(asked, wrote)
    typed = "".join(
        f'<div dir="ltr" data-setdir="false">{escape(line, quote=False) or "<br>"}</div>' for line in marked(wrote)
    )
    zone = at.tzname() or "UTC"
    said = f"On {at:%A}, {at:%B} {at.day}, {at.year} at {at:%I:%M:%S %p} {zone}, {asked.sender} wrote:"
    html = (
        '<html><head></head><body><div class="ydp1a2b3c4dyahoo-style-wrap" style="font-family: Helvetica Neue, '
        f'Helvetica, Arial, sans-serif; font-size: 16px;"><div></div>\n{typed}<div><br></div>\n</div>'
        '<div id="ydp5e6f7a8byahoo_quoted_1234567890" class="ydp5e6f7a8byahoo_quoted">\n'
        "<div style=\"font-family:'Helvetica Neue', Helvetica, Arial, sans-serif;font-size:13px;color:#26282a;\">\n"
        f"<div>{escape(said, quote=False)}</div>\n<div><br></div>\n<div><br></div>\n<div>{asked.html}</div>\n"
        "</div></div></body></html>\n"
    )
    quoted = "\n".join(f"  {line}" for line in asked.lines)
    plain = "\n".join(marked(wrote)) + f"\n\n    {said}  \n \n {quoted}\n  "
    headers = (("MIME-Version", "1.0"), ("X-Mailer", "WebService/1.1.24076 YMailNorrin"))
    return Draft(part=_alternative(wrote, plain, html, mark=f"----=_Part_{wrote.boundary}"), headers=headers)


def proton(asked: OnScreen, wrote: Wrote) -> Draft:
    """Proton Mail: an empty signature block, then `protonmail_quote`."""
    at = asked_at(asked, wrote)
    style = 'style="font-family: Arial, sans-serif; font-size: 14px;"'
    typed = "".join(f"<li {style}><span>{escape(each, quote=False)}</span></li>" for each in wrote.bullets)
    typed = f'<ul data-editing-info="{{}}">{typed}</ul>' if typed else ""
    typed += "".join(f"<div {style}>{escape(line, quote=False)}</div>" for line in wrote.text.splitlines())
    device = "Sent with Proton Mail secure email."
    said = f"On {at:%A}, {at:%B} {at.day}{_ordinal(at.day)}, {at.year} at {clock(at)}, {asked.sender} wrote:"
    html = (
        f'{typed}<div class="protonmail_signature_block" {style}>\n'
        '    <div class="protonmail_signature_block-user protonmail_signature_block-empty"></div>\n'
        f'    <div class="protonmail_signature_block-proton">Sent with <a target="_blank" href="https://proton.me/mail/home">'
        f'Proton Mail</a> secure email.</div>\n</div>\n<div {style}><br></div><div class="protonmail_quote">\n'
        f'        {escape(said, quote=False)}<br>\n        <blockquote class="protonmail_quote" type="cite">\n'
        f"            {asked.html}\n        </blockquote><br>\n    </div>"
    )
    plain = "\n".join(marked(wrote)) + f"\n\n{device}\n\n{said}\n\n" + "\n".join(f"> {line}" for line in asked.lines)
    return Draft(
        part=_alternative(wrote, plain, html, mark=f"b1=_{wrote.boundary}"), headers=(("MIME-Version", "1.0"),)
    )


def _gmail_list(asked: OnScreen, wrote: Wrote, tag: str) -> Draft:
    items = "".join(f"<li>{escape(each, quote=False)}</li>" for each in wrote.bullets)
    listed = f"<{tag}>{items}</{tag}>" if items else ""
    words = "".join(f"<div>{escape(line, quote=False)}</div>" for line in wrote.text.splitlines())
    greeting = f"<div>{escape(wrote.greeting)}</div>" if wrote.greeting else ""
    closing = f"<div>{escape(wrote.closing)}</div>" if wrote.closing else ""
    html = f'<div dir="ltr">{greeting}{words}{listed}{closing}</div><br>{_gmail_quote(asked, wrote)}'
    typed = marked(wrote, "   - " if tag == "ul" else "   #. ")
    wrapped = [piece for line in typed for piece in textwrap.wrap(line, COLUMNS, subsequent_indent="   ") or [""]]
    closing_lines = [wrote.closing, ""] if wrote.closing else []
    plain = "\n".join([*wrapped, "", *closing_lines, _gmail_plain(asked, wrote)])
    return Draft(part=_alternative(wrote, plain, html), headers=(("MIME-Version", "1.0"),))


def _said(asked: OnScreen, wrote: Wrote) -> str:
    at = asked_at(asked, wrote)
    return f"On {short_date(at)} at {clock(at).replace(' ', _NARROW)}"


def _gmail_quote(asked: OnScreen, wrote: Wrote) -> str:
    address = asked.sender.address
    return (
        '<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        f'{_said(asked, wrote)} {escape(asked.sender.name)} &lt;<a href="mailto:{address}">{address}</a>&gt; wrote:<br>'
        '</div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid '
        f'rgb(204,204,204);padding-left:1ex">{asked.html}</blockquote></div>\n'
    )


def _gmail_plain(asked: OnScreen, wrote: Wrote) -> str:
    said = f"{_said(asked, wrote)} {asked.sender.name} <{asked.sender.address}>"
    # Gmail wraps at 78 columns, which often parts the address from "wrote:".
    first, second = (f"{said} wrote:", "") if len(said) < 71 else (said, "wrote:")  # noqa: PLR2004 - as said
    quoted = "\n".join(f"> {line}".rstrip() for line in asked.lines)
    return f"{first}\n{second}\n\n{quoted}\n" if second else f"{first}\n\n{quoted}\n"


def _alternative(wrote: Wrote, plain: str, html: str, *, mark: str = "") -> MimePart:
    boundary = mark or f"{'0' * 12}{wrote.boundary}61a"
    part = multipart("alternative", boundary, [text(plain), text(html, "html")])
    return multipart("mixed", f"{boundary}m", [part, *wrote.files]) if wrote.files else part


def _ordinal(day: int) -> str:
    if day in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
