"""What a person wrote, told from what they quoted: one Region for every line, decided over the string of letters.

Nothing is thrown away. Lines in the body or the signature are kept, in order; all others are elided.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.reply import Region
from ingest import salutation
from ingest.letters import classify
from ingest.lines import Hint, Line
from ingest.prompted import Prompts, prompts_of

OWN = frozenset("tlk")
QUOTED = frozenset("qQp")
_ASIDE = frozenset("Ssxf")
_MOST_PASSES = 6
_MOST_TAIL = 6
_MOST_SIGNATURE = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """Every line of the input with its Region, and its letter."""

    lines: tuple[Line, ...]
    regions: tuple[Region, ...]
    letters: str

    @property
    def text(self) -> str:
        """What is kept, the signature with it."""
        return tidy(
            line.text for line, region in zip(self.lines, self.regions, strict=True) if region is not Region.ELIDED
        )

    @property
    def body(self) -> str:
        """What is kept, without signature, device line, disclaimer, footer, banner and label."""
        return tidy(line.text for line, region in zip(self.lines, self.regions, strict=True) if region is Region.BODY)

    @property
    def signature(self) -> str:
        """What is kept but not in the body."""
        return tidy(
            line.text for line, region in zip(self.lines, self.regions, strict=True) if region is Region.SIGNATURE
        )

    @property
    def elided(self) -> tuple[str, ...]:
        """What was cut, line by line."""
        return tuple(
            line.text for line, region in zip(self.lines, self.regions, strict=True) if region is Region.ELIDED
        )

    @property
    def own(self) -> tuple[Line, ...]:
        """The lines of the body that nobody else wrote: quotes that answers refer to are left out."""
        return tuple(
            line
            for line, region, letter in zip(self.lines, self.regions, self.letters, strict=True)
            if region is Region.BODY and letter not in QUOTED
        )


def tidy(lines: Sequence[str] | object) -> str:
    """Lines as one text: no space at their ends, no empty lines around them."""
    rows = [str(line).rstrip() for line in lines]  # type: ignore[attr-defined]
    while rows and not rows[0].strip():
        rows.pop(0)
    return "\n".join(rows).rstrip()


def trim(lines: Sequence[Line], prompts: tuple[str, ...] = ()) -> Trimmed:
    """Tell each line's Region. What is kept, trimmed again, is kept whole: passes are made until nothing changes."""
    known = prompts_of(prompts)
    letters, regions = _pass(lines, known)
    regions = _rescued(lines, letters, regions)
    for _ in range(_MOST_PASSES):
        kept = [index for index, region in enumerate(regions) if region is not Region.ELIDED]
        if len(kept) == len(lines) and _ == 0:
            break
        again = [Line(lines[index].text) for index in kept]
        _, inner = _pass(again, known)
        cut = [index for index, region in zip(kept, inner, strict=True) if region is Region.ELIDED]
        if not cut or len(cut) == len(kept):
            break
        for index in cut:
            regions[index] = Region.ELIDED
    return Trimmed(lines=tuple(lines), regions=tuple(regions), letters="".join(letters))


def _pass(lines: Sequence[Line], prompts: Prompts) -> tuple[list[str], list[Region]]:
    letters = classify(lines, prompts)
    page = _Page(lines, letters)
    page.decide()
    return letters, page.regions


class _Page:
    """One mail's lines while their Regions are decided."""

    def __init__(self, lines: Sequence[Line], letters: list[str]) -> None:
        self.lines = lines
        self.letters = letters
        self.regions = [
            Region.ELIDED if letter in "QpbhR" else Region.SIGNATURE if letter in _ASIDE else Region.BODY
            for letter in letters
        ]
        self.end = len(letters)

    def decide(self) -> None:
        """Cut at the first marker that ends the reply; then look at what stands between and after quotes."""
        self._cut()
        stretches = self._stretches()
        self._between(stretches)
        for first, after in stretches:
            self._signature(first, after)

    def _elide(self, first: int, after: int) -> None:
        for index in range(first, after):
            self.regions[index] = Region.ELIDED

    def _owned(self, first: int, after: int) -> list[int]:
        return [index for index in range(first, after) if self.letters[index] in OWN]

    def _substance(self, first: int, after: int) -> bool:
        """Whether there is more than a greeting."""
        return any(not salutation.is_greeting(self.lines[index].text) for index in self._owned(first, after))

    def _next(self, index: int) -> str:
        return next((letter for letter in self.letters[index:] if letter != "e"), "")

    def _cut(self) -> None:
        """Everything from a header block, a separator or an unquoted attribution on, where text stands above it."""
        above = False
        greeted = False
        index = 0
        while index < len(self.letters):
            letter = self.letters[index]
            if letter in OWN:
                greeted = True
                above = above or not salutation.is_greeting(self.lines[index].text)
            elif letter in "bhor":
                after = index
                while after < len(self.letters) and self.letters[after] == letter:
                    after += 1
                self._elide(index, after)
                ends = letter != "b" or self._next(after) in OWN | {"g", "s", "d", "S", "x"}
                if ends and (above or (greeted and not self._answered_below(after))):
                    self.end = self._absorb(index)
                    self._elide(self.end, len(self.letters))
                    return
                index = after
                continue
            index += 1

    def _answered_below(self, start: int) -> bool:
        """Whether own lines follow the text of our Prompt."""
        last = max((index for index in range(start, len(self.letters)) if self.letters[index] == "p"), default=-1)
        return last >= 0 and bool(self._owned(last, len(self.letters)))

    def _absorb(self, index: int) -> int:
        """Drawn lines above a quote belong to it."""
        while index > 0 and (self.letters[index - 1] in "ed" or self._is_ruled(index - 1)):
            index -= 1
        return index

    def _is_ruled(self, index: int) -> bool:
        text = self.lines[index].text.strip()
        return self.letters[index] == "t" and text[:2] in {"--", "__", "=="} and text[-2:] in {"--", "__", "=="}

    def _stretches(self) -> list[tuple[int, int]]:
        """The runs of lines between quotes that hold anything; a wrapped line inside a quote does not end it."""
        found: list[tuple[int, int]] = []
        index = 0
        while index < self.end:
            if self.letters[index] in "qQpb":
                index += 1
                continue
            start = index
            while index < self.end and self.letters[index] not in "qQpb":
                index += 1
            if all(self.letters[at] in "eh" for at in range(start, index)):
                continue
            if self._is_debris(start, index):
                self._elide(start, index)
                continue
            found.append((start, index))
        return found

    def _is_debris(self, start: int, after: int) -> bool:
        """A quoted line that some program wrapped loses its `>`; it stands alone, right between two that have theirs."""
        if after - start != 1 or start == 0 or after >= self.end or self.letters[start] != "t":
            return False
        if self.letters[start - 1] != "q" or self.letters[after] != "q" or not self._substance(0, start):
            return False
        text = self.lines[start].text.strip()
        above = self.lines[start - 1].text
        return (
            text.endswith(">")
            or text[0] in "(<"
            or (not text[0].isupper() and (len(above) > 60 or above.count("(") > above.count(")")))
        )  # noqa: PLR2004

    def _between(self, stretches: list[tuple[int, int]]) -> None:
        """Quotes above, between and below what was written."""
        if not any(letter in "qQpb" for letter in self.letters[: self.end]):
            return
        tails = self._tails(stretches)
        own = [span for span in stretches if self._owned(*span)]
        if not own:
            self._quotes_only()
            return
        first, last = own[0], own[-1]
        inline = len(own) > 1 and self._substance(*first)
        for index in range(self.end):
            if self.letters[index] != "q":
                continue
            before = index < first[0]
            under_attribution = before and "b" in self.letters[:index]
            if index > last[0] or under_attribution or not (inline or before):
                self.regions[index] = Region.ELIDED
        for first_line, after, region in tails:
            for index in range(first_line, after):
                self.regions[index] = region

    def _tails(self, stretches: list[tuple[int, int]]) -> list[tuple[int, int, Region]]:
        """What follows the last quote under a reply is a signature or a footer, unless it is the reply.

        The spans are taken out of `stretches`.
        """
        found: list[tuple[int, int, Region]] = []
        while len(stretches) > 1:
            start, after = stretches[-1]
            followed = any(letter in "qQpb" for letter in self.letters[after : self.end])
            above = any(self._substance(*span) for span in stretches[:-1])
            owned = self._owned(start, after)
            if not above:
                break
            if self._next(start) in {"g", "d", "f", "x", "s", "S"} or not owned:
                found.append(
                    (start, after, Region.ELIDED if self._next(start) in {"g", "d", "f"} else Region.SIGNATURE)
                )
            elif not any(letter in "bQp" for letter in self.letters[stretches[-2][1] : start]):
                break
            elif followed or len(owned) > _MOST_TAIL or any(self.letters[index] == "l" for index in owned):
                break
            else:
                found.append((start, after, Region.SIGNATURE))
            stretches.pop()
        return found

    def _quotes_only(self) -> None:
        """Nothing but quotes: they are all there is to read, unless they only announce others."""
        said = [
            index for index in range(self.end) if self.letters[index] == "q" and self.lines[index].text.strip(" >|\t")
        ]
        if not said or any(letter in "bQp" for letter in self.letters):
            for index in range(self.end):
                if self.letters[index] == "q":
                    self.regions[index] = Region.ELIDED

    def _signature(self, first: int, after: int) -> None:
        """Within one stretch: from a signature mark or a drawn line on."""
        for index in range(first, after):
            letter = self.letters[index]
            if letter not in "gdf" or self.regions[index] is not Region.BODY and letter != "f":
                continue
            rest = self._owned(index + 1, after)
            if not self._owned(0, index):
                continue
            if letter == "d" and not self._ends_reply(index, rest, first):
                continue
            if letter == "g" and (len(rest) > _MOST_SIGNATURE or sum(self.letters[at] == "l" for at in rest) > 1):
                continue
            # A line drawn right above a quote belongs to the quote.
            leads = letter == "d" and not rest and self._next(index + 1) in QUOTED | {"b", "h"}
            for at in range(index, after):
                if self.regions[at] is Region.BODY:
                    self.regions[at] = Region.ELIDED if leads else Region.SIGNATURE
            return

    def _ends_reply(self, index: int, rest: list[int], first: int) -> bool:
        """Whether a drawn line closes the reply: nothing follows, or few short lines that are no list."""
        if not rest:
            return True
        if self._next(index + 1) in {"f", "x"}:
            return True
        if index > first and self.letters[index - 1] in OWN and self.letters[index + 1 : index + 2] != ["e"]:
            underlined = self.lines[index - 1].text.strip()
            if len(underlined) <= 40 and self.lines[index].text.strip()[0] in "=-~*":  # noqa: PLR2004 - a heading and its line
                return False
        if len(rest) > _MOST_TAIL or any(self.letters[at] == "l" for at in rest):
            return False
        return all(len(self.lines[at].text) <= 80 and not self.lines[at].text.rstrip().endswith(":") for at in rest)  # noqa: PLR2004


def _rescued(lines: Sequence[Line], letters: list[str], regions: list[Region]) -> list[Region]:
    """Where nothing is left, what was typed inside a signature or a quote wrapper is the reply."""
    if any(
        region is Region.BODY and letters[at] in OWN | {"q"}
        for at, region in enumerate(regions)
        if not _greets(lines[at])
    ):
        return regions
    inside = [at for at, letter in enumerate(letters) if letter == "S"]
    if _reads_like_reply([lines[at] for at in inside]):
        for at in inside:
            regions[at] = Region.BODY
        return regions
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
    return regions


def _greets(line: Line) -> bool:
    return not line.text.strip() or salutation.is_trivial(line.text)


def _reads_like_reply(inside: list[Line], least: int = 2) -> bool:
    """Whether there is a list, or enough sentences, and not just a name and a telephone number."""
    plain = classify([Line(line.text, Hint.NONE, line.depth, line.starts) for line in inside], Prompts(()))
    if plain.count("l") >= least:
        return True
    sentences = [
        line.text for line, letter in zip(inside, plain, strict=True) if letter == "t" and len(line.text.split()) >= 4
    ]  # noqa: PLR2004
    return len([text for text in sentences if not _is_contact(text)]) >= least


def _is_contact(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return digits >= 7 or "@" in text or "|" in text or "www." in text or "http" in text  # noqa: PLR2004


def _announced(lines: Sequence[Line]) -> bool:
    """Whether the wrapper itself begins as a quote or a forwarded mail does."""
    plain = classify([Line(line.text) for line in lines if line.hint is Hint.QUOTE][:12], Prompts(()))
    return any(letter in "bho" for letter in plain)


def _after_prompt(lines: Sequence[Line], letters: list[str]) -> list[int]:
    """What stands below the last line of our Prompt in a quote wrapper, up to the next quote, was typed there."""
    last = max(at for at, letter in enumerate(letters) if letter == "p")
    below = [at for at in range(last + 1, len(letters)) if letters[at] in "QtSlk" and lines[at].text.strip()]
    plain = classify([Line(lines[at].text, Hint.NONE, lines[at].depth, lines[at].starts) for at in below], Prompts(()))
    end = next((place for place, letter in enumerate(plain) if letter in "bhogdfxq"), len(plain))
    return [at for at, letter in zip(below[:end], plain, strict=False) if letter in OWN]
