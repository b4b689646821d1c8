"""`ReadingChild`: mail is read in a process of its own, which may hang, swell or crash without harm to ours.

Its law: nothing of a message leaves the child but the Outcome; not by its standard error, a core file or a traceback.
"""

import contextlib
import copyreg
import importlib
import io
import multiprocessing
import os
import pickle
import queue
import resource
import select
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from multiprocessing.connection import Connection
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

from domain.errors import BulletinError
from domain.message import Message
from domain.outcome import Known, Outcome, Shunted

MOST_ANSWER: Final = 256_000_000
"""Bytes of one answer; more is no Outcome."""

START_SECONDS: Final = 60.0

_READY: Final = b"ready"

_CONTEXT: Final = multiprocessing.get_context("forkserver")  # forks from a process that has no threads


Result = TypeVar("Result")


class ReaderLostError(BulletinError):
    """The process that reads mail does not start. Check memory, process limits and the installation; mail stays."""


class Failure(StrEnum):
    """Why the child could not read a message. Another try may help, so these are not the mail's own Outcome yet."""

    TIME = "time limit"
    MEMORY = "memory limit"
    DIED = "reader died"
    RAISED = "reader failed"

    @classmethod
    def of(cls, outcome: Outcome) -> "Failure | None":
        """The failure that this Outcome tells of, or None where reading came to its end."""
        if isinstance(outcome, Shunted):
            return next((each for each in cls if outcome.reason.startswith(each)), None)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """What one message may cost: seconds by the clock, seconds of processor, bytes of address space of the child."""

    seconds: float = 30.0
    processor_seconds: int = 20
    memory: int = 1_500_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """A whole message to be read, and what is known before. `header` is what a reader said of exactly its header."""

    raw: bytes = field(repr=False)
    received_at: datetime
    known: Known = field(repr=False)
    header: Message | None = field(default=None, repr=False)


class Reader(Protocol):
    """Reads messages; what ReadingChild and ReadingPool have in common. One that costs its reader costs no other."""

    @property
    def width(self) -> int:
        """How many may ask at once."""
        ...

    def headers(self, raws: Sequence[bytes]) -> Sequence[Message | Shunted]:
        """Of each a Message of which only the header is known, or why even that cannot be read."""
        ...

    def read_all(self, letters: Sequence[ToRead]) -> Sequence[Outcome]:
        """What `interpret` says of each, or Shunted with a Failure."""
        ...

    def close(self) -> None: ...

    def header(self, raw: bytes) -> Message | Shunted:
        """Of one header."""
        return self.headers([raw])[0]

    def read(self, raw: bytes, received_at: datetime, known: Known) -> Outcome:
        """Of one message."""
        return self.read_all([ToRead(raw=raw, received_at=received_at, known=known)])[0]


class ReadingChild(Reader):
    """One child process, started when it is first needed and again whenever it was lost. Safe to share by threads."""

    def __init__(
        self,
        limits: ReadingLimits | None = None,
        *,
        reads: str = "ingest.reading:letter",
        reads_header: str = "ingest.reading:header",
    ) -> None:
        """`reads` and `reads_header` name the functions that the child calls, as `module:function`."""
        self._limits = limits or ReadingLimits()
        self._names = (reads, reads_header)
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._link: Connection | None = None
        self._poll = select.poll()

    @property
    def width(self) -> int:
        """One at a time."""
        return 1

    def headers(self, raws: Sequence[bytes]) -> list[Message | Shunted]:
        """The headers of messages, each read within the same limits."""
        return [_or_shunted(answer) for answer in self._ask_all(1, [(raw,) for raw in raws])]

    def read_all(self, letters: Sequence[ToRead]) -> list[Outcome]:
        """What `interpret` says of each. Where the child is lost: Shunted with why, and a fresh child for the next."""
        asked = [(one.raw, one.received_at, one.known, one.header) for one in letters]
        return [_or_shunted(answer) for answer in self._ask_all(0, asked)]

    def start(self) -> None:
        """Start the child ahead of the first message."""
        with self._lock:
            self._started()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _ask_all(self, which: int, asked: Sequence[tuple[object, ...]]) -> list[Any]:
        """An answer for each. Where the child is lost, whose fault it was shows when each is asked alone."""
        answers: list[Any] = []
        together = len(asked)
        with self._lock:
            while len(answers) < len(asked):
                told = self._ask(which, asked[len(answers) :][:together])
                if isinstance(told, Failure) and together > 1:
                    together = 1
                    continue
                answers += [told] if isinstance(told, Failure) else told
        return answers

    def _ask(self, which: int, asked: Sequence[tuple[object, ...]]) -> list[Any] | Failure:
        """The answers in order, perhaps only up to one that is a Failure; or why there are none."""
        request = _packed((which, asked))
        try:
            self._started().send_bytes(request)
        except OSError:
            # It was lost while idle; that is not this message's fault.
            self._end()
            self._started().send_bytes(request)
        told = self._answer()
        if isinstance(told, Failure) or isinstance(told[-1], Failure):
            self._end()
        return told

    def _answer(self) -> list[Any] | Failure:
        link, process = self._link, self._process
        assert link is not None
        assert process is not None
        try:
            if not self._hears(self._limits.seconds):
                return Failure.TIME
            frames = pickle.loads(link.recv_bytes(MOST_ANSWER))  # noqa: S301 - our own child's
            return [pickle.loads(frame) for frame in frames]  # noqa: S301 - as above
        except (EOFError, OSError, pickle.UnpicklingError):
            process.join(5)
            return _cause_of_death(process.exitcode)

    def _hears(self, seconds: float) -> bool:
        """Whether an answer, or the end of it, has come. `Connection.poll` makes a selector at every call."""
        return bool(self._poll.poll(seconds * 1000))

    def _started(self) -> Connection:
        if self._link is not None and self._process is not None and self._process.is_alive():
            return self._link
        self._end()
        # Has an effect on the first start only: later children come from the same server.
        _CONTEXT.set_forkserver_preload([name.partition(":")[0] for name in self._names])
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_serve, args=(theirs, self._names, self._limits), daemon=True)
        try:
            process.start()
        except OSError:
            # The socket of the server that forks lies in TMPDIR, and a socket's path has 108 bytes at most.
            ours.close()
            raise ReaderLostError("The reading process cannot be started; is TMPDIR a short path?") from None
        finally:
            theirs.close()
        self._process, self._link = process, ours
        self._poll = select.poll()
        self._poll.register(ours.fileno(), select.POLLIN)
        try:
            ready = ours.poll(START_SECONDS) and ours.recv_bytes(len(_READY)) == _READY
        except (EOFError, OSError):
            ready = False
        if not ready:
            self._end()
            raise ReaderLostError("The reading process does not start.")
        return ours

    def _end(self) -> None:
        link, self._link = self._link, None
        process, self._process = self._process, None
        if link is not None:
            link.close()
        if process is not None:
            process.kill()
            process.join(5)
            with contextlib.suppress(ValueError):
                process.close()


class ReadingPool(Reader):
    """Several children behind one Reader; a thread takes the one that is free."""

    def __init__(self, children: tuple[ReadingChild, ...]) -> None:
        """Owns the children."""
        self._children = children
        self._free: queue.SimpleQueue[ReadingChild] = queue.SimpleQueue()
        for child in children:
            self._free.put(child)

    @property
    def width(self) -> int:
        """As many as there are children."""
        return len(self._children)

    def headers(self, raws: Sequence[bytes]) -> list[Message | Shunted]:
        """By whichever child is free."""
        return self._with(lambda child: child.headers(raws))

    def read_all(self, letters: Sequence[ToRead]) -> list[Outcome]:
        """By whichever child is free."""
        return self._with(lambda child: child.read_all(letters))

    def close(self) -> None:
        """End them all."""
        for child in self._children:
            child.close()

    def _with(self, ask: Callable[[ReadingChild], Result]) -> Result:
        child = self._free.get()
        try:
            return ask(child)
        finally:
            self._free.put(child)


def _view(mapping: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(mapping)


class _Pickler(pickle.Pickler):
    """Knows the read-only mappings that policies hold, which pickle does not."""

    dispatch_table = copyreg.dispatch_table | {MappingProxyType: lambda view: (_view, (dict(view),))}


def _packed(value: object) -> bytes:
    frame = io.BytesIO()
    _Pickler(frame, pickle.HIGHEST_PROTOCOL).dump(value)
    return frame.getvalue()


def _or_shunted(answer: Any) -> Any:
    return Shunted(reason=answer.value) if isinstance(answer, Failure) else answer


def _cause_of_death(code: int | None) -> Failure:
    match code:
        case int() if -code in {signal.SIGXCPU, signal.SIGALRM}:
            return Failure.TIME
        case int() if -code == signal.SIGKILL:
            return Failure.MEMORY  # not by us: the kernel was out of memory
        case _:
            return Failure.DIED


def _serve(link: Connection, names: tuple[str, ...], limits: ReadingLimits) -> None:
    """The child: read, answer, until the other end is closed."""
    _shut_in(limits)
    functions = [_function(name) for name in names]
    link.send_bytes(_READY)
    while True:
        try:
            which, asked = pickle.loads(link.recv_bytes())  # noqa: S301 - our own parent's
        except (EOFError, OSError):
            os._exit(0)
        answers, sound = _answers(functions[which], asked, limits)
        try:
            link.send_bytes(pickle.dumps(answers, pickle.HIGHEST_PROTOCOL))
        except OSError:
            os._exit(0)
        if not sound:
            os._exit(0)


def _answers(
    function: Callable[..., object], asked: Sequence[tuple[object, ...]], limits: ReadingLimits
) -> tuple[list[bytes], bool]:
    """The pickled answers, each within the limits of one message, up to one after which this process is not sound."""
    answers: list[bytes] = []
    for arguments in asked:
        _allow(limits)
        answer, sound = _call(function, arguments)
        signal.alarm(0)
        answers.append(answer)
        if not sound:
            return answers, False
    return answers, True


def _call(function: Callable[..., object], arguments: tuple[object, ...]) -> tuple[bytes, bool]:
    """The pickled answer, and whether this process is still sound."""
    try:
        return _packed(function(*arguments)), True
    except MemoryError:
        return _packed(Failure.MEMORY), False
    # The total boundary: whatever hostile mail makes the reader raise, its text must not leave this process.
    except BaseException:  # noqa: BLE001 - see above
        return _packed(Failure.RAISED), False


def _function(name: str) -> Callable[..., object]:
    module, _, function = name.partition(":")
    found: Callable[..., object] = getattr(importlib.import_module(module), function)
    return found


def _shut_in(limits: ReadingLimits) -> None:
    """No core file, no file written, no more memory than allowed, and nobody to talk to."""
    sys.dont_write_bytecode = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _limit(resource.RLIMIT_AS, limits.memory)


def _allow(limits: ReadingLimits) -> None:
    """One message's worth of time. The alarm ends a child whose parent is gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + limits.processor_seconds
    _limit(resource.RLIMIT_CPU, seconds)
    signal.alarm(int(limits.seconds) + 5)


def _limit(which: int, amount: int) -> None:
    _, most = resource.getrlimit(which)
    resource.setrlimit(which, (amount if most == resource.RLIM_INFINITY else min(amount, most), most))
