"""What a House is known by."""

from pathlib import Path

from store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.house import house


def test_two_processes_of_one_name_and_number_hold_no_lease_together(tmp_path: Path) -> None:
    """As two containers may be, on one network: both are process 1 of the same host."""
    store = MemoryStore()
    first, second = (house(tmp_path, store, FakeClock()) for _ in range(2))
    assert first.owner == first.owner != second.owner
