"""The front desk: asks the Store whom a message is from, and hands the case to `app.decide`.

The law: whoever is not known beyond doubt is not read and not answered; a token is believed only after its HMAC.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from app.breaker import Breaker
from app.decide import Case, decide, entry_of, turn_away
from app.letters import LetterWriter, talk_round
from app.memory import Memory
from app.policies import Policies, PolicyBook
from app.supervising import Supervising, talk_with
from app.unfetched import refused_unread
from domain.desk import Recognised
from domain.employee import Employee, EmployeeId
from domain.identity import AuthRule, Candidates, Held, How, Identified, Identity, Stranger
from domain.ledger import Arrival, Folder, Recording
from domain.message import Message
from domain.origin import Origin
from domain.outcome import Automatic, Bounced, Envelope, Judged, Known, Outcome
from domain.policy import Mode, Policy, Switch
from domain.ports import Clock, Fetched, Store
from domain.round import Phase, Prompt, Round
from domain.token import MAC_LENGTH, expired, keyed_hash, tokens_in, verify
from domain.verdict import Decision
from ingest import authentication, genuine, identity, origin
from outbound.compose import PHRASE, Question, asking_texts

MOST_ABOUT = 20
NEVER_ASKED = "known sender, not asked in any Round"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDesk:
    """One desk serves one mailbox in one thread. Implements `domain.desk.Desk`.

    `authserv_id` pins whose Authentication-Results are believed. `token_life` follows a Round's grace.
    """

    store: Store
    writer: LetterWriter
    book: PolicyBook
    clock: Clock
    hash_secret: bytes
    ours: tuple[str, ...]
    instance: str
    authserv_id: str | None = None
    rule: AuthRule = AuthRule.RECORD
    token_life: timedelta = timedelta(days=14)
    withheld_filing: Folder = Folder.INBOX
    breaker: Breaker | None = None
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)

    @contextmanager
    def together(self) -> Iterator[None]:
        """For one batch: what the Store said of Policies, Rounds, Campaigns and people is not asked again."""
        with self.memory.open(), self.breaker.together() if self.breaker is not None else nullcontext():
            yield

    def expect(self, headers: Sequence[Message] = ()) -> None:
        """Ask once for what these will need; Policies are asked anew, so that a change holds from the next few on."""
        self.memory.forget("policies")
        if not headers:
            return
        found = [identity.candidates(one) for one in headers]
        tokens = {token for one in found for token in one.tokens}
        senders = {one.sender for one in found if one.sender is not None}
        prompts, owners = self.store.prompts_by_token(tokens), self.store.owners_of(senders)
        people = {one.id: one for found_at in owners.values() for one in found_at}
        ids = {one for asked in prompts.values() for one in (asked.employee_id, asked.supervisor_id) if one is not None}
        missing = ids - people.keys()
        people |= self.store.people_of(missing) if missing else {}
        self.memory.learn({("token", token): prompts.get(token) for token in tokens})
        self.memory.learn({("sender", sender): owners[sender] for sender in senders})
        self.memory.learn({("employee", one): people.get(one) for one in ids})

    def baseline(self) -> datetime | None:
        """The opening of the first Round ever; before it nobody was asked."""
        return min((one.opens_at for one in self.store.rounds(limit=100_000)), default=None)

    def recognise(self, fetched: Fetched, header: Message) -> Recognised:
        """Whom a message is from, and whether it is to be read."""
        message = replace(header, parts=fetched.parts)
        who, evidence = origin.classify(message, Known(ours=self.ours, instance=self.instance))
        found = identity.candidates(message)
        named = tuple(self._named(found.tokens))
        seen = Recognised(
            header=message, identity=Stranger(reason="a machine"), origin=who, evidence=evidence, named=named
        )
        match who:
            case Origin.PERSON:
                return self._person(seen, found, fetched)
            case Origin.BOUNCE:
                return replace(seen, read=True)
            case Origin.AUTO_REPLY:
                whose = self._identify(found, named, message, fetched.arrived_at)
                known = replace(seen, identity=whose)
                if isinstance(whose, Identified):
                    return replace(known, read=True, known=self._known(whose))
                return replace(known, outcome=self._automatic(known))
            case Origin.RECEIPT | Origin.CALENDAR | Origin.COMPLAINT | Origin.LIST | Origin.OURSELVES:
                return replace(seen, outcome=self._automatic(seen))

    def recognise_again(
        self,
        fetched: Fetched,
        header: Message,
        *,
        whose: EmployeeId | None = None,
        accept: bool = False,
        overruled: tuple[str, ...] = (),
    ) -> Recognised | None:
        """The same with what a person decided: to `accept` it as somebody's answer, and rules that are `overruled`.

        `whose` names the somebody; else it is who owns the Prompt that was answered, else the sender. None where
        nobody can be meant who was ever asked.
        """
        seen = self.recognise(fetched, header)
        if accept:
            by_hand = self._by_hand(seen, whose)
            if by_hand is None:
                return None
            known = replace(self._known(by_hand), origin=Origin.PERSON)
            seen = replace(seen, identity=by_hand, origin=Origin.PERSON, read=True, outcome=None, known=known)
        return replace(seen, known=replace(seen.known, overruled=overruled))

    def _by_hand(self, seen: Recognised, whose: EmployeeId | None) -> Identified | None:
        prompt = next((one for one, owner in seen.named if whose in {None, owner.id}), None)
        if prompt is None and whose is not None:
            prompt = self.store.latest_prompt(whose)
        if prompt is None and whose is None:
            sender = identity.sole_sender(seen.header)
            owner = next((one for one in self.store.employees_at(sender) if one.owns(sender)), None) if sender else None
            prompt = self.store.latest_prompt(owner.id) if owner is not None else None
        employee = self._employee(prompt.employee_id) if prompt is not None else None
        return Identified(employee=employee, prompt=prompt, how=How.BY_HAND) if employee is not None else None

    def turn_away(self, arrival: Arrival, recognised: Recognised) -> Recording:
        """The Recording of a message that is not read."""
        case = self._case(arrival, recognised)
        if recognised.outcome is not None:
            return self._in_proportion(decide(case, recognised.outcome, self.writer))
        return turn_away(case, recognised.origin, recognised.evidence)

    def decide(self, arrival: Arrival, recognised: Recognised, outcome: Outcome) -> Recording:
        """The Recording of a message that was read, or could not be."""
        return self._in_proportion(self._decided(arrival, recognised, outcome))

    def _in_proportion(self, recording: Recording) -> Recording:
        return recording if self.breaker is None else self.breaker.pass_on(recording)

    def _decided(self, arrival: Arrival, recognised: Recognised, outcome: Outcome) -> Recording:
        named = recognised.named
        if isinstance(outcome, Bounced) and not named:
            named = tuple(self._named(tokens_in(outcome.bounce.about[:MOST_ABOUT])))
        case = self._case(arrival, replace(recognised, named=named))
        if case.conversation is not None and isinstance(outcome, Judged):
            return self._supervised(case, outcome, case.conversation)
        asker = case.identity
        if isinstance(asker, Identified) and isinstance(outcome, Judged) and _is_question(asker, outcome):
            return self._told_genuine(case, asker, outcome)
        return decide(case, outcome, self.writer)

    def _told_genuine(self, case: Case, asker: Identified, outcome: Judged) -> Recording:
        """An answer to "is this genuine?": yes where a token or the code of theirs is in what they show, and no link."""
        held = genuine.shown(outcome.reply)
        prompt, how = case.prompt, asker.how
        about = next((one for one, owner in self._named(held.tokens) if owner.id == asker.employee.id), None)
        asked = self._round(prompt) if prompt is not None else None
        code = asked.code if asked is not None else ""
        ours = about is not None or how in {How.VERIFIED, How.DELEGATE} or bool(code and code in held.codes)
        yes = prompt is not None and ours and not held.linked
        said = "yes" if yes else "no" if held.linked else "cannot be told"
        entry = entry_of(case, outcome.origin, outcome.evidence, reason=f"asks whether a mail is genuine: {said}")
        letter = self.writer.genuine(case, genuine=yes, linked=held.linked, code=code)
        return Recording(entry=entry, mails=(letter,) if letter is not None else ())

    def _supervised(self, case: Case, outcome: Judged, about: Round) -> Recording:
        """What a Supervisor asks for in an answer to what we told them."""
        if outcome.verdict.decision is Decision.WITHHELD or not isinstance(case.identity, Identified):
            return decide(case, outcome, self.writer)
        campaign = self.writer.campaigns.get(about.campaign_id)
        talk = talk_with(
            self.store,
            about,
            case.identity.employee,
            locale=campaign.locale if campaign is not None else "en",
            zone=campaign.zone if campaign is not None else "UTC",
        )
        return Supervising(store=self.store, letters=self.writer).follow(case, outcome, talk, case.policy)

    def _person(self, seen: Recognised, found: Candidates, fetched: Fetched) -> Recognised:
        whose = self._identify(found, seen.named, seen.header, fetched.arrived_at)
        known = replace(seen, identity=whose)
        if not isinstance(whose, Identified):
            return known
        reading = self._known(whose)
        refused = refused_unread(known, reading, fetched)
        if refused is not None:
            return replace(known, known=reading, outcome=refused)
        return replace(known, known=reading, read=True)

    def _identify(
        self, found: Candidates, named: Sequence[tuple[Prompt, Employee]], message: Message, arrived_at: datetime
    ) -> Identity:
        owners = self._owners(found.sender) if found.sender is not None else ()
        by_sender = next((one for one in owners if found.sender is not None and one.owns(found.sender)), None)
        chosen = identity.choose(named, found.sender)
        if chosen is None and by_sender is not None:
            talking = self._talking(found, by_sender, message, arrived_at)
            if talking is not None:
                return talking
        prompt = self.store.latest_prompt(by_sender.id) if by_sender is not None and chosen is None else None
        whose = identity.identify(
            found,
            by_token=chosen[0] if chosen is not None else None,
            token_employee=chosen[1] if chosen is not None else None,
            by_sender=by_sender,
            open_prompt=prompt,
            auth=authentication.results(message, self.authserv_id),
            rule=self.rule,
            expired=chosen is not None and expired(chosen[0].window, arrived_at, life=self.token_life),
        )
        if isinstance(whose, Identified) and whose.prompt is None and not genuine.may_ask(message):
            return Held(reason=NEVER_ASKED)
        return whose

    def _named(self, tokens: Sequence[str]) -> Iterator[tuple[Prompt, Employee]]:
        """The Prompts that tokens name, each token proved by its HMAC."""
        for token in tokens:
            prompt = self._prompt(token)
            if prompt is None:
                continue
            if not verify(self.writer.ring, token, prompt.campaign_id, prompt.round_id, prompt.employee_id):
                continue
            employee = self._employee(prompt.employee_id)
            if employee is not None:
                yield prompt, employee

    def _talking(
        self, found: Candidates, sender: Employee, message: Message, arrived_at: datetime
    ) -> Identified | Held | None:
        """A Supervisor who answers what we told them; None where no token of such a conversation is there.

        A token of ours that is neither a Prompt's nor the sender's own conversation is somebody else's.
        """
        tokens = found.tokens
        rounds = self.memory.once("rounds", self.store.rounds) if tokens else ()
        about = next((one for one in rounds if self._is_talk(tokens, one, sender)), None)
        if about is None:
            stray = self._ours_among(message)
            return Held(reason="token of a conversation with another person") if stray else None
        believed = identity.believed(found, authentication.results(message, self.authserv_id))
        if self.rule is AuthRule.REQUIRE and not believed:
            return Held(reason="an answer to a digest, but the sender is not authenticated")
        if arrived_at > about.final_at + self.token_life:
            return Held(reason="an answer to a digest of a Round that is over")
        return Identified(employee=sender, prompt=None, how=How.VERIFIED, authenticated=believed, conversation=about)

    def _is_talk(self, tokens: Sequence[str], about: Round, supervisor: Employee) -> bool:
        named = talk_round(about.id)
        return any(verify(self.writer.ring, one, about.campaign_id, named, supervisor.id) for one in tokens)

    def _ours_among(self, message: Message) -> bool:
        """Whether it was sent to one of our addresses with a token, or answers a mail of ours, by a key we believe."""
        host = f"@{self.writer.press.letterhead.host}>"
        bases = {base.partition("@")[::2] for base in self.ours}
        sent_to = (box.address for box in (*message.to, *message.cc))
        here = [one for one in sent_to if (one.partition("+")[0], one.rpartition("@")[2]) in bases]
        here += [one for one in (*message.in_reply_to, *message.references) if one.endswith(host)]
        return any(self.writer.ring.find(token[:-MAC_LENGTH]) is not None for token in tokens_in(here))

    def _known(self, whose: Identified) -> Known:
        """What the reader needs: the prompt that may be quoted, the sender's language and clock, the rules' policy."""
        prompt, employee = whose.prompt, whose.employee
        if prompt is None and whose.conversation is not None:
            return self._known_supervisor(employee, whose.conversation)
        policy = self._policy(prompt)
        campaign = self.writer.campaigns.get(prompt.campaign_id) if prompt is not None else None
        prompts: tuple[str, ...] = ()
        if campaign is not None and prompt is not None:
            asked = self._round(prompt)
            boss = self._employee(prompt.supervisor_id) if prompt.supervisor_id is not None else None
            question = Question(
                campaign=campaign,
                asked=prompt,
                employee=employee,
                policy=policy,
                supervisor=boss,
                code=asked.code if asked is not None else "",
            )
            prompts = asking_texts(self.writer.press, question)
        return Known(
            prompts=prompts,
            ours=self.ours,
            instance=self.instance,
            locale=employee.locale or (campaign.locale if campaign is not None else "en"),
            zone=employee.time_zone or (campaign.zone if campaign is not None else "UTC"),
            wording=(*prompts, PHRASE, policy.consequence),
            policy=policy,
        )

    def _known_supervisor(self, supervisor: Employee, about: Round) -> Known:
        """For what a Supervisor writes about others: no bullets of their own are asked for, and a digest may be quoted."""
        campaign = self.writer.campaigns.get(about.campaign_id)
        locale = supervisor.locale or (campaign.locale if campaign is not None else "en")
        policy = self._policies().of(supervisor.unit)
        switches = MappingProxyType({**policy.switches, "bullets": Switch.OFF, "phrase": Switch.OFF})
        words = tuple(self.writer.press.locale(locale).words.values())
        return Known(
            ours=self.ours,
            instance=self.instance,
            locale=locale,
            zone=supervisor.time_zone or (campaign.zone if campaign is not None else "UTC"),
            wording=(PHRASE, *(word for word in words if " " in word)),
            policy=replace(policy, switches=switches),
        )

    def _case(self, arrival: Arrival, seen: Recognised) -> Case:
        prompt = seen.identity.prompt if isinstance(seen.identity, Identified) else None
        boss_id = prompt.supervisor_id if prompt is not None else None
        whose = seen.identity
        talking = whose if isinstance(whose, Identified) and whose.conversation is not None else None
        message_id = seen.header.message_id
        asked = self._round(prompt) if prompt is not None else None
        return Case(
            arrival=arrival,
            now=self.clock.now(),
            identity=seen.identity,
            envelope=Envelope.of(seen.header),
            policy=self._policy(prompt) if talking is None else self._policies().of(talking.employee.unit),
            message_hash=keyed_hash(self.hash_secret, message_id.encode("utf-8", "replace")) if message_id else None,
            references=seen.header.references,
            supervisor=self._employee(boss_id) if boss_id is not None else None,
            named=seen.named,
            withheld_filing=self.withheld_filing,
            zone=self._zone(seen),
            over=asked is not None and asked.phase is Phase.FINAL,
            ours=self.ours,
        )

    def _policy(self, prompt: Prompt | None) -> Policy:
        """The Unit's Policy as `expect` found it; where the Campaign has ended, so has the asking."""
        policies = self._policies()
        if prompt is None:
            return policies.base
        policy, now = policies.of(prompt.unit), self.clock.now()
        kept = next(
            (one for one in self.memory.once("campaigns", self.store.campaigns) if one.id == prompt.campaign_id), None
        )
        over = kept is not None and kept.ended_at is not None and kept.ended_at <= now
        return replace(policy, mode=Mode.ENDED) if over and prompt.window.is_late(now) else policy

    def _zone(self, seen: Recognised) -> str:
        about = [prompt for prompt, _ in seen.named]
        about += [seen.identity.prompt] if isinstance(seen.identity, Identified) and seen.identity.prompt else []
        campaign = self.writer.campaigns.get(about[0].campaign_id) if about else None
        return campaign.zone if campaign is not None else "UTC"

    def _policies(self) -> Policies:
        return self.memory.once("policies", self.book.now)

    def _prompt(self, token: str) -> Prompt | None:
        return self.memory.once(("token", token), lambda: self.store.prompt_by_token(token))

    def _owners(self, sender: str) -> tuple[Employee, ...]:
        return self.memory.once(("sender", sender), lambda: self.store.employees_at(sender))

    def _employee(self, employee_id: EmployeeId) -> Employee | None:
        return self.memory.once(("employee", employee_id), lambda: self.store.employee(employee_id))

    def _round(self, prompt: Prompt) -> Round | None:
        at = (prompt.campaign_id, prompt.round_id)
        return self.memory.once(("round", *at), lambda: self.store.round(*at))

    @staticmethod
    def _automatic(seen: Recognised) -> Automatic:
        return Automatic(envelope=Envelope.of(seen.header), origin=seen.origin, evidence=seen.evidence)


def _is_question(asker: Identified, outcome: Judged) -> bool:
    """Whether it asks if a mail is genuine. What an operator accepted by hand is an answer."""
    readable = outcome.verdict.decision is not Decision.WITHHELD and asker.how is not How.BY_HAND
    return readable and genuine.asks(outcome.reply)
