from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.widgets.parts.direction import keep_left_to_right


def test_what_is_kept_is_not_mirrored_with_its_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    kept, inside, mirrored = QWidget(window), QWidget(), QWidget(window)
    keep_left_to_right(kept)
    QVBoxLayout(kept).addWidget(inside)
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    directions = [widget.layoutDirection() for widget in (kept, inside, mirrored)]
    left, right = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
    assert directions == [left, left, right]
