"""Verification shared among worker processes: chooses the next jobs, and makes the report from their results.

A state machine without threads: all methods are called on one thread, and `submit` is called back. One worker
replays (it alone must be serial) while the other checks integrity from the front; after the replay, both share
the remaining work: the rest of the integrity pass, then the recorded state hashes, in slices between snapshots.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from itertools import pairwise
from types import UnionType
from typing import TYPE_CHECKING, Protocol, TypeAlias, assert_never

import msgspec

from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.index.meta_columns import MemberCounts, sum_members
from replay_gui.core.log.fault import SKIPPED
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex, index_after
from replay_gui.core.replay.snapshot_store import SnapshotEntry, lineage
from replay_gui.core.state.reducer import REDUCER
from replay_gui.core.state.state_hash import StateHash
from replay_gui.core.verification.integrity import Boundary
from replay_gui.core.verification.passes import IntegritySlice, StatesSlice, start_boundary
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.core.verification.verify_log import build_verification_report
from replay_gui.engine.jobs.job_messages import JobDone, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import (
    FileHashArguments,
    IntegrityArguments,
    OpenedFile,
    ReplayArguments,
    StatesArguments,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORKERS = 2
_MIN_SLICE_BYTES = 8 << 20  # of one integrity slice at the front
_MAX_SLICES = 24  # integrity slices, about
_STATE_SLICES = 16  # about

VerificationArguments: TypeAlias = IntegrityArguments | StatesArguments | ReplayArguments | FileHashArguments


class SubmitJob(Protocol):
    """Has a worker run a job; at a time, no two jobs have the same arguments."""

    def __call__(self, arguments: VerificationArguments, /) -> None:
        """Queue the job; must not wait for it."""


class VerificationController:
    """The verification of one log.

    Attributes:
        done, total: bytes of work done and to do, for a progress bar.
        has_false_snapshots: whether slices between kept snapshots did not link up.
    """

    def __init__(self, log: EventLog, submit: SubmitJob) -> None:
        self._log = log
        self._submit = submit
        self._running: dict[VerificationArguments, int] = {}  # bytes done
        self._index_done: int | None = None  # bytes, while the caller builds the index
        self._integrity: list[tuple[EventIndex, IntegritySlice]] = []
        self._front: Boundary | None = start_boundary(log)
        self._limit: Boundary | None = None  # the front stops here, since another job has the rest
        self._boundaries: list[Boundary] = []
        self._states: list[tuple[int, StatesSlice]] = []
        self._state_jobs: deque[StatesArguments] = deque()
        self._replay: StatesSlice | None = None
        self._checked_again = self._log.header.reducer != REDUCER  # else, where nothing could be checked once
        self._file_hash: str | None = None
        self._columns: str | None = None  # the folder for the columns of the records
        self._finished = 0
        self._is_held = self._is_over = False
        self.has_false_snapshots = False
        self.total = 2 * log.source.size

    @property
    def done(self) -> int:
        """Bytes of work done, those of running jobs included."""
        return self._finished + sum(self._running.values()) + (self._index_done or 0)

    # ---- beginning -------------------------------------------------------------------------------
    def start_with_replay(self) -> None:
        """Begin without an index: a worker replays the log to find the events that do not apply."""
        self._run_replay(packed=True)
        self._advance()

    def start_with_snapshots(self, built: BuiltIndex, folder: str, offsets: NDArray[np.uint64]) -> None:
        """Begin with snapshots from the cache, which are used as starts of slices but not trusted.

        Without recorded state hashes, a false snapshot would not be detected, and the log is replayed from its start.
        """
        self._boundaries = self._boundaries_from(built, offsets)
        self._plan_states(built, folder, offsets)
        if self._state_jobs:
            self.total -= self._log.source.size
        else:
            self._run_replay(packed=True)
        self._advance()

    def start_beside_index(self, columns: str | None = None) -> None:
        """Begin while the index is built by the caller, who will call `index_built`.

        Args:
            columns: the index's folder, into which the integrity pass writes the columns of the records; then
                call `index_built` also after `integrity_done`.
        """
        self._index_done = 0
        self._columns = columns
        self._advance()

    @property
    def integrity_done(self) -> bool:
        """Whether all records were checked."""
        return self._front is None and not self._runs(IntegrityArguments)

    @property
    def may_stay_packed(self) -> bool:
        """Whether a replay may leave the values of all checked records packed."""
        return all(checked.may_stay_packed for _, checked in self._integrity)

    @property
    def members(self) -> MemberCounts:
        """The members of the metas of all checked records, if the integrity pass has made their columns."""
        return sum_members(*(checked.members for _, checked in self._integrity))

    def checked(self, count: int) -> int:
        """Return the number of checked records among the first `count`, up to the first that was not checked."""
        if self.integrity_done:
            return count
        rest = self._limit if self._front is None else self._front
        return count if rest is None else min(count, rest.event_index)

    def index_built(
        self, built: BuiltIndex, folder: str, offsets: NDArray[np.uint64], *, packed: bool
    ) -> VerificationReport | None:
        """Use the index: its pass has replayed the log, and made snapshots between which slices are checked.

        Args:
            offsets: byte offset of each record. packed: whether its pass may have left values packed.

        Returns:
            The report, if it waited only for the index.
        """
        self._index_done = None
        self._finished += self._log.source.size
        self._file_hash = built.content or None
        if built.state_hash is not None or built.stopped is not None:
            begin, end = StateHash().digest(), built.state_hash or b""
            self._replay = StatesSlice(begin, end, built.not_applied, 0, stopped=built.stopped, packed=packed)
        self._boundaries = self._boundaries_from(built, offsets)
        self._plan_states(built, folder, offsets)
        return self._go_on()

    def _boundaries_from(self, built: BuiltIndex, offsets: NDArray[np.uint64]) -> list[Boundary]:
        """Return places at which an integrity pass can begin: events after one with a readable seq.

        None after skipped bytes: there one must know how much the search for the next record has read.
        """
        skipped = [fault.event_index for fault in built.not_applied if fault.problem == SKIPPED]
        offsets = offsets[: min(skipped, default=len(offsets))]
        boundaries = []
        for event_index in range(len(offsets) // 64, len(offsets), max(1, len(offsets) // 64)):
            before, seq = self._log.head_at(int(offsets[event_index - 1])) if event_index else (None, None)
            if before is not None and seq is not None:
                boundaries.append(Boundary(EventIndex(event_index), int(offsets[event_index]), before, seq + 1))
        return boundaries

    def _plan_states(self, built: BuiltIndex, folder: str, offsets: NDArray[np.uint64]) -> None:
        """Cut the log at snapshots into slices of about equal length."""
        if built.state_hash is None or not built.state_hashes:
            return
        entries = {entry.position: entry for entry in built.snapshots}
        step = max(1, built.count // _STATE_SLICES)
        cuts: list[SnapshotEntry | None] = [None]
        for entry in built.snapshots:
            far_enough = entry.position - (cuts[-1].position if cuts[-1] else 0) >= step
            if far_enough and entry.position < built.count:
                cuts.append(entry)
        log = OpenedFile.of(self._log)
        for cut, following in zip(cuts, [*cuts[1:], None], strict=True):
            stop = EventIndex(built.count) if following is None else index_after(following.position)
            if cut is None:
                self._state_jobs.append(StatesArguments(log, (), stop))
            else:
                line = tuple(lineage(entries, cut.position))
                self._state_jobs.append(StatesArguments(log, line, stop, int(offsets[cut.position]), folder))
        self.total += self._log.source.size

    # ---- waiting -------------------------------------------------------------------------------------
    @property
    def is_held(self) -> bool:
        """Whether work is left that waits for the end of other work."""
        return self._is_held and not self._is_over

    def hold(self, held: bool) -> VerificationReport | None:
        """While `held`, begin no further job; afterwards go on. Return the report if it waited only for that."""
        was_held, self._is_held = self._is_held, held
        return self._go_on() if was_held else None

    def end(self) -> None:
        """Begin no further job, since those under way are stopped."""
        self._is_over = True

    # ---- messages of workers ---------------------------------------------------------------------
    def index_progressed(self, done: int) -> None:
        """Update the number of bytes covered by the index that the caller builds."""
        if self._index_done is not None:
            self._index_done = done

    def on_worker_message(
        self, arguments: VerificationArguments, message: JobProgress | JobPart | JobDone
    ) -> VerificationReport | None:
        """Handle a message of a job; return the report once it is complete, else None."""
        match message:
            case JobProgress(done=done):
                self._running[arguments] = done
                return None
            case JobPart(value=value):
                self._boundaries.append(decode_value(value, Boundary))
                return None
            case JobDone(value=value):
                self._finished += self._running.pop(arguments)
                self._add_result(arguments, value)
                return self._go_on()
            case _:
                assert_never(message)

    def _add_result(self, arguments: VerificationArguments, value: msgspec.Raw) -> None:
        match arguments:
            case IntegrityArguments(start=start):
                self._add_integrity(start.event_index, decode_value(value, IntegritySlice))
            case StatesArguments(line=line):
                self._states.append((line[-1].position if line else 0, decode_value(value, StatesSlice)))
            case ReplayArguments():
                replay = decode_value(value, StatesSlice)
                self._replay = replay if self._log.header.reducer == REDUCER else None
                self._file_hash = replay.content
            case FileHashArguments():
                self._file_hash = decode_value(value, str)
            case _:
                assert_never(arguments)

    def _add_integrity(self, start_index: EventIndex, checked: IntegritySlice) -> None:
        if (
            self._limit is not None
            and self._front is not None
            and start_index < self._limit.event_index < checked.end.event_index
        ):
            # A record of many megabytes made the slice overlap the rest, whose start was chosen before it ended.
            self._run_integrity(self._front, None, self._limit.event_index)
            return
        self._integrity.append((start_index, checked))
        if self._limit is None or start_index < self._limit.event_index:
            reached_end = checked.tail is not None or (
                self._limit is not None and checked.end.event_index == self._limit.event_index
            )
            self._front = None if reached_end else checked.end

    # ---- what to do next -------------------------------------------------------------------------
    def _go_on(self) -> VerificationReport | None:
        self._advance()
        if self._is_held or self._is_over or self._running or self._index_done is not None:
            return None
        report = self._report()
        self._is_over = report is not None
        return report

    def _advance(self) -> None:
        if self._is_held or self._is_over:
            return
        while len(self._running) + (self._index_done is not None) < WORKERS and self._run_next():
            pass

    def _run_next(self) -> bool:
        if self._front is not None and not self._is_front_running():
            self._run_front(self._front)
        elif self._front is not None and self._limit is None and self._split(self._front):
            assert self._limit is not None
            self._run_integrity(self._limit, None, None)
        elif (
            self._file_hash is None and self._index_done is None and not self._runs(ReplayArguments | FileHashArguments)
        ):
            self._run(FileHashArguments(OpenedFile.of(self._log)))
        elif self._state_jobs:
            self._run(self._state_jobs.popleft())
        else:
            return False
        return True

    def _is_front_running(self) -> bool:
        return any(isinstance(job, IntegrityArguments) and job.start == self._front for job in self._running)

    def _runs(self, kind: type[VerificationArguments] | UnionType) -> bool:
        return any(isinstance(job, kind) for job in self._running)

    def _run_front(self, front: Boundary) -> None:
        stop_offset = front.offset + max(_MIN_SLICE_BYTES, self._log.source.size // _MAX_SLICES)
        limit = self._limit
        if limit is not None and stop_offset >= limit.offset:
            self._run_integrity(front, None, limit.event_index)
        else:
            self._run_integrity(front, stop_offset, None)

    def _run_integrity(self, start: Boundary, stop_offset: int | None, stop_index: EventIndex | None) -> None:
        self._run(IntegrityArguments(OpenedFile.of(self._log), start, stop_offset, stop_index, self._columns))

    def _split(self, front: Boundary) -> bool:
        """Set the limit in the middle of the part after the front's slice, if that part is large enough for a job."""
        if self._index_done is not None or self._runs(ReplayArguments):
            return False
        size = self._log.source.size
        begun = front.offset + max(_MIN_SLICE_BYTES, size // _MAX_SLICES)
        if size - begun < 2 * _MIN_SLICE_BYTES:
            return False
        at = bisect_left(self._boundaries, (begun + size) // 2, key=lambda boundary: boundary.offset)
        if at == len(self._boundaries):
            return False
        self._limit = self._boundaries[at]
        return True

    def _run_replay(self, packed: bool) -> None:
        self._run(ReplayArguments(OpenedFile.of(self._log), packed))

    def _run(self, arguments: VerificationArguments) -> None:
        self._running[arguments] = 0
        self._submit(arguments)

    # ---- the end ---------------------------------------------------------------------------------
    def _report(self) -> VerificationReport | None:
        integrity = [checked for _, checked in sorted(self._integrity, key=lambda pair: pair[0])]
        states = _up_to_stopped([checked for _, checked in sorted(self._states, key=lambda pair: pair[0])])
        if not self._checked_again and self._must_check_again(integrity, states):
            self.has_false_snapshots = bool(states)
            self._states.clear()
            self._checked_again = True
            self._run(StatesArguments(OpenedFile.of(self._log), (), None))
            return None
        if not states and self._replay is not None:
            if self._replay.packed and not self.may_stay_packed:
                self._run_replay(packed=False)
                return None
            states = [self._replay]
        assert self._file_hash, "the file is hashed before the rest is done"
        return build_verification_report(self._log, integrity, states, self._file_hash)

    def _must_check_again(self, integrity: list[IntegritySlice], states: list[StatesSlice]) -> bool:
        """Return whether hashes are recorded and the slices do not link up, because of a false snapshot."""
        if not any(checked.state_hashes for checked in integrity):
            return False
        linked = all(a.end_hash == b.begin_hash for a, b in pairwise(states))
        return not states or not linked or states[0].begin_hash != StateHash().digest()


def _up_to_stopped(states: list[StatesSlice]) -> list[StatesSlice]:
    """Leave out the slices after one that stopped: whether they begin with the right state is unknown."""
    last = next((i for i, checked in enumerate(states) if checked.stopped is not None), len(states))
    return states[: last + 1]
