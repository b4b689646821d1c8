"""Sentences in which people tell who wrote: they begin as an attribution does, and introduce no quote."""

import re

_SPOKEN = re.compile(
    r"\bI (?:wrote|met|sent|called|spoke|asked|told)\b|\b(?:we|he|she|they) (?:wrote|met|sent|called|spoke|asked|told)\b|"
    r"\bschrieb (?:ich|wir|er|sie|der|die|das|eine?)\b|\bschreef (?:ik|wij|hij|zij|(?:de|het|een) [a-z])|"
    r"\bskrev (?:jag|jeg|vi|han|hon|hun|de|den|det|ett?|en)\b"
)
"""Somebody tells what was done."""
_LAST_PART = re.compile(r"([\d,])\s?([^\W\d_][\w'’.-]{0,40}(?: [^\W\d_][\w'’.-]{0,40}){0,5})$")
_ARTICLES = frozenset(
    str.split("the my our your his her their a an le la les el los un una il lo der die das ein eine het o os as")
)
_YOU = frozenset(str.split("you sie du vous tu usted вы ты ви voi jij jullie você pan pani"))


def is_told(text: str) -> bool:
    """Whether somebody says of themselves or of others that they wrote: `On 3 March 2025 I wrote to <j@x.example>:`."""
    return _SPOKEN.search(text) is not None


def names_nobody(before: str) -> bool:
    """Whether what stands before the verb is no name: `On 3 March 2025 the mayor wrote:`.

    People write their names in small letters, too; a mail client puts a comma before them.
    """
    found = _LAST_PART.search(before)
    words = found[2].split() if found is not None else []
    if found is None or words[0] in _YOU or any(not word[0].islower() for word in words):
        return False
    return found[1] != "," or words[0] in _ARTICLES


def names_office(before: str) -> bool:
    """Whether an office wrote: `In the log of 3 March 2025 the guard wrote:`, however a quote is marked below."""
    found = _LAST_PART.search(before)
    return found is not None and found[2].split()[0] in _ARTICLES
