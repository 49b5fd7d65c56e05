from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import Position
from replay_gui.look.theme import apply_text_scale
from replay_gui.windows.actions import ACTION_SPECS, make_actions
from replay_gui.windows.dialogs import crash_dialog
from replay_gui.windows.dialogs.crash_dialog import CrashHook
from replay_gui.windows.dialogs.go_to_dialog import GoToDialog
from replay_gui.windows.dialogs.shortcuts_dialog import ShortcutsDialog
from tests.helpers.story import story_index


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


@pytest.mark.parametrize(("typed", "chosen"), [("812", 812), ("1,500", 1500), ("0", 0), ("0:00.033", 3)])
def test_go_to_takes_a_place_within_the_run(qtbot: QtBot, parent: QWidget, typed: str, chosen: int) -> None:
    dialog = GoToDialog(story_index(1500), Position(5), parent)
    dialog.open()
    assert dialog.field.selectedText() == "5"
    with qtbot.waitSignal(dialog.chosen) as caught:
        QTest.keyClicks(dialog.field, typed)
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert caught.args == [chosen]


@pytest.mark.parametrize("typed", ["1501", "99999999999999999999", "abc", "2 h"])
def test_go_to_says_what_it_does_not_understand(qtbot: QtBot, parent: QWidget, typed: str) -> None:
    dialog = GoToDialog(story_index(1500), Position(5), parent)
    dialog.open()
    QTest.keyClicks(dialog.field, typed)
    go = dialog.findChildren(QDialogButtonBox)[0].button(QDialogButtonBox.StandardButton.Ok)
    assert not go.isEnabled()
    assert dialog.hint.property("role") == "bad"
    with qtbot.assertNotEmitted(dialog.chosen):
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog.close()


def test_go_to_shows_all_that_it_takes_in_large_text(qtbot: QtBot, qapp: QApplication, parent: QWidget) -> None:
    apply_text_scale(qapp, 130)
    dialog = GoToDialog(story_index(1500), Position(5), parent)
    dialog.open()
    hint = dialog.hint
    needed = QFontMetrics(hint.font()).horizontalAdvance(hint.text())
    apply_text_scale(qapp, 100)
    assert hint.hasHeightForWidth()
    assert needed < hint.contentsRect().width() or hint.height() >= hint.heightForWidth(hint.width())
    dialog.close()


def test_shortcuts_names_every_action(qtbot: QtBot, parent: QWidget) -> None:
    dialog = ShortcutsDialog(make_actions(parent), parent)
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    assert {spec.title for spec in ACTION_SPECS} <= texts
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in dialog.findChildren(QLabel))
    dialog.close()


@pytest.fixture
def hook(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[CrashHook]:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    hook = CrashHook()
    hook.install()
    yield hook
    sys.excepthook, threading.excepthook, sys.unraisablehook = before
    if hook.dialog is not None:
        hook.dialog.close()
        hook.dialog.deleteLater()


def fail(text: str) -> None:
    raise ValueError(text)


def test_a_fault_on_a_thread_is_shown_once_with_text_to_copy(
    qtbot: QtBot, hook: CrashHook, capsys: pytest.CaptureFixture[str]
) -> None:
    with qtbot.waitSignals([hook.crashed] * 1):
        for n in range(3):
            thread = threading.Thread(target=fail, args=(f"<b>fault {n}</b>",))
            thread.start()
            thread.join()
    qtbot.waitUntil(lambda: hook.dialog is not None)
    assert hook.dialog is not None
    assert "ValueError: <b>fault 0</b>" in hook.dialog.report.toPlainText()
    copy = next(b for b in hook.dialog.findChildren(QDialogButtonBox)[0].buttons() if b.text() == "Copy")
    copy.click()
    assert "ValueError: <b>fault 0</b>" in QGuiApplication.clipboard().text()
    printed = capsys.readouterr().err
    assert all(f"fault {n}" in printed for n in range(3))  # what is not shown is still written


def test_after_a_while_another_fault_is_shown(
    qtbot: QtBot, hook: CrashHook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crash_dialog, "MIN_INTERVAL_S", 0.0)
    for text in ("one", "two"):
        with qtbot.waitSignal(hook.crashed):
            sys.excepthook(ValueError, ValueError(text), None)
    assert hook.dialog is not None
    assert "two" in hook.dialog.report.toPlainText()


def test_what_cannot_be_raised_is_shown_too(qtbot: QtBot, hook: CrashHook, capsys: pytest.CaptureFixture[str]) -> None:
    class Bad:
        def __del__(self) -> None:
            raise ValueError("in a finaliser")

    with warnings.catch_warnings(), qtbot.waitSignal(hook.crashed) as caught:
        warnings.simplefilter("ignore")
        bad = Bad()
        del bad
    assert caught.args is not None
    assert "in a finaliser" in caught.args[0]
    capsys.readouterr()
