"""What we know and no library does: the text that we sent. A line that stands in it is a quote, however it was mangled."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rules.phrase import recognise

_NOT_WORDS = re.compile(r"[\W_]+")
_NOT_WORDS_OF_LINES = re.compile(r"[^\w\n]+|_+")
_SHORTEST = 5
_LEAST = 14
_LEAST_WIDE = 6
_MOST = 40_000
_MOST_LINE = 4_000
_MOST_NEAR = 200


def squash(text: str) -> str:
    """Letters and digits only, case folded: what no mail client changes."""
    return _NOT_WORDS.sub("", text.casefold())


class Prompts:
    """The squashed texts of the Prompts that may be quoted."""

    __slots__ = ("lines", "starts", "text")

    def __init__(self, prompts: Sequence[str]) -> None:
        """Keep each prompt once, up to a bound on all of them together."""
        squashed = dict.fromkeys(squash(prompt) for prompt in prompts)
        self.text = "\x00".join(squashed)[:_MOST]
        self.lines = frozenset(
            found for prompt in prompts for line in prompt.split("\n") if len(found := squash(line)) > _SHORTEST
        )
        self.starts = frozenset(self.text[at : at + 4] for at in range(len(self.text)))

    def holds(self, squashed: str) -> bool:
        """Whether a squashed text stands in a Prompt."""
        return squashed[:4] in self.starts and squashed in self.text


@lru_cache(maxsize=64)
def prompts_of(texts: tuple[str, ...]) -> Prompts:
    """The Prompts for a set of texts; they are the same for every reply of a Round."""
    return Prompts(texts)


def quoted_from(texts: Sequence[str], prompts: Prompts) -> frozenset[int]:
    """The indices of the lines that are text of a Prompt.

    A short line counts where it goes on, word for word, from the line above or below.
    """
    if not prompts.text:
        return frozenset()
    forms = _squashed(texts)
    alone = {line: _alone(line, prompts) for line in dict.fromkeys(forms.values())}
    if not any(alone.values()):
        return frozenset()
    squashed = [forms[text] for text in texts]
    found = {
        index
        for index, line in enumerate(squashed)
        if alone[line]
        and not any(_answers(texts, squashed, at, prompts) for at in ((index,), (index - 1, index), (index, index + 1)))
    }
    if not found:
        return frozenset()
    for step in (1, -1):
        order = range(len(squashed)) if step == 1 else range(len(squashed) - 1, -1, -1)
        last = -1
        for index in order:
            line = squashed[index]
            if not line:
                continue
            if index not in found and last >= 0 and len(line) < _MOST_NEAR:
                near = squashed[last][-40:] + line if step == 1 else line + squashed[last][:40]
                if prompts.holds(near):
                    found.add(index)
            last = index if index in found else -1
    return frozenset(found)


def _squashed(texts: Sequence[str]) -> dict[str, str]:
    """Each different line, squashed; all of them at once. What is longer than any line of ours is nothing."""
    distinct = dict.fromkeys(texts)
    short = [text for text in distinct if len(text) < _MOST_LINE]
    together = _NOT_WORDS_OF_LINES.sub("", "\n".join(short).casefold()).split("\n")
    if len(together) != len(short):
        together = [squash(text) for text in short]  # a line break inside a line, as an image's description may have
    return {**dict.fromkeys(distinct, ""), **dict(zip(short, together, strict=True))}


@lru_cache(maxsize=512)
def _is_phrase(text: str) -> bool:
    """Whether a line by itself is a whole answer: words that the Prompt offers, so that people copy them from it.

    Asked only of lines that stand in a Prompt, so what is remembered is our own text.
    """
    return len(text) < _MOST_NEAR and recognise(text) is not None


def _answers(texts: Sequence[str], squashed: Sequence[str], lines: tuple[int, ...], prompts: Prompts) -> bool:
    """Whether a line, or two that a mail client broke it into, is a whole answer and no quote of the Prompt's words for it."""
    return (
        0 <= lines[0] <= lines[-1] < len(texts)
        and prompts.holds(said := "".join(squashed[at] for at in lines))
        and _is_phrase(" ".join(texts[at] for at in lines))
        and not _goes_on(said, squashed[lines[0] - 1 : lines[0]], squashed[lines[-1] + 1 : lines[-1] + 2], prompts)
    )


def _goes_on(said: str, above: Sequence[str], below: Sequence[str], prompts: Prompts) -> bool:
    """Whether words are joined to the line above or below as they are in the Prompt: then they are a quote of it."""
    return any(near and prompts.holds(near[-40:] + said) for near in above) or any(
        near and prompts.holds(said + near[:40]) for near in below
    )


def _alone(line: str, prompts: Prompts) -> bool:
    """Whether a line by itself is long enough to be told from what anyone may write."""
    if line in prompts.lines and len(line) > _SHORTEST + 2:
        return True
    if not line:
        return False
    least = _LEAST if line.isascii() else _LEAST_WIDE if line[0] > "\u2e80" else _LEAST
    return len(line) >= least and prompts.holds(line)
