"""Reply tokens: what ties a mail to one Prompt, and cannot be made up.

A token is a key id and an HMAC over campaign, round and employee. It travels in the Reply-To address and in the
Message-ID of each mail of a Prompt, so that either way back finds it. It proves that somebody saw the Prompt, not
who writes: who may use it is decided in `ingest.identity`. No clock and no randomness may enter here.
"""

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.employee import EmployeeId
from domain.round import CampaignId, RoundId, Window

MAC_BYTES = 16
MAC_LENGTH = 26  # 128 bits in base32 without padding
KEY_ID = re.compile(r"[a-z2-7]{1,4}")
LEAST_SECRET = 16  # RFC 2104 section 3 advises against keys shorter than the hash's security

# A token is the last tag of a local part; forwarders append theirs after `=` (SRS, VERP).
_CARRIED = re.compile(r"[+.=_-]([a-z2-7]{27,30})(?=[@=])", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """A secret with its name; the name is one to four characters of `a-z2-7` and travels in the token."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what could not be told apart in a token, or guessed."""
        if not KEY_ID.fullmatch(self.id):
            raise ValueError("A token key's id is one to four characters of a-z and 2-7.")
        if len(self.secret) < LEAST_SECRET:
            raise ValueError(f"A token key's secret has at least {LEAST_SECRET} bytes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The keys that are still believed. New tokens are made with `current`; drop a key and its tokens die."""

    keys: tuple[TokenKey, ...]
    current: str

    def __post_init__(self) -> None:
        """Refuse a ring that could not mint, or that has two secrets of one name."""
        ids = [key.id for key in self.keys]
        if len(set(ids)) != len(ids):
            raise ValueError("Two token keys have the same id.")
        if self.current not in ids:
            raise ValueError("The current token key is not among the keys.")

    def find(self, key_id: str) -> TokenKey | None:
        """The key of that id, or None."""
        return next((key for key in self.keys if key.id == key_id), None)


def mint(ring: KeyRing, campaign_id: CampaignId, round_id: RoundId, employee_id: EmployeeId) -> str:
    """The token of one Prompt: always the same for the same key and ids."""
    key = ring.find(ring.current)
    assert key is not None
    return _token(key, campaign_id, round_id, employee_id)


def verify(ring: KeyRing, token: str, campaign_id: CampaignId, round_id: RoundId, employee_id: EmployeeId) -> bool:
    """Whether `token` was made for exactly this Prompt by a key we still believe. Takes constant time per key."""
    key = ring.find(token[:-MAC_LENGTH])
    if key is None:
        return False
    expected = _token(key, campaign_id, round_id, employee_id)
    return hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogatepass"))


def expired(window: Window, arrived: datetime, *, life: timedelta = timedelta(0)) -> bool:
    """Whether a token came back too late to be credited: `life` after the last late answer, by arrival at our server."""
    return arrived > window.grace_until + life


def reply_address(base: str, token: str) -> str:
    """`reports@host` with the token as its tag: `reports+<token>@host` (RFC 5233)."""
    local, _, host = base.rpartition("@")
    return f"{local}+{token}@{host}"


def message_id(token: str, host: str, kind: str = "prompt") -> str:
    """The Message-ID of one mail of a Prompt. `kind` tells a Prompt's mails apart (`prompt`, `reminder1`)."""
    return f"<{kind}.{token}@{host}>"


def tokens_in(text: str | Iterable[str]) -> tuple[str, ...]:
    """What looks like a token in addresses and Message-IDs, each once, in order, in lower case (gateways fold case)."""
    texts = (text,) if isinstance(text, str) else text
    return tuple(dict.fromkeys(found.lower() for each in texts for found in _CARRIED.findall(each)))


def keyed_hash(secret: bytes, data: bytes) -> str:
    """HMAC-SHA256 in hexadecimal: names bytes in the Ledger so that nobody without the secret can test a guess."""
    return hmac.digest(secret, data, "sha256").hex()


def _token(key: TokenKey, campaign_id: str, round_id: str, employee_id: str) -> str:
    # Each field is preceded by its length: no two triples may give the same bytes.
    fields = [part.encode("utf-8", "surrogatepass") for part in (key.id, campaign_id, round_id, employee_id)]
    data = b"".join(len(part).to_bytes(4, "big") + part for part in (b"bulletin reply token 1", *fields))
    mac = hmac.digest(key.secret, data, "sha256")[:MAC_BYTES]
    return key.id + base64.b32encode(mac).decode("ascii").rstrip("=").lower()
