"""The demo tells whether the program did right: every difference is named, and a withheld reply is not quoted."""

from dataclasses import replace
from datetime import UTC, datetime

from app.demo.found import Found
from app.demo.people import DEAD, REACTIONS, SILENT
from app.demo.place import ROSTER
from app.demo.reactions import Answer, Reaction
from app.roster import Reading, read_roster
from app.sheet import open_roster
from domain.ledger import Arrival, Folder, LedgerEntry, MessageKey
from domain.origin import Origin
from domain.standing import Standing
from domain.verdict import Decision

NOON = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)


def entry_of(reaction: Reaction) -> LedgerEntry:
    key = MessageKey(mailbox="reports", uidvalidity=1, uid=1)
    return LedgerEntry(
        arrival=Arrival(key=key, arrived_at=NOON, size=1),
        decided_at=NOON,
        origin=reaction.expected.origin,
        decision=reaction.expected.decision,
    )


def as_expected(reaction: Reaction) -> Found:
    want = reaction.expected
    return Found(
        reaction=reaction,
        name="Somebody",
        at="Mon 12:00",
        entry=entry_of(reaction),
        standing=want.standing,
        answer=want.answer,
        bullets=want.bullets or (),
        lies_in=want.folder,
    )


def test_what_is_as_expected_has_no_difference() -> None:
    for reaction in REACTIONS:
        assert as_expected(reaction).differences == (), reaction.label


def test_every_difference_is_named() -> None:
    good = as_expected(next(one for one in REACTIONS if one.expected.decision is Decision.ACCEPTED))
    assert good.entry is not None
    wrong = {
        "folder": replace(good, lies_in=Folder.INBOX),
        "verdict": replace(good, entry=replace(good.entry, decision=Decision.REJECTED)),
        "origin": replace(good, entry=replace(good.entry, origin=Origin.BOUNCE)),
        "standing": replace(good, standing=Standing.AWAY),
        "answer": replace(good, answer=Answer.NOTHING),
        "bullets": replace(good, bullets=("Something else",)),
    }
    for name, found in wrong.items():
        [difference] = found.differences
        assert difference.startswith(f"{name} is ")
    assert replace(good, entry=None).differences != ()


def test_the_week_has_everything_that_was_asked_of_it() -> None:
    assert len(REACTIONS) >= 25
    assert {one.expected.decision for one in REACTIONS} == {*Decision, None}
    standings = {one.expected.standing for one in REACTIONS} | set(SILENT.values())
    assert standings >= set(Standing) - {Standing.DECLINED, Standing.EXEMPT, Standing.COVERED}
    assert len({one.client for one in REACTIONS}) >= 20


def test_the_people_of_the_week_are_in_the_roster() -> None:
    people = {one.id: one for _, one in read_roster(open_roster(ROSTER), Reading(), report=lambda fault: None)}
    supervisors = {one.supervisor_id for one in people.values()} - {None}
    assert len(supervisors) == 4
    assert {people[one].supervisor_id for one in supervisors if one is not None} - {None} == {"E001"}
    named = {one.who or one.about for one in REACTIONS} - {None}
    assert named | set(SILENT) == set(people)
    assert {one.address for one in people.values()} > DEAD
