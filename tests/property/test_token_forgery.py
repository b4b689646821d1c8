"""No token but the one that was minted is believed, and tokens survive the ways that mail takes."""

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.employee import EmployeeId
from domain.round import CampaignId, RoundId
from domain.token import KeyRing, TokenKey, message_id, mint, reply_address, tokens_in, verify

SECRETS = st.binary(min_size=16, max_size=64)
IDS = st.text(max_size=20)
KEY_IDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=1, max_size=4)
RINGS = st.builds(
    lambda key_id, secret: KeyRing(keys=(TokenKey(id=key_id, secret=secret),), current=key_id), KEY_IDS, SECRETS
)
PROMPTS = st.tuples(IDS.map(CampaignId), IDS.map(RoundId), IDS.map(EmployeeId))


@given(RINGS, PROMPTS, PROMPTS)
def test_token_is_believed_for_its_prompt_and_no_other(ring: KeyRing, prompt: tuple, other: tuple) -> None:
    token = mint(ring, *prompt)
    assert verify(ring, token, *prompt)
    assert verify(ring, token, *other) is (other == prompt)


@given(RINGS, RINGS, PROMPTS)
def test_token_of_another_ring_is_not_believed(ring: KeyRing, other: KeyRing, prompt: tuple) -> None:
    assume(ring != other)
    assert not verify(other, mint(ring, *prompt), *prompt)


@given(RINGS, PROMPTS, st.data())
def test_mutated_token_is_not_believed(ring: KeyRing, prompt: tuple, data: st.DataObject) -> None:
    token = mint(ring, *prompt)
    place = data.draw(st.integers(0, len(token) - 1))
    mutated = token[:place] + data.draw(st.characters()) + token[place + 1 :]
    assert verify(ring, mutated, *prompt) is (mutated == token)


@given(RINGS, PROMPTS, st.booleans())
def test_token_comes_back_from_address_and_message_id(ring: KeyRing, prompt: tuple, shouted: bool) -> None:
    token = mint(ring, *prompt)
    for carried in (reply_address("reports@agency.example", token), message_id(token, "agency.example")):
        assert tokens_in(carried.upper() if shouted else carried) == (token,)
