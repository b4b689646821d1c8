"""What to keep where nothing is left: what was typed inside a signature or a quote wrapper is the reply.

Some clients open the cursor there, and people type where the cursor is.
"""

from collections.abc import Sequence

from domain.reply import Region
from ingest import salutation
from ingest.letters import OWN, classify
from ingest.lines import Hint, Line
from ingest.prompted import Prompts

_LEAST_WORDS = 4
_TELEPHONE = 7


def rescue(lines: Sequence[Line], letters: list[str], regions: list[Region]) -> None:
    """Where nothing is left, what was typed inside a signature or a quote wrapper is the reply."""
    kept = (at for at, region in enumerate(regions) if region is Region.BODY and letters[at] in OWN | {"q"})
    if any(not _greets(lines[at]) for at in kept):
        return
    inside = [at for at, letter in enumerate(letters) if letter == "S"]
    if _reads_like_reply([lines[at] for at in inside]):
        for at, letter in zip(inside, _plainly([lines[at] for at in inside]), strict=True):
            if letter == "g":
                break
            if letter not in "sxf":
                regions[at] = Region.BODY
        return
    if "p" in letters:
        wrapped = _after_prompt(lines, letters)
    elif any(letter in "bho" for letter in letters) or _announced(lines):
        wrapped = []
    else:
        wrapped = [at for at, letter in enumerate(letters) if letter == "Q"]
    if _reads_like_reply([lines[at] for at in wrapped], least=1):
        for at in wrapped:
            regions[at] = Region.BODY
            letters[at] = "t"


def _greets(line: Line) -> bool:
    return not line.text.strip() or salutation.is_trivial(line.text)


def _reads_like_reply(inside: list[Line], least: int = 2) -> bool:
    """Whether there is a list, or enough sentences, and not just a name and a telephone number."""
    plain = _plainly(inside)
    if plain.count("l") >= least:
        return True
    sentences = [
        line.text
        for line, letter in zip(inside, plain, strict=True)
        if letter == "t" and len(line.text.split()) >= _LEAST_WORDS
    ]
    return len([text for text in sentences if not _is_contact(text)]) >= least


def _plainly(inside: Sequence[Line]) -> list[str]:
    """What the lines are, whatever their markup says they stand in."""
    return classify([Line(line.text, Hint.NONE, line.depth, line.starts) for line in inside], Prompts(()))


def _is_contact(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return digits >= _TELEPHONE or "@" in text or "|" in text or "www." in text or "http" in text


def _announced(lines: Sequence[Line]) -> bool:
    """Whether the wrapper itself begins as a quote or a forwarded mail does."""
    plain = classify([Line(line.text) for line in lines if line.hint is Hint.QUOTE][:12], Prompts(()))
    return any(letter in "bho" for letter in plain)


def _after_prompt(lines: Sequence[Line], letters: list[str]) -> list[int]:
    """What stands below the last line of our Prompt in a quote wrapper, up to the next quote, was typed there."""
    last = max(at for at, letter in enumerate(letters) if letter == "p")
    below = [at for at in range(last + 1, len(letters)) if letters[at] in "QtSlk" and lines[at].text.strip()]
    plain = _plainly([lines[at] for at in below])
    end = next((place for place, letter in enumerate(plain) if letter in "bhogdfxq"), len(plain))
    return [at for at, letter in zip(below[:end], plain, strict=False) if letter in OWN]
