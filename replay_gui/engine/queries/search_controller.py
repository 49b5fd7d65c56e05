"""The search in one run: at most one at a time, in a separate worker process, because the others may be busy."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from replay_gui.engine.answers import SearchFailed, SearchResult
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import SearchArguments, SearchProgress
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.requests import Find, SendAnswer
from replay_gui.engine.worker_pool import WorkerPool


class SearchController:
    """The search under way in one run; a new one ends it. Used on the engine thread alone."""

    def __init__(self, pool: WorkerPool, run: OpenRun, answer: SendAnswer, on_worker_message: OnWorkerMessage) -> None:
        self._pool = pool
        self._run = run
        self._answer = answer
        self._jobs = JobGroup(pool, on_worker_message)

    def start(self, request: Find) -> None:
        """Begin a search; one for "" only ends the last, and prepares a worker for the next."""
        self.stop()
        self._pool.warm()
        if request.text:
            arguments = SearchArguments(str(self._run.log.source.path), request.text, request.match_case)
            self._jobs.start(arguments, partial(self._on_message, request.number))

    def stop(self) -> None:
        """End the search."""
        self._jobs.stop()

    def _on_message(self, number: int, message: JobMessage) -> None:
        match message:
            case JobProgress():
                pass  # the parts have it
            case JobFailed(text=text):
                self._answer(self._run.number, SearchFailed(number=number, problem=text))
            case JobPart(value=value) | JobDone(value=value):
                progress = decode_value(value, SearchProgress)
                found = SearchResult(
                    number=number,
                    hits=progress.hits,
                    count=progress.count,
                    done=progress.done,
                    total=progress.total,
                    ended=isinstance(message, JobDone),
                )
                self._answer(self._run.number, found)
            case _:
                assert_never(message)
