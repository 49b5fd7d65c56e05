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
from replay_gui.core.verification.integrity import BROKEN_LINK
from replay_gui.core.verification.verification_report import Finding, VerificationReport

_NEIGHBOUR_RECORDS = 4096  # records examined on either side
_ANY_HASH = bytes(32)


class Damage(StrEnum):
    """The kind of damage to a log."""

    EDITED = "edited"
    REMOVED = "removed"
    INSERTED = "inserted"
    DUPLICATED = "duplicated"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    HASH_DAMAGED = "stored hash damaged"
    OVERWRITTEN = "overwritten"
    REWRITTEN = "rewritten"
    SEAL = "seal changed"
    STATE = "state hash differs"
    UNCLEAR = "unclear"


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
        words = f"The file ends within a record: its last {report.tail_bytes:,} bytes belong to an interrupted write."
        return Diagnosis(Damage.TRUNCATED, words, None)
    if report.tail_bytes:
        return Diagnosis(Damage.INSERTED, f"{report.tail_bytes:,} bytes were added after the seal.", None)
    if report.mismatches:
        first = report.mismatches[0]
        words = (
            f"Every record is as it was written, but at event {position_after(first.index):,} replay gives another "
            f"state than the recorded one: {first.problem}."
        )
        return Diagnosis(Damage.STATE, words, first)
    return None


def _diagnose_seal(log: EventLog, report: VerificationReport) -> Diagnosis:
    facts = _seal_facts(log)
    sealed, events = facts.get("events"), report.events
    if type(sealed) is int and sealed > events:
        words = f"The seal counts {sealed:,} events, the file has {events:,}: records were removed from the end."
        return Diagnosis(Damage.TRUNCATED, words, None)
    if sealed == events and facts.get("head") == bytes.fromhex(report.head or ""):
        return Diagnosis(Damage.SEAL, "The records are as they were sealed, but the seal itself was changed.", None)
    words = "The seal does not match the records before it: it was changed, or belongs to another log."
    return Diagnosis(Damage.SEAL, words, None)


def _diagnose_failure(log: EventLog, first: Finding) -> Diagnosis:
    event = f"Event {position_after(first.index):,}"
    if first.problem != BROKEN_LINK:
        if "no record" in first.problem:
            words = (
                f"At byte {first.offset:,}, where event {position_after(first.index):,} should begin, {first.problem}."
            )
            return Diagnosis(Damage.OVERWRITTEN, words, first)
        words = f"{event} is linked correctly, but {first.problem}: it was written so, or the chain was computed again."
        return Diagnosis(Damage.REWRITTEN, words, first)
    start, stop = max(0, first.index - _NEIGHBOUR_RECORDS), first.index + _NEIGHBOUR_RECORDS
    around = list(_records(log, EventIndex(start), EventIndex(stop)))
    at = next((i for i, record in enumerate(around) if record.index == first.index), None)
    if at is None:
        return Diagnosis(Damage.UNCLEAR, f"{event} does not match the record before it.", first)
    before = around[at - 1].hash if at else log.header.hash
    neighbours = _Neighbours(before, around[:at], around[at + 1 :], _seal_facts(log) if at + 1 == len(around) else {})
    damage, words = _diagnose_link(event, around[at], neighbours)
    if len(around) < len(log.offsets) and damage in (Damage.EDITED, Damage.REMOVED, Damage.UNCLEAR):
        words += f" (Only the {_NEIGHBOUR_RECORDS:,} records on either side were examined.)"
    return Diagnosis(damage, words, first)


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """The surroundings of a record. before: the hash to which it should be linked. seal: facts of a seal after it."""

    before: bytes
    earlier: Sequence[_Record]
    later: Sequence[_Record]
    seal: dict[str, Any]


def _diagnose_link(event: str, record: _Record, around: _Neighbours) -> tuple[Damage, str]:
    """Explain a record that is not linked to the one before it, by the links of it and its neighbours."""
    displacement = _displacement(event, record, around)
    if displacement is not None:
        return displacement
    after = around.later[0] if around.later else None
    computed = record_hash(around.before, record.content, record.state, record.meta)
    if after.is_linked_to(computed) if after is not None else around.seal.get("head") == computed:
        return Damage.HASH_DAMAGED, f"{event} is as it was written, but its stored hash was changed."
    held = after.is_linked_to(record.hash) if after is not None else around.seal.get("head") == record.hash
    previous = around.earlier[-1].seq if around.earlier else -1
    if record.seq is not None and previous is not None and record.seq > previous + 1:
        missing = record.seq - previous - 1
        which = f"number {previous + 1:,}" if missing == 1 else f"numbers {previous + 1:,} to {record.seq - 1:,}"
        many = "record is" if missing == 1 else "records are"
        sealed = around.seal.get("events")
        counts_on = after.seq == record.seq + 1 if after is not None else sealed == record.index + 1 + missing
        if counts_on:
            return Damage.REMOVED, f"Before {event.lower()} {missing:,} {many} missing: event {which}."
        if not held:
            return Damage.UNCLEAR, f"Either {missing:,} records before {event.lower()} are missing, or it was changed."
    if held and not around.earlier:
        return Damage.EDITED, f"The header or {event.lower()} was changed after it was written."
    if held:
        return (
            Damage.EDITED,
            f"{event} was changed after it was written, or it and the following records belong to another "
            "run: they match its stored hash, it does not.",
        )
    if after is None:
        return Damage.EDITED, f"{event}, the last one, was changed after it was written."
    return Damage.UNCLEAR, f"{event} does not match the record before it, and neither does the record after it."


def _displacement(event: str, record: _Record, around: _Neighbours) -> tuple[Damage, str] | None:
    """Return whether the record, or records before it, are in the wrong place; None if not."""
    for other in around.earlier:
        if other.hash == record.hash:
            return Damage.DUPLICATED, f"{event} is a copy of event {position_after(other.index):,}."
    for other in around.later:
        if record.is_linked_to(other.hash):
            return Damage.REORDERED, f"{event} was after event {position_after(other.index):,} when it was written."
    for number, other in enumerate(around.later, 1):
        if other.is_linked_to(around.before):
            many = "It was" if number == 1 else f"It and the next {number - 1:,} were"
            words = (
                f"{event} does not belong here. {many} inserted: the records after it are linked to those before it."
            )
            return Damage.INSERTED, words
    for other in reversed(around.earlier[:-1]):
        if record.is_linked_to(other.hash):
            number = record.index - other.index - 1
            words = (
                f"The {number:,} records before {event.lower()} were inserted: it is linked to the record before them."
            )
            return Damage.INSERTED, words
    return None


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
