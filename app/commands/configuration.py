"""`bulletin init` and `bulletin config …`: write a configuration, show it without its secrets, explain a key."""

from pathlib import Path
from typing import Annotated

import typer

from app.exits import FoundWrongError
from app.invocation import invocation
from app.terminal import say

config_app = typer.Typer(help="Look at the configuration.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.command("init")(init)
    app.add_typer(config_app, name="config")


def init(
    path: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")] = Path("config.toml"),
) -> None:
    """Write an example configuration with new keys beside it, for you to fill in.

    Example: bulletin init --path /etc/bulletin/config.toml
    """
    from app.settings.setup import set_up

    made = set_up(path)
    say(f"Wrote {path}: fill in your mail servers.")
    for secret in made.keys:
        say(f"Wrote {secret}: a new key. Keep it, and keep it to yourself.")
    for secret in made.empty:
        say(f"Made {secret}, empty: put the password in it.")
    named = "" if path == Path("config.toml") else f" --config {path}"
    say(f"Then make the database and try it all: bulletin{named} upgrade && bulletin{named} check")


@config_app.command("show")
def show(ctx: typer.Context) -> None:
    """Every value that is in force, secrets masked. The configuration is checked on the way."""
    from app.settings.shown import show_lines

    for line in show_lines(invocation(ctx).loaded().settings):
        say(line)


@config_app.command("explain")
def explain(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="A key such as relay.port or mailboxes.reports.user.")],
) -> None:
    """What a key means, its default, its value now and where that comes from.

    Example: bulletin config explain relay.port
    """
    from app.config import InvalidConfigError, Settings
    from app.settings.shown import explain_key

    invoked = invocation(ctx)
    try:
        loaded = invoked.loaded()
    except InvalidConfigError:
        # A key can be explained before the configuration is right.
        answer = explain_key(Settings, key, None, None)
    else:
        answer = explain_key(Settings, key, loaded.settings, loaded.gathered)
    if answer is None:
        raise FoundWrongError(f"There is no key {key}. `bulletin config show` names them all.")
    for line in answer:
        say(line)


@config_app.command("example")
def example() -> None:
    """The example configuration: every key with its meaning and default."""
    from app.config import Settings
    from app.settings.example import write_example

    say(write_example(Settings).rstrip("\n"))
