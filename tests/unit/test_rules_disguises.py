"""Every banner and portion mark of a list, in every disguise of a table."""

import random
import re

import pytest

from domain.message import Passage, Where
from rules.markings import look

BANNERS = [
    "TOP SECRET//SI//NOFORN",
    "SECRET//NOFORN",
    "SECRET//REL TO USA, FVEY",
    "CONFIDENTIAL//NOFORN",
    "TOP SECRET//TK//RELIDO",
    "SECRET//ORCON",
    "UNCLASSIFIED//FOUO",
    "UNCLASSIFIED//LES",
    "CUI//SP-CTI",
    "CUI//PRVCY//FEDCON",
    "TOP SECRET//HCS-P//ORCON/NOFORN",
    "SECRET//FRD",
    "SECRET//FGI GBR",
    "TOP SECRET//SAR-BP",
    "SECRET//DISPLAY ONLY IRQ",
    "CONTROLLED//FED ONLY",
    "UNCLASSIFIED//SBU NOFORN",
    "SECRET//TFNI",
]
PORTIONS = [
    "(S//NF)",
    "(TS//SI)",
    "(C//REL TO USA, CAN)",
    "(U//FOUO)",
    "(S//REL)",
    "(TS//SI//NF)",
    "(CUI//SP-PRVCY)",
    "(S//RD)",
    "(U//LES)",
]

CYRILLIC = dict(
    zip(
        "ACEHIKMOPSTXBNF",
        "\u0410\u0421\u0415\u041d\u0406\u041a\u041c\u041e\u0420\u0405\u0422\u0425\u0412\u039d\u0492",
        strict=True,
    )
)
BOLD = {chr(65 + step): chr(0x1D400 + step) for step in range(26)}
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(33, 127)}


def spelled(text: str, letters: dict[str, str]) -> str:
    return "".join(letters.get(sign, sign) for sign in text)


def half(text: str) -> str:
    chance = random.Random(text)
    return "".join(CYRILLIC.get(sign, sign) if chance.random() < 0.5 else sign for sign in text)


DISGUISES = {
    "as it is": str,
    "small letters": str.lower,
    "titles": str.title,
    "blanks round slashes": lambda text: text.replace("//", " // "),
    "split slashes": lambda text: text.replace("//", " / / "),
    "three slashes": lambda text: text.replace("//", "///"),
    "one slash": lambda text: text.replace("//", "/"),
    "backslashes": lambda text: text.replace("//", "\\\\"),
    "dashes": lambda text: text.replace("//", " - "),
    "bars": lambda text: text.replace("//", "|"),
    "letters apart": lambda text: " ".join(text.replace(" ", "  ")),
    "dots between": lambda text: re.sub("([A-Z])(?=[A-Z])", r"\1.", text),
    "hyphens between": lambda text: re.sub("([A-Z])(?=[A-Z])", r"\1-", text),
    "some look-alikes": half,
    "all look-alikes": lambda text: spelled(text, CYRILLIC),
    "bold mathematics": lambda text: spelled(text, BOLD),
    "full width": lambda text: spelled(text, WIDE),
    "zero width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "struck through": lambda text: "".join(f"{sign}\u0336" for sign in text),
    "decimal entities": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "named entities": lambda text: text.replace("/", "&sol;"),
    "fraction slashes": lambda text: text.replace("/", "\u2044"),
    "digits": lambda text: text.replace("E", "3").replace("O", "0"),
    "dollars": lambda text: text.replace("S", "$"),
    "broken after the slashes": lambda text: text.replace("//", "//\n", 1),
    "broken before the slashes": lambda text: text.replace("//", "\n//", 1),
    "quoted": lambda text: f"> {text}",
    "starred": lambda text: f"*** {text} ***",
    "no-break blanks": lambda text: text.replace(" ", "\u00a0").replace("//", "\u00a0//\u00a0"),
    "backwards": lambda text: f"\u202e{text[::-1]}\u202c",
    "no blanks": lambda text: text.replace(" ", ""),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_marking_in_disguise(name: str) -> None:
    dressed = DISGUISES[name]
    texts = [f"{dressed(one)}\n- Closed the audit\n- Met the vendor" for one in BANNERS]
    texts += [f"- Closed the audit\n- {dressed(one)} Drafted the annex\n- Met the vendor" for one in PORTIONS]
    assert [text for text in texts if not any(look(Passage(where=Where.PLAIN, text=text)))] == []
