"""How fast mail is written: prompts and digests of ours beside `EmailMessage`, in one run. `send_compose.py [COUNT]`."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from domain.digest import Digest, DigestRow
from domain.employee import EmployeeId
from domain.standing import Standing
from domain.unit import UnitPath
from outbound.compose import asking_texts, prompt
from outbound.digest import digest_mail
from tests.fakes.clock import START
from tests.fakes.mail import BOSS, CAMPAIGN, HEAD, TOKEN, employee, press, question, week

LEAST = 40
"""A form filled in is at least so many times as fast as `EmailMessage`, or this run has failed."""


def rate(count: int, make: Callable[[int], object]) -> float:
    """How many a second."""
    started = time.perf_counter()
    for number in range(count):
        make(number)
    return count / (time.perf_counter() - started)


def main(count: int) -> int:
    ours = press()
    zones = ("Europe/Berlin", "America/Chicago", "Asia/Tokyo", None)
    people = [
        employee(id=EmployeeId(f"E{number}"), name=f"Person Ü. {number}", time_zone=zones[number % 4])
        for number in range(1000)
    ]
    questions = [question(one) for one in people]
    said = asking_texts(ours, questions[0])[0]

    def by_email_message(number: int) -> bytes:
        one = people[number % 1000]
        message = EmailMessage(policy=SMTP)
        message["From"] = f"{HEAD.name} <{HEAD.address}>"
        message["To"] = f'"{one.name}" <{one.address}>'
        message["Reply-To"] = f"reports+{TOKEN}@agency.example"
        message["Subject"] = CAMPAIGN.subject
        message["Date"] = format_datetime(START)
        message["Message-ID"] = f"<prompt.{TOKEN}@agency.example>"
        message.set_content(said)
        message.add_alternative(f"<html><body><p>{said}</p></body></html>", subtype="html")
        return message.as_bytes()

    rows = tuple(
        DigestRow(
            employee_id=EmployeeId(f"E{number}"),
            name=f"Person {number}",
            unit=UnitPath("Defense/Navy"),
            supervisor_id=BOSS.id,
            standing=Standing.ANSWERED if number < 7 else Standing.AWAITING,
            bullets=tuple(f"Bullet {at} of what was done last week, in a line of ordinary length." for at in range(5)),
        )
        for number in range(9)
    )
    digest = Digest(round=week(), supervisor=BOSS, rows=rows)

    prompts = rate(count, lambda number: prompt(ours, questions[number % 1000], now=START))
    plain = rate(max(count // 50, 100), by_email_message)
    digests = rate(
        max(count // 50, 100),
        lambda number: digest_mail(
            ours, replace(digest, final=bool(number % 2)), campaign=CAMPAIGN, token=TOKEN, now=START
        ),
    )
    sys.stdout.write(
        f"prompts {prompts:,.0f}/s; EmailMessage {plain:,.0f}/s; {prompts / plain:.0f} times as fast\n"
        f"2.3 million prompts: {2_300_000 / prompts / 60:.1f} minutes of one core\n"
        f"digests {digests:,.0f}/s; 200,000 of them: {200_000 / digests / 60:.1f} minutes of one core\n"
    )
    return 0 if prompts / plain > LEAST else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000))
