"""A Policy: what holds for a Unit. The nearest Unit up the tree wins, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.unit import UnitPath, ancestry
from domain.verdict import Effect


class Mode(StrEnum):
    """Whether the people of a Unit are asked, and what an answer means there."""

    REQUIRED = "required"
    VOLUNTARY = "voluntary"
    PAUSED = "paused"
    ANSWERED_ON_BEHALF = "answered_on_behalf"
    ENDED = "ended"

    @property
    def asks(self) -> bool:
        """Whether Prompts go out under this mode."""
        return self in {Mode.REQUIRED, Mode.VOLUNTARY}


class Copy(StrEnum):
    """How a Supervisor learns of an accepted Reply."""

    DIGEST = "digest"
    EACH = "each"
    BOTH = "both"


class Switch(StrEnum):
    """What a Unit lets a Rule do. Markings take no switch."""

    REJECT = "reject"
    RECORD = "record"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What holds for one Unit, every field known.

    `window` is hours from delivery to one's own Prompt, or None for the Round's own closing instant; `grace` follows it.
    `switches` maps a rule's name to what it may do. `unsure_markings` is what a doubtful marking leads to: `withhold`,
    or `record`, which sends it to an operator. `only` and `never` are Employee ids: who alone is asked (nobody named:
    all), and who is not; `tenure` is for how long somebody is there before they are asked. `observers` are addresses
    that get a copy of the Unit's rows of each Digest. Nothing of the Unit expires while `hold`. `roll_up` says whether
    a Supervisor of Supervisors gets one, `roll_up_bullets` whether with bullets, and `least_group` how few people it may tell apart.
    """

    mode: Mode = Mode.REQUIRED
    wording: str = ""
    consequence: str = ""
    window: timedelta | None = None
    grace: timedelta = timedelta(hours=24)
    reminders: int = 1
    bullets_least: int = 1
    bullets_most: int = 20
    copy: Copy = Copy.DIGEST
    notify_withheld: bool = True
    dead_after_rounds: int = 2
    categories: tuple[str, ...] = ()
    switches: Mapping[str, Switch] = field(default_factory=lambda: MappingProxyType({}))
    unsure_markings: Effect = Effect.WITHHOLD
    readers: str = ""
    retention: timedelta = timedelta(days=365)
    hold: bool = False
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    tenure: timedelta | None = None
    observers: tuple[str, ...] = ()
    roll_up: bool = True
    roll_up_bullets: bool = False
    least_group: int = 5


DEFAULT = Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """Fields that a Unit sets for itself, by their names in Policy; the rest come from further up."""

    unit: UnitPath
    fields: Mapping[str, object]


def resolve(unit: UnitPath, changes: Mapping[UnitPath, PolicyChange], base: Policy = DEFAULT) -> Policy:
    """The Policy of `unit`: each field from the nearest Unit up the tree that sets it, else from `base`."""
    chosen: dict[str, object] = {}
    for above in ancestry(unit):
        change = changes.get(above)
        for name, value in change.fields.items() if change else ():
            chosen.setdefault(name, value)
    values = {name: getattr(base, name) for name in base.__slots__}
    return Policy(**{**values, **chosen})
