"""The chain: one table, every finding at once, the strongest effect decides."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from domain.message import Message, Part, Passage, Sealing, Where
from domain.policy import Mode, Policy, Switch
from domain.reply import Bullet, Phrase, Reply
from domain.verdict import Decision, Effect
from rules.chain import RULES_VERSION, SWITCHABLE, TABLE, _version, judge

FILE = Part(content_type="application/pdf", filename="plan.pdf", disposition="attachment", size=9)
CLEAN = Reply(message=Message(), body="- Closed the audit", bullets=(Bullet(text="Closed the audit"),))
WRONG = Reply(
    message=Message(parts=(FILE,)),
    body="- See https://agency.example/x",
    bullets=(Bullet(text="See https://agency.example/x"),) * 30,
)


def marked(text: str) -> Message:
    return Message(passages=(Passage(where=Where.PLAIN, text=text),), parts=(FILE,))


def test_a_clean_reply_is_accepted() -> None:
    verdict = judge(CLEAN, Policy())
    assert verdict.decision is Decision.ACCEPTED
    assert verdict.findings == ()
    assert verdict.rules_version == RULES_VERSION


def test_all_findings_come_at_once() -> None:
    verdict = judge(replace(WRONG, bullets=WRONG.bullets[:21]), Policy())
    assert verdict.decision is Decision.REJECTED
    assert {one.rule for one in verdict.findings} == {"attachments", "links", "bullets"}


def test_withheld_beats_rejected_and_ends_the_walk() -> None:
    verdict = judge(replace(WRONG, message=marked("SECRET//NOFORN")), Policy())
    assert verdict.decision is Decision.WITHHELD
    assert {one.rule for one in verdict.findings} == {"markings"}


def test_markings_take_no_switch_and_are_routed() -> None:
    off = Policy(switches=MappingProxyType({rule.name: Switch.OFF for rule in TABLE}))
    assert "markings" not in SWITCHABLE
    assert judge(replace(CLEAN, message=marked("SECRET//NOFORN")), off).decision is Decision.WITHHELD
    unsure = replace(CLEAN, message=marked("- (S) Briefed the commander on plans"))
    assert judge(unsure, off).decision is Decision.WITHHELD
    routed = judge(unsure, replace(off, unsure_markings=Effect.RECORD))
    assert routed.decision is Decision.ACCEPTED
    assert [one.sure for one in routed.findings] == [False]


@pytest.mark.parametrize(
    ("switch", "decision", "count"),
    [
        (Switch.REJECT, Decision.REJECTED, 1),
        (Switch.RECORD, Decision.ACCEPTED, 1),
        (Switch.OFF, Decision.ACCEPTED, 0),
    ],
)
def test_switches(switch: Switch, decision: Decision, count: int) -> None:
    reply = replace(CLEAN, message=Message(parts=(FILE,)))
    verdict = judge(reply, Policy(switches=MappingProxyType({"attachments": switch})))
    assert (verdict.decision, len(verdict.findings)) == (decision, count)


@pytest.mark.parametrize(
    ("reply", "policy", "rejected"),
    [
        (Reply(message=Message()), Policy(), True),
        (Reply(message=Message(), bullets=(Bullet(text="One"),)), Policy(bullets_least=3), True),
        (Reply(message=Message(), bullets=(Bullet(text="One"),) * 2), Policy(bullets_least=3), True),
        (Reply(message=Message(), bullets=(Bullet(text="One"),) * 21), Policy(), True),
        (Reply(message=Message(), bullets=(Bullet(text="One"),) * 20), Policy(), False),
        (Reply(message=Message(), phrase=Phrase.SENSITIVE), Policy(), False),
        (Reply(message=Message(), phrase=Phrase.DECLINED), Policy(), True),
        (Reply(message=Message(), phrase=Phrase.DECLINED), Policy(mode=Mode.VOLUNTARY), False),
    ],
)
def test_bullets_and_phrase(reply: Reply, policy: Policy, rejected: bool) -> None:
    assert (judge(reply, policy).decision is Decision.REJECTED) is rejected


def test_an_encrypted_message_has_one_finding_of_its_own() -> None:
    verdict = judge(Reply(message=Message(sealing=Sealing.ENCRYPTED, parts=(FILE,))), Policy())
    assert [(one.rule, one.effect) for one in verdict.findings] == [("sealing", Effect.REJECT)]
    assert judge(replace(CLEAN, message=Message(sealing=Sealing.SIGNED)), Policy()).decision is Decision.ACCEPTED


def test_the_version_changes_with_any_rule() -> None:
    changed = (*TABLE[:-1], replace(TABLE[-1], version=TABLE[-1].version + 1))
    assert _version(changed) != RULES_VERSION
    assert _version(TABLE[::-1]) != RULES_VERSION


def test_every_hint_is_plain_and_says_what_to_do() -> None:
    for reply in (WRONG, Reply(message=Message()), Reply(message=Message(sealing=Sealing.ENCRYPTED))):
        for finding in judge(reply, Policy()).findings:
            assert "Please" in finding.hint
            assert "agency.example" not in finding.hint
