"""What mail clients write into their HTML: which elements hold a quote, which a signature, which are not shown.

Tables only: a client's marker is added here, as a row, with nothing else to change.
"""

import re
from collections.abc import Mapping
from enum import StrEnum


class Mark(StrEnum):
    """What an element's own attributes say."""

    QUOTE = "quote"
    WRAPPER = "wrapper"
    """A quote, but where it has a blockquote as its child only what stands before and in that one is quoted."""
    TAIL = "tail"
    """A quote from here to the end of the mail."""
    BLOCK = "block"
    SIGNATURE = "signature"
    HIDDEN = "hidden"


Attributes = Mapping[str, str | None]

CLASSES = {
    "gmail_quote": Mark.WRAPPER,  # Gmail, K-9, Mailspring
    "gmail_quote_container": Mark.WRAPPER,
    "protonmail_quote": Mark.WRAPPER,
    "tutanota_quote": Mark.QUOTE,
    "front-blockquote": Mark.QUOTE,
    "freshdesk_quote": Mark.WRAPPER,
    "fernand_quote": Mark.WRAPPER,
    "zmail_extra": Mark.WRAPPER,  # Zoho
    "quotedreply": Mark.QUOTE,  # Zendesk
    "notion-mail-quote": Mark.WRAPPER,
    "alimail-quote": Mark.QUOTE,
    "nylas-quote": Mark.WRAPPER,
    "missive_quote": Mark.WRAPPER,
    "gmail_attr": Mark.QUOTE,
    "moz-cite-prefix": Mark.QUOTE,  # Thunderbird
    "moz-forward-container": Mark.QUOTE,
    "moz-email-headers-table": Mark.QUOTE,
    "outlookmessageheader": Mark.TAIL,
}

IDS = {
    "divrplyfwdmsg": Mark.TAIL,  # Outlook on the web, 365, mobile
    "mail-editor-reference-message-container": Mark.TAIL,  # new Outlook
    "stopspelling": Mark.TAIL,  # Hotmail
    "olk_src_body_section": Mark.QUOTE,  # Outlook for Mac
    "zwchr": Mark.TAIL,  # Zimbra
    "isreplycontent": Mark.QUOTE,  # NetEase
    "isforwardcontent": Mark.QUOTE,
    "_original_content": Mark.QUOTE,  # BlackBerry
    "_originalcontent": Mark.QUOTE,
    "reply-intro": Mark.QUOTE,  # Roundcube
    "quoted_body_id": Mark.QUOTE,  # Nine
    "edo-original": Mark.QUOTE,  # Edison
    "_mailautosig": Mark.SIGNATURE,
    "signature": Mark.SIGNATURE,
    "_rc_sig": Mark.SIGNATURE,  # Roundcube
    "zm-_id_-sgn": Mark.SIGNATURE,  # Zoho
    "dab4fad8-2dd7-40bb-a1b8-4e2aa1f9fdf2": Mark.SIGNATURE,  # Avast, under a mail it looked through
}

_SIGNATURE = re.compile(r"(?<!^)signature(?:$|[-_\d])|^signature[_\d]")
"""What nearly every client calls the element that holds one: `gmail_signature`, `io-ox-signature`, `ydp1a2bsignature`.

A class that is nothing but `signature` is any page's; as an id it is Outlook's.
"""

NAMES = {
    "messagereplysection": Mark.QUOTE,  # Spark
    "quote": Mark.QUOTE,  # GMX, web.de
    "_mailoriginal": Mark.TAIL,
    "messagesignaturesection": Mark.SIGNATURE,
    "_mailautosig": Mark.SIGNATURE,
}

ZIMBRA = {
    "__quoted_text__": Mark.QUOTE,
    "__headers__": Mark.QUOTE,
    "__divider__": Mark.QUOTE,
    "__sig_pre__": Mark.SIGNATURE,
    "__sig_post__": Mark.SIGNATURE,
}

_TELLING = frozenset({"class", "id", "name", "data-marker", "title", "data-smartmail", "data-signatureblock"})
"""The attributes in which clients name what an element is."""

_FOREIGN = re.compile(r"^(?:x_|ecx)+")
"""Outlook and Hotmail put these before the names of others when they quote them."""

_OUTLOOK_RULE = re.compile(r"border-top:solid#(?:e1e1e1|b5c4df)1\.0pt;padding:3\.0pt0(?:in|cm|pt|mm)?0", re.IGNORECASE)
_WINDOWS_MAIL_RULE = re.compile(r"padding-top:5px;border-top-color:rgb\(229,229,229\)", re.IGNORECASE)
_HIDING = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|font-size:(?:0(?:\.0)?(?:px|pt|em|rem|%)?|1(?:\.0)?(?:px|pt|%))(?:[;!]|$)|opacity:0(?:\.0)?(?:[;!]|$)"
    r"|max-height:0(?:px)?(?:[;!]|$)|text-indent:-(?:\d{4,}|[3-9]\d\dpx)|(?:^|;)left:-\d{3,}px",
    re.IGNORECASE,
)
_INDENT = re.compile(r"border:none|border-width:0|border-left:(?:none|0)", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(r"\.([\w-]{1,60})\s{0,9}\{([^{}]{0,600})\}")


def hidden_classes(style: str) -> frozenset[str]:
    """The classes that a style sheet does not show. Rules inside a media query are for other screens and do not count."""
    return _classes(style, re.compile(r"display\s*:\s*none"))


def spacing_classes(style: str) -> frozenset[str]:
    """The classes whose white space a style sheet keeps."""
    return _classes(style, re.compile(r"white-space\s*:\s*(?:pre|break-spaces)"))


def _classes(style: str, rule: re.Pattern[str]) -> frozenset[str]:
    outside = style.partition("@media")[0]
    return frozenset(name.lower() for name, rules in _HIDDEN_CLASS.findall(outside) if rule.search(rules))


def style_of(attributes: Attributes) -> str:
    """The style without spaces."""
    style = attributes.get("style") if attributes else None
    return "".join(style.split()) if style else ""


def mark(tag: str, attributes: Attributes, style: str) -> Mark | None:
    """What an element's attributes, its style without spaces among them, say it is."""
    if "hidden" in attributes or (style and _HIDING.search(style)):
        return Mark.HIDDEN
    named = Mark.SIGNATURE if tag == "signature" else _named(attributes)  # Mailspring
    if tag == "li" and named is Mark.SIGNATURE:
        return None
    if tag == "blockquote":
        return named if named in {Mark.QUOTE, Mark.TAIL} else _blockquote(attributes, style, named)
    if named is None and style and (_OUTLOOK_RULE.search(style) or _WINDOWS_MAIL_RULE.search(style)):
        return Mark.TAIL
    return named


def _blockquote(attributes: Attributes, style: str, named: Mark | None) -> Mark | None:
    if named is Mark.WRAPPER or (attributes.get("type") or "").lower() == "cite" or attributes.get("cite"):
        return Mark.QUOTE
    # Gmail and Outlook indent with a blockquote that has no border.
    return named or (None if _INDENT.search(style) and "border-left:solid" not in style else Mark.BLOCK)


def _named(attributes: Attributes) -> Mark | None:
    if _TELLING.isdisjoint(attributes):
        return None
    for token in (attributes.get("class") or "").lower().split():
        bare = _FOREIGN.sub("", token)
        found = CLASSES.get(bare) or _by_part(bare)
        if found is not None:
            return found
    identity = _FOREIGN.sub("", (attributes.get("id") or "").lower())
    if identity:
        found = IDS.get(identity) or _by_part(identity)
        if found is not None:
            return found
        if identity.startswith("cm_"):  # Newton
            return Mark.QUOTE
        if identity.startswith("bloop_sign"):  # Airmail
            return Mark.SIGNATURE
    return _by_other_attributes(attributes)


def _by_part(name: str) -> Mark | None:
    """What a class or an id says with a part of it, before or behind which each mail has its own."""
    if "yahoo_quoted" in name:
        return Mark.WRAPPER
    return Mark.SIGNATURE if _SIGNATURE.search(name) else None


def _by_other_attributes(attributes: Attributes) -> Mark | None:
    name = (attributes.get("name") or "").lower()
    if name in NAMES:
        return NAMES[name]
    marker = (attributes.get("data-marker") or "").lower()
    if marker in ZIMBRA:
        return ZIMBRA[marker]
    if (attributes.get("title") or "").startswith("beforequote"):
        return Mark.QUOTE
    if (attributes.get("data-smartmail") or "") == "gmail_signature" or attributes.get("data-signatureblock") == "true":
        return Mark.SIGNATURE
    return None
