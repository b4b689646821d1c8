"""HTML to lines, in linear time: lists keep depth and order, what clients mark is hinted, what is hidden stands apart.

Nothing is decided here about what is kept: see ingest/trim.py.
"""

import html as entities
import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from domain.reply import Anchor
from ingest.cards import is_card
from ingest.dom import Attributes, Mark, hidden_classes, mark, spacing_classes, style_of
from ingest.lines import INVISIBLE, Hint, Line, Placed
from ingest.markup import BLOCKS, BREAKS, DRAWN, HEAVIEST, KEPT, SKIPPED, SPACED, WEIGHTS, behaves_as, too_deep

_MOST_EMOJI = 4
"""An emoji, with its modifiers."""
_MOST_DIGITS = 5
_MOST_NUMBER = 7
_RULE = "_" * 32
_UNSEEN = f"{INVISIBLE} "

_MOST_BOLD = 24
_MOST_BOLD_WORDS = 3
_MOST_CARD = 40
_ADDRESSES = ("href", "src", "srcset", "action", "background")
_ADDRESSING = frozenset(_ADDRESSES)
_DESCRIPTIONS = ("alt", "title", "aria-label", "placeholder", "value", "summary")
_DESCRIBING = frozenset(_DESCRIPTIONS)

_ANY_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"[ \t\n\r\f]+")
_LEVEL = re.compile(r"mso-list:l\d+level(\d)", re.IGNORECASE)
_CONDITIONAL = re.compile(r"^\[if [^\]]*\]>", re.IGNORECASE)
_SRCSET_SPLIT = re.compile(r",\s")
_LETTER = re.compile(r"\w")

_HINTS = {
    Mark.QUOTE: Hint.QUOTE,
    Mark.WRAPPER: Hint.QUOTE,
    Mark.TAIL: Hint.QUOTE,
    Mark.BLOCK: Hint.BLOCK,
    Mark.SIGNATURE: Hint.SIGNATURE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """An HTML text as lines; `hidden` is what a person does not see, `described` what stands in attributes."""

    lines: tuple[Line, ...]
    placed: tuple[Placed, ...] = ()
    hidden: str = ""
    described: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text a person sees."""
        return "\n".join(line.text for line in self.lines)


def visible_text(source: str) -> str:
    """The text a person sees."""
    return render(source).text


def render(source: str) -> Rendering:
    """The lines of an HTML text. Markup nested beyond any mail's is read as text between tags."""
    if too_deep(source):
        bare = entities.unescape(_ANY_TAG.sub("\n", source))
        return Rendering(lines=tuple(Line(line.strip()) for line in bare.split("\n") if line.strip()))
    tree = LexborHTMLParser(source)
    styles = "\n".join(node.text() for node in tree.css("style")) if "<style" in source.lower() else ""
    walker = _Walker(hidden_classes=hidden_classes(styles), spacing_classes=spacing_classes(styles))
    title = tree.css_first("head title") if "<title" in source.lower() else None
    if title is not None and title.text().strip():
        walker.described.append(title.text().strip())
    if tree.body is not None:
        walker.walk(tree.body)
    return walker.rendering()


@dataclass(frozen=True, slots=True)
class _Context:
    """What holds for everything inside an element."""

    hint: Hint = Hint.NONE
    hidden: bool = False
    pre: bool = False
    depth: int = 0
    weight: int = 0


@dataclass(slots=True)
class _Walker:
    """Walks a tree once, without recursion, and builds its lines."""

    hidden_classes: frozenset[str]
    spacing_classes: frozenset[str]
    lines: list[Line] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    weight: int = HEAVIEST
    """The least weight of the text of the line so far: 2 in a heading, 1 where it is bold."""
    hint: Hint = Hint.NONE
    item: str = ""
    item_depth: int = 0
    lists: list[list[int]] = field(default_factory=list)
    tail: bool = False
    tables: list[tuple[int, int]] = field(default_factory=list)
    """Of each open table, the first line and how many pictures stand before it."""
    pictures: int = 0
    typed: set[int] = field(default_factory=set)
    """Quote wrappers whose attribution is still to come."""

    def rendering(self) -> Rendering:
        """What was found."""
        self._flush()
        return Rendering(
            lines=tuple(self.lines),
            placed=tuple(self.placed),
            hidden="\n".join(self.hidden),
            described=tuple(dict.fromkeys(self.described)),
        )

    def walk(self, body: LexborNode) -> None:
        """Enter and leave every node below `body`, in document order."""
        stack: list[tuple[LexborNode, _Context, str]] = []
        context = _Context(pre=self._spaces("body", body.attributes, style_of(body.attributes)))
        node: LexborNode | None = body.child
        shut: set[int] = set()
        while True:
            if node is None:
                if not stack:
                    return
                parent, context, tag = stack.pop()
                self._leave(tag, context)
                node = parent.next
                continue
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "", context)
            elif tag == "-comment":
                self._comment(node.html or "")
            elif tag not in SKIPPED:
                inner, tag = self._enter(node, tag, context, shut)
                if inner is not None and node.child is not None:
                    stack.append((node, context, tag))
                    context, node = inner, node.child
                    continue
                if inner is not None:
                    self._leave(tag, context)
            elif tag in DRAWN and (drawn := node.text(separator="\n").strip()):
                self.described.append(drawn[:2_000])
            node = node.next

    def _enter(self, node: LexborNode, tag: str, context: _Context, shut: set[int]) -> tuple[_Context | None, str]:
        """Note an element. The context for its children, None where they are not to be read; and what it is shown like."""
        attributes = node.attributes
        style = style_of(attributes)
        found = mark(tag, attributes, style) if attributes else (Mark.BLOCK if tag == "blockquote" else None)
        if self.hidden_classes and _has_class(attributes, self.hidden_classes):
            found = Mark.HIDDEN
        tag = behaves_as(tag, style)
        if attributes:
            self._attributes(node, tag, attributes)
        if tag == "br":
            self._flush(even_empty=True)
        elif tag in BLOCKS:
            self._block(tag, attributes, style)
        if found is Mark.TAIL and not context.hidden:
            self.tail = True
        if style and "mso-list:ignore" in style.lower():
            self._word_marker(node.text())
            return None, tag
        hint = self._hint(node, found, context, shut)
        hidden = context.hidden or found is Mark.HIDDEN or tag == "noscript"
        pre = context.pre or self._spaces(tag, attributes, style)
        weight = max(context.weight, WEIGHTS.get(tag, 0))
        inner = _Context(hint, hidden, pre, len(self.lists), weight)
        return (context if inner == context else inner), tag

    def _spaces(self, tag: str, attributes: Attributes, style: str) -> bool:
        """Whether the white space in an element is kept."""
        if tag in KEPT or "white-space:pre" in style or "white-space:break-spaces" in style:
            return True
        return bool(self.spacing_classes) and _has_class(attributes, self.spacing_classes)

    def _hint(self, node: LexborNode, found: Mark | None, context: _Context, shut: set[int]) -> Hint:
        if self.tail or context.hint is Hint.QUOTE:
            return Hint.QUOTE
        if found is Mark.WRAPPER and _has_blockquote_child(node):
            shut.add(node.mem_id)
            if _has_line_before_attribution(node):
                self.typed.add(node.mem_id)
            return context.hint
        if self.typed and (parent := node.parent) is not None and parent.mem_id in self.typed:
            # What the wrapper holds before the attribution was typed there as well.
            if found is not Mark.QUOTE:
                return context.hint
            self.typed.discard(parent.mem_id)
        if shut and (parent := node.parent) is not None and parent.mem_id in shut:
            # What the wrapper holds after its blockquote was typed by the one who answers.
            if node.tag == "blockquote":
                shut.discard(parent.mem_id)
            return Hint.QUOTE
        return _HINTS.get(found, context.hint) if found else context.hint

    def _attributes(self, node: LexborNode, tag: str, attributes: Attributes) -> None:
        line = len(self.lines)
        for name in _ADDRESSES if not _ADDRESSING.isdisjoint(attributes) else ():
            target = attributes.get(name)
            if target:
                shown = node.text().strip()[:300] if tag == "a" else (attributes.get("alt") or "")[:300]
                targets = (
                    [part.split()[0] for part in _SRCSET_SPLIT.split(target) if part.split()]
                    if name == "srcset"
                    else [target]
                )
                for one in targets[:50]:
                    self.placed.append(Placed(Anchor(target=one, text=shown, attribute=name), line))
        for name in _DESCRIPTIONS if not _DESCRIBING.isdisjoint(attributes) else ():
            value = (attributes.get(name) or "").strip()
            if value:
                self.described.append(value[:2_000])
        if tag == "img":
            alt = (attributes.get("alt") or "").strip()
            if alt and len(alt) <= _MOST_EMOJI and not _LETTER.search(alt):
                self.pieces.append(alt)
            else:
                self.pictures += 1
        if tag == "input" and (attributes.get("type") or "").lower() == "checkbox":
            self.pieces.append("\u2611 " if "checked" in attributes else "\u2610 ")

    def _block(self, tag: str, attributes: Attributes, style: str) -> None:
        self._flush()
        level = _LEVEL.search(style) if "mso-list" in style else None
        named = (attributes.get("class") or "").lower() if attributes else ""
        word = "msolist" in named
        if tag == "table":
            self.tables.append((len(self.lines), self.pictures))
        if tag == "hr":
            self.lines.append(Line(_RULE, Hint.QUOTE if self.tail else Hint.NONE))
        elif tag in {"ul", "ol"}:
            if not self.lists:
                self._gap()
            start = attributes.get("start") or ""
            number = int(start) if start.isascii() and start.isdigit() and len(start) < _MOST_DIGITS else 1
            self.lists.append([number if tag == "ol" else -1])
        elif tag == "li":
            self._start_item(attributes.get("value") or "")
        elif level or word:
            self.item_depth = int(level[1]) if level else 1
            self.item = "- " if level else ""
        elif tag == "p" and not self.lists and "mso" in (attributes.get("class") or "").lower():
            self.item_depth = 0
        elif tag in SPACED and "mso" not in named:
            self._gap()

    def _start_item(self, value: str) -> None:
        counter = self.lists[-1] if self.lists else [-1]
        self.item_depth = max(len(self.lists), 1)
        # A list that continues another one says where it goes on: <li value="4">.
        if counter[0] >= 0 and value.isascii() and value.isdigit() and len(value) < _MOST_DIGITS:
            counter[0] = int(value)
        self.item = f"{counter[0]}. " if counter[0] >= 0 else "- "
        if counter[0] >= 0:
            counter[0] += 1

    def _word_marker(self, glyph: str) -> None:
        """Word writes the marker of a list paragraph into a span of its own: a number is kept, a glyph is not."""
        number = glyph.replace("\u00a0", " ").strip()
        self.item = f"{number} " if number[:1].isalnum() and 1 < len(number) <= _MOST_NUMBER else "- "
        self.item_depth = max(self.item_depth, 1)

    def _leave(self, tag: str, context: _Context) -> None:
        if tag in {"td", "th"}:
            self.pieces.append(" ")
        if tag not in BLOCKS:
            return
        self._flush()
        if tag in {"ul", "ol"}:
            if self.lists:
                self.lists.pop()
            if not self.lists:
                self._gap()
        elif tag in {"li", "p"}:
            self.item = ""
            if tag == "p" and not self.lists and self.lines and not self.lines[-1].starts and context.depth == 0:
                self.item_depth = 0
        self.item_depth = len(self.lists) if tag != "p" else self.item_depth
        if tag == "table" and self.tables:
            self._card(*self.tables.pop())
        if tag in {"blockquote", "table", "pre"}:
            self._gap()

    def _card(self, first: int, pictures: int) -> None:
        """Take a table under the text for a signature where it is somebody's card."""
        if not self.pictures > pictures or len(self.lines) - first > _MOST_CARD:
            return
        above = self.lines[max(first - _MOST_CARD, 0) : first]
        if any(line.text and line.hint is Hint.NONE for line in above) and is_card(self.lines[first:]):
            self.lines[first:] = [line._replace(hint=Hint.SIGNATURE) for line in self.lines[first:]]

    def _text(self, text: str, context: _Context) -> None:
        if context.hidden:
            if text.strip():
                self.hidden.append(text.strip())
            return
        hint = Hint.QUOTE if self.tail else context.hint
        broken = BREAKS.search(text) is not None
        if context.pre or broken:
            text = text if context.pre else _SPACES.sub(" ", text)
            rows = (BREAKS.sub("\n", text) if broken else text).replace("\r", "").split("\n")
            for row in rows[:-1]:
                self._add(row, hint, context.weight)
                self._flush(even_empty=True)
            self._add(rows[-1], hint, context.weight)
            return
        self._add(_SPACES.sub(" ", text), hint, context.weight)

    def _add(self, text: str, hint: Hint, weight: int) -> None:
        if not text:
            return
        if weight < self.weight and text.strip(" \u00a0"):
            self.weight = weight
        if not any(piece.strip() for piece in self.pieces[-1:]) and text.strip(" \u00a0"):
            self.hint = hint if not self.pieces or not "".join(self.pieces).strip() else self.hint
        self.pieces.append(text)

    def _flush(self, *, even_empty: bool = False) -> None:
        """End the line. White space alone is a line only where it was asked for, or where it does not collapse."""
        text = "".join(self.pieces)
        weight, self.weight = self.weight, HEAVIEST
        self.pieces.clear()
        if not even_empty and not text.strip(" \t\n"):
            return
        shown = text.strip(" \n").replace("\u00a0", " ").rstrip()
        if shown and (shown[0] in INVISIBLE or shown[-1] in INVISIBLE):
            shown = shown.strip(_UNSEEN)
        if not shown:
            self.lines.append(Line("", self.hint if self.tail else Hint.NONE))
            return
        starts = bool(self.item)
        shown = f"{self.item}{shown.lstrip()}" if starts else shown
        heads = not starts and (
            weight == HEAVIEST or (weight == 1 and len(shown) <= _MOST_BOLD and shown.count(" ") < _MOST_BOLD_WORDS)
        )
        self.lines.append(Line(shown, self.hint, self.item_depth, starts, heads=heads))
        self.item = ""

    def _gap(self) -> None:
        if self.lines and self.lines[-1].text:
            self.lines.append(Line("", self.lines[-1].hint))

    def _comment(self, source: str) -> None:
        """Outlook shows what stands in its conditional comments; other clients do not."""
        body = source.removeprefix("<!--").removesuffix("-->")
        lowered = body[:4_000].lower()
        if _CONDITIONAL.match(body) and "<xml" not in lowered and "<style" not in lowered:
            text = _SPACES.sub(" ", entities.unescape(_ANY_TAG.sub(" ", body.partition("]>")[2]))).strip()
            if text and text != "&nbsp;":
                self.hidden.append(text)


def _has_class(attributes: Attributes, classes: frozenset[str]) -> bool:
    return not classes.isdisjoint((attributes.get("class") or "").lower().split())


def _has_line_before_attribution(node: LexborNode) -> bool:
    child = node.child
    while child is not None and child.tag != "blockquote":
        if "gmail_attr" in (child.attributes.get("class") or ""):
            return child.prev is not None
        child = child.next
    return False


def _has_blockquote_child(node: LexborNode) -> bool:
    child = node.child
    while child is not None:
        if child.tag == "blockquote":
            return True
        child = child.next
    return False
