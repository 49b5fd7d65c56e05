"""The real window over a real engine, used as a person would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.engine.bridge import EngineBridge
from replay_gui.look.theme import apply_theme
from replay_gui.models.session import Session
from replay_gui.windows.main_window import MainWindow

WAIT = 30_000  # ms


class Journey:
    """A window, and hands on its keyboard."""

    def __init__(self, qtbot: QtBot, window: MainWindow, settings: QSettings) -> None:
        self.qtbot = qtbot
        self.window = window
        self.settings = settings
        self.session = window.session

    def open(self, path: Path) -> None:
        """Opens a run and waits for the verdict."""
        with self.qtbot.waitSignal(self.session.report_changed, timeout=WAIT):
            self.session.open(str(path))
        self.until(lambda: not self.session.working)
        self.arrive(self.session.position)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key, to whatever has the focus."""
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)

    def arrive(self, position: int) -> None:
        """Waits until everything about `position` is there."""
        assert self.session.position == position
        self.until(lambda: self.session.position_state is not None and self.session.position_state.position == position)

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true, timeout=WAIT)


@pytest.fixture
def journey(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Journey]:
    apply_theme(qapp, "dark")
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Session(bridge=EngineBridge()), qapp, settings)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield Journey(qtbot, window, settings)
    window.close()
