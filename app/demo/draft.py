"""What a person typed, and the mail that a client makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.demo.parts import Headers, MimePart
from app.demo.screen import Box, OnScreen


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """What was typed, by whom and when. `at` carries the writer's time zone.

    `text` stands in place of bullets (a paragraph, a phrase). `closing` is what they end with; `title` goes into the
    signature block, None for a person without one.
    """

    who: Box
    at: datetime
    bullets: tuple[str, ...] = ()
    text: str = ""
    greeting: str = ""
    closing: str = ""
    title: str | None = None
    files: tuple[MimePart, ...] = ()

    @property
    def boundary(self) -> str:
        """Digits for a boundary: the same for the same mail."""
        return f"{int(self.at.timestamp()):012d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A client's mail before it is addressed: its body, its own headers, and how it writes the subject."""

    part: MimePart
    headers: Headers = ()
    prefix: str = "Re: "
    references: bool = True


Shape = Callable[[OnScreen, Wrote], Draft]
"""How one mail client answers the mail on its screen."""


def marked(wrote: Wrote, mark: str = "- ") -> list[str]:
    """The lines of what was typed, bullets with a mark before them; `#` in the mark is the number."""
    if wrote.bullets:
        middle = [mark.replace("#", str(number)) + each for number, each in enumerate(wrote.bullets, 1)]
    else:
        middle = wrote.text.splitlines()
    top = [wrote.greeting, ""] if wrote.greeting else []
    return [*top, *middle]


def long_date(at: datetime) -> str:
    """`Monday, November 23, 2026 9:00 AM`, as Outlook writes it."""
    return f"{at:%A, %B} {at.day}, {at.year} {clock(at)}"


def short_date(at: datetime) -> str:
    """`Mon, Nov 23, 2026`, as Gmail writes it."""
    return f"{at:%a, %b} {at.day}, {at.year}"


def clock(at: datetime) -> str:
    """`9:00 AM`."""
    return f"{at.hour % 12 or 12}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"  # noqa: PLR2004  noon


def asked_at(asked: OnScreen, wrote: Wrote) -> datetime:
    """When the question came, on the writer's own clock."""
    return asked.date.astimezone(wrote.at.tzinfo)
