"""The terminal: lines, tables, questions and progress, plain where nobody is watching."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import typer

from app.exits import FoundWrongError

if TYPE_CHECKING:
    from rich.console import Console


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


def printable(text: str, most: int = 120) -> str:
    """Text from a file as it may be shown: control characters escaped, cut where it is long."""
    shown = "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text[:most])
    return shown + ("…" if len(text) > most else "")


def clean(text: str) -> str:
    """Text of several lines as it may be shown: what could steer a terminal is escaped, and so is what has no bytes."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    kept = "".join(each if each.isprintable() or each in "\n\t" else f"\\u{ord(each):04x}" for each in text)
    return kept.encode("utf-8", "backslashreplace").decode("utf-8")


def confirm_count(words: str, count: int, *, yes: bool) -> None:
    """Go on only if a person types the number, or `--yes` said it before. Raises FoundWrongError otherwise."""
    if yes:
        return
    if not (sys.stdin.isatty() and watched()):
        raise FoundWrongError(f"{words} Nobody is here to confirm {count}: say --yes if so.")
    if typer.prompt(f"{words} Type the number {count} to go on", err=True, default="", show_default=False) != str(
        count
    ):
        raise FoundWrongError("Nothing was done.")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, title: str | None = None) -> None:
    """A table; without a terminal, columns parted by tabs."""
    if not sys.stdout.isatty():
        if title:
            say(f"# {title}")
        for row in (head, *rows):
            say("\t".join(row))
        return
    from rich.table import Table

    drawn = Table(*head, title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        drawn.add_row(*(printable(cell, 200).replace("[", "\\[") for cell in row))
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
