"""Infer how a log was damaged, from the first record that fails and the records around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from replay_gui.core.log.canonical import decode_canonical_map
from replay_gui.core.log.chain import record_hash
from replay_gui.core.log.fault import readable_seq
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, position_after
from replay_gui.core.log.scanner import Block, Ending, scan_log
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.core.verification.integrity import BROKEN_LINK
from replay_gui.core.verification.verification_report import Finding, VerificationReport

_NEIGHBOUR_RECORDS = 4096  # records examined on either side
_ANY_HASH = bytes(32)


class Damage(StrEnum):
    """The kind of damage to a log; the values are messages, to be translated where they are shown."""

    EDITED = translatable("edited")
    REMOVED = translatable("removed")
    INSERTED = translatable("inserted")
    DUPLICATED = translatable("duplicated")
    REORDERED = translatable("reordered")
    TRUNCATED = translatable("truncated")
    HASH_DAMAGED = translatable("stored hash damaged")
    OVERWRITTEN = translatable("overwritten")
    REWRITTEN = translatable("rewritten")
    SEAL = translatable("seal changed")
    STATE = translatable("state hash differs")
    UNCLEAR = translatable("unclear")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The first damage. `words`: a sentence or two for people. `finding`: the finding that shows it, or None."""

    damage: Damage
    words: str
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class _Record:
    index: EventIndex
    content: bytes
    state: bytes | None
    meta: bytes
    hash: bytes

    @property
    def seq(self) -> int | None:
        return readable_seq(self.meta)

    def is_linked_to(self, hash_: bytes) -> bool:
        return record_hash(hash_, self.content, self.state, self.meta) == self.hash


def diagnose_damage(log: EventLog, report: VerificationReport) -> Diagnosis | None:
    """Return how the log was damaged, judged by its first failure; None if there is no failure.

    Of several damages, the first is returned. If the chain allows several explanations, the words name them, or
    the damage is UNCLEAR.
    """
    if report.failures:
        return _diagnose_failure(log, report.failures[0])
    if report.seal == "bad":
        return _diagnose_seal(log, report)
    if report.tail_bytes and report.seal == "none":
        words = trn(
            "The file ends within a record: its last byte belongs to an interrupted write.",
            "The file ends within a record: its last {n} bytes belong to an interrupted write.",
            report.tail_bytes,
        )
        return Diagnosis(Damage.TRUNCATED, words, None)
    if report.tail_bytes:
        words = trn("{n} byte was added after the seal.", "{n} bytes were added after the seal.", report.tail_bytes)
        return Diagnosis(Damage.INSERTED, words, None)
    if report.mismatches:
        first = report.mismatches[0]
        words = tr(
            "Every record is as it was written, but at {event} replay gives another state than the recorded one:"
            " {problem}.",
            event=_event(first.index),
            problem=sentence_text(first.problem),
        )
        return Diagnosis(Damage.STATE, words, first)
    return None


def _diagnose_seal(log: EventLog, report: VerificationReport) -> Diagnosis:
    facts = _seal_facts(log)
    sealed, events = facts.get("events"), report.events
    if type(sealed) is int and sealed > events:
        words = tr(
            "The seal counts {sealed} events, the file has {events}: records were removed from the end.",
            sealed=whole_number(sealed),
            events=whole_number(events),
        )
        return Diagnosis(Damage.TRUNCATED, words, None)
    if sealed == events and facts.get("head") == bytes.fromhex(report.head or ""):
        words = tr("The records are as they were sealed, but the seal itself was changed.")
        return Diagnosis(Damage.SEAL, words, None)
    words = tr("The seal does not match the records before it: it was changed, or belongs to another log.")
    return Diagnosis(Damage.SEAL, words, None)


def _diagnose_failure(log: EventLog, first: Finding) -> Diagnosis:
    if first.problem != BROKEN_LINK:
        problem = sentence_text(first.problem)
        if "no record" in first.problem:
            words = tr(
                "At byte {byte}, where {event} should begin, {problem}.",
                byte=whole_number(first.offset),
                event=_event(first.index),
                problem=problem,
            )
            return Diagnosis(Damage.OVERWRITTEN, words, first)
        words = tr(
            "Event {number} is linked correctly, but {problem}: it was written so, or the chain was computed again.",
            number=_number(first.index),
            problem=problem,
        )
        return Diagnosis(Damage.REWRITTEN, words, first)
    start, stop = max(0, first.index - _NEIGHBOUR_RECORDS), first.index + _NEIGHBOUR_RECORDS
    around = list(_records(log, EventIndex(start), EventIndex(stop)))
    at = next((i for i, record in enumerate(around) if record.index == first.index), None)
    if at is None:
        words = tr("Event {number} does not match the record before it.", number=_number(first.index))
        return Diagnosis(Damage.UNCLEAR, words, first)
    before = around[at - 1].hash if at else log.header.hash
    neighbours = _Neighbours(before, around[:at], around[at + 1 :], _seal_facts(log) if at + 1 == len(around) else {})
    damage, words = _diagnose_link(around[at], neighbours)
    if len(around) < len(log.offsets) and damage in (Damage.EDITED, Damage.REMOVED, Damage.UNCLEAR):
        examined = whole_number(_NEIGHBOUR_RECORDS)
        only = tr("(Only the {number} records on either side were examined.)", number=examined)
        words = f"{words} {only}"
    return Diagnosis(damage, words, first)


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """The surroundings of a record. before: the hash to which it should be linked. seal: facts of a seal after it."""

    before: bytes
    earlier: Sequence[_Record]
    later: Sequence[_Record]
    seal: dict[str, Any]


def _diagnose_link(record: _Record, around: _Neighbours) -> tuple[Damage, str]:
    """Explain a record that is not linked to the one before it, by the links of it and its neighbours."""
    displacement = _displacement(record, around)
    if displacement is not None:
        return displacement
    event, number = _event(record.index), _number(record.index)
    after = around.later[0] if around.later else None
    computed = record_hash(around.before, record.content, record.state, record.meta)
    if after.is_linked_to(computed) if after is not None else around.seal.get("head") == computed:
        words = tr("Event {number} is as it was written, but its stored hash was changed.", number=number)
        return Damage.HASH_DAMAGED, words
    held = after.is_linked_to(record.hash) if after is not None else around.seal.get("head") == record.hash
    previous = around.earlier[-1].seq if around.earlier else -1
    if record.seq is not None and previous is not None and record.seq > previous + 1:
        missing = record.seq - previous - 1
        sealed = around.seal.get("events")
        counts_on = after.seq == record.seq + 1 if after is not None else sealed == record.index + 1 + missing
        if counts_on:
            places = {"first": whole_number(previous + 1), "last": whole_number(record.seq - 1)}
            if missing == 1:
                words = tr("Before {event} 1 record is missing: event number {first}.", event=event, **places)
            else:
                words = trn(
                    "Before {event} {n} record is missing: event numbers {first} to {last}.",
                    "Before {event} {n} records are missing: event numbers {first} to {last}.",
                    missing,
                    event=event,
                    **places,
                )
            return Damage.REMOVED, words
        if not held:
            words = trn(
                "Either {n} record before {event} is missing, or it was changed.",
                "Either {n} records before {event} are missing, or it was changed.",
                missing,
                event=event,
            )
            return Damage.UNCLEAR, words
    if held and not around.earlier:
        return Damage.EDITED, tr("The header or {event} was changed after it was written.", event=event)
    if held:
        words = tr(
            "Event {number} was changed after it was written, or it and the following records belong to another run:"
            " they match its stored hash, it does not.",
            number=number,
        )
        return Damage.EDITED, words
    if after is None:
        words = tr("Event {number}, the last one, was changed after it was written.", number=number)
        return Damage.EDITED, words
    words = tr(
        "Event {number} does not match the record before it, and neither does the record after it.", number=number
    )
    return Damage.UNCLEAR, words


def _displacement(record: _Record, around: _Neighbours) -> tuple[Damage, str] | None:
    """Return whether the record, or records before it, are in the wrong place; None if not."""
    number = _number(record.index)
    for other in around.earlier:
        if other.hash == record.hash:
            words = tr("Event {number} is a copy of {event}.", number=number, event=_event(other.index))
            return Damage.DUPLICATED, words
    for other in around.later:
        if record.is_linked_to(other.hash):
            words = tr(
                "Event {number} was after {event} when it was written.", number=number, event=_event(other.index)
            )
            return Damage.REORDERED, words
    for following, other in enumerate(around.later):
        if other.is_linked_to(around.before):
            words = tr("Event {number} does not belong here.", number=number)
            inserted = (
                trn(
                    "It and the next {n} was inserted: the records after it are linked to those before it.",
                    "It and the next {n} were inserted: the records after it are linked to those before it.",
                    following,
                )
                if following
                else tr("It was inserted: the records after it are linked to those before it.")
            )
            return Damage.INSERTED, f"{words} {inserted}"
    for other in reversed(around.earlier[:-1]):
        if record.is_linked_to(other.hash):
            words = trn(
                "The {n} record before {event} was inserted: it is linked to the record before it.",
                "The {n} records before {event} were inserted: it is linked to the record before them.",
                record.index - other.index - 1,
                event=_event(record.index),
            )
            return Damage.INSERTED, words
    return None


def _number(index: EventIndex) -> str:
    return whole_number(position_after(index))


def _event(index: EventIndex) -> str:
    """Return ``event 20``."""
    return tr("event {number}", number=_number(index))


def _seal_facts(log: EventLog) -> dict[str, Any]:
    """Return the content of the seal, correct or not; empty if there is no readable one."""
    offsets = log.offsets
    start = int(offsets[-1]) if len(offsets) else len(log.header.raw)
    for part in scan_log(log.source, start, FIRST_EVENT, _ANY_HASH):
        if isinstance(part, Ending) and part.seal is not None:
            return decode_canonical_map(part.seal[0]) or {}
    return {}


def _records(log: EventLog, start: EventIndex, stop: EventIndex) -> Iterator[_Record]:
    """Yield the records start … stop - 1 as they are stored, without skipped stretches."""
    offsets = log.offsets
    end = min(stop, len(offsets))
    if start >= end:
        return
    until = int(offsets[end]) if end < len(offsets) else None
    for part in scan_log(log.source, int(offsets[start]), start, _ANY_HASH, until=until):
        if isinstance(part, Block):
            fields = zip(part.contents, part.states, part.metas, part.hashes, strict=True)
            for index, (content, state, meta, hash_) in enumerate(fields, part.first_index):
                if index >= end:
                    return
                yield _Record(EventIndex(index), content, state, meta, hash_)
