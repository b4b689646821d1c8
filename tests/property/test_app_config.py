"""Whatever stands in a configuration, it loads or every mistake is told: nothing else ever happens."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.config import InvalidConfigError, Settings, load
from app.settings.lines import toml_lines
from app.settings.shapes import entries, rows, tables

KEYS = sorted({key for section in (Settings,) for key in entries(section)})
KINDS = [kind for entry in entries(Settings).values() for kind in (rows(entry.field), *tables(entry.field)) if kind]
INNER = sorted({key for kind in KINDS for key in entries(kind)})
SCALARS = st.sampled_from(["1", "-3", "70000", "1.5", "true", '""', '"x"', '"24h"', "2026-11-22", "09:00:00", "[]", "{}", "[1]", '["a"]', "[{}]", "{ a = 1 }", '{ provider = "microsoft" }'])  # fmt: skip
HEADS = st.sampled_from([*(f"[{key}]" for key in KEYS), *(f"[[{key}]]" for key in KEYS), "[instance.token_keys]", "[[instance.token_keys]]", "[relay.oauth]", "[security.relay]", "[mailboxes.folders]"])  # fmt: skip
PAIRS = st.tuples(st.sampled_from(INNER + KEYS), SCALARS).map(" = ".join)
TEXTS = st.lists(HEADS | PAIRS | st.text(max_size=12), max_size=25).map("\n".join)
VARIABLES = st.dictionaries(
    st.lists(st.sampled_from([*KEYS, *INNER, "0", "a", ""]), min_size=1, max_size=4).map(
        lambda parts: "BULLETIN_" + "__".join(parts).upper()
    ),
    st.sampled_from(["", "x", "1", "[", "[1]", "{}", '[{"id": "a"}]', "24h"]),
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=TEXTS, environ=VARIABLES)
def test_it_loads_or_tells_every_mistake(tmp_path: Path, text: str, environ: dict[str, Any]) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(text.encode("utf-8", "replace"))
    config.chmod(0o600)
    with pytest.raises(InvalidConfigError) as caught:
        load(config, environ)
    assert caught.value.faults
    for fault in caught.value.faults:
        assert fault.where
        assert fault.wrong
        assert "\n" not in str(fault) or "\n" in text


@given(st.text(max_size=200))
def test_lines_are_found_in_any_text(text: str) -> None:
    count = text.count("\n") + 1
    assert all(1 <= line <= count for line in toml_lines(text).values())
