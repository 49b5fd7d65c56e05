from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QAbstractItemModelTester

from replay_gui.models.runs.consensus_table import ConsensusColumn, ConsensusTable, agreement_words
from replay_gui.models.runs.runs_session import RunsSession
from tests.helpers.evaluations.evaluation_logs import CANCEL, LOOK, SEND, write_run


def test_runs_without_outcomes_have_a_consensus_and_an_outlier(session: RunsSession, tmp_path: Path) -> None:
    table = ConsensusTable(session)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    paths = [write_run(tmp_path / f"{n}.rlog", [LOOK, CANCEL if n < 3 else SEND], passed=None) for n in range(4)]
    session.open(tuple(map(str, paths)))
    assert session.contrasted is not None
    assert session.contrasted.consensus is not None
    words = agreement_words(session.contrasted.consensus)
    assert words.startswith("3 of 4 runs made the very same changes; more than half ")
    assert "did cancel_reservation" in words
    row = [table.index(0, column).data() for column in ConsensusColumn]
    assert row[ConsensusColumn.RUN] == "3.rlog"
    assert row[ConsensusColumn.UNLIKE] == "100% of the others"
    assert "send_certificate" in row[ConsensusColumn.ALONE]
    assert "cancel_reservation" in row[ConsensusColumn.LACKS]
    assert table.run(0) == 3


def test_runs_with_outcomes_have_none(session: RunsSession, folder: Path) -> None:
    table = ConsensusTable(session)
    session.open((str(folder),))
    assert table.rowCount() == 0
    session.set_passed("score > 1")  # which no run tells
    assert table.rowCount() == 0  # tasks are not thrown together
    session.choose_group(next(group for group in session.groups if group.value == "refund"))
    assert table.rowCount() > 0
