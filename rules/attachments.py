"""The attachments rule (first shape)."""

from typing import Final

from domain.policy import Policy
from domain.reply import Reply
from domain.verdict import Finding

VERSION: Final = 0


def ask(reply: Reply, policy: Policy, wording: tuple[str, ...]) -> tuple[Finding, ...]:
    """Nothing yet."""
    del reply, policy, wording
    return ()
