from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QAbstractItemModelTester

from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.runs.task_table import OUTCOMES, TaskColumn, TaskTable


def test_a_row_has_the_outcomes_of_the_trials(session: RunsSession, folder: Path) -> None:
    table = TaskTable(session)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert table.rowCount() == 0
    session.open((str(folder),))
    rows = [[table.index(row, column).data() for column in TaskColumn] for row in range(table.rowCount())]
    assert [row[TaskColumn.TASK] for row in rows] == ["refund", "sorry", "hello"]
    assert [row[TaskColumn.PASSED] for row in rows] == ["2 of 4", "3 of 4", "1 of 1"]
    assert all(row[TaskColumn.COST] for row in rows)
    assert table.index(0, TaskColumn.TRIALS).data(OUTCOMES) == (True, False, True, False)
    assert table.row_of(table.task(1)) == 1
    assert table.row_of(None) == -1


def test_outcomes_that_are_not_known_are_not_called_failures(session: RunsSession, folder: Path) -> None:
    table = TaskTable(session)
    session.open((str(folder),))
    session.set_passed("score >= 0.5")  # no run has a score
    passed = [table.index(row, TaskColumn.PASSED).data() for row in range(3)]
    assert sorted(passed) == ["1 run", "4 runs", "4 runs"]
