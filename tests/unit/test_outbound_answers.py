"""What our answers say: receipts, notices and confirmations."""

from datetime import timedelta

import pytest

from domain.outbox import MailKind
from domain.policy import Mode, Policy
from domain.standing import Standing
from domain.token import tokens_in
from domain.verdict import Effect, Finding
from outbound.answers import confirmation, notice, receipt, withheld_notice
from tests.fakes.clock import START
from tests.fakes.mail import (
    TOKEN,
    WINDOW,
    answered,
    asked,
    employee,
    press,
    read,
    text_of,
)


def test_a_receipt_shows_what_was_understood() -> None:
    mail = receipt(press(), answered(), bullets=("Fixed it", "Wrote it"), standing=Standing.ANSWERED, now=START)
    said = text_of(mail)
    assert "1. Fixed it\n2. Wrote it\n" in said
    assert "on time" in said
    assert "S. One, your supervisor, gets it with the digest" in said
    message = read(mail)
    assert message["In-Reply-To"] == "<reply@client.example>"
    assert message["References"] == "<prompt@agency.example> <reply@client.example>"
    assert tokens_in(message["Reply-To"]) == tokens_in(mail.message_id) == (asked().token,)
    assert mail.key == "receipt/weekly/2026-W47/E1/receipt/2026-11-20"


@pytest.mark.parametrize(
    ("standing", "mode", "words"),
    [
        (Standing.LATE, Mode.REQUIRED, "It counts as late."),
        (Standing.SENSITIVE, Mode.REQUIRED, "This is a full answer"),
        (Standing.DECLINED, Mode.VOLUNTARY, "You declined to answer."),
        (Standing.ANSWERED, Mode.PAUSED, "No answer is needed from your unit at present."),
        (Standing.LATE, Mode.ENDED, "This has ended for your unit"),
    ],
)
def test_receipts_for_each_standing(standing: Standing, mode: Mode, words: str) -> None:
    reply = answered(policy=Policy(mode=mode))
    assert words in text_of(receipt(press(), reply, bullets=(), standing=standing, now=START))


def test_a_receipt_says_who_was_copied_and_whether_it_guessed() -> None:
    mail = receipt(press(), answered(), bullets=("a",), standing=Standing.ANSWERED, now=START, copied=True, unsure=True)
    assert "S. One, your supervisor, has a copy." in text_of(mail)
    assert "read from running text" in text_of(mail)
    alone = receipt(press(), answered(supervisor=None), bullets=("a",), standing=Standing.ANSWERED, now=START)
    assert "supervisor" not in text_of(alone)


def finding(rule: str, where: str, hint: str, effect: Effect = Effect.REJECT) -> Finding:
    return Finding(rule=rule, where=where, hint=hint, effect=effect)


def test_a_notice_lists_everything_at_once_and_numbered() -> None:
    findings = (
        finding("links", "bullet 2", "Take the link out."),
        finding("attachments", "attachment 1", "Take it off."),
        finding("links", "signature", "Noted only.", Effect.RECORD),
        finding("bullets", "reply", "No bullets."),
    )
    said = text_of(notice(press(), answered(), findings, now=START))
    assert "1. Bullet 2: Take the link out.\n2. Attachment 1: Take it off.\n3. No bullets.\n" in said
    assert "Noted only" not in said
    assert "again. That is enough." in said
    assert "The deadline is " in said


def test_a_notice_after_the_deadline_or_a_good_reply_says_so() -> None:
    late = notice(press(), answered(), (finding("links", "", "x"),), now=WINDOW.closes_at + timedelta(hours=1))
    assert "a late answer is still taken" in text_of(late)
    settled = answered(asked=asked(standing=Standing.ANSWERED))
    assert "Your earlier reply still counts." in text_of(notice(press(), settled, (), now=START))


def test_hints_and_places_are_said_in_the_employees_language() -> None:
    said = text_of(
        notice(
            press(), answered(employee(locale="de-AT")), (finding("links", "bullet 2", "There is a link."),), now=START
        )
    )
    assert "1. Stichpunkt 2: Hier steht ein Link." in said
    assert "There is a link" not in said
    other = finding("new_rule", "somewhere else", "Fix it.")
    assert "1. Somewhere else : Fix it." in text_of(
        notice(press(), answered(employee(locale="fr")), (other,), now=START)
    )


def test_a_withheld_notice_is_the_same_whatever_was_found() -> None:
    mail = withheld_notice(press(), answered(message_id=None, references=()), now=START)
    assert mail.kind is MailKind.NOTICE
    assert mail.key != notice(press(), answered(), (), now=START).key
    said = text_of(mail)
    assert "This says nothing about you." in said
    assert "In-Reply-To" not in read(mail)


def test_a_confirmation_numbers_what_was_understood_and_asks_back() -> None:
    mail = confirmation(
        press(),
        answered(),
        token=TOKEN,
        understood=("E. One is away.",),
        unclear=("line 2",),
        occasion="away",
        now=START,
    )
    said = text_of(mail)
    assert "1. E. One is away." in said
    assert "nothing was done about it" in said
    assert mail.kind is MailKind.CONFIRMATION
