"""A house over any Store, with a clock that is moved by hand; it has no mail servers."""

from pathlib import Path

from app.config import load
from app.wiring import House, build
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.outbox import MailKind, MailState
from domain.ports import Store
from domain.unit import UnitPath
from tests.fakes.clock import FakeClock

CONFIG = """
[instance]
host = "agency.example"
hash_key_file = "secrets/hash-key"
token_keys = [{{ id = "a", secret_file = "secrets/token-key" }}]
[store]
url = "sqlite:///bulletin.db"
[[mailboxes]]
name = "reports"
host = "127.0.0.1"
tls = "none"
reply = "reports@agency.example"
user = "reports"
password_file = "secrets/password"
[relay]
host = "127.0.0.1"
tls = "none"
from_address = "reports@agency.example"
[security]
contact = "security@agency.example"
{campaign}
"""

WEEKLY = '[[campaigns]]\nid = "weekly"\nreminders = ["24h"]\n'
"""Friday at nine to Monday's last minute, by UTC."""


def house(folder: Path, store: Store, clock: FakeClock, campaign: str = WEEKLY) -> House:
    secrets = folder / "secrets"
    secrets.mkdir(parents=True, exist_ok=True)
    for name in ("hash-key", "token-key", "password"):
        (secrets / name).write_text(name * 10)
        (secrets / name).chmod(0o600)
    file = folder / "config.toml"
    file.write_text(CONFIG.format(campaign=campaign))
    return build(load(file, {}).settings, store, clock)


def person(number: int, supervisor: int | None = 1, **fields: object) -> Employee:
    given: dict[str, object] = {
        "id": EmployeeId(f"E{number:03}"),
        "name": f"Name {number:03}",
        "address": EmailAddress(f"e{number:03}@agency.example"),
        "unit": UnitPath("Agency"),
        "supervisor_id": None if supervisor is None else EmployeeId(f"E{supervisor:03}"),
    }
    return Employee(**{**given, **fields})  # type: ignore[arg-type]  # the tests name real fields


def employ(store: Store, *people: Employee) -> None:
    store.stage(enumerate(people, start=2))
    assert list(store.stage_faults()) == []
    store.stage_apply(FakeClock().now())


def count(store: Store, kind: MailKind, *states: MailState) -> int:
    wanted = states or tuple(MailState)
    return sum(number for each, state, number in store.outbox_counts() if each is kind and state in wanted)
