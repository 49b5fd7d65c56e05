"""The one pass that derives from a log all that is kept beside it: index columns and snapshots."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from blake3 import blake3
from msgspec import MsgspecError
from numpy.typing import NDArray

from replay_gui.core.canonical import KEY_LIMIT, decode, decode_shallow, decode_shallow_map
from replay_gui.core.chain import HASH_SIZE
from replay_gui.core.errors import NotApplicable, NotCanonical
from replay_gui.core.event import SKIPPED_KIND, UNREADABLE_KIND, whole
from replay_gui.core.index_columns import CHAIN_STEP, ColumnWriter
from replay_gui.core.integrity import Fault
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

SNAPSHOTS_FILE = "snapshots"
_INT64 = 1 << 63
_KINDS_LIMIT = 1 << 16  # what the column can number
OTHER_KINDS = "(other)"  # stands for those beyond
_CONSIDERED = 16  # events between two looks at the policy where nothing happens


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
        offsets = block.offsets.tolist()
        rows = []
        for i, (content, meta) in enumerate(zip(block.contents, block.metas, strict=True)):
            rows.append(self._event(block.first + i, content, meta, offsets[i]))
            self._head = block.hashes[i]
        self._count = block.first + len(block)
        self._state_hashes += len(block) - list(block.states).count(None)
        self._offset = offsets[-1]
        content_hashes = [blake3(content).digest() for content in block.contents]
        hashes = b"".join(hash_[:8] for hash_ in block.hashes)
        self._write(rows, block.offsets[:-1], content_hashes, hashes)

    def _skipped(self, part: Skipped) -> None:
        self._not_applied.append(Fault(part.place, part.offset, None, SKIPPED))
        kind = self._kinds[SKIPPED_KIND] if SKIPPED_KIND in self._kinds else self._new_kind(SKIPPED_KIND)
        row = (kind, NO_TOOL, NO_TIME, NO_DURATION, NO_PAIR, FLAG_UNREADABLE | FLAG_NOT_APPLIED)
        self._count = part.place + 1
        self._offset = part.offset + part.size
        self._head = b""
        self._write([row], np.array([part.offset]), [bytes(HASH_SIZE)], bytes(8))

    def _write(
        self, rows: list[tuple[int, ...]], offsets: NDArray[np.int64], content_hashes: list[bytes], hashes: bytes
    ) -> None:
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

    def _event(self, place: int, content: bytes, meta: bytes, offset: int) -> tuple[int, ...]:
        """Replays one event; its row: kind, tool, time, duration, request, flags."""
        facts = _facts(meta)
        time, duration = facts.get("time"), facts.get("duration")
        if type(time) is not int or not 0 <= time < _INT64:
            time = NO_TIME
        if type(duration) is not int or not 0 <= duration < _INT64:
            duration = NO_DURATION
        tool, request, flags = NO_TOOL, NO_PAIR, 0
        event = decode_shallow(content)
        kind, payload = _read(content) if event is None else event
        if kind in CRITICAL_KINDS:
            flags = FLAG_CRITICAL
        if flags or self._previous_critical or place % _CONSIDERED == 0:
            self._consider(place, offset, bool(flags))
        if "tool_name" in payload and isinstance(name := payload["tool_name"], str):
            tool = self._tools.get(name, NO_TOOL)
            if tool == NO_TOOL:
                tool = self._tools[name] = len(self._tools)
        if not self._fold.apply(event, content):
            self._not_applied.append(Fault(place, offset, whole(facts.get("seq")), NOT_APPLIED))
            flags |= FLAG_NOT_APPLIED | (FLAG_UNREADABLE if kind == UNREADABLE_KIND else 0)
        elif kind == "ToolRequest":
            self._open.setdefault(self._fold.asked, deque()).append((place, time))
        elif kind == "ToolResponse":
            request, begun = self._answered(payload["request_hash"], facts.get("parent"))
            if request != NO_PAIR and duration == NO_DURATION and NO_TIME not in (time, begun):
                duration = max(0, time - begun)
            if not payload["success"]:
                flags = FLAG_FAILED
        elif kind == "StateTransition" and "phase" in payload:
            self._phases.append((place, payload["phase"]))
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
        if not self._head:
            return
        entry = self._snapshots.add(position, self._fold, self._head)
        self._policy.kept(position, offset, entry.size, entry.total)


def _read(content: bytes) -> tuple[str, dict[str, Any]]:
    """(kind, payload) of an unusual content, as far as it can be read."""
    try:
        return decode_event(content)
    except NotApplicable:
        return UNREADABLE_KIND, {}


def _facts(meta: bytes) -> dict[str, Any]:
    if len(meta) <= KEY_LIMIT:
        try:
            return decode_shallow_map(meta)  # type: ignore[no-any-return]
        except (MsgspecError, UnicodeDecodeError):
            pass
    try:
        facts = decode(meta)
    except NotCanonical:
        return {}
    return facts if isinstance(facts, dict) else {}
