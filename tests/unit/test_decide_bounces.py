"""What follows from a delivery report: only a mail that failed is a failure, and only a missing address a standing."""

from dataclasses import replace

import pytest

from app.decide import decide
from domain.identity import Stranger
from domain.ledger import Folder, Recording
from domain.origin import Bounce, BouncedRecipient, BounceReason
from domain.outcome import Bounced, Envelope
from domain.standing import Standing
from tests.fakes.case import PROMPT, WHO, case

CASE = replace(case(Stranger(reason="a machine")), named=((PROMPT, WHO),))


def decided(action: str | None, status: str | None, reason: BounceReason) -> Recording:
    hit = BouncedRecipient(address=WHO.address, action=action, status=status, reason=reason)
    bounce = Bounce(recipients=(hit,))
    return decide(CASE, Bounced(envelope=Envelope(), bounce=bounce), None)  # type: ignore[arg-type]  # writes no letter


@pytest.mark.parametrize("action", ["failed", None, "something"])
def test_an_address_that_does_not_exist(action: str | None) -> None:
    found = decided(action, "5.1.1", BounceReason.UNKNOWN_ADDRESS)
    assert [each.standing for each in found.standings] == [Standing.UNDELIVERABLE]
    assert [each.reason for each in found.failures] == [BounceReason.UNKNOWN_ADDRESS]


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_that_it_arrived_is_no_failure(action: str) -> None:
    found = decided(action, "2.0.0", BounceReason.OTHER)
    assert (found.failures, found.standings) == ((), ())
    assert (found.entry.reason, found.entry.filing) == ("it arrived", Folder.PROCESSED)


@pytest.mark.parametrize(
    ("action", "status"), [("delayed", "4.4.1"), ("delayed", "5.1.1"), ("delayed", None), (None, "4.2.0")]
)
def test_a_mail_that_is_late_is_transient_and_changes_nothing(action: str | None, status: str | None) -> None:
    found = decided(action, status, BounceReason.UNKNOWN_ADDRESS)
    assert [each.reason for each in found.failures] == [BounceReason.TRANSIENT]
    assert found.standings == ()


@pytest.mark.parametrize("reason", [BounceReason.MAILBOX_FULL, BounceReason.POLICY, BounceReason.OTHER])
def test_no_other_reason_makes_anybody_undeliverable(reason: BounceReason) -> None:
    found = decided("failed", "5.0.0", reason)
    assert [each.reason for each in found.failures] == [reason]
    assert found.standings == ()


def test_a_report_about_no_mail_of_ours() -> None:
    hit = BouncedRecipient(address=WHO.address, action="failed", status="5.1.1", reason=BounceReason.UNKNOWN_ADDRESS)
    case = replace(CASE, named=())
    found = decide(case, Bounced(envelope=Envelope(), bounce=Bounce(recipients=(hit,))), None)  # type: ignore[arg-type]  # writes no letter
    assert (found.failures, found.entry.reason) == ((), "about no mail of ours")
