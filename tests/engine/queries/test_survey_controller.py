"""A survey of a folder in which some files kill the worker that reads them."""

from __future__ import annotations

from pathlib import Path
from queue import SimpleQueue

import pytest

from replay_gui.engine.answers import Surveyed
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.jobs.job_messages import JobMessage
from replay_gui.engine.queries import survey_controller
from replay_gui.engine.queries.survey_controller import SurveyController
from replay_gui.engine.requests import ListRuns
from replay_gui.engine.worker_pool import WorkerPool
from tests.helpers.effort import tries
from tests.helpers.logs import write_log

KILLER = "killer"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    runs = tmp_path / "runs"
    runs.mkdir()
    for name in ("a", "c", "e"):
        write_log(runs / f"{name}.rlog", turns=2)
    for name in ("b", "d"):
        (runs / f"{name}-{KILLER}").write_bytes(b"x")
    return runs


def survey(folder: Path, module: str) -> list[Surveyed]:
    """Return the answers to one survey by worker processes with the jobs of `module`."""
    messages: SimpleQueue[tuple[StartedJob, JobMessage]] = SimpleQueue()
    answers: list[Surveyed] = []
    pool = WorkerPool(1, module)
    controller = SurveyController(
        pool,
        lambda number, answer, *rest: answers.append(answer),
        lambda job, message: messages.put((job, message)),
    )
    try:
        controller.start(ListRuns(1, str(folder)))
        while not (answers and answers[-1].ended):
            controller.on_worker_message(*messages.get(timeout=60))
    finally:
        controller.stop()
        pool.close()
    return answers


def test_the_file_that_kills_a_worker_is_named_and_the_others_are_listed(folder: Path) -> None:
    answers = survey(folder, "tests.engine.job_modules.killed_by_a_file")
    found = {run.name: run.problem for answer in answers for run in answer.runs}
    assert found.keys() == {"a.rlog", "c.rlog", "e.rlog", f"b-{KILLER}", f"d-{KILLER}"}
    assert found["a.rlog"] == found["e.rlog"] == ""
    assert found[f"b-{KILLER}"] == (
        f"{folder / f'b-{KILLER}'}: not read: the worker process ended unexpectedly (signal 11, SIGSEGV)"
    )
    assert answers[-1].problem == ""
    assert (folder.parent / "reads").read_text().splitlines() == [f"b-{KILLER}", f"d-{KILLER}"], "none is tried again"


def test_a_folder_of_killers_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deaths = tries(4, long=survey_controller._MAX_DEATHS)
    monkeypatch.setattr(survey_controller, "_MAX_DEATHS", deaths)
    for number in range(deaths + 5):
        (folder / f"{number:03}-{KILLER}").write_bytes(b"x")
    answers = survey(folder, "tests.engine.job_modules.killed_by_a_file")
    assert "signal 11" in answers[-1].problem
