"""Folding, masking and the cheap look: the small tools under the rules."""

import pytest

from rules.fold import fold, squash, words
from rules.glance import readings
from rules.wording import mask, share


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain text\r\nnext\rlast\x0bv\x0cf", "plain text\nnext\nlast\nv\nf"),
        ("\uff33\uff25\uff23", "SEC"),
        ("&#83;E&amp;#67;", "SEC"),
        ("S\u200bE\u00adC\u2060\ufeff", "SEC"),
        ("S\u0336E\u0332C", "SEC"),
        ("\u0405\u0415\u0421", "SEC"),
        ("\U0001f182\U0001f174\U0001f172", "SEC"),
        ("\u202eCES\u202c ok", "SEC ok"),
        ("\u202bSEC\u202c", "SEC"),
        ("a\u2215b\u2044c\uff0fd%2Fe", "a/b/c/d/e"),
        ("a\u00a0b\u3000c", "a b c"),
        ("\u201cdon\u2019t\u201d", '"don\'t"'),
        ("a\u2028b\u0085c", "a\nb\nc"),
        ("a\x00b\x07c", "abc"),
        ("Tr\u00e8s \u00d6l", "Tres Ol"),
        ("\u26f5 \u4e2d", "\u26f5 \u4e2d"),
    ],
)
def test_folded(text: str, plain: str) -> None:
    assert fold(text) == plain


def test_words_for_comparing() -> None:
    assert words("Don\u2019t  STOP, 2x!") == ["dont", "stop", "2x"]
    assert squash(" A \n b ") == "a b"


WORDING = ("Please send no classified information today", "Yes please")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Please send no classified information today", "xxxxxx xxxx xx xxxxxxxxxx xxxxxxxxxxx xxxxx"),
        ("> please SEND no\n> classified thing", "> xxxxxx xxxx xx\n> xxxxxxxxxx thing"),
        ("send no classified", "send no classified"),
        ("yes, please.", "xxx, xxxxxx."),
        ("yes", "yes"),
        ("", ""),
    ],
)
def test_masked(text: str, kept: str) -> None:
    assert mask(text, WORDING) == kept
    assert len(mask(text, WORDING)) == len(text)


def test_no_wording_masks_nothing() -> None:
    assert mask("anything at all here", ()) == "anything at all here"
    assert mask("anything at all here", ("", "!")) == "anything at all here"


def test_share() -> None:
    assert share("please send no classified information today", WORDING) == 1
    assert share("something else", WORDING) == 0
    assert share("", WORDING) == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("S E C R E T", "SECRET"),
        ("T O P   S E C R E T", "TOP SECRET"),
        ("S.E.C.R.E.T now", "SECRET now"),
        ("S\nE\nC\nR\nE\nT\nend", "SECRET\nend"),
        ("N0F0RN", "NOFORN"),
        ("S//N F", "S//NF"),
    ],
)
def test_undressed_readings(text: str, shown: str) -> None:
    assert shown in {reading.text for reading in readings(text)}


def test_an_everyday_text_is_not_even_looked_at() -> None:
    assert list(readings("- Closed the audit, see A-4 and B-7\n- Met https://agency.example/x\n")) == []


def test_letters_that_grow_in_capitals_keep_their_places() -> None:
    found = list(readings("\n\u00df\n\u00df\n\u00df secret\n"))
    assert found[0].lines == (3,)
