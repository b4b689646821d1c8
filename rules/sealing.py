"""The sealing rule: could we read it at all? An encrypted message cannot be checked, so it is never passed on."""

from typing import Final

from domain.message import Sealing
from domain.policy import Policy
from domain.reply import Reply
from domain.verdict import Effect, Finding

VERSION: Final = 1

_HINT: Final = (
    "Your reply was encrypted, so it could not be read. Please send it again without encryption "
    "(in Outlook: Options, Encrypt, off). A digital signature is fine."
)


def ask(reply: Reply, policy: Policy, wording: tuple[str, ...]) -> tuple[Finding, ...]:  # noqa: ARG001 - every rule is asked alike
    """One Finding where the message is encrypted."""
    if reply.message.sealing is not Sealing.ENCRYPTED:
        return ()
    return (Finding(rule="sealing", where="message", hint=_HINT, effect=Effect.REJECT),)
