"""`bulletin check`: each thing the house stands on, tried for real, one line each, with what to do where it fails.

A new check is one function that yields CheckLines, added to CHECKS.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app import dns
from app.exits import words_of
from app.settings.keeping import AlertChannel, reveal
from app.settings.mail import MailboxSettings, RelaySettings
from app.wiring import House, relay_of
from domain.errors import BulletinError, MailboxRefusedError
from domain.outbox import Attempt, Sent
from domain.ports import Store
from outbound.smtp import SmtpCourier
from outbound.templates import TemplateError, check_templates, load_templates

ALMOST_FULL: Final = 85  # percent
MIB: Final = 1024 * 1024
RESERVED: Final = frozenset({"example", "invalid", "local", "localhost", "test"})
"""Top-level names that stand in no public DNS (RFC 2606, RFC 6761, RFC 6762)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """What was tried, whether it is well, what was seen, and what to do where it is not."""

    subject: str
    good: bool
    seen: str
    todo: str = ""


Check = Callable[[House], Iterator[CheckLine]]


def check_all(house: House, *, offline: bool = False) -> Iterator[CheckLine]:
    """Every check in turn; `offline` leaves out the mail servers. What fails in the world is a line, no exception."""
    for check in HERE if offline else CHECKS:
        try:
            yield from check(house)
        except BulletinError as error:
            yield _bad(check.__name__.lstrip("_").replace("_", " "), error)


def check_store(open_store: Callable[[], Store]) -> tuple[CheckLine, Store | None]:
    """Whether the database can be opened at this program's revision; the open Store where it can."""
    try:
        store = open_store()
    except BulletinError as error:
        return _bad("database", error), None
    return _good("database", "open, at this program's revision"), store


def _good(subject: str, seen: str) -> CheckLine:
    return CheckLine(subject=subject, good=True, seen=seen)


def _bad(subject: str, error: BulletinError) -> CheckLine:
    return CheckLine(subject=subject, good=False, seen=words_of(error))


def _writing(house: House) -> Iterator[CheckLine]:
    """A lease that nobody wants is taken and given back: a full or read-only disk is found before mail waits for it."""
    house.store.acquire("check", house.owner, timedelta(seconds=1))
    house.store.release("check", house.owner)
    yield _good("writing", "the database takes what is written")


def _keys(house: House) -> Iterator[CheckLine]:
    keys = house.settings.instance.token_keys
    yield _good("token keys", f"new tokens with {keys[0].id}, {len(keys)} believed")


def _roster(house: House) -> Iterator[CheckLine]:
    people = sum(count for _, _, count in house.store.head_counts())
    todo = "" if people else "import one: bulletin roster import PEOPLE.csv"
    yield CheckLine(subject="roster", good=bool(people), seen=f"{people} people", todo=todo)


def _clock(house: House) -> Iterator[CheckLine]:
    now = house.clock.now()
    last = next((event.at for event in house.store.events(limit=1)), None)
    if last is not None and last > now:
        todo = "set this machine's clock (NTP); Bulletin opens and closes rounds by it"
        yield CheckLine(subject="clock", good=False, seen=f"{now:%F %T} UTC is before the last event", todo=todo)
    else:
        yield _good("clock", f"{now:%F %T} UTC")


def _templates(house: House) -> Iterator[CheckLine]:
    try:
        complaints = check_templates(load_templates(house.settings.instance.templates))
    except TemplateError as error:
        complaints = (str(error),)
    for complaint in complaints:
        yield CheckLine(subject="templates", good=False, seen=complaint)
    if not complaints:
        yield _good("templates", "every mail can be written")


def _disk(house: House) -> Iterator[CheckLine]:
    url = house.settings.store.url.get_secret_value()
    if not url.startswith("sqlite"):
        return
    folder = Path(url.partition(":///")[2] or ".").parent
    free = shutil.disk_usage(folder).free // MIB
    least = house.settings.limits.disk_free_mb
    todo = "" if free >= least else f"make room: limits.disk_free_mb asks for {least} MiB"
    yield CheckLine(subject="disk", good=free >= least, seen=f"{free} MiB free beside the database", todo=todo)


def _mailboxes(house: House) -> Iterator[CheckLine]:
    for settings in house.settings.mailboxes:
        subject = f"mailbox {settings.name}"
        try:
            yield from _mailbox(house, settings, subject)
        except MailboxRefusedError as error:
            yield _bad(subject, error)
        except BulletinError as error:
            yield replace(
                _bad(subject, error), todo=f"check host, port, tls and ca_file of [[mailboxes]] {settings.name}"
            )


def _mailbox(house: House, settings: MailboxSettings, subject: str) -> Iterator[CheckLine]:
    mailbox = house.mailbox(settings)
    try:
        state = mailbox.open()
        yield _good(subject, f"logged in, folders found, messages in INBOX: {state.exists}")
        quota = mailbox.quota()
        if quota is None or not quota.limit:
            yield _good(f"{subject} quota", "the server does not say")
        else:
            full = quota.used * 100 // quota.limit
            todo = "" if full < ALMOST_FULL else "give it more room: when it is full, replies bounce"
            yield CheckLine(subject=f"{subject} quota", good=full < ALMOST_FULL, seen=f"{full} % full", todo=todo)
    finally:
        mailbox.close()
    if settings.authserv_id is None:
        yield _good(f"{subject} sender checks", "authserv_id is not set: no Authentication-Results are believed")


def _relays(house: House) -> Iterator[CheckLine]:
    settings = house.settings
    yield _relay(house, "relay", settings.relay)
    if settings.security.relay is not None:
        yield _relay(house, "relay for alerts", settings.security.relay)


def _relay(house: House, subject: str, settings: RelaySettings) -> CheckLine:
    try:
        attempt = asyncio.run(_probe(SmtpCourier(relay_of(settings), house.clock)))
    except BulletinError as error:
        return _bad(subject, error)
    if attempt.result is Sent.ACCEPTED:
        return _good(subject, "logged in" if settings.user else "connected")
    said = f"{attempt.code or ''} {attempt.words}".strip()
    return CheckLine(
        subject=subject,
        good=False,
        seen=said,
        todo=f"check host, port, tls, user and password in [{'relay' if subject == 'relay' else 'security.relay'}]",
    )


async def _probe(courier: SmtpCourier) -> Attempt:
    try:
        return await courier.probe()
    finally:
        await courier.close()


def _sending_domain(house: House) -> Iterator[CheckLine]:
    relay = house.settings.relay
    domain = relay.from_address.rpartition("@")[2]
    if domain.rpartition(".")[2] in RESERVED:
        yield _good("SPF, DKIM, DMARC", f"{domain} is a name for examples and tests, which nobody publishes for")
        return
    bounces = relay.envelope or house.settings.mailboxes[0].reply
    found = dns.look(
        domain=domain,
        envelope=bounces.rpartition("@")[2],
        selectors=relay.dkim_selectors,
        relay=relay.host,
        resolver=dns.system_resolver(),
    )
    for one in found:
        yield CheckLine(subject=one.subject, good=one.good, seen=one.seen, todo=one.todo)


def _alerts(house: House) -> Iterator[CheckLine]:
    security = house.settings.security
    match security.alert:
        case AlertChannel.COMMAND:
            found = shutil.which(security.command[0])
            todo = "" if found else "give the whole path of a program that may be run"
            yield CheckLine(subject="alerts", good=bool(found), seen=f"command {security.command[0]}", todo=todo)
        case AlertChannel.WEBHOOK:
            url = urlsplit(reveal(security.webhook))
            good = url.scheme == "https" and bool(url.hostname)
            todo = "" if good else "give a whole URL that begins with https://"
            yield CheckLine(subject="alerts", good=good, seen=f"webhook at {url.hostname or 'no host'}", todo=todo)
        case AlertChannel.MAIL:
            yield _good("alerts", f"mail to {security.contact}")


HERE: Final[tuple[Check, ...]] = (_writing, _keys, _templates, _roster, _clock, _disk, _alerts)
CHECKS: Final[tuple[Check, ...]] = (*HERE, _mailboxes, _relays, _sending_domain)
