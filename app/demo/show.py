"""What the demo prints: a table that grows while the week goes by, or plain lines where nobody watches a terminal."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from app.demo.found import Found
from app.demo.reactions import Answer

STYLES = {"accepted": "green", "rejected": "yellow", "withheld": "red"}


class Show:
    """One showing of the week. On a terminal the table is live; elsewhere each event is a line of its own."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._table = Table("when", "who", "what arrived", "outcome", "standing", "answer", box=None, pad_edge=False)
        self._live = Live(self._table, console=console, refresh_per_second=8, vertical_overflow="visible")

    def __enter__(self) -> Self:
        """Begin."""
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the table as it is."""
        if self._console.is_terminal:
            self._live.stop()

    def say(self, text: str) -> None:
        """Something that is no mail: the Round opens, closes."""
        if self._console.is_terminal:
            self._table.add_row("", "", f"[bold]{escape(text)}[/]", "", "", "")
        else:
            self._plain(text)

    def event(self, found: Found) -> None:
        """What became of one mail."""
        standing = found.standing.value if found.standing is not None else ""
        answer = "" if found.answer is Answer.NOTHING else found.answer.value
        cells = (found.at, found.name, found.reaction.label, found.outcome, standing, answer)
        if self._console.is_terminal:
            style = STYLES.get(found.outcome, "dim") if not found.differences else "bold red"
            self._table.add_row(*(escape(cell) for cell in cells), style=style)
        else:
            self._plain("  ".join(cell for cell in cells if cell))

    def outcomes(self, all_found: Sequence[Found]) -> None:
        """Each outcome with its reason."""
        self._heading("Each mail, what became of it, and why")
        for found in all_found:
            sign = "ok" if not found.differences else "NO"
            self._plain(f"{sign:<4}{found.at}  {found.name}: {found.reaction.label}")
            self._plain(
                f"      {found.outcome}, filed in {found.lies_in or 'no folder'}. {found.reason}".rstrip(". ") + "."
            )
            for bullet in found.bullets if found.outcome == "accepted" else ():
                self._plain(f"      - {bullet}")
            for difference in found.differences:
                self._plain(f"      !! {difference}")

    def standings(self, counts: Sequence[tuple[str, int]]) -> None:
        """How many Prompts stand where at the end of the week."""
        self._heading("At the end of the week")
        for standing, count in counts:
            self._plain(f"  {count:>3}  {standing}")

    def files(self, folder: Path, digests: Sequence[Path], config: Path) -> None:
        """Where the digests are."""
        self._heading("The digests")
        for path in digests:
            self._plain(f"  {path.relative_to(folder)}")
        self._plain(f"\nAll of it is in {folder}. Look around: bulletin --config {config} status")

    def verdict(self, wrong: Sequence[str], total: int) -> None:
        """Whether all went as it should."""
        if wrong:
            self._heading(f"{len(wrong)} things are not as expected")
            for line in wrong:
                self._plain(f"  {line}")
        else:
            self._plain(f"\nAll {total} mails and every standing came out as expected.")

    def _heading(self, text: str) -> None:
        self._console.print(f"\n[bold]{escape(text)}[/]", highlight=False)

    def _plain(self, text: str) -> None:
        self._console.print(escape(text), highlight=False, soft_wrap=True)
