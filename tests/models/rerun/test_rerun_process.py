"""Running a run again in a separate process: its start, its end, and the threads that touch its files."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import Position
from replay_gui.models.rerun import rerun_process
from replay_gui.models.rerun.edited_answer import EditedAnswer
from replay_gui.models.rerun.rerun_files import RerunFiles, final_state_of, prepared_files, state_of
from replay_gui.models.rerun.rerun_plan import EDITS, REPORT, RerunPlan
from replay_gui.models.rerun.rerun_process import RerunProcess
from replay_gui.models.rerun.rerun_states import RerunEnded
from replay_gui.models.rerun.rerun_words import verdict_of
from replay_gui.record.child.rerun_report import RerunReport
from tests.core.translation.languages import ACCENTED, in_language


@pytest.fixture
def plan(tmp_path: Path) -> RerunPlan:
    return RerunPlan(run=tmp_path / "run.rlog", command=("agent",), folder=tmp_path)


def test_files_are_touched_by_other_threads_only(
    qtbot: QtBot, plan: RerunPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[tuple[str, bool]] = []

    def spied(function: Callable[..., object], *args: object, **more: object) -> object:
        touched.append((function.__name__, threading.current_thread() is threading.main_thread()))
        return function(*args, **more)

    for function in (prepared_files, state_of, final_state_of):
        monkeypatch.setattr(rerun_process, function.__name__, partial(spied, function))
    monkeypatch.setattr(RerunPlan, "program", lambda self, new, exchange: ["true"])
    process = RerunProcess()
    process._preparation.answered.connect(process._check_files)  # however soon the program ends
    process.start(plan)
    assert process.running
    qtbot.waitUntil(lambda: not process.running and len(touched) == 3)
    assert isinstance(process.state, RerunEnded)
    assert not verdict_of(process.state, process.output).notes
    assert process.state.report is None
    assert {name for name, _ in touched} == {"prepared_files", "state_of", "final_state_of"}
    assert not any(is_main for _, is_main in touched)


def test_why_a_process_could_not_be_started(qtbot: QtBot, plan: RerunPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = str(plan.folder / "gone")
    monkeypatch.setattr(RerunPlan, "program", lambda self, new, exchange: [gone])
    process = RerunProcess()
    process.start(plan)
    qtbot.waitUntil(lambda: not process.running)
    assert isinstance(process.state, RerunEnded)
    assert process.state.problem.startswith("It could not be started: ")
    monkeypatch.setattr(tempfile, "tempdir", gone)
    process.start(plan)
    qtbot.waitUntil(lambda: not process.running)
    assert isinstance(process.state, RerunEnded)
    assert process.state.problem == f"It could not be started: {gone}: No such file or directory"


def test_the_files_of_a_run_again(plan: RerunPlan) -> None:
    report = RerunReport(
        status=0, difference=None, problems=[], answered=1, made=0, given=0, is_edited=True, unseen={}, log=None
    )
    plan.run.with_suffix(".rerun.rlog").touch()
    plan = replace(plan, edit=EditedAnswer(Position(7), "other"))
    files = prepared_files(plan)
    assert isinstance(files, RerunFiles)
    assert (files.folder / EDITS).is_file()
    assert files.new.name == "run.rerun-2.rlog"
    assert state_of(files, asks=True).size == 0
    files.new.write_bytes(b"12345")
    (files.folder / REPORT).write_bytes(msgspec.json.encode(report))
    state = final_state_of(files)
    assert (state.size, state.report) == (5, report)
    assert not files.folder.exists()


def test_the_agent_has_an_environment_without_the_language_of_the_window(
    qtbot: QtBot, plan: RerunPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RerunPlan, "program", lambda self, new, exchange: ["env"])
    monkeypatch.setenv("OF_THE_WINDOW", "kept")
    process = RerunProcess()
    with in_language(ACCENTED):
        process.start(plan)
        qtbot.waitUntil(lambda: not process.running)
    assert "OF_THE_WINDOW=kept" in process.output
    assert "REPLAY_GUI_LANGUAGE" not in process.output
