from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QScrollArea
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import Position, position_after
from replay_gui.look.theme import theme
from replay_gui.models.session import Session
from replay_gui.windows.dialogs.go_to_dialog import GoToDialog
from replay_gui.windows.dialogs.shortcuts_dialog import ShortcutsDialog
from replay_gui.windows.main_window import MainWindow
from replay_gui.windows.settings.settings_store import SettingsStore
from tests.helpers.journey import Journey
from tests.helpers.logs import damage, write_log

Key, Shift, Ctrl = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog")


def test_from_the_welcome_page_to_a_run_and_back(journey: Journey, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not journey.window.actions_["close"].isEnabled()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(log), ""))
    with journey.qtbot.waitSignal(journey.session.report_changed, timeout=30_000):
        journey.window.actions_["open"].trigger()
    journey.until(lambda: journey.window.windowTitle().startswith("run.rlog"))
    assert journey.window.actions_["close"].isEnabled()
    journey.window.actions_["close"].trigger()
    assert journey.session.facts is None
    assert journey.window.windowTitle() == "replay-gui"


def test_every_key_that_moves(journey: Journey, log: Path) -> None:
    journey.open(log)
    for key, modifiers, position in (
        (Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1),
        (Key.Key_Right, Qt.KeyboardModifier.NoModifier, 2),
        (Key.Key_Right, Shift, 7),
        (Key.Key_Right, Shift, 12),
        (Key.Key_Left, Shift, 7),
        (Key.Key_Left, Qt.KeyboardModifier.NoModifier, 6),
        (Key.Key_End, Qt.KeyboardModifier.NoModifier, 51),
        (Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
    ):
        journey.press(key, modifiers)
        journey.arrive(position)


def go_to(journey: Journey, typed: str) -> None:
    journey.window.activateWindow()  # without a window manager, nothing does it after a dialog
    journey.until(journey.window.isActiveWindow)
    journey.press(Key.Key_G, Ctrl)
    dialog = next(one for one in journey.window.findChildren(GoToDialog) if one.isVisible())
    QTest.keyClicks(dialog.field, typed)
    QTest.keyClick(dialog.field, Key.Key_Return)


def test_go_to_an_event_by_its_number_a_time_or_an_id(journey: Journey, log: Path) -> None:
    """The run has an event a second."""
    journey.open(log)
    run_id = journey.session.facts.run_id if journey.session.facts else ""
    for typed, position in (("33", 33), ("0:05", 6), ("+10 s", 16), ("-2s", 14), (f"{run_id}:40", 41)):
        go_to(journey, typed)
        journey.arrive(position)


def test_go_to_a_text_of_the_source_searches_for_it(journey: Journey, log: Path) -> None:
    journey.open(log)
    go_to(journey, "because of 3".replace(" ", "\u00a0"))  # a text that no event holds
    journey.until(lambda: not journey.window.finder.searching)
    assert journey.session.position == 0
    go_to(journey, "read_file")
    journey.until(lambda: journey.session.position == 4)


def test_zoom_pan_and_fit(journey: Journey, log: Path) -> None:
    journey.open(log)
    whole = journey.session.view
    journey.press(Key.Key_W)
    zoomed = journey.session.view
    assert zoomed[1] - zoomed[0] < whole[1] - whole[0]
    journey.press(Key.Key_D)
    assert journey.session.view[0] > zoomed[0]
    journey.press(Key.Key_A)
    journey.press(Key.Key_S)
    journey.press(Key.Key_F)
    assert journey.session.view == whole


def test_an_unreadable_file_is_refused_in_words_in_the_window(journey: Journey, tmp_path: Path) -> None:
    bad = tmp_path / "bad.rlog"
    bad.write_bytes(b"this is no log")
    with journey.qtbot.waitSignal(journey.session.alert_raised, timeout=30_000) as caught:
        journey.session.open(str(bad))
    assert "not a replay log" in caught.args[0].text
    assert journey.session.facts is None


def test_a_file_is_opened_by_dropping_it(journey: Journey, log: Path) -> None:
    with journey.qtbot.waitSignal(journey.session.report_changed, timeout=30_000):
        journey.drop(log)
    assert journey.session.facts is not None
    assert journey.session.facts.path == str(log)


def test_a_changed_file_is_reloaded_where_it_was(journey: Journey, log: Path, tmp_path: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(20))
    journey.arrive(20)
    with journey.qtbot.waitSignal(journey.session.alert_raised, timeout=30_000) as caught:
        os.replace(write_log(tmp_path / "longer.rlog", turns=30), log)
    assert caught.args[0].actions == ("reload",)
    with journey.qtbot.waitSignal(journey.session.report_changed, timeout=30_000):
        journey.press(Key.Key_R, Ctrl)
    journey.until(lambda: journey.session.index.count == 151)
    journey.arrive(20)


def test_damage_is_seen(journey: Journey, log: Path) -> None:
    damage(log)
    journey.open(log)
    assert journey.session.report is not None
    assert journey.session.report.verdict == "INVALID"
    assert journey.session.report.first_broken is not None
    damaged = position_after(journey.session.report.first_broken)
    journey.arrive(damaged)
    with journey.qtbot.waitSignal(journey.session.report_changed, timeout=30_000):
        journey.session.open(str(log), Position(3))
    journey.until(lambda: journey.session.report is not None and not journey.session.working)
    journey.arrive(3)  # who asks for an event gets it
    journey.press(Key.Key_End)
    journey.arrive(51)
    assert journey.session.position_state is not None
    assert not journey.session.position_state.trusted


def test_the_list_of_shortcuts(journey: Journey) -> None:
    journey.window.actions_["shortcuts"].trigger()
    dialog = journey.window.findChild(ShortcutsDialog)
    assert dialog is not None
    assert dialog.isVisible()
    area = dialog.findChild(QScrollArea)
    body = None if area is None else area.widget()
    assert area is not None
    assert body is not None
    needed = body.minimumSizeHint().width()
    assert needed < 1024
    assert needed <= area.viewport().width() or needed > dialog.screen().availableGeometry().width(), "no key is cut"
    dialog.close()


def test_the_theme_is_remembered(journey: Journey) -> None:
    light = next(action for action in journey.window.menus.themes.actions() if action.data() == "light")
    light.trigger()
    assert theme().name == "light"
    assert journey.settings.value("theme") == "light"


def test_a_broken_settings_file_does_no_harm(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    broken = tmp_path / "settings.ini"
    broken.write_bytes(b"\xff\x00[[[window=@ByteArray(\\x1)\ntheme=7\nrows=hello\n")
    settings = SettingsStore(broken)
    window = MainWindow(Session(), qapp, settings)
    qtbot.addWidget(window)
    window.show()
    assert window.width() >= 1024
    window.close()
    assert settings.close()
