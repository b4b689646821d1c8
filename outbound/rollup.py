"""The roll-up as a mail: how those stand who report to a Supervisor through others, by Unit and without names. Pure.

The law: every number that is shown, and every difference of numbers that are shown, is of nobody or of at least as many
people as the Policy says. Those who report directly are left out: they are in the Digest by name, and what is known by
name could be taken off a number.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain.campaign import Campaign
from domain.digest import UNANSWERED, RollUp, UnitBullet, UnitCount
from domain.employee import EmployeeId
from domain.outbox import MailKind, OutboundMail
from domain.policy import Mode
from domain.round import CampaignId, RoundId
from domain.standing import SETTLED, Standing
from domain.unit import ROOT, UnitPath, ancestry
from outbound import headers, letter
from outbound.digest import MOST_BULLET, MOST_TEXT, isolated, thread_root
from outbound.press import Press

MOST_ROWS: Final = 500
"""Groups in one roll-up; the smallest ones furthest down are counted with those above them first."""

DEEPEST_INDENT: Final = 5

_ABSENT: Final = frozenset({Standing.AWAY, Standing.EXEMPT})
_REPLIED: Final = SETTLED | {Standing.WITHHELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many people there are; how many of them an answer is expected from, came from, and came from late."""

    people: int = 0
    expected: int = 0
    replied: int = 0
    late: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            people=self.people + other.people,
            expected=self.expected + other.expected,
            replied=self.replied + other.replied,
            late=self.late + other.late,
        )

    def singles_out(self, least: int) -> bool:
        """Whether these are somebody, but too few; those who are expected are a group of their own."""
        return 0 < self.people < least or 0 < self.expected < least


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A Unit that is shown with everybody in and below it. `depth` counts the shown Units above it."""

    unit: UnitPath
    depth: int
    tally: Tally


@dataclass(slots=True, kw_only=True)
class _Node:
    """`rest` are those in no shown Unit below; `total` is everybody."""

    unit: UnitPath
    rest: Tally = field(default_factory=Tally)
    total: Tally = field(default_factory=Tally)
    shown: list["_Node"] = field(default_factory=list)


def groups(
    counts: Iterable[UnitCount], modes: Mapping[UnitPath, Mode], least: int, most: int = MOST_ROWS
) -> tuple[Group, ...]:
    """The Units that may be shown, each before those below it; empty where all together are too few.

    What is shown of a Unit less what is shown below it, its `rest`, is nobody or enough; so is any other difference,
    for it is a sum of such rests.
    """
    nodes = _tree(counts, modes)
    ordered = sorted(nodes, key=lambda unit: (-_depth(unit), unit))
    for unit in ordered:
        node = nodes[unit]
        _take_in(node, least)
        if unit == ROOT:
            continue
        above = nodes[next(each for each in ancestry(unit) if each != unit)]
        above.total = above.total.plus(node.total)
        if node.rest.singles_out(least):
            above.rest = above.rest.plus(node.rest)
        elif node.rest.people or len(node.shown) > 1:
            above.shown.append(node)
        else:
            above.shown += node.shown
    top = nodes[ROOT]
    if not top.total.people or top.rest.singles_out(least):
        return ()
    # Nobody right at the top and all of them under one Unit: that one is the top.
    begin = top.shown[0] if not top.rest.people and len(top.shown) == 1 else top
    return tuple(_listed(begin, most))


def _tree(counts: Iterable[UnitCount], modes: Mapping[UnitPath, Mode]) -> dict[UnitPath, _Node]:
    nodes: dict[UnitPath, _Node] = {ROOT: _Node(unit=ROOT)}
    for count in counts:
        for unit in ancestry(count.unit):
            if unit in nodes:
                break
            nodes[unit] = _Node(unit=unit)
        node = nodes[count.unit]
        node.rest = node.rest.plus(_tally(count, modes.get(count.unit, Mode.REQUIRED)))
    for node in nodes.values():
        node.total = node.rest
    return nodes


def _tally(count: UnitCount, mode: Mode) -> Tally:
    """Where the Unit does not ask at present, no answer is expected but what came counts."""
    absent = count.standing in _ABSENT or (not mode.asks and count.standing in UNANSWERED)
    return Tally(
        people=count.count,
        expected=0 if absent else count.count,
        replied=count.count if count.standing in _REPLIED and not absent else 0,
        late=count.count if count.standing is Standing.LATE else 0,
    )


def _take_in(node: _Node, least: int) -> None:
    """Hide Units below, the smallest first, until those in no shown Unit are nobody or enough."""
    while node.rest.singles_out(least) and node.shown:
        smallest = min(node.shown, key=lambda each: (each.rest.people, each.unit))
        node.shown.remove(smallest)
        node.shown += smallest.shown
        node.rest = node.rest.plus(smallest.rest)


def _listed(top: _Node, most: int) -> list[Group]:
    """Level by level, the largest first, until there are enough; then in order, each before those below it."""
    chosen: list[Group] = []
    level = [(top, 0)]
    while level and len(chosen) < most:
        largest = sorted(level, key=lambda each: (-each[0].total.people, each[0].unit))[: most - len(chosen)]
        chosen += [Group(unit=node.unit, depth=depth, tally=node.total) for node, depth in largest]
        level = [(below, depth + 1) for node, depth in largest for below in node.shown]
    return sorted(chosen, key=lambda group: group.unit.split("/") if group.unit else [])


def _depth(unit: UnitPath) -> int:
    return unit.count("/") + 1 if unit else 0


def roll_up_mail(
    press: Press, found: RollUp, shown: Sequence[Group], *, campaign: Campaign, token: str, now: datetime
) -> OutboundMail:
    """The roll-up as text and HTML. `shown` are its groups, at least one."""
    boss, head = found.supervisor, press.letterhead
    tag = boss.locale or campaign.locale
    variables = _variables(press, found, shown, campaign, tag)
    copy = press.set(tag, "rollup.txt", variables)
    markup = press.templates.render(
        tag, "rollup.html", {"organisation": head.organisation, "contact": head.contact, **variables}
    )
    return press.to_supervisor(
        tag,
        copy,
        boss=boss,
        about=(campaign.id, found.round.id),
        kind=MailKind.ROLL_UP,
        key=roll_up_key(campaign.id, found.round.id, boss.id, final=found.final),
        name="finalrollup" if found.final else "rollup",
        token=token,
        now=now,
        markup=markup,
        answers=thread_root(press, campaign, boss.id),
    )


def roll_up_key(campaign_id: CampaignId, round_id: RoundId, supervisor_id: EmployeeId, *, final: bool = False) -> str:
    """What makes it unique in the Outbox."""
    return f"{MailKind.ROLL_UP}/{campaign_id}/{round_id}/{supervisor_id}{'/final' if final else ''}"


def substance(found: RollUp, shown: Sequence[Group]) -> bytes:
    """What it tells, whatever the language: the same bytes, the same roll-up."""
    told = [[each.unit, each.tally.people, each.tally.expected, each.tally.replied, each.tally.late] for each in shown]
    said = [[each.unit, each.text] for each in found.bullets]
    return json.dumps([told, said]).encode("ascii")


def _variables(
    press: Press, found: RollUp, shown: Sequence[Group], campaign: Campaign, tag: str
) -> Mapping[str, object]:
    locale = press.locale(tag)
    zone = found.supervisor.time_zone or campaign.zone
    voices, cut = _voices(found.bullets, shown)
    return {
        "campaign": press.subject(tag, campaign),
        "round_id": found.round.id,
        "words": {**locale.words, "language": locale.language, "direction": locale.direction},
        "supervisor": isolated(headers.clean(found.supervisor.name, headers.MOST_NAME)),
        "rows": _entries(shown, locale.words),
        "voices": [
            {"unit": _named(unit, locale.words), "bullets": bullets} for unit, bullets in voices.items() if bullets
        ],
        "least": found.least,
        "final": found.final,
        "closed": press.moment(tag, found.round.closes_at, zone),
        "cut": cut,
    }


def _entries(shown: Sequence[Group], words: Mapping[str, str]) -> list[dict[str, object]]:
    units = {group.unit for group in shown}
    return [_entry(group, units, words) for group in shown]


def _entry(group: Group, units: Collection[UnitPath], words: Mapping[str, str]) -> dict[str, object]:
    """`name` is the Unit's below the nearest that is shown, `unit` the whole path."""
    tally = group.tally
    above = next((each for each in ancestry(group.unit) if each in units and each != group.unit), ROOT)
    name = group.unit[len(above) :].removeprefix("/") if above else group.unit
    return {
        "name": _named(UnitPath(name), words),
        "unit": _named(group.unit, words),
        "indent": min(group.depth, DEEPEST_INDENT),
        "people": tally.people,
        "expected": tally.expected,
        "replied": tally.replied,
        "rate": f"{_percent(tally)}{words['percent']}" if tally.expected else "–",
        "late": tally.late,
        "absent": tally.people - tally.expected,
    }


def _percent(tally: Tally) -> int:
    """Rounded half up, but all is said of all only, and none of none."""
    if tally.replied in {0, tally.expected}:
        return 100 if tally.replied else 0
    return min(max((200 * tally.replied + tally.expected) // (2 * tally.expected), 1), 99)


def _named(unit: UnitPath, words: Mapping[str, str]) -> str:
    return isolated(headers.clean(unit, headers.MOST_SUBJECT)) if unit else words["rollup_all"]


def _voices(bullets: Iterable[UnitBullet], shown: Sequence[Group]) -> tuple[dict[UnitPath, list[str]], bool]:
    """Bullets under the nearest Unit that is shown, as many as the mail has room for."""
    voices: dict[UnitPath, list[str]] = {group.unit: [] for group in shown}
    room = MOST_TEXT
    for bullet in bullets:
        unit = next((each for each in ancestry(bullet.unit) if each in voices), shown[0].unit)
        plain = letter.one_line(bullet.text)[:MOST_BULLET]
        room -= len(plain)
        if room < 0:
            return voices, True
        voices[unit].append(plain)
    return voices, False
