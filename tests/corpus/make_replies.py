"""Writes tests/corpus/replies/: a mail as each client would send it, and beside it the bullets that must come out.

Run `python tests/corpus/make_replies.py` from the root of the repository; the files are the corpus, this only saves typing.
"""

import base64
import json
import pathlib
import quopri
import sys
from html import escape

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from special import SPECIAL  # noqa: E402 - its folder is no package
from tongues import TONGUES, S, Tongue  # noqa: E402 - as above

FOLDER = pathlib.Path(__file__).parent / "replies"
ASK = (
    "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager.",
    "Please do not send any classified information, links, or attachments.",
    "Deadline is this Monday at 11:59pm.",
)
ASK_HTML = "".join(f"<p>{line}</p>" for line in ASK)
ASK_PLAIN = "\n\n".join(ASK)
SUBJECT = "What did you do last week?"


def head(t: Tongue, extra: str = "") -> str:
    return (
        "Return-Path: <jane.doe@agency.example>\nReceived: from mx.agency.example by imap.agency.example; Mon, 3 Mar 2025 15:12:14 +0000\n"
        f"From: Jane Doe <jane.doe@agency.example>\nTo: {S}\nSubject: Re: {SUBJECT}\nDate: Mon, 3 Mar 2025 10:12:13 -0500\n"
        f"Message-ID: <{t.code}.1@agency.example>\nIn-Reply-To: <token.1@agency.example>\nMIME-Version: 1.0\n{extra}"
    )


def body(kind: str, text: str, cte: str = "quoted-printable", params: str = "") -> str:
    data = text.encode()
    coded = quopri.encodestring(data).decode() if cte == "quoted-printable" else base64.encodebytes(data).decode()
    return f'Content-Type: {kind}; charset="utf-8"{params}\nContent-Transfer-Encoding: {cte}\n\n{coded}\n'


def both(t: Tongue, plain: str, html: str, extra: str = "") -> str:
    return (
        head(t, extra) + 'Content-Type: multipart/alternative; boundary="b1"\n\n--b1\n' + body("text/plain", plain) + "--b1\n"
        + body("text/html", html, "base64") + "--b1--\n"
    )  # fmt: skip


def only(t: Tongue, kind: str, text: str, extra: str = "", params: str = "") -> str:
    return head(t, extra) + body(kind, text, params=params)


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def fields(t: Tongue, colon: str = ": ") -> list[tuple[str, str]]:
    values = (S, "Monday, March 3, 2025 9:00 AM", "Jane Doe <jane.doe@agency.example>", SUBJECT)
    return [(name + colon, value) for name, value in zip(t.fields, values, strict=True)]


def block(t: Tongue) -> str:
    return "\n".join(name + value for name, value in fields(t))


def block_html(t: Tongue) -> str:
    return "<br>".join(f"<b>{name.strip()}</b> {escape(value)}" for name, value in fields(t))


def ul(done: tuple[str, ...], tag: str = "ul") -> str:
    return f"<{tag}>" + "".join(f"<li>{escape(item)}</li>" for item in done) + f"</{tag}>"


def divs(lines: list[str]) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in lines)


def dashes(done: tuple[str, ...], mark: str = "- ") -> str:
    return "\n".join(mark + item for item in done)


def closing_html(t: Tongue) -> str:
    return escape(t.closing).replace("\n", "<br>")


def gmail_list(t: Tongue) -> str:
    quote = (
        f'<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{escape(t.wrote)}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{ASK_HTML}</blockquote></div>'
    )
    html = f'<div dir="ltr"><div>{escape(t.greeting)}</div><div><br></div>{ul(t.done)}<div>{closing_html(t)}</div></div>{quote}'
    plain = f"{t.greeting}\n\n" + "\n".join(f"   - {item}" for item in t.done) + f"\n\n{t.closing}\n\n{t.wrote}\n\n{quoted(ASK_PLAIN)}\n"
    return both(t, plain, html)


def gmail_ordered_android(t: Tongue) -> str:
    html = (
        f'<div dir="auto">{divs([f"{n}. {item}" for n, item in enumerate(t.done, 1)])}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{escape(t.wrote)}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{ASK_HTML}</blockquote></div>\n'
    )
    return both(t, dashes(t.done, "* ") + f"\n\n{t.wrote}\n\n{quoted(ASK_PLAIN)}\n", html)


def gmail_plain(t: Tongue) -> str:
    return only(t, "text/plain", f"{dashes(t.done)}\n\n{t.wrote}\n\n{quoted(ASK_PLAIN)}\n")


def gmail_wrapped_attribution(t: Tongue) -> str:
    wrote = t.wrote.replace(" <", " <\n", 1)
    return only(t, "text/plain", f"{t.greeting}\n\n{dashes(t.done, '• ')}\n\n{t.closing}\n\n{wrote}\n\n{quoted(ASK_PLAIN)}\n")


def word_items(done: tuple[str, ...], glyph: str = "·") -> str:
    return "".join(
        '<p class="MsoListParagraph" style="text-indent:-.25in;mso-list:l0 level1 lfo1"><![if !supportLists]><span style="font-family:Symbol">'
        f'<span style="mso-list:Ignore">{glyph}<span style="font:7.0pt &quot;Times New Roman&quot;">&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span>'
        f"<![endif]>{escape(item)}<o:p></o:p></p>"
        for item in done
    )


def outlook_desktop(t: Tongue) -> str:
    html = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0in;} --></style>'
        "<!--[if gte mso 9]><xml><o:shapedefaults v:ext=\"edit\"/></xml><![endif]--></head><body lang=EN-US><div class=WordSection1>"
        f"<p class=MsoNormal>{escape(t.greeting)}<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>{word_items(t.done)}"
        f"<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>{closing_html(t)}<o:p></o:p></p>"
        "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'>"
        f"<p class=MsoNormal>{block_html(t)}<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>{ASK_HTML}</div></body></html>"
    )
    plain = f"{t.greeting}\n\n" + dashes(t.done, "·        ") + f"\n\n{t.closing}\n\n{block(t)}\n\n{ASK_PLAIN}\n"
    return both(t, plain, html)


def outlook_desktop_plain(t: Tongue) -> str:
    return only(t, "text/plain", f"{dashes(t.done, '·        ')}\n\n{t.closing}\n\n{block(t)}\n\n{ASK_PLAIN}\n")


def outlook_word_numbers(t: Tongue) -> str:
    items = "".join(
        f'<p class="MsoListParagraphCxSpMiddle" style="mso-list:l1 level1 lfo2"><!--[if !supportLists]--><span style="mso-list:Ignore">{n}.'
        f'<span style="font:7.0pt &quot;Times New Roman&quot;">&nbsp;&nbsp;&nbsp; </span></span><!--[endif]-->{escape(item)}<o:p></o:p></p>'
        for n, item in enumerate(t.done, 1)
    )
    html = (
        f'<html><body><div class="WordSection1">{items}<p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
        f'<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">{block_html(t)}</p></div>{ASK_HTML}</div></body></html>'
    )
    return only(t, "text/html", html)


def outlook_web(t: Tongue) -> str:
    html = (
        '<html><head><style type="text/css" style="display:none;">P {margin-top:0;margin-bottom:0;}</style></head><body dir="ltr">'
        f'<div class="elementToProof">{escape(t.greeting)}</div>{ul(t.done)}<div id="Signature"><p>{closing_html(t)}</p></div>'
        '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
        f'<font face="Calibri, sans-serif">{block_html(t)}</font><div>&nbsp;</div></div><div>{ASK_HTML}</div></body></html>'
    )
    plain = f"{t.greeting}\n\n" + dashes(t.done, "  *   ") + f"\n\n{t.closing}\n________________________________\n{block(t)}\n\n{ASK_PLAIN}\n"
    return both(t, plain, html)


def outlook_new(t: Tongue) -> str:
    html = (
        f'<html><body><div class="elementToProof" style="font-family: Aptos;">{divs(["• " + item for item in t.done])}</div>'
        f'<div id="mail-editor-reference-message-container"><hr style="display: inline-block; width: 98%;"><div id="divRplyFwdMsg">{block_html(t)}</div>{ASK_HTML}</div></body></html>'
    )
    return only(t, "text/html", html)


def outlook_mobile(t: Tongue) -> str:
    html = (
        f'<html><body><div dir="auto">{divs([*(f"- {item}" for item in t.done)])}</div><div id="ms-outlook-mobile-body-separator-line" dir="auto"><br></div>'
        '<div id="ms-outlook-mobile-signature" dir="auto">Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr style="display:inline-block;width:98%" tabindex="-1">'
        f'<div id="divRplyFwdMsg" dir="ltr">{block_html(t)}</div>{ASK_HTML}</body></html>'
    )
    plain = f"{dashes(t.done)}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n{block(t)}\n\n{ASK_PLAIN}\n"
    return both(t, plain, html)


def outlook_mobile_plain(t: Tongue) -> str:
    return only(
        t, "text/plain", f"{dashes(t.done)}\n\nGet Outlook for Android<https://aka.ms/AAb9ysg>\n________________________________\n{block(t)}\n\n{ASK_PLAIN}\n"
    )


def iphone(t: Tongue) -> str:
    html = (
        f'<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">{divs([*t.done])}<br id="lineBreakAtBeginningOfSignature">'
        f'<div dir="ltr">{escape(t.device)}</div><div dir="ltr"><br><blockquote type="cite">{escape(t.wrote)}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">\ufeff{ASK_HTML}</div></blockquote></body></html>'
    )
    return both(t, "\n".join(t.done) + f"\n\n{t.device}\n\n> {t.wrote}\n> \n> \ufeff{ASK_PLAIN}\n", html)


def iphone_plain(t: Tongue) -> str:
    return only(t, "text/plain", "\n".join(f"{n}) {item}" for n, item in enumerate(t.done, 1)) + f"\n\n{t.device}\n\n> {t.wrote}\n> \n{quoted(ASK_PLAIN)}\n")


def apple_mail(t: Tongue) -> str:
    html = (
        '<html><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space;">'
        f'<ul class="MailOutline">{"".join(f"<li>{escape(item)}</li>" for item in t.done)}</ul><br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>{escape(t.wrote)}</div>'
        f'<br class="Apple-interchange-newline"><div>{ASK_HTML}</div></blockquote></div><br></body></html>'
    )
    return both(t, dashes(t.done, "• ") + f"\n\n\n> {t.wrote}\n> \n{quoted(ASK_PLAIN)}\n", html)


def thunderbird(t: Tongue) -> str:
    html = (
        f'<!DOCTYPE html>\n<html>\n  <head>\n    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8">\n  </head>\n  <body>\n    <p>{escape(t.greeting)}</p>\n    {ul(t.done)}\n'
        f'    <div class="moz-signature">-- <br>\n      Jane Doe<br>\n      Records Office</div>\n    <div class="moz-cite-prefix">{escape(t.wrote)}<br>\n    </div>\n'
        f'    <blockquote type="cite" cite="mid:token.1@agency.example">\n      {ASK_HTML}\n    </blockquote>\n    <br>\n  </body>\n</html>\n'
    )
    return only(t, "text/html", html)


def thunderbird_flowed(t: Tongue) -> str:
    long = [f"- {item}, \nand wrote it down for those who come after" for item in t.done]
    return only(t, "text/plain", "\n".join(long) + f"\n\n-- \nJane Doe\nRecords Office\n\n{t.wrote}\n{quoted(ASK_PLAIN)}\n", params="; format=flowed")


def thunderbird_bottom(t: Tongue) -> str:
    return only(t, "text/plain", f"{t.wrote}\n{quoted(ASK_PLAIN)}\n\n{t.greeting}\n\n{dashes(t.done, '* ')}\n\n-- \nJane Doe\nRecords Office\n", params="; format=flowed")


def yahoo(t: Tongue) -> str:
    html = (
        f'<html><head></head><body><div class="ydp7c1yahoo-style-wrap" style="font-size:16px;"><div dir="ltr">{divs([f"{n}. {i}" for n, i in enumerate(t.done, 1)])}</div></div>'
        f'<div id="ydp11yahoo_quoted_9" class="ydp11yahoo_quoted"><div style="color:#26282a;"><div>{escape(t.wrote)}</div><div><br></div><div>{ASK_HTML}</div></div></div></body></html>'
    )
    return both(t, dashes(t.done, "1. ") + f"\n\n    {t.wrote}\n \n {ASK_PLAIN}\n", html)


def proton(t: Tongue) -> str:
    html = (
        f'<div style="font-family: Arial;">{ul(t.done, "ol")}</div><div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">'
        f'Sent with <a href="https://proton.me/mail/home">Proton Mail</a> secure email.</div></div><div class="protonmail_quote">{escape(t.wrote)}<br>'
        f'<blockquote class="protonmail_quote" type="cite">{ASK_HTML}</blockquote><br></div>'
    )
    return only(t, "text/html", html)


def proton_plain(t: Tongue) -> str:
    return only(t, "text/plain", f"{dashes(t.done)}\n\nSent with Proton Mail secure email.\n\n{t.wrote}\n\n{quoted(ASK_PLAIN)}\n")


def zimbra(t: Tongue) -> str:
    html = (
        f'<html><body><div style="font-family: arial">{ul(t.done)}<div data-marker="__SIG_PRE__">{closing_html(t)}</div><hr id="zwchr" data-marker="__DIVIDER__">'
        f'<div data-marker="__HEADERS__">{block_html(t)}</div><div data-marker="__QUOTED_TEXT__">{ASK_HTML}</div></div></body></html>'
    )
    return only(t, "text/html", html)


def zimbra_plain(t: Tongue) -> str:
    return only(t, "text/plain", f"{dashes(t.done, '+ ')}\n\n----- {t.original} -----\n{block(t)}\n\n{ASK_PLAIN}\n")


def notes(t: Tongue) -> str:
    rows = "\n".join(f"{name}        {value}" for name, value in fields(t, ":"))
    return only(t, "text/plain", f"{t.greeting}\n\n{dashes(t.done)}\n\n\n\n{rows}\n\n\n\n{ASK_PLAIN}\n", "X-Mailer: HCL Notes Release 12\n")


def old_outlook(t: Tongue) -> str:
    return only(t, "text/plain", f"{dashes(t.done)}\n\n{t.closing}\n\n-----{t.original}-----\n{block(t)}\n\n{ASK_PLAIN}\n", "X-Mailer: Microsoft Office Outlook 11\n")


def samsung(t: Tongue) -> str:
    html = (
        f'<html><head></head><body dir="auto">{divs(["- " + item for item in t.done])}<div dir="auto"><br></div><div id="composer_signature" dir="auto"><div>{escape(t.device)}</div></div>'
        f'<div dir="auto"><br></div><div align="left" style="font-size:100%;"><div>-------- {t.original} --------</div><div>{block_html(t)}</div><div><br></div></div>{ASK_HTML}</body></html>'
    )
    return only(t, "text/html", html)


def gmx(t: Tongue) -> str:
    html = (
        f'<html><head></head><body><div style="font-family: Verdana;">{divs(["– " + item for item in t.done])}<div><div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;">'
        f'<div style="margin:0 0 10px 0;">{block_html(t)}</div><div name="quoted-content">{ASK_HTML}</div></div></div></div></body></html>'
    )
    return only(t, "text/html", html)


def mutt(t: Tongue) -> str:
    return only(t, "text/plain", f"{t.wrote}\n> {ASK[0]}\n\n{dashes(t.done, '  - ')}\n\n> {ASK[1]}\n> {ASK[2]}\n", "User-Agent: Mutt/2.2.9\n")


def fastmail(t: Tongue) -> str:
    html = (
        f'<!DOCTYPE html><html><body>{divs([*("• " + item for item in t.done), "", "Jane"])}<div>{escape(t.wrote)}<br></div>'
        f'<blockquote type="cite" id="qt" style="">{ASK_HTML}</blockquote><div><br></div></body></html>'
    )
    return only(t, "text/html", html)


def qq(t: Tongue) -> str:
    html = (
        f'<div>{divs([f"{n}、{item}" for n, item in enumerate(t.done, 1)])}</div><div style="font-size: 12px;padding:2px 0 2px 0;">------------------&nbsp;{t.original}&nbsp;------------------</div>'
        f'<div style="font-size: 12px;background:#efefef;padding:8px;"><div>{block_html(t)}</div></div><div><br></div>{ASK_HTML}'
    )
    return only(t, "text/html", html)


def spark(t: Tongue) -> str:
    html = (
        f'<html><body><div name="messageBodySection"><div dir="auto">{ul(t.done)}</div></div><div name="messageSignatureSection"><br>Jane Doe<br>Records</div>'
        f'<div name="messageReplySection">{escape(t.wrote)}<br><blockquote type="cite" style="border-left: thin solid #1abc9c;">{ASK_HTML}</blockquote></div></body></html>'
    )
    return only(t, "text/html", html)


def roundcube(t: Tongue) -> str:
    html = f'<html><body style="font-size: 10pt"><p>{"<br>".join("* " + escape(i) for i in t.done)}</p><p id="reply-intro">{escape(t.wrote)}</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid">{ASK_HTML}</blockquote></body></html>'
    return only(t, "text/html", html)


def unmarked_outlook(t: Tongue) -> str:
    paragraphs = "".join(f'<p class="MsoNormal">{escape(item)}<o:p></o:p></p>' for item in t.done)
    html = f'<html><body><div class="WordSection1">{paragraphs}<p class="MsoNormal">&nbsp;</p><p class="MsoNormal">{block_html(t)}</p>{ASK_HTML}</div></body></html>'
    return only(t, "text/html", html)


CLIENTS = (
    gmail_list, gmail_ordered_android, gmail_plain, gmail_wrapped_attribution, outlook_desktop, outlook_desktop_plain, outlook_word_numbers,
    outlook_web, outlook_new, outlook_mobile, outlook_mobile_plain, iphone, iphone_plain, apple_mail, thunderbird, thunderbird_flowed,
    thunderbird_bottom, yahoo, proton, proton_plain, zimbra, zimbra_plain, notes, old_outlook, samsung, gmx, mutt, fastmail, qq, spark, roundcube,
    unmarked_outlook,
)  # fmt: skip

# The Thai, Chinese, Korean and Japanese attributions have no place to break before the address.
EACH = 4


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for number, client in enumerate(CLIENTS):
        for turn in range(EACH):
            tongue = TONGUES[(number * EACH + turn * 7 + number // 7) % len(TONGUES)]
            done = tongue.done
            if client is thunderbird_flowed:
                done = tuple(f"{item}, and wrote it down for those who come after" for item in done)
            save(f"{client.__name__}-{tongue.code}", client(tongue), {"bullets": list(done)})
    for name, (raw, answer) in SPECIAL.items():
        save(f"shape-{name}", raw, answer)


def save(name: str, raw: str | bytes, answer: dict[str, object]) -> None:
    data = raw if isinstance(raw, bytes) else raw.encode()
    (FOLDER / f"{name}.eml").write_bytes(data)
    (FOLDER / f"{name}.json").write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
