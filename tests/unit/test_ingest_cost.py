"""Hostile text costs linear time: four times as much of it may cost little more than four times as much."""

import time

import pytest

from domain.message import Message
from domain.outcome import Known
from ingest.interpret import compose

KNOWN = Known(
    prompts=(
        "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager.",
    )
)
SIZE = 10_000
PLAIN = [
    "\n", "a\n", ">\n", "> > a\n", "- a\n", "--\n", "____\n", "From: a\n", "To: x\n", "Date: 2025-01-01 10:00\nx\n", "On 3 March 2025 10:00\n", "x wrote:\n",
    "On 2025 <a@b> wrote: ", "<a@b\n", "(", "*a ", "Sent from my \n", "```\n", "1. a\n", "a) x\n", "o A\n", "✅ a\n", "完成", " ", "\t\t\n", "a. ", "this message is confidential\n",
    "CAUTION: outside x\n", "[Internal]\n", "\u202aa:\n", "On 1/1/2025 a <b@c> wrote:\n> q\nt\n", "t\n> q\n", "From: a@b\nSent: 2025\nTo: x\nSubject: y\n\nz\n",
    "Please reply to this email with approx. 5 bullets\n", "C> x\n", "| x\n", "a:\n", "ab:\n<x\n", "1.1.2025 a <b@c>:\n", "Thanks,\n", "- Abc abc abc abc abc abc abc abc abc abc abc\nabc\n",
]  # fmt: skip
HTML = [
    "<div>", "<b>", "<p>x", "<li>a", "<ul><li>", "<blockquote>", "<blockquote type=cite>a</blockquote>b", "<div class=gmail_quote><blockquote>a</blockquote>b</div>", "<a href=x>y",
    "<img src=x alt=y>", "<!--", "<!--[if mso]>x<![endif]-->", "&amp;", "<", "<table><tr><td>", "<br>", "<hr>", "<p class=MsoListParagraph>a", "<font color=red>x", "<select><option>",
    "<script>", "<pre>a\n", "<a b=c ", "<svg><g>", "<style>.a {", "</p>",
]  # fmt: skip


def cost(message: Message) -> float:
    """Processor seconds, the better of two."""
    taken = []
    for _ in range(2):
        started = time.process_time()
        compose(message, KNOWN)
        taken.append(time.process_time() - started)
    return min(taken)


@pytest.mark.parametrize("unit", PLAIN)
def test_plain_text_costs_linear_time(unit):
    small, large = (cost(Message(plain=(unit * (size // len(unit) + 1))[:size])) for size in (SIZE, 4 * SIZE))
    assert large < 8 * small + 0.1


@pytest.mark.parametrize("unit", HTML)
def test_html_costs_linear_time(unit):
    small, large = (cost(Message(html=(unit * (size // len(unit) + 1))[:size])) for size in (SIZE, 4 * SIZE))
    assert large < 8 * small + 0.15


def test_formatting_that_a_parser_would_repeat_for_each_paragraph_is_not_repeated():
    bomb = "".join(f"<b a={number}>" for number in range(3_000)) + "<p>x" * 6_000
    assert cost(Message(html=bomb)) < 2
