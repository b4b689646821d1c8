"""Greetings and closings, which are never a bullet."""

import re

from ingest.attribution import plain

_GREETINGS = frozenset(
    str.split(
        "hi hello hey dear greetings hallo liebe lieber guten moin servus bonjour bonsoir salut coucou cher chère hola buenos buenas "
        "estimado estimada estimados querido ciao buongiorno buonasera gentile salve egregio olá ola bom boa caro cara prezado prezada "
        "beste geachte goedemorgen goedemiddag dag hej hejsan hei heisann kære käre bästa god terve moi hyvä tere labdien sveiki "
        "cześć witam dzień szanowny szanowna szanowni dobrý ahoj vážený vážená zdravím szia kedves tisztelt üdv bună stimate zdravo "
        "pozdravljeni dober zdravstvuyte привет здравствуйте добрый доброе уважаемый уважаемая уважаемые вітаю шановний доброго "
        "здравей здравейте γεια αγαπητέ καλημέρα καλησπέρα merhaba selam sayın günaydın iyi שלום היי בוקר مرحبا مرحبًا السلام السيد عزيزي "
        "سلام नमस्ते สวัสดี เรียน xin chào kính halo selamat kepada yth good morning afternoon evening team all everyone folks "
        "sir madam"
    )
)
_GREETING_CJK = (
    "您好", "你好", "大家好", "早上好", "下午好", "各位", "尊敬的", "お疲れ様", "お疲れさま", "お世話", "こんにちは", "おはよう", "안녕하세요", "안녕",
    "拝啓",
)  # fmt: skip
_CLOSINGS = (
    "best regards", "kind regards", "warm regards", "with regards", "regards", "best", "many thanks", "thanks", "thank you", "thx",
    "cheers", "sincerely", "yours", "yours sincerely", "yours truly", "respectfully", "v/r", "vr", "r/", "very respectfully", "take care",
    "all the best", "best wishes", "have a good", "have a great", "have a nice", "talk soon", "best,", "cordially", "br", "rgds", "kr",
    "warmly", "let me know if", "please let me know if", "ty", "tks", "much appreciated", "with best", "with kind", "have a wonderful",
    "mit freundlichen grüßen", "mit freundlichen grüssen", "freundliche grüße", "freundliche grüsse", "viele grüße", "viele grüsse",
    "beste grüße", "liebe grüße", "herzliche grüße", "schöne grüße", "grüße", "gruß", "gruss", "mfg", "lg", "vg", "danke", "vielen dank",
    "besten dank", "schönen", "cordialement", "bien cordialement", "bien à vous", "cdt", "cdlt", "merci", "salutations", "bonne journée",
    "bien amicalement", "amicalement", "sincères salutations", "saludos", "un saludo", "saludos cordiales", "atentamente", "gracias",
    "muchas gracias", "cordialmente", "cordiali saluti", "distinti saluti", "saluti", "grazie", "buona giornata", "un saluto",
    "atenciosamente", "att", "abraços", "obrigado", "obrigada", "cumprimentos", "com os melhores cumprimentos", "um abraço", "grato",
    "met vriendelijke groet", "vriendelijke groet", "groeten", "groet", "mvg", "bedankt", "dank", "alvast bedankt", "fijne dag",
    "med vänliga hälsningar", "vänliga hälsningar", "mvh", "hälsningar", "tack", "med venlig hilsen", "venlig hilsen", "med vennlig hilsen",
    "vennlig hilsen", "hilsen", "tak", "takk", "ystävällisin terveisin", "terveisin", "terveiset", "t.", "kiitos", "pozdrawiam",
    "z poważaniem", "serdecznie pozdrawiam", "dziękuję", "dzięki", "s pozdravem", "s pozdravom", "děkuji", "ďakujem", "díky", "hezký den",
    "üdvözlettel", "tisztelettel", "köszönöm", "üdv", "cu stimă", "cu respect", "mulțumesc", "toate cele bune", "с уважением",
    "с наилучшими пожеланиями", "спасибо", "всего доброго", "з повагою", "дякую", "поздрави", "с уважение", "благодаря", "lep pozdrav",
    "lijep pozdrav", "srdačan pozdrav", "pozdrav", "hvala", "με εκτίμηση", "ευχαριστώ", "χαιρετισμούς", "saygılarımla", "iyi çalışmalar",
    "teşekkürler", "teşekkür ederim", "selamlar", "此致", "敬礼", "祝好", "谢谢", "謝謝", "顺颂", "以上", "以上です", "よろしくお願い", "宜しくお願い", "よろしくお願いします",
    "よろしくお願いいたします", "よろしくお願い致します", "よろしくお願い申し上げます", "どうぞよろしくお願いします", "どうぞよろしくお願いいたします",
    "敬具", "감사합니다", "감사드립니다", "드림", "trân trọng", "cảm ơn", "xin cảm ơn", "thân mến", "בברכה", "תודה", "مع التحية", "تحياتي", "شكرا",
    "شكرًا", "مع أطيب", "با احترام", "धन्यवाद", "ขอบคุณ", "ด้วยความเคารพ", "terima kasih", "salam", "hormat kami", "hormat saya",
    "lugupidamisega", "ar cieņu", "pagarbiai", "atentament", "agur", "saludiños", "kveðja",
)  # fmt: skip
_BY_START = {
    start: tuple(closing for closing in _CLOSINGS if closing.startswith(start))
    for start in {closing[:2] for closing in _CLOSINGS}
}
_MOST_GREETING = 60
_MOST_CLOSING = 80
_MOST_WIDE = 24
_MOST_WORDS = 7
_FEW_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+")


def is_greeting(raw: str) -> bool:
    """Whether a line only greets: `Hi Jane,`."""
    text = plain(raw)
    if not text or len(text) > _MOST_GREETING:
        return False
    if text.startswith(_GREETING_CJK):
        return len(text) <= _MOST_WIDE
    if "です。" in text:  # 佐々木です。お疲れ様です。
        clauses = [clause for clause in text.split("。") if clause]
        return len(text) <= _MOST_WIDE and clauses[0].endswith("です") and clauses[-1].startswith(_GREETING_CJK)
    first = _WORD.search(text)
    if first is None or first[0].lower() not in _GREETINGS:
        return False
    words = _WORD.findall(text)
    if len(words) > _MOST_WORDS:
        return False
    return len(words) <= _FEW_WORDS or text.endswith((",", "!", "،", ":", "，"))


def is_closing(raw: str) -> bool:
    """Whether a line begins the closing of a letter: `Best regards,` or `Thanks, Jane`."""
    text = plain(raw).lower().lstrip("/~*_—–- ")
    if not text or len(text) > _MOST_CLOSING:
        return False
    bare = text.rstrip(" ,.!،，。！:;-–—")
    candidates = _BY_START.get(bare[:2], ())
    if not candidates or not bare.startswith(candidates):
        return False
    start = max((closing for closing in candidates if bare.startswith(closing)), key=len)
    if bare == start:
        return True
    rest = bare[len(start) :]
    words = rest.split()
    if rest[:1].isalpha() and start[0].isascii():
        return False
    if not start[0].isascii() and not start[0].isalpha():
        return len(rest) <= _MOST_WIDE
    # "Thanks, Jane" and "Thanks for the reminder!" close; "Thanks to Bob, shipped" tells of work.
    if rest[:1] in {",", "!", ".", "،", "，", "、", "-", "–", "—"}:
        return len(words) <= _FEW_WORDS
    return len(words) <= _FEW_WORDS + 1 and (not words or words[0] in _POLITE)


_POLITE = frozenset(
    str.split(
        "and so very again in for everyone all team you a und für im et à y e voor alvast on of day week weekend one ahead je pour "
        "you, much advance regards your wishes per il la por pela"
    )
)


def is_trivial(text: str) -> bool:
    """Whether a line carries nothing but courtesy."""
    return is_greeting(text) or is_closing(text)
