"""The mails that nobody's mail caused: prompt, reminder, correction, and the code for supervisors. Pure.

A prompt is a form filled in: two million of them differ only in name, address, token, supervisor and the clock that
the deadline is shown on.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from domain.campaign import Campaign
from domain.employee import Employee
from domain.outbox import MailKind, OutboundMail
from domain.policy import DEFAULT, Mode, Policy
from domain.round import Prompt, Round
from domain.token import message_id
from outbound import headers, letter
from outbound.form import Form, fill_text, gap, has_gap, subject_line
from outbound.press import Press

PHRASE: Final = "All of my activities are sensitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One Prompt to be put into words, and what holds for it.

    `code` is the Round's. `supervisor` is None where there is none to be named. `mode`, where it is given, is the
    policy's; `said` is what the operator adds to a correction.
    """

    campaign: Campaign
    asked: Prompt
    employee: Employee
    policy: Policy = DEFAULT
    supervisor: Employee | None = None
    code: str = ""
    said: str = ""

    @property
    def locale(self) -> str:
        """The Employee's language, or the Campaign's."""
        return self.employee.locale or self.campaign.locale

    @property
    def zone(self) -> str:
        """The zone in which the deadline is set."""
        return (self.employee.time_zone or self.campaign.zone) if self.campaign.own_zone else self.campaign.zone

    @property
    def copied(self) -> Employee | None:
        """The Supervisor who stands in Reply-To, or None."""
        boss = self.supervisor
        if not self.campaign.copies_supervisor or boss is None or boss.id == self.employee.id:
            return None
        return boss if headers.sendable(boss.address) else None


def prompt(press: Press, question: Question, *, now: datetime, not_before: datetime | None = None) -> OutboundMail:
    """The question of the week. Raises AddressError where the Employee's address cannot be written."""
    asked = question.asked
    return _ask(press, question, MailKind.PROMPT, own_id=asked.message_id, now=now, not_before=not_before)


def prompt_key(asked: Prompt, kind: MailKind = MailKind.PROMPT) -> str:
    """What makes the mail that asks it unique in the Outbox."""
    return f"{kind}/{asked.campaign_id}/{asked.round_id}/{asked.employee_id}"


def reminder(
    press: Press, question: Question, *, number: int, now: datetime, not_before: datetime | None = None
) -> OutboundMail:
    """The `number`th reminder, from 1."""
    own_id = message_id(question.asked.token, press.letterhead.host, f"reminder{number}")
    return _ask(
        press, question, MailKind.REMINDER, occasion=f"/{number}", own_id=own_id, now=now, not_before=not_before
    )


def correction(press: Press, question: Question, *, occasion: str, now: datetime) -> OutboundMail:
    """What now holds for somebody who was already asked. `occasion` names the change, for its key: sent once each."""
    stamp = format(int(now.timestamp()), "x")
    own_id = message_id(question.asked.token, press.letterhead.host, f"correction{stamp}")
    return _ask(press, question, MailKind.CORRECTION, occasion=f"/{occasion}", own_id=own_id, now=now)


def asking_texts(press: Press, question: Question) -> tuple[str, ...]:
    """The texts of every mail that asks this question, the prompt's first, for recognising them where they are quoted."""
    return tuple(_text(press, question, kind) for kind in (MailKind.PROMPT, MailKind.REMINDER))


def _text(press: Press, question: Question, kind: MailKind) -> str:
    return fill_text(_form(press, question, kind).text, _values(press, question))


def code_mail(
    press: Press, *, campaign: Campaign, asked: Round, supervisor: Employee, token: str, count: int, now: datetime
) -> OutboundMail:
    """The Round's code for a Supervisor of `count` people, by which anyone can tell a genuine prompt.

    `token` is minted for the Supervisor's own conversation about this Round, not for their Prompt.
    """
    tag = supervisor.locale or campaign.locale
    zone = supervisor.time_zone or campaign.zone
    copy = press.set(
        tag,
        "code.txt",
        {
            "campaign": press.subject(tag, campaign),
            "round_id": asked.id,
            "code": asked.code,
            "opens": press.moment(tag, asked.opens_at, zone),
            "deadline": press.moment(tag, asked.closes_at, zone),
            "count": count,
            "origin": press.letterhead.address,
        },
    )
    mail = press.to_supervisor(
        tag,
        copy,
        boss=supervisor,
        about=(campaign.id, asked.id),
        kind=MailKind.CODE,
        key=f"code/{campaign.id}/{asked.id}/{supervisor.id}",
        name="code",
        token=token,
        now=now,
    )
    return replace(mail, expires_at=asked.closes_at)


def _ask(
    press: Press,
    question: Question,
    kind: MailKind,
    *,
    own_id: str,
    now: datetime,
    not_before: datetime | None = None,
    occasion: str = "",
) -> OutboundMail:
    asked, head, copied = question.asked, press.letterhead, question.copied
    made = _form(press, question, kind)
    values = _values(press, question)
    recipient = headers.addr_spec(asked.address)
    answer = head.reply_to(asked.employee_id, asked.token)
    fields = {
        "To": f"To: {headers.mailbox(asked.name, recipient)}\r\n".encode("ascii"),
        "Reply-To": f"Reply-To: {letter.reply_to((answer, copied.address)) if copied else answer}\r\n".encode("ascii"),
        "Date": _date_line(press, now),
        "Message-ID": headers.field("Message-ID", own_id) + _thread(asked, own_id),
    }
    if has_gap(made.subject):
        fields["Subject"] = subject_line(fill_text(made.subject, values))
    return OutboundMail(
        key=f"{prompt_key(asked, kind)}{occasion}",
        kind=kind,
        recipient=recipient,
        sender=answer if head.bounce_base is None else head.bounces_to(asked.employee_id, asked.token),
        message_id=own_id,
        content=made.fill(fields, values),
        not_before=not_before or now,
        expires_at=asked.window.grace_until,
        campaign_id=asked.campaign_id,
        round_id=asked.round_id,
        employee_id=asked.employee_id,
        unit=asked.unit,
    )


def _thread(asked: Prompt, own_id: str) -> bytes:
    """A later mail about a Prompt stands below it in the mail client."""
    above = headers.message_ids((asked.message_id,))
    if not above or above[0] == own_id:
        return b""
    return headers.field("In-Reply-To", above[0]) + headers.field("References", above[0])


def _date_line(press: Press, now: datetime) -> bytes:
    key = ("Date", now)
    line = press.moments.get(key)
    if line is None:
        line = press.moments[key] = headers.date(now)
    return headers.field("Date", line)


def _values(press: Press, question: Question) -> dict[str, str]:
    """What fills the gaps of this question's form."""
    asked, tag = question.asked, question.locale
    own = question.employee.time_zone
    closes = asked.window.closes_at
    boss = question.supervisor
    return {
        "name": headers.clean(asked.name, headers.MOST_NAME),
        "supervisor": headers.clean(boss.name, headers.MOST_NAME) if boss is not None else "",
        "deadline": press.moment(tag, closes, question.zone),
        "deadline_own": press.moment(tag, closes, own) if own is not None and own != question.zone else "",
        "round_id": asked.round_id,
    }


def _form(press: Press, question: Question, kind: MailKind) -> Form:
    """The form of this kind for everybody of the same language and policy."""
    campaign, policy, tag = question.campaign, question.policy, question.locale
    own = question.employee.time_zone
    has_own = own is not None and own != question.zone
    has_supervisor = question.supervisor is not None
    copies = question.copied is not None
    key: Hashable = (
        *(kind, tag, campaign.subject, campaign.wording, policy.wording, policy.consequence, policy.readers),
        *(policy.retention, policy.mode, question.code, question.said, has_own, has_supervisor, copies),
    )
    known = press.forms.get(key)
    if known is not None:
        return known
    variables = {
        "campaign": press.subject(tag, campaign),
        "round_id": gap("round_id"),
        "wording": wording(press, question),
        "phrase": PHRASE,
        "deadline": gap("deadline"),
        "deadline_own": gap("deadline_own") if has_own else None,
        "name": gap("name"),
        "supervisor": gap("supervisor") if has_supervisor else None,
        "copies_supervisor": copies,
        "consequence": policy.consequence,
        "voluntary": policy.mode is Mode.VOLUNTARY,
        "readers": policy.readers,
        "retention_days": policy.retention.days,
        "code": question.code,
    }
    if kind is MailKind.CORRECTION:
        variables |= {"mode": policy.mode.value, "said": question.said}
    return press.form(key, tag, f"{kind}.txt", variables)


def wording(press: Press, question: Question) -> str:
    """The question itself: the Unit's wording, the Campaign's, or the default one; the deadline is left as a gap."""
    own = question.policy.wording or question.campaign.wording
    if own:
        return letter.tidy(own).strip("\n").replace("{deadline}", gap("deadline"))
    variables = {"deadline": gap("deadline"), "copies_supervisor": question.copied is not None}
    return press.templates.render(question.locale, "wording.txt", variables).strip("\n")
