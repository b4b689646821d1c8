"""The officer's and the operator's hands: release, erase, accept, refuse, read again; on a real Dovecot and SQLite."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.again import Override, Rereader, place_of, rereading
from app.cli import app
from app.letters import conversation_token
from app.officers import Officer, erase, locate
from domain.ledger import Folder, LedgerEntry
from domain.outbox import MailKind
from domain.standing import Standing
from domain.verdict import Decision
from tests.integration.test_cli_processes import on_a_terminal
from tests.servers.dovecot import Dovecot
from tests.servers.installation import WEEK, WEEKLY, Installation

MARKED = "SECRET//NOFORN\n\n- Aligned the array\n- Wrote the plan\n"
CANARY = b"Aligned the array"
CLEAN = "- Wrote the plan\n- Mended the pump\n"
SIGNED = ("--officer", "J. Doe", "--reason", "checked by hand")
WHY = ("--reason", "asked by phone", "--who", "clerk")

Bulletin = Callable[..., Result]


@pytest.fixture
def place(dovecot: Dovecot, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "here", dovecot, dovecot.new_user())
    yield made
    made.close()


@pytest.fixture
def bulletin(place: Installation) -> Bulletin:
    return lambda *words, **rest: CliRunner().invoke(app, ["--config", str(place.config), *words], **rest)


def history(place: Installation, entry: LedgerEntry) -> list[Decision | None]:
    return [each.decision for each in place.store.history(entry.arrival.key)]


def newest(place: Installation, entry: LedgerEntry) -> LedgerEntry:
    return place.store.history(entry.arrival.key)[0]


def kinds(place: Installation) -> set[MailKind]:
    return {kind for kind, _, _ in place.store.outbox_counts()} - {MailKind.PROMPT}


def test_a_withheld_reply_is_released_by_an_officer(place: Installation, bulletin: Bulletin) -> None:
    entry = place.receive(place.reply(2, MARKED))
    assert place.standing(2) is Standing.WITHHELD
    said = bulletin("withheld", "release", place_of(entry), *SIGNED)
    assert said.exit_code == 0, said.output
    assert place.standing(2) is Standing.ANSWERED
    assert place.store.bullets(place.key(2)) == ("Aligned the array", "Wrote the plan")
    assert history(place, entry) == [Decision.ACCEPTED, Decision.WITHHELD]
    assert {(each.rule, each.effect) for each in newest(place, entry).findings} == {("markings", "record")}
    assert place.lies_in() == {"Processed": 1}
    assert "$Withheld" not in place.dovecot.flags(place.user, "Processed")[0]
    assert MailKind.RECEIPT in kinds(place)
    event = place.store.events(limit=1)[0]
    assert (event.who, event.what, event.subject) == ("J. Doe", "released", place_of(entry))
    assert event.reason == "checked by hand (was withheld, now accepted)"
    again = bulletin("withheld", "release", place_of(entry), *SIGNED)
    assert again.exit_code == 1
    assert len(history(place, entry)) == 2
    assert place.store.unfiled("reports") == ()


def test_a_release_overrules_the_markings_and_nothing_else(place: Installation, bulletin: Bulletin) -> None:
    entry = place.receive(place.reply(2, MARKED + "- See https://intranet.example/plan\n"))
    assert bulletin("withheld", "release", place_of(entry), *SIGNED).exit_code == 0
    assert place.standing(2) is Standing.NEEDS_FIX
    assert place.lies_in() == {"Rejected": 1}
    assert place.store.bullets(place.key(2)) == ()


def test_a_later_good_reply_is_not_undone_by_a_release(place: Installation, bulletin: Bulletin) -> None:
    entry = place.receive(place.reply(2, MARKED))
    place.receive(place.reply(2, CLEAN, name="second"))
    assert place.store.bullets(place.key(2)) == ("Wrote the plan", "Mended the pump")
    assert bulletin("withheld", "release", place_of(entry), *SIGNED).exit_code == 0
    assert place.standing(2) is Standing.ANSWERED
    assert history(place, entry) == [Decision.ACCEPTED, Decision.WITHHELD]


def test_a_moved_withheld_message_is_found_where_it_was_moved(dovecot: Dovecot, tmp_path: Path) -> None:
    place = Installation(tmp_path / "here", dovecot, dovecot.new_user(), withheld="move")
    entry = place.receive(place.reply(2, MARKED))
    assert place.lies_in() == {"Withheld": 1}
    said = CliRunner().invoke(app, ["--config", str(place.config), "withheld", "release", place_of(entry), *SIGNED])
    assert said.exit_code == 0, said.output
    assert place.lies_in() == {"Processed": 1}
    assert place.standing(2) is Standing.ANSWERED
    place.close()


def test_the_alert_names_who_else_has_it_and_no_token(place: Installation, bulletin: Bulletin) -> None:
    marked = place.reply(2, MARKED, Cc="Person 1 <e1@agency.example>, Reports@agency.example, x@other.example")
    entry = place.receive(marked)
    assert entry.copies == ("e1@agency.example", "x@other.example")
    assert place.prompt(2).token not in bulletin("withheld", "show", place_of(entry)).output
    claimed = place.store.claim("test", now=datetime.now(UTC), limit=50, lease=timedelta(hours=1))
    (alert,) = (one.mail for one in claimed if one.mail.kind is MailKind.ALERT)
    assert place.prompt(2).token.encode() not in alert.content
    assert f"- Place: {place_of(entry)}".encode() in alert.content


def test_nothing_is_erased_where_its_receipt_cannot_be_written(
    place: Installation, bulletin: Bulletin, tmp_path: Path
) -> None:
    entry = place.receive(place.reply(2, MARKED))
    (tmp_path / "old.txt").write_text("an older receipt")
    for name in ("old.txt", "absent/receipt.txt"):
        said = bulletin("withheld", "erase", place_of(entry), *SIGNED, "--yes", "--receipt", str(tmp_path / name))
        assert said.exit_code == 1
    assert (tmp_path / "old.txt").read_text() == "an older receipt"
    assert place.lies_in() == {"INBOX": 1}
    assert history(place, entry) == [Decision.WITHHELD]


def test_an_erasure_leaves_nothing_and_says_where(place: Installation, bulletin: Bulletin, tmp_path: Path) -> None:
    marked = place.reply(2, MARKED, Cc="Person 1 <e1@agency.example>, x@other.example")
    entry = place.receive(marked, place.reply(3, CLEAN))
    place.deliver(marked, folder="Processed")  # a copy that somebody put there
    entry = next(each for each in place.store.entries(decision="withheld"))
    refused = bulletin("withheld", "erase", place_of(entry), *SIGNED)
    assert refused.exit_code == 1
    assert "--yes" in refused.output
    assert place.standing(2) is Standing.WITHHELD
    file = tmp_path / "receipt.txt"
    said = bulletin("withheld", "erase", place_of(entry), *SIGNED, "--yes", "--receipt", str(file))
    assert said.exit_code == 0, said.output
    receipt = file.read_text()
    assert receipt.strip() in said.output
    assert file.stat().st_mode & 0o077 == 0
    for words in (
        "by J. Doe: checked by hand",
        "folder INBOX: UID 1: removed for good",
        "folder Processed: UID",
        "second look: nothing is left",
        "1 rows reduced",
        "write-ahead log was emptied",
        "others it was addressed to: e1@agency.example, x@other.example",
        "NOT reached, the mail server: its journals, logs and backups",
    ):
        assert words in receipt, words
    assert place.lies_in() == {"Processed": 1}
    assert place.standing(2) is Standing.AWAITING
    assert place.standing(3) is Standing.ANSWERED
    left = newest(place, entry)
    assert (left.sender, left.copies, left.decision, left.findings) == (None, (), None, ())
    assert place.store.entries(decision="withheld") == ()
    whats = [event.what for event in place.store.events(limit=3)]
    assert whats == ["erasure receipt", "erased", "erasure begun"]
    again = bulletin("withheld", "erase", place_of(entry), *SIGNED, "--yes")
    assert again.exit_code == 0
    assert "was not there any more" in again.output


def test_an_accepted_reply_can_be_erased_with_its_text(place: Installation, bulletin: Bulletin) -> None:
    entry = place.receive(place.reply(2, "- Aligned the array\n- Wrote the plan\n"))
    assert place.store.bullets(place.key(2)) != ()
    assert any(CANARY in path.read_bytes() for path in place.folder.glob("bulletin.db*"))
    said = bulletin("withheld", "erase", place_of(entry), *SIGNED, "--yes")
    assert said.exit_code == 0, said.output
    assert "1 replies and 2 bullets deleted" in said.output
    assert "1 mails about it that had not gone out" in said.output
    assert place.store.bullets(place.key(2)) == ()
    assert place.standing(2) is Standing.AWAITING
    assert place.lies_in() == {}
    assert not any(CANARY in path.read_bytes() for path in place.folder.glob("bulletin.db*"))


def test_what_a_supervisor_ordered_outlives_the_email_and_the_receipt_says_so(
    place: Installation, bulletin: Bulletin
) -> None:
    token = conversation_token(place.house.settings.instance.ring(), WEEKLY, WEEK, place.person(1).id)
    order = place.reply(2, "Person 2 is away until 4 December 2099\n", sender=1).replace(
        place.prompt(2).token.encode(), token.encode()
    )
    entry = place.receive(order)
    assert entry.reason == "said by E1"
    before = place.store.events(limit=5)
    said = bulletin("withheld", "erase", place_of(entry), *SIGNED, "--yes")
    assert said.exit_code == 0, said.output
    assert "STILL HOLDS" in said.output
    assert "the ledger's events by E1 name them" in " ".join(said.output.split())
    assert {one.what for one in before} <= {one.what for one in place.store.events(limit=20)}
    assert b"away until 4 December" not in b"".join(path.read_bytes() for path in place.folder.glob("bulletin.db*"))


def test_an_erasure_that_was_cut_short_is_finished_by_the_next(place: Installation) -> None:
    entry = place.receive(place.reply(2, MARKED))
    officer = Officer(name="J. Doe", reason="spill")
    with rereading(place.house, "reports") as reader:
        lying = locate(reader, entry)
        reader.mailbox.select(Folder.INBOX)
        reader.mailbox.erase(lying.places[0].uids)  # here it died
    with rereading(place.house, "reports") as reader:
        receipt = erase(reader, entry, locate(reader, entry), officer)
    assert receipt.complete
    assert place.standing(2) is Standing.AWAITING
    assert place.poll()
    assert len(place.store.history(entry.arrival.key)) == 1


def test_a_held_message_is_accepted_as_the_answer_of_the_prompts_owner(place: Installation, bulletin: Bulletin) -> None:
    entry = place.receive(place.reply(2, CLEAN, sender="Assistant <assistant@other.example>"))
    assert (entry.identity, place.lies_in()) == ("held", {"Held": 1})
    assert place_of(entry) in bulletin("held", "list").output
    said = bulletin("held", "accept", place_of(entry), *WHY)
    assert said.exit_code == 0, said.output
    assert place.standing(2) is Standing.ANSWERED
    assert place.store.bullets(place.key(2)) == ("Wrote the plan", "Mended the pump")
    assert place.lies_in() == {"Processed": 1}
    found = newest(place, entry)
    assert (found.identity, found.decision) == ("by_hand", Decision.ACCEPTED)
    event = place.store.events(limit=1)[0]
    assert (event.who, event.what) == ("clerk", "accepted")
    assert bulletin("held", "accept", place_of(entry), *WHY).exit_code == 1
    assert bulletin("held", "list").output.count("\n") == 1
    shown = bulletin("held", "show", place_of(entry)).output
    assert "before:" in shown
    assert "held" in shown


def test_a_held_message_that_is_marked_is_withheld_when_it_is_accepted(place: Installation, bulletin: Bulletin) -> None:
    entry = place.receive(place.reply(2, MARKED, sender="Assistant <assistant@other.example>"))
    assert bulletin("held", "accept", place_of(entry), *WHY).exit_code == 0
    assert place.standing(2) is Standing.WITHHELD
    assert place.lies_in() == {"Held": 1}
    assert "$Withheld" in place.dovecot.flags(place.user, "Held")[0]
    assert MailKind.ALERT in kinds(place)
    assert not any(CANARY in path.read_bytes() for path in place.folder.glob("bulletin.db*"))


def test_a_held_message_is_refused(place: Installation, bulletin: Bulletin) -> None:
    entry = place.receive(place.reply(2, CLEAN, sender="Somebody <somebody@other.example>"))
    said = bulletin("held", "refuse", place_of(entry), *WHY)
    assert said.exit_code == 0, said.output
    assert place.lies_in() == {"Strangers": 1}
    assert place.standing(2) is Standing.AWAITING
    assert kinds(place) == set()
    assert newest(place, entry).evidence[-1] == "refused by hand"
    assert bulletin("held", "refuse", place_of(entry), *WHY).exit_code == 1
    reread = bulletin("reread", "--folder", "strangers", "--yes")
    assert "0 read again, 0 changed" in reread.output


def test_a_stranger_is_accepted_for_a_named_employee(place: Installation, bulletin: Bulletin) -> None:
    mail = place.reply(2, CLEAN, sender="Home <home@other.example>").replace(place.prompt(2).token.encode(), b"x")
    entry = place.receive(mail)
    assert place.lies_in() == {"Strangers": 1}
    unclear = bulletin("held", "accept", place_of(entry), *WHY)
    assert unclear.exit_code == 1
    assert "--employee" in unclear.output
    assert bulletin("held", "accept", place_of(entry), *WHY, "--employee", "E99").exit_code == 1
    assert bulletin("held", "accept", place_of(entry), *WHY, "--employee", "E2").exit_code == 0
    assert place.standing(2) is Standing.ANSWERED
    reread = bulletin("reread", place_of(entry), "--yes")
    assert "1 read again, 0 changed" in reread.output, reread.output


def test_an_automatic_reply_that_was_a_person_is_accepted_and_the_absence_taken_back(
    place: Installation, bulletin: Bulletin
) -> None:
    back_on = (place.asked + timedelta(days=20)).date()
    away = f"I am out of the office until {back_on:%Y-%m-%d}.\n\n" + CLEAN
    entry = place.receive(place.reply(2, away, Auto_Submitted="auto-replied", X_Autoreply="yes"))
    assert place.standing(2) is Standing.AWAY, entry
    assert bulletin("held", "accept", place_of(entry), *WHY).exit_code == 0
    assert place.standing(2) is Standing.ANSWERED
    found = place.store.employee(place.person(2).id)
    assert found is not None
    assert found.away_until is None


def test_what_was_decided_wrongly_is_read_again_by_the_rules_of_now(place: Installation, bulletin: Bulletin) -> None:
    entry = place.receive(place.reply(2, CLEAN + "- See https://intranet.example/plan\n"), place.reply(3, CLEAN))
    assert place.standing(2) is Standing.NEEDS_FIX
    assert "0 would change" in bulletin("reread", "--since", "2020-01-01").output
    text = place.config.read_text().replace("[security]", '[policy]\nswitches = { links = "record" }\n[security]')
    place.config.write_text(text)
    tried = bulletin("reread", "--folder", "rejected")
    assert tried.exit_code == 0, tried.output
    assert "rejected -> accepted\tE2" in tried.output
    assert "1 read again, 1 would change" in tried.output
    assert place.standing(2) is Standing.NEEDS_FIX
    done = bulletin("reread", "--since", "2020-01-01", "--yes")
    assert "2 read again, 1 changed" in done.output, done.output
    assert place.standing(2) is Standing.ANSWERED
    assert place.lies_in() == {"Processed": 2}
    assert "0 changed" in bulletin("reread", "--since", "2020-01-01", "--yes").output
    assert entry.number is not None


def test_reading_again_never_releases(place: Installation, bulletin: Bulletin) -> None:
    place.receive(place.reply(2, MARKED))
    assert "0 read again" in bulletin("reread", "--since", "2020-01-01", "--yes").output
    assert place.standing(2) is Standing.WITHHELD


def test_a_death_after_the_commit_leaves_the_filing_to_the_poller(place: Installation) -> None:
    entry = place.receive(place.reply(2, CLEAN, sender="Assistant <assistant@other.example>"))
    with rereading(place.house, "reports") as reader:
        dying = _DiesBeforeFiling(
            house=reader.house, settings=reader.settings, mailbox=reader.mailbox, reader=reader.reader
        )
        with pytest.raises(_DiedError):
            dying.apply(dying.read(entry, Override(accept=True)), who="clerk", what="accepted", why="x")
    assert place.lies_in() == {"Held": 1}
    assert [filing.lies_in for filing in place.store.unfiled("reports")] == [Folder.HELD]
    place.poll()
    assert place.lies_in() == {"Processed": 1}
    assert place.store.unfiled("reports") == ()
    assert place.standing(2) is Standing.ANSWERED


class _DiedError(Exception):
    pass


class _DiesBeforeFiling(Rereader):
    def file(self, key: object) -> None:
        raise _DiedError


@pytest.mark.parametrize(
    "words", [("withheld", "show", "reports/1"), ("withheld", "show", "reports/1/99"), ("held", "show", "x/y/z")]
)
def test_places_that_are_none_are_told(bulletin: Bulletin, words: tuple[str, ...]) -> None:
    said = bulletin(*words)
    assert said.exit_code == 1
    assert "list" in said.output


def test_on_a_terminal_the_place_is_typed(place: Installation) -> None:
    entry = place.receive(place.reply(2, MARKED))
    words = ("--config", str(place.config), "withheld", "erase", place_of(entry), *SIGNED)
    code, shown = on_a_terminal(*words, cwd=place.folder, answer=b"yes\n")
    assert code == 1
    assert f"Type {place_of(entry)} to go on" in shown
    assert place.lies_in() == {"INBOX": 1}
    code, shown = on_a_terminal(*words, cwd=place.folder, answer=f"{place_of(entry)}\n".encode())
    assert code == 0
    assert "removed for good" in shown
    assert place.lies_in() == {}
