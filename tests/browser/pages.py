"""The pages that are looked at: each of our mails, with what is hard to lay out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from domain.digest import Digest, DigestRow, RollUp, UnitBullet, UnitCount
from domain.employee import EmployeeId
from domain.outbox import OutboundMail
from domain.policy import Mode, Policy
from domain.standing import Standing
from domain.unit import UnitPath
from domain.verdict import Effect, Finding
from outbound.answers import Answered, notice, receipt
from outbound.compose import prompt
from outbound.digest import digest_mail
from outbound.press import Press
from outbound.rollup import groups, roll_up_mail
from tests.fakes.clock import START
from tests.fakes.mail import (
    BOSS,
    CAMPAIGN,
    CLOSES,
    HEAD,
    TEMPLATES,
    TOKEN,
    asked,
    employee,
    press,
    question,
    read,
    week,
)

LOCALES = ("en", "de", "fr", "es", "he")
INSTRUMENTS = UnitPath("Coastal Survey/Instruments")
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung" * 3


def locales() -> Press:
    """The press, with a language that is written from the right: English words, but another direction."""
    hebrew = replace(TEMPLATES.locales["en"], language="he", direction="rtl")
    return press(templates=replace(TEMPLATES, locales={**TEMPLATES.locales, "he": hebrew}))


def html_of(mail: OutboundMail) -> str:
    part = read(mail).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def row(number: int, name: str, standing: Standing, *bullets: str, **other: Any) -> DigestRow:
    values: dict[str, Any] = {
        "employee_id": EmployeeId(f"E{number}"),
        "name": name,
        "unit": INSTRUMENTS,
        "supervisor_id": BOSS.id,
        "standing": standing,
        "bullets": bullets,
    }
    return DigestRow(**{**values, **other})


def awkward() -> tuple[DigestRow, ...]:
    """Every Standing, both directions, and words that are wider than a phone."""
    every = (row(n, f"Person {n}", standing, "Done") for n, standing in enumerate(Standing, start=10))
    return (
        row(1, "أحمد الزهراني", Standing.ANSWERED, "أنهيت المراجعة (v2)", "Wrote 3 pages of تقرير for today"),
        row(2, "נועה לוי", Standing.LATE, "סיימתי את הדוח", "Fixed it", unit=UnitPath("משרד/צפון")),
        row(3, LONG, Standing.ANSWERED, LONG, "x" * 300, unit=UnitPath(f"Agency/{LONG}")),
        row(4, "A" * 80, Standing.AWAY, back_on=date(2026, 12, 1)),
        *every,
        row(50, "Nobody to name", Standing.AWAITING, mode=Mode.VOLUNTARY),
    )


def digest_page(locale: str, rows: tuple[DigestRow, ...] | None = None, *, final: bool = False) -> str:
    boss = replace(BOSS, locale=locale)
    told = Digest(round=week(), supervisor=boss, rows=awkward() if rows is None else rows, final=final)
    return html_of(digest_mail(locales(), told, campaign=CAMPAIGN, token=TOKEN, now=START))


def roll_up_page(locale: str) -> str:
    units = ("Agency", "Agency/North", f"Agency/North/{LONG}", "Agency/South", "Agency/South/משרד", "Agency/a/b/c/d/e")
    counts = [UnitCount(unit=UnitPath(unit), standing=Standing.ANSWERED, count=123_456) for unit in units]
    counts += [UnitCount(unit=each.unit, standing=Standing.AWAITING, count=7) for each in counts]
    bullets = tuple(UnitBullet(unit=each.unit, text=text) for each in counts for text in ("Fixed it", LONG, "סיימתי"))
    told = RollUp(
        round=week(),
        supervisor=replace(BOSS, locale=locale),
        counts=tuple(counts),
        modes={},
        least=5,
        bullets=bullets,
        final=True,
    )
    return html_of(roll_up_mail(locales(), told, groups(told.counts, {}, 5), campaign=CAMPAIGN, token=TOKEN, now=START))


def answered(locale: str) -> Answered:
    person = employee(locale=locale)
    policy = Policy(consequence="None follows.", readers=f"Your supervisor and {LONG}")
    return Answered(
        campaign=CAMPAIGN,
        asked=asked(person),
        employee=person,
        arrived_at=START + timedelta(hours=5),
        policy=policy,
        supervisor=BOSS,
    )


def prompt_page(locale: str) -> str:
    asking = question(employee(locale=locale), policy=Policy(consequence=LONG, readers="Your supervisor"))
    return html_of(prompt(locales(), asking, now=START))


def receipt_page(locale: str) -> str:
    bullets = ("Fixed it", LONG, "أنهيت المراجعة (v2)")
    return html_of(receipt(locales(), answered(locale), bullets=bullets, standing=Standing.ANSWERED, now=START))


def notice_page(locale: str) -> str:
    findings = (Finding(rule="links", where="bullet 2", hint="Leave the link out.", effect=Effect.REJECT),)
    return html_of(notice(locales(), answered(locale), findings, now=START))


PAGES = {
    "digest": digest_page,
    "rollup": roll_up_page,
    "prompt": prompt_page,
    "receipt": receipt_page,
    "notice": notice_page,
}

SHOWN = (
    row(
        *(1, "Ida Sextant", Standing.ANSWERED),
        *("Finished the sextant display", "Wrote all details into the shared folder"),
        "Lent two theodolites to the harbour office",
    ),
    row(
        *(2, "Wanda Lantern", Standing.ANSWERED),
        *("Rebuilt the tile server's cache", "Fixed the projection error in the web viewer", "Wrote tests for both"),
    ),
    row(3, "Otto Plumb", Standing.LATE, "Levelled the new benchmark at the pier"),
    row(4, "Rufus Spar", Standing.SENSITIVE),
    row(5, "Vera Beam", Standing.WITHHELD),
    row(6, "Thea Sail", Standing.AWAY, back_on=date(2026, 12, 7)),
    row(7, "Bruno Reef", Standing.UNDELIVERABLE),
    row(8, "Milo Gauge", Standing.NEEDS_FIX),
)


def shown_digest() -> str:
    """For docs/."""
    told = Digest(round=week(), supervisor=replace(BOSS, name="Tomas Keel"), rows=SHOWN)
    return html_of(digest_mail(survey(), told, campaign=CAMPAIGN, token=TOKEN, now=CLOSES))


def shown_roll_up() -> str:
    """For docs/."""
    numbers = {
        "Coastal Survey": (4, 0, 1, 0),
        "Coastal Survey/Instruments": (16, 2, 3, 1),
        "Coastal Survey/Instruments/Optics": (9, 0, 2, 1),
        "Coastal Survey/Charts": (31, 4, 5, 2),
        "Coastal Survey/Charts/Harbours": (12, 1, 1, 1),
        "Coastal Survey/Charts/Archive": (2, 0, 1, 0),
        "Coastal Survey/Boats": (22, 3, 8, 4),
    }
    standings = (Standing.ANSWERED, Standing.LATE, Standing.AWAITING, Standing.AWAY)
    counts = tuple(
        UnitCount(unit=UnitPath(unit), standing=standing, count=number)
        for unit, found in numbers.items()
        for standing, number in zip(standings, found, strict=True)
        if number
    )
    boss = replace(BOSS, name="Ines Beacon")
    told = RollUp(round=week(), supervisor=boss, counts=counts, modes={}, least=5)
    return html_of(roll_up_mail(survey(), told, groups(told.counts, {}, 5), campaign=CAMPAIGN, token=TOKEN, now=CLOSES))


def survey() -> Press:
    return press(letterhead=replace(HEAD, organisation="Coastal Survey", contact="weekly-help@agency.example"))
