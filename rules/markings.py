"""The markings rule (first shape)."""

from typing import Final

from domain.message import Message
from domain.policy import Policy
from domain.reply import Reply
from domain.verdict import Finding

VERSION: Final = 0


def ask(reply: Reply, policy: Policy, wording: tuple[str, ...]) -> tuple[Finding, ...]:
    """Nothing yet."""
    del policy
    return scan(reply.message, wording)


def scan(message: Message, wording: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Nothing yet."""
    del message, wording
    return ()
