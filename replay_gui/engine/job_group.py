"""The jobs of one task, in worker processes."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage
from replay_gui.engine.jobs.job_types import JobArguments
from replay_gui.engine.worker_pool import JobHandle, WorkerPool


class HandleMessage(Protocol):
    """Handles a message of one job, on the engine thread."""

    def __call__(self, message: JobMessage, /) -> None:
        """Handle the message; answers follow."""


class StartedJob:
    """A job that a worker runs; equal to no other job."""

    def __init__(self, group: JobGroup, handle: HandleMessage) -> None:
        self._group, self._handle = group, handle

    def on_message(self, message: JobMessage) -> None:
        """Handle a message, on the engine thread; one of a job that was stopped is stale, and ignored."""
        if self._group.accepts(self, message):
            self._handle(message)


class OnWorkerMessage(Protocol):
    """Brings a worker's message to the engine thread, which passes it to the job; called on a thread of the pool."""

    def __call__(self, job: StartedJob, message: JobMessage, /) -> None:
        """Pass the message on; must return quickly, since the pool waits."""


class JobGroup:
    """The jobs of one task; all methods are called on the engine thread."""

    def __init__(self, pool: WorkerPool, on_worker_message: OnWorkerMessage) -> None:
        self._pool = pool
        self._on_worker_message = on_worker_message
        self._handles: dict[StartedJob, JobHandle] = {}

    def start(self, arguments: JobArguments, handle: HandleMessage) -> None:
        """Have a worker run a job; `handle` handles its messages."""
        job = StartedJob(self, handle)
        self._handles[job] = self._pool.submit(arguments.job, arguments, partial(self._on_worker_message, job))

    def stop(self) -> None:
        """Cancel every job."""
        while self._handles:
            self._handles.popitem()[1].cancel()

    def accepts(self, job: StartedJob, message: JobMessage) -> bool:
        """Return whether the message is from a job under way, and not stale; the last message of a job ends it."""
        if job not in self._handles:
            return False
        if isinstance(message, JobDone | JobFailed):
            del self._handles[job]
        return True

    @property
    def busy(self) -> bool:
        """Whether any job is under way."""
        return bool(self._handles)
