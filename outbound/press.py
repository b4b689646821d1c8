"""The Press: what every mail of ours is made with, and the forms it has already set.

It holds the Letterhead and the templates. Forms and shown deadlines are remembered, so that the next mail of the same
kind, language and policy costs only its filling in. One press serves one thread.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain.campaign import DEFAULT_SUBJECT, Campaign
from domain.employee import Employee
from domain.outbox import MailKind, OutboundMail
from domain.round import CampaignId, RoundId
from domain.token import message_id
from outbound import headers, letter
from outbound.form import Form, form, has_gap, subject_line
from outbound.letterhead import Letterhead
from outbound.templates import Locale, Templates

MOST_FORMS: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of a mail: its subject, and its text without it."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Letterhead and templates, with what was made of them so far."""

    letterhead: Letterhead
    templates: Templates
    forms: dict[Hashable, Form] = field(default_factory=dict, compare=False, repr=False)
    moments: dict[Hashable, str] = field(default_factory=dict, compare=False, repr=False)

    def set(self, tag: str | None, name: str, variables: Mapping[str, object]) -> Wording:
        """A text template with its variables; its first line is the subject."""
        given = {"organisation": self.letterhead.organisation, "contact": self.letterhead.contact, **variables}
        subject, _, text = self.templates.render(tag, name, given).lstrip("\n").partition("\n")
        return Wording(subject=subject.strip(), text=letter.tidy(text))

    def twin(self, tag: str | None, copy: Wording) -> str:
        """The HTML twin of a mail's words."""
        locale = self.locale(tag)
        title = "" if has_gap(copy.subject) else copy.subject
        return letter.twin(copy.text, language=locale.language, direction=locale.direction, title=title)

    def write(
        self,
        tag: str | None,
        copy: Wording,
        *,
        recipient: tuple[str, str],
        message_id: str,
        now: datetime,
        reply_to: tuple[str, ...] = (),
        auto: letter.Auto = letter.Auto.GENERATED,
        markup: str | None = None,
        answers: str | None = None,
        thread: tuple[str, ...] = (),
    ) -> bytes:
        """The bytes of one mail in our name; `markup` is its HTML where that is no mere twin."""
        written = letter.Letter(
            origin=(self.letterhead.name, self.letterhead.address),
            recipient=recipient,
            reply_to=reply_to,
            subject=copy.subject,
            text=copy.text,
            html=markup if markup is not None else self.twin(tag, copy),
            date=now,
            message_id=message_id,
            auto=auto,
            instance=self.letterhead.instance,
            language=self.locale(tag).language,
            answers=answers,
            thread=thread,
        )
        return letter.write(written)

    def to_supervisor(
        self,
        tag: str | None,
        copy: Wording,
        *,
        boss: Employee,
        about: tuple[CampaignId, RoundId],
        kind: MailKind,
        key: str,
        name: str,
        token: str,
        now: datetime,
        markup: str | None = None,
        answers: str | None = None,
        thread: tuple[str, ...] = (),
    ) -> OutboundMail:
        """What a Supervisor is told of a Round. `name` with the token of their conversation about it is its Message-ID."""
        own_id = message_id(token, self.letterhead.host, name)
        recipient = headers.addr_spec(boss.address)
        content = self.write(
            tag,
            copy,
            recipient=(boss.name, recipient),
            message_id=own_id,
            now=now,
            reply_to=(self.letterhead.reply_to(boss.id, token),),
            markup=markup,
            answers=answers,
            thread=thread,
        )
        return OutboundMail(
            key=key,
            kind=kind,
            recipient=recipient,
            sender=self.letterhead.bounces_to(boss.id, token),
            message_id=own_id,
            content=content,
            not_before=now,
            campaign_id=about[0],
            round_id=about[1],
            employee_id=boss.id,
            unit=boss.unit,
        )

    def locale(self, tag: str | None) -> Locale:
        """How the language of `tag` writes."""
        return self.templates.locale(tag)

    def subject(self, tag: str | None, campaign: Campaign) -> str:
        """What the Campaign is called: its own subject, or the default one in the language of `tag`."""
        return self.locale(tag).words["question"] if campaign.subject == DEFAULT_SUBJECT else campaign.subject

    def moment(self, tag: str | None, at: datetime, zone: str) -> str:
        """An instant as people of that language read it on the clocks of `zone`."""
        key = (tag, at, zone)
        shown = self.moments.get(key)
        if shown is None:
            _make_room(self.moments)
            shown = self.moments[key] = self.templates.locale(tag).at(at, zone)
        return shown

    def form(self, key: Hashable, tag: str | None, name: str, variables: Mapping[str, object]) -> Form:
        """The form for `key`, set now if it is the first of its kind; header fields are filled in with the rest."""
        known = self.forms.get(key)
        if known is not None:
            return known
        _make_room(self.forms)
        copy = self.set(tag, name, variables)
        subject: bytes | str = "Subject" if has_gap(copy.subject) else subject_line(copy.subject)
        head: tuple[bytes | str, ...] = (
            headers.field("From", headers.mailbox(self.letterhead.name, self.letterhead.address)),
            "To",
            "Reply-To",
            subject,
            "Date",
            "Message-ID",
            *letter.marks(letter.Auto.GENERATED, self.letterhead.instance, self.locale(tag).language),
        )
        made = self.forms[key] = form(head, copy.subject, copy.text, self.twin(tag, copy))
        return made


def _make_room(remembered: dict[Hashable, Form] | dict[Hashable, str]) -> None:
    """Forget all where too much is remembered: a wording for each person must not fill the memory."""
    if len(remembered) >= MOST_FORMS:
        remembered.clear()
