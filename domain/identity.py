"""Identity: who answers which Prompt, how sure we are, and what our own mail server said of the sender."""

from dataclasses import dataclass
from enum import StrEnum

from domain.employee import Employee
from domain.round import Prompt, Round


class AuthRule(StrEnum):
    """What is asked of sender authentication: it must pass, it is written down, or nobody looks."""

    REQUIRE = "require"
    RECORD = "record"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthResult:
    """One result of one method (RFC 8601): `dkim`, `pass`, for the domain it vouches for (`header.d`)."""

    method: str
    value: str
    domain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthResults:
    """What our own receiving server found. `present` is False where it said nothing, or nothing we may believe."""

    results: tuple[AuthResult, ...] = ()
    present: bool = False

    def of(self, method: str) -> tuple[AuthResult, ...]:
        """The results of one method, in order."""
        return tuple(result for result in self.results if result.method == method)

    def summary(self) -> str:
        """`spf=pass dkim=fail`: short enough for the Ledger, without addresses."""
        return " ".join(f"{result.method}={result.value}" for result in self.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What the headers offer for finding the Prompt.

    `address_tokens` come from where the mail was sent to, `thread_tokens` from what it answers, newest first.
    `sender` is None where From does not name exactly one mailbox beyond doubt.
    """

    address_tokens: tuple[str, ...] = ()
    thread_tokens: tuple[str, ...] = ()
    sender: str | None = None

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every candidate once, the likeliest first."""
        return tuple(dict.fromkeys((*self.address_tokens, *self.thread_tokens)))


class How(StrEnum):
    """By what an Employee was known."""

    VERIFIED = "verified"
    KNOWN_SENDER = "known_sender"
    DELEGATE = "delegate"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """The answer is this Employee's. `prompt` is None where they were not asked in an open Round.

    `authenticated` is what our server's Authentication-Results say of the From domain, whether or not it was asked for.
    `conversation` is the Round about which they write as a Supervisor, answering what we told them; `prompt` is None then.
    """

    employee: Employee
    prompt: Prompt | None
    how: How
    authenticated: bool = False
    conversation: Round | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A person must decide: the token and the sender do not belong together, or it cannot be told."""

    reason: str
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Nobody we know: filed away unanswered."""

    reason: str


Identity = Identified | Held | Stranger
