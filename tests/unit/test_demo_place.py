"""The demo's folder: taken only where it is empty, and readable as a configuration afterwards."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.config import load
from app.demo.place import FolderTakenError, choose
from app.demo.servers import MailServers


def test_a_named_folder_is_made(tmp_path: Path) -> None:
    assert choose(tmp_path / "a" / "week").folder.is_dir()


def test_what_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    for taken in (tmp_path, tmp_path / "mine"):
        with pytest.raises(FolderTakenError):
            choose(taken)


def test_without_a_name_a_fresh_one_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    first = choose(None)
    assert first.folder == (tmp_path / "demo-week").resolve()
    (first.folder / "mine").write_text("mine")
    second = choose(None)
    assert second.folder.is_relative_to(tmp_path)
    assert not any(second.folder.iterdir())


def test_its_configuration_is_complete_and_its_secrets_are_private(tmp_path: Path) -> None:
    place = choose(tmp_path / "week")
    mail = tmp_path / "mail"
    mail.mkdir()
    servers = MailServers(mail, mailbox="reports@agency.example", now=lambda: datetime(2025, 11, 24, tzinfo=UTC))
    with servers:
        place.fill(servers)
    settings = load(place.config, {}).settings
    assert settings.mailboxes[0].port == servers.imap_port
    assert settings.relay.port == servers.smtp_port
    assert {path.stat().st_mode & 0o077 for path in (place.folder / "secrets").iterdir()} == {0}
