"""Hostile text costs what its length costs: four times as much of anything takes about four times as long, never sixteen."""

import random
import string
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from domain.outcome import Judged, Known
from ingest.interpret import interpret

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PROMPT = (
    "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager.\n"
    "Please do not send any classified information, links, or attachments.\nDeadline is this Monday at 11:59pm.\n"
)
KNOWN = Known(prompts=(PROMPT,), wording=(PROMPT, "All of my activities are sensitive"))
SIZE = 8_000
MOST = 8.0
TRIES = 5
PLAIN = (
    "(S//", "1.4(", "\\\\a", "S.", "S ", "S-", "S\n", "(S) ", "(S) A b\n", "(U) A b\n", "SECRET//", "SECRET/", "TOP ",
    "//", "/", "//USA ", "//FGI ", "UK ", "NATO ", "REL TO USA, ", "CUI ", "CUI//", "DECL ON: ", "Derived From: ",
    "Reason: 1.4(a)\n", "LDC: ", "Caveat: ", "classification: ", "OFFICIAL: ", "DISTRIBUTION ", "HANDLE VIA ", "EYES ONLY ",
    "IN-", "A-", "this message contains ", "unclassified when ", "a.b.c ", "www.", "http://a.b ", "a@b.c ", "://", "(", "[",
    "- a\n", "1. a\n", "a) b\n", "> a\n", "\n", "\t", "--\n", "-- \n", "On a wrote:\n", "From: a\n", "From: a\nSent: b\nTo: c\n",
    "Le a \u00e9crit :\n", "thanks\n", "Thanks, ", "Sent from my ", "&#83;", "%2f", "+AFM-", "=?utf-8?q?a?= ", "\u202e", "\uff33",
    "please reply to this email ", "all of my activities are sensitive ", "begin 644 a\n", "a|",
    "sip:", "skype:", "im:a ", "a://", "\\\\a\\b ", "//a/b/ ", "E:/", "[::1]", "[a:", "a dot com ", "a[.]b ", "hxxp://a", "t.co/a ",
    "xn--a.com ", "a.com/b\n", "a.com\n", "1.1.1.1:80 ", "- see a.com/b c\n", "(c) a.com\n", "v1.2.3 ", "a-.", "@a.b ",
    "A//", "//S", "//NF", "SI/TK/", "SECERT//", "SECRT ", "5ECRET ", "S E C R E T ", "S.E.C.", "TS 1\n", "25X1 ", "S|", "[S] A b\n", "(//", "(a(",
    "REL TO USA, FVEY\n", "SEC=", "STRAP1 ", "R-UE/", "VS-", "DIFFUSION ", "HANDLE VIA A", "unauthorized disclosure ", "contains classified ",
    "CONTROLLED BY: ", "CUI CATEGORY: a\n", "DISTRIBUTION STATEMENT ", "the quick brown fox. ", "accomplished last week and cc your manager ",
    "\u4e2d", "\u4e2d\u6587\u3002\n", "\u79d8\u5bc6\n", "\ube44\ubc00\n", "\u0433\u0440\u0438\u0444 ", "\u0421\u0415\u041a\n", "\u0633\u0631\n", "\u0e25\u0e31", "\ufdfa", "e\u0301", "\u0301",
    "\u200bS ", "\uff0f\uff0f", "\uff08\uff33\uff0f\uff0f", "\U0001f600", "\U0001d412", "\u0131", "\u2022 a\n", "\u201ca\u201d ", "\x0b", "\x01", "&a;", "&amp;#83;",
    "a\n\n", "a@b:\n", "2025:\n", "--a--\n", "> a:\n", "A <a@b.c>:\n", "On Mon, 3 Mar 2025\nA <a@b.c>\nwrote:\n", "Am 3.3.2025 schrieb a:\n",
    "Gesendet von a\n", "```\n", "C> a\n", "\u65e5\u672c\n", "\u0130", "CAUTION: external sender click\n", "Best regards\n", "flowed line \n",
)  # fmt: skip
HTML = (
    "<p>//", "<p>a</p>", "<div>", "<b>S</b>", "<br>", "<li>a</li>", "<ul><li>a", "<blockquote>a", "<a href=http://a.b>x</a>",
    "<img src=http://a.b/c>", "<table><tr><td>a", "<!--", "<!-- a -->", "<style>", "<a b='", "<title>a", "<p>(S) a b</p>", "<",
    "&nbsp;", "<div class=gmail_quote>", "<span style='display:none'>S",
    "<a href=http://a.b/c>a.b</a> ", "<a href=//a>(S)</a>", "<a href=mailto:a@b.c>a@b.c</a>", "<p>see a.com/b c</p>", "<img alt='(S) a'>",
    "<p>1.4(", "S&#47;&#47;NF ", "<p>\u4e2d", "<li>DECL ON: ", "<a href=https://urldefense.com/v3/__a>x</a>",
    "<li value=4>a", "<img src=cid:a>", "<p dir=rtl>a</p>", "<pre>a\n</pre>", "<div class=gmail_quote><blockquote>a</blockquote>b</div>",
    "<p class=MsoListParagraph><span style='mso-list:Ignore'>-</span>a</p>", "<div><b>From:</b> A &lt;a@b.c&gt;</div>", "<input type=checkbox>",
    "<!--[if mso]>a<![endif]-->", "<svg><path/></svg>", "<o:p>&nbsp;</o:p>",
)  # fmt: skip


def mail(text: str, kind: str) -> bytes:
    head = f"From: Jane <jane@a.example>\r\nSubject: Re: week\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
    return f"{head}Content-Transfer-Encoding: 8bit\r\n\r\n{text}".encode()


def cost(work: Callable[[], object]) -> float:
    """Seconds of processor, of which others on the machine take none."""
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.mark.parametrize(
    ("token", "kind"), [*((token, "plain") for token in PLAIN), *((token, "html") for token in HTML)]
)
def test_four_times_as_much_takes_four_times_as_long(token: str, kind: str) -> None:
    lasts_as_long_as_it_is(mail(token * (SIZE // len(token)), kind), mail(token * (4 * SIZE // len(token)), kind))


def lasts_as_long_as_it_is(once: bytes, more: bytes) -> None:
    assert isinstance(interpret(once, NOW, KNOWN), Judged)
    least: list[tuple[float, float]] = []
    for _ in range(TRIES):
        least.append((cost(lambda: interpret(once, NOW, KNOWN)), cost(lambda: interpret(more, NOW, KNOWN))))
        if min(long for _, long in least) < MOST * min(short for short, _ in least):
            return
    pytest.fail(f"{least}")


def signs(size: int, among: str) -> str:
    chance = random.Random(5)
    return "".join(chance.choice(among) for _ in range(size))


@pytest.mark.parametrize(
    "text",
    [
        lambda size: "".join(f"(S//{number}\n" for number in range(size // 8)),
        lambda size: "".join(f"- the secret of {number:x}\n" for number in range(size // 16)),
        lambda size: "".join(f"> On {number} Jan a@b{number}.c wrote:\n" for number in range(size // 30)),
        lambda size: "".join(f"see http://a{number}.example/b\n" for number in range(size // 25)),
        lambda size: signs(size, string.printable),
        lambda size: signs(size, "(/)[]-.:;SNFTU ab\n&#<>"),
    ],
    ids=["portion marks", "mentions", "attributions", "links", "printable signs", "signs of markings"],
)
def test_lines_that_are_all_different_take_their_length_too(text: Callable[[int], str]) -> None:
    lasts_as_long_as_it_is(mail(text(SIZE), "plain"), mail(text(4 * SIZE), "plain"))
