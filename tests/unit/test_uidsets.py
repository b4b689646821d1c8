"""UIDs in one command: exactly these, and no line too long."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.uidsets import LONGEST, uid_sets


def named(line: str) -> list[int]:
    found: list[int] = []
    for run in line.split(","):
        first, _, last = run.partition(":")
        found += range(int(first), int(last or first) + 1)
    return found


@given(st.sets(st.integers(1, 2**32 - 1)) | st.sets(st.integers(1, 60)))
def test_exactly_these(uids: set[int]) -> None:
    assert [uid for line in uid_sets(uids) for uid in named(line)] == sorted(uids)


def test_runs_are_short_and_lines_bounded() -> None:
    assert list(uid_sets(range(1, 50_001))) == ["1:50000"]
    assert list(uid_sets([7, 5, 6, 9, 9])) == ["5:7,9"]
    assert list(uid_sets([])) == []
    apart = list(uid_sets(range(4_000_000_000, 4_000_020_000, 2)))
    assert all(len(line) <= LONGEST for line in apart)
    assert sum(len(named(line)) for line in apart) == 10_000
