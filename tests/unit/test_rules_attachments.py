"""The attachments rule on labelled parts, and the same question asked of a BODYSTRUCTURE."""

import json
from pathlib import Path

from domain.message import Message, Part, Passage, Sealing, Where
from domain.policy import Policy
from domain.reply import Anchor, Region, Reply
from rules.attachments import ask, judge_structure

CASES = Path(__file__).parents[1] / "corpus" / "attachments" / "cases.jsonl"
PROMPT = (
    "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager. "
    "Please do not send any classified information, links, or attachments."
)


def reply(case: dict[str, object]) -> Reply:
    nested = case.get("nested")
    text = PROMPT if nested == "PROMPT" else str(nested)
    passages = (Passage(where=Where.NESTED, text=text),) if nested else ()
    return Reply(message=Message(parts=tuple(Part(**part) for part in case["parts"]), passages=passages))


def test_labelled_cases() -> None:
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    assert len(cases) >= 60
    wrong = [
        case["why"] for case in cases if [one.kind for one in ask(reply(case), Policy(), (PROMPT,))] != case["refused"]
    ]
    assert wrong == []


def test_before_download_nothing_is_refused_that_would_pass_after_it() -> None:
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        parts = tuple(Part(**{**part, "referenced": False}) for part in case["parts"])
        if not case["refused"]:
            assert judge_structure(parts) == (), case["why"]


def test_a_large_file_is_refused_before_download() -> None:
    large = Part(content_type="application/pdf", filename="plan.pdf", disposition="attachment", size=25_000_000)
    found = judge_structure((Part(content_type="image/png", content_id="a"), large))
    assert [one.where for one in found] == ["attachment 1"]
    forwarded = Part(content_type="message/rfc822", size=9_000_000)
    assert len(judge_structure((forwarded,))) == 1
    assert judge_structure((Part(content_type="message/rfc822", size=9_000),)) == ()


def test_what_an_encrypted_message_holds_is_not_guessed() -> None:
    part = Part(content_type="application/octet-stream", filename="x.bin")
    assert ask(Reply(message=Message(parts=(part,), sealing=Sealing.ENCRYPTED)), Policy(), ()) == ()


def card(text: str, target: str, region: Region = Region.BODY, html: str = "") -> int:
    anchor = Anchor(target=target, text=text, region=region)
    return len(ask(Reply(message=Message(html=html), anchors=(anchor,)), Policy(), ()))


def test_cards_of_files_in_the_cloud() -> None:
    share = "https://agency-my.sharepoint.com/:w:/p/x"
    assert card("plan.docx", share) == 1
    assert card("plan.docx", "https://nam02.safelinks.protection.outlook.com/?url=" + "https%3A%2F%2F1drv.ms%2Fx") == 1
    assert card("the plan", share) == 0
    assert card("the plan", share, html='<div class="gmail_chip gmail_drive_chip">') == 1
    assert card("plan.docx", share, Region.SIGNATURE) == 0
    assert card("plan.docx", "https://agency.example/plan.docx") == 0
    dropped = Message(headers=(("x-apple-mail-drop", "1"),))
    assert len(ask(Reply(message=dropped), Policy(), ())) == 1
