"""Whether somebody asks if a mail is genuine, and what of ours stands in the mail that they ask about.

A question is short, holds no list, and says so plainly; a mail that was forwarded without a word is one too. In
English, German, French and Spanish.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from domain.message import Message, Where
from domain.reply import Reply
from domain.token import tokens_in
from ingest import markers, salutation
from ingest.names import fold, words
from ingest.parts import CARRIERS
from ingest.tags import Tag, tags

MOST_WORDS = 30
MOST_TEXT = 200_000
ADDRESSES = frozenset({"verify", "genuine", "phishing", "verifizieren", "verifier", "verificar"})
"""Local parts of addresses that may be led to our mailbox for such questions."""

_ASKED = frozenset(
    [
        "genuine",
        "legit",
        "legitimate",
        "real",
        "authentic",
        "phishing",
        "phish",
        "spam",
        "scam",
        "fake",
        "hoax",
        "fraud",
        "fraudulent",
        "trustworthy",
        "verify",
        "echt",
        "serios",
        "betrug",
        "gefalscht",
        "betrugerisch",
        "authentique",
        "legitime",
        "vrai",
        "faux",
        "hameconnage",
        "arnaque",
        "frauduleux",
        "fiable",
        "autentico",
        "autentica",
        "legitimo",
        "legitima",
        "verdadero",
        "falso",
        "falsa",
        "fraude",
        "estafa",
        "fiable",
    ]
)
_TOLD = frozenset(
    [
        "verify",
        "please verify",
        "verify this",
        "verify this email",
        "please verify this email",
        "verify email",
        "is this from you",
        "did you send this",
        "verifizieren",
        "bitte verifizieren",
        "bitte prufen",
        "echtheit prufen",
        "kommt das von ihnen",
        "haben sie das geschickt",
        "verifier",
        "veuillez verifier",
        "verifiez",
        "est-ce de vous",
        "avez-vous envoye ceci",
        "verificar",
        "por favor verificar",
        "verifique",
        "es de ustedes",
        "enviaron esto",
    ]
)
_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_CODE = re.compile(r"(?<![A-Z0-9-])[A-Z2-7]{2}-[A-Z2-7]{2}(?![A-Z0-9-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the mail that is asked about holds: what may be tokens or codes of ours, and whether there is a link."""

    tokens: tuple[str, ...] = ()
    codes: frozenset[str] = frozenset()
    linked: bool = False


def may_ask(header: Message) -> bool:
    """Whether the header alone lets expect such a question."""
    forwarded, rest = _subject(header.subject)
    return forwarded or _is_question(rest) or _to_such_an_address(header)


def asks(reply: Reply) -> bool:
    """Whether the writer asks, and answers nothing."""
    message, body = reply.message, reply.body
    if any(markers.split(line) is not None for line in body.splitlines()):
        return False
    forwarded, rest = _subject(message.subject)
    own = " ".join(line for line in body.splitlines() if not salutation.is_trivial(line)).strip()
    count = len(words(own))
    if count > MOST_WORDS:
        return False
    if _is_question(own):
        return True
    return (count == 0 and (forwarded or _is_question(rest))) or _to_such_an_address(message)


def shown(reply: Reply) -> Shown:
    """What stands in the part that the writer did not write, attached mail among it."""
    nested = [one for one in reply.message.passages if one.where is Where.NESTED]
    texts = [*reply.elided, *(one.text for one in nested if one.name not in CARRIERS)]
    carried = (one.text for one in nested if one.name in CARRIERS)
    tokens = tokens_in((*(one[:MOST_TEXT] for one in texts), *carried, reply.text[:MOST_TEXT]))
    whole = (*texts, reply.text)
    return Shown(
        tokens=tokens,
        codes=frozenset(code for text in whole for code in _CODE.findall(text[:MOST_TEXT])),
        linked=_has_link(texts),
    )


def _has_link(texts: Iterable[str]) -> bool:
    return any(_LINK.search(text[:MOST_TEXT]) for text in texts)


def _subject(subject: str | None) -> tuple[bool, str]:
    """Whether it was forwarded, and the subject itself; of a reply to us the subject is our own and says nothing."""
    found, rest = tags(subject)
    return (False, "") if found[:1] == (Tag.REPLY,) else (bool(found), rest)


def _is_question(text: str) -> bool:
    said = tuple(word.text for word in words(text[:1000]))
    plain = " ".join(said)
    if not said or len(said) > MOST_WORDS:
        return False
    return plain in _TOLD or ("?" in fold(text[:1000]) and any(word in _ASKED for word in said))


def _to_such_an_address(message: Message) -> bool:
    return any(box.address.partition("@")[0].partition("+")[0] in ADDRESSES for box in (*message.to, *message.cc))
