"""The words for writing, with which mail clients introduce a quote."""

import re

VERBS = (
    "wrote", "writes", "sent", "said", "schreef", "geschreven", "schrieb", "geschrieben", "a écrit", "écrit", "ha scritto",
    "scritto", "napisał", "napisał(a)", "napisała", "pisze", "escreveu", "escribió", "escribio", "skrev", "skrev följande",
    "skrev følgende", "写道", "寫道", "написал", "написал(а)", "написала", "написав", "написав(ла)", "пише", "пишет", "писал",
    "đã viết", "viết", "napsal", "napsal(a)", "napsala", "napísal", "napísal(a)", "napísala", "yazdı", "yazmış", "írta",
    "kirjoitti", "작성", "작성함", "썼습니다", "のメッセージ", "のメール", "a scris", "scris", "έγραψε", "написа", "написао",
    "написала је", "napisao", "napisala", "napisao/la", "napisal", "napisal/-a", "napisal(a)", "napisao/la", "написао/ла", "rašė", "parašė", "rakstīja", "kirjutas",
    "skrifaði", "כתב", "כתבה", "כתב/ה", "كتب", "نوشت", "लिखा", "เขียนว่า", "เขียน", "menulis", "va escriure", "idatzi zuen",
    "escribiu", "shkroi", "wrote the following", "kirjutas järgmist", "uzrakstīja", "쓴 글", "ha escrit", "geskryf", "aliandika",
    "жазды", "yazıb", "піша", "напісаў", "напісаў(ла)", "напиша", "დაწერა", "գրել է", "লিখেছেন",
)  # fmt: skip
_BY_END = {
    end: tuple(sorted((verb for verb in VERBS if verb.endswith(end)), key=len, reverse=True))
    for end in {verb[-2:] for verb in VERBS}
}
LONGEST = max(map(len, VERBS))
MIDDLE = (
    " schrieb ", " schreef ", " skrev ", " wrote on ", " kirjoitti ", " napsal ", " napisał ", " написал ", " írta ",
    " escribió ", " a écrit ", " ha scritto ", " schrieb:", " writes on ", " писали ", " пишет ", " skrifaði ",
    " kirjutas ", " rakstīja ", " rašė ", " je napisao", " كتب ",
)  # fmt: skip
WRITING = frozenset(max(phrase.strip(" :").split(), key=len) for phrase in (*VERBS, *MIDDLE))
"""A word of each phrase: line breaks may part a phrase, but no word."""
_PRONOUNS = re.compile(r"\b(?:i|he|she|they|we|who|ich|er|sie|wir|je|il|elle|ils|nous|él|ella|ellos)$", re.IGNORECASE)
QUOTING = (
    "quoting ", "zitat von ", "citando a ", "citando ", "mensaje citado por ", "citeren ", "cytowanie ", "citerar ", "citat från ",
    "citation de ", "cituji ",
)  # fmt: skip
"""Horde names the act of quoting instead of the writing."""


def verb_of(bare: str) -> str:
    """The longest verb that a line in small letters ends with, or nothing."""
    return next((verb for verb in _BY_END.get(bare[-2:], ()) if bare.endswith(verb)), "")


def ends_with_verb(bare: str) -> bool:
    """Whether a line in small letters ends with a verb of writing that is said of somebody named."""
    verb = verb_of(bare)
    if not verb:
        return False
    before = bare[: -len(verb)]
    if verb[0].isascii() and before[-1:].isalpha():
        return False
    return not _PRONOUNS.search(before.rstrip()[-8:])
