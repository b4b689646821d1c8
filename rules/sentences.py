"""The sentences that answer without bullets, as people write them. Only words: what is one is the phrase rule's to say."""

from itertools import product
from typing import Final

# The sensitive phrase, slot by slot. An empty choice says that the slot may be left out.
KIND: Final = ("sensitive", "classified")
SLOTS: Final = (
    ("all", "everything", "the", ""),
    ("of", ""),
    ("my", "our", "the", "i", ""),
    ("work", "weekly", "did", "do", "worked", "working", ""),
    ("on", ""),
    ("activities", "activity", "work", "tasks", "accomplishments", "duties", ""),
    ("for", ""),
    ("this", "last", "the", ""),
    ("week", ""),
    ("are", "were", "is", "was", "remain", "have", "has"),
    ("been", ""),
    ("all", "entirely", ""),
    ("either", "both", "highly", "considered", "deemed", "designated", ""),
    KIND,
    ("or", "and", "as", ""),
    ("or", "well", ""),
    ("as", ""),
    (*KIND, ""),
)
TAILS: Final = (
    "this week",
    "last week",
    "for this week",
    "for last week",
    "this time",
    "at this time",
    "to respond",
    "to answer",
    "to participate",
    *(
        f"{to}{what}"
        for to, what in product(
            ("", "in ", "to "),
            ("this", "this question", "this email", "this e mail", "this survey", "this request", "this message"),
        )
    ),
    "thank you",
    "thanks",
    "in nature",
    "information",
    "and cannot be shared",
)
DECLINED: Final = frozenset(
    (
        "i decline",
        "decline",
        "declined",
        "i am declining",
        "i respectfully decline",
        "respectfully declined",
        "i must decline",
        "i politely decline",
        "i wish to decline",
        "i would like to decline",
        "i have decided to decline",
        "i choose to decline",
        "i opt out",
        "i am opting out",
        "opting out",
        "opt out",
        "i would like to opt out",
        "i choose to opt out",
        "i wish to opt out",
        *(
            f"i {how} {what}"
            for how, what in product(
                (
                    "decline to",
                    "respectfully decline to",
                    "choose not to",
                    "have chosen not to",
                    "prefer not to",
                    "would prefer not to",
                    "would rather not",
                    "do not wish to",
                    "do not want to",
                    "wish not to",
                    "will not",
                    "am not going to",
                    "refuse to",
                    "elect not to",
                    "do not intend to",
                    "am declining to",
                    "am choosing not to",
                    "must decline to",
                    "must respectfully decline to",
                    "politely decline to",
                ),
                (
                    "answer",
                    "respond",
                    "reply",
                    "participate",
                    "take part",
                    "provide bullets",
                    "report",
                    "provide a response",
                    "provide information",
                    "comment",
                    "provide this information",
                ),
            )
        ),
        "i decline participation",
        "i refuse",
        "i do not consent",
        "i do not consent to this",
        "i do not consent to answering",
        "declining",
        "respectfully declining",
        "not participating",
        "no comment",
        "i will not be responding",
        "i will not be participating",
        "i am not participating",
        "i am choosing not to respond",
        "i am choosing not to participate",
    )
)

# The same in the other languages that our prompts speak, accents folded away, for whoever translates what we ask for.
SENSITIVE_ABROAD: Final = frozenset(
    " ".join(said)
    for slots in (
        (
            ("alle", "all"),
            ("meine", "unsere"),
            ("tatigkeiten", "aktivitaten", "arbeiten", "aufgaben"),
            ("sind", "waren"),
            ("vertraulich", "sensibel", "eingestuft", "geheim", "eingestuft oder vertraulich"),
        ),
        (
            ("toutes",),
            ("mes", "nos"),
            ("activites", "taches"),
            ("sont", "etaient"),
            ("sensibles", "classifiees", "confidentielles", "classifiees ou sensibles"),
        ),
        (
            ("todas",),
            ("mis", "nuestras"),
            ("actividades", "tareas"),
            ("son", "fueron"),
            ("sensibles", "clasificadas", "confidenciales", "clasificadas o confidenciales"),
        ),
    )
    for said in product(*slots)
)
DECLINED_ABROAD: Final = frozenset(
    (
        "ich lehne ab",
        "ich lehne es ab",
        "ich lehne es ab zu antworten",
        "ich lehne eine antwort ab",
        "ich verweigere die antwort",
        *(f"ich {will} {what}" for will, what in product(("mochte", "werde", "will"), ("nicht antworten",))),
        *(
            f"je {will} {what}"
            for will, what in product(
                ("refuse de", "prefere ne pas", "ne souhaite pas", "ne veux pas"), ("repondre", "participer")
            )
        ),
        *(
            f"{will} {what}"
            for will, what in product(
                ("prefiero no", "no deseo", "no quiero", "declino", "me niego a"),
                ("responder", "contestar", "participar"),
            )
        ),
    )
)
BEFORE: Final = (
    "no",
    "respectfully",
    "no thank you",
    "no thanks",
    "thank you but",
    "thanks but",
    "sorry",
    "sorry but",
    "i am sorry but",
)
"""What may come before declining."""
