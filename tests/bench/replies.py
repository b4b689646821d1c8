"""Our trimmer beside those of others, on the same replies in one run: how many are exact, and how fast, as ratios.

Run `python -m tests.bench.replies LABELLED.jsonl --peers /path/to/python` where that Python has talon, mail-parser-reply
and email-reply-parser; without `--peers` only ours runs. Rows are those of the scorer: input, expected, format, field.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence

ROUNDS = 3
LABELLED = pathlib.Path("../shared/corpora/replies.jsonl")

WORKER = r"""
import json, sys, time
name, rounds, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
rows = [json.loads(line) for line in open(path, encoding="utf-8")]
if name == "talon":
    from talon import quotations
    read = lambda row: quotations.extract_from_plain(row["input"]) if row["format"] == "plain" else quotations.extract_from_html(row["input"])
elif name == "mail-parser-reply":
    from mailparser_reply import EmailReplyParser
    parser = EmailReplyParser(languages=["en", "de", "fr", "es", "it", "nl", "pl", "da", "sv", "cs", "ja", "ko", "he", "zh"])
    read = lambda row: parser.parse_reply(row["input"]) or ""
else:
    from email_reply_parser import EmailReplyParser as Parser
    read = lambda row: Parser.parse_reply(row["input"])
def safe(row):
    try:
        return read(row) or ""
    except Exception:
        return ""
answers = [safe(row) for row in rows]
best = float("inf")
for _ in range(rounds):
    started = time.process_time()
    for row in rows:
        safe(row)
    best = min(best, time.process_time() - started)
json.dump({"answers": [a if isinstance(a, str) else a.decode("utf-8", "replace") for a in answers], "seconds": best}, sys.stdout)
"""


def flat(text: str) -> str:
    """What is compared: no white space, one form of each character."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text.replace("\u00a0", " ").replace("\u200b", "")))


def ours(rows: Sequence[dict[str, str]]) -> tuple[list[str], float]:
    from ingest.html import render
    from ingest.lines import of_text
    from ingest.trim import trim

    def read(row: dict[str, str]) -> str:
        source = row["input"].replace("\r\n", "\n")
        found = trim(render(source).lines if row["format"] == "html" else of_text(source))
        return found.body if row.get("field") == "body" else found.text

    return [read(row) for row in rows], timed(lambda: [read(row) for row in rows])


def timed(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def theirs(name: str, python: str, path: pathlib.Path) -> tuple[list[str], float] | None:
    done = subprocess.run(
        [python, "-c", WORKER, name, str(ROUNDS), str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.stdout.write(
            f"{name}: does not run here ({done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no reason'})\n"
        )
        return None
    answer = json.loads(done.stdout)
    return answer["answers"], answer["seconds"]


def main() -> int:
    """Print one table for plain replies and one for HTML."""
    from ingest.html import visible_text

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=pathlib.Path, nargs="?", default=LABELLED)
    parser.add_argument("--peers", help="a Python that has the other libraries")
    arguments = parser.parse_args()
    if not arguments.labelled.exists():
        sys.stdout.write(f"There are no labelled replies at {arguments.labelled}; name a file.\n")
        return 0
    every = [json.loads(line) for line in arguments.labelled.read_text(encoding="utf-8").splitlines()]
    for kind, names in (("plain", ("talon", "mail-parser-reply", "email-reply-parser")), ("html", ("talon",))):
        rows = [row for row in every if row["format"] == kind]
        path = arguments.labelled if len(rows) == len(every) else _subset(rows)
        results = {"ours": ours(rows)}
        for name in names if arguments.peers else ():
            found = theirs(name, arguments.peers, path)
            if found:
                results[name] = found
        base = results["ours"][1]
        sys.stdout.write(f"\n{kind}: {len(rows)} replies\n{'':24}{'exact':>8}{'time, ours = 1':>18}\n")
        for name, (answers, seconds) in results.items():
            if kind == "html" and name != "ours":
                answers = [visible_text(answer) for answer in answers]  # noqa: PLW2901 - talon gives HTML back
            exact = sum(flat(answer) == flat(row["expected"]) for answer, row in zip(answers, rows, strict=True))
            sys.stdout.write(f"{name:24}{exact / len(rows):8.3f}{seconds / base:18.2f}\n")
    return 0


def _subset(rows: Sequence[dict[str, str]]) -> pathlib.Path:
    import tempfile

    path = pathlib.Path(tempfile.mkdtemp()) / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
