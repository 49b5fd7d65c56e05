"""The small mark of a call's effect: its shape shows the effect, not only its colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from replay_gui.core.effects.effect import Effect
from replay_gui.look.theme import theme

EFFECT_PX = 9.0


def paint_effect(painter: QPainter, effect: Effect, center: QPointF) -> None:
    """Draw the mark: filled for a change or a submission, hollow for others, a question mark for unknown."""
    r = EFFECT_PX / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(center)
    ink = _ink(effect)
    filled = effect in (Effect.CHANGES, Effect.SUBMITS, Effect.HANDS_OVER)
    painter.setPen(Qt.PenStyle.NoPen if filled else QPen(ink, 1.25))
    painter.setBrush(ink if filled else Qt.BrushStyle.NoBrush)
    match effect:
        case Effect.CHANGES:
            painter.drawRoundedRect(QRectF(-r * 0.8, -r * 0.8, 1.6 * r, 1.6 * r), 1, 1)
        case Effect.SUBMITS:
            painter.drawPolygon(QPolygonF([QPointF(0, -r), QPointF(r, r * 0.8), QPointF(-r, r * 0.8)]))
        case Effect.HANDS_OVER:
            painter.drawPolygon(QPolygonF([QPointF(-r, -r * 0.8), QPointF(r, 0), QPointF(-r, r * 0.8)]))
        case Effect.CHECKS:
            painter.drawPolyline(QPolygonF([QPointF(-r * 0.8, 0), QPointF(-r * 0.2, r * 0.7), QPointF(r, -r * 0.8)]))
        case Effect.READS:
            painter.drawEllipse(QPointF(), r * 0.7, r * 0.7)
        case Effect.NOTES:  # two lines of writing
            painter.drawLine(QPointF(-r * 0.8, -r * 0.4), QPointF(r * 0.8, -r * 0.4))
            painter.drawLine(QPointF(-r * 0.8, r * 0.4), QPointF(r * 0.3, r * 0.4))
        case Effect.ASKS:  # a speech bubble
            left, right, top, bottom = -r * 0.9, r * 0.9, -r * 0.8, r * 0.35
            around = [(left, top), (right, top), (right, bottom), (0, bottom), (-r * 0.5, r), (-r * 0.5, bottom)]
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in (*around, (left, bottom))]))
        case Effect.UNKNOWN:
            painter.drawArc(QRectF(-r * 0.6, -r, 1.2 * r, 1.2 * r), -60 * 16, 240 * 16)
            painter.drawPoint(QPointF(0, r * 0.9))
    painter.restore()


def _ink(effect: Effect) -> QColor:
    colors = theme()
    match effect:
        case Effect.CHANGES | Effect.SUBMITS:
            return colors.memory
        case Effect.HANDS_OVER:
            return colors.decision
        case Effect.READS | Effect.CHECKS | Effect.NOTES | Effect.ASKS | Effect.UNKNOWN:
            return colors.secondary
