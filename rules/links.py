"""The links rule: does the person's own text lead elsewhere? What a signature, a disclaimer or a quote links is noted only."""

import re
from collections.abc import Iterator
from typing import Final

from domain.policy import Policy
from domain.reply import Anchor, Region, Reply
from domain.verdict import Effect, Finding
from rules.addresses import Reach, reach, unwrap
from rules.fold import fold, squash
from rules.wording import mask

VERSION: Final = 6

_HINT: Final = "There is a link here. Please reply again without it and say in a few words what it shows."
_NOTED: Final = "A link outside the bullets was noted. Nothing needs to be done."
_MENTIONED: Final = "A host name was noted. Nothing needs to be done."

_LOCAL: Final = re.compile(
    r"(?:mailto|tel|sms|cid|mid|about|blob|applewebdata|x-apple-data-detectors|x-msg|webkit-fake-url|data:image/)",
    re.IGNORECASE,
)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:(?://)?", re.IGNORECASE)
# Pictures that mail programs fetch by themselves: emoji, dots that tell of an opened mail.
_OWN_PICTURE: Final = re.compile(
    r"gstatic\.com/s/e/|/emoji|emoticon|twemoji|static\.xx\.fbcdn|[/.?&=_-](?:track|pixel|beacon|open|spacer|blank|wf/open)",
    re.IGNORECASE,
)


# Below the bullets, a line like these is a signature that nobody marked as one.
_CLOSING: Final = re.compile(
    r"\W*(?:thanks?|thank you|many thanks|thx|cheers|(?:kind|best|warm)?\s?regards|best|v/?r|r/|very respectfully|"
    r"respectfully|sincerely|yours|take care)\b.{0,40}$",
    re.IGNORECASE,
)
_CARD: Final = re.compile(
    r"\s[|•·]\s|^\W*(?:linkedin|twitter|facebook|instagram|youtube|website|web|home ?page|phone|tel|mobile|cell|office|fax|"
    r"e-?mail|book (?:time|a meeting)|schedule a (?:call|meeting)|bookings page)\b\W|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(
    r"(?:\b(?:see|here|attached|posted|details|link|find|click|at|below|draft|plan|report)\b.*|[.!?]\s*$)",
    re.IGNORECASE,
)


_NAMED: Final = 50
"""So many bullets and links are looked at one by one. Who sent more must write again anyway: the rest is one Finding."""
_LOOKED: Final = 200
"""So many lines outside the bullets are looked at one by one, and the rest as one."""
_LONGEST_CARD: Final = 100
_TOGETHER: Final = 32


def ask(reply: Reply, policy: Policy, wording: tuple[str, ...]) -> tuple[Finding, ...]:  # noqa: ARG001 - every rule is asked alike
    """One Finding for each place that holds a link: each bullet, the text around them, signature and quote."""
    found: dict[str, Finding] = {}
    for finding in (*_own(reply, wording), *_hidden(reply), *_outside(reply, wording)):
        known = found.get(finding.where)
        if known is None or (known.effect is Effect.RECORD and finding.effect is Effect.REJECT):
            found[finding.where] = finding
    return tuple(found.values())


def _own(reply: Reply, wording: tuple[str, ...]) -> Iterator[Finding]:
    """Links that were typed. One look at everything first: line by line is dear, and most people type none."""
    body = fold(reply.body)
    if reach(body) is None and reach("\n".join(bullet.text for bullet in reply.bullets)) is None:
        return
    for number, bullet in enumerate(reply.bullets[:_NAMED], 1):
        yield from _said(reach(mask(bullet.text, wording)), f"bullet {number}")
    rest = reach(mask("\n".join(bullet.text for bullet in reply.bullets[_NAMED:]), wording))
    yield from _said(rest, "text")
    said = frozenset(squash(bullet.text) for bullet in reply.bullets)
    lines = mask(body, wording).split("\n")
    card = _card(lines, said)
    if any(reach(lines[number]) is not None for number in card):
        yield _finding(Region.SIGNATURE.value, _NOTED, Effect.RECORD)
    if rest is not Reach.LINK:
        around = ["" if number in card else line for number, line in enumerate(lines)]
        yield from _said(_around(around, said), "text")


def _around(lines: list[str], said: frozenset[str]) -> Reach | None:
    """The farthest reach of the lines that are no bullet."""
    found: Reach | None = None
    for looked, (number, far) in enumerate(_leading(lines)):
        if looked == _LOOKED:
            return reach("\n".join(lines[number:])) or found
        if not _in_bullets(lines[number], said):
            if far is Reach.LINK:
                return far
            found = found or far
    return found


def _leading(lines: list[str]) -> Iterator[tuple[int, Reach]]:
    """The lines that lead anywhere, by number; where many together do not, none is looked at alone."""
    for start in range(0, len(lines), _TOGETHER):
        together = lines[start : start + _TOGETHER]
        if reach("\n".join(together)) is not None:
            for number, line in enumerate(together, start):
                if (far := reach(line)) is not None:
                    yield number, far


def _in_bullets(line: str, said: frozenset[str]) -> bool:
    """Whether a line of the body is a bullet, or a wrapped piece of one."""
    spelled = squash(line)
    return spelled in said or any(spelled in bullet or bullet in spelled for bullet in said)


def _card(lines: list[str], said: frozenset[str]) -> frozenset[int]:
    """The lines below the last bullet that can only be a signature: after a closing, or made like a visiting card."""
    above = max(0, len(lines) - _LONGEST_CARD) - 1
    backwards = (number for number in range(len(lines) - 1, above, -1) if lines[number].strip())
    last = next((number for number in backwards if _in_bullets(lines[number], said)), above)
    found: set[int] = set()
    closed = False
    for number in range(last + 1, len(lines) if said else 0):
        line = lines[number]
        closed = closed or _CLOSING.match(line) is not None
        if (closed and not _SENTENCE.search(line)) or _CARD.search(f"{line} "):
            found.add(number)
    return frozenset(found)


def _said(far: Reach | None, where: str) -> Iterator[Finding]:
    if far is Reach.LINK:
        yield _finding(where, _HINT, Effect.REJECT)
    elif far is Reach.NAME:
        yield _finding(where, _MENTIONED, Effect.RECORD)


def _hidden(reply: Reply) -> Iterator[Finding]:
    """Links that the HTML carries under other words; of those in a place where they are only noted, the first."""
    noted: set[Region] = set()
    told = 0
    laid: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    for anchor in dict.fromkeys(reply.anchors):
        if told == _NAMED:
            return
        if anchor.region in noted or not _leads(anchor):
            continue
        if anchor.region is not Region.BODY:
            noted.add(anchor.region)
            yield _finding(anchor.region.value, _NOTED, Effect.RECORD)
        elif anchor.attribute != "href" and not anchor.text and reply.elided:
            # A picture without words stands on an empty line, of which nobody can tell whether it is quoted.
            yield _finding(Region.ELIDED.value, _NOTED, Effect.RECORD)
        else:
            told += 1
            laid = laid or _laid_out(reply)
            yield _in_body(anchor, *laid)


def _leads(anchor: Anchor) -> bool:
    """Whether an anchor leads elsewhere. One that a mail program made of a word is judged by the word."""
    target = unwrap(fold(anchor.target).strip())
    if not target or target.startswith("#") or _LOCAL.match(target):
        return False
    if anchor.attribute != "href":
        return ("://" in target or target.startswith("//")) and not _OWN_PICTURE.search(target)
    shown = fold(anchor.text).strip()
    if "@" in shown and squash(shown) in squash(target) and not _SCHEME.match(shown):
        return False
    if shown and _stem(shown) == _stem(target) and not _SCHEME.match(shown):
        return reach(shown) is Reach.LINK
    return True


def _stem(address: str) -> str:
    return _SCHEME.sub("", address.casefold(), count=1).strip(" /.,;:()<>\"'")


def _laid_out(reply: Reply) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of each bullet, and of each line of the signature below them."""
    said = tuple(squash(bullet.text) for bullet in reply.bullets)
    lines = reply.body.split("\n")
    return said, tuple(squash(lines[number]) for number in _card(lines, frozenset(said)))


def _in_body(anchor: Anchor, said: tuple[str, ...], card: tuple[str, ...]) -> Finding:
    """A link among the person's own words, unless its words stand in a signature below the bullets."""
    shown = squash(anchor.text)
    number = next((at for at, bullet in enumerate(said, 1) if shown and shown in bullet), 0)
    if number:
        return _finding(f"bullet {number}", _HINT, Effect.REJECT)
    if any(shown in line for line in card):  # no words: a logo that is linked, beside the card
        return _finding(Region.SIGNATURE.value, _NOTED, Effect.RECORD)
    return _finding("text", _HINT, Effect.REJECT)


def _outside(reply: Reply, wording: tuple[str, ...]) -> Iterator[Finding]:
    """Links in what is not the answer: noted, never refused."""
    own = {line.strip() for line in reply.body.split("\n")}
    rest = "\n".join(line for line in reply.text.split("\n") if line.strip() not in own)
    if reach(mask(f"{reply.signature}\n{rest}", wording)) is Reach.LINK:
        yield _finding(Region.SIGNATURE.value, _NOTED, Effect.RECORD)
    # As one text: a hostile mail has thousands of pieces.
    if reach(mask("\n".join(reply.elided), wording)) is Reach.LINK:
        yield _finding(Region.ELIDED.value, _NOTED, Effect.RECORD)


def _finding(where: str, hint: str, effect: Effect) -> Finding:
    return Finding(rule="links", where=where, hint=hint, effect=effect)
