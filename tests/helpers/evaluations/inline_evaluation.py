"""A bridge that evaluates runs at once, in this process and by the real job."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Signal

from replay_gui.core.errors import ReplayError
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.evaluation_answer import Evaluation, EvaluationFailed, EvaluationFound
from replay_gui.engine.jobs.evaluation.evaluation_arguments import EvaluationArguments, FailureArguments, FileBegun
from replay_gui.engine.jobs.evaluation.evaluation_job import evaluate_runs
from replay_gui.engine.jobs.evaluation.evaluation_messages import EvaluationPart, RunsContrasted, read_part
from replay_gui.engine.jobs.evaluation.failures_job import compare_failures
from replay_gui.engine.jobs.job import JobCache
from replay_gui.engine.jobs.job_messages import encode_value
from replay_gui.engine.queries.evaluation_controller import report_of
from replay_gui.engine.requests import Answer, EvaluateRuns, Request


class InlineContext:
    """The context of a job that keeps its parts, as they go over the pipe."""

    def __init__(self) -> None:
        self.cache = JobCache()
        self.parts: list[EvaluationPart] = []
        self.begun: list[FileBegun] = []
        self.progressed: list[tuple[int, int]] = []

    def progress(self, done: int, total: int) -> None:
        self.progressed.append((done, total))

    def part(self, value: EvaluationPart | FileBegun) -> None:
        part = read_part(encode_value(value))
        if isinstance(part, FileBegun):
            self.begun.append(part)
        else:
            self.parts.append(part)


class InlineBridge(QObject):
    """Answers each EvaluateRuns before `send_request` returns; while it `holds`, at `release`.

    Attributes: requests: all that came.
    """

    answered = Signal(object)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._context = InlineContext()
        self.requests: list[EvaluateRuns] = []
        self.holds = False

    def as_bridge(self) -> EngineBridge:
        """This object, as the type that sessions take."""
        return cast(EngineBridge, self)

    def send_request(self, key: Hashable, request: Request) -> None:
        body = request.body
        assert isinstance(body, EvaluateRuns)
        self.requests.append(body)
        if body.sources and not self.holds:
            self._evaluate(body)

    def release(self) -> None:
        """Answer the last request."""
        self.holds = False
        self._evaluate(self.requests[-1])

    def _evaluate(self, body: EvaluateRuns) -> None:
        arguments = EvaluationArguments(
            reading=body.reading,
            sources=body.sources,
            conversions=str(self._folder / "conversions"),
            surveys=str(self._folder / "surveys"),
            mappings=str(self._folder / "mappings.json"),
            chosen=body.chosen,
            group_by=body.group_by,
            first_group=body.first_group,
            versions=body.versions,
            passed=body.passed,
            report=report_of(body),
        )
        self._context.parts = []
        try:
            last = evaluate_runs(arguments, self._context)
        except ReplayError as why:
            self._answer(EvaluationFailed(number=body.number, problem=str(why)))
            return
        for part in self._context.parts:
            self._answer(EvaluationFound(number=body.number, part=part))
        pairs = last.failures if isinstance(last, RunsContrasted) else b""
        self._context.part(last)
        self._answer(EvaluationFound(number=body.number, part=self._context.parts[-1], ended=not pairs))
        if pairs:
            compared = compare_failures(FailureArguments(pairs=pairs), self._context)
            self._answer(EvaluationFound(number=body.number, part=compared, ended=True))

    def _answer(self, evaluation: Evaluation) -> None:
        self.answered.emit(Answer(0, 0, evaluation))
