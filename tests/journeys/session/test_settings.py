"""Text size, the settings, another window, the versions: by their keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QProcess, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.core.translation.messages import language
from replay_gui.look.theme import apply_text_scale, theme_events
from replay_gui.models.time_choice import time_choice
from replay_gui.version import VERSION
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.windows.actions import make_actions
from replay_gui.windows.settings.about_dialog import AboutDialog
from replay_gui.windows.settings.key_choice import KeyChoice
from replay_gui.windows.settings.keys_dialog import KeysDialog
from replay_gui.windows.settings.language import SYSTEM, remembered_language
from replay_gui.windows.settings.settings_actions import remembered_local_times, remembered_text_size
from replay_gui.windows.settings.settings_dialog import SettingsDialog
from replay_gui.windows.settings.settings_store import SettingsStore
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier
D = TypeVar("D", bound=QDialog)


@pytest.fixture(autouse=True)
def _usual_size(qapp: QApplication) -> Iterator[None]:
    yield
    apply_text_scale(qapp, 100)
    time_choice().choose(is_local=False)


def dialog(journey: Journey, kind: type[D]) -> D:
    return next(one for one in journey.window.findChildren(kind) if one.isVisible())


def keys_beside(field: FindField) -> list[str]:
    """Return what stands in the line of a field, beside its text."""
    return [label.text() for label in field.line.findChildren(QLabel)]


def test_the_size_of_text_is_changed_by_keys_and_kept(journey: Journey, tmp_path: Path) -> None:
    journey.open(write_log(tmp_path / "run.rlog"))
    events, detail = journey.window.run_view.events, journey.window.run_view.detail
    before = (events.fontInfo().pixelSize(), detail.text.fontInfo().pixelSize(), events.view.columnWidth(0))
    journey.press(Key.Key_Plus, Ctrl)
    journey.press(Key.Key_Equal, Ctrl)
    assert theme_events().text_scale == 130
    after = (events.fontInfo().pixelSize(), detail.text.fontInfo().pixelSize(), events.view.columnWidth(0))
    assert all(new > old for old, new in zip(before, after, strict=True)), (before, after)
    journey.press(Key.Key_Plus, Ctrl)
    assert theme_events().text_scale == 130, "there is no larger one"
    assert remembered_text_size(journey.settings) == 130
    journey.window.settings_actions.choose_theme("light")
    still = (events.fontInfo().pixelSize(), detail.text.fontInfo().pixelSize(), events.view.columnWidth(0))
    assert still == after, "another theme has no other size"
    for _ in range(4):
        journey.press(Key.Key_Minus, Ctrl)
    assert theme_events().text_scale == 85
    journey.press(Key.Key_0, Ctrl)
    assert (events.fontInfo().pixelSize(), detail.text.fontInfo().pixelSize(), events.view.columnWidth(0)) == before


@pytest.mark.parametrize("kept", [None, "", "big", "101", ["115"], "-5"])
def test_a_size_that_is_none_is_the_usual_one(tmp_path: Path, kept: object) -> None:
    settings = SettingsStore()
    settings.set_value("text_size", kept)
    assert remembered_text_size(settings) == 100
    settings.set_value("text_size", "115")
    assert remembered_text_size(settings) == 115


@pytest.mark.parametrize("kept", [None, "", "xx", "../de", 5])
def test_a_language_without_translation_is_that_of_the_system(kept: object) -> None:
    settings = SettingsStore()
    settings.set_value("language", kept)
    assert remembered_language(settings) == SYSTEM


def test_the_settings_hold_at_once(journey: Journey) -> None:
    journey.press(Key.Key_Comma, Ctrl)
    shown = dialog(journey, SettingsDialog)
    assert shown.theme.currentText() == "Dark"
    shown.theme.setCurrentIndex(1)
    assert (theme_events().choice, journey.settings.value("theme")) == ("light", "light")
    shown.text_size.setCurrentIndex(2)
    assert theme_events().text_scale == 115
    assert (shown.language.currentText(), shown.language.itemText(2)) == ("As the system has it", "Deutsch")
    shown.language.setCurrentIndex(2)
    assert remembered_language(journey.settings) == "de"
    assert language() == "en", "from the next start on"
    shown.times.setCurrentIndex(1)
    assert remembered_local_times(journey.settings)
    assert time_choice().is_local
    shown.times.setCurrentIndex(0)
    assert not remembered_local_times(journey.settings)
    shown.sessions.click()
    assert journey.settings.value("sessions") == "yes"
    shown.sessions.click()
    assert journey.settings.value("sessions") == "no"
    with journey.qtbot.waitSignal(journey.session.alert_raised, timeout=30_000):
        shown.clear_cache.click()
    shown.close()


def test_the_versions_and_another_window(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    journey.press(Key.Key_F1, Ctrl)
    shown = dialog(journey, AboutDialog)
    assert shown.versions.text().startswith(f"replay-gui {VERSION}\nPython ")
    shown.close()
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(QProcess, "startDetached", lambda program, arguments: started.append((program, *arguments)))
    journey.window.actions_["new_window"].trigger()
    assert started[0][1:] == ("-m", "replay_gui", "--empty")


def test_a_key_is_changed_and_one_of_another_action_is_refused(journey: Journey, tmp_path: Path) -> None:
    journey.open(write_log(tmp_path / "run.rlog"))
    journey.press(Key.Key_Comma, Ctrl)
    settings = dialog(journey, SettingsDialog)
    settings.keys.click()
    shown = dialog(journey, KeysDialog)
    shown.line.setText("next error")
    assert shown.list.item(0).text() == "Go: Next error  ·  E"
    shown.field.setKeySequence(QKeySequence("W"))
    assert shown.hint.text() == "W is the key of “Zoom in”. Give that another key first."
    assert not shown.use.isEnabled()
    shown.field.setKeySequence(QKeySequence("Up"))
    assert not shown.use.isEnabled(), "the panels use it"
    shown.field.setKeySequence(QKeySequence("Ctrl+J"))
    shown.use.click()
    assert shown.list.item(0).text() == "Go: Next error  ·  Ctrl+J  (changed)"
    assert "(Ctrl+J)" in journey.window.actions_["next_error"].toolTip()
    shown.line.setText("find in events")
    shown.field.setKeySequence(QKeySequence("Ctrl+Alt+J"))
    shown.use.click()
    assert keys_beside(journey.window.find_field) == ["Ctrl+Alt+J"]
    assert keys_beside(journey.window.compare_view.divergences.finding.field) == ["Ctrl+Alt+J"]
    shown.line.setText("zoom in")
    shown.none.click()
    assert shown.list.item(0).text() == "View: Zoom in  ·  no key  (changed)"
    shown.close()
    settings.close()
    journey.window.activateWindow()
    journey.until(journey.window.isActiveWindow)
    journey.window.run_view.timeline.setFocus()
    before = journey.session.view
    journey.press(Key.Key_W)
    assert journey.session.view == before
    actions = make_actions(journey.window)
    kept = KeyChoice(actions, journey.settings)
    assert actions["next_error"].shortcut() == QKeySequence("Ctrl+J")
    assert actions["zoom_in"].shortcuts() == []
    assert kept.reset("zoom_in") == ""
    assert actions["zoom_in"].shortcut() == QKeySequence("W")
    kept.reset_all()
    assert actions["next_error"].shortcut() == QKeySequence("E")
    assert journey.settings.value("keys/next_error") is None


@pytest.mark.parametrize("kept", ["nonsense", "W", "F10", "Ctrl+K, Ctrl+J", ["A"], "x" * 1_000, 7])
def test_what_is_no_key_in_the_settings_is_ignored(qtbot: QtBot, tmp_path: Path, kept: object) -> None:
    settings = SettingsStore()
    settings.set_value("keys/next_error", kept)
    settings.set_value("keys/no_such_action", "Ctrl+J")
    window = QWidget()
    qtbot.addWidget(window)
    actions = make_actions(window)
    KeyChoice(actions, settings)
    assert actions["next_error"].shortcuts() == [QKeySequence("E")]
