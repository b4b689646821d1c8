"""The press room: several processes set what one sets, byte for byte, and a process that dies costs nothing."""

import multiprocessing
import os
import signal
from collections.abc import Iterator

import pytest

from app.pressroom import OBSERVER, Page, PressRoom, Setter, Sheet, _start
from domain.digest import Digest, DigestRow
from domain.employee import EmailAddress, Employee, EmployeeId
from domain.outbox import OutboundMail
from domain.standing import Standing
from domain.unit import UnitPath
from outbound.digest import WrongSupervisorError
from tests.fakes.clock import START
from tests.fakes.mail import CAMPAIGN, RING, press, week

UNIT = UnitPath("Agency/A")
PAGES = 12


def boss(number: int) -> Employee:
    return Employee(
        id=EmployeeId(f"B{number:03}"),
        name=f"Boss {number}",
        address=EmailAddress(f"b{number}@agency.example"),
        unit=UNIT,
        supervisor_id=None,
        locale=("en", "de", "fr", "es")[number % 4],
    )


def sheet(number: int, supervisor_id: str = "") -> Sheet:
    rows = tuple(
        DigestRow(
            employee_id=EmployeeId(f"E{number:03}{each}"),
            name=f"Näme {each}",
            unit=UNIT,
            supervisor_id=EmployeeId(supervisor_id) if supervisor_id else boss(number).id,
            standing=list(Standing)[each],
            bullets=(f"Did number {number} – and {each}",),
        )
        for each in range(5)
    )
    found = Digest(round=week(), supervisor=boss(number), rows=rows)
    return Sheet(digest=found, observers={UNIT: ("eye@agency.example",)} if number % 3 == 0 else {})


def pages(count: int = PAGES) -> Iterator[Page]:
    for number in range(count):
        yield Page(campaign=CAMPAIGN, sheets=(sheet(2 * number), sheet(2 * number + 1)), now=START)


def setter() -> Setter:
    return Setter(press=press(), ring=RING, secret=b"0123456789abcdef")


def alone(given: Iterator[Page]) -> list[tuple[OutboundMail, ...]]:
    own = setter()
    return [own.page(page) for page in given]


def test_two_processes_set_what_one_sets() -> None:
    with PressRoom(setter=setter(), hands=2, crowd=3) as room:
        set_by_two = [mails for _, mails in room.set(pages())]
        assert room._pool is not None
    assert set_by_two == alone(pages())
    assert any(OBSERVER in mail.key for mails in set_by_two for mail in mails)


def test_a_small_round_calls_no_other_process() -> None:
    with PressRoom(setter=setter(), hands=2) as room:
        assert [mails for _, mails in room.set(pages())] == alone(pages())
        assert room._pool is None


def test_processes_that_die_cost_nothing() -> None:
    before = set(multiprocessing.active_children())
    with PressRoom(setter=setter(), hands=2, crowd=0) as room:
        made = []
        for number, (_, mails) in enumerate(room.set(pages())):
            made.append(mails)
            if number == 1:
                for child in set(multiprocessing.active_children()) - before:
                    assert child.pid is not None
                    os.kill(child.pid, signal.SIGKILL)
    assert made == alone(pages())


def test_one_that_dies_in_the_middle_of_an_answer_is_not_waited_for() -> None:
    process, link = _start(setter())
    with link:
        # More than the pipe holds, so that it is still answering when the first of it is here.
        link.send(Page(campaign=CAMPAIGN, sheets=tuple(map(sheet, range(100))), now=START))
        assert link.poll(60)
        process.kill()
        process.join()
        with pytest.raises((OSError, EOFError)):
            link.recv()


def test_a_page_that_cannot_be_set_fails_as_it_does_alone() -> None:
    wrong = Page(campaign=CAMPAIGN, sheets=(sheet(1, "B999"),), now=START)
    with PressRoom(setter=setter(), hands=2, crowd=0) as room, pytest.raises(WrongSupervisorError) as caught:
        list(room.set(iter((wrong,))))
    assert caught.value.__cause__ is None


def test_whoever_walks_away_leaves_no_process_behind() -> None:
    before = set(multiprocessing.active_children())
    with PressRoom(setter=setter(), hands=2, crowd=0) as room:
        for _ in room.set(pages()):
            break
    assert set(multiprocessing.active_children()) <= before
