"""A Unit: a node of the organisation tree, written as a path such as `Defense/Navy/NAVSEA`."""

from collections.abc import Iterator
from typing import NewType

UnitPath = NewType("UnitPath", str)
"""Names joined by `/`, without a leading or trailing one; the empty path is the whole organisation."""

ROOT = UnitPath("")


def unit_path(text: str) -> UnitPath:
    """The path in its one spelling: names trimmed, empty ones dropped."""
    return UnitPath("/".join(name.strip() for name in text.split("/") if name.strip()))


def ancestry(unit: UnitPath) -> Iterator[UnitPath]:
    """`unit` and what it lies in, nearest first, the whole organisation last."""
    names = unit.split("/") if unit else []
    for depth in range(len(names), 0, -1):
        yield UnitPath("/".join(names[:depth]))
    yield ROOT


def lies_in(unit: UnitPath, ancestor: UnitPath) -> bool:
    """Whether `unit` is `ancestor` or below it."""
    return not ancestor or unit == ancestor or unit.startswith(f"{ancestor}/")
