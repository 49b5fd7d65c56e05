"""The queries over catalogues: at most one at a time, in a worker process that may be ended."""

from __future__ import annotations

import msgspec

from replay_gui.engine.evaluation_answer import CatalogueAnswer
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage, StartedJob
from replay_gui.engine.jobs.evaluation_arguments import QueryArguments
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, decode_value
from replay_gui.engine.requests import QueryCatalogue, SendAnswer
from replay_gui.engine.worker_pool import WorkerPool


class CatalogueQueryController:
    """The query under way; a new one ends it. Used on the engine thread alone."""

    def __init__(self, pool: WorkerPool, answer: SendAnswer, on_worker_message: OnWorkerMessage) -> None:
        self._answer = answer
        self._jobs = JobGroup(pool, on_worker_message)
        self._number = 0

    def start(self, request: QueryCatalogue) -> None:
        """Begin a query instead of the one under way; an empty one only ends that."""
        self._jobs.stop()
        self._number = request.number
        if request.query:
            self._jobs.start(QueryArguments(folder=request.folder, query=request.query))

    def stop(self) -> None:
        """End the query under way."""
        self._jobs.stop()

    def on_worker_message(self, job: StartedJob, message: JobMessage) -> None:
        """Answer what follows from a message of the worker."""
        if not self._jobs.accepts(job, message):
            return
        if isinstance(message, JobFailed):
            self._answer(0, CatalogueAnswer(number=self._number, problem=message.text))
        elif isinstance(message, JobDone):
            found = decode_value(message.value, CatalogueAnswer)
            self._answer(0, msgspec.structs.replace(found, number=self._number))
