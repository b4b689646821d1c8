"""A mail told apart: its lines, each with its Region, and the texts that they make."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.reply import Region
from ingest.lines import Line

QUOTED = frozenset("qQp")
"""The letters of what is quoted line by line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """Every line of the input with its Region, and its letter."""

    lines: tuple[Line, ...]
    regions: tuple[Region, ...]
    letters: str
    forwarded: bool = False
    """Whether it begins with a mail that was passed on: whatever is kept of it, somebody else wrote it."""

    @property
    def text(self) -> str:
        """What is kept, the signature with it."""
        return tidy(
            line.text for line, region in zip(self.lines, self.regions, strict=True) if region is not Region.ELIDED
        )

    @property
    def body(self) -> str:
        """What is kept, without signature, device line, disclaimer, footer, banner and label."""
        return tidy(line.text for line, region in zip(self.lines, self.regions, strict=True) if region is Region.BODY)

    @property
    def signature(self) -> str:
        """What is kept but not in the body."""
        return tidy(
            line.text for line, region in zip(self.lines, self.regions, strict=True) if region is Region.SIGNATURE
        )

    @property
    def elided(self) -> tuple[str, ...]:
        """What was cut, line by line."""
        return tuple(
            line.text for line, region in zip(self.lines, self.regions, strict=True) if region is Region.ELIDED
        )

    @property
    def own(self) -> tuple[Line, ...]:
        """The lines of the body that nobody else wrote: quotes that answers refer to are left out.

        Where there is nothing but lines that begin with `>`, that is the mark of a list.
        """
        body = [
            (line, letter)
            for line, region, letter in zip(self.lines, self.regions, self.letters, strict=True)
            if region is Region.BODY and letter != "e"
        ]
        if body and all(letter == "q" for _, letter in body):
            return tuple(line._replace(text=line.text.strip(" \t>|")) for line, _ in body)
        return tuple(self._without_quotes())

    def _without_quotes(self) -> Iterator[Line]:
        """The lines of the body but for quotes; the first one that holds anything after a quote is apart."""
        apart = False
        for line, region, letter in zip(self.lines, self.regions, self.letters, strict=True):
            if letter in QUOTED:
                apart = True
            elif region is Region.BODY:
                yield line._replace(apart=True) if apart and line.text.strip() else line
                apart = apart and not line.text.strip()


def tidy(lines: Iterable[str]) -> str:
    """Lines as one text: no space at their ends, no empty lines around them."""
    rows = [line.rstrip() for line in lines]
    first = next((at for at, row in enumerate(rows) if row), len(rows))
    return "\n".join(rows[first:]).rstrip()
