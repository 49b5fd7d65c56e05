from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QAbstractItemModelTester

from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.runs.separator_list import SeparatorList


def test_what_separates_one_task_stands_first(session: RunsSession, folder: Path) -> None:
    separators = SeparatorList(session)
    QAbstractItemModelTester(separators, QAbstractItemModelTester.FailureReportingMode.Fatal)
    session.open((str(folder),))
    session.choose_group(session.groups[0])
    item = separators.item(0)
    assert "cancel_reservation" in item.title
    assert (item.passing, item.failing) == ("2 of 2 passing", "0 of 2 failing")
    assert item.measures == "p = 0.33 · as clear by chance in 2 of 6"
    assert separators.note == "4 runs with an outcome: nothing here is significant."
    assert item.title in separators.index(0, 0).data()


def test_over_all_tasks_nothing_is_said_of_chance(session: RunsSession, folder: Path) -> None:
    separators = SeparatorList(session)
    session.open((str(folder),))
    assert separators.rowCount() > 0
    assert "within" in separators.item(0).measures
    assert "chance" not in separators.item(0).measures
