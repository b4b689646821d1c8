"""The mails that answer a person's mail: receipt, notice, confirmation, comment, and "is this genuine?". Pure.

All have the null envelope sender, so that nothing can come back and be answered again (RFC 3834 section 3.3), and a
key that holds the day: at most one a person, kind and day. None ever quotes what was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.campaign import Campaign
from domain.employee import Employee
from domain.outbox import MailKind, OutboundMail
from domain.policy import DEFAULT, Mode, Policy
from domain.round import Prompt
from domain.standing import Standing
from domain.token import message_id
from domain.verdict import Effect, Finding
from outbound import headers, letter
from outbound.compose import PHRASE
from outbound.press import Press
from outbound.templates import Locale

MOST_BULLET = 500
MOST_HINT = 600
MOST_PLACE = 60
MOST_SAID = 4000
KEPT_FOR = timedelta(days=5)  # RFC 5321 section 4.5.4.1; an answer that is older helps nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A reply that is answered: to which Prompt, when it reached our server, and how it is threaded.

    `message_id` and `references` are the reply's own. `supervisor` is who gets the answer, None where nobody does.
    """

    campaign: Campaign
    asked: Prompt
    employee: Employee
    arrived_at: datetime
    policy: Policy = DEFAULT
    supervisor: Employee | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()

    @property
    def locale(self) -> str:
        """The Employee's language, or the Campaign's."""
        return self.employee.locale or self.campaign.locale

    @property
    def zone(self) -> str:
        """The Employee's own zone, or the Campaign's: on whose clock arrival is told."""
        return self.employee.time_zone or self.campaign.zone


def receipt(
    press: Press,
    reply: Answered,
    *,
    bullets: Sequence[str],
    standing: Standing,
    now: datetime,
    unsure: bool = False,
    copied: bool = False,
) -> OutboundMail:
    """What was understood. `standing` is `answered`, `late`, `sensitive` or `declined`; `copied` as the Prompt's Supervisor."""
    policy = reply.policy
    return _answer(
        press,
        reply,
        MailKind.RECEIPT,
        "receipt.txt",
        {
            "standing": standing.value,
            "late": reply.asked.window.is_late(reply.arrived_at),
            "bullets": [headers.clean(bullet, MOST_BULLET) for bullet in bullets],
            "unsure": unsure,
            "supervisor": _name(reply.supervisor),
            "copied": copied,
            "asked_copy": reply.campaign.copies_supervisor,
            "consequence": policy.consequence,
            "voluntary": policy.mode is Mode.VOLUNTARY,
            "readers": policy.readers,
            "retention_days": policy.retention.days,
            "mode": policy.mode.value,
        },
        now=now,
    )


def notice(press: Press, reply: Answered, findings: Sequence[Finding], *, now: datetime) -> OutboundMail:
    """What to fix, everything at once. `reply.asked.standing` is the one before this reply."""
    locale = press.locale(reply.locale)
    shown = [_shown(finding, locale) for finding in findings if finding.effect is Effect.REJECT]
    return _answer(
        press,
        reply,
        MailKind.NOTICE,
        "notice.txt",
        {
            "findings": shown,
            "answered_before": reply.asked.standing.settled,
            "closed": reply.asked.window.is_late(now),
        },
        now=now,
    )


def unneeded(press: Press, reply: Answered, *, now: datetime) -> OutboundMail:
    """Thanks, and that nothing has to be fixed: the Unit does not ask now, or not any more."""
    return _answer(press, reply, MailKind.RECEIPT, "unneeded.txt", {"mode": reply.policy.mode.value}, now=now)


def withheld_notice(press: Press, reply: Answered, *, now: datetime) -> OutboundMail:
    """That a security officer must look. It holds nothing of the reply: no subject, no place, no rule, no bullet."""
    return _answer(press, reply, MailKind.NOTICE, "withheld.txt", {}, now=now, occasion="withheld")


def confirmation(
    press: Press,
    reply: Answered,
    *,
    token: str,
    understood: Sequence[str],
    unclear: Sequence[str],
    occasion: str,
    now: datetime,
) -> OutboundMail:
    """What was done of a Supervisor's instructions, and what was not understood. `token` is the conversation's."""
    variables = {
        "understood": [headers.clean(line, MOST_BULLET) for line in understood],
        "unclear": [headers.clean(line, MOST_BULLET) for line in unclear],
    }
    return _answer(
        press, reply, MailKind.CONFIRMATION, "confirmation.txt", variables, now=now, occasion=occasion, token=token
    )


def comment(
    press: Press, told: Answered, *, supervisor: Employee, said: str, occasion: str, now: datetime
) -> OutboundMail:
    """A Supervisor's word about an answer, as it was written. An answer to it goes to the Supervisor, not to us."""
    variables = {"supervisor": _name(supervisor), "said": headers.clean(said, MOST_SAID)}
    mail_to = headers.addr_spec(supervisor.address)
    return _answer(
        press, told, MailKind.COMMENT, "comment.txt", variables, now=now, occasion=occasion, reply_to=mail_to
    )


def genuine(
    press: Press, reply: Answered, *, genuine: bool, linked: bool, code: str, sent: datetime | None, now: datetime
) -> OutboundMail:
    """Whether the mail somebody asks about is ours: yes, no (it is `linked`), or that it cannot be told."""
    tag, head = reply.locale, press.letterhead
    variables = {
        "genuine": genuine,
        "linked": linked,
        "code": code,
        "subject": press.subject(tag, reply.campaign),
        "sent": press.moment(tag, sent, reply.zone) if sent is not None else "",
        "origin": head.address,
    }
    return _answer(press, reply, MailKind.NOTICE, "genuine.txt", variables, now=now, occasion="genuine")


def spoken(press: Press, tag: str, kind: str, **fields: str | int | date) -> str:
    """One line of a confirmation in the language of `tag`; names and lines are cleaned, days written out."""
    locale = press.locale(tag)
    shown = {name: locale.day(of) if isinstance(of, date) else headers.clean(str(of)) for name, of in fields.items()}
    return locale.said[kind].format_map(shown)


def finding_line(press: Press, tag: str, finding: Finding) -> str:
    """One complaint as a line of a confirmation."""
    shown = _shown(finding, press.locale(tag))
    return f"{shown['where_shown']}{shown['hint']}"


def _shown(finding: Finding, locale: Locale) -> dict[str, str]:
    """One complaint in the Employee's language: the place, and how to fix it."""
    place = locale.place(headers.clean(finding.where, MOST_PLACE))
    hint = locale.hints.get(finding.rule, finding.hint)
    named = place not in {"", "reply"}
    return {
        "where_shown": f"{place[0].upper()}{place[1:]}{locale.words['colon']} " if named else "",
        "hint": headers.clean(hint, MOST_HINT),
    }


def _name(supervisor: Employee | None) -> str | None:
    return headers.clean(supervisor.name, headers.MOST_NAME) if supervisor is not None else None


def _answer(
    press: Press,
    reply: Answered,
    kind: MailKind,
    template: str,
    variables: Mapping[str, object],
    *,
    now: datetime,
    occasion: str = "",
    token: str = "",
    reply_to: str = "",
) -> OutboundMail:
    asked, tag, head = reply.asked, reply.locale, press.letterhead
    given = {
        "campaign": press.subject(tag, reply.campaign),
        "round_id": asked.round_id,
        "received": press.moment(tag, reply.arrived_at, reply.zone),
        "deadline": press.moment(tag, asked.window.closes_at, reply.zone),
        "phrase": PHRASE,
        **variables,
    }
    copy = press.set(tag, template, given)
    token = token or asked.token
    name = occasion or kind.value
    # The arrival makes it unique: the day alone would repeat an id where yesterday's mail is sent after midnight.
    stamp = format(int(reply.arrived_at.timestamp()), "x")
    own_id = message_id(token, head.host, f"{name.partition('/')[0]}{stamp}")
    content = press.write(
        tag,
        copy,
        recipient=(reply.employee.name, reply.employee.address),
        message_id=own_id,
        now=now,
        reply_to=(reply_to or head.reply_to(asked.employee_id, token),),
        auto=letter.Auto.REPLIED,
        answers=reply.message_id,
        thread=reply.references[-20:],
    )
    return OutboundMail(
        key=f"{kind}/{asked.campaign_id}/{asked.round_id}/{asked.employee_id}/{name}/{now.date().isoformat()}",
        kind=kind,
        recipient=headers.addr_spec(reply.employee.address),
        sender="",
        message_id=own_id,
        content=content,
        not_before=now,
        expires_at=now + KEPT_FOR,
        campaign_id=asked.campaign_id,
        round_id=asked.round_id,
        employee_id=asked.employee_id,
        unit=asked.unit,
    )
