"""The mail that Bulletin sent, as it arrived: which kind it is, and what a reader can save of it."""

import email
import email.policy
import re
from email.message import EmailMessage

from domain.outbox import MailKind

_KIND = re.compile(r"<([a-z]+)")
_ASKS = frozenset({MailKind.PROMPT.value, MailKind.REMINDER.value, MailKind.NOTICE.value})


def kind_of(content: bytes) -> str:
    """`prompt`, `reminder`, `receipt`, `notice`, `withheld`, `digest`, `finaldigest`, `alert`, told by its Message-ID; "" for others' mail."""
    mail = email.message_from_bytes(content)
    if mail.get("X-Bulletin-Instance") is None:
        return ""
    found = _KIND.match(str(mail.get("Message-ID", "")).strip())
    return found[1] if found else ""


def asks(content: bytes) -> bool:
    """Whether a person would answer this mail of ours."""
    return kind_of(content) in _ASKS


def parts_of(content: bytes) -> tuple[str, str]:
    """The text and the HTML of a mail of ours, whole."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    return _part(mail, "plain"), _part(mail, "html")


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    text = part.get_content() if part is not None else ""
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")
