"""The chain: the one table of Rules, in their order, and the walk down it that ends in a Verdict."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from domain.policy import Policy, Switch
from domain.reply import Reply
from domain.verdict import Decision, Effect, Finding, Verdict
from rules import attachments, bullets, links, markings, phrase, sealing

Question = Callable[[Reply, Policy, tuple[str, ...]], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One question about a Reply. `version` changes whenever its answers may; `switchable` lets a Policy turn it."""

    name: str
    asks: Question
    effect: Effect
    version: int
    switchable: bool = True


# Read from top to bottom. A Rule that withholds ends the walk: nothing more is asked of a reply that may be marked.
TABLE: Final = (
    Rule(name="markings", asks=markings.ask, effect=Effect.WITHHOLD, version=markings.VERSION, switchable=False),
    Rule(name="sealing", asks=sealing.ask, effect=Effect.REJECT, version=sealing.VERSION),
    Rule(name="attachments", asks=attachments.ask, effect=Effect.REJECT, version=attachments.VERSION),
    Rule(name="links", asks=links.ask, effect=Effect.REJECT, version=links.VERSION),
    Rule(name="phrase", asks=phrase.ask, effect=Effect.REJECT, version=phrase.VERSION),
    Rule(name="bullets", asks=bullets.ask, effect=Effect.REJECT, version=bullets.VERSION),
)

SWITCHABLE: Final = tuple(rule.name for rule in TABLE if rule.switchable)


def _version(table: tuple[Rule, ...]) -> str:
    written = ";".join(f"{rule.name}={rule.version}:{rule.effect}" for rule in table)
    return blake2b(written.encode(), digest_size=4).hexdigest()


RULES_VERSION: Final = _version(TABLE)
"""Names this table: every Rule in its order, with its version and effect. Stored with each Verdict."""


def judge(reply: Reply, policy: Policy, *, wording: tuple[str, ...] = (), overruled: tuple[str, ...] = ()) -> Verdict:
    """What the Rules say of `reply` under `policy`, every Finding at once.

    `wording` holds our own prompts and the phrase: they are never taken for a marking, a link or a bullet. What an
    `overruled` Rule finds in this one message is only recorded.
    """
    findings: tuple[Finding, ...] = ()
    for rule in TABLE:
        found = _answer(rule, reply, policy, wording)
        findings += tuple(replace(one, effect=Effect.RECORD) for one in found) if rule.name in overruled else found
        if any(finding.effect is Effect.WITHHOLD for finding in findings):
            break
    return Verdict(decision=decide(findings), findings=findings, rules_version=RULES_VERSION)


def decide(findings: tuple[Finding, ...]) -> Decision:
    """The strongest effect decides: withheld beats rejected beats accepted."""
    effects = {finding.effect for finding in findings}
    if Effect.WITHHOLD in effects:
        return Decision.WITHHELD
    return Decision.REJECTED if Effect.REJECT in effects else Decision.ACCEPTED


def _answer(rule: Rule, reply: Reply, policy: Policy, wording: tuple[str, ...]) -> tuple[Finding, ...]:
    """The Rule's Findings after the Policy's switch. A Finding that only records stays so, whatever the switch."""
    switch = policy.switches.get(rule.name, Switch.REJECT) if rule.switchable else None
    match switch:
        case Switch.OFF:
            return ()
        case Switch.RECORD:
            return tuple(replace(finding, effect=Effect.RECORD) for finding in rule.asks(reply, policy, wording))
        case _:
            return rule.asks(reply, policy, wording)
