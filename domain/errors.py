"""What can fail in the world outside, each with what to do about it.

Expected outcomes are values; these are for the world failing. No message text may enter an exception.
"""


class BulletinError(Exception):
    """Something outside Bulletin failed. `permanent` says that trying again will not help."""

    permanent = False


class ConfigError(BulletinError):
    """The configuration cannot be used. Mend the fields that are listed and start again."""

    permanent = True


class StoreError(BulletinError):
    """The database cannot be used now. Check its URL, its disk and its server; nothing was lost."""


class SchemaError(StoreError):
    """The database is not at this program's revision. Run `bulletin upgrade`."""

    permanent = True


class MailboxError(BulletinError):
    """The IMAP server cannot be used now. Mail stays there; the poller tries again by itself."""


class MailboxRefusedError(MailboxError):
    """The IMAP server refused the login. Check user, password or token; nothing is retried fast."""

    permanent = True


class LeaseLostError(BulletinError):
    """Another process took over this work. This one stops; nothing is lost."""
