"""The first half of verification (FORMAT 5): links, canonical form, seq and parent of every record. No state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from blake3 import blake3
from msgspec import UNSET, MsgspecError, UnsetType

from replay_gui.core.canonical import (
    FLOAT64,
    KEY_LIMIT,
    canonical_map,
    decode,
    decode_shallow_event,
    encode_sorted,
    is_canonical_event,
    may_hold_nan,
)
from replay_gui.core.chain import BIN32, NIL, record_hash, seal_hash
from replay_gui.core.errors import NotCanonical
from replay_gui.core.scanner import Block, Ending, Skipped


class _UsualMeta(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The meta of most events; in the order of its keys, so that it is encoded canonically. Others take longer."""

    duration: int | UnsetType = UNSET
    parent: int | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    time: int | UnsetType = UNSET


_decode_usual = msgspec.msgpack.Decoder(_UsualMeta).decode
_encode_usual = msgspec.msgpack.Encoder().encode


class Boundary(NamedTuple):
    """A place between two records from which the pass can be taken up: all that it knows of what lies before.

    Attributes:
        place, offset: of the next record. previous: the hash it is linked to, None after a skipped stretch.
        expected: the seq it must have, None where any will do.
    """

    place: int
    offset: int
    previous: bytes | None
    expected: int | None


class Fault(NamedTuple):
    """One failure: place, offset, seq if readable, the problem in words, expected and actual."""

    place: int
    offset: int
    seq: int | None
    problem: str
    expected: str | None = None
    actual: str | None = None


@dataclass(slots=True)
class Integrity:
    """The running result over blocks that follow one another.

    Attributes:
        place, previous, expected: as in Boundary, for the record that comes next.
        faults: the failures so far. state_hashes: how many records carry one. skipped_bytes: their sum.
    """

    place: int = 0
    previous: bytes | None = None
    expected: int | None = 0
    faults: list[Fault] = field(default_factory=list)
    state_hashes: int = 0
    skipped_bytes: int = 0

    def block(self, block: Block) -> None:
        """Judges a block's records. The loop is the cost of verification: what is sound passes in one test."""
        previous, expected, place = self.previous if block.linked else None, self.expected, block.first
        short = max(map(len, block.contents), default=0) <= KEY_LIMIT
        for content, state, meta, hash_ in zip(block.contents, block.states, block.metas, block.hashes, strict=True):
            if state is None:
                mark = NIL
            else:
                mark = BIN32 + state
                self.state_hashes += 1
            seq = expected
            try:
                sound = (
                    previous is not None
                    and blake3(previous + content + mark + meta).digest() == hash_
                    and encode_sorted(decode_shallow_event(content)) == content
                    and _encode_usual(facts := _decode_usual(meta)) == meta
                    and facts.seq == expected
                    and (facts.parent is UNSET or 0 <= facts.parent < expected)
                    and (short or len(content) <= KEY_LIMIT)
                    and not (FLOAT64 in content and may_hold_nan(content))
                )
            except (MsgspecError, UnicodeDecodeError):
                sound = False
            if not sound:
                problem = _problem(previous, expected, content, state, meta, hash_)
                seq = readable_seq(meta)
                if problem is not None:
                    offset = int(block.offsets[place - block.first])
                    self.faults.append(Fault(place, offset, seq, *problem))
                if seq is None:
                    seq = expected
            expected = None if seq is None else seq + 1
            previous = hash_
            place += 1
        self.place, self.previous, self.expected = place, previous, expected

    def skipped(self, part: Skipped) -> None:
        """Counts a stretch that is no record as one failure."""
        problem = f"{part.size} bytes are no record and were skipped"
        if part.gave_up:
            problem += "; the search for a later record was stopped because it cost too much"
        self.faults.append(Fault(part.place, part.offset, None, problem))
        self.skipped_bytes += part.size
        self.place, self.previous, self.expected = part.place + 1, None, None

    def seal(self, ending: Ending) -> str:
        """none, good or bad."""
        if ending.seal is None:
            return "none"
        body, hash_ = ending.seal
        facts = canonical_map(body)
        right = (
            facts is not None
            and self.previous is not None
            and hash_ == seal_hash(self.previous, body)
            and facts.get("head") == self.previous
            and type(facts.get("events")) is int
            and facts["events"] == self.place
            and "time" in facts
        )
        return "good" if right else "bad"


def _problem(
    previous: bytes | None, expected: int | None, content: bytes, state: bytes | None, meta: bytes, hash_: bytes
) -> tuple[str, str | None, str | None] | None:
    """(what is wrong in words, expected, actual), or None where nothing is."""
    computed = None if previous is None else record_hash(previous, content, state, meta)
    if computed is not None and computed != hash_:
        return "the hash does not match the record and the one before it", computed.hex(), hash_.hex()
    if not is_canonical_event(content):
        return f"the content breaks the format: {_why(content, 'is not [kind, payload]')}", None, None
    facts = canonical_map(meta)
    if facts is None:
        return f"the meta breaks the format: {_why(meta, 'is no map')}", None, None
    seq: Any = facts.get("seq")
    if not _is_whole(seq):
        return "meta has no seq that is a whole number", None, None
    if expected is not None and seq != expected:
        return "seq does not follow that of the record before", str(expected), str(seq)
    if "parent" in facts and not _is_earlier(facts["parent"], seq):
        return "parent is not the seq of an earlier event", f"below {seq}", str(facts["parent"])[:80]
    return None


def _why(raw: bytes, otherwise: str) -> str:
    try:
        value = decode(raw)
    except NotCanonical as why:
        return str(why)
    return otherwise if not isinstance(value, dict | list) else f"not in canonical form, or {otherwise}"


def readable_seq(meta: bytes) -> int | None:
    """seq as far as it can be read, whatever else is wrong with meta."""
    try:
        facts = decode(meta)
    except NotCanonical:
        return None
    seq = facts.get("seq") if isinstance(facts, dict) else None
    return seq if _is_whole(seq) else None


def _is_whole(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_earlier(parent: Any, seq: int) -> bool:
    return type(parent) is int and 0 <= parent < seq
