"""The day of return, read from absence notes in many languages; a doubtful one is no day."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.message import Message
from domain.outcome import Known
from ingest.absence import read_absence

NOTES = Path(__file__).parent.parent / "corpus" / "absences"
CASES = [
    json.loads(line) for file in sorted(NOTES.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()
]


def back_on(
    text: str, *, received: str = "2026-03-04T12:00+00:00", locale: str = "en", zone: str = "UTC"
) -> date | None:
    message = Message(subject="Automatic reply: What did you do last week?", plain=text)
    return read_absence(message, datetime.fromisoformat(received), Known(locale=locale, zone=zone)).back_on


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_return_is_read(case: dict) -> None:
    message = Message(subject=case["subject"], plain=case["text"])
    received = datetime.fromisoformat(f"{case['received']}T12:00+00:00")
    found = read_absence(message, received, Known(locale=case["locale"], zone=case["zone"])).back_on
    assert (found and found.isoformat()) == case["back_on"]


def test_corpus_is_as_large_as_it_claims() -> None:
    assert len(CASES) >= 100
    assert len({case["language"] for case in CASES}) >= 10


def test_day_is_that_of_the_senders_zone() -> None:
    late_sunday = "2026-03-09T02:00+00:00"  # still Sunday, 8 March, in Honolulu
    assert back_on("Back on Monday.", received=late_sunday, zone="Pacific/Honolulu") == date(2026, 3, 9)
    assert back_on("Back on Monday.", received=late_sunday, zone="UTC") is None


def test_unknown_zone_is_utc() -> None:
    assert back_on("Back on Monday.", zone="Nowhere/Else") == date(2026, 3, 9)


def test_absence_that_has_not_begun_is_none_yet() -> None:
    message = Message(plain="I am away from 9 March to 13 March.")
    before = read_absence(message, datetime(2026, 3, 1, tzinfo=UTC), Known())
    assert (before.starts_on, before.back_on) == (date(2026, 3, 9), None)
    during = read_absence(message, datetime(2026, 3, 9, tzinfo=UTC), Known())
    assert (during.starts_on, during.back_on) == (date(2026, 3, 9), date(2026, 3, 14))


def test_our_own_words_are_not_the_absent_persons() -> None:
    message = Message(plain="I am away.\nPlease be back on Monday with your bullets.")
    known = Known(prompts=("Please be back on Monday with your bullets.",))
    assert read_absence(message, datetime(2026, 3, 4, tzinfo=UTC), known).back_on is None


def test_html_is_read_where_there_is_no_text() -> None:
    message = Message(html="<p>I am away until <b>14&nbsp;March</b>.</p>")
    assert read_absence(message, datetime(2026, 3, 4, tzinfo=UTC), Known()).back_on == date(2026, 3, 14)


def test_nothing_to_read_is_no_date() -> None:
    assert read_absence(Message(), datetime(2026, 3, 4, tzinfo=UTC), Known()).back_on is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Away from 20 December to 6 March.", date(2026, 3, 7)),  # the first day has passed and reads as the coming one
        ("Away 31-14 March.", date(2026, 3, 15)),
        ("Away 2-6 March and until 20 March.", None),
        ("I am away from 2 March to 6 March, and from 16 March to 20 March.", date(2026, 3, 7)),
        ("Ab dem 16.03. bin ich wieder da.", date(2026, 3, 16)),
        ("Ab dem 16.03. sitze ich im Büro und bin wieder erreichbar.", date(2026, 3, 16)),
        ("Ab dem 16.03. bin ich nicht mehr im Büro.", None),
        ("Away March 4-5.", date(2026, 3, 6)),
        ("Away March 30-40.", None),
        ("I am away from 2 March to 20 March. Back on 9 March.", None),
    ],
)
def test_ranges_and_first_days(text: str, expected: date | None) -> None:
    assert back_on(text) == expected


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("it", "Torno il 24.", date(2026, 11, 24)),
        ("it", "Rientro il 5.", date(2026, 12, 5)),
        ("fr", "Je serai de retour le 30.", date(2026, 11, 30)),
        ("es", "Vuelvo el 23, lunes.", date(2026, 11, 23)),
        ("sv", "Åter den 30.", date(2026, 11, 30)),
        ("da", "Jeg er tilbage d. 30.", date(2026, 11, 30)),
        ("ja", "20日(金)に復帰します。", date(2026, 11, 20)),
        ("ja", "3日間休暇をいただきます。", None),
        ("zh", "我休假3日，20日返回。", date(2026, 11, 20)),
        ("en", "Back on 30 November (Monday).", date(2026, 11, 30)),
        ("en", "Back on 30 November (Tuesday).", None),
        ("en", "Back Mon.", None),
        ("en", "Back on Monday 23.", date(2026, 11, 23)),
        ("fr", "Mon retour est prévu le lundi 23 novembre.", date(2026, 11, 23)),
        ("it", "Torno il 24% più riposato.", None),
        ("ru", "С 16 ноября и до 27 ноября 2026 г. включительно нахожусь в отпуске.", date(2026, 11, 28)),
        ("pl", "Urlop od 16 listopada i do 20 listopada.", date(2026, 11, 21)),
        ("he", "אחזור ב-26 בנובמבר.", date(2026, 11, 26)),
        ("ar", "سأعود يوم 26 نوفمبر.", date(2026, 11, 26)),
        ("ar", "أنا في إجازة حتى 26 نوفمبر.", date(2026, 11, 26)),
        ("tr", "Pazartesi günü döneceğim.", date(2026, 11, 23)),
        ("en", "I am out 16 November and until further notice.", None),
        ("en", "I left on 16 November and return on 30 November.", date(2026, 11, 30)),
        ("uk", "Буду на зв'язку 24 листопада.", date(2026, 11, 24)),
        ("it", "Chiamate il 112. Rientro lunedì.", date(2026, 11, 23)),
        ("fr", "Appelez le 15. Je serai de retour le 30 novembre.", date(2026, 11, 30)),
        ("de", "Ich bin den 30. wieder da.", date(2026, 11, 30)),
        ("ja", "毎月15日は締め日です。30日に復帰します。", date(2026, 11, 30)),
    ],
)
def test_days_without_a_month_and_weekdays_behind(locale: str, text: str, expected: date | None) -> None:
    assert back_on(text, received="2026-11-18T12:00+00:00", locale=locale) == expected


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "pump",
    [
        "until ",
        "1.",
        "3/",
        "back 14 ",
        "march ",
        " ",
        "-",
        "3月",
        "14. ",
        "до ",
        "to ",
        "\n \n",
        "12 to ",
        "14 march to ",
        "il 3 ",
        "3日",
        "3 march (monday) ",
    ],
)
def test_hostile_text_takes_linear_time(pump: str) -> None:
    back_on("back on " + pump * 40_000)
