from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.core.state.state import StateChange
from replay_gui.core.state.state_changes import StateChanges
from replay_gui.look.theme import ROW
from replay_gui.models.run.state_tree import StateTree
from replay_gui.widgets.run.value_view import ValueView
from tests.helpers.shown import shown

VALUE: dict[str, Any] = {f"key{n:03}": n for n in range(100)} | {"map": {"inner": "text", "other": [1, 2]}}


@pytest.fixture
def tree(qapp: object) -> StateTree:
    tree = StateTree()
    tree.show(VALUE)
    return tree


@pytest.fixture
def view(qtbot: QtBot, tree: StateTree) -> ValueView:
    view = ValueView("State", tree)
    tree.setParent(view)
    return shown(qtbot, view, 600, 10 * ROW)


def _row(tree: StateTree, *path: str | int) -> int:
    row = tree.row_of(path)
    assert row is not None
    return row


def test_right_opens_and_left_closes_or_goes_to_the_parent(view: ValueView, tree: StateTree) -> None:
    view.choose(_row(tree, "map"))
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert tree.row(_row(tree, "map")).expanded
    view.choose(_row(tree, "map", "inner"))
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.currentIndex().row() == _row(tree, "map")
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert not tree.row(_row(tree, "map")).expanded
    assert tree.row_of(("map", "inner")) is None


def test_while_the_chosen_value_is_absent_no_other_row_is_chosen(view: ValueView, tree: StateTree) -> None:
    view.choose(_row(tree, "key050"))
    without = {key: value for key, value in VALUE.items() if key != "key050"}
    tree.show(without)
    assert not view.currentIndex().isValid()
    assert not view.selectedIndexes()
    assert view.chosen == ("key050",)
    tree.show(VALUE)
    assert view.currentIndex().row() == _row(tree, "key050")


def test_the_chosen_row_stays_where_it_is_when_rows_are_inserted_above(view: ValueView, tree: StateTree) -> None:
    view.choose(_row(tree, "key050"))
    offset = view.currentIndex().row() - view.verticalScrollBar().value()
    more = {f"a{n}": n for n in range(5)}
    tree.show(more | VALUE, StateChanges(StateChange((key,), None, n) for key, n in more.items()))
    assert view.currentIndex().row() == _row(tree, "key050")
    assert view.currentIndex().row() - view.verticalScrollBar().value() == offset


def test_a_value_chosen_before_the_state_is_there_is_brought_into_sight_with_it(qtbot: QtBot) -> None:
    tree = StateTree()
    view = ValueView("State", tree)
    tree.setParent(view)
    shown(qtbot, view, 600, 10 * ROW)
    tree.reveal(("map", "inner"))
    view.choose_path(("map", "inner"))
    tree.show(VALUE)
    view.show_change()
    first, last = view.rows_in_sight()
    assert first <= _row(tree, "map", "inner") == view.currentIndex().row() < last
    view.verticalScrollBar().setValue(0)
    view.show_change()
    assert view.verticalScrollBar().value() == 0, "once"


@pytest.mark.parametrize(
    ("path", "value", "json", "pointer"),
    [
        (("key007",), "7", "7", "/key007"),
        (("map", "inner"), "text", '"text"', "/map/inner"),
    ],
)
def test_values_json_and_paths_are_copied(
    view: ValueView, tree: StateTree, path: tuple[str, ...], value: str, json: str, pointer: str
) -> None:
    tree.reveal(path)
    view.choose(_row(tree, *path))
    clipboard = QGuiApplication.clipboard()
    for copy, text in ((view.copy_value, value), (view.copy_json, json), (view.copy_path, pointer)):
        clipboard.setText("")
        copy()
        assert clipboard.text() == text


def test_a_marked_text_is_painted(view: ValueView) -> None:
    plain = view.viewport().grab().toImage()
    view.mark("key00")
    assert view.viewport().grab().toImage() != plain
    view.mark("")
    assert view.viewport().grab().toImage() == plain
