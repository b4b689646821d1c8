"""Of mail from nobody we know, only the address is written down; and who else has a withheld reply is nobody of us."""

from dataclasses import replace

from app.address import others
from app.decide import turn_away
from domain.identity import Held, Stranger
from domain.ledger import Folder
from domain.outcome import Envelope
from tests.fakes.case import case

ENVELOPE = Envelope(sender="eve@evil.example", message_id="<1@evil.example>", to=("reports@agency.example",))


def test_a_stranger_leaves_an_address() -> None:
    entry = turn_away(replace(case(Stranger(reason="unknown")), envelope=ENVELOPE, message_hash="h")).entry
    assert (entry.sender, entry.message_id, entry.message_hash) == ("eve@evil.example", None, "h")
    assert (entry.copies, entry.filing) == ((), Folder.STRANGERS)


def test_what_is_held_keeps_what_an_operator_looks_for() -> None:
    held = turn_away(replace(case(Held(reason="unclear")), envelope=ENVELOPE)).entry
    assert held.message_id == "<1@evil.example>"


def test_our_own_addresses_are_ours_whatever_token_they_carry() -> None:
    named = ("Reports+abc@Agency.example", "boss@agency.example", "reports@other.example", "boss@agency.example")
    assert others(named, ("reports@agency.example",)) == ("boss@agency.example", "reports@other.example")
