"""Verification by worker processes without an engine thread: for the command line."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol, assert_never

from replay_gui.core.errors import ReplayError
from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.index.index_columns import read_column
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import IndexArguments, OpenedFile
from replay_gui.engine.verification_controller import WORKERS, VerificationArguments, VerificationController
from replay_gui.engine.worker_pool import WorkerPool


class OnProgress(Protocol):
    """Receives the progress of the verification."""

    def __call__(self, done: int, total: int, /) -> None:
        """Show the progress; `done` and `total` in bytes."""


class _Workers:
    """A separate pool, and a queue of its messages."""

    def __init__(self) -> None:
        self.pool = WorkerPool(WORKERS)
        self.messages: SimpleQueue[tuple[VerificationArguments | IndexArguments, JobMessage]] = SimpleQueue()

    def submit(self, arguments: VerificationArguments | IndexArguments) -> None:
        self.pool.submit(arguments.job, arguments, partial(self._on_worker_message, arguments))

    def _on_worker_message(self, arguments: VerificationArguments | IndexArguments, message: JobMessage) -> None:
        """Queue a message, on a thread of the pool."""
        self.messages.put((arguments, message))


def verify_with_workers(log: EventLog, on_progress: OnProgress) -> VerificationReport:
    """Verify a log by two worker processes; raise ReplayError if one of them fails."""
    workers = _Workers()
    try:
        verification = VerificationController(log, workers.submit)
        if not log.records_state_hashes():
            verification.start_with_replay()
            return _report(log, verification, workers, on_progress, "")
        # With snapshots of an index, both workers share the replay, which otherwise one does in order.
        with tempfile.TemporaryDirectory(prefix="replay-gui-verify-", ignore_cleanup_errors=True) as folder:
            workers.submit(IndexArguments(OpenedFile.of(log), folder, False))
            verification.start_beside_index()
            try:
                return _report(log, verification, workers, on_progress, folder)
            finally:
                workers.pool.close()  # before the folder is removed
    finally:
        workers.pool.close()


def _report(
    log: EventLog, verification: VerificationController, workers: _Workers, on_progress: OnProgress, folder: str
) -> VerificationReport:
    """Handle the messages of the workers until the report is complete."""
    while True:
        arguments, message = workers.messages.get()
        if isinstance(message, JobFailed):
            raise ReplayError(f"{log.source.path}: not verified: {message.text}")
        if not isinstance(arguments, IndexArguments):
            report = verification.on_worker_message(arguments, message)
        else:
            report = _use_index_message(log, verification, message, folder)
        on_progress(verification.done, max(verification.done, verification.total))
        if report is not None:
            return report


def _use_index_message(
    log: EventLog, verification: VerificationController, message: JobProgress | JobPart | JobDone, folder: str
) -> VerificationReport | None:
    match message:
        case JobProgress(done=done):
            verification.index_progressed(done)
            return None
        case JobPart():
            return None
        case JobDone(value=value):
            offsets = read_column(Path(folder), "offset")
            log.use_offsets(offsets)
            return verification.index_built(decode_value(value, BuiltIndex), folder, offsets, packed=True)
        case _:
            assert_never(message)
