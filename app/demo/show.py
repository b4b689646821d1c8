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

HEAD = ("when", "who", "what arrived", "outcome", "standing", "answer")
WIDTHS = (9, 15, 18, 10, 13, 8)
"""What each column gets on a terminal of 80 columns; a wider one gives tenths of the rest to names and labels."""
SHARES = (0, 3, 7, 0, 0, 0)
WIDEST = 130
STYLES = {"accepted": "green", "rejected": "yellow", "withheld": "red"}


class Show:
    """One showing of the week. On a terminal the table is live; elsewhere each event is a line of its own."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows: list[tuple[tuple[str, ...], str]] = []
        self._whole = False
        self._live = Live(console=console, get_renderable=self._drawn, refresh_per_second=8)

    def __enter__(self) -> Self:
        """Begin."""
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the whole table on the terminal."""
        self._whole = True
        if self._console.is_terminal:
            self._live.stop()

    def say(self, when: str, text: str) -> None:
        """Something that is no mail to us: the Round opens, digests go out."""
        if self._console.is_terminal:
            self._rows.append(((when, "", text, "", "", ""), "bold"))
        else:
            self._plain(f"{when:<9}  {text}")

    def event(self, found: Found) -> None:
        """What became of one mail."""
        standing = found.standing.value if found.standing is not None else ""
        answer = "" if found.answer is Answer.NOTHING else found.answer.value
        cells = (found.at, found.name, found.reaction.label, found.outcome, standing, answer)
        if self._console.is_terminal:
            style = "bold red" if found.differences else STYLES.get(found.outcome, "dim")
            self._rows.append((cells, style))
        else:
            self._plain("  ".join(cell for cell in cells if cell))

    def _drawn(self) -> Table:
        """The table: its newest rows while it is live, so that it never outgrows the terminal; in the end all of it."""
        table = Table(*HEAD, box=None, pad_edge=False, header_style="bold underline")
        spare = max(0, min(self._console.width, WIDEST) - sum(WIDTHS) - len(WIDTHS))
        for column, width, share in zip(table.columns, WIDTHS, SHARES, strict=True):
            column.no_wrap, column.overflow, column.width = True, "ellipsis", width + spare * share // 10
        for cells, style in self._rows if self._whole else self._rows[2 - self._console.height :]:
            table.add_row(*(escape(cell) for cell in cells), style=style)
        return table

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
