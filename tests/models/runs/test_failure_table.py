from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QAbstractItemModelTester

from replay_gui.models.runs.failure_table import FailureColumn, FailureTable
from replay_gui.models.runs.run_names import run_name
from replay_gui.models.runs.runs_session import RunsSession


def test_failing_runs_stand_with_their_first_reason(session: RunsSession, folder: Path) -> None:
    table = FailureTable(session)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    session.open((str(folder),))
    everything = {failed.run for row in range(table.rowCount()) for failed in table.group(row).runs}
    assert everything == {run for run, outcome in enumerate(session.outcomes) if outcome is False}
    assert "sorry · sorry-2.rlog" in {table.index(row, FailureColumn.RUNS).data() for row in range(table.rowCount())}
    session.choose_group(session.groups[0])
    reasons = [table.index(row, FailureColumn.REASON).data() for row in range(table.rowCount())]
    assert any("never cancelled" in reason for reason in reasons)
    named = [table.index(row, FailureColumn.RUNS).data() for row in range(table.rowCount())]
    assert sum(len(table.group(row).runs) for row in range(table.rowCount())) == 2
    assert all(name for name in named)


def test_a_run_without_a_trial_is_called_by_its_file(session: RunsSession, folder: Path) -> None:
    session.open((str(folder),))
    assert run_name(session.runs[0]) == "hello.rlog"
