"""An IMAP server that says what a test wants, for all that a real one never says.

Commands are answered by a table: the first whose key the command (without its tag) starts with. `TAG` in an answer
becomes the command's tag; an answer that ends with HANG_UP closes the connection after it, without a word.
"""

import contextlib
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

HANG_UP = b"<hang up>"

POLITE: Mapping[bytes, bytes] = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE\r\nTAG OK done\r\n",
    b"LOGIN": b"TAG OK [CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE] done\r\n",
    b"LIST": b'* LIST (\\HasNoChildren) "/" Processed\r\n* LIST () "/" Rejected\r\n* LIST () "/" Withheld\r\n'
    b'* LIST () "/" Strangers\r\n* LIST () "/" Shunted\r\n* LIST () "/" Held\r\nTAG OK done\r\n',
    b"SELECT": b"* 2 EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [PERMANENTFLAGS (\\Seen \\Flagged)] x\r\n"
    b"* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 3] x\r\nTAG OK [READ-WRITE] done\r\n",
    b"UID SEARCH": b"* SEARCH 1 2\r\nTAG OK done\r\n",
    b"IDLE": b"+ idling\r\n",
    b"DONE": b"",
    b"": b"TAG OK done\r\n",
}


@dataclass
class ScriptedImap:
    """Listens while it is entered."""

    script: Mapping[bytes, bytes] = field(default_factory=dict)
    greeting: bytes = b"* OK ready\r\n"
    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._server.accept()
            except OSError:
                return
            with link, link.makefile("rb") as lines:
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with contextlib.suppress(OSError):
                    self._talk(link, lines)

    def _talk(self, link: socket.socket, lines: object) -> None:
        link.sendall(self.greeting)
        tag = b""
        for line in lines:
            command = line.strip()
            if command != b"DONE":
                tag, _, command = command.partition(b" ")
            self.heard.append(command)
            answer = self._answer(command).replace(b"TAG", tag)
            if command == b"DONE":
                answer += tag + b" OK done\r\n"
            link.sendall(answer.removesuffix(HANG_UP))
            if answer.endswith(HANG_UP) or command == b"LOGOUT":
                return

    def _answer(self, command: bytes) -> bytes:
        for table in (self.script, POLITE):
            for key, answer in table.items():
                if command.upper().startswith(key) and (key or table is POLITE):
                    return answer
        raise AssertionError(command)
