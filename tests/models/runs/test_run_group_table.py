from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QAbstractItemModelTester

from replay_gui.core.contrast.run_groups import FACTS
from replay_gui.core.facts.fact_names import OUTCOME, fact_name
from replay_gui.models.runs.run_group_table import OUTCOMES, RunGroupColumn, RunGroupTable, group_name
from replay_gui.models.runs.runs_session import RunsSession
from tests.core.translation.languages import ACCENTED, in_language, is_message


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


def test_facts_have_names_in_the_language_and_values_of_logs_stay() -> None:
    with in_language(ACCENTED):
        assert all(is_message(fact_name(fact)) for fact in FACTS)
        assert is_message(fact_name("set-up: model"))
        assert is_message(group_name("passed", OUTCOME))
        assert is_message(group_name(None, "agent"))
        assert group_name("passed", "agent") == "passed"
