"""The work on a whole log after it was opened: its index and its verification, shared among worker processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from functools import partial
from typing import TypeAlias, assert_never

from replay_gui.core.diagnostics import Topic, topic_logger
from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine.answers import Alert, IndexGrew
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import (
    FileHashArguments,
    IndexArguments,
    IntegrityArguments,
    JoinArguments,
    OpenedFile,
    ReplayArguments,
    SnapshotsArguments,
    StatesArguments,
)
from replay_gui.engine.open_run import LogGrowth, OpenRun
from replay_gui.engine.progress_throttle import ProgressThrottle
from replay_gui.engine.requests import SendAnswer, WorkEnded
from replay_gui.engine.verification_controller import VerificationArguments, VerificationController
from replay_gui.engine.worker_pool import WorkerPool

_MIN_SHARED_BYTES = 32 << 20  # the index of a larger log that is opened alone is made by two workers
_RECENT_NS = 60 * 10**9  # since the last write; the log may still be growing
_MAX_HASHED_BYTES = 64 << 20  # are hashed within 0.1 s

_EDITED = translatable("The log was edited since it was last read; the shown events may be the earlier ones.")
_FALSE_STATES = translatable("The cached states of this log do not match its events; they are no longer used.")

_log = topic_logger(Topic.ENGINE)

ReadingArguments: TypeAlias = IndexArguments | JoinArguments | SnapshotsArguments | VerificationArguments


class IndexStage(Enum):
    """The progress of the log's index."""

    BUILDING = auto()
    BUILDING_SHARED = auto()  # by two workers: the one that checks a large log makes the columns of its records
    TO_JOIN = auto()  # the index pass is done; the columns of the integrity pass are still to be joined
    JOINING = auto()
    BUILDING_AGAIN = auto()  # by one worker in a second folder, because the first index relied on contents that are odd
    COMPLETE = auto()


class ReadingTask:
    """Indexes and verifies one open run; begins at once. Used on the engine thread alone.

    `on_report_changed()` is called after a verdict with broken events was sent.
    """

    def __init__(
        self,
        pool: WorkerPool,
        run: OpenRun,
        answer: SendAnswer,
        on_worker_message: OnWorkerMessage,
        on_broken_found: Callable[[], None],
        *,
        built: BuiltIndex | None = None,
        paired: bool = False,
    ) -> None:
        """Begin to read `run`.

        Args:
            built: the whole index, if it was built while the log was written.
            paired: whether another run is read at the same time, to be compared with this one: then one worker
            makes each index, and the verification waits (see `hold_verification`).
        """
        self._run = run
        self._answer = answer
        self._on_broken_found = on_broken_found
        self._jobs = JobGroup(pool, on_worker_message)
        self._verification = VerificationController(run.log, self._start)
        self._throttle = ProgressThrottle(tr("Verifying"))
        self._verification.hold(paired)
        self._is_paired = paired
        self._stage = IndexStage.COMPLETE
        self._content: str | None = None  # of the log when its index was begun, if it may be growing
        self._answer(run.number, self._throttle.progress(0, self._verification.total))
        if built is not None:
            self._verification.start_beside_index()
            self._use_index(built)
        elif run.index.complete:  # from the cache; no verdict may rely on it
            self._start(SnapshotsArguments(str(run.folder)))
            self._verification.start_with_snapshots(run.built, str(run.folder), run.index.offset)
        else:
            self._start_index()

    def _start_index(self) -> None:
        run = self._run
        is_shared = run.log.source.size > _MIN_SHARED_BYTES and not self._is_paired
        self._stage = IndexStage.BUILDING_SHARED if is_shared else IndexStage.BUILDING
        log, changed_at = OpenedFile.of(run.log), run.log.source.changed_at
        self._content = _content_while_written(run.log)
        self._start(IndexArguments(log, str(run.folder), not is_shared, changed_at, self._content))
        self._verification.start_beside_index(columns=str(run.folder) if is_shared else None)

    def _start(self, arguments: ReadingArguments) -> None:
        self._jobs.start(arguments, partial(self._on_message, arguments))

    @property
    def busy(self) -> bool:
        """Whether any work is under way, or waits."""
        return self._jobs.busy or self._verification.is_held

    @property
    def is_indexing_for_comparison(self) -> bool:
        """Whether a comparison may wait for the index of this run."""
        return self._is_paired and self._stage is IndexStage.BUILDING and self._jobs.busy

    def hold_verification(self, held: bool) -> None:
        """While `held`, begin no further job of the verification, so that other work has all processors."""
        has_waited = self._verification.is_held
        self._conclude(self._verification.hold(held))
        if has_waited and not self.busy:
            self._answer(self._run.number, WorkEnded())

    def stop(self) -> None:
        """End the work without an answer."""
        self._verification.end()
        self._jobs.stop()

    @property
    def stopped_words(self) -> str:
        """Return a sentence on what stays unknown if the work ends now."""
        is_built = self._stage not in (IndexStage.BUILDING, IndexStage.BUILDING_SHARED)
        return tr("Stopped: the run is not verified.") if is_built else tr("Stopped: not all events were read.")

    def _on_message(self, arguments: ReadingArguments, message: JobMessage) -> None:
        match message:
            case JobFailed(text=text):
                _log.warning("%s: job %s failed", self._run.facts.path, arguments.job)
                if isinstance(arguments, JoinArguments):
                    self._stage = IndexStage.TO_JOIN
                self._answer(self._run.number, Alert("error", _failed_words(arguments, text), ("reload",)))
            case JobProgress() | JobPart() | JobDone():
                self._use_message(arguments, message)
            case _:
                assert_never(message)
        if isinstance(message, JobProgress):
            done = self._verification.done
            self._answer(self._run.number, self._throttle.progress(done, max(done, self._verification.total)))
        elif not self.busy:
            self._answer(self._run.number, WorkEnded())

    def _use_message(self, arguments: ReadingArguments, message: JobProgress | JobPart | JobDone) -> None:
        match arguments:
            case IndexArguments() | JoinArguments():
                self._use_index_message(message)
            case SnapshotsArguments():
                if isinstance(message, JobDone) and not decode_value(message.value, bool):
                    self._drop_states()
            case IntegrityArguments() | StatesArguments() | ReplayArguments() | FileHashArguments():
                self._conclude(self._verification.on_worker_message(arguments, message))
            case _:
                assert_never(arguments)
        if isinstance(message, JobDone):
            self._join_if_possible()

    def _use_index_message(self, message: JobProgress | JobPart | JobDone) -> None:
        match message:
            case JobProgress(done=done):
                self._verification.index_progressed(done)
            case JobPart(value=value):
                if self._stage is not IndexStage.BUILDING_AGAIN:  # the first index already has all events
                    self._use_index(decode_value(value, BuiltIndex))
            case JobDone(value=value):
                is_shared = self._stage is IndexStage.BUILDING_SHARED
                self._run.use_second_folder()
                self._stage = IndexStage.TO_JOIN if is_shared else IndexStage.COMPLETE
                self._use_index(decode_value(value, BuiltIndex))
            case _:
                assert_never(message)

    def _drop_states(self) -> None:
        """Use no kept state any more, since parts of them that were not yet read are damaged."""
        damaged = tr("The cached states of this log are damaged; they are no longer used.")
        self._run.drop_index()
        self._answer(self._run.number, Alert("warning", damaged, ("reload",)))

    def _join_if_possible(self) -> None:
        """Join the parts of the index once both passes are done; until then the integrity pass is the slower one."""
        if self._stage is not IndexStage.TO_JOIN:
            return
        run = self._run
        if not self._verification.integrity_done:
            self._use_index(run.built)
        elif not self._verification.may_stay_packed:
            self._build_again()
        else:
            log, changed_at = OpenedFile.of(run.log), run.log.source.changed_at
            self._stage = IndexStage.JOINING
            built = replace(run.built, members=self._verification.members)
            self._start(JoinArguments(log, str(run.folder), built, changed_at, self._content))

    def _build_again(self) -> None:
        """Build the index with all values unpacked, since some are not canonical, or may exceed a limit in a state."""
        log, changed_at = OpenedFile.of(self._run.log), self._run.log.source.changed_at
        folder = self._run.make_second_folder()
        self._stage = IndexStage.BUILDING_AGAIN
        self._start(IndexArguments(log, str(folder), True, changed_at, self._content))

    def _use_index(self, built: BuiltIndex) -> None:
        run, is_complete = self._run, self._stage is IndexStage.COMPLETE
        is_shared = self._stage in (IndexStage.BUILDING_SHARED, IndexStage.TO_JOIN)
        count = self._verification.checked(built.count) if is_shared else None
        run.grow(built, is_complete, count)
        self._answer(run.number, IndexGrew(run.index))
        if is_complete:
            self._conclude(self._verification.index_built(built, str(run.folder), run.index.offset, packed=False))

    def _conclude(self, report: VerificationReport | None) -> None:
        run = self._run
        if report is None:
            return
        if run.growth is LogGrowth.BY_FOLLOWING and report.events != run.index.count:  # it has grown meanwhile
            return
        is_stale = run.drop_stale_index(report.file_blake3)
        if is_stale or self._verification.has_false_snapshots:
            run.drop_index()
            self._answer(run.number, Alert("warning", tr(_EDITED if is_stale else _FALSE_STATES), ("reload",)))
        report = run.report_on_opened_file(report)
        run.first_broken = report.first_broken
        _log.info("%s: %s, %d events", run.facts.path, report.verdict, report.events)
        self._answer(run.number, report)
        if run.first_broken is not None or is_stale or self._verification.has_false_snapshots:
            self._on_broken_found()


def _content_while_written(log: EventLog) -> str | None:
    """Return the BLAKE3 of a log that was written a moment ago, unless it is too long to read at once; else None."""
    written_at = log.source.stamp[3]
    is_recent = time.time_ns() - written_at < _RECENT_NS and log.source.size <= _MAX_HASHED_BYTES
    return log.source.blake3() if is_recent else None


def _failed_words(arguments: ReadingArguments, reason: str) -> str:
    """Return a sentence on what stays unknown, because a job has failed."""
    match arguments:
        case IndexArguments():
            return tr("Not all events were read: {reason}.", reason=reason)
        case JoinArguments():
            return tr("The run can be neither compared nor verified: {reason}.", reason=reason)
        case SnapshotsArguments():
            return tr("The cached states were not checked: {reason}.", reason=reason)
        case IntegrityArguments() | StatesArguments() | ReplayArguments() | FileHashArguments():
            return tr("The run was not verified: {reason}.", reason=reason)
        case _:
            assert_never(arguments)
