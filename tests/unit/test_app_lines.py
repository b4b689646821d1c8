"""The line of each key in a TOML file."""

import tomllib

from app.settings.lines import line_of, toml_lines

TEXT = '''\
top = 1
[a]
one = "x" # a = 2
"two words" = 'y'
three.four = 3

[[rows]]
name = """
[not a table]
key = "not a key"
it's not closed by ' nor by \\"""
still = "in"
"""
list = [
  "]", # ]
  { inner = 1 },
  [2],
]
after = true
[rows.below]
deep = 1
[[rows]]
name = \'\'\'x
y = 1
\'\'\'
last = 1
[[rows.more]]
z = 1
[[rows.more]]
z = 2
'''


def test_every_key_has_its_line() -> None:
    tomllib.loads(TEXT)
    lines = toml_lines(TEXT)
    written = TEXT.split("\n")
    for path, start in {
        ("top",): "top",
        ("a",): "[a]",
        ("a", "one"): "one",
        ("a", "two words"): '"two words"',
        ("a", "three", "four"): "three.four",
        ("rows", 0): "[[rows]]",
        ("rows", 0, "list"): "list",
        ("rows", 0, "after"): "after",
        ("rows", 0, "below", "deep"): "deep",
        ("rows", 1, "last"): "last",
        ("rows", 1, "more", 0, "z"): "z = 1",
        ("rows", 1, "more", 1, "z"): "z = 2",
    }.items():
        assert written[lines[path] - 1].startswith(start), path
    assert ("rows", 0, "key") not in lines
    assert ("rows", 0, "still") not in lines


def test_what_is_missing_has_the_line_of_its_table() -> None:
    lines = toml_lines(TEXT)
    assert line_of(lines, ("a", "absent")) == 2
    assert line_of(lines, ("rows", 1, "absent", "deeper")) == lines["rows", 1]
    assert line_of(lines, ("absent",)) is None
