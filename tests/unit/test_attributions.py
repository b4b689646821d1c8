"""Attributions and header blocks of forty languages, as three clients write them, wrapped anywhere and quoted or not."""

import json
import unicodedata
from datetime import UTC, datetime
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Any

import pytest

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Judged
from ingest.interpret import interpret

FILE = Path(__file__).parents[1] / "corpus" / "attributions" / "languages.jsonl"
ROWS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
NOW = datetime(2025, 3, 3, 15, 12, 13, tzinfo=UTC)
ASKER = "reports+k3v9q7@agency.example"
CLIENTS = ("gmail", "apple", "thunderbird")


def wrapped(text: str, width: int) -> list[str]:
    """The lines of `text`, broken at blanks; wide letters take two columns."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}".strip()
        if lines[-1] and sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in joined) > width:
            lines.append(word)
        else:
            lines[-1] = joined
    return lines


def attribution(row: dict[str, Any], client: str) -> str:
    said: str = row[client]
    return said.format(a=row["asker"], m=ASKER)


def quoted(lines: list[str]) -> list[str]:
    return [f"> {line}".rstrip() for line in lines]


def done(row: dict[str, Any]) -> list[str]:
    return [f"- {line}" for line in row["done"]]


def read(lines: list[str], row: dict[str, Any], subtype: str = "plain") -> None:
    """Read a mail of these lines: the three things done must be left, and nothing else."""
    mail = EmailMessage()
    mail["From"] = "Dana Whitfield <d.whitfield@agency.example>"
    mail["To"] = f"Weekly Report <{ASKER}>"
    mail["Subject"] = f"Re: {row['subject']}"
    mail["Message-ID"] = "<attributions@agency.example>"
    mail.set_content("\n".join(lines), subtype=subtype, cte="base64")
    outcome = interpret(mail.as_bytes(), NOW, DEFAULT_KNOWN, reveal=True)
    assert isinstance(outcome, Judged)
    assert [bullet.text for bullet in outcome.reply.bullets] == row["done"]
    kept = [line.removeprefix("- ") for line in outcome.reply.body.split("\n") if line]
    assert kept == row["done"]
    assert outcome.reply.text == outcome.reply.body


LANGUAGES = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["language"])


@LANGUAGES
@pytest.mark.parametrize("client", CLIENTS)
def test_above_a_quote_without_marks(row: dict[str, Any], client: str) -> None:
    read([*done(row), "", attribution(row, client), "", *row["prompt"]], row)


@LANGUAGES
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("width", [36, 44, 52, 60, 68])
def test_wrapped(row: dict[str, Any], client: str, width: int) -> None:
    read([*done(row), "", *wrapped(attribution(row, client), width), "", *quoted(row["prompt"])], row)


@LANGUAGES
def test_above_a_quote_in_a_quote(row: dict[str, Any]) -> None:
    said = attribution(row, "gmail")
    inner = ["ok", "", *wrapped(said, 70), "", f"> {row['prompt'][0]}"]
    read([*done(row), "", *wrapped(said, 76), "", *quoted(inner)], row)


@LANGUAGES
@pytest.mark.parametrize("client", CLIENTS)
def test_answered_below(row: dict[str, Any], client: str) -> None:
    read([*wrapped(attribution(row, client), 76), *quoted(row["prompt"]), "", *done(row)], row)


def block(row: dict[str, Any]) -> list[tuple[str, str]]:
    values = (f"{row['asker']} <{ASKER}>", row["date"], "d.whitfield@agency.example", row["subject"])
    return list(zip(row["fields"], values, strict=True))


@LANGUAGES
@pytest.mark.parametrize("style", ["{}: {}", "*{}:* {}", "  {} : {}", "> {}: {}", "{}:\t{}", "{}： {}"])
def test_header_blocks(row: dict[str, Any], style: str) -> None:
    head = [style.format(name, value) for name, value in block(row)]
    below = quoted(row["prompt"]) if style.startswith(">") else row["prompt"]
    read([*done(row), "", *head, "", *below], row)


@LANGUAGES
def test_header_blocks_in_bold(row: dict[str, Any]) -> None:
    own = [f"<p>{escape(line)}</p>" for line in done(row)]
    head = "<br>".join(f"<b>{escape(name)}:</b> {escape(value)}" for name, value in block(row))
    read([*own, f"<p>{head}</p>", *(f"<p>{escape(line)}</p>" for line in row["prompt"])], row, "html")
