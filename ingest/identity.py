"""Who answers which Prompt, decided from a Message's headers and from what the Store found for them.

The law is DESIGN.md section 6: token and From agree: verified; From known and believed: known sender; a token with
another From: held for a person; neither: a stranger. Whoever is not beyond doubt is no sender at all.
"""

import re
from collections.abc import Iterable

from domain.employee import Employee
from domain.identity import AuthResults, AuthRule, Candidates, Held, How, Identified, Identity, Stranger
from domain.message import Message
from domain.round import Prompt
from domain.token import tokens_in
from ingest.authentication import passes

# Where the address that the mail was sent to survives, by the servers that write it (first is likeliest).
DELIVERY_HEADERS = (
    "to",
    "cc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-gm-original-to",
    "x-forwarded-to",
    "resent-to",
    "resent-cc",
)
MOST_TOKENS = 16  # each is a question to the Store; a Prompt's own mail carries one
LONGEST_HEADER = 100_000

_ATEXT = r"[^\s()<>\[\]:;@\\,.\"\x00-\x20\x7f]"
_ADDR_SPEC = re.compile(rf"{_ATEXT}+(?:\.{_ATEXT}+)*@[^\W_](?:[\w-]*)(?:\.[^\W_][\w-]*)*\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ENCODED_WORD = re.compile(r"=\?[^?\s]*\?[bqBQ]\?")


def candidates(message: Message) -> Candidates:
    """Tokens and sender as the headers give them; nothing here is believed yet."""
    sent_to = [value[:LONGEST_HEADER] for name in DELIVERY_HEADERS for value in message.header_all(name)]
    sent_to += [box.address for box in (*message.to, *message.cc)]
    answered = [*message.in_reply_to, *reversed(message.references)]
    answered += [
        value[-LONGEST_HEADER:] for name in ("in-reply-to", "references") for value in message.header_all(name)
    ]
    return Candidates(
        address_tokens=tokens_in(sent_to)[:MOST_TOKENS],
        thread_tokens=tokens_in(answered)[:MOST_TOKENS],
        sender=sole_sender(message),
    )


def choose(found: Iterable[tuple[Prompt, Employee]], sender: str | None) -> tuple[Prompt, Employee] | None:
    """Of the Prompts whose tokens were verified: the sender's own, else one they may answer, else the first."""
    options = tuple(found)
    if sender is not None:
        for belongs in (Employee.owns, Employee.lets):
            for option in options:
                if belongs(option[1], sender):
                    return option
    return options[0] if options else None


def identify(
    found: Candidates,
    *,
    by_token: Prompt | None,
    token_employee: Employee | None,
    by_sender: Employee | None,
    open_prompt: Prompt | None,
    auth: AuthResults,
    rule: AuthRule,
    expired: bool = False,
) -> Identity:
    """Who answers which Prompt.

    `by_token` and `token_employee` belong to a token whose HMAC was verified, `by_sender` owns the sender's address and
    `open_prompt` is theirs in the open Round. `expired` says that the token came back after its Round was final.
    """
    sender = found.sender
    vouched = believed(found, auth)
    if by_token is not None and token_employee is not None:
        return _with_token(sender, by_token, token_employee, believed=vouched, rule=rule, expired=expired)
    if sender is None:
        return Stranger(reason="From does not name one mailbox beyond doubt")
    if by_sender is None or not by_sender.owns(sender):
        return Stranger(reason="neither token nor sender is known")
    if rule is AuthRule.REQUIRE and not vouched:
        return Stranger(reason="sender known, no token, not authenticated")
    return Identified(employee=by_sender, prompt=open_prompt, how=How.KNOWN_SENDER, authenticated=vouched)


def believed(found: Candidates, auth: AuthResults) -> bool:
    """Whether our own server vouches for the sender's domain."""
    return found.sender is not None and passes(auth, found.sender.rpartition("@")[2])


def _with_token(
    sender: str | None, prompt: Prompt, employee: Employee, *, believed: bool, rule: AuthRule, expired: bool
) -> Identity:
    if sender is None:
        return Held(reason="token, but From does not name one mailbox beyond doubt", prompt=prompt)
    if employee.owns(sender):
        how = How.VERIFIED
    elif employee.lets(sender):
        how = How.DELEGATE
    else:
        return Held(reason="token of another person than the sender", prompt=prompt)
    if rule is AuthRule.REQUIRE and not believed:
        # Everybody in copy of a reply has seen its token: under `require` it is not enough.
        return Held(reason="token and sender agree, but the sender is not authenticated", prompt=prompt)
    if expired:
        return Held(reason="token of a Round that is over", prompt=prompt)
    return Identified(employee=employee, prompt=prompt, how=how, authenticated=believed)


def sole_sender(message: Message) -> str | None:
    """The one address in From, or None on any doubt.

    Parsers disagree on crafted From headers (CVE-2023-27043 `a@evil)b@good`, several headers, groups, routes, an
    encoded `@`), and our mail server judged the one it saw. So the header must have one of the forms that cannot be
    read in two ways, and the parser must have read the same.
    """
    headers = message.header_all("from")
    if len(headers) != 1 or len(message.senders) != 1 or len(headers[0]) > LONGEST_HEADER:
        return None
    address = sole_address(headers[0])
    return address if address == message.senders[0].address.lower() else None


def sole_address(value: str) -> str | None:
    """The address of `a@b`, `a@b (Name)`, `Name <a@b>` or `"Name" <a@b>`, lower-cased; None for any other form."""
    text = value.strip()
    if _CONTROL.search(text) or _ENCODED_WORD.search(text):
        return None
    if text.endswith(">"):
        phrase, opened, address = text[:-1].rpartition("<")
        if not opened or not _harmless_phrase(phrase, address):
            return None
    else:
        address, _, comment = text.partition("(")
        if comment and (not comment.endswith(")") or set(comment[:-1]) & set("()<>@,;:\\")):
            return None
        address = address.strip()
    return address.lower() if _ADDR_SPEC.match(address) else None


def _harmless_phrase(phrase: str, address: str) -> bool:
    """Whether the text before `<address>` is only a name: no second address, group or bracket outside of quotes."""
    bare = phrase.strip()
    if bare.strip("'\"").lower() == address.lower():
        return True
    if len(bare) > 1 and bare[0] == '"' and bare[-1] == '"':
        return not set(bare[1:-1].replace('\\"', "").replace("\\\\", "")) & {'"', "\\"}
    if bare.count("(") != bare.count(")"):
        return False
    # A comma may stand in a name (`Doe, Jane`) once it is decoded; next to an `@` it would part two mailboxes.
    return not set(bare) & set('<>@;:"\\')
