"""The killing test in short: every step once, and a few seconds of kills at random. The long one: `make crash`."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("only", ["sqlite", "postgresql"])
def test_a_kill_loses_and_doubles_nothing(only: str) -> None:
    # In a process of its own, because it forks and pytest has threads.
    command = [sys.executable, "-m", "tests.crash.kill", "--quick", "--seconds", "6", "--only", only]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing lost, nothing doubled" in done.stdout
