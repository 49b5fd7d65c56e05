"""What was done to a damaged log, as far as its chain tells: from the first record that fails, and those around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from replay_gui.core.chain import record_hash
from replay_gui.core.integrity import BROKEN_LINK, readable_seq
from replay_gui.core.log_reader import EventLog
from replay_gui.core.scanner import Block, scan
from replay_gui.core.verification import Finding, VerificationReport

_AROUND = 256  # records looked at on either side
_ANY_HASH = bytes(32)


class Damage(StrEnum):
    """What was done."""

    EDITED = "edited"
    REMOVED = "removed"
    INSERTED = "inserted"
    DUPLICATED = "duplicated"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    HASH_DAMAGED = "stored hash damaged"
    OVERWRITTEN = "overwritten"
    REWRITTEN = "rewritten"
    STATE = "state hash differs"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the first damage is. `words`: a sentence or two for a person. `finding`: what it rests on, if anything."""

    damage: Damage
    words: str
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class _Record:
    place: int
    content: bytes
    state: bytes | None
    meta: bytes
    hash: bytes

    @property
    def seq(self) -> int | None:
        return readable_seq(self.meta)

    def follows(self, hash_: bytes) -> bool:
        return record_hash(hash_, self.content, self.state, self.meta) == self.hash


def diagnose(log: EventLog, report: VerificationReport) -> Diagnosis | None:
    """What was done to the log, by its first failure; None where it has none.

    Of several damages the first one is told. Where the chain allows several readings, it is UNCLEAR.
    """
    if report.failures:
        return _of_failure(log, report.failures[0])
    if report.seal == "bad":
        return Diagnosis(
            Damage.TRUNCATED,
            "The seal does not fit the records before it: records were removed from the end, or the seal was changed.",
            None,
        )
    if report.tail_bytes and report.seal == "none":
        words = f"The file ends within a record: its last {report.tail_bytes:,} bytes are of an interrupted write."
        return Diagnosis(Damage.TRUNCATED, words, None)
    if report.tail_bytes:
        return Diagnosis(Damage.INSERTED, f"{report.tail_bytes:,} bytes were added after the seal.", None)
    if report.mismatches:
        first = report.mismatches[0]
        words = (
            f"Every record is as it was written, but at event {first.position + 1:,} replay comes to another state "
            f"than was recorded: {first.problem}."
        )
        return Diagnosis(Damage.STATE, words, first)
    return None


def _of_failure(log: EventLog, first: Finding) -> Diagnosis:
    event = f"Event {first.position + 1:,}"
    if first.problem != BROKEN_LINK:
        if "no record" in first.problem:
            words = f"At byte {first.offset:,}, where event {first.position + 1:,} should begin, {first.problem}."
            return Diagnosis(Damage.OVERWRITTEN, words, first)
        words = f"{event} is linked rightly, yet {first.problem}: it was written so, or the chain was made anew."
        return Diagnosis(Damage.REWRITTEN, words, first)
    around = list(_records(log, max(0, first.position - _AROUND), first.position + _AROUND))
    at = next((i for i, record in enumerate(around) if record.place == first.position), None)
    if at is None:
        return Diagnosis(Damage.UNCLEAR, f"{event} does not fit the one before it.", first)
    before = around[at - 1].hash if at else log.header.hash
    damage, words = _of_link(event, before, around[:at], around[at], around[at + 1 :])
    return Diagnosis(damage, words, first)


def _of_link(
    event: str, before: bytes, earlier: Sequence[_Record], record: _Record, later: Sequence[_Record]
) -> tuple[Damage, str]:
    """What a record is that does not follow the one before it, by what it and its neighbours follow instead."""
    after = later[0] if later else None
    for other in earlier:
        if other.hash == record.hash:
            return Damage.DUPLICATED, f"{event} is a copy of event {other.place + 1:,}."
    for other in later:
        if record.follows(other.hash):
            return Damage.REORDERED, f"{event} stood after event {other.place + 1:,} when it was written."
    for number, other in enumerate(later, 1):
        if other.follows(before):
            many = "It was" if number == 1 else f"It and the next {number - 1:,} were"
            return (
                Damage.INSERTED,
                f"{event} does not belong here. {many} put in: what comes then follows what was before.",
            )
    for other in reversed(earlier[:-1]):
        if record.follows(other.hash):
            number = record.place - other.place - 1
            return (
                Damage.INSERTED,
                f"The {number:,} records before {event.lower()} were put in: it follows the one before them.",
            )
    computed = record_hash(before, record.content, record.state, record.meta)
    if after is not None and after.follows(computed):
        return Damage.HASH_DAMAGED, f"{event} is as it was written, but its stored hash was changed."
    previous = earlier[-1].seq if earlier else -1
    if record.seq is not None and previous is not None and record.seq > previous + 1 and _counts_on(record, after):
        missing = record.seq - previous - 1
        which = (
            f"event number {previous + 1:,}"
            if missing == 1
            else f"event numbers {previous + 1:,} to {record.seq - 1:,}"
        )
        return (
            Damage.REMOVED,
            f"Before {event.lower()} {missing:,} {'record is' if missing == 1 else 'records are'} missing: {which}.",
        )
    if after is None or after.follows(record.hash):
        return (
            Damage.EDITED,
            f"{event} was changed after it was written: what follows it fits its stored hash, it does not.",
        )
    return Damage.UNCLEAR, f"{event} does not fit the one before it, nor does what follows it."


def _counts_on(record: _Record, after: _Record | None) -> bool:
    """Whether the next record counts on from this one, so that the gap in the numbers lies before it."""
    return after is None or record.seq is None or after.seq == record.seq + 1


def _records(log: EventLog, start: int, stop: int) -> Iterator[_Record]:
    """The records of these places, as they are stored; skipped stretches are left out."""
    offsets = log.offsets
    stop = min(stop, len(offsets))
    if start >= stop:
        return
    until = int(offsets[stop]) if stop < len(offsets) else None
    for part in scan(log.source, int(offsets[start]), start, _ANY_HASH, until):
        if isinstance(part, Block):
            fields = zip(part.contents, part.states, part.metas, part.hashes, strict=True)
            for place, (content, state, meta, hash_) in enumerate(fields, part.first):
                if place >= stop:
                    return
                yield _Record(place, content, state, meta, hash_)
