"""The one pass that derives from a log all that is kept beside it: index columns and snapshots."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
from blake3 import blake3
from msgspec import UNSET
from numpy.typing import NDArray

from replay_gui.core.canonical import decode, decode_shallow
from replay_gui.core.chain import HASH_SIZE
from replay_gui.core.errors import NotApplicable, NotCanonical
from replay_gui.core.event import SKIPPED_KIND, UNREADABLE_KIND
from replay_gui.core.index_columns import CHAIN_STEP, ColumnWriter
from replay_gui.core.integrity import Fault, UsualMeta, readable_seq, usual_metas
from replay_gui.core.kinds import CRITICAL_KINDS, KINDS
from replay_gui.core.log_reader import EventLog
from replay_gui.core.passes import NOT_APPLIED, SKIPPED
from replay_gui.core.quick_fold import QuickFold
from replay_gui.core.reducer import REDUCER, decode_event
from replay_gui.core.run_index import (
    FLAG_CRITICAL,
    FLAG_FAILED,
    FLAG_NOT_APPLIED,
    FLAG_UNREADABLE,
    NO_DURATION,
    NO_PAIR,
    NO_TIME,
    NO_TOOL,
)
from replay_gui.core.scanner import Block, Ending, Skipped
from replay_gui.core.snapshot_store import DISK_BUDGET, Entry, SnapshotWriter
from replay_gui.core.snapshots import SnapshotPolicy
from replay_gui.core.state_hash import StateHash
from replay_gui.core.usual_events import USUAL, decode_all

SNAPSHOTS_FILE = "snapshots"
_INT64 = 1 << 63
_KINDS_LIMIT = 1 << 16  # what the column can number
OTHER_KINDS = "(other)"  # stands for those beyond
_CONSIDERED = 16  # events between two looks at the policy where nothing happens
_FACTS = ("duration", "parent", "time")
_KIND_OF = {structure: kind for kind, structure in USUAL.items()}
_digest = blake3.digest
Row: TypeAlias = tuple[int, int, int, int, int, int]
"""kind, tool, time, duration, request, flags: what the columns of these names have of one event."""


@dataclass(frozen=True, slots=True)
class Built:
    """How far a pass has come: everything about the first `count` events that is not in the column files.

    Attributes:
        offset: bytes of the log read. head: the last record's hash, empty where a skipped stretch stands last.
        snapshots: the table of the snapshot file.
        not_applied: the events that have no effect on the state they meet.
        state_hashes: how many records carry one.
        state_hash: of the final state; None until the end, or where the reducer is not known here.
    """

    count: int
    offset: int
    head: bytes
    kinds: tuple[str, ...]
    tools: tuple[str, ...]
    phases: tuple[tuple[int, str], ...]
    snapshots: tuple[Entry, ...]
    not_applied: tuple[Fault, ...]
    state_hashes: int = 0
    state_hash: bytes | None = None


class IndexBuilder:
    """Runs over a log once, writes column files and snapshots to a folder, and replays every event on the way."""

    def __init__(self, log: EventLog, folder: Path, policy: SnapshotPolicy | None = None) -> None:
        self._log = log
        self._columns = ColumnWriter(folder)
        self._snapshots = SnapshotWriter(folder / SNAPSHOTS_FILE, max(DISK_BUDGET, log.source.size))
        self._policy = SnapshotPolicy() if policy is None else policy
        self._fold = QuickFold()
        self._kinds: dict[str, int] = {name: i for i, name in enumerate(KINDS)}
        self._tools: dict[str, int] = {}
        self._phases: list[tuple[int, str]] = []
        self._open: dict[str, deque[tuple[int, int]]] = {}  # request hash: (place, time) of requests that wait
        self._not_applied: list[Fault] = []
        self._chain = blake3()
        self._count = 0
        self._previous_critical = False
        self._state_hashes = 0
        self._offset = len(log.header.raw)
        self._head = b""  # hash of the record before; empty where there is none that a snapshot could be bound to
        self._heads: tuple[int, tuple[bytes, ...]] = 0, (b"",)  # those before each position from the first one on

    def run(self, on_progress: Callable[[Built], None]) -> Built:
        """The pass. `on_progress` hears of it after each block; the files then hold what it says."""
        try:
            for part in self._log.parts():
                if isinstance(part, Ending):
                    self._keep(self._count, self._offset)
                    return self._ended()
                if isinstance(part, Block):
                    self._block(part)
                else:
                    self._skipped(part)
                on_progress(self.built())
        finally:
            self._columns.close()
            self._snapshots.close()
        raise AssertionError("a scan ends with an Ending")

    def _ended(self) -> Built:
        known = self._log.header.reducer == REDUCER
        return replace(self.built(), state_hash=StateHash.of(self._fold.root).digest() if known else None)

    def built(self) -> Built:
        """How far the pass has come."""
        return Built(
            self._count,
            self._offset,
            self._head,
            tuple(self._kinds),
            tuple(self._tools),
            tuple(self._phases),
            tuple(self._snapshots.entries),
            tuple(self._not_applied),
            self._state_hashes,
        )

    def _block(self, block: Block) -> None:
        offsets, contents, first = block.offsets.tolist(), block.contents, block.first
        events = decode_all(contents)
        facts = usual_metas(block.metas) or [*map(_facts, block.metas)]
        self._heads = first, (self._head, *block.hashes)
        rows = []
        for place, (event, content, about) in enumerate(zip(events, contents, facts, strict=True), first):
            kind, payload = _read(content) if event is None else (_KIND_OF[type(event)], event.payload)
            critical = kind in CRITICAL_KINDS
            if critical or self._previous_critical or place % _CONSIDERED == 0:
                self._consider(place, offsets[place - first], critical)
            applied = self._fold.apply(event, content)
            if not applied:
                self._not_applied.append(
                    Fault(place, offsets[place - first], readable_seq(block.metas[place - first]), NOT_APPLIED)
                )
            rows.append(self._row(place, kind, payload, about, applied))
        self._count = first + len(block)
        self._state_hashes += len(block) - list(block.states).count(None)
        self._offset, self._head = offsets[-1], block.hashes[-1]
        content_hashes = [*map(_digest, map(blake3, contents))]
        hashes = b"".join([hash_[:8] for hash_ in block.hashes])
        self._write(rows, block.offsets[:-1], content_hashes, hashes)

    def _skipped(self, part: Skipped) -> None:
        self._not_applied.append(Fault(part.place, part.offset, None, SKIPPED))
        kind = self._kinds[SKIPPED_KIND] if SKIPPED_KIND in self._kinds else self._new_kind(SKIPPED_KIND)
        row = (kind, NO_TOOL, NO_TIME, NO_DURATION, NO_PAIR, FLAG_UNREADABLE | FLAG_NOT_APPLIED)
        self._count = part.place + 1
        self._offset = part.offset + part.size
        self._head = b""
        self._heads = self._count, (b"",)
        self._write([row], np.array([part.offset]), [bytes(HASH_SIZE)], bytes(8))

    def _write(self, rows: list[Row], offsets: NDArray[np.int64], content_hashes: list[bytes], hashes: bytes) -> None:
        shown = zip(("kind", "tool", "time", "duration", "request", "flags"), zip(*rows, strict=True), strict=True)
        content, chain = b"".join(content_hashes), self._chained(content_hashes)
        self._columns.append({**dict(shown), "offset": offsets, "content": content, "chain": chain, "hash": hashes})

    def _chained(self, content_hashes: list[bytes]) -> bytes:
        """The chain's values at every CHAIN_STEP-th of the events that end with these."""
        values = []
        begin, place = 0, self._count - len(content_hashes)
        while (end := begin + CHAIN_STEP - (place + begin) % CHAIN_STEP) <= len(content_hashes):
            self._chain.update(b"".join(content_hashes[begin:end]))
            values.append(self._chain.digest())
            begin = end
        self._chain.update(b"".join(content_hashes[begin:]))
        return b"".join(values)

    def _row(self, place: int, kind: str, payload: Any, about: UsualMeta, applied: bool) -> Row:
        """What the columns have of an event that was just replayed; `payload` has its fields as attributes."""
        tool, request, duration = NO_TOOL, NO_PAIR, NO_DURATION
        flags = FLAG_CRITICAL if kind in CRITICAL_KINDS else 0
        time = about.time if about.time is not UNSET and 0 <= about.time < _INT64 else NO_TIME
        if about.duration is not UNSET and 0 <= about.duration < _INT64:
            duration = about.duration
        name = getattr(payload, "tool_name", None)
        if isinstance(name, str):
            tool = self._tools.setdefault(name, len(self._tools))
        if not applied:
            flags |= FLAG_NOT_APPLIED | (FLAG_UNREADABLE if kind == UNREADABLE_KIND else 0)
        elif kind == "ToolRequest":
            self._open.setdefault(self._fold.asked, deque()).append((place, time))
        elif kind == "ToolResponse":
            request, begun = self._answered(payload.request_hash, about.parent)
            if request != NO_PAIR and duration == NO_DURATION and NO_TIME not in (time, begun):
                duration = max(0, time - begun)
            if not payload.success:
                flags = FLAG_FAILED
        elif kind == "StateTransition" and getattr(payload, "phase", UNSET) is not UNSET:
            self._phases.append((place, payload.phase))
        number = self._kinds.get(kind)
        if number is None:
            number = self._new_kind(kind)
        return number, tool, time, duration, request, flags

    def _new_kind(self, kind: str) -> int:
        if len(self._kinds) >= _KINDS_LIMIT - 1:
            kind = OTHER_KINDS
        return self._kinds.setdefault(kind, len(self._kinds))

    def _answered(self, name: str, parent: Any) -> tuple[int, int]:
        """(place, time) of the request that a response answers: its parent's, else the oldest that waits."""
        waiting = self._open.get(name)
        if waiting is None:
            return NO_PAIR, NO_TIME
        if len(waiting) == 1:
            del self._open[name]
            return waiting[0]
        found = next((call for call in waiting if call[0] == parent), waiting[0])
        waiting.remove(found)
        return found

    def _consider(self, position: int, offset: int, critical: bool) -> None:
        """Keeps the state before the event at hand where the policy wants it: a critical event lies before or after."""
        if self._policy.due(position, offset, critical or self._previous_critical):
            self._keep(position, offset)
        self._previous_critical = critical

    def _keep(self, position: int, offset: int) -> None:
        first, heads = self._heads
        head = heads[position - first]
        if not head:
            return
        entry = self._snapshots.add(position, self._fold, head)
        self._policy.kept(position, offset, self._snapshots.step, entry.total)


def _read(content: bytes) -> tuple[str, SimpleNamespace]:
    """(kind, payload) of an unusual content, as far as it can be read."""
    try:
        event = decode_shallow(content)
        kind, payload = decode_event(content) if event is None else event
    except NotApplicable:
        return UNREADABLE_KIND, SimpleNamespace()
    return kind, SimpleNamespace(**payload)


def _facts(meta: bytes) -> UsualMeta:
    """What the columns need of any meta, as far as it can be read."""
    try:
        facts = decode(meta)
    except NotCanonical:
        facts = None
    if not isinstance(facts, dict):
        return UsualMeta()
    return UsualMeta(**{name: facts[name] for name in _FACTS if type(facts.get(name)) is int})
