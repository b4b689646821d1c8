"""One mail, one line: what `inspect --json` says holds no sign that any program takes for the end of a line."""

import json
from pathlib import Path

from app.inspect import as_json, look

MAIL = (
    "From: a@agency.example\r\nTo: r@agency.example\r\nSubject: {}\r\nMessage-ID: <1@agency.example>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "- one\u2028- two\u2029- three\x85- four\x0b- five\r\n"
)


def test_lines_of_any_kind_are_lines_of_the_reply_and_end_no_answer(tmp_path: Path) -> None:
    mail = tmp_path / "one.eml"
    mail.write_bytes(MAIL.format("Re: a\u2028b").encode())
    [told] = [as_json(seen) for seen in look([mail], reveal=True)]
    assert told.splitlines() == [told]
    answer = json.loads(told)
    assert answer["bullets"] == ["one", "two", "three", "four", "five"]
    assert answer["body"].splitlines() == ["- one", "- two", "- three", "- four", "- five"]
