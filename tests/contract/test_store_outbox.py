"""Every store keeps the Outbox alike: who claims what, until when, and what a late sender may still do."""

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from domain.outbox import ANSWERING, Attempt, ClaimedMail, MailKind, MailState, Sent
from domain.ports import Store
from domain.unit import ROOT, UnitPath
from store.memory import MemoryStore
from store.sql import SqlStore
from store.tables import OUTBOX
from tests.contract.store_values import HOUR, NAVY, NOW, W48, W49, WEEKLY, mail

LONG = timedelta(seconds=60)
SHORT = timedelta(milliseconds=30)
ACCEPTED = Attempt(at=NOW, result=Sent.ACCEPTED, code=250, words="2.0.0 queued as 4F1")
DEFERRED = Attempt(at=NOW, result=Sent.DEFERRED, code=451, words="4.7.1 greylisted")
REFUSED = Attempt(at=NOW, result=Sent.REFUSED, code=550, words="5.1.1 no such user")
BROKEN = Attempt(at=NOW, result=Sent.BROKEN, words="connection lost", connection=True)


def claim(
    store: Store, *, limit: int = 10, lease: timedelta = LONG, later: timedelta = timedelta(0)
) -> list[ClaimedMail]:
    return list(store.claim("sender", now=NOW + later, limit=limit, lease=lease))


def states(store: Store) -> dict[MailState, int]:
    counts: Counter[MailState] = Counter()
    for _, state, count in store.outbox_counts():
        counts[state] += count
    return counts


def pass_time(store: Store, time: timedelta) -> None:
    """Bring the end of every lease nearer, which no test has to wait for then."""
    if isinstance(store, MemoryStore):
        for kept in store.mails.values():
            kept.lease_until -= time.total_seconds()
    else:
        assert isinstance(store, SqlStore)
        with store._writing.begin() as connection:
            nearer = OUTBOX.c.lease_until - time.total_seconds()
            connection.execute(update(OUTBOX).values(lease_until=nearer))


def test_a_key_is_queued_once(store: Store) -> None:
    assert store.enqueue([mail("a"), mail("b"), mail("a", content=b"other")]) == 2
    assert store.enqueue([mail("b"), mail("c")]) == 1
    assert store.enqueue([]) == 0
    assert states(store) == {MailState.QUEUED: 3}


def test_a_mail_comes_back_as_queued(store: Store) -> None:
    sent = mail(
        "a", expires_at=NOW + HOUR, kind=MailKind.RECEIPT, sender="", campaign_id=None, round_id=None, unit=ROOT
    )
    store.enqueue([sent])
    (claimed,) = claim(store)
    assert claimed.mail == sent
    assert (claimed.tries, claimed.epoch) == (0, 1)
    assert store.mail_by_key(sent.key) == (claimed.id, sent)
    assert store.mail_by_key("none") is None


def test_the_oldest_go_first_and_nothing_before_its_time(store: Store) -> None:
    later = {"late": 2, "later": 3, "first": -5, "soon": 0}
    store.enqueue([mail(key, not_before=NOW + hours * HOUR) for key, hours in later.items()])
    assert [each.mail.key for each in claim(store, later=2 * HOUR)] == ["first", "soon", "late"]


def test_a_claim_is_limited_and_exclusive(store: Store) -> None:
    store.enqueue([mail(f"{number:02}") for number in range(5)])
    assert [each.mail.key for each in claim(store, limit=3)] == ["00", "01", "02"]
    assert [each.mail.key for each in claim(store, limit=3)] == ["03", "04"]
    assert claim(store) == []
    assert claim(store, limit=0) == []


def test_sent_mail_keeps_its_attempt_and_loses_its_content(store: Store) -> None:
    store.enqueue([mail("a")])
    (claimed,) = claim(store)
    assert store.enter_data(claimed.id, claimed.epoch)
    assert states(store) == {MailState.IN_DATA: 1}
    assert store.finish(claimed.id, claimed.epoch, ACCEPTED, None)
    assert states(store) == {MailState.SENT: 1}
    assert store.attempts(claimed.id) == (ACCEPTED,)
    assert store.mail_by_key("a") == (claimed.id, mail("a", content=b""))
    assert store.enqueue([mail("a")]) == 0
    assert not store.finish(claimed.id, claimed.epoch, ACCEPTED, None)


def test_deferred_mail_waits(store: Store) -> None:
    store.enqueue([mail("a")])
    (claimed,) = claim(store)
    assert store.finish(claimed.id, claimed.epoch, DEFERRED, NOW + HOUR)
    assert claim(store) == []
    (again,) = claim(store, later=HOUR)
    assert (again.tries, again.epoch, again.mail.content) == (1, 2, mail("a").content)
    assert again.mail.not_before == NOW + HOUR


def test_a_broken_link_is_no_try_of_the_mail(store: Store) -> None:
    store.enqueue([mail("a")])
    (claimed,) = claim(store)
    assert store.finish(claimed.id, claimed.epoch, BROKEN, NOW)
    (again,) = claim(store)
    assert again.tries == 0
    assert store.attempts(claimed.id) == (BROKEN,)


def test_refused_mail_fails(store: Store) -> None:
    store.enqueue([mail("a")])
    (claimed,) = claim(store)
    assert store.finish(claimed.id, claimed.epoch, REFUSED, None)
    assert states(store) == {MailState.FAILED: 1}
    assert claim(store, later=HOUR) == []


def test_words_of_a_server_are_cut(store: Store) -> None:
    store.enqueue([mail("a")])
    (claimed,) = claim(store)
    store.finish(claimed.id, claimed.epoch, replace(DEFERRED, words="x" * 5000), None)
    assert len(store.attempts(claimed.id)[0].words) == 500


def test_what_somebody_waits_for_goes_before_a_million_prompts(store: Store) -> None:
    store.enqueue(
        [mail("p1"), mail("p2"), mail("r", kind=MailKind.RECEIPT), mail("p3"), mail("a", kind=MailKind.ALERT)]
    )
    keys = [one.mail.key for one in claim(store)]
    assert set(keys[:2]) == {"r", "a"}
    assert set(keys[2:]) == {"p1", "p2", "p3"}


def test_a_lapsed_claim_is_due_again_and_fences_the_late_sender_off(store: Store) -> None:
    store.enqueue([mail("a")])
    (old,) = claim(store)
    pass_time(store, LONG)
    assert not store.enter_data(old.id, old.epoch)
    (new,) = claim(store)
    assert new.epoch == old.epoch + 1
    assert not store.finish(old.id, old.epoch, ACCEPTED, None)
    assert store.enter_data(new.id, new.epoch)
    assert not store.enter_data(new.id, new.epoch)
    assert store.attempts(old.id) == ()


def test_a_lapse_in_data_is_named_before_a_second_copy(store: Store) -> None:
    store.enqueue([mail("a")])
    (old,) = claim(store)
    assert store.enter_data(old.id, old.epoch)
    pass_time(store, LONG)
    (new,) = claim(store, later=HOUR)
    (attempt,) = store.attempts(new.id)
    assert (attempt.result, attempt.at) == (Sent.AMBIGUOUS, NOW + HOUR)
    assert new.tries == 1
    assert new.mail.content == mail("a").content


def test_a_late_sender_may_still_tell_while_nobody_else_has_the_mail(store: Store) -> None:
    store.enqueue([mail("a")])
    (claimed,) = claim(store)
    assert store.enter_data(claimed.id, claimed.epoch)
    pass_time(store, LONG)
    assert store.finish(claimed.id, claimed.epoch, ACCEPTED, None)
    assert states(store) == {MailState.SENT: 1}
    assert claim(store) == []


def test_data_starts_the_lease_anew(store: Store) -> None:
    store.enqueue([mail("a")])
    (claimed,) = claim(store, lease=HOUR)
    pass_time(store, 0.9 * HOUR)
    assert store.enter_data(claimed.id, claimed.epoch)
    pass_time(store, 0.9 * HOUR)
    assert claim(store) == []
    pass_time(store, 0.2 * HOUR)
    assert len(claim(store)) == 1


def test_a_lease_ends_by_itself(store: Store) -> None:
    store.enqueue([mail("a")])
    (old,) = claim(store, lease=SHORT)
    time.sleep(2 * SHORT.total_seconds())
    assert not store.enter_data(old.id, old.epoch)
    assert [each.epoch for each in claim(store)] == [old.epoch + 1]


def test_expired_mail_is_cancelled_and_does_not_count_against_the_limit(store: Store) -> None:
    store.enqueue([mail(f"old{at}", expires_at=NOW, not_before=NOW - HOUR) for at in range(5)])
    store.enqueue([mail("new", expires_at=NOW + HOUR)])
    assert [each.mail.key for each in claim(store, limit=1)] == ["new"]
    assert states(store) == {MailState.CANCELLED: 5, MailState.CLAIMED: 1}
    found = store.mail_by_key("old0")
    assert found is not None
    assert found[1].content == b""
    (attempt,) = store.attempts(found[0])
    assert "expired" in attempt.words


def test_what_expired_in_data_is_both_named_and_cancelled(store: Store) -> None:
    store.enqueue([mail("a", expires_at=NOW + HOUR)])
    (claimed,) = claim(store)
    assert store.enter_data(claimed.id, claimed.epoch)
    pass_time(store, LONG)
    assert claim(store, later=HOUR) == []
    assert [each.result for each in store.attempts(claimed.id)] == [Sent.AMBIGUOUS, Sent.REFUSED]


@pytest.mark.parametrize(("unit", "held"), [(NAVY, 2), (UnitPath("Defense"), 2), (ROOT, 3), (UnitPath("Def"), 0)])
def test_a_unit_is_held_and_let_go(store: Store, unit: UnitPath, held: int) -> None:
    store.enqueue(
        [
            mail("prompt"),
            mail("reminder", kind=MailKind.REMINDER, unit=UnitPath("Defense/Navy/NAVSEA")),
            mail("other unit", unit=UnitPath("Energy")),
            mail("other week", round_id=W49),
            mail("receipt", kind=MailKind.RECEIPT),
        ]
    )
    assert store.hold(unit, campaign_id=WEEKLY, round_id=W48, hold=True) == held
    assert states(store).get(MailState.HELD, 0) == held
    assert len(claim(store)) == 5 - held
    assert store.hold(unit, campaign_id=WEEKLY, round_id=W48, hold=False) == held
    assert len(claim(store)) == held


def test_counts_are_by_kind_and_state(store: Store) -> None:
    store.enqueue([mail("a"), mail("b"), mail("c", kind=MailKind.DIGEST)])
    claim(store, limit=1)
    assert store.outbox_counts() == (
        (MailKind.DIGEST, MailState.QUEUED, 1),
        (MailKind.PROMPT, MailState.CLAIMED, 1),
        (MailKind.PROMPT, MailState.QUEUED, 1),
    )


def test_answers_are_counted_since_an_instant(store: Store) -> None:
    kinds = (*sorted(ANSWERING), MailKind.PROMPT, MailKind.ALERT, MailKind.DIGEST)
    store.enqueue([mail(f"{kind}/new", kind=kind) for kind in kinds])
    store.enqueue([mail(f"{kind}/old", kind=kind, not_before=NOW - HOUR) for kind in kinds])
    assert store.answers_since(NOW, at_most=100) == len(ANSWERING)
    assert store.answers_since(NOW - HOUR, at_most=100) == 2 * len(ANSWERING)
    assert store.answers_since(NOW - HOUR, at_most=3) == 3
    assert store.answers_since(NOW + HOUR, at_most=3) == 0
