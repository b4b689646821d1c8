"""Shapes that are a client's or a person's own: what make_replies.py writes beside the clients in their languages."""

ASK = "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager."
WROTE = "On Mon, Mar 3, 2025 at 9:00 AM Weekly Report <reports@agency.example> wrote:"
BLOCK = "From: Weekly Report <reports@agency.example>\nSent: Monday, March 3, 2025 9:00 AM\nTo: Jane Doe\nSubject: What did you do last week?"
HEAD = (
    "From: Jane Doe <jane.doe@agency.example>\nTo: Weekly Report <reports@agency.example>\nSubject: Re: What did you do last week?\n"
    "Date: Mon, 3 Mar 2025 10:12:13 -0500\nMessage-ID: <shape.1@agency.example>\nMIME-Version: 1.0\n"
)


def plain(text: str, charset: str = "utf-8") -> bytes:
    head = HEAD + f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    return head.encode() + text.encode(charset)


def html(text: str) -> bytes:
    return (HEAD + "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + text).encode()


def said(*bullets: str, **more: object) -> dict[str, object]:
    return {"bullets": list(bullets), **more}


QUOTE = f"\n\n{WROTE}\n\n> {ASK}\n"
A, B, C = "Closed the audit of the north site", "Drafted the travel policy", "Fixed the badge reader"

SPECIAL: dict[str, tuple[bytes, dict[str, object]]] = {
    "no-markers": (plain(f"{A}\n{B}\n{C}{QUOTE}"), said(A, B, C)),
    "paragraphs": (plain(f"{A}.\n\n{B}.\n\n{C}.{QUOTE}"), said(f"{A}.", f"{B}.", f"{C}.")),
    "prose": (plain(f"{A}. I also wrote to Dr. Lee about it. {C}.{QUOTE}"), said(f"{A}.", "I also wrote to Dr. Lee about it.", f"{C}.", unsure=True)),
    "one-sentence": (plain(f"{A} and nothing else{QUOTE}"), said(f"{A} and nothing else")),
    "lettered": (plain(f"a) {A}\nb) {B}\nc) {C}{QUOTE}"), said(A, B, C)),
    "roman": (plain(f"i. {A}\nii. {B}\niii. {C}{QUOTE}"), said(A, B, C)),
    "circled": (plain(f"① {A}\n② {B}\n③ {C}{QUOTE}"), said(A, B, C)),
    "keycaps": (plain(f"1️⃣ {A}\n2️⃣ {B}\n3️⃣ {C}{QUOTE}"), said(A, B, C)),
    "boxes": (plain(f"[x] {A}\n[x] {B}\n[ ] {C}{QUOTE}"), said(A, B, C)),
    "markdown-boxes": (plain(f"- [x] {A}\n- [x] {B}\n- [ ] {C}{QUOTE}"), said(A, B, C)),
    "emoji": (plain(f"✅ {A}\n🚀 {B}\n🔧 {C}{QUOTE}"), said(A, B, C)),
    "letter-o": (plain(f"o {A}\no {B}\no {C}{QUOTE}"), said(A, B, C)),
    "letter-o-tab": (plain(f"o\t{A}\no\t{B}\no\t{C}\n\n{BLOCK}\n\n{ASK}\n"), said(A, B, C)),
    "wingdings": (plain(f"§  {A}\n§  {B}\nØ  {C}\n\n{BLOCK}\n\n{ASK}\n"), said(A, B, C)),
    "parens": (plain(f"(1) {A}\n(2) {B}\n(3) {C}{QUOTE}"), said(A, B, C)),
    "number-no-space": (plain(f"1.{A}\n2.{B}\n3.{C}{QUOTE}"), said(A, B, C)),
    "number-dash": (plain(f"1 - {A}\n2 - {B}\n3 - {C}{QUOTE}"), said(A, B, C)),
    "arrows": (plain(f"=> {A}\n=> {B}\n=> {C}{QUOTE}"), said(A, B, C)),
    "em-dash-tight": (plain(f"—{A}\n—{B}\n—{C}{QUOTE}"), said(A, B, C)),
    "cjk-numbers": (plain("一、完成审计\n二、培训同事\n三、修复读卡器\n\n谢谢\n\n在 2025年3月3日，上午9:00，Weekly Report <reports@agency.example> 写道：\n\n> 请回复\n"), said("完成审计", "培训同事", "修复读卡器")),
    "cjk-fullwidth": (plain("１．監査を完了\n２．手順書を改訂\n３．端末を修理\n\n以上です\n\n-----元のメッセージ-----\n差出人: Weekly Report <reports@agency.example>\n送信日時: 2025年3月3日 9:00\n件名: 先週の仕事\n\nお願い\n"), said("監査を完了", "手順書を改訂", "端末を修理")),
    "iso-2022-jp": (plain("・監査を完了\n・手順書を改訂\n\n2025年3月3日(月) 9:00 Weekly Report <reports@agency.example>:\n> お願い\n", "iso-2022-jp"), said("監査を完了", "手順書を改訂")),
    "windows-1252": (plain(f"– Réunion à l’étage\n– {B}{QUOTE}", "windows-1252"), said("Réunion à l’étage", B)),
    "koi8": (plain("- Закрыла проверку\n- Починила считыватель\n\n03.03.2025, 09:00, \"Weekly Report\" <reports@agency.example>:\n> Просим ответить\n", "koi8-r"), said("Закрыла проверку", "Починила считыватель")),
    "nested-plain": (plain(f"- {A}:\n    - north wing\n    - south wing\n- {B}{QUOTE}"), said(f"{A}: north wing; south wing", B)),
    "nested-html": (html(f"<ul><li>{A}<ul><li>north wing</li><li>south wing</li></ul></li><li>{B}</li></ul>"), said(f"{A}: north wing; south wing", B)),
    "wrapped-unindented": (plain(f"- {A} and then went over every finding with\nthe people who will have to mend them\n- {B}{QUOTE}"), said(f"{A} and then went over every finding with the people who will have to mend them", B)),
    "wrapped-numbered": (plain(f"1. {A} and then went over every finding\n   with the people of the site\n2. {B}{QUOTE}"), said(f"{A} and then went over every finding with the people of the site", B)),
    "headings": (plain(f"Last week:\n- {A}\n- {B}\n\nAlso:\n- {C}\n\nThanks!\nJane{QUOTE}"), said(A, B, C)),
    "bold-headings": (html(f"<div><b>Projects:</b></div><ul><li>{A}</li></ul><div><b>Desk:</b></div><ul><li>{B}</li><li>{C}</li></ul>"), said(A, B, C)),
    "underlined-heading": (plain(f"Last week\n=========\n\n* {A}\n* {B}{QUOTE}"), said(A, B)),
    "sections": (plain(f"- {A}\n- {B}\n\n----------\n\n- {C}\n- Ordered toner{QUOTE}"), said(A, B, C, "Ordered toner")),
    "like-header": (plain(f"From: old archive to new, moved 40 boxes\n{A}\n{B}{QUOTE}"), said("From: old archive to new, moved 40 boxes", A, B)),
    "like-attribution": (plain(f"On 3 March 2025 we met and the auditor wrote: approved\n{A}{QUOTE}"), said("On 3 March 2025 we met and the auditor wrote: approved", A)),
    "like-signature": (plain(f"-- {A}\n-- {B}\n-- Thanks to Bob, shipped{QUOTE}"), said(A, B, "Thanks to Bob, shipped")),
    "thanks-to": (plain(f"Thanks to Bob, shipped the release\n{A}\n\nThanks,\nJane{QUOTE}"), said("Thanks to Bob, shipped the release", A)),
    "sent-from-work": (plain(f"- Sent with approval the forecast to finance\n- {A}\n\nSent from my Galaxy{QUOTE}"), said("Sent with approval the forecast to finance", A)),
    "original-word": (plain(f"- Restored the original message of the founder\n- {A}{QUOTE}"), said("Restored the original message of the founder", A)),
    "colon-list": (plain(f"- Audit: closed\n- Subject: travel, drafted\n- To: finance, sent figures{QUOTE}"), said("Audit: closed", "Subject: travel, drafted", "To: finance, sent figures")),
    "signature-dashes": (plain(f"* {A}\n* {B}\n\n-- \nJane Doe\nRecords | +1 555 0100\nhttps://agency.example{QUOTE}"), said(A, B)),
    "signature-below-quote": (plain(f"* {A}\n* {B}{QUOTE}\n-- \nJane Doe\nRecords\n"), said(A, B)),
    "signed-dash-name": (plain(f"{A}\n{B}\n\n-Jane{QUOTE}"), said(A, B)),
    "name-alone": (plain(f"{A}\n{B}\n\nJane Doe{QUOTE}"), said(A, B)),
    "disclaimer": (plain(f"- {A}\n- {B}\n\nThis e-mail and any attachments are confidential and intended solely for the addressee. If you are not the intended recipient, please delete it.{QUOTE}"), said(A, B, absent="solely")),
    "banner-top": (plain(f"CAUTION: This email originated from outside of the organization. Do not click links or open attachments.\n\n- {A}\n- {B}{QUOTE}"), said(A, B, absent="CAUTION")),
    "banner-bracket": (plain(f"[EXTERNAL EMAIL]\n\n{A}\n{B}{QUOTE}"), said(A, B, absent="EXTERNAL")),
    "label-top": (plain(f"[Agency Official Use Only - General]\n\n- {A}\n- {B}{QUOTE}"), said(A, B, absent="General")),
    "list-footer": (plain(f"- {A}\n- {B}\n\n_______________________________________________\nReports mailing list\nreports@agency.example\nhttps://lists.agency.example/reports\n"), said(A, B, absent="mailing")),
    "reply-above": (plain(f"- {A}\n- {B}\n\n##- Please type your reply above this line -##\n\n{ASK}\n"), said(A, B)),
    "bottom-post": (plain(f"{WROTE}\n\n> {ASK}\n\n- {A}\n- {B}\n"), said(A, B)),
    "bottom-post-greeting-above": (plain(f"Hi,\n\n{WROTE}\n\n> {ASK}\n\n- {A}\n- {B}\n"), said(A, B)),
    "inline": (plain(f"{WROTE}\n> What did you do last week?\n- {A}\n- {B}\n> Please cc your manager.\nDone.\n"), said(A, B)),
    "unquoted-known-prompt": (plain(f"{A}\n{B}\n\n{ASK}\n"), said(A, B, needs_prompt=True)),
    "known-prompt-above": (plain(f"{ASK}\n\n- {A}\n- {B}\n"), said(A, B, needs_prompt=True)),
    "known-prompt-rewrapped": (plain(f"- {A}\n- {B}\n\nPlease reply to this email with approx.\n5 bullets of what you accomplished last\nweek and cc your manager.\n"), said(A, B, needs_prompt=True)),
    "answered-under-outlook-header": (plain(f"{BLOCK}\n\n{ASK}\n\n- {A}\n- {B}\n"), said(A, B)),
    "gmail-inline": (html(f'<div dir="ltr"></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{WROTE.replace("<", "&lt;").replace(">", "&gt;")}<br></div><blockquote class="gmail_quote"><p>{ASK}</p></blockquote><div>1. {A}</div><div>2. {B}</div></div>'), said(A, B)),
    "inside-quote-wrapper": (html(f'<blockquote type="cite"><div>{WROTE.replace("<", "&lt;").replace(">", "&gt;")}</div><div>{ASK}</div><div>- {A}</div><div>- {B}</div></blockquote>'), said(A, B, needs_prompt=True)),
    "inside-outlook-signature": (html(f'<html><body><div><br></div><div id="Signature"><div>* {A}</div><div>* {B}</div></div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>From:</b> Weekly Report<br><b>Sent:</b> Monday, March 3, 2025 9:00 AM<br><b>To:</b> Jane<br><b>Subject:</b> Week</div><div>{ASK}</div></body></html>'), said(A, B)),
    "gmail-indent": (html(f'<div dir="ltr">Last week:<br><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>{A}</div><div>{B}</div></blockquote></div>'), said(A, B)),
    "table": (html(f"<table><tr><td>1.</td><td>{A}</td></tr><tr><td>2.</td><td>{B}</td></tr></table>"), said(A, B)),
    "br-lines": (html(f"<body>{A}<br>{B}<br>{C}<br><br>Regards<br>Jane</body>"), said(A, B, C)),
    "ol-start": (html(f"<ol><li>{A}</li></ol><p>&nbsp;</p><ol start=2><li>{B}</li><li>{C}</li></ol>"), said(A, B, C)),
    "hidden-preheader": (html(f'<div style="display:none;max-height:0">View this in a browser</div><ul><li>{A}</li><li>{B}</li></ul>'), said(A, B, absent="browser")),
    "portion-marks": (plain(f"(U) {A}\n(U) {B}{QUOTE}"), said(f"(U) {A}", f"(U) {B}")),
    "right-to-left-dashes": (plain("- סיימתי את הביקורת\n- תיקנתי את הקורא\n\nבברכה,\nיעל\n"), said("סיימתי את הביקורת", "תיקנתי את הקורא")),
    "arabic-digits": (plain("١. أنهيت التدقيق\n٢. أصلحت القارئ\n\nشكرا\n"), said("أنهيت التدقيق", "أصلحت القارئ")),
    "semi-thread": (plain(f"- {A}\n- {B}\n\n{BLOCK}\n\n{ASK}\n\nFrom: Someone Else <else@agency.example>\nSent: Sunday, March 2, 2025 9:00 AM\nTo: all\nSubject: week\n\n- not mine\n"), said(A, B, absent="not mine")),
    "empty-top": (plain(f"{WROTE}\n\n> {ASK}\n"), said()),
    "thanks-only": (plain(f"Thanks!{QUOTE}"), said()),
    "crlf-nbsp": (plain(f"•\u00a0{A}\r\n•\u00a0{B}\r\n\r\n{WROTE}\r\n\r\n> {ASK}\r\n"), said(A, B)),
    "tabs": (plain(f"\t•\t{A}\n\t•\t{B}{QUOTE}"), said(A, B)),
    "pgp-signed": (plain(f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- - {A}\n- - {B}\n-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n"), said(A, B, absent="iQEz")),
    "following": (plain(f"Hi,\n\nBetween 3/3/2025 and 3/7/2025 I completed the following:\n- {A}\n- {B}{QUOTE}"), said(A, B)),
    "board-wrote": (plain(f"- {A}\nOn 3 March 2025 the board wrote:\n- approved\n- {B}{QUOTE}"), said(A, "approved", B)),
    "dated-headings": (plain(f"Week of 3/3/2025:\n- {A}\n\nNext week (10/3/2025):\n- {B}{QUOTE}"), said(A, B)),
    "groupwise": (plain(f'{A}\n{B}\n\n>>> "Weekly Report" <reports@agency.example> 03/03/25 9:00 AM >>>\nPlease reply\nwith bullets\n'), said(A, B)),
    "notes-summary": (plain(f"- {A}\n- {B}\n\n\nWeekly Report---03/03/2025 09:00:00 AM---Please reply\n\nFrom: Weekly Report/HQ/Agency\nTo: All\nDate: 03/03/2025 09:00 AM\nSubject: Week\n\nPlease reply\n"), said(A, B)),
    "mailmate-forward": (plain(f"{A}\n\nForwarded message:\n\n> From: Weekly Report <reports@agency.example>\n> Subject: Week\n> Date: Mon, 3 Mar 2025 09:00:00 -0500\n>\n> text\n"), said(A)),
    "blackberry": (plain(f"- {A}\n- {B}\n\nSent from my BlackBerry 10 smartphone.\n  Original Message  \nFrom: Weekly Report\nSent: Monday, March 3, 2025 9:00 AM\nTo: Jane\nSubject: Week\n\ntext\n"), said(A, B, absent="Original")),
    "unknown-language-header": (plain(f"- {A}\n- {B}\n\nXyzq: Weekly Report <reports@agency.example>\nAbcd: 3. 3. 2025 09:00\nEfgh: Jane\nIjkl: Week\n\ntext\n"), said(A, B, absent="Xyzq")),
    "checkbox-html": (html(f'<div><input type="checkbox" checked> {A}</div><div><input type="checkbox"> {B}</div>'), said(A, B)),
    "word-levels": (html(f'<p class=MsoListParagraph style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">·</span>{A}</p><p class=MsoListParagraph style="mso-list:l0 level2 lfo1"><span style="mso-list:Ignore">o</span>north wing</p><p class=MsoListParagraph style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">·</span>{B}</p><p class=MsoNormal>Thanks,</p><p class=MsoNormal>Jane</p>'), said(f"{A}: north wing", B)),
}  # fmt: skip
