"""The command line: `bulletin …`, its groups of commands, and what people see when something fails."""

import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from app.commands import (
    asking,
    campaigns,
    changing,
    configuration,
    export,
    leave,
    messages,
    policy,
    purging,
    roster,
    running,
    waiting,
    watching,
)
from app.exits import MEANINGS, Exit, exit_of, words_of
from app.invocation import Invocation
from app.terminal import say, warn
from domain.errors import BulletinError

INTERRUPTED: Final = 130
"""What a shell says of a command that Ctrl-C ended."""

EXIT_CODES = "  \n".join(f"{code.value}: {meaning}" for code, meaning in MEANINGS.items())


class Bulletin(TyperGroup):
    """The root of all commands: a failure of the world becomes one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
        except BulletinError as error:
            warn(words_of(error))
            raise typer.Exit(exit_of(error)) from None
        except BrokenPipeError:
            # The reader of our output (`| head`) is gone: nobody is left to tell.
            _let_go_of_output()
            raise typer.Exit(Exit.OK) from None
        except KeyboardInterrupt:
            warn("Stopped. What is done stays done; the same command begun again goes on from there.")
            raise typer.Exit(INTERRUPTED) from None
        return done


app = typer.Typer(
    cls=Bulletin,
    name="bulletin",
    help=f"""Asks what people did last week by email, reads the replies, and gives each supervisor one digest.

    First steps:

      bulletin demo                        a whole week on this machine, without any set-up

      bulletin inspect MAIL.eml            what would be done with a mail

      bulletin init                        write a configuration to fill in

      bulletin upgrade                     make the database, or bring it up to date

      bulletin check                       try the configuration, the database and the mail servers

      bulletin roster import PEOPLE.csv --dry-run

      bulletin run                         ask, read and report until you stop it

    Exit codes:

{EXIT_CODES}
    """,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata  # as long to come up as all our commands together

        say(f"bulletin {metadata.version('bulletin')}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            help="Configuration. Default: $BULLETIN_CONFIG, ./config.toml, /etc/bulletin/config.toml.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", help="Say the version and stop.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    ctx.obj = Invocation(file=config)


messages.add_to(app)
configuration.add_to(app)
running.add_to(app)
watching.add_to(app)
roster.add_to(app)
asking.add_to(app)
changing.add_to(asking.round_app)
campaigns.add_to(app)
policy.add_to(app)
leave.add_to(app)
waiting.add_to(app)
export.add_to(app)
purging.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    signal.signal(signal.SIGTERM, _leave)
    _make_streams_total()
    try:
        app(args=list(arguments) if arguments is not None else None)
    except _Terminated:
        # Whoever sent the signal sees that it did its work.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    except OSError as error:
        warn(f"{error.filename or 'The output'} cannot be used ({error.strerror or type(error).__name__}).")
        _let_go_of_output()
        sys.exit(Exit.FOUND)
    except Exception as error:  # noqa: BLE001 - the last boundary: people get a line, and no value may leak by a traceback
        from app.logs import place_of

        warn(f"A fault in Bulletin: {type(error).__name__} at {place_of(error)}. Please report this line.")
        sys.exit(Exit.SOFTWARE)


class _Terminated(SystemExit):
    """SIGTERM: half-written files are taken away and connections closed on the way out. The daemon has a way of its own."""


def _leave(number: int, _frame: object) -> NoReturn:
    raise _Terminated(128 + number)


def _let_go_of_output() -> None:
    """What cannot be written is not tried once more at the very end, where Python 3.11.2 fails with a code of its own."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _make_streams_total() -> None:
    """No letter is too strange for a terminal's encoding, and a stream that the caller closed swallows everything."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
