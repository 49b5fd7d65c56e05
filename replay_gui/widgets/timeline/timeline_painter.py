"""Paints the timeline: everything but the position as a picture, and the position over it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap, QPolygonF, QRegion

from replay_gui.core.effects.effect import Effect
from replay_gui.core.index.run_index import RunIndex, time_since_start
from replay_gui.core.log.positions import Position, index_before
from replay_gui.core.text.clock import since_start
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.effect_marks import EFFECT_PX, paint_effect
from replay_gui.look.theme import FOCUS, GAP, LANE_MIN, LINE, SMALL_SIZE, TICKS, UNIT, Medium, theme, ui_font
from replay_gui.models.timeline.lanes import Lane
from replay_gui.models.timeline.timeline_axis import rounded_duration
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.timeline.timeline_scene import TimelineScene
from replay_gui.widgets.parts.direction import left_to_right_painter
from replay_gui.widgets.timeline.timeline_lanes import LanePainter
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout
from replay_gui.widgets.timeline.timeline_overlay import OverlayPainter

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_BY_STRENGTH = (
    Effect.SUBMITS,
    Effect.HANDS_OVER,
    Effect.CHANGES,
    Effect.CHECKS,
    Effect.UNKNOWN,
    Effect.READS,
    Effect.ASKS,
    Effect.NOTES,
)
_MAX_EFFECTS = 3  # marks at one name
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def names_picture(layout: TimelineLayout, scene: TimelineScene, ratio: float) -> QPixmap:
    """Return the picture of the column of names, which does not depend on the visible range."""
    pixmap, painter = _canvas(layout.names, layout.height, ratio)
    _paint_names(painter, layout, scene)
    painter.end()
    return pixmap


def still_picture(layout: TimelineLayout, scale: TimelineScale, scene: TimelineScene, ratio: float) -> QPixmap:
    """Return the picture of the timeline without names and without its position."""
    pixmap, painter = _canvas(layout.width, layout.height, ratio)
    over = OverlayPainter(painter, layout, scale, scene, ratio)
    painter.setClipRect(layout.plot)
    over.paint_below()
    painter.setClipping(False)
    ticks = scale.ticks(TICKS)
    _paint_grid(painter, layout, ticks)
    painter.setClipRect(layout.plot.adjusted(LINE, 0, 0, GAP))
    lanes = LanePainter(painter, layout, scale, scene, ratio)
    for row, lane in enumerate(scene.lanes):
        lanes.paint(lane, row)
    over.paint_above()
    painter.setClipping(False)
    if not layout.compact:
        _paint_axis(painter, layout, scale, ticks)
    painter.end()
    return pixmap


def _canvas(width: float, height: float, ratio: float) -> tuple[QPixmap, QPainter]:
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = left_to_right_painter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return pixmap, painter


# ---- names --------------------------------------------------------------------------------------------
def names_width(scene: TimelineScene) -> float:
    """Return the width in pixels of the column of names at which none is cut."""
    names, numbers = QFontMetrics(ui_font()), QFontMetrics(ui_font(size=SMALL_SIZE))
    needed = [
        _left(lane)
        + names.horizontalAdvance(one_line(lane.title))
        + len(_lane_effects(lane, scene)) * (EFFECT_PX + UNIT)
        + UNIT
        + numbers.horizontalAdvance(_count_text(lane, scene))
        + GAP
        for lane in scene.lanes
    ]
    return max(needed, default=0.0) + LINE  # a fraction of a pixel would cut the longest


def _paint_names(painter: QPainter, layout: TimelineLayout, scene: TimelineScene) -> None:
    colors = theme()
    numbers = ui_font(size=SMALL_SIZE)
    names = numbers if layout.lane_height < LANE_MIN else ui_font()  # otherwise a low lane cuts their descenders
    for row, lane in enumerate(scene.lanes):
        room = layout.lane(row)
        room.setRight(layout.names)
        room.adjust(_left(lane), 0, -GAP, 0)
        count = _count_text(lane, scene)
        painter.setFont(names)
        name = one_line(lane.title)
        wide = painter.fontMetrics().horizontalAdvance(name)
        if wide + painter.fontMetrics().horizontalAdvance(count) > room.width():
            count = _short_count_text(lane, scene)
        painter.setFont(numbers)
        painter.setPen(colors.secondary)
        painter.drawText(room, _RIGHT, count)
        room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(count) - UNIT)
        for number, effect in enumerate(_lane_effects(lane, scene)):
            if number and wide > room.width() - EFFECT_PX - UNIT:
                break  # the name is more important than the weaker effects, which are in the tooltip
            room.setRight(room.right() - EFFECT_PX - UNIT)
            paint_effect(painter, effect, QPointF(room.right() + UNIT + EFFECT_PX / 2, room.center().y()))
        painter.setFont(names)
        painter.setPen(colors.text)
        # The end of a tool's name distinguishes it; the end of a folded group's name is the least important.
        cut = Qt.TextElideMode.ElideRight if lane.folded else Qt.TextElideMode.ElideMiddle
        name = painter.fontMetrics().elidedText(name, cut, int(room.width()))
        painter.drawText(room, _LEFT, name)
        if has_fold_triangle(scene.lanes, row):
            paint_triangle(painter, layout.triangle(row).center(), lane.folded)


def _left(lane: Lane) -> float:
    """Return the left edge of the name of a lane."""
    return GAP + UNIT + lane.depth * GAP


def _count_text(lane: Lane, scene: TimelineScene) -> str:
    phases = len(scene.index.phases) if lane.is_agent else 0
    return trn("{n} phase", "{n} phases", phases) if phases else whole_number(lane.count)


def _short_count_text(lane: Lane, scene: TimelineScene) -> str:
    """Return the number alone, and without its last digits: the name of a lane is more important."""
    count = (len(scene.index.phases) if lane.is_agent else 0) or lane.count
    return whole_number(count) if count < 10_000 else f"{whole_number(count // 1000)} k"


def _lane_effects(lane: Lane, scene: TimelineScene) -> list[Effect]:
    """Return the known effects of the calls of a lane's tool: of several the strongest few."""
    effects = scene.marks.tool_effects.get(lane.title) if lane.is_one_tool else None
    return [] if effects is None else [effect for effect in _BY_STRENGTH if effect in effects.counts][:_MAX_EFFECTS]


def has_fold_triangle(lanes: tuple[Lane, ...], row: int) -> bool:
    """Return whether this lane folds or unfolds its group: the first lane of a group, or the one of a folded group."""
    lane = lanes[row]
    first = row == 0 or lanes[row - 1].group != lane.group
    several = row + 1 < len(lanes) and lanes[row + 1].group == lane.group
    return bool(lane.group) and first and (lane.folded or several)


def paint_triangle(painter: QPainter, middle: QPointF, folded: bool) -> None:
    """Paint the triangle that folds and unfolds a group."""
    r = UNIT - LINE
    across = ((-r / 2, -r), (r / 2, 0), (-r / 2, r)) if folded else ((-r, -r / 2), (0, r / 2), (r, -r / 2))
    painter.setPen(QPen(theme().secondary, 1.25))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([middle + QPointF(x, y) for x, y in across]))


# ---- the grid and the axis ------------------------------------------------------------------------------
def _paint_grid(painter: QPainter, layout: TimelineLayout, ticks: list[tuple[float, str]]) -> None:
    colors, plot = theme(), layout.plot
    for pixel, _ in ticks:
        painter.fillRect(QRectF(round(layout.origin + pixel), plot.top(), LINE, plot.height()), colors.grid)
    height = layout.lane_height
    for row in range(1, layout.lanes):
        painter.fillRect(
            QRectF(plot.left(), round(layout.lane(0).top() + row * height), plot.width(), LINE), colors.grid
        )
    painter.fillRect(QRectF(plot.left(), round(plot.bottom()), plot.width(), LINE), colors.line)
    painter.fillRect(QRectF(plot.left(), plot.top(), LINE, plot.height()), colors.line)


def _paint_axis(
    painter: QPainter, layout: TimelineLayout, scale: TimelineScale, ticks: list[tuple[float, str]]
) -> None:
    painter.setFont(ui_font(size=SMALL_SIZE))
    metrics, axis = painter.fontMetrics(), layout.axis
    taken: list[QRectF] = []
    painter.setPen(theme().text)
    for pixel, text in _cuts(scale):
        room = axis_room(axis, layout.origin + pixel, metrics.horizontalAdvance(text))
        if not taken or room.left() > taken[-1].right() + GAP:
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
            taken.append(room)
    painter.setPen(theme().secondary)
    for pixel, text in ticks:
        room = axis_room(axis, layout.origin + pixel, metrics.horizontalAdvance(text))
        if not any(room.adjusted(-GAP, 0, GAP, 0).intersects(other) for other in taken):
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)


def _cuts(scale: TimelineScale) -> list[tuple[float, str]]:
    """Return (pixel, label) of visible cut gaps; only the longest, if space is short."""
    axis = scale.axis
    middle = scale.pixels_at(axis.gaps + axis.gap / 2)
    visible = np.flatnonzero((middle >= 0) & (middle <= scale.width))
    if len(visible) * TICKS > scale.width:
        visible = np.sort(visible[np.argsort(-axis.cut[visible])[: int(scale.width / TICKS)]])
    return [
        (float(middle[gap]), tr("{duration} cut", duration=rounded_duration(float(axis.cut[gap]))))
        for gap in visible.tolist()
    ]


def axis_room(axis: QRectF, x: float, width: float) -> QRectF:
    """Return the rectangle of a number `width` px wide below `x`, kept within the rectangle of the axis."""
    left = min(max(x - width / 2, axis.left()), axis.right() - width)
    return QRectF(left, axis.top() + GAP + UNIT, width, 2 * GAP)


# ---- the position and the range -------------------------------------------------------------------------
def paint_position(
    painter: QPainter, layout: TimelineLayout, scale: TimelineScale, position: Position, text: str
) -> None:
    """Paint a line and a pill with `text`; without numbers below, only the line."""
    colors, pixel = theme(), scale.pixel(position)
    if not -GAP <= pixel <= scale.width + GAP:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    top, bottom = layout.plot.top(), layout.plot.bottom() + (0 if layout.compact else GAP)
    painter.fillRect(QRectF(round(layout.origin + pixel) - LINE, top, 2 * LINE, bottom - top), colors.accent)
    if layout.compact:
        return
    painter.setFont(ui_font(Medium, SMALL_SIZE))
    axis = layout.axis
    pill = axis_room(axis, layout.origin + pixel, painter.fontMetrics().horizontalAdvance(text) + 3 * GAP)
    pill.adjust(0, -LINE, 0, LINE)
    near = pill.width() + 2 * TICKS  # a number farther away cannot be below the pill
    for at, number in [*scale.ticks(TICKS), *_cuts(scale)]:  # a partly hidden number looks like another: hide it
        if abs(at - pixel) > near:
            continue
        room = axis_room(axis, layout.origin + at, painter.fontMetrics().horizontalAdvance(number))
        if room.intersects(pill):
            painter.fillRect(room.adjusted(-LINE, 0, LINE, 0), colors.panel)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colors.accent)
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    painter.setPen(colors.on_accent)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def position_area(layout: TimelineLayout, scale: TimelineScale, *positions: Position) -> QRegion:
    """Return the part of the widget that `paint_position` may paint: the lines, and below the lanes the whole axis."""
    top = int(layout.axis.top())
    area = QRegion() if layout.compact else QRegion(0, top, round(layout.width), round(layout.height) - top)
    for position in positions:
        x = min(max(layout.origin + scale.pixel(position), 0), layout.width)  # at a deep zoom, it may be far outside
        area |= QRegion(round(x) - 2 * LINE, 0, 4 * LINE, round(layout.height))
    return area


def position_text(index: RunIndex, position: Position, axis: str) -> str:
    """Return the number of events applied, or on the time axis the last one's time since the start, if known."""
    since = None if axis == "number" or not position else time_since_start(index, index_before(position))
    return whole_number(position) if since is None else since_start(since)


def paint_no_events(painter: QPainter, layout: TimelineLayout, complete: bool) -> None:
    """Paint a text that there are no events; `complete`: the whole run was read."""
    painter.setPen(theme().secondary)
    words = tr("This run has no events.") if complete else tr("No events yet.")
    painter.drawText(QRectF(0, 0, layout.width, layout.height), Qt.AlignmentFlag.AlignCenter, words)


def paint_focus_ring(painter: QPainter, layout: TimelineLayout) -> None:
    """Paint the frame that shows the keyboard focus."""
    painter.setPen(QPen(theme().accent, FOCUS))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ring = QRectF(0, 0, layout.width, layout.height).adjusted(LINE, LINE, -LINE, -LINE)
    painter.drawRoundedRect(ring, UNIT, UNIT)


def paint_area(painter: QPainter, layout: TimelineLayout, x1: float, x2: float) -> None:
    """Paint the area to zoom to on release of the button."""
    accent = theme().accent
    veil = QColor(accent)
    veil.setAlphaF(0.2)
    area = QRectF(min(x1, x2), layout.plot.top(), abs(x2 - x1), layout.plot.height())
    painter.fillRect(area, veil)
    painter.setPen(QPen(accent, LINE))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area)


def paint_range(
    painter: QPainter, layout: TimelineLayout, scale: TimelineScale, chosen: tuple[Position, Position]
) -> None:
    """Paint the range that is summed up: a band on the axis, and its edges through the lanes."""
    accent, plot, axis = theme().accent, layout.plot, layout.axis
    ends = (layout.origin + scale.pixel(at) for at in (chosen[0] - 0.5, chosen[1] + 0.5))
    left, right = (min(max(x, plot.left()), plot.right()) for x in ends)
    if right <= left:
        return
    veil, band = QColor(accent), QColor(accent)
    veil.setAlphaF(0.1)
    band.setAlphaF(0.35)
    painter.fillRect(QRectF(left, plot.top(), right - left, plot.height()), veil)
    painter.fillRect(QRectF(left, axis.top(), right - left, UNIT), band)
    for x in (left, right):
        painter.fillRect(QRectF(round(x) - LINE / 2, plot.top(), LINE, plot.height() + UNIT), accent)
