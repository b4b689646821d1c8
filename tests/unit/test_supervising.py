"""What Supervisors write in answer to a Digest is done, confirmed and told in the Ledger; what is not plain is asked back."""

import email
import email.policy
from datetime import date, timedelta

import pytest

from domain.employee import EmployeeId
from domain.identity import AuthRule
from domain.ledger import Folder
from domain.outbox import MailKind, OutboundMail
from domain.round import Phase
from domain.standing import Standing
from domain.verdict import Decision
from tests.fakes.mail import CAMPAIGN, WEEK
from tests.fakes.office import BOSS, PEOPLE, Office, mail, person, prompt_of, talk_token

LETTER = """Hi,

Jane Doe:
- Fixed the pump
- Wrote the plan

for Bob:
1. Moved the desk

Jürgen is away until 4 December
thanks Bob, that was fast
Jane is away until 4 December
forward to e2@agency.example until 4 December

Thanks,
Maria

On Monday, Weekly report wrote:
> Digest
> All activities sensitive
> Withheld
"""


def text_of(one: OutboundMail) -> str:
    message = email.message_from_bytes(one.content, policy=email.policy.default)
    part = message.get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n")


def test_one_mail_does_all_that_was_asked() -> None:
    office = Office(phase=Phase.CLOSED)
    made = office.arrive(mail(BOSS.address, talk_token(), LETTER))
    assert made.entry.decision is Decision.ACCEPTED
    assert (made.entry.filing, made.entry.identity, made.entry.prompt) == (Folder.PROCESSED, "verified", None)
    assert office.standing(1) == (Standing.COVERED, ("Fixed the pump", "Wrote the plan"))
    assert office.standing(2) == (Standing.COVERED, ("Moved the desk",))
    assert office.standing(3) == (Standing.AWAY, ())
    assert office.standing(4) == (Standing.AWAITING, ())
    away = office.store.employee(EmployeeId("E3"))
    assert away is not None
    assert away.away_until == date(2026, 12, 4)
    assert office.store.acting(date(2026, 11, 23)) == {"S1": "E2"}
    assert {(one.who, one.what, one.subject.rpartition("/")[2]) for one in office.store.events()} == {
        ("S1", "answered on behalf", "E1"),
        ("S1", "answered on behalf", "E2"),
        ("S1", "said who is away", "E3"),
        ("S1", "commented on an answer", "E2"),
        ("S1", "named a stand-in", "E2"),
    }


def test_the_confirmation_says_what_was_understood_and_what_not() -> None:
    office = Office(phase=Phase.CLOSED)
    office.arrive(mail(BOSS.address, talk_token(), LETTER))
    (confirmed,) = office.sent(MailKind.CONFIRMATION)
    said = text_of(confirmed)
    assert confirmed.recipient == BOSS.address
    assert confirmed.sender == ""
    assert "1. Answered on behalf of Jane Doe. Number of bullets: 2.\n" in said
    assert "3. Jürgen Müller is away. First day back: Friday, 4 December 2026.\n" in said
    assert "4. Your comment goes to Bob Smith.\n" in said
    assert "5. Bob Smith gets your digests from now on, until Friday, 4 December 2026" in said
    assert "1. “Jane is away until 4 December”: more than one person may be meant." in said
    assert "Fixed the pump" not in said


def test_a_comment_goes_to_that_person_only_and_answers_go_to_the_supervisor() -> None:
    office = Office(phase=Phase.CLOSED)
    office.arrive(mail(BOSS.address, talk_token(), LETTER))
    (told,) = office.sent(MailKind.COMMENT)
    message = email.message_from_bytes(told.content, policy=email.policy.default)
    assert told.recipient == "e2@agency.example"
    assert str(message["Reply-To"]) == BOSS.address
    assert "Maria Boss, your supervisor, writes" in text_of(told)
    assert "thanks Bob, that was fast" in text_of(told)
    assert not any("that was fast" in f"{one.reason}{one.subject}" for one in office.store.events())


def test_an_open_round_sets_people_away_and_restarts_their_window() -> None:
    office = Office()
    office.arrive(mail(BOSS.address, talk_token(), "Bob is away until 24 November"))
    found = office.store.latest_prompt(EmployeeId("E2"))
    assert found is not None
    assert (found.standing, found.reason) == (Standing.AWAY, "back on 2026-11-24, said by S1")
    assert found.window.closes_at > prompt_of(PEOPLE[1]).window.closes_at


def test_leave_to_come_is_leave() -> None:
    office = Office()
    office.arrive(mail(BOSS.address, talk_token(), "Bob is away from 5 December to 9 December"))
    (leave,) = office.store.leave_of([EmployeeId("E2")], until_after=date(2026, 11, 20))[EmployeeId("E2")]
    assert (leave.first, leave.back_on) == (date(2026, 12, 5), date(2026, 12, 10))
    assert office.standing(2) == (Standing.AWAITING, ())


@pytest.mark.parametrize(("locale", "word"), [("de", "Verstanden"), ("fr", "Bob Smith est absent"), ("es", "no está")])
def test_confirmations_in_the_supervisors_language(locale: str, word: str) -> None:
    office = Office()
    office.store.people[BOSS.id] = person(
        0, "Maria", id=BOSS.id, address=BOSS.address, supervisor_id=None, locale=locale
    )
    office.arrive(mail(BOSS.address, talk_token(), "Bob is away until 4 December 2026"))
    (confirmed,) = office.sent(MailKind.CONFIRMATION)
    subject = str(email.message_from_bytes(confirmed.content, policy=email.policy.default)["Subject"])
    assert word in subject + text_of(confirmed)


def test_a_marking_is_withheld_and_nothing_is_done() -> None:
    office = Office()
    made = office.arrive(mail(BOSS.address, talk_token(), "Jane Doe:\n- (S//NF) Moved the array\n"))
    assert made.entry.decision is Decision.WITHHELD
    assert made.on_behalf == ()
    assert office.standing(1) == (Standing.AWAITING, ())
    kinds = sorted(one.kind for one in office.sent())
    assert kinds == [MailKind.ALERT, MailKind.NOTICE]
    assert not any(b"array" in one.content for one in office.sent())


def test_a_link_is_asked_back_and_nothing_is_done() -> None:
    office = Office()
    made = office.arrive(mail(BOSS.address, talk_token(), "thanks Bob, see https://evil.example/x for more"))
    assert made.entry.decision is Decision.REJECTED
    assert office.sent(MailKind.COMMENT) == ()
    (confirmed,) = office.sent(MailKind.CONFIRMATION)
    assert "link" in text_of(confirmed)
    assert b"evil.example" not in confirmed.content


def test_somebody_elses_conversation_gets_nothing() -> None:
    office = Office()
    for sender in ("e2@agency.example", "stranger@other.example"):
        made = office.arrive(mail(sender, talk_token(), "Jane Doe:\n- I did it\n"))
        assert made.entry.filing in {Folder.HELD, Folder.STRANGERS}
        thread = f"In-Reply-To: <digest.{talk_token()}@agency.example>\n"
        made = office.arrive(mail(sender, "", "Jane Doe:\n- I did it\n", more=thread))
        assert made.entry.filing in {Folder.HELD, Folder.STRANGERS}
    assert office.sent() == ()
    assert {office.standing(number)[0] for number in (1, 2, 3, 4)} == {Standing.AWAITING}


def test_authentication_is_asked_for_where_it_is_required() -> None:
    office = Office(desk_settings={"rule": AuthRule.REQUIRE, "authserv_id": "mx.agency.example"})
    body = "Jane Doe:\n- I did it\n"
    assert office.arrive(mail(BOSS.address, talk_token(), body)).entry.filing is Folder.HELD
    passed = "Authentication-Results: mx.agency.example; dkim=pass header.d=agency.example\n"
    raw = passed.encode() + mail(BOSS.address, talk_token(), body)
    assert office.arrive(raw).entry.filing is Folder.PROCESSED
    assert office.standing(1)[0] is Standing.COVERED


def test_a_round_long_over_is_held() -> None:
    office = Office()
    made = office.arrive(mail(BOSS.address, talk_token(), "thanks Bob"), at=office.round.final_at + timedelta(days=15))
    assert made.entry.filing is Folder.HELD


def test_only_people_of_the_digest_are_named() -> None:
    other = person(9, "Otto Other", supervisor_id=EmployeeId("E1"))
    office = Office(people=(*PEOPLE, other))
    office.arrive(mail(BOSS.address, talk_token(), "Otto Other:\n- Did it\n\nE9 is away until 4 December"))
    assert office.standing(9) == (Standing.AWAITING, ())
    (confirmed,) = office.sent(MailKind.CONFIRMATION)
    assert text_of(confirmed).count("nobody in this digest has that name") == 2


def test_a_stand_in_must_be_in_the_roster() -> None:
    office = Office()
    office.arrive(mail(BOSS.address, talk_token(), "forward to bob@elsewhere.example"))
    assert office.store.acting(date(2026, 11, 23)) == {}
    (confirmed,) = office.sent(MailKind.CONFIRMATION)
    assert "nobody in the roster" in text_of(confirmed)


def test_a_supervisors_out_of_office_sets_them_away_and_is_not_answered() -> None:
    office = Office()
    office.arrive(
        mail(BOSS.address, talk_token(), "I am away until 4 December.", more="Auto-Submitted: auto-replied\n")
    )
    boss = office.store.employee(BOSS.id)
    assert boss is not None
    assert boss.away_until == date(2026, 12, 4)
    assert office.sent() == ()


def test_the_same_mail_many_times_is_confirmed_once_a_day() -> None:
    office = Office()
    for number in range(5):
        office.arrive(mail(BOSS.address, talk_token(), "What is this?", subject=f"Re: {number}"))
        office.arrive(mail(BOSS.address, talk_token(), "Bob is away until 4 December", subject=f"Re: {number}"))
    assert len(office.sent(MailKind.CONFIRMATION)) == 2
    assert len(office.sent()) == 2


def test_thanks_alone_ask_for_nothing() -> None:
    office = Office()
    office.arrive(mail(BOSS.address, talk_token(), "Thanks!"))
    (confirmed,) = office.sent(MailKind.CONFIRMATION)
    assert "asked for nothing" in text_of(confirmed)
    assert CAMPAIGN.id in confirmed.key
    assert WEEK in confirmed.key
