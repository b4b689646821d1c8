"""The bullets rule: does the reply say what was done, in a number of points that somebody can read?"""

from typing import Final

from domain.message import Sealing
from domain.policy import Policy
from domain.reply import Reply
from domain.verdict import Effect, Finding

VERSION: Final = 1

_NONE: Final = (
    "We found no bullets in your reply. Please write each thing you did on a line of its own, "
    "for example starting with a dash, above the quoted question."
)


def ask(reply: Reply, policy: Policy, wording: tuple[str, ...]) -> tuple[Finding, ...]:  # noqa: ARG001 - every rule is asked alike
    """Too few or too many bullets. A phrase is an answer of its own, and a sealed message has its own Finding."""
    if reply.phrase is not None or reply.message.sealing is Sealing.ENCRYPTED:
        return ()
    count = len(reply.bullets)
    if count == 0:
        return (_finding(_NONE),)
    if count < policy.bullets_least:
        return (
            _finding(f"We found {_counted(count)}; at least {policy.bullets_least} are asked. Please reply with all."),
        )
    if count > policy.bullets_most:
        return (
            _finding(
                f"We found {_counted(count)}; at most {policy.bullets_most} are taken. "
                "Please reply with the most important ones."
            ),
        )
    return ()


def _counted(count: int) -> str:
    return "1 bullet" if count == 1 else f"{count} bullets"


def _finding(hint: str) -> Finding:
    return Finding(rule="bullets", where="reply", hint=hint, effect=Effect.REJECT)
