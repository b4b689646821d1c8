"""The sections that say where mail comes in and where it goes out."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.settings.quantities import Address, Host, Line, Name, Secret, SecretFile, Section, Wait

Port = Annotated[int, Field(ge=1, le=65535)]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Tls(StrEnum):
    """How a connection is protected. STARTTLS is demanded, never tried: there is no fall-back to plain text."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


class WithheldPlace(StrEnum):
    """What happens on the IMAP server to a message that is withheld."""

    FLAG = "flag"
    MOVE = "move"


class MicrosoftOAuth(Section):
    """OAuth 2.0 client credentials of Microsoft 365: no person signs in."""

    provider: Literal["microsoft"] = Field(description="Who gives the token.", examples=["microsoft"])
    tenant: Line = Field(description="Directory (tenant) id.", examples=["contoso.onmicrosoft.com"])
    client_id: Line = Field(description="Application (client) id.", examples=["00000000-0000-0000-0000-000000000000"])
    client_secret: Secret | None = Field(None, description="Client secret; better, its file.")
    client_secret_file: SecretFile | None = Field(None, description="File that holds the client secret.")

    @model_validator(mode="after")
    def _has_secret(self) -> Self:
        if self.client_secret is None:
            raise PydanticCustomError("no_secret", "has no client_secret_file")
        return self


class GoogleOAuth(Section):
    """OAuth 2.0 of a Google service account with domain-wide delegation; it acts as the mailbox's user."""

    provider: Literal["google"] = Field(description="Who gives the token.", examples=["google"])
    account: Secret | None = Field(None, description="The service account's JSON key; better, its file.")
    account_file: SecretFile | None = Field(None, description="The service account's JSON key file.")

    @model_validator(mode="after")
    def _has_secret(self) -> Self:
        if self.account is None:
            raise PydanticCustomError("no_secret", "has no account_file")
        return self


OAuth = Annotated[MicrosoftOAuth | GoogleOAuth, Field(discriminator="provider")]


class Folders(Section):
    """The names of the folders on the IMAP server; they are made where they are missing."""

    processed: Line = Field("Processed", description="Replies that were taken in.")
    rejected: Line = Field("Rejected", description="Replies that went back with what to fix.")
    withheld: Line = Field("Withheld", description='Replies with a marking, where withheld = "move".')
    strangers: Line = Field("Strangers", description="Mail from people who are not in the roster.")
    shunted: Line = Field("Shunted", description="Mail that could not be read within its limits.")
    held: Line = Field("Held", description="Replies about whose sender a person must decide.")


class _Server(Section):
    """A mail server: where it is, how the link is protected and how we log in."""

    host: Host = Field(
        description="Host name of the server, as its certificate says.", examples=["mail.agency.example"]
    )
    tls: Tls = Field(
        Tls.IMPLICIT,
        description="`implicit` TLS, `starttls` (demanded, never optional), or `none`, on this machine only.",
    )
    ca_file: Path | None = Field(
        None,
        description="PEM file of a private certificate authority to trust instead of the system's.",
        examples=["/etc/ssl/agency-ca.pem"],
    )
    password: Secret | None = Field(None, description="Password; better, its file.")
    password_file: SecretFile | None = Field(
        None, description="File that holds the password.", examples=["secrets/reports-password"]
    )
    oauth: OAuth | None = Field(None, description="OAuth 2.0 instead of a password.")
    timeout: Wait = Field(timedelta(seconds=60), description="How long to wait for an answer of the server.")

    @model_validator(mode="after")
    def _plain_only_here(self) -> Self:
        if self.tls is Tls.NONE and self.host not in LOOPBACK:
            raise PydanticCustomError("plain_text", 'has tls = "none", which is for servers on this machine only')
        if self.password is not None and self.oauth is not None:
            raise PydanticCustomError("two_logins", "has both a password and oauth; keep one")
        return self


class MailboxSettings(_Server):
    """An IMAP mailbox that replies come to. Several share the load: each employee always writes to the same one."""

    name: Name = Field(description="Short name, in logs and `bulletin status`.", examples=["reports"])
    reply: Address = Field(
        description="Address that people reply to; the token is added to it: reports+token@host.",
        examples=["reports@agency.example"],
    )
    port: Port | None = Field(None, description="Port. Default: 993 for implicit TLS, else 143.", examples=[993])
    user: Line = Field(description="Login name.", examples=["reports@agency.example"])
    authserv_id: Line | None = Field(
        None,
        description="What your receiving server calls itself in Authentication-Results; nobody else's are believed.",
        examples=["mx.agency.example"],
    )
    withheld: WithheldPlace = Field(
        WithheldPlace.FLAG, description="What to do with a marked reply: `flag` it where it is, or `move` it once."
    )
    folders: Folders = Field(Folders(), description="Names of the folders.")
    batch: int = Field(200, ge=1, le=500, description="Messages fetched at once.")
    poll_every: Wait = Field(timedelta(minutes=2), description="How often to look, besides waiting by IDLE.")
    idle: bool = Field(True, description="Wait by IDLE (RFC 2177), so that replies are read within seconds.")
    idle_for: Wait = Field(timedelta(minutes=8), description="Renew IDLE after this long; some servers drop it at 10.")

    @property
    def on_port(self) -> int:
        """The port, its default filled in."""
        return self.port or (993 if self.tls is Tls.IMPLICIT else 143)

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if self.password is None and self.oauth is None:
            raise PydanticCustomError("no_login", "has neither password_file nor oauth")
        return self


class RelaySettings(_Server):
    """The SMTP server that takes our mail."""

    port: Port | None = Field(
        None, description="Port. Default: 465 for implicit TLS, 587 for STARTTLS, else 25.", examples=[465]
    )
    user: Line | None = Field(
        None, description="Login name; none where the relay knows this machine.", examples=["reports@agency.example"]
    )
    from_address: Address = Field(description="From address of our mail.", examples=["reports@agency.example"])
    from_name: Line = Field("Weekly Bulletin", description="Name beside the From address.")
    envelope: Address | None = Field(
        None,
        description="Envelope sender that bounces come back to; the token is added to it. Default: the reply address.",
        examples=["bounces@agency.example"],
    )
    dkim_selectors: tuple[Host, ...] = Field(
        (),
        description="Selectors of the keys that the relay signs our mail with; `check` looks them up.",
        examples=[["s1"]],
    )
    connections: int = Field(4, ge=1, le=64, description="Connections to the relay at once.")
    per_minute: int = Field(0, ge=0, description="Most mails a minute; 0 means as many as the relay takes.")

    @property
    def on_port(self) -> int:
        """The port, its default filled in."""
        return self.port or {Tls.IMPLICIT: 465, Tls.STARTTLS: 587, Tls.NONE: 25}[self.tls]

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if self.user is not None and self.password is None and self.oauth is None:
            raise PydanticCustomError("no_login", "has a user but neither password_file nor oauth")
        return self
