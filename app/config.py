"""The configuration: one frozen object, read once from a TOML file, the environment and secret files, and explained.

Everything that is wrong is reported at once, each with its file and line or its variable. Only this module reads the
environment, and only this module knows pydantic-settings.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.settings.asking import CampaignSettings, PolicySettings, UnitSettings
from app.settings.gather import gather
from app.settings.keeping import (
    IdentitySettings,
    InstanceSettings,
    LimitSettings,
    LogSettings,
    MetricsSettings,
    SecuritySettings,
    StoreSettings,
)
from app.settings.lines import Path as KeyPath
from app.settings.mail import MailboxSettings, RelaySettings
from app.settings.shapes import default_of, entries, rows, shape, tables, write
from app.settings.tree import Fault, Gathered, key_name
from domain.errors import ConfigError
from domain.policy import Policy, PolicyChange

PLACES = (Path("config.toml"), Path("/etc/bulletin/config.toml"))
"""Where the file is looked for when nobody names one."""


class Settings(BaseSettings):
    """All that an operator may set."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    instance: InstanceSettings = Field(description="What this installation is called and the keys it signs with.")
    store: StoreSettings = Field(StoreSettings(), description="Where everything is kept.")
    mailboxes: tuple[MailboxSettings, ...] = Field(description="Mailboxes that replies come to.", min_length=1)
    relay: RelaySettings = Field(description="The SMTP server that takes our mail.")
    campaigns: tuple[CampaignSettings, ...] = Field(description="Standing questions.", min_length=1)
    policy: PolicySettings = Field(PolicySettings(), description="What holds for everybody.")
    units: tuple[UnitSettings, ...] = Field((), description="What holds for one unit and those below it.")
    security: SecuritySettings = Field(description="Whom to tell when a reply may hold a marking.")
    identity: IdentitySettings = Field(IdentitySettings(), description="How sure we must be who writes.")
    limits: LimitSettings = Field(LimitSettings(), description="What is too much.")
    log: LogSettings = Field(LogSettings(), description="What is logged.")
    metrics: MetricsSettings = Field(MetricsSettings(), description="Counters for Prometheus.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings' signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings' signature
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings' signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings' signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """One source: what app.settings.gather found, which also says where each value stood."""
        return (init_settings,)

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        for key, names in (
            ("mailboxes", [mailbox.name for mailbox in self.mailboxes]),
            ("campaigns", [campaign.id for campaign in self.campaigns]),
            ("units", [unit.path for unit in self.units]),
        ):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise PydanticCustomError("twice", "{key} has two tables named {twice}", {"key": key, "twice": twice})
        return self

    def base_policy(self) -> Policy:
        """The Policy of the whole organisation."""
        return self.policy.policy()

    def policy_changes(self) -> tuple[PolicyChange, ...]:
        """What the units set for themselves in the configuration."""
        return tuple(unit.change() for unit in self.units)

    def mailbox(self, name: str) -> MailboxSettings | None:
        """The mailbox of that name."""
        return next((mailbox for mailbox in self.mailboxes if mailbox.name == name), None)


class InvalidConfigError(ConfigError):
    """The configuration has wrong values. Mend those that are listed and start again."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The settings and where they came from."""

    settings: Settings
    file: Path | None
    gathered: Gathered


def environment() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ


def find_file(named: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The configuration file: the one that is named, or BULLETIN_CONFIG, or the first of the usual places."""
    if named is None and (told := environ.get("BULLETIN_CONFIG")):
        named = Path(told)
    if named is not None:
        return named
    return next((place for place in PLACES if place.is_file()), None)


def load(named: Path | None = None, environ: Mapping[str, str] | None = None) -> Loaded:
    """Read and check the configuration. Raises InvalidConfigError with everything that is wrong."""
    surroundings = environment() if environ is None else environ
    file = find_file(named, surroundings)
    if file is None and not any(name.startswith("BULLETIN_") for name in surroundings):
        places = " nor ".join(str(place) for place in PLACES)
        raise InvalidConfigError(
            (
                Fault(
                    where="configuration",
                    key="",
                    wrong=f"there is neither {places}",
                    right="name it with --config FILE, or run `bulletin init` to write one",
                ),
            )
        )
    gathered = gather(Settings, file, surroundings)
    if file is not None and not gathered.data and gathered.faults:
        raise InvalidConfigError(tuple(gathered.faults))
    try:
        settings = Settings(**gathered.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        faults = [_fault(detail, gathered) for detail in details if not _echo(detail)]
        raise InvalidConfigError(_in_order([*gathered.faults, *faults])) from None
    if gathered.faults:
        raise InvalidConfigError(_in_order(gathered.faults))
    return Loaded(settings=_placed(settings, file), file=file, gathered=gathered)


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    def place(fault: Fault) -> tuple[str, int]:
        name, _, line = fault.where.rpartition(":")
        return (name, int(line)) if line.isdigit() else (fault.where, 0)

    return tuple(sorted(dict.fromkeys(faults), key=place))


def _placed(settings: Settings, file: Path | None) -> Settings:
    """A relative SQLite file lies beside the configuration, from wherever a command is run."""
    url = settings.store.url.get_secret_value()
    scheme, slashes, path = url.partition(":///")
    if not slashes or not scheme.startswith("sqlite") or path.startswith(("/", ":", "?")) or not path:
        return settings
    folder = (file.parent if file else Path.cwd()).resolve()
    store = settings.store.model_copy(update={"url": SecretStr(f"{scheme}:///{folder / path}")})
    return settings.model_copy(update={"store": store})


def _echo(detail: ErrorDetails) -> bool:
    """An array whose rows are all wrong is reported as too short besides."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _fault(detail: ErrorDetails, gathered: Gathered) -> Fault:
    """One mistake that pydantic found, in words for an operator. Values are shown only where they cannot be secrets."""
    path, field = _known_path(detail["loc"])
    named = key_name(path, gathered.data)
    where = gathered.where(path)
    wrong, right = _wrong(detail), _right(field)
    match detail["type"]:
        case "extra_forbidden":
            right = _near(path)
        case "union_tag_invalid" | "union_tag_not_found":
            named, right = f"{named}.provider", '"microsoft" or "google"'
        case kind if kind in _OURS:
            right = ""
        case _:
            pass
    return Fault(where=where, key=named, wrong=wrong, right=right)


def complaints(error: ValidationError, table: str) -> Iterator[str]:
    """What is wrong with one row of an array such as `units`, given by itself, and what would be right."""
    for detail in error.errors():
        path, field = _known_path((table, 0, *detail["loc"]))
        name = path[2] if len(path) > 2 else table  # noqa: PLR2004 - below the array and the row
        right = _right(field) if len(path) > 2 and detail["type"] not in _OURS else ""  # noqa: PLR2004 - as above
        yield f"{name}: {_wrong(detail)}." + (f" Right would be: {right}." if right else "")


def _wrong(detail: ErrorDetails) -> str:
    """What is wrong. The value itself is shown only of kinds that cannot be secrets."""
    match detail["type"]:
        case "enum" | "literal_error":
            return f"is {write(detail['input'])}"
        case "greater_than_equal" | "less_than_equal":
            return f"is {detail['input']}"
        case "value_error":
            return str(detail["ctx"]["error"])
        case kind if kind in _OURS:
            return detail["msg"]
        case kind:
            return _WORDS.get(kind) or "is not right: " + detail["msg"][:1].lower() + detail["msg"][1:]


_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not a setting",
    "too_short": "is empty",
    "union_tag_invalid": "is not known",
    "union_tag_not_found": "is missing",
    **dict.fromkeys(
        ("int_parsing", "int_type", "int_from_float", "bool_parsing", "bool_type", "string_type", "path_type"),
        "is of the wrong kind",
    ),
}
_OURS = frozenset(
    {
        "no_secret", "weak_secret", "same_id", "plain_text", "two_logins", "no_login", "no_webhook", "no_command",
        "bullets", "unsure", "twice",
    }
)  # fmt: skip


def _known_path(loc: tuple[str | int, ...]) -> tuple[KeyPath, FieldInfo | None]:
    """The path without the marks that pydantic adds for unions, and the field it leads to."""
    kinds: tuple[Any, ...] = (Settings,)
    path: KeyPath = ()
    field: FieldInfo | None = None
    for part in loc:
        if isinstance(part, int):
            path += (part,)
            continue
        entry = next((found[part] for kind in kinds if part in (found := entries(kind))), None)
        if entry is None:
            if part in {"microsoft", "google"} or "[" in part:
                continue
            return (*path, part), None
        field = entry.field
        row = rows(field)
        kinds = (row,) if row else tables(field)
        path += (part,)
    return path, field


def _right(field: FieldInfo | None) -> str:
    if field is None:
        return ""
    words = shape(field)
    if field.examples and "such as" not in words:
        words += f", for instance {write(cast('Any', field.examples[0]))}"
    default = default_of(field)
    return words + (f"; without it, {default}" if default not in {None, '""', "[]", "{}"} else "")


def _near(path: KeyPath) -> str:
    """The key of the same section that was probably meant."""
    _, parent = _known_path(path[:-1])
    kinds: tuple[Any, ...] = (Settings,)
    if parent is not None:
        row = rows(parent)
        kinds = (row,) if row else tables(parent)
    keys = [key for kind in kinds for key in entries(kind)]
    close = difflib.get_close_matches(str(path[-1]), keys, n=1)
    return f"{close[0]}" if close else "one of " + ", ".join(keys)
