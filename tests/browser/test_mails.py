"""Our mails in a real browser: on a phone and on a desk, by ear, and pasted into a report."""

from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages import LOCALES, PAGES, SHOWN, digest_page, shown_digest, shown_roll_up

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "device_scale_factor": 2}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
SHAPES = {"phone": PHONE, "desk": DESK}
GRAVE = {"serious", "critical"}


def opened(browser: Browser, markup: str, shape: dict[str, Any]) -> Page:
    page = browser.new_context(**shape, offline=True).new_page()
    page.set_content(markup)
    return page


def complaints(page: Page) -> list[dict[str, Any]]:
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        {"rule": each["id"], "impact": each["impact"], "where": [node["html"] for node in each["nodes"]][:3]}
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]


@pytest.mark.parametrize(
    ("name", "locale"),
    [
        *((name, locale) for name in ("digest", "rollup") for locale in LOCALES),
        *((name, "de") for name in PAGES if name not in {"digest", "rollup"}),
    ],
)
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing_grave(
    browser: Browser, pictures: Path | None, name: str, locale: str
) -> None:
    markup = PAGES[name](locale)
    for shape, given in SHAPES.items():
        page = opened(browser, markup, given)
        wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if pictures is not None:
            page.screenshot(path=pictures / f"{name}-{locale}-{shape}.png", full_page=True)
        assert room == given["viewport"]["width"]
        assert wide <= room, (name, shape)
        assert page.evaluate("document.documentElement.lang") == locale
        if shape == "phone":
            assert complaints(page) == []
        page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_it_can_be_read_in_the_dark(browser: Browser, name: str) -> None:
    page = opened(browser, PAGES[name]("en"), PHONE | {"color_scheme": "dark"})
    assert complaints(page) == []
    shades = page.evaluate("""() => {
        const body = getComputedStyle(document.body), root = document.documentElement;
        const paper = body.backgroundColor === "rgba(0, 0, 0, 0)" ? "Canvas" : body.backgroundColor;
        root.style.backgroundColor = paper;
        return [body.color, getComputedStyle(root).backgroundColor];
    }""")
    ink, paper = (sum(map(int, shade.strip("rgb()").split(", "))) for shade in shades)
    assert abs(ink - paper) > 500
    page.context.close()


def test_axe_would_find_something(browser: Browser) -> None:
    page = opened(browser, '<html><body><img src="x"><p style="color: #ccc; background: #fff">Hardly to be read', PHONE)
    assert {each["rule"] for each in complaints(page)} >= {"image-alt", "color-contrast", "html-has-lang"}
    page.context.close()


def test_it_pastes_into_a_report_with_its_bullets(browser: Browser) -> None:
    page = opened(browser, digest_page("en", SHOWN), DESK)
    page.evaluate("getSelection().selectAllChildren(document.body)")
    lines = [line.strip() for line in page.evaluate("getSelection().toString()").splitlines()]
    place = lines.index("Ida Sextant (Coastal Survey/Instruments)")
    assert lines[place + 1 : place + 4] == [
        "• Finished the sextant display",
        "• Wrote all details into the shared folder",
        "• Lent two theodolites to the harbour office",
    ]
    page.context.close()


def test_each_writing_keeps_its_direction(browser: Browser) -> None:
    page = opened(browser, digest_page("en"), DESK)
    directions = page.evaluate(
        "[...document.querySelectorAll('section li')].map(li => [li.innerText, getComputedStyle(li).direction])"
    )
    told = {text.removeprefix("• "): direction for text, direction in directions}
    assert told["أنهيت المراجعة (v2)"] == told["סיימתי את הדוח"] == "rtl"
    assert told["Fixed it"] == told["Wrote 3 pages of تقرير for today"] == "ltr"
    # The name turns only itself: the unit stands to the right of it, as in every other row.
    name, unit = page.evaluate(
        "[...document.querySelectorAll('h3')[0].querySelectorAll('bdi')].map(one => one.getBoundingClientRect().left)"
    )
    assert name < unit
    page.context.close()
    page = opened(browser, digest_page("he"), DESK)
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    page.context.close()


def test_headings_lead_through_it(browser: Browser) -> None:
    page = opened(browser, digest_page("en"), PHONE)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    page.context.close()


def test_pictures_for_the_docs(browser: Browser, pictures: Path | None) -> None:
    for name, markup, shape in (
        ("digest", shown_digest(), PHONE),
        ("digest-desktop", shown_digest(), DESK),
        ("rollup", shown_roll_up(), PHONE),
    ):
        page = opened(browser, markup, shape)
        picture = page.screenshot(full_page=True, path=pictures / f"{name}.png" if pictures else None)
        assert picture.startswith(b"\x89PNG")
        page.context.close()
