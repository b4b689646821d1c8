"""Bytes to text by a ladder of charsets: the label, then what the bytes themselves say. It never raises.

`decode` takes the bytes of a body, `words` the value of a header field (RFC 2047 and raw 8-bit).
"""

import base64
import binascii
import codecs
import quopri
import re

from rules.foreign import may_spell

_ALIASES = {
    "us-ascii": "cp1252", "ascii": "cp1252", "ansi_x3.4-1968": "cp1252", "646": "cp1252",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "iso_8859-1": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-8-i": "cp1255", "iso-8859-8-e": "cp1255", "iso-8859-8": "cp1255",
    "iso-8859-6-i": "iso8859-6", "iso-8859-6-e": "iso8859-6", "iso-8859-11": "cp874", "tis-620": "cp874",
    "windows-874": "cp874", "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic",
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "big5": "cp950", "x-x-big5": "cp950", "big5-hkscs": "big5hkscs", "euc-cn": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "korean": "cp949", "ksc5601": "cp949",
    "unicode-1-1-utf-7": "utf-7", "utf7": "utf-7", "x-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8",
    "hz-gb-2312": "hz", "hz": "hz", "unicode": "utf-16", "ucs-2": "utf-16", "koi8": "koi8_r",
}  # fmt: skip

_MOST_NAME = 40
_ACCENTS = 2
_LEVEL_ONE = range(0xB0, 0xD8)
"""The rows of GB 2312 that hold its common characters."""
_JAPANESE_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\$\(D|\([JI])")
_HZ = re.compile(rb"~\{[!-~]{2}")
_UTF7 = re.compile(rb"\+[A-Za-z0-9/]{3,}")
_META = re.compile(
    rb"<meta\b[^<>]{1,200}?\bcharset\s?=\s?[\"']?((?!utf-?(?:7|16|32)|ucs|unicode)[A-Za-z0-9._:-]{2,40})", re.IGNORECASE
)
_META_WITHIN = 2_048
_PLAIN = re.compile(rb"[ -}]*")
"""Signs of ASCII that mean themselves in every charset that mail comes in: no escape and no tilde."""

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?([^?]*)\?=")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_LONG_RUN = re.compile(r"[^\x00-\x7f]{3,}")
_MULTIBYTE = ("cp932", "gb18030", "cp949", "cp950", "euc_jp")
_SINGLE = ("cp1251", "koi8_r", "cp1255", "cp1253", "cp1256", "cp1250")


def decode(data: bytes, label: str | None = None) -> str:
    """The text of a body. NULs and lone surrogates are gone, so that it may go anywhere text may go."""
    return _clean(_ladder(data, _codec(label)))


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _codec(label: str | None) -> str | None:
    """The codec for a label, widened to what mail programs really write under it; None where there is none."""
    name = (label or "").strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    if not name or not name.isascii() or len(name) > _MOST_NAME:
        return None
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Codecs such as base64 or zlib turn bytes into bytes: a label must not reach them.
    return info.name if info._is_text_encoding else None  # noqa: SLF001 - the flag has no public name


def _try(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _ladder(data: bytes, codec: str | None) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, "replace")
    if data.isascii():
        return _seven_bit(data, codec)
    utf8 = _try(data, "utf-8")
    if codec is None or codec in {"utf-7", "hz"}:
        return utf8 if utf8 is not None else _guess(data)
    if utf8 is not None and codec not in _WIDE:
        return utf8
    said = _try(data, codec)
    if said is not None and codec != "cp1252":
        return said
    if codec == "utf-8" and data.count(b"\xef\xbf\xbd") + _bad_utf8(data) * 20 < len(data):
        return data.decode("utf-8", "replace") if _bad_utf8(data) * 4 < _high(data) else _guess(data)
    if codec in _WIDE:
        return data.decode(codec, "replace")
    return _guess(data)


_WIDE = {
    codecs.lookup(name).name
    for name in ("cp932", "gb18030", "cp949", "cp950", "big5hkscs", "euc_jp", "utf-16", "utf-32")
}


def _high(data: bytes) -> int:
    return len(data) - len(data.translate(None, bytes(range(128, 256))))


def _bad_utf8(data: bytes) -> int:
    return data.decode("utf-8", "replace").count("\ufffd")


def _seven_bit(data: bytes, codec: str | None) -> str:
    """Text in seven bits: the escape-coded charsets show themselves, whatever the label says (RFC 1468, 1557, 1843)."""
    if b"\x1b$)C" in data:
        return data.decode("iso2022_kr", "replace")
    if _JAPANESE_ESCAPE.search(data):
        return data.decode("iso2022_jp_ext", "replace")
    if codec == "hz" or (codec in {None, "gb18030", "cp1252"} and _HZ.search(data) and b"~}" in data):
        return data.decode("hz", "replace")
    if codec == "utf-7":
        return data.decode("utf-7", "replace")
    if codec in {"utf-16", "utf-16-le", "utf-16-be", "utf-32"}:
        return data.decode(codec, "replace") if b"\x00" in data else data.decode("ascii")
    return data.decode("ascii")


def charset_inside(data: bytes) -> str | None:
    """The charset that an HTML text names in itself, for where its part names none."""
    found = _META.search(data, 0, _META_WITHIN)
    return found[1].decode("ascii") if found else None


def shifted(text: str) -> str | None:
    """The UTF-7 reading (RFC 2152) of the lines that have one though the text does not say it is UTF-7, or None.

    Each stands between its neighbours. Only for looking at, never for keeping: `+AFMARQBDAFIARQBU-` may be read as a
    word by some program.
    """
    lines = text.split("\n")
    read = {number: unshifted for number, line in enumerate(lines) if "+" in line and (unshifted := _unshifted(line))}
    found: list[str] = []
    upto = 0
    for number in read:
        if number > upto + 1 and found:
            found.append("")
        found += (read.get(at, lines[at]) for at in range(max(upto, number - 1), min(number + 2, len(lines))))
        upto = number + 2
    return "\n".join(found) or None


def _unshifted(line: str) -> str | None:
    data = line.encode("ascii", "ignore")
    if not _UTF7.search(data):
        return None
    decoded = data.decode("utf-7", "ignore")
    new = set(decoded).difference(line)
    # What `+12345` of a telephone decodes to is a sign that no marking is made of.
    if decoded == data.decode("ascii") or (new and not any(map(may_spell, new))):
        return None
    return _clean(decoded)


def _guess(data: bytes) -> str:
    """Unlabelled or mislabelled 8-bit text: the charset in which it looks most like writing, else windows-1252."""
    sample = data[:20_000]
    best, best_score = "cp1252", _western(sample)
    for codec in _MULTIBYTE:
        text = _try(sample, codec) or (_try(sample[:-1], codec) if len(data) > len(sample) else None)
        score = _wide_score(text, codec) if text else 0.0
        if score > best_score:
            best, best_score = codec, score
    for codec in _SINGLE:
        text = _try(sample, codec)
        score = _alphabet_score(text) if text else 0.0
        if score > best_score:
            best, best_score = codec, score
    return data.decode(best, "replace")


def _western(sample: bytes) -> float:
    """How far the high bytes look like accents: one or two among ASCII letters."""
    high = _high(sample)
    lone = sum(len(run) for run in _HIGH_RUN.findall(sample) if len(run) <= _ACCENTS)
    return lone / high if high else 1.0


def _wide_score(text: str, codec: str) -> float:
    wide = [char for char in text if not char.isascii()]
    if not wide:
        return 0.0
    kana = sum("\u3040" <= char <= "\u30ff" for char in wide)
    hangul = sum("\uac00" <= char <= "\ud7a3" for char in wide)
    common = sum(_common_han(char) or char in "，。、；：？！（）“”" for char in wide)
    match codec:
        case "cp932" | "euc_jp":
            half = sum("\uff61" <= char <= "\uff9f" for char in wide)
            return 0.0 if half * 3 > len(wide) else (kana * 1.5 + common * 0.5) / len(wide)
        case "cp949":
            return hangul / len(wide)
        case _:
            return common * 0.9 / len(wide)


def _common_han(char: str) -> bool:
    """Whether a character is in the first level of GB 2312 (the 3,755 common ones)."""
    if not "\u4e00" <= char <= "\u9fff":
        return False
    coded = char.encode("gb2312", "ignore")
    return bool(coded) and coded[0] in _LEVEL_ONE


def _alphabet_score(text: str) -> float:
    """Lower-case letters of one non-Latin alphabet among the high characters; upper-case soup scores low."""
    high = "".join(_LONG_RUN.findall(text))
    if not high:
        return 0.0
    good = sum(
        "\u0430" <= char <= "\u045f"
        or "\u05d0" <= char <= "\u05ea"
        or "\u03ac" <= char <= "\u03ce"
        or "\u0621" <= char <= "\u064a"
        for char in high
    )
    return good * 0.97 / len(high)


def words(value: bytes | str) -> str:
    """A header value as a person sees it: unfolded, encoded words decoded (RFC 2047), raw bytes by the ladder."""
    if isinstance(value, bytes) and _PLAIN.fullmatch(value) and b"=?" not in value:
        return value.decode("ascii").strip()
    text = value if isinstance(value, str) else _ladder(value, None)
    text = re.sub(r"\r?\n[ \t]?", " ", text) if "\n" in text else text
    if "=?" not in text:
        return _clean(text).strip()
    out: list[str] = []
    pending = b""
    charset = ""
    position = 0
    for match in _WORD.finditer(text):
        between = text[position : match.start()]
        label = match[1].partition("*")[0].lower()  # RFC 2231 section 5: a language may follow
        adjacent = bool(pending) and not between.strip()
        if pending and (not adjacent or label != charset):
            out.append(_ladder(pending, _codec(charset)))
            pending = b""
        if not adjacent:
            out.append(between)
        pending += _word_bytes(match[2], match[3])
        charset = label
        position = match.end()
    if pending:
        out.append(_ladder(pending, _codec(charset)))
    out.append(text[position:])
    return _clean("".join(out)).strip()


def _word_bytes(coding: str, text: str) -> bytes:
    data = text.encode("utf-8", "ignore")
    if coding in "qQ":
        return quopri.decodestring(data.replace(b"_", b" "), header=False)
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except (binascii.Error, ValueError):
        return base64.b64decode(data[: len(data) // 4 * 4])
