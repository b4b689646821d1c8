"""The phrase, as people type it, and everything that only resembles it."""

import pytest

from domain.message import Message
from domain.policy import Mode, Policy
from domain.reply import Phrase, Reply
from domain.verdict import Effect
from rules import phrase, sentences
from rules.phrase import ask, recognise

SENSITIVE = [
    "All of my activities are sensitive",
    "\u201cAll of my activities are sensitive.\u201d",
    "Hi team,\n\nall of my activites are sensetive\n\nThanks,\nJane Doe",
    "All of my activities are\nclassified or sensitive",
    "- All of my activities are sensitive",
    "ALL OF MY ACTIVITIES ARE SENSITIVE!!",
    "1. All of my activities are sensitive\n2. All of my activities are sensitive",
    "All my activities were classified last week. Thank you",
    "Hello, all of my activities are sensitive. Thanks, Jane",
    "All of my activities are sensitive\nJane Doe\nProgram Analyst",
    "Al of my activitys are sensitive",
    "all of my acitvities are senstive",
    "My activities are classified",
    "All of my activities are classified/sensitive.",
    "All activities are sensitive",
    "Good morning,\n\nAll of my activities are sensitive.\n\nV/r,\nCPT John Smith\n555-1234",
    "'All of my activities are sensitive'",
    "All of my activities\nare sensitive.\nThanks",
    "Everything I did last week was classified",
    "All of my activities this week are sensitive.",
    "> All of my activities are sensitive",
    "All\u00a0of my activities are\u200b sensitive",
    "As requested:\nAll of my activities are sensitive.",
    "**All of my activities are sensitive**",
    "Hi,\nAll of my\nactivities are sensitive\nBest,\nJo",
]
DECLINED = [
    "I decline",
    "I decline.",
    "I respectfully decline to answer.",
    "Decline",
    "Dear Sir,\nI don't wish to participate.\nV/r\nBob",
    "I prefer not to respond, thank you",
    "Opt out",
    "I declne to answer",
    "Hi,\nI decline to respond.\nThanks,\nJo",
    "No thank you, I decline.",
    "I\u2019d like to opt out",
    "I won't be participating",
]
NEITHER = [
    "Not all of my activities are sensitive",
    "None of my activities are sensitive",
    "All of my activities aren't sensitive",
    "All of my activities are not sensitive",
    "Are all of my activities sensitive?",
    "All of my activities are sensitive.\n- Closed the audit",
    "- Closed the audit\n- All of my activities are sensitive",
    "All of my activities are insensitive",
    "I declined the invite to the vendor demo",
    "All of my activities are documented in the tracker",
    "Most of my activities are sensitive",
    "My activities are attached",
    "Declined two travel vouchers",
    "Decline code review updated",
    "Thanks",
    "",
    "\n\n",
    "x" * 5_000,
    "line\n" * 40,
    "All of my activities are sensitive\nI decline",
    "If all of my activities are sensitive what do I write",
    "The sensitive are",
    "All of my activities are sensitive and I also closed the audit, met the vendor and wrote the plan for June",
]


@pytest.mark.parametrize(
    ("body", "phrase"),
    [
        *((body, Phrase.SENSITIVE) for body in SENSITIVE),
        *((body, Phrase.DECLINED) for body in DECLINED),
        *((body, None) for body in NEITHER),
    ],
)
def test_recognised(body: str, phrase: Phrase | None) -> None:
    assert recognise(body) is phrase


@pytest.mark.parametrize(
    ("phrase", "mode", "refused"),
    [
        (Phrase.DECLINED, Mode.REQUIRED, True),
        (Phrase.DECLINED, Mode.VOLUNTARY, False),
        (Phrase.SENSITIVE, Mode.REQUIRED, False),
        (None, Mode.REQUIRED, False),
    ],
)
def test_declining_is_an_answer_where_it_is_voluntary(phrase: Phrase | None, mode: Mode, refused: bool) -> None:
    found = ask(Reply(message=Message(), phrase=phrase), Policy(mode=mode), ())
    assert [one.effect for one in found] == ([Effect.REJECT] if refused else [])


@pytest.mark.parametrize("wanted", sorted(sentences.DECLINED)[::12])
def test_one_slip_is_told_without_measuring_the_whole_distance(wanted: str) -> None:
    slips = [wanted[:at] + put + wanted[at + cut :] for at in range(len(wanted)) for put in ("", "x") for cut in (0, 1)]
    slips += [wanted[:at] + wanted[at + 1] + wanted[at] + wanted[at + 2 :] for at in range(len(wanted) - 1)]
    two = [slip[:at] + "q" + slip[at + 1 :] for slip in slips[::9] for at in (2, len(slip) - 3)]
    for one in (*slips, *two):
        assert phrase._at_most_one_slip(one, wanted) == (phrase._distance(one, wanted) <= 1)
        if len(wanted) > len("declined") and phrase._at_most_one_slip(one, wanted):
            assert phrase._slipped(one)
