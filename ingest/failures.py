"""Who could not be reached, read from the running text of a bounce that has no delivery-status part.

Each mail server has its own way of saying it; the shapes are a table, the most telling first. Only the text above the
returned copy is looked at, line by line and within bounds.
"""

import re
from dataclasses import dataclass

from rules.lazily import pattern

MOST_LINES = 400
LONGEST_LINE = 1_000
CONTEXT_LINES = 8
MOST_RECIPIENTS = 20

_ADDRESS = r"[a-z0-9.!#$%&*+/=?^_{|}~-]{1,128}@[a-z0-9.\-\u00c0-\u024f]{1,200}[a-z0-9\u00c0-\u024f]"  # text of any script may touch it
_ANY = pattern(rf"(?<![a-z0-9.!#$%&*+/=?^_{{|}}~-])({_ADDRESS})", re.IGNORECASE)

# Where the returned copy begins.
_COPY = pattern(
    r"[\s\-=|_*>#]{0,80}(?:(?:this is |included is |below is |here is |following is |below this line is )?(?:a |the )?"
    r"(?:copy of (?:the|your|my)|headers? (?:of|for|from)|header of the original|original (?:message|mail|e-?mail|headers?)|"
    r"returned message|unsent message|message (?:headers?|text|body|header) (?:follows?|is)|undelivered message|message header|"
    r"the first \d+ lines|first \d+ lines of)|"
    r"original message|ursprüngliche|オリジナル|元のメール|original mail info|forwarded message|message contents(?: follows?)?\s{0,3}:?\s{0,3}$|--- original)",
    re.IGNORECASE,
)
_HEADER_LINE = pattern(
    r"(?:received|return-path|message-id|dkim-signature|x-[a-z-]{2,40}|mime-version|delivered-to):\s?\S", re.IGNORECASE
)
_NOT_THE_RECIPIENT = pattern(
    r"\s{0,40}(?:from|sender|reply-to|mail from|original sender|errors-to|return-path|postmaster|contact|envelope-from|message-id)\s{0,3}[:=]"
    r"|.{0,200}(?:please contact|contact your|send mail to|for assistance|forward this|administrator at|mail from:)",
    re.IGNORECASE,
)

SHAPES: tuple[re.Pattern[str], ...] = (
    # Words that come before the address: could not be delivered to, error delivering your mail to, after RCPT.
    pattern(
        rf"(?:deliver(?:ed|ing|y)?(?: \S{{1,20}}){{0,6}}? to|addressed to|sent to|reach|rcpt to|recipients?(?: address)?|failed address|"
        rf"failed recipient|to address|final-recipient[^@]{{0,20}}|errors?:|mailbox for|allowed size|address(?:es)? failed)"
        rf"\s{{0,4}}[:;=]?\s{{0,20}}[<\"'`\[(]{{0,3}}({_ADDRESS})",
        re.IGNORECASE,
    ),
    # An address that opens its line, as most servers write it.
    pattern(
        rf"[\s>*\-|•・.\d)]{{0,40}}[<\"'\[(]{{0,3}}({_ADDRESS})[>\"'\])]{{0,3}}\s{{0,4}}(?:[:;.,\-(\[]|$|<mailto|\s)",
        re.IGNORECASE,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An address and the words that stand around it."""

    address: str
    words: str


def failures(text: str, *, not_these: frozenset[str] = frozenset()) -> tuple[Failure, ...]:
    """The recipients that a bounce's text names, each with its words; `not_these` are addresses of sender and server."""
    lines = list(said(text))
    for shape in SHAPES:
        found = _matching(lines, shape, not_these)
        if found:
            return found
    return _matching(lines, _ANY, not_these)


def said(text: str) -> tuple[str, ...]:
    """The lines that the server itself wrote: everything above the returned copy."""
    lines: list[str] = []
    for line in text.split("\n", MOST_LINES)[:MOST_LINES]:
        short = line[:LONGEST_LINE].rstrip()
        if _HEADER_LINE.match(short) or (any(kept.strip() for kept in lines) and _COPY.match(short)):
            break
        lines.append(short)
    return tuple(lines)


def _matching(lines: list[str], shape: re.Pattern[str], not_these: frozenset[str]) -> tuple[Failure, ...]:
    hits: dict[str, int] = {}
    for number, line in enumerate(lines):
        if "@" not in line or _NOT_THE_RECIPIENT.match(line):
            continue
        matches = shape.finditer(line) if shape is not SHAPES[1] else filter(None, (shape.match(line),))
        for match in matches:
            address = match[1].lower().strip(".")
            if address not in not_these and not _is_server(address):
                hits.setdefault(address, number)
    starts = sorted(hits.values())
    return tuple(
        Failure(address=address, words=_words(lines, start, starts))
        for address, start in list(hits.items())[:MOST_RECIPIENTS]
    )


def _words(lines: list[str], start: int, starts: list[int]) -> str:
    """The line of an address and those after it, up to the next address."""
    following = next((other for other in starts if other > start), len(lines))
    return "\n".join(lines[start : min(following, start + CONTEXT_LINES)])


def _is_server(address: str) -> bool:
    local = address.partition("@")[0]
    return local in {"mailer-daemon", "postmaster", "abuse", "support", "helpdesk"}
