"""What our mail says, and the headers by which machines know it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from domain.campaign import Campaign
from domain.employee import EmailAddress, EmployeeId
from domain.outbox import MailKind
from domain.policy import Mode, Policy
from domain.round import CampaignId
from domain.standing import Standing
from domain.token import tokens_in
from outbound import headers
from outbound.answers import receipt
from outbound.compose import asking_texts, code_mail, correction, prompt, reminder
from outbound.headers import AddressError
from outbound.letter import twin
from outbound.letterhead import Letterhead
from outbound.press import MOST_FORMS
from tests.fakes.clock import START
from tests.fakes.mail import (
    BOSS,
    CAMPAIGN,
    HEAD,
    TEMPLATES,
    TOKEN,
    WINDOW,
    answered,
    asked,
    employee,
    press,
    question,
    read,
    text_of,
    week,
)
from tests.property.test_outbound_mail import MAKERS

LANGUAGES = ("en", "de", "fr", "es")


def test_the_prompt_says_what_the_real_request_said() -> None:
    said = text_of(prompt(press(), question(), now=START))
    assert (
        "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager. "
        "Please do not send any classified information, links, or attachments. Deadline is Monday, 23 November 2026, "
        "23:59 (America/New_York)." in said
    )
    assert (
        'If all of your activities are classified or sensitive, please write "All of my activities are sensitive".'
        in said
    )


def test_the_deadline_is_shown_on_both_clocks() -> None:
    said = text_of(prompt(press(), question(employee(time_zone="Europe/Berlin")), now=START))
    assert "Deadline is Monday, 23 November 2026, 23:59 (America/New_York)." in said
    assert "On your clock, the deadline is Tuesday, 24 November 2026, 05:59 (Europe/Berlin)." in said
    assert "On your clock" not in text_of(prompt(press(), question(employee(time_zone="America/New_York")), now=START))


def test_a_campaign_on_everybodys_own_clock_shows_that_one() -> None:
    campaign = replace(CAMPAIGN, own_zone=True)
    said = text_of(prompt(press(), question(employee(time_zone="Europe/Berlin"), campaign=campaign), now=START))
    assert "Deadline is Tuesday, 24 November 2026, 05:59 (Europe/Berlin)." in said
    assert "On your clock" not in said


def test_the_headers_of_a_prompt() -> None:
    mail = prompt(press(), question(), now=START)
    message = read(mail)
    token = asked().token
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["X-Bulletin-Instance"] == "test"
    assert message["Reply-To"] == f"reports+{token}@agency.example"
    assert message["Message-ID"] == mail.message_id == f"<prompt.{token}@agency.example>"
    assert tokens_in((message["Reply-To"], message["Message-ID"])) == (token,)
    assert message["Content-Language"] == "en"
    assert message["Date"].datetime == START
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert mail.sender == f"reports+{token}@agency.example"
    assert mail.key == "prompt/weekly/2026-W47/E1"
    assert mail.not_before == START
    assert mail.expires_at == WINDOW.grace_until


def test_bounces_may_go_elsewhere() -> None:
    head = replace(HEAD, bounce_base="bounces@mx.example")
    mail = prompt(press(letterhead=head), question(), now=START)
    assert mail.sender == f"bounces+{asked().token}@mx.example"
    assert read(mail)["Reply-To"] == f"reports+{asked().token}@agency.example"


def test_an_ordinary_reply_can_copy_the_supervisor() -> None:
    copying = replace(CAMPAIGN, copies_supervisor=True)
    mail = prompt(press(), question(campaign=copying), now=START)
    assert read(mail)["Reply-To"] == f"reports+{asked().token}@agency.example, s1@agency.example"
    assert "An ordinary reply also goes to S. One, your supervisor." in text_of(mail)
    assert "cc your manager" not in text_of(mail)
    own = question(campaign=copying, supervisor=replace(BOSS, id=EmployeeId("E1")))
    assert "s1@" not in read(prompt(press(), own, now=START))["Reply-To"]
    odd = question(campaign=copying, supervisor=replace(BOSS, address=EmailAddress("not an address")))
    assert "," not in read(prompt(press(), odd, now=START))["Reply-To"]


def test_several_reply_mailboxes_share_the_load() -> None:
    head = replace(HEAD, reply_bases=tuple(f"reports{number}@agency.example" for number in range(4)))
    counts = dict.fromkeys(head.reply_bases, 0)
    for number in range(400):
        base = head.reply_base(EmployeeId(f"E{number}"))
        assert base == head.reply_base(EmployeeId(f"E{number}"))
        counts[base] += 1
    assert min(counts.values()) > 60


@pytest.mark.parametrize(
    "address", ["", "no at", "a@", "@b", "a b@c", "a@b\r\n", '"a"@b', "é@b.example", f"{'x' * 65}@b"]
)
def test_a_letterhead_with_a_bad_address_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        replace(HEAD, address=address)
    with pytest.raises(AddressError):
        replace(HEAD, reply_bases=(address,))


def test_a_reply_address_must_have_room_for_a_token() -> None:
    replace(HEAD, reply_bases=(f"{'r' * 33}@agency.example",))
    with pytest.raises(AddressError, match="33"):
        replace(HEAD, reply_bases=(f"{'r' * 34}@agency.example",))
    with pytest.raises(AddressError):
        replace(HEAD, reply_bases=())


def test_an_employees_bad_address_is_refused_and_not_quoted() -> None:
    person = employee(address=EmailAddress("evil@b.example\r\nBcc: x@y.example"))
    with pytest.raises(AddressError) as caught:
        prompt(press(), question(person), now=START)
    assert "evil" not in str(caught.value)


def test_an_international_domain_is_written_in_ascii() -> None:
    person = employee(address=EmailAddress("jane@bücher.example"))
    assert prompt(press(), question(person), now=START).recipient == "jane@xn--bcher-kva.example"


def test_reminders_stand_below_the_prompt() -> None:
    mail = reminder(press(), question(), number=2, now=START)
    message = read(mail)
    assert mail.kind is MailKind.REMINDER
    assert mail.key == "reminder/weekly/2026-W47/E1/2"
    assert message["Message-ID"] == f"<reminder2.{asked().token}@agency.example>"
    assert message["In-Reply-To"] == message["References"] == asked().message_id
    assert message["Subject"].startswith("Reminder: ")
    assert tokens_in(message["Message-ID"]) == (asked().token,)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("locale", LANGUAGES)
def test_corrections(mode: Mode, locale: str) -> None:
    policy = Policy(mode=mode, consequence="The consequence.")
    asking = question(employee(locale=locale), policy=policy, said="The operator's words.", code="4F-QK")
    mail = correction(press(), asking, occasion="7", now=START)
    said = text_of(mail)
    assert mail.key == "correction/weekly/2026-W47/E1/7"
    assert "The operator's words." in said
    assert ("The consequence." in said) == mode.asks


def test_the_consequence_is_the_same_in_prompt_reminder_and_receipt() -> None:
    policy = Policy(consequence="Whoever does not answer is asked again.", mode=Mode.VOLUNTARY, readers="The office.")
    asking = question(policy=policy)
    mails = (
        prompt(press(), asking, now=START),
        reminder(press(), asking, number=1, now=START),
        receipt(press(), answered(policy=policy), bullets=("a",), standing=Standing.ANSWERED, now=START),
    )
    for mail in mails:
        assert "\n\nWhoever does not answer is asked again.\n\n" in text_of(mail)
        assert "Your answer is voluntary." in text_of(mail)
    for mail in (mails[0], mails[2]):
        assert "Who reads it: The office.\nYour answer is kept for 365 days." in text_of(mail)


def test_own_wording_takes_the_place_of_the_default() -> None:
    campaign = replace(CAMPAIGN, wording="One idea, please.\nUntil {deadline}.", subject="One idea")
    said = text_of(prompt(press(), question(campaign=campaign), now=START))
    assert "One idea, please.\nUntil Monday, 23 November 2026, 23:59 (America/New_York)." in said
    assert "approx. 5 bullets" not in said
    unit = Policy(wording="{{ 7 * 7 }} {code} {0.__class__}")
    assert "{{ 7 * 7 }} {code} {0.__class__}" in text_of(
        prompt(press(), question(campaign=campaign, policy=unit), now=START)
    )


def test_the_text_for_ingest_is_the_text_that_was_sent() -> None:
    for locale in LANGUAGES:
        asking = question(employee(locale=locale, time_zone="Asia/Tokyo"), code="4F-QK")
        assert asking_texts(press(), asking)[0] == text_of(prompt(press(), asking, now=START))


def test_no_mail_holds_a_link_an_image_or_a_script() -> None:
    for kind, make in MAKERS.items():
        for part in read(make("x")).iter_parts():
            folded = part.get_content().lower()
            for forbidden in ("http:", "https:", "www.", "<a ", "<img", "<script", "url(", "mailto:"):
                assert forbidden not in folded, (kind, forbidden)


def test_every_mail_is_known_for_an_automatic_one() -> None:
    for kind, make in MAKERS.items():
        mail = make("x")
        replied = kind in {"receipt", "notice", "withheld", "confirmation"}
        assert read(mail)["Auto-Submitted"] == ("auto-replied" if replied else "auto-generated")
        assert (mail.sender == "") == replied, kind
        assert read(mail)["X-Bulletin-Instance"] == "test"


def test_the_code_mail() -> None:
    mail = code_mail(press(), campaign=CAMPAIGN, asked=week(), supervisor=BOSS, token=TOKEN, count=4, now=START)
    said = text_of(mail)
    assert "The code of this week is 4FQK." in said
    assert "4 of them report to you" in said
    assert mail.key == "code/weekly/2026-W47/S1"


def test_a_mail_is_kept_as_it_was_first_written() -> None:
    for kind, make in MAKERS.items():
        assert make("x") == make("x"), kind


def test_a_wording_for_each_person_does_not_fill_the_memory() -> None:
    ours = press()
    for number in range(MOST_FORMS + 10):
        ours.forms[number] = ours.forms.get("x")
    prompt(ours, question(), now=START)
    assert len(ours.forms) <= MOST_FORMS


def test_a_name_in_the_subject_is_filled_in(tmp_path: Path) -> None:
    from outbound.templates import check_templates, load_templates

    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "prompt.txt").write_text("For {{ name }}: {{ campaign }}\n\n{{ wording }}\n", encoding="utf-8")
    templates = load_templates(tmp_path)
    assert check_templates(templates) == ()
    mail = prompt(press(templates=templates), question(employee(name="Jörg\r\nBcc: x@y.example")), now=START)
    assert read(mail)["Subject"] == "For Jörg Bcc: x@y.example: What did you do last week?"
    assert "Bcc" not in read(mail)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_language_has_every_mail(locale: str) -> None:
    names = {path.partition("/")[2] for path in TEMPLATES.sources if path.startswith("en/")}
    assert {path.partition("/")[2] for path in TEMPLATES.sources if path.startswith(f"{locale}/")} == names
    assert set(TEMPLATES.locales[locale].words) == set(TEMPLATES.locales["en"].words)
    for kind in ("prompt", "receipt", "notice", "withheld"):
        assert "{{ phrase }}" in TEMPLATES.sources[f"{locale}/{kind}.txt"]


@pytest.mark.parametrize(
    ("tag", "language"), [("de-CH", "de"), ("DE", "de"), ("pt_BR", "en"), (None, "en"), ("", "en")]
)
def test_the_nearest_language_is_taken(tag: str | None, language: str) -> None:
    assert TEMPLATES.locale(tag).language == language
    assert read(prompt(press(), question(employee(locale=tag)), now=START))["Content-Language"] == language


def test_the_alert_goes_to_the_security_contact_without_content() -> None:
    mail = MAKERS["alert"]("x")
    assert mail.recipient == "officer@agency.example"
    assert mail.kind is MailKind.ALERT
    assert "was not stored, logged, quoted or forwarded" in text_of(mail)


def test_the_twin_makes_paragraphs_and_lists() -> None:
    made = twin("One\nTwo\n\n- a <b>\n- b\n1. c\n\n1. d\nafter\n- e\n", language="en", title="T & U")
    body = made.partition("<body")[2]
    assert "<title>T &amp; U</title>" in made
    assert [
        line for line in body.split("\n") if line.startswith("<") and "body" not in line and "html" not in line
    ] == [
        "<p>One<br>Two</p>",
        *("<ul>", "<li>a &lt;b&gt;</li>", "<li>b</li>", "</ul>", "<ol>", "<li>c</li>", "</ol>"),
        *("<ol>", "<li>d</li>", "</ol>", "<p>after</p>", "<ul>", "<li>e</li>", "</ul>"),
    ]


def test_a_date_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        headers.date(START.replace(tzinfo=None))


def test_a_header_with_a_line_break_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="line break"):
        headers.field("Subject", "a\r\nBcc: x@y.example")


def test_lines_stay_short() -> None:
    for make in MAKERS.values():
        body = make("word " * 200).content.partition(b"\r\n\r\n")[2]
        assert max(len(line) for line in body.split(b"\r\n")) <= 76 + 1


def test_the_campaign_of_another_name_is_in_the_key() -> None:
    campaign = Campaign(id=CampaignId("once"))
    person = employee()
    asking = question(person, campaign=campaign, asked=asked(person, campaign_id=campaign.id))
    assert prompt(press(), asking, now=START).key == "prompt/once/2026-W47/E1"


def test_a_letterhead_does_not_take_control_signs() -> None:
    head = Letterhead(**{**{name: getattr(HEAD, name) for name in HEAD.__slots__}, "name": "A\r\nBcc: x@y.example"})
    message = read(prompt(press(letterhead=head), question(), now=START))
    assert message["From"].addresses[0].display_name == "A Bcc: x@y.example"
    assert not re.search(r"^Bcc", str(message), re.MULTILINE)
