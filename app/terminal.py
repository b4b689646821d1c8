"""The terminal: lines, tables, questions and progress, plain where nobody is watching."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import typer

from app.exits import FoundWrongError

if TYPE_CHECKING:
    from rich.console import Console


MOST_CELL: Final = 200

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")]


class Advance(Protocol):
    """Tells how far a long work has come, in its own measure."""

    def __call__(self, done: int) -> None: ...


def say(text: str = "") -> None:
    """A line of the answer, on the standard output."""
    typer.echo(text)


def warn(text: str) -> None:
    """A line beside the answer, on the error output."""
    typer.echo(text, err=True)


def watched() -> bool:
    """Whether a person sees the error output, so that progress and questions make sense."""
    return sys.stderr.isatty()


# C0 and C1 controls, marks that turn the direction of text, line separators, and halves of characters.
_STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """Text of several lines as it may be shown: what could steer a terminal is escaped, and so is what has no bytes."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def printable(text: str, most: int = 120) -> str:
    """Text from a file for the middle of a line: cleaned, without line ends, cut where it is long."""
    shown = clean(text[:most]).replace("\n", "\\n").replace("\t", "\\t")
    return shown + ("…" if len(text) > most else "")


def confirm_count(words: str, count: int, *, yes: bool) -> None:
    """Go on only if a person types the number, or `--yes` said it before. Raises FoundWrongError otherwise."""
    if yes or not count:
        return
    if not (sys.stdin.isatty() and watched()):
        raise FoundWrongError(f"{words} Nobody is here to confirm {count}: say --yes if so.")
    if typer.prompt(f"{words} Type the number {count} to go on", err=True, default="", show_default=False) != str(
        count
    ):
        raise FoundWrongError("Nothing was done.")


def confirm_words(words: str, answer: str, *, yes: bool) -> None:
    """Go on only if a person types `answer`, or `--yes` said it before. Raises FoundWrongError otherwise."""
    if yes:
        return
    if not (sys.stdin.isatty() and watched()):
        raise FoundWrongError(f"{words} Nobody is here to confirm it: say --yes if so.")
    if typer.prompt(f"{words} Type {answer} to go on", err=True, default="", show_default=False) != answer:
        raise FoundWrongError("Nothing was done.")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, title: str | None = None) -> None:
    """A table; without a terminal, columns parted by tabs."""
    if not sys.stdout.isatty():
        if title:
            say(f"# {title}")
        for row in (head, *rows):
            say("\t".join(printable(cell, MOST_CELL) for cell in row))
        return
    from rich.table import Table

    drawn = Table(*head, title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        drawn.add_row(*(printable(cell, MOST_CELL).replace("[", "\\[") for cell in row))
    _console(err=False).print(drawn)


@contextmanager
def progress(what: str, total: int) -> Iterator[Advance]:
    """A bar on the error output while a long work goes on; nothing where nobody watches."""
    if not watched():
        yield lambda done: None  # noqa: ARG005 - the shape of Advance
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console(err=True), transient=True) as bar:
        shown = bar.add_task(what, total=total)
        yield lambda done: bar.update(shown, completed=done)


def _console(*, err: bool) -> "Console":
    from rich.console import Console

    return Console(stderr=err, highlight=False)
