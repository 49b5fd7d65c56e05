"""Text on one line in which some stretches are marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from replay_gui.look.theme import SMALL_RADIUS, UNIT
from replay_gui.widgets.parts.line_text import LEFT


def draw_marked(
    painter: QPainter, space: QRect, text: str, marked: Sequence[tuple[int, int]], ink: QColor, ground: QColor
) -> int:
    """Draws `text` in the painter's font, elided to `space`, with the characters of the spans on `ground`.

    Returns the pixels it took.
    """
    metrics = painter.fontMetrics()
    elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, space.width())
    kept = len(elided) if elided == text else max(len(elided) - 1, 0)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    height = min(metrics.height() + 2, space.height() - UNIT)
    top = space.y() + (space.height() - height) / 2
    for start, end in marked:
        stop = start + len(text[start:end].rstrip())
        if start < kept and stop > start:
            left = space.x() + metrics.horizontalAdvance(elided[:start])
            right = space.x() + metrics.horizontalAdvance(elided[: min(stop, kept)])
            painter.drawRoundedRect(QRectF(left - 1, top, right - left + 2, height), SMALL_RADIUS / 2, SMALL_RADIUS / 2)
    painter.restore()
    painter.setPen(ink)
    painter.drawText(space, LEFT, elided)
    return metrics.horizontalAdvance(elided)
