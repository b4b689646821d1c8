"""What `bulletin status` tells: how the Rounds stand, what waits, when each mailbox was last looked at, what is wrong."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.campaigns import known_ids, strays
from domain.digest import UnitCount
from domain.ledger import Folder
from domain.outbox import MailKind, MailState
from domain.ports import Quota, Store
from domain.round import GOING_ON, Phase, Round

COUNTED: Final = 1000
"""Of what is only counted by reading, no more than this is read."""

ALMOST_FULL: Final = 85  # percent
ROUNDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStatus:
    """A Round and how many of its Prompts stand where, Unit by Unit."""

    round: Round
    counts: tuple[UnitCount, ...]

    @property
    def asked(self) -> int:
        """Every Prompt of the Round."""
        return sum(count.count for count in self.counts)

    def by_standing(self) -> dict[str, int]:
        """How many Prompts stand where, in the order of their number."""
        totals: Counter[str] = Counter()
        for count in self.counts:
            totals[count.standing.value] += count.count
        return dict(totals.most_common())

    def by_unit(self) -> dict[str, dict[str, int]]:
        """The same for each Unit."""
        units: dict[str, dict[str, int]] = {}
        for count in self.counts:
            if count.count:
                units.setdefault(count.unit, {})[count.standing.value] = count.count
        return dict(sorted(units.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxStatus:
    """A mailbox: when it was last looked at, what is recorded but not filed away yet, how full it is.

    `quota` is None where the server does not say; `trouble` is why it could not be asked.
    """

    name: str
    last_poll: datetime | None
    unfiled: int
    quota: Quota | None = None
    trouble: str = ""

    @property
    def full(self) -> int | None:
        """Percent of the quota that is used."""
        return self.quota.used * 100 // self.quota.limit if self.quota is not None and self.quota.limit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The whole state at one moment. `withheld` and `held` count messages that wait for a person, up to COUNTED."""

    at: datetime
    people: int
    rounds: tuple[RoundStatus, ...]
    outbox: tuple[tuple[MailKind, MailState, int], ...]
    mailboxes: tuple[MailboxStatus, ...]
    withheld: int
    held: int
    shunted: int
    warnings: tuple[str, ...] = ()


Asked = Mapping[str, Quota | str | None]
"""What each mailbox said of its quota, or why it could not be asked."""


def read_status(
    store: Store,
    mailboxes: Sequence[str],
    *,
    campaigns: Collection[str],
    now: datetime,
    stale_after: timedelta,
    asked: Asked | None = None,
) -> Status:
    """Read it all from the store. `asked` are the answers of the mailboxes, where they were asked.

    `mailboxes` and `campaigns` are the names of those in the configuration. Rounds that go on come first.
    """
    boxes = tuple(_mailbox(store, name, (asked or {}).get(name)) for name in mailboxes)
    rounds = tuple(
        RoundStatus(round=each, counts=store.counts(each.campaign_id, each.id))
        for each in dict.fromkeys((*store.rounds(phases=GOING_ON), *store.rounds(limit=ROUNDS)))
    )
    left = strays(store, known_ids(store, campaigns))
    outbox = store.outbox_counts()
    return Status(
        at=now,
        people=sum(count for _, _, count in store.head_counts()),
        rounds=rounds,
        outbox=outbox,
        mailboxes=boxes,
        withheld=len(store.entries(limit=COUNTED, decision="withheld")),
        held=len(store.entries(limit=COUNTED, filing=Folder.HELD)),
        shunted=len(store.entries(limit=COUNTED, filing=Folder.SHUNTED)),
        warnings=(
            *(warning for box in boxes for warning in _mailbox_warnings(box, now, stale_after)),
            *_outbox_warnings(outbox),
            *map(_left_alone, left),
            *(warning for each in rounds for warning in _overdue(each.round, left, now, stale_after)),
        ),
    )


def _mailbox(store: Store, name: str, told: Quota | str | None) -> MailboxStatus:
    return MailboxStatus(
        name=name,
        last_poll=store.last_poll(name),
        unfiled=len(store.unfiled(name, limit=COUNTED)),
        quota=told if isinstance(told, Quota) else None,
        trouble=told if isinstance(told, str) else "",
    )


def _outbox_warnings(outbox: Iterable[tuple[MailKind, MailState, int]]) -> Iterator[str]:
    failed = sum(count for _, state, count in outbox if state is MailState.FAILED)
    if failed:
        yield f"{failed} mails could not be sent"


def _left_alone(one: Round) -> str:
    return (
        f"round {one.campaign_id}/{one.id}: its campaign is not in the configuration. Put it back, or no digest is "
        f"written and the round ends at {one.final_at:%F %H:%M} UTC"
    )


def _overdue(one: Round, left: Collection[Round], now: datetime, stale_after: timedelta) -> Iterator[str]:
    if one.phase is Phase.OPENING and now > one.opens_at + stale_after and one not in left:
        yield f"round {one.campaign_id}/{one.id} is still opening: is `bulletin run` running?"
    if one.phase is Phase.OPEN and now > one.closes_at + stale_after and one not in left:
        yield f"round {one.campaign_id}/{one.id} should have closed: is `bulletin run` running?"


def _mailbox_warnings(box: MailboxStatus, now: datetime, stale_after: timedelta) -> Iterator[str]:
    if box.trouble:
        yield f"mailbox {box.name}: {box.trouble}"
    if box.last_poll is None:
        yield f"mailbox {box.name} was never looked at: is `bulletin run` running?"
    elif now - box.last_poll > stale_after:
        yield f"mailbox {box.name} was last looked at {ago(now - box.last_poll)} ago: is `bulletin run` running?"
    if box.full is not None and box.full >= ALMOST_FULL:
        yield f"mailbox {box.name} is {box.full} % full: when it is, replies bounce"
    if box.unfiled >= COUNTED:
        yield f"mailbox {box.name} has {box.unfiled} or more recorded messages that are not filed away"


def ago(span: timedelta) -> str:
    """A span in the largest unit that fits: `3 hours`."""
    seconds = int(span.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"


def as_json(status: Status) -> dict[str, Any]:
    """The status as plain values, for machines."""
    return {
        "at": status.at.isoformat(),
        "people": status.people,
        "rounds": [
            {
                "campaign": each.round.campaign_id,
                "round": each.round.id,
                "phase": each.round.phase.value,
                "opens_at": each.round.opens_at.isoformat(),
                "closes_at": each.round.closes_at.isoformat(),
                "asked": each.asked,
                "standings": each.by_standing(),
                "units": each.by_unit(),
            }
            for each in status.rounds
        ],
        "outbox": [{"kind": kind.value, "state": state.value, "count": count} for kind, state, count in status.outbox],
        "mailboxes": [
            {
                "name": box.name,
                "last_poll": box.last_poll.isoformat() if box.last_poll else None,
                "unfiled": box.unfiled,
                "quota_used_kib": box.quota.used if box.quota else None,
                "quota_limit_kib": box.quota.limit if box.quota else None,
                "trouble": box.trouble or None,
            }
            for box in status.mailboxes
        ],
        "withheld": status.withheld,
        "held": status.held,
        "shunted": status.shunted,
        "warnings": list(status.warnings),
    }
