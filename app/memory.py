"""A memory for the length of one batch: what is asked of the Store again and again is asked once."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Memory:
    """Closed, it remembers nothing, so that a change holds at once. For one thread."""

    _said: dict[Hashable, Any] = field(default_factory=dict)
    _is_open: bool = False

    @contextmanager
    def open(self) -> Iterator[None]:
        """Remember until the end of this block."""
        self._is_open = True
        try:
            yield
        finally:
            self._is_open = False
            self._said.clear()

    def learn(self, said: Mapping[Hashable, Any]) -> None:
        """Take over what was asked of the Store together."""
        if self._is_open:
            self._said.update(said)

    def forget(self, what: Hashable) -> None:
        """Ask anew."""
        self._said.pop(what, None)

    def once(self, what: Hashable, ask: Callable[[], T]) -> T:
        """What `ask` says, or said before of the same `what`."""
        if not self._is_open:
            return ask()
        if what not in self._said:
            self._said[what] = ask()
        said: T = self._said[what]
        return said
