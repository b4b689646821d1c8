"""What comes back to somebody whose unit does not ask: thanks, never something to fix, and after the end only once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.desk import FrontDesk
from domain.desk import Recognised
from domain.identity import How, Identified
from domain.ledger import Arrival, Event, MessageKey, Recording
from domain.message import Message
from domain.origin import Absence, Origin
from domain.outbox import MailKind
from domain.outcome import Automatic, Envelope, Judged
from domain.policy import Mode, PolicyChange
from domain.reply import Bullet, Phrase, Reply
from domain.round import CampaignId, RoundId
from domain.standing import Standing
from domain.unit import UnitPath
from domain.verdict import Decision, Effect, Finding, Verdict
from tests.fakes.course import CLOSES, OPENS, Place, key
from tests.fakes.house import employ, person

EVENT = Event(at=OPENS, who="operator", what="test")
WEEK = RoundId("2026-W47")
LINKS = Finding(rule="links", where="bullet 1", hint="Take it out.", effect=Effect.REJECT)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    employ(made.store, person(1, None), person(2, time_zone="America/New_York"))
    made.at(OPENS)
    made.send()
    return made


def desk(place: Place) -> FrontDesk:
    return place.house.desk(place.house.settings.mailboxes[0])


def from_two(place: Place, origin: Origin = Origin.PERSON) -> Recognised:
    employee = place.store.employee(person(2).id)
    assert employee is not None
    identity = Identified(employee=employee, prompt=place.prompt(2), how=How.VERIFIED)
    return Recognised(header=Message(), identity=identity, origin=origin, read=True)


def arrival(uid: int, at: datetime) -> Arrival:
    return Arrival(key=MessageKey(mailbox="reports", uidvalidity=1, uid=uid), arrived_at=at, size=1)


def reply(place: Place, decision: Decision, uid: int = 1, phrase: Phrase | None = None) -> Recording:
    verdict = Verdict(decision=decision, findings=(LINKS,) if decision is Decision.REJECTED else ())
    said = Reply(message=Message(), bullets=(Bullet(text="Mended it"),), phrase=phrase)
    outcome = Judged(envelope=Envelope(), reply=said, verdict=verdict)
    return desk(place).decide(arrival(uid, place.clock.now()), from_two(place), outcome)


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        (Mode.PAUSED, "paused"),
        (Mode.ANSWERED_ON_BEHALF, "leadership answers on behalf of all"),
        (Mode.ENDED, "has ended for your unit"),
    ],
)
def test_a_unit_that_does_not_ask_thanks(place: Place, mode: Mode, told: str) -> None:
    place.store.set_policy(PolicyChange(unit=UnitPath("Agency"), fields={"mode": mode}), EVENT)
    refused = reply(place, Decision.REJECTED)
    assert refused.standings == ()
    text = refused.mails[0].content.decode()
    assert told in text
    assert "nothing you have to fix" in text.replace("=\r\n", "").replace("\r\n", " ")
    kept = reply(place, Decision.ACCEPTED)
    assert [each.standing for each in kept.standings] == [Standing.ANSWERED]
    assert "Mended it" in kept.mails[0].content.decode()


def test_who_is_asked_is_told_what_to_fix(place: Place) -> None:
    refused = reply(place, Decision.REJECTED)
    assert [each.standing for each in refused.standings] == [Standing.NEEDS_FIX]
    assert "Take it out." in refused.mails[0].content.decode()


def test_the_end_is_told_once_whatever_the_week(place: Place) -> None:
    campaign = CampaignId("weekly")
    place.house.campaigns.kept(OPENS)
    place.store.end_campaign(campaign, OPENS, EVENT)
    in_time = reply(place, Decision.ACCEPTED)
    assert "has ended" not in in_time.mails[0].content.decode()
    keys = set()
    for days in (10, 20):
        place.clock.move(timedelta(days=days))
        late = reply(place, Decision.ACCEPTED)
        assert "has ended" in late.mails[0].content.decode()
        keys.add(late.mails[0].key)
    assert keys == {"receipt/weekly/E002/ended"}


def test_an_automatic_reply_moves_the_window_to_the_persons_own_morning(place: Place) -> None:
    absence = Absence(back_on=date(2026, 11, 25))
    outcome = Automatic(envelope=Envelope(), origin=Origin.AUTO_REPLY, absence=absence)
    recording = desk(place).decide(arrival(1, OPENS), from_two(place, Origin.AUTO_REPLY), outcome)
    place.store.record(recording)
    asked = place.prompt(2)
    assert (asked.standing, asked.reason) == (Standing.AWAY, "back on 2026-11-25")
    assert asked.window.opens_at == datetime(2026, 11, 25, 14, tzinfo=UTC)  # nine o'clock in New York
    assert place.store.prompt(key(1)) == replace(place.prompt(1))


@pytest.mark.parametrize("mode", [Mode.REQUIRED, Mode.ENDED])
def test_what_comes_after_the_last_digest_goes_to_the_supervisor_at_once(place: Place, mode: Mode) -> None:
    """Nothing else would tell of it, and no digest is promised. Where nobody is asked, nobody is troubled."""
    place.at(CLOSES + timedelta(hours=1))
    assert MailKind.COPY not in {mail.kind for mail in reply(place, Decision.ACCEPTED).mails}
    place.at(CLOSES + timedelta(hours=25))
    place.store.set_policy(PolicyChange(unit=UnitPath("Agency"), fields={"mode": mode}), EVENT)
    receipt, *copies = reply(place, Decision.ACCEPTED).mails
    assert [mail.recipient for mail in copies] == ([person(1).address] if mode.asks else [])
    assert ("has a copy" in receipt.content.decode()) is mode.asks
    assert "with the digest" not in receipt.content.decode()


@pytest.mark.parametrize(
    ("phrase", "told"),
    [(Phrase.SENSITIVE, "All activities sensitive"), (Phrase.DECLINED, "Declined to answer")],
)
def test_an_answer_without_bullets_is_told_too_once_no_digest_tells_it(place: Place, phrase: Phrase, told: str) -> None:
    place.at(CLOSES + timedelta(hours=1))
    assert MailKind.COPY not in {mail.kind for mail in reply(place, Decision.ACCEPTED, phrase=phrase).mails}
    place.at(CLOSES + timedelta(hours=25))
    _, copy = reply(place, Decision.ACCEPTED, phrase=phrase).mails
    text = copy.content.decode()
    assert told in text
    assert "Mended it" not in text
    assert "as they were written" not in text
