"""How machines begin a subject: automatic replies, failed deliveries, challenges and calendar answers, by language.

A subject is soft evidence: people write these words too. A phrase belongs here when a mail server, a client or a
responder writes it by itself at the start of a subject; in lower case, without the colon that may follow.
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from rules.lazily import pattern

LONGEST = 300

_AUTO_REPLY = {
    "en": (
        "automatic reply", "auto reply", "autoreply", "auto-reply", "auto response", "autoresponse", "auto-response",
        "automatic response", "automated reply", "automated response", "auto responder", "autoresponder", "autorespons",
        "out of office", "out of the office", "out-of-office", "ooo", "ooo reply", "oof", "away from my mail",
        "away from the office", "vacation reply", "vacation response", "vacation message", "i am out of the office",
        "i'm out of the office", "i am away", "on vacation", "on annual leave", "on leave", "absence notification",
        "holiday reply", "away notice", "auto", "away",
    ),
    "de": (
        "automatische antwort", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheit",
        "automatische rückmeldung", "abwesend", "nicht im büro", "urlaubsabwesenheit", "autoantwort",
        "automatische abwesenheitsnachricht", "automatische eingangsbestätigung", "ich bin nicht im büro",
    ),
    "fr": (
        "réponse automatique", "message d'absence", "absence du bureau", "absent du bureau", "réponse d'absence",
        "absence de bureau", "notification d'absence", "avis d'absence", "en congé", "répondeur automatique",
    ),
    "es": (
        "respuesta automática", "fuera de la oficina", "fuera de oficina", "ausente de la oficina", "autorespuesta",
        "mensaje de ausencia", "ausencia de la oficina", "respuesta automatica",
    ),
    "ca": ("resposta automàtica", "fora de l'oficina"),
    "pt": (
        "resposta automática", "resposta automatica", "fora do escritório", "ausente do escritório", "ausência temporária",
        "fora do escritorio", "mensagem de ausência", "ausência",
    ),
    "it": (
        "risposta automatica", "risposta non al computer", "fuori sede", "fuori ufficio", "assenza dall'ufficio",
        "messaggio di assenza", "assente", "risponditore automatico",
    ),
    "nl": (
        "automatisch antwoord", "afwezigheidsbericht", "afwezigheidsmelding", "niet aanwezig", "automatische reactie",
        "afwezig", "afwezigheid", "automatisch bericht",
    ),
    "sv": ("autosvar", "automatiskt svar", "frånvaro", "frånvaromeddelande", "ej på kontoret"),
    "da": ("automatisk svar", "autosvar", "fraværsmeddelelse", "fravær", "ikke til stede", "ferie"),
    "nb": ("automatisk svar", "autosvar", "fraværsmelding", "ikke på kontoret", "fraværsassistent"),
    "fi": ("automaattinen vastaus", "poissa", "poissaoloilmoitus", "automaattivastaus", "lomavastaus"),
    "is": ("sjálfvirkt svar",),
    "pl": ("odpowiedź automatyczna", "automatyczna odpowiedź", "autoodpowiedź", "poza biurem", "nieobecność", "nieobecny"),
    "cs": ("automatická odpověď", "mimo kancelář", "nepřítomnost", "odpověď v nepřítomnosti"),
    "sk": ("automatická odpoveď", "mimo kancelárie", "neprítomnosť"),
    "sl": ("samodejni odgovor", "odsotnost", "avtomatski odgovor"),
    "hr": ("automatski odgovor", "odsutnost", "izvan ureda"),
    "sr": ("аутоматски одговор", "одсутан"),
    "hu": ("automatikus válasz", "házon kívül", "távollét", "automatikus valasz"),
    "ro": ("răspuns automat", "raspuns automat", "în afara biroului", "absent din birou"),
    "bg": ("автоматичен отговор", "извън офиса"),
    "el": ("αυτόματη απάντηση", "εκτός γραφείου", "απουσία"),
    "tr": ("otomatik yanıt", "otomatik cevap", "ofis dışında", "otomatik yanit"),
    "ru": ("автоматический ответ", "автоответ", "нет на месте", "вне офиса", "отсутствие", "в отпуске"),
    "uk": ("автоматична відповідь", "автовідповідь", "відсутність", "у відпустці"),
    "et": ("automaatvastus", "automaatne vastus", "kontorist väljas"),
    "lv": ("automātiskā atbilde", "automātiska atbilde", "prombūtne"),
    "lt": ("automatinis atsakymas", "nesu biure", "automatinis atsakas"),
    "ja": ("自動応答", "自動返信", "不在通知", "不在", "【自動返信】", "[自動返信]", "不在のお知らせ"),
    "zh": ("自动答复", "自動回覆", "自动回复", "自動答覆", "外出", "不在办公室", "不在辦公室", "休假"),
    "ko": ("자동 회신", "자동회신", "자동 응답", "부재중", "부재 중"),
    "vi": ("trả lời tự động", "tự động trả lời", "vắng mặt"),
    "th": ("ตอบกลับอัตโนมัติ", "การตอบกลับอัตโนมัติ", "ไม่อยู่ที่สำนักงาน"),
    "id": ("balasan otomatis", "jawaban otomatis", "di luar kantor", "sedang cuti"),
    "ms": ("balasan automatik",),
    "ar": ("رد تلقائي", "الرد التلقائي", "خارج المكتب"),
    "fa": ("پاسخ خودکار",),
    "he": ("תשובה אוטומטית", "מענה אוטומטי", "מחוץ למשרד"),
    "hi": ("स्वचालित उत्तर", "स्वत: उत्तर", "कार्यालय से बाहर"),
}  # fmt: skip

_NON_DELIVERY = {
    "en": (
        "undelivered mail returned to sender", "undeliverable", "undelivered", "undeliverable mail", "undelivered mail",
        "delivery status notification", "delivery status", "delivery notification", "delivery failure",
        "delivery report", "delivery failed", "delivery has failed", "delivery error", "delivery problem",
        "delivery delayed", "delivery has been delayed", "mail delivery", "mail failure", "mail failed", "mail error",
        "mail system error", "mail not delivered", "mail could not be delivered", "mail undeliverable", "mail returned",
        "mail status report", "email delivery failure", "email not delivered", "e-mail delivery failure",
        "returned mail", "returned to sender", "returned email", "returned message", "return to sender",
        "failure notice", "failure delivery", "failed delivery", "failed mail", "failed to deliver", "failure to deliver",
        "message delivery failure", "message delivery", "message not delivered", "message undeliverable",
        "message could not be delivered", "message you sent blocked", "**message you sent blocked",
        "message delayed", "message status", "message rejected", "nondeliverable mail", "non delivery", "non-delivery",
        "non-deliverable", "nondelivery", "notice: mail delivery status", "notification: delivery",
        "permanent delivery failure", "permanent error", "postmaster notify", "email delivery", "unable to deliver",
        "unable to send", "unable to mail", "could not send message", "could not deliver", "cannot deliver",
        "warning: could not send", "warning: message", "warning--could not send", "warning: mail", "warning: unable",
        "there was an error sending your mail", "delayed mail", "delayed message", "delayed delivery", "status of mail",
        "your message to", "your message could not be delivered", "your mail could not be delivered", "unknown user",
        "user unknown", "unknown address", "address unknown", "rejected mail", "rejected message", "mail rejected",
        "mail bounced", "bounced mail", "bounced email", "mailer-daemon", "sender notification", "dsn", "ndn", "ndr",
        "considered unsolicited bulk email", "mail system error - returned mail", "your e-mail could not be delivered",
        "error sending mail", "error delivering mail", "problem delivering", "[bounce]", "error condition", "invalid recipient", "no such user", "unknown recipient",
        "mail delivery problem", "message has been rejected", "automatically rejected mail", "cannot process", "host unknown",
        "address changed", "could not be delivered", "** undeliverable", "undeliverable:", "mail blocked", "email blocked",
        "delivery of your message", "failed transaction", "message not sent", "mail not sent", "not delivered", "mailbox full", "mailbox is full",
        "quota exceeded", "over quota", "delivery incomplete", "transport error", "smtp error", "mail administrator",
        "auto reply - undeliverable", "message blocked", "email could not be delivered", "couldn't be delivered",
    ),
    "de": (
        "unzustellbar", "unzustellbare", "nicht zustellbar", "nicht zugestellt", "zustellung fehlgeschlagen",
        "fehler bei der zustellung", "nachricht nicht zugestellt", "mail nicht zugestellt", "zustellungsfehler",
        "ihre nachricht konnte nicht", "benachrichtigung zum übermittlungsstatus", "unzustellbar:", "rückläufer",
        "übermittlungsstatus", "zustellstatus", "warnung: nachricht",
    ),
    "fr": (
        "non remis", "non remise", "échec de la remise", "échec de remise", "notification d'état de remise",
        "échec de la distribution", "non délivré", "message non distribué", "message non délivré",
        "erreur de distribution", "courrier non remis", "rapport de non-remise", "retour de courrier",
        "état de remise", "avis de non remise", "non distribuable", "impossible de remettre",
    ),
    "es": (
        "no se puede entregar", "no entregado", "mensaje no entregado", "error de entrega", "error en la entrega",
        "notificación de estado de entrega", "correo devuelto", "fallo en la entrega", "correo no entregado",
        "entrega fallida", "no se pudo entregar", "mensaje devuelto", "devolución de correo",
    ),
    "pt": (
        "não é possível entregar", "não entregue", "não foi possível entregar", "mensagem não entregue",
        "falha na entrega", "notificação do status de entrega", "erro de entrega", "mensagem devolvida",
        "notificação de status de entrega", "email não entregue",
    ),
    "it": (
        "non recapitabile", "non recapitato", "mancato recapito", "impossibile recapitare", "messaggio non recapitato",
        "notifica sullo stato del recapito", "avviso di mancata consegna", "mancata consegna", "errore di consegna",
        "notifica di mancato recapito", "consegna fallita",
    ),
    "nl": (
        "onbestelbaar", "niet bezorgd", "kan niet worden bezorgd", "bezorging mislukt", "bezorgstatus",
        "niet afgeleverd", "mislukte bezorging", "aflevering mislukt", "afleveringsfout",
    ),
    "sv": ("kan inte levereras", "ej levererbart", "olevererbart", "kunde inte levereras", "leveransstatus", "returnerad e-post"),
    "da": ("kan ikke leveres", "ikke leveret", "kunne ikke leveres", "leveringsstatus", "leveringsfejl"),
    "nb": ("kan ikke leveres", "ikke levert", "kunne ikke leveres", "leveringsfeil"),
    "fi": ("toimittaminen epäonnistui", "viestiä ei voitu toimittaa", "ei voida toimittaa", "toimitusvirhe", "ei toimitettu"),
    "pl": ("niedostarczalne", "niedostarczona", "nie dostarczono", "nie można dostarczyć", "zwrot wiadomości", "niedostarczalna"),
    "cs": ("nedoručitelné", "nedoručeno", "nedoručitelná", "zprávu nelze doručit", "nedoručená zpráva"),
    "sk": ("nedoručiteľné", "nedoručené", "správu nemožno doručiť"),
    "sl": ("nedostavljivo",),
    "hr": ("nije moguće isporučiti", "neisporučeno"),
    "hu": ("kézbesíthetetlen", "nem kézbesíthető", "kézbesítési hiba", "sikertelen kézbesítés"),
    "ro": ("nelivrabil", "nelivrat", "mesaj nelivrat", "imposibil de livrat"),
    "bg": ("недоставено", "не може да бъде доставено"),
    "el": ("δεν ήταν δυνατή η παράδοση", "αδυναμία παράδοσης", "μη παραδόσιμο", "ανεπίδοτο"),
    "tr": ("teslim edilemedi", "iletilemedi", "gönderilemedi", "teslim edilemeyen", "teslim hatası"),
    "ru": (
        "ваше сообщение не доставлено", "недоставленное сообщение", "не доставлено", "недоставлено", "сообщение не доставлено",
        "не удается доставить", "не удалось доставить", "письмо не доставлено", "невозможно доставить", "недоставляемое",
        "ошибка доставки", "уведомление о недоставке", "отчет о недоставке",
    ),
    "uk": ("не доставлено", "недоставлено", "не вдалося доставити", "повідомлення не доставлено", "неможливо доставити"),
    "ja": (
        "配信不能", "配信できません", "メッセージを配信できません", "メールエラー", "送信エラー", "配送エラー", "配信エラー", "メール配信エラー",
        "配信に失敗", "送信できませんでした", "メールを送信できません", "メール送信エラー", "未配信", "配信不可", "エラーメール", "送信できません",
        "宛先不明", "メールが送信できません",
    ),
    "zh": (
        "无法传递", "未传递", "無法傳遞", "未傳遞", "无法送达", "無法送達", "退信", "系统退信", "系統退信", "退信通知", "邮件发送失败",
        "邮件投递失败", "傳送失敗", "投递失败", "无法投递", "发送失败", "郵件無法傳遞",
    ),
    "ko": ("배달되지 않음", "전송 실패", "배달 실패", "배달할 수 없음", "메일 전송 실패", "반송", "발송 실패", "메일 발송 실패"),
    "ar": ("تعذر التسليم", "غير قابل للتسليم", "فشل التسليم"),
    "he": ("לא ניתן למסירה", "המסירה נכשלה", "לא נמסר"),
    "th": ("ไม่สามารถส่งได้", "ส่งไม่สำเร็จ"),
    "vi": ("không gửi được", "không thể gửi", "thư không gửi được"),
    "id": ("tidak terkirim", "gagal terkirim", "pengiriman gagal"),
}  # fmt: skip

_CHALLENGE = {
    "en": (
        "please confirm your message", "please confirm your email", "please verify your email", "confirm your message",
        "verification required", "message awaiting verification", "your email requires verification",
        "your message awaits approval", "sender verification required", "[spamarrest]", "spam arrest",
        "please click to deliver your message", "action required to deliver your email",
    ),
    "de": ("bitte bestätigen sie ihre nachricht", "bitte bestätigen sie ihre e-mail"),
    "fr": ("veuillez confirmer votre message", "demande d'authentification"),
    "es": ("por favor confirme su mensaje",),
    "it": ("conferma il tuo messaggio",),
}  # fmt: skip

_CALENDAR = {
    "en": ("accepted", "declined", "tentative", "tentatively accepted", "canceled", "cancelled", "meeting forward notification",
           "new time proposed", "invitation", "updated invitation"),
    "de": ("zugesagt", "angenommen", "abgelehnt", "mit vorbehalt", "abgesagt"),
    "fr": ("accepté", "refusé", "provisoire", "annulé"),
    "es": ("aceptada", "aceptado", "rechazada", "rechazado", "provisional", "cancelado"),
    "pt": ("aceito", "aceite", "recusado", "tentativa", "cancelado"),
    "it": ("accettato", "accettata", "rifiutato", "rifiutata", "provvisorio", "annullato"),
    "nl": ("geaccepteerd", "afgewezen", "voorlopig", "geannuleerd"),
    "sv": ("accepterat", "avböjt", "preliminärt"),
    "da": ("accepteret", "afvist", "foreløbig"),
    "nb": ("godtatt", "avslått", "foreløpig"),
    "fi": ("hyväksytty", "hylätty"),
    "pl": ("zaakceptowano", "odrzucono", "wstępna akceptacja"),
    "cs": ("přijato", "odmítnuto"),
    "ru": ("принято", "отклонено", "под вопросом"),
    "ja": ("承諾", "辞退", "仮承諾"),
    "zh": ("已接受", "已拒绝", "已拒絕", "暂定", "暫定"),
    "ko": ("수락", "거절", "미정"),
}  # fmt: skip

_RECEIPT = {
    "en": ("read", "not read", "return receipt", "read receipt", "disposition notification", "message read",
           "read-receipt", "displayed", "delivered"),
    "de": ("gelesen", "ungelesen gelöscht", "empfangsbestätigung", "lesebestätigung"),
    "fr": ("lu", "non lu", "accusé de réception", "confirmation de lecture"),
    "es": ("leído", "no leído", "confirmación de lectura", "acuse de recibo"),
    "it": ("letto", "conferma di lettura", "ricevuta di ritorno"),
    "nl": ("gelezen", "leesbevestiging", "ontvangstbevestiging"),
    "pt": ("lida", "lido", "confirmação de leitura"),
    "ja": ("開封済み", "開封通知"),
    "ru": ("прочтено", "прочитано"),
    "zh": ("已读", "已讀"),
}  # fmt: skip


Phrases = Mapping[str, tuple[str, ...]]


def _by_first(table: dict[str, tuple[str, ...]]) -> Phrases:
    """The phrases of all languages by their first character, so that few are compared."""
    found: dict[str, list[str]] = {}
    for phrases in table.values():
        for phrase in phrases:
            found.setdefault(phrase[0], []).append(phrase)
    return MappingProxyType({first: tuple(dict.fromkeys(phrases)) for first, phrases in found.items()})


AUTO_REPLY = _by_first(_AUTO_REPLY)
NON_DELIVERY = _by_first(_NON_DELIVERY)
CHALLENGE = _by_first(_CHALLENGE)
CALENDAR = _by_first(_CALENDAR)
RECEIPT = _by_first(_RECEIPT)


_FAILING = pattern(
    r"(?:un|not |n't |non-?)(?:be )?(?:deliver|sent)|deliver\w*(?: \w{1,12}){0,2} fail|fail\w*(?: \w{1,12}){0,2} deliver|bounced|mail returned"
    r"|unzustell|nicht (?:\w{1,12} ){0,2}(?:zugestellt|zustellbar)|zustell\w{0,8}(?: \w{1,12}){0,2} (?:fehl|gescheit|nicht)"
    r"|(?:échec|erreur|impossib\w{0,4}|non|pas)[^.]{0,20} (?:remi|distribu|livr|délivr|achemin)"
    r"|(?:\bno|error|fall\w{1,4}|imposib\w{1,4})[^.]{0,25} entreg|(?:não|falha|erro|impossív\w{1,3})[^.]{0,25} entreg"
    r"|(?:non|mancat\w|errore|impossib\w{1,4})[^.]{0,20} (?:recapit|consegn)"
    r"|onbestel|onaflever|(?:niet|mislukt\w{0,2})[^.]{0,20} (?:bezorg|aflever|afgelever|besteld)"
    r"|(?:inte|ikke|ej|icke)[^.]{0,20} lever|lever\w{0,8}(?:fejl|fel|feil)\b|(?:ei|epäonn)[^.]{0,20}toimit|toimit\w{0,8} epäonn"
    r"|\bnie[^.]{0,25} dostarcz|niedostarcz|nedoruč|nedostav|nije[^.]{0,25} (?:isporuč|dostav)|kézbesít|nelivra|\bnu [^.]{0,20}livra"
    r"|(?:teslim|ilet|gönder)\w{0,4}(?: ed)?ilemed|не ?(?:\w{1,8} )?достав|недостав|παράδοσ|παραδοθ|ανεπίδοτ"
    r"|(?:配信|配送|送信|お?届け)[^。]{0,6}(?:でき|不能|失敗|エラー)|不達|退信|退回|(?:投递|投遞|发送|傳送|送达|送達)失[败敗]|(?:无法|無法|未能?)(?:投|送|傳|发)"
    r"|(?:전송|배달|발송|전달)[^.]{0,10}(?:실패|할 수 없|되지 않|불가)|반송"
)


def speaks_of_failure(subject: str | None) -> bool:
    """Whether a subject says anywhere that something was not delivered. People say so too: ask only of a mail server's."""
    return _FAILING.search(normal(subject or "")) is not None


def normal(subject: str) -> str:
    """A subject in the form the tables are in: compatibility forms folded, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", subject[:LONGEST]).lower().replace("’", "'").split())


def begins(subject: str | None, table: Phrases, *, colon: bool = False) -> bool:
    """Whether a subject begins as one of a table; `colon` asks that it ends there or that a separator follows."""
    whole = normal(subject or "")
    return any(
        _goes_on(text[len(phrase) :], colon=colon)
        for text in {whole, _untagged(whole)}
        for phrase in table.get(text[:1], ())
        if text.startswith(phrase)
    )


def _untagged(text: str) -> str:
    """The subject without a leading `[Postmaster]` or `***`: gateways put those first."""
    text = text.lstrip("*-= ")
    if text[:1] == "[" and "]" in text[:40]:
        rest = text.partition("]")[2].lstrip(" :*-")
        return rest or text.strip("[]")
    return text


def _goes_on(rest: str, *, colon: bool) -> bool:
    if not rest:
        return True
    if colon:
        return rest.lstrip()[:1] in {":", "：", "-", "–", "—", "[", "(", "!", "|", ",", ".", "】", "]"}
    return not rest[0].isalpha() or not rest[0].isascii()
