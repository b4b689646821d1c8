"""How people answer in their languages: what make_replies.py puts into the mouths of mail clients."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tongue:
    """Greeting, five things done, closing; the client's own words: attribution, header names, device line."""

    code: str
    greeting: str
    done: tuple[str, ...]
    closing: str
    wrote: str
    fields: tuple[str, str, str, str]
    device: str
    original: str


S = "Weekly Report <reports@agency.example>"

TONGUES = (
    Tongue("en", "Hi team,", ("Closed the March audit with finance", "Trained two new colleagues on the intake desk", "Rewrote the retention page", "Met the vendor about the delayed scanners", "Cleared 43 tickets"), "Best regards,\nJane Doe", f"On Mon, Mar 3, 2025 at 9:00\u202fAM {S} wrote:", ("From", "Sent", "To", "Subject"), "Sent from my iPhone", "Original Message"),
    Tongue("de", "Hallo zusammen,", ("Prüfbericht für März abgeschlossen", "Zwei neue Kolleginnen eingearbeitet", "Schnittstelle zur Kasse getestet", "Mit dem Lieferanten über Scanner gesprochen", "Urlaubsplanung abgestimmt"), "Mit freundlichen Grüßen\nJana Döring", f"Am Mo., 3. März 2025 um 09:00 Uhr schrieb {S}:", ("Von", "Gesendet", "An", "Betreff"), "Von meinem iPhone gesendet", "Ursprüngliche Nachricht"),
    Tongue("fr", "Bonjour,", ("Clôture de l’audit de mars", "Formation de deux nouveaux collègues", "Réécriture de la procédure d’accueil", "Réunion avec le fournisseur", "Traitement de 43 demandes"), "Cordialement,\nJeanne Dubois", f"Le lun. 3 mars 2025 à 09:00, {S} a écrit :", ("De", "Envoyé", "À", "Objet"), "Envoyé de mon iPhone", "Message d'origine"),
    Tongue("es", "Buenos días:", ("Cerré la auditoría de marzo", "Formé a dos compañeras nuevas", "Reescribí la guía de archivo", "Me reuní con el proveedor", "Resolví 43 incidencias"), "Un saludo,\nJuana Díaz", f"El lun, 3 mar 2025 a las 9:00, {S} escribió:", ("De", "Enviado el", "Para", "Asunto"), "Enviado desde mi iPhone", "Mensaje original"),
    Tongue("it", "Ciao a tutti,", ("Chiusa la verifica di marzo", "Formati due nuovi colleghi", "Riscritta la guida per lo sportello", "Incontrato il fornitore degli scanner", "Evase 43 richieste"), "Cordiali saluti,\nGianna Dotti", f"Il giorno lun 3 mar 2025 alle ore 09:00 {S} ha scritto:", ("Da", "Inviato", "A", "Oggetto"), "Inviato da iPhone", "Messaggio originale"),
    Tongue("pt", "Olá,", ("Concluí a auditoria de março", "Treinei duas colegas novas", "Revisei o guia de atendimento", "Reunião com o fornecedor", "Resolvi 43 chamados"), "Atenciosamente,\nJoana Dias", f"Em seg., 3 de mar. de 2025 às 09:00, {S} escreveu:", ("De", "Enviado", "Para", "Assunto"), "Enviado do meu iPhone", "Mensagem original"),
    Tongue("nl", "Hallo allemaal,", ("Audit van maart afgerond", "Twee nieuwe collega's ingewerkt", "Handleiding voor de balie herschreven", "Overleg gehad met de leverancier", "43 meldingen afgehandeld"), "Met vriendelijke groet,\nJanneke Does", f"Op ma 3 mrt 2025 om 09:00 schreef {S}:", ("Van", "Verzonden", "Aan", "Onderwerp"), "Verstuurd vanaf mijn iPhone", "Oorspronkelijk bericht"),
    Tongue("pl", "Cześć,", ("Zamknęłam audyt za marzec", "Przeszkoliłam dwie nowe osoby", "Poprawiłam instrukcję dla biura", "Spotkanie z dostawcą skanerów", "Obsłużyłam 43 zgłoszenia"), "Pozdrawiam,\nJoanna Dębska", f"pon., 3 mar 2025 o 09:00 {S} napisał(a):", ("Od", "Wysłano", "Do", "Temat"), "Wysłane z iPhone'a", "Wiadomość oryginalna"),
    Tongue("cs", "Dobrý den,", ("Uzavřela jsem audit za březen", "Zaškolila jsem dva nové kolegy", "Přepsala jsem návod pro podatelnu", "Schůzka s dodavatelem skenerů", "Vyřídila jsem 43 žádostí"), "S pozdravem\nJana Dvořáková", f"po 3. 3. 2025 v 9:00 odesílatel {S} napsal:", ("Od", "Odesláno", "Komu", "Předmět"), "Odesláno z iPhonu", "Původní zpráva"),
    Tongue("hu", "Szia,", ("Lezártam a márciusi ellenőrzést", "Betanítottam két új kollégát", "Átírtam az ügyfélszolgálati leírást", "Egyeztettem a beszállítóval", "Lezártam 43 bejelentést"), "Üdvözlettel\nDóra János", f"{S} ezt írta (időpont: 2025. márc. 3., H, 9:00):", ("Feladó", "Elküldve", "Címzett", "Tárgy"), "Elküldve az iPhone-omról", "Eredeti üzenet"),
    Tongue("ro", "Bună ziua,", ("Am închis auditul pe martie", "Am instruit doi colegi noi", "Am rescris ghidul de registratură", "Am discutat cu furnizorul", "Am rezolvat 43 de cereri"), "Cu stimă,\nIoana Dinu", f"În lun., 3 mar. 2025 la 09:00, {S} a scris:", ("De la", "Trimis", "Către", "Subiect"), "Trimis de pe iPhone-ul meu", "Mesaj original"),
    Tongue("ru", "Добрый день,", ("Закрыла мартовскую проверку", "Обучила двух новых сотрудников", "Переписала инструкцию для приёмной", "Встретилась с поставщиком сканеров", "Разобрала 43 обращения"), "С уважением,\nЯна Дорохова", f"пн, 3 мар. 2025 г. в 09:00, {S}:", ("От", "Отправлено", "Кому", "Тема"), "Отправлено с iPhone", "Исходное сообщение"),
    Tongue("uk", "Вітаю,", ("Закрила березневу перевірку", "Навчила двох нових колег", "Переписала інструкцію для приймальні", "Зустрілася з постачальником", "Опрацювала 43 звернення"), "З повагою,\nЯна Дорошенко", f"пн, 3 бер. 2025 р. о 09:00 {S} пише:", ("Від", "Надіслано", "Кому", "Тема"), "Надіслано з iPhone", "Вихідне повідомлення"),
    Tongue("sv", "Hej,", ("Avslutade revisionen för mars", "Lärde upp två nya kollegor", "Skrev om rutinen för arkivet", "Träffade leverantören", "Stängde 43 ärenden"), "Med vänliga hälsningar\nJanna Dahl", f"Den mån 3 mars 2025 kl 09:00 skrev {S}:", ("Från", "Skickat", "Till", "Ämne"), "Skickat från min iPhone", "Ursprungligt meddelande"),
    Tongue("no", "Hei,", ("Avsluttet revisjonen for mars", "Lærte opp to nye kolleger", "Skrev om rutinen for arkivet", "Møtte leverandøren av skannere", "Lukket 43 saker"), "Med vennlig hilsen\nJanne Dahl", f"man. 3. mars 2025 kl. 09:00 skrev {S}:", ("Fra", "Sendt", "Til", "Emne"), "Sendt fra min iPhone", "Opprinnelig melding"),
    Tongue("da", "Kære alle,", ("Lukkede revisionen for marts", "Oplærte to nye kolleger", "Omskrev vejledningen til arkivet", "Mødtes med leverandøren", "Afsluttede 43 sager"), "Venlig hilsen\nJanne Due", f"Den man. 3. mar. 2025 kl. 09.00 skrev {S}:", ("Fra", "Sendt", "Til", "Emne"), "Sendt fra min iPhone", "Oprindelig meddelelse"),
    Tongue("fi", "Hei,", ("Sain maaliskuun tarkastuksen valmiiksi", "Perehdytin kaksi uutta työntekijää", "Kirjoitin arkiston ohjeen uusiksi", "Tapasin toimittajan", "Käsittelin 43 pyyntöä"), "Ystävällisin terveisin\nJaana Dahl", f"ma 3. maalisk. 2025 klo 9.00 {S} kirjoitti:", ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"), "Lähetetty iPhonesta", "Alkuperäinen viesti"),
    Tongue("tr", "Merhaba,", ("Mart denetimini kapattım", "İki yeni arkadaşı eğittim", "Arşiv yönergesini yeniden yazdım", "Tedarikçiyle görüştüm", "43 başvuruyu sonuçlandırdım"), "Saygılarımla,\nCanan Doğan", f"{S}, 3 Mar 2025 Pzt, 09:00 tarihinde şunu yazdı:", ("Kimden", "Gönderildi", "Kime", "Konu"), "iPhone'umdan gönderildi", "Orijinal Mesaj"),
    Tongue("el", "Καλημέρα,", ("Έκλεισα τον έλεγχο του Μαρτίου", "Εκπαίδευσα δύο νέους συναδέλφους", "Ξανάγραψα τον οδηγό του αρχείου", "Συνάντησα τον προμηθευτή", "Διεκπεραίωσα 43 αιτήματα"), "Με εκτίμηση,\nΓιάννα Δήμου", f"Στις Δευ 3 Μαρ 2025 στις 9:00 π.μ., ο χρήστης {S} έγραψε:", ("Από", "Στάλθηκε", "Προς", "Θέμα"), "Στάλθηκε από το iPhone μου", "Αρχικό μήνυμα"),
    Tongue("ja", "お疲れ様です。", ("三月の監査を完了", "新人二名の研修を実施", "窓口の手順書を改訂", "業者とスキャナーの件で打ち合わせ", "問い合わせ43件に対応"), "よろしくお願いいたします。", f"2025年3月3日(月) 9:00 {S}:", ("差出人", "送信日時", "宛先", "件名"), "iPhoneから送信", "元のメッセージ"),
    Tongue("zh", "各位好，", ("完成三月份审计", "培训两名新同事", "重写档案管理指南", "与供应商讨论扫描仪交付", "处理43个工单"), "谢谢！", f"{S} 于2025年3月3日周一 09:00写道：", ("发件人", "发送时间", "收件人", "主题"), "发自我的iPhone", "原始邮件"),
    Tongue("tw", "大家好，", ("完成三月份稽核", "訓練兩位新同事", "改寫櫃台作業手冊", "與廠商討論掃描器", "處理43件申請"), "謝謝", f"{S} 於 2025年3月3日 週一 上午9:00寫道：", ("寄件者", "傳送時間", "收件者", "主旨"), "從我的 iPhone 傳送", "原始郵件"),
    Tongue("ko", "안녕하세요,", ("3월 감사 마무리", "신입 직원 두 명 교육", "민원실 안내서 개정", "납품업체와 회의", "민원 43건 처리"), "감사합니다.", f"2025년 3월 3일 (월) 오전 9:00, {S}님이 작성:", ("보낸 사람", "보낸 날짜", "받는 사람", "제목"), "나의 iPhone에서 보냄", "원본 메시지"),
    Tongue("vi", "Xin chào,", ("Hoàn thành kiểm toán tháng ba", "Đào tạo hai đồng nghiệp mới", "Viết lại hướng dẫn lưu trữ", "Gặp nhà cung cấp máy quét", "Xử lý 43 yêu cầu"), "Trân trọng,\nĐỗ Lan", f"Vào Th 2, 3 thg 3, 2025 vào lúc 09:00 {S} đã viết:", ("Từ", "Đã gửi", "Tới", "Chủ đề"), "Đã gửi từ iPhone của tôi", "Thư gốc"),
    Tongue("he", "שלום,", ("סיימתי את הביקורת של מרץ", "הדרכתי שני עובדים חדשים", "כתבתי מחדש את נוהל הארכיון", "נפגשתי עם הספק", "טיפלתי ב-43 פניות"), "בברכה,\nיעל דורון", "‫בתאריך יום ב׳, 3 במרץ 2025 ב-9:00 מאת ‪Weekly Report‬‏ <‪reports@agency.example‬‏>:‬", ("מאת", "נשלח", "אל", "נושא"), "נשלח מה-iPhone שלי", "הודעה מקורית"),
    Tongue("ar", "مرحبا،", ("أنهيت تدقيق شهر مارس", "دربت زميلين جديدين", "أعدت كتابة دليل الأرشيف", "اجتمعت مع المورد", "عالجت 43 طلبا"), "مع التحية،\nليلى داود", "في الاثنين، ٣ مارس ٢٠٢٥ في ٩:٠٠ ص تمت كتابة ما يلي بواسطة ‪Weekly Report‬‏ <‪reports@agency.example‬‏>:‬", ("من", "تاريخ الإرسال", "إلى", "الموضوع"), "أرسلت من الـ iPhone", "الرسالة الأصلية"),
    Tongue("th", "สวัสดี,", ("ปิดการตรวจสอบเดือนมีนาคม", "อบรมเพื่อนร่วมงานใหม่สองคน", "เขียนคู่มือเอกสารใหม่", "ประชุมกับผู้ขายเครื่องสแกน", "ดำเนินการ 43 คำขอ"), "ขอบคุณ", f"เมื่อ จ. 3 มี.ค. 2025 เวลา 09:00 {S} เขียนว่า:", ("จาก", "ส่ง", "ถึง", "เรื่อง"), "ส่งจาก iPhone ของฉัน", "ข้อความต้นฉบับ"),
    Tongue("id", "Halo semua,", ("Menutup audit bulan Maret", "Melatih dua rekan baru", "Menulis ulang panduan arsip", "Bertemu pemasok pemindai", "Menyelesaikan 43 tiket"), "Terima kasih,\nJohana Dewi", f"Pada Sen, 3 Mar 2025 pukul 09.00 {S} menulis:", ("Dari", "Dikirim", "Kepada", "Perihal"), "Dikirim dari iPhone saya", "Pesan asli"),
)  # fmt: skip
