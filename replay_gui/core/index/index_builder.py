"""The pass over a log that builds its index: the columns and the snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from replay_gui.core.index.event_columns import DecodedBlock, EventColumns
from replay_gui.core.index.index_columns import (
    REPLAY_COLUMNS,
    ColumnWriter,
    write_calls,
    write_event_groups,
    write_run_clock,
)
from replay_gui.core.index.meta_columns import MemberCounts
from replay_gui.core.index.record_columns import RecordColumns, write_chain
from replay_gui.core.log.fast_metas import decode_fast_metas
from replay_gui.core.log.fault import NOT_APPLIED, SKIPPED, Fault, readable_seq
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position
from replay_gui.core.log.scanner import Block, Ending, Skipped
from replay_gui.core.replay.snapshot_store import DISK_BUDGET_BYTES, SnapshotEntry, SnapshotWriter
from replay_gui.core.replay.snapshots import SnapshotPolicy
from replay_gui.core.state.bulk_reducer import BulkReducer, BulkResult, without_replay
from replay_gui.core.state.reducer import REDUCER
from replay_gui.core.state.state_hash import StateHash
from replay_gui.core.state.work_limit import TooMuchWork, max_moved_values

SNAPSHOTS_FILE = "snapshots"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIndex:
    """The progress of a pass: everything about the first `count` events that is not in the column files.

    Attributes:
        offset: bytes of the log read. head: the last record's hash, empty after a skipped stretch.
        snapshots: the table of the snapshot file.
        not_applied: the events that cannot be applied to the state before them.
        state_hashes: number of records with a state hash.
        state_hash: of the final state; None until the end, or if the reducer is unknown here, or replay was stopped.
        content: BLAKE3 of the log's bytes, in hex, as read by the pass; "" if it was not one pass over a log.
        members: of the metas, if the pass has made the columns of the records too (see record_columns).
        stopped: the event before which replay was stopped, since the events change too much for a log of this size
            (see work_limit); later events have no state, and whether they can be applied is unknown. None: not stopped.
    """

    count: int
    offset: int
    head: bytes
    kinds: tuple[str, ...]
    tools: tuple[str, ...]
    phases: tuple[tuple[int, str], ...]
    snapshots: tuple[SnapshotEntry, ...]
    not_applied: tuple[Fault, ...]
    state_hashes: int = 0
    state_hash: bytes | None = None
    content: str = ""
    members: MemberCounts = ()
    stopped: EventIndex | None = None


class IndexBuilder:
    """Reads a log once, replays every event, and writes column files and snapshots to a folder.

    Attributes:
        count, offset: number of events read so far, and number of bytes of the log up to there.
    """

    def __init__(
        self, log: EventLog, folder: Path, policy: SnapshotPolicy | None = None, with_records: bool = True
    ) -> None:
        """Begin with the first record.

        Args:
            policy: of the snapshots.
            with_records: whether to write also the columns that need no replay (see record_columns). Otherwise the
                values in states are left packed, as far as no event needs them: then the index is right only if an
                integrity pass finds that they all may (see IntegritySlice).
        """
        self._log = log
        self._columns = ColumnWriter(folder, REPLAY_COLUMNS)
        self._folder = folder
        self._records = RecordColumns(folder, FIRST_EVENT) if with_records else None
        self._snapshots = SnapshotWriter(folder / SNAPSHOTS_FILE, max(DISK_BUDGET_BYTES, log.source.size))
        self._policy = SnapshotPolicy() if policy is None else policy
        self._reducer = BulkReducer(max_work=max_moved_values(log.source.size), packed=not with_records)
        self._stopped: EventIndex | None = None
        self._events = EventColumns()
        self._not_applied: list[Fault] = []
        self.count = 0
        self._previous_critical = False
        self._state_hashes = 0
        self.offset = len(log.header.raw)
        self._head = b""  # hash of the previous record, to which a snapshot is bound; empty if there is none
        self._heads: tuple[int, tuple[bytes, ...]] = 0, (b"",)  # a position, and the head at it and at each later one

    def run(self, on_progress: Callable[[int], None]) -> BuiltIndex:
        """Read the whole log. `on_progress` is called after each block with the byte offset that was reached."""
        self._log.source.hash_reads(self._log.header.raw)
        try:
            for part in self._log.parts():
                if isinstance(part, Ending):
                    return replace(self.finish(), content=self._log.source.hash_of_reads())
                self.add_part(part)
                del part  # as in scan
                on_progress(self.offset)
        finally:
            self.close()
        raise AssertionError("a scan ends with an Ending")

    def add_part(self, part: Block | Skipped) -> None:
        """Process the next part of the log."""
        if isinstance(part, Block):
            self._add_block(part)
        else:
            self._add_skipped(part)

    def finish(self) -> BuiltIndex:
        """Write the rest after the last part; return the complete result."""
        self._save_snapshot(Position(self.count), self.offset)
        built = self.built()
        write_event_groups(self._folder, built.count, built.kinds, built.tools)
        if self._records is not None:
            write_chain(self._folder)
            write_calls(self._folder)
            write_run_clock(self._folder, built.count)
        self._reducer.unpack()
        known = self._log.header.reducer == REDUCER and self._stopped is None
        return replace(built, state_hash=StateHash.of(self._reducer.root).digest() if known else None)

    def close(self) -> None:
        """Close the files."""
        self._columns.close()
        if self._records is not None:
            self._records.close()
        self._snapshots.close()

    def built(self) -> BuiltIndex:
        """Flush the files and return the progress of the pass; the files have all entries that it counts."""
        self._columns.flush()
        if self._records is not None:
            self._records.flush()
        return BuiltIndex(
            count=self.count,
            offset=self.offset,
            head=self._head,
            kinds=tuple(self._events.kinds),
            tools=tuple(self._events.tools),
            phases=tuple(self._events.phases),
            snapshots=tuple(self._snapshots.entries),
            not_applied=tuple(self._not_applied),
            state_hashes=self._state_hashes,
            members=() if self._records is None else self._records.members,
            stopped=self._stopped,
        )

    def _add_block(self, block: Block) -> None:
        first, count = block.first_index, len(block)
        self._heads = first, (self._head, *block.hashes)
        decoded = self._events.decode(block.contents, self._reducer.is_packed)
        applied = self._replay(block, decoded)
        for i in applied.refused:
            seq = readable_seq(block.metas[i])
            self._not_applied.append(Fault(EventIndex(first + i), int(block.offsets[i]), seq, NOT_APPLIED))
        self.count = first + count
        self._state_hashes += count - list(block.states).count(None)
        self.offset, self._head = block.end_offset, block.hashes[-1]
        self._columns.append(self._events.block_entries(block, decoded, applied))
        if self._records is not None:
            self._records.add_part(block, decode_fast_metas(block.metas))

    def _replay(self, block: Block, decoded: DecodedBlock) -> BulkResult:
        """Apply the events, and save a snapshot wherever the policy requires one."""
        first, applied, done = Position(block.first_index), BulkResult([], []), 0
        around = decoded.critical.copy()  # of this event or the one before: snapshots are saved before and after it
        around[0] |= self._previous_critical
        around[1:] |= decoded.critical[:-1]
        self._previous_critical = bool(decoded.critical[-1])
        critical, begin = np.flatnonzero(around).tolist(), 0
        while self._stopped is None:
            due = self._policy.next_due(first, block.offsets, begin, critical)
            if due is None:
                break
            self._apply_events(block, decoded, done, due, applied)
            self._save_snapshot(Position(first + due), int(block.offsets[due]))
            done, begin = due, due + 1
        self._apply_events(block, decoded, done, len(block), applied)
        return applied

    def _apply_events(self, block: Block, decoded: DecodedBlock, begin: int, end: int, applied: BulkResult) -> None:
        contents, events = block.contents[begin:end], decoded.events[begin:end]
        try:
            more = self._reducer.fold(contents, events) if self._stopped is None else without_replay(contents)
        except TooMuchWork as why:
            self._stopped = EventIndex(block.first_index + begin + why.number)
            more = without_replay(contents)
        applied.refused.extend(begin + i for i in more.refused)
        applied.requested.extend(more.requested)

    def _add_skipped(self, part: Skipped) -> None:
        self._not_applied.append(Fault(part.index, part.offset, None, SKIPPED))
        self.count = part.index + 1
        self.offset = part.offset + part.size
        self._head = b""
        self._heads = self.count, (b"",)
        self._columns.append(self._events.skipped_entries(part))
        if self._records is not None:
            self._records.add_part(part)

    def _save_snapshot(self, position: Position, offset: int) -> None:
        entries = self._snapshots.entries
        if self._stopped is not None or (entries and entries[-1].position == position):
            return
        first, heads = self._heads
        head = heads[position - first]
        if not head:
            return
        entry = self._snapshots.add(position, self._reducer, head)
        self._policy.note_saved(position, offset, self._snapshots.last_step_bytes, entry.total)
