from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from replay_gui.models.runs.evaluated_run_table import OUTCOME, EvaluatedRunColumn, EvaluatedRunTable
from replay_gui.models.runs.runs_session import RunsSession


def test_every_run_has_a_row_with_its_facts(session: RunsSession, folder: Path) -> None:
    table = EvaluatedRunTable(session, only_chosen=False)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    session.open((str(folder),))
    assert table.rowCount() == 9
    row = next(row for row in range(9) if table.run(row).name == "refund-0.rlog")
    facts = {column: table.index(row, column).data() for column in EvaluatedRunColumn}
    assert (facts[EvaluatedRunColumn.TASK], facts[EvaluatedRunColumn.AGENT]) == ("refund", "desk")
    assert (facts[EvaluatedRunColumn.MODEL], facts[EvaluatedRunColumn.CALLS]) == ("gpt-4o", "2")
    assert (facts[EvaluatedRunColumn.EVENTS], facts[EvaluatedRunColumn.TOKENS]) == ("8", "120")
    assert facts[EvaluatedRunColumn.COST] == "$0.001"
    assert table.index(row, 0).data(OUTCOME) is True
    assert table.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "passed"
    assert not table.has(EvaluatedRunColumn.SCORE)


def test_chosen_runs_stand_with_those_that_failed_first(session: RunsSession, folder: Path) -> None:
    table = EvaluatedRunTable(session, only_chosen=True)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    session.open((str(folder),))
    session.choose_group(session.groups[1])
    assert [table.index(row, 0).data(OUTCOME) for row in range(table.rowCount())] == [False, True, True, True]
    assert {table.number(row) for row in range(4)} == set(session.groups[1].runs)


def test_a_run_that_cannot_be_read_says_why(session: RunsSession, folder: Path) -> None:
    broken = folder.parent / "broken.rlog"
    broken.write_bytes(b"nothing")
    table = EvaluatedRunTable(session, only_chosen=False)
    session.open((str(folder), str(broken)))
    row = table.rowCount() - 1
    assert table.index(row, EvaluatedRunColumn.END).data() == "unread"
    assert "broken.rlog" in table.index(row, 0).data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert table.index(row, EvaluatedRunColumn.EVENTS).data() == ""


def test_rows_are_sorted_and_filtered(session: RunsSession, folder: Path) -> None:
    table = EvaluatedRunTable(session, only_chosen=False)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    session.open((str(folder),))

    def shown(column: EvaluatedRunColumn) -> list[str]:
        return [table.index(row, column).data() for row in range(table.rowCount())]

    table.sort(EvaluatedRunColumn.CALLS, Qt.SortOrder.DescendingOrder)
    assert [int(calls) for calls in shown(EvaluatedRunColumn.CALLS)] == [2, 2, 2, 1, 1, 1, 1, 0, 0]
    table.set_filter("REFUND")
    assert set(shown(EvaluatedRunColumn.TASK)) == {"refund"}
    assert shown(EvaluatedRunColumn.CALLS) == ["2", "2", "1", "0"]
    table.sort(EvaluatedRunColumn.OUTCOME)
    assert [table.index(row, 0).data(OUTCOME) for row in range(4)] == [False, False, True, True]
    table.sort(EvaluatedRunColumn.SCORE)  # which no run has
    table.set_filter("")
    table.sort(-1)
    assert [table.number(row) for row in range(9)] == list(range(9))
