"""What a Supervisor asks for is understood where it is plain, and asked back where it is not."""

import time
from datetime import date

import pytest

from ingest.instructions import Away, Comment, Covered, Doubt, Instruction, StandIn, Understood, understand

PEOPLE = (
    ("E1", "Jane Doe"),
    ("E2", "Bob Smith"),
    ("E3", "Jürgen Müller"),
    ("E4", "Ana María López"),
    ("E5", "Jane Roe"),
    ("E6", "April Jones"),
    ("E7", "Will Hunt"),
    ("E8", "Dr. O'Neil, Sean"),
)
TODAY = date(2026, 3, 2)
MARCH_14 = date(2026, 3, 14)


def read(body: str, locale: str = "en") -> Understood:
    return understand(body, PEOPLE, TODAY, locale, colleagues=(("B1", "Max Power"),), writer="Maria Boss")


AWAY = {
    "away Bob until 14 March": ("E2", MARCH_14),
    "Bob is away until 14 March": ("E2", MARCH_14),
    "- Bob Smith: away until 14 March": ("E2", MARCH_14),
    "BOB SMITH will be out of office until 14 March.": ("E2", MARCH_14),
    "Smith, Bob is on leave until 14 March": ("E2", MARCH_14),
    "e2 sick until 2026-03-14": ("E2", MARCH_14),
    "Jane Doe is away until Friday the 13th of March": ("E1", date(2026, 3, 13)),
    "April is away until 3 April": ("E6", date(2026, 4, 3)),
    "Will is away until 14 March": ("E7", MARCH_14),
    "Bob will be away until 14 March": ("E2", MARCH_14),
    "Bob is away until 14 March for training in Bonn": ("E2", MARCH_14),
    "O'Neil is on vacation until 14 March": ("E8", MARCH_14),
    "Jürgen ist bis 14. März im Urlaub": ("E3", MARCH_14),
    "Mueller krank bis 14. März": ("E3", MARCH_14),
    "Muller ist abwesend bis zum 14.03.2026": ("E3", MARCH_14),
    "Bob est absent jusqu'au 14 mars": ("E2", MARCH_14),
    "Bob en congé jusqu'au 14 mars": ("E2", MARCH_14),
    "Ana está de vacaciones hasta el 14 de marzo": ("E4", MARCH_14),
    "ana lopez ausente hasta el 14 de marzo": ("E4", MARCH_14),
}


@pytest.mark.parametrize("line", AWAY)
def test_somebody_is_away(line: str) -> None:
    who, back_on = AWAY[line]
    assert read(line) == Understood(instructions=(Away(who=who, back_on=back_on),))


def test_an_absence_may_begin_later() -> None:
    assert read("Bob away 3-7 March\nBob away from 5 April to 9 April").instructions == (
        Away(who="E2", first=date(2026, 3, 3), back_on=date(2026, 3, 8)),
        Away(who="E2", first=date(2026, 4, 5), back_on=date(2026, 4, 10)),
    )


def test_two_are_away() -> None:
    found = read("Bob and April are away until 14 March").instructions
    assert [one.who for one in found if isinstance(one, Away)] == ["E2", "E6"]


UNCLEAR = {
    "Jane is away until 14 March": Doubt.SEVERAL,
    "thanks Jane, well done": Doubt.SEVERAL,
    "thanks Bob and April": Doubt.SEVERAL,
    "Jane:\n- Did it": Doubt.SEVERAL,
    "Max is away until 14 March": Doubt.NOBODY,
    "Bob Jones is away until 14 March": Doubt.NOBODY,
    "bob jones away until 14 March": Doubt.NOBODY,
    "thanks Bob Jones": Doubt.NOBODY,
    "Nobody Here:\n- Did it": Doubt.NOBODY,
    "forward to Nobody": Doubt.NOBODY,
    "away until 14 March": Doubt.NOBODY,
    "Bob is away until 31 February": Doubt.DATE,
    "Bob is away until 3/4": Doubt.DATE,
    "Bob is away": Doubt.DATE,
    "Bob is away until about 14 March": Doubt.UNCLEAR,
    "acting: Bob until 3/4": Doubt.DATE,
    "Bob is not away until 14 March": Doubt.UNCLEAR,
    "Is Bob away until 14 March?": Doubt.UNCLEAR,
    "Bob told me Jürgen is away until 14 March": Doubt.UNCLEAR,
    "Bob's husband is away until 14 March": Doubt.NOBODY,
    "Bob is away until 14 March, tell April": Doubt.UNCLEAR,
    "Bob Smith:\nand no list": Doubt.NO_BULLETS,
    "forward to bob@agency.example and al@agency.example": Doubt.UNCLEAR,
    "acting: Bob or April": Doubt.SEVERAL,
    "do not forward to Bob": Doubt.UNCLEAR,
    "Please ask less often": Doubt.UNCLEAR,
    "- I did this myself": Doubt.UNCLEAR,
    "🙂🙂": Doubt.UNCLEAR,
    "x" * 5000: Doubt.UNCLEAR,
}


@pytest.mark.parametrize("body", UNCLEAR)
def test_what_is_not_plain_is_asked_back(body: str) -> None:
    found = read(body)
    assert found.instructions == ()
    assert found.unclear[0].doubt is UNCLEAR[body]
    assert len(found.unclear[0].line) <= 100


def test_bullets_for_several_people() -> None:
    found = read(
        "Hi,\n\nJane Doe:\n- Fixed it\n- Wrote that\n  and more\n\n- After a gap\n\nfor Bob:\n1. This\n2. That\n\n"
        "Für Jürgen Müller:\n* Tests\n\nThanks,\nMaria Boss\nRoom 5"
    )
    assert found == Understood(
        instructions=(
            Covered(who="E1", bullets=("Fixed it", "Wrote that and more", "After a gap")),
            Covered(who="E2", bullets=("This", "That")),
            Covered(who="E3", bullets=("Tests",)),
        )
    )


def test_a_bullet_that_speaks_of_leave_is_a_bullet() -> None:
    assert read("Bob Smith:\n- Wrote the leave policy until 14 March\n- Thanks to Jane: done").instructions == (
        Covered(who="E2", bullets=("Wrote the leave policy until 14 March", "Thanks to Jane: done")),
    )


COMMENTS = {
    "thanks Bob, great work\non the server": ("E2", "thanks Bob, great work on the server"),
    "Bob: thanks, nice": ("E2", "thanks, nice"),
    "comment Bob: please call me": ("E2", "please call me"),
    "Kommentar an Jürgen: bitte anrufen": ("E3", "bitte anrufen"),
    "commentaire pour Bob : très bien": ("E2", "très bien"),
    "comentario para Ana: muy bien": ("E4", "muy bien"),
    "thank you April!": ("E6", "thank you April!"),
    "Danke Jürgen": ("E3", "Danke Jürgen"),
    "Merci à Bob pour tout": ("E2", "Merci à Bob pour tout"),
    "Muchas gracias a Ana": ("E4", "Muchas gracias a Ana"),
}


@pytest.mark.parametrize("body", COMMENTS)
def test_a_word_to_one_person(body: str) -> None:
    who, text = COMMENTS[body]
    assert read(body) == Understood(instructions=(Comment(who=who, text=text),))


STAND_INS = {
    "forward to bob@agency.example": StandIn(address="bob@agency.example"),
    "Please forward to <Bob@Agency.example> until 14 March": None,
    "forward to bob@agency.example until 14 March": StandIn(address="bob@agency.example", until=MARCH_14),
    "acting: Bob Smith until 14 March": StandIn(who="E2", until=MARCH_14),
    "acting supervisor: Max Power": StandIn(who="B1"),
    "Bob is acting until 14 March": StandIn(who="E2", until=MARCH_14),
    "Vertretung: Bob bis 14. März": StandIn(who="E2", until=MARCH_14),
    "Intérim : Bob Smith jusqu'au 14 mars": StandIn(who="E2", until=MARCH_14),
    "suplente: Ana hasta el 14 de marzo": StandIn(who="E4", until=MARCH_14),
}


@pytest.mark.parametrize("line", STAND_INS)
def test_somebody_acts(line: str) -> None:
    wanted = STAND_INS[line]
    found: tuple[Instruction, ...] = read(line).instructions
    assert found == ((wanted,) if wanted is not None else ())


def test_politeness_is_neither_understood_nor_asked_back() -> None:
    assert read("Hello,\n\n\nThanks,\nMaria") == Understood()
    assert read("") == Understood()
    assert read("Good morning all\n\nBest regards\n\nMaria Boss\nHead of unit") == Understood()


def test_what_stands_after_a_closing_is_not_lost() -> None:
    assert read("Thanks,\nMaria\n\nBob is away until 14 March").instructions == (Away(who="E2", back_on=MARCH_14),)


@pytest.mark.parametrize(
    "unit", ["a ", "Bob ", "1.3. ", ": ", "- x\n", "Jane Doe:\n", "thanks Bob ", "until ", "<@", "\n"]
)
def test_hostile_length_costs_what_its_length_costs(unit: str) -> None:
    """Eight times as much may take eight times as long, not sixty-four."""

    def cost(size: int) -> float:
        began = time.process_time()
        read(unit * (size // len(unit)))
        return time.process_time() - began

    assert min(cost(80_000) for _ in range(3)) < 24 * min(cost(10_000) for _ in range(3)) + 0.05
