"""The code of a Round, told to Supervisors before it opens: whoever doubts a prompt can ask them for it.

The law: it may be told again by any process at any time; the mails' keys keep it from being sent twice.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

from app.letters import conversation_token
from app.policies import exempted
from app.prompting import Prompter
from domain.campaign import Campaign
from domain.employee import Employee, EmployeeId
from domain.outbox import OutboundMail
from domain.round import Phase, Round
from domain.unit import ROOT
from outbound import compose
from outbound.headers import AddressError

PAGE: Final = 1000


def tell_codes(asker: Prompter, campaign: Campaign, coming: Round, progress: Callable[[int], None]) -> int:
    """Queue one mail for each Supervisor of somebody who will be asked; how many were new."""
    counts = _people_of(asker, coming, progress)
    queued = 0
    ids = sorted(counts)
    for at in range(0, len(ids), PAGE):
        page = ids[at : at + PAGE]
        people = asker.store.people_of(page)
        mails = (_mail(asker, campaign, coming, people[one], counts[one]) for one in page if one in people)
        queued += asker.store.enqueue([mail for mail in mails if mail is not None])
        progress(len(page))
    return queued


def tell_codes_at_opening(asker: Prompter, campaign: Campaign, coming: Round, progress: Callable[[int], None]) -> int:
    """To whoever was not told the day before, as where a Round is opened by hand: prompts say that Supervisors were told.

    How many were new. To be called before the Round is opened.
    """
    kept = asker.store.round(coming.campaign_id, coming.id)
    told = not coming.code or (kept is not None and kept.phase is not Phase.OPENING)
    return 0 if told else tell_codes(asker, campaign, coming, progress)


def _people_of(asker: Prompter, coming: Round, progress: Callable[[int], None]) -> Counter[EmployeeId]:
    """By Supervisor, how many of their people will be asked as things stand."""
    policies, today = asker.book.now(), coming.opens_at.date()
    counts: Counter[EmployeeId] = Counter()
    after: EmployeeId | None = None
    while page := asker.store.employees(ROOT, after=after, limit=PAGE):
        after = page[-1].id
        asked = (one for one in page if exempted(policies.of(one.unit), one, today) is None)
        counts.update(one.supervisor_id for one in asked if one.supervisor_id is not None)
        progress(len(page))
    return counts


def _mail(asker: Prompter, campaign: Campaign, coming: Round, boss: Employee, count: int) -> OutboundMail | None:
    if not boss.active:
        return None
    token = conversation_token(asker.ring, campaign.id, coming.id, boss.id)
    try:
        return compose.code_mail(
            asker.press,
            campaign=campaign,
            asked=coming,
            supervisor=boss,
            token=token,
            count=count,
            now=asker.clock.now(),
        )
    except AddressError:
        return None  # the import refuses such addresses; one that slipped in must not stop the others
