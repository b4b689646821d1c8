"""A Verdict: what the rules say of a Reply, with every Finding at once."""

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """`rejected` the employee can fix; `withheld` a security officer must look."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHHELD = "withheld"


class Effect(StrEnum):
    """What a Finding leads to. The strongest effect of all findings decides."""

    RECORD = "record"
    REJECT = "reject"
    WITHHOLD = "withhold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One complaint of one Rule.

    `where` names the place (`bullet 2`, `subject`, `attachment 1`), `hint` says in plain words how to fix it. Neither
    ever holds the offending text of a marking. `sure` is False where a person should look before anyone is troubled.
    `kind` names the sort of thing that was seen (`portion mark`), for whoever tunes the rules.
    """

    rule: str
    where: str
    hint: str
    effect: Effect
    sure: bool = True
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision, why, and by which version of the rule table."""

    decision: Decision
    findings: tuple[Finding, ...] = ()
    rules_version: str = ""
