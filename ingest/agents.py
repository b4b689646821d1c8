"""How machines sign their mail: addresses and names of mail servers, list agents and clerks, and the headers they add."""

import re

ROBOTS = frozenset(
    {
        "mailer-daemon", "mailer_daemon", "mailerdaemon", "mailer.daemon", "mail-daemon", "maildaemon", "mail.daemon",
        "postmaster", "post_master", "post-master", "poostmaster", "mdaemon", "mail-delivery-system",
        "mail.delivery.system", "mail-delivery", "maildelivery", "mta", "bounce", "bounces", "autoreply-bounce", "ndr",
        "smtp-daemon", "mmdf", "smtpd", "mail-router", "mailrouter", "system-administrator",
    }
)  # fmt: skip
DAEMONS = frozenset(
    {
        "post_master", "mailer-daemon", "mailer_daemon", "mailerdaemon", "mailer.daemon", "mail-daemon",
        "maildaemon", "mdaemon",
    }
)  # fmt: skip
ROBOT_NAMES = (
    "mail delivery subsystem", "mail delivery system", "mail deliver system", "mailer-daemon", "mailer daemon",
    "mail administrator", "system administrator", "postmaster", "internet mail delivery", "mail delivery service",
    "microsoft outlook", "content-filter at",
)  # fmt: skip
NO_REPLY = re.compile(r"(?:do[._-]?)?not?[._-]?reply|nepasrepondre|noresponder|nao-?responda|keine-?antwort")
LIST_AGENTS = re.compile(r"owner-.{1,80}|.{1,80}-(?:owner|request|bounces)|listserv|majordomo|mailman|sympa|listmaster")
YES_REPLY_HEADERS = frozenset(
    {
        "x-autoreply", "x-autorespond", "x-autoresponder", "x-autoresponse", "x-autoreply-from",
        "x-mail-autoreply", "x-fc-machinegenerated", "x-auto-reply", "x-auto-response", "x-holidayreply",
        "x-vacation", "x-out-of-office", "x-autoreply-domain", "x-autoreply-sender", "autoresponse",
        "x-pmx-autoreply",
    }
)  # fmt: skip
CHALLENGE_HEADERS = frozenset(
    {
        "x-spamarrest-flag", "x-ask-auth", "x-boxtrapper", "x-boxtrapper-queue", "x-challenge-response",
    }
)  # fmt: skip
CLERKS = frozenset({"administrator", "admin", "root", "mail", "system", "mailserver", "mailgate", "daemon"})
COPIES = frozenset({"message/rfc822", "text/rfc822-headers"})
LIST_HEADERS = frozenset(
    {
        "list-id", "list-post", "list-unsubscribe", "list-subscribe", "list-help", "list-owner", "mailing-list",
        "x-mailing-list", "x-beenthere", "x-mailman-version", "x-loop", "x-list", "x-list-id", "x-sequence",
        "x-ml-name", "errors-to",
    }
)  # fmt: skip
