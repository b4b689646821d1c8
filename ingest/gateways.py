"""What gateways and scanners write into a mail on its way: warnings of outside mail on top, notes of a scan at the foot."""

import re

from ingest import furniture
from ingest.attribution import lower

_MOST_BANNER = 400
_MOST_NOTE = 200

_BANNER = re.compile(
    r"\W{0,6}\[?\s?(?:external(?: e-?mail| sender| message)?|extern(?:e|er|es|o|a|t|í|y)?(?: (?:e-?mail|mail|nachricht|absender))?|estern[oa]|ulkoinen|zewnętrzn[ya]|внешнее|külső|harici|外部|外部郵件|外部邮件|외부|ext|"
    r"non-dod source|(?:(?:caution|warning)\W{1,3})?non-[a-z]{2,20} e?-?mail|(?:(?:stop|caution|warning)\W{1,3})?(?:think\W{1,3})?external (?:e-?mail|sender)|(?:this )?sender (?:is )?not verified)"
    r"\s?\]?\W{0,6}$|external \([^()\s]{3,80}@[^()\s]{3,80}\)$|"
    r"\W{0,6}(?:[a-z][a-z -]{2,40}[:!]\s)?(?:this (?:e-?mail|message|mail) (?:originat\w{1,4}|was|is|came|comes|has|sent|arrived)\b[\w ]{0,60}?\bfrom (?:outside|an? (?:external|outside|untrusted|unverified|unknown))\b|"
    r"this (?:e-?mail|message|mail) (?:[\w ]{1,30} by someone|originat\w{2,4}) outside|you received this (?:e-?mail|message) from an external|"
    r"(?:sent|received) from outside (?:of )?(?:the|your|our) (?:organi[sz]ation|company|agency|department|county|state|university)|"
    r"external sender\W{1,3}(?:be|use|verify|do not)\b|first[- ]time sender\s?[:.!(]|all active links contained in this e?-?mail were disabled|"
    r"you (?:have not|haven['’]t) (?:previously |recently )?(?:corresponded|communicated) with this sender|"
    r"(?:please )?(?:use|exercise|proceed with) (?:extreme )?caution (?:with|when|before)\b.{0,80}\b(?:links?|attachments?|clicking|opening)\b|"
    r"you don['’]t often (?:get|receive) e?-?mail|external e-?mail ?:(?!.{0,20}\b(?:we|i|our|my)\b)|email from outside|"
    r"some people who received this message don['’]t often get)",
    re.IGNORECASE,
)
_WARNS = re.compile(
    r"\W{0,12}(?:caution|warning|attention|achtung|vorsicht|hinweis|external|extern|notice|alert|important|wichtig|be careful|think before|"
    r"précaution|prudence|avertissement|precaución|atención|advertencia|aviso|cuidado|atenção|attenzione|avviso|let op|waarschuwing|"
    r"uwaga|ostrzeżenie|varning|obs|advarsel|bemærk|huomio|varoitus|upozornění|upozornenie|pozor|figyelem|figyelmeztetés|dikkat|uyarı|"
    r"atenție|avertisment|oprez|upozorenje|внимание|предупреждение|осторожно|увага|обережно|προσοχ[ήη]|ettevaatust|tähelepanu|cảnh báo|"
    r"外部|社外|部外|组织外|組織外|외부|คำเตือน|注意|警告|提醒|주의|경고|זהירות|אזהרה|تحذير|تنبيه)",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    r"originat|outside|extern|außerhalb|extérieur|estern|fuera de|fora d|buiten|spoza|zewnętrz|utanför|uden ?for|utenfor|ulkopuol|"
    r"ulkoi|mimo |kívül|külső|dışında|harici|exterior|afara|izvan|vanjsk|внешн|извне|зовнішн|ззовні|εξωτερικ|εκτός|väljast|bên ngoài|"
    r"ภายนอก|外部|社外|組織外|외부|חיצוני|מחוץ|خارج|sender|click|attachments|anhäng|pièces jointes|adjunt|allegat|anexo|bijlag|"
    r"załącznik|bilag|bilagor|liittei|příloh|príloh|mellékl|вложени|вкладен|συνημμέν|添付|附件|첨부",
    re.IGNORECASE,
)
_MAILED = re.compile(
    r"mail|message|sender|click|attachment|nachricht|absender|courriel|expéditeur|correo|mensaje|remitente|messaggio|mittente|mensagem|"
    r"bericht|afzender|wiadomo|nadawc|meddelande|avsändare|meddelelse|besked|afsender|melding|e-?post|viesti|sähköposti|zpráv|správ|"
    r"odesílatel|üzenet|levél|feladó|ileti|gönderen|mesaj|expeditor|poruk|письм|сообщен|отправител|лист|повідомл|μήνυμα|kiri|"
    r"thư|อีเมล|邮件|郵件|メール|메일|הודעה|מייל|דואר|رسالة|بريد",
    re.IGNORECASE,
)
_BEWARE = re.compile(
    r"click|link|attachm|anhäng|anlagen|öffnen|cliqu|pièces|clic|enlace|adjunt|allegat|anexo|klik|bijlag|załącznik|otwier|länk|bilag|lenke|"
    r"liite|linkk|přílo|prílo|odkaz|kattint|mellék|tıkla|bağlant|ссыл|вложен|посилан|вкладен|σύνδεσ|συνημ|链接|連結|附件|点击|點擊|リンク|添付|"
    r"링크|첨부|קישור|رابط|روابط|caution|originat|organi[sz]a|организац|організац|οργανισμ|company|unternehmen|entreprise|"
    r"empresa|azienda|bedrijf|společnost|组织|組織|公司|조직|회사|ארגון|مؤسسة|منظمة",
    re.IGNORECASE,
)
_BANNER_MORE = re.compile(
    r"\W{0,6}(?:do not|don['’]t|please|unless|exercise|verify|use caution|learn why|think before|be cautious)\b"
    r".{0,120}(?:click|attachment|link|sender|content|important|recogni|caution)|"
    r"\W{0,6}(?:(?:bitte )?(?:klicken|öffnen) sie (?:nicht|keine)|ne cliquez|n['’]ouvrez|no (?:haga|abra|pulse)|non (?:cliccare|aprire)|"
    r"não (?:clique|abra)|klik niet|open geen|nie (?:klikaj|otwieraj)|klicka inte|klik ikke|ikke klikk|älä (?:klikkaa|avaa)|neklikejte|"
    r"ne kattintson|tıklamayın|не (?:переходите|открывайте|нажимайте|відкривайте|переходьте)|请勿|請勿|不要(?:点击|點擊|打开|開啟))",
    re.IGNORECASE,
)
_APART = re.compile(r"\s?(?:[\w'’-]{1,20} ?){0,3}\s?[\])}:!.\-–—|*】：！。]")
_URGES = ("be careful", "think before")
_BUTTONS = re.compile(
    r"\W{0,6}(?:(?:report(?: this)?(?: e-?mail| message)?(?: as)?(?: suspicious| phishing| phish| spam| safe)?|faq|mark(?: as)? safe|"
    r"(?:trust|block|allow) sender|learn more|get help|protection by \w{2,20}|powered by \w{2,20})(?:[\s|/•·]{1,5}|$)){1,6}$",
    re.IGNORECASE,
)
"""What stands on a banner to be pressed."""


def is_banner(raw: str) -> bool:
    """Whether a gateway put the line there to warn of outside mail."""
    if len(raw) >= _MOST_BANNER:
        return False
    if _BANNER.match(raw) is not None:
        return True
    warned = _WARNS.match(raw)
    # "External mail gateway moved" tells of work: what comes from outside is said after the warning.
    if warned is None or _OUTSIDE.search(raw, warned.end()) is None or _MAILED.search(raw) is None:
        return False
    told = lower(raw[warned.end() :])
    if not (_is_set_off(warned[0], told) or furniture.ITSELF.search(told)):
        return False
    return any(sign.search(told) is not None for sign in (furniture.ITSELF, _BEWARE, furniture.SENDER))


def _is_set_off(warning: str, told: str) -> bool:
    """Whether a warning stands apart from what it warns of: "Attention line added to letters" is a sentence."""
    word = next(iter(warning.split()), "").strip("[(*_")
    return word.isupper() or not word.isascii() or warning.lower().endswith(_URGES) or _APART.match(told) is not None


def goes_on_banner(raw: str) -> bool:
    """Whether a line under a banner belongs to it."""
    return len(raw) < _MOST_BANNER and (_BANNER_MORE.match(raw) is not None or _BUTTONS.match(raw) is not None)


_SCANNERS = (
    "avast", "avg", "eset", "report this", "mailscanner", "messagelabs", "symantec", "mimecast", "sophos", "mcafee", "barracuda", "virus",
    "vírus", "вирус", "virů", "virüs", "viren", "malware",
)  # fmt: skip
_SCAN_NOTE = re.compile(
    # "Virus-free.www.avast.com", in any language: a few words and the address of the maker.
    r"(?:[^\W\d_][\w'’-]{0,20}\s){0,3}[^\W\d_][\w'’-]{0,20}\.\s?<?(?:https?://)?www\.(?:avast|avg)\.\w{2,4}\b.{0,100}$|"
    r"click (?:<\S{1,120}> ?)?here(?: ?<\S{1,120}>)? to report this (?:e-?mail|message) as (?:spam|phishing|suspicious)\W{0,3}$|"
    r"[_-]{3,20} ?information from eset\b|the message was checked by eset\b|"
    r"this (?:e-?mail|message|mail) (?:has been|was|is) (?:scanned|checked|processed)(?: for [\w ]{3,40})? by\b.{0,80}\b(?:service|system|security|software|gateway|anti-?virus|cloud|mimecast|mailscanner|symantec|sophos|mcafee|barracuda|eset|avast)\b|scanned by (?:mcafee|mailscanner|sophos|symantec|mimecast|barracuda)$|"
    r"(?:this|[ce]ste|cet?|diese|questo|questa|este|esta|dit|deze|denna|detta|denne|dette|tento|tato|ta|это|данное|це) [^.:]{3,60}"
    r"(?:viren|vírus|virus|вирус|вірус|virů)\w{0,4}\b[^.:]{0,30}\b(?:avast|avg|eset|mcafee|kaspersky|антивирус\w{0,3})\b.{0,40}$",
    re.IGNORECASE,
)


def may_hold_scan_note(lowered: str) -> bool:
    """Whether a text, in small letters, can hold one."""
    return any(map(lowered.__contains__, _SCANNERS))


def is_scan_note(raw: str) -> bool:
    """Whether a scanner put the line there to say that it looked through the mail."""
    return len(raw) < _MOST_NOTE and _SCAN_NOTE.match(raw) is not None
