"""When a mail is tried again."""

from datetime import timedelta

import pytest

from domain.outbox import Attempt, MailKind, Sent
from outbound.retry import AFTER_AMBIGUITY, DELAYS, LINK_DELAYS, Breaker, decide, link_rest
from tests.fakes.clock import START


def attempt(result: Sent, *, connection: bool = False, code: int | None = None) -> Attempt:
    return Attempt(at=START, result=result, connection=connection, code=code)


@pytest.mark.parametrize("result", [Sent.ACCEPTED, Sent.REFUSED])
def test_what_is_settled_is_not_tried_again(result: Sent) -> None:
    assert decide(attempt(result), 0, MailKind.PROMPT) is None


def test_deferrals_follow_the_table_and_end() -> None:
    for tries, delay in enumerate(DELAYS):
        assert decide(attempt(Sent.DEFERRED), tries, MailKind.PROMPT) == START + delay
    assert decide(attempt(Sent.DEFERRED), len(DELAYS), MailKind.PROMPT) is None
    assert timedelta(days=4) < sum(DELAYS, timedelta(0)) < timedelta(days=6)
    assert list(DELAYS) == sorted(DELAYS)


@pytest.mark.parametrize("result", [Sent.BROKEN, Sent.DEFERRED])
def test_a_fault_of_the_link_uses_up_no_tries(result: Sent) -> None:
    rest = timedelta(seconds=30)
    again = decide(attempt(result, connection=True), 1000, MailKind.DIGEST, link_rest=rest)
    assert again == START + rest


def test_an_ambiguous_mail_goes_once_more() -> None:
    assert decide(attempt(Sent.AMBIGUOUS), 0, MailKind.PROMPT) == START + AFTER_AMBIGUITY
    assert decide(attempt(Sent.AMBIGUOUS), 1, MailKind.PROMPT) is None


def test_an_ambiguous_mail_of_a_held_kind_does_not_go_again() -> None:
    held = frozenset({MailKind.PROMPT})
    assert decide(attempt(Sent.AMBIGUOUS), 0, MailKind.PROMPT, held=held) is None
    assert decide(attempt(Sent.AMBIGUOUS), 0, MailKind.NOTICE, held=held) is not None


def test_the_link_rests_longer_each_time_up_to_a_bound() -> None:
    assert link_rest(0) == timedelta(0)
    rests = [link_rest(faults).total_seconds() for faults in range(1, 20)]
    assert rests[: len(LINK_DELAYS)] == list(LINK_DELAYS)
    assert set(rests[len(LINK_DELAYS) :]) == {LINK_DELAYS[-1]}


@pytest.mark.parametrize(
    ("codes", "tripped"),
    [
        ([], None),
        ([550] * 19, None),
        ([550] * 20, 550),
        ([550] * 20 + [None] * 20, None),
        ([550] * 30 + [None] * 20, 550),
        ([450] * 50, None),
        ([550, 551, 552, 553, 554] * 10, None),
        ([554] * 40 + [550] * 10, 554),
    ],
)
def test_the_breaker(codes: list[int | None], tripped: int | None) -> None:
    assert Breaker().tripped(codes) == tripped
