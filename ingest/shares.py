"""Shares: messages go to the reader a few at a time, in threads of their own, so that neither side waits for the other.

Its law: where a share as a whole comes to nothing, each of its messages is asked for alone; the failure is one's own.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from domain.errors import BulletinError
from domain.message import Message
from domain.outcome import Outcome, Shunted
from ingest.child import Reader, ToRead

HEADERS_TOGETHER: Final = 25
LETTERS_TOGETHER: Final = 10
BYTES_TOGETHER: Final = 1_000_000

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[Told]):
    """What the reader will say of one message of a share."""

    ask: Callable[[Sequence[Any]], Sequence[Told]]
    asked: Sequence[Any]
    told: "Future[Sequence[Told]]"
    place: int

    def result(self) -> Told:
        """Wait for it. BulletinError where there is no reader; whatever else is this message's own fault."""
        try:
            return self.told.result()[self.place]
        except BulletinError:
            raise
        except Exception:  # noqa: BLE001 - it may be another message's; alone this one shows
            return self.ask(self.asked[self.place : self.place + 1])[0]


class Shares:
    """The threads that ask a reader; as many as it can read at once."""

    def __init__(self, reader: Reader) -> None:
        """The reader stays its owner's."""
        self._reader = reader
        self._threads = ThreadPoolExecutor(max_workers=reader.width, thread_name_prefix="reading")

    def headers(self, raws: Sequence[bytes]) -> list[Answer[Message | Shunted]]:
        """One answer for each header, in order."""
        return self._answers(self._reader.headers, list(in_shares(raws, len, HEADERS_TOGETHER)))

    def letters(self, letters: Sequence[ToRead]) -> list[Answer[Outcome]]:
        """One answer for each message, in order."""
        return self._answers(self._reader.read_all, list(in_shares(letters, size_of, LETTERS_TOGETHER)))

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=True)

    def _answers(
        self, ask: Callable[[Sequence[Any]], Sequence[Told]], shares: Sequence[Sequence[Any]]
    ) -> list[Answer[Told]]:
        pending = [(share, self._threads.submit(ask, share)) for share in shares]
        return [
            Answer(ask=ask, asked=share, told=told, place=place)
            for share, told in pending
            for place in range(len(share))
        ]


Asked = TypeVar("Asked")


def size_of(letter: ToRead) -> int:
    """Bytes."""
    return len(letter.raw)


def in_shares(asked: Sequence[Asked], size: Callable[[Asked], int], most: int) -> Iterator[Sequence[Asked]]:
    """In order, up to `most` and BYTES_TOGETHER in each; what is larger goes alone."""
    start = total = 0
    for place, one in enumerate(asked):
        if place > start and (place - start >= most or total + size(one) > BYTES_TOGETHER):
            yield asked[start:place]
            start, total = place, 0
        total += size(one)
    if start < len(asked):
        yield asked[start:]
