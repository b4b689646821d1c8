"""Patterns that are compiled when they are first asked do what others do, and none of them is wrong."""

import importlib
import re

import pytest

from rules import lazily

MODULES = (
    "rules.authority", "rules.banners", "rules.controlled", "rules.foreign", "rules.portions",
    "ingest.dates", "ingest.reasons", "ingest.failures",
)  # fmt: skip


def test_it_is_the_pattern_that_it_stands_for() -> None:
    late, soon = lazily.pattern(r"(?P<word>\w+) x", re.IGNORECASE), re.compile(r"(?P<word>\w+) x", re.IGNORECASE)
    assert late.sub("-", "ab X, cd x") == soon.sub("-", "ab X, cd x")
    assert [match["word"] for match in late.finditer("ab X, cd x")] == ["ab", "cd"]
    assert late.search("nothing") is None
    assert (late.pattern, late.groups) == (soon.pattern, soon.groups)


@pytest.mark.parametrize("name", MODULES)
def test_each_of_them_can_be_compiled(name: str) -> None:
    module = importlib.import_module(name)
    held = [held for value in vars(module).values() for held in _each(value)]
    assert any(isinstance(one, lazily._Lazy) for one in held)
    for one in held:
        if isinstance(one, lazily._Lazy):
            one.fullmatch("canary")


def _each(value: object) -> list[object]:
    if isinstance(value, dict):
        return [held for inner in value.values() for held in _each(inner)]
    if isinstance(value, tuple | list):
        return [held for inner in value for held in _each(inner)]
    return [value]
