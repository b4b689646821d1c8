"""Who wrote a Message, decided from its headers and structure before anything is read.

The table below is walked from top to bottom; the first hard sign decides. Soft signs are kept beside it and decide
nothing: a person who is taken for a machine has lost their answer, so doubt means a person. What one sign cannot say,
two may say together; such a pair is a hard sign of its own.
"""

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType

from domain.message import Message, Where
from domain.origin import NULL_RETURN_PATH, Evidence, Origin
from domain.outcome import Known
from domain.token import tokens_in
from ingest import subjects
from ingest.agents import (
    CHALLENGE_HEADERS,
    CLERKS,
    COPIES,
    DAEMONS,
    LIST_AGENTS,
    LIST_HEADERS,
    NO_REPLY,
    ROBOT_NAMES,
    ROBOTS,
    YES_REPLY_HEADERS,
)
from ingest.tags import first_tag

Signs = Iterator[Evidence]

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_REPORT_TYPE = re.compile(r"report-type\s{0,20}=\s{0,20}\"?([a-z-]{1,40})", re.IGNORECASE)
_METHOD = re.compile(r"^METHOD:([a-z-]{1,20})", re.IGNORECASE | re.MULTILINE)
_TMDA_CONFIRM = re.compile(r"-confirm-[\w.]{1,80}@", re.IGNORECASE)
_SMTP_SPEAKS = re.compile(
    r"(?:^|[^\d.])(?:[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3}|- ?Requested|Requested)|RCPT TO:|host said:? [45]\d\d)",
    re.IGNORECASE,
)
_OFFERS = re.compile(
    r"unsubscribe|opt[- ]?out\b|click here|click below|to be removed|remove me|removal request|removed from (?:our|this|future)"
    r"|special offer|act now|order now|100% free|money[- ]back|toll[- ]free|call now|limited time",
    re.IGNORECASE,
)
_PEEK = 4_000
_LONG = 2_500
"""Characters; a responder says less."""


def classify(message: Message, known: Known) -> tuple[Origin, tuple[Evidence, ...]]:
    """Who wrote it, and every sign that was found, in the order of the table."""
    evidence = tuple(sign for look in TABLE for sign in look(message, known))
    decided = next((sign.points_to for sign in evidence if sign.hard), Origin.PERSON)
    return decided, evidence


def ourselves(message: Message, known: Known) -> Signs:
    """Our own mail come back: an alias that leads to us, a forward, a bounce that is only our mail."""
    if known.instance and known.instance in {value.strip() for value in message.header_all("x-bulletin-instance")}:
        yield _hard("X-Bulletin-Instance", Origin.OURSELVES)
    ours = {address.lower() for address in known.ours}
    if any(_without_tag(box.address) in ours or box.address.lower() in ours for box in message.senders):
        yield _hard("From is ours", Origin.OURSELVES)
    outer = (message.message_id or "").strip("<> ").lower()
    hosts = {address.rpartition("@")[2] for address in ours}
    if outer.rpartition("@")[2] in hosts and tokens_in(outer):
        yield _hard("Message-ID is ours", Origin.OURSELVES)


def complaint(message: Message, _known: Known) -> Signs:
    """An abuse report (RFC 5965)."""
    if _report_type(message) == "feedback-report" or "message/feedback-report" in _types(message):
        yield _hard("feedback report", Origin.COMPLAINT)
    elif {box.address for box in message.senders} == {"staff@hotmail.com"} and "complaint" in (
        message.subject or ""
    ).lower():
        yield _hard("Outlook.com complaint", Origin.COMPLAINT)


def receipt(message: Message, _known: Known) -> Signs:
    """A read receipt (RFC 8098)."""
    if _report_type(message) == "disposition-notification" or "message/disposition-notification" in _types(message):
        yield _hard("disposition notification", Origin.RECEIPT)
    elif _is_null(message) and subjects.begins(message.subject, subjects.RECEIPT, colon=True):
        yield _hard("receipt subject, null return path", Origin.RECEIPT)


def delivery_report(message: Message, _known: Known) -> Signs:
    """A bounce that says so in its structure (RFC 3464) or by a mail server's own header."""
    report = _report_type(message)
    if report in {"delivery-status", "delivery-status-report"}:
        yield _hard("delivery report", Origin.BOUNCE)
    elif _types(message) & {"message/delivery-status", "message/global-delivery-status"}:
        # A person who forwards a bounce may carry this part along.
        robot = report is not None or _is_robot(message) or _is_null(message)
        yield Evidence(sign="delivery status part", points_to=Origin.BOUNCE, hard=robot)
    if message.header("x-failed-recipients"):
        yield _hard("X-Failed-Recipients", Origin.BOUNCE)


def returned_mail(message: Message, _known: Known) -> Signs:
    """A bounce in a mail server's own words: who sends it, and how its subject begins."""
    says_so = subjects.begins(message.subject, subjects.NON_DELIVERY)
    robot = _is_robot(message)
    if robot and (says_so or (subjects.speaks_of_failure(message.subject) and first_tag(message.subject) is None)):
        yield _hard("robot sender, non-delivery subject", Origin.BOUNCE)
    elif says_so and _is_null(message) and not (_advertises(message) and not _smtp_speaks(message)):
        yield _hard("non-delivery subject, null return path", Origin.BOUNCE)
    elif says_so and (_is_no_reply(message) or _local_parts(message) & CLERKS) and _returns_mail(message):
        # Parcel services write `Delivery status` too; they return no mail.
        yield _hard("non-delivery subject, returned mail", Origin.BOUNCE)
    elif robot and not _list_headers(message) and (_local_parts(message) & DAEMONS or _smtp_speaks(message)):
        yield _hard("mail daemon sender", Origin.BOUNCE)
    elif robot:
        yield _soft("robot sender", Origin.BOUNCE)
    elif says_so:
        yield _soft("non-delivery subject", Origin.BOUNCE)
    if _is_sns(message) and '"bounce' in (message.plain or "").lower():
        yield _hard("Amazon SNS bounce", Origin.BOUNCE)


def calendar(message: Message, _known: Known) -> Signs:
    """An answer to an invitation (RFC 6047): written by pressing a button."""
    top = message.header("content-type") or ""
    method = _calendar_method(message)
    inline = any(
        part.content_type == "text/calendar" and part.disposition != "attachment" and not part.nesting
        for part in message.parts
    )
    if top.lower().lstrip().startswith("text/calendar"):
        yield _hard("calendar", Origin.CALENDAR)
    elif inline and method:
        yield _hard(f"calendar {method}", Origin.CALENDAR)
    elif "calendarmessage" in (message.header("content-class") or "").lower():
        yield _hard("Content-Class calendar message", Origin.CALENDAR)
    elif inline and subjects.begins(message.subject, subjects.CALENDAR, colon=True):
        yield _hard("calendar part and subject", Origin.CALENDAR)
    elif inline:
        yield _soft("calendar part", Origin.CALENDAR)


def automatic(message: Message, known: Known) -> Signs:
    """An automatic reply that says so in a header (RFC 3834 section 5, and what responders used before it)."""
    if known.instance and (message.header("x-bulletin-instance") or "").strip():
        # Another Bulletin, whatever a gateway took off its mail: two that ask each other must not answer each other.
        yield _hard("X-Bulletin-Instance of another", Origin.AUTO_REPLY)
    for name, value in message.headers:
        if name in YES_REPLY_HEADERS:
            if value.strip().lower() not in {"no", "0", "false", "none", ""}:
                yield _hard(name, Origin.AUTO_REPLY)
        elif name == "auto-submitted":
            word = _COMMENT.sub(" ", value[:1000]).partition(";")[0].strip().lower()
            if word and word != "no":
                yield _hard(
                    f"Auto-Submitted: {word}" if word in AUTO_SUBMITTED else "Auto-Submitted", Origin.AUTO_REPLY
                )
        elif name in AUTOMATIC_VALUES and any(needle in value.lower() for needle in AUTOMATIC_VALUES[name]):
            yield _hard(name, Origin.AUTO_REPLY)


AUTO_SUBMITTED = frozenset({"auto-replied", "auto-generated", "auto-notified"})
AUTOMATIC_VALUES = MappingProxyType(
    {
        "precedence": ("auto_reply", "auto-reply"),
        "x-precedence": ("auto_reply", "auto-reply"),
        "delivered-to": ("autoresponder",),
        "content-identifier": ("auto-replied",),
        "x400-content-identifier": ("auto reply", "auto-replied"),
        "x-apple-action": ("vacation",),
        "x-autogenerated": ("reply",),
        "x-post-messageclass": ("autoresponder",),
        "x-ms-exchange-generated-message-source": ("out of office", "oof"),
        "x-mailer": ("autoresponder",),
        "x-message-flag": ("out of office",),
        "x-notes-item": ("out of office",),
    }
)


def suspected_automatic(message: Message, _known: Known) -> Signs:
    """Two soft signs of an automatic reply together make a hard one; each alone stays soft."""
    subject = subjects.begins(message.subject, subjects.AUTO_REPLY)
    exact = subjects.begins(message.subject, subjects.AUTO_REPLY, colon=True)
    suppress = (message.header("x-auto-response-suppress") or "").lower()
    # Exchange stamps this on absence notes, and some tenants on everything an application sends.
    stamped = any(word in suppress for word in ("all", "oof", "autoreply"))
    looped = message.header("x-ms-exchange-inbox-rules-loop") is not None
    bulk = (message.header("precedence") or "").strip().lower() in {"bulk", "junk"} and not _list_headers(message)
    advert = (subject or exact) and not (stamped or looped) and _advertises(message)
    if subject and _is_null(message) and not advert:
        yield _hard("automatic subject, null return path", Origin.AUTO_REPLY)
    elif subject and (stamped or looped):
        yield _hard("automatic subject, X-Auto-Response-Suppress", Origin.AUTO_REPLY)
    elif exact and bulk and not advert and not _is_reply_subject(message):
        yield _hard("automatic subject, Precedence", Origin.AUTO_REPLY)
    elif subject:
        yield _soft("automatic subject", Origin.AUTO_REPLY)
    if stamped and (looped or _is_null(message)):
        yield _hard("X-Auto-Response-Suppress, inbox rule", Origin.AUTO_REPLY)
    elif stamped:
        yield _soft("X-Auto-Response-Suppress", Origin.AUTO_REPLY)
    elif looped:
        yield _soft("X-MS-Exchange-Inbox-Rules-Loop", Origin.AUTO_REPLY)


def challenge(message: Message, _known: Known) -> Signs:
    """A challenge-response system asks the sender to prove that they are a person; answering it would be a loop."""
    for name, value in message.headers:
        if name in CHALLENGE_HEADERS and value:
            yield _hard(name, Origin.AUTO_REPLY)
    asked = subjects.begins(message.subject, subjects.CHALLENGE)
    confirm = any(_TMDA_CONFIRM.search(f"{box.address}@") for box in (*message.reply_to, *message.senders))
    if confirm and (asked or _is_null(message)):
        yield _hard("challenge-response", Origin.AUTO_REPLY)
    elif asked or confirm:
        yield _soft("challenge-response", Origin.AUTO_REPLY)


def null_return_path(message: Message, _known: Known) -> Signs:
    """A null return path asks for no answer (RFC 5321 section 4.5.5): a bounce, or an automatic reply of somebody's."""
    if not _is_null(message):
        return
    nobody = _is_robot(message) or _is_no_reply(message) or not any(box.address for box in message.senders)
    if not nobody and (_advertises(message) or _is_lengthy(message)):
        yield _soft(NULL_RETURN_PATH, Origin.AUTO_REPLY)
        return
    yield _hard(NULL_RETURN_PATH, Origin.BOUNCE if nobody else Origin.AUTO_REPLY)


def mailing_list(message: Message, _known: Known) -> Signs:
    """Lists carry what people write, so their headers say little; a list's own agent is no person."""
    headers = _list_headers(message)
    posts = {
        found.lower()
        for value in message.header_all("list-post")
        for found in re.findall(r"mailto:([^>\s?]{1,250})", value)
    }
    senders = {box.address for box in message.senders}
    if headers and (
        (senders & posts and not _munged(message))
        or any(LIST_AGENTS.fullmatch(local) for local in _local_parts(message))
    ):
        yield _hard("list agent", Origin.LIST)
    elif headers and message.header("list-unsubscribe-post") and _is_no_reply(message):
        yield _hard("newsletter", Origin.LIST)
    elif headers:
        yield _soft("list headers", Origin.LIST)
    if (message.header("precedence") or "").strip().lower() in {"bulk", "junk", "list"}:
        yield _soft("Precedence", Origin.LIST)
    if _is_no_reply(message):
        yield _soft("no-reply sender", Origin.AUTO_REPLY)


TABLE: tuple[Callable[[Message, Known], Signs], ...] = (
    ourselves,
    complaint,
    receipt,
    delivery_report,
    calendar,
    returned_mail,
    automatic,
    suspected_automatic,
    challenge,
    null_return_path,
    mailing_list,
)


def _hard(sign: str, origin: Origin) -> Evidence:
    return Evidence(sign=sign, points_to=origin)


def _soft(sign: str, origin: Origin) -> Evidence:
    return Evidence(sign=sign, points_to=origin, hard=False)


def _report_type(message: Message) -> str | None:
    """The report-type of a multipart/report, "" where it has none, None for any other mail."""
    top = (message.header("content-type") or "")[:5000]
    if not top.lower().lstrip().startswith("multipart/report"):
        return None
    match = _REPORT_TYPE.search(top)
    return match[1].lower() if match else ""


def _types(message: Message) -> set[str]:
    """The content types of the Message's own parts, without those of attached messages."""
    return {part.content_type for part in message.parts if not part.nesting}


def _is_null(message: Message) -> bool:
    return message.return_path is not None and message.return_path.strip("<> \t") == ""


def _local_parts(message: Message) -> set[str]:
    return {box.address.lower().partition("@")[0] for box in message.senders if box.address}


def _is_robot(message: Message) -> bool:
    """Whether From names a mail server; `MAILER-DAEMON <>` and `<>` are written too."""
    locals_ = _local_parts(message)
    if locals_ & ROBOTS or any(local.startswith("microsoftexchange") and len(local) > 40 for local in locals_):  # noqa: PLR2004  with a GUID
        return True
    written = " ".join((message.header("from") or "").lower().split())[:200].strip("\"'<> ")
    return (written.startswith(ROBOT_NAMES) and not any("@" in box.address for box in message.senders)) or _named(
        message
    )


def _named(message: Message) -> bool:
    """Whether the display name is one that only mail servers bear."""
    return any(" ".join(box.name.lower().split()).startswith(ROBOT_NAMES[:4]) for box in message.senders)


def _is_no_reply(message: Message) -> bool:
    return any(NO_REPLY.search(local[:100]) for local in _local_parts(message))


def _is_reply_subject(message: Message) -> bool:
    return subjects.normal(message.subject or "").startswith(("re:", "aw:", "sv:", "fw:", "fwd:"))


def _is_sns(message: Message) -> bool:
    return any(box.address.endswith("@sns.amazonaws.com") for box in message.senders)


def _smtp_speaks(message: Message) -> bool:
    """Whether the text quotes an SMTP dialog. Looked at only where a robot already signed the mail."""
    return bool(_SMTP_SPEAKS.search((message.plain or "")[:_PEEK]))


def _returns_mail(message: Message) -> bool:
    """Whether a copy is attached, or a mail that answers nothing quotes an SMTP dialog."""
    answers = message.in_reply_to or message.references
    return bool(_types(message) & COPIES) or (not answers and _smtp_speaks(message))


def _advertises(message: Message) -> bool:
    """Whether a mail that answers nothing speaks like an advertisement: senders of junk forge a null return path too."""
    if message.in_reply_to or message.references:
        return False
    return _OFFERS.search(f"{(message.plain or '')[:_PEEK]}\n{(message.html or '')[:_PEEK]}") is not None


def _is_lengthy(message: Message) -> bool:
    """Whether a mail that answers nothing is a page or a long letter: a responder writes a few plain lines."""
    if message.in_reply_to or message.references or _is_reply_subject(message):
        return False
    page = (message.header("content-type") or "").lower().lstrip().startswith("text/html")
    return page or len(message.plain or "") > _LONG


def _calendar_method(message: Message) -> str | None:
    """What an iTIP text wants (RFC 5546): `reply`, `counter`, `request`."""
    for passage in message.passages:
        if passage.where is Where.NESTED and passage.text[:40].lstrip("\ufeff \r\n").upper().startswith(
            "BEGIN:VCALENDAR"
        ):
            method = _METHOD.search(passage.text[:_PEEK])
            return method[1].lower() if method else None
    return None


def _munged(message: Message) -> bool:
    """Whether a list put itself into From in place of a person, as lists do where DMARC would refuse the person's own."""
    names = {name for name, _ in message.headers}
    return bool(names & {"x-original-from", "x-original-sender"}) or any(" via " in box.name for box in message.senders)


def _list_headers(message: Message) -> bool:
    if any(name in LIST_HEADERS for name, _ in message.headers):
        return True
    agent = (message.header("sender") or "").lower().strip().strip("<>").partition("@")[0]
    return bool(LIST_AGENTS.fullmatch(agent[-150:]))


def _without_tag(address: str) -> str:
    local, at, host = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{host}"
