"""The tables of the page of many runs: what is chosen, opened, sorted and filtered in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.core.facts.fact_names import VersionPair
from replay_gui.models.runs.evaluated_run_table import EvaluatedRunColumn
from replay_gui.models.runs.run_group_table import RunGroupColumn
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.runs.evaluated_run_view import EvaluatedRunView
from replay_gui.widgets.runs.failure_view import FailureView
from replay_gui.widgets.runs.flip_view import FlipView
from replay_gui.widgets.runs.group_by_button import GroupByButton
from replay_gui.widgets.runs.run_group_view import RunGroupView
from replay_gui.widgets.runs.separator_view import SeparatorView
from tests.helpers.shown import shown


def test_runs_are_sorted_filtered_chosen_and_opened(qtbot: QtBot, session: RunsSession, folder: Path) -> None:
    view = shown(qtbot, EvaluatedRunView(session, only_chosen=False), 900, 400)
    session.open((str(folder),))
    model = view.model()
    assert model.rowCount() == 9
    assert view.isColumnHidden(EvaluatedRunColumn.SCORE), "no run has one"
    assert not view.isColumnHidden(EvaluatedRunColumn.OUTCOME)
    view.sort_by("outcome")
    view.selectAll()
    assert len(view.chosen) == 9
    assert session.outcomes[view.chosen[0]] is False
    view.set_filter("refund-0")
    assert model.rowCount() == 1
    view.selectRow(0)
    (run,) = view.chosen
    assert session.runs[run].given.endswith("refund-0.rlog")
    opened: list[int] = []
    view.opened.connect(opened.append)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened == [run]
    view.resize(200, 400)
    assert view.columnWidth(EvaluatedRunColumn.RUN) > 0


def test_groups_are_filtered_and_the_chosen_one_stays(qtbot: QtBot, session: RunsSession, folder: Path) -> None:
    view = shown(qtbot, RunGroupView(session), 500, 300)
    records: list[str] = []
    view.group_chosen.connect(lambda group: records.append(group.value))
    session.open((str(folder),))
    view.choose_current()
    first = session.groups[0].value or ""
    assert records == [first]
    view.choose_current()
    assert records == [first, first], "it is told again"
    assert [group.value for group in view.chosen] == [first]
    last = session.groups[-1]
    session.choose_group(last)
    view.model().modelReset.emit()
    assert [group.value for group in view.chosen] == [last.value]
    view.set_filter(first.upper())
    assert view.model().rowCount() == 1
    view.set_filter("")
    widths = [view.most_marks]
    view.resize(260, 300)
    widths.append(view.most_marks)
    assert widths[1] <= widths[0]
    assert view.isColumnHidden(RunGroupColumn.COST), "the marks need the width"


def test_what_separates_and_what_failed_can_be_chosen(qtbot: QtBot, session: RunsSession, folder: Path) -> None:
    separators = shown(qtbot, SeparatorView(session), 500, 300)
    failures = shown(qtbot, FailureView(session), 700, 300)
    lines: list[int] = []
    wanted: list[tuple[int, int]] = []
    separators.separator_chosen.connect(lines.append)
    failures.compare_wanted.connect(lambda a, b: wanted.append((a, b)))
    session.open((str(folder),))
    session.choose_group(session.groups[0])
    QTest.keyClick(separators, Qt.Key.Key_Down)
    assert lines
    assert lines[-1] == separators.currentIndex().row()
    failures.setCurrentIndex(failures.model().index(0, 0))
    QTest.keyClick(failures, Qt.Key.Key_Return)
    ((failed, nearest),) = wanted
    assert (session.outcomes[failed], session.outcomes[nearest]) == (False, True)


def test_the_task_that_flipped_is_told(qtbot: QtBot, session: RunsSession, versions: Path) -> None:
    view = shown(qtbot, FlipView(session), 600, 300)
    tasks: list[str] = []
    view.task_chosen.connect(lambda flip: tasks.append(flip.task))
    session.open((str(versions),))
    session.compare_versions(VersionPair("model", "old", "new"))
    view.choose_current()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert tasks == ["refund", "look"]


def test_the_fact_that_runs_are_grouped_by_is_chosen_in_a_menu(
    qtbot: QtBot, session: RunsSession, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    button = GroupByButton(session)
    qtbot.addWidget(button)
    assert not button.isEnabled()
    session.open((str(folder),))
    assert button.isEnabled()
    button.fill()
    actions = {action.data(): action for action in button.list.actions() if action.data()}
    assert [fact for fact, action in actions.items() if action.isChecked()] == [session.group_by]
    actions["outcome"].trigger()
    assert session.group_by == "outcome"
    assert button.text() == "Group by outcome ▾"
    monkeypatch.setattr(session, "group_by", "a & b\n")
    session.runs_changed.emit()
    assert button.text().startswith("Group by a && b"), "text of a log is neither a mnemonic nor a line"
    assert "\n" not in button.text()
