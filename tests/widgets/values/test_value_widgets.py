"""Widgets of single values: the table and the plot of all changes, the line with the last one, the watched values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.state.state import StateChange
from replay_gui.engine.queries.value_messages import ChangeRow, ValueChanges, ValueTrace
from replay_gui.models.values.change_table import ChangeTable
from replay_gui.models.values.value_row import ChangeMark
from replay_gui.models.values.value_trace import ChosenValueTrace
from replay_gui.models.values.watched_values import WatchedValues
from replay_gui.widgets.values.change_plot import ChangePlot
from replay_gui.widgets.values.change_view import ChangeView
from replay_gui.widgets.values.value_trace_bar import ValueTraceBar
from replay_gui.widgets.values.watch_view import WatchView
from tests.helpers.shown import shown
from tests.helpers.story import STATE, StorySession, position_state_at, story_index

CHANGES = (
    ChangeRow(EventIndex(3), None, "1", 1.0),
    ChangeRow(EventIndex(9), "1", "2", 2.0),
    ChangeRow(EventIndex(12), "2", None),
)


@pytest.fixture
def session(qapp: object) -> StorySession:
    session = StorySession()
    session.show(story_index(20))
    return session


@pytest.fixture
def table(session: StorySession) -> ChangeTable:
    table = ChangeTable(session)
    table.list_changes(("memory", "plan"))
    return table


def tell(session: StorySession, table: ChangeTable, *rows: ChangeRow, ended: bool = True) -> None:
    session.values.listed.emit(ValueChanges(number=table._number, rows=rows, done=20, total=20, ended=ended))


def test_the_row_of_the_position_is_chosen_and_a_chosen_row_goes_there(
    qtbot: QtBot, session: StorySession, table: ChangeTable
) -> None:
    view = ChangeView(table, session)
    table.setParent(view)
    shown(qtbot, view, 700, 300)
    tell(session, table, *CHANGES)
    assert not view.currentIndex().isValid(), "no change is before the start"
    session.seek(10)
    assert view.currentIndex().row() == 1
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert session.position == 13
    session.seek(2)
    assert not view.currentIndex().isValid()


def test_numbers_are_plotted_and_a_value_without_them_is_not(
    qtbot: QtBot, session: StorySession, table: ChangeTable
) -> None:
    plot = ChangePlot(table, session)
    table.setParent(plot)
    qtbot.addWidget(plot)
    tell(session, table, CHANGES[0], ended=False)
    assert plot.isHidden(), "one number is no line"
    tell(session, table, *CHANGES[1:])
    assert not plot.isHidden()
    x, y = plot._steps.getData()
    assert y[:4].tolist() == [1.0, 1.0, 2.0, 2.0]
    assert np.isnan(y[4:]).all(), "a gap once it is removed"
    assert x[0] == 4.0, "the position after event index 3"
    assert len(plot._dots.getData()[0]) == 2


def test_the_line_names_the_value_and_steps_to_its_changes(qtbot: QtBot, session: StorySession) -> None:
    trace = ChosenValueTrace(session)
    bar = ValueTraceBar(trace)
    trace.setParent(bar)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    pressed: list[str] = []
    watch, everything = QAction("Watch"), QAction("All")
    watch.triggered.connect(lambda: pressed.append("watch"))
    everything.triggered.connect(lambda: pressed.append("all"))
    bar.offer(watch, everything)
    trace.follow(("memory", "a<b>\n"))
    assert not bar.isHidden()
    assert not bar.stop.isHidden()
    assert "\n" not in bar.words.text()
    assert "a<b>" in bar.words.text()
    number = session.values.new_number() - 1  # the last one
    session.values.traced.emit(
        ValueTrace(number=number, indexes=(EventIndex(3), EventIndex(9)), done=20, total=20, ended=True)
    )
    assert bar.stop.isHidden()
    session.seek(4)
    trace.changed.emit()
    assert (bar.previous.isEnabled(), bar.next.isEnabled()) == (False, True)
    bar.next.click()
    assert session.position == 10
    bar.watch.click()
    bar.all_changes.click()
    assert pressed == ["watch", "all"]
    trace.follow(None)
    assert bar.isHidden()


def test_watched_values_are_as_high_as_their_rows_and_can_be_copied(qtbot: QtBot, session: StorySession) -> None:
    values = WatchedValues(session)
    view = WatchView(values)
    qtbot.addWidget(view)
    assert view.isHidden()
    chosen: list[Any] = []
    view.path_chosen.connect(chosen.append)
    change = StateChange(("errors", "count"), STATE["errors"]["count"] - 1, STATE["errors"]["count"])
    session.show_position_state(position_state_at(12, changes=(change,)))
    values.paths.set_paths((("errors", "count"), ("nothing", "here")))
    values.rows_changed.emit()
    assert not view.isHidden()
    assert values.row(0).mark is ChangeMark.CHANGED
    one = view.height()
    values.paths.set_paths((("errors", "count"),))
    assert view.height() < one
    menu = view.row_menu(0)
    actions = {action.text(): action for action in menu.actions()}
    actions["Copy value"].trigger()
    assert QGuiApplication.clipboard().text() == str(STATE["errors"]["count"])
    actions["Copy path"].trigger()
    assert QGuiApplication.clipboard().text() == "/errors/count"
    actions["Show in the state"].trigger()
    assert chosen == [("errors", "count")]
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert values.paths.paths == ()
    assert view.isHidden()
