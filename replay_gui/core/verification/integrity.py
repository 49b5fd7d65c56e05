"""The first half of verification (log-format.md, Verification): links, form, seq and parent of records, no state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import lt
from types import NoneType
from typing import Any, NamedTuple, TypeAlias

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log.canonical import decode, decode_canonical_map, encode_all
from replay_gui.core.log.chain import MSGPACK_BIN32, MSGPACK_NIL, digests, seal_hash
from replay_gui.core.log.fast_events import DecodedEvent, are_canonical, indexes_not_canonical
from replay_gui.core.log.fast_metas import FastMeta
from replay_gui.core.log.fault import Fault, is_seq, readable_seq
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from replay_gui.core.log.scanner import Block, Ending, Skipped
from replay_gui.core.verification.verification_report import SealState

BROKEN_LINK = "the hash does not match the record and the one before it"
Problem: TypeAlias = tuple[str, str | None, str | None]
"""The problem in words, the expected value, the actual value."""


class Boundary(NamedTuple):
    """A point between two records at which the pass can begin, with all required data about the records before.

    Attributes:
        event_index, offset: of the next record. previous: the hash it is linked to, None after a skipped stretch.
        expected: the seq it must have, None if any is allowed.
        searched: the cost of the searches before it, so that the limit is the same as for one undivided pass.
    """

    event_index: EventIndex
    offset: int
    previous: bytes | None
    expected: int | None
    searched: int = 0


@dataclass(slots=True, kw_only=True)
class Integrity:
    """The result so far of checking consecutive blocks.

    Links, contents and metas are each checked for a whole block in a few C loops; records that fail there are checked
    one by one. Of a record's problems only the first is reported, in this order: link, content, meta.

    Attributes:
        index, previous, expected: as in Boundary (index is its event_index), for the record that comes next.
        searched: as in Boundary. faults: the failures so far. state_hashes: number of records with a state hash.
        skipped_bytes: their sum.
        may_stay_packed: whether all contents are canonical, and their values within the limits in any state, so that
            a replay may leave them packed.
    """

    index: EventIndex = FIRST_EVENT
    previous: bytes | None = None
    expected: int | None = 0
    searched: int = 0
    faults: list[Fault] = field(default_factory=list)
    state_hashes: int = 0
    skipped_bytes: int = 0
    may_stay_packed: bool = True

    def check_block(self, block: Block, metas: list[FastMeta] | None, events: Sequence[DecodedEvent]) -> None:
        """Check the records of a block; `metas`, `events`: the results of decode_fast_metas and an EventDecoder."""
        if not len(block):  # a block that was cut before its first record
            return
        problems = self._metas(block.metas, metas)
        contents = block.contents
        if not are_canonical(events, contents):
            not_canonical = indexes_not_canonical(events, contents)
            self.may_stay_packed &= not not_canonical and NoneType not in map(type, events)
            problems |= {i: _content_problem(contents[i]) for i in not_canonical}
        problems |= _links(self.previous if block.linked else None, block)
        for i in sorted(problems):
            self.faults.append(_fault(block, i, problems[i]))
        self.state_hashes += len(block) - block.states.count(None)
        self.index, self.previous = EventIndex(block.first_index + len(block)), block.hashes[-1]

    def _metas(self, metas: Sequence[bytes], decoded: list[FastMeta] | None) -> dict[int, Problem]:
        """Return the problems of metas by their index in the block; advance `expected`."""
        if decoded is not None and self.expected is not None and _are_valid(decoded, metas, self.expected):
            self.expected += len(metas)
            return {}
        problems = {}
        for i, meta in enumerate(metas):
            problem, seq = _meta_problem(meta, self.expected)
            if problem is not None:
                problems[i] = problem
            if seq is None:
                seq = self.expected
            self.expected = None if seq is None else seq + 1
        return problems

    def add_skipped(self, part: Skipped) -> None:
        """Add a skipped stretch of bytes as one failure."""
        problem = f"{part.size} bytes are no record and were skipped"
        if part.gave_up:
            problem = (
                f"{part.size} bytes are no record and were skipped; searching for later records was stopped, because"
                " it has cost too much for a file of this size"
            )
        self.faults.append(Fault(part.index, part.offset, None, problem))
        self.skipped_bytes += part.size
        self.index, self.previous, self.expected = EventIndex(part.index + 1), None, None
        self.searched = part.searched

    def seal_state(self, ending: Ending) -> SealState:
        """Return "good" for the seal of these records, "bad" for any other seal, "none" if the log has none."""
        if ending.seal is None:
            return "none"
        body, hash_ = ending.seal
        facts = decode_canonical_map(body)
        right = (
            facts is not None
            and self.previous is not None
            and hash_ == seal_hash(self.previous, body)
            and facts.get("head") == self.previous
            and type(facts.get("events")) is int
            and facts["events"] == self.index
            and "time" in facts
        )
        return "good" if right else "bad"


def _fault(block: Block, i: int, problem: Problem) -> Fault:
    return Fault(EventIndex(block.first_index + i), int(block.offsets[i]), readable_seq(block.metas[i]), *problem)


def _links(previous: bytes | None, block: Block) -> dict[int, Problem]:
    """Return the records with a wrong hash, by index in the block; without `previous`, the first is not checked."""
    marks: Iterable[bytes] = repeat(MSGPACK_NIL)
    if any(block.states):
        marks = [MSGPACK_NIL if state is None else MSGPACK_BIN32 + state for state in block.states]
    before = (previous or b"", *block.hashes[:-1])
    computed = digests(map(b"".join, zip(before, block.contents, marks, block.metas)))  # noqa: B905
    if previous is None:
        computed[0] = block.hashes[0]
    if computed == list(block.hashes):
        return {}
    pairs = enumerate(zip(computed, block.hashes, strict=True))
    return {i: (BROKEN_LINK, right.hex(), hash_.hex()) for i, (right, hash_) in pairs if right != hash_}


def _are_valid(decoded: list[FastMeta], metas: Sequence[bytes], expected: int) -> bool:
    """Return whether the decoded `metas` are canonical, and their seqs count up from `expected`."""
    seqs = [meta.seq for meta in decoded]
    return (
        encode_all(decoded) == b"".join(metas)
        and seqs == [*range(expected, expected + len(decoded))]
        and all(map(lt, [meta.parent for meta in decoded], seqs))
    )


def _content_problem(content: bytes) -> Problem:
    return f"the content breaks the format: {_why(content, 'is not [kind, payload]')}", None, None


def _meta_problem(meta: bytes, expected: int | None) -> tuple[Problem | None, int | None]:
    """Return (the problem, or None; the seq, None if it cannot be read)."""
    facts = decode_canonical_map(meta)
    if facts is None:
        return (f"the meta breaks the format: {_why(meta, 'is no map')}", None, None), readable_seq(meta)
    seq: Any = facts.get("seq")
    if not is_seq(seq):
        return ("meta has no seq that is a whole number", None, None), None
    if expected is not None and seq != expected:
        return ("seq does not follow that of the record before", str(expected), str(seq)), seq
    if "parent" in facts and not _is_earlier(facts["parent"], seq):
        return ("parent is not the seq of an earlier event", f"below {seq}", str(facts["parent"])[:80]), seq
    return None, seq


def _why(raw: bytes, otherwise: str) -> str:
    try:
        value = decode(raw)
    except NotCanonical as why:
        return str(why)
    return otherwise if not isinstance(value, dict | list) else f"not in canonical form, or {otherwise}"


def _is_earlier(parent: Any, seq: int) -> bool:
    return type(parent) is int and 0 <= parent < seq
