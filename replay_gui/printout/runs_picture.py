"""Paints the picture of many runs of a report: the same picture as in HTML."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from replay_gui.core.report.runs.runs_drawing import CELL, SLANT, WIDTH, CellDrawing, FrameDrawing, RunsDrawing
from replay_gui.look.theme import LIGHT, Bold, Normal, ui_font

_TEXT_SIZE, _SMALL_SIZE = 10.5, 9.5  # units of the drawing, as all lengths here
_FRAME_ALPHA, _READ_ALPHA = 0.12, 0.25  # opacity, 0 to 1
_COLORS = {"good": LIGHT.tools[0], "bad": LIGHT.error, "unknown": LIGHT.secondary, "read": LIGHT.accent}


def drawn_height(drawing: RunsDrawing, width: float) -> float:
    """Return the height of the picture at a width."""
    return drawing.height * width / WIDTH


def paint_runs(painter: QPainter, drawing: RunsDrawing, rect: QRectF) -> None:
    """Paint the picture into `rect`, whose height must be `drawn_height`."""
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / WIDTH, rect.width() / WIDTH)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for frame in drawing.frames:
        _paint_frame(painter, frame)
    for head in drawing.heads:
        painter.save()
        painter.translate(head.x, head.y)
        painter.rotate(SLANT)
        painter.setFont(ui_font(Bold if head.strong else Normal, _TEXT_SIZE))
        painter.setPen(LIGHT.text if head.strong else LIGHT.secondary)
        painter.drawText(QPointF(0, 0), head.text)
        painter.restore()
    _paint_rows(painter, drawing)
    for cell in drawing.cells:
        _paint_cell(painter, cell)
    painter.restore()


def _paint_frame(painter: QPainter, frame: FrameDrawing) -> None:
    color = _COLORS[frame.tone]
    ground = QColor(color)
    ground.setAlphaF(_FRAME_ALPHA)
    painter.setPen(QPen(color, 0.75))
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(frame.x, frame.y, frame.width, frame.height), 4, 4)
    painter.setFont(ui_font(Bold, _SMALL_SIZE))
    painter.drawText(QRectF(frame.x, frame.y, frame.width, 15), Qt.AlignmentFlag.AlignCenter, frame.counts)


def _paint_rows(painter: QPainter, drawing: RunsDrawing) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(ui_font(Normal, _TEXT_SIZE))
    for row in drawing.rows:
        painter.setPen(LIGHT.text)
        painter.drawText(QPointF(0, row.y + 4), row.name)
        _paint_outcome(painter, QPointF(drawing.mark_x, row.y), row.outcome)
    painter.setPen(QPen(LIGHT.secondary, 0.75, Qt.PenStyle.DashLine))
    for y in drawing.breaks:
        painter.drawLine(QPointF(drawing.left, y), QPointF(drawing.right, y))


def _paint_outcome(painter: QPainter, center: QPointF, outcome: str) -> None:
    x, y = center.x(), center.y()
    if outcome == "passed":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_COLORS["good"])
        painter.drawEllipse(center, 5.5, 5.5)
        painter.setPen(QPen(LIGHT.panel, 1.4))
        painter.drawPolyline([QPointF(x - 2.5, y), QPointF(x - 0.5, y + 2), QPointF(x + 2.7, y - 2)])
    elif outcome == "failed":
        painter.setPen(QPen(_COLORS["bad"], 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, 5, 5)
        painter.drawLine(QPointF(x - 2, y - 2), QPointF(x + 2, y + 2))
        painter.drawLine(QPointF(x - 2, y + 2), QPointF(x + 2, y - 2))
    else:
        painter.setPen(QPen(_COLORS["unknown"], 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, 2.5, 2.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_cell(painter: QPainter, cell: CellDrawing) -> None:
    center = QPointF(cell.x, cell.y)
    if cell.kind == "none":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(LIGHT.faint)
        painter.drawEllipse(center, 1.4, 1.4)
        return
    color = _COLORS["bad" if cell.kind == "error" else cell.tone]
    ground, ink = QColor(color), color
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, 1.2, Qt.PenStyle.DashLine if cell.kind == "error" else Qt.PenStyle.SolidLine))
    if cell.kind == "same":
        ground.setAlphaF(_READ_ALPHA if cell.tone == "read" else 1.0)
        ink = LIGHT.text if cell.tone == "read" else LIGHT.panel
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
    body = QRectF(cell.x - CELL[0] / 2, cell.y - CELL[1] / 2, *CELL)
    radius = 7 if cell.tone == "read" else 3
    painter.drawRoundedRect(body, radius, radius)
    painter.setPen(ink)
    painter.setFont(ui_font(Bold, _SMALL_SIZE))
    painter.drawText(body, Qt.AlignmentFlag.AlignCenter, f"✕{cell.number}" if cell.kind == "error" else cell.number)
