"""Evaluations that follow one another before the first has ended."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from replay_gui.engine.evaluation_answer import Evaluation, EvaluationFailed, EvaluationFound
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.jobs.evaluation.evaluation_messages import (
    EvaluationPart,
    FailuresGrouped,
    RunsContrasted,
    RunsListed,
)
from replay_gui.engine.queries.evaluation_controller import EvaluationController
from replay_gui.engine.requests import EvaluateRuns
from replay_gui.engine.worker_pool import WorkerPool
from tests.helpers.evaluations.evaluation_logs import write_evaluation
from tests.helpers.fake_pool import FakePool


class Desk:
    """A controller whose workers send what they are told to."""

    def __init__(self, folder: Path) -> None:
        self.readers, self.comparers = FakePool(), FakePool()
        self.answers: list[Evaluation] = []
        self.controller = EvaluationController(
            cast(WorkerPool, self.readers),
            cast(WorkerPool, self.comparers),
            lambda run, value, *rest: self.answers.append(cast(Evaluation, value)),
            StartedJob.on_message,
        )
        self._folder = str(write_evaluation(folder))

    def ask(self, number: int, reading: int = 1, chosen: tuple[int, ...] | None = None) -> None:
        self.controller.start(EvaluateRuns(number=number, reading=reading, sources=(self._folder,), chosen=chosen))

    @property
    def found(self) -> list[EvaluationFound]:
        return [answer for answer in self.answers if isinstance(answer, EvaluationFound)]

    @property
    def parts(self) -> list[EvaluationPart]:
        return [answer.part for answer in self.found]

    def run_readers(self) -> None:
        while self.readers.live:
            self.readers.live[0].send_next()

    def run_comparers(self) -> None:
        while self.comparers.live:
            self.comparers.live[0].send_next()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Desk(tmp_path / "runs")


def test_failing_runs_are_compared_by_another_worker_and_that_ends_the_evaluation(desk: Desk) -> None:
    desk.ask(1)
    desk.run_readers()
    assert isinstance(desk.parts[-1], RunsContrasted)
    assert not desk.found[-1].ended
    desk.run_comparers()
    assert isinstance(desk.parts[-1], FailuresGrouped)
    assert desk.found[-1].ended
    assert desk.found[-1] is desk.answers[-1]


def test_another_question_about_the_same_runs_does_not_end_the_reading(desk: Desk) -> None:
    desk.ask(1)
    reading = desk.readers.live[0]
    reading.send_next()
    desk.ask(2, chosen=(0, 1))
    assert reading.is_live
    desk.run_readers()
    contrasted = [answer for answer in desk.found if isinstance(answer.part, RunsContrasted)]
    assert [answer.number for answer in contrasted] == [2]  # the first is no longer asked for
    assert len(desk.readers.handles) == 2
    assert all(isinstance(part, RunsListed | RunsContrasted) for part in desk.parts)


def test_a_comparison_ends_as_soon_as_something_else_is_asked(desk: Desk) -> None:
    desk.ask(1)
    desk.run_readers()
    (comparison,) = desk.comparers.live
    desk.ask(2, chosen=(0, 1))
    assert not comparison.is_live


def test_other_runs_end_the_reading(desk: Desk) -> None:
    desk.ask(1)
    reading = desk.readers.live[0]
    desk.ask(2, reading=2)
    assert not reading.is_live
    desk.controller.start(EvaluateRuns(number=3, reading=2, sources=()))
    assert not desk.readers.live


def test_a_worker_that_dies_is_told_and_what_waits_is_begun(desk: Desk) -> None:
    desk.ask(1)
    desk.ask(2)
    desk.readers.live[0].fail()
    assert not any(isinstance(answer, EvaluationFailed) for answer in desk.answers)
    desk.readers.live[0].fail()
    assert desk.answers[-1] == EvaluationFailed(number=2, problem="the worker process ended")


def test_the_file_of_which_a_worker_died_is_not_read_for_what_waits(desk: Desk) -> None:
    desk.ask(1)
    for _ in range(2):
        desk.readers.live[0].send_next()  # how many files there are, and the name of the first
    desk.ask(2)
    desk.readers.live[0].fail()
    desk.run_readers()
    listed = [part for part in desk.parts if isinstance(part, RunsListed)]
    (problem,) = [run.problem for run in listed[-1].runs if run.problem]
    assert problem.endswith("not read: the worker process ended")
    assert len(listed[-1].runs) == 9
    assert isinstance(desk.parts[-1], RunsContrasted)
    assert desk.answers[-1].number == 2
    desk.ask(3, reading=2)
    desk.run_readers()
    (last,) = [part for part in desk.parts if isinstance(part, RunsListed)][-1:]
    assert [run.problem for run in last.runs] == [""] * 9, "a new reading tries it again"


def test_a_worker_that_dies_when_all_is_read_has_died_of_no_file(desk: Desk) -> None:
    desk.ask(1)
    reading = desk.readers.live[0]
    while not (listed := [part for part in desk.parts if isinstance(part, RunsListed) and part.runs]):
        reading.send_next()
    while listed[-1].runs[0].events == 0:
        reading.send_next()
        listed += [part for part in desk.parts[-1:] if isinstance(part, RunsListed)]
    reading.fail()
    assert desk.answers[-1] == EvaluationFailed(number=1, problem="the worker process ended")
    assert not desk.readers.live
