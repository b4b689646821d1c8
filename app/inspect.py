"""What would be done with a mail: the answers of `bulletin inspect`, as JSON lines or for reading. Nothing is touched."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from domain.outcome import Automatic, Bounced, Judged, Known, Outcome, Shunted
from domain.verdict import Decision
from ingest.interpret import interpret
from ingest.message import read_header

DEFAULT_PROMPTS = (
    (
        "What did you do last week?\n\n"
        "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager.\n\n"
        "Please do not send any classified information, links, or attachments.\n\n"
        "Deadline is this Monday at 11:59pm."
    ),
    "If all of your activities are classified or sensitive, please write “All of my activities are sensitive”.",
)
"""The request that everybody knows; it stands in for a Campaign's wording where no configuration is given."""

DEFAULT_KNOWN = Known(prompts=DEFAULT_PROMPTS)

_MBOX_LINE = re.compile(rb"(?:\A|\r?\n\r?\n)(?=From \S{1,300} [^\r\n]{10,200}\r?\n[!-9;-~]{1,80}:)")
_LINE_ENDS = {ord(sign): json.dumps(sign)[1:-1] for sign in "\x85\u2028\u2029"}
"""What JSON may hold as it stands and many programs take for the end of a line."""
_MBOX_ESCAPE = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message: where it stands, its subject and what it turned out to be."""

    file: str
    subject: str | None
    outcome: Outcome


def look(paths: Iterable[Path], known: Known = DEFAULT_KNOWN, *, reveal: bool = False) -> Iterator[Seen]:
    """Each message under `paths`, in order. Raises OSError where a path cannot be read."""
    for name, raw, received in _messages(paths):
        outcome = interpret(raw, received, known, reveal=reveal)
        yield Seen(file=name, subject=_subject(outcome, raw, reveal=reveal), outcome=outcome)


def _subject(outcome: Outcome, raw: bytes, *, reveal: bool) -> str | None:
    match outcome:
        case Judged(reply=reply):
            return reply.message.subject
        case Shunted():
            return None
        case _:
            del reveal
            return read_header(raw).subject


def _messages(paths: Iterable[Path]) -> Iterator[tuple[str, bytes, datetime]]:
    for path in paths:
        for file in _files(path):
            raw = file.read_bytes()
            received = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            for name, one in _split(str(file), raw):
                yield name, one, received


def _files(path: Path) -> Iterator[Path]:
    """A file itself; a Maildir's messages; a folder's files by name."""
    if not path.is_dir():
        yield path
        return
    if (path / "cur").is_dir() and (path / "new").is_dir():
        for folder in (path / "cur", path / "new"):
            yield from sorted(file for file in folder.iterdir() if file.is_file())
        return
    for inside in sorted(path.iterdir()):
        if not inside.name.startswith("."):
            yield from _files(inside)


def _split(name: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    """An mbox's messages (RFC 4155), each with its number; any other file is one message.

    A single mail may begin with such a line too, and return another below it: a name ending in .eml says it is one.
    """
    if not raw.startswith(b"From ") or name.endswith(".eml"):
        yield name, raw
        return
    starts = [match.end() for match in _MBOX_LINE.finditer(raw)]
    ends = [*starts[1:], len(raw)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        one = _MBOX_ESCAPE.sub(rb"\1", raw[start:end].partition(b"\n")[2])
        yield (name if len(starts) == 1 else f"{name}#{number}"), one


def as_json(seen: Seen) -> str:
    """One line of JSON: the fields that outside checks rely on, in their order."""
    return json.dumps(fields(seen), ensure_ascii=False).translate(_LINE_ENDS)


def fields(seen: Seen) -> dict[str, object]:
    """The fields of a message, by name."""
    outcome = seen.outcome
    answer: dict[str, object] = {
        "file": seen.file,
        "origin": None if isinstance(outcome, Shunted) else outcome.origin.value,
        "message_id": outcome.envelope.message_id if outcome.envelope else None,
        "subject": seen.subject,
        "text": None,
        "body": None,
        "elided": None,
        "bullets": None,
        "phrase": None,
        "verdict": None,
        "findings": [],
        "bounce": None,
        "shunted": None,
    }
    match outcome:
        case Judged():
            answer |= _judged(outcome)
        case Bounced(bounce=bounce):
            answer["bounce"] = {
                "recipients": [
                    {"address": one.address, "action": one.action, "status": one.status, "reason": one.reason.value}
                    for one in bounce.recipients
                ]
            }
        case Shunted(reason=reason):
            answer["shunted"] = reason
        case Automatic():
            pass
    return answer


def _judged(outcome: Judged) -> dict[str, object]:
    reply, verdict = outcome.reply, outcome.verdict
    answer: dict[str, object] = {
        "verdict": verdict.decision.value,
        "findings": [{"rule": one.rule, "where": one.where, "hint": one.hint} for one in verdict.findings],
    }
    # interpret() hands out a Reply without any header where it keeps the text back.
    if verdict.decision is Decision.WITHHELD and not reply.message.headers and not reply.text:
        return answer
    return answer | {
        "text": reply.text,
        "body": reply.body,
        "elided": list(reply.elided),
        "bullets": [bullet.text for bullet in reply.bullets],
        "phrase": reply.phrase.value if reply.phrase else None,
    }


def readable(seen: Seen) -> str:
    """The same for a person to read."""
    outcome = seen.outcome
    rows = [seen.file]
    if outcome.envelope and outcome.envelope.sender:
        rows.append(f"  from      {outcome.envelope.sender}")
    if seen.subject:
        rows.append(f"  subject   {seen.subject}")
    match outcome:
        case Shunted(reason=reason):
            rows.append(f"  shunted   {reason}")
        case Bounced(bounce=bounce):
            rows.append("  origin    bounce")
            rows += [
                f"  failed    {one.address}: {one.reason.value} {one.status or ''}".rstrip()
                for one in bounce.recipients
            ]
        case Automatic(origin=origin, absence=absence):
            rows.append(f"  origin    {origin.value}")
            if absence and absence.back_on:
                rows.append(f"  back on   {absence.back_on.isoformat()}")
        case Judged():
            rows += _readable_reply(outcome)
    rows += [f"  because   {one.sign} ({one.points_to.value})" for one in getattr(outcome, "evidence", ())]
    return "\n".join(rows)


def _readable_reply(outcome: Judged) -> list[str]:
    reply = outcome.reply
    rows = [f"  verdict   {outcome.verdict.decision.value}"]
    rows += [f"  finding   {one.rule}, {one.where}: {one.hint}" for one in outcome.verdict.findings]
    if reply.phrase:
        rows.append(f"  phrase    {reply.phrase.value}")
    rows += [f"  bullet {number}  {bullet.text}" for number, bullet in enumerate(reply.bullets, 1)]
    if reply.unsure:
        rows.append("  unsure    the bullets were guessed from running text")
    if reply.elided:
        rows.append(f"  left out  {sum(bool(line.strip()) for line in reply.elided)} lines of quoted text")
    return rows


def main(arguments: Sequence[str]) -> int:
    """Run by `python -m app.inspect`, without the command line's own machinery."""
    flags = {argument for argument in arguments if argument.startswith("--")}
    paths = [Path(argument) for argument in arguments if not argument.startswith("--")]
    for seen in look(paths, reveal="--reveal" in flags):
        sys.stdout.write((as_json(seen) if "--json" in flags else readable(seen)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
