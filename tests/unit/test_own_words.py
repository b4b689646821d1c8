"""Own words that look like a header, a quote, a signature or a banner: all of them are left, with a quote below and without."""

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Judged
from ingest.interpret import interpret

FILE = Path(__file__).parents[1] / "corpus" / "own_words" / "texts.jsonl"
TEXTS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
NOW = datetime(2025, 3, 3, 15, 12, 13, tzinfo=UTC)
QUOTE = """

On Mon, Mar 3, 2025 at 9:00 AM Weekly Report <reports+k3v9q7@agency.example> wrote:

> Please reply to this email with approx. 5 bullets of what you accomplished
> last week and cc your manager.
"""
BEYOND = {"What I did:": "a list marked by > below a line of its own, above a quote marked the same way"}


def left(text: str) -> list[str]:
    mail = EmailMessage()
    mail["From"] = "Dana Whitfield <d.whitfield@agency.example>"
    mail["To"] = "Weekly Report <reports+k3v9q7@agency.example>"
    mail["Subject"] = "Re: What did you do last week?"
    mail["Message-ID"] = "<own-words@agency.example>"
    mail.set_content(text, cte="base64")
    outcome = interpret(mail.as_bytes(), NOW, DEFAULT_KNOWN, reveal=True)
    assert isinstance(outcome, Judged)
    return lines(outcome.reply.body)


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            text,
            marks=[pytest.mark.xfail(reason=reason) for start, reason in BEYOND.items() if text.startswith(start)],
        )
        for text in TEXTS
    ],
)
@pytest.mark.parametrize("below", [QUOTE, ""], ids=["quote", "alone"])
def test_own_words_are_left(text: str, below: str) -> None:
    assert left(text + below) == lines(text)
