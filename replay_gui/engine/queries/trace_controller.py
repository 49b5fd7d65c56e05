"""The search for the events that changed one value: at most one at a time, in a worker process."""

from __future__ import annotations

from pathlib import Path

from replay_gui.engine.answers import ValueTrace
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage, StartedJob
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import TraceArguments, TraceProgress
from replay_gui.engine.requests import TraceValue
from replay_gui.engine.worker_pool import WorkerPool


class TraceController:
    """The trace under way in one run; a new one ends it. Used on the engine thread alone.

    Attributes:
        path: of the log that is replayed.
    """

    def __init__(self, pool: WorkerPool, path: Path, on_worker_message: OnWorkerMessage) -> None:
        self.path = path
        self._jobs = JobGroup(pool, on_worker_message)
        self._number = 0

    def start(self, request: TraceValue) -> None:
        """Begin a trace instead of the one under way; one of no path only ends that."""
        self.stop()
        if request.keys:
            self._number = request.number
            self._jobs.start(TraceArguments(str(self.path), request.keys))

    def stop(self) -> None:
        """End the trace under way."""
        self._jobs.stop()

    def on_worker_message(self, job: StartedJob, message: JobMessage) -> ValueTrace | None:
        """Return what to answer to a message of the worker, or None."""
        if not self._jobs.accepts(job, message) or isinstance(message, JobProgress):
            return None
        if isinstance(message, JobFailed):
            return ValueTrace(number=self._number, indexes=(), done=0, total=0, ended=True, problem=message.text)
        trace = decode_value(message.value, TraceProgress)
        return ValueTrace(
            number=self._number,
            indexes=trace.indexes,
            done=trace.done,
            total=trace.total,
            ended=isinstance(message, JobDone),
        )
