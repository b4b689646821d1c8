"""Reply tokens: only ours are believed, each for its own Prompt, by keys that are still in the ring."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.employee import EmployeeId
from domain.round import CampaignId, RoundId, Window
from domain.token import KeyRing, TokenKey, expired, keyed_hash, message_id, mint, reply_address, tokens_in, verify

OLD = TokenKey(id="a", secret=b"o" * 32)
NEW = TokenKey(id="b2", secret=b"n" * 32)
RING = KeyRing(keys=(OLD, NEW), current="b2")
CAMPAIGN, ROUND, EMPLOYEE = CampaignId("weekly"), RoundId("2026-W48"), EmployeeId("e-1")
TOKEN = mint(RING, CAMPAIGN, ROUND, EMPLOYEE)


def test_token_is_believed_for_its_prompt_only() -> None:
    assert verify(RING, TOKEN, CAMPAIGN, ROUND, EMPLOYEE)
    assert not verify(RING, TOKEN, CAMPAIGN, ROUND, EmployeeId("e-2"))
    assert not verify(RING, TOKEN, CAMPAIGN, RoundId("2026-W49"), EMPLOYEE)
    assert not verify(RING, TOKEN, CampaignId("monthly"), ROUND, EMPLOYEE)


def test_fields_cannot_be_shifted_into_each_other() -> None:
    assert mint(RING, CampaignId("ab"), RoundId("c"), EMPLOYEE) != mint(RING, CampaignId("a"), RoundId("bc"), EMPLOYEE)


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_no_mutated_byte_is_believed(place: int) -> None:
    for byte in range(256):
        mutated = TOKEN[:place] + chr(byte) + TOKEN[place + 1 :]
        assert verify(RING, mutated, CAMPAIGN, ROUND, EMPLOYEE) is (mutated == TOKEN)


@pytest.mark.parametrize(
    "token", ["", "b2", TOKEN[:-1], TOKEN + "a", TOKEN[1:], TOKEN.upper(), "\ud800" * 28, "b2" * 5000]
)
def test_misshapen_token_is_not_believed(token: str) -> None:
    assert not verify(RING, token, CAMPAIGN, ROUND, EMPLOYEE)


def test_rotation_keeps_old_tokens_until_their_key_goes() -> None:
    before = mint(KeyRing(keys=(OLD,), current="a"), CAMPAIGN, ROUND, EMPLOYEE)
    assert before != TOKEN
    assert verify(RING, before, CAMPAIGN, ROUND, EMPLOYEE)
    assert not verify(KeyRing(keys=(NEW,), current="b2"), before, CAMPAIGN, ROUND, EMPLOYEE)


def test_same_id_with_another_secret_is_another_key() -> None:
    other = KeyRing(keys=(TokenKey(id="b2", secret=b"x" * 32),), current="b2")
    assert not verify(other, TOKEN, CAMPAIGN, ROUND, EMPLOYEE)


@pytest.mark.parametrize(
    ("key_id", "secret"), [("", b"x" * 32), ("A", b"x" * 32), ("abcde", b"x" * 32), ("a", b"short")]
)
def test_weak_keys_are_refused(key_id: str, secret: bytes) -> None:
    with pytest.raises(ValueError, match="token key"):
        TokenKey(id=key_id, secret=secret)


def test_rings_that_could_not_mint_are_refused() -> None:
    with pytest.raises(ValueError, match="current"):
        KeyRing(keys=(OLD,), current="b2")
    with pytest.raises(ValueError, match="same id"):
        KeyRing(keys=(OLD, OLD), current="a")


def test_secret_is_not_printed() -> None:
    assert "nnn" not in repr(RING)


def test_token_travels_in_address_and_message_id() -> None:
    address = reply_address("reports@agency.example", TOKEN)
    assert address == f"reports+{TOKEN}@agency.example"
    assert len(address.partition("@")[0]) <= 64  # RFC 5321 section 4.5.3.1.1
    both = (f"Weekly <{address.upper()}>", message_id(TOKEN, "agency.example", "reminder1"))
    assert tokens_in(both) == (TOKEN,)
    assert tokens_in(f"SRS0=ab=cd=agency.example=reports+{TOKEN}@forwarder.example") == (TOKEN,)
    assert tokens_in(f"list-bounces+reports+{TOKEN}=agency.example@lists.example") == (TOKEN,)


@pytest.mark.parametrize(
    "text", ["", "reports@agency.example", "a+b@c", f"{TOKEN}@agency.example", f"+{TOKEN}", "+" + "a" * 40 + "@x"]
)
def test_what_is_no_token_is_not_found(text: str) -> None:
    assert tokens_in(text) == ()


def test_token_expires_with_the_last_late_answer() -> None:
    opens = datetime(2026, 11, 23, 9, tzinfo=UTC)
    window = Window(opens_at=opens, closes_at=opens + timedelta(days=1), grace_until=opens + timedelta(days=2))
    assert not expired(window, opens + timedelta(days=2))
    assert expired(window, opens + timedelta(days=2, seconds=1))
    assert not expired(window, opens + timedelta(days=3), life=timedelta(days=1))


def test_keyed_hash_needs_its_secret() -> None:
    assert keyed_hash(b"a" * 16, b"mail") == keyed_hash(b"a" * 16, b"mail")
    assert keyed_hash(b"a" * 16, b"mail") != keyed_hash(b"b" * 16, b"mail")
    assert len(keyed_hash(b"a" * 16, b"")) == 64
