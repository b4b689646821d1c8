"""Every store keeps Campaigns, leave, stand-ins and Windows alike."""

from dataclasses import replace
from datetime import date, time, timedelta

from domain.campaign import Campaign, Holidays, KeptCampaign, OnHoliday
from domain.employee import EmployeeId
from domain.leave import Acting, Leave, PersonLeave
from domain.ledger import AwayNote, Event, StandingChange
from domain.outbox import Attempt, MailKind, MailState, Sent
from domain.ports import Store
from domain.round import CampaignId, Phase, RoundId, Window
from domain.standing import Standing
from domain.unit import UnitPath
from tests.contract.store_values import HOUR, NOW, W48, WEEKLY, ask, import_people, key_of, mail, person, prompt, week

EVENT = Event(at=NOW, who="operator", what="test")
E1, E2 = EmployeeId("E001"), EmployeeId("E002")
FULL = Campaign(
    id=CampaignId("all-hands"),
    subject="Fünf Dinge",
    wording="Until {deadline}",
    zone="Europe/Berlin",
    own_zone=True,
    weekday=2,
    time=time(8, 30),
    hours=48 * HOUR,
    reminders=(HOUR, 5 * HOUR),
    holidays=Holidays(rule=OnHoliday.MOVE, country="DE", subdivision="BE", days=frozenset({date(2026, 12, 24)})),
    first=RoundId("2026-W49"),
    last=RoundId("2026-W49"),
)


def away(first: int, back: int, who: EmployeeId = E1) -> PersonLeave:
    return PersonLeave(employee_id=who, leave=Leave(first=date(2026, 11, first), back_on=date(2026, 11, back)))


def test_a_campaign_is_known_since_it_was_first_seen(store: Store) -> None:
    seen = KeptCampaign(id=WEEKLY, since=NOW)
    assert store.ensure_campaign(seen) == seen
    assert store.ensure_campaign(replace(seen, since=NOW + HOUR)) == seen
    assert store.campaigns() == (seen,)


def test_a_campaign_is_kept_with_every_field(store: Store) -> None:
    kept = KeptCampaign(id=FULL.id, since=NOW, campaign=FULL)
    assert store.add_campaign(kept, EVENT)
    assert not store.add_campaign(replace(kept, since=NOW + HOUR), EVENT)
    assert store.campaigns() == (kept,)
    assert store.events() == (EVENT,)


def test_a_campaign_ends_once(store: Store) -> None:
    store.ensure_campaign(KeptCampaign(id=WEEKLY, since=NOW))
    assert store.end_campaign(WEEKLY, NOW + HOUR, EVENT)
    assert not store.end_campaign(WEEKLY, NOW + 2 * HOUR, EVENT)
    assert not store.end_campaign(CampaignId("other"), NOW, EVENT)
    assert store.campaigns()[0].ended_at == NOW + HOUR
    assert store.events() == (EVENT,)


def test_leave_is_put_once_and_changed(store: Store) -> None:
    assert store.put_leave([away(23, 25), away(20, 22), away(24, 26, E2)], EVENT) == 3
    assert store.put_leave([away(23, 25), away(20, 23)], EVENT) == 1
    assert store.leave(until_after=date(2026, 11, 23)) == (away(23, 25), away(24, 26, E2))
    assert store.leave_of([E1], until_after=date(2026, 11, 1)) == {E1: (away(20, 23).leave, away(23, 25).leave)}
    assert store.leave_of([E2, EmployeeId("E9")], until_after=date(2026, 11, 26)) == {}
    assert store.put_leave([], EVENT) == 0


def test_leave_that_has_begun_is_of_people_not_yet_away(store: Store) -> None:
    import_people(store, person(1), person(2))
    store.put_leave([away(20, 25), away(24, 26, E2), away(20, 25, EmployeeId("nobody"))], EVENT)
    assert store.leave_begun(date(2026, 11, 22)) == (away(20, 25),)
    store.note_away(AwayNote(employee_id=E1, back_on=date(2026, 11, 25)), EVENT)
    assert store.leave_begun(date(2026, 11, 22)) == ()
    assert store.leave_begun(date(2026, 11, 24)) == (away(24, 26, E2),)


def test_who_acts_for_whom(store: Store) -> None:
    store.set_acting(Acting(supervisor=E1, stand_in=E2, until=date(2026, 12, 1)), EVENT)
    assert store.acting(date(2026, 11, 30)) == {E1: E2}
    assert store.acting(date(2026, 12, 1)) == {}
    store.set_acting(Acting(supervisor=E1, stand_in=E2), EVENT)
    assert store.acting(date(2030, 1, 1)) == {E1: E2}
    store.set_acting(Acting(supervisor=E1, stand_in=E1), EVENT)
    assert store.acting(date(2026, 11, 30)) == {}


def test_people_are_told_with_those_who_left(store: Store) -> None:
    import_people(store, person(1), person(2, acting=E1, since=date(2020, 1, 1)))
    import_people(store, person(1))
    gone = person(2, acting=E1, since=date(2020, 1, 1), active=False)
    assert store.people_of([E1, E2, EmployeeId("E9")]) == {E1: person(1), E2: gone}


def test_a_window_begins_when_the_relay_took_the_prompt(store: Store) -> None:
    queued = mail("prompt/2", employee_id=E2, window=48 * HOUR)
    ask(store, prompt(2), mails=(queued,))
    claimed = store.claim("s", now=NOW, limit=1, lease=HOUR)[0]
    assert claimed.mail == queued
    assert store.enter_data(claimed.id, claimed.epoch)
    at = NOW + 3 * HOUR
    assert store.finish(claimed.id, claimed.epoch, Attempt(at=at, result=Sent.ACCEPTED), None)
    found = store.prompt(key_of(2))
    assert found is not None
    grace = week().final_at - week().closes_at
    assert found.window == Window(opens_at=at, closes_at=at + 48 * HOUR, grace_until=at + 48 * HOUR + grace)


def test_who_goes_away_starts_again_on_the_return(store: Store) -> None:
    import_people(store, person(1), person(2, 1))
    ask(store, prompt(2))
    back = NOW + timedelta(days=5)
    note = AwayNote(employee_id=E2, back_on=date(2026, 11, 27), back_at=back, reason="back on 2026-11-27")
    for _ in range(2):  # each reminder may be answered by the machine
        store.note_away(note, EVENT)
    found = store.prompt(key_of(2))
    assert found is not None
    assert (found.standing, found.reason) == (Standing.AWAY, "back on 2026-11-27")
    assert found.window == Window(opens_at=back, closes_at=back + 48 * HOUR, grace_until=back + 72 * HOUR)
    assert store.returning(back - HOUR) == ()
    assert store.returning(back) == (found,)


def test_a_settled_prompt_keeps_its_window(store: Store) -> None:
    import_people(store, person(1), person(2, 1))
    ask(store, prompt(2, standing=Standing.ANSWERED))
    store.note_away(AwayNote(employee_id=E2, back_on=date(2026, 11, 27), back_at=NOW + 48 * HOUR), EVENT)
    assert store.prompt(key_of(2)) == prompt(2, standing=Standing.ANSWERED)


def test_held_and_cancelled_mail(store: Store) -> None:
    store.enqueue([mail("prompt/1"), mail("prompt/2")])
    first, second = store.claim("s", now=NOW, limit=2, lease=HOUR)
    store.finish(first.id, first.epoch, Attempt(at=NOW, result=Sent.HELD, words="the unit is paused"), None)
    store.finish(second.id, second.epoch, Attempt(at=NOW, result=Sent.CANCELLED, words="answered"), None)
    assert {state: count for _, state, count in store.outbox_counts()} == {
        MailState.HELD: 1,
        MailState.CANCELLED: 1,
    }
    assert store.hold(UnitPath(""), campaign_id=WEEKLY, round_id=W48, hold=False) == 1
    again = store.claim("s", now=NOW, limit=2, lease=HOUR)
    assert [(one.id, one.tries, one.mail.content) for one in again] == [(first.id, 0, first.mail.content)]


def test_a_digest_keeps_whom_it_is_about(store: Store) -> None:
    told = mail("digest/1", kind=MailKind.DIGEST, about=(E1, E2))
    store.enqueue([told])
    assert store.claim("s", now=NOW, limit=1, lease=HOUR)[0].mail == told


def test_prompts_of_a_unit_by_standing(store: Store) -> None:
    ask(
        store,
        prompt(2),
        prompt(3, unit=UnitPath("Defense/Navy/NAVSEA"), standing=Standing.EXEMPT),
        prompt(4, unit=UnitPath("Defense/NavyYard")),
    )
    navy = UnitPath("Defense/Navy")
    assert [one.employee_id for one in store.prompts_in(WEEKLY, W48, navy)] == ["E002", "E003"]
    assert [one.employee_id for one in store.prompts_in(WEEKLY, W48, after=E2)] == ["E003", "E004"]
    exempt = store.prompts_in(WEEKLY, W48, navy, standings={Standing.EXEMPT}, limit=1)
    assert [one.employee_id for one in exempt] == ["E003"]


def test_prompts_that_close_within_spans(store: Store) -> None:
    late = replace(prompt(3), window=Window(opens_at=NOW, closes_at=NOW + 90 * HOUR, grace_until=NOW + 99 * HOUR))
    ask(store, prompt(2), late, prompt(4, standing=Standing.ANSWERED))
    closes = week().closes_at
    assert [one.employee_id for one in store.closing(WEEKLY, W48, [(closes - HOUR, closes)])] == ["E002"]
    both = [(closes - HOUR, closes), (NOW + 89 * HOUR, NOW + 91 * HOUR)]
    assert [one.employee_id for one in store.closing(WEEKLY, W48, both, after=E2)] == ["E003"]
    assert store.closing(WEEKLY, W48, [(closes, closes + HOUR)]) == ()
    assert store.closing(WEEKLY, W48, []) == ()


def test_a_move_is_recorded(store: Store) -> None:
    ask(store, prompt(2))
    assert store.move(key_of(2), EmployeeId("E009"), EVENT)
    assert not store.move(key_of(7), EmployeeId("E009"), EVENT)
    assert store.supervisors(WEEKLY, W48) == ("E009",)
    assert store.events() == (EVENT,)


def test_reminders_that_are_done_never_go_back(store: Store) -> None:
    store.ensure_round(week())
    store.reminded(WEEKLY, W48, NOW + 2 * HOUR)
    store.reminded(WEEKLY, W48, NOW + HOUR)
    assert store.round(WEEKLY, W48) == week(reminded_upto=NOW + 2 * HOUR)


def test_only_a_round_that_is_not_closed_closes_at_another_time(store: Store) -> None:
    store.ensure_round(week(phase=Phase.OPEN))
    store.close_at(WEEKLY, W48, NOW + HOUR)
    assert store.round(WEEKLY, W48) == week(phase=Phase.OPEN, closes_at=NOW + HOUR)
    store.advance(WEEKLY, W48, Phase.OPEN, Phase.CLOSED)
    store.close_at(WEEKLY, W48, NOW + 2 * HOUR)
    assert store.round(WEEKLY, W48) == week(phase=Phase.CLOSED, closes_at=NOW + HOUR)


def test_a_unit_is_closed_once_beside_others(store: Store) -> None:
    store.ensure_round(week(phase=Phase.OPEN))
    for unit in ("Agency/North", "Agency/South", "Agency/North"):
        store.close_unit(WEEKLY, W48, UnitPath(unit))
    store.close_unit(WEEKLY, RoundId("2026-W50"), UnitPath("Agency/North"))
    closed = (UnitPath("Agency/North"), UnitPath("Agency/South"))
    assert store.round(WEEKLY, W48) == week(phase=Phase.OPEN, closed_units=closed)
    assert store.round(WEEKLY, RoundId("2026-W50")) is None


def test_who_was_let_off_can_be_awaited_again(store: Store) -> None:
    ask(store, prompt(2))
    for standing in (Standing.EXEMPT, Standing.AWAITING):
        store.set_standings([StandingChange(prompt=key_of(2), standing=standing)])
        found = store.prompt(key_of(2))
        assert found is not None
        assert found.standing is standing


def test_after_the_close_only_those_wait_for_a_return_who_stand_away(store: Store) -> None:
    import_people(store, person(1), person(2, 1), person(3, 1))
    ask(store, prompt(2), prompt(3, standing=Standing.AWAY))
    assert store.advance(week().campaign_id, week().id, Phase.OPENING, Phase.CLOSED)
    back = NOW + timedelta(days=5)
    for number in (2, 3):
        whose = person(number).id
        store.note_away(AwayNote(employee_id=whose, back_on=date(2026, 11, 27), back_at=back), EVENT)
    assert store.prompt(key_of(2)) == prompt(2)
    found = store.prompt(key_of(3))
    assert found is not None
    assert found.window.opens_at == back
    assert store.returning(back - HOUR) == ()
