"""The markings rule on labelled text, and its promises: where, what sort, how sure, and never the text."""

import json
from pathlib import Path

import pytest

from domain.message import Message, Passage, Where
from domain.policy import Policy
from domain.reply import Reply
from domain.verdict import Effect, Finding
from rules.markings import ask, look, scan
from rules.tokens import Hit, Kind

CORPUS = Path(__file__).parents[1] / "corpus" / "markings"
PHRASE = "All of my activities are sensitive"
PROMPT = (
    "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager.\n"
    "Please do not send any classified information, links, or attachments.\nDeadline is this Monday at 11:59pm.\n"
    f'If all of your activities are classified or sensitive, please write "{PHRASE}".\n'
)
WORDING = (PROMPT, PHRASE)
CLEAN = "- Closed the audit\n- Met the vendor\n"


def hits(text: str, where: Where = Where.PLAIN, name: str = "", wording: tuple[str, ...] = WORDING) -> tuple[Hit, ...]:
    return tuple(look(Passage(where=where, text=text, name=name), wording))


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "name",
    [
        "marked.jsonl",
        "marked_again.jsonl",
        "second/marked.jsonl",
        "second/marked_again.jsonl",
        "second/marked_third.jsonl",
        "third/marked.jsonl",
        "third/marked_again.jsonl",
        "fourth/marked.jsonl",
    ],
)
def test_every_labelled_marking_is_seen(name: str) -> None:
    missed = [row["text"] for row in rows(name) if not hits(row["text"], Where(row["where"]), row["name"])]
    assert missed == []


@pytest.mark.parametrize(
    "name",
    [
        "everyday.txt",
        "everyday_again.txt",
        "second/everyday.txt",
        "second/everyday_again.txt",
        "third/everyday.txt",
        "third/everyday_again.txt",
        "fourth/everyday.txt",
    ],
)
def test_no_everyday_line_is_taken_for_one(name: str) -> None:
    lines = (CORPUS / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if hits(f"- First thing done\n{line}\n- Other thing done")] == []


QUOTES = {
    "angle": lambda text: "".join(f"> {line}\n" for line in text.splitlines()),
    "deep": lambda text: "".join(f">> > {line}\n" for line in text.splitlines()),
    "bar": lambda text: "".join(f"| {line}\n" for line in text.splitlines()),
    "unmarked": lambda text: text,
    "joined": lambda text: " ".join(text.split()),
    "narrow": lambda text: "> " + "\n> ".join(text.split()),
    "wide blanks": lambda text: text.replace(" ", "\u00a0 "),
    "curly": lambda text: text.replace('"', "\u201d"),
    "capitals": str.upper,
    "outlook": lambda text: (
        "-----Original Message-----\nFrom: Weekly <r@agency.example>\nSubject: What did you do?\n\n" + text
    ),
}


@pytest.mark.parametrize("style", QUOTES)
def test_our_prompt_below_a_clean_reply_is_no_finding(style: str) -> None:
    assert hits(CLEAN + "\n" + QUOTES[style](PROMPT)) == ()


@pytest.mark.parametrize("style", [style for style in QUOTES if style != "narrow"])
def test_not_even_a_prompt_that_spells_markings_out(style: str) -> None:
    prompt = "Never send anything marked SECRET//NOFORN or CUI//SP-CTI, and no line with (S//NF) before it."
    assert hits(prompt, wording=()) != ()
    assert hits(CLEAN + QUOTES[style](prompt), wording=(prompt,)) == ()


def test_a_prompt_with_an_authority_block_in_it() -> None:
    prompt = "Leave out lines such as\nClassified by: some name here\nReason: some text here\nand so on"
    assert hits(prompt, wording=()) != ()
    assert hits(CLEAN + prompt, wording=(prompt,)) == ()


@pytest.mark.parametrize("style", QUOTES)
def test_a_marking_in_the_quoted_thread_counts(style: str) -> None:
    assert hits(CLEAN + QUOTES[style]("SECRET//NOFORN\nthe earlier mail said so\n") + PROMPT) != ()


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("- (S) Briefed the commander on the plan", False),
        ("- (U) Closed the audit\n- (S) Briefed the commander on the plan", True),
        ("SECRET//NOFORN", True),
        ("SECRET//XYZZY", False),
        ("SECERT//NOFORN", True),
        ("SECERT//SI", False),
        ("RESTRICTED\n- Closed", False),
        ("CONTROLLED\n- Closed", True),
    ],
)
def test_sure_and_unsure(text: str, sure: bool) -> None:
    assert any(hit.sure for hit in hits(text)) is sure
    assert hits(text)


@pytest.mark.parametrize(
    "text",
    [
        "(A) Lease the floor\n(B) Buy the floor\n(C) Defer the purchase until June",
        "- (C) Acme Corporation slides",
        "- (C) Celsius readings taken",
        "- SECRET: KEY rotation done",
        "",
        "   \n\n",
    ],
)
def test_points_of_a_list_and_holders_of_a_copyright(text: str) -> None:
    assert hits(text) == ()


def test_a_finding_says_where_and_how_sure_but_never_what() -> None:
    message = Message(
        passages=(
            Passage(where=Where.SUBJECT, text="(S//NF) Zebra", name="subject"),
            Passage(where=Where.HEADER, text="SEC=PROTECTED", name="x-protective-marking"),
            Passage(where=Where.HEADER, text="Company-Confidential", name="sensitivity"),
            Passage(where=Where.PLAIN, text="- (S) Met the Zebra desk"),
            Passage(where=Where.PLAIN, text="SECRET//NOFORN Zebra"),
            Passage(where=Where.HTML, text="- all clean"),
        )
    )
    found = scan(message)
    assert [(one.where, one.sure) for one in found] == [
        ("subject", True),
        ("header x-protective-marking", True),
        ("text", True),
    ]
    for one in found:
        assert one.rule == "markings"
        assert one.effect is Effect.WITHHOLD
        shown = f"{one.where} {one.hint} {one.kind}".upper()
        assert not any(word in shown for word in ("ZEBRA", "NOFORN", "SECRET", "(S", "//", "PROTECTED"))


def test_the_sure_sighting_in_a_place_is_the_one_that_counts() -> None:
    doubtful = Passage(where=Where.PLAIN, text="- (S) Briefed the commander on plans")
    certain = Passage(where=Where.PLAIN, text="SECRET//NOFORN")
    for passages in ((doubtful, certain), (certain, doubtful), (certain, certain)):
        assert [one.sure for one in scan(Message(passages=passages))] == [True]
    assert [one.sure for one in scan(Message(passages=(doubtful, doubtful)))] == [False]


def test_a_line_said_twice_is_asked_once_and_an_empty_one_never() -> None:
    assert hits("- Done\n- Secret Santa drawn\n- Secret Santa drawn\n- //\n-\n") == ()
    assert hits("- SECRET: API migration done\n- (S) KEY rotation") == ()


def test_names_and_labels_that_only_mention() -> None:
    assert hits("CUI_FOUO refresher.docx", Where.FILENAME) == ()
    assert hits("SECRET_NOFORN training.docx", Where.FILENAME) != ()
    assert hits("protected by a virus scanner", Where.HEADER, "x-security") == ()
    assert hits("NON-SECRET", Where.HEADER, "x-classification") == ()


def test_policy_may_send_the_unsure_to_an_operator_but_not_the_sure() -> None:
    def effects(text: str) -> list[Effect]:
        reply = Reply(message=Message(passages=(Passage(where=Where.PLAIN, text=text),)))
        return [one.effect for one in ask(reply, Policy(unsure_markings=Effect.RECORD), ())]

    assert effects("- (S) Briefed the commander on the plan") == [Effect.RECORD]
    assert effects("SECRET//NOFORN") == [Effect.WITHHOLD]


def test_the_longest_of_kinds_is_named() -> None:
    kinds = {hit.kind for row in rows("marked.jsonl") for hit in hits(row["text"], Where(row["where"]), row["name"])}
    assert kinds == set(Kind) - {Kind.CROWD}


def test_what_has_more_signs_than_can_be_read_is_withheld() -> None:
    """A marking could be hidden behind thousands of lines that look like one: the reader stops, and an officer looks."""
    many = "".join(f"- the secret of plan {number:x} told\n" for number in range(4000))
    assert [hit.kind for hit in hits(many)] == [Kind.CROWD]
    assert hits(many[: len(many) // 4]) == ()
    (found,) = scan(Message(passages=(Passage(where=Where.PLAIN, text=many),)))
    assert (found.sure, found.effect) == (True, Effect.WITHHOLD)
    assert found.hint.startswith("Thousands of places")


def test_the_same_line_ten_thousand_times_is_one() -> None:
    assert hits("- the secret of the plan told\n" * 10_000) == ()


def test_a_finding_knows_its_kind() -> None:
    assert scan(Message(passages=(Passage(where=Where.PLAIN, text="Declassify On: 20451231"),)))[0] == Finding(
        rule="markings",
        where="text",
        hint="This looks like a classification or control marking. Do not send it again or forward it: "
        "call your security office and tell them about this message.",
        effect=Effect.WITHHOLD,
        kind="authority block",
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "(",
        "//",
        "S//",
        "[(",
        "A ",
        "A-",
        "&#83;",
        "\u202e",
        "SECRET ",
        "SECRET//",
        "CUI/",
        "- (S) ",
        "Declassify On: ",
        "1.4(",
        "a\n",
        "\u200b",
        "DISTRIBUTION STATEMENT ",
        "SEC=",
        ">",
        "SECRET NOFORN ",
        "REL TO USA, ",
        "(S//",
        "AUS CAN ",
        "//AUS ",
        "\\",
        "S3",
        "X" * 50 + "//",
        "SECRET SECTION 01 OF 03 ",
        "A - SECRET - ",
        "- NOFORN",
        "(LES) ",
        "DISSEMINATION ",
        "HEMLIG - ",
        "THIS DOCUMENT CONTAINS ",
    ],
)
def test_hostile_text_costs_linear_time(hostile: str) -> None:
    import time

    def cost(size: int) -> float:
        text = (hostile * size)[:size]
        best = 9.0
        for _ in range(2):
            start = time.process_time()
            hits(text)
            best = min(best, time.process_time() - start)
        return best

    small, large = cost(5_000), cost(40_000)
    assert large < 0.25 or large < small * 24
