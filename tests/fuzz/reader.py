"""Mutates mail of the corpus and reads it; what is not read as promised is kept in tests/corpus/crashers/.

Run `python -m tests.fuzz.reader --seconds 1800` from the root of the repository.
"""

import argparse
import hashlib
import pathlib
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from domain.outcome import Known, Shunted
from ingest.html import render
from ingest.interpret import compose, interpret
from ingest.lines import of_text
from ingest.message import read, read_header
from ingest.trim import trim

CORPUS = pathlib.Path(__file__).parents[1] / "corpus"
CRASHERS = CORPUS / "crashers"
NOW = datetime(2025, 3, 3, 15, 0, tzinfo=UTC)
KNOWN = Known(
    prompts=(
        "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager.",
    )
)
SLOW_SECONDS = 4.0

Mutation = Callable[[random.Random, bytes, bytes], bytes]


def _flip(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def _cut(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    first = chance.randrange(len(data))
    return data[:first] + data[first + chance.randint(1, 400) :]


def _double(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    first = chance.randrange(len(data))
    piece = data[first : first + chance.randint(1, 200)]
    return data[:first] + piece * chance.randint(2, 60) + data[first:]


def _splice(chance: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def _swap_lines(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    lines = data.split(b"\n")
    for _ in range(chance.randint(1, 6)):
        one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


SPICE = (
    b"\x00", b"\xff\xfe", b"\x1b$B", b"~{", b"+AFMARQ-", b"=?utf-8?B?", b"=?x?q?", b"\r\r\n", b"--", b"-- \n", b"> ", b"<blockquote type=cite>",
    b"<ul><li>", b"<div hidden>", b"&#0;", b"&#xd800;", b"Content-Type: message/rfc822\n\n", b'Content-Type: multipart/mixed; boundary="', b"charset=utf-7",
    b'charset="\x00"', b"Content-Transfer-Encoding: base64\n", b"On 1/1/2025 <a@b> wrote:\n", b"From: ", b"-----BEGIN PGP SIGNED MESSAGE-----\n",
    b"begin 644 x\n", b"\xe2\x80\xae", b"\xed\xa0\x80", b"name*0*=utf-8''%", b"```\n", b"*" * 80, b"\n" * 300, b"<" * 300, b"(" * 300, b'"' * 99,
)  # fmt: skip


def _spice(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        data = data[:at] + chance.choice(SPICE) + data[at:]
    return data


MUTATIONS: tuple[Mutation, ...] = (_flip, _cut, _double, _splice, _swap_lines, _spice)


def faults(raw: bytes) -> str | None:
    """What promise reading `raw` breaks, or None. Nothing of the mail is told."""
    started = time.process_time()
    outcome = interpret(raw, NOW, KNOWN, reveal=True)
    took = time.process_time() - started
    if took > SLOW_SECONDS:
        return f"slow: {took:.1f} s"
    if isinstance(outcome, Shunted) and outcome.reason.startswith("could not be read"):
        return outcome.reason
    read_header(raw)
    message = read(raw)
    if isinstance(message, Shunted):
        return None
    reply = compose(message, KNOWN)
    words = "".join(reply.body.split()).replace("\u200b", "")
    for bullet in reply.bullets:
        if any(word.strip(":;,.") not in words for word in bullet.text.replace("\u200b", "").split()):
            return "a bullet holds words that the body does not"
    for lines in (of_text(message.plain or ""), render(message.html or "").lines):
        trimmed = trim(lines, KNOWN.prompts)
        if trimmed.lines != tuple(lines) or len(trimmed.regions) != len(lines):
            return "kept and elided are not the input"
    return None


def main() -> int:
    """Mutate until the time is up. The exit status is 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    seeds = [file.read_bytes() for file in sorted(CORPUS.rglob("*.eml"))]
    deadline = time.monotonic() + arguments.seconds
    tried = found = 0
    while time.monotonic() < deadline:
        raw = chance.choice(seeds)
        for _ in range(chance.randint(1, 5)):
            raw = chance.choice(MUTATIONS)(chance, raw, chance.choice(seeds))[:200_000] or b"x"
        tried += 1
        reason = faults(raw)
        if reason is not None:
            found += 1
            name = hashlib.sha256(raw).hexdigest()[:12]
            CRASHERS.mkdir(exist_ok=True)
            (CRASHERS / f"{name}.eml").write_bytes(raw)
            sys.stdout.write(f"{name}: {reason}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{tried} mails tried, {found} faults\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
