"""The evaluation of many runs: at most one at a time, in a worker process that keeps what it has read."""

from __future__ import annotations

import time

from replay_gui.engine.evaluation_answer import Evaluation
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage, StartedJob
from replay_gui.engine.jobs.evaluation_arguments import EvaluationArguments, RunsReport
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobProgress
from replay_gui.engine.opening import conversion_cache, user_mappings
from replay_gui.engine.requests import EvaluateRuns, SendAnswer
from replay_gui.engine.worker_pool import WorkerPool
from replay_gui.version import VERSION


class EvaluationController:
    """The evaluation under way; a new one ends it. Used on the engine thread alone."""

    def __init__(self, pool: WorkerPool, answer: SendAnswer, on_worker_message: OnWorkerMessage) -> None:
        """`pool`: of one worker that does nothing else."""
        self._answer = answer
        self._jobs = JobGroup(pool, on_worker_message)
        self._number = 0

    def start(self, request: EvaluateRuns) -> None:
        """Begin an evaluation instead of the one under way; one of no sources only ends that."""
        self._jobs.stop()
        self._number = request.number
        if request.sources:
            self._jobs.start(
                EvaluationArguments(
                    reading=request.reading,
                    sources=request.sources,
                    conversions=str(conversion_cache()),
                    mappings=str(user_mappings()),
                    chosen=request.chosen,
                    passed=request.passed,
                    report=report_of(request),
                )
            )

    def stop(self) -> None:
        """End the evaluation under way."""
        self._jobs.stop()

    def on_worker_message(self, job: StartedJob, message: JobMessage) -> None:
        """Answer what follows from a message of the worker."""
        if not self._jobs.accepts(job, message):
            return
        ended, number = isinstance(message, JobDone | JobFailed), self._number
        if isinstance(message, JobProgress):
            self._answer(0, Evaluation(number=number, done=message.done, total=message.total))
        elif isinstance(message, JobFailed):
            self._answer(0, Evaluation(number=number, ended=True, problem=message.text))
        else:
            from replay_gui.engine.jobs.evaluation_messages import read_part  # few need it, and it takes a while

            self._answer(0, Evaluation(number=number, part=read_part(message.value), ended=ended))


def report_of(request: EvaluateRuns) -> RunsReport | None:
    """Return the report that a worker is to make for a request; None where none is wanted."""
    if not request.report:
        return None
    return RunsReport(version=VERSION, made=time.time_ns(), command=request.report, profile=request.profile)
