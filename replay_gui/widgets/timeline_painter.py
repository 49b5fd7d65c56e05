"""Draws the still part of the timeline: everything but the position."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from replay_gui.core.plain_text import one_line
from replay_gui.core.run_index import RunIndex
from replay_gui.look.marks import Mark, mark_pixmap
from replay_gui.look.theme import BAR, GAP, LABELS, LINE, MARK, SMALL_SIZE, TICKS, UNIT, Medium, theme, ui_font
from replay_gui.models.lanes import Lane
from replay_gui.models.timeline_scale import TimelineScale
from replay_gui.widgets.timeline_lanes import LanePainter
from replay_gui.widgets.timeline_layout import TimelineLayout

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def still_picture(
    layout: TimelineLayout,
    scale: TimelineScale,
    index: RunIndex,
    lanes: tuple[Lane, ...],
    broken: int | None,
    ratio: float,
) -> QPixmap:
    """The timeline without its position. `broken`: place of the first event that cannot be trusted, or None."""
    pixmap = QPixmap(round(layout.width * ratio), round(layout.height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_names(painter, layout, lanes, index)
    ticks = scale.ticks(TICKS)
    _paint_grid(painter, layout, scale, ticks)
    painter.setClipRect(layout.plot.adjusted(LINE, 0, 0, MARK))
    drawn = LanePainter(painter, layout, scale, index, ratio)
    for row, lane in enumerate(lanes):
        drawn.paint(lane, row)
    _paint_snapshots(painter, layout, scale, index, ratio)
    if broken is not None:
        _paint_damage(painter, layout, layout.origin + scale.pixel(broken + 1), ratio)
    painter.setClipping(False)
    _paint_axis(painter, layout, scale, ticks)
    painter.end()
    return pixmap


def _paint_names(painter: QPainter, layout: TimelineLayout, lanes: tuple[Lane, ...], index: RunIndex) -> None:
    now = theme()
    names, numbers = ui_font(), ui_font(size=SMALL_SIZE)
    for row, lane in enumerate(lanes):
        room = layout.lane(row)
        room.setRight(LABELS)
        room.adjust(GAP + UNIT, 0, -GAP, 0)
        phases = len(index.phases) if lane.is_agent else 0
        count = (f"{phases:,} phases" if phases > 1 else "1 phase") if phases else f"{lane.count:,}"
        painter.setFont(numbers)
        painter.setPen(now.secondary)
        painter.drawText(room, _RIGHT, count)
        room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(count) - UNIT)
        painter.setFont(names)
        painter.setPen(now.text)
        name = painter.fontMetrics().elidedText(one_line(lane.title), Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, _LEFT, name)


def _paint_grid(painter: QPainter, layout: TimelineLayout, scale: TimelineScale, ticks: range) -> None:
    now, plot = theme(), layout.plot
    for tick in ticks:
        painter.fillRect(QRectF(round(layout.origin + scale.pixel(tick)), plot.top(), LINE, plot.height()), now.grid)
    for row in range(1, layout.lanes):
        painter.fillRect(QRectF(plot.left(), round(layout.lane(row).top()), plot.width(), LINE), now.grid)
    painter.fillRect(QRectF(plot.left(), round(plot.bottom()), plot.width(), LINE), now.line)
    painter.fillRect(QRectF(plot.left(), plot.top(), LINE, plot.height()), now.line)


def _paint_axis(painter: QPainter, layout: TimelineLayout, scale: TimelineScale, ticks: range) -> None:
    painter.setFont(ui_font(size=SMALL_SIZE))
    painter.setPen(theme().secondary)
    for tick in ticks:
        text = f"{tick:,}"
        painter.drawText(axis_room(layout, scale.pixel(tick), painter.fontMetrics().horizontalAdvance(text)), text)


def axis_room(layout: TimelineLayout, pixel: float, width: float) -> QRectF:
    """Where a number `width` wide stands below `pixel` of the scale, kept within the axis."""
    axis = layout.axis
    left = min(max(layout.origin + pixel - width / 2, axis.left()), axis.right() - width)
    return QRectF(left, axis.top() + GAP + UNIT, width, 2 * GAP)


def _paint_snapshots(
    painter: QPainter, layout: TimelineLayout, scale: TimelineScale, index: RunIndex, ratio: float
) -> None:
    """A small shield below the lanes for a snapshot; where they crowd, for the first every few pixels."""
    places = np.fromiter(index.snapshots, np.float64, len(index.snapshots))
    pixels = (places - scale.start) * scale.width / scale.span
    pixels = pixels[np.unique(pixels // GAP, return_index=True)[1]]
    shield = mark_pixmap(Mark.SHIELD, MARK, theme().secondary, ratio)
    y = layout.plot.bottom() - MARK / 2
    for x in pixels[(pixels > -GAP) & (pixels < scale.width + GAP)].tolist():
        painter.drawPixmap(QPointF(layout.origin + x - MARK / 2 - 1, y), shield)


def _paint_damage(painter: QPainter, layout: TimelineLayout, x: float, ratio: float) -> None:
    """A broken line where the log first broke, and faint hatching over all that cannot be trusted after it."""
    plot = layout.plot
    if x < plot.left():
        x = plot.left() - 2 * GAP  # it broke earlier: only the hatching shows
    elif x > plot.right():
        return
    damage = theme().damage
    veil, stripes = QColor(damage), QColor(damage)
    veil.setAlphaF(0.05)
    stripes.setAlphaF(0.16)
    untrusted = QRectF(max(x, plot.left()), plot.top(), plot.right() - max(x, plot.left()), plot.height())
    painter.fillRect(untrusted, veil)
    painter.fillRect(untrusted, QBrush(stripes, Qt.BrushStyle.BDiagPattern))
    step = float(GAP)
    steps = int(plot.height() / step) + 1
    painter.setPen(QPen(damage, 1.5))
    painter.drawPolyline([QPointF(x + (UNIT / 2 if n % 2 else -UNIT / 2), n * step) for n in range(steps + 1)])
    side = BAR + UNIT
    badge = QRectF(x - side / 2, plot.top(), side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().panel)
    painter.drawEllipse(badge)
    painter.drawPixmap(badge.topLeft() + QPointF(1, 1), mark_pixmap(Mark.BREAK, side - UNIT, damage, ratio))


def paint_position(painter: QPainter, layout: TimelineLayout, scale: TimelineScale, position: int) -> None:
    """One line and one pill with the number."""
    now, pixel = theme(), scale.pixel(position)
    if not -GAP <= pixel <= scale.width + GAP:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    top = layout.plot.top()
    line = QRectF(round(layout.origin + pixel) - LINE, top, 2 * LINE, layout.plot.bottom() + GAP - top)
    painter.fillRect(line, now.accent)
    font = ui_font(Medium, SMALL_SIZE)
    painter.setFont(font)
    text = f"{position:,}"
    pill = axis_room(layout, pixel, painter.fontMetrics().horizontalAdvance(text) + 3 * GAP)
    pill.adjust(0, -LINE, 0, LINE)
    for tick in scale.ticks(TICKS):  # a number half hidden reads as another: hide it whole
        number = axis_room(layout, scale.pixel(tick), painter.fontMetrics().horizontalAdvance(f"{tick:,}"))
        if number.intersects(pill):
            painter.fillRect(number, now.panel)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(now.accent)
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    painter.setPen(now.on_accent)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
