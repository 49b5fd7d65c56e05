"""The passes of verification, over a whole log or over slices that are divided among processes.

Integrity (links, form, numbering) can be checked in any slice that begins at a known boundary. Replay is serial,
unless there are snapshots: then each slice begins at a snapshot, and hashes its first and last state. If the last state
of each slice equals the first of the next, and the first slice begins empty, no snapshot had to be trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass

from replay_gui.core.index.meta_columns import MemberCounts
from replay_gui.core.index.record_columns import RecordColumns
from replay_gui.core.log.fast_events import DecodedEvent, EventDecoder
from replay_gui.core.log.fast_metas import decode_fast_metas
from replay_gui.core.log.fault import NOT_APPLIED, SKIPPED, Fault, readable_seq
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.scanner import Block, Ending, Skipped, scan_log
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import State
from replay_gui.core.state.state_hash import RecordedHashes, StateHash
from replay_gui.core.state.work_limit import TooMuchWork, max_hashed_leaves, max_moved_values
from replay_gui.core.verification.integrity import Boundary, Integrity
from replay_gui.core.verification.verification_report import SealState

OnProgress = Callable[[int], None]
"""Called after each block with the byte offset that was reached."""

NOT_REPRODUCED = "replay does not reproduce the recorded state hash"


@dataclass(frozen=True, slots=True)
class LogTail:
    """The data after the last record: index, offset, seal (none, good, bad), number of bytes after that."""

    index: EventIndex
    offset: int
    seal: SealState
    tail_bytes: int


@dataclass(frozen=True, slots=True)
class IntegritySlice:
    """The result of an integrity pass up to `end`; `tail` is given if it reached the end of the log.

    `members`: of the metas, if the pass has made the columns of the records too (see record_columns).
    `may_stay_packed`: as in Integrity.
    """

    end: Boundary
    faults: tuple[Fault, ...]
    state_hashes: int
    skipped_bytes: int
    tail: LogTail | None
    _: KW_ONLY
    members: MemberCounts = ()
    may_stay_packed: bool = True


@dataclass(frozen=True, slots=True)
class StatesSlice:
    """The result of a replay: mismatches, number of recorded hashes compared, hashes of its first and last state.

    `stopped`: the index of the event before which it stopped, because the events change too much for a log of this
    size (see work_limit); `end_hash` is then empty. None: it did not stop. `content`: BLAKE3 of the file's bytes, in
    hex, if the pass has read all of them; else "". `packed`: whether values were left packed, so that the result is
    right only if they all may (see IntegritySlice).
    """

    begin_hash: bytes
    end_hash: bytes
    faults: tuple[Fault, ...]
    checked: int
    _: KW_ONLY
    stopped: EventIndex | None = None
    content: str = ""
    packed: bool = False


def start_boundary(log: EventLog) -> Boundary:
    """Return the boundary before the first record."""
    return Boundary(EventIndex(0), len(log.header.raw), log.header.hash, 0)


class EventReplay:
    """The replay of a log without recorded state hashes: the events that cannot be applied, and the last state."""

    def __init__(self, log: EventLog, packed: bool = False) -> None:
        """`packed`: see check_applicable."""
        self._packed = packed
        self._reducer = BulkReducer(max_work=max_moved_values(log.source.size), packed=packed)
        self._faults: list[Fault] = []
        self._stopped: EventIndex | None = None

    def add_block(self, block: Block, events: Sequence[DecodedEvent]) -> None:
        """Apply the events of the next block; `events`: the result of an EventDecoder for its contents."""
        if self._stopped is not None:
            return
        try:
            refused = self._reducer.fold(block.contents, events).refused
        except TooMuchWork as why:
            self._stopped = EventIndex(block.first_index + why.number)
            return
        for i in refused:
            seq = readable_seq(block.metas[i])
            self._faults.append(Fault(EventIndex(block.first_index + i), int(block.offsets[i]), seq, NOT_APPLIED))

    def add_skipped_part(self, part: Skipped) -> None:
        """Note a skipped stretch, which cannot be applied to any state."""
        if self._stopped is None:
            self._faults.append(Fault(part.index, part.offset, None, SKIPPED))

    @property
    def is_packed(self) -> bool:
        """Whether the values of the next events may be packed."""
        return self._reducer.is_packed

    @property
    def is_stopped(self) -> bool:
        """Whether replay was stopped because the events change too much for a log of this size."""
        return self._stopped is not None

    def result(self) -> StatesSlice:
        """Return the result for the events so far."""
        self._reducer.unpack()
        end_hash = b"" if self.is_stopped else StateHash.of(self._reducer.root).digest()
        begin_hash, faults = StateHash().digest(), tuple(self._faults)
        return StatesSlice(begin_hash, end_hash, faults, 0, stopped=self._stopped, packed=self._packed)


def check_integrity(
    log: EventLog,
    start: Boundary,
    stop_offset: int | None,
    stop_index: EventIndex | None,
    *,
    on_progress: OnProgress,
    columns: RecordColumns | None = None,
    replay: EventReplay | None = None,
) -> IntegritySlice:
    """Check the records from `start` to `stop_offset`, `stop_index` or the end of the log.

    Args:
        stop_offset: a byte offset; the slice ends with the first block that ends there or later.
        stop_index: the index of an existing record; the slice ends just before it.
        columns, replay: receive the same records.
    """
    integrity = Integrity(
        index=start.event_index, previous=start.previous, expected=start.expected, searched=start.searched
    )
    offset, decode = start.offset, EventDecoder().decode
    for part in scan_log(log.source, start.offset, start.event_index, start.previous, searched=start.searched):
        if isinstance(part, Block):
            block = part if stop_index is None else part.up_to(stop_index)
            metas, events = decode_fast_metas(block.metas), decode(block.contents)
            integrity.check_block(block, metas, events)
            if columns is not None:
                columns.add_part(block, metas)
            if replay is not None:
                replay.add_block(block, events)
            offset = block.end_offset
            del part, block, metas, events  # so that the next block reuses their memory, in the processor's cache
        elif isinstance(part, Skipped):
            integrity.add_skipped(part)
            if columns is not None:
                columns.add_part(part)
            if replay is not None:
                replay.add_skipped_part(part)
            offset = part.offset + part.size
        else:
            tail = LogTail(part.index, part.offset, integrity.seal_state(part), part.tail_bytes)
            return _slice(integrity, part.offset, tail, columns)
        on_progress(offset)
        if (stop_offset is not None and offset >= stop_offset) or integrity.index == stop_index:
            return _slice(integrity, offset, None, columns)
    raise AssertionError("a scan ends with an Ending")


def _slice(integrity: Integrity, offset: int, tail: LogTail | None, columns: RecordColumns | None) -> IntegritySlice:
    end = Boundary(integrity.index, offset, integrity.previous, integrity.expected, integrity.searched)
    return IntegritySlice(
        end,
        tuple(integrity.faults),
        integrity.state_hashes,
        integrity.skipped_bytes,
        tail,
        members=() if columns is None else columns.members,
        may_stay_packed=integrity.may_stay_packed,
    )


def check_states(
    log: EventLog, begin: tuple[EventIndex, int, State], stop: EventIndex | None, on_progress: OnProgress
) -> StatesSlice:
    """Replay records and compare every recorded state hash.

    Memory is in proportion to the state, for events with any number of changes.

    Args:
        begin: index and byte offset of the first record, and the state before it.
        stop: the index to stop before; None: replay to the end of the log.
    """
    index, offset, state = begin
    draft, hashes = Draft(state), RecordedHashes(state.root)
    begin_hash = hashes.digest(state.root)
    max_moved, max_hashed = max_moved_values(log.source.size), max_hashed_leaves(log.source.size)
    faults: list[Fault] = []
    checked = 0
    # `scan_log` needs the hash before a record only to recognise a seal, which this pass ignores.
    for part in scan_log(log.source, offset, index, log.header.hash):
        if isinstance(part, Ending):
            break
        if isinstance(part, Skipped):
            faults.append(Fault(part.index, part.offset, None, SKIPPED))
            index = EventIndex(part.index + 1)
            offset = part.offset + part.size
        else:
            block = part if stop is None else part.up_to(stop)
            for content, recorded, i in zip(block.contents, block.states, range(len(block)), strict=True):
                applied = apply_content(draft, content)
                hashes.add_changes(draft)
                computed = None if recorded is None else hashes.digest(draft.root)
                if draft.work > max_moved or hashes.work > max_hashed:
                    return StatesSlice(begin_hash, b"", tuple(faults), checked, stopped=index)
                checked += recorded is not None
                if not applied or computed != recorded:
                    problem = NOT_REPRODUCED if applied else NOT_APPLIED
                    seq = readable_seq(block.metas[i])
                    expected = None if recorded is None else recorded.hex()
                    actual = None if computed is None else computed.hex()
                    faults.append(Fault(index, int(block.offsets[i]), seq, problem, expected, actual))
                index = EventIndex(index + 1)
            offset = block.end_offset
        on_progress(offset)
        if index == stop:
            break
    return StatesSlice(begin_hash, hashes.digest(draft.root), tuple(faults), checked)


def check_applicable(
    log: EventLog,
    on_boundary: Callable[[Boundary], None] = lambda _boundary: None,
    on_progress: OnProgress = lambda _offset: None,
    *,
    packed: bool = False,
) -> StatesSlice:
    """Replay a log without recorded state hashes; return the events that cannot be applied, and the final state hash.

    Args:
        on_boundary: called with boundaries at which an integrity pass can begin, about one for each block.
        packed: leave values packed, as far as no event needs them: faster, and only for a pass beside integrity
            passes over all records (see StatesSlice).
    """
    replay, decode, searched = EventReplay(log, packed), EventDecoder().decode, 0
    for part in log.parts():
        if isinstance(part, Skipped):
            replay.add_skipped_part(part)
            searched = part.searched
        elif isinstance(part, Block):
            replay.add_block(part, decode(part.contents, replay.is_packed))
            if replay.is_stopped:
                break
            on_progress(part.end_offset)
            last = readable_seq(part.metas[-1])
            if last is not None:
                end = EventIndex(part.first_index + len(part)), part.end_offset
                on_boundary(Boundary(*end, part.hashes[-1], last + 1, searched))
    return replay.result()
