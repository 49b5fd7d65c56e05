"""Text size, the settings, another window, the versions: by their keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QProcess, QSettings, Qt
from PySide6.QtWidgets import QApplication, QDialog

from replay_gui.look.theme import apply_text_scale, theme_events
from replay_gui.version import VERSION
from replay_gui.windows.settings.about_dialog import AboutDialog
from replay_gui.windows.settings.settings_actions import remembered_text_size
from replay_gui.windows.settings.settings_dialog import SettingsDialog
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier
D = TypeVar("D", bound=QDialog)


@pytest.fixture(autouse=True)
def _usual_size(qapp: QApplication) -> Iterator[None]:
    yield
    apply_text_scale(qapp, 100)


def dialog(journey: Journey, kind: type[D]) -> D:
    return next(one for one in journey.window.findChildren(kind) if one.isVisible())


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
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("text_size", kept)
    assert remembered_text_size(settings) == 100
    settings.setValue("text_size", "115")
    assert remembered_text_size(settings) == 115


def test_the_settings_hold_at_once(journey: Journey) -> None:
    journey.press(Key.Key_Comma, Ctrl)
    shown = dialog(journey, SettingsDialog)
    assert shown.theme.currentText() == "Dark"
    shown.theme.setCurrentIndex(1)
    assert (theme_events().choice, journey.settings.value("theme")) == ("light", "light")
    shown.text_size.setCurrentIndex(2)
    assert theme_events().text_scale == 115
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
