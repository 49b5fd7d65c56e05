"""The requests about catalogues: of each kind at most one at a time, in a worker process that may be ended."""

from __future__ import annotations

from functools import partial
from typing import assert_never

import msgspec

from replay_gui.engine.evaluation_answer import CatalogueAnswer, RunsLocated
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.evaluation.evaluation_arguments import LocateArguments, QueryArguments
from replay_gui.engine.jobs.job_messages import (
    JobDone,
    JobFailed,
    JobMessage,
    JobPart,
    JobProgress,
    decode_value,
    encode_value,
)
from replay_gui.engine.opening import conversion_cache
from replay_gui.engine.queries.catalogue_messages import LocateRuns, QueryCatalogue
from replay_gui.engine.requests import SendAnswer
from replay_gui.engine.worker_pool import WorkerPool


class CatalogueQueryController:
    """The request of one kind under way; a new one ends it. Used on the engine thread alone."""

    def __init__(self, pool: WorkerPool, answer: SendAnswer, on_worker_message: OnWorkerMessage) -> None:
        self._answer = answer
        self._jobs = JobGroup(pool, on_worker_message)

    def start(self, request: QueryCatalogue | LocateRuns) -> None:
        """Begin a request, and end the one under way; a request without a query or runs only ends that."""
        self._jobs.stop()
        match request:
            case QueryCatalogue(folder=folder, query=query):
                if query:
                    arguments = QueryArguments(folder=folder, query=query)
                    self._jobs.start(arguments, partial(self._on_message, request.number, CatalogueAnswer))
            case LocateRuns(folder=folder, runs=runs):
                if runs:
                    cache, encoded = str(conversion_cache()), bytes(encode_value(runs))
                    located = LocateArguments(folder=folder, runs=encoded, conversions=cache)
                    self._jobs.start(located, partial(self._on_message, request.number, RunsLocated))
            case _:
                assert_never(request)

    def stop(self) -> None:
        """End the request under way."""
        self._jobs.stop()

    def _on_message(self, number: int, kind: type[CatalogueAnswer | RunsLocated], message: JobMessage) -> None:
        match message:
            case JobFailed(text=text):
                self._answer(0, kind(number=number, problem=text))
            case JobDone(value=value):
                self._answer(0, msgspec.structs.replace(decode_value(value, kind), number=number))
            case JobProgress() | JobPart():
                pass  # neither has parts
            case _:
                assert_never(message)
