"""The evaluation of many runs: at most one at a time, in a worker process that keeps the runs it has read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from replay_gui.engine.evaluation_answer import Evaluation
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.evaluation.evaluation_arguments import (
    DeadlyFile,
    EvaluationArguments,
    FailureArguments,
    FileBegun,
    RunsReport,
)
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress
from replay_gui.engine.opening import conversion_cache, survey_cache, user_mappings
from replay_gui.engine.requests import EvaluateRuns, SendAnswer
from replay_gui.engine.worker_pool import WorkerPool
from replay_gui.version import VERSION

if TYPE_CHECKING:
    from replay_gui.engine.jobs.evaluation.evaluation_messages import EvaluationPart

_MAX_DEATHS = 20  # workers of one reading that may die; after each, everything is read again


class EvaluationController:
    """The evaluation under way; a new one takes its place. Used on the engine thread alone.

    A new one about the same runs waits for the end of the old one, whose result is dropped: ending the worker would
    lose the runs that it has read. Another worker, which can be ended, compares failing runs with passing ones.

    A file that makes the worker die is not read again: it becomes a run with a problem, and the others are read.
    """

    def __init__(
        self, pool: WorkerPool, comparers: WorkerPool, answer: SendAnswer, on_worker_message: OnWorkerMessage
    ) -> None:
        """`pool`: of one worker for evaluations only. `comparers`: for jobs that may be ended at any time."""
        self._answer = answer
        self._jobs = JobGroup(pool, on_worker_message)
        self._failures = JobGroup(comparers, on_worker_message)
        self._number = self._reading = 0
        self._under_way: EvaluateRuns | None = None
        self._next: EvaluateRuns | None = None
        self._file = FileBegun()  # the file that is being read
        self._deadly: tuple[DeadlyFile, ...] = ()  # of this reading

    def start(self, request: EvaluateRuns) -> None:
        """Begin an evaluation instead of the current one; without sources, only end the current one."""
        self._failures.stop()
        self._number, self._next = request.number, None
        if request.sources and request.reading == self._reading and self._jobs.busy:
            self._next = request
            return
        self._jobs.stop()
        if request.sources:
            self._begin(request)

    def _begin(self, request: EvaluateRuns) -> None:
        if request.reading != self._reading:
            self._reading, self._deadly = request.reading, ()
        self._under_way, self._file = request, FileBegun()
        self._jobs.start(
            EvaluationArguments(
                reading=request.reading,
                sources=request.sources,
                conversions=str(conversion_cache()),
                surveys=str(survey_cache()),
                mappings=str(user_mappings()),
                chosen=request.chosen,
                group_by=request.group_by,
                first_group=request.first_group,
                versions=request.versions,
                passed=request.passed,
                report=report_of(request),
                deadly=self._deadly,
            ),
            self._on_message,
        )

    def stop(self) -> None:
        """End the evaluation under way."""
        self._next = None
        self._jobs.stop()
        self._failures.stop()

    def _on_message(self, message: JobMessage) -> None:
        if isinstance(message, JobFailed):
            self._on_failed(message)
        elif self._next is None:
            self._answer_message(message)
        else:
            self._pass_over(message, self._next)

    def _on_failed(self, message: JobFailed) -> None:
        """Begin the waiting evaluation; else go on without the file that made the worker die, or report the failure."""
        survived = message.kind == "died" and self._file.given != "" and len(self._deadly) < _MAX_DEATHS
        if survived:
            self._deadly += (DeadlyFile(self._file, message.text),)
        then = self._next or (self._under_way if survived else None)
        self._next = None
        if then is not None:
            self._begin(then)
        else:
            where = f"{self._file.given}: " if message.kind == "died" and self._file.given else ""
            self._answer(0, Evaluation(number=self._number, ended=True, problem=f"{where}{message.text}"))

    def _answer_message(self, message: JobMessage) -> None:
        number = self._number
        if isinstance(message, JobProgress):
            self._answer(0, Evaluation(number=number, done=message.done, total=message.total))
        elif isinstance(message, JobFailed):
            self._answer(0, Evaluation(number=number, ended=True, problem=message.text))
        else:
            self._tell_part(_read(message.value), ended=isinstance(message, JobDone))

    def _tell_part(self, part: EvaluationPart | FileBegun, *, ended: bool) -> None:
        if isinstance(part, FileBegun):
            self._file = part
            return
        pairs = _pairs(part)
        self._answer(0, Evaluation(number=self._number, part=part, ended=ended and not pairs))
        if pairs:
            self._failures.start(FailureArguments(pairs=pairs), self._answer_message)

    def _pass_over(self, message: JobProgress | JobPart | JobDone, waiting: EvaluateRuns) -> None:
        """Report only the progress of an evaluation that a new one replaces; begin the new one at the end."""
        if isinstance(message, JobDone):
            self._next = None
            self._begin(waiting)
        elif isinstance(message, JobProgress):
            self._answer_message(message)
        else:
            part = _read(message.value)
            if _tells_of_reading(part):
                self._tell_part(part, ended=False)


def _read(value: msgspec.Raw) -> EvaluationPart | FileBegun:
    from replay_gui.engine.jobs.evaluation.evaluation_messages import read_part  # few need it, and it takes a while

    return read_part(value)


def _tells_of_reading(part: EvaluationPart | FileBegun) -> bool:
    from replay_gui.engine.jobs.evaluation.evaluation_messages import RunsListed

    return isinstance(part, RunsListed | FileBegun)


def _pairs(part: EvaluationPart) -> bytes:
    """Return the packed pairs of runs to compare after this part; empty if there are none."""
    from replay_gui.engine.jobs.evaluation.evaluation_messages import RunsContrasted

    return part.failures if isinstance(part, RunsContrasted) else b""


def report_of(request: EvaluateRuns) -> RunsReport | None:
    """Return the report that the request asks for; None if it asks for none."""
    if not request.report:
        return None
    return RunsReport(version=VERSION, made=time.time_ns(), command=request.report, profile=request.profile)
