from __future__ import annotations

from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from replay_gui.widgets.run.state_inspector import StateInspector
from tests.helpers.runs import report_of
from tests.helpers.shown import shown
from tests.helpers.story import STATE, StorySession, position_state_at, story_index

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def inspector(qtbot: QtBot, session: StorySession) -> StateInspector:
    widget = shown(qtbot, StateInspector(session), 440, 480)
    session.show(story_index(1523))
    session.show_position_state(position_state_at(812))
    return widget


def paths(inspector: StateInspector) -> list[Any]:
    return [inspector.tree.row(i).path for i in range(inspector.tree.rowCount())]


def choose(inspector: StateInspector, *path: str | int) -> None:
    row = inspector.tree.row_of(path)
    assert row is not None
    inspector.view.setCurrentIndex(inspector.tree.index(row, 0))


def test_it_shows_the_state_and_opens_what_changed(inspector: StateInspector) -> None:
    assert inspector.accessibleName() == "State after 812"
    assert paths(inspector)[:6] == [
        ("agent",), ("errors",), ("errors", "count"), ("errors", "last"),
        ("errors", "last", "message"), ("errors", "last", "type"),
    ]  # fmt: skip


def test_expansion_selection_and_sight_survive(inspector: StateInspector, session: StorySession) -> None:
    for path in (("memory",), ("tools",), ("tools", "search")):
        inspector.tree.expand_path(path)
    choose(inspector, "tools", "search", "calls")
    bar = inspector.view.verticalScrollBar()
    bar.setValue(bar.maximum() - 2)
    place = inspector.view.visualRect(inspector.view.currentIndex()).y()
    session.show_position_state(position_state_at(813, changes=(), state=STATE | {"aaa": 1, "aab": 2}))
    assert inspector.view.visualRect(inspector.view.currentIndex()).y() == place
    assert inspector.tree.path(inspector.view.currentIndex().row()) == ("tools", "search", "calls")
    without = {key: value for key, value in STATE.items() if key != "tools"}
    session.show_position_state(position_state_at(814, changes=(), state=without))
    session.show_position_state(position_state_at(815, changes=()))
    assert inspector.tree.path(inspector.view.currentIndex().row()) == ("tools", "search", "calls")


def test_keys_open_close_and_climb(inspector: StateInspector) -> None:
    choose(inspector, "agent")
    QTest.keyClick(inspector.view, Qt.Key.Key_Right)
    assert ("agent", "type") in paths(inspector)
    QTest.keyClick(inspector.view, Qt.Key.Key_Right)
    assert inspector.tree.path(inspector.view.currentIndex().row()) == ("agent", "config")
    QTest.keyClick(inspector.view, Qt.Key.Key_Left)
    assert inspector.tree.path(inspector.view.currentIndex().row()) == ("agent",)
    QTest.keyClick(inspector.view, Qt.Key.Key_Left)
    assert ("agent", "type") not in paths(inspector)
    QTest.keyClick(inspector.view, Qt.Key.Key_Return)
    assert ("agent", "type") in paths(inspector)


def test_its_keys_do_not_become_shortcuts(inspector: StateInspector) -> None:
    for key, kept in ((Qt.Key.Key_Left, True), (Qt.Key.Key_End, True), (Qt.Key.Key_F, False)):
        event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(inspector.view, event)
        assert event.isAccepted() is kept


def test_a_click_on_the_chevron_opens(inspector: StateInspector) -> None:
    row = inspector.tree.row_of(("agent",))
    assert row is not None
    where = inspector.view.visualRect(inspector.tree.index(row, 0)).topLeft() + QPoint(24, 12)
    QTest.mouseClick(inspector.view.viewport(), LEFT, NONE, where)
    assert ("agent", "type") in paths(inspector)


def test_changed_only_and_find(inspector: StateInspector, session: StorySession) -> None:
    inspector.changed_only.setChecked(True)
    assert {path[0] for path in paths(inspector)} == {"errors"}
    session.show_position_state(position_state_at(813, changes=()))
    assert inspector.view.hint == "This event changed nothing."
    inspector.changed_only.setChecked(False)
    inspector.find_button.setChecked(True)
    inspector.search.setText("RUN_tests")
    assert paths(inspector) == [("tools",), ("tools", "run_tests")]
    inspector.search.setText("nowhere at all")
    assert inspector.view.hint == "Nothing found."
    inspector.find_button.setChecked(False)
    assert len(paths(inspector)) >= 7


def test_untrusted_and_without_effect_are_said(inspector: StateInspector, session: StorySession) -> None:
    assert not inspector.untrusted.isVisible()
    session.report = report_of(1523, "INVALID", 41)
    session.show_position_state(position_state_at(812, trusted=False, not_applied="errors: count\nis no counter"))
    assert inspector.untrusted.isVisible()
    assert inspector.untrusted.text == "Untrusted: the log is damaged from event 42 on."
    assert inspector.not_applied.text == "This event had no effect: errors: count is no counter"
    session.show_position_state(position_state_at(3))
    assert not inspector.untrusted.isVisible()
    assert not inspector.not_applied.isVisible()


def test_values_and_paths_are_copied(inspector: StateInspector) -> None:
    choose(inspector, "errors", "last", "type")
    inspector.view.copy_value()
    assert QGuiApplication.clipboard().text() == "Timeout"
    inspector.view.copy_path()
    assert QGuiApplication.clipboard().text() == "/errors/last/type"
    choose(inspector, "errors")
    inspector.view.copy_json()
    assert QGuiApplication.clipboard().text().startswith('{\n  "count": 2,')
    assert [action.text() for action in inspector.view.copy_menu(0).actions()] == [
        "Copy value", "Copy as JSON", "Copy path", "", "Copy link",
    ]  # fmt: skip


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_by_key_the_menu_is_that_of_the_current_row(inspector: StateInspector, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(inspector, "errors", "last", "type")
    view, asked, copy_menu = inspector.view, list[int](), inspector.view.copy_menu

    def asked_menu(row: int) -> QMenu:
        asked.append(row)
        return copy_menu(row)

    monkeypatch.setattr(view, "copy_menu", asked_menu)
    QApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5)))
    assert asked == [view.currentIndex().row()]
    assert asked != [0]
    for menu in view.findChildren(QMenu):
        menu.close()


def test_before_the_first_event_it_says_so(inspector: StateInspector, session: StorySession) -> None:
    session.show_position_state(position_state_at(0, state={}, changes=()))
    assert inspector.view.hint == "Empty: no event has been applied yet."
    assert not inspector.grab().isNull()


def test_the_words_on_a_value_are_never_cut(inspector: StateInspector, session: StorySession) -> None:
    bar = inspector.trace_bar
    bar.show()
    bar.words.setText("calls: changed 14 times, last by 1,302 (← search, +0:41)")
    for width in (600, 308, 230):
        inspector.resize(width, 480)
        bar.resize(width, bar.sizeHint().height())
        shown, words = bar.words.contentsRect(), bar.words.text()
        flags = Qt.TextFlag.TextWordWrap
        needed = bar.words.fontMetrics().boundingRect(0, 0, shown.width(), 999, flags, words)
        assert needed.height() <= bar.words.heightForWidth(shown.width())
        assert needed.width() <= shown.width(), width


def test_more_changes_than_are_marked_are_counted(inspector: StateInspector, session: StorySession) -> None:
    assert inspector.more_changes.isHidden()
    shown = msgspec.structs.replace(position_state_at(812), more_changes=990_000)
    session.show_position_state(shown)
    marked = len(shown.changes)
    assert inspector.more_changes.text == (
        f"This event changed {990_000 + marked:,} values; the first {marked:,} of them are marked."
    )
    session.show_position_state(position_state_at(813))
    assert inspector.more_changes.isHidden()
