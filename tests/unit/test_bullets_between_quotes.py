"""Answers written between the lines of a quote: each is a bullet of its own, and none is joined over what was quoted."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from app.inspect import DEFAULT_KNOWN
from domain.outcome import Judged
from ingest.interpret import interpret

NOW = datetime(2025, 3, 3, 15, 12, 13, tzinfo=UTC)
HEAD = "On Mon, Mar 3, 2025 at 9:00 AM Weekly Report <reports@agency.example> wrote:\n\n"


def bullets(text: str) -> list[str]:
    mail = EmailMessage()
    mail["From"] = "Dana Whitfield <d.whitfield@agency.example>"
    mail["To"] = "Weekly Report <reports@agency.example>"
    mail["Subject"] = "Re: What did you do last week?"
    mail["Message-ID"] = "<between-quotes@agency.example>"
    mail.set_content(text, cte="base64")
    outcome = interpret(mail.as_bytes(), NOW, DEFAULT_KNOWN, reveal=True)
    assert isinstance(outcome, Judged)
    return [bullet.text for bullet in outcome.reply.bullets]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + "> What got done?\n- Filled two potholes\n> What is in the way?\nnothing so far, the truck is back\n",
            ["Filled two potholes", "nothing so far, the truck is back"],
        ),
        (
            HEAD + "> What got done?\n- Filled two potholes\n  - one on Elm Street\n> What comes next?\nthe bridge\non Oak Street\n",
            ["Filled two potholes: one on Elm Street", "the bridge on Oak Street"],
        ),
        (
            HEAD + "> What got done?\nWe counted every sign between the station and the river and wrote it down\n"
            "> What comes next?\nthe new signs are put up along the road from the station to the market\n",
            [
                "We counted every sign between the station and the river and wrote it down",
                "the new signs are put up along the road from the station to the market",
            ],
        ),
        ("• 三月の監査を完了\n• 窓口の手順書を改訂\n>\n届出の件で打ち合わせ\n", ["三月の監査を完了", "窓口の手順書を改訂", "届出の件で打ち合わせ"]),
    ],
    ids=["behind a list", "with a line wrapped", "running text", "no spaces"],
)  # fmt: skip
def test_an_answer_below_a_quote_is_a_bullet_of_its_own(text: str, expected: list[str]) -> None:
    assert bullets(text) == expected


def test_a_wrapped_bullet_is_still_one() -> None:
    assert bullets("- Filled two potholes on Elm Street and one behind the\nstation\n- Replaced signs\n") == [
        "Filled two potholes on Elm Street and one behind the station",
        "Replaced signs",
    ]
