"""The wiring: the settings become the parts of the house, joined. Nothing is opened before it is asked for."""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from app.alerts import Command, Couriers, Webhook
from app.breaker import Breaker
from app.campaigns import CampaignBook
from app.clock import SystemClock
from app.config import Settings
from app.desk import FrontDesk
from app.gate import Gate
from app.letters import LetterWriter
from app.oauth import access_token
from app.policies import PolicyBook
from app.prompting import Prompter
from app.retention import Purger
from app.rounds import RoundKeeper
from app.settings.asking import CampaignSettings
from app.settings.keeping import AlertChannel, reveal
from app.settings.mail import MailboxSettings, RelaySettings, Tls, WithheldPlace
from domain.campaign import Campaign, Holidays, OnHoliday
from domain.ledger import Folder
from domain.ports import Clock, Courier, Mailbox, Store
from domain.round import CampaignId, RoundId
from ingest import link
from ingest.child import Reader, ReadingChild, ReadingLimits, ReadingPool
from ingest.imap import ImapMailbox, ImapSettings
from outbound import smtp
from outbound.letterhead import Letterhead
from outbound.press import Press
from outbound.templates import load_templates

MOST_HANDS = 2
"""Processes that set the Digests of a large Round: more would wait for the one who reads and writes the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One installation: its settings, its Store and its clock; each part is made from them when it is asked for."""

    settings: Settings
    store: Store
    clock: Clock
    mark: str = field(default_factory=lambda: secrets.token_hex(3))

    @property
    def campaigns(self) -> CampaignBook:
        """The Campaigns by id, in the order of the configuration, then those that were set up by command."""
        made = (campaign_of(one, self.settings.policy.grace) for one in self.settings.campaigns)
        return CampaignBook({one.id: one for one in made}, self.store)

    def gate(self) -> Gate:
        """The last look at mail that goes out."""
        return Gate(store=self.store, book=self.book(), campaigns=self.campaigns, clock=self.clock)

    @property
    def owner(self) -> str:
        """Who holds leases and claims: this process on this machine, or one of many containers that bear its name."""
        return f"{socket.gethostname()}:{os.getpid()}:{self.mark}"

    def press(self) -> Press:
        """A press of one's own: it serves one thread."""
        return Press(letterhead=letterhead(self.settings), templates=load_templates(self.settings.instance.templates))

    def book(self) -> PolicyBook:
        """Where Policies come from."""
        return PolicyBook(base=self.settings.base_policy(), configured=self.settings.policy_changes(), store=self.store)

    def keeper(self) -> RoundKeeper:
        """Opens and closes Rounds; for one thread."""
        asker = Prompter(
            store=self.store,
            press=self.press(),
            ring=self.settings.instance.ring(),
            book=self.book(),
            clock=self.clock,
        )
        hands = min(MOST_HANDS, os.cpu_count() or 1)
        return RoundKeeper(asker=asker, hash_secret=self.settings.instance.hash_secret(), hands=hands)

    def purger(self) -> Purger:
        """Takes away what was kept for long enough."""
        return Purger(store=self.store, book=self.book(), clock=self.clock, records=self.settings.security.records)

    def desk(self, mailbox: MailboxSettings) -> FrontDesk:
        """The desk of one mailbox; for one thread."""
        settings = self.settings
        writer = LetterWriter(
            press=self.press(),
            ring=settings.instance.ring(),
            campaigns=self.campaigns,
            security_contact=settings.security.contact,
        )
        moves = mailbox.withheld is WithheldPlace.MOVE
        return FrontDesk(
            store=self.store,
            writer=writer,
            book=self.book(),
            clock=self.clock,
            hash_secret=settings.instance.hash_secret(),
            ours=own_addresses(settings),
            instance=settings.instance.name,
            authserv_id=mailbox.authserv_id,
            rule=settings.identity.authentication,
            token_life=settings.identity.token_life,
            withheld_filing=Folder.WITHHELD if moves else Folder.INBOX,
            breaker=Breaker(
                store=self.store, clock=self.clock, alarming=writer, per_hour=settings.limits.notices_per_hour or None
            ),
        )

    def mailbox(self, mailbox: MailboxSettings) -> Mailbox:
        """The IMAP side of one mailbox, not yet connected."""
        return ImapMailbox(imap_settings(mailbox, self.settings.limits.message_bytes), self.clock.monotonic)

    def reader(self) -> Reader:
        """The processes that read mail, not yet started."""
        limits = self.settings.limits
        each = ReadingLimits(
            seconds=limits.read_seconds * 1.5,
            processor_seconds=limits.read_seconds,
            memory=limits.read_memory_mb * 1024 * 1024,
        )
        return ReadingPool(tuple(ReadingChild(each) for _ in range(limits.readers)))

    def courier(self) -> Courier:
        """One connection to the relay, and beside it the channel of alerts; not yet connected."""
        relay = smtp.SmtpCourier(relay_of(self.settings.relay), self.clock)
        alerts = self._alerts()
        return relay if alerts is None else Couriers(relay=relay, alerts=alerts)

    def _alerts(self) -> Courier | None:
        security = self.settings.security
        match security.alert:
            case AlertChannel.WEBHOOK:
                return Webhook(url=reveal(security.webhook), clock=self.clock)
            case AlertChannel.COMMAND:
                return Command(arguments=security.command, clock=self.clock)
            case AlertChannel.MAIL:
                return smtp.SmtpCourier(relay_of(security.relay), self.clock) if security.relay is not None else None


def build(settings: Settings, store: Store, clock: Clock | None = None) -> House:
    """The House of these settings over an open Store."""
    return House(settings=settings, store=store, clock=clock if clock is not None else SystemClock())


def campaign_of(one: CampaignSettings, grace: timedelta) -> Campaign:
    """The Campaign of its settings. Days on which it begins and ends become the Rounds that they lie in."""
    return Campaign(
        id=CampaignId(one.id),
        subject=one.subject,
        wording=one.wording,
        locale=one.locale,
        zone=one.zone,
        own_zone=one.own_zone,
        weekday=one.weekday.iso,
        time=one.time,
        closes_weekday=one.closes_weekday.iso,
        closes_time=one.closes_time,
        hours=one.closes_after,
        grace=grace,
        reminders=one.reminders,
        digest_after=one.digest_after,
        copies_supervisor=one.copies_supervisor,
        code_before=one.code_before,
        holidays=Holidays(
            rule=OnHoliday(one.on_holiday.value) if one.country or one.holidays else OnHoliday.ASK,
            country=one.country,
            subdivision=one.subdivision,
            days=frozenset(one.holidays),
        ),
        first=_week_of(one.first),
        last=_week_of(one.last),
    )


def _week_of(day: date | None) -> RoundId | None:
    if day is None:
        return None
    year, week, _ = day.isocalendar()
    return RoundId(f"{year}-W{week:02}")


def letterhead(settings: Settings) -> Letterhead:
    """In whose name our mail goes out."""
    relay = settings.relay
    return Letterhead(
        organisation=settings.instance.organisation,
        name=relay.from_name,
        address=relay.from_address,
        reply_bases=tuple(mailbox.reply for mailbox in settings.mailboxes),
        instance=settings.instance.name,
        message_host=settings.instance.host,
        contact=settings.instance.contact or settings.security.contact,
        bounce_base=relay.envelope,
    )


def own_addresses(settings: Settings) -> tuple[str, ...]:
    """Every address that is ours: mail from one of them is our own come back."""
    relay = settings.relay
    found = [relay.from_address, *(mailbox.reply for mailbox in settings.mailboxes)]
    return tuple(dict.fromkeys([*found, *([relay.envelope] if relay.envelope is not None else [])]))


def imap_settings(mailbox: MailboxSettings, most_bytes: int) -> ImapSettings:
    """What the IMAP client needs of a mailbox's settings."""
    oauth, folders = mailbox.oauth, mailbox.folders
    secret = access_token(oauth, mailbox.user) if oauth is not None else _password(mailbox)
    security = {Tls.IMPLICIT: link.Security.TLS, Tls.STARTTLS: link.Security.STARTTLS, Tls.NONE: link.Security.NONE}
    return ImapSettings(
        link=link.LinkSettings(
            host=mailbox.host,
            port=mailbox.on_port,
            name=mailbox.user,
            secret=secret,
            security=security[mailbox.tls],
            mechanism=link.Mechanism.XOAUTH2 if oauth is not None else link.Mechanism.LOGIN,
            ca_file=str(mailbox.ca_file) if mailbox.ca_file is not None else None,
            read_timeout=mailbox.timeout.total_seconds(),
        ),
        folders=MappingProxyType(
            {
                Folder.PROCESSED: folders.processed,
                Folder.REJECTED: folders.rejected,
                Folder.WITHHELD: folders.withheld,
                Folder.STRANGERS: folders.strangers,
                Folder.SHUNTED: folders.shunted,
                Folder.HELD: folders.held,
            }
        ),
        batch=mailbox.batch,
        most_bytes=most_bytes,
        idle=mailbox.idle,
        idle_for=mailbox.idle_for,
    )


def relay_of(relay: RelaySettings) -> smtp.Relay:
    """What the SMTP client needs of a relay's settings."""
    security = {Tls.IMPLICIT: smtp.Security.TLS, Tls.STARTTLS: smtp.Security.STARTTLS, Tls.NONE: smtp.Security.PLAIN}
    return smtp.Relay(
        host=relay.host,
        port=relay.on_port,
        security=security[relay.tls],
        username=relay.user,
        password=reveal(relay.password) if relay.password is not None else None,
        token=_asked_aside(access_token(relay.oauth, relay.user or "")) if relay.oauth is not None else None,
        ca_file=relay.ca_file,
        connect=relay.timeout.total_seconds(),
    )


def _password(mailbox: MailboxSettings) -> Callable[[], str]:
    return lambda: reveal(mailbox.password)


def _asked_aside(token: Callable[[], str]) -> Callable[[], Awaitable[str]]:
    """The provider is asked in a thread: its library blocks."""

    async def ask() -> str:
        return await asyncio.to_thread(token)

    return ask
