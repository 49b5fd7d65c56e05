"""The small ribbon on a marked event; its shape differs from those of the kinds of events."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from replay_gui.look.theme import theme

BOOKMARK_PX = (6.0, 9.0)  # width and height


def paint_bookmark(painter: QPainter, top: QPointF, color: QColor | None = None) -> None:
    """Draw the ribbon; `top`: the middle of its upper edge. In the colour of marks, or another."""
    width, height = BOOKMARK_PX
    half = width / 2
    outline = ((-half, 0), (half, 0), (half, height), (0, height - half), (-half, height))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().memory if color is None else color)
    painter.drawPolygon(QPolygonF([top + QPointF(x, y) for x, y in outline]))
