"""What is refused by its structure alone: a message too large to be fetched only for that."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from domain.desk import Recognised
from domain.message import Message, Part, Passage, Where
from domain.outcome import Envelope, Judged, Known
from domain.ports import Fetched
from domain.reply import Reply
from domain.verdict import Decision
from rules.attachments import judge_structure
from rules.chain import judge

FETCH_ANYWAY = 1_000_000
"""Bytes. A message with a refused attachment is still read up to this size, so that a marking in it is not missed."""


def refused_unread(seen: Recognised, known: Known, fetched: Fetched) -> Judged | None:
    """A Verdict from the structure alone, for a message too large to fetch only to be refused.

    What may pass once its text is known, as a large picture that the text shows, is fetched.
    """
    if fetched.size <= FETCH_ANYWAY:
        return None
    refused = tuple(part for part in fetched.parts if judge_structure((part,)))
    message = replace(seen.header, parts=refused, passages=tuple(_passages(seen.header, fetched.parts)))
    verdict = judge(Reply(message=message), known.policy, wording=known.wording)
    by_structure = tuple(finding for finding in verdict.findings if finding.rule in {"attachments", "markings"})
    if verdict.decision is Decision.ACCEPTED or not any(one.effect != "record" for one in by_structure):
        return None
    return Judged(
        envelope=Envelope.of(seen.header),
        reply=Reply(message=Message()),
        verdict=replace(verdict, findings=by_structure),
        evidence=seen.evidence,
    )


def _passages(header: Message, parts: Sequence[Part]) -> Iterator[Passage]:
    """What can be looked at for markings without the body."""
    yield from header.passages
    for part in parts:
        if part.filename:
            yield Passage(where=Where.FILENAME, text=part.filename)
