"""Raw bytes to a MIME tree: the standard library's parser, handed a body in one piece wherever no boundary can be.

The parser asks for a mail line by line and joins the lines of a body again, so hostile mail of forty thousand empty
lines, and an everyday attachment of as many full ones, cost it more than all that follows. What it is handed is never
shorter than a line and never longer than a stretch in which it looks for nothing, so its answer is the same.
"""

import re
from collections.abc import Callable, Iterator
from email.feedparser import FeedParser
from email.message import Message as Tree
from email.policy import Policy, compat32

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
_HEADER_LINE = re.compile(r"From |[!-9;-~]*:|[\t ]")
_DASHES = re.compile(r"[\r\n]--")
_EMPTY_LINE = "\n"

_Ends = Callable[[str], object]


def parse(raw: bytes) -> Tree:
    """The tree that `email.message_from_bytes` gives. Raises RecursionError where parts are nested beyond its depth."""
    tree: Tree = _Parser(_Source(raw)).close()
    return tree


class _Parser(FeedParser):
    """The parser, reading from a source that has everything already."""

    def __init__(self, source: "_Source") -> None:
        def begin(policy: "Policy[Tree]" = compat32) -> Tree:
            """Make the message that a header block begins: here the parser needs lines."""
            source.in_header = True
            return Tree(policy)

        super().__init__(begin, policy=compat32)
        self._input = source


class _Source:
    """What the parser reads from: lines of headers, and lines that begin with `--`; else what lies between them."""

    def __init__(self, raw: bytes) -> None:
        self.in_header = True
        self._text = raw.decode("ascii", "surrogateescape")
        self._bounded = b"boundary" in raw.lower()
        self._lone_returns = raw.count(b"\r") > raw.count(b"\r\n")
        self._at = 0
        self._returned: list[str] = []
        self._ends: list[_Ends] = []
        self._told: dict[str, bool] = {}
        self._by_line = False

    def push_eof_matcher(self, ends: _Ends) -> None:
        """Give lines that `ends` matches as the end of the file. Where it asks for empty ones, each line counts."""
        self._ends.append(ends)
        self._told.clear()
        self._by_line = self._by_line or bool(ends(_EMPTY_LINE))

    def pop_eof_matcher(self) -> _Ends:
        """Take back the last of them."""
        self._told.clear()
        return self._ends.pop()

    def readline(self) -> str:
        """The next line or stretch; nothing at the end of the file and wherever one of the matchers says so."""
        line = self._returned.pop() if self._returned else self._next()
        if self._ends and (self._by_line or line.startswith("--")) and self._is_end(line):
            self.unreadline(line)
            return ""
        return line

    def unreadline(self, line: str) -> None:
        """Give a line back, to be read next."""
        if not self._returned and self._text.startswith(line, self._at - len(line)):
            self._at -= len(line)
        else:
            self._returned.append(line)

    def close(self) -> None:
        """Nothing more comes: it is all here."""

    def __iter__(self) -> Iterator[str]:
        return iter(self.readline, "")

    def _next(self) -> str:
        start, text = self._at, self._text
        if self.in_header or self._by_line or text.startswith("--", start):
            self.in_header = self.in_header and _HEADER_LINE.match(text, start) is not None
            self._at = self._line_end(start)
        else:
            dashes = _DASHES.search(text, start) if self._bounded else None
            self._at = dashes.start() + 1 if dashes else len(text)
        return text[start : self._at]

    def _line_end(self, start: int) -> int:
        if self._lone_returns:
            found = _LINE.match(self._text, start)
            return found.end() if found else start
        return self._text.find("\n", start) + 1 or len(self._text)

    def _is_end(self, line: str) -> bool:
        told = self._told.get(line)
        if told is None:
            told = self._told[line] = any(ends(line) for ends in reversed(self._ends))
        return told
