"""What a list says while it is empty."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from replay_gui.look.theme import GAP, theme, ui_font


def paint_hint(viewport: QWidget, words: str) -> None:
    """Draws the words into the middle of a list's viewport, from its paintEvent."""
    painter = QPainter(viewport)
    painter.setPen(theme().secondary)
    painter.setFont(ui_font())
    space = viewport.rect().adjusted(2 * GAP, 2 * GAP, -2 * GAP, -2 * GAP)
    painter.drawText(space, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
    painter.end()
