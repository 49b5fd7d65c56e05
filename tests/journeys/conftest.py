from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.engine.bridge import EngineBridge
from replay_gui.look.theme import apply_theme
from replay_gui.models.session import Session
from replay_gui.windows.main_window import MainWindow
from tests.helpers.journey import Journey


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
    yield Journey(qtbot, window)
    window.close()
