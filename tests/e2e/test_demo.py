"""`bulletin demo`: a whole week in one command, without a terminal, without root, and everything as expected."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.demo.people import REACTIONS

SUPERVISORS = ("marina-compass", "ravi-fathom", "ines-beacon", "tomas-keel")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo") / "week"
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo", "--folder", str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return folder, done


def test_it_ends_well(week: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = week
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert f"All {len(REACTIONS)} mails" in done.stdout


def test_it_says_what_became_of_each_mail_and_why(week: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = week
    for reaction in REACTIONS:
        assert reaction.label in done.stdout
    assert "\x1b" not in done.stdout


def test_it_leaves_a_digest_for_each_supervisor(week: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = week
    for name in SUPERVISORS:
        for kind in ("html", "txt"):
            path = folder / "digests" / f"{name}.{kind}"
            assert path.stat().st_size > 500
    assert str(folder) in done.stdout
    digest = (folder / "digests" / "ravi-fathom.txt").read_text(encoding="utf-8")
    assert "Digitised 38 field sheets" in digest
    assert "Silas Driftwood" in digest
    assert "Calibrated tide gauges" not in digest  # another team's


def test_the_withheld_text_is_nowhere(week: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = week
    canary = "Aligned the array at the northern site"
    assert canary not in done.stdout + done.stderr
    for path in folder.rglob("*"):
        if path.is_file():
            assert canary.encode() not in path.read_bytes(), path


def test_the_folder_can_be_looked_at_afterwards(week: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = week
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "--config", str(folder / "config.toml"), "status"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert re.search(r"answered", done.stdout), done.stdout + done.stderr


def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
