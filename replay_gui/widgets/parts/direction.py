"""Which parts of the window are not mirrored in languages that are written from right to left."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintDevice, QPainter
from PySide6.QtWidgets import QWidget


def keep_left_to_right(widget: QWidget) -> None:
    """Lay out a widget, and all that is inside, from left to right in every language.

    Time runs to the right, run A is at the left, and logs, values and code are read from the left. Menus, dialogs,
    forms, heads of panels and status lines are mirrored.
    """
    widget.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def left_to_right_painter(device: QPaintDevice) -> QPainter:
    """Return a painter whose AlignLeft is the left; that of Qt would follow the direction of the application."""
    painter = QPainter(device)
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    return painter
