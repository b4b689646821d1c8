"""Folding: one plain spelling for text that was dressed up, so that the grammar of markings needs only one alphabet.

Entities, right-to-left overrides, compatibility forms, invisible and combining characters, look-alikes of other
scripts and slash variants are undone. Every step is linear in the text.
"""

import html
import re
from typing import Final
from unicodedata import category, normalize

# Letters that look like a Latin one: UTS 39 (confusables), cut down to what can spell a marking.
_LOOK_ALIKES: Final = (
    # Greek and Cyrillic capitals, then the small letters that are alike
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABEZHIKMNOPTYXC"),
    ("АВСЕНІЈКМОРЅТХҮԌԚԜԐ", "ABCEHIJKMOPSTXYGQWE"),
    ("аеорсухіјѕһԁԛԝӏк", "aeopcyxijshdqwlk"),
    ("αινορτυχϲκε", "aivoptuxcke"),
    # Small capitals
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "ABCDEFGHIJKLMNOPQRSTUVWYZ"),
    # Cherokee, Lisu, Armenian, Coptic and a few Latin letters of their own code points
    ("ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏒᏚᎢᏙᎳᏃ", "ABCDEGHJKLMPRRSTVWZ"),
    ("ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "ABCDEFGHIJKLMNOPRSTUVWXYZ"),
    ("ՏՍՕԼԌҒϜ", "SUOLGFF"),
    ("ⲀⲂⲤⲈⲎⲒⲔⲘⲚⲞⲢⲦⲨⲬ", "ABCEHIKMNOPTYX"),
    ("ƆƎƖƠØøłŁıɡʟ", "CEIOOolLigL"),
    ("ϺƧ", "MS"),
)
# Slashes, dashes and brackets in their variants; ends of line other than LF.
_SIGNS: Final = {
    **dict.fromkeys("⁄∕⧸╱⟋／᜵丿ノ", "/"),
    **dict.fromkeys("＼∖⧵﹨", "\\"),
    **dict.fromkeys("‐‑‒–—―−﹘﹣⁃", "-"),
    **dict.fromkeys("【〔〖［❲⟦", "["),
    **dict.fromkeys("】〕〗］❳⟧", "]"),
    **dict.fromkeys("（❨❪⟮﹙", "("),
    **dict.fromkeys("）❩❫⟯﹚", ")"),
    **dict.fromkeys("‘’‚′ʼ＇", "'"),
    **dict.fromkeys("“”„″«»＂", '"'),
    **dict.fromkeys("\x85\u2028\u2029", "\n"),
    **dict.fromkeys("⫽∥‖", "//"),
    "ғ": "F",
    **dict(
        zip(
            "ÆæŒœßẞĐđÐðÞþıĦħ",
            ["AE", "ae", "OE", "oe", "ss", "SS", "D", "d", "D", "d", "TH", "th", "i", "H", "h"],
            strict=True,
        )
    ),
    "¦": "|",
}
_BLOCKS: Final = ((0x1F130, 26), (0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))
"""Squared, negative circled, negative squared and regional-indicator letters: A to Z in order, no decomposition."""

_PLAIN: Final = {
    **{odd: plain for odds, plains in _LOOK_ALIKES for odd, plain in zip(odds, plains, strict=True)},
    **_SIGNS,
    **{chr(start + step): chr(ord("A") + step) for start, length in _BLOCKS for step in range(length)},
}
_OVERRIDE: Final = re.compile("[\u202e\u2067\u202b]([^\u202c\u2069\n]*)")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_PERCENT: Final = re.compile(r"%2f", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?")
"""What may be an entity of HTML. To have everything behind each `&` looked up is dear, and hostile text has many."""


_MANY: Final = 12


def fold(text: str) -> str:
    """`text` in plain letters and signs. Case, words and lines stay as they were."""
    entities = "&" in text and _ENTITY.search(text) is not None
    if text.isascii() and not entities and "%2" not in text and not _CONTROL.search(text):
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    if entities:  # one may be escaped once more on its way: &amp;#83;
        text = _ENTITY.sub(_unescaped, _ENTITY.sub(_unescaped, text))
    text = _PERCENT.sub("/", text) if "%2" in text else text
    text = _OVERRIDE.sub(_as_shown, text)
    text = _CONTROL.sub("", text)
    strange = {sign for sign in set(text) if sign > "\x7f"}
    if len(strange) > _MANY:
        text = text.translate(_TABLE)
    else:  # a few curly quotes: several times faster than a translation of the whole
        for sign in strange:
            text = text.replace(sign, _TABLE[ord(sign)])
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")


def _unescaped(match: re.Match[str]) -> str:
    return html.unescape(match[0])


def _as_shown(match: re.Match[str]) -> str:
    """A right-to-left override shows Latin letters backwards; other embeddings leave them alone."""
    inner = match[1]
    return inner[::-1] if match[0][0] == "\u202e" else inner


def _plain(sign: str) -> str:
    known = _PLAIN.get(sign)
    if known is not None:
        return known
    kind = category(sign)
    if kind in {"Cf", "Mn", "Me", "Cc"}:
        return ""
    if kind == "Zs":
        return " "
    spelled = normalize("NFKD", sign)
    return "".join(_PLAIN.get(one, one) for one in spelled if category(one) not in {"Mn", "Me", "Cf"})


class _Table(dict[int, str]):
    """What every sign is plainly, told when it is first met: a text may hold tens of thousands of them."""

    def __missing__(self, code: int) -> str:
        if len(self) > _MOST:
            self.clear()
        sign = chr(code)
        itself = sign.isascii() or ("\u4e00" <= sign <= "\u9fff" and sign not in _PLAIN)
        found = self[code] = sign if itself else _plain(sign)
        return found


_TABLE: Final = _Table()
_MOST: Final = 50_000


def squash(text: str) -> str:
    """`text` as lower-case words with one space between, nothing else: for comparing wordings."""
    return " ".join(words(text))


_WORD: Final = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The lower-case words of a text. An apostrophe is no border: `don't` is one word, `dont`."""
    return _WORD.findall(fold(text).casefold().replace("'", ""))
