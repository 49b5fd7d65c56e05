from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QAbstractItemModelTester

from replay_gui.models.runs.run_group_table import OUTCOMES, RunGroupColumn, RunGroupTable
from replay_gui.models.runs.runs_session import RunsSession


def test_a_row_has_the_outcomes_of_the_trials(session: RunsSession, folder: Path) -> None:
    table = RunGroupTable(session)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert table.rowCount() == 0
    session.open((str(folder),))
    rows = [[table.index(row, column).data() for column in RunGroupColumn] for row in range(table.rowCount())]
    assert [row[RunGroupColumn.VALUE] for row in rows] == ["refund", "sorry", "hello"]
    assert [row[RunGroupColumn.PASSED] for row in rows] == ["2 of 4", "3 of 4", "1 of 1"]
    assert all(row[RunGroupColumn.COST] for row in rows)
    assert table.index(0, RunGroupColumn.RUNS).data(OUTCOMES) == (True, False, True, False)
    assert table.row_of(table.group(1)) == 1
    assert table.row_of(None) == -1


def test_outcomes_that_are_not_known_are_not_called_failures(session: RunsSession, folder: Path) -> None:
    table = RunGroupTable(session)
    session.open((str(folder),))
    session.set_passed("score >= 0.5")  # no run has a score
    passed = [table.index(row, RunGroupColumn.PASSED).data() for row in range(3)]
    assert sorted(passed) == ["1 run", "4 runs", "4 runs"]
