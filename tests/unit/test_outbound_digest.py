"""The Digest: whose people, where each stands, and what must never be in it."""

import html.parser
import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.digest import Digest, DigestRow
from domain.employee import EmailAddress, EmployeeId
from domain.outbox import MailKind
from domain.policy import Mode
from domain.round import CampaignId
from domain.standing import Standing
from domain.unit import UnitPath
from outbound.digest import (
    WrongSupervisorError,
    check_rows,
    copy,
    digest_mail,
    isolated,
    sections,
    substance,
    thread_root,
)
from tests.fakes.clock import START
from tests.fakes.mail import BOSS, CAMPAIGN, TEMPLATES, TOKEN, press, read, text_of, week

ENGLISH = TEMPLATES.locale("en")
LABELS = ("compliant", "missing", "failed", "delinquent", "offender", "ignored", "refused")


def row(number: int = 1, standing: Standing = Standing.ANSWERED, **other: Any) -> DigestRow:
    values: dict[str, Any] = {
        "employee_id": EmployeeId(f"E{number}"),
        "name": f"Person {number}",
        "unit": UnitPath("Defense/Navy"),
        "supervisor_id": BOSS.id,
        "standing": standing,
        "bullets": ("Fixed it", "Wrote it") if standing in {Standing.ANSWERED, Standing.LATE} else (),
    }
    return DigestRow(**{**values, **other})


def made(*rows: DigestRow, final: bool = False, **other: Any):
    digest = Digest(round=week(), supervisor=other.pop("supervisor", BOSS), rows=rows, final=final)
    return digest_mail(press(), digest, campaign=CAMPAIGN, token=TOKEN, now=START, **other)


def html_of(mail) -> str:
    part = read(mail).get_body(("html",))
    assert part is not None
    return part.get_content()


def everybody(mode: Mode = Mode.REQUIRED) -> tuple[DigestRow, ...]:
    return tuple(row(number, standing, mode=mode) for number, standing in enumerate(Standing))


def test_sections_come_in_their_order() -> None:
    said = text_of(made(*everybody()))
    titles = [
        *("ANSWERED (2)", "ANSWERED LATE (1)", "ALL ACTIVITIES SENSITIVE (1)", "DECLINED TO ANSWER (1)"),
        *("REPLY WITHHELD (1)", "AWAY (1)", "NOT EXPECTED TO ANSWER (1)", "NO REPLY YET (3)"),
    ]
    places = [said.index(f"\n{title}\n") for title in titles]
    assert places == sorted(places)


def test_the_text_pastes_into_a_report() -> None:
    said = text_of(made(row()))
    assert "Person 1 (Defense/Navy)\n- Fixed it\n- Wrote it\n" in said
    assert "<" not in said


def test_it_threads_from_week_to_week_and_answers_come_back_to_its_own_conversation() -> None:
    first, last = made(row()), made(row(), final=True)
    root = thread_root(press(), CAMPAIGN, BOSS.id)
    assert read(first)["References"] == read(last)["References"] == root
    assert first.message_id != last.message_id
    assert first.key == "digest/weekly/2026-W47/S1"
    assert last.key == "final_digest/weekly/2026-W47/S1"
    assert last.kind is MailKind.FINAL_DIGEST
    assert read(first)["Reply-To"] == f"reports+{TOKEN}@agency.example"
    assert thread_root(press(), replace(CAMPAIGN, id=CampaignId("once")), BOSS.id) != root


@pytest.mark.parametrize(
    "stranger",
    [
        {"supervisor_id": EmployeeId("S2")},
        {"supervisor_id": None},
        {"employee_id": BOSS.id},
    ],
)
def test_somebody_elses_people_stop_the_whole_digest(stranger: dict[str, Any]) -> None:
    rows = (*everybody(), row(99, **stranger))
    with pytest.raises(WrongSupervisorError) as caught:
        made(*rows)
    assert caught.value.permanent
    assert "Person" not in str(caught.value)
    with pytest.raises(WrongSupervisorError):
        check_rows(BOSS, rows)
    check_rows(BOSS, everybody(), BOSS.address)
    with pytest.raises(WrongSupervisorError):
        check_rows(BOSS, everybody(), "other@agency.example")


def test_what_was_withheld_has_no_text_even_if_the_row_has() -> None:
    mail = made(row(1, Standing.WITHHELD, bullets=("the canary",), reason="the canary"))
    for body in (text_of(mail), html_of(mail)):
        assert "canary" not in body
        assert "Person 1" in body
        assert "security officer" in body


@pytest.mark.parametrize("standing", [one for one in Standing if one not in {Standing.ANSWERED, Standing.LATE}])
def test_bullets_are_shown_only_where_an_answer_counts(standing: Standing) -> None:
    mail = made(row(1, standing, bullets=("the canary",)))
    assert ("canary" in text_of(mail)) == (standing is Standing.COVERED)


def test_who_did_not_answer_in_a_voluntary_unit_is_counted_and_never_named() -> None:
    mail = made(*everybody(Mode.VOLUNTARY))
    unnamed = (Standing.AWAITING, Standing.NEEDS_FIX, Standing.UNDELIVERABLE, Standing.DECLINED)
    for body in (text_of(mail), html_of(mail)):
        for number, standing in enumerate(Standing):
            assert (f"Person {number}<" in body or f"Person {number} " in body) == (standing not in unnamed)
    assert "- No reply from voluntary units: 4" in text_of(mail)


@pytest.mark.parametrize("mode", [Mode.PAUSED, Mode.ENDED, Mode.ANSWERED_ON_BEHALF])
def test_where_nobody_is_asked_nobodys_answer_is_missing(mode: Mode) -> None:
    said = text_of(made(row(1, Standing.AWAITING, mode=mode)))
    assert "NOT EXPECTED TO ANSWER (1)" in said
    assert "NO REPLY YET" not in said


def test_nobody_is_labelled() -> None:
    for mode in Mode:
        mail = made(*everybody(mode), final=True)
        for body in (text_of(mail), html_of(mail)):
            for label in LABELS:
                assert label not in body.lower(), (mode, label)


def test_remarks() -> None:
    said = text_of(
        made(
            row(1, Standing.AWAY, back_on=date(2026, 12, 1)),
            row(2, Standing.EXEMPT, reason="no email at work"),
            row(3, copied=True),
            row(4, Standing.COVERED, bullets=("Loaded the ship",)),
        )
    )
    assert "Person 1 (Defense/Navy): back on Tuesday, 1 December 2026\n" in said
    assert "Person 2 (Defense/Navy): no email at work\n" in said
    assert "Person 3 (Defense/Navy): you were copied\n- Fixed it\n" in said
    assert "Person 4 (Defense/Navy): answered on their behalf\n- Loaded the ship\n" in said


def test_its_size_is_bounded_and_says_so() -> None:
    rows = tuple(row(number, bullets=("x" * 900,) * 40) for number in range(100))
    mail = made(*rows, most_text=100_000)
    assert len(mail.content) < 400_000
    said = text_of(mail)
    assert said.count("Person ") == 100
    assert "- 40 bullets not shown here" in said


def test_of_five_thousand_people_a_thousand_are_named_and_all_are_counted() -> None:
    rows = (
        *(row(number) for number in range(4000)),
        *(row(number, Standing.AWAITING) for number in range(4000, 4990)),
        *(row(number, Standing.WITHHELD) for number in range(4990, 5000)),
    )
    mail = made(*rows)
    assert len(mail.content) < 600_000
    said = text_of(mail)
    assert said.count("Person ") == 1000
    # Small sections are whole, large ones are cut alike.
    assert "REPLY WITHHELD (10)" in said
    assert f"3505 {ENGLISH.words['unlisted']}" in " ".join(said.split())
    assert f"495 {ENGLISH.words['unlisted']}" in " ".join(said.split())
    assert html_of(mail).count(ENGLISH.words["unlisted"]) == 2
    assert "- Answered: 4000\n" in said


@given(
    rows=st.lists(st.builds(row, st.integers(0, 50), st.sampled_from(Standing)), max_size=60),
    most=st.integers(0, 70),
)
def test_whoever_is_not_named_is_counted(rows: list[DigestRow], most: int) -> None:
    arranged = sections(rows, ENGLISH, most_people=most)
    assert sum(one.number for one in arranged) == len(rows)
    assert all(len(one.rows) + one.unlisted == one.number for one in arranged)
    assert sum(len(one.rows) for one in arranged) == min(most, len(rows))
    assert sum(len(one.rows) for one in sections(rows, ENGLISH, most_people=len(rows))) == len(rows)


def test_one_long_bullet_is_cut_and_says_so() -> None:
    said = text_of(made(row(1, bullets=("y" * 5000,))))
    assert "y" * 1000 + " … (shortened)" in said
    assert "y" * 1001 not in said


def test_more_bullets_than_fit_are_counted() -> None:
    assert "- 10 bullets not shown here" in text_of(made(row(1, bullets=("a",) * 60)))


def test_a_supervisor_of_nobody_gets_a_short_digest() -> None:
    assert "- Asked: 0" in text_of(made())


class Outline(html.parser.HTMLParser):
    """Headings and the attributes that screen readers need."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.setdefault(tag, dict(attrs))
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)


def test_the_html_can_be_read_by_ear_and_on_a_phone() -> None:
    outline = Outline()
    page = html_of(made(*everybody(), supervisor=replace(BOSS, locale="de")))
    outline.feed(page)
    assert outline.headings[0] == "h1"
    assert outline.headings.count("h1") == 1
    levels = [int(one[1]) for one in outline.headings]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert outline.attributes["html"] == {"lang": "de", "dir": "ltr"}
    assert "main" in outline.attributes
    assert "width=device-width" in page
    assert "<style" not in page
    assert "style=" in page


def luminance(color: str) -> float:
    channels = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_enough() -> None:
    # WCAG 2.2 section 1.4.3 asks for 4.5 to 1.
    colors = set(re.findall(r"(?<!background-)color: (#[0-9a-f]{6})", TEMPLATES.sources["digest.html"]))
    assert colors
    for color in colors:
        assert (luminance("#ffffff") + 0.05) / (luminance(color) + 0.05) >= 4.5


def test_a_right_to_left_language_sets_the_direction() -> None:
    english = TEMPLATES.locales["en"]
    hebrew = replace(english, language="he", direction="rtl")
    templates = replace(TEMPLATES, locales={**TEMPLATES.locales, "he": hebrew})
    digest = Digest(round=week(), supervisor=replace(BOSS, locale="he"), rows=(row(),))
    mail = digest_mail(press(templates=templates), digest, campaign=CAMPAIGN, token=TOKEN, now=START)
    assert '<html lang="he" dir="rtl">' in html_of(mail)
    assert 'dir="auto"' in html_of(mail)


def test_a_copy_goes_to_its_own_supervisor_only() -> None:
    values: dict[str, Any] = {
        "campaign": CAMPAIGN,
        "round_id": "2026-W47",
        "supervisor": BOSS,
        "token": TOKEN,
        "arrived_at": START,
        "late": True,
        "now": START,
    }
    mail = copy(press(), row(), **values)
    assert mail.recipient == "s1@agency.example"
    assert mail.round_id == "2026-W47"
    assert "answered on Friday, 20 November 2026, 09:00 (America/New_York), late:" in text_of(mail)
    with pytest.raises(WrongSupervisorError):
        copy(press(), row(supervisor_id=EmployeeId("S2")), **values)
    with pytest.raises(WrongSupervisorError):
        copy(press(), row(), **{**values, "supervisor": replace(BOSS, id=EmployeeId("S2"))})


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.builds(
            row,
            st.integers(0, 50),
            st.sampled_from(Standing),
            mode=st.sampled_from(Mode),
            bullets=st.lists(st.text(max_size=40), max_size=60).map(tuple),
        ),
        max_size=20,
    ),
    most=st.integers(0, 500),
)
def test_everybody_is_in_exactly_one_place(rows: list[DigestRow], most: int) -> None:
    arranged = sections(rows, ENGLISH, most)
    assert sum(one.number for one in arranged) == len(rows)
    assert sum(len(bullet) for one in arranged for line in one.rows for bullet in line.bullets) <= most
    shown = sum(len(line.bullets) + line.hidden for one in arranged for line in one.rows)
    counted = (Standing.ANSWERED, Standing.LATE, Standing.COVERED)
    assert shown == sum(len(each.bullets) for each in rows if each.standing in counted)


def test_a_supervisor_with_another_address_is_no_recipient() -> None:
    other = replace(BOSS, address=EmailAddress("s1@elsewhere.example"))
    assert made(row(), supervisor=other).recipient == "s1@elsewhere.example"


def test_a_name_written_from_the_right_does_not_turn_the_rest_of_its_line() -> None:
    said = text_of(made(row(1, name="\u05e0\u05d5\u05e2\u05d4", unit=UnitPath("Defense/\u05e6\u05e4\u05d5\u05df"))))
    assert "\u2068\u05e0\u05d5\u05e2\u05d4\u2069 (\u2068Defense/\u05e6\u05e4\u05d5\u05df\u2069)\n- Fixed it\n" in said
    assert isolated("Zo\u00eb 1") == "Zo\u00eb 1"


@pytest.mark.parametrize(
    "change",
    [
        {"standing": Standing.LATE},
        {"standing": Standing.WITHHELD},
        {"standing": Standing.COVERED},
        {"standing": Standing.UNDELIVERABLE},
        {"standing": Standing.AWAY},
        {"bullets": ("Fixed it",)},
        {"bullets": ("Wrote it", "Fixed it")},
        {"mode": Mode.PAUSED, "standing": Standing.AWAITING},
        {"name": "Another"},
        {"unit": UnitPath("Defense/Army")},
        {"copied": True},
    ],
)
def test_what_reads_otherwise_is_news(change: dict[str, Any]) -> None:
    before = (row(1), row(2))
    assert substance((replace(before[0], **change), before[1])) != substance(before)
    assert substance(before[:1]) != substance(before)


def test_another_day_of_return_is_news() -> None:
    first, later = (row(1, Standing.AWAY, back_on=date(2026, 12, day)) for day in (1, 2))
    assert substance((first,)) != substance((later,))


def test_what_reads_the_same_is_no_news() -> None:
    before = (row(1, arrived_at=START), row(2, Standing.AWAITING, mode=Mode.VOLUNTARY), row(3, Standing.AWAITING))
    after = (row(1), row(3, Standing.AWAITING, reason="other"), row(2, Standing.DECLINED, mode=Mode.VOLUNTARY))
    assert substance(before) == substance(after)
    assert substance((row(1, Standing.WITHHELD, bullets=("a",)),)) == substance((row(1, Standing.WITHHELD),))
