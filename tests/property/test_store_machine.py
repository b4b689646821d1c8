"""Whatever is done in whatever order: the store in memory and the one on SQLite say the same, and counters are true."""

from collections import Counter
from datetime import date, timedelta
from itertools import product
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.digest import UnitCount
from domain.employee import EmployeeId
from domain.ledger import (
    AwayNote,
    DeliveryFailure,
    Event,
    Folder,
    PromptKey,
    Recording,
    Rerecording,
    StandingChange,
)
from domain.origin import BounceReason, Origin
from domain.outbox import Attempt, MailId, MailKind, Sent
from domain.policy import Mode, PolicyChange
from domain.ports import Store
from domain.retention import Expired, Kept, terms
from domain.round import Phase, Prompt, RoundId
from domain.standing import Standing
from domain.unit import ROOT, UnitPath
from domain.verdict import Decision
from store.engine import open_store
from store.memory import MemoryStore
from tests.contract.store_values import (
    BOX,
    HOUR,
    NOW,
    W48,
    W49,
    WEEKLY,
    answer,
    arrival,
    ask,
    elsewhere,
    entry,
    import_people,
    key_of,
    mail,
    person,
    prompt,
    refusal,
)
from tests.contract.test_store_retention import look_at

numbers = st.integers(1, 3)
rounds = st.sampled_from([W48, W49])
uids = st.integers(1, 6)
hours = st.integers(0, 3)
units = st.sampled_from([ROOT, UnitPath("Defense"), UnitPath("Defense/Navy"), UnitPath("Energy")])
keys = st.sampled_from(["a", "b", "c", "d", "e"])
leases = st.sampled_from([timedelta(0), timedelta(hours=1)])
GOOD = [Standing.ANSWERED, Standing.LATE, Standing.SENSITIVE, Standing.DECLINED, Standing.COVERED]


class StoreMachine(RuleBasedStateMachine):
    """Does each thing to both stores and compares what they return, then all that can be read."""

    @initialize()
    def start(self) -> None:
        self.stores: tuple[Store, Store] = (MemoryStore(), open_store("sqlite://"))
        self.claimed: list[tuple[MailId, int]] = []
        self.gone: Counter[tuple[RoundId, UnitPath, Standing]] = Counter()
        for store in self.stores:
            import_people(store, person(1), person(2, 1))
            ask(store, prompt(1), prompt(2, 1))

    def teardown(self) -> None:
        for store in self.stores:
            store.close()

    def both(self, name: str, *args: Any, **fields: Any) -> Any:
        ours, theirs = (getattr(store, name)(*args, **fields) for store in self.stores)
        assert ours == theirs, name
        return ours

    @rule(present=st.sets(numbers), above=numbers, unit=units, aliased=st.booleans(), back=st.booleans())
    def import_people(self, present: set[int], above: int, unit: UnitPath, aliased: bool, back: bool) -> None:
        people = [
            person(
                number,
                above if above in present else None,
                unit=unit if number % 2 else UnitPath("Defense/Navy"),
                aliases=("shared@agency.example",) if aliased else (),
                away_until=date(2026, 12, number) if back else None,
            )
            for number in sorted(present)
        ]
        for store in self.stores:
            store.stage(enumerate(people, start=2))
        ours, theirs = (list(store.stage_faults()) for store in self.stores)
        assert ours == theirs
        self.both("stage_drop", [fault.line for fault in ours])
        while faults := list(self.stores[0].stage_faults()):
            assert faults == list(self.stores[1].stage_faults())
            self.both("stage_drop", [fault.line for fault in faults])
        assert self.both("stage_change") == self.both("stage_apply", NOW)

    @rule(
        round_id=rounds,
        asked=st.lists(numbers, min_size=1, unique=True),
        standing=st.sampled_from(["awaiting", "away"]),
    )
    def expand(self, round_id: RoundId, asked: list[int], standing: str) -> None:
        prompts = [prompt(n, n // 2 + 1, round_id=round_id, standing=Standing(standing)) for n in sorted(asked)]
        for store in self.stores:
            ask(store, *prompts, mails=tuple(mail(f"prompt/{round_id}/{n}", round_id=round_id) for n in asked))

    @rule(round_id=rounds, before=st.sampled_from(Phase), after=st.sampled_from(Phase))
    def advance(self, round_id: RoundId, before: Phase, after: Phase) -> None:
        self.both("advance", WEEKLY, round_id, before, after)

    def record(self, recording: Recording) -> None:
        about = recording.entry.prompt
        if about is None or self.stores[0].prompt(about) is not None:
            self.both("record", recording)

    @rule(
        uid=uids,
        number=numbers,
        round_id=rounds,
        later=hours,
        standing=st.sampled_from(GOOD),
        bullets=st.lists(st.sampled_from(["One", "Two", "Ω\0"]), max_size=2),
    )
    def reply(
        self, uid: int, number: int, round_id: RoundId, later: int, standing: Standing, bullets: list[str]
    ) -> None:
        receipt = mail(f"receipt/{uid}", kind=MailKind.RECEIPT)
        at = NOW + later * HOUR
        self.record(answer(uid, number, *bullets, at=at, standing=standing, round_id=round_id, mails=(receipt,)))

    @rule(uid=uids, number=numbers, later=hours, decision=st.sampled_from([Decision.REJECTED, Decision.WITHHELD]))
    def refuse(self, uid: int, number: int, later: int, decision: Decision) -> None:
        self.record(refusal(uid, number, at=NOW + later * HOUR, decision=decision))

    @rule(
        uid=uids,
        validity=st.integers(1, 2),
        number=numbers,
        provider=st.one_of(st.none(), uids),
        digest=st.one_of(st.none(), uids),
    )
    def copy(self, uid: int, validity: int, number: int, provider: int | None, digest: int | None) -> None:
        place = arrival(
            uid + 10,
            uidvalidity=validity,
            provider_id=None if provider is None else f"G{provider}",
            digest=None if digest is None else f"D{digest}",
        )
        if provider != digest and None not in {provider, digest}:
            return  # two messages at once: which is the first is a matter of taste
        self.record(elsewhere(answer(uid, number, "One"), place))

    @rule(uid=uids, number=numbers, day=st.integers(1, 9))
    def note_away(self, uid: int, number: int, day: int) -> None:
        note = AwayNote(employee_id=EmployeeId(f"E{number:03}"), back_on=date(2026, 12, day))
        self.record(Recording(entry=entry(uid, origin=Origin.AUTO_REPLY, filing=Folder.PROCESSED), away=note))

    @rule(
        chosen=st.lists(st.tuples(numbers, st.sampled_from(Standing)), max_size=4),
        round_id=rounds,
        by_hand=st.booleans(),
    )
    def set_standings(self, chosen: list[tuple[int, Standing]], round_id: RoundId, by_hand: bool) -> None:
        changes = [StandingChange(prompt=key_of(n, round_id), standing=at, reason=at) for n, at in chosen]
        self.both("set_standings", changes, Event(at=NOW, who="operator", what="set"), by_hand=by_hand)

    @rule(uid=uids, number=numbers, later=hours, good=st.booleans(), decision=st.sampled_from(list(Decision)))
    def decide_anew(self, uid: int, number: int, later: int, good: bool, decision: Decision) -> None:
        at = NOW + later * HOUR
        new = answer(uid, number, "Anew", at=at) if good else refusal(uid, number, at=at, decision=decision)
        if self.stores[0].prompt(key_of(number)) is None or not self.both("history", arrival(uid).key):
            return
        done = []
        for store in self.stores:
            before = store.history(arrival(uid).key)[-1 if later == 0 else 0].number
            assert before is not None
            event = Event(at=NOW, who="officer", what="released")
            done.append(store.record_again(Rerecording(before=before, recording=new, event=event)))
        assert done[0] == done[1]

    @rule(uid=uids)
    def erase(self, uid: int) -> None:
        self.both("erase", arrival(uid).key, Event(at=NOW, who="officer", what="erased"))

    @rule(uid=uids, number=numbers, round_id=rounds)
    def bounce(self, uid: int, number: int, round_id: RoundId) -> None:
        about = key_of(number, round_id)
        failure = DeliveryFailure(prompt=about, address=person(number).address, reason=BounceReason.UNKNOWN_ADDRESS)
        gone = StandingChange(prompt=about, standing=Standing.UNDELIVERABLE)
        report = entry(uid, origin=Origin.BOUNCE, prompt=about)
        self.record(Recording(entry=report, failures=(failure,), standings=(gone,)))

    @rule(uid=uids)
    def begin(self, uid: int) -> None:
        self.both("begin", arrival(uid).key, NOW)

    @rule(chosen=st.lists(uids))
    def mark_filed(self, chosen: list[int]) -> None:
        self.both("mark_filed", [arrival(uid).key for uid in chosen], NOW)

    @rule(
        chosen=st.lists(keys),
        later=hours,
        expires=st.one_of(st.none(), hours),
        unit=units,
        kind=st.sampled_from(MailKind),
    )
    def enqueue(self, chosen: list[str], later: int, expires: int | None, unit: UnitPath, kind: MailKind) -> None:
        until = None if expires is None else NOW + expires * HOUR
        mails = [mail(key, not_before=NOW + later * HOUR, expires_at=until, unit=unit, kind=kind) for key in chosen]
        self.both("enqueue", mails)

    @rule(later=hours, limit=st.integers(0, 4), lease=leases)
    def claim(self, later: int, limit: int, lease: timedelta) -> None:
        most = limit if lease else min(limit, 1)  # what is lapsed at once would be due again in the same claim
        found = self.both("claim", "sender", now=NOW + later * HOUR, limit=most, lease=lease)
        self.claimed += [(each.id, each.epoch) for each in found]

    @rule(data=st.data())
    def enter_data(self, data: st.DataObject) -> None:
        if self.claimed:
            self.both("enter_data", *data.draw(st.sampled_from(self.claimed)))

    @rule(data=st.data(), result=st.sampled_from(Sent), retry=st.one_of(st.none(), hours), connection=st.booleans())
    def finish(self, data: st.DataObject, result: Sent, retry: int | None, connection: bool) -> None:
        if self.claimed:
            mail_id, epoch = data.draw(st.sampled_from(self.claimed))
            attempt = Attempt(at=NOW, result=result, code=250, words="words", connection=connection)
            self.both("finish", mail_id, epoch, attempt, None if retry is None else NOW + retry * HOUR)

    @rule(unit=units, round_id=rounds, hold=st.booleans())
    def hold(self, unit: UnitPath, round_id: RoundId, hold: bool) -> None:
        self.both("hold", unit, campaign_id=WEEKLY, round_id=round_id, hold=hold)

    @rule(name=st.sampled_from("xy"), owner=st.sampled_from("ab"), ttl=leases, release=st.booleans())
    def lease(self, name: str, owner: str, ttl: timedelta, release: bool) -> None:
        if release:
            self.both("release", name, owner)
        else:
            self.both("acquire", name, owner, ttl)

    @rule(unit=units, mode=st.one_of(st.none(), st.sampled_from(Mode)))
    def set_policy(self, unit: UnitPath, mode: Mode | None) -> None:
        change = PolicyChange(unit=unit, fields={} if mode is None else {"mode": mode})
        self.both("set_policy", change, Event(at=NOW, who="operator", what="policy", subject=unit))

    @rule(
        days=st.sampled_from([3, 12, 40]),
        root=st.integers(1, 9),
        navy=st.one_of(st.none(), st.integers(1, 9)),
        ended=st.sampled_from([(), (W48,), (W48, W49)]),
    )
    def purge(self, days: int, root: int, navy: int | None, ended: tuple[RoundId, ...]) -> None:
        """`navy` is for how many days its answers are kept; None holds them."""
        for round_id, phase in product(ended, Phase):
            self.both("advance", WEEKLY, round_id, phase, Phase.FINAL)
        if ended:
            self.both("mark_filed", [filing.key for filing in self.both("unfiled", BOX)], NOW)
        said = {"hold": True} if navy is None else {"retention": timedelta(days=navy)}
        changes = {
            ROOT: PolicyChange(unit=ROOT, fields={"retention": timedelta(days=root)}),
            UnitPath("Defense/Navy"): PolicyChange(unit=UnitPath("Defense/Navy"), fields=said),
        }
        over = terms(changes, NOW + timedelta(days=days), records=timedelta(days=20))
        for what in Kept:
            found = [look_at(store, what, over) for store in self.stores]
            if what is Kept.PROMPTS:
                self.remember([self.stores[0].prompt(_prompt_key(each)) for each in found[0]])
            counts = [store.purge(what, each) for store, each in zip(self.stores, found, strict=True)]
            assert counts[0] == counts[1] == len(found[0]) == len(found[1]), what

    def remember(self, prompts: list[Prompt | None]) -> None:
        for each in prompts:
            assert each is not None
            self.gone[each.round_id, each.unit, each.standing] += 1

    @invariant()
    def all_that_is_read_is_the_same(self) -> None:
        for name in ("rounds", "outbox_counts", "entries", "events", "policies", "head_counts", "failures"):
            self.both(name)
        self.both("unfiled", BOX)
        for rounds_failed in (1, 2):
            self.both("dead_addresses", [EmployeeId(f"E{n:03}") for n in range(1, 4)], rounds=rounds_failed)
        self.both("employees", ROOT)
        self.both("employees_at", "shared@agency.example")
        for number in range(1, 4):
            whom = EmployeeId(f"E{number:03}")
            for name in ("employee", "reports_of", "latest_prompt"):
                self.both(name, whom)
        for key in "abcde":
            found = self.both("mail_by_key", key)
            if found is not None:
                self.both("attempts", found[0])

    @invariant()
    def each_round_is_the_same_and_its_counters_are_true(self) -> None:
        for round_id in (W48, W49):
            prompts = []
            for number in range(1, 4):
                key = PromptKey(campaign_id=WEEKLY, round_id=round_id, employee_id=EmployeeId(f"E{number:03}"))
                self.both("bullets", key)
                self.both("digest_rows", WEEKLY, round_id, key.employee_id)
                prompts.append(self.both("prompt", key))
            self.both("awaiting", WEEKLY, round_id)
            self.both("supervisors", WEEKLY, round_id)
            recount = Counter((each.unit, each.standing) for each in prompts if each is not None)
            recount += Counter({(unit, at): n for (week, unit, at), n in self.gone.items() if week == round_id})
            expected = tuple(
                UnitCount(unit=unit, standing=at, count=count) for (unit, at), count in sorted(recount.items())
            )
            assert self.both("counts", WEEKLY, round_id) == expected


def _prompt_key(one: Expired) -> PromptKey:
    campaign, week, who = one.key
    return PromptKey(campaign_id=campaign, round_id=week, employee_id=who)


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
