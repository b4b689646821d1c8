"""What is refused without being fetched: only what no text of the message could make good."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.unfetched import FETCH_ANYWAY, refused_unread
from domain.desk import Recognised
from domain.identity import Stranger
from domain.message import Message, Part
from domain.origin import Origin
from domain.outcome import Known
from domain.policy import Policy, Switch
from domain.ports import Fetched
from domain.verdict import Decision

LARGE = 3 * FETCH_ANYWAY
TEXT = Part(content_type="text/html", size=4_000)
PICTURE = Part(
    content_type="image/png", filename="Screenshot 3.png", content_id="a@b", disposition="inline", size=LARGE
)
PLAN = Part(content_type="application/pdf", filename="plan.pdf", disposition="attachment", size=LARGE)


def refused(*parts: Part, size: int = LARGE, policy: Policy | None = None) -> tuple[Decision, tuple[str, ...]] | None:
    seen = Recognised(
        header=Message(parts=parts), identity=Stranger(reason="unknown"), origin=Origin.PERSON, evidence=(), named=()
    )
    fetched = Fetched(uid=1, header=b"", size=size, arrived_at=datetime(2026, 11, 23, tzinfo=UTC), parts=parts)
    found = refused_unread(seen, Known(policy=policy or Policy()), fetched)
    return None if found is None else (found.verdict.decision, tuple(one.kind for one in found.verdict.findings))


def test_a_large_picture_that_the_text_may_show_is_fetched() -> None:
    assert refused(TEXT, PICTURE) is None


def test_a_large_file_is_refused_and_the_picture_beside_it_is_not_named() -> None:
    assert refused(TEXT, PICTURE, PLAN) == (Decision.REJECTED, ("file",))


def test_a_marking_in_a_name_is_seen_even_so() -> None:
    decision = refused(TEXT, replace(PLAN, filename="TOP SECRET//SI//NOFORN.pdf"))
    assert decision is not None
    assert decision[0] is Decision.WITHHELD


@pytest.mark.parametrize("switch", [Switch.OFF, Switch.RECORD])
def test_where_the_policy_lets_files_pass_it_is_fetched(switch: Switch) -> None:
    assert refused(TEXT, PLAN, policy=Policy(switches={"attachments": switch})) is None


def test_what_is_not_large_is_fetched_whatever_it_holds() -> None:
    assert refused(TEXT, PLAN, size=FETCH_ANYWAY) is None
