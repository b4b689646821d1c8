"""The tags that mail clients put before a subject, such as `Re:` and `WG:`: what the first says, and the subject without them."""

import re
from enum import StrEnum


class Tag(StrEnum):
    """What a tag says of the mail."""

    REPLY = "reply"
    FORWARD = "forward"
    EITHER = "either"


_WORDS = {
    Tag.REPLY: (
        "re|aw|sv|ref|rif|res|r|antw|antwort|odp|ynt|yan|vá|atb|hv|bls|trl|svar|att|ha|отв|отвт|від|απ|σχετ|תגובה|השב|رد|"
        "回复|回覆|答复|答覆|回信|返信|답장|회신|ตอบ|ตอบกลับ"
    ),
    Tag.FORWARD: (
        "fw|fwd|wg|tr|rv|enc|i|doorst|pd|vl|vb|ilt|i̇lt|tov|továbbítás|trs|ct|prep|redir|yml|пересл|пер|пд|πρθ|הועבר|"
        "إعادة توجيه|转发|轉寄|轉發|転送|전달|ส่งต่อ|fs|pārs|per"
    ),
    Tag.EITHER: "vs",  # an answer in Finnish, a forward in Danish and Norwegian
}
_TAGS = {word: tag for tag, words in _WORDS.items() for word in words.split("|")}
_TAG = re.compile(
    r"\s{0,5}(?P<word>[^\s:：\[\]()]{1,12}(?: [^\s:：\[\]()]{1,10})?)(?:\s?[\[(]\d{1,3}[\])])?\s{0,3}[:：]"
)
_MOST_TAGS = 20


def tags(subject: str | None) -> tuple[tuple[Tag, ...], str]:
    """The tags in their order, and what stands behind them."""
    rest = (subject or "")[:1000]
    found: list[Tag] = []
    while len(found) < _MOST_TAGS and (match := _TAG.match(rest)) is not None:
        tag = _TAGS.get(match["word"].casefold())
        if tag is None:
            break
        found.append(tag)
        rest = rest[match.end() :]
    return tuple(found), rest


def first_tag(subject: str | None) -> Tag | None:
    """What the outermost tag says; None where there is none."""
    return next(iter(tags(subject)[0]), None)
