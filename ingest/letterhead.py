"""Header blocks that mail clients put above a quoted or forwarded mail, and the line that announces them.

A block is known by how many different fields stand together, so one line such as `From: legacy DB to Postgres` is none.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from ingest.attribution import lower, plain


class Field(StrEnum):
    """What a header line names."""

    FROM = "from"
    DATE = "date"
    TO = "to"
    SUBJECT = "subject"
    CC = "cc"
    OTHER = "other"


_NAMES = {
    Field.FROM: (
        "from|de|von|van|da|od|от|від|ад|fra|från|lähettäjä|feladó|kimden|gönderen|发件人|寄件者|寄件人|發件人|差出人|送信者|"
        "보낸 사람|보낸사람|발신|từ|người gửi|מאת|من|از|จาก|de la|expéditeur|remitente|remetente|absender|mittente|afzender|"
        "avsender|avsändare|afsender|odesílatel|odosielateľ|nadawca|pošiljatelj|saatja|kellelt|sūtītājs|no|nuo|siuntėjas|από|"
        "dari|pengirim|prej|shkruan|šalje|от кого|expeditor|de către|frá|nga|प्रेषक|প্রেরক|daripada|mula kay|кімнен|kimdən|nork|шаље|од"
    ),
    Field.DATE: (
        "sent|date|envoyé|envoyé le|envoyé à|gesendet|gesendet am|datum|verzonden|verzonden op|inviato|inviato il|data|fecha|"
        "enviado|enviado el|enviado em|enviada|enviada em|enviada el|wysłano|wysłane|отправлено|дата|дата отправки|надіслано|"
        "sendt|skickat|dato|lähetetty|päivämäärä|pvm|päiväys|elküldve|dátum|küldve|küldés ideje|gönderildi|gönderme tarihi|"
        "gönderilme|gönderilme tarihi|gönderim tarihi|tarih|发送时间|发送日期|时间|日期|傳送時間|寄件日期|發送時間|傳送日期|送信日時|日付|日時|날짜|"
        "보낸 날짜|보낸날짜|보낸 시간|일시|đã gửi|ngày|ngày gửi|gửi|gửi lúc|תאריך|נשלח|التاريخ|تاريخ|تم الإرسال|أرسلت|วันที่|ส่ง|"
        "ส่งเมื่อ|odesláno|odoslané|poslano|poslato|poslané|trimis|dată|изпратено|στάλθηκε|ημερομηνία|tanggal|terkirim|dikirim|"
        "message du|kuupäev|saadetud|saatmisaeg|nosūtīts|datums|išsiųsta|sent on|am|on|dagsetning|sent at|date sent|"
        "भेजा गया|दिनांक|তারিখ|dihantar|tarikh|petsa|жіберілді|göndərilib|noiz|dërguar|испратено|послато|gestuur|ارسال|датум"
    ),
    Field.TO: (
        "to|à|a|an|aan|para|do|komu|кому|til|till|vastaanottaja|címzett|kime|alıcı|kimə|收件人|收件者|宛先|받는 사람|받는사람|"
        "수신|tới|đến|người nhận|אל|إلى|به|ถึง|către|за|до|προς|kepada|pro|za|kellele|saaja|kam|adresāts|kam skirta|ke|"
        "pour|destinataire|destinatario|destinatário|empfänger|destinatari|per a|prima|kur|nach|adressaat|для|"
        "प्रति|प्राप्तकर्ता|প্রাপক|para kay|кімге|kimə|nori|për|прима"
    ),
    Field.SUBJECT: (
        "subject|objet|sujet|betreff|thema|onderwerp|oggetto|asunto|assunto|temat|тема|emne|ämne|aihe|tárgy|konu|主题|主旨|主題|件名|"
        "제목|chủ đề|tiêu đề|נושא|الموضوع|موضوع|เรื่อง|หัวเรื่อง|předmět|predmet|naslov|subiect|относно|θέμα|subjek|perihal|zadeva|"
        "teema|temats|tema|dalykas|assumpte|efni|subj|"
        "наслов|विषय|বিষয়|paksa|тақырып|mövzu|gaia|subjekti|предмет|тэма"
    ),
    Field.CC: (
        "cc|copie|copie à|cópia|copia|kopie|kopi|kopia|kopio|másolat|másolatot kap|bilgi|抄送|副本|参照|참조|копия|копія|ccn|"
        "c.c.|dw|do wiadomości|bcc|cci|κοιν|עותק|نسخة|สำเนา|koopia|kopija|đồng gửi|sao chép"
    ),
    Field.OTHER: (
        "reply-to|reply to|répondre à|antwort an|antwoord aan|risposta|rispondi a|responder a|svar til|svara till|importance|"
        "importância|importancia|wichtigkeit|priority|priorität|priorité|attachments|anlagen|pièces jointes|allegati|adjuntos|"
        "anexos|bijlagen|категории|categories|organization|message-id|return-path|sender|signed by|mailed-by|in-reply-to|"
        "odpowiedź|vyřizuje|odpověď|tags|x-mailer|via|on behalf of|resent-from|followup-to|newsgroups"
    ),
}
FIELDS = {name: role for role, names in _NAMES.items() for name in names.split("|")}

_ORIGINALS = frozenset(
    str.split(
        "original message|original email|original mail|reply message|forwarded message|forwarded email|forwarded by|forward message|"
        "message d'origine|message d’origine|message original|message initial|message transféré|message réexpédié|"
        "ursprüngliche nachricht|originalnachricht|antwort nachricht|weitergeleitete nachricht|original-nachricht|"
        "ursprüngliche e-mail|weitergeleitete e-mail|"
        "oprindelig meddelelse|oprindelig besked|videresendt meddelelse|videresendt besked|opprinnelig melding|"
        "videresendt melding|opprinnelig e-post|ursprungligt meddelande|originalmeddelande|vidarebefordrat meddelande|"
        "oorspronkelijk bericht|origineel bericht|doorgestuurd bericht|messaggio originale|messaggio inoltrato|"
        "mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada|mensagem reencaminhada|"
        "wiadomość oryginalna|oryginalna wiadomość|treść przekazanej wiadomości|przekazana wiadomość|wiadomość przekazana|"
        "původní zpráva|původní e-mail|přeposlaná zpráva|pôvodná správa|preposlaná správa|eredeti üzenet|továbbított üzenet|"
        "alkuperäinen viesti|välitetty viesti|исходное сообщение|оригинальное сообщение|пересылаемое сообщение|"
        "пересланное сообщение|пересылаемое письмо|исходное письмо|вихідне повідомлення|оригінальне повідомлення|"
        "переслане повідомлення|orijinal mesaj|orijinal ileti|özgün ileti|iletilen mesaj|iletilen ileti|yönlendirilen mesaj|"
        "回复的原邮件|回复邮件|原郵件|回覆的原郵件|转发邮件信息|转发的邮件信息|转发信息|轉寄郵件資訊|转寄邮件|原始邮件|原始郵件|邮件原件|原邮件|原件|轉寄郵件|转发邮件|转发的邮件|轉寄的郵件|已转发的邮件|元のメッセージ|オリジナルメッセージ|"
        "転送メッセージ|転送されたメッセージ|original message from|원본 메시지|원본 메일|원본메일|전달된 메시지|전달된 메일|원래 메시지|"
        "thư gốc|tin nhắn gốc|thư đã chuyển tiếp|הודעה מקורית|הודעה שהועברה|الرسالة الأصلية|رسالة معاد توجيهها|پیام اصلی|"
        "ข้อความต้นฉบับ|ข้อความเดิม|ข้อความที่ส่งต่อ|mesaj original|mesajul original|mesaj redirecționat|izvorna poruka|originalna poruka|"
        "proslijeđena poruka|izvirno sporočilo|αρχικό μήνυμα|προωθημένο μήνυμα|оригинално съобщение|препратено съобщение|"
        "pesan asli|pesan terusan|missatge original|missatge reenviat|algne sõnum|algne kiri|sākotnējais ziņojums|"
        "прослеђена порука|препратена порака|forwarded conversation|pradinis laiškas|pirminis pranešimas|jatorrizko mezua|mensaxe orixinal|upprunaleg skilaboð",
        "|",
    )
)
_BEGINS = (
    "begin forwarded message", "anfang der weitergeleiteten", "début du message", "inizio messaggio inoltrato",
    "inicio del mensaje reenviado", "início da mensagem", "begin doorgestuurd bericht", "vidarebefordrat brev",
    "videresendt besked", "videresendt e-post", "начало переадресованного", "початок листа", "dalej przekazana",
    "początek przekazywanej", "začátek přeposílané", "开始转发的邮件", "開始轉寄郵件", "転送されたメッセージ", "전달된 메시지",
    "välitetty viesti alkaa", "továbbított levél kezdete", "iletilen mesajın başlangıcı", "mesaj redirecționat",
    "start på videresendt", "start på vidarebefordrat", "start van doorgestuurd", "začiatok preposl", "začiatok preposie", "početak prosl",
    "začetek posredovan", "începutul mesajului", "αρχή προωθημ", "έναρξη προωθημ", "תחילת ההודעה", "بداية الرسالة", "بدء الرسالة", "以下是转发的",
    "以下是轉寄的", "bắt đầu thư", "bắt đầu chuyển tiếp", "เริ่มข้อความที่ส่งต่อ", "inici del missatge", "awal pesan terusan", "mulai pesan",
)  # fmt: skip

_RULED = re.compile(r"\s*[*_]?\s?[-_=*~—–─━‐‑−]{2,}.{0,120}")
_RULE_CHARS = "-_=*~—–─━‐‑− \t"
_RUN_ON = re.compile(r"[-_=‐]{3,}\s?([^\W\d_][^-_=‐:]{3,60}?)\s?[-_=‐]{3,}\s+(?=[^\s:]{1,20}\s?:)")
"""A separator with the header block on the same line, as Yahoo's application for telephones writes it."""
_FORWARDS = re.compile(
    r"forward|weitergel|transf|réexp|reenv|inoltr|doorgest|encaminh|vidarebef|videresen|välite|edelleen|przekaz|přepos|prepos|"
    r"továbbít|redirec|proslije|прослеђ|posredov|ilet|yönlend|переадр|пересл|пересыл|перенапр|препрат|пересил|προωθ|הועבר|توجيه|محول|"
    r"轉寄|转发|轉發|転送|전달|chuyển tiếp|ส่งต่อ|terus|edasi|pārsūt|persiųst|áfram|birbidal",
)
_ENDS = re.compile(
    r"(?:end|ende|fin|fine|fim|final|slut|slutt|einde|koniec|konec|vége|loppu|sfârșit|kraj|конец|кінець|край|τέλος|son)\b"
)
_ADDRESS = re.compile(r"[^\s@<>]@[\w\[]")
_DATE = re.compile(r"\d{1,2}\s?[:.h]\s?\d{2}|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_CLOCK = re.compile(r"(?<![\d./-])\d{1,2}\s?[:.h]\s?\d{2}(?![./-]?\d)|\d{1,2}\s?[点點時时시]")
_STAMP = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}[,]?\s+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s[A-Z]{2,5}\d?)?"
)
_INLINE = re.compile(r"\s(?:Date|Sent|To|Subject)\s?:\s")
COLONS = ":：՝៖"
"""What stands between the name of a field and its value; the last two in Armenian and Khmer."""
_STRANGE_SENDER = re.compile(
    rf"[\s>*]{{0,6}}[^\W\d_][^{COLONS}<>@/]{{0,24}}\s?[{COLONS}]\*?\s?[^<>\[\]]{{0,80}}(?:<[^<>\s]{{1,80}}@|\[mailto:|<mailto:)"
)
_STRANGE = re.compile(rf"[\s>*]{{0,6}}[^\W\d_][^{COLONS}<>@/]{{0,24}}\s?[{COLONS}]\*?\s?(\S.{{0,300}})$")
_MOMENT = re.compile(r"(?:(?:19|20)\d\d.*\d{1,2}[:.]\d\d|\d{1,2}[:.]\d\d.*(?:19|20)\d\d)")
_NOTES = re.compile(r".{2,60}---\d{1,2}[/.]\d{1,2}[/.]\d{2,4} [^-]{1,20}---")
"""What Notes puts above its own header block."""
_INSET = ("  ", "\t")
_NOTES_NAME = re.compile(r"[^\W\d_][^<>:;@/]{1,60}(?:<[^<>\s]{1,80}@[^<>\s]{1,80}>|(?:/[\w.@ -]{1,40}){1,4})")
_WITHIN = 80
_MOST_STRANGE = 8
_LEAST_RULED = 4
_MOST_RULED = 160
_MOST_RUN_ON = 1_000
_MOST_LEADER = 60
_MOST_DATE = 40
_MOST_NOTES = 14
_MOST_NAME = 20
_ENOUGH = 3
_MOST_BETWEEN = 2
_MOST_FIELDS = 24


def field_of(raw: str) -> tuple[Field, str] | None:
    """Which header field a line names, and its value."""
    text = plain(raw)[:400].lstrip("*_ \t")
    cut = min((at for at in (text.find(":", 0, 36), text.find("：", 0, 36)) if at > 0), default=0)
    if not cut:
        return None
    name = lower(text[:cut].strip(" \t*_\u00a0"))
    role = FIELDS.get(name)
    return (role, text[cut + 1 :].strip(" \t*_")) if role else None


def may_be_field(raw: str) -> bool:
    """Whether a line has a colon where the name of a field could end."""
    head = raw[:_WITHIN]
    return ":" in head or (not head.isascii() and any(map(head.__contains__, COLONS)))


def announces(raw: str) -> bool:
    """Whether a line says that the original or a forwarded message follows."""
    text = plain(raw)[:_MOST_RUN_ON]
    if not text.endswith((":", "：")) and not _RULED.match(text):
        return False
    if not _LEAST_RULED <= len(text) <= _MOST_RULED and not _RUN_ON.match(text):
        return False
    bare = lower(text.strip(_RULE_CHARS + "<>[]").rstrip(":： "))
    if (run_on := _RUN_ON.match(text)) is not None and lower(run_on[1]) in _ORIGINALS:
        return True
    if _RULED.match(text) and (
        bare in _ORIGINALS or (text.startswith("--") and bare.startswith(("forwarded by", "original message")))
    ):
        return True
    return text.endswith((":", "：")) and bare.startswith(_BEGINS)


def ends_forwarded(raw: str) -> bool:
    """Whether a drawn line says that a forwarded message ends here."""
    text = plain(raw)
    if not _LEAST_RULED <= len(text) <= _MOST_RULED or not _RULED.match(text):
        return False
    bare = lower(text.strip(_RULE_CHARS))
    return _ENDS.match(bare) is not None and _FORWARDS.search(bare) is not None


def names_original(raw: str) -> bool:
    """Whether a line holds nothing but the words for an original or a forwarded message; what follows must bear it out."""
    text = plain(raw)
    if not _LEAST_RULED <= len(text) <= _MOST_RULED:
        return False
    return lower(text.strip(_RULE_CHARS).rstrip(":： ")) in _ORIGINALS or _NOTES.match(text) is not None


def forwards(raw: str) -> bool:
    """Whether a short line speaks of forwarding and announces something; a header block below must bear it out."""
    text = plain(raw)
    bare = text.strip(_RULE_CHARS)
    if _RULED.match(text) and announces(raw):
        return _FORWARDS.search(lower(text[:_MOST_LEADER])) is not None
    if not _LEAST_RULED <= len(bare) <= _MOST_LEADER or not (bare.endswith((":", "：")) or _RULED.match(text)):
        return False
    return _FORWARDS.search(lower(bare)) is not None


def blocks(
    texts: Sequence[str],
    open_to: Sequence[bool],
    ruled: Sequence[bool],
    named: Callable[[str], tuple[Field, str] | None] = field_of,
) -> Iterator[tuple[int, int]]:
    """Every header block, as index of its first line and index after its last.

    `open_to` says which lines may begin one; `ruled` which have a drawn line right above, so that fewer fields will do;
    `named` is `field_of`, or what remembers its answers.
    """

    def field(index: int) -> tuple[Field, str] | None:
        return named(texts[index])

    index = 0
    while index < len(texts):
        if not open_to[index] or (first := field(index)) is None or first[0] in {Field.CC, Field.OTHER}:
            begin, end = _strange_block(texts, index) if open_to[index] else (index, index)
            if end == index and _dates_only(texts[index]):
                begin, end = _notes_block(texts, field, index)
            if end > index:
                yield begin, end
            index = max(end, index + 1)
            continue
        roles, end, seen = _scan(texts, field, index)
        if _is_header(roles, texts[index], ruled=ruled[index]) and not _is_inset(texts, index, end):
            yield index, end
            index = end
        elif (strange := _strange_block(texts, index))[1] > index:
            yield strange
            index = strange[1]
        else:
            # What begins inside a run that is no block has even fewer fields.
            index = max(index + 1, seen if seen < index + _MOST_FIELDS else index + _MOST_FIELDS // 2)


def _is_inset(texts: Sequence[str], begin: int, end: int) -> bool:
    """Whether lines are set in from the left and the sentence above goes on below them: somebody shows a header."""
    if not all(text.startswith(_INSET) for text in texts[begin:end]):
        return False
    below = next((text for text in texts[end : end + _MOST_BETWEEN] if text.strip()), "")
    return below[:1].islower()


def _dates_only(raw: str) -> bool:
    """Whether a line is a date and time and next to nothing else."""
    text = raw.strip()
    return len(text) <= _MOST_DATE and text[:1].isdigit() and _STAMP.fullmatch(text) is not None


def _notes_block(texts: Sequence[str], field: Callable[[int], tuple[Field, str] | None], start: int) -> tuple[int, int]:
    """What Notes puts above a quote: a name, under it a date, and some lines on To and Subject, each perhaps alone."""
    roles: set[Field] = set()
    end = start
    for index in range(start + 1, min(start + _MOST_NOTES, len(texts))):
        found = field(index) or field_alone(texts[index])
        if found is not None:
            roles.add(found[0])
            end = index + 1
            if found[0] is Field.SUBJECT:
                # The subject itself may stand on the next line.
                end += not found[1] and index + 1 < len(texts)
                break
    begin = start
    while begin and start - begin < _MOST_BETWEEN and texts[begin - 1].strip() and len(texts[begin - 1]) < _MOST_RULED:
        begin -= 1
    if begin == start and start >= _MOST_BETWEEN and _names_sender(texts[start - _MOST_BETWEEN]):
        # In HTML they are paragraphs.
        begin -= _MOST_BETWEEN
    if begin == start or not {Field.TO, Field.SUBJECT} <= roles:
        return start, start
    return begin, end


def _names_sender(raw: str) -> bool:
    """Whether a line is a name with an address in brackets, or a name as Notes writes it: `Jane Doe/Paris/Agency`."""
    return len(raw) < _MOST_RULED and _NOTES_NAME.fullmatch(raw.strip()) is not None


def field_alone(raw: str) -> tuple[Field, str] | None:
    """The header field whose name is all that a line holds."""
    text = raw.strip()
    role = FIELDS.get(lower(text)) if len(text) <= _MOST_NAME else None
    return (role, "") if role else None


def _strange_block(texts: Sequence[str], start: int) -> tuple[int, int]:
    """First index and index after a header block in a language that is not in the table; both `start` where there is none.

    It begins with a sender's address in brackets and goes on, line by line, with names and values, a date and time among
    them.
    """
    if "@" not in texts[start] or not _STRANGE_SENDER.match(texts[start]):
        return start, start
    end = start + 1
    dated = False
    while end < len(texts) and end < start + _MOST_STRANGE and (found := _STRANGE.match(texts[end])):
        dated = dated or _MOMENT.search(found[1]) is not None
        end += 1
    return (start, end) if dated and end - start >= _ENOUGH else (start, start)


def _scan(
    texts: Sequence[str], field: Callable[[int], tuple[Field, str] | None], start: int
) -> tuple[dict[Field, str], int, int]:
    """The fields of the run that begins at `start`, the index after the last of them, and how far was looked."""
    roles: dict[Field, str] = {}
    end = start
    between = 0
    index = start
    for index in range(start, min(start + _MOST_FIELDS, len(texts))):
        found = field(index)
        if found is not None:
            roles.setdefault(*found)
            end = index + 1
            between = 0
            continue
        between += 1
        blank = not texts[index].strip(" >\t\u00a0")
        if between > _MOST_BETWEEN or (blank and not (index + 1 < len(texts) and field(index + 1) is not None)):
            break
    return roles, end, index


def _is_header(roles: dict[Field, str], line: str, *, ruled: bool) -> bool:
    """Three different fields, or two that look their part, or one under a drawn line."""
    telling = {role for role in roles if role is not Field.OTHER}
    if len(telling) >= _ENOUGH and not telling <= {Field.TO, Field.CC, Field.SUBJECT}:
        # "From: Kiel, To: Hamburg, Date: 3.3.2025" is a journey: a mail has sender, subject and hour, or an address.
        clocked = telling >= {Field.FROM, Field.SUBJECT} and _CLOCK.search(roles.get(Field.DATE, "")) is not None
        return ruled or clocked or any(_ADDRESS.search(value) for value in roles.values())
    dated = bool(_DATE.search(roles.get(Field.DATE, "")))
    addressed = any(_ADDRESS.search(roles.get(role, "")) for role in (Field.FROM, Field.TO))
    if len(telling) >= _ENOUGH - 1 and (addressed or (dated and Field.FROM in telling)):
        return Field.FROM in telling or (dated and addressed)
    return Field.FROM in telling and addressed and (ruled or _INLINE.search(line) is not None)
