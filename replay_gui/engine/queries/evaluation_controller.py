"""The evaluation of many runs: at most one at a time, in a worker process that keeps the runs it has read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, assert_never

import msgspec

from replay_gui.engine.evaluation_answer import EvaluationFailed, EvaluationFound, EvaluationProgress
from replay_gui.engine.files.rules_in_force import rules_for_runs
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.evaluation.evaluation_arguments import (
    CrashingFile,
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


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """An evaluation under way.

    Attributes:
        begun: its request. wanted: the request to answer: the same one, or a later one, which waits for its end.
        file: the file that is being read.
    """

    begun: EvaluateRuns
    wanted: EvaluateRuns
    file: FileBegun = field(default_factory=FileBegun)


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
        self._under_way: _UnderWay | None = None
        self._reading = 0
        self._crashing: tuple[CrashingFile, ...] = ()  # of this reading

    def start(self, request: EvaluateRuns) -> None:
        """Begin an evaluation instead of the current one; without sources, only end the current one."""
        self._failures.stop()
        under_way = self._under_way
        if under_way is not None and request.sources and request.reading == self._reading:
            self._under_way = replace(under_way, wanted=request)
            return
        self._jobs.stop()
        self._under_way = None
        if request.sources:
            self._begin(request)

    def _begin(self, request: EvaluateRuns) -> None:
        if request.reading != self._reading:
            self._reading, self._crashing = request.reading, ()
        self._under_way = _UnderWay(request, request)
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
                crashing=self._crashing,
                rules=rules_for_runs(request.sources),
            ),
            self._on_message,
        )

    def stop(self) -> None:
        """End the evaluation under way."""
        self._under_way = None
        self._jobs.stop()
        self._failures.stop()

    def _on_message(self, message: JobMessage) -> None:
        under_way = self._under_way
        assert under_way is not None, "a job is under way"
        if isinstance(message, JobFailed):
            self._on_failed(under_way, message)
        elif under_way.wanted is under_way.begun:
            if isinstance(message, JobDone):
                self._under_way = None
            self._answer_message(under_way.wanted.number, message)
        else:
            self._pass_over(under_way, message)

    def _on_failed(self, under_way: _UnderWay, message: JobFailed) -> None:
        """Begin the waiting evaluation; else go on without the file that made the worker die, or report the failure."""
        self._under_way = None
        file, wanted = under_way.file, under_way.wanted
        survived = message.kind == "died" and file.given != "" and len(self._crashing) < _MAX_DEATHS
        if survived:
            self._crashing += (CrashingFile(file, message.text),)
        if survived or wanted is not under_way.begun:
            self._begin(wanted)
        else:
            where = f"{file.given}: " if message.kind == "died" and file.given else ""
            self._answer(0, EvaluationFailed(number=wanted.number, problem=f"{where}{message.text}"))

    def _answer_message(self, number: int, message: JobMessage) -> None:
        match message:
            case JobProgress(done=done, total=total):
                self._answer(0, EvaluationProgress(number=number, done=done, total=total))
            case JobFailed(text=text):
                self._answer(0, EvaluationFailed(number=number, problem=text))
            case JobPart(value=value) | JobDone(value=value):
                self._answer_part(number, _read(value), ended=isinstance(message, JobDone))
            case _:
                assert_never(message)

    def _answer_part(self, number: int, part: EvaluationPart | FileBegun, *, ended: bool) -> None:
        if isinstance(part, FileBegun):
            if self._under_way is not None:
                self._under_way = replace(self._under_way, file=part)
            return
        pairs = _pairs(part)
        self._answer(0, EvaluationFound(number=number, part=part, ended=ended and not pairs))
        if pairs:
            self._failures.start(FailureArguments(pairs=pairs), partial(self._answer_message, number))

    def _pass_over(self, under_way: _UnderWay, message: JobProgress | JobPart | JobDone) -> None:
        """Report only the progress of an evaluation that a new one replaces; begin the new one at the end."""
        match message:
            case JobDone():
                self._begin(under_way.wanted)
            case JobProgress():
                self._answer_message(under_way.wanted.number, message)
            case JobPart(value=value):
                part = _read(value)
                if _tells_of_reading(part):
                    self._answer_part(under_way.wanted.number, part, ended=False)
            case _:
                assert_never(message)


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
    """Return the requested report; None if none is requested."""
    if not request.report:
        return None
    return RunsReport(
        version=VERSION,
        made=time.time_ns(),
        command=request.report,
        profile=request.profile,
        in_english=request.in_english,
    )
