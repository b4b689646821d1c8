"""What machines add to a mail and nobody typed: disclaimers, banners, labels, list footers."""

import re

from ingest.attribution import lower
from rules.vocabulary import LINE_WORDS

_MOST_LINE = 300
_MOST_LABEL = 120
_MOST_VALUE = 5
_LEAST_LEGAL = 30
_LEAST_LEGAL_WORDS = 2
_LEAST_DATA = 80
_MOST_ITSELF = 120
_MOST_LEGAL = 3_000

_ABOVE = re.compile(
    r"above this line|above the line\W*$|oberhalb dieser (?:zeile|linie)|über dieser (?:zeile|linie)|au-dessus de cette ligne|"
    r"por encima de esta línea|encima de esta línea|boven deze (?:lijn|regel)|acima desta linha|sopra questa (?:riga|linea)|"
    r"над этой (?:линией|чертой|строкой)|nad tą linią|nad touto čarou|ovanför den här (?:raden|linjen)|over denne linje|"
    r"tämän rivin yläpuolelle|bu satırın üst|この線より上|在此行上方|이 줄 위에",
    re.IGNORECASE,
)


_ABOVE_HINTS = (
    "above", "oberhalb", "über dies", "dessus", "encima", "boven", "acima", "sopra", "над эт", "nad t", "ovanför", "over denne",
    "yläpuolelle", "satırın", "より上", "上方", "위에",
)  # fmt: skip


def is_reply_above(raw: str) -> bool:
    """Whether the line asks to type above it; what stands below is a quote."""
    return may_ask_above(raw.lower()) and _ABOVE.search(raw) is not None


def may_ask_above(lowered: str) -> bool:
    """Whether a text in small letters, of one line or of many, can hold such a line."""
    return any(map(lowered.__contains__, _ABOVE_HINTS))


# Most of these are asked of small letters: to ignore the case takes ten times as long.
_LEGAL_STARTS = re.compile(
    r"\W{0,12}(?:p\s{1,3}|(?:important |legal |privacy )?(?:notice|warning|attention|caution)\W{1,3})?(?:confidentiality (?:notice|note|statement)|disclaimer|notice of confidentiality|privileged (?:and|&) confidential|"
    r"(?:this|the information (?:contained|transmitted|in this)|the contents? of this) .{0,80}(?:confidential|intended|privileged)|"
    r"this (?:e-?mail|message|communication|transmission|electronic (?:mail|message|transmission)(?: message)?)(?:,? (?:and|including|together with) .{0,60})? (?:is|are|may|contains?|was|has)\b|"
    r"if you (?:are not|have received) (?:the intended|this)|please (?:consider|think) (?:of )?(?:the environment(?= before| and| when| prior|\W*$)|before printing)|"
    r"(?:diese|dieses) (?:e-?mail|nachricht|mail) .{0,120}(?:vertraulich|bestimmt)|der inhalt dieser e-?mail|"
    r"(?:ce|cet|le présent) (?:message|courriel|e-?mail|courrier) .{0,120}(?:confidentiel|destin)|avis de confidentialité|"
    r"(?:este|esta) (?:mensaje|correo|mensagem|e-?mail) .{0,160}(?:confidencia|destin)|aviso (?:de confidencialidad|legal)|"
    r"(?:le informazioni contenute|questo messaggio|questa e-?mail) .{0,160}(?:riservat|destinatari|confidenzial)|"
    r"(?:dit bericht|deze e-?mail|de informatie in) .{0,160}(?:vertrouwelijk|bestemd)|"
    r"(?:niniejsza|ta) wiadomość .{0,120}(?:poufn|przeznaczon)|(?:настоящее|это|данное) (?:сообщение|письмо) .{0,160}конфиденциал|"
    r"(?:denna|detta) (?:e-?post\w*|mejl|meddelande) .{0,160}(?:konfidentiell|avsed)|"
    r"(?:denne|dette) (?:e-?mail|e-?post\w*|mail|meddelelse|melding\w*|besked) .{0,160}(?:fortrolig|beregnet|bestemt|ment for|konfidensiell)|"
    r"(?:tämä|tämän) (?:sähköposti\w*|viesti\w*) .{0,160}(?:luottamukselli|tarkoitettu)|"
    r"(?:tato|tento) (?:e-?mail\w*|zpráv\w*|správ\w*) .{0,160}(?:důvěrn|dôvern|určen)|"
    r"(?:ez az|jelen) (?:e-?mail|üzenet|levél) .{0,160}(?:bizalmas|címzett)|bu (?:e-?posta|ileti|mesaj) .{0,160}(?:gizli|kişi)|"
    r"(?:acest|prezentul) (?:mesaj|e-?mail) .{0,160}(?:confiden|destinat)|(?:ova|ovaj) (?:e-?mail|poruka|e-?poruka) .{0,160}(?:povjerljiv|namijenjen)|"
    r"(?:це|цей|дане) (?:повідомлення|лист) .{0,160}конфіденц|(?:αυτό|το παρόν) (?:το )?(?:μήνυμα|e-?mail) .{0,160}(?:εμπιστευτ|προορίζεται)|"
    r"(?:see|käesolev) (?:e-?kiri|kiri|sõnum) .{0,160}konfidents|(?:email|e-mail|thư) này .{0,160}(?:bảo mật|mật)|"
    r"本(?:电子)?(?:邮件|郵件|メール|電子メール).{0,80}(?:机密|機密|保密|秘密)|(?:이|본) (?:메일|이메일|전자우편).{0,80}(?:기밀|비밀|지정된)|"
    r"(?:scanned|checked) (?:by|for virus)|virus-?free\W{1,3}(?:www|http|$)|this email has been (?:checked|scanned)|no virus found|"
    r"此(?:电子)?邮件.{0,60}(?:机密|保密)|このメール(?:に|は|には).{0,60}(?:機密|秘密))",
)
_LEGAL_WORDS = re.compile(
    r"intended (?:recipient|only|solely|for the)|confidential|privileged|unauthori[sz]ed|disclos|disseminat|prohibited|notify the sender|"
    r"delete (?:this|it|the)|received (?:this|it) in error|vertraulich|empfänger|adressat|irrtümlich|vernichten|löschen|unbefugt|"
    r"confidentiel|destinataire|erreur|expéditeur|confidencia|destinat[aá]ri|remitente|remetente|erro[r]?\b|prohibi|proibi|"
    r"riservat|mittente|vietat|confidenzial|per errore|distrugg|cancellar|vertrouwelijk|geadresseerd|afzender|onterecht|abusievelijk|verwijder|poufn|adresat|omyłk|usun|nadawc|"
    r"конфиденциал|получател|отправител|ошибк|удал|конфіденц|одержувач|отримувач|помилк|konfidentiell|mottag|avsänd|radera|fortrolig|"
    r"modtag|afsend|slett?e?|konfidensiell|luottamukselli|vastaanott|lähettä|důvěrn|dôvern|příjemc|adresát|odesílatel|odosielateľ|omylem|"
    r"smaž|vymaž|bizalmas|címzett|feladó|töröl|gizli|alıcı|gönderen|siliniz|expeditor|șterge|povjerljiv|primatelj|pošiljatelj|izbriš|"
    r"εμπιστευτ|παραλήπτ|αποστολ|διαγρ|konfidents|saaja|bảo mật|người nhận|người gửi|机密|機密|保密|秘密|收件人|收件者|发件人|寄件|删除|刪除|"
    r"受信者|宛先|送信者|削除|破棄|誤っ|기밀|수신|삭제|발신",
)


_LETTERS = (
    "mail", "e-post", "epost", "kiri", "message", "nachricht", "courriel", "courrier", "correo", "mensaje", "mensagem", "messaggio",
    "missatge", "bericht", "wiadomo", "meddel", "mejl", "besked", "melding", "viesti", "sähköposti", "zpráv", "správ", "üzenet", "levél",
    "ileti", "mesaj", "poruk", "порук", "sporočil", "писм", "письм", "сообщен", "съобщен", "повідомл", "лист", "μήνυμα", "vēstul", "laišk",
    "póstur", "communication", "transmission", "رسالة", "البريد", "پیام", "ایمیل", "ईमेल", "संदेश", "surel", "pesan", "thư", "הודעה", "מייל",
    "อีเมล", "ข้อความ", "邮件", "郵件", "メール", "메일", "우편", "信件",
)  # fmt: skip
"""What people call a mail, in small letters: where none of them stands, nothing speaks of itself."""
_PLAIN_LETTERS = tuple(filter(str.isascii, _LETTERS))
_LETTER = rf"(?:ال)?(?:e-?)?(?:{'|'.join(_LETTERS)})(?!s? (?:board|queue|bus))"
ITSELF = re.compile(
    rf"\b(?:this|these|diese[rs]?|cet?|cette|présent|[nd]?est[ea]s?|quest[oa]|presente|dit|deze|denna|detta|denne|dette|tämän?|niniejsz\w+|"
    rf"tento|tato|táto|této|tejto|tohoto|tohto|tej|tego|ta|ez|az|jelen|bu|acest|prezent\w*|din|ova|ovaj|ovo|to|това|този|настоящ\w+|это|"
    rf"данн\w+|это[мй]|це|цей|дан\w+|ова|ово|παρόν|هذه|هذا|این|यह|see|käesolev|šis|šī|šo|ši|þessi|aquest)[\s\xa0]{{1,2}}"
    rf"(?:[^\W\d_]{{1,20}} )?{_LETTER}"
    r"|(?:e-?mail|email|thư|pesan|surel|הודעה|מייל|μήνυμα|อีเมล|ข้อความ)\s?(?:này|ini|זו|זה|นี้|αυτό)"
    r"|(?:本|此|この|当|[이본] ?)(?:电子|電子)?(?:邮件|郵件|メール|메일|이메일|전자우편|信件)",
)
"""`this message`, of itself, in small letters."""
SENDER = re.compile(
    r"sender|absender|expéditeur|mittente|remitente|remetente|remitent|afzender|avsänd|afsend|avsend|lähettä|nadawc|odesílatel|odosielate|"
    r"feladó|gönder|expeditor|pošiljat|αποστολ|отправител|відправник|подател|пошиља|لمرسل|שולח|pengirim|saatja|sūtītāj|siuntėj|"
    r"người gửi|प्रेषक|ผู้ส่ง|sendand|فرستنده|发件|寄件|送信|발신")  # fmt: skip
_LEGAL_PARTS = (
    re.compile(
        r"confiden|konfiden|vertraulich|vertrouwelijk|riservat|poufn|конфиденц|конфіденц|поверител|поверљив|доверлив|fortrolig|"
        r"luottamuks|důvěrn|dôvern|bizalmas|gizli|povjerljiv|poverljiv|zaupn|εμπιστευτ|سري|محرمان|חסוי|סודי|rahasia|sulit|bảo mật|"
        r"trúnaðar|गोपनीय|ความลับ|机密|機密|保密|秘密|기밀|비밀"),
    re.compile(
        r"recipient|addressee|intended|esclusivamente|exclusiv|empfänger|adressat|destinat|geadresseer|ontvanger|mottag|modtag|vastaanott|adresat|adresāt|odbiorc|"
        r"příjemc|príjemc|adresát|címzett|alıcı|primatel|primaoc|prejemnik|naslovnik|παραλήπτ|получател|адресат|одержувач|отримувач|"
        r"примаоц|прималац|المرسل إليه|المستلم|נמען|penerima|saaja|gavėj|người nhận|प्राप्तकर्ता|ผู้รับ|viðtakand|گیرنده|收件|受信|宛先|수신"),
    re.compile(
        r"error|mistake|engano|equivoca|eroare|irrtüm|versehen|erreur|onterecht|abusievelijk|vergissing|misstag|fejl|feil|erehdy|vahingossa|omyłk|pomyłk|omylem|"
        r"omylom|téved|yanlış|greșe|grešk|pomot|λάθος|ошиб|помилк|грешк|خطأ|טעות|kesalahan|kļūd|klaid|eksituse|nhầm|गलती|ผิดพลาด|mistök|"
        r"اشتباه|错|錯|誤|잘못"),
    SENDER,
    re.compile(
        r"delet|destroy|distrugg|lösch|vernicht|supprim|détrui|elimin|borr|apag|exclu|cancell|verwijder|vernietig|radera|slett?e|poista|usu[nń]|smaz|smaž|"
        r"vymaž|töröl|silin|șterg|izbri|obriš|διαγρ|удал|видал|изтри|избриш|حذف|מחק|hapus|kustuta|dzēs|ištrin|xóa|हटा|ลบ|eyða|پاک|删除|刪除|"
        r"削除|破棄|삭제"),
)  # fmt: skip
"""What is confidential, for whom, what went wrong, whom to tell and what to do with it: legal text names most of them."""
_MOST_MISSED = 1


def _is_legal_by_parts(small: str) -> bool:
    """Whether a paragraph speaks of itself and says what legal text says, in whatever language."""
    head = small[:_MOST_ITSELF]
    letters = _PLAIN_LETTERS if head.isascii() else _LETTERS
    if not any(map(head.__contains__, letters)) or ITSELF.search(head) is None:
        return False
    missed = 0
    for part in _LEGAL_PARTS:
        missed += part.search(small) is None
        if missed > _MOST_MISSED:
            return False
    return True


_GREEN = re.compile(
    r"\W{0,6}(?:p )?(?:avant|antes|prima|bevor|vor dem|bitte|merci|por favor|per favore|pensez|piense|pense|denken|denk|tänk|tænk|tenk|"
    r"before|save|protect|ajattele|zanim|než|skôr|mielőtt|înainte|prije|pred|перед|прежде|помисли|подумайте|lütfen|πριν|抱|この|请|請|이)"
    r".{0,80}(?:environ|ambiente|umwelt|milieu|miljø|miljö|ympäristö|środowisk|prostřed|prostred|környezet|mediu|okoliš|okolj|окол|окруж|"
    r"довкіл|çevre|περιβάλλον|環境|环境|환경)",
)
_PRINTS = re.compile(
    r"imprim|stampa|druck|print|skriv[ae]? ut|udskriv|skriver ut|tulost|druk|tisk|tlač|nyomtat|tipăr|imprim|ispis|печат|друк|yazdır|εκτυπ|"
    r"印刷|打印|列印|인쇄",
)
"""Think of the environment before you print this."""


def is_disclaimer(paragraph: str) -> bool:
    """Whether a paragraph is legal text, or a plea for trees, put under every mail."""
    if len(paragraph) < _LEAST_LEGAL:
        return False
    small = lower(paragraph[:_MOST_LEGAL])
    if len(paragraph) < _MOST_LINE and _GREEN.match(small) and _PRINTS.search(small) and ITSELF.search(small):
        return True
    return _is_legal_by_start(small) or _is_legal_by_parts(small) or _is_notice(paragraph)


_NOTICE_STARTS = re.compile(
    r"\W{0,6}(?:please (?:note|be advised|be aware)|notice|note|warning|under|pursuant|in accordance|all e-?mails?|e-?mails?|this (?:e-?mail|message)|"
    r"most written|\w{4,20} has a (?:very )?broad)\b",
    re.IGNORECASE,
)
_ON_RECORD = re.compile(
    r"\b(?:e-?mails?(?: address(?:es)?)?|correspondence|communications)\b.{0,120}\b(?:is|are|be|considered|subject to)\b"
    r"(?: \w{1,14}){0,6} public[- ]records?\b|"
    r"\b(?:public[- ]records? (?:law|act)|freedom of information act|privacy act)\b.{0,20}\b(?:this )?(?:e-?mail|communications)",
    re.IGNORECASE,
)
_RELEASED = re.compile(
    r"\bsubject to\b|disclos|third part|upon request|in response to|\breleased? to\b|available to the public|\bunder the\b",
    re.IGNORECASE,
)
"""Mail to and from an office is a public record: many states have it said under every mail."""
_OPINIONS = re.compile(
    r"\W{0,6}(?:[\w'’]{1,12}[ '’]){0,2}(?:opinions?|views|opiniones|opinioni|opiniões|meinungen|ansichten|meningen|åsikter|synspunkter|"
    r"mielipiteet|opinie|názory|vélemények|opiniile|мнения|погляди|görüşler)\b",
    re.IGNORECASE,
)
_NOT_OURS = re.compile(
    r"n[eé]cess?ari|nécessaire|notwendig|noodzakelijk|nödvändig|nødvendig|välttämättä|konieczn|nutně|feltétlen|neapărat|обязательно|обов|"
    r"mutlaka|do(?:es)? not relate to the official|neither given nor|those of the (?:author|sender)",
    re.IGNORECASE,
)
_OF_DATA = re.compile(
    r"\W{0,6}(?:ai sensi|in (?:conformità|ottemperanza)|in accordance|in compliance|pursuant|under the|de acuerdo con|de conformidad|en cumplimiento|"
    r"conform[ée]ment|em (?:conformidade|cumprimento)|nos termos|zgodnie z|w związku|in overeenstemming|gemäß|im sinne|der schutz ihrer|"
    r"(?:informationen|hinweise) zu[mr] (?:datenschutz|verarbeitung)|(?:ihre|your|vos|sus|i suoi|i tuoi|os seus) (?:personal |persönlichen )?(?:dat\w{1,4}|données))\b",
    re.IGNORECASE,
)
_DATA_LAW = re.compile(
    r"2016/679|\bgdpr\b|\brgpd\b|ds-?gvo|\blopd\w{0,3}\b|\brodo\b|datenschutz|protección de (?:los )?datos|protezione dei dati|"
    r"données (?:personnelles|à caractère)|dados pessoais|danych osobowych|persoonsgegevens|personal data",
    re.IGNORECASE,
)
_INFORMS = re.compile(
    r"\b(?:informamos|informiamo|informieren wir|we inform|si (?:precisa|informa|comunica)|you (?:have|may|can|are)|sie (?:haben|können|finden)|"
    r"finden sie|ihrer?|vous (?:disposez|pouvez)|puede ejercer|(?:può|potrà) esercitare|derechos de acceso|informujemy|informeren)\b",
    re.IGNORECASE,
)
"""What happens to personal data has to be said in Europe, to whoever reads it."""
_REGISTERED = re.compile(
    r"\b(?:(?:register)?sitz(?: der gesellschaft)?|registergericht|handelsregister|geschäftsführ\w{1,6}|vorstand\w{0,10}|aufsichtsrat\w{0,14}|"
    r"ust-?id\w{0,3}\.?(?:-?nr\.?)?|siret|partita iva|p\.? ?iva|kvk(?:-nummer)?|company (?:registration )?(?:no|number)|vat (?:no|number)"
    r"|registered (?:office|in england))\.?\s?:",
    re.IGNORECASE,
)
"""What companies have to say about themselves."""
_ITS_TEXT = re.compile(r"\bherein\b|\bhereby\b", re.IGNORECASE)
"""The opinions in this mail are not necessarily ours."""


_FIRST_PERSON = re.compile(r"\b(?:I|ich|j['’]ai|mich)\b")
"""A notice speaks of nobody."""
_MONITORED = re.compile(
    r"\W{0,6}(?:all |your )?(?:e-?mails?|messages|communications)(?: (?:sent|to|from|and|with)\b.{0,80})? may be (?:monitored|recorded|archived|intercepted)\b",
    re.IGNORECASE,
)


def _is_notice(paragraph: str) -> bool:
    """Whether a paragraph says that the mail is a public record, or that it speaks for nobody but its writer."""
    head = paragraph[:400]
    if _FIRST_PERSON.search(paragraph[:_MOST_LEGAL]) is not None:
        return False
    if _MONITORED.match(head) or (_NOTICE_STARTS.match(head) and _ON_RECORD.search(head) and _RELEASED.search(head)):
        return True
    if len(paragraph) >= _LEAST_DATA and _OF_DATA.match(head) and _DATA_LAW.search(head) and _INFORMS.search(head):
        return True
    if len(head) < _MOST_LINE and head.count(":") > 1 and len(_REGISTERED.findall(head)) > 1:
        return True
    speaks = _OPINIONS.match(head) is not None and _NOT_OURS.search(head) is not None
    return speaks and (ITSELF.search(lower(head)) is not None or _ITS_TEXT.search(head) is not None)


_LEGAL_HEADS = re.compile(
    r"[* _]{0,9}(?:P )?(?:please (?:consider|think)|"
    r"(?:confidentiality n\w{1,12}|disclaimer)(?:[ *_]{0,4}(?:$|[^\w\s*_])| this\b| the information\b))",
    re.IGNORECASE,
)
"""What needs no other word of law."""


def _is_legal_by_start(small: str) -> bool:
    if not _LEGAL_STARTS.match(small[:300]):
        return False
    return (
        _LEGAL_HEADS.match(small) is not None
        or len(set(_LEGAL_WORDS.findall(small))) >= _LEAST_LEGAL_WORDS
        or "virus" in small
    )


_LABEL = re.compile(
    r"\W{0,4}(?:(?:classification|sensitivity|label|caveats?|protective marking|klassifizierung|classificação)\s?:\s?\S.{0,80}|"
    r"\[[^\[\]]{0,40}\b(?:official use only|internal|confidential|public|general|proprietary|restricted|non-business|personal)\b[^\[\]]{0,40}\]|"
    r"(?:[\w&.]{1,20} )?(?:internal(?: use)?(?: only)?|confidential|proprietary|restricted|public|general)"
    r"\s?[-–/|]\s?(?:internal(?: use)?(?: only)?|confidential|proprietary|restricted|public|general|internal distribution)|"
    r"(?:internal|official) use only)\W{0,4}$",
    re.IGNORECASE,
)
_VALUES = re.compile(
    r"intern|publi|públi|öffentlich|confid|vertraulich|restri|official|secret|privat|general|classif|sensitiv|personal|company|only|none|"
    r"propriet|protect|open|low|medium|high|marking|[a-z]\d\b|tlp",
    re.IGNORECASE,
)
_MARKING_LINE = re.compile(r"\W{0,6}[A-Z][A-Z /,&:;()-]{2,80}\W{0,6}$")
_CAPITALS = re.compile(r"[A-Z]+")
_BESIDE_MARKINGS = LINE_WORDS | frozenset({"CLASSIFICATION", "APPROVED", "PUBLIC", "UNOFFICIAL"})
_MARKING_WORDS = re.compile(
    r"\b(?:UNCLASSIFIED|SECRET|CONFIDENTIAL|CUI|CONTROLLED|FOUO|OFFICIAL|PROTECTED|RESTRICTED|NOFORN|SENSITIVE|LES|SBU)\b",
)


_LABEL_HINTS = (
    "classifi", "sensitiv", "label", "caveat", "marking", "klassifizierung", "internal", "confidential", "public", "general",
    "proprietary", "restricted", "non-business", "personal", "use only", "secret", "cui", "controlled", "fouo", "official",
    "protected", "noforn", "les", "sbu",
)  # fmt: skip


def may_hold_label(folded: str) -> bool:
    """Whether a text of many lines, in small letters, can hold one."""
    return any(map(folded.__contains__, _LABEL_HINTS))


def is_label(raw: str) -> bool:
    """Whether the line is a sensitivity label or a marking on its own; whether it may stand is for rules/ to say."""
    if len(raw) > _MOST_LABEL:
        return False
    if _LABEL.match(raw) is not None:
        # "Classification: moved 30 elms from class B to A" tells of work.
        value = raw.partition(":")[2].strip()
        return not value[:1].islower() or (len(value.split()) < _MOST_VALUE and _VALUES.search(value) is not None)
    if _MARKING_LINE.match(raw) is None or _MARKING_WORDS.search(raw) is None:
        return False
    # Who writes all in capitals has sentences with these words in them.
    return "//" in raw or all(word in _BESIDE_MARKINGS for word in _CAPITALS.findall(raw))


_LIST_FOOTER = re.compile(
    r"\W{0,6}(?:you (?:received|are receiving) this (?:(?:message|email|e-mail) because|because you (?:were|are|authored|commented)\b)|"
    r"to unsubscribe from this (?:group|list|topic|email)|to (?:post to|view this discussion|stop receiving)|unsubscribe:? (?=[<\[(]?(?:https?:|mailto:|\S{1,60}@|www\.)|from\b|here\b|\S{1,12}\W*$)|"
    r"[\w.+-]{1,60} mailing list\b|mailing list:? |reply to this email directly(?: or|,) view it on)",
    re.IGNORECASE,
)


def is_list_footer(raw: str) -> bool:
    """Whether a mailing list put the line under the mail."""
    return len(raw) < _MOST_LINE and _LIST_FOOTER.match(raw) is not None
