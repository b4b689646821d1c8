"""A mail that came with a null return path may count as an answer, but is never answered."""

from collections.abc import Collection
from dataclasses import dataclass

import pytest

from app.decide import Case, decide
from domain.identity import How, Identified
from domain.message import Message
from domain.origin import NULL_RETURN_PATH, Evidence, Origin
from domain.outbox import MailKind, OutboundMail
from domain.outcome import Envelope, Judged
from domain.reply import Reply
from domain.standing import Standing
from domain.verdict import Decision, Finding, Verdict
from tests.fakes.case import NOW, PROMPT, WHO, case

CASE = case(Identified(employee=WHO, prompt=PROMPT, how=next(iter(How))))


def mail(kind: MailKind) -> OutboundMail:
    return OutboundMail(
        key=kind, kind=kind, recipient=WHO.address, sender="", message_id=f"<{kind}@a>", content=b"", not_before=NOW
    )


@dataclass(frozen=True)
class Plain:
    """Letters that are nothing but their kind."""

    def receipt(self, _case: Case, _reply: Reply, *, standing: Standing, copied: bool) -> OutboundMail | None:
        return mail(MailKind.RECEIPT)

    def notice(self, _case: Case, _findings: Collection[Finding]) -> OutboundMail | None:
        return mail(MailKind.NOTICE)

    def unneeded(self, _case: Case) -> OutboundMail | None:
        return mail(MailKind.NOTICE)

    def copy(self, _case: Case, _reply: Reply, _standing: Standing) -> OutboundMail | None:
        return mail(MailKind.COPY)


@pytest.mark.parametrize("decision", [Decision.ACCEPTED, Decision.REJECTED])
def test_a_null_return_path_gets_no_mail(decision: Decision) -> None:
    kinds = []
    for evidence in ((), (Evidence(sign=NULL_RETURN_PATH, points_to=Origin.AUTO_REPLY, hard=False),)):
        outcome = Judged(
            envelope=Envelope(), reply=Reply(message=Message()), verdict=Verdict(decision=decision), evidence=evidence
        )
        recording = decide(CASE, outcome, Plain())  # type: ignore[arg-type]  # writes no other letter
        kinds.append({each.kind for each in recording.mails})
    answered, unanswered = kinds
    assert answered & {MailKind.RECEIPT, MailKind.NOTICE}
    assert unanswered == answered - {MailKind.RECEIPT, MailKind.NOTICE}
