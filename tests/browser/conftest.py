"""A real Chromium without a window, without a network, and without a profile of anybody."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


def executable() -> str:
    found = next((path for path in map(shutil.which, NAMES) if path is not None), None)
    if found is None:
        pytest.fail("Chromium is not installed: `make test` installs it, or apt-get install chromium.", pytrace=False)
    return found


# Of a module: the library keeps an event loop running in this thread, and other modules run loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """With a fresh profile. A sandbox needs another user than root."""
    sandbox = () if os.geteuid() else ("--no-sandbox",)
    with sync_playwright() as library:
        launched = library.chromium.launch(executable_path=executable(), args=[*QUIET, *sandbox])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where pictures of the pages are wanted: BULLETIN_PICTURES=FOLDER."""
    folder = os.environ.get("BULLETIN_PICTURES")
    return Path(folder) if folder else None
