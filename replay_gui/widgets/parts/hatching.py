"""The hatching of a place where one of two runs has no event."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPainter, QPen

from replay_gui.look.theme import GAP, LINE, theme


def paint_hatching(painter: QPainter, rect: QRect) -> None:
    """Paint hatching that continues from line to line."""
    colors = theme()
    painter.fillRect(rect, colors.head)
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colors.line, LINE))
    step = GAP
    phase = rect.y() % step
    for x in range(rect.x() - rect.height() - step - (rect.x() % step), rect.right() + step, step):
        painter.drawLine(QPointF(x - phase, rect.bottom() + 1), QPointF(x + rect.height() - phase, rect.y()))
    painter.restore()
