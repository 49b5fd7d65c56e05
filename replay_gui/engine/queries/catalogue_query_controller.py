"""The requests about catalogues: of each kind at most one at a time, in a worker process that may be ended."""

from __future__ import annotations

from typing import assert_never

import msgspec

from replay_gui.engine.evaluation_answer import CatalogueAnswer, RunsLocated
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage, StartedJob
from replay_gui.engine.jobs.evaluation.evaluation_arguments import LocateArguments, QueryArguments
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, decode_value, encode_value
from replay_gui.engine.opening import conversion_cache
from replay_gui.engine.queries.catalogue_messages import LocateRuns, QueryCatalogue
from replay_gui.engine.requests import SendAnswer
from replay_gui.engine.worker_pool import WorkerPool


class CatalogueQueryController:
    """The request of one kind under way; a new one ends it. Used on the engine thread alone."""

    def __init__(self, pool: WorkerPool, answer: SendAnswer, on_worker_message: OnWorkerMessage) -> None:
        self._answer = answer
        self._jobs = JobGroup(pool, on_worker_message)
        self._number = 0

    def start(self, request: QueryCatalogue | LocateRuns) -> None:
        """Begin a request, and end the one under way; a request without a query or runs only ends that."""
        self._jobs.stop()
        self._number = request.number
        match request:
            case QueryCatalogue(folder=folder, query=query):
                if query:
                    self._jobs.start(QueryArguments(folder=folder, query=query))
            case LocateRuns(folder=folder, runs=runs):
                if runs:
                    cache, encoded = str(conversion_cache()), bytes(encode_value(runs))
                    self._jobs.start(LocateArguments(folder=folder, runs=encoded, conversions=cache))
            case _:
                assert_never(request)

    def stop(self) -> None:
        """End the request under way."""
        self._jobs.stop()

    def on_worker_message(self, job: StartedJob, message: JobMessage) -> None:
        """Send the answer in a message of the worker."""
        if not self._jobs.accepts(job, message):
            return
        kind: type[CatalogueAnswer | RunsLocated]
        kind = CatalogueAnswer if isinstance(job.arguments, QueryArguments) else RunsLocated
        if isinstance(message, JobFailed):
            self._answer(0, kind(number=self._number, problem=message.text))
        elif isinstance(message, JobDone):
            self._answer(0, msgspec.structs.replace(decode_value(message.value, kind), number=self._number))
