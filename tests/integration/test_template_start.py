"""A mistake in an operator's mail template stops the daemon at its start."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.daemon import templates_or_refuse
from domain.errors import ConfigError
from store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.house import house


def test_an_unknown_variable_is_told_before_anybody_is_mailed(tmp_path: Path) -> None:
    place = house(tmp_path, MemoryStore(), FakeClock())
    templates_or_refuse(place)
    own = tmp_path / "own"
    (own / "en").mkdir(parents=True)
    (own / "en" / "receipt.txt").write_text("Thanks\n{{ nobody_knows_this }}\n")
    instance = place.settings.instance.model_copy(update={"templates": own})
    wrong = replace(place, settings=place.settings.model_copy(update={"instance": instance}))
    with pytest.raises(ConfigError, match="nobody_knows_this"):
        templates_or_refuse(wrong)
