"""What a person wrote, told from what they quoted: one Region for every line, decided over the string of letters.

Nothing is thrown away. Lines in the body or the signature are kept, in order; all others are elided.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from domain.reply import Region
from ingest import letterhead
from ingest.letters import OWN, Seen, classify
from ingest.lines import Hint, Line, is_sentence
from ingest.prompted import Prompts, prompts_of
from ingest.rescue import rescue
from ingest.tags import Tag
from ingest.trimmed import Trimmed

QUOTES = frozenset("qQpb")
_PLAIN = frozenset("tlkesxgSf")
UNQUOTED = OWN | frozenset("gsdSx")
_FIRST = {**dict.fromkeys("QpbhR", Region.ELIDED), **dict.fromkeys("Ssxf", Region.SIGNATURE)}
_MOST_PASSES = 6
_MOST_LINES = 4_000
_MOST_TAIL = 6
_MOST_SIGNATURE = 14
_MOST_HEADING = 40
_MOST_SHORT = 80
_WRAPS_AT = 60


def trim(lines: Sequence[Line], prompts: tuple[str, ...] = (), tag: Tag | None = Tag.REPLY) -> Trimmed:
    """Tell each line's Region. What is kept, trimmed again, is kept whole: passes are made until nothing changes.

    `tag` is what stands before the subject. In a reply, what follows a header block with nothing above it may be the
    answer; in any other mail it was passed on. Beyond some thousand lines nobody typed anything: they are elided unread.
    """
    known = prompts_of(prompts)
    read = lines[:_MOST_LINES]
    seen = Seen()
    letters, regions = _pass(read, known, tag, seen)
    rescue(read, letters, regions)
    for _ in range(_MOST_PASSES):
        kept = [index for index, region in enumerate(regions) if region is not Region.ELIDED]
        if len(kept) == len(read) or (_is_settled(kept, letters) and not _is_torn(kept, read)):
            break
        inner = _pass([Line(read[index].text) for index in kept], known, tag, seen)[1]
        cut = [index for index, region in zip(kept, inner, strict=True) if region is Region.ELIDED]
        if not cut or len(cut) == len(kept):
            break
        for index in cut:
            regions[index] = Region.ELIDED
    unread = len(lines) - len(read)
    return Trimmed(
        lines=tuple(lines),
        regions=(*regions, *[Region.ELIDED] * unread),
        letters="".join(letters) + "Q" * unread,
        forwarded=_begins_forwarded(read, letters),
    )


def _begins_forwarded(lines: Sequence[Line], letters: Sequence[str]) -> bool:
    """Whether the first thing in it announces a mail that is passed on, and no text of ours that could be answered."""
    first = next((index for index, letter in enumerate(letters) if letter not in "edsSx"), None)
    return first is not None and letters[first] == "o" and "p" not in letters and letterhead.forwards(lines[first].text)


def _is_settled(kept: Sequence[int], letters: Sequence[str]) -> bool:
    """Whether what is kept is the top of the mail and holds nothing that another look could take for a quote."""
    return (not kept or kept[-1] == len(kept) - 1) and _PLAIN.issuperset(letters[: len(kept)])


def _is_torn(kept: Sequence[int], lines: Sequence[Line]) -> bool:
    """Whether one of two fences was cut: what stood between them was text only as long as both were there."""
    return sum(lines[index].text.startswith("```") for index in kept) % 2 == 1


def _pass(lines: Sequence[Line], prompts: Prompts, tag: Tag | None, seen: Seen) -> tuple[list[str], list[Region]]:
    letters = classify(lines, prompts, seen)
    page = _Page(lines, letters, tag, seen)
    page.decide()
    return letters, page.regions


class _Page:
    """One mail's lines while their Regions are decided. Every question about a span is answered from a running count."""

    def __init__(self, lines: Sequence[Line], letters: list[str], tag: Tag | None, seen: Seen) -> None:
        self.lines = lines
        self.seen = seen
        self.passed_on = {Tag.REPLY: "", Tag.FORWARD: "bho"}.get(tag or Tag.EITHER, "ho")
        self.letters = letters
        self.regions = [_FIRST.get(letter, Region.BODY) for letter in letters]
        self.end = len(letters)
        self.own = [index for index, letter in enumerate(letters) if letter in OWN]
        self.listed = [0, *accumulate(letter == "l" for letter in letters)]
        self.quotes = [index for index, letter in enumerate(letters) if letter in QUOTES]
        # What we sent, marked as a quote piece by piece, may be answered piece by piece.
        self.leads = [
            index
            for index, letter in enumerate(letters)
            if letter == "b" or (letter == "p" and lines[index].text[:1] != ">" and lines[index].hint is Hint.NONE)
        ]
        self.follows = _next_letters(letters)
        self.said: list[int] | None = None
        self.divided: dict[tuple[int, str, str], bool] = {}

    def decide(self) -> None:
        """Cut at the first marker that ends the reply; then look at what stands between and after quotes."""
        if self.quotes or any(letter in "hor" for letter in self.letters):
            self._cut()
        stretches = self._stretches()
        if self.quotes:
            self._between(stretches)
        for first, after in stretches:
            self._signature(first, after)

    def _elide(self, first: int, after: int) -> None:
        self.regions[first:after] = [Region.ELIDED] * (after - first)

    def _owned(self, first: int, after: int) -> Sequence[int]:
        """The lines of a span that somebody wrote."""
        return self.own[bisect_left(self.own, first) : bisect_left(self.own, after)]

    def _own_count(self, first: int, after: int) -> int:
        return bisect_left(self.own, after) - bisect_left(self.own, first)

    def _substance(self, first: int, after: int) -> bool:
        """Whether there is more than a greeting."""
        if self.said is None:
            self.said = [index for index in self.own if not self.seen.greets(self.lines[index].text)]
        return bisect_left(self.said, after) > bisect_left(self.said, first)

    def _quote_between(self, first: int, after: int) -> bool:
        return bisect_left(self.quotes, after) > bisect_left(self.quotes, first)

    def _next(self, index: int) -> str:
        return self.follows[index]

    def _cut(self) -> None:
        """Everything from a header block, a separator or an unquoted attribution on, where text stands above it."""
        index = 0
        while index < len(self.letters):
            letter = self.letters[index]
            if letter not in "bhor":
                index += 1
                continue
            after = index
            while after < len(self.letters) and self.letters[after] == letter:
                after += 1
            if letter == "b" and self._opens(index, after):
                self.regions[index:after] = [Region.BODY] * (after - index)
                index = after
                continue
            self._elide(index, after)
            above = self._substance(0, index)
            ends = letter != "b" or self._next(after) in UNQUOTED
            begun = letter in self.passed_on or self._own_count(0, index)
            if ends and (above or (begun and not self._answered_below(after))):
                self.end = self._absorb(index)
                self._elide(self.end, len(self.letters))
                return
            index = after

    def _opens(self, index: int, after: int) -> bool:
        """Whether what reads like an attribution is the first line of the mail, quotes nothing and names no address."""
        if self._own_count(0, index) or self._next(after) not in OWN:
            return False
        return not any("@" in line.text for line in self.lines[index:after])

    def _answered_below(self, start: int) -> bool:
        """Whether own lines follow the text of our Prompt."""
        last = next((index for index in reversed(self.quotes) if index >= start and self.letters[index] == "p"), -1)
        return last >= 0 and self._own_count(last, len(self.letters)) > 0

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
        if self.letters[start - 1] != "q" or self.letters[after] != "q":
            return False
        text = self.lines[start].text.strip()
        above = self.lines[start - 1].text
        torn = len(above) > _WRAPS_AT or above.count("(") > above.count(")")
        if torn and text[0].islower() and text[-1].isalnum() and above[-1].isalnum():
            below = self.lines[after].text.lstrip("> ")
            if below[:1].islower():  # a sentence of the quote goes on through all three
                return True
        return (text.endswith(">") or text[0] in "(<" or (torn and not text[0].isupper())) and self._substance(0, start)

    def _between(self, stretches: list[tuple[int, int]]) -> None:
        """Quotes above, between and below what was written."""
        tails = self._tails(stretches)
        own = [span for span in stretches if self._own_count(*span)]
        if not own:
            self._quotes_only()
            return
        first, last = own[0], own[-1]
        inline = len(own) > 1 and self._substance(*first)
        attributed = next((index for index, letter in enumerate(self.letters) if letter in "bh"), self.end)
        for index in self.quotes:
            if self.letters[index] != "q" or index >= self.end:
                continue
            before = index < first[0]
            under_attribution = before and attributed < index
            if index > last[0] or (under_attribution and not inline) or not (inline or before):
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
            leads = self._next(start)
            if not self._substance(0, stretches[-2][1]):
                break
            if leads in "gdfxsS" or not self._own_count(start, after):
                found.append((start, after, Region.ELIDED if leads in "gdf" else Region.SIGNATURE))
            elif self._goes_on(stretches, start, after):
                break
            else:
                found.append((start, after, Region.SIGNATURE))
            stretches.pop()
        return found

    def _goes_on(self, stretches: list[tuple[int, int]], start: int, after: int) -> bool:
        """Whether a stretch below a quote is part of the reply: among quotes, below the first, long, or with a list."""
        if all(self.letters[index] not in "bQp" for index in range(stretches[-2][1], start)):
            return True
        begun = self.own[0]
        led = bisect_left(self.leads, begun) < bisect_left(self.leads, start)
        if self._quote_between(0, begun) and not led:
            return True
        if self._quote_between(after, self.end) or self._own_count(start, after) > _MOST_TAIL:
            return True
        return self.listed[after] > self.listed[start] or self._speaks(start, after)

    def _speaks(self, start: int, after: int) -> bool:
        """Whether a stretch is running text of more than a line, as no signature is."""
        end = next((at for at in range(start, after) if self.letters[at] in "gdfsxS"), after)
        said = [self.lines[at].text.strip() for at in self._owned(start, end)]
        return len(said) > 1 and len(said[0]) > _MOST_HEADING and is_sentence(said[-1])

    def _quotes_only(self) -> None:
        """Nothing but quotes: they are all there is to read, unless they only announce others."""
        said = [
            index for index in range(self.end) if self.letters[index] == "q" and self.lines[index].text.strip(" >|\t")
        ]
        forwarded = bool(said) and letterhead.forwards(self.lines[said[0]].text)
        led = next((index for index in range(self.end) if self.letters[index] in "bQpoh"), self.end)
        # What stands above the first attribution was not quoted: > is the mark of a list.
        spared = led if said and said[0] < led < self.end and self.letters[led] in "bQ" and not forwarded else 0
        if not said or forwarded or led < self.end:
            for index in range(spared, self.end):
                if self.letters[index] == "q":
                    self.regions[index] = Region.ELIDED

    def _signature(self, first: int, after: int) -> None:
        """Within one stretch: from a signature mark or a drawn line on."""
        for index in range(first, after):
            letter = self.letters[index]
            if letter not in "gdf":
                continue
            if not self._own_count(0, index) and not (letter == "g" and self._is_passed_on()):
                if letter == "d" and self._next(index + 1) in QUOTES | {"h"}:
                    self.regions[index] = Region.ELIDED
                continue
            rest = self._own_count(index + 1, after)
            if letter == "d" and not self._ends_reply(index, after, first):
                continue
            if letter == "g" and (rest > _MOST_SIGNATURE or self.listed[after] - self.listed[index] > 1):
                continue
            if letter != "f" and self._divides(index, first, after):
                continue
            # A line drawn right above a quote belongs to the quote.
            leads = letter == "d" and not rest and self._next(index + 1) in QUOTES | {"h"}
            for at in range(index, after):
                if self.regions[at] is Region.BODY:
                    self.regions[at] = Region.ELIDED if leads else Region.SIGNATURE
            return

    def _divides(self, index: int, first: int, after: int) -> bool:
        """Whether a line is drawn twice alike, and something is said below each time."""
        drawn = self.letters[index], self.lines[index].text.strip()[0]
        if (first, *drawn) not in self.divided:
            alike = [at for at in range(first, after) if (self.letters[at], self.lines[at].text.strip()[:1]) == drawn]
            below = [self._owned(*part) for part in zip(alike, [*alike[1:], after], strict=True)]
            self.divided[first, *drawn] = len(alike) > 1 and all(
                any(is_sentence(self.lines[at].text.rstrip()) for at in part) for part in below
            )
        return self.divided[first, *drawn]

    def _is_passed_on(self) -> bool:
        """Whether what was cut is a mail that was passed on."""
        return self.end < len(self.letters) and self._next(self.end) in self.passed_on

    def _ends_reply(self, index: int, after: int, first: int) -> bool:
        """Whether a drawn line closes the reply: nothing follows, or few short lines that are no list."""
        rest = self._own_count(index + 1, after)
        if not rest or self._next(index + 1) in {"f", "x"}:
            return True
        if rest > _MOST_TAIL or self.listed[after] > self.listed[index]:
            return False
        if index > first and self.letters[index - 1] in OWN and self.letters[index + 1 : index + 2] != ["e"]:
            underlined = self.lines[index - 1].text.strip()
            if len(underlined) <= _MOST_HEADING and self.lines[index].text.strip()[0] in "=-~*":
                return False
        following = [self.lines[at].text.rstrip() for at in self._owned(index + 1, after)]
        return all(len(text) <= _MOST_SHORT and not text.endswith(":") and not is_sentence(text) for text in following)


def _next_letters(letters: Sequence[str]) -> list[str]:
    """For each place, the first letter from there on that is not empty."""
    found = [""] * (len(letters) + 2)
    for index in range(len(letters) - 1, -1, -1):
        found[index] = letters[index] if letters[index] != "e" else found[index + 1]
    return found
