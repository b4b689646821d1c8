"""`bulletin inspect` and `bulletin demo`: what would be done with a mail, and a whole week to watch. No set-up needed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.exits import FoundWrongError
from app.invocation import Invocation, invocation
from app.terminal import clean, say

if TYPE_CHECKING:
    from domain.outcome import Known


def add_to(app: typer.Typer) -> None:
    """Give the root its commands."""
    app.command("demo")(demo)
    app.command("inspect")(inspect)


def inspect(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Mails, folders of them, mboxes or Maildirs.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a message, one a line.")] = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the text of withheld messages too.")] = False,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="FILE", help="Judge by this configuration's rules.")
    ] = None,
) -> None:
    """Say what would be done with each message, and why. No mailbox, database or network is touched.

    Without --config nothing of a configuration is read: the rules and the wording that ship with Bulletin hold.

    Example: bulletin inspect --json reply.eml
    """
    from app.inspect import DEFAULT_KNOWN, look, readable
    from app.inspect import as_json as one_line

    named = config or invocation(ctx).file
    known = known_of(Invocation(file=named)) if named is not None else DEFAULT_KNOWN
    out = typer.get_binary_stream("stdout")
    try:
        for seen in look(paths, known, reveal=reveal):
            if as_json:
                # JSON is UTF-8 wherever it goes (RFC 8259 section 8.1); a lone surrogate is written as its escape.
                out.write(one_line(seen).encode("utf-8", "backslashreplace") + b"\n")
            else:
                say(clean(readable(seen)))
    except OSError as error:
        if error.filename is None:
            raise  # it is our output that cannot be written
        raise FoundWrongError(f"{error.filename} cannot be read ({error.strerror}).") from None
    finally:
        out.flush()


def known_of(invoked: Invocation) -> "Known":
    """What a configuration says of any message: its wording, its own addresses, its policy."""
    from app.inspect import DEFAULT_PROMPTS
    from app.wiring import own_addresses
    from domain.outcome import Known

    settings = invoked.settings()
    asked = tuple(campaign.wording for campaign in settings.campaigns if campaign.wording)
    policy = settings.base_policy()
    prompts = (*asked, *((policy.wording,) if policy.wording else ()), *DEFAULT_PROMPTS)
    return Known(
        prompts=prompts,
        ours=own_addresses(settings),
        instance=settings.instance.name,
        locale=settings.campaigns[0].locale,
        zone=settings.campaigns[0].zone,
        wording=(*prompts, *((policy.consequence,) if policy.consequence else ())),
        policy=policy,
    )


def demo(
    folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to leave the digests. Default: a new demo-week.")
    ] = None,
) -> None:
    """Run a whole week on this machine alone: mail servers, people and all. Under a minute.

    It leaves the digests as files and says where.
    """
    try:
        from app.demo.week import run
    except ModuleNotFoundError as error:
        if error.name not in {"aiosmtpd", "pymap"}:
            raise
        raise FoundWrongError(
            f"The demo's mail servers need {error.name}. Install them: pip install aiosmtpd pymap"
        ) from None
    raise typer.Exit(run(folder))
