"""The compressed RTF of Exchange ([MS-OXRTFCP]) to text, or to the HTML that it encloses ([MS-OXRTFEX])."""

import re
import struct

from ingest.charset import decode

_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    rb"Times New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_SURROGATES = range(0xD800, 0xE000)
_MOST = 2_000_000
_COMPRESSED = b"LZFu"
_PLAIN = b"MELA"
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\",
    re.DOTALL,
)
_HIDDEN = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"header", b"footer", b"object", b"generator"}
)
_SIGNS = {b"par": "\n", b"line": "\n", b"tab": "\t", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
          b"endash": "–", b"emdash": "—"}  # fmt: skip


def expand(data: bytes) -> bytes:
    """The RTF in its compressed form; as much of it as can be read."""
    if data[8:12] == _PLAIN:
        return data[16 : 16 + _MOST]
    if data[8:12] != _COMPRESSED:
        return b""
    (size,) = struct.unpack_from("<I", data, 4)
    out = bytearray(_START)
    limit = len(_START) + min(size, _MOST)
    at = 16
    while at < len(data) and len(out) < limit:
        control = data[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                out += data[at : at + 1]
                at += 1
                continue
            if at + 2 > len(data):
                return bytes(out[len(_START) :])
            reference = data[at] << 8 | data[at + 1]
            at += 2
            offset = reference >> 4
            if offset == len(out) % _WINDOW:
                return bytes(out[len(_START) :])
            _copy(out, offset, (reference & 15) + 2)
    return bytes(out[len(_START) :])


def _copy(out: bytearray, offset: int, count: int) -> None:
    """Repeat what stands at a place of the sliding window; it may run into what it writes."""
    start = len(out) - (len(out) - offset) % _WINDOW
    for index in range(start, start + count):
        out.append(out[index] if 0 <= index < len(out) else 32)


def text_of(rtf: bytes) -> tuple[str, bool]:
    """The text of an RTF, and whether it is the HTML that the RTF encloses."""
    encloses = b"\\fromhtml1" in rtf[:400]
    codepage = re.search(rb"\\ansicpg(\d{1,5})", rtf[:400])
    label = f"cp{codepage[1].decode()}" if codepage else None
    reader = _Reader(label, encloses=encloses)
    for token in _TOKEN.finditer(rtf):
        reader.take(token)
    return reader.text(), encloses


class _Reader:
    """Walks the tokens of an RTF, one state a group."""

    def __init__(self, label: str | None, *, encloses: bool) -> None:
        self.label = label
        self.encloses = encloses
        self.out: list[str] = []
        self.bytes = bytearray()
        self.groups: list[tuple[bool, bool]] = []
        self.hidden = False
        self.shadow = False
        self.skip = 0

    def text(self) -> str:
        self._flush()
        return "".join(self.out).strip()

    def take(self, token: re.Match[bytes]) -> None:
        word, number, coded, sign, brace, run = token.groups()
        if brace == b"{":
            self.groups.append((self.hidden, self.shadow))
        elif brace:
            self.hidden, self.shadow = self.groups.pop() if self.groups else (False, False)
        elif word:
            self._word(word, int(number) if number else None)
        elif sign == b"*":
            self.hidden = True
        elif sign and sign in b"\\{}":
            self._add(sign)
        elif sign == b"~":
            self._add(b" ")
        elif coded:
            self._add(bytes.fromhex(coded.decode()))
        elif run:
            self._add(run)

    def _word(self, word: bytes, number: int | None) -> None:
        if word in _HIDDEN:
            self.hidden = True
        elif word == b"htmlrtf":
            self.shadow = number != 0
        elif word == b"htmltag" and self.encloses:
            self.hidden = False
        elif word in _SIGNS and not (self.encloses and word == b"par"):
            self._say(_SIGNS[word])
        elif word == b"u" and number is not None:
            code = number % 0x10000
            self._say("" if code in _SURROGATES else chr(code))
            self.skip = 1

    def _add(self, data: bytes) -> None:
        if self.skip:
            data = data[self.skip :]
            self.skip = 0
        if not self.hidden and not self.shadow:
            self.bytes += data

    def _say(self, text: str) -> None:
        if not self.hidden and not self.shadow:
            self._flush()
            self.out.append(text)

    def _flush(self) -> None:
        if self.bytes:
            self.out.append(decode(bytes(self.bytes), self.label))
            self.bytes.clear()
