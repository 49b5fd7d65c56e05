"""The shape of each kind of event, in the list and on the timeline: no kind is shown by colour alone."""

from __future__ import annotations

from enum import Enum, auto
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from replay_gui.core.log.kinds import KindGroup, group_of
from replay_gui.look.icons import PIXEL_RATIOS
from replay_gui.look.theme import ICON, MARK, kind_color

MARGIN = 1.5  # logical pixels around a mark in its pixmap


class Mark(Enum):
    """A shape."""

    CIRCLE = auto()  # observations
    DIAMOND = auto()  # decisions
    BAR = auto()  # tool calls
    SQUARE = auto()  # memory
    TRIANGLE = auto()  # patches
    CROSS = auto()  # errors and denials
    FLAG = auto()  # the agent and its phases
    SHIELD = auto()  # snapshots
    BREAK = auto()  # unreadable records
    RING = auto()  # custom kinds


_MARKS = {
    KindGroup.OBSERVATION: Mark.CIRCLE,
    KindGroup.DECISION: Mark.DIAMOND,
    KindGroup.TOOL: Mark.BAR,
    KindGroup.MEMORY: Mark.SQUARE,
    KindGroup.PATCH: Mark.TRIANGLE,
    KindGroup.ERROR: Mark.CROSS,
    KindGroup.AGENT: Mark.FLAG,
    KindGroup.SNAPSHOT: Mark.SHIELD,
    KindGroup.DAMAGE: Mark.BREAK,
}


def mark_of(kind: str) -> Mark:
    """Return the shape of a kind of event."""
    return _MARKS.get(group_of(kind), Mark.RING)


def paint_shape(painter: QPainter, mark: Mark, center: QPointF, size: float, color: QColor) -> None:
    """Draw a mark of `size` logical pixels around `center`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(center)
    r = size / 2
    if mark in (Mark.CROSS, Mark.RING, Mark.SHIELD, Mark.BREAK):
        painter.setPen(QPen(color, size * (0.22 if mark is Mark.CROSS else 0.15)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
    match mark:
        case Mark.CIRCLE:
            painter.drawEllipse(QPointF(), r * 0.95, r * 0.95)
        case Mark.RING:
            painter.drawEllipse(QPointF(), r * 0.64, r * 0.64)
        case Mark.BAR:
            painter.drawRoundedRect(QRectF(-r, -r * 0.7, size, size * 0.7), r * 0.3, r * 0.3)
        case Mark.SQUARE:
            painter.drawRoundedRect(QRectF(-r * 0.85, -r * 0.85, size * 0.85, size * 0.85), r * 0.15, r * 0.15)
        case Mark.CROSS:
            painter.drawLine(QPointF(-r * 0.8, -r * 0.8), QPointF(r * 0.8, r * 0.8))
            painter.drawLine(QPointF(-r * 0.8, r * 0.8), QPointF(r * 0.8, -r * 0.8))
        case Mark.BREAK:
            painter.drawPolyline(_points(r, (0.3, -1), (-0.5, 0.1), (0.5, -0.1), (-0.3, 1)))
        case Mark.DIAMOND:
            painter.drawPolygon(_points(r * 1.1, (0, -1), (1, 0), (0, 1), (-1, 0)))
        case Mark.TRIANGLE:
            painter.drawPolygon(_points(r, (0, -0.95), (1, 0.85), (-1, 0.85)))
        case Mark.FLAG:
            painter.drawPolygon(_points(r, (-0.7, -0.9), (0.8, -0.35), (-0.4, 0.2), (-0.4, 1), (-0.7, 1)))
        case Mark.SHIELD:
            painter.drawPolygon(_points(r, (-0.8, -0.9), (0.8, -0.9), (0.8, 0.2), (0, 1), (-0.8, 0.2)))
    painter.restore()


def _points(scale: float, *points: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x * scale, y * scale) for x, y in points])


def mark_pixmap(mark: Mark, size: float, color: QColor, ratio: float, halo: QColor | None = None) -> QPixmap:
    """Return the mark on a transparent square of `size` + 2 * MARGIN logical pixels, `ratio` device pixels each.

    `halo`: colour of a slightly larger mark behind it, which separates it from neighbours that it overlaps.
    """
    return _pixmap(mark, size, color.rgba(), ratio, None if halo is None else halo.rgba())


@cache
def _pixmap(mark: Mark, size: float, rgba: int, ratio: float, halo: int | None) -> QPixmap:
    side = size + 2 * MARGIN
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    middle = QPointF(side / 2, side / 2)
    if halo is not None and mark is not Mark.RING:  # it would cut the ring beside it
        paint_shape(painter, mark, middle, size + 2 * MARGIN, QColor.fromRgba(halo))
    paint_shape(painter, mark, middle, size, QColor.fromRgba(rgba))
    painter.end()
    return pixmap


def draw_mark(painter: QPainter, kind: str, center: QPointF, color: QColor) -> None:
    """Draw the mark of `kind` around `center`, which should be a whole pixel: the mark is sharp there."""
    pixmap = mark_pixmap(mark_of(kind), MARK, color, painter.device().devicePixelRatio())
    painter.drawPixmap(center - QPointF(MARK / 2 + MARGIN, MARK / 2 + MARGIN), pixmap)


def mark_icon(kind: str, tool: int | None = None) -> QIcon:
    """Return the mark of an event in its colour, in the current theme."""
    return _icon(mark_of(kind), kind_color(kind, tool).rgba())


@cache
def _icon(mark: Mark, rgba: int) -> QIcon:
    icon = QIcon()
    for ratio in PIXEL_RATIOS:
        pixmap = QPixmap(ICON * ratio, ICON * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_shape(painter, mark, QPointF(ICON / 2, ICON / 2), ICON * 0.6, QColor.fromRgba(rgba))
        painter.end()
        icon.addPixmap(pixmap)
    return icon
