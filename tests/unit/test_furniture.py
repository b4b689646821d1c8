"""Device lines of the world's telephones, and lines that only look like them."""

import json
from pathlib import Path

import pytest

from ingest.devices import is_device_line
from ingest.furniture import is_disclaimer
from ingest.gateways import is_banner
from ingest.letters import classify
from ingest.lines import of_text
from ingest.prompted import Prompts

FILE = Path(__file__).parents[1] / "corpus" / "furniture" / "languages.jsonl"
ROWS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
TELEPHONES = (
    "Sent from my iPhone",
    "Sent from Yahoo Mail for iPhone",
    "Sent from Outlook for Android",
    "Sent from Mail for Windows",
    "- Sent from my iPhone",
    "Gesendet mit der GMX Mail App",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Provenance : Courrier pour Windows 10",
    "Enviat des del meu iPhone",
    "Inviato da Posta per Windows 10",
    "Verzonden vanuit Mail voor Windows 10",
    "Wysłane z Poczty systemu Windows 10",
    "Odoslané z iPhonu",
    "Poslano iz mojega iPhona",
    "Послато са мог iPhone-a",
    "Изпратено от моя iPhone",
    "Надіслано з мого iPhone",
    "Išsiųsta iš mano iPhone",
    "Nosūtīts no mana iPhone",
    "Saadetud minu iPhone'ist",
    "Lähetetty Outlook for iOS -sovelluksesta",
    "Εστάλη από το iPhone μου",
    "मेरे iPhone से भेजा गया",
    "ارسال از iPhone من",
    "ส่งจาก iPhone ของฉัน",
    "从 Windows 版邮件发送",
    "从我的 iPhone 发送",
    "發送自我的手機",
    "Dihantar dari iPhone saya",
)
LABELS = (
    "Classification: Public", "[Internal]", "Internal - Confidential", "Internal use only", "SECRET//NOFORN", "(CUI)", "Caveats: NONE",
    "OFFICIAL-SENSITIVE",
)  # fmt: skip
ASKED = {"disclaimer": is_disclaimer, "banner": is_banner, "device": is_device_line}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['kind']}-{row['language']}")
def test_what_programs_add_in_forty_languages(row: dict[str, str]) -> None:
    assert ASKED[row["kind"]](row["text"])


@pytest.mark.parametrize("line", TELEPHONES)
def test_what_a_telephone_wrote(line: str) -> None:
    assert is_device_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "* Sent from my desk to the yard: two crates",
        "Sent from my desk to the yard: two crates",
        "- Sent from my office the forecast to headquarters",
        "Sent with approval the forecast to HQ",
        "Gesendet an das Amt: die Unterlagen",
        "Enviado desde mi oficina el informe al ministerio",
        "Envoyé de mon bureau au chantier : deux caisses",
        "Отправлено с нашего причала два судна",
        "Poslano s otoka 12 paketa",
        "Lähetetty raportti virastoon",
        "向所有手机用户发送通知",
        "向三千个手机号发送",
        "Được cấp phép cho cảng mới",
        "wysłano z biura raport do urzędu",
    ],
)
def test_what_a_person_wrote(line: str) -> None:
    assert not is_device_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "CAUTION: do not click links or open attachments",
        "[EXTERNAL]",
        "Hinweis: Diese E-Mail kommt von außerhalb",
        "ATTENTION : ce courriel provient de l'extérieur",
        "UWAGA: wiadomość pochodzi spoza organizacji",
        "注意：此邮件来自外部",
    ],
)
def test_what_a_gateway_put_there(line: str) -> None:
    assert is_banner(line)


@pytest.mark.parametrize(
    "line",
    [
        "Important: external audit finished",
        "External links page rewritten",
        "Attention to detail: mail room sorted",
        "Externer Prüfer im Haus",
        "Обережно: зовнішній аудит завершено",
    ],
)
def test_what_tells_of_work_outside(line: str) -> None:
    assert not is_banner(line)


@pytest.mark.parametrize("line", [*TELEPHONES, *LABELS, *(row["text"] for row in ROWS if row["kind"] == "device")])
def test_a_line_is_what_it_is_among_hundreds_too(line: str) -> None:
    """In a long text lines are not asked for what stands nowhere in it."""
    alone = classify(of_text(line), Prompts(()))[-1]
    among = classify(of_text("".join(f"crate {number} moved\n" for number in range(300)) + line), Prompts(()))
    assert among[-1] == alone
    assert alone in "sx"
