"""Widgets as they are on the screen."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.engine.bridge import QuietTurn
from replay_gui.look.theme import apply_theme

W = TypeVar("W", bound=QWidget)


def shown(qtbot: QtBot, widget: W, width: int, height: int | None = None) -> W:
    """Return the widget once it is exposed, in the dark theme; `height` None: its own size hint."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, "dark")
    qtbot.addWidget(widget)
    widget.resize(width, widget.sizeHint().height() if height is None else height)
    with qtbot.waitExposed(widget):
        widget.show()
    finish_drawing(widget)
    return widget


def finish_drawing(widget: QWidget) -> None:
    """Turn the event loop until no part of the widget's window has anything left to draw in a later turn."""
    QApplication.processEvents()
    while QuietTurn.is_awaited_in(widget.window()):
        QApplication.processEvents()


def count_of(image: QImage, color: QColor, tolerance: int = 12) -> int:
    """Return the number of pixels of this colour, with at most `tolerance` difference in each channel."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3]
    wanted = np.array([color.blue(), color.green(), color.red()])
    return int((np.abs(pixels.astype(int) - wanted).max(axis=2) <= tolerance).sum())
