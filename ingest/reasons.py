"""Why a mail could not be delivered: what servers write, folded to the five reasons that we act on.

The tables are walked from top to bottom. `unknown_address` may in the end take a person off the list of those who can
be asked, so nothing about the sender, the relay or the message may be taken for it.
"""

import re

from domain.origin import BounceReason
from rules.lazily import pattern

LONGEST = 2_000
_ENHANCED = pattern(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_SMTP = pattern(r"(?<![\d.])([45]\d\d)(?=[ \-:;,]|$)")

# What a full mailbox, an unknown address and the like are called; text is lower-cased with single spaces.
# Every gap is bounded: the text is a stranger's.
_RATE = (
    r"(?:rate|hourly|daily|per (?:hour|day|minute)|sending|connections?|recipients|too many (?:mails|messages from|connections))"
    r"[^.]{0,30}(?:limit|exceed|quota)"
)
_TOO_BIG = (
    r"(?:message|mail|file|content|attachment)s?(?: \S{1,20}){0,3} (?:size|length)[^.]{0,40}(?:exceed|limit|too (?:big|large)|maximum)"
    r"|(?:message|mail|e-mail|content|body)(?: \S{1,12}){0,2} too (?:big|large|long)|exceed(?:s|ed|ing)?[^.]{0,30}message size"
    r"|size exceeds|headers? (?:are |is )?too (?:large|long|big)|max(?:imum)? (?:message|mail) size|message file too big|message (?:is )?larger than"
)
_FULL = (
    r"over ?quota|over (?:its|the|their|his|your)?[^.]{0,20}quota|quota (?:has been |is |was )?(?:exceed|full|violat|reach)"
    r"|exceed(?:s|ed|ing)?[^.]{0,30}(?:quota|storage|allocat|mailbox|disk|space)|quotaexceeded|quota exceed"
    r"|(?:mailbox|mail box|mailfolder|inbox|maildrop|mail ?dir|mail storage|user(?:'s)? disk|mail quota|storage|spool|account)"
    r"[^.]{0,40}(?: full|exceed|too large|at (?:its |the )?limit|reached|over )"
    r"|(?:is|are|already|too) full\b|mailbox_?full|boxfull|user is over|disk full|full mailbox|mail ?box full"
    r"|(?:insufficient|not enough|no|out of|low)(?: \S{1,12}){0,2} (?:disk|storage|space|quota)"
    r"|space shortage|maximum (?:allowed )?storage|too many messages (?:in|on) (?:this|the|her|his)? ?mail ?box"
    r"|does(?:n't| not) have enough (?:space|disk|storage)|has run out of space|mailbox size limit|out of storage space"
    r"|postfach(?: \S{1,20}){0,3} voll|speicherplatz|boîte(?: \S{1,20}){0,5} pleine|quota dépassé|boite pleine"
    r"|buz[oó]n(?: \S{1,20}){0,3} lleno|casella(?: \S{1,20}){0,4} piena|caixa(?: \S{1,20}){0,4} cheia"
    r"|ящик(?: \S{1,30}){0,4} (?:переполнен|полон)|переполнен|переповнен|一杯|容量(?:超過|オーバー|を超)|(?:[邮郵信]箱|空[间間])[^。，,]{0,6}[已太][满滿]|[空][间間]不足"
    r"|skrzynka(?: \S{1,20}){0,4} (?:jest )?(?:peł|przepeł)|(?:postbus|postvak|mailbox|brievenbus)(?: \S{1,20}){0,4} vol\b"
    r"|(?:brevlåda|postlåda|inkorg)\w{0,4}(?: \S{1,20}){0,4} (?:är )?full|(?:postkasse|indbakke|innboks)\w{0,4}(?: \S{1,20}){0,4} (?:er )?full?d?\b"
    r"|(?:posti)?laatikko(?: \S{1,20}){0,4} (?:on )?täynnä|schránka(?: \S{1,20}){0,4} (?:je )?(?:plná|přeplněn|preplnen)"
    r"|postafiók\w{0,4}(?: \S{1,20}){0,3} (?:megtelt|betelt|tele)|kutusu(?: \S{1,20}){0,3} dol|căsuța(?: \S{1,20}){0,4} plină|θυρίδα(?: \S{1,20}){0,4} (?:πλήρης|γεμάτη)"
    r"|תיבת(?: \S{1,20}){0,4} מלאה|ممتلئ|kotak(?: \S{1,20}){0,3} penuh|hộp thư(?: \S{1,20}){0,4} đầy"
    r"|メールボックスがいっぱい|가득|용량 초과"
)
_ABOUT_SENDER = (
    r"(?:sender|return[- ]path|mail from|envelope[- ]from|helo|ehlo|client|reverse|your (?:host|ip|server|domain))"
    r"[^.]{0,60}(?:not (?:exist|found|resolv|valid)|unknown|reject|invalid|cannot|must|denied|refused|unresolv|verif)"
    r"|(?:after|reply to) mail from|from: ?(?:domain|address)|cannot find your (?:hostname|reverse)|domain of sender|sender (?:address|domain|id)|unable to verify sender"
)
_POLICY = (
    r"spam|dmarc|\bspf\b|\bdkim\b|relay(?:ing)? (?:not |is )?(?:denied|prohibit|allow|permit|access)|unable to relay|not relay|we do not relay"
    r"|relaying (?:is )?(?:not|denied)|blacklist|black list|blocklist|block ?list|block(?:ed)?\b|banned|reputation"
    r"|policy|policies|virus|malware|phish|prohibited|forbidden|unauthenticated|authentication (?:is )?required|not authenticated"
    r"|not authori[sz]ed|unauthori[sz]ed|restricted|unsolicited|bulk e?-?mail|bulk mail|content (?:filter|reject)|security"
    r"|not (?:accept|allow|permit)(?:ed|ing|s)? (?:mail|messages|e-?mail|to send|delivery)|junk|suspicious|spamhaus|spamcop|dnsbl"
    r"|\brbl\b|reverse dns|\bptr\b|permission to (?:send|post)|only accepts?|moderat|attachment|refused by (?:content|filter)"
    r"|transaction failed|message (?:was )?rejected|message (?:content )?rejected|rejected (?:by|due|because|for)|cloudmark|greylist"
)
_UNKNOWN = (
    r"(?:user|recipient|mail ?box|mailbox name|address|account|destination|customer|addressee|e-?mail address|login|alias|username|person)"
    r"(?:es|s)?(?: \(?<?\S{1,80})?(?: \S{1,20}){0,2}? ?(?:is |was |are |has |were )?(?:unknown|not (?:be )?(?:found|exist|known|listed|valid|active|here|local|recognized|our)"
    r"|does(?:n't| not) exist|did not exist|isn't|invalid|couldn't be found|could not be found|cannot be found|disabled|inactive|suspend"
    r"|deactivat|closed|expired|no longer|is not available|unavailable|undefined|nonexist|non-exist|terminated|deleted|removed|not found)"
    r"|(?:unknown|no such|invalid|nonexistent|non-existent|bad|undefined|inactive|disabled|illegal|not a valid|unrouteable|unrouteable mail|unroutable|unrecognized)"
    r"(?: \S{1,12}){0,2}? ?(?:user|recipient|mailbox|mail box|address|account|person|local[- ]part|destination|alias|domain|host|name|customer|e-?mail|login)"
    r"|no (?:mailbox|account|user|recipient|valid recipients?)(?: \S{1,20}){0,3} (?:here|by|with|for|at|were|found)"
    r"|not a (?:known|valid|local|registered)(?: \S{1,12}){0,2}? ?(?:user|recipient|mailbox|address|account|person)"
    r"|does(?:n't| not) (?:exist|have an? (?:\S{1,20} )?account)|do(?:n't| not) exist|unknown or illegal|recipnotfound|adr\.recip"
    r"|recipient(?: address)? rejected: (?:access denied|user unknown|undeliverable|unknown|address|no such|not found|invalid)"
    r"|not listed in|user_?unknown|userunknown|undeliverable address|this (?:account|address|user|mailbox) (?:is|has been) (?:disabled|closed|discontinued)"
    r"|can(?:not|'t) accommodate|mailbox unavailable|no longer (?:on|with|at|work|valid|active|in use|available|a |employ|uses)"
    r"|unknown_?(?:user|recipient)|couldn't find any host|could not find (?:a gateway|any host|the domain|domain|the recipient|your recipient)"
    r"|(?:host|domain|server)(?: name)?(?: \S{1,80})? (?:is )?(?:unknown|not found|does(?:n't| not) exist|couldn't be found|could not be found|cannot be found|not exist|invalid|does not receive)"
    r"|(?:address|recipient)(?: is| was)? possibly incorrect|name or service not known|no mx (?:record)?|nxdomain|name service error"
    r"|domain name not found|recipient (?:name )?is not (?:recognized|known|right)|not our (?:customer|user)|unable to find recipient|user not known"
    r"|illegal host|dns (?:error|lookup failed|domain)|address error|does not receive mail|malformed address|all relevant mx records point to non-existent"
    r"|empfänger unbekannt|(?:adresse|postfach|benutzer|empfänger)(?: \S{1,30}){0,4} (?:nicht (?:gefunden|vorhanden|existiert)|unbekannt|existiert nicht)"
    r"|destinataire (?:inconnu|introuvable)|adresse(?: \S{1,20}){0,4} (?:inconnue|introuvable|n'existe pas|incorrecte|invalide)|utilisateur inconnu"
    r"|(?:usuario|destinatario|dirección|buzón|cuenta)(?: \S{1,20}){0,3} (?:desconocid|inexistente|no existe|no válid)"
    r"|(?:utente|destinatario|indirizzo|casella)(?: \S{1,20}){0,3} (?:sconosciut|inesistente|non esiste|non valid|non trovat)"
    r"|(?:usuário|destinatário|endereço)(?: \S{1,20}){0,3} (?:desconhecid|inexistente|não existe|inválid|não encontrad)"
    r"|(?:пользователь|адрес|ящик|получатель)(?: \S{1,30}){0,3} (?:не найден|не существует|не зарегистрирован|неизвестен|недоступен|заблокирован)|несуществующ"
    r"|nicht im (?:\S{1,30} ){0,2}?\S{0,20}(?:verzeichnis|adressbuch)"
    r"|(?:gebruiker|ontvanger|adres|postvak|postbus)(?: \S{1,80}){0,3} (?:onbekend|bestaat niet|niet gevonden)|onbekende (?:gebruiker|ontvanger)"
    r"|(?:användare|mottagare|adress)\w{0,3}(?: \S{1,80}){0,3} (?:okänd|finns inte|hittades inte|existerar inte)|okänd (?:användare|mottagare)"
    r"|(?:bruger|modtager|mottaker|adresse)\w{0,3}(?: \S{1,80}){0,3} (?:ukendt|ukjent|findes ikke|finnes ikke|eksisterer ikke|ikke fundet|ikke funnet)"
    r"|(?:ukendt|ukjent) (?:bruger|modtager|mottaker)|(?:käyttäjää?|vastaanottajaa?|osoitetta?)(?: \S{1,80}){0,3} (?:tuntematon|ei löydy|ei ole|ei löytynyt)"
    r"|(?:użytkownik|odbiorca|adres|adresat|skrzynka)(?: \S{1,80}){0,3} (?:nie istnieje|nieznan|nie został|nie znalezion)|nieznany (?:użytkownik|odbiorca|adresat)"
    r"|(?:uživatel|příjemce|adresát|adresa|schránka|používateľ|príjemca)(?: \S{1,80}){0,3} (?:neexistuje|nenalezen|nebyl|neznám|nenájden)|neznám[ýy] (?:uživatel|příjemce|používateľ)"
    r"|(?:felhasználó|címzett|cím|postafiók)(?: \S{1,80}){0,3} (?:ismeretlen|nem létezik|nem található)|ismeretlen (?:felhasználó|címzett)"
    r"|(?:kullanıcı|alıcı|adres)(?:sı|si)?(?: \S{1,80}){0,3} (?:bulunamadı|mevcut değil|yok|geçersiz)|bilinmeyen (?:kullanıcı|alıcı)"
    r"|(?:utilizator|destinatar|adres[aă])\w{0,3}(?: \S{1,80}){0,3} (?:necunoscut|inexistent|nu există|nu a fost găsit)"
    r"|(?:адрес[аи]?|користувач|скринька|одержувач)\w{0,3}(?: \S{1,80}){0,3} (?:не існує|не знайден|невідом)|παραλήπτης(?: \S{1,80}){0,3} (?:δεν υπάρχει|άγνωστος|δεν βρέθηκε)"
    r"|(?:[邮郵]箱|[邮郵]件地址|[电電]子[邮郵]件|收件[人者]|用[户戶]|使用者|[帐帳][号號户戶])[^。]{0,80}(?:不存在|不正[确確]|[无無]效|找不到)|查[无無]此人"
    r"|見つかりません|存在しません|ユーザ(?:ー)?が(?:不明|存在)|宛先不明|用户不存在|收件人不存在|地址不存在|不存在的(?:用户|邮箱|收件人)|존재하지 않"
)
_TRANSIENT = (
    r"timed? ?out|timeout|temporar|try(?:ing)? (?:again|later)|try your (?:call|request)|retry|retried|queue too long|in the queue|delayed|delay"
    r"|connection (?:refused|reset|dropped|lost|closed|failed)|no route to host|network (?:is )?unreachable|could not connect|unable to connect|couldn't connect"
    r"|not been able to|still (?:being|trying)|expired|too many (?:hops|connections)|resources|busy|greylist|try later|undeliverable for|host is down"
    r"|can't connect|cannot connect|unreachable|not respond|deferred|time limit|for more than|try back|could not be reached|too old|frozen|hop count"
)

_TABLE: tuple[tuple[re.Pattern[str], BounceReason | None], ...] = (
    (pattern(_TOO_BIG), BounceReason.OTHER),
    (pattern(_RATE), BounceReason.TRANSIENT),
    (pattern(_FULL), BounceReason.MAILBOX_FULL),
    (pattern(_ABOUT_SENDER), BounceReason.POLICY),
    (pattern(_UNKNOWN), BounceReason.UNKNOWN_ADDRESS),
    (pattern(_POLICY), BounceReason.POLICY),
    (pattern(_TRANSIENT), BounceReason.TRANSIENT),
)

# RFC 3463, second and third number; what stands here says more than the words beside it.
_SURE_CODES = {
    "2.2": BounceReason.MAILBOX_FULL,
    "1.1": BounceReason.UNKNOWN_ADDRESS,
    "1.10": BounceReason.UNKNOWN_ADDRESS,  # RFC 7505: a null MX
    "1.2": BounceReason.UNKNOWN_ADDRESS,
    "1.6": BounceReason.UNKNOWN_ADDRESS,
    "1.7": BounceReason.POLICY,  # the sender's address
    "1.8": BounceReason.POLICY,
}
_LIKELY_CODES = {
    "1.0": BounceReason.UNKNOWN_ADDRESS,
    "1.3": BounceReason.UNKNOWN_ADDRESS,
    "2.1": BounceReason.UNKNOWN_ADDRESS,
    "2.3": BounceReason.OTHER,
    "3.4": BounceReason.OTHER,
    "4.1": BounceReason.TRANSIENT,
    "4.2": BounceReason.TRANSIENT,
    "4.4": BounceReason.UNKNOWN_ADDRESS,
    "4.7": BounceReason.TRANSIENT,
}
_SMTP_CODES = {"552": BounceReason.MAILBOX_FULL, "554": BounceReason.POLICY, "421": BounceReason.TRANSIENT}


def normal(text: str) -> str:
    """A diagnostic as the tables want it: lower case, single spaces, not too long."""
    return " ".join(text[:LONGEST].lower().replace("’", "'").split())


def status_in(text: str) -> str | None:
    """The most telling enhanced status code (RFC 3463) in a text."""
    found = [code for code in _ENHANCED.findall(text[:LONGEST]) if code[0] != "2"]
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else None)


def reason_of(*, action: str | None, status: str | None, texts: tuple[str, ...]) -> BounceReason:
    """The reason, from RFC 3464 Action and Status and from texts, the nearest to the recipient first."""
    if action in {"delivered", "relayed", "expanded"}:
        return BounceReason.OTHER
    cleaned = [normal(text) for text in texts if text]
    found = _by_words_and_codes(status, cleaned)
    waits = action == "delayed" or (status is not None and status.startswith("4."))
    if waits and found is not BounceReason.MAILBOX_FULL and not _gave_up_on_unknown(action, found, cleaned):
        return BounceReason.TRANSIENT
    return found


def _by_words_and_codes(status: str | None, texts: list[str]) -> BounceReason:
    detail = status[2:] if status else ""
    for text in texts:
        found = _by_words(text)
        said = status_in(text)  # what the remote server said outdoes what our relay made of it
        sure = _SURE_CODES.get(said[2:] if said else detail)
        if found is BounceReason.MAILBOX_FULL or sure is None:
            if found is not None:
                return found
            continue
        # A server that says 5.1.1 and then talks of policy means its policy about that address.
        return sure
    if detail in _SURE_CODES:
        return _SURE_CODES[detail]
    if detail in _LIKELY_CODES:
        return _LIKELY_CODES[detail]
    if detail.startswith("7."):
        return BounceReason.POLICY
    if detail and not detail.startswith("0."):
        return BounceReason.OTHER
    codes = [code for text in texts for code in _SMTP.findall(text)]
    return next((_SMTP_CODES[code] for code in codes if code in _SMTP_CODES), BounceReason.OTHER)


def _by_words(text: str) -> BounceReason | None:
    return next((reason for pattern, reason in _TABLE if pattern.search(text)), None)


def _gave_up_on_unknown(action: str | None, found: BounceReason, texts: list[str]) -> bool:
    """A server that tried for days against `450 user unknown`, and then gave up, found no such address."""
    return action == "failed" and found is BounceReason.UNKNOWN_ADDRESS and any("unknown" in text for text in texts)
