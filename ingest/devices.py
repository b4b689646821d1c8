"""Device lines: what a mail program on a device writes under a reply, `Sent from my iPhone`, in many languages.

A line is looked up by its first word or its ending, so that an ordinary line costs next to nothing.
"""

import re
from itertools import pairwise

from ingest.attribution import plain

_MOST_WORDS = 12
_FEW_WORDS = 6
_SURE_WORDS = 9
_LEAST_SENT = 2
_MOST_SENT = 16

_DEVICE_WORDS = re.compile(
    r"i?phone|iphon|ipad|ipod|android|samsung|galaxy|blackberry|\bhtc\b|nokia|windows|mailbox|outlook|yahoo|\baol\b|gmail|proton|"
    r"\bspark\b|airmail|sparrow|newton|mobil|cell|tablet|handheld|huawei|xiaomi|redmi|oneplus|pixel|motorola|xperia|verizon|"
    r"t-mobile|lumia|macbook|\bmail\b|apple|typeapp|acompli|canary|edison|superhuman|thunderbird|k-9|fairemail|tutanota|\btuta\b|"
    r"zoho|mailspring|polymail|postbox|em ?client|device|gerät|téléphone|telefon|teléfono|celular|puhelin|komórk|wiko|oppo|"
    r"\bvivo\b|handy|телефон|смартфон|手机|手機|携帯|スマホ|휴대폰|điện thoại|\bmac\b|surface|chromebook|web\.de|gmx|mail\.ru|yandex|яндекс|notes|"
    r"unterwegs|xfinity|mailbird|boomerang|\bspike\b|shortwave|mimestream|bluemail|https?://|honor|nexus|\bapp\b|мобил|мобіл|mobitel|هاتف|جوال",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"\b(?:my|meinem|meiner|mon|ma|mi|meu|minha|mio|mia|mijn|min|mitt|mojego|mojej|moj\w*|můj\w*|mého|моего|моей|мого)\b|我的|나의|"
    r"iphone|ipad",
    re.IGNORECASE,
)
_DEVICE_STARTS = frozenset(
    str.split(
        "sent send envoyé envoye von diese gesendet enviado enviada enviat inviato inviata verzonden verstuurd skickat sendt lähetetty "
        "wysłane wysłano wysłana отправлено надіслано odesláno odoslané poslano poslané trimis изпратено στάλθηκε elküldve dikirim "
        "sūtīts terkirim dihantar gửi đã được נשלח أرسلت أُرسلت أرسل مرسل مُرسل مرسلة ارسل تم ส่งจาก ส่ง written posted delivered saadetud nosūtīts nosūtīta išsiųsta siųsta sendur bidalita "
        "εστάλη απεστάλη послато испратено ارسال فرستاده enviat expediat skickades provenance abgeschickt"
    )
)
_DEVICE_ENDS = (
    "gönderildi", "gönderilmiştir", "gesendet", "から送信", "から送信されました", "で送信", "傳送", "发送", "發送", "보냄", "보냈습니다", "에서 보냄",
    "küldve", "से भेजा गया", "ارسال شد", "ارسال شده", "from mobile", "from phone", "lähetetty", "gesendet.", "trimis",
)  # fmt: skip
_DEVICE_CJK = (
    "发自", "發自", "发送自", "發送自", "从我的", "從我的", "来自我的", "來自我的", "由我的", "自我的", "나의", "내 ", "ส่งจาก",
)  # fmt: skip
_DEVICE_FIRST = (*_DEVICE_CJK, "from my ")
_SENT_CJK = ("发送", "發送", "傳送")
_FROM_CJK = ("从", "從", "由", "自", "来自", "來自", "通过", "透過", "使用", "我的", "以")
_CASED = frozenset({"lähetetty", "saadetud", "provenance"})
_FROM = frozenset(
    str.split(
        "from via with by using depuis de à avec meinem desde do da dal tramite con vanaf met via vanuit från fra mit von über aus z "
        "ze с из от із з van dari từ din pe s sa zo iz iz од са со зі від από iš no des del per cu prin از vom til من"
    )
)
_GET_OUTLOOK = re.compile(
    r"outlook.{0,40}(?:ios|android|mobile)|(?:ios|android)\s?(?:版|용|の|için)?\s?outlook", re.IGNORECASE
)
_ENGLISH = re.compile(r"^[\x00-\x7f]*outlook (?:for|on) (?:ios|android|mobile)")
_OFFERS = re.compile(
    r"を入手|다운로드|下载|下載|获取|取得|^(?:get|download|try|sent|hanki|lataa|skaff|hent|hamta|pobierz|outlook for \w+$)|\b(?:abrufen|beziehen|herunterladen|holen)$|https?://"
)
_GET_MAIL = re.compile(
    r"(?:get|download|try) \S{0,12}mail\S{0,12} (?:for|on) (?:ios|android|iphone|ipad|mac|windows)(?:\s?<.{0,200})?"
)
_GET_PROGRAM = re.compile(
    r"(?:get|download|try) (?:spark|spike|canary|edison|newton|airmail|boxer|bluemail|typeapp|superhuman|shortwave)(?: mail)?"
    r"(?: (?:for|on) (?:ios|android|iphone|ipad|mac|windows))?(?:\s?<.{0,200})?"
)
_ADVERTISES = re.compile(
    r"sent (?:from|with) \S{3,20}(?:[,;.]| [-–—]) (?:the|a|an|enjoy|get|secure)\b|sent via the (?:[\w+™®]{2,14} ){2,5}\d?\w{0,4}, an? at&t\b"
)
"""`Sent from <program>, the best of all`; `Sent via the <telephone>, an AT&T smartphone`."""
_WATCHED = re.compile(
    r"(?:sender notified by|remitente notificado con|expéditeur notifié (?:par|avec)|remetente notificado por|mittente notificato con|"
    r"absender benachrichtigt (?:von|durch|mit))(?: mailtrack)?(?: \d[\d/.,: apm]{4,24})?|mailtrack(?: \d[\d/.,: apm]{4,24})?|"
    r"[来來]自 ?(?:我的 ?)?[\w+-]{2,14} ?(?:手机|手機|平板|邮箱|郵箱)|securely sent with \S{3,20} get your own\b.{0,80}"
)
"""What trackers and secure mail write about themselves."""
_GETS = frozenset({"get", "download", "try"})
_LISTED = re.compile(r"\s*(?:[-*•·–—+]|\d{1,2}[.)])\s+\S")
_TELLS = re.compile(r":\s+(?!https?:|\S*\.\S)")
"""`Sent by mail: three notices` goes on to tell what was sent."""
_MOST_DEVICE = 140
_YEAR = 4
_FRAME = "<>()[]*_—–- \t.|"
_AROUND = dict.fromkeys(map(ord, _FRAME + "\xa0\u202f\u00ad\u200b\u200e\u200f\ufeff"), " ")
_WATCHERS = frozenset(
    {"来自", "來自", "sender", "remitente", "expéditeur", "remetente", "mittente", "absender", "mailtrack", "securely"}
)
_FIRSTS = _DEVICE_STARTS | _CASED | _GETS | _WATCHERS


def is_device_line(raw: str) -> bool:
    """Whether a mail program on a device wrote the line."""
    if len(raw) > _MOST_DEVICE:
        return False
    lowered = plain(raw).strip(_FRAME).lower()
    words = lowered.split()
    if not words or not _may_be_device(words[0], lowered):
        return False
    if _LISTED.match(raw) and (len(raw.split()) > _FEW_WORDS or _DEVICE_WORDS.search(raw) is None):
        # "* Sent from my desk to the yard: two crates" is an item of a list.
        return False
    if len(words) <= _MOST_WORDS and "outlook" in lowered and _GET_OUTLOOK.search(lowered):
        return _ENGLISH.search(lowered) is None or _OFFERS.search(lowered) is not None
    if _GET_MAIL.fullmatch(lowered) or _GET_PROGRAM.fullmatch(lowered) or _WATCHED.fullmatch(lowered):
        return True
    if lowered.endswith(_SENT_CJK) and not lowered.startswith(_FROM_CJK):
        return False
    return _by_ends(words, lowered) or (words[0] in _DEVICE_STARTS and _sent_from(words, lowered))


def _may_be_device(first: str, lowered: str) -> bool:
    """Whether a line begins or ends as a device line does: few do."""
    return (
        first in _FIRSTS or "outlook" in lowered or lowered.startswith(_DEVICE_FIRST) or lowered.endswith(_DEVICE_ENDS)
    )


def may_hold_device_line(lowered: str) -> bool:
    """Whether a text of many lines, in small letters, can hold one."""
    found = set(lowered.translate(_AROUND).split())
    return (
        not found.isdisjoint(_FIRSTS)
        or any(sign in lowered for sign in _DEVICE_FIRST)
        or any(sign in lowered for sign in _DEVICE_ENDS)
        or "outlook" in lowered
    )


def _by_ends(words: list[str], lowered: str) -> bool:
    """Whether a line begins or ends as such lines do where the language says `from` with an ending or without a space."""
    begins = lowered.startswith(_DEVICE_CJK)
    cased = (words[0] in _CASED or lowered.startswith("from my ")) and len(words) <= _FEW_WORDS
    ends = lowered.endswith(_DEVICE_ENDS) and len(words) <= _MOST_WORDS
    if not (begins or cased or ends):
        return False
    return _DEVICE_WORDS.search(lowered) is not None or (ends and _MINE.search(lowered) is not None)


def _counts(words: list[str]) -> bool:
    """`Sent with the courier 3 phones`: a number that is no version of what stands before it."""
    return any(
        word.isdigit() and len(word) < _YEAR and _DEVICE_WORDS.search(before) is None
        for before, word in pairwise(words)
    )


def _sent_from(words: list[str], lowered: str) -> bool:
    """`Sent from my …`, or `Sent with <program>`; but not `Sent with approval the forecast`."""
    if not _LEAST_SENT <= len(words) <= _MOST_SENT:
        return False
    joined = " ".join(words[:7])
    if _TELLS.search(lowered) is not None and "excuse" not in lowered:
        return False
    if words[0] in {"sent", "send"}:
        if words[1] not in {"from", "via", "with", "by", "using", "úr"} or _counts(words):
            return False
        if words[1] == "from" and words[2:3] == ["my"]:
            known = _DEVICE_WORDS.search(joined) is not None or "excuse" in lowered
            return known or (len(words) <= _FEW_WORDS and ":" not in lowered)
    elif not _FROM.intersection(words[:6]) and not _MINE.search(joined):
        return False
    if _DEVICE_WORDS.search(joined) is None:
        return False
    return len(words) <= _SURE_WORDS or _MINE.search(lowered) is not None or _ADVERTISES.match(lowered) is not None
