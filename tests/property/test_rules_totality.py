"""The rules are total and pure: any text gets an answer, twice the same, and no answer holds the text."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.message import Message, Passage, Where
from domain.policy import Policy
from domain.reply import Anchor, Bullet, Reply
from domain.verdict import Decision
from rules.addresses import reach, unwrap
from rules.chain import judge
from rules.fold import fold
from rules.markings import scan
from rules.phrase import recognise
from rules.wording import mask

PIECES = st.sampled_from(
    [
        "SECRET",
        "//",
        "NOFORN",
        "(S)",
        "- ",
        "\n",
        " ",
        "CUI",
        "> ",
        "http",
        "://",
        "\u202e",
        "&#83;",
        "\u200b",
        "S E C",
        "\\\\",
        "1.4(",
        "Declassify On:",
        "\u0130",
        "\u00df",
        "www.",
        "[.]",
        "REL TO USA, ",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))


def reply(text: str) -> Reply:
    passages = tuple(Passage(where=where, text=text, name="x") for where in Where)
    anchors = (Anchor(target=text, text=text), Anchor(target=text, text="", attribute="src"))
    return Reply(
        message=Message(passages=passages, html=text),
        text=text,
        body=text,
        bullets=(Bullet(text=text),),
        elided=(text,),
        anchors=anchors,
    )


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_judge_is_total_and_the_same_twice(text: str) -> None:
    assert judge(reply(text), Policy(), wording=(text[:20],)) == judge(reply(text), Policy(), wording=(text[:20],))


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_folding_is_total(text: str) -> None:
    assert "\r" not in fold(text)
    recognise(text)
    reach(text)
    unwrap(text)


@given(TEXTS, st.lists(TEXTS, max_size=3).map(tuple))
@settings(max_examples=100, deadline=None)
def test_masking_keeps_places_and_lines(text: str, wording: tuple[str, ...]) -> None:
    shown = mask(text, wording)
    assert len(shown) == len(text)
    assert shown.count("\n") == text.count("\n")


@given(
    st.text(alphabet=string.ascii_lowercase + " .,-\n", max_size=400),
    st.sampled_from(["SECRET//NOFORN", "(S//NF) Briefed the desk", "CUI//SP-CTI", "TOP SECRET//SI"]),
    st.text(alphabet=string.ascii_lowercase + " .,-\n", max_size=400),
)
@settings(max_examples=100, deadline=None)
def test_a_marking_is_seen_whatever_stands_around_it(before: str, marking: str, after: str) -> None:
    message = Message(passages=(Passage(where=Where.PLAIN, text=f"{before}\n{marking}\n{after}"),))
    assert scan(message)
    assert judge(Reply(message=message), Policy()).decision is Decision.WITHHELD
