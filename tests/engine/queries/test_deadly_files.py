"""An evaluation of a folder in which some files kill the worker that reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import cast

import pytest

from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.evaluation_answer import Evaluation, EvaluationFailed, EvaluationFound
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.jobs.evaluation.evaluation_messages import RunsListed
from replay_gui.engine.jobs.job_messages import JobFailed, JobMessage
from replay_gui.engine.queries import evaluation_controller
from replay_gui.engine.queries.evaluation_controller import EvaluationController
from replay_gui.engine.requests import EvaluateRuns
from replay_gui.engine.worker_pool import WorkerPool
from replay_gui.models.runs.runs_session import RunsSession
from tests.helpers.effort import tries
from tests.helpers.logs import write_log

KILLER = "killer"
DIED = "not read: the worker process ended unexpectedly (signal 11, SIGSEGV)"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    runs = tmp_path / "runs"
    runs.mkdir()
    for name in ("a", "c", "e"):
        write_log(runs / f"{name}.rlog", turns=2)
    return runs


class Reader:
    """A controller with real worker processes, the jobs of which die of some files; `answers`: all that came."""

    def __init__(self) -> None:
        self._messages: SimpleQueue[tuple[StartedJob, JobMessage]] = SimpleQueue()
        self._pool = WorkerPool(1, "tests.engine.job_modules.killed_by_a_file")
        self.answers: list[Evaluation] = []
        self.deaths = 0
        self.controller = EvaluationController(
            self._pool,
            self._pool,
            lambda run, value, *rest: self.answers.append(cast(Evaluation, value)),
            lambda job, message: self._messages.put((job, message)),
        )

    def evaluate(self, request: EvaluateRuns) -> Evaluation:
        """Return the last answer."""
        self.answers.clear()
        self.controller.start(request)
        while not (self.answers and is_last(self.answers[-1])):
            job, message = self._messages.get(timeout=60)
            self.deaths += isinstance(message, JobFailed)
            job.on_message(message)
        return self.answers[-1]

    @property
    def listed(self) -> list[RunsListed]:
        parts = (answer.part for answer in self.answers if isinstance(answer, EvaluationFound))
        return [part for part in parts if isinstance(part, RunsListed)]

    @property
    def runs(self) -> list[EvaluatedRun]:
        """The runs as the window has them."""
        session = RunsSession(cast(EngineBridge, None))
        for part in self.listed:
            session._take_part(part)
        return session.runs

    def close(self) -> None:
        self.controller.stop()
        self._pool.close()


def is_last(answer: Evaluation) -> bool:
    return isinstance(answer, EvaluationFailed) or (isinstance(answer, EvaluationFound) and answer.ended)


@pytest.fixture
def reader() -> Iterator[Reader]:
    found = Reader()
    yield found
    found.close()


def test_the_files_that_kill_a_worker_are_named_and_the_others_are_read(folder: Path, reader: Reader) -> None:
    (folder / f"b-{KILLER}").write_bytes(b"x")
    write_log(folder / f"d-{KILLER}.rlog", turns=2)
    assert isinstance(reader.evaluate(EvaluateRuns(number=1, reading=1, sources=(str(folder),))), EvaluationFound)
    found = {run.name: run.problem for run in reader.runs}
    assert found == {
        "a.rlog": "",
        "c.rlog": "",
        f"d-{KILLER}.rlog": f"{folder / f'd-{KILLER}.rlog'}: {DIED}",
        "e.rlog": "",
        f"b-{KILLER}": f"{folder / f'b-{KILLER}'}: {DIED}",
    }
    assert len(reader.runs) == len(found)
    assert [run.events > 0 for run in reader.runs] == [not run.problem for run in reader.runs]
    places = [run.given for run in reader.runs]
    for part in reader.listed:
        given = [run.given for run in part.runs]
        assert places[part.first_run :][: len(given)] == given, "no run changes its place"
    reads = folder.parent / "reads"
    assert reads.read_text().splitlines() == [f"b-{KILLER}", f"d-{KILLER}.rlog"], "none is tried again"
    reader.evaluate(EvaluateRuns(number=2, reading=1, sources=(str(folder),), chosen=(0, 1)))
    assert reader.deaths == 2


def test_a_folder_of_killers_ends(folder: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    deaths = tries(4, long=evaluation_controller._MAX_DEATHS)
    monkeypatch.setattr(evaluation_controller, "_MAX_DEATHS", deaths)
    for number in range(deaths + 5):
        (folder / f"{number:03}-{KILLER}").write_bytes(b"x")
    last = reader.evaluate(EvaluateRuns(number=1, reading=1, sources=(str(folder),)))
    assert isinstance(last, EvaluationFailed)
    assert last.problem.startswith(f"{folder / f'{deaths:03}-{KILLER}'}: ")
    assert "signal 11" in last.problem
    assert reader.deaths == deaths + 1
