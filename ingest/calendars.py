"""Names of months and weekdays, and the words that say away, until and back, by language.

All in lower case, as they are written in running text (with the case endings that a date takes). A word belongs here
when it stands next to dates in absence notes; what could mean two things must not.
"""

MONTHS: dict[str, tuple[str, ...]] = {
    "en": ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
           "september sept sep", "october oct", "november nov", "december dec"),
    "de": ("januar jänner jan", "februar feber feb", "märz maerz mär mrz", "april apr", "mai", "juni jun", "juli jul",
           "august aug", "september sept sep", "oktober okt", "november nov", "dezember dez"),
    "fr": ("janvier janv jan", "février fevrier févr fév fev", "mars", "avril avr", "mai", "juin", "juillet juil", "août aout",
           "septembre sept", "octobre oct", "novembre nov", "décembre decembre déc dec"),
    "es": ("enero ene", "febrero feb", "marzo mar", "abril abr", "mayo may", "junio jun", "julio jul", "agosto ago",
           "septiembre setiembre sept sep", "octubre oct", "noviembre nov", "diciembre dic"),
    "it": ("gennaio gen", "febbraio feb", "marzo mar", "aprile apr", "maggio mag", "giugno giu", "luglio lug", "agosto ago",
           "settembre sett set", "ottobre ott", "novembre nov", "dicembre dic"),
    "pt": ("janeiro jan", "fevereiro fev", "março marco mar", "abril abr", "maio mai", "junho jun", "julho jul", "agosto ago",
           "setembro set", "outubro out", "novembro nov", "dezembro dez"),
    "nl": ("januari jan", "februari feb", "maart mrt", "april apr", "mei", "juni jun", "juli jul", "augustus aug",
           "september sept sep", "oktober okt", "november nov", "december dec"),
    "sv": ("januari jan", "februari feb", "mars", "april apr", "maj", "juni jun", "juli jul", "augusti aug",
           "september sept sep", "oktober okt", "november nov", "december dec"),
    "da": ("januar jan", "februar feb", "marts", "april apr", "maj", "juni jun", "juli jul", "august aug",
           "september sept sep", "oktober okt", "november nov", "december dec"),
    "nb": ("januar jan", "februar feb", "mars", "april apr", "mai", "juni jun", "juli jul", "august aug",
           "september sept sep", "oktober okt", "november nov", "desember des"),
    "fi": ("tammikuuta tammikuun", "helmikuuta helmikuun", "maaliskuuta maaliskuun", "huhtikuuta huhtikuun",
           "toukokuuta toukokuun", "kesäkuuta kesäkuun", "heinäkuuta heinäkuun", "elokuuta elokuun", "syyskuuta syyskuun",
           "lokakuuta lokakuun", "marraskuuta marraskuun", "joulukuuta joulukuun"),
    "pl": ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października",
           "listopada", "grudnia"),
    "cs": ("ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu",
           "prosince"),
    "sk": ("januára", "februára", "marca", "apríla", "mája", "júna", "júla", "augusta", "septembra", "októbra", "novembra",
           "decembra"),
    "hr": ("siječnja", "veljače", "ožujka", "travnja", "svibnja", "lipnja", "srpnja", "kolovoza", "rujna", "listopada",
           "studenoga studenog", "prosinca"),
    "hu": ("január", "február", "március", "április", "május", "június", "július", "augusztus", "szeptember", "október",
           "november", "december"),
    "ro": ("ianuarie", "februarie", "martie", "aprilie", "mai", "iunie", "iulie", "august", "septembrie", "octombrie",
           "noiembrie", "decembrie"),
    "tr": ("ocak", "şubat", "mart", "nisan", "mayıs", "haziran", "temmuz", "ağustos", "eylül", "ekim", "kasım", "aralık"),
    "ru": ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
           "декабря"),
    "uk": ("січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада",
           "грудня"),
    "el": ("ιανουαρίου", "φεβρουαρίου", "μαρτίου", "απριλίου", "μαΐου μαίου", "ιουνίου", "ιουλίου", "αυγούστου", "σεπτεμβρίου",
           "οκτωβρίου", "νοεμβρίου", "δεκεμβρίου"),
    "he": ("ינואר בינואר", "פברואר בפברואר", "מרץ במרץ מרס במרס", "אפריל באפריל", "מאי במאי", "יוני ביוני", "יולי ביולי", "אוגוסט באוגוסט",
           "ספטמבר בספטמבר", "אוקטובר באוקטובר", "נובמבר בנובמבר", "דצמבר בדצמבר"),
    "ar": ("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
    "id": ("januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november",
           "desember"),
}  # fmt: skip

# Monday first.
WEEKDAYS: dict[str, tuple[str, ...]] = {
    "en": ("monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thur thu", "friday fri", "saturday sat", "sunday sun"),
    "de": ("montag montags", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag sonnabend", "sonntag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "es": ("lunes", "martes", "miércoles miercoles", "jueves", "viernes", "sábado sabado", "domingo"),
    "it": ("lunedì lunedi", "martedì martedi", "mercoledì mercoledi", "giovedì giovedi", "venerdì venerdi", "sabato", "domenica"),
    "pt": ("segunda-feira segunda", "terça-feira terça", "quarta-feira quarta", "quinta-feira quinta", "sexta-feira sexta",
           "sábado", "domingo"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "sv": ("måndag måndagen", "tisdag tisdagen", "onsdag onsdagen", "torsdag torsdagen", "fredag fredagen", "lördag", "söndag"),
    "da": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "fi": ("maanantaina", "tiistaina", "keskiviikkona", "torstaina", "perjantaina", "lauantaina", "sunnuntaina"),
    "pl": ("poniedziałek poniedziałku", "wtorek", "środę środa", "czwartek", "piątek", "sobotę", "niedzielę"),
    "cs": ("pondělí", "úterý", "středu", "čtvrtek", "pátek", "sobotu", "neděli"),
    "hu": ("hétfőn", "kedden", "szerdán", "csütörtökön", "pénteken", "szombaton", "vasárnap"),
    "ro": ("luni", "marți", "miercuri", "joi", "vineri", "sâmbătă", "duminică"),
    "tr": ("pazartesi", "salı", "çarşamba", "perşembe", "cuma", "cumartesi", "pazar"),
    "ru": ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье"),
    "uk": ("понеділок", "вівторок", "середу", "четвер", "п'ятницю", "суботу", "неділю"),
    "el": ("δευτέρα", "τρίτη", "τετάρτη", "πέμπτη", "παρασκευή", "σάββατο", "κυριακή"),
    "ja": ("月曜日 月曜", "火曜日 火曜", "水曜日 水曜", "木曜日 木曜", "金曜日 金曜", "土曜日 土曜", "日曜日 日曜"),
    "zh": ("星期一 周一 週一", "星期二 周二 週二", "星期三 周三 週三", "星期四 周四 週四", "星期五 周五 週五", "星期六 周六", "星期日 周日"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
}  # fmt: skip

# Said before the date on which somebody is here again.
BACK: dict[str, tuple[str, ...]] = {
    "en": ("back", "return", "returning", "returns", "be in the office again", "resume work", "resume duty", "resuming", "be available again",
           "available again", "available from", "reachable again", "first day back", "back in the office", "in the office again"),
    "de": ("wieder", "zurück", "zurueck", "rückkehr"),
    "fr": ("de retour", "retour", "reviens", "reviendrai", "reprendrai", "reprends", "reprise", "à nouveau", "de nouveau", "rentrerai", "rentre"),
    "es": ("de vuelta", "regreso", "regresaré", "regresare", "vuelvo", "volveré", "volvere", "reincorporo", "reincorporaré", "retorno",
           "me reincorporo", "incorporo", "incorporaré", "estaré disponible", "retornaré"),
    "it": ("rientro", "rientrerò", "rientrero", "tornerò", "tornero", "torno", "di nuovo", "ritorno", "sarò di ritorno", "nuovamente"),
    "pt": ("de volta", "regresso", "regressarei", "volto", "voltarei", "retorno", "retornarei", "estarei de volta"),
    "nl": ("terug", "weer", "terugkeer"),
    "sv": ("tillbaka", "åter", "återkommer", "återvänder"),
    "da": ("tilbage", "retur", "igen", "vender tilbage"),
    "nb": ("tilbake", "igjen"),
    "fi": ("palaan", "takaisin", "paluu", "tavoitettavissa", "palaan töihin"),
    "pl": ("wracam", "wrócę", "powrót", "powracam", "z powrotem", "będę dostępny", "będę dostępna", "ponownie"),
    "cs": ("zpět", "vrátím", "vracím", "opět", "návrat"),
    "sk": ("späť", "vrátim", "vraciam", "opäť"),
    "hr": ("vraćam", "natrag", "ponovno"),
    "hu": ("vissza", "visszatérek", "visszaérkezem", "ismét", "legközelebb", "újra"),
    "ro": ("revin", "voi reveni", "înapoi", "mă întorc"),
    "tr": ("dönüş", "döneceğim", "geri"),
    "ru": ("вернусь", "возвращаюсь", "выхожу", "выйду", "возвращение", "буду на месте", "на рабочем месте", "снова", "буду доступен", "буду доступна", "буду на связи"),
    "uk": ("повернусь", "повернуся", "повертаюсь", "знову", "вийду", "буду на зв'язку"),
    "he": ("אחזור", "חוזר", "חוזרת", "אשוב", "אהיה במשרד"),
    "ar": ("سأعود", "أعود", "العودة", "عودتي", "سأكون متاحا", "سأكون متاحًا"),
    "el": ("επιστρέφω", "επιστρέψω", "επιστροφή", "πίσω", "ξανά"),
    "ja": ("復帰", "出社"),
    "zh": ("返回", "回来", "回到", "恢复", "返岗", "上班"),
    "ko": ("복귀",),
    "id": ("kembali",),
}  # fmt: skip

# Said after the date in languages that put the verb last.
BACK_AFTER: dict[str, tuple[str, ...]] = {
    "de": ("wieder", "zurück", "erreichbar"),
    "nl": ("terug", "weer", "ben ik terug", "ben ik weer"),
    "hu": ("vissza", "visszatérek", "leszek", "-én", "-án", "érkezem"),
    "tr": ("döneceğim", "dönüyorum", "tarihinde döneceğim", "tarihinde", "geri"),
    "ja": ("に復帰", "より復帰", "から復帰", "に戻", "より出社", "から出社", "に出社", "より通常", "から通常"),
    "zh": ("返回", "回来", "回到", "恢复", "返岗", "上班", "回公司", "回覆", "後回"),
    "ko": ("에 복귀", "부터 복귀", "부터 정상", "복귀", "에 돌아", "부터 근무"),
    "fi": ("takaisin", "palaan", "alkaen"),
    "da": ("igen", "tilbage"),
    "sv": ("tillbaka", "igen"),
    "nb": ("igjen", "tilbake"),
}  # fmt: skip

UNTIL: dict[str, tuple[str, ...]] = {
    "en": ("until", "up to", "up to and including", "till", "til", "untill", "'til", "thru", "through"),
    "de": ("bis", "bis zum"),
    "fr": ("jusqu'au", "jusqu'à", "jusqu'en", "jusque", "jusqu'au matin du"),
    "es": ("hasta", "hasta el"),
    "it": ("fino al", "fino a", "sino al", "al", "fino all'"),
    "pt": ("até", "até ao", "até o", "até dia"),
    "nl": ("tot", "t/m", "tot en met"),
    "sv": ("till", "t.o.m.", "till och med", "tom", "t o m", "fram till"),
    "da": ("til", "til og med", "indtil", "t.o.m."),
    "nb": ("til", "til og med", "inntil", "t.o.m.", "fram til"),
    "pl": ("do", "do dnia"),
    "cs": ("do", "až do"),
    "sk": ("do", "až do"),
    "hr": ("do",),
    "ro": ("până la", "până pe", "până în", "pana la"),
    "ru": ("до", "по"),
    "uk": ("до", "по"),
    "el": ("έως", "μέχρι", "ως", "έως και", "μέχρι και"),
    "he": ("עד", "עד ה", "ועד"),
    "ar": ("حتى", "حتى يوم", "لغاية"),
    "zh": ("至", "到", "直到"),
    "ja": (),
    "id": ("hingga", "sampai"),
}  # fmt: skip

UNTIL_AFTER: dict[str, tuple[str, ...]] = {
    "fi": ("asti", "saakka"),
    "hu": ("-ig", "ig"),
    "tr": ("tarihine kadar", "'a kadar", "'e kadar", "kadar", "'ya kadar", "'ye kadar"),
    "ja": ("まで",),
    "ko": ("까지",),
    "zh": ("之前", "为止"),
}  # fmt: skip

# Where one of these is said too, the day itself is still away.
INCLUSIVE = (
    "inclusive", "including", "incl.", "incl", "through", "thru", "einschließlich", "einschliesslich", "inklusive", "inkl.", "inkl", "inclus",
    "inclusivement", "compris", "incluido", "inclusive", "inclusivamente", "incluso", "compreso", "t/m", "tot en met",
    "till och med", "t.o.m.", "t o m", "til og med", "włącznie", "včetně", "vrátane", "включительно", "включно", "bezárólag",
    "inclusiv", "dahil", "ועד בכלל", "כולל", "έως και", "μέχρι και", "einschl.", "einschl", "of and including", "por inteiro", "through and including", "zaključno", "końca", "close of business",
    "cob", "end of", "the end of", "ende", "fin de",
)  # fmt: skip

# A date after one of these is not where an absence ends.
HEDGES = (
    "around", "about", "approximately", "approx", "probably", "maybe", "perhaps", "possibly", "hopefully", "tentatively", "roughly",
    "before", "either", "at least", "if ", "depending", "permitting", "wenn", "falls", "mindestens", "au moins", "si ", "se tutto", "als alles", "week of", "get back", "getting back", "back to you", "call back", "write back", "return your", "return calls", "at the earliest", "earliest", "no earlier", "unclear", "mid-", "mid ", "early", "late", "latest", "or so",
    "frühestens", "fruehestens", "nicht vor", "etwa", "ungefähr", "vielleicht", "circa", "ca.", "gegen", "spätestens", "anfang", "mitte",
    "vers le", "environ", "peut-être", "probablement", "pas avant", "au plus tôt", "début", "mi-",
    "alrededor", "aproximadamente", "quizás", "probablemente", "no antes", "principios", "mediados", "talvez", "provavelmente", "por volta",
    "forse", "probabilmente", "verso il", "intorno", "non prima", "misschien", "rond", "niet vóór", "omstreeks", "waarschijnlijk",
    "kanske", "omkring", "runt", "cirka", "måske", "kanskje", "ehkä", "noin", "około", "może", "prawdopodobnie", "asi", "přibližně",
    "примерно", "около", "возможно", "не раньше", "приблизно", "možda", "talán", "körülbelül", "περίπου", "ίσως", "yaklaşık", "belki",
    "頃", "ごろ", "予定未定", "左右", "大约", "可能", "쯤", "경에",
)  # fmt: skip

# After a date: another one follows.
OR = ("or ", "oder ", "ou ", "o el ", "oppure ", "of op ", "eller ", "lub ", "nebo ", "или ", "または")

# Whoever writes so does not come back.
GONE = (
    "retired",
    "no longer work",
    "no longer with",
    "no longer employed",
    "left the",
    "last day was",
    "my last day",
    "im ruhestand",
    "ausgeschieden",
    "nicht mehr für",
    "retraite",
    "ne travaille plus",
    "jubilado",
    "ya no trabajo",
    "in pensione",
    "non lavoro più",
    "met pensioen",
    "niet meer werkzaam",
    "больше не работаю",
    "на пенсии",
    "退職",
    "离职",
    "離職",
    "퇴사",
    "퇴직",
)

# Before the first day of anything, where the verb comes last: of work again only if `again` follows.
FROM = ("ab", "ab dem", "vanaf", "från", "från och med", "fra", "fra og med")

# Before the first day of a range whose last one is said with `and until`.
STARTS = (
    "from", "starting", "beginning", "a partir del", "a partir de", "desde el", "desde", "ab", "ab dem", "vom", "à partir du", "dès le",
    "dal", "a partire dal", "vanaf", "från", "fra", "od", "с", "з", "a partir do", "a partir de",
)  # fmt: skip

# Between the two ends of a range, beside the words for until: articles, short weekdays, endings.
CONNECTORS = frozenset(
    {
        "to", "through", "thru", "and", "including", "until", "till", "til", "bis", "zum", "zu", "dem", "den",
        "der", "des", "d", "au", "à", "a", "al", "alle", "ao", "el", "la", "le", "il", "the", "dia", "o", "os",
        "do", "dnia", "до", "по", "tot", "en", "met", "t/m", "og", "med", "t.o.m", "fram", "hasta", "fino",
        "fins", "sino", "até", "jusqu'au", "jusque", "până", "pe", "έως", "μέχρι", "ως", "και", "στις", "à-t",
        "ile", "az", "a-", "إلى", "حتى", "يوم", "עד", "ועד", "és", "től", "tól", "-től", "-tól", "から부터", "부터", "から", "至", "到", "mo", "di", "mi",
        "fr", "sa", "so", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "lun", "mar",
        "mer", "jeu", "ven", "sam", "dim", "gio", "sab", "dom", "ma", "wo", "vr", "za", "zo", "ons", "tor", "lør",
        "lör", "pn", "wt", "śr", "cz", "pt", "po", "út", "st", "čt", "pá", "пн", "вт", "ср", "чт", "пт", "нд",
        "inclusive", "einschließlich", "incl",
    }
)  # fmt: skip
BETWEEN = ("between", "zwischen", "entre", "tra", "tussen", "mellan", "mellem", "mellom", "między")
AND = frozenset(
    {
        "and", "und", "et", "y", "e", "en", "och", "og", "i", "ja",
    }
)  # fmt: skip

# Somebody else's return.
OTHERS = (
    "colleague", "he will", "she will", "he is", "she is", "they will", "they are", "kollege", "kollegin", "er ist", "sie ist", "collègue",
    "il sera", "elle sera", "compañero", "compañera", "colega", "collega", "kollega", "коллега", "колега", "my assistant", "my supervisor",
    "he's", "she's", "my boss", "meine vertretung ist", "mein vertreter ist",
)  # fmt: skip

NEXT = (
    "next", "coming", "following", "nächsten", "nächster", "kommenden", "prochain", "prochaine", "próximo", "proximo", "próxima", "que viene",
    "prossimo", "prossima", "volgende", "komende", "aanstaande", "nästa", "næste", "neste", "ensi", "przyszły", "następny", "příští",
    "следующий", "следующую", "наступний", "jövő", "来週", "下周", "下週", "다음",
)  # fmt: skip

TOMORROW = ("tomorrow", "demain", "domani", "завтра", "imorgon", "i morgen", "huomenna", "明日", "明天", "내일")

MONTH_FIRST = frozenset(
    {
        "ja",
        "zh",
        "ko",
        "hu",
        "lt",
        "en-us",
        "en-fm",
        "en-mh",
        "en-pw",
        "en-as",
        "en-gu",
        "en-pr",
        "es-us",
        "es-pr",
        "fil",
    }
)
