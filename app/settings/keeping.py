"""The sections that say what this instance is, where it keeps things, whom it alarms and how it talks."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from app.settings.mail import Port, RelaySettings
from app.settings.quantities import (
    Address,
    Duration,
    Host,
    Line,
    Name,
    Retention,
    Secret,
    SecretFile,
    Section,
    Shape,
    Wait,
)
from domain.identity import AuthRule
from domain.token import KEY_ID, LEAST_SECRET, KeyRing, TokenKey


def _key_id(value: str) -> str:
    if not KEY_ID.fullmatch(value):
        raise ValueError("is not one to four characters of a-z and 2-7")
    return value


class TokenKeySettings(Section):
    """One key that reply tokens are made with. Add a new one in front to rotate; drop one and its tokens die."""

    id: Annotated[str, AfterValidator(_key_id), Shape('one to four characters of a-z and 2-7, such as "a"')] = Field(
        description="Name of the key; it travels in the token.", examples=["a"]
    )
    secret: Secret | None = Field(None, description="The key itself; better, its file.")
    secret_file: SecretFile | None = Field(
        None, description="File that holds the key.", examples=["secrets/token-key-a"]
    )

    @model_validator(mode="after")
    def _strong(self) -> Self:
        if self.secret is None:
            raise PydanticCustomError("no_secret", "has no secret_file; `bulletin init` makes one")
        if len(self.secret.get_secret_value().encode()) < LEAST_SECRET:
            raise PydanticCustomError("weak_secret", f"has a secret of fewer than {LEAST_SECRET} characters")
        return self


class InstanceSettings(Section):
    """What this installation is called and the keys it signs with."""

    name: Name = Field("bulletin", description="Name of this installation, sent in X-Bulletin-Instance to break loops.")
    host: Host = Field(description="Host part of our Message-IDs; your mail domain.", examples=["agency.example"])
    organisation: Line = Field("", description="Name of the organisation, shown in mail.")
    contact: Address | None = Field(
        None,
        description="Whom people can ask about this mail, shown in it. Default: the security contact.",
        examples=["weekly-help@agency.example"],
    )
    templates: Path | None = Field(
        None,
        description="Folder of your own mail templates by locale, each in place of the one of that name that ships.",
        examples=["templates"],
    )
    token_keys: tuple[TokenKeySettings, ...] = Field(
        description="Keys of reply tokens; new tokens are made with the first.", min_length=1
    )
    hash_key: Secret | None = Field(None, description="Key of the hashes in the ledger; better, its file.")
    hash_key_file: SecretFile | None = Field(
        None, description="File that holds the key of the hashes in the ledger.", examples=["secrets/hash-key"]
    )

    @model_validator(mode="after")
    def _keys(self) -> Self:
        if self.hash_key is None:
            raise PydanticCustomError("no_secret", "has no hash_key_file; `bulletin init` makes one")
        if len(self.hash_key.get_secret_value().encode()) < LEAST_SECRET:
            raise PydanticCustomError("weak_secret", f"has a hash_key of fewer than {LEAST_SECRET} characters")
        if len({key.id for key in self.token_keys}) < len(self.token_keys):
            raise PydanticCustomError("same_id", "has two token_keys of the same id")
        return self

    def ring(self) -> KeyRing:
        """The token keys; new tokens are made with the first."""
        keys = tuple(TokenKey(id=key.id, secret=reveal(key.secret).encode()) for key in self.token_keys)
        return KeyRing(keys=keys, current=keys[0].id)

    def hash_secret(self) -> bytes:
        """What the hashes of the Ledger are keyed with."""
        return reveal(self.hash_key).encode()


def reveal(secret: Secret | None) -> str:
    """The text of a secret that validation has made sure of."""
    assert secret is not None
    return secret.get_secret_value()


class StoreSettings(Section):
    """Where everything is kept."""

    url: Secret = Field(
        SecretStr("sqlite:///bulletin.db"),
        description=(
            "SQLite file (relative to this file) or PostgreSQL server: sqlite:///bulletin.db, "
            "postgresql+psycopg://user@host/name."
        ),
    )
    url_file: SecretFile | None = Field(None, description="File that holds the URL, where it has a password in it.")


class AlertChannel(StrEnum):
    """How the security contact and the operators are told."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    COMMAND = "command"


class SecuritySettings(Section):
    """Whom to tell, without content, when a reply may hold a marking, and when something is wrong."""

    contact: Address = Field(
        description="Address of the security contact, named in notices.", examples=["security@agency.example"]
    )
    alert: AlertChannel = Field(AlertChannel.MAIL, description="How alerts go out: `mail`, `webhook` or `command`.")
    webhook: Secret | None = Field(None, description="URL that alerts are posted to as JSON; better, its file.")
    webhook_file: SecretFile | None = Field(None, description="File that holds the URL.")
    command: tuple[str, ...] = Field(
        (), description="Program and arguments; it gets the alert as JSON on its input.", examples=[["/usr/bin/logger"]]
    )
    relay: RelaySettings | None = Field(None, description="Another relay for alerts, if they must not go by [relay].")
    records: Retention = Field(
        timedelta(days=3 * 365),
        description="How long the records of what officers, operators and supervisors did are kept; longer than answers.",
    )

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.alert is AlertChannel.WEBHOOK and self.webhook is None:
            raise PydanticCustomError("no_webhook", 'has alert = "webhook" but no webhook_file')
        if self.alert is AlertChannel.COMMAND and not self.command:
            raise PydanticCustomError("no_command", 'has alert = "command" but no command')
        return self


class IdentitySettings(Section):
    """How sure we must be who writes."""

    authentication: AuthRule = Field(
        AuthRule.RECORD,
        description="What Authentication-Results of your own server must say: `require`, `record` or `ignore`.",
    )
    token_life: Duration = Field(
        timedelta(days=14), description="How long after the last late answer a token still tells whose reply it is."
    )


class LimitSettings(Section):
    """What is too much."""

    message_bytes: int = Field(
        25_000_000, ge=10_000, le=40_000_000, description="Largest message that is fetched whole, in bytes."
    )
    read_seconds: int = Field(20, ge=1, le=600, description="Longest time to read one message, in seconds.")
    read_memory_mb: int = Field(1024, ge=128, description="Most memory to read one message, in MiB.")
    readers: int = Field(2, ge=1, le=64, description="Processes that read messages at once.")
    notices_per_hour: int = Field(
        0,
        ge=0,
        description=(
            "Most receipts and notices in an hour; above it they are held back, with an alarm. 0: one for each person asked."
        ),
    )
    disk_free_mb: int = Field(
        500, ge=0, description="`check` complains of less free disk beside an SQLite database, in MiB."
    )
    stale_after: Wait = Field(
        timedelta(minutes=30), description="`status` and `check` warn when a mailbox was not polled for this long."
    )


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogSettings(Section):
    """What is logged, on the error output. Names, addresses and text never are."""

    format: LogFormat = Field(LogFormat.CONSOLE, description="`console` for people, `json` for machines.")
    level: LogLevel = Field(LogLevel.INFO, description="Least important line: `debug`, `info`, `warning`, `error`.")


class MetricsSettings(Section):
    """Counters for Prometheus, served on this machine only, without personal data."""

    port: Port | None = Field(None, description="Port on 127.0.0.1; none serves no metrics.", examples=[9464])
