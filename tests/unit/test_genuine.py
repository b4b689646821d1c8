""" "Is this genuine?" is answered for people of the Roster, once a day, and never with yes where there is no proof."""

import base64
import email
import email.policy

import pytest

from domain.employee import EmployeeId
from domain.ledger import Folder, Recording
from domain.outbox import MailKind, OutboundMail
from domain.standing import Standing
from domain.token import reply_address
from tests.fakes.office import PEOPLE, Office, mail, person, prompt_of

JANE = PEOPLE[0]
TOKEN = prompt_of(JANE).token
CODE = "AB-CD"
OURS = (
    f"\n\nFrom: Weekly report <reports@agency.example>\nSubject: What did you do last week?\n\nthe code {CODE} for week"
)


def office() -> Office:
    made = Office()
    key = next(iter(made.store.kept_rounds))
    from dataclasses import replace

    made.store.kept_rounds[key] = replace(made.store.kept_rounds[key], code=CODE)
    return made


def forwarded(
    body: str, inner: str, *, subject: str = "Fwd: What did you do last week?", sender: str = JANE.address
) -> bytes:
    return mail(sender, "", f"{body}\n\n---------- Forwarded message ---------\n{inner.strip()}\n", subject=subject)


def said(made: Recording) -> tuple[str, str]:
    (answer,) = made.mails
    message = email.message_from_bytes(answer.content, policy=email.policy.default)
    assert answer.sender == ""
    return answer.recipient, str(message["Subject"])


QUESTIONS = (
    "Is this genuine?",
    "Hi,\n\nis this email legit?\n\nThanks,\nJane",
    "Is this phishing?",
    "verify",
    "Ist diese E-Mail echt?",
    "Ist das Phishing?",
    "Ce message est-il authentique ?",
    "Est-ce de l'hameçonnage ? phishing ?",
    "¿Es auténtico este mensaje?",
    "¿Es esto phishing?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_yes_to_a_reply_to_our_prompt(question: str) -> None:
    made = office().arrive(mail(JANE.address, TOKEN, question))
    recipient, subject = said(made)
    assert recipient == JANE.address
    assert subject.startswith("Yes")
    assert made.standings == ()
    assert made.reply is None


@pytest.mark.parametrize("question", ["", "Is this genuine?"])
def test_yes_to_a_forwarded_prompt_with_its_code(question: str) -> None:
    assert said(office().arrive(forwarded(question, OURS)))[1].startswith("Yes")


def test_yes_to_a_forwarded_prompt_with_its_message_id() -> None:
    thread = f"References: <prompt.{TOKEN}@agency.example>\n".encode()
    raw = thread + forwarded("Is this genuine?", OURS.replace(CODE, ""))
    assert said(office().arrive(raw))[1].startswith("Yes")


def test_yes_to_a_prompt_that_was_attached() -> None:
    raw = (
        f"From: {JANE.address}\nTo: reports@agency.example\nSubject: Fwd: What is this?\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nIs this genuine?\n--b\n'
        f"Content-Type: message/rfc822\n\nFrom: reports@agency.example\nMessage-ID: <prompt.{TOKEN}@agency.example>\n"
        f"Reply-To: {reply_address('reports@agency.example', TOKEN)}\nSubject: What did you do last week?\n\nThe code is {CODE}.\n--b--\n"
    )
    assert said(office().arrive(raw.encode()))[1].startswith("Yes")


ATTACHED = (
    f"Message-ID: <prompt.{TOKEN}@agency.example>",
    f"Reply-To: {reply_address('reports@agency.example', TOKEN)}",
    f"In-Reply-To: <prompt.{TOKEN}@agency.example>",
    f"References: <a@b.example>\n <prompt.{TOKEN}@agency.example>",
)


def attached(header: str, *, kind: str = "message/rfc822", body: str = "Is this genuine?", name: str = "") -> bytes:
    """A mail with another attached, of which only one header can tell whose it is."""
    inner = f"From: reports@agency.example\n{header}\nSubject: What did you do last week?\n\nPlease answer.\n"
    coding = ""
    if not kind.startswith("message/"):
        inner, coding = base64.encodebytes(inner.encode()).decode(), "Content-Transfer-Encoding: base64\n"
    return (
        f"From: {JANE.address}\nTo: reports@agency.example\nSubject: Fwd: What did you do last week?\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\n{body}\n--b\n'
        f"Content-Type: {kind}{name}\nContent-Disposition: attachment\n{coding}\n{inner}\n--b--\n"
    ).encode()


@pytest.mark.parametrize("body", ["", "Is this genuine?"])
@pytest.mark.parametrize("header", ATTACHED)
def test_yes_to_an_attached_prompt_by_any_of_its_headers(header: str, body: str) -> None:
    assert said(office().arrive(attached(header, body=body)))[1].startswith("Yes")


@pytest.mark.parametrize("kind", ["application/octet-stream", "application/x-msg", "application/x-email"])
@pytest.mark.parametrize("header", ATTACHED)
def test_yes_to_a_prompt_attached_as_a_file(header: str, kind: str) -> None:
    assert said(office().arrive(attached(header, kind=kind, name='; name="What did you do.eml"')))[1].startswith("Yes")


def test_no_yes_to_an_attached_mail_of_another() -> None:
    other = f"Message-ID: <prompt.{prompt_of(PEOPLE[1]).token}@agency.example>"
    for kind, name in (("message/rfc822", ""), ("application/octet-stream", '; name="a.eml"')):
        assert said(office().arrive(attached(other, kind=kind, name=name)))[1].startswith("We cannot tell")
    strange = "Message-ID: <1@www.vendor.example>"
    assert said(office().arrive(attached(strange)))[1].startswith("We cannot tell")


def test_a_token_in_an_attached_mail_answers_no_prompt() -> None:
    at = office()
    at.arrive(attached(ATTACHED[0], body="- Did this\n- Did that").replace(b"From: e1@", b"From: e2@"))
    assert at.standing(1)[0] is Standing.AWAITING


def test_another_persons_token_and_a_made_up_one_are_no_proof() -> None:
    for token in (prompt_of(PEOPLE[1]).token, TOKEN[:-1] + ("a" if TOKEN[-1] != "a" else "b")):
        inner = f"From: x\nSubject: y\nReply-To: {reply_address('reports@agency.example', token)}\n\nplease answer"
        assert said(office().arrive(forwarded("Is this genuine?", inner)))[1].startswith("We cannot tell")


def test_a_link_in_what_they_show_is_never_ours() -> None:
    inner = OURS + "\n\nClick https://evil.example/login to answer"
    made = office().arrive(forwarded("Is this real?", inner))
    assert said(made)[1].startswith("No")
    assert b"evil" not in made.mails[0].content


def test_an_answer_is_no_question() -> None:
    for body in ("- Verified backups, is the new one genuine?\n- Phishing training", "- Verify the pump"):
        at = office()
        made = at.arrive(mail(JANE.address, TOKEN, body))
        assert at.standing(1)[0] is Standing.ANSWERED
        assert said(made)[1].startswith("Received")


def test_once_a_day() -> None:
    at = office()
    for number in range(4):
        at.arrive(mail(JANE.address, TOKEN, "Is this genuine?", subject=f"Re: {number}"))
    assert len(at.sent()) == 1


def test_an_address_for_it_may_be_led_to_our_mailbox() -> None:
    raw = mail(JANE.address, "", "I got this, see below", subject="Strange mail").replace(
        b"To: reports@agency.example", b"To: verify@agency.example"
    )
    assert said(office().arrive(raw))[1].startswith("We cannot tell")


def test_strangers_hear_nothing() -> None:
    at = office()
    for sender in ("x@elsewhere.example", "e77@agency.example"):
        made = at.arrive(mail(sender, "", "Is this genuine?", subject="Is this genuine?"))
        assert made.entry.filing is Folder.STRANGERS
        assert at.arrive(forwarded("", OURS, sender=sender)).mails == ()
    assert at.sent() == ()


def test_somebody_who_was_never_asked_hears_that_it_cannot_be_told() -> None:
    at = office()
    new = person(50, "Nina New")
    at.store.people[EmployeeId("E50")] = new
    at.store.active.add(EmployeeId("E50"))
    made = at.arrive(forwarded("Is this genuine?", OURS, sender=new.address))
    assert said(made)[1].startswith("We cannot tell")
    held = at.arrive(mail(new.address, "", "- I did this", subject="Fwd: my bullets"))
    assert (held.entry.filing, held.mails) == (Folder.HELD, ())
    assert at.arrive(mail(new.address, "", "- I did this", subject="bullets")).entry.filing is Folder.HELD


def test_the_answer_is_kept_apart_from_receipts() -> None:
    at = office()
    at.arrive(mail(JANE.address, TOKEN, "Is this genuine?"))
    at.arrive(mail(JANE.address, TOKEN, "- Fixed it\n- Wrote it"))
    kinds: list[OutboundMail] = list(at.sent())
    assert sorted(one.kind for one in kinds) == [MailKind.NOTICE, MailKind.RECEIPT]
