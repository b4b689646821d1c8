"""A Reply: the kept text of a Message that answers a Prompt, and its Bullets."""

from dataclasses import dataclass
from enum import StrEnum

from domain.message import Message


class Region(StrEnum):
    """Where in a Reply a stretch of text stands."""

    BODY = "body"
    SIGNATURE = "signature"
    ELIDED = "quote"


class Phrase(StrEnum):
    """A whole answer in a few fixed words, without bullets."""

    SENSITIVE = "sensitive"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullet:
    """One thing done, in the employee's words: marker removed, wrapped lines joined, nested items joined in."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An address that the HTML carries: `target` as written in `attribute`, under the visible `text`."""

    target: str
    text: str
    attribute: str = "href"
    region: Region = Region.BODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a person wrote.

    `text` is what they wrote with quotes and forwarded mail removed, signature kept; `body` is that without signature
    block, device line, disclaimer, list footer and banner. `elided` is what was cut from the input, in order: the
    lines of `kept` (which is `text` before tidying) and `elided` together are the input's.
    `unsure` says that the bullets were guessed from running text.
    """

    message: Message
    text: str = ""
    body: str = ""
    elided: tuple[str, ...] = ()
    signature: str = ""
    bullets: tuple[Bullet, ...] = ()
    unsure: bool = False
    phrase: Phrase | None = None
    anchors: tuple[Anchor, ...] = ()
