"""The links rule on labelled lines and anchors, and where it puts what it finds."""

import json
from pathlib import Path

import pytest

from domain.message import Message
from domain.policy import Policy
from domain.reply import Anchor, Bullet, Region, Reply
from domain.verdict import Effect
from rules.addresses import Reach, host_of, reach, unwrap
from rules.links import ask

CASES = Path(__file__).parents[1] / "corpus" / "links" / "cases.jsonl"


def refused(text: str, anchors: tuple[Anchor, ...] = ()) -> bool:
    reply = Reply(message=Message(), text=f"- {text}", body=f"- {text}", bullets=(Bullet(text=text),), anchors=anchors)
    return any(one.effect is Effect.REJECT for one in ask(reply, Policy(), ()))


def anchors_of(case: dict[str, dict[str, str]]) -> tuple[Anchor, ...]:
    one = case.get("anchor")
    if one is None:
        return ()
    region = Region(one["region"])
    return (Anchor(target=one["target"], text=one["text"], attribute=one["attribute"], region=region),)


def test_labelled_cases() -> None:
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    assert len(cases) >= 150
    assert [case["text"] for case in cases if refused(case["text"], anchors_of(case)) != case["link"]] == []


def test_lines_of_the_fourth_set() -> None:
    cases = [json.loads(line) for line in (CASES.parent / "fourth.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [case["text"] for case in cases if (reach(case["text"]) or "nothing") != case["reach"]] == []


def found(reply: Reply, wording: tuple[str, ...] = ()) -> list[tuple[str, Effect]]:
    return [(one.where, one.effect) for one in ask(reply, Policy(), wording)]


def test_places() -> None:
    reply = Reply(
        message=Message(),
        text="- Done\n- See https://a.example/x\nhttps://b.example/y\nJane | https://c.example/z\nSent by https://d.example/q",
        body="- Done\n- See https://a.example/x\nhttps://b.example/y",
        signature="Jane | https://c.example/z",
        elided=("> https://e.example/w",),
        bullets=(Bullet(text="Done"), Bullet(text="See https://a.example/x")),
    )
    assert found(reply) == [
        ("bullet 2", Effect.REJECT),
        ("text", Effect.REJECT),
        ("signature", Effect.RECORD),
        ("quote", Effect.RECORD),
    ]


def test_our_own_wording_is_no_link() -> None:
    prompt = "More about this request stands on www.agency.example under weekly report and nowhere else"
    body = f"- Done\n{prompt}"
    reply = Reply(message=Message(), text=body, body=body, bullets=(Bullet(text="Done"),))
    assert found(reply) == [("text", Effect.REJECT)]
    assert found(reply, (prompt,)) == []


@pytest.mark.parametrize(
    ("tail", "where", "effect"),
    [
        ("Senior Analyst | linkedin.com/in/jane", "signature", Effect.RECORD),
        ("Thanks,\nJane Doe\nwww.agency.example", "signature", Effect.RECORD),
        ("Website: https://agency.example", "signature", Effect.RECORD),
        ("555-123-4567 https://agency.example", "signature", Effect.RECORD),
        ("Details at https://agency.example/x", "text", Effect.REJECT),
        ("Thanks,\nsee https://agency.example/x", "text", Effect.REJECT),
        ("booking.com", "text", Effect.RECORD),
    ],
)
def test_a_card_below_the_bullets_is_a_signature(tail: str, where: str, effect: Effect) -> None:
    body = f"- Done\n\n{tail}"
    assert found(Reply(message=Message(), text=body, body=body, bullets=(Bullet(text="Done"),))) == [(where, effect)]


def test_a_linked_logo_beside_the_card() -> None:
    body = "- Done\n\nSenior Analyst | LinkedIn"
    logo = Anchor(target="https://agency.example", text="")
    card = Anchor(target="https://linkedin.example/x", text="LinkedIn")
    reply = Reply(message=Message(), text=body, body=body, bullets=(Bullet(text="Done"),), anchors=(logo, card))
    assert found(reply) == [("signature", Effect.RECORD)]
    bare = Reply(message=Message(), text="- Done", body="- Done", bullets=(Bullet(text="Done"),), anchors=(logo,))
    assert found(bare) == [("text", Effect.REJECT)]


def test_an_anchor_in_a_bullet_is_named() -> None:
    reply = Reply(
        message=Message(),
        text="- Done\n- Wrote the plan",
        body="- Done\n- Wrote the plan",
        bullets=(Bullet(text="Done"), Bullet(text="Wrote the plan")),
        anchors=(Anchor(target="https://agency.example/p", text="the plan"),),
    )
    assert found(reply) == [("bullet 2", Effect.REJECT)]


@pytest.mark.parametrize(
    ("wrapped", "inner"),
    [
        (
            "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fx&data=1",
            "https://a.example/x",
        ),
        ("https://urldefense.com/v3/__https://a.example/x__;!!abc", "https://a.example/x"),
        ("https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_x&d=1", "https://a.example/x"),
        ("https://urldefense.proofpoint.com/v1/url?u=https%3A%2F%2Fa.example/x", "https://a.example/x"),
        ("https://www.google.com/url?q=https%3A%2F%2Fa.example/x", "https://a.example/x"),
        ("https://www.google.com/search?q=bullets", "https://www.google.com/search?q=bullets"),
        ("https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fa.example", "https://a.example"),
        ("https://urldefense.com/v3/broken", "https://urldefense.com/v3/broken"),
        ("https://[broken", "https://[broken"),
        ("mailto:jane@agency.example", "mailto:jane@agency.example"),
    ],
)
def test_unwrapped(wrapped: str, inner: str) -> None:
    assert unwrap(wrapped) == inner


def test_unwrapping_ends() -> None:
    inner = "https://a.example"
    for _ in range(5):
        from urllib.parse import quote

        inner = "https://x.safelinks.protection.outlook.com/?url=" + quote(inner, safe="")
    assert "safelinks" in unwrap(inner)
    assert host_of("http://[") == ""


def test_a_bare_name_is_noted() -> None:
    assert reach("Booked with booking.com") is Reach.NAME
    assert reach("bit.ly was down") is Reach.NAME
    assert reach("Nothing here") is None
    assert reach("A dot on a map") is None


def test_a_picture_without_words_below_a_quote() -> None:
    picture = Anchor(target="https://shop.example/p.png", text="", attribute="src")
    quoted = Reply(
        message=Message(), body="- Done", bullets=(Bullet(text="Done"),), elided=("> x",), anchors=(picture,)
    )
    assert found(quoted) == [("quote", Effect.RECORD)]
    assert found(Reply(message=Message(), body="Done", anchors=(picture,))) == [("text", Effect.REJECT)]


def test_of_many_places_the_first_are_named_and_the_rest_are_one() -> None:
    bullets = tuple(Bullet(text=f"Posted part {number} on part{number}.example.org/x") for number in range(1, 81))
    reply = Reply(message=Message(), bullets=bullets, body="\n".join(bullet.text for bullet in bullets))
    found = ask(reply, Policy(), ())
    assert [finding.where for finding in found] == [*(f"bullet {number}" for number in range(1, 51)), "text"]
    assert {finding.effect for finding in found} == {Effect.REJECT}


def test_the_only_link_behind_many_bullets_is_found() -> None:
    bullets = (
        *(Bullet(text=f"Closed ticket {number}") for number in range(80)),
        Bullet(text="See https://a.example/x"),
    )
    reply = Reply(message=Message(), bullets=bullets, body="\n".join(bullet.text for bullet in bullets))
    assert [finding.effect for finding in ask(reply, Policy(), ())] == [Effect.REJECT]
