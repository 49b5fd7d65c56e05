from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QStringListModel, Qt
from PySide6.QtGui import QContextMenuEvent, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import ROW
from replay_gui.widgets.parts.row_view import RowView
from tests.helpers.shown import shown

ROWS = 1_000
VISIBLE = 10  # rows that fit


@pytest.fixture
def view(qtbot: QtBot) -> RowView:
    model = QStringListModel([str(row) for row in range(ROWS)])
    view = RowView("Numbers", model)
    model.setParent(view)
    shown(qtbot, view, 300, VISIBLE * ROW + 2 * view.frameWidth())
    assert view.viewport().height() // ROW == VISIBLE
    return view


def test_the_visible_rows_follow_the_scroll_bar(view: RowView) -> None:
    assert view.rows_in_sight()[0] == 0
    view.verticalScrollBar().setValue(100)
    first, last = view.rows_in_sight()
    assert first == 100
    assert last - first in (VISIBLE - 1, VISIBLE)


def test_an_empty_view_has_no_visible_row(qtbot: QtBot) -> None:
    model = QStringListModel([])
    view = RowView("Nothing", model)
    model.setParent(view)
    view.hint = "Nothing is here."
    shown(qtbot, view, 300, 100)
    assert view.rows_in_sight() == (0, -1)
    words = view.viewport().grab().toImage()
    view.hint = ""
    view.viewport().update()
    assert view.viewport().grab().toImage() != words, "the hint was painted"


@pytest.mark.parametrize(
    ("row", "top"),
    [
        (5, 0),  # visible: nothing moves
        (9, 2),  # at the edge: two rows more are shown
        (15, 8),  # near: as little as needed
        (500, 495),  # far: in the middle
    ],
)
def test_a_row_is_shown_with_rows_around_it(view: RowView, row: int, top: int) -> None:
    view.show_row(row)
    assert view.verticalScrollBar().value() == top
    assert not view.is_far(row)


def test_a_row_shown_in_the_middle_stays_there_until_one_scrolls(view: RowView) -> None:
    bar, model = view.verticalScrollBar(), view.model()
    view.show_row(500)
    view.resize(300, view.height() - 4 * ROW)
    assert bar.value() == 497
    view.show_row(500)
    assert bar.value() == 497
    view.show_row(ROWS - 1)  # then rows are added, below which it is in the middle
    model.insertRows(ROWS, 100)
    QApplication.processEvents()
    assert bar.value() == ROWS - 1 - 3
    bar.setValue(bar.value() + 1)
    view.resize(300, view.height() + 4 * ROW)
    assert bar.value() == ROWS - 3
    view.show_row(500)
    view.show_row(501)  # a step: nothing moves, and the former row is not in the middle any more
    view.resize(300, view.height() - 2 * ROW)
    assert bar.value() == 495


def test_keys_go_to_the_ends_and_activate(qtbot: QtBot, view: RowView) -> None:
    view.setCurrentIndex(view.model().index(3, 0))
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.currentIndex().row() == ROWS - 1
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.currentIndex().row() == 0
    with qtbot.waitSignal(view.row_activated) as activated:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert activated.args == [0]


def test_the_pointer_presses_and_hovers_rows(qtbot: QtBot, view: RowView) -> None:
    with qtbot.waitSignal(view.row_pressed) as pressed:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 4 * ROW + 3))
    assert pressed.args == [4, 40]
    QTest.mouseMove(view.viewport(), QPoint(40, 6 * ROW + 3))
    qtbot.waitUntil(lambda: view.hovered == 6)


def test_a_menu_by_key_is_that_of_the_current_row(view: RowView) -> None:
    view.setCurrentIndex(view.model().index(3, 0))
    by_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    assert view.menu_target(by_key)[0] == 3
    by_mouse = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 7 * ROW + 1), QPoint(50, 60))
    assert view.menu_target(by_mouse) == (7, QPoint(50, 60))


def test_only_rows_added_in_sight_are_painted(qtbot: QtBot) -> None:
    painted = []

    class Counting(RowView):
        def paintEvent(self, event: QPaintEvent) -> None:
            painted.append(event.rect())
            super().paintEvent(event)

    model = QStringListModel(["a"] * 20)
    view = Counting("Letters", model)
    model.setParent(view)
    shown(qtbot, view, 300, VISIBLE * ROW + 2 * view.frameWidth())

    def added(*rows: int) -> bool:
        QApplication.processEvents()
        painted.clear()
        for row in rows:
            model.insertRows(row, 3)
        view.executeDelayedItemsLayout()
        QApplication.processEvents()
        return bool(painted)

    assert not added(20), "below those in sight"
    assert view.verticalScrollBar().maximum() == 23 - VISIBLE, "it can be scrolled to them"
    assert added(5)
    assert added(26, 5), "one of two is in sight"
    assert added(2, 32)
