"""The configuration: sources, mistakes, secrets, the example."""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.config import InvalidConfigError, Settings, load
from app.settings.example import write_example
from app.settings.mail import MicrosoftOAuth, Tls
from app.settings.shapes import entries, rows, tables
from app.settings.shown import explain_key, show_lines
from domain.policy import Copy, Mode, Policy, Switch
from domain.unit import UnitPath

ROOT = Path(__file__).parents[2]
KEY = "k" * 43

PLAIN = """
[instance]
host = "agency.example"
hash_key_file = "hash-key"
[[instance.token_keys]]
id = "a"
secret_file = "token-key"
[[mailboxes]]
name = "reports"
host = "imap.agency.example"
reply = "reports@agency.example"
user = "reports"
password_file = "password"
[relay]
host = "smtp.agency.example"
from_address = "reports@agency.example"
[[campaigns]]
id = "weekly"
[security]
contact = "security@agency.example"
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str = PLAIN, *, mode: int = 0o644) -> Path:
        for name, secret in {"hash-key": KEY, "token-key": KEY, "password": "hunter2"}.items():
            file = tmp_path / name
            file.write_text(secret + "\n")
            file.chmod(0o600)
        path = tmp_path / "config.toml"
        path.write_text(text)
        path.chmod(mode)
        return path

    return written


def faults(path: Path, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(InvalidConfigError) as caught:
        load(path, environ or {})
    return [str(fault).replace(str(path.parent) + "/", "") for fault in caught.value.faults]


def test_the_smallest_configuration_loads(write: Write) -> None:
    settings = load(write(), {}).settings
    assert settings.mailboxes[0].on_port == 993
    assert settings.relay.on_port == 465
    assert settings.instance.ring().current == "a"
    assert settings.instance.hash_secret() == KEY.encode()
    assert settings.base_policy() == Policy()


def test_a_relative_database_lies_beside_the_file(write: Write, tmp_path: Path) -> None:
    assert load(write(), {}).settings.store.url.get_secret_value() == f"sqlite:///{tmp_path}/bulletin.db"


def test_settings_cannot_be_changed(write: Write) -> None:
    settings = load(write(), {}).settings
    with pytest.raises(ValueError, match="frozen"):
        settings.relay = settings.relay


def test_every_wrong_value_is_told_at_once_with_its_line(write: Write) -> None:
    text = PLAIN.replace('id = "weekly"', 'id = "weekly"\nweekday = "munday"\ncloses_after = "soon"').replace(
        'host = "smtp.agency.example"', 'hots = "smtp.agency.example"\nport = 70000'
    )
    path = write(text)
    told = faults(path)
    lines = text.split("\n")
    at = {
        name: next(n for n, line in enumerate(lines, 1) if line.startswith(name))
        for name in ("weekday", "closes", "hots", "port", "[relay]")
    }
    assert told == [
        f'config.toml:{at["[relay]"]}: relay.host is missing. Right would be: a host name such as "mail.agency.example".',
        f"config.toml:{at['hots']}: relay.hots is not a setting. Right would be: host.",
        f"config.toml:{at['port']}: relay.port is 70000. Right would be: a whole number from 1 to 65535, for instance 465.",
        (f'config.toml:{at["weekday"]}: campaigns.weekly.weekday is "munday". Right would be: one of "monday", "tuesday", '
        '"wednesday", "thursday", "friday", "saturday", "sunday"; without it, "friday".'),
        (f'config.toml:{at["closes"]}: campaigns.weekly.closes_after is not a duration. Right would be: a duration such '
        'as "48h", or "none".'),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('host = "smtp', 'tls = "none"\nhost = "smtp', 'relay has tls = "none", which is for servers on this machine'),
        ('user = "reports"', 'user = "reports"\npassword = "x"', "stands beside password; keep one of the two"),
        ('password_file = "password"', "", "mailboxes.reports has neither password_file nor oauth"),
        ('from_address = "reports@agency.example"', 'from_address = "Jane <j@x.example>"', "relay.from_address has something before the @"),
        ('id = "a"', 'id = "A!"', "instance.token_keys.A!.id is not one to four characters"),
        ('id = "weekly"', 'id = "weekly"\nzone = "Mars/City"', "campaigns.weekly.zone is not a time zone"),
        ('id = "weekly"', 'id = "weekly"\nsubject = "a\\nBcc: x"', "campaigns.weekly.subject holds a line break"),
        ("[security]", '[policy]\nswitches = { markings = "off" }\n[security]', "names the rule 'markings', which has no switch"),
        ("[security]", "[policy]\nbullets_least = 9\nbullets_most = 2\n[security]", "policy has bullets_least above bullets_most"),
        ("[security]", '[security]\nalert = "webhook"', 'security has alert = "webhook" but no webhook_file'),
        ("[[campaigns]]", '[[campaigns]]\nid = "weekly"\n[[campaigns]]', "campaigns has two tables named weekly"),
        ('user = "reports"', 'user = "reports"\noauth = { provider = "acme" }', "oauth.provider is not known"),
        ('hash_key_file = "hash-key"', "", "instance has no hash_key_file; `bulletin init` makes one"),
        ('hash_key_file = "hash-key"', 'hash_key_file = "gone"', "gone does not exist; put the secret in it"),
        ("[relay]", "[relay", "is not TOML"),
        ("[relay]", "relay = 3\n[rely]", "relay"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(write: Write, old: str, new: str, told: str) -> None:
    assert old in PLAIN
    assert any(told in line for line in faults(write(PLAIN.replace(old, new, 1), mode=0o600)))


def test_a_wrong_secret_is_never_shown(write: Write) -> None:
    text = PLAIN.replace('hash_key_file = "hash-key"', 'hash_key = ["hunter2hunter2"]')
    assert "hunter2" not in "\n".join(faults(write(text, mode=0o600)))
    short = PLAIN.replace('hash_key_file = "hash-key"', 'hash_key = "hunter2"')
    assert "hunter2" not in "\n".join(faults(write(short, mode=0o600)))


def test_a_file_with_secrets_that_others_can_read_is_refused(write: Write) -> None:
    text = PLAIN.replace('password_file = "password"', 'password = "hunter2"')
    assert faults(write(text, mode=0o640))[0].startswith("config.toml: holds secrets and can be read by others.")
    assert load(write(text, mode=0o600), {}).settings.mailboxes[0].password is not None


def test_a_url_is_a_secret_only_with_a_password_in_it(write: Write) -> None:
    store = '\n[store]\nurl = "postgresql://bulletin{}@db.agency.example/bulletin"\n'
    load(write(PLAIN + store.format(""), mode=0o644), {})
    assert "holds secrets" in faults(write(PLAIN + store.format(":hunter2"), mode=0o644))[0]


def test_a_secret_file_that_others_can_read_is_refused(write: Write, tmp_path: Path) -> None:
    path = write()
    (tmp_path / "password").chmod(0o644)
    assert faults(path) == [
        (
            "config.toml:13: mailboxes.reports.password_file is no use: password can be read by others; "
            "run: chmod 600 password."
        )
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "is empty"), (b"\xff\xfe\xfd", "is not text in UTF-8"), (b"x" * 70_000, "more than 65536")],
)
def test_a_secret_file_must_hold_a_secret(write: Write, tmp_path: Path, content: bytes, told: str) -> None:
    path = write()
    (tmp_path / "password").write_bytes(content)
    assert told in faults(path)[0]


def test_the_environment_beats_the_file(write: Write) -> None:
    environ = {
        "BULLETIN_RELAY__PORT": "2525",
        "BULLETIN_MAILBOXES__REPORTS__PASSWORD": "from the environment",
        "BULLETIN_MAILBOXES__REPORTS__FOLDERS__HELD": "Waiting",
        "BULLETIN_POLICY__CATEGORIES": "civilian, military",
        "BULLETIN_CAMPAIGNS__WEEKLY__REMINDERS": '["2d", "12h"]',
        "BULLETIN_LOG__FORMAT": "json",
        "BULLETIN_MAILBOXES__SECOND__HOST": "imap2.agency.example",
        "BULLETIN_MAILBOXES__SECOND__REPLY": "second@agency.example",
        "BULLETIN_MAILBOXES__SECOND__USER": "second",
        "BULLETIN_MAILBOXES__SECOND__PASSWORD": "two",
        "HOME": "/nowhere",
    }
    settings = load(write(), environ).settings
    assert settings.relay.port == 2525
    first, second = settings.mailboxes
    assert first.password is not None
    assert first.password.get_secret_value() == "from the environment"
    assert first.folders.held == "Waiting"
    assert second.name == "second"
    assert settings.policy.categories == ("civilian", "military")
    assert settings.campaigns[0].reminders == (timedelta(days=2), timedelta(hours=12))


def test_a_wrong_variable_is_named(write: Write) -> None:
    environ = {"BULLETIN_RELAY__PROT": "1", "BULLETIN_RELAY__PORT": "x", "BULLETIN_RELAY": "y", "BULLETIN_X__Y__Z": "1"}
    told = "\n".join(faults(write(), environ))
    assert "BULLETIN_RELAY__PROT: relay.prot is not a setting. Right would be: BULLETIN_RELAY__PORT." in told
    assert "BULLETIN_X__Y__Z: x.y.z is not a setting." in told
    assert "BULLETIN_RELAY: relay" in told


def test_no_file_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {
        "BULLETIN_INSTANCE__HOST": "agency.example",
        "BULLETIN_INSTANCE__HASH_KEY": KEY,
        "BULLETIN_INSTANCE__TOKEN_KEYS__A__SECRET": KEY,
        "BULLETIN_MAILBOXES__REPORTS__HOST": "imap.agency.example",
        "BULLETIN_MAILBOXES__REPORTS__REPLY": "reports@agency.example",
        "BULLETIN_MAILBOXES__REPORTS__USER": "reports",
        "BULLETIN_MAILBOXES__REPORTS__PASSWORD": "x",
        "BULLETIN_RELAY__HOST": "smtp.agency.example",
        "BULLETIN_RELAY__FROM_ADDRESS": "reports@agency.example",
        "BULLETIN_CAMPAIGNS__WEEKLY__SUBJECT": "Five things",
        "BULLETIN_SECURITY__CONTACT": "security@agency.example",
    }
    settings = load(None, environ).settings
    assert settings.campaigns[0].id == "weekly"
    assert settings.campaigns[0].subject == "Five things"


def test_without_any_configuration_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidConfigError, match="bulletin init"):
        load(None, {})


def test_systemd_credentials_are_found_by_name(write: Write, tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    for name, secret in {
        "mailboxes.reports.password": "sealed",
        "relay.password": "sealed too",
        "other": "not ours",
    }.items():
        (credentials / name).write_text(secret)
        (credentials / name).chmod(0o440)
    text = PLAIN.replace("[[campaigns]]", 'user = "r"\n[[campaigns]]')
    loaded = load(write(text), {"CREDENTIALS_DIRECTORY": str(credentials)})
    mailbox = loaded.settings.mailboxes[0]
    assert mailbox.password is not None
    assert mailbox.password.get_secret_value() == "sealed"
    assert loaded.settings.relay.password is not None
    assert loaded.gathered.where(("relay", "password")) == "credential relay.password"


def test_units_change_only_what_they_name(write: Write) -> None:
    text = PLAIN + '\n[policy]\nreminders = 2\n[[units]]\npath = " Defense / Navy/"\nmode = "paused"\ncopy = "each"\n'
    settings = load(write(text), {}).settings
    (change,) = settings.policy_changes()
    assert change.unit == UnitPath("Defense/Navy")
    assert dict(change.fields) == {"mode": Mode.PAUSED, "copy": Copy.EACH}
    assert settings.base_policy().reminders == 2


def test_switches_come_through(write: Write) -> None:
    policy = load(write(PLAIN + '\n[policy]\nswitches = { links = "record" }\n'), {}).settings.base_policy()
    assert policy.switches == {"links": Switch.RECORD}


def test_oauth_by_provider(write: Write, tmp_path: Path) -> None:
    oauth = (
        '[mailboxes.oauth]\nprovider = "microsoft"\ntenant = "t"\nclient_id = "c"\nclient_secret_file = "password"\n'
    )
    oauth_mailbox = load(write(PLAIN.replace('password_file = "password"', oauth)), {}).settings.mailboxes[0]
    assert isinstance(oauth_mailbox.oauth, MicrosoftOAuth)
    assert oauth_mailbox.oauth.client_secret is not None


def test_paths_begin_at_the_file(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(os.sep)
    settings = load(write(PLAIN.replace("[[campaigns]]", 'ca_file = "ca.pem"\n[[campaigns]]')), {}).settings
    assert settings.relay.ca_file == tmp_path / "ca.pem"
    assert settings.relay.tls is Tls.IMPLICIT


def test_show_masks_every_secret(write: Write) -> None:
    store = '\n[store]\nurl = "postgresql://bulletin:hunter3@db/bulletin"\n'
    loaded = load(write(PLAIN + store, mode=0o600), {})
    shown = "\n".join(show_lines(loaded.settings))
    assert "hunter" not in shown
    assert KEY not in shown
    assert 'store.url = "postgresql://bulletin:********@db/bulletin"' in shown
    assert 'mailboxes.reports.password = "********"' in shown
    assert "hunter" not in repr(loaded.settings)


def test_explain_says_where_a_value_comes_from(write: Write) -> None:
    loaded = load(write(), {"BULLETIN_RELAY__PORT": "26"})

    def explained(key: str) -> str:
        answer = explain_key(Settings, key, loaded.settings, loaded.gathered)
        assert answer is not None
        return "\n".join(answer)

    assert "From: BULLETIN_RELAY__PORT" in explained("relay.port")
    assert "config.toml:10" in explained("mailboxes.reports.host")
    assert "From: the default" in explained("policy.copy")
    assert "hunter2" not in explained("mailboxes.reports.password")
    assert explain_key(Settings, "relay.prot", None, None) is None
    assert explain_key(Settings, "policy.copy", None, None) is not None


def sections(model: type[BaseModel]) -> set[type[BaseModel]]:
    found = {model}
    for entry in entries(model).values():
        inside = ((row,) if (row := rows(entry.field)) else ()) + tables(entry.field)
        for section in inside:
            found |= sections(section)
    return found


def test_every_field_says_what_it_means() -> None:
    for section in sections(Settings):
        for key, entry in entries(section).items():
            assert entry.field.description, f"{section.__name__}.{key}"
        if section is not Settings:
            assert section.__doc__


def test_the_example_names_every_field_with_its_default() -> None:
    example = write_example(Settings)
    for section in sections(Settings) - {Settings}:
        for key, entry in entries(section).items():
            if not tables(entry.field) and rows(entry.field) is None:
                assert re.search(rf"^(# )?{key} = ", example, re.MULTILINE), f"{section.__name__}.{key}"


def test_the_defaults_in_the_example_are_the_defaults(tmp_path: Path) -> None:
    """Take the "# " away from each key of the sections that are in force: nothing changes."""
    example = write_example(Settings)
    plain = with_secrets(tmp_path, example)
    whole = load(plain, {}).settings
    live, inside = [], True
    for line in example.split("\n"):
        if line.lstrip("# ").startswith("["):
            inside = not line.startswith("#")
        key = re.match(r"# ([a-z_]+) = ", line)
        unset = key and key[1] in {
            "envelope",
            "country",
            "subdivision",
            "first",
            "last",
            "ca_file",
            "port",
            "hash_key",
            "templates",
            "contact",
        }
        secret = key and ("secret" in key[1] or "password" in key[1] or key[1].endswith("_file") or key[1] == "webhook")
        opened = key and inside and not unset and not secret
        live.append(line[2:] if opened else line)
    opened_file = tmp_path / "opened.toml"
    opened_file.write_text("\n".join(live))
    assert load(opened_file, {}).settings == whole


def with_secrets(folder: Path, example: str) -> Path:
    (folder / "secrets").mkdir()
    for name in re.findall(r'_file = "secrets/([a-z0-9-]+)"', example):
        (folder / "secrets" / name).write_text(KEY)
        (folder / "secrets" / name).chmod(0o600)
    (folder / "config.toml").write_text(example)
    return folder / "config.toml"


def test_the_example_files_are_what_the_model_says() -> None:
    example = write_example(Settings).rstrip("\n") + "\n"
    tomllib.loads(example)
    for place in (ROOT / "config.example.toml", ROOT / "app" / "config.example.toml"):
        assert place.read_text(encoding="utf-8") == example, f"run: bulletin config example > {place.name}"


def test_what_somebody_set_can_be_shown_alone(write: Write) -> None:
    loaded = load(write(), {"BULLETIN_RELAY__PORT": "26"})
    told = list(show_lines(loaded.settings, loaded.gathered))
    assert "relay.port = 26" in told
    assert 'mailboxes.reports.password = "********"' in told
    assert not any(line.startswith("policy.") for line in told)
