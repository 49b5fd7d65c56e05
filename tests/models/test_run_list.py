from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from replay_gui.core.facts.surveyed_run import SurveyedRun
from replay_gui.engine.answers import Surveyed
from replay_gui.engine.bridge import EngineBridge
from replay_gui.models.run_list import SORT, RunColumn, RunList
from replay_gui.models.source_session import SourceSession
from tests.helpers.logs import write_log

WAIT = 30_000  # ms


@pytest.fixture
def bridge(qapp: QCoreApplication) -> Iterator[EngineBridge]:
    bridge = EngineBridge()
    yield bridge
    bridge.close()


def run(name: str, **facts: object) -> SurveyedRun:
    return SurveyedRun(given=f"/{name}", name=name, format="rlog", **facts)  # type: ignore[arg-type]


def hear(runs: RunList, *found: SurveyedRun, ended: bool = True) -> None:
    runs.on_surveyed(Surveyed(number=runs.number, runs=found, done=len(found), total=9, ended=ended))


def words(runs: RunList, row: int, column: int) -> object:
    return runs.data(runs.index(row, column))


def test_a_folder_is_listed_with_facts(qtbot: QtBot, bridge: EngineBridge, tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_log(tmp_path / f"{name}.rlog", turns=1)
    (tmp_path / "notes.txt").write_text("nothing")
    runs = RunList(SourceSession(bridge))
    QAbstractItemModelTester(runs, QAbstractItemModelTester.FailureReportingMode.Fatal)
    runs.start(str(tmp_path))
    qtbot.waitUntil(lambda: not runs.working, timeout=WAIT)
    assert [words(runs, row, RunColumn.NAME) for row in range(runs.rowCount())] == ["a.rlog", "b.rlog"]
    assert int(str(words(runs, 0, RunColumn.EVENTS))) > 1
    assert (runs.done, runs.total, runs.problem) == (3, 3, "")
    assert runs.run(1).given == str(tmp_path / "b.rlog")


def test_what_is_not_there_is_said(qtbot: QtBot, bridge: EngineBridge, tmp_path: Path) -> None:
    runs = RunList(SourceSession(bridge))
    runs.start(str(tmp_path / "gone"))
    qtbot.waitUntil(lambda: not runs.working, timeout=WAIT)
    assert "gone" in runs.problem


def test_rows_grow_and_what_is_said_of_an_earlier_list_is_stale(qapp: QCoreApplication) -> None:
    runs = RunList(SourceSession(None))
    QAbstractItemModelTester(runs, QAbstractItemModelTester.FailureReportingMode.Fatal)
    runs.start("/x")
    hear(runs, run("a"), ended=False)
    assert runs.working
    hear(runs, run("b"))
    assert (runs.rowCount(), runs.working) == (2, False)
    hear(runs, run("late"))
    assert runs.rowCount() == 2
    runs.start("/y")
    runs.on_surveyed(Surveyed(number=runs.number - 1, runs=(run("old"),), done=1, total=1, ended=True))
    assert runs.rowCount() == 0
    runs.stop()
    hear(runs, run("after the stop"))
    assert runs.rowCount() == 0


def test_cells_are_words_and_sort_by_value(qapp: QCoreApplication) -> None:
    runs = RunList(SourceSession(None))
    runs.start("/x")
    hear(runs, run("a\u202e", events=1234, calls=9, duration=2_390_000_000, cost=0.5), run("b", problem="damaged"))
    assert words(runs, 0, RunColumn.NAME) == "a\\u202e"
    assert [words(runs, 0, column) for column in (RunColumn.EVENTS, RunColumn.DURATION, RunColumn.COST)] == [
        "1,234",
        "2.39 s",
        "$0.50",
    ]
    assert [words(runs, 1, column) for column in (RunColumn.EVENTS, RunColumn.CALLS, RunColumn.COST)] == [
        "unread",
        "",
        "",
    ]
    assert runs.data(runs.index(0, RunColumn.CALLS), SORT) == 9
    assert runs.data(runs.index(1, RunColumn.CALLS), SORT) == -1
    assert runs.data(runs.index(1, RunColumn.NAME), Qt.ItemDataRole.ToolTipRole) == "damaged"
    assert (runs.has(RunColumn.COST), runs.has(RunColumn.DURATION)) == (True, True)
