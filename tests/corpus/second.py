"""Reads tests/corpus/replies_second/: replies as clients of the world write them, each with what must be left of it.

A file holds cases. `@@@ name kind` begins one, with the mail's text below it, `plain` or `html`; `@@ text`, `@@ body` and
`@@ bullets` begin its answers. Where `text` is the same as `body`, it is left out.
"""

import pathlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

FOLDER = pathlib.Path(__file__).parent / "replies_second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mail and its answers."""

    name: str
    kind: str
    group: str
    input: str
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """What is left without signature."""
        return self.answers["body"]

    @property
    def text(self) -> str:
        """What is left, signature and all."""
        return self.answers.get("text", self.body)

    @property
    def bullets(self) -> tuple[str, ...] | None:
        """The bullets, where the case names them."""
        listed = self.answers.get("bullets")
        return None if listed is None else tuple(line for line in listed.split("\n") if line)

    def raw(self) -> bytes:
        """The case as a mail."""
        mail = EmailMessage()
        mail["From"] = "Jo Brandt <jo@quay.example>"
        mail["To"] = "Harbour Office <harbour@quay.example>"
        mail["Subject"] = "Re: Last week"
        mail["Message-ID"] = "<second@quay.example>"
        mail.set_content(self.input, subtype=self.kind, cte="base64")
        return mail.as_bytes()


def cases() -> Iterator[Case]:
    """Every case, file by file."""
    for file in sorted(FOLDER.glob("*.txt")):
        for chunk in ("\n" + file.read_text(encoding="utf-8")).split("\n@@@ ")[1:]:
            title, _, rest = chunk.partition("\n")
            name, _, kind = title.partition(" ")
            shown, *answers = ("\n" + rest).split("\n@@ ")
            parted = (answer.partition("\n") for answer in answers)
            yield Case(
                name=name,
                kind=kind,
                group=file.stem,
                input=shown.removeprefix("\n"),
                answers={label: answer.strip("\n") for label, _, answer in parted},
            )
