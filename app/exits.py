"""The exit codes of every command (sysexits.h), and which failure leads to which."""

from enum import IntEnum

from domain.errors import BulletinError, ConfigError, LeaseLostError


class Exit(IntEnum):
    """What a command says to the shell."""

    OK = 0
    FOUND = 1
    USAGE = 2
    UNAVAILABLE = 69
    SOFTWARE = 70
    TRY_LATER = 75
    CONFIG = 78


MEANINGS = {
    Exit.OK: "all is well",
    Exit.FOUND: "something is wrong with what was looked at",
    Exit.USAGE: "the command was not understood",
    Exit.UNAVAILABLE: "the database, the mailbox or the relay cannot be used",
    Exit.SOFTWARE: "a fault in Bulletin itself; please report it",
    Exit.TRY_LATER: "somebody else is doing this now; try again later",
    Exit.CONFIG: "the configuration is wrong",
}


class FoundWrongError(BulletinError):
    """What a command was asked to look at is wrong, or a person said no."""

    permanent = True


def exit_of(error: BulletinError) -> Exit:
    """The exit code of a failure."""
    match error:
        case ConfigError():
            return Exit.CONFIG
        case LeaseLostError():
            return Exit.TRY_LATER
        case FoundWrongError():
            return Exit.FOUND
        case _:
            return Exit.UNAVAILABLE


def words_of(error: BulletinError) -> str:
    """What happened and what to do: the message, and the docstring of its kind where the message names no command."""
    told = str(error).strip()
    advice = (type(error).__doc__ or "").strip()
    if told and ("`" in told or isinstance(error, (ConfigError, FoundWrongError))):
        return told
    if not told:
        return advice
    what, _, todo = advice.partition(". ")
    return f"{told.rstrip('.')}. {todo if told.startswith(what) else advice}"
