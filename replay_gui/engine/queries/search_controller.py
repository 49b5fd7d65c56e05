"""The search in one run: at most one at a time, in a separate worker process, because the others may be busy."""

from __future__ import annotations

from replay_gui.engine.answers import SearchResult
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage, StartedJob
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import SearchArguments, SearchProgress
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.requests import Find
from replay_gui.engine.worker_pool import WorkerPool


class SearchController:
    """The search under way in one run; a new one ends it. Used on the engine thread alone."""

    def __init__(self, pool: WorkerPool, run: OpenRun, on_worker_message: OnWorkerMessage) -> None:
        self._pool = pool
        self._run = run
        self._jobs = JobGroup(pool, on_worker_message)
        self._request: Find | None = None

    def start(self, request: Find) -> None:
        """Begin a search; one for "" only ends the last, and prepares a worker for the next."""
        self.stop()
        self._pool.warm()
        if request.text:
            self._request = request
            self._jobs.start(SearchArguments(str(self._run.log.source.path), request.text, request.match_case))

    def stop(self) -> None:
        """End the search."""
        self._jobs.stop()
        self._request = None

    def on_worker_message(self, job: StartedJob, message: JobMessage) -> SearchResult | None:
        """Return the answer in a message of the worker, or None."""
        request = self._request
        if request is None or not self._jobs.accepts(job, message) or isinstance(message, JobProgress):
            return None
        if isinstance(message, JobFailed):
            return SearchResult(
                number=request.number, hits=(), count=0, done=0, total=0, ended=True, problem=message.text
            )
        progress = decode_value(message.value, SearchProgress)
        return SearchResult(
            number=request.number,
            hits=progress.hits,
            count=progress.count,
            done=progress.done,
            total=progress.total,
            ended=isinstance(message, JobDone),
        )
