"""The demo's people: everything that reaches the reply mailbox in the demo's week, in order of time.

The people are those of `roster.csv`. Silas Driftwood does not answer and Jonas Skerry is away.
"""

from datetime import timedelta
from types import MappingProxyType

from app.demo.reactions import Answer, Expected, Reaction
from domain.employee import EmployeeId
from domain.ledger import Folder
from domain.origin import Origin
from domain.standing import Standing
from domain.verdict import Decision

DEAD = frozenset({"bruno.reef@agency.example"})
"""Addresses of the Roster that do not exist: mail to them bounces."""


def _after(days: int, hours: int, minutes: int = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


def _good(standing: Standing = Standing.ANSWERED, bullets: tuple[str, ...] | None = None) -> Expected:
    return Expected(
        folder=Folder.PROCESSED,
        decision=Decision.ACCEPTED,
        standing=standing,
        answer=Answer.RECEIPT,
        bullets=bullets,
    )


_REFUSED = Expected(
    folder=Folder.REJECTED, decision=Decision.REJECTED, standing=Standing.NEEDS_FIX, answer=Answer.NOTICE, bullets=()
)


def _wrote(
    who: str,
    label: str,
    after: timedelta,
    client: str,
    *bullets: str,
    greeting: str = "",
    closing: str = "",
    title: str | None = None,
    cc: tuple[str, ...] = (),
    standing: Standing = Standing.ANSWERED,
) -> Reaction:
    """A good answer: what is kept is exactly what was typed."""
    return Reaction(
        who=EmployeeId(who),
        label=label,
        after=after,
        client=client,
        bullets=bullets,
        greeting=greeting,
        closing=closing,
        title=title,
        cc=cc,
        expected=_good(standing, bullets),
    )


GOOD = (
    _wrote(
        "E005",
        "iPhone, in a hurry",
        _after(0, 1),
        "iphone",
        "Field trip to Gull Point",
    ),
    _wrote(
        "E002",
        "Outlook on the web, a real list",
        _after(0, 2),
        "outlook_web",
        "Approved 14 chart corrections for the northern approaches",
        "Agreed the print run for 2027 with the press",
        "Interviewed two candidates for the compiler post",
        "Answered the harbour board's questions on the new fairway",
        "Cleared the backlog of notices: 31 down to 4",
        closing="Best regards, Ravi",
    ),
    _wrote(
        "E006",
        "Outlook on a phone, with its link below",
        _after(0, 3),
        "outlook_mobile",
        "Finished the second proof of chart 117",
        "Checked 220 soundings against the June survey",
        "Trained a new colleague on the plotter",
    ),
    _wrote(
        "E011",
        "Proton Mail",
        _after(0, 4),
        "proton",
        "Calibrated tide gauges 4 and 9",
        "Replaced the float at Mussel Quay",
        "Sent the October series to the archive",
        "Wrote up the surge of 12 November",
    ),
    _wrote(
        "E001",
        "Outlook desktop: logo and links in the signature",
        _after(0, 6),
        "outlook_desktop",
        "Presented the survey plan to the board",
        "Signed the agreement with the port of Heron Bay",
        "Closed the budget review with finance",
        "Visited the instruments workshop",
        closing="Kind regards,",
        title="Director",
    ),
    _wrote(
        "E004",
        "Gmail, a numbered list",
        _after(0, 7),
        "gmail_numbered",
        "Bench-tested the new echo sounder",
        "Ordered spare transducers for both launches",
        "Reviewed the safety file with the yard",
        "Planned the December calibration cruise",
    ),
    _wrote(
        "E008",
        "Word's bullets, supervisor in copy",
        _after(1, 1),
        "outlook_word",
        "Digitised 38 field sheets",
        "Corrected the coastline between Heron Bay and Gull Point",
        "On Tuesday I met with the audit team and they wrote: approved",
        "Drafted the chapter on depth contours",
        greeting="Hello,",
        cc=("ravi.fathom@agency.example",),
        title="Cartographer",
    ),
    _wrote(
        "E009",
        "Outlook in German",
        _after(1, 2),
        "outlook_german",
        "Peilplan für die Größe „Nordhafen“ geprüft",
        "Drei Kartenblätter an die Druckerei übergeben",
        "Schulung zur neuen Software besucht",
        closing="Mit freundlichen Grüßen",
    ),
    _wrote(
        "E005",
        "Thunderbird, below the quote: the last good answer counts",
        _after(1, 3),
        "thunderbird",
        "Measured 46 control points at Gull Point and on the two islands before it, in rather worse weather than forecast",
        "Wrote the field report",
        "Returned the survey launch to the yard for its yearly overhaul and signed it over to the harbour master",
        closing="Thanks,",
        title="Field surveyor",
    ),
    _wrote(
        "E003",
        "Apple Mail",
        _after(1, 4),
        "apple_mail",
        "Published the tide tables for spring",
        "Hired a summer student",
        "Met the storm-warning centre about data exchange",
        closing="Ines",
    ),
    _wrote(
        "E007",
        "Gmail's app",
        _after(1, 5),
        "gmail_app",
        "Rebuilt the tile server's cache",
        "Fixed the projection error in the web viewer",
        "Wrote tests for both",
    ),
    _wrote(
        "E013",
        "Lotus Notes",
        _after(2, 1),
        "notes",
        "Typed in the harbour master's handwritten levels for 1961",
        "Compared them with the printed yearbook: 9 differences",
        "Asked the archive for the missing volume",
    ),
    _wrote(
        "E015",
        "Answers between the quoted lines",
        _after(2, 2),
        "inline",
        "Modelled the flood of 1872 for the museum",
        "Checked the new barrier's closing times against the forecast of the last three winters",
        "Gave a talk at the school in Mussel Quay",
    ),
    _wrote(
        "E014",
        "mutt, numbered, after the deadline",
        _after(3, 0),
        "mutt",
        "Serviced the buoy off Lava Point",
        "Dived for the lost pressure sensor and found it with the help of the harbour divers and their patience",
        "Sent both data sets",
        standing=Standing.LATE,
    ),
)

_MENDED = (
    "Finished the sextant display",
    "Wrote all details into the shared folder",
    "Lent two theodolites to the harbour office",
)

REFUSED = (
    Reaction(
        who=EmployeeId("E017"),
        label="a link in a bullet",
        after=_after(0, 5),
        client="gmail",
        bullets=(
            "Finished the sextant display",
            "All details are at https://wiki.agency.example/sextant",
        ),
        expected=_REFUSED,
    ),
    Reaction(
        who=EmployeeId("E017"),
        label="second try, in answer to the notice",
        after=_after(1, 6),
        client="gmail",
        bullets=_MENDED,
        expected=_good(bullets=_MENDED),
    ),
    Reaction(
        who=EmployeeId("E018"),
        label="a PDF attached",
        after=_after(1, 7),
        client="outlook_desktop",
        bullets=("Wrote the weekly notes, see attached",),
        title="Technician",
        attach="weekly-notes.pdf",
        expected=_REFUSED,
    ),
)

SPECIAL = (
    Reaction(
        who=EmployeeId("E012"),
        label="Yahoo, one long paragraph",
        after=_after(2, 3),
        client="yahoo",
        text="Most of the week went into the forecast for the spring tides. I also repaired the display in the lobby, "
        "and on Friday I showed a visiting class around the gauge house.",
        expected=_good(),
    ),
    Reaction(
        who=EmployeeId("E019"),
        label="a marking",
        after=_after(2, 4),
        client="outlook_web",
        bullets=("SECRET//NOFORN", "Aligned the array at the northern site"),
        expected=Expected(
            folder=Folder.WITHHELD,
            decision=Decision.WITHHELD,
            standing=Standing.WITHHELD,
            answer=Answer.WITHHELD,
            bullets=(),
        ),
    ),
    Reaction(
        who=EmployeeId("E020"),
        label="the phrase",
        after=_after(2, 5),
        client="outlook_plain",
        text="All of my activities are sensitive.",
        expected=_good(Standing.SENSITIVE, ()),
    ),
    Reaction(
        who=EmployeeId("E021"),
        label="out of office until 8 December",
        after=_after(0, 0, 5),
        client="out of office",
        text="Monday, December 8, 2025",
        expected=Expected(folder=Folder.PROCESSED, origin=Origin.AUTO_REPLY, standing=Standing.AWAY, bullets=()),
    ),
    Reaction(
        who=EmployeeId("E022"),
        label="the address does not exist",
        after=_after(0, 0, 1),
        client="bounce",
        expected=Expected(folder=Folder.PROCESSED, origin=Origin.BOUNCE, standing=Standing.UNDELIVERABLE, bullets=()),
    ),
)

OUTSIDERS = (
    Reaction(
        label="A bargain for every office",
        after=_after(1, 8),
        client="stranger",
        bullets=("Cheap toner", "Cheaper toner"),
        expected=Expected(folder=Folder.STRANGERS, origin=None),
    ),
    Reaction(
        about=EmployeeId("E010"),
        label="Re: What did you do last week?",
        after=_after(2, 6),
        client="forged",
        bullets=("Did nothing at all last week",),
        expected=Expected(folder=Folder.HELD, origin=None, standing=Standing.AWAITING),
    ),
    Reaction(
        label="a posting to a mailing list",
        after=_after(2, 7),
        client="mailing list",
        expected=Expected(folder=Folder.STRANGERS, origin=None),
    ),
)

REACTIONS = tuple(sorted((*GOOD, *REFUSED, *SPECIAL, *OUTSIDERS), key=lambda reaction: reaction.after))

SILENT = MappingProxyType({EmployeeId("E010"): Standing.AWAITING, EmployeeId("E016"): Standing.AWAY})
"""Where the Prompts of those stand at the end of whom nothing was heard."""
