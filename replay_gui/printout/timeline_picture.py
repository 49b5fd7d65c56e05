"""Paints the timeline of a report: the same picture as in HTML."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from replay_gui.core.log.positions import position_after
from replay_gui.core.report.model import TimelineCounts, TimelineLane
from replay_gui.core.report.timeline_drawing import bars, color_class_of
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import LIGHT, Normal, ui_font

_LANE, _BAR, _AXIS = 17.0, 12.0, 18.0  # heights, in units of a Sheet
_LABELS, _NUMBERS = 104.0, 44.0  # widths
_TEXT_SIZE = 9.5
_MAX_TITLE_CHARACTERS = 18
_FAILED_HEIGHT = 0.4  # height of the bar of failed calls, relative to all
_MIN_BAR_WIDTH = 1.0  # width of a bar


def picture_height(timeline: TimelineCounts) -> float:
    """Return the height of the picture."""
    return _LANE * len(timeline.lanes) + _AXIS


def paint_timeline(painter: QPainter, timeline: TimelineCounts, rect: QRectF) -> None:
    """Paint the timeline into `rect`, whose height must be `picture_height`."""
    plot = QRectF(rect.left() + _LABELS, rect.top(), rect.width() - _LABELS - _NUMBERS, _LANE * len(timeline.lanes))
    painter.setFont(ui_font(Normal, _TEXT_SIZE))
    share = None if timeline.broken is None else timeline.broken / timeline.events
    if share is not None:
        x = plot.left() + share * plot.width()
        painter.fillRect(QRectF(x, plot.top(), plot.right() - x, plot.height()), LIGHT.bad_bg)
    for row, lane in enumerate(timeline.lanes):
        _paint_lane(painter, lane, rect, plot, plot.top() + row * _LANE)
    if share is not None:
        x = plot.left() + share * plot.width()
        painter.setPen(QPen(LIGHT.bad_text, 1.5))
        painter.drawLine(QPointF(x, plot.top() - 3), QPointF(x, plot.bottom() + 3))
    _paint_axis(painter, timeline, plot, share)


def _paint_lane(painter: QPainter, lane: TimelineLane, rect: QRectF, plot: QRectF, top: float) -> None:
    base = top + _LANE - 3
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.setPen(LIGHT.text)
    painter.drawText(
        QRectF(rect.left(), top, _LABELS - 6, _LANE), middle, one_line(lane.shown_title, _MAX_TITLE_CHARACTERS)
    )
    painter.setPen(LIGHT.secondary)
    numbers = QRectF(plot.right(), top, _NUMBERS, _LANE)
    painter.drawText(numbers, middle | Qt.AlignmentFlag.AlignRight, whole_number(sum(lane.counts)))
    painter.setPen(QPen(LIGHT.line, 0.75))
    painter.drawLine(QPointF(plot.left(), base), QPointF(plot.right(), base))
    _paint_bars(painter, lane.counts, plot=plot, base=base, scale=1.0, color=_hue(lane.kind))
    _paint_bars(painter, lane.failed, plot=plot, base=base, scale=_FAILED_HEIGHT, color=LIGHT.error)


def _hue(kind: str) -> QColor:
    name = color_class_of(kind)
    color: QColor = LIGHT.tools[0] if name == "tool" else getattr(LIGHT, name)
    return color


def _paint_bars(
    painter: QPainter, counts: tuple[int, ...], *, plot: QRectF, base: float, scale: float, color: QColor
) -> None:
    path = QPainterPath()
    for begin, end, height in bars(counts):
        x, tall = plot.left() + begin * plot.width(), height * scale * _BAR
        path.addRect(QRectF(x, base - tall, max(_MIN_BAR_WIDTH, (end - begin) * plot.width() - 0.5), tall))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPath(path)


def _paint_axis(painter: QPainter, timeline: TimelineCounts, plot: QRectF, share: float | None) -> None:
    painter.setPen(LIGHT.secondary)
    strip = QRectF(plot.left(), plot.bottom() + 2, plot.width(), _AXIS - 2)
    painter.drawText(strip, Qt.AlignmentFlag.AlignLeft, "1")
    painter.drawText(strip, Qt.AlignmentFlag.AlignRight, whole_number(timeline.events))
    if share is None or not 0.35 < share < 0.65:
        painter.drawText(strip, Qt.AlignmentFlag.AlignHCenter, tr("events"))
    if share is not None and timeline.broken is not None and 0.08 < share < 0.9:
        label_rect = QRectF(strip.left() + share * strip.width() - 60, strip.top(), 120, strip.height())
        painter.drawText(label_rect, Qt.AlignmentFlag.AlignHCenter, whole_number(position_after(timeline.broken)))
