"""When a mail is tried again, and when a fault is everybody's: tables of delays and a breaker. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.outbox import Attempt, MailKind, Sent

DELAYS: Final = (
    # Greylisting lets a second try through after five minutes; RFC 5321 section 4.5.4.1 asks for four to five days.
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
    timedelta(hours=24),
)
"""The wait after the first, second … deferral of one mail; after the last it has failed."""

LINK_DELAYS: Final = (1, 2, 5, 15, 30, 60, 120, 300)
"""Seconds that the whole link rests after the first, second … fault in a row."""

AFTER_AMBIGUITY: Final = timedelta(minutes=15)
MOST_AMBIGUOUS: Final = 2


def decide(
    attempt: Attempt,
    tries: int,
    kind: MailKind,
    *,
    held: frozenset[MailKind] = frozenset(),
    link_rest: timedelta = timedelta(0),
) -> datetime | None:
    """When to try again; None where it was sent or has failed.

    `tries` counts the finished tries before this Attempt, without faults of the link. `held` are kinds of mail that
    are not sent a second time where the first may have arrived. `link_rest` is how long the link rests now.
    """
    match attempt.result:
        case Sent.HELD | Sent.CANCELLED:
            return None
        case Sent.ACCEPTED | Sent.REFUSED:
            return attempt.at + link_rest if attempt.connection else None
        case Sent.BROKEN:
            return attempt.at + link_rest
        case Sent.DEFERRED if attempt.connection:
            return attempt.at + link_rest
        case Sent.DEFERRED:
            return attempt.at + DELAYS[tries] if tries < len(DELAYS) else None
        case Sent.AMBIGUOUS:
            again = tries + 1 < MOST_AMBIGUOUS and kind not in held
            return attempt.at + AFTER_AMBIGUITY if again else None


def link_rest(faults: int) -> timedelta:
    """How long the link rests after so many faults in a row."""
    if faults <= 0:
        return timedelta(0)
    return timedelta(seconds=LINK_DELAYS[min(faults, len(LINK_DELAYS)) - 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """The same refusal for more than `share` of the last `window` mails is not about the mails.

    A relay that is set up wrongly must not turn two million mails into failures. At least `least` must be alike.
    The pause lasts `pause`.
    """

    window: int = 100
    least: int = 20
    share: float = 0.5
    pause: timedelta = timedelta(minutes=15)

    def tripped(self, codes: Sequence[int | None]) -> int | None:
        """The refusal (5xx) that trips it; `codes` are the last answers, None for a mail that was taken."""
        for code in _permanent(codes):
            alike = sum(1 for one in codes if one == code)
            if alike >= self.least and alike > self.share * len(codes):
                return code
        return None


def _permanent(codes: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(sorted({code for code in codes if code is not None and code // 100 == 5}))  # noqa: PLR2004 - RFC 5321 section 4.2.1
