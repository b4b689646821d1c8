"""The export: one row a Prompt, or one a Bullet, page by page, so that millions need no more memory than a page.

The law: who did not answer in a voluntary Unit is counted and never named. Text that was withheld is not here, because
the Store has none.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from app.formats import Cell, TableWriter
from app.policies import Policies
from domain.digest import UNANSWERED, Account, Selection
from domain.ledger import PromptKey
from domain.policy import Mode
from domain.ports import Store
from domain.round import Prompt
from domain.unit import lies_in

PAGE: Final = 2000
MOST_ROUNDS: Final = 1_000_000

COLUMNS: Final = (
    *("campaign", "round", "unit", "employee", "name", "address", "supervisor", "standing", "reason", "mode"),
    *("people", "opens", "closes", "answered", "bullets"),
)
BULLET_COLUMNS: Final = (
    *("campaign", "round", "unit", "employee", "name", "supervisor", "standing", "answered", "number", "bullet"),
)
UNNAMED: Final = "unanswered"
"""The standing of a row that counts the people of a voluntary Unit who did not answer; `people` says how many."""


@dataclass(slots=True, kw_only=True)
class Export:
    """What is wanted, and what was written so far: `rows` and `unnamed` people."""

    store: Store
    policies: Policies
    wanted: Selection
    by_bullet: bool = False
    rows: int = 0
    unnamed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def columns(self) -> tuple[str, ...]:
        """The head of the table."""
        return BULLET_COLUMNS if self.by_bullet else COLUMNS

    def total(self) -> int:
        """How many Prompts will be looked at, from the counters."""
        wanted = self.wanted
        return sum(
            count.count
            for each in self.store.rounds(wanted.campaign_id, limit=MOST_ROUNDS)
            if wanted.round_id in {None, each.id}
            for count in self.store.counts(each.campaign_id, each.id)
            if lies_in(count.unit, wanted.unit) and (not wanted.standings or count.standing in wanted.standings)
        )

    def run(self, table: TableWriter, advance: Callable[[int], None]) -> None:
        """Write every row, page by page, then one row for each voluntary Unit with people who did not answer."""
        done = 0
        for page in _pages(self.store, self.wanted):
            self._put(table, [row for account in page for row in self._rows_of(account)])
            done += len(page)
            advance(done)
        if not self.by_bullet:
            self._put(table, [_unnamed_row(*key, people) for key, people in sorted(self.unnamed.items())])
        table.close()

    def _put(self, table: TableWriter, rows: Sequence[Sequence[Cell]]) -> None:
        table.write(rows)
        self.rows += len(rows)

    def _rows_of(self, account: Account) -> Iterator[Sequence[Cell]]:
        prompt = account.prompt
        mode = self.policies.of(prompt.unit).mode
        if self.by_bullet:
            for number, bullet in enumerate(account.bullets, start=1):
                yield _bullet_row(account, number, bullet)
        elif mode is Mode.VOLUNTARY and prompt.standing in UNANSWERED:
            self.unnamed[prompt.campaign_id, prompt.round_id, prompt.unit] += 1
        else:
            yield _row(account, mode)


def _pages(store: Store, wanted: Selection) -> Iterator[tuple[Account, ...]]:
    after: PromptKey | None = None
    while page := store.accounts(wanted, after=after, limit=PAGE):
        yield page
        after = _key(page[-1].prompt)


def _key(prompt: Prompt) -> PromptKey:
    return PromptKey(campaign_id=prompt.campaign_id, round_id=prompt.round_id, employee_id=prompt.employee_id)


def _row(account: Account, mode: Mode) -> Sequence[Cell]:
    prompt = account.prompt
    return (
        *(prompt.campaign_id, prompt.round_id, prompt.unit, prompt.employee_id, prompt.name, prompt.address),
        *(prompt.supervisor_id, prompt.standing.value, prompt.reason, mode.value, 1),
        *(_instant(prompt.window.opens_at), _instant(prompt.window.closes_at), _instant(account.answered_at)),
        account.bullets,
    )


def _bullet_row(account: Account, number: int, bullet: str) -> Sequence[Cell]:
    prompt = account.prompt
    return (
        *(prompt.campaign_id, prompt.round_id, prompt.unit, prompt.employee_id, prompt.name, prompt.supervisor_id),
        *(prompt.standing.value, _instant(account.answered_at), number, bullet),
    )


def _unnamed_row(campaign: str, round_id: str, unit: str, people: int) -> Sequence[Cell]:
    return (campaign, round_id, unit, *[None] * 4, UNNAMED, None, Mode.VOLUNTARY.value, people, None, None, None, ())


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
