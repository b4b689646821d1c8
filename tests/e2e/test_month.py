"""A month on real servers: four Rounds with a holiday, a pause, a correction, an ended unit, leave, a change of
supervisors, answers on behalf, a released reply and a dead address. The Ledger tells all of it afterwards.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.demo.place import OFFICER, Place
from app.demo.program import WeekClock, running
from domain.ledger import Event, Folder
from domain.origin import Origin
from domain.policy import Mode
from domain.retention import EXPIRED
from domain.round import CampaignId, RoundId
from domain.standing import Standing
from domain.verdict import Decision
from tests.contract.test_store_retention import everything_in
from tests.e2e.month import Month, new_york, tells_of, work_of
from tests.e2e.test_week import Servers, _configure, serving, url
from tests.servers.dovecot import Dovecot

__all__ = ["url"]

WEEKLY = CampaignId("weekly")
EVERYBODY = frozenset(range(1, 23))
CHARTS, TIDES, INSTRUMENTS = (f"Coastal Survey/{name}" for name in ("Charts", "Tides", "Instruments"))
IN_CHARTS, IN_TIDES = {5, 6, 8, 9, 10}, {11, 12, 13, 14, 15}
IN_INSTRUMENTS = {7, 17, 18, 19, 20, 21, 22}
W45, W46, W47, W48 = (f"2025-W{week}" for week in (45, 46, 47, 48))
JONAS, BRUNO = 16, 22  # away all the month; with an address that is dead until the third week
AWAY_DAYS = {8: ("2025-11-03", "2025-11-13"), 11: ("2025-11-05", "2025-11-10"), 13: ("2025-11-12", "2025-11-14"),
             16: ("2025-11-01", "2025-12-15"), 18: ("2025-11-06", "2025-11-14")}  # fmt: skip
"""First day away, first day back."""


@pytest.fixture
def month(url: str | None, dovecot: Dovecot, tmp_path: Path) -> Iterator[Month]:
    clock = WeekClock(at=new_york(2, 7).astimezone(UTC))
    place = Place(folder=tmp_path / "month")
    place.folder.mkdir()
    with serving(tmp_path / "scratch", dovecot, clock.now) as servers:
        _holidays(place, servers, url)
        with running(place.config, clock) as program:
            yield Month(program=program, servers=servers, folder=tmp_path)


def _holidays(place: Place, servers: Servers, url: str | None) -> None:
    _configure(place, servers, url, "move")
    text = place.config.read_text()
    days = 'closes_after = "62h"\ncountry = "US"\nholidays = [2025-11-10]\non_holiday = "move"'
    place.config.write_text(text.replace('closes_after = "62h"', days))


def test_a_month(month: Month) -> None:
    month.take_in()
    month.look()
    _first_week(month)
    _second_week(month)
    _third_week(month)
    _fourth_week(month)
    _nobody_got_anything_twice(month)
    _nobody_was_disturbed(month)
    _machines_got_nothing(month)
    _the_ledger_tells_it(month)
    _a_year_later_only_counts_are_left(month)


def _first_week(month: Month) -> None:
    """Leave, an out-of-office mail, a marked reply, a dead address; a Supervisor answers for others."""
    month.until(new_york(3, 10))
    month.read_mail()
    assert month.got("code", new_york(2, 0), new_york(3, 9)) == {1, 2, 3, 4}
    assert month.got("prompt", new_york(3, 9), new_york(3, 10)) == EVERYBODY - {JONAS, BRUNO}
    assert month.standing(BRUNO, W45) is Standing.UNDELIVERABLE
    month.out_of_office(8, "Thursday, 13 November 2025")
    month.take_in_leave("E011,2025-11-05,2025-11-10", "E013,2025-11-12,2025-11-14")
    month.until(new_york(4, 10))
    month.answer(EVERYBODY - {6, 8, 11, JONAS, 17, 18, BRUNO}, W45)
    month.answer([17], W45, bullets=("SECRET//NOFORN", work_of(17, W45)))
    month.until(new_york(6, 9))
    assert month.got("reminder", new_york(3, 9), new_york(6, 9)) == {6, 18}
    assert tells_of(month.told(2), W45, {5, 9, 10})
    assert tells_of(month.told(3), W45, IN_TIDES - {11})
    assert tells_of(month.told(4), W45, IN_INSTRUMENTS - {17, 18, BRUNO})
    month.release()
    month.reply(
        4,
        month.newest(4, "digest").content,
        text=f"Bruno Reef:\n- {work_of(BRUNO, W45)}\n- Cleaned the gauge house\n\naway Milo until 14 November\n",
    )
    month.read_mail()
    assert "Milo Gauge is away" in month.newest(4, "confirmation").text
    month.until(new_york(7, 9))
    assert month.got("finaldigest", new_york(6, 9), new_york(7, 9)) == {4}
    assert tells_of(month.told(4, kind="finaldigest"), W45, IN_INSTRUMENTS - {18})
    away = dict.fromkeys((8, 11, JONAS, 18), Standing.AWAY)
    assert month.standings(W45) == {6: Standing.AWAITING, BRUNO: Standing.COVERED, **away}


def _second_week(month: Month) -> None:
    """Monday and Tuesday are holidays. A unit is paused from Thursday to Friday; people return."""
    month.until(new_york(11, 10))
    assert month.standing(11, W45) is Standing.AWAITING
    month.answer([11], W45)
    assert month.standing(11, W45) is Standing.ANSWERED
    assert "Ines Beacon, your supervisor, has a copy." in month.newest(11, "receipt").text
    assert tells_of(month.told(3, kind="copy"), W45, {11})
    month.until(new_york(12, 8))
    assert month.got("prompt", new_york(4, 0), new_york(12, 9)) == set()
    month.until(new_york(12, 15))
    month.read_mail()
    away = {8, 13, JONAS, 18}
    assert month.got("prompt", new_york(12, 9), new_york(12, 16)) == EVERYBODY - away - {BRUNO}
    month.answer(EVERYBODY - away - {9, 11, 14, 15, BRUNO}, W46)
    month.until(new_york(13, 10))
    assert month.got("prompt", new_york(13, 0), new_york(14, 0)) == {8}
    month.policy(TIDES, Mode.PAUSED, why="the gauges are being moved", correct=True)
    assert month.got("correction", new_york(13, 10), new_york(13, 11)) == {3, 11, 12, 14, 15}
    month.answer([11], W46)
    assert "Thank you. No answer is needed from your unit at present." in month.newest(11, "receipt").text
    month.until(new_york(14, 11))
    assert month.got("prompt", new_york(14, 0), new_york(14, 11)) == {18}
    assert {month.standing(one, W46) for one in (13, 14, 15)} == {Standing.EXEMPT}
    month.policy(TIDES, None, why="they are in place")
    month.until(new_york(14, 14))
    assert month.got("prompt", new_york(14, 11), new_york(14, 15)) == {13}
    month.answer([13, 14, 18], W46)
    month.until(new_york(15, 10))
    assert month.got("reminder", new_york(12, 0), new_york(15, 10)) == {9}
    assert tells_of(month.told(2), W46, {5, 6, 10})
    assert tells_of(month.told(3), W46, IN_TIDES - {15})
    month.answer([8, 9], W46)
    month.until(new_york(16, 10))
    assert month.got("finaldigest", new_york(15, 10), new_york(16, 10)) == {2}
    assert tells_of(month.told(2, kind="finaldigest"), W46, IN_CHARTS)
    left = {15: Standing.AWAITING, JONAS: Standing.AWAY, BRUNO: Standing.UNDELIVERABLE}
    assert month.standings(W46) == {9: Standing.LATE, **left}
    assert {month.standing(one, W45) for one in (8, 18)} == {Standing.EXEMPT}


def _third_week(month: Month) -> None:
    """A unit becomes voluntary and is told so; the roster changes in mid-Round; nothing goes to the dead address."""
    month.until(new_york(17, 15))
    assert month.got("prompt", new_york(17, 9), new_york(17, 15)) == EVERYBODY - {JONAS, BRUNO}
    month.answer(EVERYBODY - {5, 6, 8, 10, JONAS, 19, BRUNO}, W47)
    month.until(new_york(18, 12))
    month.policy(INSTRUMENTS, Mode.VOLUNTARY, why="as the director wrote", correct=True)
    assert month.got("correction", new_york(18, 12), new_york(18, 13)) == {4, *IN_INSTRUMENTS} - {BRUNO}
    assert "voluntary" in month.newest(19, "correction").text
    month.take_in(
        E005=f"E005,Nora Pelican,nora.pelican@agency.example,,{TIDES},E003,civilian,America/New_York,en,",
        E010=None,
        E022=f"E022,Bruno Reef,b.reef@agency.example,,{INSTRUMENTS},E004,contractor,America/New_York,en,",
    )
    month.move(6, W47, 3)
    month.answer([5], W47)
    month.until(new_york(19, 20))
    assert month.got("reminder", new_york(17, 0), new_york(20, 0)) == {6, 8, 19}
    month.answer([6], W47)
    month.until(new_york(20, 9))
    assert tells_of(month.told(2), W47, {5, 9})
    assert tells_of(month.told(3), W47, {6, *IN_TIDES})
    assert tells_of(month.told(4), W47, IN_INSTRUMENTS - {19, BRUNO})
    assert "Vera Beam" not in month.told(4)
    month.until(new_york(21, 9))
    assert month.got("finaldigest", new_york(20, 9), new_york(21, 9)) == set()
    awaiting = dict.fromkeys((8, 10, 19), Standing.AWAITING)
    assert month.standings(W47) == {**awaiting, JONAS: Standing.AWAY, BRUNO: Standing.UNDELIVERABLE}


def _fourth_week(month: Month) -> None:
    """A unit has ended. Late mail is told so once; who changed teams is in the new one, whose address is mended is asked."""
    month.until(new_york(23, 12))
    month.policy(CHARTS, Mode.ENDED, why="the charts are drawn")
    month.until(new_york(24, 15))
    month.read_mail()
    charts = {2, 6, 8, 9}
    asked = EVERYBODY - charts - {10, JONAS}
    assert month.got("prompt", new_york(24, 9), new_york(24, 15)) == asked
    month.answer(asked - {14}, W48)
    month.answer([8], W47)
    assert "has ended for your unit" in month.newest(8, "receipt").text
    assert "your supervisor" not in month.newest(8, "receipt").text
    before = len(month.mails)
    month.until(new_york(24, 16))
    month.answer([8], W47)
    assert len(month.mails) == before
    month.until(new_york(27, 9))
    assert month.got("reminder", new_york(24, 0), new_york(27, 9)) == {14}
    assert tells_of(month.told(3), W48, {5, *IN_TIDES} - {14})
    assert tells_of(month.told(4), W48, IN_INSTRUMENTS)
    month.until(new_york(28, 9))
    exempt = dict.fromkeys(charts, Standing.EXEMPT)
    assert month.standings(W48) == {14: Standing.AWAITING, JONAS: Standing.AWAY, **exempt}
    assert month.standing(8, W47) is Standing.LATE


def _nobody_got_anything_twice(month: Month) -> None:
    ids = Counter((one.address, _message_id(one.content)) for one in month.mails)
    assert [each for each, times in ids.items() if times > 1] == []
    asked = Counter((one.address, one.kind, _week(one.at)) for one in month.mails if one.kind in {"prompt", "reminder"})
    assert set(asked.values()) == {1}


def _nobody_was_disturbed(month: Month) -> None:
    """No question and no reminder on leave, no reminder outside working hours, nothing to anybody away all the month."""
    for number in EVERYBODY - {10}:
        mine = [one for one in month.mails if one.address == month.address(number)]
        zone = month.now(number).tzinfo
        for one in mine:
            there = one.at.astimezone(zone)
            first, back = AWAY_DAYS.get(number, ("9", "9"))
            if one.kind in {"prompt", "reminder"} and one.at > new_york(3, 12):
                assert not first <= there.date().isoformat() < back, (number, one.kind, there)
            if one.kind == "reminder":
                assert there.isoweekday() <= 5, (number, there)
                assert 9 <= there.hour < 18, (number, there)
        assert number != JONAS or mine == []


def _machines_got_nothing(month: Month) -> None:
    """One answer to each mail that a person wrote, but for the two that are answered otherwise; none to a machine."""
    answers = Counter(
        one.address for one in month.mails if one.kind in {"receipt", "notice", "withheld", "confirmation"}
    )
    wanted = month.handed_in.copy()
    wanted[month.address(8)] -= 1  # the second late mail to an ended unit
    wanted[month.address(17)] += 1  # a released reply gets its receipt, after the notice that it was withheld
    assert answers == wanted
    known = {month.address(number) for number in EVERYBODY} | {OFFICER}
    assert {one.address for one in month.mails} <= known
    assert [one.address for one in month.mails if one.kind == "copy"] == [month.address(3)]


def _the_ledger_tells_it(month: Month) -> None:
    entries = month.ledger()
    origins = Counter(one.origin for one in entries)
    assert origins == {Origin.PERSON: month.handed_in.total(), Origin.AUTO_REPLY: 1, Origin.BOUNCE: 2}
    assert {one.decision for one in entries if one.origin is Origin.PERSON} == {Decision.ACCEPTED}
    assert {one.filing for one in entries} == {Folder.PROCESSED}
    assert month.program.house.store.unfiled("reports") == ()
    told = Counter((one.what, one.who) for one in month.events() if one.who in {"registrar", "officer", "E004"})
    assert told == {
        ("leave imported", "registrar"): 1,
        ("roster import", "registrar"): 2,
        ("prompt moved", "registrar"): 1,
        ("released", "officer"): 1,
        ("answered on behalf", "E004"): 1,
        ("said who is away", "E004"): 1,
    }
    steps = Counter(one.what for one in month.events() if one.who == "scheduler")
    assert {what: steps[what] for what in ("round opened", "round closed", "round final")} == {
        "round opened": 4,
        "round closed": 4,
        "round final": 4,
    }
    changed = [one for one in month.events() if one.what == "policy set"]
    assert [one.subject for one in changed] == [TIDES, TIDES, INSTRUMENTS, CHARTS]
    assert all(one.reason and one.who for one in changed)


def _a_year_later_only_counts_are_left(month: Month) -> None:
    """Of the four Rounds, counts; of the messages, their places; of the people, those who are in the Roster."""
    store, url = month.program.house.store, month.program.house.settings.store.url.get_secret_value()
    weeks = (W45, W46, W47, W48)
    counted = [sum(each.count for each in store.counts(WEEKLY, RoundId(week))) for week in weeks]
    before = everything_in(url)
    assert all(f"for {week}" in before for week in weeks)
    store.end_campaign(WEEKLY, month.program.clock.at, Event(at=month.program.clock.at, who="registrar", what="ended"))
    for days in (400, 1):  # what waited for somebody who was away is given up first
        month.program.clock.at += timedelta(days=days)
        month.look()
    after = everything_in(url)
    for trace in ("Sounded basin", "Cleaned the gauge house", "prompt/", "digest/"):
        assert trace in before
        assert trace not in after
    assert [sum(each.count for each in store.counts(WEEKLY, RoundId(week))) for week in weeks] == counted
    assert {entry.reason for entry in month.ledger()} == {EXPIRED}
    assert len(month.ledger()) == month.handed_in.total() + 3


def _message_id(content: bytes) -> bytes:
    return next(line for line in content.split(b"\r\n") if line.lower().startswith(b"message-id:"))


def _week(at: datetime) -> int:
    return at.isocalendar().week
